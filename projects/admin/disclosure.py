"""What is open to the public: the profile, the exceptions of single projects, and what our words are called in open data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from projects.admin.base import TrackedAdmin
from projects.admin.filters import UnitOfProjectFilter
from projects.admin.forms import CheckedForm
from projects.admin.months import OfProjectAdmin, name_cell
from projects.disclosure import PROJECT_SECTORS, PROJECT_TYPES, Openness
from projects.models import Classification, DisclosureRule, OpenCode, ProjectDisclosure
from projects.models.disclosure import Disclosed, Level

register(
    NavItem("projects", _("项目公开例外"), "admin:projects_projectdisclosure_changelist", may(Action.VIEW), 60),
    NavItem("system", _("公开属性"), "admin:projects_disclosurerule_changelist", may(Action.VIEW), 70),
    NavItem("system", _("开放数据代码"), "admin:projects_opencode_changelist", may(Action.VIEW), 72),
)
_MARKS = {Level.PUBLIC: "●", Level.REQUEST: "▲", Level.CLOSED: "■"}
_TONES = {Level.PUBLIC: "good", Level.REQUEST: "soft", Level.CLOSED: "bad"}


def level_tag(level: str) -> Any:
    """The level with its shape, so that it is told without colours too."""
    return format_html(
        '<span class="tag {}"><span aria-hidden="true">{}</span> {}</span>', _TONES[Level(level)], _MARKS[Level(level)], Level(level).label
    )


class DisclosureForm(CheckedForm):
    """A change of what is public says why."""

    def own_questions(self) -> list[str]:
        if self.instance._state.adding or "level" not in self.real_changes:
            return []
        words = {"old": Level(self.initial["level"]).label, "new": Level(self.instance.level).label}
        return [gettext("公开属性由“%(old)s”改为“%(new)s”，请写明理由（谁定的、文号）") % words]


@admin.register(DisclosureRule)
class DisclosureRuleAdmin(TrackedAdmin):
    head_line = _("项目的哪些内容向社会公开；没有列出的一律不公开。单个项目要更严的，在“项目公开例外”中写")
    form = DisclosureForm
    list_display = ("item_shown", "level_shown", "basis", "source")
    search_fields = ("basis",)
    search_help_text = _("依据")
    readonly_fields = ("item",)
    sections = ((_("公开属性"), ("item", "level", "basis", "source")),)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Every item has its row; the reference data bring it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("内容"), ordering="sort_order")
    def item_shown(self, row: DisclosureRule) -> Any:
        return name_cell(row.get_item_display())

    @admin.display(description=_("公开属性"), ordering="level")
    def level_shown(self, row: DisclosureRule) -> Any:
        return level_tag(row.level)


class ExceptionForm(CheckedForm):
    """An item of a project can be closed here, not opened; the project as a whole goes before the general row either way.

    The row has a reason of its own, which is the reason of its newest level: who changes that says why anew.
    """

    change_reason = None  # type: ignore[assignment]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk and "level" in self.changed_data and "reason" not in self.changed_data:
            self.add_error("reason", forms.ValidationError(_("公开属性改了，请写这一次的理由（谁定的、文号）")))
        item, level = data.get("item") or self.instance.item, data.get("level")
        if not item or not level or item == Disclosed.PROJECT:
            return data
        general = DisclosureRule.objects.filter(item=item).values_list("level", flat=True).first() or Level.CLOSED
        if Openness(level).rank < Openness(general).rank:
            words = {"item": Disclosed(item).label, "general": Level(general).label}
            told = _("“%(item)s”对所有项目都是“%(general)s”，单个项目只能更严；要公开，请在“公开属性”中改")
            self.add_error("level", forms.ValidationError(told, params=words))
        return data


@admin.register(ProjectDisclosure)
class ProjectDisclosureAdmin(OfProjectAdmin):
    head_line = _("哪些项目、哪些内容不按一般规定公开；保存后下一次公开数据即不再包含")
    form = ExceptionForm
    list_display = ("name", "unit_name", "item", "level_shown", "basis", "reason")
    list_display_links = ("name",)
    list_filter = (UnitOfProjectFilter,)
    sections = ((_("项目公开例外"), ("project", "item", "level", "basis", "reason")),)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is opened again by its level, with a reason, so that who did it and why stays to be read."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a row is about does not change: another project is another row."""
        return ("project", "item") if obj is not None else ()

    @admin.display(description=_("公开属性"), ordering="level")
    def level_shown(self, row: ProjectDisclosure) -> Any:
        return level_tag(row.level)


class OpenCodeForm(CheckedForm):
    """A code that the standard does not have would only be found by the gate, when nothing can be published any more."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        node, code = data.get("classification"), (data.get("code") or "").strip()
        if node is None or not code:
            return data
        known = PROJECT_TYPES if node.scheme == Classification.Scheme.NATURE else PROJECT_SECTORS
        if code not in known:
            words = {"code": code, "known": "、".join(known)}
            self.add_error("code", forms.ValidationError(_("OC4IDS没有代码“%(code)s”，应为：%(known)s"), params=words))
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", forms.ValidationError(_("停用年份不能早于启用年份")))
        return data


@admin.register(OpenCode)
class OpenCodeAdmin(TrackedAdmin):
    head_line = _("我们的领域和建设性质在开放数据标准（OC4IDS）里叫什么，按年份启用和停用；没有对应的不填")
    form = OpenCodeForm
    list_display = ("of", "scheme", "code", "valid_from", "valid_to", "source")
    list_select_related = ("classification",)
    search_fields = ("classification__name", "code")
    search_help_text = _("分类、代码")
    sections = ((_("开放数据代码"), ("classification", "code", "valid_from", "valid_to", "source")),)

    def scoped_choices(self, field: Any, request: HttpRequest, queryset: Any) -> Any:
        rows = super().scoped_choices(field, request, queryset)
        schemes = [Classification.Scheme.SECTOR, Classification.Scheme.SEI, Classification.Scheme.NATURE]
        return rows.filter(scheme__in=schemes) if field.name == "classification" else rows

    @admin.display(description=_("分类"), ordering="classification__sort_order")
    def of(self, row: OpenCode) -> str:
        return row.classification.name

    @admin.display(description=_("体系"), ordering="classification__scheme")
    def scheme(self, row: OpenCode) -> str:
        return row.classification.get_scheme_display()

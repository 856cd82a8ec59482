"""Problems (存在问题): raised by hand or from a month's report, owned by a unit, due, escalated, resolved, opened again with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import ReportingUnit
from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scope import for_user
from projects.admin.base import TrackedInline
from projects.admin.filters import ChipFilter, UnitOfProjectFilter
from projects.admin.forms import CheckedForm
from projects.admin.months import OfProjectAdmin, name_cell
from projects.models import MonthReport, Obstacle
from projects.obstacles import count, count_by_unit, is_open, is_overdue, said
from projects.templatetags.obstacles import standing_tag

register(NavItem("projects", _("存在问题"), "admin:projects_obstacle_changelist", may(Action.VIEW), 30))

_LEVELS: list[str] = list(Obstacle.Level.values)


class ObstacleForm(CheckedForm):
    """Dates that can't be are refused; what was promised or closed is not taken back without a word on why."""

    class Meta:
        model = Obstacle
        fields = ("project", "period", "text", "raised_on", "owner_unit", "due_on", "level", "escalated_on", "resolved_on", "resolution")
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "resolution": forms.Textarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_days(data, timezone.localdate())
        if data.get("resolved_on") and not (data.get("resolution") or "").strip():
            self.add_error("resolution", gettext("办结问题须写明解决情况"))
        if self._is_raised(data) and not data.get("escalated_on"):
            data["escalated_on"] = self.instance.escalated_on = timezone.localdate()
        return data

    def _check_days(self, data: dict[str, Any], today: date) -> None:
        raised = data.get("raised_on")
        for name in ("raised_on", "resolved_on"):
            if data.get(name) and data[name] > today:
                self.add_error(name, gettext("%(day)s 还没有到，今天是 %(today)s") % {"day": data[name], "today": today})
        for name in ("due_on", "resolved_on"):
            if raised and data.get(name) and data[name] < raised:
                self.add_error(name, gettext("%(day)s 早于提出日期 %(raised)s") % {"day": data[name], "raised": raised})

    def _is_raised(self, data: dict[str, Any]) -> bool:
        """Whether the level goes up with this form."""
        before = self.initial.get("level") or _LEVELS[0]
        return data.get("level") in _LEVELS and _LEVELS.index(data["level"]) > _LEVELS.index(before)

    def own_questions(self) -> list[str]:
        if not self.instance.pk:
            return []
        data, before = self.cleaned_data, self.initial
        asked = []
        if before.get("resolved_on") and not data.get("resolved_on"):
            asked.append(gettext("重新打开已办结的问题，请写明原因"))
        if before.get("due_on") and (data.get("due_on") is None or data["due_on"] > before["due_on"]):
            asked.append(gettext("推迟或取消要求解决日期，请写明原因"))
        if before.get("level") in _LEVELS and data.get("level") in _LEVELS and _LEVELS.index(data["level"]) < _LEVELS.index(before["level"]):
            asked.append(gettext("降低协调层级，请写明原因"))
        return asked


class ObstacleInline(TrackedInline):
    model = Obstacle
    form = ObstacleForm
    shown = ("text", "raised_on", "owner_unit", "due_on", "level", "resolved_on", "resolution")

    def scoped_choices(self, field: Any, request: HttpRequest, queryset: Any) -> Any:
        """The unit that is to resolve it may be any unit: asking another for help is the point."""
        return field.related_model._default_manager.all()


class StandingFilter(ChipFilter):
    """Problems by how they stand today."""

    title = _("办结")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [("yes", _("未办结")), ("late", _("超期")), ("no", _("已办结"))]

    def condition(self, value: str) -> Q:
        today = timezone.localdate()
        return {"yes": is_open(today), "late": is_overdue(today), "no": ~is_open(today)}[value]

    def counts(self, queryset: QuerySet[Any]) -> dict[str, int]:
        wanted = {key: Count("pk", filter=self.condition(key)) for key in ("yes", "late", "no")}
        return {key: n for key, n in queryset.order_by().aggregate(**wanted).items() if n}


class LevelFilter(ChipFilter):
    title = _("层级")
    parameter_name = "level"
    column = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return Obstacle.Level.choices

    def condition(self, value: str) -> Q:
        return Q(level=value)


@admin.register(Obstacle)
class ObstacleAdmin(OfProjectAdmin):
    head_line = _("哪些项目卡住了、谁来协调、何时解决")
    form = ObstacleForm
    list_display = ("name", "unit_name", "text_words", "standing", "raised_on", "owner_unit", "level", "due_on", "resolved_on")
    list_display_links = ("name",)
    list_filter = (StandingFilter, LevelFilter, UnitOfProjectFilter)
    list_select_related = ("project__unit", "owner_unit")
    change_list_template = "projects/obstacle_list.html"
    sections = (
        (_("问题"), ("project", "period", "text", "raised_on", "owner_unit", "due_on")),
        (_("协调层级"), ("level", "escalated_on")),
        (_("解决"), ("resolved_on", "resolution")),
    )

    def scoped_choices(self, field: Any, request: Any, queryset: Any) -> Any:
        """Any unit may be asked to help."""
        return ReportingUnit.objects.all() if field.name == "owner_unit" else super().scoped_choices(field, request, queryset)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A problem is raised today; one from a month's report begins with what was reported (`?report=`)."""
        given = {"raised_on": timezone.localdate(), **super().get_changeform_initial_data(request)}
        key = given.pop("report", "")
        rows = for_user(MonthReport.objects.select_related("project"), request.user, Action.EDIT)
        report = rows.filter(pk=int(key)).first() if isinstance(key, str) and key.isdecimal() and len(key) < 16 else None
        if report is None:
            return given
        return {**given, "project": report.project_id, "period": report.period_id, "text": report.problems, "owner_unit": report.project.unit_id}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        rows, today = self.get_queryset(request), timezone.localdate()
        counts = count(rows, today)
        context = {"counts": counts, "counts_said": said(counts), "by_unit": count_by_unit(rows, today), "today": today}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    @admin.display(description=_("问题"))
    def text_words(self, row: Obstacle) -> Any:
        return name_cell(row.text)

    @admin.display(description=_("状态"))
    def standing(self, row: Obstacle) -> Any:
        return standing_tag(row)

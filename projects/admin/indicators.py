"""Monitored indicators: what is watched, its targets, and its figures. The table of them is a report (`/reports/indicators/`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from projects.admin.base import TrackedAdmin
from projects.admin.filters import ChipFilter, YearFilter
from projects.admin.forms import CheckedForm
from projects.admin.months import name_cell
from projects.findings import Finding
from projects.indicators import UNIT_OF, Kind
from projects.measures import plain_text
from projects.models import Indicator, IndicatorTarget, IndicatorValue
from projects.services.indicators import check_indicator, check_target, check_value

register(
    NavItem("reports", _("指标数值"), "admin:projects_indicatorvalue_changelist", may(Action.LISTS), 62),
    NavItem("reports", _("指标年度目标"), "admin:projects_indicatortarget_changelist", may(Action.LISTS), 64),
    NavItem("reports", _("监测指标"), "admin:projects_indicator_changelist", may(Action.LISTS), 66),
)


class IndicatorForm(CheckedForm):
    """A definition that changes says why: every figure under it is read anew."""

    class Meta:
        model = Indicator
        fields = (
            *("key", "name", "name_en", "subject", "subject_en", "kind", "measure", "better"),
            *("every", "is_cumulative", "definition", "bureau", "sort_order", "is_watched"),
        )
        widgets = {"definition": forms.Textarea(attrs={"rows": 2})}

    def run_rules(self) -> Sequence[Finding]:
        return check_indicator(self.instance)

    def own_questions(self) -> list[str]:
        moved = {"kind", "measure", "better", "is_cumulative"} & set(self.real_changes)
        if self.instance._state.adding or not moved or not self.instance.indicatorvalues.exists():
            return []
        return [str(_("该指标已有数值，改性质、单位、方向或累计口径会改变各期的读法，请写明依据"))]


class TargetForm(CheckedForm):
    class Meta:
        model = IndicatorTarget
        fields = ("indicator", "unit", "year", "value", "source", "doc_no", "url", "note", "is_synthetic")

    def run_rules(self) -> Sequence[Finding]:
        return check_target(self.instance, timezone.localdate()) if self.instance.indicator_id else ()

    def own_questions(self) -> list[str]:
        moved = not self.instance._state.adding and "value" in self.real_changes
        return [str(_("调整已下达的目标，请写明依据（文号）"))] if moved else []


class ValueForm(CheckedForm):
    class Meta:
        model = IndicatorValue
        fields = (
            *("indicator", "unit", "year", "month", "value", "is_approx", "nation_value", "province_value"),
            *("source", "doc_no", "url", "published_on", "note", "is_synthetic"),
        )

    def run_rules(self) -> Sequence[Finding]:
        return check_value(self.instance, timezone.localdate()) if self.instance.indicator_id else ()

    def own_questions(self) -> list[str]:
        moved = not self.instance._state.adding and {"value", "nation_value", "province_value"} & set(self.real_changes)
        return [str(_("改动已登记的数值，请写明依据（如统计部门修订）"))] if moved else []


def figure_text(indicator: Indicator, value: Any) -> str:
    """A figure with its unit: 4%, 1.3 百分点, 387 亿元."""
    if value is None:
        return "—"
    space = "" if UNIT_OF.get(Kind(indicator.kind)) == "%" else " "
    return f"{plain_text(value)}{space}{indicator.measure}"


@admin.register(Indicator)
class IndicatorAdmin(TrackedAdmin):
    head_line = _("监测哪些经济运行重要指标，怎样计量，谁发布")
    form = IndicatorForm
    list_display = ("name_words", "kind", "measure", "better", "every", "bureau", "is_watched")
    search_fields = ("name", "key", "subject", "name_en")
    search_help_text = _("指标名称、标识")
    sections = (
        (_("指标"), ("key", "name", "name_en", "subject", "subject_en")),
        (_("计量"), ("kind", "measure", "better", "every", "is_cumulative", "definition")),
        (_("来源和排列"), ("bureau", "sort_order", "is_watched")),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Addresses name it by its key."""
        return ("key",) if obj is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is taken off the table by `is_watched`; its figures stay."""
        return False

    @admin.display(description=_("指标"), ordering="sort_order")
    def name_words(self, row: Indicator) -> Any:
        return name_cell(row.name, row.definition)


class IndicatorFilter(ChipFilter):
    title = _("指标")
    parameter_name = "indicator"
    column = "indicator__key"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return list(Indicator.objects.values_list("key", "name"))

    def condition(self, value: str) -> Q:
        return Q(indicator__key=value)


class FigureAdmin(TrackedAdmin):
    """Figures of an indicator, of the city or of a unit."""

    list_display_links = ("name",)
    list_select_related = ("indicator", "unit")
    search_fields = ("indicator__name", "indicator__key", "unit__name", "unit__short_name", "source", "doc_no")
    search_help_text = _("指标、单位、来源文件、文号")
    autocomplete_fields = ("indicator", "unit")

    @admin.display(description=_("指标"), ordering="indicator__sort_order")
    def name(self, row: Any) -> Any:
        return name_cell(row.indicator.name)

    @admin.display(description=_("单位"), ordering="unit__sort_order")
    def place_words(self, row: Any) -> str:
        return str(row.place)

    @admin.display(description=_("数值"), ordering="value")
    def n_value(self, row: Any) -> str:
        return figure_text(row.indicator, row.value)

    @admin.display(description=_("来源"), ordering="source")
    def source_words(self, row: Any) -> Any:
        words = f"{row.source} {row.doc_no}".strip()
        return format_html('<a href="{}" rel="noreferrer">{}</a>', row.url, words) if row.url else name_cell(words)


@admin.register(IndicatorTarget)
class IndicatorTargetAdmin(FigureAdmin):
    head_line = _("全市和各单位每年各指标要达到多少")
    form = TargetForm
    list_display = ("name", "place_words", "year", "n_value", "source_words")
    list_filter = (IndicatorFilter, YearFilter)
    sections = (
        (_("目标"), ("indicator", "unit", "year", "value")),
        (_("来源"), ("source", "doc_no", "url", "note", "is_synthetic")),
    )


@admin.register(IndicatorValue)
class IndicatorValueAdmin(FigureAdmin):
    head_line = _("每期公布的数值，连同全国、全省和来源文件")
    form = ValueForm
    list_display = ("name", "place_words", "period_words", "n_value", "n_nation", "n_province", "source_words")
    list_filter = (IndicatorFilter, YearFilter)
    sections = (
        (_("数值"), ("indicator", "unit", "year", "month", "value", "is_approx")),
        (_("比较"), ("nation_value", "province_value")),
        (_("来源"), ("source", "doc_no", "url", "published_on", "note", "is_synthetic")),
    )

    @admin.display(description=_("时期"), ordering="year")
    def period_words(self, row: IndicatorValue) -> str:
        return row.period.zh

    @admin.display(description=_("全国"), ordering="nation_value")
    def n_nation(self, row: IndicatorValue) -> str:
        return figure_text(row.indicator, row.nation_value)

    @admin.display(description=_("全省"), ordering="province_value")
    def n_province(self, row: IndicatorValue) -> str:
        return figure_text(row.indicator, row.province_value)

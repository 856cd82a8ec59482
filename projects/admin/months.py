"""Months, annual plans and plan versions: what was planned and what was reported."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from projects.admin.base import PlainAdmin, TrackedAdmin
from projects.admin.filters import PeriodFilter, StateFilter, UnitOfProjectFilter, YearFilter
from projects.admin.forms import AnnualPlanForm, MonthForm
from projects.measures import number_text, wan_text
from projects.models import AnnualPlan, MonthReport, PlanVersion, ReportingPeriod

register(
    NavItem("reporting", _("月度进展"), "admin:projects_monthreport_changelist", may(Action.VIEW), 20),
    NavItem("reporting", _("年度计划"), "admin:projects_annualplan_changelist", may(Action.VIEW), 30),
    NavItem("reporting", _("填报期"), "admin:projects_reportingperiod_changelist", may(Action.VIEW), 40),
)


def name_cell(text: str, title: str = "") -> Any:
    return format_html('<span class="name" title="{}">{}</span>', title or text, text)


class OfProjectAdmin(TrackedAdmin):
    """Rows that hang on a project: found by its name, chosen by type-ahead."""

    search_fields = ("project__name", "project__codes__code")
    search_help_text = _("项目名称、代码")
    autocomplete_fields = ("project",)
    list_select_related: ClassVar[Any] = ("project__unit",)
    open_lookups = frozenset({"project__id__exact"})

    @admin.display(description=_("项目"), ordering="project__name")
    def name(self, row: Any) -> Any:
        return name_cell(row.project.name)

    @admin.display(description=_("填报单位"), ordering="project__unit__sort_order")
    def unit_name(self, row: Any) -> str:
        return str(row.project.unit.short_name)


@admin.register(MonthReport)
class MonthReportAdmin(OfProjectAdmin):
    head_line = _("每个项目每月报了什么；空白是未报，0 是报了 0")
    form = MonthForm
    list_display = ("name", "unit_name", "period", "n_month", "n_ytd", "n_cum", "n_percent", "state")
    list_display_links = ("name",)
    list_filter = (PeriodFilter, UnitOfProjectFilter, StateFilter)
    list_select_related = ("project__unit", "period")
    sections = (
        (_("项目与月份"), ("project", "period")),
        (_("完成投资"), ("done_month_wan", "done_ytd_wan", "cum_total_wan", "is_approx")),
        (_("形象进度与问题"), ("progress_percent", "progress_text", "problems")),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A report begun from the project page is for that project, and for the newest period."""
        newest = ReportingPeriod.objects.order_by("-year", "-month").first()
        return {**super().get_changeform_initial_data(request), **({"period": newest.pk} if newest else {})}

    @admin.display(description=_("本月完成（万元）"), ordering="done_month_wan")
    def n_month(self, row: MonthReport) -> str:
        return wan_text(row.done_month_wan, grouped=True)

    @admin.display(description=_("本年累计（万元）"), ordering="done_ytd_wan")
    def n_ytd(self, row: MonthReport) -> str:
        return wan_text(row.done_ytd_wan, grouped=True)

    @admin.display(description=_("开工累计（万元）"), ordering="cum_total_wan")
    def n_cum(self, row: MonthReport) -> str:
        return wan_text(row.cum_total_wan, grouped=True)

    @admin.display(description=_("形象进度（%）"), ordering="progress_percent")
    def n_percent(self, row: MonthReport) -> str:
        return number_text(row.progress_percent)


@admin.register(AnnualPlan)
class AnnualPlanAdmin(OfProjectAdmin):
    head_line = _("每个项目每年（有分月计划的到月）计划投多少")
    form = AnnualPlanForm
    list_display = ("name", "unit_name", "year", "month", "n_plan", "n_prior")
    list_display_links = ("name",)
    list_filter = (YearFilter, UnitOfProjectFilter)
    sections = ((_("年度计划"), ("project", "year", "month", "plan_wan", "cum_prior_wan", "goal")),)

    @admin.display(description=_("计划投资（万元）"), ordering="plan_wan")
    def n_plan(self, row: AnnualPlan) -> str:
        return wan_text(row.plan_wan, grouped=True)

    @admin.display(description=_("截至上年底累计（万元）"), ordering="cum_prior_wan")
    def n_prior(self, row: AnnualPlan) -> str:
        return wan_text(row.cum_prior_wan, grouped=True)


@admin.register(PlanVersion)
class PlanVersionAdmin(OfProjectAdmin):
    """Read here; a new version comes of changing the project with a reason."""

    head_line = _("总投资与起止时间的基准和历次调整")
    list_display = ("name", "unit_name", "number", "is_baseline", "n_total", "planned_start", "planned_finish", "doc_no", "reason")
    list_display_links = ("name",)
    list_filter = (UnitOfProjectFilter,)
    sections = (
        (_("计划版本"), ("project", "number", "is_baseline", "total_wan", "planned_start", "planned_finish", "decided_on", "doc_no", "reason")),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What was decided stays; its document and date may be added later."""
        return ("project", "number", "is_baseline", "total_wan", "planned_start", "planned_finish")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("总投资（万元）"), ordering="total_wan")
    def n_total(self, row: PlanVersion) -> str:
        return wan_text(row.total_wan, grouped=True)


@admin.register(ReportingPeriod)
class ReportingPeriodAdmin(PlainAdmin):
    head_line = _("哪些月份要报，何时开放、截止、锁定")
    list_display = ("__str__", "opens_on", "due_on", "locked_at")
    list_filter = (YearFilter,)
    search_fields = ("year",)
    search_help_text = _("年份")
    fieldsets = ((_("填报期"), {"fields": ("year", "month", "opens_on", "due_on", "locked_at")}),)

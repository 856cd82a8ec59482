"""Months, annual plans and plan versions: what was planned and what was reported."""

from __future__ import annotations

from functools import cache, partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path, reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts import scope
from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scoped_admin import field_label
from projects.admin.base import FoundByProject, TrackedAdmin
from projects.admin.corrections import corrections_of, corrections_page
from projects.admin.filters import PeriodFilter, StateFilter, UnitOfProjectFilter, YearFilter
from projects.admin.forms import AnnualPlanForm, MonthForm
from projects.admin.reviews import move_page, move_url, unit_page, unit_url, verbs_of
from projects.admin.states import exception_words, links, state_tag, verb_words, verbs_for
from projects.measures import number_text, wan_text
from projects.models import AnnualPlan, Door, MonthReport, PlanVersion, ReportingPeriod, unlocked
from projects.services.edits import reworked
from projects.services.keeping import keep_month
from projects.services.periods import exceptions_in_force, newest_open, writable
from projects.workflow import Verb

register(
    NavItem("reporting", _("月度进展"), "admin:projects_monthreport_changelist", may(Action.VIEW), 20),
    NavItem("reporting", _("年度计划"), "admin:projects_annualplan_changelist", may(Action.VIEW), 30),
)


def name_cell(text: str, title: str = "") -> Any:
    return format_html('<span class="name" title="{}">{}</span>', title or text, text)


class OfProjectAdmin(FoundByProject, TrackedAdmin):
    """Rows that hang on a project: found by its name, chosen by type-ahead."""

    search_fields = ("project__name", "project__codes__code")
    search_help_text = _("项目名称、代码、建设单位")
    autocomplete_fields = ("project",)
    list_select_related: ClassVar[Any] = ("project__unit",)
    open_lookups = frozenset({"project__id__exact"})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A project is chosen here; a new one is made on its own page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "project" and field is not None:
            field.widget.can_add_related = False
        return field

    @admin.display(description=_("项目"), ordering="project__name")
    def name(self, row: Any) -> Any:
        return name_cell(row.project.name)

    @admin.display(description=_("填报单位"), ordering="project__unit__sort_order")
    def unit_name(self, row: Any) -> str:
        return str(row.project.unit.short_name)


_PRINTED = {"done_month_wan": "n_month", "done_ytd_wan": "n_ytd", "cum_total_wan": "n_cum", "progress_percent": "n_percent"}


@admin.register(MonthReport)
class MonthReportAdmin(OfProjectAdmin):
    head_line = _("每个项目每月报了什么；空白是未报，0 是报了 0")
    form = MonthForm
    list_display = ("name", "unit_name", "period", "n_month", "n_ytd", "n_cum", "n_percent", "state_words")
    list_display_links = ("name",)
    list_filter = (PeriodFilter, UnitOfProjectFilter, StateFilter)
    list_select_related = ("project__unit", "period")
    change_form_template = "admin/projects/cycle/month.html"
    sections = (
        (_("项目与月份"), ("project", "period")),
        (_("完成投资"), ("done_month_wan", "done_ytd_wan", "cum_total_wan", "is_approx")),
        (_("形象进度与问题"), ("progress_percent", "progress_text", "problems")),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A report begun from the project page is for that project, and for the newest period."""
        newest = newest_open()
        return {**({"period": newest.pk} if newest else {}), **super().get_changeform_initial_data(request)}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Figures that are only read are printed as everywhere: grouped, without idle zeros."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        return [(title, {**options, "fields": [_PRINTED.get(name, name) for name in options["fields"]]}) for title, options in found]

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("unit/<int:unit_id>/<int:period_id>/", wrap(partial(unit_page, self)), name="projects_month_unit"),
            path("<int:object_id>/corrections/", wrap(partial(corrections_page, self)), name="projects_monthreport_corrections"),
            re_path(r"^(?P<object_id>\d+)/(?P<verb>submit|return|approve)/$", wrap(self._move), name="projects_monthreport_move"),
            *super().get_urls(),
        ]

    def _move(self, request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        return move_page(self, request, int(object_id), verb)

    def get_list_display(self, request: HttpRequest) -> Any:
        """The verbs a person may ask for stand at the end of each row."""

        @cache
        def let_in() -> set[tuple[int, int]]:
            return set(exceptions_in_force(ReportingPeriod.objects.exclude(unlocked())))

        def moves(row: MonthReport) -> Any:
            is_let_in = row.period.is_locked and (row.project.unit_id, row.period_id) in let_in()
            found = verbs_for(row, verbs_of(request.user, row.project.unit_id), is_let_in=is_let_in)
            return links([(move_url(row.pk, verb), verb_words(verb)) for verb in found])

        moves.short_description = _("操作")  # type: ignore[attr-defined]
        asked = any(scope.may(request.user, action) for action in (Action.SUBMIT, Action.REVIEW))
        return (*self.list_display, moves) if asked else self.list_display

    @admin.display(description=_("状态"), ordering="state")
    def state_words(self, row: MonthReport) -> Any:
        return state_tag(row)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A closed month is shown, with the words why; what is sent nevertheless is refused by the form with the same words."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.method not in ("GET", "HEAD") or bool(writable(obj.project.unit_id, obj.period)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft of an open month that nobody has reviewed is taken out."""
        allowed = super().has_delete_permission(request, obj)
        if obj is None or not allowed:
            return allowed
        return not obj.events.exists() and bool(writable(obj.project.unit_id, obj.period))

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        obj = self.get_object(request, object_id) if object_id else None
        shown = _month_context(request, obj) if obj is not None else {}
        return super().changeform_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: MonthReport, form: Any, change: bool) -> None:
        """An edit takes a submission or an approval away, in the same transaction."""
        self.guard_after(request, obj, change)
        if change and not form.real_changes:
            return
        kept = keep_month(obj, is_new=not change, actor=request.user, door=Door.ADMIN, reason=form.cleaned_data.get("change_reason", ""))
        if kept.is_voided:
            messages.warning(request, gettext("这条月度进展提交或审核之后被改动，已回到草稿，须重新提交。"))
        if change and obj.state == MonthReport.State.RETURNED:
            messages.warning(request, _again_words(may_submit=scope.reaches(request.user, Action.SUBMIT, obj.project.unit_id)))
        if kept.ended_nil:
            messages.warning(request, gettext("该单位先前报的“本月无变化”已撤回：现在有了月度进展。"))

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


def _month_context(request: HttpRequest, report: MonthReport) -> dict[str, Any]:
    """What stands beside the form: why it is closed, what was said of it, what may be done, and its corrections."""
    unit_id = report.project.unit_id
    answer = writable(unit_id, report.period)
    found = verbs_for(report, verbs_of(request.user, unit_id), is_let_in=bool(answer))
    last = report.events.filter(verb=Verb.RETURN.value).order_by("-id").first() if report.state == MonthReport.State.RETURNED else None
    return {
        "state_words": state_tag(report),
        "closed": "" if answer else answer.said(get_language() or "zh"),
        "let_in": exception_words(unit_id, report.period),
        "returned": last,
        "again": _again_words(may_submit=Verb.SUBMIT in found) if last is not None and answer and reworked([report.pk]) else "",
        "falls": _falls(report) if answer and scope.reaches(request.user, Action.EDIT, unit_id) else "",
        "remarks": [(field_label(MonthReport, name), text) for name, text in last.cells.items()] if last else [],
        "events": report.events.select_related("by"),
        "moves": [{"url": move_url(report.pk, verb), "words": verb_words(verb)} for verb in found],
        "corrections": corrections_of(report),
        "corrections_url": reverse("admin:projects_monthreport_corrections", args=[report.pk]) if not answer else "",
        "unit_month_url": unit_url(unit_id, report.period_id),
    }


def _again_words(*, may_submit: bool) -> str:
    """That a mended report still stands returned, and who hands it in again."""
    if may_submit:
        return gettext("退回后已修改，还没有重新提交：改好后请点“提交”，提交之前市级不会再审。")
    return gettext("退回后已修改，还没有重新提交：改好后由本单位审核人提交，提交之前市级不会再审。")


def _falls(report: MonthReport) -> str:
    """What saving a change would take from the report, said before anybody changes it."""
    if report.state == MonthReport.State.APPROVED:
        return gettext("这条月度进展已审核：保存改动后将退回草稿，需重新提交和审核；不改动就不受影响。")
    if report.state == MonthReport.State.SUBMITTED:
        return gettext("这条月度进展已提交：保存改动后将退回草稿，需重新提交；不改动就不受影响。")
    return ""


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

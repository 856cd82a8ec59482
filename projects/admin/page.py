"""The project page: everything known of one project, read first and edited from there."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.admin.chart import year_chart
from projects.history import project_changes
from projects.measures import MonthFigures, Sums, difference, month_figures, overall_progress, rate, schedule
from projects.models import MonthReport, Project, ProjectCode
from projects.moment import Moment, moment_of
from projects.panels import project_panels

_FACTS = (
    "unit",
    "kind",
    "sector",
    "nature",
    "approval_kind",
    "owner",
    "responsible_unit",
    "lead",
    "contact",
    "phone",
    "address",
    "local_code",
    "planned_start",
    "planned_finish",
    "actual_start",
    "actual_finish",
    "stopped_on",
    "land_mu",
    "expected_output_wan",
    "expected_tax_wan",
    "stage_reason",
    "content",
    "remarks",
    "source",
)
_WHOLE = frozenset({"content", "remarks", "source", "stage_reason"})


def facts_of(project: Project) -> list[dict[str, Any]]:
    """The named values that hold something, in the order of the form."""
    told = []
    for name in _FACTS:
        field = Project._meta.get_field(name)
        value = getattr(project, name)
        if value in (None, ""):
            continue
        choices = dict(getattr(field, "flatchoices", ()) or ())
        told.append({"label": getattr(field, "verbose_name", name), "value": choices.get(value, value), "whole": name in _WHOLE})
    return told


def months_of(project: Project, year: int) -> list[MonthReport]:
    return list(project.months.filter(period__year=year, period__half=0).select_related("period").order_by("period__month"))


def figures_at(project: Project, moment: Moment, months: list[MonthReport], plan_wan: Any) -> MonthFigures:
    """The project's own figures at the described month, by the same arithmetic as every table."""
    report = next((row for row in months if row.period.month == moment.month.month), None)
    sums = Sums()
    sums.add(project.total_wan, plan_wan, report.done_month_wan if report else None, report.done_ytd_wan if report else None)
    return month_figures(sums, moment.month)


def month_rows(months: list[MonthReport], plan_wan: Any, total_wan: Any) -> list[dict[str, Any]]:
    rows = []
    for report in months:
        due = schedule(report.period.month)
        done = rate(report.done_ytd_wan, plan_wan)
        progress = overall_progress(report.cum_total_wan, total_wan)
        rows.append({"report": report, "rate": done, "schedule": due, "difference": difference(done, due), "progress": progress})
    return rows


def page_context(request: HttpRequest, project: Project) -> dict[str, Any]:
    """Everything the page shows, in a fixed number of queries beside those of the panels."""
    moment = moment_of(request)
    year = moment.month.year
    plans = list(project.annual_plans.order_by("-year", "month"))
    plan_wan = next((plan.plan_wan for plan in plans if plan.year == year and plan.month is None), None)
    months = months_of(project, year)
    codes = list(project.codes.select_related("superseded_by"))
    panels = [(panel, shown) for panel in project_panels() if (shown := panel.context(request, project)) is not None]
    return {
        "project": project,
        "facts": facts_of(project),
        "codes": codes,
        "primary_code": next((code.code for code in codes if code.role == ProjectCode.Role.PRIMARY), ""),
        "tags": list(project.tags.all()),
        "locations": list(project.locations.select_related("division")),
        "plan_versions": list(project.plan_versions.order_by("number")),
        "annual_plans": plans,
        "figures": figures_at(project, moment, months, plan_wan),
        "months": month_rows(months, plan_wan, project.total_wan),
        "chart": year_chart(year, plan_wan, {row.period.month: row.done_ytd_wan for row in months}),
        "permits": list(project.permits.all()),
        "obstacles": list(project.obstacles.select_related("owner_unit")),
        "entries": list(project.entries.select_related("version__list", "sector").order_by("-version__as_of")),
        "changes": project_changes(project, limit=8),
        "panels": [{"panel": panel, **shown} for panel, shown in panels],
        "moment": moment,
    }


def project_page(admin: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    """The page of a project in the person's scope; any other does not exist."""
    project = admin.get_queryset(request).filter(pk=object_id).select_related("unit", "sector", "owner").first()
    if project is None:
        raise Http404(f"project {object_id}")
    context = {
        **admin.admin_site.each_context(request),
        **page_context(request, project),
        "title": project.name,
        "head_line": _("这个项目是什么、计划多少、干到哪、卡在哪"),
        "opts": admin.opts,
        "may_change": admin.has_change_permission(request, project),
        "month_add_url": reverse("admin:projects_monthreport_add"),
    }
    return TemplateResponse(request, "admin/projects/project/page.html", context)

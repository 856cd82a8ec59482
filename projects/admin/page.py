"""The project page: everything known of one project, read first and edited from there."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.admin.chart import year_chart
from projects.admin.corrections import words_of
from projects.figures import figures_of, with_figures
from projects.history import project_changes, rows_at
from projects.measures import difference, overall_progress, rate, schedule
from projects.models import (
    AnnualPlan,
    Correction,
    Entry,
    LocationShare,
    MonthReport,
    Obstacle,
    Permit,
    PlanVersion,
    Project,
    ProjectCode,
    ProjectTag,
    in_time,
)
from projects.moment import Moment, moment_of
from projects.panels import project_links, project_panels
from projects.period import FIRST_HALF

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


def months_of(project: Project, moment: Moment) -> list[Any]:
    rows = rows_at(MonthReport, moment.known_until).filter(project_id=project.pk, period__year=moment.month.year)
    return list(rows.select_related("period").order_by(*in_time("period__")))


def as_known(project: Project, moment: Moment) -> Any:
    """The project as it was at the end of the known day; as it is, without one."""
    if moment.known is None:
        return project
    row = rows_at(Project, moment.known_until).filter(id=project.pk).select_related("unit", "sector", "owner").first()
    if row is None:
        raise Http404(f"project {project.pk} was not known on {moment.known}")
    return row.instance


def corrected_in(months: list[Any], moment: Moment) -> dict[int, list[dict[str, Any]]]:
    """Report id → the words of its corrections that were approved by the known day. One query."""
    rows = Correction.objects.filter(report__in=[report.id for report in months], state=Correction.State.APPROVED)
    if moment.known_until is not None:
        rows = rows.filter(settled_at__lte=moment.known_until)
    found: dict[int, list[dict[str, Any]]] = {}
    reports = {report.id: report for report in months}
    for row in rows.order_by("settled_at", "id"):
        if row.stands_beside(reports[row.report_id]):
            found.setdefault(row.report_id, []).append(words_of(row))
    return found


def month_rows(months: list[Any], plan_wan: Any, total_wan: Any, corrected: dict[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    rows = []
    for report in months:
        due = schedule(report.period.month, half=report.period.half == FIRST_HALF)
        done = rate(report.done_ytd_wan, plan_wan)
        progress = overall_progress(report.cum_total_wan, total_wan)
        rows.append({"report": report, "rate": done, "schedule": due, "difference": difference(done, due), "progress": progress})
        rows[-1]["corrected"] = corrected.get(report.id, [])
    return rows


def page_context(request: HttpRequest, project: Project) -> dict[str, Any]:
    """Everything the page shows, in a fixed number of queries beside those of the panels."""
    moment = moment_of(request)
    year = moment.month.year
    then = as_known(project, moment)

    def mine(model: type[Model]) -> QuerySet[Any]:
        return rows_at(model, moment.known_until).filter(project_id=project.pk)

    figures = figures_of(with_figures(Project.objects.filter(pk=project.pk), moment), moment.month)
    months = months_of(project, moment)
    codes = list(mine(ProjectCode).select_related("superseded_by").order_by("role", "code"))
    panels = [(panel, shown) for panel in project_panels() if (shown := panel.context(request, project)) is not None]
    return {
        "project": then,
        "facts": facts_of(then),
        "codes": codes,
        "primary_code": next((code.code for code in codes if code.role == ProjectCode.Role.PRIMARY), ""),
        "tags": [row.tag for row in mine(ProjectTag).select_related("tag").order_by("tag__sort_order", "id")],
        "locations": list(mine(LocationShare).select_related("division").order_by("id")),
        "plan_versions": list(mine(PlanVersion).order_by("number")),
        "annual_plans": list(mine(AnnualPlan).order_by("-year", "month")),
        "figures": figures,
        "total_moved": figures.total_wan != then.total_wan,
        "months": month_rows(months, figures.plan_wan, figures.total_wan, corrected_in(months, moment)),
        "chart": year_chart(year, figures.plan_wan, {row.period.month: row.done_ytd_wan for row in months}),
        "permits": list(mine(Permit).order_by("kind", "id")),
        "obstacles": list(mine(Obstacle).select_related("owner_unit").order_by("resolved_on", "raised_on", "id")),
        "entries": list(mine(Entry).select_related("version__list", "sector").order_by("-version__as_of")),
        "changes": project_changes(project, limit=8, until=moment.known_until),
        "panels": [{"panel": panel, **shown} for panel, shown in panels],
        "moment": moment,
    }


def project_page(admin: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    """The page of a project in the person's scope; any other does not exist."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    project = admin.get_queryset(request).filter(pk=object_id).select_related("unit", "sector", "owner").first()
    if project is None:
        raise Http404(f"project {object_id}")
    context = {
        **admin.admin_site.each_context(request),
        **(shown := page_context(request, project)),
        "title": shown["project"].name,
        "head_line": _("这个项目是什么、计划多少、干到哪、卡在哪"),
        "opts": admin.opts,
        "may_change": admin.has_change_permission(request, project),
        "links": project_links(request, project),
        "month_add_url": reverse("admin:projects_monthreport_add"),
    }
    return TemplateResponse(request, "admin/projects/project/page.html", context)

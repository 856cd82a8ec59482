"""A project's life on one page and one sheet: `/reports/project/<uid>/`."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Action
from accounts.scope import for_user
from projects.figures import figures_of, with_figures
from projects.history import rows_at
from projects.measures import MonthFigures
from projects.models import Project, ProjectCode
from projects.moment import Moment, moment_of
from projects.panels import Link
from reports.parameters import read_question
from reports.timeline import Event, Lane, draw
from reports.timeline_events import life_of
from reports.views import describe, reader
from reports.words import month_text

LANES: dict[Lane, Any] = {
    Lane.PLAN: gettext_lazy("计划与建设"),
    Lane.LIST: gettext_lazy("所在清单"),
    Lane.PERMIT: gettext_lazy("前期手续"),
    Lane.MONTH: gettext_lazy("每月完成"),
    Lane.OBSTACLE: gettext_lazy("存在问题"),
    Lane.MONEY: gettext_lazy("资金"),
    Lane.CHANGE: gettext_lazy("变更与更正"),
    Lane.PAPER: gettext_lazy("资料"),
}
# What one sheet holds beside the drawing. Months stand in the drawing already and are left out on paper; of the rest the newest are printed.
ON_PAPER = 72
_SMALLER = 24  # from here on in smaller type


def _moment(request: HttpRequest) -> Moment:
    """The clocks of the address, or of the frame where it names none; the frame is told."""
    given = {name: request.GET[name] for name in ("period", "known") if name in request.GET}
    moment = read_question(given, moment_of(request)).moment
    describe(request, moment)
    return moment


@reader(Action.VIEW)
def timeline_page(request: HttpRequest, uid: str) -> HttpResponse:
    """The life of a project in the person's scope; any other does not exist."""
    moment = _moment(request)
    project = for_user(Project.objects.all(), request.user, Action.VIEW).filter(uid=uid).first()
    if project is None:
        raise Http404(f"project {uid}")
    life = life_of(request.user, project, moment.known_until, moment.month)
    if life.then is None:
        raise Http404(f"project {uid} was not known on {moment.known}")
    figures = figures_of(with_figures(Project.objects.filter(pk=project.pk), moment), moment.month)
    today = life.until
    codes = rows_at(ProjectCode, moment.state).filter(project_id=project.pk, role=ProjectCode.Role.PRIMARY)
    left = _left_out(life.events)
    drawing = draw(life.events, life.months, today)
    context = {
        "project": life.then,
        "code": codes.values_list("code", flat=True).first() or "",
        "figures": _figures(figures, moment),
        "drawing": drawing,
        "bands": [(band, LANES[Lane(band.key)]) for band in drawing.bands] if drawing is not None else [],
        "rows": [
            {"event": one, "lane": LANES[one.lane], "on_paper": id(one) not in left, "upload": life.uploads.get(one.upload or 0, "")}
            for one in life.events
        ],
        "left_out": sum(1 for one in life.events if id(one) in left and one.lane is not Lane.MONTH),
        "is_full": len(life.events) - len(left) > _SMALLER,
        "page_url": reverse("admin:projects_project_page", args=[project.pk]),
        "moment": moment,
    }
    return render(request, "reports/timeline.html", context)


def timeline_link(request: HttpRequest, project: Project) -> Link | None:
    """From the project page to here."""
    return Link(_("全过程"), reverse("reports:timeline", args=[project.uid]))


def _figures(figures: MonthFigures, moment: Moment) -> list[dict[str, Any]]:
    """The headline figures with the measure of each, so that they can be traced."""
    month = month_text(moment.month)
    return [
        {"key": "total_wan", "label": _("总投资（万元）"), "kind": "wan", "value": figures.total_wan},
        {"key": "plan_wan", "label": _("%(year)s年计划（万元）") % {"year": moment.month.year}, "kind": "wan", "value": figures.plan_wan},
        {"key": "ytd_wan", "label": _("截至%(month)s完成（万元）") % {"month": month}, "kind": "wan", "value": figures.ytd_wan},
        {"key": "rate", "label": _("完成率"), "kind": "percent", "value": figures.rate},
        {"key": "difference", "label": _("较时序（百分点）"), "kind": "points", "value": figures.difference},
    ]


def _left_out(events: list[Event]) -> frozenset[int]:
    """What the sheet does not list: months, and the oldest of what is more than it holds."""
    others = [one for one in events if one.lane is not Lane.MONTH]
    kept = {id(one) for one in others[-ON_PAPER:]}
    return frozenset(id(one) for one in events if id(one) not in kept)

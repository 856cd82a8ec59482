"""What the overview shows: the lists against what was declared, the month's figure, what waits, and what to do next.

Everything is of the reader's scope. A fixed number of queries beside those of the panels that other apps add.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts import scope
from accounts.roles import Action
from exchange.models import Upload
from projects.counting import counted, versions_in_effect
from projects.figures import figures_of, with_figures
from projects.measures import MonthFigures
from projects.models import Entry, ListVersion, Obstacle, Project, ReportingPeriod
from projects.moment import Moment, moment_of
from projects.panels import dashboard_panels
from projects.querysets import reconcile
from projects.stages import Stage


def overview(request: HttpRequest) -> dict[str, Any]:
    """The context of the overview; for somebody without business scope only the panels that speak to them."""
    user = request.user
    panels = [{"panel": panel, **shown} for panel in dashboard_panels() if (shown := panel.context(request)) is not None]
    if not scope.may(user, Action.VIEW):
        return {"panels": panels, "business": False}
    moment = moment_of(request)
    figures = _city_figures(user, moment)
    known = with_figures(scope.for_user(Project.objects.all(), user, Action.VIEW), moment).count()
    return {
        "panels": panels,
        "business": True,
        "moment": moment,
        "figures": figures,
        "dropped": known - figures.count,
        "lists": _lists(user),
        "whole_city": scope.city_wide(user, Action.VIEW),
        "uploads": _waiting(user),
        "todo": _todo(user, moment, figures),
    }


def _city_figures(user: Any, moment: Moment) -> MonthFigures:
    mine = scope.for_user(Project.objects.all(), user, Action.VIEW)
    return figures_of(with_figures(counted(mine, versions_in_effect(moment.month)), moment), moment.month)


def _lists(user: Any) -> list[dict[str, Any]]:
    """The newest version of each list of the newest year, with its reconciliation."""
    versions = list(ListVersion.objects.select_related("list").order_by("-list__year", "list__key", "-number"))
    newest: dict[int, ListVersion] = {}
    for version in versions:
        if version.list.year == versions[0].list.year:
            newest.setdefault(version.list_id, version)
    checked = reconcile(newest.values(), scope.for_user(Entry.objects.all(), user, Action.VIEW))
    return [{"version": version, "check": checked[version.pk]} for version in newest.values()]


def _waiting(user: Any) -> list[Upload]:
    """Uploads that somebody has yet to look at: checked and not committed, or still being read."""
    states = (Upload.State.RECEIVED, Upload.State.CHECKED)
    return list(scope.for_user(Upload.objects.filter(state__in=states), user, Action.VIEW).select_related("user", "unit")[:8])


def _todo(user: Any, moment: Moment, figures: MonthFigures) -> dict[str, Any]:
    """Counts behind the words of "what to do next"."""
    obstacles = scope.for_user(Obstacle.objects.filter(resolved_on=None), user, Action.VIEW)
    building: Any = with_figures(scope.for_user(Project.objects.filter(stage=Stage.BUILD), user, Action.VIEW), moment)
    period = ReportingPeriod.objects.filter(year=moment.month.year, month=moment.month.month, half=0).first()
    return {
        "empty": figures.count == 0,
        "period": period,
        "missing": building.filter(ytd_then=None).count(),
        "open_obstacles": obstacles.count(),
        "late_obstacles": obstacles.filter(due_on__lt=timezone.localdate()).count(),
        "may_upload": scope.may(user, Action.UPLOAD),
        "may_list": scope.may(user, Action.LISTS),
    }

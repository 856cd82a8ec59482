"""What the overview shows: the lists against what was declared, the month's figure, what waits, and what to do next.

Everything is of the reader's scope. A fixed number of queries beside those of the panels that other apps add.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts import scope
from accounts.roles import Action
from config.todo import tasks_of
from exchange.models import Upload
from projects.counting import counted, versions_in_effect
from projects.figures import figures_of, with_figures
from projects.measures import MonthFigures
from projects.models import Entry, ListVersion, Obstacle, Project, ReportingPeriod, in_time
from projects.moment import Moment, moment_of
from projects.panels import dashboard_panels
from projects.querysets import reconcile

WAITS = timedelta(days=30)
# A file in one of these states settles nothing for an older one of the same kind, unit and month.
_UNSETTLING = (Upload.State.RECEIVED, Upload.State.REFUSED, Upload.State.FAILED)


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
        "todo": _todo(user, moment, figures),
        **waiting_for(user),
        "fills_in": scope.may(user, Action.UPLOAD) and scope.may(user, Action.EXPORT),
    }


def waiting_for(user: Any) -> dict[str, Any]:
    """What waits for a person alone: tasks of the post, and files to commit or to mend."""
    if not scope.may(user, Action.VIEW):
        return {"tasks": [], "uploads": []}
    return {"tasks": tasks_of(user), "uploads": _waiting(user)}


def _city_figures(user: Any, moment: Moment) -> MonthFigures:
    mine = scope.for_user(Project.objects.all(), user, Action.VIEW)
    listed = versions_in_effect(moment.month, moment.known_until)
    return figures_of(with_figures(counted(mine, listed, moment.known_until), moment), moment.month)


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
    """Uploads on which somebody has yet to act, newest first: not what was committed, refused, replaced by a newer file, or forgotten."""
    since = timezone.now() - WAITS
    rows = scope.for_user(Upload.objects.filter(created_at__gte=since), user, Action.VIEW).select_related("user", "unit").order_by("-id")
    settled: set[Any] = set()
    waiting = []
    for upload in rows[:200]:
        place = (upload.kind, upload.unit_id, upload.period_id, upload.list_version_id)
        if upload.state == Upload.State.CHECKED and not settled & {place, upload.sha256} and _is_open(upload, user):
            waiting.append(upload)
        if upload.state not in _UNSETTLING:
            settled |= {place, upload.sha256}
    return waiting[:8]


def _is_open(upload: Upload, user: Any) -> bool:
    """Whether there is something to do: changes to commit, or faults to mend for whoever sent the file. A file still being read is neither."""
    if upload.counts.get("error"):
        return bool(upload.user_id == user.pk)
    return bool(upload.counts.get("create", 0) + upload.counts.get("change", 0))


def _todo(user: Any, moment: Moment, figures: MonthFigures) -> dict[str, Any]:
    """Counts behind the words of "what to do next"."""
    obstacles = scope.for_user(Obstacle.objects.filter(resolved_on=None), user, Action.VIEW)
    period = ReportingPeriod.objects.filter(year=moment.month.year, month=moment.month.month).order_by(*in_time(newest=True)).first()
    return {
        "empty": figures.count == 0,
        "period": period,
        "missing": figures.not_reported,
        "open_obstacles": obstacles.count(),
        "late_obstacles": obstacles.filter(due_on__lt=timezone.localdate()).count(),
        "may_upload": scope.may(user, Action.UPLOAD),
        "may_list": scope.may(user, Action.LISTS),
    }

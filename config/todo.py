"""What waits for a reader: for each post what it can act on, told with its number and the way there.

Each number is the one that the page behind its link shows. What cannot be acted on (a locked month without an exception) does not wait.
A fixed number of queries, whatever the number of units, months and reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import scope
from accounts.roles import Action
from projects.models import Correction, LockException, MonthReport, Proposal, ReportingPeriod, ReviewEvent, unlocked
from projects.returns import Cell, matrix
from projects.services.corrections import CORRECTABLE
from projects.services.edits import reworked
from projects.workflow import State, Verb

SHOWN = 5  # rows named under a number; the page behind the link has all
_YEARS = 2  # years looked back on for months that are past their day


@dataclass(frozen=True, slots=True)
class Named:
    """A row under a number: its words, the way to it, and what was remarked."""

    words: str
    url: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A number of things of one kind that wait in one place."""

    kind: str
    n: int
    words: str
    url: str
    is_late: bool = False
    rows: tuple[Named, ...] = ()
    is_part: bool = False  # there are more than the rows name


def tasks_of(user: Any) -> list[Task]:
    """What waits for this person, the most pressing first."""
    found: list[Task] = []
    if not scope.city_wide(user, Action.VIEW):
        found += _in_unit(user)
    if scope.city_wide(user, Action.REVIEW):
        found += _to_review(user)
    if scope.city_wide(user, Action.REMIND):
        found += _unreported(user)
    if scope.city_wide(user, Action.APPROVE) or scope.city_wide(user, Action.EDIT):
        found += [*_proposals(user), *_corrections(user)]
    return found


# --- Reports -----------------------------------------------------------------------------------------------------------------------


def _movable() -> QuerySet[MonthReport]:
    """Reports of months that their unit may write into now."""
    open_for_unit = LockException.objects.filter(unit=OuterRef("project__unit"), period=OuterRef("period"), revoked_at=None, until__gt=timezone.now())
    return MonthReport.objects.filter(unlocked(prefix="period__") | Exists(open_for_unit))


_PLACE = ("project__unit__sort_order", "project__unit", "project__unit__short_name", "period__year", "period__month", "period__half", "period")


def _groups(reports: QuerySet[MonthReport], state: State) -> list[dict[str, Any]]:
    """How many reports stand so, by unit and month. One query."""
    last = Coalesce("period__grace_until", "period__due_on")
    return list(reports.filter(state=state.value).order_by(*_PLACE).values(*_PLACE).annotate(n=Count("pk"), last=last))


def _unit_url(group: dict[str, Any]) -> str:
    return reverse("admin:projects_month_unit", args=[group["project__unit"], group["period"]])


def _where(group: dict[str, Any]) -> dict[str, Any]:
    period = ReportingPeriod(year=group["period__year"], month=group["period__month"], half=group["period__half"])
    return {"unit": group["project__unit__short_name"], "month": period}


def _in_unit(user: Any) -> Iterator[Task]:
    """Of a unit's own people: what came back and what is late for who fills in, what is to be handed in for who submits."""
    if scope.may(user, Action.EDIT):
        mine = scope.for_user(_movable(), user, Action.EDIT)
        yield from _returned(mine, may_submit=scope.may(user, Action.SUBMIT))
        today = timezone.localdate()
        for group in _groups(mine, State.DRAFT):
            if group["last"] is not None and group["last"] < today:
                yield Task("draft", group["n"], _("条%(month)s草稿已过截止，尚未提交（%(unit)s）") % _where(group), _unit_url(group), is_late=True)
        yield from _exceptions(user)
    if scope.may(user, Action.SUBMIT):
        yield from _mended(scope.for_user(_movable(), user, Action.SUBMIT))
        for group in _groups(scope.for_user(_movable(), user, Action.SUBMIT), State.DRAFT):
            late = group["last"] is not None and group["last"] < timezone.localdate()
            yield Task("submit", group["n"], _("条%(month)s草稿待提交（%(unit)s）") % _where(group), _unit_url(group), is_late=late)


def _exceptions(user: Any) -> Iterator[Task]:
    """Locked months that the unit may write into for a while: until when, and why. One query."""
    in_force = scope.for_user(LockException.objects.filter(revoked_at=None, until__gt=timezone.now()), user, Action.EDIT)
    found = list(in_force.filter(~unlocked(prefix="period__")).select_related("unit", "period").order_by("until", "id"))
    rows = tuple(
        Named(
            _("%(unit)s%(month)s，至%(until)s")
            % {"unit": row.unit.short_name, "month": row.period, "until": f"{timezone.localtime(row.until):%Y-%m-%d %H:%M}"},
            reverse("admin:projects_month_unit", args=[row.unit_id, row.period_id]),
            row.reason,
        )
        for row in found[:SHOWN]
    )
    if rows:
        yield Task("exception", len(found), _("个已锁定月份临时解锁，可以补报"), rows[0].url, rows=rows, is_part=len(found) > SHOWN)


def _returned(mine: QuerySet[MonthReport], *, may_submit: bool) -> Iterator[Task]:
    """Reports sent back, each with what was said, or with that it was mended and must be handed in. Three queries."""
    events = ReviewEvent.objects.filter(report__in=mine.filter(state=State.RETURNED.value).values("pk"), verb=Verb.RETURN.value)
    last = {event.report_id: event for event in events.select_related("report__project").order_by("id")}
    changed = reworked(sorted(last))
    again = _("退回后已修改，须重新提交") if may_submit else _("退回后已修改，须由本单位审核人重新提交")
    for group in _groups(mine, State.RETURNED):
        own = [
            event for event in last.values() if (event.report.project.unit_id, event.report.period_id) == (group["project__unit"], group["period"])
        ]
        rows = tuple(
            Named(event.report.project.name, reverse("admin:projects_monthreport_change", args=[event.report_id]), _remark(event, changed, again))
            for event in own[:SHOWN]
        )
        words = _("条%(month)s的月度进展被退回（%(unit)s）") % _where(group)
        yield Task("returned", group["n"], words, _unit_url(group), is_late=True, rows=rows, is_part=len(own) > SHOWN)


def _remark(event: ReviewEvent, changed: set[int], again: str) -> str:
    return f"{again}（{event.reason}）" if event.report_id in changed else event.reason


def _mended(mine: QuerySet[MonthReport]) -> Iterator[Task]:
    """Of who hands in: reports that were mended after they came back and still stand returned. Three queries."""
    keys = sorted(mine.filter(state=State.RETURNED.value).values_list("pk", flat=True))
    changed = reworked(keys)
    for group in _groups(mine.filter(pk__in=changed), State.RETURNED) if changed else ():
        yield Task("resubmit", group["n"], _("条%(month)s退回后已修改，待重新提交（%(unit)s）") % _where(group), _unit_url(group), is_late=True)


def _to_review(user: Any) -> Iterator[Task]:
    for group in _groups(scope.for_user(_movable(), user, Action.REVIEW), State.SUBMITTED):
        yield Task("review", group["n"], _("条%(unit)s%(month)s的月度进展待审核") % _where(group), _unit_url(group))


def _unreported(user: Any) -> Iterator[Task]:
    """Months past their day that some units still owe; as the page of who has not reported counts them."""
    today = timezone.localdate()
    last = ReportingPeriod.objects.filter(unlocked()).annotate(last=Coalesce("grace_until", "due_on")).filter(last__lt=today)
    years = sorted(set(last.values_list("year", flat=True)), reverse=True)[:_YEARS]
    units = list(scope.units_for_user(user, Action.REMIND))
    for year in years:
        cells = [cell for _unit, row in matrix(units, year, today=today).rows for cell in row if cell.is_overdue]
        for month, own in groupby(sorted(cells, key=_month_of, reverse=True), key=_month_of):
            yield _month_task(month, list(own), f"{reverse('admin:projects_returns')}?year={year}")


def _month_of(cell: Cell) -> Any:
    return cell.span


def _month_task(month: Any, cells: list[Cell], url: str) -> Task:
    rows = tuple(
        Named(cell.unit.short_name, reverse("admin:projects_month_unit", args=[cell.unit.pk, cell.period.pk]))
        for cell in cells[:SHOWN]
        if cell.period
    )
    words = _("个单位%(month)s已过截止，还没报齐") % {"month": next(cell.period for cell in cells)}
    return Task("unreported", len(cells), words, url, is_late=True, rows=rows, is_part=len(cells) > SHOWN)


# --- Changes that wait for a second person -----------------------------------------------------------------------------------------


def _proposals(user: Any) -> Iterator[Task]:
    n = scope.for_user(Proposal.objects.filter(state=Proposal.State.OPEN), user, Action.VIEW).count()
    if n:
        yield Task("proposals", n, _("个变更申请待审核"), f"{reverse('admin:projects_proposal_changelist')}?state={Proposal.State.OPEN}")


def _corrections(user: Any) -> Iterable[Task]:
    """The reports whose corrections have waited longest are named, each once, with the way to where they are settled. Two queries."""
    rows = scope.for_user(Correction.objects.filter(state=Correction.State.PROPOSED), user, Action.VIEW)
    n = rows.count()
    if not n:
        return []
    named = {
        row.report_id: Named(
            f"{row.report.project.unit.short_name} · {row.report.period} · {row.report.project.name}",
            reverse("admin:projects_monthreport_corrections", args=[row.report_id]),
            row.reason,
        )
        for row in rows.select_related("report__project__unit", "report__period").order_by("at", "id")[: SHOWN * len(CORRECTABLE)]
    }
    url = f"{reverse('admin:projects_correction_changelist')}?state={Correction.State.PROPOSED}"
    return [Task("corrections", n, _("条更正待审核"), url, rows=tuple(named.values())[:SHOWN], is_part=len(named) > SHOWN)]

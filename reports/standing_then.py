"""Who owed a month at a moment that is past: the cells of the matrix as they stood then, told from history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import ReportingUnit
from projects.history import rows_at
from projects.models import MonthReport, NilReturn, Project, ReportingPeriod, ReviewEvent
from projects.returns import Cell, Standing
from projects.stages import Stage
from projects.workflow import State, Verb

_OWING = (Standing.NOT_STARTED, Standing.DRAFT, Standing.RETURNED)


def cells_at(units: Sequence[ReportingUnit], period: ReportingPeriod, until: datetime) -> list[Cell]:
    """The cells of these units at that moment, whether the month was locked later or not. Three queries."""
    places = rows_at(Project, until).filter(unit__in=[unit.pk for unit in units]).values_list("id", "unit_id", "stage")
    projects = {pk: (unit_id, stage == Stage.BUILD) for pk, unit_id, stage in places}
    states: dict[int, Counter[str]] = {unit.pk: Counter() for unit in units}
    told: Counter[int] = Counter()
    for project_id, state in rows_at(MonthReport, until).filter(period=period.pk).values_list("project_id", "state"):
        unit_id, is_building = projects.get(project_id, (0, False))
        if unit_id in states:
            states[unit_id][state] += 1
            told[unit_id] += is_building
    expected = Counter(unit_id for unit_id, is_building in projects.values() if is_building)
    nil = set(NilReturn.objects.standing(until).filter(period=period).values_list("unit", flat=True))
    span = period.as_period
    return [
        _cell(
            Cell(unit, span, period, dict(states[unit.pk]), expected[unit.pk], expected[unit.pk] - told[unit.pk], is_nil=unit.pk in nil),
            until,
        )
        for unit in units
    ]


def _cell(cell: Cell, until: datetime) -> Cell:
    last = cell.period and (cell.period.grace_until or cell.period.due_on)
    owes = cell.standing in _OWING or (cell.missing > 0 and not cell.is_nil)
    cell.is_overdue = bool(last and timezone.localdate(until) > last and owes)
    return cell


def late_drafts(period: ReportingPeriod | None, until: datetime | None = None) -> dict[int, int]:
    """Unit → how many of its drafts were handed in late before; at a moment that is past, of those that were drafts then. Two queries."""
    late = ReviewEvent.objects.filter(report=OuterRef("id"), verb=Verb.SUBMIT.value, is_late=True)
    late = late if until is None else late.filter(at__lte=until)
    drafts = rows_at(MonthReport, until).filter(Exists(late), period=None if period is None else period.pk, state=State.DRAFT.value)
    units = dict(Project.objects.filter(months__period=period).values_list("pk", "unit_id")) if period is not None else {}
    return Counter(units[project_id] for project_id in drafts.values_list("project_id", flat=True) if project_id in units)

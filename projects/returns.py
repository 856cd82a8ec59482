"""Who has reported and who has not: a unit and a month, told in one cell, from the states of its reports and what happened to them.

A fixed number of queries for a year of months and any number of units. Reads only; the figures of tables are not touched by it:
what is reported counts whatever its state, and `states_of` says how much of it is approved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import ReportingUnit
from projects.models import MonthReport, NilReturn, Project, ReportingPeriod, ReviewEvent, with_half
from projects.period import PARTS_UP_TO, Period
from projects.services.halves import leftovers
from projects.services.periods import exceptions_in_force
from projects.values import Month
from projects.workflow import State, Verb

_BUILD = "build"


class Standing(StrEnum):
    """What a cell of the matrix says first."""

    NOT_DUE = "not_due"  # nobody has opened the month yet
    NOT_STARTED = "not_started"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    NIL = "nil"


@dataclass(slots=True)
class Cell:
    """A unit's month, or half of one where it is reported in halves."""

    unit: ReportingUnit
    span: Period
    period: ReportingPeriod | None = None
    states: dict[str, int] = field(default_factory=dict)
    expected: int = 0  # projects under construction, which owe a report
    missing: int = 0  # of those, how many have none
    returns: int = 0  # how many times something was sent back
    is_late: bool = False
    is_nil: bool = False
    is_overdue: bool = False
    open_until: datetime | None = None  # of a locked month: until when the unit was let in

    @property
    def month(self) -> Month:
        return self.span.month

    @property
    def reported(self) -> int:
        return sum(self.states.values())

    @property
    def is_locked(self) -> bool:
        return self.period is not None and self.period.is_locked

    @property
    def standing(self) -> Standing:
        """The state that still needs somebody: returned before draft before submitted before approved."""
        for state in (State.RETURNED, State.DRAFT, State.SUBMITTED, State.APPROVED):
            if self.states.get(state.value):
                return Standing(state.value)
        if self.is_nil:
            return Standing.NIL
        return Standing.NOT_STARTED if self.period is not None else Standing.NOT_DUE

    @property
    def owes(self) -> bool:
        """Whether the unit is to be chased: something of it is neither handed in nor said to be unchanged."""
        return not self.is_locked and (
            self.standing in (Standing.NOT_STARTED, Standing.DRAFT, Standing.RETURNED) or bool(self.missing and not self.is_nil)
        )


@dataclass(frozen=True, slots=True)
class Matrix:
    """Units down, periods across: a column a month, or two where it is reported in halves."""

    year: int
    spans: Sequence[Period]
    periods: Mapping[Period, ReportingPeriod]
    rows: Sequence[tuple[ReportingUnit, Sequence[Cell]]]

    def cells_of(self, span: Period) -> list[Cell]:
        return [cell for _unit, cells in self.rows for cell in cells if cell.span == span]


def matrix(units: Iterable[ReportingUnit], year: int, *, today: date | None = None, months: Iterable[int] = range(1, 13)) -> Matrix:
    """The year's cells of these units. Six queries at most. Units that neither rank nor have projects are left out."""
    wanted = {Month(year, number) for number in months}
    stored = list(ReportingPeriod.objects.filter(year=year).select_related("locked_by"))
    idle = leftovers(stored)
    periods = {period.as_period: period for period in stored if period.pk not in idle}
    unopened = wanted - {span.month for span in periods}
    asked = sorted([span for span in periods if span.month in wanted] + [Period(month) for month in unopened])
    building = _building(units)
    shown = [unit for unit in units if unit.is_ranked or building.get(unit.pk) is not None]
    cells = {(unit.pk, span): Cell(unit, span, periods.get(span)) for unit in shown for span in asked}
    opened = {span: period for span, period in periods.items() if span in asked}
    by_period = {period.pk: span for span, period in opened.items()}
    reports = MonthReport.objects.filter(period__in=by_period, project__unit__in=[unit.pk for unit in shown]).order_by()
    told = _count_states(reports, cells, by_period)
    _count_events(reports, cells, by_period)
    _count_nil(cells, by_period)
    _count_missing(cells, told, building)
    for (unit_id, period_id), exception in exceptions_in_force(opened.values()).items():
        if cell := cells.get((unit_id, by_period[period_id])):
            cell.open_until = exception.until
    now = today or timezone.localdate()
    for cell in cells.values():
        last = cell.period and (cell.period.grace_until or cell.period.due_on)
        cell.is_overdue = bool(last and now > last and cell.owes)
    return Matrix(year, asked, periods, [(unit, [cells[unit.pk, span] for span in asked]) for unit in shown])


Cells = Mapping[tuple[int, Period], Cell]


def _building(units: Iterable[ReportingUnit]) -> dict[int, int]:
    """Unit → how many of its projects are under construction; units without any project are left out."""
    rows = Project.objects.filter(unit__in=[unit.pk for unit in units]).order_by().values_list("unit")
    return dict(rows.annotate(n=Count("pk", filter=Q(stage=_BUILD))))


def _count_states(reports: QuerySet[MonthReport], cells: Cells, by_period: Mapping[int, Period]) -> Counter[tuple[int, Period]]:
    """The states of each cell's reports; answers how many of them are of projects under construction. One query."""
    rows = reports.values_list("project__unit", "period", "state")
    building: Counter[tuple[int, Period]] = Counter()
    for unit_id, period_id, state, n, of_building in rows.annotate(n=Count("pk"), built=Count("pk", filter=Q(project__stage=_BUILD))):
        key = (unit_id, by_period[period_id])
        building[key] += of_building
        if key in cells:
            cells[key].states[state] = n
    return building


def _count_events(reports: QuerySet[MonthReport], cells: Cells, by_period: Mapping[int, Period]) -> None:
    """How often something was sent back (a round of returns counts once a report), and whether anything was handed in late."""
    rows = ReviewEvent.objects.filter(report__in=reports.values("pk"), verb__in=[Verb.RETURN.value, Verb.SUBMIT.value]).order_by()
    grouped = rows.values("report__project__unit", "report__period", "report").annotate(
        returns=Count("pk", filter=Q(verb=Verb.RETURN.value)), late=Max("pk", filter=Q(is_late=True))
    )
    for row in grouped:
        cell = cells.get((row["report__project__unit"], by_period[row["report__period"]]))
        if cell is not None:
            cell.returns = max(cell.returns, row["returns"])
            cell.is_late = cell.is_late or row["late"] is not None


def _count_nil(cells: Cells, by_period: Mapping[int, Period]) -> None:
    for unit_id, period_id, late in NilReturn.objects.standing().filter(period__in=by_period).values_list("unit", "period", "is_late"):
        cell = cells.get((unit_id, by_period[period_id]))
        if cell is not None:
            cell.is_nil = True
            cell.is_late = cell.is_late or late


def period_words(span: Period) -> str:
    """A column's heading: the month, and which half of it."""
    return with_half(gettext("%(month)s月") % {"month": span.month.month}, span.half)


def _count_missing(cells: Cells, told: Mapping[tuple[int, Period], int], building: Mapping[int, int]) -> None:
    """Projects under construction now that have no report of the month; of a locked month it would be asked of the wrong ones."""
    for key, cell in cells.items():
        cell.expected = building.get(key[0], 0)
        cell.missing = max(cell.expected - told.get(key, 0), 0) if cell.period is not None and not cell.is_locked else 0


WORDS: dict[Standing, Any] = {
    Standing.NOT_DUE: _("—"),
    Standing.NOT_STARTED: _("未开始"),
    Standing.DRAFT: _("草稿"),
    Standing.SUBMITTED: pgettext_lazy("月报", "已提交"),
    Standing.RETURNED: _("已退回"),
    Standing.APPROVED: _("已审核"),
    Standing.NIL: _("无变化"),
}


def cell_words(cell: Cell) -> str:
    """A cell in words, as the page and the workbook print it: state, on time or late, how often sent back, how many are missing."""
    said = [str(WORDS[cell.standing])]
    if cell.standing in (Standing.SUBMITTED, Standing.APPROVED, Standing.NIL):
        said.append(gettext("逾期") if cell.is_late else gettext("按时"))
    if cell.returns:
        said.append(gettext("退回%(n)s次") % {"n": cell.returns})
    if cell.missing and cell.reported:
        said.append(gettext("缺%(n)s个") % {"n": cell.missing})
    if cell.is_overdue:
        said.append(gettext("已过截止"))
    if cell.is_locked:
        said.append(gettext("已锁定"))
    if cell.open_until is not None:
        said.append(gettext("临时解锁至%(day)s") % {"day": f"{timezone.localtime(cell.open_until):%m-%d}"})
    return " · ".join(said)


# --- How much of a figure is approved ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class States:
    """How many of the month's reports of some projects stand where."""

    draft: int = 0
    submitted: int = 0
    returned: int = 0
    approved: int = 0

    @property
    def total(self) -> int:
        return self.draft + self.submitted + self.returned + self.approved


def states_of(projects: QuerySet[Project], period: Period) -> States:
    """The states of the reports behind the period's figures, of a month in halves those of its newest half. One query."""
    rows = MonthReport.objects.filter(project__in=projects.order_by().values("pk"), period__year=period.month.year, period__month=period.month.month)
    rank = {half: place for place, half in enumerate(PARTS_UP_TO[period.half])}
    newest: dict[int, tuple[int, str]] = {}
    for project_id, half, state in rows.filter(period__half__in=rank).order_by().values_list("project_id", "period__half", "state"):
        newest[project_id] = min(newest.get(project_id, (len(rank), "")), (rank[half], state))
    return States(**Counter(state for _rank, state in newest.values()))

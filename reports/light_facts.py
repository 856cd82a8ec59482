"""What lights are made of: each selected project's figures, dates, money and notes, as known; and the same at the ends of earlier months.

Read for all projects at once. The ledger is added up by account and month, so that one query answers for every month of the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum

from accounts.models import ReportingUnit
from funding.clocks import plan_spend_clock, spend_clock
from funding.ledger import Step
from funding.lookups import limits_on
from funding.models import FundAccount, FundEntry
from funding.records import Limits
from projects.history import State, rows_at
from projects.measures import schedule
from projects.models import Classification, LightNote, MonthReport, Project
from projects.models.fields import PartialDateField
from projects.moment import Moment
from projects.period import FIRST_HALF, PARTS_UP_TO, WHOLE
from projects.records import ProjectRecord, has_started
from projects.stages import Stage
from projects.values import Month, PartialDate
from projects.workflow import span_end
from reports.lights import Entered, Inputs, Payment
from reports.selection import NONE, Selection

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class NoteRow:
    """Something said beside a light, with who said it and when; `withdrawn` is the later row that took it back."""

    pk: int
    kind: str
    colour: str
    entered_on: date | None
    reason: str
    by: str
    at: datetime
    profile: str
    month: Month
    withdraws: int | None = None
    withdrawn: NoteRow | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A project as it was read, before anybody judges."""

    pk: int
    name: str
    unit_id: int
    unit: str
    unit_key: str
    unit_order: int
    sector_id: int | None
    sector: str
    sector_key: str
    sector_order: int
    kind: str
    stage: str
    inputs: Inputs


@dataclass(slots=True)
class Facts:
    """All projects of a question, and what is needed to look back."""

    each: list[Fact]
    notes: dict[int, list[NoteRow]]
    money: Money
    moment: Moment
    _by_id: dict[int, Fact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_id = {fact.pk: fact for fact in self.each}

    def before(self, ids: Sequence[int]) -> dict[int, list[Inputs]]:
        """What was known of some projects at the end of each earlier month of the year, in order. One query, none in January."""
        month = self.moment.month
        months = [Month(month.year, number) for number in range(1, month.month)]
        told = _reported(ids, self.moment) if ids and months else {}
        return {pk: [self._then(self._by_id[pk], one, told.get((pk, one.month))) for one in months] for pk in ids}

    def _then(self, fact: Fact, month: Month, ytd_wan: Decimal | None) -> Inputs:
        now, until = fact.inputs, month.last_day
        return replace(
            now,
            month=month,
            schedule=schedule(month.month),
            suspended=_suspended(fact.stage, now.stopped_on, until),
            started=_started(fact.stage, now.started_on, until),
            ytd_wan=ytd_wan,
            payments=self.money.payments(fact.pk, until),
        )


# --- Projects ----------------------------------------------------------------------------------------------------------------------

_DATES = {"planned_start_then": "planned_start", "actual_start_then": "actual_start", "stopped_then": "stopped_on"}
_COLUMNS = ("pk", "name_then", "unit_then", "sector_then", "kind_then", "stage_then", "plan_then", "ytd_then", *_DATES)


def read_facts(selection: Selection) -> Facts:
    """Everything that the lights of a selection are made of. Seven queries."""
    moment = selection.question.moment
    found = list(_with_dates(selection.projects, moment).order_by().values_list(*_COLUMNS).iterator(chunk_size=2000))
    ids = [row[0] for row in found]
    money, notes = _money(ids, moment), notes_of(ids, moment.state)
    units = {unit.pk: unit for unit in ReportingUnit.objects.all()}
    schemes = [Classification.Scheme.SECTOR, Classification.Scheme.SEI]
    sectors = {node.pk: node for node in Classification.objects.filter(scheme__in=schemes)}
    each = [_fact(row, units, sectors, money, notes, moment) for row in found]
    each.sort(key=lambda fact: (fact.unit_order, fact.unit_id, fact.kind, fact.sector_order, fact.name, fact.pk))
    return Facts(each, notes, money, moment)


def _with_dates(projects: QuerySet[Any], moment: Moment) -> QuerySet[Any]:
    """The dates of a project as they were known."""
    if moment.state is None:
        now: QuerySet[Any] = projects.annotate(**{name: F(column) for name, column in _DATES.items()})
        return now
    own = rows_at(Project, moment.state).filter(id=OuterRef("pk"))
    dates = {name: Subquery(own.values(column)[:1], output_field=PartialDateField()) for name, column in _DATES.items()}
    then: QuerySet[Any] = projects.annotate(**dates)
    return then


def _fact(
    row: Sequence[Any],
    units: Mapping[int, ReportingUnit],
    sectors: Mapping[int, Classification],
    money: Money,
    notes: Mapping[int, list[NoteRow]],
    moment: Moment,
) -> Fact:
    pk, name, unit_id, sector_id, kind, stage, plan, ytd, *dates = row
    planned, actual, stopped = map(_date, dates)
    until = span_end(moment.month, moment.half)
    unit, sector = units[unit_id], sectors.get(sector_id)
    inputs = Inputs(
        month=moment.month,
        schedule=schedule(moment.month.month, half=moment.half == FIRST_HALF),
        suspended=_suspended(stage, stopped, until),
        stopped_on=stopped,
        started=_started(stage, actual, until),
        started_on=actual,
        planned_start=planned,
        plan_wan=plan,
        ytd_wan=ytd,
        payments=money.payments(pk, until),
        statistics=_entered(notes.get(pk, ())),
    )
    named, key, place = (sector.name, f"{sector.scheme}.{sector.code}", sector.sort_order) if sector is not None else ("", NONE, 0)
    return Fact(pk, name, unit_id, unit.short_name, unit.key, unit.sort_order, sector_id, named, key, place, kind, stage, inputs)


@lru_cache(maxsize=4096)
def _date(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text else None


def _suspended(stage: str, stopped: PartialDate | None, until: date) -> bool:
    """Whether it stood still at the end of the month: one that stopped later was still at work."""
    return stage == Stage.SUSPENDED and (stopped is None or stopped.first_day <= until)


@lru_cache(maxsize=4096)
def _started(stage: str, actual: PartialDate | None, until: date) -> bool | None:
    return has_started(ProjectRecord(actual_start=actual, stage=Stage(stage) if stage else None), until)


# --- Months reported before --------------------------------------------------------------------------------------------------------


def _reported(ids: Sequence[int], moment: Moment) -> dict[tuple[int, int], Decimal]:
    """(project, month) → the year to date that its newest report of the month says, as known. One query."""
    month = moment.month
    rows = rows_at(MonthReport, moment.state).filter(project_id__in=ids) if len(ids) < 500 else rows_at(MonthReport, moment.state)
    rows = rows.filter(period__year=month.year, period__month__lt=month.month).exclude(done_ytd_wan=None)
    if moment.approved:
        rows = rows.filter(state=MonthReport.State.APPROVED)
    place = {half: number for number, half in enumerate(PARTS_UP_TO[WHOLE])}
    found: dict[tuple[int, int], tuple[int, Decimal]] = {}
    wanted = set(ids)
    for pk, number, half, ytd in rows.order_by().values_list("project_id", "period__month", "period__half", "done_ytd_wan"):
        key = (pk, number)
        if pk in wanted and (key not in found or place[half] < found[key][0]):
            found[key] = (place[half], ytd)
    return {key: ytd for key, (_place, ytd) in found.items()}


# --- Money -------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fund:
    """An account with a day from which its money is to be paid, and what was given and paid of it month by month."""

    name: str
    since: date
    is_bond: bool
    moved: list[tuple[Month, Step, Decimal]]


@dataclass(frozen=True, slots=True)
class Money:
    """The funds of each project, and the limits they are judged by."""

    funds: Mapping[int, list[_Fund]]
    limits: Limits

    def payments(self, project_id: int, until: date) -> tuple[Payment, ...]:
        """What was to be paid and what was, of each fund that had begun by the day."""
        return tuple(one for fund in self.funds.get(project_id, ()) if (one := self._payment(fund, until)) is not None)

    def _payment(self, fund: _Fund, until: date) -> Payment | None:
        if fund.since > until:
            return None
        last = Month.of(until)
        given = sum((amount for month, step, amount in fund.moved if step is Step.ASSIGN and month <= last), _ZERO)
        paid = sum((amount for month, step, amount in fund.moved if step is Step.PAY and month <= last), _ZERO)
        if given <= 0:
            return None
        clock = (spend_clock if fund.is_bond else plan_spend_clock)(given, paid, fund.since, self.limits, until)
        return Payment(fund.name, given, paid, clock.expected, clock.short)


def _money(ids: Sequence[int], moment: Moment) -> Money:
    """The accounts of the projects with what moved in them up to the end of the period, as known. Three queries."""
    until = span_end(moment.month, moment.half)
    accounts = rows_at(FundAccount, moment.state).filter(project__among=ids).select_related("bond__issue", "plan").order_by("id")
    begun = {row.pk: (row.project_id, fund) for row in accounts if (fund := _fund(row, until)) is not None}
    entries = rows_at(FundEntry, moment.state).filter(account__among=sorted(begun), happened_on__lte=until)
    entries = entries.filter(step__in=[Step.ASSIGN.value, Step.PAY.value]).order_by()
    moved = entries.values_list("account", "step", "happened_on__year", "happened_on__month").annotate(Sum("amount_wan"))
    for account, step, year, number, amount in moved:
        begun[account][1].moved.append((Month(year, number), Step(step), amount))
    funds: dict[int, list[_Fund]] = {}
    for project_id, one in begun.values():
        funds.setdefault(project_id, []).append(one)
    return Money(funds, limits_on(until))


def _fund(account: Any, until: date) -> _Fund | None:
    """The account as a fund that is to be paid; None where nothing says from when."""
    since = account.bond.issued_on if account.bond is not None else account.plan.given_on
    if since is None or since > until:
        return None
    return _Fund(str(account.bond or account.plan), since, account.bond is not None, [])


# --- What was said -----------------------------------------------------------------------------------------------------------------


def notes_of(ids: Iterable[int], state: State) -> dict[int, list[NoteRow]]:
    """Project → all that was said beside its lights, in order, as known; what was withdrawn knows by what. One query."""
    rows = rows_at(LightNote, state).filter(project__among=list(ids)).select_related("by", "profile").order_by("at", "id")
    found: dict[int, list[NoteRow]] = {}
    for row in rows:
        told = (row.reason, str(row.by or ""), row.at, str(row.profile), Month(row.year, row.month), row.withdraws_id)
        found.setdefault(row.project_id, []).append(NoteRow(row.pk, row.kind, row.colour, row.entered_on, *told))
    return {pk: _linked(notes) for pk, notes in found.items()}


def _linked(notes: list[NoteRow]) -> list[NoteRow]:
    taken = {note.withdraws: note for note in notes if note.withdraws is not None}
    return [replace(note, withdrawn=taken[note.pk]) if note.pk in taken else note for note in notes]


def _entered(notes: Iterable[NoteRow]) -> Entered | None:
    """The last word on the statistics that stands."""
    said = [note for note in notes if note.kind == LightNote.Kind.STATISTICS and note.withdrawn is None]
    if not said:
        return None
    on = said[-1].entered_on
    return Entered(Month.of(on) if on is not None else None)

"""Figures of the ledger out of the database, now or as they stood at the end of a day (`until`), each in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum, Value
from django.utils import timezone

from funding.ledger import Step
from funding.measures import CentralSum, Drawn, Flow
from funding.models import Bond, BondIssue, CentralPlan, FundEntry, QuotaBatch, QuotaDraw
from funding.models.accounts import FundSource
from funding.records import YearRecord
from funding.standing import started_by
from projects.history import State, rows_at
from projects.models import Project

_ZERO = Decimal(0)
_NOTHING = Flow()


@dataclass(frozen=True, slots=True)
class BatchFigures:
    """A quota batch with what was issued under it by the day."""

    batch: QuotaBatch
    drawn: Drawn


def quota_by_batch(year: int, until: date | None = None) -> list[BatchFigures]:
    """Each quota batch of the year that was given by the day, with its draws by then. A batch without a day counts from the start."""
    batches = QuotaBatch.objects.filter(year=year).order_by("number")
    draws = QuotaDraw.objects.filter(batch__year=year)
    if until is not None:
        batches = batches.filter(Q(given_on=None) | Q(given_on__lte=until))
        draws = draws.filter(drawn_on__lte=until)
    issued = dict(draws.order_by().values_list("batch").annotate(Sum("amount_wan")))
    return [BatchFigures(batch, Drawn(batch.amount_wan, issued.get(batch.pk) or _ZERO)) for batch in batches]


def quota_of_year(year: int, until: date | None = None, state: State = None) -> Drawn:
    """The year's quota, what was issued of it by the day, and what is left; as it was known in a state. Two queries."""
    batches, draws = rows_at(QuotaBatch, state).filter(year=year).order_by(), rows_at(QuotaDraw, state).order_by()
    if until is not None:
        batches = batches.filter(Q(given_on=None) | Q(given_on__lte=until))
        draws = draws.filter(drawn_on__lte=until)
    whole = dict(batches.values_list("id", "amount_wan"))
    issued = draws.filter(batch_id__among=sorted(whole)).aggregate(total=Sum("amount_wan"))["total"]
    return Drawn(sum(whole.values(), _ZERO), issued or _ZERO)


def given_of_year(year: int, until: date, state: State = None) -> tuple[Decimal, bool]:
    """What the year's central plans gave by the day, and whether any of it is only known roughly. One query."""
    plans = rows_at(CentralPlan, state).filter(year=year).exclude(given_on__gt=until)
    rows = list(plans.order_by().values_list("amount_wan", "is_approximate"))
    return sum((amount for amount, _rough in rows), _ZERO), any(rough for _amount, rough in rows)


def money_years() -> list[int]:
    """The years that have quota, bonds or central plans, newest first. Three queries."""
    found = {year for model in (QuotaBatch, BondIssue, CentralPlan) for year in model.objects.values_list("year", flat=True).distinct().order_by()}
    return sorted(found, reverse=True)


def newest_year(until: date) -> int:
    """The newest year with money that had begun by a day; that of the day where there is none."""
    return next((year for year in money_years() if year <= until.year), until.year)


def year_record(year: int, until: date | None = None) -> YearRecord:
    """The year's new bonds: quota, issued, used as capital, by the day. Three queries."""
    drawn = quota_of_year(year, until)
    entries = FundEntry.objects.filter(account__bond__issue__year=year, account__bond__purpose=Bond.Purpose.NEW)
    if until is not None:
        entries = entries.filter(happened_on__lte=until)
    return YearRecord(year, drawn.whole_wan, drawn.taken_wan, entries.aggregate(total=Sum("capital_wan"))["total"] or _ZERO)


_COLUMNS = {Step.ASSIGN: "assigned_wan", Step.ARRIVE: "arrived_wan", Step.PAY: "paid_wan", Step.COMPLETE: "completed_wan"}


def flow_of(entries: QuerySet[FundEntry], until: date | None = None) -> Flow:
    """What a set of entries adds up to at each step by the day. One query."""
    return flows_by(entries.annotate(_all=Value(1)), "_all", until).get(1, Flow())


def flows_by(entries: QuerySet[FundEntry], key: str, until: date | None = None) -> dict[Any, Flow]:
    """The same for each value of a column of the entries. One query."""
    return {values[0]: flow for values, flow in flows_by_all(entries, [key], until).items()}


def flows_by_all(entries: QuerySet[FundEntry], keys: Sequence[str], until: date | None = None) -> dict[tuple[Any, ...], Flow]:
    """The same for each combination of values of some columns. One query.

    A combination whose entries take each other away (an upload that was taken back) holds nothing and is no row of any table.
    """
    if until is not None:
        entries = entries.filter(happened_on__lte=until)
    found: dict[tuple[Any, ...], dict[str, Decimal]] = {}
    for *values, step, amount, capital in entries.order_by().values_list(*keys, "step").annotate(Sum("amount_wan"), Sum("capital_wan")):
        held = found.setdefault(tuple(values), {"capital_wan": _ZERO})
        held[_COLUMNS[Step(step)]] = amount
        held["capital_wan"] += capital
    flows = {values: Flow(**held) for values, held in found.items()}
    return {values: flow for values, flow in flows.items() if flow != _NOTHING}


@dataclass(frozen=True, slots=True)
class MonthMoney:
    """What had been given as quota, issued under it, and spent of it by the end of a month of the year."""

    month: int
    quota_wan: Decimal
    issued_wan: Decimal
    paid_wan: Decimal

    @property
    def unissued_wan(self) -> Decimal:
        """额度 that nothing was issued under yet."""
        return self.quota_wan - self.issued_wan

    @property
    def unspent_wan(self) -> Decimal:
        """Issued and not spent."""
        return self.issued_wan - self.paid_wan


def bond_course(year: int, entries: QuerySet[FundEntry], until: date, state: State = None) -> list[MonthMoney]:
    """The year's bonds month by month, each to its end, up to the month of `until`; quota and issues as known in a state, as `entries` are.

    Three queries, and one more of a state.
    """
    batches, draws = rows_at(QuotaBatch, state).filter(year=year), rows_at(QuotaDraw, state).filter(drawn_on__lte=until)
    own = sorted(batches.order_by().values_list("id", flat=True)) if state is not None else None
    draws = draws.filter(batch__year=year) if own is None else draws.filter(batch_id__among=own)
    quota = _by_month(batches.filter(Q(given_on=None) | Q(given_on__lte=until)), "given_on", year)
    issued = _by_month(draws, "drawn_on", year)
    spent = entries.filter(step=Step.PAY.value, account__bond__issue__year=year, happened_on__lte=until)
    paid = _by_month(spent, "happened_on", year)
    last = 12 if until.year > year else until.month if until.year == year else 0
    course, held = [], [_ZERO, _ZERO, _ZERO]
    for month in range(1, last + 1):
        held = [so_far + part.get(month, _ZERO) for so_far, part in zip(held, (quota, issued, paid), strict=True)]
        course.append(MonthMoney(month, *held))
    return course


def _by_month(rows: QuerySet[Any], day: str, year: int) -> dict[int, Decimal]:
    """Month of the year → sum. What came before the year, or on no known day, counts from its first month; after it, from its last."""
    found: dict[int, Decimal] = {}
    for in_year, in_month, amount in rows.order_by().values_list(f"{day}__year", f"{day}__month").annotate(Sum("amount_wan")):
        month = 1 if in_year is None or in_year < year else 12 if in_year > year else in_month
        found[month] = found.get(month, _ZERO) + amount
    return found


@dataclass(frozen=True, slots=True)
class YearFlow:
    """What had arrived and was paid before a year, and in it by the end of each month (month → so much since New Year)."""

    before: Flow
    months: dict[int, Flow]


def flow_by_month(entries: QuerySet[FundEntry], year: int) -> YearFlow:
    """The year's money, month by month, each to its end. What came after the year is left out. One query."""
    moved: dict[int, dict[str, Decimal]] = {}
    rows = entries.filter(step__in=[Step.ARRIVE, Step.PAY], happened_on__year__lte=year).order_by()
    for in_year, in_month, step, amount in rows.values_list("happened_on__year", "happened_on__month", "step").annotate(Sum("amount_wan")):
        held = moved.setdefault(in_month if in_year == year else 0, {})
        held[_COLUMNS[Step(step)]] = held.get(_COLUMNS[Step(step)], _ZERO) + amount
    months, so_far = {}, Flow()
    for month in range(1, 13):
        part = Flow(**moved.get(month, {}))
        so_far = Flow(arrived_wan=so_far.arrived_wan + part.arrived_wan, paid_wan=so_far.paid_wan + part.paid_wan)
        months[month] = so_far
    return YearFlow(Flow(**moved.get(0, {})), months)


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """A central plan with what became of its money by the day."""

    plan: CentralPlan
    told: CentralSum


def central_by_plan(
    entries: QuerySet[FundEntry], plans: QuerySet[CentralPlan], until: date | None = None, *, whole_city: bool = True
) -> list[PlanFigures]:
    """Each plan that had come by the day, with its central money among `entries`. Four queries.

    Who reads only some of the projects is told of what came to those: of a plan's whole amount their money is no rate.
    """
    rows = list(plans.exclude(given_on__gt=until) if until is not None else plans)
    central = entries.filter(account__plan__among=sorted(plan.pk for plan in rows), account__source=FundSource.CENTRAL)
    flows = flows_by(central, "account__plan", until)
    projects, started = _projects_of(central, until)
    return [PlanFigures(plan, _central_sum(plan, flows.get(plan.pk, Flow()), projects, started, whole_city)) for plan in rows]


def _central_sum(plan: CentralPlan, flow: Flow, projects: Mapping[int, set[int]], started: frozenset[int], whole_city: bool) -> CentralSum:
    mine = frozenset(projects.get(plan.pk, ()))
    return CentralSum(plan.amount_wan if whole_city else flow.assigned_wan, flow, mine, mine & started)


def _projects_of(entries: QuerySet[FundEntry], until: date | None) -> tuple[dict[int, set[int]], frozenset[int]]:
    """Plan → the projects that have money of it; and those of them all that had started by the day (now, where none is named)."""
    given = entries.filter(step=Step.ASSIGN.value)
    if until is not None:
        given = given.filter(happened_on__lte=until)
    found: dict[int, set[int]] = {}
    for plan, project, amount in given.order_by().values_list("account__plan", "account__project").annotate(Sum("amount_wan")):
        if amount > 0:
            found.setdefault(plan, set()).add(project)
    every = sorted({key for keys in found.values() for key in keys})
    day = until or timezone.localdate()
    return found, frozenset(row.pk for row in Project.objects.filter(pk__among=every) if started_by(row, day))

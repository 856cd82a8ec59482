"""What the clocks of money show of the year's bonds and plans as they stood at the end of a day. Reads only; a fixed number of queries.

Quota, issues and plans are the city's; accounts are those of the rows it is given. Whether a project has started or stands still is what
is known of it now: of its past stages the ledger keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum

from funding.clocks import (
    CapitalClock,
    DecomposeClock,
    Idle,
    IssueClock,
    Light,
    SpendClock,
    StartClock,
    Wait,
    capital_clock,
    decompose_clock,
    held_since,
    issue_clock,
    money_waiting,
    project_waiting,
    spend_clock,
    start_clock,
)
from funding.figures import flows_by, year_record
from funding.ledger import Entry, Step
from funding.lookups import holidays, limits_of
from funding.measures import Flow
from funding.models import Bond, CentralPlan, FundAccount, FundEntry
from funding.models.accounts import FundSource
from funding.records import AccountRecord, Limits, PlanRecord
from funding.services.checks import share_record
from funding.standing import is_suspended, started_by
from funding.works import works_ahead
from projects.values import wan_to_fen

_NOTHING = Flow()
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class BondRow:
    """A bond whose money is to be spent: what it gave out, what was spent of it."""

    bond: Bond
    flow: Flow
    clock: SpendClock


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What a bond gave a project, on the same clock."""

    account: FundAccount
    flow: Flow
    clock: SpendClock


@dataclass(frozen=True, slots=True)
class IdleRow:
    account: FundAccount
    idle: Idle


@dataclass(frozen=True, slots=True)
class PlanRow:
    plan: CentralPlan
    clock: DecomposeClock


@dataclass(frozen=True, slots=True)
class StartRow:
    """A project under a plan that is to start."""

    account: FundAccount
    clock: StartClock


@dataclass(frozen=True, slots=True)
class Watch:
    """All clocks of a year, gravest first within each."""

    year: int
    until: date
    limits: Limits
    issue: IssueClock
    capital: CapitalClock
    bonds: list[BondRow]
    accounts: list[AccountRow]
    money_waits: list[IdleRow]
    projects_wait: list[IdleRow]
    plans: list[PlanRow]
    starts: list[StartRow]


def watch(entries: QuerySet[FundEntry], year: int, until: date) -> Watch:
    """The clocks of a year's bonds and plans by a day, over the accounts behind `entries`."""
    limits, record = limits_of(year, until), year_record(year, until)
    mine = entries.filter(Q(account__bond__issue__year=year) | Q(account__plan__year=year))
    flows = flows_by(mine, "account", until)
    accounts = _accounts(flows)
    spending = [row for row in accounts if row.bond is not None]
    money, projects = _idle(accounts, flows, mine, limits, until)
    return Watch(
        year=year,
        until=until,
        limits=limits,
        issue=issue_clock(record, limits, until),
        capital=capital_clock(record, limits),
        bonds=_bonds(mine, year, until, limits),
        accounts=_sorted(AccountRow(row, flows[row.pk], _account_clock(row, flows[row.pk], limits, until)) for row in spending),
        money_waits=money,
        projects_wait=projects,
        plans=_plans(year, until, limits),
        starts=_starts(accounts, flows, limits, until),
    )


_GRAVITY = {light: place for place, light in enumerate((Light.RED, Light.YELLOW, Light.GREEN, Light.GREY))}


def _sorted(rows: Iterable[Any]) -> list[Any]:
    """Gravest light first, then by what is at stake."""
    return sorted(rows, key=lambda row: (_GRAVITY[_light(row)], -_stake(row)))


def _light(row: Any) -> Light:
    found: Light = row.idle.light if isinstance(row, IdleRow) else row.clock.light
    return found


def _stake(row: Any) -> Decimal:
    amount: Decimal = row.idle.amount_wan if isinstance(row, IdleRow) else row.clock.missing_wan
    return amount


def _accounts(flows: Mapping[Any, Flow]) -> list[FundAccount]:
    rows = FundAccount.objects.filter(pk__among=sorted(flows)).select_related("project__unit", "bond__issue", "plan")
    return list(rows.order_by("project__unit__sort_order", "project__name", "id"))


def _account_clock(row: FundAccount, flow: Flow, limits: Limits, until: date) -> SpendClock:
    day = row.bond.issued_on if row.bond is not None else None
    return spend_clock(flow.assigned_wan, flow.paid_wan, day or until, limits, until, suspended=is_suspended(row.project))


def _bonds(entries: QuerySet[FundEntry], year: int, until: date, limits: Limits) -> list[BondRow]:
    """New bonds issued by the day: what was spent over what was issued, as far as the entries reach."""
    flows = flows_by(entries, "account__bond", until)
    rows = []
    for bond in Bond.objects.filter(issue__year=year, purpose=Bond.Purpose.NEW).select_related("issue").order_by("issue__number", "years", "id"):
        day = bond.issued_on
        if day is None or day > until:
            continue
        flow = flows.get(bond.pk, _NOTHING)
        rows.append(BondRow(bond, flow, spend_clock(bond.amount_wan, flow.paid_wan, day, limits, until)))
    return _sorted(rows)


# --- Idle money --------------------------------------------------------------------------------------------------------------------


def _idle(
    accounts: list[FundAccount], flows: Mapping[Any, Flow], entries: QuerySet[FundEntry], limits: Limits, until: date
) -> tuple[list[IdleRow], list[IdleRow]]:
    held = _held({row.pk for row in accounts if flows[row.pk].idle_wan > 0 or flows[row.pk].waiting_wan > 0}, entries, until)
    money, projects = [], []
    ahead = works_ahead({row.project_id for row in accounts if flows[row.pk].waiting_wan > 0}, until)
    for row in accounts:
        record, posted = account_record(row, flows[row.pk]), held.get(row.pk, [])
        started = started_by(row.project, until)
        arrived, assigned = held_since(posted, Step.ARRIVE, Step.PAY), held_since(posted, Step.ASSIGN, Step.ARRIVE)
        waits = money_waiting(record, arrived, limits, until, started=started, suspended=is_suspended(row.project))
        lacks = project_waiting(record, assigned, limits, until, started=started, ahead_wan=ahead.get(row.project_id, _ZERO))
        if lacks is not None and lacks.why is Wait.AHEAD and row.project_id in ahead:
            ahead[row.project_id] -= lacks.amount_wan  # told once, over all the money that is still to come
        money += [IdleRow(row, waits)] if waits is not None else []
        projects += [IdleRow(row, lacks)] if lacks is not None else []
    return _sorted(money), _sorted(projects)


def account_record(row: FundAccount, flow: Flow) -> AccountRecord:
    amounts = {name: getattr(flow, name) for name in ("assigned_wan", "capital_wan", "arrived_wan", "paid_wan", "completed_wan")}
    return AccountRecord(row.project.name, str(row.bond or row.plan), **amounts)


def _held(keys: set[int], entries: QuerySet[FundEntry], until: date) -> dict[int, list[Entry]]:
    """The entries, day by day, of those accounts in which something waits. One query."""
    rows = entries.filter(account__among=sorted(keys), happened_on__lte=until).order_by()
    found: dict[int, list[Entry]] = {}
    for key, step, day, amount in rows.values_list("account", "step", "happened_on").annotate(Sum("amount_wan")):
        found.setdefault(key, []).append(Entry(Step(step), wan_to_fen(amount), day))
    return found


# --- Central plans -----------------------------------------------------------------------------------------------------------------


def plan_records(year: int, until: date) -> list[tuple[CentralPlan, PlanRecord]]:
    """The year's plans that had come by the day, with what was decomposed of them by then. Two queries."""
    central = FundEntry.objects.filter(account__plan__year=year, account__source=FundSource.CENTRAL, step=Step.ASSIGN.value)
    rows = central.filter(happened_on__lte=until).order_by().values_list("account__plan").annotate(Sum("amount_wan"), Max("happened_on"))
    given = {plan: (amount, last) for plan, amount, last in rows}
    found = []
    for plan in CentralPlan.objects.filter(year=year).exclude(given_on__gt=until).order_by("given_on", "id"):
        amount, last = given.get(plan.pk, (Decimal(0), None))
        found.append((plan, PlanRecord(str(plan), plan.amount_wan, plan.given_on, plan.allotment, amount, last, plan.is_approximate)))
    return found


def _plans(year: int, until: date, limits: Limits) -> list[PlanRow]:
    days = holidays()
    rows = [PlanRow(plan, decompose_clock(record, limits, days, until)) for plan, record in plan_records(year, until)]
    return sorted(rows, key=lambda row: _GRAVITY[row.clock.light])


def _starts(accounts: list[FundAccount], flows: Mapping[Any, Flow], limits: Limits, until: date) -> list[StartRow]:
    """Projects with central money of a plan, whether they started by the day that the plan allows."""
    rows = []
    for row in accounts:
        if row.plan is not None and row.source == FundSource.CENTRAL and flows[row.pk].assigned_wan > 0:
            rows.append(StartRow(row, start_clock(share_record(row.project, row.plan, until), limits, until)))
    return sorted(rows, key=lambda row: _GRAVITY[row.clock.light])

"""The clocks of money: quota to be issued, bonds to be spent, money that lies idle, capital near its ceiling, plans to be decomposed. Pure.

A clock takes figures, limits and a day and gives a reading: its light and the numbers that its sentence names. Amounts in 万元 and exact;
shares are exact ratios (1 = 100 %). Grey says that a clock does not run: nothing to spend yet, or the project is suspended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from funding.ledger import Entry, Step
from funding.records import ZERO, AccountRecord, Limits, PlanRecord, ShareRecord, YearRecord
from funding.rules import decompose_by, start_by
from funding.schedule import months_after
from projects.measures import share
from projects.workflow import Holidays, workdays_between

_HUNDRED = Decimal(100)


class Light(StrEnum):
    """How a clock stands."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


# --- Quota to be issued ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IssueClock:
    """The year's quota against the day it is to be issued by. `days_left` is below zero once that day has passed."""

    due_on: date
    days_left: int
    quota_wan: Decimal
    left_wan: Decimal
    light: Light


def issue_clock(year: YearRecord, limits: Limits, until: date) -> IssueClock:
    due = limits.issue_by(year.year)
    days, left = (due - until).days, year.quota_wan - year.issued_wan
    if year.quota_wan <= 0:
        light = Light.GREY
    elif left <= 0 or days > limits.bond_issue_yellow_days:
        light = Light.GREEN
    else:
        light = Light.YELLOW if days >= 0 else Light.RED
    return IssueClock(due, days, year.quota_wan, left, light)


# --- Bonds to be spent -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpendClock:
    """Money against the window in which it is to be spent. `months` of the window have gone; `short` is by how much of what was expected."""

    due_on: date
    months: int
    of_months: int
    expected: Decimal
    reached: Decimal | None  # spent over given; None where nothing was given
    short: Decimal  # (expected - reached) / expected, zero where as much was spent
    missing_wan: Decimal  # what that is in money
    light: Light


def window_end(issued_on: date, months: int) -> date:
    """The last day of the window: the end of the so-manieth month after that of the issue."""
    return months_after(issued_on.replace(day=1), months + 1) - timedelta(days=1)


def months_gone(issued_on: date, until: date) -> int:
    """Whole months that ended by a day, counted from the month after that of the issue."""
    tomorrow = until + timedelta(days=1)  # a month's last day ends it
    return max((tomorrow.year - issued_on.year) * 12 + tomorrow.month - issued_on.month - 1, 0)


def spend_clock(given_wan: Decimal, paid_wan: Decimal, issued_on: date, limits: Limits, until: date, *, suspended: bool = False) -> SpendClock:
    """Expected share = min(1, months gone / months of the window), as Tianjin reckons (domain.md 5.7)."""
    of_months = limits.bond_spend_months
    months = months_gone(issued_on, until)
    expected = min(Decimal(1), Decimal(months) / of_months) if of_months > 0 else Decimal(1)
    reached = share(paid_wan, given_wan)
    short = max(ZERO, (expected - reached) / expected) if reached is not None and expected > 0 else ZERO
    missing = max(ZERO, expected * given_wan - paid_wan) if reached is not None else ZERO
    gone, light = min(months, of_months), _spend_light(reached, short, limits, suspended)
    return SpendClock(window_end(issued_on, of_months), gone, of_months, expected, reached, short, missing, light)


def plan_spend_clock(given_wan: Decimal, paid_wan: Decimal, given_on: date, limits: Limits, until: date, *, suspended: bool = False) -> SpendClock:
    """Money of a plan of one year: to be paid by its end, evenly from the month after it was given (own reckoning; no rule says how)."""
    months = max(12 - given_on.month, 1)
    return spend_clock(given_wan, paid_wan, given_on, replace(limits, bond_spend_months=months), until, suspended=suspended)


def _spend_light(reached: Decimal | None, short: Decimal, limits: Limits, suspended: bool) -> Light:
    if reached is None or suspended:
        return Light.GREY
    if short <= 0:
        return Light.GREEN
    return Light.YELLOW if short * _HUNDRED <= limits.light_spend_red_short_percent else Light.RED


# --- Idle money, both ways ---------------------------------------------------------------------------------------------------------


class Wait(StrEnum):
    """Who waits for whom, and why."""

    UNSPENT = "unspent"  # money: arrived long ago, not spent
    NOT_STARTED = "not_started"  # money: arrived, the project has not started
    SUSPENDED = "suspended"  # money: arrived, the project is suspended
    NOT_ARRIVED = "not_arrived"  # project: under way, its money assigned long ago and not arrived
    AHEAD = "ahead"  # project: more work done than money arrived


@dataclass(frozen=True, slots=True)
class Idle:
    """Money or a project that waits: how much, since when, for how many days."""

    why: Wait
    amount_wan: Decimal
    since: date | None
    days: int | None
    light: Light


def held_since(entries: Iterable[Entry], before: Step, after: Step) -> date | None:
    """The day since which a step has held money that the next step has not taken: first in, first out. None where nothing waits.

    Money that was taken back later counts as never come; entries of one day are taken together.
    """
    rows = list(entries)
    taken = sum(entry.amount_fen for entry in rows if entry.step is after)
    sums: dict[date, int] = {}
    for entry in rows:
        if entry.step is before:
            sums[entry.on] = sums.get(entry.on, 0) + entry.amount_fen
    held, since = 0, None
    for day in sorted(sums):
        covered = held <= taken
        held += sums[day]
        if held <= taken:
            since = None
        elif covered:
            since = day
    return since


def money_waiting(
    account: AccountRecord, since: date | None, limits: Limits, until: date, *, started: bool | None, suspended: bool = False
) -> Idle | None:
    """Money that waits for its project: arrived and not spent, while the project stands still or for longer than is allowed."""
    amount = account.arrived_wan - account.paid_wan
    if amount <= 0:
        return None
    days = (until - since).days if since is not None else None
    if suspended:
        return Idle(Wait.SUSPENDED, amount, since, days, Light.RED)
    if started is False:
        return Idle(Wait.NOT_STARTED, amount, since, days, Light.RED)
    if days is None or days <= limits.bond_idle_days:
        return None
    return Idle(Wait.UNSPENT, amount, since, days, Light.RED if days > limits.bond_idle_red_days else Light.YELLOW)


def project_waiting(
    account: AccountRecord, since: date | None, limits: Limits, until: date, *, started: bool | None, ahead_wan: Decimal = ZERO
) -> Idle | None:
    """A project that waits for its money: more work done than money came, or under way while what was assigned stays away too long.

    `ahead_wan` is by how much all its work runs ahead of all its money, where that is known.
    """
    waiting = account.assigned_wan - account.arrived_wan
    ahead = max(account.completed_wan - account.arrived_wan, ahead_wan)
    days = (until - since).days if since is not None else None
    if waiting <= 0:
        return None
    if ahead > 0:
        return Idle(Wait.AHEAD, min(ahead, waiting), since, days, Light.YELLOW)
    if started is not True or days is None or days <= limits.bond_idle_days:
        return None
    return Idle(Wait.NOT_ARRIVED, waiting, since, days, Light.YELLOW)


# --- Capital -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CapitalClock:
    """How much of a year's new bonds is used as capital, against the ceiling; `left_wan` is below zero when it is passed."""

    ceiling_percent: Decimal
    issued_wan: Decimal
    capital_wan: Decimal
    reached: Decimal | None
    left_wan: Decimal
    light: Light


def capital_clock(year: YearRecord, limits: Limits) -> CapitalClock:
    ceiling = year.issued_wan * limits.bond_capital_share_max_percent / _HUNDRED
    left = ceiling - year.capital_wan
    if year.issued_wan <= 0:
        light = Light.GREY
    elif left < 0:
        light = Light.RED
    else:
        light = Light.YELLOW if year.capital_wan * _HUNDRED >= ceiling * limits.bond_capital_yellow_percent else Light.GREEN
    reached = share(year.capital_wan, year.issued_wan)
    return CapitalClock(limits.bond_capital_share_max_percent, year.issued_wan, year.capital_wan, reached, left, light)


# --- Central budget ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DecomposeClock:
    """A plan against the working days in which it is to be decomposed. `used` is up to the day it was finished, or up to now."""

    due_on: date | None
    used: int
    left_wan: Decimal
    finished_on: date | None
    light: Light


def decompose_clock(plan: PlanRecord, limits: Limits, holidays: Holidays, until: date) -> DecomposeClock:
    due = decompose_by(plan, limits, holidays)
    left = plan.amount_wan - plan.decomposed_wan
    end = plan.finished_on if left <= 0 and plan.finished_on is not None else until
    if due is None or plan.given_on is None:
        return DecomposeClock(None, 0, left, plan.finished_on, Light.GREY)
    used = workdays_between(plan.given_on, end, holidays)
    if left > 0:
        light = Light.RED if until > due else Light.YELLOW if (due - until).days <= limits.central_decompose_yellow_days else Light.GREEN
    else:
        light = Light.YELLOW if end > due else Light.GREEN  # late, but done
    return DecomposeClock(due, used, left, plan.finished_on if left <= 0 else None, light)


@dataclass(frozen=True, slots=True)
class StartClock:
    """A project under a plan against the day by which it is to start; `days_left` is below zero once that has passed."""

    due_on: date | None
    days_left: int | None
    started: bool | None
    light: Light


def start_clock(project: ShareRecord, limits: Limits, until: date) -> StartClock:
    due = start_by(project, limits)
    if due is None:
        return StartClock(None, None, project.has_started, Light.GREY)
    days = (due - until).days
    if project.has_started:
        late = project.started_on is not None and project.started_on > due
        return StartClock(due, days, True, Light.YELLOW if late else Light.GREEN)
    if project.has_started is None:
        return StartClock(due, days, None, Light.GREY)
    light = Light.RED if days < 0 else Light.YELLOW if days <= limits.central_start_yellow_days else Light.GREEN
    return StartClock(due, days, False, light)

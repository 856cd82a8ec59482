"""What a bond pays and when: coupons by its frequency, principal by its repayment mode; per year, and per project to the cent. Pure.

Money is a whole number of 分. A coupon is the money outstanding × rate / payments a year, rounded half up to the cent each time, as the
paying agent does; parts of a payment always add up to it (domain.md 5.3).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from itertools import accumulate, pairwise

from projects.workflow import Holidays, Shift, shifted

TERMS = (1, 2, 3, 5, 7, 10, 15, 20, 30)  # years, from 2021 on (domain.md 5.3)
AT_MATURITY = 0
FREQUENCIES = (1, 2, 4, 12, AT_MATURITY)  # payments of interest a year
_LONG = 10  # years from which interest is paid half-yearly by convention
_MONTHS = 12


class Repayment(StrEnum):
    """How the principal comes back."""

    BULLET = "bullet"  # 到期还本
    INSTALMENTS = "instalments"  # 分年还本
    EARLY = "early"  # 提前还本


@dataclass(frozen=True, slots=True)
class Redemption:
    """Principal paid back on a day before maturity."""

    on: date
    principal_fen: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a schedule follows from. `rate_percent` is the coupon of a year (3.37 for 3.37 %)."""

    principal_fen: int
    rate_percent: Decimal
    years: int
    value_on: date
    per_year: int
    repayment: Repayment = Repayment.BULLET
    first_instalment: int = 1  # the year after which instalments begin
    redemptions: tuple[Redemption, ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """One date of a schedule: the day it falls due by its terms, the working day it is paid on, and what is paid."""

    number: int
    falls_on: date
    pays_on: date
    interest_fen: int
    principal_fen: int
    left_fen: int  # principal outstanding afterwards

    @property
    def total_fen(self) -> int:
        return self.interest_fen + self.principal_fen


def usual_frequency(years: int) -> int:
    """Payments of interest a year by convention: yearly to seven years, half-yearly from ten on."""
    return 2 if years >= _LONG else 1


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it has no such day."""
    index = day.year * _MONTHS + day.month - 1 + months
    year, month = divmod(index, _MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def matures_on(value_on: date, years: int) -> date:
    return months_after(value_on, years * _MONTHS)


def schedule(terms: Terms, holidays: Holidays | None = None, shift: Shift = Shift.LATER) -> tuple[Payment, ...]:
    """All payments of a bond. A day nobody works on moves as `shift` says, without further interest.

    ValueError where the terms contradict themselves: a frequency nobody knows, redemptions beyond the principal or between the dates
    of interest.
    """
    _check(terms)
    due = interest_days(terms)
    back = _principal(terms, due)
    left, payments = terms.principal_fen, []
    for number, (day, principal) in enumerate(zip(due, back, strict=True), 1):
        if left == 0:
            break
        interest = _interest(left, terms)
        left -= principal
        payments.append(Payment(number, day, shifted(day, shift, holidays or {}), interest, principal, left))
    return tuple(payments)


def interest_days(terms: Terms) -> list[date]:
    """The days on which interest falls due by the terms, maturity last; before any of them is moved for a holiday."""
    return [months_after(terms.value_on, step) for step in _steps(terms)]


def _check(terms: Terms) -> None:
    if terms.per_year not in FREQUENCIES:
        raise ValueError(f"{terms.per_year} payments a year; known: {FREQUENCIES}")
    if terms.principal_fen <= 0 or terms.years <= 0 or terms.rate_percent < 0:
        raise ValueError("principal and term must be above zero, the rate not below")
    if terms.repayment is Repayment.INSTALMENTS and not 1 <= terms.first_instalment <= terms.years:
        raise ValueError(f"instalments begin after year {terms.first_instalment} of {terms.years}")
    if terms.per_year == AT_MATURITY and terms.repayment is not Repayment.BULLET:
        raise ValueError("interest at maturity goes with principal at maturity")
    if terms.redemptions and terms.repayment is not Repayment.EARLY:
        raise ValueError("redemptions belong to early repayment")


def _steps(terms: Terms) -> range:
    """Months after the value date at which something is paid."""
    whole = terms.years * _MONTHS
    each = whole if terms.per_year == AT_MATURITY else _MONTHS // terms.per_year
    return range(each, whole + 1, each)


def _interest(left: int, terms: Terms) -> int:
    years, parts = (terms.years, 1) if terms.per_year == AT_MATURITY else (1, terms.per_year)
    with localcontext(prec=60):
        return int((left * terms.rate_percent * years / (100 * parts)).quantize(Decimal(1), ROUND_HALF_UP))


def _principal(terms: Terms, due: Sequence[date]) -> list[int]:
    """What comes back at each date."""
    back = [0] * len(due)
    if terms.repayment is Repayment.INSTALMENTS:
        parts = split(terms.principal_fen, [1] * (terms.years - terms.first_instalment + 1))
        for year, part in enumerate(parts, terms.first_instalment):
            back[due.index(months_after(terms.value_on, year * _MONTHS))] = part
        return back
    left = terms.principal_fen
    for redemption in sorted(terms.redemptions, key=lambda one: one.on):
        if redemption.on not in due[:-1]:
            raise ValueError(f"{redemption.on} is no date of interest before maturity")
        if not 0 < redemption.principal_fen <= left:
            raise ValueError(f"{redemption.principal_fen} is not between 0 and the {left} that are left")
        back[due.index(redemption.on)] += redemption.principal_fen
        left -= redemption.principal_fen
    back[-1] += left
    return back


def split(amount_fen: int, weights: Sequence[int]) -> list[int]:
    """Parts of an amount in the ratio of the weights, in whole 分, that add up to it exactly; ValueError without weight.

    Each part is the step between the rounded running sums, so that no part is off by more than a cent and the order decides, not chance.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative, and not all zero")
    edges = [0, *((2 * amount_fen * running + whole) // (2 * whole) for running in accumulate(weights))]
    return [after - before for before, after in pairwise(edges)]


def shares(payments: Sequence[Payment], weights: Mapping[int, int]) -> dict[int, list[Payment]]:
    """What each project bears of each payment, in the ratio of its allocation (key → 分).

    Principal is split as a running sum: where the weights are the allocations, each project gives back just what it was given.
    """
    keys = sorted(weights)
    parts = [weights[key] for key in keys]
    borne: dict[int, list[Payment]] = {key: [] for key in keys}
    given = [0] * len(keys)
    principal = sum(payment.principal_fen for payment in payments)
    for payment in payments:
        back = split(principal - payment.left_fen, parts)
        for key, interest, so_far, before, whole in zip(keys, split(payment.interest_fen, parts), back, given, split(principal, parts), strict=True):
            borne[key].append(Payment(payment.number, payment.falls_on, payment.pays_on, interest, so_far - before, whole - so_far))
        given = back
    return borne


def by_year(payments: Iterable[Payment]) -> dict[int, tuple[int, int]]:
    """Calendar year of payment → (interest, principal) in 分."""
    years: dict[int, tuple[int, int]] = {}
    for payment in payments:
        interest, principal = years.get(payment.pays_on.year, (0, 0))
        years[payment.pays_on.year] = (interest + payment.interest_fen, principal + payment.principal_fen)
    return dict(sorted(years.items()))

"""Debt service: the worked example of domain.md 5.3, conventions, odd days, and an independent reckoning of every combination."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.schedule import (
    AT_MATURITY,
    FREQUENCIES,
    TERMS,
    Redemption,
    Repayment,
    Terms,
    by_year,
    matures_on,
    schedule,
    shares,
    split,
    usual_frequency,
)

YI = 10_000_000_000  # 分


def terms(**changes) -> Terms:
    values = {"principal_fen": 17 * YI, "rate_percent": Decimal("3.37"), "years": 10, "value_on": date(2020, 9, 23), "per_year": 2, **changes}
    return Terms(**values)


def test_seventeen_yi_at_3_37_pays_twenty_coupons_of_2864_5_wan() -> None:
    payments = schedule(terms())
    assert len(payments) == 20
    assert {payment.interest_fen for payment in payments} == {2864_500_000}
    assert sum(payment.interest_fen for payment in payments) == 57_290_000_000
    assert [payment.principal_fen for payment in payments] == [0] * 19 + [17 * YI]
    assert payments[-1].falls_on == matures_on(date(2020, 9, 23), 10) == date(2030, 9, 23)


@pytest.mark.parametrize("years,expected", [(1, 1), (2, 1), (3, 1), (5, 1), (7, 1), (10, 2), (15, 2), (20, 2), (30, 2)])
def test_interest_is_paid_yearly_to_seven_years_and_half_yearly_from_ten(years: int, expected: int) -> None:
    assert usual_frequency(years) == expected


def test_a_day_the_month_has_not_is_its_last_and_is_taken_from_the_value_date() -> None:
    days = [payment.falls_on for payment in schedule(terms(value_on=date(2020, 8, 31), years=2))]
    assert days == [date(2021, 2, 28), date(2021, 8, 31), date(2022, 2, 28), date(2022, 8, 31)]
    leap = [payment.falls_on for payment in schedule(terms(value_on=date(2020, 2, 29), years=5, per_year=1))]
    assert leap == [date(2021, 2, 28), date(2022, 2, 28), date(2023, 2, 28), date(2024, 2, 29), date(2025, 2, 28)]


def test_a_holiday_moves_the_day_and_not_the_money() -> None:
    # 2021-02-06 is a Saturday; the 8th is made a holiday and the 7th (Sunday) is worked.
    moved = schedule(terms(value_on=date(2020, 8, 6)), {date(2021, 2, 7): True, date(2021, 2, 8): False})[0]
    assert (moved.falls_on, moved.pays_on, moved.interest_fen) == (date(2021, 2, 6), date(2021, 2, 7), 2864_500_000)


def test_instalments_give_back_equal_parts_and_pay_on_what_is_left() -> None:
    payments = schedule(terms(principal_fen=1000, years=3, per_year=1, rate_percent=Decimal(10), repayment=Repayment.INSTALMENTS))
    assert [(payment.interest_fen, payment.principal_fen) for payment in payments] == [(100, 333), (67, 334), (33, 333)]
    later = schedule(terms(years=5, repayment=Repayment.INSTALMENTS, first_instalment=4))
    assert [payment.number for payment in later if payment.principal_fen] == [8, 10]


def test_early_repayment_ends_the_interest() -> None:
    paid = Redemption(date(2025, 9, 23), 7 * YI)
    payments = schedule(terms(repayment=Repayment.EARLY, redemptions=(paid,)))
    assert [payment.interest_fen for payment in payments[9:11]] == [2864_500_000, 1685_000_000]
    whole = schedule(terms(repayment=Repayment.EARLY, redemptions=(Redemption(date(2025, 9, 23), 17 * YI),)))
    assert (len(whole), whole[-1].left_fen) == (10, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"per_year": 3},
        {"principal_fen": 0},
        {"years": 0},
        {"rate_percent": Decimal(-1)},
        {"repayment": Repayment.INSTALMENTS, "first_instalment": 11},
        {"repayment": Repayment.INSTALMENTS, "per_year": AT_MATURITY},
        {"redemptions": (Redemption(date(2025, 9, 23), 1),)},
        {"repayment": Repayment.EARLY, "redemptions": (Redemption(date(2025, 9, 24), 1),)},
        {"repayment": Repayment.EARLY, "redemptions": (Redemption(date(2025, 9, 23), 18 * YI),)},
    ],
    ids=str,
)
def test_terms_that_contradict_themselves_are_refused(changes) -> None:
    with pytest.raises(ValueError, match=r"."):
        schedule(terms(**changes))


def reckoned(given_terms: Terms) -> tuple[int, list[tuple[date, int, int]]]:
    """An independent reckoning: fractions, years and months counted by hand."""
    found = []
    whole, left = given_terms.principal_fen, given_terms.principal_fen
    gap = given_terms.years * 12 if given_terms.per_year == 0 else 12 // given_terms.per_year
    count = given_terms.years - given_terms.first_instalment + 1
    given_back = 0
    for month in range(gap, given_terms.years * 12 + 1, gap):
        start = given_terms.value_on
        year, number = start.year + (start.month + month - 1) // 12, (start.month + month - 1) % 12 + 1
        day = date(year, number, min(start.day, monthrange(year, number)[1]))
        interest = Fraction(left) * Fraction(given_terms.rate_percent) / 100 * Fraction(gap, 12)
        cents = int(interest + Fraction(1, 2))
        back = 0
        if given_terms.repayment is Repayment.INSTALMENTS and month % 12 == 0 and month // 12 >= given_terms.first_instalment:
            so_far = int(Fraction(whole * (month // 12 - given_terms.first_instalment + 1), count) + Fraction(1, 2))
            back, given_back = so_far - given_back, so_far
        elif month == given_terms.years * 12:
            back = left
        left -= back
        found.append((day, cents, back))
    return left, found


VALUE_DAYS = [date(2020, 2, 29), date(2020, 8, 31), date(2019, 12, 31), date(2020, 9, 23), date(2023, 1, 30)]


@pytest.mark.parametrize("years", TERMS)
@pytest.mark.parametrize("per_year", FREQUENCIES)
@pytest.mark.parametrize("mode", [Repayment.BULLET, Repayment.INSTALMENTS])
def test_every_term_frequency_and_mode_agrees_with_an_independent_reckoning(years: int, per_year: int, mode: Repayment) -> None:
    if per_year == AT_MATURITY and mode is Repayment.INSTALMENTS:
        return  # refused: see above
    for value_on in VALUE_DAYS:
        for rate in ("3.37", "2.9999", "0.0001", "4.1250"):
            one = terms(principal_fen=12_345_678_901, years=years, per_year=per_year, repayment=mode, value_on=value_on, rate_percent=Decimal(rate))
            left, expected = reckoned(one)
            payments = schedule(one)
            assert left == 0
            assert [(payment.falls_on, payment.interest_fen, payment.principal_fen) for payment in payments] == expected


WEIGHTS = st.lists(st.integers(0, 10**13), min_size=1, max_size=30).filter(any)


@given(st.integers(0, 10**14), WEIGHTS)
def test_parts_add_up_and_none_is_off_by_a_cent(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)
    assert sum(parts) == amount
    assert all(abs(Fraction(amount * weight, sum(weights)) - part) <= 1 for part, weight in zip(parts, weights, strict=True))


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=12), st.sampled_from(TERMS), st.sampled_from([Repayment.BULLET, Repayment.INSTALMENTS]))
def test_what_projects_bear_adds_up_per_payment_and_per_project(allocations: list[int], years: int, mode: Repayment) -> None:
    weights = dict(enumerate(allocations))
    payments = schedule(terms(principal_fen=sum(allocations), years=years, repayment=mode))
    borne = shares(payments, weights)
    for at, payment in enumerate(payments):
        assert sum(parts[at].interest_fen for parts in borne.values()) == payment.interest_fen
        assert sum(parts[at].principal_fen for parts in borne.values()) == payment.principal_fen
    assert {key: sum(part.principal_fen for part in parts) for key, parts in borne.items()} == weights
    assert all(parts[-1].left_fen == 0 for parts in borne.values())
    years_sum = by_year(payments)
    assert sum(interest for interest, _ in years_sum.values()) == sum(payment.interest_fen for payment in payments)
    assert sum(principal for _, principal in years_sum.values()) == sum(allocations)

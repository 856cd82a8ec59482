"""The clocks of money: days and shares at their edges, and properties that hold for any days and amounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from funding.clocks import (
    Idle,
    Light,
    Wait,
    capital_clock,
    decompose_clock,
    held_since,
    issue_clock,
    money_waiting,
    months_gone,
    plan_spend_clock,
    project_waiting,
    spend_clock,
    start_clock,
    window_end,
)
from funding.ledger import Entry, Step
from funding.records import AccountRecord, Limits, PlanRecord, ShareRecord, YearRecord

D = Decimal
LIMITS = Limits()
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
FEN = st.integers(1, 10**12)


@pytest.mark.parametrize(
    "until, issued, light, days",
    [
        (date(2020, 9, 1), "100", Light.YELLOW, 60),
        (date(2020, 8, 31), "100", Light.GREEN, 61),
        (date(2020, 10, 31), "386.99", Light.YELLOW, 0),
        (date(2020, 11, 1), "386.99", Light.RED, -1),
        (date(2020, 11, 1), "387", Light.GREEN, -1),
    ],
)
def test_quota_is_issued_by_the_end_of_october(until, issued, light, days):
    clock = issue_clock(YearRecord(2020, D(387), D(issued)), LIMITS, until)
    assert (clock.light, clock.days_left, clock.left_wan, clock.due_on) == (light, days, 387 - D(issued), date(2020, 10, 31))


def test_a_year_without_quota_has_no_light():
    assert issue_clock(YearRecord(2020), LIMITS, date(2020, 12, 1)).light is Light.GREY


@pytest.mark.parametrize(
    "until, months",
    [
        (date(2020, 5, 8), 0),
        (date(2020, 6, 29), 0),
        (date(2020, 6, 30), 1),
        (date(2020, 7, 30), 1),
        (date(2020, 7, 31), 2),
        (date(2021, 2, 28), 9),
        (date(2020, 1, 1), 0),
    ],
)
def test_months_of_the_window_are_whole_ones_after_that_of_the_issue(until, months):
    assert months_gone(date(2020, 5, 8), until) == months


def test_the_window_ends_with_its_sixth_month():
    assert window_end(date(2020, 5, 8), 6) == date(2020, 11, 30)
    assert window_end(date(2020, 8, 31), 6) == date(2021, 2, 28)


@pytest.mark.parametrize(
    "paid, light",
    [("50", Light.GREEN), ("49.99", Light.YELLOW), ("35", Light.YELLOW), ("34.99", Light.RED), ("0", Light.RED), ("100", Light.GREEN)],
)
def test_lights_of_spending_after_three_of_six_months(paid, light):
    """Half is expected: 30 % less of it is 35."""
    clock = spend_clock(D(100), D(paid), date(2020, 5, 8), LIMITS, date(2020, 8, 31))
    assert (clock.expected, clock.light) == (D("0.5"), light)


def test_spending_without_money_or_of_a_suspended_project_has_no_light():
    assert spend_clock(D(0), D(0), date(2020, 5, 8), LIMITS, date(2020, 8, 31)).light is Light.GREY
    assert spend_clock(D(9), D(0), date(2020, 5, 8), LIMITS, date(2020, 8, 31), suspended=True).light is Light.GREY


@given(DAYS, DAYS, st.integers(1, 24))
def test_what_is_expected_grows_from_nothing_to_all(issued, until, months):
    limits = replace(LIMITS, bond_spend_months=months)
    clock = spend_clock(D(100), D(0), issued, limits, until)
    later = spend_clock(D(100), D(0), issued, limits, until + timedelta(days=1))
    assert 0 <= clock.expected <= later.expected <= 1
    assert (clock.expected == 1) == (until >= clock.due_on)
    assert (clock.expected > 0) == (until >= window_end(issued, 1))
    assert clock.due_on == window_end(issued, months)
    assert (clock.due_on + timedelta(days=1)).day == 1


@given(FEN, FEN, DAYS, DAYS)
def test_more_spent_is_never_a_worse_light(given_fen, paid_fen, issued, until):
    order = [Light.RED, Light.YELLOW, Light.GREEN]
    less = spend_clock(D(given_fen), D(min(paid_fen, given_fen) // 2), issued, LIMITS, until)
    more = spend_clock(D(given_fen), D(min(paid_fen, given_fen)), issued, LIMITS, until)
    assert order.index(less.light) <= order.index(more.light)
    assert 0 <= more.short <= less.short <= 1
    assert (more.light is Light.GREEN) == (more.short == 0)


# --- Idle ----------------------------------------------------------------------------------------------------------------------------


def entry(step, amount, day):
    return Entry(step, amount, date(2020, 1, 1) + timedelta(days=day))


def test_money_is_spent_first_in_first_out():
    rows = [entry(Step.ARRIVE, 100, 0), entry(Step.ARRIVE, 50, 30), entry(Step.PAY, 100, 40)]
    assert held_since(rows, Step.ARRIVE, Step.PAY) == date(2020, 1, 31)
    assert held_since([*rows, entry(Step.PAY, 50, 50)], Step.ARRIVE, Step.PAY) is None
    assert held_since(rows[:1], Step.ARRIVE, Step.PAY) == date(2020, 1, 1)
    # What went back later counts as never come.
    assert held_since([*rows, entry(Step.ARRIVE, -50, 60)], Step.ARRIVE, Step.PAY) is None


@given(st.lists(st.tuples(st.sampled_from([Step.ARRIVE, Step.PAY]), st.integers(-50, 100).filter(bool), st.integers(0, 40)), max_size=12))
def test_money_waits_since_the_first_day_after_which_it_was_never_all_spent(told):
    """Against an independent reckoning: from that day on every running sum of arrivals is above all that was ever spent, and before it not."""
    rows = [entry(step, amount, day) for step, amount, day in told]
    spent = sum(row.amount_fen for row in rows if row.step is Step.PAY)
    arrivals = sorted({row.on for row in rows if row.step is Step.ARRIVE})
    sums = {day: sum(row.amount_fen for row in rows if row.step is Step.ARRIVE and row.on <= day) for day in arrivals}
    assume(spent >= 0)  # no ledger pays back more than it paid
    lasting = [day for day in arrivals if all(sums[later] > spent for later in arrivals if later >= day)]
    assert held_since(rows, Step.ARRIVE, Step.PAY) == (lasting[0] if lasting else None)


ACCOUNT = AccountRecord("甲", "债", assigned_wan=D(100), arrived_wan=D(60), paid_wan=D(20))


@pytest.mark.parametrize(
    "days, started, suspended, why, light",
    [
        (60, True, False, None, None),
        (61, True, False, Wait.UNSPENT, Light.YELLOW),
        (121, None, False, Wait.UNSPENT, Light.RED),
        (1, False, False, Wait.NOT_STARTED, Light.RED),
        (1, True, True, Wait.SUSPENDED, Light.RED),
    ],
)
def test_money_waits_for_its_project(days, started, suspended, why, light):
    until = date(2020, 9, 30)
    idle = money_waiting(ACCOUNT, until - timedelta(days=days), LIMITS, until, started=started, suspended=suspended)
    assert idle == (None if why is None else Idle(why, D(40), until - timedelta(days=days), days, light))
    assert money_waiting(replace(ACCOUNT, paid_wan=D(60)), until, LIMITS, until, started=False) is None


@pytest.mark.parametrize(
    "days, started, completed, why",
    [(60, True, 0, None), (61, True, 0, Wait.NOT_ARRIVED), (61, False, 0, None), (61, None, 0, None), (1, None, 61, Wait.AHEAD), (1, True, 60, None)],
)
def test_a_project_waits_for_its_money(days, started, completed, why):
    until = date(2020, 9, 30)
    idle = project_waiting(replace(ACCOUNT, completed_wan=D(completed)), until - timedelta(days=days), LIMITS, until, started=started)
    assert (idle.why if idle else None) == why


def test_work_beyond_all_money_waits_for_what_is_still_to_come():
    until = date(2020, 9, 30)
    for ahead, amount in (("15", 15), ("500", 40)):
        idle = project_waiting(ACCOUNT, until, LIMITS, until, started=None, ahead_wan=D(ahead))
        assert (idle.why, idle.amount_wan) == (Wait.AHEAD, amount)
    assert project_waiting(replace(ACCOUNT, arrived_wan=D(100)), until, LIMITS, until, started=True, ahead_wan=D(9)) is None


# --- Capital and central -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "capital, light, left", [("22.49", Light.GREEN, "2.51"), ("22.5", Light.YELLOW, "2.5"), ("25", Light.YELLOW, "0"), ("25.01", Light.RED, "-0.01")]
)
def test_capital_against_its_ceiling(capital, light, left):
    clock = capital_clock(YearRecord(2020, D(100), D(100), D(capital)), LIMITS)
    assert (clock.light, clock.left_wan) == (light, D(left))


@given(FEN, FEN)
def test_capital_and_what_is_left_make_the_ceiling(issued, capital):
    clock = capital_clock(YearRecord(2020, D(issued), D(issued), D(capital)), LIMITS)
    assert clock.left_wan + clock.capital_wan == D(issued) / 4
    assert (clock.light is Light.RED) == (clock.left_wan < 0)


PLAN = PlanRecord("计划", D(100), date(2020, 6, 1), "named")


@pytest.mark.parametrize(
    "until, done, finished, light",
    [
        (date(2020, 6, 5), "0", None, Light.GREEN),
        (date(2020, 6, 8), "99", None, Light.YELLOW),
        (date(2020, 6, 15), "99", None, Light.YELLOW),
        (date(2020, 6, 16), "99", None, Light.RED),
        (date(2020, 9, 1), "100", date(2020, 6, 15), Light.GREEN),
        (date(2020, 9, 1), "100", date(2020, 6, 16), Light.YELLOW),
    ],
)
def test_a_plan_is_decomposed_within_ten_working_days(until, done, finished, light):
    clock = decompose_clock(replace(PLAN, decomposed_wan=D(done), finished_on=finished), LIMITS, {}, until)
    assert (clock.due_on, clock.light) == (date(2020, 6, 15), light)
    if finished is not None:
        assert clock.used == (10 if light is Light.GREEN else 11)


SHARE = ShareRecord("甲院", "计划", "direct", "approval", date(2020, 3, 27), False)


@pytest.mark.parametrize(
    "until, started, on, light",
    [
        (date(2020, 5, 26), False, None, Light.GREEN),
        (date(2020, 5, 27), False, None, Light.YELLOW),
        (date(2020, 6, 28), False, None, Light.RED),
        (date(2020, 6, 28), None, None, Light.GREY),
        (date(2020, 9, 1), True, date(2020, 6, 27), Light.GREEN),
        (date(2020, 9, 1), True, date(2020, 6, 28), Light.YELLOW),
    ],
)
def test_a_project_starts_within_three_months(until, started, on, light):
    clock = start_clock(replace(SHARE, has_started=started, started_on=on), LIMITS, until)
    assert (clock.due_on, clock.light) == (date(2020, 6, 27), light)


def test_without_a_day_of_issue_nothing_is_clocked():
    assert decompose_clock(replace(PLAN, given_on=None), LIMITS, {}, date(2020, 9, 1)).light is Light.GREY
    assert start_clock(replace(SHARE, given_on=None), LIMITS, date(2020, 9, 1)).light is Light.GREY


@pytest.mark.parametrize(
    ("until", "expected"),
    [(date(2020, 3, 20), D(0)), (date(2020, 4, 29), D(0)), (date(2020, 4, 30), D(1) / 9), (date(2020, 12, 31), D(1)), (date(2021, 6, 30), D(1))],
)
def test_money_of_a_plan_is_due_evenly_until_the_end_of_its_year(until, expected):
    clock = plan_spend_clock(D(900), D(0), date(2020, 3, 20), Limits(), until)
    assert (clock.due_on, clock.expected) == (date(2020, 12, 31), expected)


def test_money_of_a_plan_that_came_in_december_is_due_a_month_later():
    assert plan_spend_clock(D(900), D(0), date(2020, 12, 3), Limits(), date(2020, 12, 31)).due_on == date(2021, 1, 31)

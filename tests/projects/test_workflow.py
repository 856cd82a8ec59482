"""The table of moves: every verb from every state by everybody, and the days on which months are due."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.roles import GRANTS, Action, Role
from projects.models import MonthReport
from projects.values import Month
from projects.workflow import (
    ASKED,
    LAST_DAY,
    MOVES,
    DueRule,
    Shift,
    Standing,
    State,
    Verb,
    after_edit,
    dates_of,
    due_on,
    is_late,
    is_workday,
    shifted,
    why_not,
)

STORED = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED)
ALLOWED = {
    (State.DRAFT, Verb.SUBMIT): State.SUBMITTED,
    (State.RETURNED, Verb.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Verb.APPROVE): State.APPROVED,
    (State.SUBMITTED, Verb.RETURN): State.RETURNED,
    (State.APPROVED, Verb.RETURN): State.RETURNED,
    (State.SUBMITTED, Verb.VOID): State.DRAFT,
    (State.APPROVED, Verb.VOID): State.DRAFT,
}
# The spring festival of 2020: 24 January to 2 February off, Sunday 19 January worked.
SPRING = {**{date(2020, 1, 24) + timedelta(days=n): False for n in range(10)}, date(2020, 1, 19): True}


def test_all_verbs_are_drawn_but_the_one_that_gives_a_former_state_back():
    assert set(Verb) - set(MOVES) == {Verb.RESTORE}


@pytest.mark.parametrize("state,verb", list(product(STORED, MOVES)))
def test_moves_are_the_ones_drawn_and_no_others(state, verb):
    said = why_not(verb, Standing(state), actor_id=1, reaches=True, reason="说明")
    assert (said == "") == ((state, verb) in ALLOWED)
    if (state, verb) in ALLOWED:
        assert MOVES[verb].after is ALLOWED[(state, verb)]


def test_stored_states_are_those_of_the_model():
    assert {state.value for state in STORED} == set(MonthReport.State.values)


@pytest.mark.parametrize("state,verb", list(ALLOWED))
def test_nothing_moves_in_a_locked_month(state, verb):
    assert why_not(verb, Standing(state, locked=True), actor_id=1, reaches=True, reason="说明") == "locked"


@pytest.mark.parametrize(
    "submitted,edited,said", [(1, 2, "own_submission"), (2, 1, "own_edit"), (1, 1, "own_submission"), (2, 3, ""), (None, None, "")]
)
def test_nobody_approves_what_he_handed_in_or_edited(submitted, edited, said):
    assert why_not(Verb.APPROVE, Standing(State.SUBMITTED, False, submitted, edited), actor_id=1, reaches=True) == said


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_return_says_why(reason):
    assert why_not(Verb.RETURN, Standing(State.SUBMITTED), actor_id=1, reaches=True, reason=reason) == "reason"


@pytest.mark.parametrize("verb", MOVES)
def test_out_of_reach_is_said_first(verb):
    assert why_not(verb, Standing(State.DRAFT, locked=True), actor_id=1, reaches=False) == "role"


def test_no_one_role_both_hands_in_and_approves():
    both = {Action.SUBMIT, Action.REVIEW}
    assert [role for role in Role if both <= GRANTS[role].actions] == []
    assert [role for role in Role if {Action.EDIT, Action.REVIEW} <= GRANTS[role].actions] == []
    assert all(MOVES[verb].action in {Action.SUBMIT, Action.REVIEW} for verb in ASKED)


def test_an_edit_takes_approval_and_submission_away_and_leaves_a_return():
    assert [after_edit(state) for state in STORED] == [State.DRAFT, State.DRAFT, State.RETURNED, State.DRAFT]


JUNE = Month(2020, 6)


@pytest.mark.parametrize(
    "rule,half,expected",
    [
        (DueRule(5, 1, Shift.LATER), 0, date(2020, 7, 6)),  # 5 July 2020 is a Sunday
        (DueRule(5, 1, Shift.EARLIER), 0, date(2020, 7, 3)),
        (DueRule(5, 1, Shift.NONE), 0, date(2020, 7, 5)),
        (DueRule(28, 0, Shift.NONE), 0, date(2020, 6, 28)),
        (DueRule(LAST_DAY, 0, Shift.NONE), 0, date(2020, 6, 30)),
        (DueRule(31, 0, Shift.NONE), 0, date(2020, 6, 30)),
        (DueRule(13, 0, Shift.NONE), 1, date(2020, 6, 13)),
        (DueRule(5, counts_workdays=True), 0, date(2020, 7, 7)),
        (DueRule(5, counts_workdays=True), 1, date(2020, 6, 22)),
    ],
    ids=["later", "earlier", "as it is", "28th", "last", "31st of June", "first half", "five working days", "five after a half"],
)
def test_due_day(rule, half, expected):
    assert due_on(JUNE, half, rule, {}) == expected


def test_holidays_shift_and_a_worked_sunday_does_not():
    assert due_on(Month(2019, 12), 0, DueRule(25, 1, Shift.LATER), SPRING) == date(2020, 2, 3)
    assert due_on(Month(2019, 12), 0, DueRule(25, 1, Shift.EARLIER), SPRING) == date(2020, 1, 23)
    assert due_on(Month(2019, 12), 0, DueRule(19, 1, Shift.LATER), SPRING) == date(2020, 1, 19)


def test_a_day_set_by_hand_goes_before_the_rule():
    assert due_on(JUNE, 0, DueRule(5), {}, date(2020, 7, 12)) == date(2020, 7, 12)


def test_all_days_of_a_month():
    found = dates_of(JUNE, 0, DueRule(5, 1, Shift.LATER, grace_days=3, opens_day=1, lock_day=10), {})
    assert found == type(found)(date(2020, 7, 1), date(2020, 7, 6), date(2020, 7, 9), date(2020, 7, 10))


def test_a_lock_day_inside_the_grace_waits_for_its_end():
    assert dates_of(JUNE, 0, DueRule(5, 1, Shift.LATER, grace_days=10, lock_day=10), {}).locks_on == date(2020, 7, 17)


@pytest.mark.parametrize("day,late", [(date(2020, 7, 6), False), (date(2020, 7, 9), False), (date(2020, 7, 10), True)])
def test_late_is_after_the_grace(day, late):
    assert is_late(day, date(2020, 7, 6), date(2020, 7, 9)) is late
    assert is_late(day, None, None) is False


MONTHS = st.builds(Month, st.integers(2000, 2060), st.integers(1, 12))
DAYS = st.dictionaries(st.dates(date(2000, 1, 1), date(2061, 12, 31)), st.booleans(), max_size=30)


@given(MONTHS, st.integers(0, 2), st.integers(0, 31), st.integers(0, 2), st.sampled_from([Shift.EARLIER, Shift.LATER]), DAYS)
def test_a_shifted_due_day_is_worked_on(month, half, day, offset, shift, holidays):
    assert is_workday(due_on(month, half, DueRule(day, offset, shift), holidays), holidays)


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), DAYS)
def test_shifting_moves_no_further_than_it_must(day, holidays):
    earlier, later = shifted(day, Shift.EARLIER, holidays), shifted(day, Shift.LATER, holidays)
    assert earlier <= day <= later
    between = (earlier + timedelta(days=n) for n in range(1, (later - earlier).days))
    assert not any(is_workday(one, holidays) for one in between) or earlier == later


@given(MONTHS, st.integers(0, 2), st.integers(0, 31), st.integers(0, 40), st.integers(1, 31), st.integers(1, 31))
def test_days_of_a_month_come_in_order(month, half, day, grace, opens, lock):
    found = dates_of(month, half, DueRule(day, 1, Shift.NONE, grace, opens_day=opens, lock_day=lock), {})
    assert found.opens_on <= found.due_on <= found.grace_until < found.locks_on

"""The chain of an account, pure: on both sides of each edge, by day."""

from __future__ import annotations

from datetime import date

import pytest

from funding.ledger import Balance, Entry, Step, balance_of, overdrawn, reversal

MAY, JUNE, JULY = date(2020, 5, 1), date(2020, 6, 1), date(2020, 7, 1)


def entry(step: Step, amount: int, on: date = MAY, capital: int = 0) -> Entry:
    return Entry(step, amount, on, capital)


A, B, P, C = Step.ASSIGN, Step.ARRIVE, Step.PAY, Step.COMPLETE


@pytest.mark.parametrize(
    "entries,step,on",
    [
        ([entry(A, 10), entry(B, 10), entry(P, 10)], None, None),
        ([entry(A, 10), entry(B, 11)], B, MAY),
        ([entry(A, 10), entry(B, 9), entry(P, 10)], P, MAY),
        ([entry(A, -1)], A, MAY),
        ([entry(A, 10), entry(B, 5), entry(B, -6)], B, MAY),
        ([entry(A, 10, JUNE), entry(B, 5, MAY)], B, MAY),
        ([entry(A, 10, MAY), entry(B, 10, JULY), entry(P, 5, JUNE)], P, JUNE),
        ([entry(A, 10), entry(B, 10, JUNE), entry(A, -5, JULY)], B, JULY),
        ([entry(A, 10, MAY, 10)], None, None),
        ([entry(A, 10, MAY, 11)], A, MAY),
        ([entry(C, 99)], None, None),
        ([entry(C, -1)], C, MAY),
    ],
)
def test_the_chain_holds_on_every_day(entries, step, on) -> None:
    found = overdrawn(entries)
    assert (found and found.step, found and found.on) == (step, on)
    assert overdrawn(reversed(entries)) == found, "the order of entry does not matter, the days do"


def test_a_reversal_leaves_no_day_as_it_was() -> None:
    wrong = entry(A, 10, MAY, 4)
    assert balance_of([wrong, reversal(wrong)]) == Balance()
    assert overdrawn([wrong, reversal(wrong), entry(A, 3, JUNE), entry(B, 3, JUNE)]) is None


def test_what_waits_and_what_is_idle() -> None:
    held = Balance(assigned=100, arrived=60, paid=40)
    assert (held.waiting, held.idle) == (40, 20)

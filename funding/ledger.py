"""What may be posted to an account of money, and why not. Pure: balances in, entries in, balances or a refusal out.

An account is what one fund (a bond, or a central plan by source of money) gives one project. Its money goes through steps, each never
more than the one before, on any day: assigned 分配/分解 ≥ arrived 拨付/到位 ≥ paid 支出/支付. Completed 完成 stands beside them: work may
run ahead of money. Entries are never edited; a wrong one is answered by an entry that reverses it, dated as the wrong one was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby


class Step(StrEnum):
    """Which way money goes in an entry."""

    ASSIGN = "assign"
    ARRIVE = "arrive"
    PAY = "pay"
    COMPLETE = "complete"


CHAIN = (Step.ASSIGN, Step.ARRIVE, Step.PAY)


@dataclass(frozen=True, slots=True)
class Entry:
    """A posting of so much (分, signed, never zero) at a step on a day; `capital_fen` of it is used as the project's capital."""

    step: Step
    amount_fen: int
    on: date
    capital_fen: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds at each step, in 分."""

    assigned: int = 0
    capital: int = 0
    arrived: int = 0
    paid: int = 0
    completed: int = 0

    def with_entry(self, entry: Entry) -> Balance:
        name = _COLUMN[entry.step]
        return replace(self, **{name: getattr(self, name) + entry.amount_fen}, capital=self.capital + entry.capital_fen)

    @property
    def waiting(self) -> int:
        """Assigned, and not yet arrived."""
        return self.assigned - self.arrived

    @property
    def idle(self) -> int:
        """Arrived, and not yet paid."""
        return self.arrived - self.paid


_COLUMN: Mapping[Step, str] = {Step.ASSIGN: "assigned", Step.ARRIVE: "arrived", Step.PAY: "paid", Step.COMPLETE: "completed"}


@dataclass(frozen=True, slots=True)
class Overdrawn:
    """A step that would hold more than the step before it (or less than nothing) from a day on."""

    step: Step
    on: date
    held_fen: int
    limit_fen: int  # what the step before holds that day; 0 where the step itself would fall below nothing


def balance_of(entries: Iterable[Entry]) -> Balance:
    held = Balance()
    for entry in entries:
        held = held.with_entry(entry)
    return held


def overdrawn(entries: Iterable[Entry]) -> Overdrawn | None:
    """The first day on which the entries of an account break its chain, or None. Entries of one day are taken together."""
    held = Balance()
    for day, same in groupby(sorted(entries, key=lambda entry: entry.on), key=lambda entry: entry.on):
        for entry in same:
            held = held.with_entry(entry)
        fault = broken(held, day)
        if fault is not None:
            return fault
    return None


def broken(held: Balance, day: date) -> Overdrawn | None:
    """Where a balance breaks the chain."""
    sums = (held.assigned, held.arrived, held.paid)
    for step, amount in zip((*CHAIN, Step.COMPLETE), (*sums, held.completed), strict=True):
        if amount < 0:
            return Overdrawn(step, day, amount, 0)
    for step, before, amount in zip(CHAIN[1:], sums, sums[1:], strict=False):
        if amount > before:
            return Overdrawn(step, day, amount, before)
    if not 0 <= held.capital <= held.assigned:
        return Overdrawn(Step.ASSIGN, day, held.capital, held.assigned)
    return None


def reversal(entry: Entry) -> Entry:
    """The entry that takes one back: on the same day, so that no day's sums remember the mistake."""
    return replace(entry, amount_fen=-entry.amount_fen, capital_fen=-entry.capital_fen)

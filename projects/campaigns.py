"""How a project of a campaign stands on a day: done, on its way, or behind; and how many days are left. Pure.

A target of money is a figure of the year's cumulative investment to be reached by a day. On the way there the pace is even: by half of
the time half of what was still to be done at the start. What nobody reported is not done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

_NOTHING = Decimal(0)


class Goal(StrEnum):
    """What a campaign is for."""

    INVEST = "invest"
    START = "start"


class Pace(StrEnum):
    """How a project stands. WITHOUT: it has no target, so nobody can say."""

    DONE = "done"
    ON_WAY = "on_way"
    BEHIND = "behind"
    WITHOUT = "without"


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a campaign, both included."""

    begins: date
    ends: date

    def share(self, day: date) -> Decimal:
        """How much of the time is over at the end of `day`: 0 before the first day, 1 from the last."""
        if day < self.begins:
            return _NOTHING
        length = (self.ends - self.begins).days + 1
        return min(Decimal((day - self.begins).days + 1) / length, Decimal(1))

    def days_left(self, day: date) -> int:
        """Days that remain after this one; 0 when it is over."""
        return max((self.ends - max(day, self.begins)).days, 0)

    def day_number(self, day: date) -> int:
        """Which day of the campaign it is, from 1; 0 before it begins, its length when it is over."""
        length = (self.ends - self.begins).days + 1
        return min(max((day - self.begins).days + 1, 0), length)


@dataclass(frozen=True, slots=True)
class Aim:
    """What a project is to reach, and where it was and is. Money is the year's cumulative investment."""

    goal: Goal
    span: Span
    target_wan: Decimal | None = None
    base_wan: Decimal | None = None  # when the campaign began
    done_wan: Decimal | None = None
    started_on: date | None = None

    @property
    def has_target(self) -> bool:
        """A target of nothing is none: whoever did nothing would have reached it."""
        return self.target_wan is not None and self.target_wan > 0


def due_wan(aim: Aim, day: date) -> Decimal | None:
    """What should be done by the end of the day at an even pace."""
    if aim.target_wan is None or not aim.has_target:
        return None
    base = min(aim.base_wan or _NOTHING, aim.target_wan)
    return base + (aim.target_wan - base) * aim.span.share(day)


def pace(aim: Aim, day: date) -> Pace:
    """How a project stands on a day."""
    if aim.goal is Goal.START:
        if aim.started_on is not None and aim.started_on <= day:
            return Pace.DONE
        return Pace.BEHIND if day > aim.span.ends else Pace.ON_WAY
    due = due_wan(aim, day)
    if aim.target_wan is None or due is None:
        return Pace.WITHOUT
    done = aim.done_wan or _NOTHING
    if done >= aim.target_wan:
        return Pace.DONE
    return Pace.BEHIND if done < due or day > aim.span.ends else Pace.ON_WAY


@dataclass(frozen=True, slots=True)
class Tally:
    """Projects of a unit, or of all: how many stand how, and what was done of what was aimed at."""

    count: int = 0
    done: int = 0
    on_way: int = 0
    behind: int = 0
    without: int = 0
    target_wan: Decimal = _NOTHING
    done_wan: Decimal = _NOTHING

    @property
    def rate(self) -> Decimal | None:
        """What was done of the targets, where there are any."""
        return self.done_wan / self.target_wan if self.target_wan else None


def tally(rows: Iterable[tuple[Aim, Pace]]) -> Tally:
    """Add projects up; money only of those that have a target, so that the rate compares like with like."""
    found = list(rows)
    counts = {one: sum(stands is one for _, stands in found) for one in Pace}
    aims = [aim for aim, _ in found if aim.has_target]
    return Tally(
        len(found),
        counts[Pace.DONE],
        counts[Pace.ON_WAY],
        counts[Pace.BEHIND],
        counts[Pace.WITHOUT],
        sum((aim.target_wan or _NOTHING for aim in aims), _NOTHING),
        sum((aim.done_wan or _NOTHING for aim in aims), _NOTHING),
    )

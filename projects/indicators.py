"""Monitored indicators reckoned: what moved since the period before, how far it is to the target, how far above nation and province. Pure.

The kind of an indicator decides in which unit two of its figures differ: rates differ by percentage points and never by percent
(增长4%, 提高1.3个百分点), amounts by their own unit. Rates are kept as they are printed: 4 is 4 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from projects.measures import difference, schedule, share
from projects.values import Month

POINTS = "百分点"
PERCENT = "%"


class Kind(StrEnum):
    GROWTH = "growth"
    SHARE = "share"
    POINTS = "points"
    AMOUNT = "amount"

    @property
    def is_rate(self) -> bool:
        """Whether two of its figures differ by percentage points."""
        return self is not Kind.AMOUNT


class Every(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def months(self) -> tuple[int, ...]:
        """The months at whose end there is a figure."""
        step = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}[self]
        return tuple(range(step, 13, step))


class Better(StrEnum):
    UP = "up"
    DOWN = "down"


# The one unit that figures of a kind are written in; an amount may have any other.
UNIT_OF: Mapping[Kind, str] = {Kind.GROWTH: PERCENT, Kind.SHARE: PERCENT, Kind.POINTS: POINTS}


@dataclass(frozen=True, slots=True)
class Definition:
    """What of an indicator its figures are reckoned by."""

    kind: Kind
    measure: str = PERCENT
    better: Better = Better.UP
    every: Every = Every.MONTH
    is_cumulative: bool = True

    @property
    def gap_measure(self) -> str:
        """The unit in which two of its figures differ."""
        return POINTS if self.kind.is_rate else self.measure


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure of a month, with those of nation and province beside it."""

    month: Month
    value: Decimal
    nation: Decimal | None = None
    province: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an indicator stands in a month. Differences are in the unit `gap_measure`; `rate` and `schedule` are ratios, `ahead` points."""

    reading: Reading
    before: Reading | None = None
    target: Decimal | None = None
    change: Decimal | None = None
    distance: Decimal | None = None
    is_met: bool | None = None
    above_nation: Decimal | None = None
    above_province: Decimal | None = None
    rate: Decimal | None = None
    schedule: Decimal | None = None
    ahead: Decimal | None = None


def standing(definition: Definition, reading: Reading, before: Reading | None = None, target: Decimal | None = None) -> Standing:
    """Reckon a figure against the period before it in the same year, its target, and nation and province.

    Only rates are compared with nation and province: an amount of a city and of a nation differ by their size. Only an amount that is
    added up from January runs against the schedule; a rate reaches its target or not.
    """
    value = reading.value
    is_rate = definition.kind.is_rate
    runs = definition.kind is Kind.AMOUNT and definition.is_cumulative and target is not None and definition.better is Better.UP
    done = share(value, target) if runs else None
    due = schedule(reading.month.month) if done is not None else None
    return Standing(
        reading=reading,
        before=before,
        target=target,
        change=None if before is None else value - before.value,
        distance=None if target is None else value - target,
        is_met=None if target is None else (value >= target if definition.better is Better.UP else value <= target),
        above_nation=_above(value, reading.nation) if is_rate else None,
        above_province=_above(value, reading.province) if is_rate else None,
        rate=done,
        schedule=due,
        ahead=None if due is None else difference(done, due),
    )


def _above(value: Decimal, other: Decimal | None) -> Decimal | None:
    return None if other is None else value - other


def newest(readings: Iterable[Reading], until: Month) -> tuple[Reading | None, Reading | None]:
    """The newest figure of the year up to a month, and the one before it in the same year."""
    told = sorted((one for one in readings if one.month.year == until.year and one.month.index <= until.index), key=lambda one: one.month.index)
    return (told[-1] if told else None), (told[-2] if len(told) > 1 else None)


# --- What rules read ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DefinitionRecord:
    """A definition as it would stand after the change."""

    kind: Kind
    measure: str


@dataclass(frozen=True, slots=True)
class FigureRecord:
    """A target (`month` None) or a value as it would stand after the change. `known`: other figures of the same indicator and place."""

    definition: Definition
    year: int | None
    month: int | None
    value: Decimal | None
    today: date
    is_target: bool = False
    nation: Decimal | None = None
    province: Decimal | None = None
    published_on: date | None = None
    known: Sequence[Reading] = ()

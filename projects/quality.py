"""How well a unit reports: points taken from a hundred, each with what it is taken for. Pure.

What a thing costs, and how much one kind of thing may cost at most, are rows of the thresholds (`quality`, key `late` and `late.most`),
set by the city and valid for some years; a kind without a row costs nothing and is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

CODE = "quality"  # of the thresholds
MOST = ".most"
FULL = Decimal(100)


class Mark(StrEnum):
    """What points are taken for, in the order of the table."""

    UNREPORTED = "unreported"  # not handed in when the grace was over
    LATE = "late"  # handed in late
    RETURNED = "returned"  # sent back by the reviewer
    CORRECTED = "corrected"  # changed after it was approved
    UNIT_SLIP = "unit_slip"  # 万元 for 亿元 and the like, found in an uploaded file
    OBSTACLE = "obstacle"  # a problem past its day and not resolved


@dataclass(frozen=True, slots=True)
class Weight:
    """What one thing costs, and what its kind costs at most in a month."""

    each: Decimal
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that points are taken for: whose, when, in words, and the page that shows it."""

    unit_id: int
    mark: Mark
    words: str
    url: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What one kind of thing cost a unit, with all that it was taken for."""

    mark: Mark
    evidence: Sequence[Evidence]
    points: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """A unit's month."""

    unit_id: int
    taken: Sequence[Taken]

    @property
    def points(self) -> Decimal:
        return max(FULL - sum((one.points for one in self.taken), Decimal(0)), Decimal(0))

    def of(self, mark: Mark) -> Taken:
        return next(one for one in self.taken if one.mark is mark)


Weights = Mapping[Mark, Weight]


def read_weights(rows: Iterable[tuple[str, str]]) -> dict[Mark, Weight]:
    """Weights from (key, value) rows; a row that names no mark or holds no number is passed over, and its kind costs nothing."""
    found = {key: number for key, value in rows if (number := _number(value)) is not None}
    return {mark: Weight(found[mark.value], found.get(mark.value + MOST)) for mark in Mark if mark.value in found}


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None


def score(unit_id: int, evidence: Iterable[Evidence], weights: Weights) -> Score:
    """Score a unit by what is held against it."""
    own = [one for one in evidence if one.unit_id == unit_id]
    return Score(unit_id, [_taken(mark, [one for one in own if one.mark is mark], weights.get(mark)) for mark in Mark])


def _taken(mark: Mark, evidence: Sequence[Evidence], weight: Weight | None) -> Taken:
    if weight is None:
        return Taken(mark, evidence, Decimal(0))
    points = weight.each * len(evidence)
    return Taken(mark, evidence, points if weight.most is None else min(points, weight.most))

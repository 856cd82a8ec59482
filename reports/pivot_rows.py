"""What a pivot answers: rows that know their place, their keys and their words, and say them when they are asked.

A year by unit, sector and month has tens of thousands of rows, of which a page shows a hundred and a program wants the keys alone: so a row
holds what it was found by, and its words are looked up by whoever reads them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any, NamedTuple

from reports.dimensions import Named, named
from reports.gathered import Told
from reports.measured import Figure
from reports.tables import Value


class Names:
    """The places, keys and words of the values that were found. A query for each of units and sectors, where they are asked for.

    A row is known by its month and the values of its dimensions, in the order of `by`.
    """

    def __init__(self, by: Sequence[str], rows: Collection[tuple[Any, ...]]) -> None:
        self.by = tuple(by)
        self._months, *self._values = zip(*rows, strict=True) if rows else ((), *(() for _name in by))
        self._known: list[Mapping[Any, Named]] = [named(name, set(column)) for name, column in zip(self.by, self._values, strict=True)]
        self._rows = list(rows)

    def in_order(self) -> list[tuple[Any, ...]]:
        """The rows in print order; those that no dimension tells apart stand by month."""
        places: list[int] = list(self._months)
        width = max(places, default=0) + 1
        for known, column in zip(reversed(self._known), reversed(self._values), strict=True):
            place = {value: one.place * width for value, one in known.items()}
            places = list(map(add, places, map(place.__getitem__, column)))
            width *= 1 + max((one.place for one in known.values()), default=0)
        return [self._rows[at] for at in sorted(range(len(places)), key=places.__getitem__)]

    def keys(self, row: tuple[Any, ...]) -> dict[str, str]:
        return {name: known[value].key for name, known, value in zip(self.by, self._known, row[1:], strict=True)}

    def words(self, row: tuple[Any, ...]) -> dict[str, str]:
        return {name: known[value].words for name, known, value in zip(self.by, self._known, row[1:], strict=True)}


class PivotRow(NamedTuple):
    """A row: what it stands for by dimension (the keys that a question takes, and words), its measures, and which of them are rough."""

    names: Names
    place: tuple[Any, ...]
    told: Told

    @property
    def values(self) -> Mapping[str, Value]:
        return self.told.values

    @property
    def approx(self) -> frozenset[str]:
        return self.told.approx

    @property
    def keys(self) -> dict[str, str]:
        return self.names.keys(self.place)

    @property
    def labels(self) -> dict[str, str]:
        return self.names.words(self.place)

    def beside(self, other: PivotRow) -> PivotRow:
        """The same row with the measures of another beside its own."""
        return self._replace(told=Told({**self.values, **other.values}, self.approx | other.approx))


@dataclass(frozen=True, slots=True)
class Pivot:
    """Rows in print order, and for each month the whole of them, in which every project is counted once."""

    by: Sequence[str]
    measures: Sequence[Figure]
    rows: Sequence[PivotRow]
    wholes: Sequence[PivotRow]
    kept: bool  # whether the kept totals answered

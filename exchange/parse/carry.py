"""Carry values down: merged body cells, 同上, and groups whose first row alone is filled. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from exchange.cells import is_empty
from exchange.raw import Merge, RawValue

_SIGNS = ("同上", "〃", "″", '"', "”", "“", "''", "″″", "同前", "〞", "々", "〃〃", '""')
# As typed: with a full stop, in brackets, stretched.
DITTO = frozenset([*_SIGNS, *(f"{sign}。" for sign in _SIGNS), *(f"（{sign}）" for sign in _SIGNS), *(f"({sign})" for sign in _SIGNS)])
DITTO |= {"同 上", "同  上", "同　上", "〃 ", " 〃", " 〃 ", "同上 ", " 同上", "　〃", "—〃—", "-〃-", "同上行", "同上一行"}


@dataclass(slots=True)
class Carried:
    """A row with its carried cells: which columns took a value from above, which would have taken an amount."""

    row: Sequence[RawValue]
    columns: frozenset[int] = frozenset()
    ambiguous: frozenset[int] = frozenset()


@dataclass(slots=True)
class Carry:
    """Walks along with the rows of one table."""

    money: frozenset[int]
    sticky: frozenset[int]  # columns whose blanks repeat the value above (CSV made from merged cells)
    starts: dict[int, list[Merge]] = field(default_factory=lambda: defaultdict(list))
    active: dict[int, tuple[int, RawValue]] = field(default_factory=dict)  # column → (last row, value)
    previous: Sequence[RawValue] = ()
    repeated: tuple[int, ...] = ()  # columns of the last row that said 同上
    stuck: dict[int, RawValue] = field(default_factory=dict)

    @classmethod
    def over(cls, merges: Sequence[Merge], first_row: int, columns: Iterable[int], money: frozenset[int], sticky: frozenset[int]) -> Carry:
        """Keep the merges that go down over body rows in columns that are read."""
        carry = cls(money, sticky)
        wanted = set(columns)
        for merge in merges:
            if merge.bottom > merge.top and merge.top >= first_row and (merge.left - 1 in wanted):
                carry.starts[merge.top].append(merge)
        return carry

    @property
    def idle(self) -> bool:
        return not self.starts and not self.active and not self.sticky

    def bottom_of(self, column: int, row_number: int) -> int | None:
        """The last row of the merged cell that begins here, if it goes on below."""
        last = self.active.get(column)
        return last[0] if last is not None and last[0] > row_number else None

    def covers(self, column: int, row_number: int) -> bool:
        """Tell whether the cell lies inside a merge that began above."""
        last = self.active.get(column)
        return last is not None and row_number <= last[0]

    def apply(self, number: int, row: Sequence[RawValue]) -> Carried:
        """Fill a row from above."""
        filled: list[RawValue] | None = None
        columns: set[int] = set()
        ambiguous: set[int] = set()
        for column, (bottom, value) in list(self.active.items()):
            if number > bottom:
                del self.active[column]
            elif not is_empty(value) and (column >= len(row) or is_empty(row[column])):
                if column in self.money:
                    ambiguous.add(column)
                else:
                    filled = _put(filled or list(row), column, value)
                    columns.add(column)
        for merge in self.starts.pop(number, ()):
            index = merge.left - 1
            self.active[index] = (merge.bottom, row[index] if index < len(row) else None)
        for column in self.sticky:
            value = row[column] if column < len(row) else None
            if not is_empty(value):
                self.stuck[column] = value
            elif column in self.stuck:
                filled = _put(filled or list(row), column, self.stuck[column])
                columns.add(column)
        return Carried(row if filled is None else filled, frozenset(columns), frozenset(ambiguous))

    def repeat(self, row: Sequence[RawValue]) -> Sequence[RawValue]:
        """Put the value above where a cell says 同上."""
        if DITTO.isdisjoint(row):
            return row
        filled = list(row)
        self.repeated = tuple(column for column, value in enumerate(row) if type(value) is str and value in DITTO)
        for column in self.repeated:
            filled[column] = self.previous[column] if column < len(self.previous) else None
        return filled


def _put(row: list[RawValue], column: int, value: RawValue) -> list[RawValue]:
    if column >= len(row):
        row.extend([None] * (column + 1 - len(row)))
    row[column] = value
    return row

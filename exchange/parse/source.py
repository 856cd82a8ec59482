"""The rows of a sheet with a look ahead: heads are needed before the first row is read, tables may follow one another. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from exchange.raw import RawSheet, RawValue

HEAD_ROWS = 260


class RowSource:
    """Walks the rows of a sheet once, numbered as Excel numbers them; rows ahead can be looked at."""

    def __init__(self, sheet: RawSheet) -> None:
        self._rows: Iterator[Sequence[RawValue]] = iter(sheet.rows)
        self._ahead: deque[Sequence[RawValue]] = deque()
        self.number = 0  # of the row last given

    def peek(self, count: int) -> list[Sequence[RawValue]]:
        """The next rows without taking them."""
        while len(self._ahead) < count:
            try:
                self._ahead.append(next(self._rows))
            except StopIteration:
                break
        return [self._ahead[position] for position in range(min(count, len(self._ahead)))]

    def __iter__(self) -> Iterator[tuple[int, Sequence[RawValue]]]:
        while True:
            if self._ahead:
                row = self._ahead.popleft()
            else:
                try:
                    row = next(self._rows)
                except StopIteration:
                    return
            self.number += 1
            yield self.number, row

    def take(self, count: int) -> list[tuple[int, Sequence[RawValue]]]:
        """Take a number of rows at once."""
        taken: list[tuple[int, Sequence[RawValue]]] = []
        rows = iter(self)
        while len(taken) < count:
            pair = next(rows, None)
            if pair is None:
                break
            taken.append(pair)
        return taken

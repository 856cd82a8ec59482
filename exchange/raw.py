"""What a workbook holds before anyone has understood it. Pure.

`exchange.workbook` (the only room that touches bytes) fills these; `exchange.parse` reads them.
Rows and columns are counted from 1, as Excel counts them; for CSV a row is a record.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class CellError:
    """A formula error shown by the cell: `#REF!`, `#DIV/0!`, `#N/A`, …"""

    text: str


class Uncached(StrEnum):
    """Why a cell that is not blank in the file gives no value."""

    FORMULA = "formula"  # a formula that no program has calculated and saved


@dataclass(frozen=True, slots=True)
class LongNumber:
    """A number cell whose digits a float cannot hold, or that Excel shows in scientific notation; `text` as in the file."""

    text: str


@dataclass(frozen=True, slots=True)
class OverlongText:
    """A text longer than Excel's own 32,767 characters, cut to its beginning."""

    beginning: str
    length: int


# A number is int or float as stored; bool is kept apart; blank is None (text of white space only stays text).
RawValue = str | int | float | bool | date | datetime | time | CellError | Uncached | LongNumber | OverlongText | None


class SheetState(StrEnum):
    VISIBLE = "visible"
    HIDDEN = "hidden"
    VERY_HIDDEN = "very_hidden"


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged block, corners included."""

    top: int
    left: int
    bottom: int
    right: int


class CellRuns(AbstractSet[tuple[int, int]]):
    """A set of (row, column) kept as runs of rows by column, so that a column of 100,000 cells takes no room."""

    def __init__(self, runs: Mapping[int, Sequence[tuple[int, int]]]) -> None:
        self._runs = {column: tuple(rows) for column, rows in runs.items() if rows}
        self._firsts = {column: [first for first, _ in rows] for column, rows in self._runs.items()}

    @classmethod
    def _from_iterable(cls, cells: Iterable[Any]) -> AbstractSet[Any]:
        """What `&`, `|` and `-` make is an ordinary set."""
        return frozenset(cells)

    def __contains__(self, cell: object) -> bool:
        if not (isinstance(cell, tuple) and len(cell) == 2 and cell[1] in self._runs):
            return False
        row, column = cell
        index = bisect_right(self._firsts[column], row) - 1
        return index >= 0 and row <= self._runs[column][index][1]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return ((row, column) for column, runs in self._runs.items() for first, last in runs for row in range(first, last + 1))

    def __bool__(self) -> bool:
        return bool(self._runs)

    def __len__(self) -> int:
        return sum(last - first + 1 for runs in self._runs.values() for first, last in runs)

    def __repr__(self) -> str:
        return f"CellRuns({self._runs})"


@dataclass(slots=True)
class RawSheet:
    """One sheet: rows from row 1 and column A, leading blank rows and columns included.

    `rows` may be a list or a stream that can be walked once; each row is a sequence of values, and rows may differ in length.
    Everything else is known before the first row is read.
    """

    name: str | None  # None for CSV
    rows: Iterable[Sequence[RawValue]]
    state: SheetState = SheetState.VISIBLE
    merges: Sequence[Merge] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    # Cells with a percent number format: the stored 0.0337 is shown as 3.37 %.
    percent_cells: AbstractSet[tuple[int, int]] = frozenset()
    # (row, column) → comment text, and cells far outside the table that were left out.
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    stray_cells: Sequence[tuple[int, int]] = ()

    def __iter__(self) -> Iterator[Sequence[RawValue]]:
        return iter(self.rows)


@dataclass(slots=True)
class RawBook:
    """A workbook as read. `format` is what the bytes are (xlsx, xls, xlsb, ods, csv), whatever the name says."""

    filename: str
    format: str
    sheets: list[RawSheet]
    # Things a reader should be told that no cell carries, e.g. ("renamed_format", {"format": "xls"}) or ("external_links", {}).
    remarks: list[tuple[str, dict[str, object]]] = field(default_factory=list)


class Refusal(Exception):
    """The file cannot be taken; nothing of it was read into the database.

    `code` is a stable word (`encrypted`, `damaged`, `macro`, `too_large`, `not_a_workbook`, `empty`, …); `zh` and `en` say in
    one sentence what is wrong and what to do.
    """

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.code = code
        self.zh = zh
        self.en = en

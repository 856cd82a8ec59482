"""What a workbook of ours looks like before anyone writes it: sheets, columns, cell checks, notes. Pure.

`exchange.sheets` says what a template holds, `exchange.workbook` turns it into bytes; this is all they share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

CellContent = str | int | Decimal | None


class Look(StrEnum):
    """What a column is for, which is what its cells look like."""

    LOCKED = "locked"  # who the project is: not to be changed here
    ENTRY = "entry"  # to be filled
    GREY = "grey"  # for comparison; never read back


class Form(StrEnum):
    """How a cell shows its value."""

    TEXT = "text"  # stays text, whatever is typed
    LONG = "long"  # text that wraps
    MONEY = "money"
    NUMBER = "number"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Check:
    """A check that Excel and WPS make while somebody types. In formulas `{row}` is the row of the cell."""

    kind: str  # list, decimal, custom
    formula: str
    criteria: str = ""
    title: str = ""
    message: str = ""
    stops: bool = True  # else the person may insist


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    heading: str
    look: Look
    form: Form
    width: int
    field: str = ""  # the field of a sheet, where the column holds one
    hint: str = ""  # shown beside the cell when it is chosen
    check: Check | None = None
    formula: str = ""  # of a computed column; the row gives the value it has now


@dataclass(slots=True)
class TableLayout:
    """A sheet with a title, a line of context, one heading row, and rows below it."""

    name: str
    title: str
    context: Sequence[str]
    columns: Sequence[ColumnLayout]
    rows: Iterable[Sequence[CellContent]]
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict)  # (row from 0, column from 0) → what to say at the cell
    spare_rows: int = 0  # blank rows for what is not there yet
    fixed_columns: int = 0  # stay in sight when the sheet is moved sideways


@dataclass(slots=True)
class WordsLayout:
    """A sheet of lines."""

    name: str
    title: str
    lines: Sequence[str]


@dataclass(slots=True)
class ListsLayout:
    """The hidden sheet of the words that may be chosen: each list a column under the name formulas call it by."""

    name: str
    lists: Mapping[str, Sequence[str]]


@dataclass(slots=True)
class SecretLayout:
    """The very hidden sheet: rows of text."""

    name: str
    rows: Iterable[Sequence[str]]


@dataclass(slots=True)
class BookLayout:
    table: TableLayout
    words: WordsLayout
    lists: ListsLayout
    secret: SecretLayout
    footer: str = ""


TITLE_ROWS = 2  # title and context
HEADING_ROW = TITLE_ROWS + 1  # as Excel counts
FIRST_ROW = HEADING_ROW + 1

"""A table before anybody draws it: columns with units, rows with exact values, notes. Pure.

Every renderer (page, Excel, terminal, JSON) draws this one thing, so that no two can disagree. A cell keeps the exact value (万元,
ratio, percentage points) and its printed text; rounding happens in `projects.measures` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from funding.measures import exact_text
from projects.measures import ABOUT, DASH, number_text, percent_text, plain_text, points_text, wan_text, wan_to_yi, yi_text

Value = Decimal | int | str | None


class Kind(StrEnum):
    """What a column holds. Money is always 万元 in the cell; the kind says in which unit it is printed."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"  # with the decimals of its column, of no unit
    WAN = "wan"
    EXACT = "exact"  # 万元 with every digit that is there: what a ledger holds
    YI = "yi"
    PERCENT = "percent"  # the cell holds a ratio: 1 = 100 %
    POINTS = "points"  # percentage points, with their sign
    PLAIN = "plain"  # as it was published, in a unit that a neighbour names: it differs from row to row
    SIGNED = "signed"  # the same with its sign
    RANK = "rank"
    MOVE = "move"  # places gained (+) or lost (-)

    @property
    def is_number(self) -> bool:
        return self is not Kind.TEXT


class Level(StrEnum):
    """Where a row stands: the whole, a part of it with rows of its own, or a row."""

    TOTAL = "total"
    PART = "part"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, its heading, the heading it shares with its neighbours, and how its numbers are printed."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    group: str = ""
    places: int = 2
    width: int = 10  # in Latin characters, for print
    formula: str = ""  # how a spreadsheet works it out of its neighbours, in the units they print: {ytd}/{plan}*100


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with its text. `number` is what a spreadsheet stores, in the unit of the column; None where there is nothing to count."""

    column: Column
    value: Value
    text: str
    approx: bool = False

    @property
    def number(self) -> Decimal | int | None:
        if isinstance(self.value, Decimal):
            return _NUMBERS.get(self.column.kind, _as_it_is)(self.value)
        return self.value if isinstance(self.value, int) else None


def _as_it_is(value: Decimal) -> Decimal:
    return value


def _percent(value: Decimal) -> Decimal:
    return value.scaleb(2)


_NUMBERS = {Kind.YI: wan_to_yi, Kind.PERCENT: _percent}


@dataclass(frozen=True, slots=True)
class Row:
    """A row: values by column key. `approx` names the columns whose figure includes approximate ones; `keys` say what it stands for."""

    label: str
    values: Mapping[str, Value]
    level: Level = Level.ROW
    approx: frozenset[str] = frozenset()
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading cell and the block it covers, counted from 0."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns, the whole first, with all that has to be said beside them."""

    name: str
    title: str
    unit_line: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    lead: str = ""
    moment: str = ""
    notes: Sequence[str] = ()

    @property
    def total(self) -> Row | None:
        return next((row for row in self.rows if row.level is Level.TOTAL), None)

    def cells(self, row: Row, about: str = ABOUT) -> list[Cell]:
        """The cells of a row, one for each column; `about` stands before what is approximate."""
        return [make_cell(column, row.values.get(column.key), approx=column.key in row.approx, about=about) for column in self.columns]

    def headings(self) -> list[Heading]:
        """Headings in one row, or in two where neighbours share a heading above."""
        return list(_headings(self.columns))

    @property
    def heading_rows(self) -> int:
        return 2 if any(column.group for column in self.columns) else 1


def make_cell(column: Column, value: Value, *, approx: bool = False, about: str = ABOUT) -> Cell:
    return Cell(column, value, cell_text(column, value, approx=approx, about=about), approx and value is not None)


def cell_text(column: Column, value: Value, *, approx: bool = False, about: str = ABOUT) -> str:
    """Print a value as its column asks: a dash for what is not known, never a zero."""
    if value is None:
        return "" if column.kind is Kind.TEXT else DASH
    if isinstance(value, str):
        return value
    if column.kind is Kind.MOVE:
        return _move_text(int(value))
    if isinstance(value, int):
        return str(value)
    return _amount_text(column, value, approx, about)


def _amount_text(column: Column, value: Decimal, approx: bool, about: str) -> str:
    if column.kind is Kind.PERCENT:
        return percent_text(value, column.places).removesuffix("%")
    if column.kind is Kind.POINTS:
        return points_text(value, column.places)
    if column.kind in (Kind.PLAIN, Kind.SIGNED):
        return _published_text(value, approx=approx, about=about, signed=column.kind is Kind.SIGNED)
    if column.kind is Kind.YI:
        return yi_text(value, column.places, grouped=True, approx=approx, about=about)
    if column.kind is Kind.EXACT:
        return exact_text(value, approx=approx, about=about)
    if column.kind is Kind.WAN:
        return wan_text(value, column.places, grouped=True, approx=approx, about=about)
    return number_text(value, column.places)


def _published_text(value: Decimal, *, approx: bool, about: str, signed: bool) -> str:
    text = f"+{plain_text(value)}" if signed and value > 0 else plain_text(value)
    return f"{about}{text}" if approx else text


def _move_text(places: int) -> str:
    """Places gained or lost: ↑2, ↓1, or an equals sign for none."""
    if places == 0:
        return "＝"
    return f"↑{places}" if places > 0 else f"↓{-places}"


def _headings(columns: Sequence[Column]) -> Iterator[Heading]:
    deep = 2 if any(column.group for column in columns) else 1
    at = 0
    while at < len(columns):
        column = columns[at]
        if not column.group:
            yield Heading(column.title, 0, at, deep, 1, column.kind.is_number)
            at += 1
            continue
        width = _group_width(columns, at)
        yield Heading(column.group, 0, at, 1, width)
        for offset in range(width):
            yield Heading(columns[at + offset].title, 1, at + offset, 1, 1, columns[at + offset].kind.is_number)
        at += width


def _group_width(columns: Sequence[Column], start: int) -> int:
    """How many columns from `start` on share its heading."""
    width = 1
    while start + width < len(columns) and columns[start + width].group == columns[start].group:
        width += 1
    return width

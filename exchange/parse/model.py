"""What reading a workbook gives: rows, findings by cell, and a description of each sheet. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from exchange.cells import CellValue, FieldReader
from exchange.sheets import Kind, Meaning, ReaderKind
from projects.findings import Finding, Severity
from projects.period import WHOLE
from projects.values import MoneyUnit, Month


class RowKind(StrEnum):
    """Why a row is no project."""

    COVER = "cover"
    TITLE = "title"
    UNIT = "unit"
    HEADER = "header"
    REPEATED_HEADER = "repeated_header"
    COLUMN_NUMBERS = "column_numbers"
    SECTION = "section"
    SUBTOTAL = "subtotal"
    TOTAL = "total"
    NOTE = "note"
    SIGNATURE = "signature"
    BLANK = "blank"
    EXAMPLE = "example"
    STAT_TABLE = "stat_table"
    CONTINUATION = "continuation"
    ORPHAN = "orphan"


class Place(NamedTuple):
    """Where in the workbook: `row` None is the whole sheet, `column` None the whole row."""

    sheet: str | None
    row: int | None = None
    column: str | None = None
    heading: str = ""
    raw: str = ""
    row_end: int | None = None

    @property
    def text(self) -> str:
        """月报!E37, as Excel writes it."""
        sheet = "" if self.sheet is None else f"{self.sheet.strip()}!"
        return f"{sheet}{self.column or ''}{'' if self.row is None else self.row}".rstrip("!")


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """A finding with the place the reader adds to it."""

    finding: Finding
    place: Place

    @property
    def severity(self) -> Severity:
        return self.finding.severity


@dataclass(slots=True)
class PlannedColumn:
    """One column of a table: where it stands, what it means, how it is read."""

    index: int  # from 0
    letter: str
    heading: str
    meaning: Meaning
    field: str | None
    reader_kind: ReaderKind | None
    unit: MoneyUnit | None
    reader: FieldReader | None = None
    spill: tuple[int, ...] = ()  # further columns under the same merged heading
    month: Month | None = None  # of one month's column in a wide layout
    is_double: bool = False  # means what an earlier column means, and is not read
    asked: str = ""  # what a person is asked about the heading: unknown, ambiguous
    guess: str | None = None  # the field it may be
    sample: tuple[str, ...] = ()  # some values, for the question

    @property
    def is_money(self) -> bool:
        return self.reader_kind is ReaderKind.AMOUNT


@dataclass(slots=True)
class Table:
    """One table of a sheet: its heading rows and columns."""

    sheet: str | None
    kind: Kind
    header_top: int
    header_bottom: int
    columns: tuple[PlannedColumn, ...]
    unit: MoneyUnit | None
    period: Month | None = None
    by_field: dict[str, PlannedColumn] = field(default_factory=dict)
    half: int = WHOLE  # the half of the month that the sheet says it reports
    year: int | None = None
    until: date | None = None  # the day up to which its figures are said to stand

    def column(self, name: str) -> PlannedColumn | None:
        return self.by_field.get(name)


# Words by which a remark says that a figure is taken back on purpose (rule 19: a correction note turns the block into a reason).
_CORRECTS = re.compile("核减|调减|冲减|冲销|更正|修正|纠正")


def correction_note(values: Mapping[str, CellValue]) -> str | None:
    """The remark of a row where it says that the row takes back what was reported before."""
    remark = values.get("remarks")
    return remark if isinstance(remark, str) and _CORRECTS.search(remark) else None


@dataclass(slots=True)
class ReadRow:
    """One project row: values by field, with what is needed to point back at its cells."""

    table: Table
    row: int
    values: dict[str, CellValue]
    shown: dict[str, str] = field(default_factory=dict)
    findings: list[PlacedFinding] = field(default_factory=list)
    row_end: int | None = None
    period: Month | None = None
    half: int = WHOLE
    months: dict[Month, dict[str, CellValue]] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)  # text of columns nobody knows, by letter
    raw: tuple[object, ...] = ()
    is_child: bool = False  # part of the packaged project in a row above
    defaulted: frozenset[str] = frozenset()  # fields taken from section, title or sheet name

    @property
    def sheet(self) -> str | None:
        return self.table.sheet

    @property
    def kind(self) -> Kind:
        return self.table.kind

    @property
    def blocked(self) -> bool:
        return any(placed.finding.severity is Severity.BLOCKS for placed in self.findings)

    def place(self, name: str | None) -> Place:
        """The cell of a field; a field without column points at the row."""
        column = self.table.column(name or "")
        if column is None and name in _PERIOD_PARTS:
            column = self.table.column("planned_period")
        if column is None:
            return Place(self.sheet, self.row)
        raw = self.raw[column.index] if column.index < len(self.raw) else None
        return Place(self.sheet, self.row, column.letter, column.heading, _quoted(raw))


_PERIOD_PARTS = frozenset(["planned_start", "planned_finish"])


def _quoted(raw: object) -> str:
    text = "" if raw is None else str(getattr(raw, "text", raw))
    return text if len(text) <= 120 else text[:120] + "…"


@dataclass(slots=True)
class SheetReport:
    """What was made of one sheet, for the preview and for the person who sent it."""

    name: str | None
    state: str
    tables: list[Table] = field(default_factory=list)
    read: bool = True
    reason: str = ""  # a code of the wording table, why it was not read
    rows: int = 0
    says_none: bool = False  # 本月无此类项目
    skipped: list[tuple[int, RowKind]] = field(default_factory=list)
    skipped_counts: Counter[str] = field(default_factory=Counter)

    SKIPPED_SHOWN = 500

    def skip(self, row: int, kind: RowKind) -> None:
        """Note a row that is no project; blank rows are only counted."""
        self.skipped_counts[kind] += 1
        if kind is not RowKind.BLANK and len(self.skipped) < self.SKIPPED_SHOWN:
            self.skipped.append((row, kind))

    @property
    def kind(self) -> Kind | None:
        kinds = {table.kind for table in self.tables}
        return next(iter(kinds)) if len(kinds) == 1 else None


@dataclass(slots=True)
class FindingLog:
    """All findings of a reading, capped by kind and column so that a bad column can't fill the memory; the rest is counted."""

    entries: list[PlacedFinding] = field(default_factory=list)
    counts: Counter[tuple[str | None, str, str | None]] = field(default_factory=Counter)
    unlisted: Counter[Severity] = field(default_factory=Counter)  # beyond the cap: counted and not listed

    CAP = 2000

    def add(self, placed: PlacedFinding) -> None:
        key = (placed.place.sheet, placed.finding.code, placed.place.column)
        self.counts[key] += 1
        if self.counts[key] <= self.CAP:
            self.entries.append(placed)
        else:
            self.unlisted[placed.finding.severity] += 1

    def severities(self) -> Counter[Severity]:
        """How many findings there are of each gravity, listed or not."""
        return Counter(placed.finding.severity for placed in self.entries) + self.unlisted

    @property
    def dropped(self) -> int:
        """How many findings beyond the cap are not listed."""
        return sum(count - self.CAP for count in self.counts.values() if count > self.CAP)

    def __iter__(self) -> Iterator[PlacedFinding]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def column_letter(index: int) -> str:
    """The letters of a column counted from 0: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

"""What every writer of whole tables is told: the columns, the kind of each, and how the file should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from enum import StrEnum
from itertools import islice
from typing import Any

Row = tuple[Any, ...]
BLOCK = 2_000


class Kind(StrEnum):
    """What the values of a column are. None is "not known" in each, and never zero."""

    TEXT = "text"  # str; codes and identifiers too: they are never numbers
    INTEGER = "integer"
    DECIMAL = "decimal"  # Decimal, int or float
    DATE = "date"
    DATETIME = "datetime"  # with its zone
    BOOLEAN = "boolean"
    MONTH = "month"  # "2020-06", or what prints so

    @property
    def is_number(self) -> bool:
        return self in {Kind.INTEGER, Kind.DECIMAL}

    @property
    def is_text(self) -> bool:
        """Whether its cells are text, and must stay so in Excel."""
        return self in {Kind.TEXT, Kind.MONTH}


_WIDTHS = {Kind.TEXT: 18, Kind.INTEGER: 12, Kind.DECIMAL: 16, Kind.DATE: 12, Kind.DATETIME: 19, Kind.BOOLEAN: 8, Kind.MONTH: 10}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its ASCII name for programs, its heading for people, what its values are, and their unit.

    `labels` say what its codes mean, none of them blank. Files for people carry them instead of the codes, files for programs never do.
    """

    name: str
    heading: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    places: int = 6  # decimals of a DECIMAL, as held; money in 万元 has six
    width: int = 0  # of the column in a sheet, in characters; 0: by its kind and heading
    labels: Mapping[Any, str] = field(default_factory=dict, hash=False)

    @property
    def title(self) -> str:
        """The heading with its unit, as an official table has it. A heading that names the unit already is left alone."""
        return f"{self.heading}（{self.unit}）" if self.unit and f"（{self.unit}）" not in self.heading else self.heading

    @property
    def for_people(self) -> Column:
        """The column of a file that people read: where codes have words, it is text."""
        return replace(self, kind=Kind.TEXT) if self.labels else self

    def said(self, values: Sequence[Any]) -> Sequence[Any]:
        """The values of such a file: each code by its words, what has none as it is held."""
        words = self.labels
        return [None if value is None else words.get(value) or str(value) for value in values] if words else values

    @property
    def sheet_width(self) -> int:
        wide = sum(2 if ord(sign) > 0x2E7F else 1 for sign in self.title)
        return self.width or max(_WIDTHS[self.kind], min(wide + 4, 40))  # four for the filter's button


class Form(StrEnum):
    """The files a whole table may go out as; the value is the extension."""

    CSV = "csv"
    NDJSON = "ndjson"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @property
    def is_text(self) -> bool:
        return self in {Form.CSV, Form.NDJSON}

    @property
    def media_type(self) -> str:
        return {
            Form.CSV: "text/csv; charset=utf-8",
            Form.NDJSON: "application/x-ndjson",
            Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Form.PARQUET: "application/vnd.apache.parquet",
        }[self]


class Dialect(StrEnum):
    """For whom a CSV is written: see the package."""

    EXCEL = "excel"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Options:
    """How the file should be. `zone` is that of the days and hours printed."""

    dialect: Dialect = Dialect.EXCEL
    title: str = "数据"
    zone: tzinfo = UTC
    gzip: bool = False


class NotOfferedError(Exception):
    """The form cannot be made here; `code` is stable, `zh` and `en` say why and what to do."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.code, self.zh, self.en = code, zh, en


@dataclass(slots=True)
class Progress:
    """How far a stream has come. Read it from anywhere; the stream alone writes it."""

    rows: int = 0
    size: int = 0  # bytes that have come out

    def count(self, blocks: Iterable[list[Row]]) -> Iterator[list[Row]]:
        for block in blocks:
            if block:
                yield block
                self.rows += len(block)

    def weigh(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if chunk:
                self.size += len(chunk)
                yield chunk


def in_blocks(rows: Iterable[Row], size: int = BLOCK) -> Iterator[list[Row]]:
    """Rows in lists of so many, taken as they are asked for."""
    walk = iter(rows)
    while block := list(islice(walk, size)):
        yield block

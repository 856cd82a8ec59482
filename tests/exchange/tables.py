"""Sheets as text tables: what a test puts in and what it gets back, in a form a person can read."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from exchange.neutral import as_document
from exchange.parse import PlacedFinding, Reading, ReadRow, read_workbook
from exchange.raw import CellError, Merge, RawBook, RawSheet, RawValue, Uncached
from exchange.reference import Reference, reference_from
from exchange.validate import validated_rows
from projects.findings import Severity

ROOT = Path(__file__).resolve().parents[2]


@cache
def reference() -> Reference:
    return reference_from(json.loads((ROOT / "fixtures/reference/intake.json").read_text(encoding="utf-8")))


def cell(text: str) -> RawValue:
    """A cell as typed: numbers become numbers, 'text keeps text, #REF! and =formula are what they say, \\n is a line break."""
    if not text.strip():
        return None if text == "" or (text.strip(" ") == "" and len(text) < 2) else text
    bare = text.strip()
    if bare.startswith("'"):
        return bare[1:]
    if bare == "=formula":
        return Uncached.FORMULA
    if re.fullmatch(r"#[A-Z0-9/]+[!?]|#N/A", bare):
        return CellError(bare)
    if re.fullmatch(r"[-+]?\d{1,15}", bare):
        return int(bare)
    if re.fullmatch(r"[-+]?\d+\.\d+", bare):
        return float(bare)
    return bare.replace("\\n", "\n")


def merge(text: str) -> Merge:
    """A merge as Excel writes it: B2:C3."""
    corners = [re.fullmatch(r"([A-Z]+)(\d+)", corner) for corner in text.split(":")]
    points = [(int(found[2]), sum((ord(sign) - 64) * 26**power for power, sign in enumerate(reversed(found[1])))) for found in corners if found]
    (top, left), (bottom, right) = points
    return Merge(top, left, bottom, right)


def sheet(text: str, name: str | None = "Sheet1", merges: Sequence[str] = (), **extra: Any) -> RawSheet:
    """A sheet from lines of cells parted by |; the first line is row 1."""
    rows = [[cell(part) for part in line.split("|")] for line in text.strip("\n").split("\n")]
    return RawSheet(name, rows, merges=[merge(one) for one in merges], **extra)


class Read:
    """A book read to its end."""

    def __init__(self, *sheets: RawSheet, filename: str = "项目.xlsx", **more: Any) -> None:
        book = RawBook(filename, filename.rsplit(".", 1)[-1], list(sheets))
        self.reading: Reading = read_workbook(book, reference(), **more)
        self.rows: list[ReadRow] = list(validated_rows(self.reading))
        self.document = as_document(self.reading, self.rows)

    @property
    def fields(self) -> list[dict[str, Any]]:
        """The neutral fields of each row, blanks left out."""
        return [{name: value for name, value in row["fields"].items() if value is not None} for row in self.document["rows"]]

    def column(self, name: str) -> list[Any]:
        return [row["fields"].get(name) for row in self.document["rows"]]

    @property
    def numbers(self) -> list[int]:
        return [row.row for row in self.rows]

    @property
    def said(self) -> list[str]:
        """All that blocks or needs a word, as `code place`."""
        return [f"{placed.finding.code} {placed.place.text}" for placed in self.found(Severity.BLOCKS, Severity.REASON)]

    @property
    def hints(self) -> list[str]:
        return [f"{placed.finding.code} {placed.place.text}" for placed in self.found(Severity.INFO)]

    def found(self, *severities: Severity) -> list[PlacedFinding]:
        return [placed for placed in self.reading.findings if placed.finding.severity in severities]

    def skipped(self, index: int = 0) -> dict[int, str]:
        return {row: kind.value for row, kind in self.reading.sheets[index].skipped}

    def headings(self, index: int = 0) -> dict[str, str | None]:
        return {column.letter: column.field for column in self.reading.sheets[index].tables[0].columns}

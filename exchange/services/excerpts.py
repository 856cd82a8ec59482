"""A small piece of the sheet around each faulty cell, so that nobody has to hunt for it in Excel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from exchange.parse import column_letter
from exchange.raw import CellError, LongNumber, OverlongText, RawBook, Uncached

SHOWN = 200  # findings that get an excerpt; the worst come first
_ROWS_AROUND = 1
_COLUMNS_AROUND = 2
_TEXT = 40


def column_index(letters: str) -> int:
    """A → 1, AA → 27."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index


def as_text(value: Any) -> str:
    """A cell as the excerpt shows it."""
    if value is None:
        return ""
    if isinstance(value, CellError | LongNumber):
        return value.text
    if isinstance(value, OverlongText):
        return value.beginning[:_TEXT] + "…"
    if isinstance(value, Uncached):
        return "（公式未计算）"
    text = f"{value:g}" if isinstance(value, float) and abs(value) < 1e15 and value == round(value, 6) else str(value)
    return text if len(text) <= _TEXT else text[:_TEXT] + "…"


def add_excerpts(book: RawBook, findings: Sequence[dict[str, Any]]) -> None:
    """Put an `excerpt` on each of the first findings that name a row and a column. Walks each sheet once."""
    wanted: dict[str | None, dict[int, list[dict[str, Any]]]] = {}
    for finding in findings[:SHOWN]:
        if finding.get("row") and finding.get("col"):
            rows = range(max(1, finding["row"] - _ROWS_AROUND), finding["row"] + _ROWS_AROUND + 1)
            for number in rows:
                wanted.setdefault(finding["sheet"], {}).setdefault(number, []).append(finding)
    for sheet in book.sheets:
        rows_of = wanted.get(sheet.name)
        if rows_of:
            _walk(sheet.rows, rows_of)


def _walk(rows: Iterable[Sequence[Any]], wanted: dict[int, list[dict[str, Any]]]) -> None:
    last = max(wanted)
    for number, row in enumerate(rows, start=1):
        for finding in wanted.get(number, ()):
            centre = column_index(finding["col"])
            first = max(1, centre - _COLUMNS_AROUND)
            columns = range(first, centre + _COLUMNS_AROUND + 1)
            if finding.get("excerpt") is None:
                finding["excerpt"] = {"columns": [column_letter(index - 1) for index in columns], "rows": []}
            finding["excerpt"]["rows"].append([number, [as_text(row[index - 1]) if index <= len(row) else "" for index in columns]])
        if number >= last:
            return

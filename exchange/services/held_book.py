"""The held rows as a workbook in the columns of the sheet that was sent, to be corrected and uploaded alone.

    read the stored file once more → of each table its titles, headings and the sections over a held row → the held rows as read,
    a value of a merged block in each of them → one more column 扣留问题, which the reader passes over
Totals, notes and the other rows are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter

from exchange.models import Upload
from exchange.parse import Reading, RowKind, SheetReport, Table, read_workbook
from exchange.raw import CellError, LongNumber, OverlongText, RawSheet, RawValue, Uncached
from exchange.services.holding import Problem, holding_of
from exchange.services.mappings import answers_for
from exchange.services.reading import city_reference, sender_place
from exchange.workbook import read_book

HEADING = "扣留问题（改正后可单独上传，本列不读取）"
_KEPT = frozenset({RowKind.COVER, RowKind.TITLE, RowKind.UNIT, RowKind.HEADER, RowKind.COLUMN_NUMBERS, RowKind.SECTION})
_COUNT = re.compile(r"[(（【\[][^()（）【】\[\]]*\d+\s*[个项][^()（）【】\[\]]*[)）】\]]|[:：]?\s*\d+\s*[个项]$")
_CELL = 32_767
_WIDEST = 400


@dataclass(slots=True)
class _Line:
    """One row of the new sheet and the row it comes from."""

    source: int
    cells: Sequence[Any]
    problems: list[Problem] = field(default_factory=list)
    is_heading: bool = False


def held_book(upload: Upload) -> bytes:
    """The workbook; a sheet for each sheet that has held rows."""
    held = holding_of(upload).rows
    by_sheet: dict[str, dict[int, list[Problem]]] = {}
    for (sheet, row), problems in held.items():
        by_sheet.setdefault(sheet, {})[row] = problems
    book = read_book(bytes(upload.file.content), upload.filename)
    sheets = {sheet.name or "": sheet for sheet in book.sheets}
    expected = upload.period.as_month if upload.period else None
    reading = read_workbook(book, city_reference(), expected, sender_place(upload.unit), answers_for(upload.unit))
    read = _read_rows(reading, by_sheet)
    out = BytesIO()
    target = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    formats = _Formats(target)
    for report in reading.sheets:
        name = report.name or ""
        if name in by_sheet and report.tables:
            lines = list(_lines(report, sheets[name], by_sheet[name], read.get(name, {})))
            _write(target.add_worksheet(_sheet_name(name, report, upload)), lines, sheets[name], report.tables, formats)
    target.close()
    return out.getvalue()


def _sheet_name(name: str, report: SheetReport, upload: Upload) -> str:
    """The sheet's own name; with the half of the month that was chosen where the sheet doesn't say it, so that it goes back there."""
    name = name.strip() or "扣留的行"
    half = upload.period.as_period.zh[-3:] if upload.period is not None and upload.period.half else ""
    if not half or any(table.half for table in report.tables):
        return name[:31]
    return f"{name[:26]}（{half}）"


def _read_rows(reading: Reading, wanted: dict[str, dict[int, list[Problem]]]) -> dict[str, dict[int, tuple[object, ...]]]:
    """The held rows as the reader saw them, with what merged blocks give them."""
    found: dict[str, dict[int, tuple[object, ...]]] = {}
    for row in reading.rows():
        name = row.sheet or ""
        if row.row in wanted.get(name, {}):
            found.setdefault(name, {})[row.row] = row.raw
    return found


def _lines(report: SheetReport, sheet: RawSheet, held: dict[int, list[Problem]], read: dict[int, tuple[object, ...]]) -> Iterator[_Line]:
    """The rows of the new sheet in their order. Sections are kept only over a held row, without the counts they state."""
    kinds = dict(report.skipped)
    sections: list[_Line] = []
    last = max(held)
    for number, cells in enumerate(sheet, 1):
        if number > last:
            return
        if number in held:
            yield from sections
            sections = []
            yield _Line(number, read.get(number, tuple(cells)), held[number])
        elif kinds.get(number) is RowKind.SECTION:
            sections.append(_Line(number, [_without_count(cell) for cell in cells]))
        elif kinds.get(number) in _KEPT:
            sections = []
            yield _Line(number, cells, is_heading=kinds[number] is RowKind.HEADER)


def _without_count(cell: RawValue) -> RawValue:
    """A section's words without the number of its projects; its figures are left out."""
    return _COUNT.sub("", cell) if type(cell) is str else None


class _Formats:
    def __init__(self, book: Any) -> None:
        self.plain = book.add_format({"valign": "top", "text_wrap": True})
        self.head = book.add_format({"bold": True, "bg_color": "#E6EEF8", "border": 1, "text_wrap": True, "valign": "vcenter"})
        self.row = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        self.bad = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "bg_color": "#FDE7E9"})
        self.share = book.add_format({"border": 1, "valign": "top", "num_format": "0.00%"})
        self.day = book.add_format({"border": 1, "valign": "top", "num_format": "yyyy-mm-dd"})


def _write(target: Any, lines: list[_Line], sheet: RawSheet, tables: Sequence[Table], formats: _Formats) -> None:
    width = min(max((len(table.columns) for table in tables), default=1), _WIDEST)
    letters = {column.letter: column.index for table in tables for column in table.columns}
    moved: dict[int, int] = {}
    is_first = True
    for at, line in enumerate(lines):
        moved[line.source] = at
        for index, cell in enumerate(line.cells[:width]):
            bad = any(letters.get(problem.column) == index for problem in line.problems)
            if isinstance(cell, int | float) and (line.source, index + 1) in sheet.percent_cells:
                target.write_number(at, index, cell, formats.share)
            else:
                _put(target, at, index, cell, formats, line, is_bad=bad)
        if line.is_heading and is_first:
            target.write_string(at, width, HEADING, formats.head)
            target.freeze_panes(at + 1, 0)
            is_first = False
        if line.problems:
            said = "\n".join(f"{problem.column} {problem.heading}：{problem.zh}".strip(" ：") for problem in line.problems)
            target.write_string(at, width, said[:_CELL], formats.bad)
    _merge(target, lines, sheet, moved, width, formats)
    target.set_column(0, width - 1, 14)
    target.set_column(width, width, 60)


def _merge(target: Any, lines: list[_Line], sheet: RawSheet, moved: dict[int, int], width: int, formats: _Formats) -> None:
    """Merged blocks of titles and headings; those over rows are in each row already."""
    covered: set[tuple[int, int]] = set()
    for merge in sheet.merges:
        rows = [moved.get(row) for row in range(merge.top, min(merge.bottom, merge.top + 20) + 1)]
        is_single = (merge.top, merge.left) == (merge.bottom, merge.right)
        if is_single or merge.right > width or any(row is None or lines[row].problems for row in rows):
            continue
        cells = {(row, column) for row in range(merge.top, merge.bottom + 1) for column in range(merge.left, merge.right + 1)}
        if not covered.isdisjoint(cells):
            continue
        covered |= cells
        line = lines[moved[merge.top]]
        value = line.cells[merge.left - 1] if merge.left <= len(line.cells) else None
        words = "" if value is None else str(value)
        target.merge_range(moved[merge.top], merge.left - 1, moved[merge.bottom], merge.right - 1, words, formats.head)


def _put(target: Any, row: int, column: int, cell: object, formats: _Formats, line: _Line, *, is_bad: bool) -> None:
    """A value in its own kind: text stays text, so that no code loses its zeros."""
    style = formats.bad if is_bad else formats.row if line.problems else formats.head if line.is_heading else formats.plain
    if cell is None or isinstance(cell, Uncached):
        target.write_blank(row, column, None, style)
    elif isinstance(cell, bool):
        target.write_boolean(row, column, cell, style)
    elif isinstance(cell, int | float):
        target.write_number(row, column, cell, style)
    elif isinstance(cell, datetime | date):
        target.write_datetime(row, column, cell, formats.day)
    elif isinstance(cell, OverlongText):
        target.write_string(row, column, cell.beginning[:_CELL], style)
    else:
        text = cell.text if isinstance(cell, CellError | LongNumber) else cell.isoformat() if isinstance(cell, time) else str(cell)
        target.write_string(row, column, text[:_CELL], style)

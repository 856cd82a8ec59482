"""A copy of somebody's workbook with its faults marked: made in a child process, or rebuilt cell by cell where that can't be.

An .xlsx comes back byte for byte but for the marks (`inlay`). One whose parts are put together in another way than usual is read and
written by openpyxl, where it is not too large for that. Other formats come back as an .xlsx with the same cells.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter

from exchange.raw import CellError, LongNumber, OverlongText, RawBook, RawSheet, RawValue, SheetState, Uncached
from exchange.workbook.limits import DEFAULT, MEGABYTE, Limits
from exchange.workbook.notes import FILLS, LONGEST_NOTE, joined_note, safe_text
from exchange.workbook.orders import joined
from exchange.workbook.sandbox import run_child

logger = logging.getLogger(__name__)

# openpyxl holds a whole book. Measured with 30 columns, a fifth of them formulas, and 19,000 notes: 3 MB take 23 s and 470 MB, 6 MB 53 s
# and 810 MB, 9 MB more than the limits below; rebuilding 9 MB takes 26 s and 70 MB.
_OPENPYXL_BYTES = 3 * MEGABYTE
LIMITS = replace(DEFAULT, memory_bytes=1536 * MEGABYTE, seconds=60.0, spool_bytes=100 * MEGABYTE)
# With site packages, for openpyxl and its like; else as in `sandbox`: no working folder, no environment, the two packages as bare folders.
_START = """
import sys, types
for name in ("exchange", "exchange.workbook"):
    sys.modules[name] = module = types.ModuleType(name)
    module.__path__ = [sys.argv[1] + "/" + name.replace(".", "/")]
del sys.argv[1]
from exchange.workbook.%s import main
main()
"""
_WIDTHS = (8, 20, 20, 24, 60, 48, 8)

Mark = tuple[int, int, str, str]  # row, column (from 1), gravity, what to say


@dataclass(slots=True)
class Order:
    """What to mark, and the lines of the first sheet: (gravity, link, cells)."""

    name: str
    title: str
    summary: str
    headings: Sequence[str]
    lines: Sequence[tuple[str, str, Sequence[Any]]]
    marks: Mapping[str, Sequence[Mark]] = field(default_factory=dict)  # by sheet
    drop: Sequence[str] = ()  # sheets that an earlier copy had added
    former: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)  # sheet → cell → its fill before the earlier copy


def mark_copy(data: bytes, order: Order, limits: Limits = LIMITS) -> bytes | None:
    """The .xlsx with its marks; None where no child could make it within the limits."""
    given = joined(asdict(order), data)
    made = _from_child("inlay.child", given, len(data), limits)
    return made if made is not None or len(data) > _OPENPYXL_BYTES else _from_child("marking", given, len(data), limits)


def _from_child(module: str, given: bytes, size: int, limits: Limits) -> bytes | None:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out:
        source.write(given)
        source.seek(0)
        status, complaints = run_child(["-c", _START % module], source, out, limits, limits.wall_seconds(size))
        if status != 0:
            logger.warning("%s ended with status %d: %s", module, status, complaints[-2000:].decode("utf-8", "replace"))
            return None
        out.seek(0)
        return out.read()


def rebuild(book: RawBook, order: Order) -> bytes:
    """An .xlsx with the same cells, merges, hidden parts and notes, and the marks. Walks each sheet once; texts stay texts."""
    out = BytesIO()
    made = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    taken = {order.name.casefold()}
    names = {sheet.name: _free_name(sheet.name or "Sheet1", taken) for sheet in book.sheets}
    _List(made, order, names).write()
    for sheet in book.sheets:
        _Copy(made, sheet, names[sheet.name], order.marks.get(sheet.name or "", ())).write()
    made.close()
    return out.getvalue()


def _free_name(wanted: str, taken: set[str]) -> str:
    """A sheet name that Excel takes and that is not taken yet."""
    plain = "".join(sign for sign in safe_text(wanted) if sign not in "[]:*?/\\").strip("' ")[:28] or "Sheet"
    name = next(one for one in (plain, *(f"{plain}{number}" for number in range(2, 1000))) if one.casefold() not in taken)
    taken.add(name.casefold())
    return name


class _List:
    """The first sheet."""

    def __init__(self, book: Any, order: Order, names: Mapping[str | None, str]) -> None:
        self.book, self.order, self.names = book, order, names

    def write(self) -> None:
        sheet = self.book.add_worksheet(self.order.name)
        head = self.book.add_format({"bold": True, "bg_color": "#E6EEF8", "border": 1})
        body = {"border": 1, "text_wrap": True, "valign": "top"}
        plain = self.book.add_format(body)
        link = self.book.add_format({**body, "font_color": "#0563C1", "underline": 1})
        tones = {severity: self.book.add_format({**body, "bg_color": f"#{fill}"}) for severity, fill in FILLS.items()}
        sheet.write_string(0, 0, self.order.title, self.book.add_format({"bold": True, "font_size": 14}))
        sheet.write_string(1, 0, safe_text(self.order.summary))
        for column, heading in enumerate(self.order.headings):
            sheet.set_column(column, column, _WIDTHS[column])
            sheet.write_string(2, column, heading, head)
        for row, (severity, place, values) in enumerate(self.order.lines, start=3):
            for column, value in enumerate(values):
                drawn = tones.get(severity, plain) if column == 0 else plain
                if column == 1 and place:
                    sheet.write_url(row, column, f"internal:{self._renamed(place)}", link, safe_text(str(value))[:255])
                elif isinstance(value, int):
                    sheet.write_number(row, column, value, drawn)
                else:
                    sheet.write_string(row, column, safe_text(str(value)), drawn)
        sheet.freeze_panes(3, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.activate()

    def _renamed(self, place: str) -> str:
        """A link follows a sheet whose name Excel would not take."""
        name, mark, cell = place.rpartition("!")
        own = name.strip("'").replace("''", "'") if mark else None
        renamed = self.names.get(own or None, own or next(iter(self.names.values())))
        return "'" + renamed.replace("'", "''") + f"'!{cell}"


class _Copy:
    """One sheet, cell by cell."""

    def __init__(self, book: Any, raw: RawSheet, name: str, marks: Sequence[Mark]) -> None:
        self.book, self.raw = book, raw
        self.sheet = book.add_worksheet(name)
        self.tones: dict[int, dict[int, str]] = {}  # by row and column
        self.notes: dict[int, dict[int, str]] = {}  # by row and column
        for (row, column), text in raw.comments.items():
            self.notes.setdefault(row, {})[column] = text
        self.formats: dict[tuple[str, str], Any] = {}
        for row, column, severity, text in marks:
            self.tones.setdefault(row, {}).setdefault(column, severity)
            own = self.notes.setdefault(row, {})
            own[column] = joined_note(own.get(column, ""), text)

    def write(self) -> None:
        raw, sheet = self.raw, self.sheet
        for column in raw.hidden_columns:
            sheet.set_column(column - 1, column - 1, None, None, {"hidden": True})
        height = 0
        for number, row in enumerate(raw.rows, start=1):
            height = number
            if number in raw.hidden_rows:
                sheet.set_row(number - 1, None, None, {"hidden": True})
            self._row(number, row)
        for number in sorted(line for line in self.notes if height < line <= height + 1000):
            self._notes(number)
        # `merge_range` writes cells of rows that are on disk already; the blocks alone are what is needed.
        sheet.merge.extend([merge.top - 1, merge.left - 1, merge.bottom - 1, merge.right - 1] for merge in raw.merges)
        if raw.state is SheetState.HIDDEN:
            sheet.hide()
        elif raw.state is SheetState.VERY_HIDDEN:
            sheet.very_hidden()

    def _notes(self, number: int) -> None:
        """The notes of a row; what is behind the row in hand is on disk already."""
        for column, text in self.notes.get(number, {}).items():
            self.sheet.write_comment(number - 1, column - 1, safe_text(text)[:LONGEST_NOTE], {"x_scale": 2, "y_scale": 1.5})

    def _row(self, number: int, row: Sequence[RawValue]) -> None:
        self._notes(number)
        marked = self.tones.get(number, {})
        width = max(len(row), *marked) if marked else len(row)
        for index in range(width):
            value = row[index] if index < len(row) else None
            if value is not None or index + 1 in marked:
                self._cell(number, index, value, marked.get(index + 1, ""))

    def _cell(self, number: int, index: int, value: RawValue, tone: str) -> None:
        place = (number, index + 1)
        sheet, at = self.sheet, (number - 1, index)
        if isinstance(value, bool):
            sheet.write_boolean(*at, value, self._format(tone, ""))
        elif isinstance(value, int | float):
            sheet.write_number(*at, value, self._format(tone, "0.00%" if place in self.raw.percent_cells else ""))
        elif isinstance(value, datetime | date):
            has_time = isinstance(value, datetime) and (value.hour or value.minute or value.second)
            sheet.write_datetime(*at, value, self._format(tone, "yyyy-mm-dd hh:mm" if has_time else "yyyy-mm-dd"))
        elif isinstance(value, time):
            sheet.write_datetime(*at, value, self._format(tone, "hh:mm:ss"))
        elif text := _text(value):
            sheet.write_string(*at, safe_text(text), self._format(tone, ""))
        else:
            sheet.write_blank(*at, None, self._format(tone, "") or self._format("", "General"))

    def _format(self, tone: str, number_format: str) -> Any:
        if not tone and not number_format:
            return None
        key = (tone, number_format)
        if key not in self.formats:
            given: dict[str, Any] = {"num_format": number_format} if number_format else {}
            if tone:
                given["bg_color"] = f"#{FILLS[tone]}"
            self.formats[key] = self.book.add_format(given)
        return self.formats[key]


def _text(value: RawValue) -> str:
    if isinstance(value, CellError | LongNumber):
        return value.text
    if isinstance(value, OverlongText):
        return value.beginning
    return "" if value is None or isinstance(value, Uncached) else str(value)

"""OpenDocument spreadsheets (.ods)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from exchange.workbook.container import Container
from exchange.workbook.faults import Unfit
from exchange.workbook.frames import Plain, SpoolWriter
from exchange.workbook.grid import Budget, Grid
from exchange.workbook.limits import Limits
from exchange.workbook.markup import has_declarations, local, walk
from exchange.workbook.texts import cell_text, number, tidy

_HIDDEN = ("collapse", "filter")
_NUMBERS = ("float", "currency", "percentage")
_SKIPPED = ("shapes", "frame", "custom-shape", "forms", "dde-links", "tracked-changes")
_DURATION = re.compile(r"PT([0-9]{1,2})H([0-9]{1,2})M([0-9]{1,2})(?:[.,]([0-9]{1,6})[0-9]*)?S")
_ERROR = re.compile(r"#[A-Z/0!?]+|Err:[0-9]{3}|#NAME\?")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_MOST_SPACES = 1_000
_PROLOGUE = 16 * 1024


def read_ods(container: Container, spool: SpoolWriter, limits: Limits) -> tuple[list[dict[str, object]], list[tuple[str, dict[str, object]]]]:
    """The sheets as plain values, and remarks."""
    _check_parts(container)
    content = _Content(spool, limits)
    walk(container.pieces("content.xml"), content.start, content.end, content.text)
    if not content.sheets:
        raise Unfit("no_sheets")
    return content.sheets, [("external_links", {})] if content.has_external else []


def _check_parts(container: Container) -> None:
    kind = container.read("mimetype").strip() if "mimetype" in container else b"spreadsheet"
    if b"spreadsheet" not in kind:
        raise Unfit("not_a_workbook", zh="其他 OpenDocument 文档", en="another kind of OpenDocument file")
    if "meta-inf/manifest.xml" in container and b"encryption-data" in container.read("meta-inf/manifest.xml"):
        raise Unfit("encrypted")
    for key in container.members:
        if key.startswith("scripts/") or (key.startswith("basic/") and not key.endswith(("script-lb.xml", "script-lc.xml", "/"))):
            raise Unfit("macro")
        if key.endswith((".xml", ".rdf")):
            container.check_declared(key)
            if has_declarations(container.beginning(key, _PROLOGUE)):
                raise Unfit("forbidden_xml")


class _Content:
    """Follows the document from table to row to cell."""

    def __init__(self, spool: SpoolWriter, limits: Limits) -> None:
        self.sheets: list[dict[str, object]] = []
        self.has_external = False
        self._spool = spool
        self._limits = limits
        self._budget = Budget(limits)
        self._hidden_tables: set[str] = set()
        self._style = ""
        self._grid: Grid | None = None
        self._row_number = self._repeat = 1
        self._column_number = self._column = 1
        self._row: list[Plain] = []
        self._percent: list[int] = []
        self._cell: dict[str, str] | None = None
        self._texts: list[str] = []
        self._paragraphs = 0  # open ones: a text counts only inside
        self._note: list[str] | None = None
        self._skipping = 0
        self._names: dict[str, str] = {}
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "table-cell": self._start_cell,
            "covered-table-cell": self._start_cell,
            "p": self._start_paragraph,
            "s": lambda attributes: self._add(" " * min(_count(attributes, "text:c", _MOST_SPACES), _MOST_SPACES)),
            "tab": lambda _: self._add("\t"),
            "line-break": lambda _: self._add("\n"),
            "table-row": self._start_row,
            "table-column": self._take_columns,
            "table": self._start_table,
            "table-source": self._leave_table,
            "annotation": self._start_note,
            "style": self._start_style,
            "table-properties": self._take_table_style,
        }
        self._ends: dict[str, Callable[[], None]] = {
            "table-cell": self._end_cell,
            "covered-table-cell": self._end_cell,
            "p": self._end_paragraph,
            "table-row": self._end_row,
            "table": self._end_table,
            "annotation": self._end_note,
        }

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._names.get(tag) or self._names.setdefault(tag, local(tag))
        if self._skipping or name in _SKIPPED:
            self._skipping += 1
            return
        start = self._starts.get(name)
        if start:
            start(attributes)

    def end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        end = self._ends.get(self._names[tag])
        if end:
            end()

    def text(self, data: str) -> None:
        if self._paragraphs and not self._skipping:
            self._add(data)

    def _add(self, text: str) -> None:
        if self._note is not None:
            self._note.append(text)
        elif self._cell is not None and len(self._texts) < self._limits.record_chars:
            self._texts.append(text)

    def _start_style(self, attributes: dict[str, str]) -> None:
        self._style = attributes.get("style:name", "")

    def _take_table_style(self, attributes: dict[str, str]) -> None:
        if attributes.get("table:display") == "false":
            self._hidden_tables.add(self._style)

    def _start_table(self, attributes: dict[str, str]) -> None:
        if self._grid is not None:  # a table within a cell is no sheet
            self._skipping = 1
            return
        if len(self.sheets) >= self._limits.sheets:
            raise Unfit("too_many_sheets", limit=self._limits.sheets)
        name = tidy(attributes.get("table:name", ""))[:255]
        state = "hidden" if attributes.get("table:style-name") in self._hidden_tables else "visible"
        self._grid = Grid(name, state, self._spool, self._budget)
        self._row_number = self._column_number = 1

    def _end_table(self) -> None:
        if self._grid is not None:
            self.sheets.append(self._grid.finish())
            self._grid = None

    def _leave_table(self, _: dict[str, str]) -> None:
        """A copy of another file's sheet, kept for links to it, is no sheet of this book."""
        self.has_external, self._grid = True, None

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell, self._texts = attributes, []

    def _start_paragraph(self, _: dict[str, str]) -> None:
        self._paragraphs += 1
        if self._note or (self._note is None and self._texts):
            self._add("\n")

    def _end_paragraph(self) -> None:
        self._paragraphs -= 1

    def _start_note(self, _: dict[str, str]) -> None:
        self._note = []

    def _take_columns(self, attributes: dict[str, str]) -> None:
        repeat = _count(attributes, "table:number-columns-repeated", _LAST_COLUMN)
        if self._grid is not None and attributes.get("table:visibility") in _HIDDEN:
            self._grid.hidden_columns.add(self._column_number, self._column_number + repeat - 1)
        self._column_number += repeat

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._repeat = _count(attributes, "table:number-rows-repeated", _LAST_ROW)
        self._row, self._percent, self._column = [], [], 1
        if self._grid is not None and attributes.get("table:visibility") in _HIDDEN:
            self._grid.hidden_rows.add(self._row_number, self._row_number + self._repeat - 1)

    def _end_row(self) -> None:
        if self._row and self._grid is not None:
            for row_number in range(self._row_number, self._row_number + self._repeat):
                self._grid.row(row_number, list(self._row), self._percent)
        self._row_number += self._repeat

    def _end_cell(self) -> None:
        cell, self._cell = self._cell or {}, None
        repeat = _count(cell, "table:number-columns-repeated", _LAST_COLUMN) if "table:number-columns-repeated" in cell else 1
        value = _value(cell, "".join(self._texts))
        if value is not None:
            if self._column + repeat - 1 > _LAST_COLUMN:
                raise Unfit("too_many_columns", sheet=self._grid.label if self._grid else "", limit=self._limits.columns)
            self._row += [None] * (self._column - 1 - len(self._row)) + [value] * repeat
            if cell.get("office:value-type") == "percentage":
                self._percent += range(self._column - 1, self._column - 1 + repeat)
        if "table:number-rows-spanned" in cell or "table:number-columns-spanned" in cell:
            self._merge(cell)
        self._column += repeat

    def _merge(self, cell: dict[str, str]) -> None:
        rows = _count(cell, "table:number-rows-spanned", _LAST_ROW)
        columns = _count(cell, "table:number-columns-spanned", _LAST_COLUMN)
        if self._grid is not None and (rows > 1 or columns > 1):
            self._grid.merge(self._row_number, self._column, self._row_number + rows - 1, self._column + columns - 1)

    def _end_note(self) -> None:
        if self._grid is not None and self._note is not None:
            text = cell_text("".join(self._note).strip())
            if isinstance(text, str):
                self._grid.comment(self._row_number, self._column, text)
        self._note = None


def _count(attributes: dict[str, str], name: str, most: int) -> int:
    """A repetition, at least 1 and no more than a sheet can hold."""
    text = attributes.get(name, "1")
    if not (text.isascii() and text.isdigit()):
        return 1
    return max(1, min(int(text), most)) if len(text) < 10 else most


def _value(cell: dict[str, str], text: str) -> Plain:
    if not cell and not text:
        return None
    kind = cell.get("office:value-type", "")
    is_formula = "table:formula" in cell
    if cell.get("calcext:value-type") == "error" or (is_formula and _ERROR.fullmatch(text)):
        return ("e", text[:50])
    if kind in _NUMBERS:
        return number(cell.get("office:value", text))
    if kind == "date":
        return _date(cell.get("office:date-value", text))
    if kind == "time":
        return _time(cell.get("office:time-value", ""), text)
    if kind == "boolean":
        return cell.get("office:boolean-value") == "true"
    if kind == "string":
        return cell_text(cell.get("office:string-value", text))
    return ("f",) if is_formula and not text else cell_text(text)


def _date(text: str) -> Plain:
    try:
        if "T" not in text:
            day = date.fromisoformat(text)
            return ("d", day.year, day.month, day.day)
        at = datetime.fromisoformat(text)
    except ValueError:
        return cell_text(text)
    if (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0):
        return ("d", at.year, at.month, at.day)
    return ("D", at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond)


def _time(duration: str, text: str) -> Plain:
    found = _DURATION.fullmatch(duration)
    if found is None:
        return cell_text(text or duration)
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3])
    if hours > 23 or minutes > 59 or seconds > 59:
        return cell_text(text or duration)
    return ("t", hours, minutes, seconds, int((found[4] or "").ljust(6, "0")))

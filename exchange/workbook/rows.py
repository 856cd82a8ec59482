"""The sheet part of an .xlsx workbook: its rows, and what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from exchange.workbook import formats
from exchange.workbook.faults import Unfit
from exchange.workbook.frames import Plain
from exchange.workbook.grid import Grid
from exchange.workbook.limits import Limits
from exchange.workbook.markup import Markup, is_true, local
from exchange.workbook.records import Records
from exchange.workbook.shapes import (
    SKELETON_ROW,
    CellMarkup,
    Plan,
    ReadMany,
    RowEvents,
    RowMarkup,
    Shapes,
    column_of,
    parse_rows,
    plan_of,
    simplified,
)
from exchange.workbook.texts import cell_text, escaped_texts, number, numbers

_LAST_COLUMN = 16_384
_KEPT_DATES = 50_000
_LAST_ROW = re.compile(r'<row r="([0-9]{1,7})"')
_NOT_BLANK = ("<v", "<is", "<f", "hidden", "<!", "<?", "</sheetData")
_ERROR_CHARS = 50


class CellReader:
    """How the texts of cells are read, by their type and style. All readers take many texts at once."""

    def __init__(self, shared: Sequence[Plain], kinds: Sequence[int], is_1904: bool) -> None:
        self._kinds = kinds
        self._is_1904 = is_1904
        self._by_type: dict[str, ReadMany] = {
            "s": _shared_reader(shared),
            "str": escaped_texts,
            "inlineStr": escaped_texts,
            "b": _read_booleans,
            "e": _read_errors,
            "d": _read_iso_dates,
        }
        self._by_kind = {kind: self._date_reader(kind) for kind in (formats.DATE, formats.TIME)}
        self._counted = {read: self._counter(read) for read in (*self._by_kind.values(), numbers)}
        self.formulas = 0
        self.calculated = 0  # formulas whose value is neither missing nor zero

    def interpret(self, cell: CellMarkup) -> tuple[ReadMany | None, bool]:
        """The reading function (None where there is no value to read), and whether the cell is shown as a percentage."""
        if not cell.texts:
            return (_uncached if is_uncached(cell) else None), False
        if cell.type != "n":
            return self._by_type.get(cell.type, escaped_texts), False
        index = int(cell.style) if cell.style.isdecimal() else 0
        kind = self._kinds[index] if index < len(self._kinds) else formats.NUMBER
        read = self._by_kind.get(kind, numbers)
        return (self._counted[read] if cell.formula else read), kind == formats.PERCENT

    def _counter(self, read: ReadMany) -> ReadMany:
        def counted(texts: Sequence[str]) -> list[Plain]:
            values = read(texts)
            self.formulas += len(values)
            self.calculated += sum(value != 0 for value in values)
            return values

        return counted

    def _date_reader(self, kind: int) -> ReadMany:
        memory: dict[str, Plain] = {}

        def read(text: str) -> Plain:
            value = number(text)
            known = formats.moment(value, kind, self._is_1904) or value if isinstance(value, int | float) else value
            if len(memory) < _KEPT_DATES:
                memory[text] = known
            return known

        return lambda texts: [memory.get(text) or read(text) for text in texts]


def _shared_reader(shared: Sequence[Plain]) -> ReadMany:
    def read(texts: Sequence[str]) -> list[Plain]:
        try:
            return list(map(shared.__getitem__, map(int, texts)))
        except (ValueError, IndexError) as error:
            raise Unfit("damaged") from error

    return read


def _uncached(texts: Sequence[str]) -> list[Plain]:
    return [("f",)] * len(texts)


def is_uncached(cell: CellMarkup) -> bool:
    """A formula without value. One of type `str` with an empty value element has been calculated: to an empty text."""
    return cell.formula and not cell.texts and not (cell.type == "str" and cell.texts is not None)


def _read_booleans(texts: Sequence[str]) -> list[Plain]:
    return [{"1": True, "0": False, "true": True, "false": False}.get(text, cell_text(text)) for text in texts]


def _read_errors(texts: Sequence[str]) -> list[Plain]:
    return [("e", text[:_ERROR_CHARS]) for text in texts]


def _read_iso_dates(texts: Sequence[str]) -> list[Plain]:
    return [_iso_date(text) for text in texts]


def _iso_date(text: str) -> Plain:
    try:
        if len(text) == len("2020-06-01"):
            day = date.fromisoformat(text)
            return ("d", day.year, day.month, day.day)
        at = datetime.fromisoformat(text)
    except ValueError:
        return cell_text(text)
    return ("D", at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond)


class _Sheet:
    """Rows by plan where possible, by the XML parser otherwise; both end in `_take`."""

    def __init__(self, grid: Grid, cells: CellReader, limits: Limits) -> None:
        self._grid = grid
        self._limits = limits
        self._cells = cells
        self._shapes = Shapes(self._plan)
        self._rows = RowEvents(self._read_row)
        self._row_number = 0
        self.is_in_data = False
        self._hides_all = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.is_in_data:
            self._rows.start(tag, attributes)
            return
        name = local(tag)
        if name == "sheetData":
            self.is_in_data = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "col" and is_true(attributes.get("hidden")):
            self._hide_columns(attributes)
        elif name == "sheetFormatPr":
            self._hides_all = is_true(attributes.get("zeroHeight"))

    def end(self, tag: str) -> None:
        if not self.is_in_data:
            return
        if self._rows.is_outside and local(tag) == "sheetData":
            self.is_in_data = False
        else:
            self._rows.end(tag)

    def text(self, data: str) -> None:
        if self.is_in_data:
            self._rows.text(data)

    def take(self, block: str) -> None:
        """Take rows with an end tag between each two."""
        if self._skips(block):
            return
        read = self._shapes.read
        for text in simplified(block).split("</row>"):
            known = read(text)
            if known is None:
                for row in parse_rows(text + "</row>"):
                    self._read_row(row)
            else:
                row_number, values, plan = known
                self._put(row_number, values, plan.percent, plan.hidden)

    def _skips(self, block: str) -> bool:
        """Pass over rows that hold nothing but formats, of which some programs write a million."""
        last = _LAST_ROW.search(block, block.rfind("<row"))
        if last is None or self._hides_all or any(mark in block for mark in _NOT_BLANK):
            return False
        self._row_number = int(last[1])
        return True

    def _put(self, row_number: int, values: list[Plain], percent: Sequence[int], hidden: bool) -> None:
        if hidden:
            self._grid.hidden_rows.add(row_number, row_number)
        elif self._hides_all and row_number > self._row_number + 1:  # rows that are not written at all are hidden, too
            self._grid.hidden_rows.add(self._row_number + 1, row_number - 1)
        self._grid.row(row_number, values, percent)
        self._row_number = row_number

    def _places(self, row: RowMarkup, row_number: int) -> list[tuple[int, CellMarkup]]:
        """Each cell with its column from 0. A cell without reference follows the one before."""
        places: dict[int, CellMarkup] = {}
        column = 0
        for cell in row.cells:
            column += 1
            if cell.reference is not None:
                of_row, column = column_of(cell.reference)
                if of_row != row_number:
                    raise Unfit("row_disorder", sheet=self._grid.label, row=row_number)
            if column > _LAST_COLUMN:
                raise Unfit("too_many_columns", sheet=self._grid.label, limit=self._limits.columns)
            if column - 1 in places:
                raise Unfit("row_disorder", sheet=self._grid.label, row=row_number)
            places[column - 1] = cell
        return list(places.items())

    def _plan(self, row: RowMarkup) -> Plan:
        """How rows of this shape are read: the texts of `row` are the numbers of its texts."""
        reads: list[tuple[int, int | None, ReadMany]] = []
        percent = []
        for column, cell in self._places(row, SKELETON_ROW):
            read, is_percent = self._cells.interpret(cell)
            if read is not None:
                reads.append((column, cell.slot, read))
            if is_percent:
                percent.append(column)
        return plan_of(reads, tuple(percent), self._is_hidden(row))

    def _read_row(self, row: RowMarkup) -> None:
        row_number = self._number_of(row)
        places = self._places(row, row_number)
        values: list[Plain] = [None] * (max((column for column, _ in places), default=-1) + 1)
        percent = []
        for column, cell in places:
            read, is_percent = self._cells.interpret(cell)
            if read is not None:
                values[column] = read(["".join(cell.texts or ())])[0]
            if is_percent:
                percent.append(column)
        self._put(row_number, values, percent, self._is_hidden(row))

    def _number_of(self, row: RowMarkup) -> int:
        if row.number is None:
            return self._row_number + 1
        if not (row.number.isascii() and row.number.isdigit() and len(row.number) < 9):
            raise Unfit("damaged")
        return int(row.number)

    def _is_hidden(self, row: RowMarkup) -> bool:
        return self._hides_all if row.hidden is None else is_true(row.hidden)

    def _hide_columns(self, attributes: dict[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if first.isdecimal() and last.isdecimal() and len(first) < 6 and len(last) < 6:
            self._grid.hidden_columns.add(int(first), min(int(last), _LAST_COLUMN))

    def _merge(self, reference: str) -> None:
        first, _, last = reference.replace("$", "").partition(":")
        top, left = column_of(first)
        bottom, right = column_of(last or first)
        self._grid.merge(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def read_sheet(pieces: Iterable[bytes], grid: Grid, cells: CellReader, limits: Limits) -> None:
    """Put the rows of a sheet part into the grid."""
    sheet = _Sheet(grid, cells, limits)
    outside = Markup(sheet.start, sheet.end, sheet.text)
    Records(outside, lambda: sheet.is_in_data, "<sheetData>", "</row>", "</sheetData", limits.record_chars).read(pieces, sheet.take)

"""Binary Office Open XML workbooks (.xlsb): the parts of an .xlsx, written as records."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from exchange.workbook import formats
from exchange.workbook.biff import error_text, rk_number
from exchange.workbook.faults import Unfit
from exchange.workbook.frames import Plain, SpoolWriter
from exchange.workbook.grid import Budget, Grid
from exchange.workbook.limits import Limits
from exchange.workbook.package import Package, sheet_parts
from exchange.workbook.texts import cell_text, stored_number, tidy

_STATES = ("visible", "hidden", "very_hidden")
_WORKBOOK, _SHEET, _EXTERNAL = 153, 156, 357
_FORMAT, _STYLES_FROM, _STYLES_TO, _STYLE = 44, 617, 618, 47
_ITEM, _ROW, _COLUMN, _MERGE, _COMMENT, _COMMENT_TEXT = 19, 0, 60, 176, 635, 637
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x10, 0x01

Record = tuple[int, bytes]


def read_xlsb(package: Package, spool: SpoolWriter, limits: Limits) -> tuple[list[dict[str, object]], list[tuple[str, dict[str, object]]]]:
    """The sheets as plain values, and remarks."""
    listed: list[tuple[str, str, str]] = []
    is_1904 = external = False
    for kind, data in _records(package.container.pieces(package.main), limits.record_chars):
        if kind == _SHEET:
            (state,) = struct.unpack_from("<I", data)
            identifier, at = _string(data, 8)
            listed.append((tidy(_string(data, at)[0])[:255], _STATES[min(state, 2)], identifier))
        elif kind == _WORKBOOK:
            is_1904 = bool(data[0] & 1)
        elif kind == _EXTERNAL:
            external = True
    parts = sheet_parts(package, listed, limits.sheets)
    related = {one.kind: one.target for one in package.relations(package.main).values() if not one.external and one.target in package.container}
    kinds = _read_styles(_records(package.container.pieces(related["styles"]), limits.record_chars)) if "styles" in related else []
    shared = _read_strings(_records(package.container.pieces(related["sharedstrings"]), limits.record_chars)) if "sharedstrings" in related else []
    budget = Budget(limits)
    sheets = []
    for part in parts:
        grid = Grid(part.name, part.state, spool, budget)
        for relation in package.relations(part.part).values():
            if relation.kind == "comments" and relation.target in package.container:
                _read_comments(_records(package.container.pieces(relation.target), limits.record_chars), grid)
        _Sheet(grid, shared, kinds, is_1904).read(_records(package.container.pieces(part.part), limits.record_chars))
        sheets.append(grid.finish())
    return sheets, [("external_links", {})] if external else []


def _records(pieces: Iterator[bytes], limit: int) -> Iterator[Record]:
    """Kind and bytes of each record; kind and length take a varying number of bytes."""
    buffer, at = b"", 0
    for piece in pieces:
        buffer, at = buffer[at:] + piece, 0
        if len(buffer) > limit:
            raise Unfit("too_large")
        while (head := _head(buffer, at)) is not None:
            kind, start, end = head
            if end > len(buffer):
                break
            yield kind, buffer[start:end]
            at = end
    if at != len(buffer):
        raise Unfit("damaged")


def _head(buffer: bytes, at: int) -> tuple[int, int, int] | None:
    """Kind, beginning and end of the record at `at`, or None where its head is not complete."""
    if at >= len(buffer):
        return None
    kind = buffer[at]
    at += 1
    if kind & 0x80:
        if at >= len(buffer):
            return None
        kind = kind & 0x7F | (buffer[at] & 0x7F) << 7
        at += 1
    length = shift = 0
    while at < len(buffer):
        byte = buffer[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80 or shift == 28:
            return kind, at, at + length
    return None


def _string(data: bytes, at: int) -> tuple[str, int]:
    """A string with its length in four bytes before it, and where it ends."""
    (length,) = struct.unpack_from("<I", data, at)
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    if end > len(data):
        raise Unfit("damaged")
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _read_styles(records: Iterator[Record]) -> list[int]:
    texts: dict[int, str] = {}
    kinds: list[int] = []
    inside = False
    for kind, data in records:
        if kind == _FORMAT:
            texts[struct.unpack_from("<H", data)[0]] = _string(data, 2)[0]
        elif kind in (_STYLES_FROM, _STYLES_TO):
            inside = kind == _STYLES_FROM
        elif kind == _STYLE and inside:
            (code,) = struct.unpack_from("<H", data, 2)
            kinds.append(formats.kind_of(code, texts.get(code)))
    return kinds


def _read_strings(records: Iterator[Record]) -> list[Plain]:
    return [cell_text(_string(data, 1)[0]) for kind, data in records if kind == _ITEM]


def _read_comments(records: Iterator[Record], grid: Grid) -> None:
    place = (1, 1)
    for kind, data in records:
        if kind == _COMMENT:
            row, _, column = struct.unpack_from("<III", data, 4)
            place = (row + 1, column + 1)
        elif kind == _COMMENT_TEXT:
            text = cell_text(_string(data, 1)[0])
            if isinstance(text, str):
                grid.comment(*place, text)


class _Sheet:
    """Cells stand behind the record of their row."""

    def __init__(self, grid: Grid, shared: list[Plain], kinds: list[int], is_1904: bool) -> None:
        self._grid = grid
        self._shared = shared
        self._kinds = kinds
        self._is_1904 = is_1904
        self._row_number = 0
        self._values: list[Plain] = []
        self._percent: list[int] = []
        self._cells: dict[int, Callable[[int, bytes], Plain]] = {
            2: lambda style, data: self._number(style, rk_number(*struct.unpack_from("<I", data))),
            3: lambda _, data: ("e", error_text(data[0])),
            4: lambda _, data: bool(data[0]),
            5: lambda style, data: self._number(style, *struct.unpack_from("<d", data)),
            6: lambda _, data: cell_text(_string(data, 0)[0]),
            7: self._shared_text,
            8: lambda _, data: cell_text(_string(data, 0)[0]),
            9: lambda style, data: self._number(style, *struct.unpack_from("<d", data)),
            10: lambda _, data: bool(data[0]),
            11: lambda _, data: ("e", error_text(data[0])),
            62: lambda _, data: cell_text(_string(data, 1)[0]),
        }

    def read(self, records: Iterator[Record]) -> None:
        for kind, data in records:
            if kind in self._cells and len(data) > 8:
                self._take_cell(kind, data)
            elif kind == _ROW:
                self._give()
                self._take_row(data)
            elif kind == _COLUMN:
                first, last, _, _, flags = struct.unpack_from("<IIIIH", data)
                if flags & _HIDDEN_COLUMN:
                    self._grid.hidden_columns.add(first + 1, last + 1)
            elif kind == _MERGE:
                top, bottom, left, right = struct.unpack_from("<4I", data)
                self._grid.merge(top + 1, left + 1, bottom + 1, right + 1)
        self._give()

    def _take_row(self, data: bytes) -> None:
        (row,) = struct.unpack_from("<I", data)
        self._row_number = row + 1
        if data[11] & _HIDDEN_ROW:
            self._grid.hidden_rows.add(row + 1, row + 1)

    def _take_cell(self, kind: int, data: bytes) -> None:
        column, style = struct.unpack_from("<II", data)
        if column < len(self._values):  # cells come in rising order, or the file is not what it seems
            raise Unfit("row_disorder", sheet=self._grid.label, row=self._row_number)
        if column > 0x3FFF:
            raise Unfit("damaged")
        style &= 0xFFFFFF
        value = self._cells[kind](style, data[8:])
        if style < len(self._kinds) and self._kinds[style] == formats.PERCENT:
            self._percent.append(column)
        self._values += [None] * (column - len(self._values)) + [value]

    def _give(self) -> None:
        if self._row_number:
            self._grid.row(self._row_number, self._values, self._percent)
        self._values, self._percent = [], []

    def _number(self, style: int, value: float) -> Plain:
        kind = self._kinds[style] if style < len(self._kinds) else formats.NUMBER
        if kind in (formats.DATE, formats.TIME):
            return formats.moment(value, kind, self._is_1904) or stored_number(value)
        return stored_number(value)

    def _shared_text(self, _: int, data: bytes) -> Plain:
        index = int(struct.unpack_from("<I", data)[0])
        if index >= len(self._shared):
            raise Unfit("damaged")
        return self._shared[index]

"""One sheet of a binary workbook (.xls)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from exchange.workbook import formats
from exchange.workbook.biff import CONTINUE, Texts, error_text, long_text, records, rk_number
from exchange.workbook.faults import Unfit
from exchange.workbook.frames import Plain
from exchange.workbook.grid import Grid
from exchange.workbook.texts import cell_text, stored_number

_BOF, _EOF = 0x0809, 0x000A
_FORMULA, _STRING = 0x0006, 0x0207
_OBJ, _TXO, _NOTE = 0x005D, 0x01B6, 0x001C
_CALCULATE_ON_LOAD = 3  # both bits: written by programs that do not calculate
_HIDDEN_ROW, _HIDDEN_COLUMN, _HIDDEN_DEFAULT = 0x20, 0x01, 0x02
_STRING_RESULT, _BOOLEAN_RESULT, _ERROR_RESULT, _EMPTY_RESULT = range(4)


class SheetReader:
    """Collects the cells of a sheet, which may come in any order, and gives them to the grid by rows."""

    def __init__(self, stream: bytes, at: int, grid: Grid, shared: Sequence[Plain], kinds: Sequence[int], is_1904: bool, codec: str | None) -> None:
        self._stream = stream
        self._at = at
        self._grid = grid
        self._shared = shared
        self._kinds = kinds
        self._is_1904 = is_1904
        self._codec = codec
        self._rows: dict[int, list[Plain]] = {}
        self._percent: dict[int, list[int]] = {}
        self._hidden: list[int] = []
        self._shown: set[int] = set()
        self._hides_all = False
        self._waiting: tuple[int, int] | None = None  # a formula whose text comes in the next record
        self._object = 0
        self._notes: dict[int, str] = {}
        self._note_places: list[tuple[int, int, int]] = []
        self._take: dict[int, Callable[[bytes], None]] = {
            0x0203: self._take_number,
            0x027E: self._take_rk,
            0x00BD: self._take_rks,
            0x00FD: self._take_shared,
            0x0204: self._take_text,
            0x00D6: self._take_text,
            0x0205: self._take_boolean_or_error,
            _FORMULA: self._take_formula,
            _STRING: self._take_formula_text,
            0x0208: self._take_row,
            0x007D: self._take_columns,
            0x00E5: self._take_merges,
            0x0225: self._take_default_height,
            _OBJ: self._take_object,
            _NOTE: self._take_note,
        }

    def read(self) -> None:
        depth = 0
        text_box: list[bytes] | None = None
        for kind, start, end in records(self._stream, self._at):
            if kind == _BOF:
                depth += 1
            elif kind == _EOF:
                depth -= 1
                if not depth:
                    self._give()
                    return
            elif depth == 1:
                data = self._stream[start:end]
                if kind == CONTINUE and text_box is not None:
                    self._take_text_box(text_box, data)
                    text_box = None
                elif kind == _TXO:
                    text_box = [data]
                elif kind in self._take:
                    self._take[kind](data)
            elif not depth:
                break
        raise Unfit("damaged")

    def _put(self, row: int, column: int, value: Plain) -> None:
        values = self._rows.setdefault(row, [])
        if len(values) <= column:
            values += [None] * (column + 1 - len(values))
        elif values[column] is not None:
            raise Unfit("row_disorder", sheet=self._grid.label, row=row + 1)
        values[column] = value

    def _put_number(self, row: int, column: int, style: int, value: float) -> None:
        kind = self._kinds[style] if style < len(self._kinds) else formats.NUMBER
        if kind in (formats.DATE, formats.TIME):
            self._put(row, column, formats.moment(value, kind, self._is_1904) or stored_number(value))
            return
        self._put(row, column, stored_number(value))
        if kind == formats.PERCENT:
            self._percent.setdefault(row, []).append(column)

    def _take_number(self, data: bytes) -> None:
        self._put_number(*struct.unpack_from("<HHHd", data))

    def _take_rk(self, data: bytes) -> None:
        row, column, style, raw = struct.unpack_from("<HHHI", data)
        self._put_number(row, column, style, rk_number(raw))

    def _take_rks(self, data: bytes) -> None:
        row, column = struct.unpack_from("<HH", data)
        for index in range((len(data) - 6) // 6):
            style, raw = struct.unpack_from("<HI", data, 4 + 6 * index)
            self._put_number(row, column + index, style, rk_number(raw))

    def _take_shared(self, data: bytes) -> None:
        row, column, _, index = struct.unpack_from("<HHHI", data)
        if index >= len(self._shared):
            raise Unfit("damaged")
        self._put(row, column, self._shared[index])

    def _take_text(self, data: bytes) -> None:
        row, column = struct.unpack_from("<HH", data)
        self._put(row, column, cell_text(long_text(data[6:], self._codec)))

    def _take_boolean_or_error(self, data: bytes) -> None:
        row, column, _, value, is_error = struct.unpack_from("<HHHBB", data)
        self._put(row, column, ("e", error_text(value)) if is_error else bool(value))

    def _take_formula(self, data: bytes) -> None:
        row, column, style, result, flags = struct.unpack_from("<HHH8sH", data)
        self._waiting = None
        if result[6:] != b"\xff\xff":
            (value,) = struct.unpack("<d", result)
            if not value and flags & _CALCULATE_ON_LOAD == _CALCULATE_ON_LOAD:
                self._put(row, column, ("f",))
            else:
                self._put_number(row, column, style, value)
        elif result[0] == _STRING_RESULT:
            self._waiting = (row, column)
        elif result[0] in (_BOOLEAN_RESULT, _ERROR_RESULT):
            self._put(row, column, ("e", error_text(result[2])) if result[0] == _ERROR_RESULT else bool(result[2]))

    def _take_formula_text(self, data: bytes) -> None:
        if self._waiting is not None:
            self._put(*self._waiting, cell_text(long_text(data, self._codec)))
            self._waiting = None

    def _take_row(self, data: bytes) -> None:
        row, flags = struct.unpack_from("<H10xH", data)
        if flags & _HIDDEN_ROW:
            self._hidden.append(row)
        self._shown.add(row)

    def _take_columns(self, data: bytes) -> None:
        first, last, _, _, flags = struct.unpack_from("<5H", data)
        if flags & _HIDDEN_COLUMN:
            self._grid.hidden_columns.add(first + 1, last + 1)

    def _take_merges(self, data: bytes) -> None:
        (count,) = struct.unpack_from("<H", data)
        for index in range(min(count, (len(data) - 2) // 8)):
            top, bottom, left, right = struct.unpack_from("<4H", data, 2 + 8 * index)
            self._grid.merge(top + 1, left + 1, bottom + 1, right + 1)

    def _take_default_height(self, data: bytes) -> None:
        self._hides_all = bool(struct.unpack_from("<H", data)[0] & _HIDDEN_DEFAULT)

    def _take_object(self, data: bytes) -> None:
        if len(data) >= 8 and data[:2] == b"\x15\x00":
            (self._object,) = struct.unpack_from("<H", data, 6)

    def _take_text_box(self, box: list[bytes], data: bytes) -> None:
        (length,) = struct.unpack_from("<H", box[0], 10)
        if data and self._object:
            step = 2 if data[0] & 1 else 1  # a longer text goes on in the next record; its beginning will do
            self._notes[self._object] = Texts([data[1:]]).characters(min(length, (len(data) - 1) // step), data[0] & 1)

    def _take_note(self, data: bytes) -> None:
        if self._codec is None and len(data) >= 8:
            row, column, _, number = struct.unpack_from("<4H", data)
            self._note_places.append((row + 1, column + 1, number))

    def _give(self) -> None:
        """Hand over rows in rising order, and what was said of them."""
        hidden = set(self._hidden)
        if self._hides_all and self._rows:
            hidden |= set(range(max(self._rows))) - self._shown
        for row in sorted(hidden):
            self._grid.hidden_rows.add(row + 1, row + 1)
        for row in sorted(self._rows):
            self._grid.row(row + 1, self._rows.pop(row), self._percent.get(row, ()))
        for row, column, number in self._note_places:
            text = cell_text(self._notes.get(number, ""))
            if isinstance(text, str):
                self._grid.comment(row, column, text)

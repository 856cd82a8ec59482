"""How rows travel from the child to its parent: through a spool file, as plain values in `marshal` form.

`marshal` is fast and carries no code that would run. Values it doesn't know travel as tagged tuples:
("d", y, m, d) a date, ("D", y, m, d, h, min, s, us) a moment, ("t", h, min, s, us) a time, ("e", text) an error cell,
("f",) a formula without value, ("n", text) a long number, ("o", beginning, length) an overlong text.
The spool is: frames, then the header, then 8 bytes with the header's length. A frame is (rows, indexes of rows holding tuples).
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import BinaryIO, cast

from exchange.raw import CellError, LongNumber, OverlongText, RawValue, Uncached

# Version 2 has no back references, which cost time and are of no use here.
_VERSION = 2
_LENGTH_BYTES = 8

Plain = str | int | float | bool | tuple[object, ...] | None
Row = Sequence[Plain]

_REVIVE: Mapping[str, Callable[..., RawValue]] = {
    "d": date,
    "D": datetime,
    "t": time,
    "e": CellError,
    "f": lambda: Uncached.FORMULA,
    "n": LongNumber,
    "o": OverlongText,
}


class SpoolWriter:
    """The child's end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0

    def frame(self, rows: Sequence[Row]) -> tuple[int, int]:
        """Write rows; answer where they lie."""
        special = [index for index, row in enumerate(rows) if tuple in map(type, row)]
        return self._write(marshal.dumps((rows, special), _VERSION))

    def header(self, header: Mapping[str, object]) -> None:
        """Write what is known of the book; the last thing to be written."""
        _, length = self._write(marshal.dumps(dict(header), _VERSION))
        self._write(length.to_bytes(_LENGTH_BYTES, "big"))
        self._file.flush()

    def _write(self, data: bytes) -> tuple[int, int]:
        place = (self._at, len(data))
        self._file.write(data)
        self._at += len(data)
        return place


def read_header(file: BinaryIO) -> Mapping[str, object] | None:
    """What the child wrote last, or None where it came to no end."""
    size = file.seek(0, 2)
    if size < _LENGTH_BYTES:
        return None
    file.seek(size - _LENGTH_BYTES)
    length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
    if not 0 < length <= size - _LENGTH_BYTES:
        return None
    file.seek(size - _LENGTH_BYTES - length)
    header = marshal.loads(file.read(length))  # noqa: S302 -- written by our own child, plain values
    return header if isinstance(header, dict) else None


def read_rows(file: BinaryIO, places: Sequence[tuple[int, int]]) -> Iterator[Sequence[RawValue]]:
    """The rows of one sheet, one frame in memory at a time."""
    for at, length in places:
        file.seek(at)
        rows, special = marshal.loads(file.read(length))  # noqa: S302 -- written by our own child, plain values
        for index in special:
            rows[index] = [_REVIVE[value[0]](*value[1:]) if type(value) is tuple else value for value in rows[index]]
        yield from cast("list[list[RawValue]]", rows)

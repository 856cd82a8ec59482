"""How rows travel from the child to its parent: through a spool file, as plain values in `marshal` form.

`marshal` is fast and carries no code that would run. Values it doesn't know travel as tagged tuples:
("d", y, m, d) a date, ("D", y, m, d, h, min, s, us) a moment, ("t", h, min, s, us) a time, ("e", text) an error cell,
("f",) a formula without value, ("n", text) a long number, ("o", beginning, length) an overlong text.
The spool is: frames, then the header, then 8 bytes with the header's length. A frame is the 8 bytes of its head's length, its head
(the length of each row, the indexes of rows that hold tuples), then row by row: so neither side ever holds more than a frame.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from exchange.workbook.faults import Unfit

# Version 2 has no back references, which cost time and are of no use here.
_VERSION = 2
LENGTH_BYTES = 8

Plain = str | int | float | bool | tuple[object, ...] | None
Row = Sequence[Plain]


def pack(plain: Any) -> bytes:
    """A plain value as bytes."""
    return marshal.dumps(plain, _VERSION)


class SpoolWriter:
    """The child's end."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file = file
        self._limit = limit
        self._at = 0

    def frame(self, lengths: Sequence[int], special: Sequence[int], rows: Sequence[bytes]) -> tuple[int, int]:
        """Write packed rows; answer where they lie."""
        if self._at > self._limit:
            raise Unfit("too_large")
        head = pack((lengths, special))
        return self._write(b"".join([len(head).to_bytes(LENGTH_BYTES, "big"), head, *rows]))

    def header(self, header: Mapping[str, object]) -> None:
        """Write what is known of the book; the last thing to be written."""
        _, length = self._write(pack(dict(header)))
        self._write(length.to_bytes(LENGTH_BYTES, "big"))
        self._file.flush()

    def _write(self, data: bytes) -> tuple[int, int]:
        place = (self._at, len(data))
        self._file.write(data)
        self._at += len(data)
        return place

"""The parent's end of the spool file that `frames` writes."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, BinaryIO

from exchange.raw import CellError, LongNumber, OverlongText, RawValue, Uncached
from exchange.workbook.frames import LENGTH_BYTES

_REVIVE: Mapping[str, Callable[..., RawValue]] = {
    "d": date,
    "D": datetime,
    "t": time,
    "e": CellError,
    "f": lambda: Uncached.FORMULA,
    "n": LongNumber,
    "o": OverlongText,
}


def read_header(file: BinaryIO) -> Mapping[str, Any] | None:
    """What the child wrote last, or None where it came to no end."""
    size = file.seek(0, 2)
    if size < LENGTH_BYTES:
        return None
    file.seek(size - LENGTH_BYTES)
    length = int.from_bytes(file.read(LENGTH_BYTES), "big")
    if not 0 < length <= size - LENGTH_BYTES:
        return None
    file.seek(size - LENGTH_BYTES - length)
    header = marshal.loads(file.read(length))  # noqa: S302 -- written by our own child, plain values
    return header if isinstance(header, dict) else None


def read_rows(file: BinaryIO, places: Sequence[tuple[int, int]]) -> Iterator[Sequence[RawValue]]:
    """The rows of one sheet, one frame in memory at a time."""
    for at, length in places:
        file.seek(at)
        frame = memoryview(file.read(length))
        begin = LENGTH_BYTES + int.from_bytes(frame[:LENGTH_BYTES], "big")
        lengths, special = marshal.loads(frame[LENGTH_BYTES:begin])  # noqa: S302 -- written by our own child, plain values
        marked = frozenset(special)
        for index, size in enumerate(lengths):
            row = marshal.loads(frame[begin : begin + size])  # noqa: S302 -- as above
            begin += size
            yield [_REVIVE[value[0]](*value[1:]) if type(value) is tuple else value for value in row] if index in marked else row

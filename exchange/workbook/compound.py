"""The OLE compound file around .xls: sectors, chains of sectors, named streams. Chains that run in circles are cut off."""

from __future__ import annotations

import struct
from typing import NamedTuple

from exchange.workbook.faults import Unfit

_END = 0xFFFFFFFA  # sector numbers from here on are marks
_HEADER = 512
_ENTRY = 128
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_MOST_ENTRIES = 10_000


class Entry(NamedTuple):
    """A stream or storage of the directory."""

    name: str
    kind: int
    start: int
    size: int


class Compound:
    """A compound file whose sector tables have been read."""

    def __init__(self, data: memoryview) -> None:
        if len(data) < _HEADER:
            raise Unfit("damaged")
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise Unfit("damaged")
        self._data = data
        self._size = 1 << shift
        directory, self._cutoff, mini_table, mini_count, more, _ = struct.unpack_from("<I4xIIIII", data, 48)
        self._table = self._sector_table(more)
        self.entries = self._directory(directory)
        root = next((entry for entry in self.entries if entry.kind == _ROOT), None)
        if root is None:
            raise Unfit("damaged")
        self._mini_table = self._numbers(self._chain(mini_table)) if mini_count else ()
        self._mini = self._chain(root.start)[: root.size] if mini_count else b""

    def has(self, name: str) -> bool:
        return any(entry.name.lower() == name.lower() for entry in self.entries)

    def stream(self, name: str) -> bytes | None:
        """The bytes of a stream, or None where there is none of that name."""
        entry = next((one for one in self.entries if one.name.lower() == name.lower() and one.kind == _STREAM), None)
        if entry is None:
            return None
        data = self._mini_chain(entry.start) if entry.size < self._cutoff else self._chain(entry.start)
        if len(data) < entry.size:
            raise Unfit("damaged")
        return data[: entry.size]

    def _sector(self, number: int) -> memoryview:
        at = (number + 1) * self._size
        if at + self._size > len(self._data) + self._size - 1:  # the last sector may be cut short
            raise Unfit("damaged")
        return self._data[at : at + self._size]

    def _sector_table(self, more: int) -> tuple[int, ...]:
        """The table that leads from each sector to the next; its own sectors are listed in the header and beyond."""
        listed = list(struct.unpack_from("<109I", self._data, 76))
        seen = 0
        while more < _END:
            numbers = self._numbers(bytes(self._sector(more)))
            listed += numbers[:-1]
            more = numbers[-1] if numbers else _END
            seen += 1
            if seen * self._size > len(self._data):
                raise Unfit("damaged")
        sectors = [number for number in listed if number < _END]
        if len(sectors) * self._size > len(self._data):
            raise Unfit("damaged")
        return self._numbers(b"".join(self._sector(number) for number in sectors))

    def _numbers(self, data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in _follow(start, self._table))

    def _mini_chain(self, start: int) -> bytes:
        return b"".join(self._mini[number * 64 : number * 64 + 64] for number in _follow(start, self._mini_table))

    def _directory(self, start: int) -> list[Entry]:
        data = self._chain(start)
        entries = []
        for at in range(0, min(len(data), _MOST_ENTRIES * _ENTRY) // _ENTRY * _ENTRY, _ENTRY):
            length, kind = struct.unpack_from("<HB", data, at + 64)
            first, size = struct.unpack_from("<II", data, at + 116)
            if kind in (_STORAGE, _STREAM, _ROOT) and 2 <= length <= 64:
                name = data[at : at + length - 2].decode("utf-16-le", "replace")
                entries.append(Entry(name, kind, first, size))
        return entries


def _follow(start: int, table: tuple[int, ...]) -> list[int]:
    """The numbers of a chain of sectors."""
    numbers: list[int] = []
    number = start
    while number < _END:
        if number >= len(table) or len(numbers) > len(table):
            raise Unfit("damaged")
        numbers.append(number)
        number = table[number]
    return numbers

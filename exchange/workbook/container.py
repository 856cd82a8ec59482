"""The zip archive around .xlsx, .xlsb and .ods: nothing it declares is believed.

Members are never written to disk. Their bytes are counted while they are inflated, and the checksum is compared at the end.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from exchange.workbook.faults import Unfit
from exchange.workbook.limits import Limits

_LOCAL, _CENTRAL, _END, _END64 = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06"
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
_SYMLINK = 0xA000  # file type bits of a Unix mode
_CHUNK = 256 * 1024


class Member(NamedTuple):
    """One entry of the archive; `key` is its name in lower case with plain slashes."""

    key: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class Container:
    """An archive whose directory has been checked. `read` and `pieces` count what they inflate against the limits."""

    def __init__(self, data: memoryview, limits: Limits) -> None:
        self._data = data
        self._limits = limits
        self._inflated = 0
        self._read: set[str] = set()
        self.members = _directory(data, limits)
        self._starts = _bodies(data, self.members)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.members

    def read(self, name: str) -> bytes:
        """The whole of a small part."""
        return b"".join(self.pieces(name))

    def check_unread(self, is_checked: Callable[[str], bool]) -> None:
        """Inflate and count, without keeping them, the parts that nobody has asked for."""
        for key in [key for key in self.members if key not in self._read and is_checked(key)]:
            for _ in self.pieces(key):
                pass

    def beginning(self, name: str, length: int) -> bytes:
        """The first bytes of a part that is not read otherwise."""
        start, end = self._starts[name.lower()]
        method = self.members[name.lower()].method
        if method == _STORED:
            return bytes(self._data[start : min(end, start + length)])
        if method != _DEFLATED:
            raise Unfit("damaged")
        try:
            return zlib.decompressobj(-15).decompress(self._data[start:end], length)
        except zlib.error as error:
            raise Unfit("damaged") from error

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a part in pieces; a wrong size or checksum is found at the last."""
        member = self.members.get(name.lower())
        if member is None:
            raise Unfit("damaged")
        self._read.add(member.key)
        self.check_declared(member.key)
        if self._inflated + member.size > self._limits.total_bytes:
            raise Unfit("too_large")
        crc = count = 0
        for piece in self._inflate(member):
            count += len(piece)
            crc = zlib.crc32(piece, crc)
            self._check_counted(member, count, len(piece))
            yield piece
        if count != member.size or crc != member.crc:
            raise Unfit("damaged")

    def _inflate(self, member: Member) -> Iterator[bytes]:
        start, end = self._starts[member.key]
        if member.method == _STORED:
            for at in range(start, end, _CHUNK):
                yield bytes(self._data[at : min(at + _CHUNK, end)])
            return
        if member.method != _DEFLATED:
            raise Unfit("damaged")
        inflater = zlib.decompressobj(-15)
        try:
            for at in range(start, end, _CHUNK):
                packed: bytes | memoryview = self._data[at : min(at + _CHUNK, end)]
                while packed and not inflater.eof:
                    yield inflater.decompress(packed, _CHUNK)
                    packed = inflater.unconsumed_tail
            yield inflater.flush(_CHUNK)
        except zlib.error as error:
            raise Unfit("damaged") from error
        if not inflater.eof:
            raise Unfit("damaged")

    def _check_counted(self, member: Member, count: int, new: int) -> None:
        self._inflated += new
        if count > member.size:  # the directory lied
            raise Unfit("damaged")
        if self._inflated > self._limits.total_bytes:
            raise Unfit("too_large")

    def check_declared(self, name: str) -> None:
        """Refuse a part that already by its own account is too large."""
        member = self.members[name.lower()]
        if member.size > self._limits.ratio_from_bytes and member.size > self._limits.ratio * member.packed:
            raise Unfit("archive_bomb")
        if member.size > self._limits.part_bytes:
            raise Unfit("too_large")


def _end_record(data: memoryview) -> tuple[int, int, int]:
    """Number of entries, size and offset of the central directory."""
    base = max(0, len(data) - 65_557)
    tail = bytes(data[base:])
    at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        raise Unfit("damaged")
    entries, size, offset = struct.unpack_from("<HII", tail, at + 10)
    if entries == _FULL16 or _FULL32 in (size, offset):
        at64 = tail.rfind(_END64, 0, at)
        if at64 < 0 or at64 + 56 > len(tail):
            raise Unfit("damaged")
        entries, size, offset = struct.unpack_from("<QQQ", tail, at64 + 32)
    if offset + size > base + at:
        raise Unfit("damaged")
    return entries, size, offset


def _directory(data: memoryview, limits: Limits) -> dict[str, Member]:
    entries, size, offset = _end_record(data)
    if entries > limits.members:
        raise Unfit("too_many_members")
    members: dict[str, Member] = {}
    at, end = offset, offset + size
    for _ in range(entries):
        if at + 46 > end or data[at : at + 4] != _CENTRAL:
            raise Unfit("damaged")
        member, at = _entry(data, at, end)
        if member.key in members:  # two parts under one name: which one is meant?
            raise Unfit("damaged")
        members[member.key] = member
    return members


def _entry(data: memoryview, at: int, end: int) -> tuple[Member, int]:
    """The entry of the central directory at `at`, and where the next one begins."""
    made_by, flags, method = struct.unpack_from("<H2xHH", data, at + 4)
    crc, packed, size, name_length, extra_length, note_length = struct.unpack_from("<IIIHHH", data, at + 16)
    attributes, offset = struct.unpack_from("<II", data, at + 38)
    next_at = at + 46 + name_length + extra_length + note_length
    if next_at > end:
        raise Unfit("damaged")
    if flags & 0x2041:  # encrypted: traditional, strong, or masked directory
        raise Unfit("encrypted")
    if made_by >> 8 == 3 and (attributes >> 16) & 0xF000 == _SYMLINK:
        raise Unfit("unsafe_archive")
    name = bytes(data[at + 46 : at + 46 + name_length])
    extra = bytes(data[at + 46 + name_length : at + 46 + name_length + extra_length])
    if _FULL32 in (packed, size, offset):
        packed, size, offset = _long_sizes(extra, packed, size, offset)
    return Member(_key(name, flags), method, crc, packed, size, offset), next_at


def _key(name: bytes, flags: int) -> str:
    """The name as we look it up. A name that leads out of the archive refuses the file."""
    try:
        text = name.decode("utf-8" if flags & 0x800 else "cp437")
    except UnicodeDecodeError as error:
        raise Unfit("damaged") from error
    key = text.replace("\\", "/").lower()
    if key.startswith("/") or ":" in key.split("/")[0] or ".." in key.split("/") or "\0" in key:
        raise Unfit("unsafe_archive")
    return key


def _long_sizes(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Sizes beyond 32 bits stand in the zip64 extra field, only those that are marked, in the order size, packed, offset."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag == 1:
            numbers = iter(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            size = next(numbers, _FULL32) if size == _FULL32 else size
            packed = next(numbers, _FULL32) if packed == _FULL32 else packed
            offset = next(numbers, _FULL32) if offset == _FULL32 else offset
            break
        at += 4 + length
    return packed, size, offset


def _bodies(data: memoryview, members: dict[str, Member]) -> dict[str, tuple[int, int]]:
    """Where the packed bytes of each member lie. Members that overlap are the mark of a bomb."""
    spans: dict[str, tuple[int, int]] = {}
    last = 0
    for member in sorted(members.values(), key=lambda one: one.offset):
        at = member.offset
        if at < last or at + 30 > len(data) or data[at : at + 4] != _LOCAL:
            raise Unfit("damaged")
        name_length, extra_length = struct.unpack_from("<HH", data, at + 26)
        start = at + 30 + name_length + extra_length
        last = start + member.packed
        if last > len(data):
            raise Unfit("damaged")
        spans[member.key] = (start, last)
    return spans

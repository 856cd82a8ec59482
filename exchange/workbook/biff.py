"""The records of an .xls stream (BIFF8, and BIFF5 of Excel 95): where they begin, and the texts that run across them."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator

from exchange.workbook.faults import Unfit
from exchange.workbook.texts import tidy

BIFF5, BIFF8 = 0x0500, 0x0600
CONTINUE = 0x003C
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_CODE_PAGES = {936: "gb18030", 950: "big5", 932: "cp932", 949: "cp949", 1200: "utf-16-le", 10008: "gb18030"}


def error_text(code: int) -> str:
    return ERRORS.get(code, "#ERR")


def codec_of(code_page: int) -> str:
    """The codec of a code page; simplified Chinese where it is unknown."""
    if code_page in _CODE_PAGES:
        return _CODE_PAGES[code_page]
    try:
        return codecs.lookup(f"cp{code_page}").name
    except LookupError:
        return "gb18030"


def records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, beginning and end of each record from `at` on."""
    end = len(stream)
    while at + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, at)
        at += 4
        if at + length > end:
            raise Unfit("damaged")
        yield kind, at, at + length
        at += length


def rk_number(raw: int) -> float:
    """A number packed into 30 bits: an integer or the upper half of a float, perhaps hundredfold."""
    if raw & 2:
        value = float((raw >> 2) - (1 << 30) if raw & 0x80000000 else raw >> 2)
    else:
        value = float(struct.unpack("<d", struct.pack("<Q", (raw & 0xFFFFFFFC) << 32))[0])
    return value / 100 if raw & 1 else value


class Texts:
    """Reads the strings of a BIFF8 record and the CONTINUE records behind it, at whose borders the width may change."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts
        self._part = 0
        self._at = 0

    def number(self, form: str) -> int:
        size = struct.calcsize(form)
        return int(struct.unpack(form, self.raw(size))[0])

    def raw(self, size: int) -> bytes:
        """Bytes that run on into the next part without a mark."""
        data = b""
        while len(data) < size:
            part = self._current()
            piece = part[self._at : self._at + size - len(data)]
            self._at += len(piece)
            data += piece
        return data

    def string(self, length_form: str = "<H") -> str:
        """A string with its length before it; formatting runs and phonetics behind it are left out."""
        length = self.number(length_form)
        flags = self.number("<B")
        runs = self.number("<H") if flags & 8 else 0
        phonetic = self.number("<I") if flags & 4 else 0
        text = self.characters(length, flags & 1)
        if phonetic > sum(map(len, self._parts)):
            raise Unfit("damaged")
        self.raw(4 * runs + phonetic)
        return text

    def characters(self, length: int, wide: int) -> str:
        pieces: list[str] = []
        while length:
            is_border = self._at >= len(self._parts[self._part])
            part = self._current()
            if is_border:  # before or within the characters: a flag says how they go on
                wide = part[0] & 1
                self._at = 1
            step = 2 if wide else 1
            count = min(length, (len(part) - self._at) // step)
            raw = part[self._at : self._at + count * step]
            pieces.append(raw.decode("utf-16-le", "surrogatepass") if wide else raw.decode("latin-1"))
            self._at += count * step
            length -= count
            if not count and self._at < len(part):
                raise Unfit("damaged")
        return "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if pieces else ""

    def _current(self) -> bytes:
        while self._at >= len(self._parts[self._part]):
            self._part += 1
            self._at = 0
            if self._part >= len(self._parts):
                raise Unfit("damaged")
        return self._parts[self._part]


def short_text(data: bytes, codec: str | None) -> str:
    """A string with its length in one byte: BIFF8 where `codec` is None, in a code page otherwise."""
    if codec is None:
        return tidy(Texts([data]).string("<B"))
    return tidy(data[1 : 1 + data[0]].decode(codec, "replace"))


def long_text(data: bytes, codec: str | None) -> str:
    """A string with its length in two bytes."""
    if codec is None:
        return Texts([data]).string()
    (length,) = struct.unpack_from("<H", data)
    return data[2 : 2 + length].decode(codec, "replace")

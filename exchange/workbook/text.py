"""Delimited text (.csv): which characters, which delimiter, and are the quotes closed?"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from exchange.workbook.faults import Unfit
from exchange.workbook.frames import Plain
from exchange.workbook.grid import Grid
from exchange.workbook.limits import Limits
from exchange.workbook.texts import cell_text

_CHUNK = 1024 * 1024
_SAMPLE = 64 * 1024
_DELIMITERS = ",;\t"
_QUOTED = re.compile(r'"[^"]*"')
_HINT = re.compile(r"sep=([,;\t])\s*$")
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
_TEXT_SHARE = 1_000  # one control character in so many is dirt, more is no text
_BROKEN_SHARE = 10  # UTF-8 with less than one broken character in so many is damaged UTF-8 and no other code
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_text(data: bytes, grid: Grid, limits: Limits) -> dict[str, str]:
    """Put the records into the grid; answer the encoding and the delimiter found."""
    codec = _codec(data)
    _check_characters(data, codec)
    with io.TextIOWrapper(io.BytesIO(data), codec, newline="") as lines:
        sample = lines.read(_SAMPLE)
        lines.seek(0)
        delimiter = _delimiter(sample)
        csv.field_size_limit(limits.record_chars)
        _Records(csv.reader(lines, delimiter=delimiter, strict=True), delimiter, grid).read()
    return {"encoding": codec, "delimiter": delimiter}


def _codec(data: bytes) -> str:
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return codec
    head = data[:_SAMPLE]
    zeros = head.count(0)
    if zeros > len(head) // 4:  # Latin digits and delimiters in two bytes each
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    if _decodes(data, "utf-8"):
        return "utf-8"
    broken = data.decode("utf-8", "replace").count("\ufffd")
    if broken * _BROKEN_SHARE < sum(byte >= 0xC0 for byte in data):
        raise Unfit("damaged")
    if _decodes(data, "gb18030"):
        return "gb18030"
    raise Unfit("not_text")


def _pieces(data: bytes, codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)()
    for at in range(0, len(data), _CHUNK):
        yield decoder.decode(data[at : at + _CHUNK])
    yield decoder.decode(b"", final=True)


def _decodes(data: bytes, codec: str) -> bool:
    try:
        return all(piece is not None for piece in _pieces(data, codec))
    except UnicodeDecodeError:
        return False


def _check_characters(data: bytes, codec: str) -> None:
    controls = 0
    try:
        for piece in _pieces(data, codec):
            if "\0" in piece:
                raise Unfit("damaged")
            controls += len(_CONTROLS.findall(piece))
    except UnicodeDecodeError as error:
        raise Unfit("damaged") from error
    if controls * _TEXT_SHARE > len(data):
        raise Unfit("not_text")


def _delimiter(sample: str) -> str:
    """The delimiter that cuts most lines into equally many fields; a comma where there is none."""
    lines = _QUOTED.sub("", sample).splitlines()
    hint = _HINT.match(lines[0]) if lines else None
    if hint:
        return hint[1]

    def weight(delimiter: str) -> int:
        counts = Counter(count for line in lines if (count := line.count(delimiter)))
        return max((count * lines_with for count, lines_with in counts.items()), default=0)

    return max(_DELIMITERS, key=weight)


class _Records:
    """Reads records one by one; a record number is its row number."""

    def __init__(self, reader: Iterator[list[str]], delimiter: str, grid: Grid) -> None:
        self._reader = reader
        self._delimiter = delimiter
        self._grid = grid

    def read(self) -> None:
        number, line = 0, 0
        while (fields := self._next(number + 1, line + 1)) is not None:
            number += 1
            if number == 1 and _HINT.match(self._delimiter.join(fields)):
                fields = []
            line = self._line()
            self._grid.row(number, _values(fields))

    def _line(self) -> int:
        return int(self._reader.line_num)  # type: ignore[attr-defined]

    def _next(self, number: int, line: int) -> list[str] | None:
        """The next record. An unclosed quote runs to the end of the file or to the next opening quote; the strict reader objects to both."""
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise Unfit("unclosed_quote", row=number, line=line) from error


def _values(fields: list[str]) -> list[Plain]:
    return [cell_text(field) if field else None for field in fields]

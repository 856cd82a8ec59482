"""Cutting a large XML part into records (rows, shared strings) without parsing what lies between their end tags.

The XML parser reads what stands before and after the records. A comment or CDATA that holds an end tag would cut a record
in two; then neither half is well formed, and the part is found damaged. No program writes such a thing.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator

from exchange.workbook.faults import Unfit
from exchange.workbook.markup import Markup, utf8

_PREFIX = re.compile(r"(?:<\?xml[^>]*\?>)?\s*<([A-Za-z_][\w.-]*):(?:worksheet|sst)\b")
_HELD = 4_096  # an opening tag may be cut in two; longer ones go to the XML parser


class Records:
    """Gives blocks of whole records: end tags stand between them, the last one is left off."""

    def __init__(self, markup: Markup, is_inside: Callable[[], bool], opening: str, closing: str, end: str, limit: int) -> None:
        self._markup = markup
        self._is_inside = is_inside  # has the parser come to where the records begin?
        self._opening = re.compile(opening)
        self._closing = closing
        self._end = end
        self._limit = limit
        self._buffer = ""
        self._feed: Callable[[str, Callable[[str], None]], None] = self._head

    def read(self, pieces: Iterable[bytes], take: Callable[[str], None]) -> None:
        for text in _unprefixed(_decoded(pieces)):
            self._feed(text, take)
        self._markup.feed(self._buffer.encode(), final=True)

    def _head(self, text: str, take: Callable[[str], None]) -> None:
        self._buffer += text
        found = self._opening.search(self._buffer)
        if found is None:
            keep = self._buffer.rfind("<")
            keep = keep if len(self._buffer) - keep < _HELD else len(self._buffer)
            self._markup.feed(self._buffer[:keep].encode())
            self._buffer = self._buffer[keep:]
            return
        before, rest = self._buffer[: found.end()], self._buffer[found.end() :]
        self._buffer = ""
        self._markup.feed(before.encode())
        self._feed = self._records if self._is_inside() else self._plain
        self._feed(rest, take)

    def _records(self, text: str, take: Callable[[str], None]) -> None:
        self._buffer += text
        end = self._buffer.rfind(self._closing)
        if end >= 0:
            block, self._buffer = self._buffer[:end], self._buffer[end + len(self._closing) :]
            take(block)
        if self._end in self._buffer:
            rest, self._buffer = self._buffer, ""
            self._feed = self._plain
            self._plain(rest, take)
        elif len(self._buffer) > self._limit:
            raise Unfit("too_large")

    def _plain(self, text: str, _: Callable[[str], None]) -> None:
        self._markup.feed(text.encode())


def _decoded(pieces: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in utf8(pieces):
            yield decoder.decode(piece)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Unfit("damaged") from error


def _unprefixed(texts: Iterator[str]) -> Iterator[str]:
    """The texts with the prefix of the root element, if it has one, taken from all tags: `<x:c>` becomes `<c>`."""
    first = next(texts, "")
    found = _PREFIX.match(first)
    if found is None:
        yield first
        yield from texts
        return
    opening, closing = f"<{found[1]}:", f"</{found[1]}:"
    held = first
    for text in texts:
        cut = held.rfind("<")
        yield held[:cut].replace(opening, "<").replace(closing, "</")
        held = held[cut:] + text
    yield held.replace(opening, "<").replace(closing, "</")

"""Reading XML that may be hostile: one encoding, no document type, no entity but the five, no control characters."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from xml.parsers import expat

from exchange.workbook.faults import Unfit

Attributes = Mapping[str, str]
StartHandler = Callable[[str, dict[str, str]], None]
EndHandler = Callable[[str], None]
TextHandler = Callable[[str], None]

_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))
_NONCHARACTER = re.compile(b"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_CODECS = {"utf-8": "", "utf8": "", "us-ascii": "", "ascii": "", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030"}
_TRUE = ("1", "true", "on")


def is_true(text: str | None) -> bool:
    """An XML boolean."""
    return text in _TRUE


def local(name: str) -> str:
    """An element's or attribute's name without its prefix."""
    return name.rpartition(":")[2]


def utf8(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same text as UTF-8 without byte order mark; refuses characters XML does not allow."""
    stream = iter(pieces)
    first = b""
    while len(first) < 256 and (piece := next(stream, None)) is not None:
        first += piece
    codec, skip = _encoding(first)
    if codec:
        yield from _recoded(codec, first[skip:], stream)
        return
    yield _clean(first[skip:])
    for piece in stream:
        yield _clean(piece)


def _encoding(first: bytes) -> tuple[str, int]:
    """The codec to read with ('' for UTF-8) and the length of the byte order mark."""
    if first.startswith(b"\xef\xbb\xbf"):
        return "", 3
    for start, codec, skip in ((b"\xff\xfe", "utf-16-le", 2), (b"\xfe\xff", "utf-16-be", 2), (b"<\0", "utf-16-le", 0), (b"\0<", "utf-16-be", 0)):
        if first.startswith(start):
            return codec, skip
    declared = _DECLARED.match(first)
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if name not in _CODECS:
        raise Unfit("damaged")
    return _CODECS[name], 0


def _recoded(codec: str, first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        yield _clean(decoder.decode(first).encode())
        for piece in rest:
            yield _clean(decoder.decode(piece).encode())
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise Unfit("damaged") from error


def _clean(piece: bytes) -> bytes:
    if len(piece.translate(None, _CONTROLS)) != len(piece) or (b"\xef\xbf" in piece and _NONCHARACTER.search(piece)):
        raise Unfit("damaged")
    return piece


class Markup:
    """An expat parser that takes UTF-8 only and refuses every document type declaration."""

    def __init__(self, start: StartHandler, end: EndHandler | None = None, text: TextHandler | None = None) -> None:
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = start
        if end:
            self._parser.EndElementHandler = end
        if text:
            self._parser.CharacterDataHandler = text
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.EntityDeclHandler = _refuse

    def feed(self, data: bytes, final: bool = False) -> None:
        try:
            self._parser.Parse(data, final)
        except (expat.ExpatError, ValueError) as error:
            raise Unfit("damaged") from error


def _refuse(*_: object) -> None:
    raise Unfit("forbidden_xml")


def walk(pieces: Iterable[bytes], start: StartHandler, end: EndHandler | None = None, text: TextHandler | None = None) -> None:
    """Read a whole document."""
    markup = Markup(start, end, text)
    for piece in utf8(pieces):
        markup.feed(piece)
    markup.feed(b"", final=True)


def has_declarations(beginning: bytes) -> bool:
    """Is there a document type or entity declaration in the beginning of a part, in any encoding?"""
    plain = beginning.replace(b"\0", b"")
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain

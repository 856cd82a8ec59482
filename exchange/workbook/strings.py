"""The shared strings of an .xlsx workbook."""

from __future__ import annotations

import re
from collections.abc import Iterable

from exchange.workbook.frames import Plain
from exchange.workbook.markup import Markup, local
from exchange.workbook.records import Records
from exchange.workbook.texts import LONGEST, escaped_text, unescape

_SIMPLE = re.compile(r'\s*<si><t(?: xml:space="preserve")?>([^<]*)</t>')
_OPENING, _CLOSING = "<si><t>", "</t>"


class _Events:
    """Joins the runs of a string; phonetic runs are left out."""

    def __init__(self, strings: list[Plain]) -> None:
        self._strings = strings
        self._texts: list[str] = []
        self._in_text = False
        self._phonetic = 0
        self.is_inside = False

    def start(self, tag: str, _: dict[str, str]) -> None:
        name = local(tag)
        if name == "si":
            self._texts = []
        elif name == "rPh":
            self._phonetic += 1
        elif name == "sst":
            self.is_inside = True
        self._in_text = name == "t"

    def end(self, tag: str) -> None:
        name = local(tag)
        self._in_text = False
        if name == "si":
            self._strings.append(escaped_text("".join(self._texts)))
        elif name == "rPh":
            self._phonetic -= 1

    def text(self, data: str) -> None:
        if self._in_text and not self._phonetic:
            self._texts.append(data)


def read_strings(pieces: Iterable[bytes], limit: int) -> list[Plain]:
    """All strings by their index."""
    strings: list[Plain] = []
    events = _Events(strings)

    def take(block: str) -> None:
        for text in block.split("</si>"):
            bare = text[len(_OPENING) : -len(_CLOSING)]
            if text.startswith(_OPENING) and bare.isprintable() and "<" not in bare and "&" not in bare and text.endswith(_CLOSING):
                strings.append(escaped_text(bare) if "_x" in bare or len(bare) > LONGEST else bare or None)
            else:
                read_one(text)

    def read_one(text: str) -> None:
        simple = _SIMPLE.fullmatch(text)
        plain = simple and (unescape(simple[1]) if "&" in simple[1] else simple[1])
        if plain is not None:
            strings.append(escaped_text(plain))
            return
        item = Markup(events.start, events.end, events.text)
        item.feed(f"<sst>{text}</si></sst>".encode(), final=True)

    outside = Markup(events.start, events.end, events.text)
    Records(outside, lambda: events.is_inside, r"<sst[^>]*[^/]>", "</si>", "</sst", limit).read(pieces, take)
    return strings

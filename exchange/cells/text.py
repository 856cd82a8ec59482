"""Readers of names and other text: invisible signs, stray spaces and name marks taken off. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime

from exchange.cells.base import EMPTY_SIGNS, CellReading, CellValue, FieldReader, error, info, is_empty, said, shown_raw, without_value
from exchange.raw import LongNumber, RawValue

# Control characters (tab and line ends apart), zero-width and bidirectional signs, soft hyphen, object and replacement marks.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffc\ufffd]")
_COMBINING = re.compile(
    "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{2})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_SPACES = re.compile(r"[ \t\r\n\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u2018-\u201d"
# A space between Chinese signs is layout, and so is a line break beside one; a space beside a Latin word is a word space.
_LAYOUT_SPACE = re.compile(f"(?<=[{_WIDE}]) (?=[{_WIDE}])")
_LAYOUT_BREAK = re.compile(rf"(?<=[{_WIDE}])\s*[\r\n]+\s*|\s*[\r\n]+\s*(?=[{_WIDE}])")
MARKS = "★☆▲△●○◆◇■□▪※*＊✦✱⭐⚫▼▽◎√#"
_MARKED = re.compile(rf"^[{re.escape(MARKS)}\s]+|[{re.escape(MARKS)}\s]+$")
_FAR_APART = re.compile(r"[ \u3000\u00a0]{4,}|\t+")
MAX_TEXT = 32_767
MAX_NAME = 500


def clean(text: str) -> str:
    """Give a text without invisible signs, outer spaces, line breaks and spaces that only stretch Chinese words."""
    if text.isprintable() and " " not in text:
        return text
    text = _LAYOUT_BREAK.sub("", _COMBINING.sub(r"\1", _INVISIBLE.sub("", text)))
    return _LAYOUT_SPACE.sub("", _SPACES.sub(" ", text).strip(" "))


def as_text(raw: RawValue) -> str:
    """Any cell as text: a whole number without its `.0`, a date in ISO form."""
    if type(raw) is str:
        return clean(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if not (raw.hour or raw.minute or raw.second) else raw.isoformat(" ")
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, LongNumber):
        return raw.text
    return shown_raw(raw, MAX_TEXT)


def _units(text: str) -> int:
    """How long Excel counts a text: a sign beyond the first 65,536 counts twice."""
    return len(text) if text.isascii() else len(text) + sum(sign > "\uffff" for sign in text)


def _is_within(text: str, limit: int) -> bool:
    """What fills a cell is counted as Excel counts; a column's own limit counts signs."""
    return len(text) <= limit if limit < MAX_TEXT else len(text) <= MAX_TEXT // 2 or _units(text) <= limit


def text_reader(field: str, limit: int = MAX_TEXT) -> FieldReader:
    """Make a reader of free text."""

    def read(raw: RawValue, percent: bool) -> CellValue | CellReading:
        if raw is None:
            return None
        if type(raw) is str:
            if raw.isprintable() and " " not in raw and _is_within(raw, limit):
                return raw if raw not in EMPTY_SIGNS else None
            return _read_untidy(raw, field, limit)
        return without_value(raw, field) or as_text(raw)

    return read


def _read_untidy(raw: str, field: str, limit: int) -> CellValue | CellReading:
    if is_empty(raw):
        return None
    text = clean(raw)
    if not _is_within(text, limit):
        return said(error("text_too_long", field, length=_units(text) if limit == MAX_TEXT else len(text), limit=limit))
    if _INVISIBLE.search(raw) or _COMBINING.search(raw):
        return said(info("text_invisible", field), value=text or None, shown=text)
    return text or None


def name_reader(field: str = "name") -> FieldReader:
    """Make a reader of project names: marks such as ★ are taken off and kept apart."""
    read_text = text_reader(field, MAX_NAME)

    def read(raw: RawValue, percent: bool) -> CellValue | CellReading:
        result = read_text(raw, percent)
        if type(result) is str and (result[0] in MARKS or result[-1] in MARKS):
            bare = _MARKED.sub("", result)
            if bare != result:
                marks = "".join(sign for sign in result if sign in MARKS and sign not in bare)
                return CellReading(bare or None, (), bare, {"marks": marks})
        return result

    return read


def owner_reader(field: str = "owner") -> FieldReader:
    """Make a reader of units: a person written far apart in the same cell goes to the contact."""
    read_text = text_reader(field)

    def read(raw: RawValue, percent: bool) -> CellValue | CellReading:
        if type(raw) is str and ("   " in raw or "\u3000\u3000" in raw or "\t" in raw):
            parts = [clean(part) for part in _FAR_APART.split(raw.strip(" \u3000\u00a0\t\r\n")) if part.strip()]
            if len(parts) > 1 and not all(len(part) == 1 for part in parts):
                return CellReading(parts[0], (), parts[0], {"contact": " ".join(parts[1:])})
        return read_text(raw, percent)

    return read

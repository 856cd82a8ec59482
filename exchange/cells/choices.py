"""Readers of words from a list: stage, nature, place. Pure."""

from __future__ import annotations

import re

from exchange.cells.base import CellReading, CellValue, FieldReader, ReadContext, error, info, is_empty, said, shown_raw, warning, without_value
from exchange.cells.dates import cached
from exchange.cells.text import as_text
from exchange.raw import RawValue
from exchange.reference import KnownPlace, PlaceKind, Reference

_PARTS = re.compile(r"[、,，;；/和及\s]+")
_DECORATION = re.compile(r"[(（].*?[)）]|项目|阶段|类$|工作|工程$|^已|^正在|^处于|中$|状态")


def choice_reader(field: str, known: frozenset[str]) -> FieldReader:
    """Make a reader of a word from a known list; an unknown word is kept and asked about."""
    long_words = tuple(word for word in known if len(word) > 1 and not word.startswith(("未", "待")))
    bare_known = frozenset(_DECORATION.sub("", word) for word in known) | known

    def read_once(raw: RawValue) -> CellValue | CellReading:
        if is_empty(raw):
            return None
        closed = without_value(raw, field)
        if closed is not None:
            return closed
        text = as_text(raw)
        bare = _DECORATION.sub("", text)
        if text in known or bare in bare_known or any(word in text for word in long_words):
            return text or None
        return CellReading(text, (warning("enum_unknown", field, raw=text, known="、".join(sorted(known, key=len)[:8])),))

    return cached(read_once)


def place_reader(field: str, context: ReadContext) -> FieldReader:
    """Make a reader of districts and zones: the value is today's name."""
    return cached(lambda raw: _read_place(raw, field, context.reference))


def _read_place(raw: RawValue, field: str, reference: Reference) -> CellValue | CellReading:
    if is_empty(raw):
        return None
    closed = without_value(raw, field)
    if closed is not None:
        return closed
    text = as_text(raw)
    place = reference.place(text) or _place_by_code(text, reference)
    if place is None:
        place, note = _place_of_several(text, reference)
        if place is not None:
            return CellReading(place.name, (info(note, field, raw=text, name=place.name),), place.name)
    if place is None or place.kind is PlaceKind.CITY:
        return said(error("district_unknown", field, raw=shown_raw(text)))
    if place.kind is PlaceKind.RETIRED:
        return CellReading(place.name, (warning("district_obsolete", field, raw=text, name=place.name),), place.name)
    return place.name if place.name == text else CellReading(place.name, (), place.name)


def _place_by_code(text: str, reference: Reference) -> KnownPlace | None:
    """370211, 370281 胶州市, 山东省青岛市莱西市: the division's code or the province before the name."""
    found = re.fullmatch(r"(\d{6})(?:000000)?\W*(.*)", text)
    if found is not None and not found[2]:
        return next((reference.place(name) for name, code in reference.district_codes.items() if code == found[1]), None)
    name = found[2] if found is not None else text.rpartition(reference.city)[2]
    return reference.place(name) if name and name != text else None


def _place_of_several(text: str, reference: Reference) -> tuple[KnownPlace | None, str]:
    """The first of several places (市南区、市北区), or the place a longer text begins with (城阳区河套街道)."""
    parts = [reference.place(part) for part in _PARTS.split(text) if part]
    places = [part for part in parts if part is not None and part.kind is not PlaceKind.CITY]
    if len(parts) > 1 and places:
        return places[0], "district_several"
    leading = reference.place_leading(text)
    return (leading if leading is not None and leading.district else None), "district_from_text"

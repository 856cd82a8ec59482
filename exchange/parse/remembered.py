"""What somebody has answered about headings that the reader doesn't know, applied to a heading block; and a guess where none has. Pure.

Answers are data handed in by the caller. They never go against a heading that the reader knows: only an unknown one takes its field
from them, and one whose sense is open (累计完成投资).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from exchange.cells import plain_number
from exchange.parse.header import HeaderBlock
from exchange.raw import RawValue
from exchange.reference import folded
from exchange.sheets import COLUMNS, SHEETS, Kind, Meaning, ReaderKind, normalise_heading

IGNORE = "ignore"
SENSES = ("done_ytd_wan", "cum_total_wan")  # what 累计完成投资 may mean
_NUMBERS = frozenset([ReaderKind.AMOUNT, ReaderKind.RATE, ReaderKind.SHARE, ReaderKind.LAND, ReaderKind.TERM])
_DATES = frozenset([ReaderKind.DATE, ReaderKind.PERIOD, ReaderKind.MONTH])
_ALIKE = 0.45


@dataclass(frozen=True, slots=True)
class Answer:
    """A heading as normalised, in sheets of a kind, is read as this field; IGNORE reads it not at all."""

    kind: str
    heading: str
    field: str


def heading_key(heading: str) -> str:
    """A heading with its upper ones as it is remembered: without its unit, with tokens for years and months."""
    return "/".join(normalise_heading(part).words for part in heading.split("/"))


def heading_of(path: Sequence[str]) -> str:
    return "/".join(folded(text) for text in path)


def recall(block: HeaderBlock, kind: Kind, answers: Sequence[Answer]) -> tuple[HeaderBlock, list[int]]:
    """The block with what was answered about its headings, and the columns that were answered about."""
    if not answers:
        return block, []
    meanings = list(block.meanings)
    recalled = []
    for index, meaning in enumerate(meanings):
        if not block.paths[index] or not _is_open(meaning):
            continue
        field = _answered(heading_key(heading_of(block.paths[index])), kind, answers)
        if field is not None and (field == IGNORE or field in COLUMNS):
            meanings[index] = _meant(meaning, field)
            recalled.append(index)
    return (replace(block, meanings=tuple(meanings)), recalled) if recalled else (block, [])


def _is_open(meaning: Meaning) -> bool:
    return meaning.ambiguous or (meaning.field is None and not meaning.ignored)


def _meant(meaning: Meaning, field: str) -> Meaning:
    if field == IGNORE:
        return replace(meaning, field=None, ambiguous=False, ignored=True)
    return replace(meaning, field=field, ambiguous=False)


def _answered(key: str, kind: Kind, answers: Sequence[Answer]) -> str | None:
    """The answer given for this kind of sheet; one given for another kind only where all of them agree."""
    given = [answer for answer in answers if answer.heading == key]
    own = next((answer.field for answer in given if answer.kind == kind.value), None)
    fields = {answer.field for answer in given}
    return own or (next(iter(fields)) if len(fields) == 1 else None)


def guess_field(heading: str, cells: Sequence[RawValue], kind: Kind, present: Collection[str]) -> str | None:
    """The field whose heading is most alike, of those that the table lacks and that can hold such values; None if none is alike."""
    words = folded(heading.rpartition("/")[2])
    shape = _shape(cells)
    fields = [column.field for column in SHEETS[kind]]
    best: tuple[float, str] | None = None
    for field in dict.fromkeys((*fields, *COLUMNS)):
        column = COLUMNS[field]
        if field in present or not _may_hold(column.reader, shape):
            continue
        alike = max(SequenceMatcher(None, words, folded(alias)).ratio() for alias in (column.header, *column.aliases))
        if field not in fields:
            alike -= 0.1
        if alike >= _ALIKE and (best is None or alike > best[0]):
            best = (alike, field)
    return best[1] if best is not None else None


def _shape(cells: Sequence[RawValue]) -> str:
    """What the values of a column look like: number, date, text; blank where it holds nothing."""
    filled = [cell for cell in cells if cell is not None and str(cell).strip()]
    if not filled:
        return ""
    numbers = sum(plain_number(cell) is not None for cell in filled)
    if numbers * 5 >= len(filled) * 4:
        years = sum((number := plain_number(cell)) is not None and 1990 <= number < 2101 for cell in filled)
        return "year" if years * 5 >= len(filled) * 4 else "number"
    dates = sum(hasattr(cell, "year") or (type(cell) is str and "年" in cell and any(sign.isdigit() for sign in cell)) for cell in filled)
    return "date" if dates * 5 >= len(filled) * 4 else "text"


def _may_hold(reader: ReaderKind, shape: str) -> bool:
    if shape == "number":
        return reader in _NUMBERS or reader in {ReaderKind.SERIAL, ReaderKind.LOCAL_CODE, ReaderKind.TEXT}
    if shape in {"date", "year"}:
        return reader in _DATES or (shape == "year" and reader in _NUMBERS)
    return not shape or reader not in _NUMBERS | _DATES | {ReaderKind.SERIAL}

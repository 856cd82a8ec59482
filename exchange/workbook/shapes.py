"""Rows of one shape are parsed once.

The rows of a table differ in their texts and row numbers; their markup is the same. So the markup of a row, without texts and
row numbers, is its shape. The XML parser reads each shape once, and what it learns (which text belongs to which column, and how
it is to be read) is kept as a plan for all rows of that shape. This reads some ten times as many cells a second.

It is sound because only what stands between `<v>` and `</v>` counts as text; what is left must be the markup of a row that the
XML parser has read, letter for letter; the number of `<` and `>` must be that of its tags, so that no text holds either; the row
holds neither comments, CDATA nor processing instructions (`records` sees to that); and its references are well formed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from exchange.workbook.faults import Unfit
from exchange.workbook.frames import Plain
from exchange.workbook.markup import Markup, local
from exchange.workbook.texts import unescape

_ROW, _ROW_DIGITS = '<row r="', 7
_FORMULA = re.compile(r"<f(?: [^<>]*)?(?:/>|>[^<]*</f>)")
_CELL = re.compile(r"([A-Za-z]{1,4})([0-9]{1,8})")
_KEPT_SHAPES, _KEPT_CHARS = 4_000, 8_000_000
_DEEPEST = 64
_TEXT, _NUMBER = "\0", "\1"  # XML allows neither, so they can't be in a row
SLOT = "\ue0fe\ue0ff"  # goes before the number that stands for a text
SKELETON_ROW = 9_999_999  # stands for the row number in a shape; no sheet has such a row


class CellMarkup(NamedTuple):
    """A cell as its markup shows it. `texts` is None where there is no value element at all."""

    reference: str | None
    style: str
    type: str
    formula: bool
    texts: tuple[str, ...] | None

    @property
    def slot(self) -> int | None:
        """In the row of a shape: the index of the cell's text."""
        return int(self.texts[0].removeprefix(SLOT)) if self.texts else None


class RowMarkup(NamedTuple):
    """A row as its markup shows it."""

    number: str | None
    hidden: str | None
    cells: tuple[CellMarkup, ...]


class RowEvents:
    """Turns parser events below sheetData into rows. Phonetic runs are no part of a text."""

    def __init__(self, take: Callable[[RowMarkup], None]) -> None:
        self._take = take
        self._row: dict[str, str] = {}
        self._cells: list[CellMarkup] = []
        self._cell: dict[str, str] = {}
        self._path: list[str] = []
        self._formula = False
        self._texts: list[str] | None = None
        self._phonetic = 0

    @property
    def is_outside(self) -> bool:
        """Is no element open?"""
        return not self._path

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        self._path.append(name)
        if len(self._path) > _DEEPEST:
            raise Unfit("damaged")
        if name == "c":
            self._cell, self._formula, self._texts = attributes, False, None
        elif name == "row":
            self._row, self._cells = attributes, []
        elif name == "f":
            self._formula = True
        elif name in ("v", "is"):
            self._texts = self._texts or []
        elif name == "rPh":
            self._phonetic += 1

    def end(self, tag: str) -> None:
        name = self._path.pop()
        if name == "c":
            cell = self._cell
            texts = None if self._texts is None else tuple(self._texts)
            self._cells.append(CellMarkup(cell.get("r"), cell.get("s", ""), cell.get("t", "n"), self._formula, texts))
        elif name == "row":
            self._take(RowMarkup(self._row.get("r"), self._row.get("hidden"), tuple(self._cells)))
        elif name == "rPh":
            self._phonetic -= 1

    def text(self, data: str) -> None:
        if self._path and self._path[-1] in ("v", "t") and self._texts is not None and not self._phonetic:
            self._texts.append(data)


def parse_rows(text: str) -> list[RowMarkup]:
    """The rows of a piece of sheet data, read by the XML parser."""
    rows: list[RowMarkup] = []
    events = RowEvents(rows.append)
    markup = Markup(events.start, events.end, events.text)
    markup.feed(b"<sheetData>" + text.encode() + b"</sheetData>", final=True)
    return rows


ReadMany = Callable[[Sequence[str]], list[Plain]]


class Plan(NamedTuple):
    """How to read all rows of a shape: the texts of one kind together, then each value to its column."""

    groups: tuple[tuple[Callable[[Sequence[str]], tuple[str, ...]], ReadMany], ...]
    order: Callable[[Sequence[Plain]], tuple[Plain, ...]]
    percent: tuple[int, ...]
    hidden: bool
    pieces: int = 0  # of a row of this shape, texts and markup
    tags: int = 0


def plan_of(reads: Sequence[tuple[int, int | None, ReadMany]], percent: tuple[int, ...], hidden: bool) -> Plan:
    """The plan for cells of (column, index of the text or None where there is none, function that reads texts of its kind)."""
    kinds: dict[tuple[ReadMany, bool], list[tuple[int, int | None]]] = {}
    for column, index, read in reads:
        kinds.setdefault((read, index is None), []).append((column, index))
    columns = [column for cells in kinds.values() for column, _ in cells]
    place = {column: at for at, column in enumerate(columns)}
    order = [place.get(column, len(columns)) for column in range(max(columns, default=-1) + 1)]
    groups = tuple((_picker([index for _, index in cells]), read) for (read, _), cells in kinds.items())
    return Plan(groups, _picker(order), percent, hidden)


def _picker(indexes: Sequence[int | None]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Picks the items at these indexes, as a tuple; an empty text for None."""
    if len(indexes) > 1 and None not in indexes:
        return itemgetter(*indexes)
    return lambda items: tuple("" if index is None else items[index] for index in indexes)


class Shapes:
    """The plans of the shapes seen so far."""

    def __init__(self, make: Callable[[RowMarkup], Plan]) -> None:
        self._make = make
        self._plans: dict[str, Plan] = {}
        self._chars = 0

    def read(self, text: str) -> tuple[int, list[Plain], Plan] | None:
        """Number, values and plan of the row whose markup (without its end tag) is `text`, or None where it needs the XML parser."""
        number, quote = text[len(_ROW) : text.find('"', len(_ROW))], '"'
        if not text.startswith(_ROW) or not number.isdecimal() or len(number) > _ROW_DIGITS:
            return None
        pieces = text.replace("</v>", "<v>").split("<v>")
        joined = _TEXT.join(pieces[::2])
        plan = self._plans.get(joined.replace(number + quote, _NUMBER + quote)) or self._learn(joined, number)
        if plan is None or len(pieces) != plan.pieces or text.count("<") != plan.tags or text.count(">") != plan.tags:
            return None
        texts = pieces[1::2]
        if "&" in text and not _resolve(texts):
            return None
        values: list[Plain] = []
        for pick, read in plan.groups:
            values += read(pick(texts))
        values.append(None)
        return int(number), list(plan.order(values)), plan

    def _learn(self, joined: str, number: str) -> Plan | None:
        """Let the XML parser read the shape with its text places numbered."""
        shape = joined.replace(number + '"', _NUMBER + '"')
        if SLOT in shape or shape.count(_NUMBER) != shape.count(' r="'):  # some other attribute ends like the row number: not kept as a plan
            return None
        first, *rest = shape.replace(_NUMBER, str(SKELETON_ROW)).split(_TEXT)
        skeleton = "".join([first, *(f"<v>{SLOT}{index}</v>{piece}" for index, piece in enumerate(rest))])
        rows = parse_rows(f"{skeleton}</row>")
        if len(rows) != 1 or not all(len(cell.texts or ()) < 2 and "".join(cell.texts or SLOT).startswith(SLOT) for cell in rows[0].cells):
            return None  # an empty row stood before this one, or a cell has several texts, or one that is no value
        plan = self._make(rows[0])._replace(pieces=2 * len(rest) + 1, tags=skeleton.count("<"))
        if len(self._plans) >= _KEPT_SHAPES or self._chars > _KEPT_CHARS:
            self._plans.clear()
            self._chars = 0
        self._plans[shape] = plan
        self._chars += len(shape)
        return plan


def simplified(block: str) -> str:
    """Rows without their formulas' texts, with empty values in one form, and with plain inline strings written as values are."""
    if "<f" in block:
        block = _FORMULA.sub("<f/>", block)
    if "<v></v>" in block:
        block = block.replace("<v></v>", "<v/>")
    if "<is>" in block:
        plain = block.replace('<is><t xml:space="preserve">', "<v>").replace("<is><t>", "<v>").replace("</t></is>", "</v>")
        if "<t" not in plain and "<is>" not in plain:
            return plain
    return block


def _resolve(texts: list[str]) -> bool:
    """Resolve references in place; False where one is malformed."""
    for index, text in enumerate(texts):
        if "&" in text:
            plain = unescape(text)
            if plain is None:
                return False
            texts[index] = plain
    return True


def column_of(reference: str) -> tuple[int, int]:
    """Row and column (from 1) of a reference such as `AB12`."""
    match = _CELL.fullmatch(reference)
    if match is None:
        raise Unfit("damaged")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column

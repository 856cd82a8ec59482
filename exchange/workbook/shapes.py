"""Rows of one shape are parsed once.

The rows of a table differ in their texts and row numbers; their markup is the same. So the markup of a row, without texts and
row numbers, is its shape. The XML parser reads each shape once, and what it learns (which text belongs to which column, and how
it is to be read) is kept as a plan for all rows of that shape. This reads some ten times as many cells a second.

It is sound because a row is only read by plan if it holds neither comments, CDATA nor processing instructions, if each `<` has its
`>` (so that no text and no attribute holds a `>`), and if all its references are well formed. Then the texts between the
tags are all that differs from the row that the XML parser found in order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from exchange.workbook.faults import Unfit
from exchange.workbook.frames import Plain
from exchange.workbook.markup import Markup, local
from exchange.workbook.texts import unescape

_SPLIT = re.compile(r">([^<]+)<")
_ROW = re.compile(r'\s*<row r="([0-9]{1,8})"')
_REFERENCES = re.compile(r'(?<=[A-Z])([0-9]{1,8})(?=")')
_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,8})")
_KEPT_SHAPES, _KEPT_CHARS = 4_000, 8_000_000
_DEEPEST = 64


class CellMarkup(NamedTuple):
    """A cell as its markup shows it. `texts` is None where there is no value element at all."""

    reference: str | None
    style: str
    type: str
    formula: bool
    texts: tuple[str, ...] | None


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


class Slot(NamedTuple):
    """Where a cell's text is found in a row, and how it is read. A formula without value has no texts."""

    column: int  # from 0
    texts: tuple[int, ...]
    read: Callable[[str], Plain] | None


class Plan(NamedTuple):
    """How to read all rows of a shape."""

    width: int
    single: tuple[tuple[int, int, Callable[[str], Plain]], ...]
    joined: tuple[Slot, ...]
    percent: tuple[int, ...]
    hidden: bool


PlanMaker = Callable[[RowMarkup], Plan]


class Shapes:
    """The plans of the shapes seen so far."""

    def __init__(self, make: PlanMaker) -> None:
        self._make = make
        self._plans: dict[str, Plan] = {}
        self._chars = 0

    def read(self, text: str) -> tuple[int, list[Plain], Plan] | None:
        """Number, values and plan of the row whose markup (without its end tag) is `text`, or None where it needs the XML parser."""
        head = _ROW.match(text)
        if head is None or text.count("<") != text.count(">"):
            return None
        number = head[1]
        pieces = _SPLIT.split(text[head.end() :])
        texts = pieces[1::2]
        if "&" in text and not _resolve(texts):
            return None
        around = _REFERENCES.split("\0".join(pieces[::2]))
        if around[1::2].count(number) != len(around) // 2:
            return None
        shape = "\1".join(around[::2])
        plan = self._plans.get(shape) or self._learn(shape)
        if plan is None:
            return None
        row: list[Plain] = [None] * plan.width
        for column, index, read in plan.single:
            row[column] = read(texts[index])
        for slot in plan.joined:
            row[slot.column] = slot.read("".join([texts[index] for index in slot.texts])) if slot.read else ("f",)
        return int(number), row, plan

    def _learn(self, shape: str) -> Plan | None:
        """Let the XML parser read the shape with its text places numbered."""
        skeleton = shape.replace("\1", "1")
        for_parser = "".join(_numbered(skeleton.split("\0")))
        rows = parse_rows(f'<row r="1"{for_parser}</row>')
        if len(rows) != 1:  # a row that is its own end tag stood before this one
            return None
        plan = self._make(rows[0])
        if len(self._plans) >= _KEPT_SHAPES or self._chars > _KEPT_CHARS:
            self._plans.clear()
            self._chars = 0
        self._plans[shape] = plan
        self._chars += len(shape)
        return plan


def _numbered(pieces: Sequence[str]) -> list[str]:
    """The markup with the n-th text replaced by `n,`, so that joined texts can be told apart."""
    return [pieces[0], *(f">{index},<{piece}" for index, piece in enumerate(pieces[1:]))]


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

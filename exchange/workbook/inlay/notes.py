"""The notes of a worksheet: their texts (comments part) and the boxes that show them (a drawing in VML).

Notes of others stay byte for byte; a note of theirs at a cell that we mark is joined with ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count

from exchange.workbook.inlay.tags import Unusual, address, attribute, before_end, number, place, text_markup, text_of

Cell = tuple[int, int]
AUTHOR = "检查"
_COMMENT = re.compile(rb"<comment(?=\s)[^>]*>.*?</comment>", re.DOTALL)
_TEXT = re.compile(rb"<t(?=[\s>])[^>]*>(.*?)</t>", re.DOTALL)
_SHAPE = re.compile(rb"<v:shape(?=\s)[^>]*>.*?</v:shape>", re.DOTALL)
_ROW, _COLUMN = re.compile(rb"<x:Row>\s*(\d+)\s*</x:Row>"), re.compile(rb"<x:Column>\s*(\d+)\s*</x:Column>")
_BLOCKS = re.compile(rb"<o:idmap\b[^>]*>")
_OF_A_BLOCK = 1024  # numbers of drawn things are given out in blocks, each owned by one drawing
_EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<authors></authors><commentList></commentList></comments>"
)
_DRAWING = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    b' xmlns:x="urn:schemas-microsoft-com:office:excel">'
    b'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/></o:shapelayout></xml>'
)
_BOX = (
    b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    b'<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHOWN = (
    b'<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;width:240pt;height:%dpt;z-index:%d;'
    b'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    b'<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    b'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%d, 15, %d, 2, %d, 31, %d, 9</x:Anchor>'
    b"<x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>"
)


class Notes:
    """The texts of a worksheet's notes."""

    def __init__(self, part: bytes | None) -> None:
        self.part = part or _EMPTY
        if self.part.find(b"<commentList") < 0 or b"<authors" not in self.part:
            raise Unusual("comments")
        self._theirs = {place(attribute(one, b"ref") or b""): one for one in _COMMENT.findall(self.part)}
        self._given: dict[Cell, str | None] = {}

    def texts(self) -> dict[Cell, str]:
        """What each note says now."""
        return {cell: "".join(text_of(piece) for piece in _TEXT.findall(one)) for cell, one in self._theirs.items()}

    @property
    def threads(self) -> set[Cell]:
        """Cells with a conversation: its note is a stand-in of it, and a changed one would tear them apart."""
        authors = re.findall(rb"<author(?=[\s>/])[^>]*?(?:/>|>(.*?)</author>)", self.part, re.DOTALL)
        of = {cell: number(one, b"authorId") for cell, one in self._theirs.items()}
        return {cell for cell, index in of.items() if index < len(authors) and authors[index].startswith(b"tc=")}

    def put(self, cell: Cell, text: str | None) -> None:
        """Say this at the cell; None takes the note away."""
        self._given[cell] = text

    @property
    def cells(self) -> set[Cell]:
        """Where notes stand in the end."""
        return {*self._theirs, *(cell for cell, text in self._given.items() if text is not None)} - {
            cell for cell, text in self._given.items() if text is None
        }

    def written(self) -> bytes:
        """The part with what was said."""
        author = len(re.findall(rb"<author(?=[\s>/])", self.part))
        part = before_end(self.part, b"authors", b"<author>" + text_markup(AUTHOR) + b"</author>")
        made = {
            cell: b'<comment ref="%s" authorId="%d"><text><t xml:space="preserve">%s</t></text></comment>'
            % (address(*cell), author, text_markup(text))
            for cell, text in self._given.items()
            if text is not None
        }
        kept = _COMMENT.sub(lambda found: self._kept(found[0], made), part)
        return before_end(kept, b"commentList", b"".join(made.values()))

    def _kept(self, one: bytes, made: dict[Cell, bytes]) -> bytes:
        cell = place(attribute(one, b"ref") or b"")
        return made.pop(cell, b"") if cell in self._given else one


class Blocks:
    """The blocks of numbers that the drawings of a workbook own."""

    def __init__(self, drawings: Iterable[bytes]) -> None:
        owned = [int(block) for part in drawings for tag in _BLOCKS.findall(part) for block in re.findall(rb"\d+", attribute(tag, b"data") or b"")]
        self._next = count(max(owned, default=0) + 1)

    def take(self, things: int) -> list[int]:
        """Blocks for so many things. The first number of each stays unused, as in what Excel writes."""
        return [next(self._next) for _ in range(-(-things // (_OF_A_BLOCK - 1)))]


def drawn(part: bytes | None, notes: Mapping[Cell, str], kept: set[Cell], blocks: Blocks) -> bytes:
    """The drawing with a box for each of these notes that has none, and none for a cell that has no note any more."""
    part = part or _DRAWING
    if b"<v:" not in part and b"<o:shapelayout" not in part:
        raise Unusual("vml")
    have: set[Cell] = set()

    def keep(found: re.Match[bytes]) -> bytes:
        cell = _cell_of(found[0])
        if cell is None:
            return found[0]
        have.add(cell)
        return found[0] if cell in kept else b""

    part = _SHAPE.sub(keep, part)
    new = [(cell, text) for cell, text in notes.items() if cell not in have]
    if not new:
        return part
    taken = blocks.take(len(new))
    numbers = (block * _OF_A_BLOCK + step for block in taken for step in range(1, _OF_A_BLOCK))
    shapes = b"".join(
        _shape(identifier, order, cell, text) for order, (identifier, (cell, text)) in enumerate(zip(numbers, new, strict=False), start=1)
    )
    return before_end(_owning(part, taken), b"xml", (b"" if b'"_x0000_t202"' in part.split(b"<v:shape ", 1)[0] else _BOX) + shapes)


def _owning(part: bytes, taken: list[int]) -> bytes:
    """The drawing as the owner of more blocks."""
    found = _BLOCKS.search(part)
    if found is None:
        raise Unusual("vml without blocks")
    owned = [block for block in (attribute(found[0], b"data") or b"").split(b",") if block]
    data = b",".join([*owned, *(str(block).encode() for block in taken)])
    tag = re.sub(rb"data\s*=\s*([\"']).*?\1", b'data="' + data + b'"', found[0])
    return part[: found.start()] + tag + part[found.end() :]


def _cell_of(shape: bytes) -> Cell | None:
    """The cell a box belongs to; None for a box that is no note."""
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    return (int(row[1]) + 1, int(column[1]) + 1) if row and column and b'"Note"' in shape else None


def _shape(identifier: int, order: int, cell: Cell, text: str) -> bytes:
    row, column = cell
    lines = min(len(text) // 22 + text.count("\n") + 3, 24)
    return _SHOWN % (identifier, lines * 13, order, column, max(row - 2, 0), column + 4, max(row - 2, 0) + lines, row - 1, column - 1)

"""A worksheet part: the styles of some cells changed, everything else byte for byte as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from xml.parsers import expat

from exchange.workbook.inlay.tags import Unusual, address, attribute, number, place, with_attribute, without_attribute

Restyle = Callable[[int], int]  # the style a cell has → the style it gets
Wanted = Mapping[int, Mapping[int, Restyle]]  # by row and column

_DATA = re.compile(rb"<sheetData\b[^>]*?(/?)>")
_ROOT = re.compile(rb"<worksheet\b[^>]*>")
_ROW = re.compile(rb"<row(?=[\s/>])[^>]*>")
_CELL = re.compile(rb"<c(?=[\s/>])[^>]*?(?:/>|>.*?</c>)", re.DOTALL)
_MERGE = re.compile(rb"<mergeCell\b[^>]*>")
_COLUMN = re.compile(rb"<col(?=\s)[^>]*>")
_NOTES = re.compile(rb"<legacyDrawing\s[^>]*?:id\s*=\s*[\"']([^\"']+)[\"'][^>]*>")
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# What may follow the link to the notes in a worksheet (ECMA-376 part 1, 18.3.1.99).
_AFTER_NOTES = {"legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst"}


class SheetText:
    """A worksheet cut into what stands before its cells, its cells, and what comes after."""

    def __init__(self, part: bytes) -> None:
        root, data = _ROOT.search(part[:65536]), _DATA.search(part)
        if root is None or data is None or attribute(root[0], b"xmlns") != _MAIN or b"<![CDATA[" in part:
            raise Unusual("worksheet")
        self.root = root[0]
        self.head = part[: data.start()]
        if data[1]:
            self.body, self.tail = b"", part[data.end() :]
            return
        end = part.find(b"</sheetData>", data.end())
        if end < 0:
            raise Unusual("sheetData")
        self.body, self.tail = part[data.end() : end], part[end + 12 :]

    def corners(self) -> list[tuple[int, int, int, int]]:
        """The merged blocks: top, left, bottom, right."""
        found = []
        for tag in _MERGE.findall(self.tail):
            first, _, last = (attribute(tag, b"ref") or b"").partition(b":")
            found.append((*place(first), *place(last or first)))
        return found

    def unselect(self) -> None:
        """Two chosen sheets would be edited together."""
        self.head = re.sub(rb"\stabSelected\s*=\s*([\"'])(?:1|true)\1", b"", self.head)

    def restyle(self, wanted: Wanted) -> None:
        """Give cells another style; what is not there is added in its place."""
        if wanted:
            self.body = b"".join(_rows(self.body, wanted, self._column_styles()))

    def _column_styles(self) -> list[tuple[int, int, int]]:
        return [(number(tag, b"min"), number(tag, b"max"), number(tag, b"style")) for tag in _COLUMN.findall(self.head)]

    def notes_link(self) -> bytes | None:
        """The relation that leads to the drawing of the notes, where there is one."""
        tag = _NOTES.search(self.tail)
        return tag[1] if tag else None

    def link_notes(self, identifier: bytes) -> None:
        """Name the drawing of the notes, at the one place where a worksheet may."""
        at = self._place_of_notes()
        schema = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        self.tail = self.tail[:at] + b'<legacyDrawing xmlns:r="' + schema + b'" r:id="' + identifier + b'"/>' + self.tail[at:]

    def _place_of_notes(self) -> int:
        """The first element after the cells that comes behind the link to the notes, or the end of the worksheet."""
        for at, name, inner in _top_level(self.root + self.tail):
            if name in _AFTER_NOTES or (name == "mc:AlternateContent" and inner & _AFTER_NOTES):
                return at - len(self.root)
        raise Unusual("worksheet tail")

    def written(self) -> bytes:
        return b"".join((self.head, b"<sheetData>", self.body, b"</sheetData>", self.tail))


def _top_level(markup: bytes) -> list[tuple[int, str, set[str]]]:
    """Each element within the root: where it starts, its name, the names within it; last the root's closing tag, named like what comes last."""
    found: list[tuple[int, str, set[str]]] = []
    depth = 0
    parser = expat.ParserCreate("utf-8")

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth == 2:
            found.append((parser.CurrentByteIndex, name, set()))
        elif depth > 2:
            found[-1][2].add(name)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1
        if depth == 0:
            found.append((parser.CurrentByteIndex, "extLst", set()))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(markup, True)
    except expat.ExpatError as error:
        raise Unusual("worksheet tail") from error
    return found


def _rows(body: bytes, wanted: Wanted, columns: list[tuple[int, int, int]]) -> Iterator[bytes]:
    """The cells' markup with the wanted rows changed or added. Rows without a number are not cut."""
    waiting = sorted(wanted, reverse=True)
    at = 0
    for found in _ROW.finditer(body):
        if not waiting:
            break
        tag = found[0]
        if attribute(tag, b"r") is None:
            raise Unusual("row without number")
        here = number(tag, b"r")
        if waiting[-1] > here:
            continue
        yield body[at : found.start()]
        at = found.start()
        while waiting and waiting[-1] < here:
            missing = waiting.pop()
            yield _row(b'<row r="%d">' % missing, b"", missing, wanted[missing], columns)
        if waiting and waiting[-1] == here:
            waiting.pop()
            closed = tag.endswith(b"/>")
            end = found.end() if closed else body.index(b"</row>", found.end())
            inner = b"" if closed else body[found.end() : end]
            at = end if closed else end + 6
            yield _row(tag[:-2] + b">" if closed else tag, inner, here, wanted[here], columns)
    yield body[at:]
    while waiting:
        missing = waiting.pop()
        yield _row(b'<row r="%d">' % missing, b"", missing, wanted[missing], columns)


def _row(tag: bytes, inner: bytes, row: int, wanted: Mapping[int, Restyle], columns: list[tuple[int, int, int]]) -> bytes:
    """One row with some of its cells in another style."""
    waiting = sorted(wanted, reverse=True)
    pieces: list[bytes] = []
    at = 0

    def add_missing() -> None:
        column = waiting.pop()
        style = number(tag, b"s") if attribute(tag, b"customFormat") == b"1" else _column_style(columns, column)
        pieces.append(b'<c r="%s" s="%d"/>' % (address(row, column), wanted[column](style)))

    for found in _CELL.finditer(inner):
        cell = found[0]
        end = cell.index(b">") + 1
        name = attribute(cell[:end], b"r")
        if name is None:
            raise Unusual("cell without name")
        column = place(name)[1]
        pieces.append(inner[at : found.start()])
        while waiting and waiting[-1] < column:
            add_missing()
        if waiting and waiting[-1] == column:
            waiting.pop()
            style = wanted[column](number(cell[:end], b"s"))
            cell = with_attribute(cell[:end], b"s", str(style).encode()) + cell[end:]
        pieces.append(cell)
        at = found.end()
    pieces.append(inner[at:])
    while waiting:
        add_missing()
    # A row's span is a hint of how far it goes; one that is too short would be an error.
    return without_attribute(tag, b"spans") + b"".join(pieces) + b"</row>"


def _column_style(columns: list[tuple[int, int, int]], column: int) -> int:
    return next((style for first, last, style in columns if first <= column <= last), 0)

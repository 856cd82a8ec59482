"""Marks faults in a copy of an .xlsx by changing only what a mark needs: a cell's style, a note, two sheets of our own.

Everything else — fonts, pictures, charts, conditional formats, sparklines, results of formulas — is copied byte for byte, so nothing is
lost, and a large file takes the time of packing it. Runs in a child (`marking`) on files that were read in full before. A workbook that is
put together in a way that is not cut here raises `Unusual`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exchange.workbook.inlay.book import Book
from exchange.workbook.inlay.cells import Restyle, SheetText
from exchange.workbook.inlay.lists import findings_sheet, record_sheet
from exchange.workbook.inlay.notes import Blocks, Cell, Notes, drawn
from exchange.workbook.inlay.styles import NO_FILL, Former, Styles
from exchange.workbook.inlay.tags import Unusual as Unusual
from exchange.workbook.inlay.tags import address
from exchange.workbook.notes import LONGEST_NOTE, SIGN, joined_note, old_note, safe_text

RECORD_SHEET = "_marks"


def inlay(data: bytes, order: Mapping[str, Any]) -> bytes:
    """A copy of the workbook with the marks of the order.

    The order holds what `marked.Order` says, and of an earlier copy `drop` (its sheets) and `former` (sheet → cell → what filled it).
    """
    book = Book(data)
    styles_part = next((part for kind, part in book.relations(book.main).values() if kind == "styles"), None)
    if styles_part is None:
        raise Unusual("no styles")
    styles, blocks = Styles(book.read(styles_part)), Blocks(book.drawings())
    for name in order["drop"]:
        book.drop_sheet(name)
    record: list[tuple[str, bytes, Former]] = []
    named = {name.strip(): marks for name, marks in order["marks"].items()}
    for name, part in book.sheets():
        if part:
            worker = _Sheet(book, part, styles, blocks)
            record += [
                (name, address(*cell), former) for cell, former in worker.mark(named.get(name.strip(), ()), order["former"].get(name, {})).items()
            ]
    book.add_sheet(_free_title(book, order["name"]), findings_sheet(order, styles), first=True)
    book.add_sheet(RECORD_SHEET, record_sheet(record), hidden=True)
    book.write(styles_part, styles.written())
    return book.saved()


def _free_title(book: Book, wanted: str) -> str:
    taken = {name.casefold() for name, _part in book.sheets()}
    return next(name for name in (wanted, *(f"{wanted}{number}" for number in range(2, 600))) if name.casefold() not in taken)


class _Sheet:
    """One worksheet being marked."""

    def __init__(self, book: Book, part: str, styles: Styles, blocks: Blocks) -> None:
        self.book, self.part, self.styles, self.blocks = book, part, styles, blocks
        self.related = book.relations(part)
        self.text = SheetText(book.read(part))
        self.notes_part = self._related("comments")
        self.notes = Notes(book.read(self.notes_part) if self.notes_part else None)
        self.record: dict[Cell, Former] = {}

    def _related(self, kind: str) -> str | None:
        return next((part for own, part in self.related.values() if own == kind), None)

    def mark(self, marks: Any, former: Mapping[str, Any]) -> dict[Cell, Former]:
        """Put the marks on, the earlier ones off; answers what fills each marked cell without them."""
        self.text.unselect()
        texts, threads = self.notes.texts(), self.notes.threads
        tones: dict[Cell, str] = {}
        said: dict[Cell, str | None] = {cell: old_note(text) or None for cell, text in texts.items() if text.startswith(SIGN)}
        ours = set(said)
        anchors = _Anchors(self.text.corners() if marks else [])
        for row, column, severity, text in marks:
            cell = anchors.of(row, column)
            tones.setdefault(cell, severity)  # the worst comes first and gives the colour
            if cell not in threads:
                said[cell] = joined_note(said.get(cell, texts.get(cell, "")) or "", text)
        wanted: dict[int, dict[int, Restyle]] = {}
        for row, column in {*tones, *ours}:
            before = _former_of(former, (row, column)) if (row, column) in ours else None
            wanted.setdefault(row, {})[column] = self._restyle((row, column), tones.get((row, column)), before)
        self.text.restyle(wanted)
        if said:
            self._write_notes(said)
        self.book.write(self.part, self.text.written())
        return self.record

    def _restyle(self, cell: Cell, tone: str | None, former: Former | None) -> Restyle:
        def restyle(style: int) -> int:
            if former is not None and self.styles.is_ours(style):
                style = self.styles.refilled(style, former)
            if tone is None:
                return style
            self.record[cell] = self.styles.former(style)
            return self.styles.tinted(style, tone)

        return restyle

    def _write_notes(self, said: Mapping[Cell, str | None]) -> None:
        for cell, text in said.items():
            self.notes.put(cell, safe_text(text)[:LONGEST_NOTE] if text is not None else None)
        if self.notes_part is None:
            self.notes_part = self.book.free("xl/comments%d.xml")
            self.book.declare(self.notes_part, "comments")
            self.book.relate(self.part, "comments", self.notes_part)
        self.book.write(self.notes_part, self.notes.written())
        linked = self.text.notes_link()
        drawing = self.related[linked][1] if linked is not None and linked in self.related else None
        shown = {cell: text for cell, text in said.items() if text is not None}
        markup = drawn(self.book.read(drawing) if drawing else None, shown, self.notes.cells, self.blocks)
        if drawing is None:
            drawing = self.book.free("xl/drawings/vmlDrawing%d.vml")
            self.book.declare_drawings()
            self.text.link_notes(self.book.relate(self.part, "vmlDrawing", drawing))
        self.book.write(drawing, markup)


def _former_of(former: Mapping[str, Any], cell: Cell) -> Former:
    kept = former.get(address(*cell).decode())
    return (str(kept[0]), str(kept[1]), float(kept[2] or 0)) if kept else NO_FILL


class _Anchors:
    """Where a mark on a cell belongs: at the corner of the merged block that covers it."""

    def __init__(self, blocks: list[tuple[int, int, int, int]]) -> None:
        self.by_row: dict[int, list[tuple[int, int, int, int]]] = {}
        for block in blocks:
            for row in range(block[0], min(block[2], block[0] + 5000) + 1):
                self.by_row.setdefault(row, []).append(block)

    def of(self, row: int, column: int) -> Cell:
        return next((block[:2] for block in self.by_row.get(row, ()) if block[1] <= column <= block[3]), (row, column))

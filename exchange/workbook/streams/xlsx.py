"""A workbook written straight into the stream: header style, number and date formats, widths, frozen header, filter, further sheets.

A sheet ends where Excel's rows end, or before its markup reaches two gigabytes: beyond that a zip entry needs the 64-bit form, which
Excel offers to repair.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from exchange.workbook.streams import parts
from exchange.workbook.streams.cells import Cells, cells_of, header_cells, letters
from exchange.workbook.streams.columns import Column, Options, Row
from exchange.workbook.streams.sink import Sink

MOST_ROWS = 1_048_576  # of a sheet, the header among them
MOST_BYTES = 1_900_000_000
_LEVEL = 1  # of deflate: a third larger than the usual, at half the time


class _Entry(Protocol):
    def write(self, data: bytes, /) -> int: ...

    def close(self) -> None: ...


def stream_xlsx(
    columns: tuple[Column, ...], blocks: Iterator[list[Row]], options: Options, *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES
) -> Iterator[bytes]:
    """The sheets first, as the rows come; what lists them last."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as book:
        _put(book, "_rels/.rels", parts.ROOT_RELATIONS)
        _put(book, "xl/styles.xml", parts.STYLES)
        writer = _Book(book, columns, options, most_rows, most_bytes)
        try:
            for block in blocks:
                for _piece in writer.add(block):
                    yield sink.take()
        finally:  # a reader that goes away in the middle leaves no sheet open, which the archive would complain of
            sheets = writer.finish()
        _put(book, "xl/workbook.xml", parts.workbook(sheets))
        _put(book, "xl/_rels/workbook.xml.rels", parts.workbook_relations(len(sheets)))
        _put(book, "[Content_Types].xml", parts.content_types(len(sheets)))
    yield sink.take()


def _put(book: zipfile.ZipFile, name: str, text: str) -> None:
    with book.open(name, "w") as entry:  # the day of the entry is the format's own: the same rows give the same bytes
        entry.write(text.encode())


class _Book:
    """The sheets of a workbook, one after another."""

    def __init__(self, book: zipfile.ZipFile, columns: Sequence[Column], options: Options, most_rows: int, most_bytes: int) -> None:
        self._book, self._columns, self._title = book, [column.for_people for column in columns], options.title
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._cells: list[Cells] = [cells_of(column, index, options) for index, column in enumerate(columns)]
        self._sheets: list[parts.Sheet] = []
        self._open()

    def _open(self) -> None:
        number = len(self._sheets) + 1
        self._entry: _Entry = self._book.open(f"xl/worksheets/sheet{number}.xml", "w")
        self._last, self._size = 1, 0
        self._write(_beginning(self._columns, selected=number == 1))

    def _write(self, text: str) -> None:
        data = text.encode()
        self._size += len(data)
        self._entry.write(data)

    def add(self, block: list[Row]) -> Iterator[None]:
        """Write a block, in as many sheets as it needs; steps after each piece."""
        while block:
            if self._last >= self._most_rows or self._size >= self._most_bytes:
                self._close()
                self._open()
            room = self._most_rows - self._last
            self._write(self._rows(block[:room] if room < len(block) else block))
            block = block[room:]
            yield

    def _rows(self, block: list[Row]) -> str:
        first = self._last + 1
        self._last += len(block)
        made = [cells(first, values) for cells, values in zip(self._cells, zip(*block, strict=True), strict=True)]
        return "".join([f'<row r="{number}">{"".join(row)}</row>' for number, row in enumerate(zip(*made, strict=True), first)])

    def _close(self) -> None:
        right = letters(len(self._columns) - 1)
        self._write(_end(self._columns, right, self._last))
        self._entry.close()
        self._sheets.append(parts.Sheet(parts.sheet_name(self._title, len(self._sheets) + 1), f"$A$1:${right}${self._last}"))

    def finish(self) -> list[parts.Sheet]:
        self._close()
        return self._sheets


def _beginning(columns: Sequence[Column], *, selected: bool) -> str:
    """All that stands before the rows, and the header row."""
    widths = "".join(f'<col min="{at}" max="{at}" width="{column.sheet_width}" customWidth="1"/>' for at, column in enumerate(columns, start=1))
    view = ' tabSelected="1"' if selected else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{parts.MAIN}"><sheetViews><sheetView{view} workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews>'
        f'<cols>{widths}</cols><sheetData><row r="1" ht="30" customHeight="1">{header_cells(column.title for column in columns)}</row>'
    )


def _end(columns: Sequence[Column], right: str, last: int) -> str:
    """The filter, and that text of digits is meant to be text: no green corner on every code."""
    texts: list[Any] = [f"{letters(at)}2:{letters(at)}{last}" for at, column in enumerate(columns) if column.kind.is_text and last > 1]
    ignored = f'<ignoredErrors><ignoredError sqref="{" ".join(texts)}" numberStoredAsText="1"/></ignoredErrors>' if texts else ""
    return f'</sheetData><autoFilter ref="A1:{right}{last}"/>{ignored}</worksheet>'

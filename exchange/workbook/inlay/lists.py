"""The two sheets of our own as markup: the list of findings, and the record of what covered the marked cells before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exchange.workbook.inlay.styles import Former, Styles
from exchange.workbook.inlay.tags import address, attribute_markup, text_markup
from exchange.workbook.notes import FILLS, safe_text

WIDTHS = (8, 20, 20, 24, 60, 48, 8)
_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
_FIRST = 4  # row of the first finding


def findings_sheet(order: Mapping[str, Any], styles: Styles) -> bytes:
    """Every finding on a line, with a link to its cell."""
    title = styles.added(font=b'<font><b/><sz val="14"/><name val="Calibri"/></font>')
    heading = styles.added(font=b'<font><b/><sz val="11"/><name val="Calibri"/></font>', fill=b'rgb="FFE6EEF8"', edged=True)
    plain = styles.added(edged=True, wraps=True)
    link = styles.added(font=b'<font><u/><sz val="11"/><color rgb="FF0563C1"/><name val="Calibri"/></font>', edged=True, wraps=True)
    tones = {severity: styles.added(fill=b'rgb="FF%s"' % fill.encode(), edged=True, wraps=True) for severity, fill in FILLS.items()}
    rows = [_row(1, [order["title"]], [title]), _row(2, [order["summary"]], [0]), _row(3, order["headings"], [heading] * len(order["headings"]))]
    links = []
    for number, (severity, place, values) in enumerate(order["lines"], start=_FIRST):
        drawn = [tones.get(severity, plain), link if place else plain, *([plain] * (len(values) - 2))]
        rows.append(_row(number, values, drawn))
        if place:
            links.append(b'<hyperlink ref="B%d" location=%s/>' % (number, attribute_markup(place)))
    last = max(len(order["lines"]) + _FIRST - 1, _FIRST)
    columns = b"".join(b'<col min="%d" max="%d" width="%d" customWidth="1"/>' % (at, at, width) for at, width in enumerate(WIDTHS, start=1))
    edge = address(last, max(len(order["headings"]), 1))
    return b"".join(
        (
            _HEAD,
            b'<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>',
            b'<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="3" topLeftCell="A4" activePane="bottomLeft" state="frozen"/>',
            b'<selection pane="bottomLeft" activeCell="A4" sqref="A4"/></sheetView></sheetViews><cols>',
            columns,
            b"</cols><sheetData>",
            *rows,
            b'</sheetData><autoFilter ref="A3:' + edge + b'"/>',
            b"<hyperlinks>" + b"".join(links) + b"</hyperlinks>" if links else b"",
            b'<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>',
            b'<pageSetup orientation="landscape" fitToHeight="0"/></worksheet>',
        )
    )


def record_sheet(record: Iterable[tuple[str, bytes, Former]]) -> bytes:
    """Sheet, cell and former fill of each marked cell."""
    rows = (_row(number, [sheet, cell.decode(), *former], [0] * 5) for number, (sheet, cell, former) in enumerate(record, start=1))
    return _HEAD + b"<sheetData>" + b"".join(rows) + b"</sheetData></worksheet>"


def _row(number: int, values: Sequence[Any], styles: Sequence[int]) -> bytes:
    cells = (_cell(address(number, column), value, style) for column, (value, style) in enumerate(zip(values, styles, strict=True), start=1))
    return b'<row r="%d">' % number + b"".join(cells) + b"</row>"


def _cell(name: bytes, value: Any, style: int) -> bytes:
    """A text stays a text, whatever it begins with."""
    if isinstance(value, int | float):
        return b'<c r="%s" s="%d"><v>%s</v></c>' % (name, style, repr(value).encode())
    return b'<c r="%s" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (name, style, text_markup(safe_text(str(value))))

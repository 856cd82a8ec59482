"""Puts saved results back beside the formulas of a workbook that openpyxl wrote, which keeps only the formulas.

Without them a file that nobody opened in Excel in between would come back full of formulas never calculated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.datetime import to_excel

# As openpyxl writes a formula cell: the style if any, no type, no value.
_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"((?: s="[0-9]+")?)>(<f\b[^>]*>.*?</f>|<f\b[^>]*/>)<v\s*/?>(?:</v>)?</c>', re.DOTALL)
_ERROR = re.compile(r"#(?:REF!|DIV/0!|N/A|VALUE!|NAME\?|NUM!|NULL!)")

Results = Mapping[str, Mapping[str, Any]]


def results_of(data: bytes, titles: Iterable[str]) -> Results:
    """Title → cell → what the program that saved the file had worked out, for the sheets named."""
    book = load_workbook(BytesIO(data), data_only=True)
    return {
        title: {cell.coordinate: cell.value for row in book[title].iter_rows() for cell in row if cell.value is not None}
        for title in titles
        if title in book.sheetnames
    }


def with_results(saved: bytes, order: list[str], results: Results) -> bytes:
    """The saved workbook with results; `order` is the titles of its worksheets as they stand in it."""
    out = BytesIO()
    parts = {f"xl/worksheets/sheet{number}.xml": title for number, title in enumerate(order, start=1)}
    with ZipFile(BytesIO(saved)) as source, ZipFile(out, "w", ZIP_DEFLATED) as made:
        for item in source.infolist():
            content = source.read(item)
            own = results.get(parts.get(item.filename, ""))
            made.writestr(item.filename, _filled(content, own) if own else content)
    return out.getvalue()


def _filled(content: bytes, own: Mapping[str, Any]) -> bytes:
    def fill(found: re.Match[bytes]) -> bytes:
        value = own.get(found[1].decode("ascii"))
        if value is None:
            return found[0]
        kind, text = _as_markup(value)
        return b'<c r="%s"%s%s>%s<v>%s</v></c>' % (found[1], found[2], kind, found[3], text)

    return _FORMULA.sub(fill, content)


def _as_markup(value: Any) -> tuple[bytes, bytes]:
    """The type attribute and the text of a result."""
    if isinstance(value, bool):
        return b' t="b"', b"1" if value else b"0"
    if isinstance(value, int | float):
        return b"", repr(value).encode("ascii")
    if isinstance(value, datetime | date | time | timedelta):
        return b"", repr(to_excel(value)).encode("ascii")
    text = str(value)
    return b' t="e"' if _ERROR.fullmatch(text) else b' t="str"', escape(text).encode("utf-8", "replace")

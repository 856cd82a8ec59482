"""The child that marks faults in a copy of a workbook whose parts are unusual (see `inlay`): read and written anew by openpyxl.

Runs under the limits of `child`, and only on files that were read in full before: no macros, no declarations, no bombs. What openpyxl does
not carry over is said on the first sheet.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.drawing.image import PILImage  # False where the server has no picture library
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.colors import Color
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from exchange.workbook.child import confine
from exchange.workbook.limits import Limits
from exchange.workbook.notes import FILLS, LONGEST_NOTE, SIGN, joined_note, old_note, safe_text
from exchange.workbook.orders import parted
from exchange.workbook.results import results_of, with_results

RECORD_SHEET = "_marks"  # which colour each marked cell had before, so that the next copy can give it back
_WIDTHS = (8, 20, 20, 24, 60, 48, 8)
_LOST = ((b"sparklineGroup", "worksheets/", "迷你图"), (b"<xdr:sp", "drawings/", "文本框和形状"), (b"", "threadedcomments/", "讨论式批注"))


def mark(data: bytes, order: Mapping[str, Any]) -> bytes:
    """A copy of the workbook with the marks of the order."""
    book = load_workbook(BytesIO(data), rich_text=True)
    calculated = [sheet.title for sheet in book.worksheets if any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)]
    results = results_of(data, calculated) if calculated else {}
    _clean(book, order["title"])
    sheets = {sheet.title.strip(): sheet for sheet in book.worksheets}
    record: list[list[Any]] = []
    for name, marks in order["marks"].items():
        sheet = sheets.get(name.strip())
        if sheet is not None:
            _mark_sheet(sheet, marks, record)
    _write_list(book, order, _lost(data))
    _write_record(book, record)
    out = BytesIO()
    book.save(out)
    return with_results(out.getvalue(), [sheet.title for sheet in book.worksheets], results) if results else out.getvalue()


def _lost(data: bytes) -> list[str]:
    """What openpyxl does not carry over, in words."""
    found: list[str] = []
    with ZipFile(BytesIO(data)) as archive:
        for name in archive.namelist():
            for needle, folder, words in _LOST:
                if folder in name.lower() and name.endswith(".xml") and words not in found and needle in archive.read(name):
                    found.append(words)
        if not PILImage and any(name.startswith("xl/media/") for name in archive.namelist()):
            found.append("图片")
    return found


def _clean(book: Any, title: str) -> None:
    """Take off what an earlier copy had put on: its list, its notes and its colours."""
    former: dict[tuple[str, str], list[Any]] = {}
    for sheet in list(book.worksheets):
        if sheet.title == RECORD_SHEET:
            former = {(str(row[0]), str(row[1])): list(row[2:]) for row in sheet.iter_rows(values_only=True) if len(row) >= 5 and row[0]}
            book.remove(sheet)
        elif sheet["A1"].value == title:
            book.remove(sheet)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.text.startswith(SIGN):
                    own = old_note(cell.comment.text)
                    cell.comment = _note(own) if own else None
                    if cell.fill.fgColor.rgb in {_colour(severity) for severity in FILLS}:
                        cell.fill = _fill_again(former.get((sheet.title, cell.coordinate)))


def _colour(severity: str) -> str:
    return f"FF{FILLS[severity]}"


def _fill_again(kept: Sequence[Any] | None) -> PatternFill:
    if not kept or kept[0] != "solid":
        return PatternFill()
    kind, value, tint = kept[0], str(kept[1]), float(kept[2] or 0)
    colour = Color(theme=int(value[6:]), tint=tint) if value.startswith("theme:") else Color(rgb=value)
    return PatternFill(kind, fgColor=colour)


def _mark_sheet(sheet: Any, marks: Iterable[Sequence[Any]], record: list[list[Any]]) -> None:
    seen: dict[str, str] = {}
    for row, column, severity, text in marks:
        cell = _anchor(sheet, row, column)
        if cell.coordinate not in seen:  # the worst comes first and gives the colour
            seen[cell.coordinate] = severity
            record.append([sheet.title, cell.coordinate, *_kept_fill(cell)])
            cell.fill = PatternFill("solid", fgColor=_colour(severity))
        cell.comment = _note(joined_note(cell.comment.text if cell.comment is not None else "", text))


def _anchor(sheet: Any, row: int, column: int) -> Any:
    """The cell, or the corner of the merged block that covers it."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        block = next(one for one in sheet.merged_cells.ranges if cell.coordinate in one)
        return sheet.cell(block.min_row, block.min_col)
    return cell


def _kept_fill(cell: Any) -> list[Any]:
    fill, colour = cell.fill, cell.fill.fgColor
    if fill.fill_type != "solid":
        return ["", "", 0]
    if colour.type == "theme":
        return ["solid", f"theme:{colour.theme}", colour.tint]
    return ["solid", colour.rgb if isinstance(colour.rgb, str) else "00000000", 0]


def _note(text: str) -> Comment:
    note = Comment(safe_text(text)[:LONGEST_NOTE], "检查")
    note.width, note.height = 320, min(60 + 16 * (len(text) // 22 + text.count("\n") + 1), 400)
    return note


def _write_list(book: Any, order: Mapping[str, Any], lost: Sequence[str]) -> None:
    """The first sheet: every finding with a link to its cell."""
    sheet = book.create_sheet(_free_title(book, order["name"]), 0)
    _put(sheet.cell(1, 1), order["title"]).font = Font(bold=True, size=14)
    told = order["summary"] + (f"原文件中的{'、'.join(lost)}无法在标注时保留，请以原文件为准。" if lost else "")
    _put(sheet.cell(2, 1), told)
    thin = Side(style="thin", color="FFBFBFBF")
    edge = Border(left=thin, right=thin, top=thin, bottom=thin)
    for column, heading in enumerate(order["headings"], start=1):
        cell = _put(sheet.cell(3, column), heading)
        cell.font, cell.fill, cell.border = Font(bold=True), PatternFill("solid", fgColor="FFE6EEF8"), edge
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS[column - 1]
    for row, (severity, link, values) in enumerate(order["lines"], start=4):
        for column, value in enumerate(values, start=1):
            cell = _put(sheet.cell(row, column), value)
            cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), edge
        if severity in FILLS:
            sheet.cell(row, 1).fill = PatternFill("solid", fgColor=_colour(severity))
        if link:
            place = sheet.cell(row, 2)
            place.hyperlink = Hyperlink(ref=place.coordinate, location=link)
            place.font = Font(color="FF0563C1", underline="single")
    sheet.freeze_panes = "A4"
    sheet.auto_filter.ref = f"A3:{get_column_letter(len(order['headings']))}{max(len(order['lines']) + 3, 4)}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for other in book.worksheets:  # two chosen sheets would be edited together
        other.sheet_view.tabSelected = other is sheet
    book.active = 0


def _free_title(book: Any, wanted: str) -> str:
    taken = {name.casefold() for name in book.sheetnames}
    return next(name for name in (wanted, *(f"{wanted}{number}" for number in range(2, 600))) if name.casefold() not in taken)


def _write_record(book: Any, record: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(RECORD_SHEET)
    for row, values in enumerate(record, start=1):
        for column, value in enumerate(values, start=1):
            _put(sheet.cell(row, column), value)
    sheet.sheet_state = "veryHidden"


def _put(cell: Any, value: Any) -> Any:
    """A text stays a text, whatever it begins with."""
    if isinstance(value, str):
        cell.value = safe_text(value)
        cell.data_type = "s"
    else:
        cell.value = value
    return cell


def main() -> None:
    given = sys.stdin.buffer.read()
    confine(Limits.from_words(sys.argv[1:]), len(given))
    order, data = parted(given)
    sys.stdout.buffer.write(mark(data, order))

"""First reader: openpyxl and calamine, in this process."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from exchange.raw import (
    CellError,
    Merge,
    OverlongText,
    RawBook,
    RawSheet,
    RawValue,
    Refusal,
    SheetState,
    Uncached,
)
from exchange.workbook.limits import Limits

STATES = {
    "visible": SheetState.VISIBLE,
    "hidden": SheetState.HIDDEN,
    "veryHidden": SheetState.VERY_HIDDEN,
}


def _damaged() -> Refusal:
    return Refusal(
        "damaged",
        "文件不完整或已损坏，请在 Excel 中打开并另存为 .xlsx 后重新上传。",
        "The file is damaged; open it in Excel and save it again.",
    )


def parse(content: bytes, filename: str, limits: Limits) -> RawBook:
    if not content:
        raise Refusal(
            "empty",
            "文件是空的，请检查后重新上传。",
            "The file is empty; check it and upload it again.",
        )
    try:
        return _parse(content, filename)
    except Refusal:
        raise
    except Exception as error:
        raise _damaged() from error


def _parse(content: bytes, filename: str) -> RawBook:
    if content.startswith(b"PK\x03\x04"):
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        if "content.xml" in names:
            return _calamine(content, filename, "ods")
        if "xl/workbook.bin" in names:
            return _calamine(content, filename, "xlsb")
        return _xlsx(content, filename)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _calamine(content, filename, "xls")
    return _csv(content, filename)


def _xlsx(content: bytes, filename: str) -> RawBook:
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(content))
    sheets = [_sheet(values[name], formulas[name]) for name in values.sheetnames if isinstance(values[name], Worksheet)]
    return RawBook(filename, "xlsx", sheets)


def _sheet(sheet: Worksheet, formulas: Worksheet) -> RawSheet:
    percent, comments, rows = set(), {}, []
    for row in sheet.iter_rows(min_row=1, min_col=1):
        out: list[RawValue] = []
        for cell in row:
            value = cell.value
            if cell.data_type == "e":
                value = CellError(str(value))
            elif value is None and formulas.cell(cell.row, cell.column).data_type == "f":
                value = Uncached.FORMULA
            elif isinstance(value, str) and len(value) > 32767:
                value = OverlongText(value[:200], len(value))
            if isinstance(value, int | float) and "%" in cell.number_format:
                percent.add((cell.row, cell.column))
            if getattr(cell, "comment", None):
                comments[cell.row, cell.column] = cell.comment.text
            out.append(value)
        rows.append(out)
    return RawSheet(
        sheet.title,
        rows,
        STATES[sheet.sheet_state],
        [Merge(m.min_row, m.min_col, m.max_row, m.max_col) for m in sheet.merged_cells.ranges],
        frozenset(n for n, d in sheet.row_dimensions.items() if d.hidden),
        frozenset(n for d in sheet.column_dimensions.values() if d.hidden for n in range(d.min, d.max + 1)),
        frozenset(percent),
        comments,
    )


def _calamine(content: bytes, filename: str, kind: str) -> RawBook:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = []
    for meta in book.sheets_metadata:
        sheet = book.get_sheet_by_name(meta.name)
        state = {"Visible": SheetState.VISIBLE, "Hidden": SheetState.HIDDEN}.get(str(meta.visible).split(".")[-1], SheetState.VERY_HIDDEN)
        rows = [[_plain(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
        merges = [Merge(a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1) for a, b in sheet.merged_cell_ranges or ()]
        sheets.append(RawSheet(meta.name, rows, state, merges))
    return RawBook(filename, kind, sheets)


def _plain(value: object) -> RawValue:
    if value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, str | int | float | bool | date | datetime | time):
        return value
    return None


def _csv(content: bytes, filename: str) -> RawBook:
    text = _text(content)
    csv.field_size_limit(200_000)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows = [[cell or None for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    return RawBook(filename, "csv", [RawSheet(None, rows)])


def _text(content: bytes) -> str:
    for codec in (
        "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig",
        "gb18030",
    ):
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    raise _damaged()

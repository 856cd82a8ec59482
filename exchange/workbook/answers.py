"""From the child's plain header to a `RawBook`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, BinaryIO

from exchange.raw import CellRuns, Merge, RawBook, RawSheet, RawValue, SheetState
from exchange.workbook.spool import read_rows

_NAMES: Mapping[str, frozenset[str]] = {
    "xlsx": frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"}),
    "xlsb": frozenset({".xlsb"}),
    "xls": frozenset({".xls", ".xlt", ".et", ".ett"}),
    "ods": frozenset({".ods", ".ots"}),
    "csv": frozenset({".csv", ".txt", ".tsv"}),
}

# What a format is called where a file's name says another, and how such a file is named.
_CALLED = {
    "xlsx": ("Excel 工作簿", "an Excel workbook", ".xlsx"),
    "xlsb": ("Excel 二进制工作簿", "a binary Excel workbook", ".xlsb"),
    "xls": ("旧版 Excel 工作簿", "an old Excel workbook", ".xls"),
    "ods": ("OpenDocument 表格", "an OpenDocument sheet", ".ods"),
    "csv": ("逗号分隔的文本（CSV）", "delimited text (CSV)", ".csv"),
}


class _Rows:
    """The rows of one sheet, read from the spool each time they are walked."""

    def __init__(self, spool: BinaryIO, places: Sequence[tuple[int, int]]) -> None:
        self._spool = spool
        self._places = places

    def __iter__(self) -> Iterator[Sequence[RawValue]]:
        return read_rows(self._spool, self._places)


def book_of(header: Mapping[str, Any], spool: BinaryIO, filename: str) -> RawBook:
    """The book the header describes."""
    form = header["format"]
    remarks = list(header["remarks"])
    if PurePath(filename).suffix.lower() not in _NAMES[form]:
        zh, en, right = _CALLED[form]
        suffix = PurePath(filename).suffix.lower()
        remarks.insert(0, ("renamed_format", {"format": form, "suffix": suffix or "—", "what_zh": zh, "what_en": en, "right": right}))
    return RawBook(filename, form, [_sheet(plain, spool) for plain in header["sheets"]], remarks)


def _sheet(plain: Mapping[str, Any], spool: BinaryIO) -> RawSheet:
    return RawSheet(
        name=plain["name"],
        rows=_Rows(spool, plain["frames"]),
        state=SheetState(plain["state"]),
        merges=[Merge(*corners) for corners in plain["merges"]],
        hidden_rows=_numbers(plain["hidden_rows"]),
        hidden_columns=_numbers(plain["hidden_columns"]),
        percent_cells=CellRuns(plain["percent"]),
        comments=plain["comments"],
        stray_cells=plain["stray"],
    )


def _numbers(runs: Sequence[tuple[int, int]]) -> frozenset[int]:
    return frozenset(number for first, last in runs for number in range(first, last + 1))

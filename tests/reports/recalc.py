"""Works the formulas of a printed workbook out again, by the rules of spreadsheets: the little that our tables use."""

from __future__ import annotations

import ast
import operator
import re
from io import BytesIO
from typing import Any

import openpyxl

_SIGNS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_SUM = re.compile(r"^(SUM|SUBTOTAL)\((?:9,)?([A-Z]+)(\d+):([A-Z]+)(\d+)\)$")


def recalculated(content: bytes) -> dict[tuple[str, str], tuple[Any, float]]:
    """(sheet, cell) → the value written beside the formula, and what the formula comes to."""
    written = openpyxl.load_workbook(BytesIO(content), data_only=True)
    book = openpyxl.load_workbook(BytesIO(content))
    found = {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    found[sheet.title, cell.coordinate] = (written[sheet.title][cell.coordinate].value, value_of(sheet, cell.coordinate))
    return found


def value_of(sheet: Any, place: str) -> float:
    """What a cell comes to, from what it points to and never from what is written beside it."""
    held = sheet[place].value
    if not (isinstance(held, str) and held.startswith("=")):
        return held
    text = held.removeprefix("=")
    summed = _SUM.match(text)
    if summed:
        name, column, first, other, last = summed.groups()
        assert column == other
        return sum(_parts(sheet, column, int(first), int(last), nested=name == "SUBTOTAL"))
    return _reckoned(sheet, ast.parse(text, mode="eval").body)


def _parts(sheet: Any, column: str, first: int, last: int, *, nested: bool) -> list[float]:
    """Numbers of a column; a subtotal leaves the subtotals among them out, and text counts for nothing."""
    values = []
    for row in range(first, last + 1):
        held = sheet[f"{column}{row}"].value
        if nested and isinstance(held, str) and held.startswith("=SUBTOTAL("):
            continue
        value = value_of(sheet, f"{column}{row}")
        if isinstance(value, (int, float)):
            values.append(value)
    return values


def _reckoned(sheet: Any, node: Any) -> float:
    if isinstance(node, ast.BinOp):
        return _SIGNS[type(node.op)](_reckoned(sheet, node.left), _reckoned(sheet, node.right))
    return value_of(sheet, node.id) if isinstance(node, ast.Name) else node.value

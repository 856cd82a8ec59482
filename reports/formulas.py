"""Which cells of a printed table a spreadsheet works out by itself: sums down a column, rates across a row. Pure.

A reader who changes a number expects the total to follow. But a formula is written only where it gives the very figure that the table
holds, to the last digit: a whole in which a project on two lists counts once is not the sum of its rows, and stays a number.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import Any

from reports.tables import Column, Kind, Level, Row, Table, make_cell

_SUMMED = frozenset({Kind.COUNT, Kind.WAN, Kind.YI, Kind.EXACT})
_SAME = Decimal(1).scaleb(-15)  # a rate was divided to 28 digits
_SIGNS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
Formulas = Mapping[tuple[int, str], str]
Numbers = Mapping[str, Decimal]


def formulas(table: Table, first_row: int) -> Formulas:
    """The formulas by row of the table and column key, for a sheet whose rows begin at `first_row` (counted from 0)."""
    numbers = [_numbers(table, row) for row in table.rows]
    letters = {column.key: column_letters(at) for at, column in enumerate(table.columns)}
    found: dict[tuple[int, str], str] = {}
    for column in table.columns:
        if column.kind in _SUMMED:
            found |= _sums(table.rows, numbers, column.key, letters[column.key], first_row)
    for at, row in enumerate(numbers):
        for column in table.columns:
            if column.formula and column.key in row and _gives(column, row):
                found[at, column.key] = column.formula.format(**{key: f"{name}{first_row + at + 1}" for key, name in letters.items()})
    return found


def column_letters(at: int) -> str:
    """A column's name: A, Z, AA."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _numbers(table: Table, row: Row) -> Numbers:
    """What the sheet holds in a row, in the units it prints."""
    cells = (make_cell(column, row.values.get(column.key)) for column in table.columns)
    return {cell.column.key: Decimal(cell.number) for cell in cells if cell.number is not None}


# --- Down a column -----------------------------------------------------------------------------------------------------------------


def _sums(rows: Sequence[Row], numbers: Sequence[Numbers], key: str, letter: str, first_row: int) -> dict[tuple[int, str], str]:
    """The whole and its parts. Where there are parts all are subtotals, which a subtotal above them does not count again."""
    parts = [at for at, row in enumerate(rows) if row.level is Level.PART]
    found: dict[tuple[int, str], str] = {}
    for at, until in pairwise([*parts, len(rows)]):
        if _adds_up(numbers, at, range(at + 1, until), key):
            found[at, key] = f"SUBTOTAL(9,{_block(letter, first_row, at + 1, until)})"
    told = [at for at in parts if key in numbers[at]]
    total = next((at for at, row in enumerate(rows) if row.level is Level.TOTAL), None)
    if total is None or not all((at, key) in found for at in told):
        return found
    below = [at for at in range(total + 1, len(rows)) if at not in parts]
    if _adds_up(numbers, total, below, key):
        sign = "SUBTOTAL(9," if parts else "SUM("
        found[total, key] = f"{sign}{_block(letter, first_row, total + 1, len(rows))})"
    return found


def _adds_up(numbers: Sequence[Numbers], at: int, below: Sequence[int], key: str) -> bool:
    added = [numbers[place][key] for place in below if key in numbers[place]]
    return bool(added) and key in numbers[at] and sum(added, Decimal(0)) == numbers[at][key]


def _block(letter: str, first_row: int, start: int, until: int) -> str:
    return f"{letter}{first_row + start + 1}:{letter}{first_row + until}"


# --- Across a row ------------------------------------------------------------------------------------------------------------------


def _gives(column: Column, row: Numbers) -> bool:
    """Whether the row has all that the formula asks, and it comes to the figure."""
    with localcontext(prec=50):
        try:
            return abs(_worked_out(ast.parse(column.formula.replace("{", "").replace("}", ""), mode="eval").body, row) - row[column.key]) < _SAME
        except (KeyError, ZeroDivisionError, ArithmeticError):
            return False


def _worked_out(node: Any, row: Numbers) -> Decimal:
    if isinstance(node, ast.BinOp):
        return Decimal(_SIGNS[type(node.op)](_worked_out(node.left, row), _worked_out(node.right, row)))
    return row[node.id] if isinstance(node, ast.Name) else Decimal(node.value)

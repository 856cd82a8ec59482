"""A table as plain data for JSON: exact values as text, beside what is printed. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reports.tables import Cell, Row, Table


def table_document(table: Table) -> dict[str, Any]:
    """The document that `city_table --format json` prints. Money is 万元, rates are ratios; null is "not known"."""
    return {
        "report": table.name,
        "title": table.title,
        "unit": table.unit_line,
        "lead": table.lead,
        "moment": table.moment,
        "columns": [{"key": column.key, "title": column.title, "group": column.group, "kind": column.kind.value} for column in table.columns],
        "rows": [_row(table, row) for row in table.rows],
        "notes": list(table.notes),
    }


def _row(table: Table, row: Row) -> dict[str, Any]:
    cells = table.cells(row)
    return {
        "label": row.label,
        "level": row.level.value,
        **({"keys": dict(row.keys)} if row.keys else {}),
        "values": {cell.column.key: _value(cell) for cell in cells},
        "texts": {cell.column.key: cell.text for cell in cells},
    }


def _value(cell: Cell) -> str | int | None:
    """Decimals as text, because a JSON number is a float to most readers."""
    return format(cell.value, "f") if isinstance(cell.value, Decimal) else cell.value

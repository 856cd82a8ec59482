"""openpyxl plays Excel: opens a template, fills cells by project and heading, and saves it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from exchange.layout import FIRST_ROW, HEADING_ROW


class Excel:
    """A workbook in somebody's hands."""

    def __init__(self, content: bytes, sheet: str | None = None) -> None:
        self.book = load_workbook(BytesIO(content))
        self.sheet = self.book[sheet] if sheet else self.book.worksheets[0]
        self.columns = {cell.value: cell.column for cell in self.sheet[HEADING_ROW] if cell.value}

    @property
    def rows(self) -> dict[str, int]:
        """Project name → its row."""
        name = self.columns["项目名称"]
        numbers = range(FIRST_ROW, self.sheet.max_row + 1)
        return {value: row for row in numbers if (value := self.sheet.cell(row, name).value)}

    def cell(self, project: str, heading: str) -> Any:
        column = next(index for words, index in self.columns.items() if words.split("（")[0] == heading)
        return self.sheet.cell(self.rows[project], column)

    def put(self, project: str, **values: Any) -> Excel:
        for heading, value in values.items():
            self.cell(project, heading).value = value
        return self

    def saved(self) -> bytes:
        out = BytesIO()
        self.book.save(out)
        return out.getvalue()

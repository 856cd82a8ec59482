"""A table as aligned text for the terminal; a Chinese character takes two places. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from reports.tables import Column, Table

_GAP = "  "


def table_text(table: Table) -> str:
    """Title, what the table says, headings, rows and notes, each column as wide as its widest cell."""
    headings = _heading_lines(table)
    body = [[cell.text for cell in table.cells(row)] for row in table.rows]
    widths = [max(text_width(line[at]) for line in (*headings, *body)) for at in range(len(table.columns))]
    full = sum(widths) + len(_GAP) * (len(widths) - 1)
    rule = "─" * full
    lines = [
        centre(table.title, full),
        *([table.lead] if table.lead else []),
        pad(table.moment, full - text_width(table.unit_line)) + table.unit_line,
        rule,
        *(_line(heading, widths, table.columns) for heading in headings),
        rule,
    ]
    for row, cells in zip(table.rows, body, strict=True):
        lines.append(_line(cells, widths, table.columns))
        if row is table.total:
            lines.append(rule)
    lines.append(rule)
    lines += [f"{number}. {note}" for number, note in enumerate(table.notes, start=1)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _heading_lines(table: Table) -> list[list[str]]:
    """One line of headings; a group's name stands above its first column."""
    titles = [column.title for column in table.columns]
    if table.heading_rows == 1:
        return [titles]
    above = [""] * len(titles)
    for heading in table.headings():
        if heading.row == 0 and heading.rows == 1:
            above[heading.column] = heading.text
    return [above, titles]


def _line(texts: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> str:
    return _GAP.join(pad(text, width, right=column.kind.is_number) for text, width, column in zip(texts, widths, columns, strict=True))


def text_width(text: str) -> int:
    """Places that a text takes in a terminal: two for wide and full-width characters, none for combining ones."""
    return sum(0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Fill up with spaces, before the text where it stands right."""
    space = " " * max(width - text_width(text), 0)
    return space + text if right else text + space


def centre(text: str, width: int) -> str:
    return " " * max((width - text_width(text)) // 2, 0) + text

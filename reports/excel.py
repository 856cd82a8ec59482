"""A table as a workbook in print form: title, unit line, merged headings, the whole first, notes, page numbers.

Fonts are named, not embedded: 方正小标宋简体 for the title, 黑体 for headings, 仿宋_GB2312 for the body. Each carries the GB 2312 character
set and its family, so that a machine without them takes its own 宋体-like font. Text is always written as text: what begins with
`=`, `+`, `-` or `@` in a project's name can never become a formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from accounts.words import about
from reports.formulas import formulas
from reports.sheet_charts import Chart, chart_object
from reports.tables import Cell, Column, Kind, Level, Row, Table
from reports.text import text_width

A3, A4 = 8, 9  # paper numbers of the format
_MARGIN_INCHES = 0.55
_LINE = 15
_READABLE = 40  # rows that an A4 page in landscape can hold and be read
_GB2312 = 134  # character set
_ROMAN = 1  # family: serif
TITLE_FONT, HEADING_FONT, BODY_FONT = "方正小标宋简体", "黑体", "仿宋_GB2312"
_INVALID_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))


@dataclass(frozen=True, slots=True)
class Print:
    """A table to print: on which paper, under which sheet name, and with which words in the footer."""

    table: Table
    sheet: str
    paper: int = A4
    frozen_columns: int = 1
    page_words: str = "第&P页 共&N页"
    on_one_page: bool = False  # the whole table, where it is short enough to be read so
    works: bool = False  # whether sums and rates are formulas that follow what a reader changes
    chart: Chart | None = None
    answers: bool = False  # whether its rows but a project's are questions, whose figures a measure stands behind
    links: Mapping[str, str] = field(default_factory=dict)  # the row's key with the address that a column's cells open

    @property
    def first_heading(self) -> int:
        """The sheet's row, counted from 0, in which the headings begin."""
        return 3 if self.table.lead else 2

    @property
    def first_row(self) -> int:
        """The sheet's row, counted from 0, that the table's first row stands in."""
        return self.first_heading + self.table.heading_rows


def workbook_bytes(prints: Sequence[Print], made_at: datetime | None = None) -> bytes:
    """Draw each table on a sheet of its own. With a moment, which the file then says it was made at, the same tables are the same bytes."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    if made_at is not None:
        book.set_properties({"created": made_at})
    styles = Styles(book)
    for wanted in prints:
        sheet = Sheet(book.add_worksheet(sheet_name(wanted.sheet)), wanted, styles)
        sheet.draw()
        if wanted.chart is not None:
            sheet.draw_chart(book, wanted.chart)
    book.close()
    return stream.getvalue()


def sheet_name(text: str) -> str:
    """A name that Excel accepts: 31 characters, without its seven reserved signs."""
    return text.translate(_INVALID_IN_NAMES)[:31] or "Sheet1"


class Styles:
    """Cell formats, each made once a workbook."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **wanted: Any) -> Any:
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_charset": _GB2312, "font_family": _ROMAN, "valign": "vcenter", **wanted})
        return self._made[key]

    def title(self) -> Any:
        return self.get(font_name=TITLE_FONT, font_size=22, align="center")

    def small(self, align: str = "left") -> Any:
        return self.get(font_name=BODY_FONT, font_size=10.5, align=align)

    def note(self) -> Any:
        return self.get(font_name=BODY_FONT, font_size=10.5, align="left", text_wrap=True)

    def heading(self) -> Any:
        return self.get(font_name=HEADING_FONT, font_size=11, align="center", border=1, text_wrap=True)

    def cell(self, cell: Cell, level: Level, *, is_link: bool = False) -> Any:
        column = cell.column
        look: dict[str, Any] = {"font_name": BODY_FONT, "font_size": 11, "border": 1}
        if column.kind.is_number:
            look["align"] = "center" if column.kind in {Kind.RANK, Kind.MOVE} else "right"
            look["num_format"] = number_format(column, approx=cell.approx)
        else:
            look |= {"align": "left", "text_wrap": True, "num_format": "@"}
        if is_link:
            look |= {"font_color": "#1F4E9E", "underline": 1}
        if level is not Level.ROW:
            look |= {"bold": True, "bg_color": "#EDF1F7" if level is Level.TOTAL else "#F6F8FB"}
        return self.get(**look)


def number_format(column: Column, *, approx: bool = False) -> str:
    """Excel's way to print the column's numbers; 约 is part of the format, so that the number stays a number."""
    if column.kind in {Kind.COUNT, Kind.RANK}:
        return "0"
    if column.kind is Kind.MOVE:
        return '"↑"0;"↓"0;"＝"'
    if column.kind is Kind.SIGNED:
        return "+General;-General;General"
    if column.kind is Kind.PLAIN:
        return f"{chr(34)}{about()}{chr(34)}General" if approx else "General"
    places = ".00####" if column.kind is Kind.EXACT else "." + "0" * column.places if column.places else ""
    if column.kind is Kind.POINTS:
        return f"+0{places};-0{places};0{places}"
    if column.kind is Kind.PERCENT:
        return f"0{places}"
    return f"{chr(34)}{about()}{chr(34)}#,##0{places}" if approx else f"#,##0{places}"


class Sheet:
    """One table on one sheet, from the top down."""

    def __init__(self, sheet: Any, wanted: Print, styles: Styles) -> None:
        self._sheet = sheet
        self._wanted = wanted
        self._table = wanted.table
        self._styles = styles
        self._last = len(wanted.table.columns) - 1
        self._first_heading, self._first_row = wanted.first_heading, wanted.first_row
        self._formulas = formulas(wanted.table, self._first_row) if wanted.works else {}

    def draw(self) -> None:
        self._page()
        self._above()
        self._headings()
        for place, row in enumerate(self._table.rows):
            self._row(place, row)
        self._below(self._first_row + len(self._table.rows))

    def draw_chart(self, book: Any, chart: Chart) -> None:
        """Under the table, or on a sheet of its own that it fills."""
        places = {column.key: at for at, column in enumerate(self._table.columns)}
        drawn = chart_object(book, chart, places, self._sheet.get_name(), self._first_row)
        if chart.sheet:
            own = book.add_worksheet(sheet_name(chart.sheet))
            self._paper(own, A4, 1)
            own.set_default_row(_LINE)  # else every program takes its own, and the chart is as high as they make it
            drawn.set_size({"width": 1060, "height": 690})
            own.insert_chart(0, 0, drawn)
            return
        drawn.set_size({"width": sum(int(column.width * 7 + 5) for column in self._table.columns), "height": 300})
        self._sheet.insert_chart(self._first_row + len(self._table.rows) + len(self._table.notes) + 1, 0, drawn)

    def _paper(self, sheet: Any, paper: int, pages_high: int) -> None:
        sheet.set_paper(paper)
        sheet.set_landscape()
        sheet.fit_to_pages(1, pages_high)
        sheet.center_horizontally()
        sheet.set_margins(_MARGIN_INCHES, _MARGIN_INCHES, _MARGIN_INCHES, _MARGIN_INCHES + 0.2)
        sheet.set_footer(f"&L&9{_footer(self._table.moment)}&C&9{self._wanted.page_words}&R&9{_footer(self._table.unit_line)}")
        sheet.hide_gridlines(2)

    def _page(self) -> None:
        sheet, wanted = self._sheet, self._wanted
        with_chart = wanted.chart is not None and not wanted.chart.sheet
        self._paper(sheet, wanted.paper, 1 if with_chart or (wanted.on_one_page and len(self._table.rows) <= _READABLE) else 0)
        sheet.set_default_row(_LINE)
        sheet.repeat_rows(self._first_heading, self._first_row - 1)
        sheet.freeze_panes(self._first_row, wanted.frozen_columns)
        for at, column in enumerate(self._table.columns):
            sheet.set_column(at, at, column.width)

    def _above(self) -> None:
        self._across(0, self._table.title, self._styles.title(), 36)
        at = 1
        if self._table.lead:
            self._across(at, self._table.lead, self._styles.note(), self._height(self._table.lead))
            at += 1
        middle = max(self._last // 2, 1)
        self._merge(at, 0, at, middle - 1, self._table.moment, self._styles.small())
        self._merge(at, middle, at, self._last, self._table.unit_line, self._styles.small("right"))
        self._sheet.set_row(at, 18)

    def _headings(self) -> None:
        style = self._styles.heading()
        for heading in self._table.headings():
            top = self._first_heading + heading.row
            self._merge(top, heading.column, top + heading.rows - 1, heading.column + heading.columns - 1, heading.text, style)
        for at in range(self._first_heading, self._first_row):
            self._sheet.set_row(at, 24)

    def _row(self, place: int, row: Row) -> None:
        at, lines = self._first_row + place, 1
        for number, cell in enumerate(self._table.cells(row, about())):
            address = row.keys.get(self._wanted.links.get(cell.column.key, ""), "")
            style = self._styles.cell(cell, row.level, is_link=bool(address))
            formula = self._formulas.get((place, cell.column.key))
            if formula and cell.number is not None:
                self._sheet.write_formula(at, number, f"={formula}", style, float(cell.number))
            elif cell.number is not None:
                self._sheet.write_number(at, number, cell.number, style)
            elif address:
                self._sheet.write_url(at, number, address, style, cell.text)
            else:
                self._sheet.write_string(at, number, cell.text, style)
            lines = max(lines, -(-text_width(cell.text) // max(cell.column.width - 1, 1)))
        self._sheet.set_row(at, max(20, min(lines, 8) * 15))

    def _below(self, at: int) -> None:
        for number, note in enumerate(self._table.notes):
            text = f"注：{number + 1}. {note}" if number == 0 else f"　　{number + 1}. {note}"
            self._across(at + number, text, self._styles.note(), self._height(text))

    def _across(self, at: int, text: str, style: Any, height: float) -> None:
        self._merge(at, 0, at, self._last, text, style)
        self._sheet.set_row(at, height)

    def _merge(self, top: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
        if (top, left) != (bottom, right):
            self._sheet.merge_range(top, left, bottom, right, "", style)
        self._sheet.write_string(top, left, text, style)

    def _height(self, text: str) -> float:
        """Room for a text that wraps over the table's whole width (merged cells do not grow by themselves)."""
        width = sum(column.width for column in self._table.columns)
        return 16.5 * max(1, -(-text_width(text) // max(int(width * 0.95), 1)))


def _footer(text: str) -> str:
    """Footer text in which `&` is a sign, not a code."""
    return text.replace("&", "&&")

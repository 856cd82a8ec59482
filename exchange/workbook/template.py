"""Writes a template: data with locked and open cells, cell checks, notes, hidden lists, the very hidden stamp."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from exchange.layout import FIRST_ROW, HEADING_ROW, TITLE_ROWS, BookLayout, CellContent, ColumnLayout, Form, ListsLayout, Look, TableLayout
from exchange.workbook.grid import letters
from exchange.workbook.notes import LONGEST_NOTE, safe_text

_NUMBER_FORMS = {Form.MONEY: "#,##0.00####", Form.NUMBER: "#,##0.####", Form.PERCENT: "0.00", Form.TEXT: "@", Form.LONG: "@"}
_FILLS = {Look.LOCKED: "#F2F2F2", Look.ENTRY: "#FFFFFF", Look.GREY: "#F7F7F7"}
_INKS = {Look.LOCKED: "#404040", Look.ENTRY: "#000000", Look.GREY: "#8C8C8C"}
_HEADS = {Look.LOCKED: "#D9D9D9", Look.ENTRY: "#DCE6F1", Look.GREY: "#EDEDED"}
_PAPER_A3 = 8
# Under protection a person may still widen, filter and format; only the locked cells resist. No password: it guards against slips.
_ALLOWED = {"format_cells": True, "format_columns": True, "format_rows": True, "autofilter": True, "sort": True}


def write_template(layout: BookLayout) -> bytes:
    """The workbook as bytes. Texts are stored as texts: none runs as a formula or becomes a link."""
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
    )
    book.set_calc_mode("auto")
    _Table(book, layout.table, layout.footer).write()
    _write_words(book, layout)
    _write_lists(book, layout.lists)
    secret = book.add_worksheet(layout.secret.name)
    for number, row in enumerate(layout.secret.rows):
        for column, text in enumerate(row):
            secret.write_string(number, column, text)
    secret.very_hidden()
    book.close()
    return out.getvalue()


class _Table:
    """The sheet to be filled."""

    def __init__(self, book: Any, table: TableLayout, footer: str) -> None:
        self.book, self.table, self.footer = book, table, footer
        self.sheet = book.add_worksheet(table.name)
        self.formats = [self._format(column) for column in table.columns]
        self.height = 0

    def write(self) -> None:
        self._set_up()
        self._write_head()
        last = FIRST_ROW - 1
        notes: dict[int, list[tuple[int, str]]] = {}
        for (line, place), text in self.table.notes.items():
            notes.setdefault(line + FIRST_ROW, []).append((place, text))
        for number, row in enumerate(self.table.rows, start=FIRST_ROW):
            for place, text in notes.get(number, ()):
                self.sheet.write_comment(number - 1, place, safe_text(text)[:LONGEST_NOTE], {"author": "", "x_scale": 2.4, "y_scale": 1.6})
            self._write_row(number, row)
            last = number
        for _ in range(self.table.spare_rows):
            last += 1
            self._write_row(last, [None] * len(self.table.columns))
        last = max(last, FIRST_ROW)
        for index, column in enumerate(self.table.columns):
            self._check(index, column, last)
        self.sheet.autofilter(HEADING_ROW - 1, 0, last - 1, len(self.table.columns) - 1)

    def _format(self, column: ColumnLayout) -> Any:
        given = {
            "num_format": _NUMBER_FORMS[column.form],
            "locked": column.look is not Look.ENTRY,
            "bg_color": _FILLS[column.look],
            "font_color": _INKS[column.look],
            "font_size": 10,
            "border": 1,
            "border_color": "#BFBFBF",
            "valign": "vcenter",
            "text_wrap": column.form in (Form.LONG, Form.TEXT),
        }
        if column.look is Look.ENTRY:
            del given["bg_color"]
        return self.book.add_format(given)

    def _set_up(self) -> None:
        sheet, table = self.sheet, self.table
        for index, column in enumerate(table.columns):
            sheet.set_column(index, index, column.width)
        sheet.freeze_panes(HEADING_ROW, table.fixed_columns)
        sheet.protect("", _ALLOWED)
        sheet.set_landscape()
        sheet.set_paper(_PAPER_A3)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.repeat_rows(HEADING_ROW - 1)
        sheet.set_footer(f"&L&9{self.footer}&R&9第&P页 共&N页")

    def _write_head(self) -> None:
        title = self.book.add_format({"bold": True, "font_size": 16})
        side = self.book.add_format({"font_color": "#595959", "font_size": 10})
        self.sheet.set_row(0, 28)
        self.sheet.write_string(0, 0, self.table.title, title)
        for place, text in enumerate(self.table.context):
            # Every second text column: the texts are longer than one column is wide.
            self.sheet.write_string(TITLE_ROWS - 1, min(place * 2, len(self.table.columns) - 1), text, side)
        self.sheet.set_row(HEADING_ROW - 1, 42)
        for index, column in enumerate(self.table.columns):
            head = {"bold": column.look is Look.ENTRY, "bg_color": _HEADS[column.look], "font_color": _INKS[column.look], "font_size": 10}
            drawn = self.book.add_format({**head, "border": 1, "border_color": "#BFBFBF", "text_wrap": True, "align": "center", "valign": "vcenter"})
            self.sheet.write_string(HEADING_ROW - 1, index, column.heading, drawn)

    def _write_row(self, number: int, row: Sequence[CellContent]) -> None:
        sheet = self.sheet
        for index, (value, column, drawn) in enumerate(zip(row, self.table.columns, self.formats, strict=True)):
            if column.formula:
                shown = "" if value is None else float(value) if isinstance(value, Decimal) else value
                sheet.write_formula(number - 1, index, column.formula.replace("{row}", str(number)), drawn, shown)
            elif value is None or value == "":
                sheet.write_blank(number - 1, index, None, drawn)
            elif isinstance(value, str):
                sheet.write_string(number - 1, index, safe_text(value), drawn)
            else:
                sheet.write_number(number - 1, index, float(value), drawn)

    def _check(self, index: int, column: ColumnLayout, last: int) -> None:
        if column.look is not Look.ENTRY or not (column.check or column.hint):
            return
        options: dict[str, Any] = {"validate": "any"}
        if column.hint:
            options |= {"input_title": re.sub(r"（.*）$", "", column.heading)[:32], "input_message": column.hint[:255]}
        check = column.check
        if check is not None:
            formula = check.formula.replace("{row}", str(FIRST_ROW))
            options |= {"validate": check.kind, "ignore_blank": True, "error_type": "stop" if check.stops else "warning"}
            options |= {"error_title": check.title[:32], "error_message": check.message[:255]}
            if check.kind == "list":
                options["source"] = formula
            elif check.kind == "custom":
                options["value"] = formula
            else:
                options |= {"criteria": check.criteria, "value": formula}
        self.sheet.data_validation(FIRST_ROW - 1, index, last - 1, index, options)


def _write_words(book: Any, layout: BookLayout) -> None:
    sheet = book.add_worksheet(layout.words.name)
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, layout.words.title, book.add_format({"bold": True, "font_size": 14}))
    drawn = book.add_format({"text_wrap": True, "valign": "top"})
    for number, line in enumerate(layout.words.lines, start=1):
        sheet.write_string(number, 0, line, drawn)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", _ALLOWED)


def _write_lists(book: Any, layout: ListsLayout) -> None:
    """A column for each list, and a name for it that cell checks call; a list is never written into the check itself (255 characters)."""
    sheet = book.add_worksheet(layout.name)
    longest = max((len(words) for words in layout.lists.values()), default=0)
    for column, name in enumerate(layout.lists):
        sheet.write_string(0, column, name)
    for number in range(longest):
        for column, words in enumerate(layout.lists.values()):
            if number < len(words):
                sheet.write_string(number + 1, column, words[number])
    for column, (name, words) in enumerate(layout.lists.items()):
        letter = letters(column + 1)
        book.define_name(name, f"='{layout.name}'!${letter}$2:${letter}${max(len(words), 1) + 1}")
    sheet.hide()

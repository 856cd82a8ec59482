"""The cells of an .xlsx as markup, a column of a block at a time: one format string a column, text inline, nothing kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from exchange.workbook.streams import parts
from exchange.workbook.streams.columns import Column, Kind, Options
from exchange.workbook.streams.comma import NO, YES

# Markup, signs that XML cannot hold, white space that XML would drop, and Excel's own way of writing a sign by its number.
_special = re.compile("[&<>\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|^\\s|\\s$|\n|_x[0-9A-Fa-f]{4}_").search
_unfit = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_escaped_sign = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_LONGEST = 32_767  # what a cell may hold; Excel refuses a file with more
CUT = "…（超出单元格上限，已截断）"
_DAY_ZERO = date(1899, 12, 30).toordinal()
_FIRST_SURE_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was
_SECONDS = 86_400

Cells = Callable[[int, Sequence[Any]], list[str]]  # number of the first row, values → markup


def letters(index: int) -> str:
    """The name of a column counted from 0: A, …, Z, AA, …"""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def escaped(text: str) -> str:
    """A text as the content of an element: what a cell cannot hold is left out, what is too long is cut and says so."""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - len(CUT)] + CUT
    text = _unfit.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _escaped_sign.sub("_x005F_", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def cells_of(column: Column, index: int, options: Options) -> Cells:
    """How the values of a column become cells; codes that have words by their words."""
    letter = letters(index)
    if column.labels:
        said = texts_of(letter, parts.TEXT)
        return lambda first, values: said(first, column.said(values))
    if column.kind.is_number:
        return _numbers(letter, parts.INTEGER if column.kind is Kind.INTEGER else parts.DECIMAL)
    if column.kind is Kind.DATE:
        return _dates(letter)
    if column.kind is Kind.DATETIME:
        return _moments(letter, options.zone)
    texts = texts_of(letter, parts.TEXT)
    if column.kind is Kind.BOOLEAN:
        return lambda first, values: texts(first, [None if value is None else YES if value else NO for value in values])
    if column.kind is Kind.MONTH:
        return lambda first, values: texts(first, [None if value is None else str(value) for value in values])
    return texts


def texts_of(letter: str, style: int) -> Cells:
    """Text inline, so that no table of strings has to be kept; text is text whatever it begins with."""
    head, middle, tail = f'<c r="{letter}', f'" s="{style}" t="inlineStr"><is><t>', "</t></is></c>"
    kept = f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">'

    def cell(number: int, value: str) -> str:
        if _special(value) is None and len(value) <= _LONGEST:
            return f"{head}{number}{middle}{value}{tail}"
        return f"{head}{number}{kept}{escaped(value)}{tail}"

    return lambda first, values: [cell(number, value) if value else "" for number, value in enumerate(values, first)]


def _numbers(letter: str, style: int) -> Cells:
    head, middle = f'<c r="{letter}', f'" s="{style}"><v>'
    return lambda first, values: ["" if value is None else f"{head}{number}{middle}{value}</v></c>" for number, value in enumerate(values, first)]


def _dates(letter: str) -> Cells:
    head, middle = f'<c r="{letter}', f'" s="{parts.DATE}"><v>'

    def cell(number: int, value: date) -> str:
        if value < _FIRST_SURE_DAY:
            return early(number, [value.isoformat()])[0]
        return f"{head}{number}{middle}{value.toordinal() - _DAY_ZERO}</v></c>"

    early = texts_of(letter, parts.TEXT)
    return lambda first, values: ["" if value is None else cell(number, value) for number, value in enumerate(values, first)]


def _moments(letter: str, zone: tzinfo) -> Cells:
    head, middle = f'<c r="{letter}', f'" s="{parts.DATETIME}"><v>'

    def serial(value: datetime) -> str:
        there = value.astimezone(zone)
        seconds = there.hour * 3600 + there.minute * 60 + there.second
        return f"{there.toordinal() - _DAY_ZERO + seconds / _SECONDS:.10f}"

    return lambda first, values: [
        "" if value is None else f"{head}{number}{middle}{serial(value)}</v></c>" for number, value in enumerate(values, first)
    ]


def header_cells(titles: Iterable[str]) -> str:
    return "".join(texts_of(letters(index), parts.HEADER)(1, [title])[0] for index, title in enumerate(titles))

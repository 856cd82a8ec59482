"""CSV, for Excel or for a program; see the package for the two dialects."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from exchange.workbook.streams.columns import Column, Dialect, Kind, Options, Row

BOM = "\ufeff"
YES, NO = "是", "否"
# Text that Excel would read as a number, a date, a time or a percentage, and so change. Kept in a form that PostgreSQL understands too.
LOOKS_LIKE_A_NUMBER = "[+-]?[0-9.][0-9年月日时分秒/:,.%eE+ -]*"
# What begins a formula, or hides one that follows: half-width and full-width.
BEGINS_A_FORMULA = "[=+@\t\r\n＝＋－＠-]"
LONGEST_LITERAL = 255  # of a text inside a formula; nothing that looks like a number is so long, and what is gets the apostrophe
_number_like = re.compile(LOOKS_LIKE_A_NUMBER).fullmatch
_suspect = re.compile(f"{BEGINS_A_FORMULA}|[0-9.]").match
_formula_like = re.compile(BEGINS_A_FORMULA).match


def stream_csv(columns: tuple[Column, ...], blocks: Iterator[list[Row]], options: Options) -> Iterator[bytes]:
    """The header, then the rows a block at a time."""
    yield header(columns, options.dialect)
    end = "\r\n" if options.dialect is Dialect.EXCEL else "\n"
    change = [(at, changed) for at, column in enumerate(columns) if (changed := _changer(column, options))]
    for block in blocks:
        cells: list[Sequence[Any]] = list(zip(*block, strict=True))
        for at, changed in change:
            cells[at] = changed(cells[at])
        out = io.StringIO()
        csv.writer(out, lineterminator=end).writerows(zip(*cells, strict=True))
        yield out.getvalue().encode()


def header(columns: Iterable[Column], dialect: Dialect) -> bytes:
    """The first line: titles behind a byte order mark for Excel, names for a program."""
    out = io.StringIO()
    for_excel = dialect is Dialect.EXCEL
    names = [column.title if for_excel else column.name for column in columns]
    csv.writer(out, lineterminator="\r\n" if for_excel else "\n").writerow(names)
    return ((BOM if for_excel else "") + out.getvalue()).encode()


def safe_text(value: str | None) -> str | None:
    """A text that stays what it is when Excel opens the file."""
    if not value or _suspect(value) is None:
        return value
    if len(value) <= LONGEST_LITERAL and _number_like(value):
        return f'="{value}"'
    return f"'{value}" if _formula_like(value) else value


Changer = Callable[[Sequence[Any]], list[Any]]


def _changer(column: Column, options: Options) -> Changer | None:
    """What is done to the values of such a column; None where they are written as they are."""
    if options.dialect is Dialect.EXCEL:
        return {
            Kind.TEXT: lambda values: [safe_text(value) for value in column.said(values)],
            Kind.MONTH: lambda values: [None if value is None else safe_text(str(value)) for value in values],
            Kind.BOOLEAN: lambda values: [None if value is None else YES if value else NO for value in values],
            Kind.DATETIME: lambda values: [None if value is None else _hours(value, options.zone) for value in values],
            Kind.DECIMAL: _amounts,
        }.get(column.for_people.kind)
    return {
        Kind.BOOLEAN: lambda values: [None if value is None else "true" if value else "false" for value in values],
        Kind.DATETIME: lambda values: [None if value is None else _moment(value, options.zone) for value in values],
        Kind.DECIMAL: _amounts,
    }.get(column.kind)


def _hours(value: Any, zone: tzinfo) -> str:
    return str(value.astimezone(zone).replace(tzinfo=None, microsecond=0))


def _moment(value: Any, zone: tzinfo) -> str:
    """As PostgreSQL prints it: 2020-06-30 09:00:00+08."""
    return str(value.astimezone(zone)).removesuffix(":00")


def _amounts(values: Sequence[Any]) -> list[Any]:
    """Decimals with all their digits, none of them an exponent, and no zeros at the end."""
    return [value if value.__class__ is not Decimal else plain_decimal(value) for value in values]


def plain_decimal(value: Decimal) -> str:
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

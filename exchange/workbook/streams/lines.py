"""NDJSON: one object a line, every column present, null where nothing is known. Money is a number, exact to the last 分."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import orjson

from exchange.workbook.streams.columns import Column, Kind, Options, Row

_EXACT_BELOW = 1_000_000_000  # with six decimals a float prints exactly what was meant: fifteen digits


def stream_ndjson(columns: tuple[Column, ...], blocks: Iterator[list[Row]], options: Options) -> Iterator[bytes]:
    """The rows a block at a time. No row, no line."""
    names = [column.name for column in columns]
    dumps, newline = orjson.dumps, orjson.OPT_APPEND_NEWLINE
    for block in blocks:
        cells: list[Sequence[Any]] = list(zip(*block, strict=True))
        for at, column in enumerate(columns):
            if column.kind is Kind.DECIMAL:
                cells[at] = [_number(value) for value in cells[at]]
            elif column.kind is Kind.DATETIME:
                cells[at] = [None if value is None else value.astimezone(options.zone) for value in cells[at]]
            elif column.kind is Kind.MONTH:
                cells[at] = [None if value is None else str(value) for value in cells[at]]
        yield b"".join([dumps(dict(zip(names, row, strict=True)), option=newline) for row in zip(*cells, strict=True)])


def _number(value: Any) -> Any:
    """A number that reads back as the same decimal; beyond what a float tells apart, its own digits."""
    if value.__class__ is not Decimal:
        return value
    if -_EXACT_BELOW < value < _EXACT_BELOW:
        return float(value)
    return orjson.Fragment(format(value, "f"))

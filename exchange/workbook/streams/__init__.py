"""Whole tables going out: rows in, bytes of .ndjson, .csv, .xlsx or .parquet out, in constant memory however many rows there are.

    chunks = stream(Form.XLSX, columns, blocks, Options(title="月度进展"), progress=progress)

`blocks` is any iterable of lists of row tuples; it is walked once, and never further than what was asked of the chunks. Everything that
can be refused is refused by the call itself, before the first byte, so that a door can still answer with a status.

CSV comes in two dialects. `excel` (what a person opens): byte order mark, CRLF, Chinese headings with their units, 是/否, and text that
Excel would turn into something else is kept as it is: digits, dates and months as `="0012"`, what would begin a formula behind an
apostrophe. Numbers are never touched; codes are said in words, as in a workbook. `plain` (what a program reads): column names, no mark,
LF, every value exactly as it is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from exchange.workbook.streams.columns import BLOCK, Column, Dialect, Form, Kind, NotOfferedError, Options, Progress, Row, in_blocks
from exchange.workbook.streams.comma import stream_csv
from exchange.workbook.streams.lines import stream_ndjson
from exchange.workbook.streams.packing import packed
from exchange.workbook.streams.parquet import require_parquet, stream_parquet
from exchange.workbook.streams.xlsx import stream_xlsx

__all__ = [
    "BLOCK",
    "Column",
    "Dialect",
    "Form",
    "Kind",
    "NotOfferedError",
    "Options",
    "Progress",
    "Row",
    "check_offered",
    "in_blocks",
    "packed",
    "stream",
]

Writer = Callable[[tuple[Column, ...], Iterator[list[Row]], Options], Iterator[bytes]]
_WRITERS: Mapping[Form, Writer] = {
    Form.CSV: stream_csv,
    Form.NDJSON: stream_ndjson,
    Form.XLSX: stream_xlsx,
    Form.PARQUET: stream_parquet,
}


def stream(
    form: Form, columns: Iterable[Column], blocks: Iterable[list[Row]], options: Options | None = None, *, progress: Progress | None = None
) -> Iterator[bytes]:
    """The file in pieces. `progress` tells how many rows have gone into it, and how many bytes have come out."""
    options = options or Options()
    check_offered(form, options)
    told = progress or Progress()
    return told.weigh(packed(_WRITERS[form](tuple(columns), told.count(blocks), options), options))


def check_offered(form: Form, options: Options) -> None:
    """Raise `NotOfferedError` where the form cannot be made here, or not so."""
    if form is Form.PARQUET:
        require_parquet()
    if options.gzip and not form.is_text:
        raise NotOfferedError(
            "already_packed", f".{form.value} 本身已压缩，不再用 gzip 打包；请去掉 gzip", f".{form.value} is compressed already: ask without gzip"
        )

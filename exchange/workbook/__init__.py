"""The only room that touches the bytes of a workbook.

A file is parsed by a child process of its own under limits of memory, processor time and wall time; see `sandbox` and `child`.
The child writes rows to a nameless spool file, and only when it has read the whole book without a fault does the parent look
at it. So a book is either refused or read to its end, and the parent never holds more than some hundred rows of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exchange.raw import RawBook, Refusal
from exchange.workbook.answers import book_of
from exchange.workbook.limits import DEFAULT, Limits
from exchange.workbook.sandbox import read_in_child

__all__ = ["DEFAULT", "Limits", "RawBook", "Refusal", "open_book", "read_book"]


def read_book(data: bytes | Path, filename: str, *, limits: Limits = DEFAULT) -> RawBook:
    """Read a whole workbook into memory. Raises `Refusal` where it can't be taken, and nothing else for any bytes whatever."""
    with open_book(data, filename, limits=limits) as book:
        for sheet in book.sheets:
            sheet.rows = list(sheet.rows)
        return book


@contextmanager
def open_book(data: bytes | Path, filename: str, *, limits: Limits = DEFAULT) -> Iterator[RawBook]:
    """The same book with rows that stream from the spool. They may be walked again, but only inside the block."""
    with read_in_child(data, limits) as (header, spool):
        yield book_of(header, spool, filename)

"""The only room that touches the bytes of a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exchange.raw import RawBook, Refusal
from exchange.workbook.limits import DEFAULT, Limits
from exchange.workbook.simple import parse

__all__ = ["DEFAULT", "Limits", "RawBook", "Refusal", "open_book", "read_book"]


def read_book(
    data: bytes | Path, filename: str, *, limits: Limits = DEFAULT
) -> RawBook:
    """Read a whole workbook. Raises `Refusal` and nothing else."""
    content = data.read_bytes() if isinstance(data, Path) else data
    return parse(content, filename, limits)


@contextmanager
def open_book(
    data: bytes | Path, filename: str, *, limits: Limits = DEFAULT
) -> Iterator[RawBook]:
    """The same book with rows that can be walked once."""
    yield read_book(data, filename, limits=limits)

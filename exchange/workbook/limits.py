"""How much a workbook may ask for before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one reading. Every door uses `DEFAULT` unless its settings say otherwise."""

    file_bytes: int = 30 * MEGABYTE
    rows: int = 200_000
    columns: int = 1_000


DEFAULT = Limits()

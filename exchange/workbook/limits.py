"""How much a workbook may ask for before it is refused. Pure.

The measure is the largest honest workbook we know of: 100,000 projects of 30 columns, about 25 MB as a file and 300 MB when
inflated, some twelve times its size. Styled blank rows, which WPS writes by the thousand, reach forty times. A bomb reaches
nine hundred times and more, because that is where deflate ends. So the ratio may go to 200 once a part is large enough to
hurt, no part may pass 400 MB, and all parts together may not pass 600 MB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one reading. Every door uses `DEFAULT` unless its settings say otherwise."""

    file_bytes: int = 30 * MEGABYTE
    members: int = 5_000  # of the zip archive; the largest honest workbook has some hundreds
    part_bytes: int = 400 * MEGABYTE  # one part, inflated
    total_bytes: int = 600 * MEGABYTE  # all parts read, inflated
    ratio: int = 200  # inflated : compressed, for parts beyond `ratio_from_bytes`
    ratio_from_bytes: int = 32 * MEGABYTE
    record_chars: int = 16 * MEGABYTE  # one row or one text as it stands in the file
    sheets: int = 500
    rows: int = 200_000  # the last row used
    columns: int = 1_000  # the last column used
    cells: int = 12_000_000  # values of the whole book
    gap_rows: int = 5_000  # what lies beyond so many blank rows is stray
    stray_cells: int = 200  # beyond this many, strays are no slip of the hand
    merges: int = 200_000
    comments: int = 20_000
    percent_runs: int = 400_000  # blocks of neighbouring cells shown as percentages
    spool_bytes: int = 400 * MEGABYTE  # what the child may write for its parent to read
    memory_bytes: int = 512 * MEGABYTE  # address space of the child
    seconds: float = 8.0  # processor time of the child, and so much more for each megabyte of the file
    seconds_per_megabyte: float = 0.4
    grace_seconds: float = 2.0  # wall time beyond processor time before the parent ends the child,
    grace_seconds_per_megabyte: float = 1.0  # for a large file on a busy machine is no hostile one

    def processor_seconds(self, size: int) -> float:
        return self.seconds + self.seconds_per_megabyte * size / MEGABYTE

    def wall_seconds(self, size: int) -> float:
        return self.processor_seconds(size) + self.grace_seconds + self.grace_seconds_per_megabyte * size / MEGABYTE

    def as_words(self) -> list[str]:
        """The bounds as words of a command line, in the order of the fields."""
        return [str(bound) for bound in astuple(self)]

    @classmethod
    def from_words(cls, words: Sequence[str]) -> Limits:
        """The same bounds again."""
        bounds: list[Any] = [(float if bound.type == "float" else int)(word) for bound, word in zip(fields(cls), words, strict=True)]
        return cls(*bounds)


DEFAULT = Limits()

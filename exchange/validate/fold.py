"""Put findings in the order a person works through them, and fold what repeats down a column. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from exchange.parse import Place, PlacedFinding
from projects.findings import SEVERITY_ORDER, Finding

_NEAR = 2  # a blank row or a section row does not break a run
_MANY_RUNS = 30


class _Placed(Protocol):
    @property
    def finding(self) -> Finding: ...
    @property
    def place(self) -> Place: ...


_P = TypeVar("_P", bound=_Placed)


@dataclass(frozen=True, slots=True)
class FoldedFinding:
    """A run of equal findings in one column: the first of them, its place from the first row to the last, and all of them."""

    finding: Finding
    place: Place
    members: tuple[PlacedFinding, ...]

    @property
    def count(self) -> int:
        return len(self.members)

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The rows as runs without gaps: 12–48, 52."""
        runs: list[tuple[int, int]] = []
        for row in sorted({member.place.row for member in self.members if member.place.row is not None}):
            if runs and runs[-1][1] == row - 1:
                runs[-1] = (runs[-1][0], row)
            else:
                runs.append((row, row))
        return tuple(runs)

    @property
    def rows_text(self) -> str:
        """第12–48、52行; empty for a whole sheet."""
        shown = [str(first) if first == last else f"{first}–{last}" for first, last in self.ranges[:8]]
        return f"第{'、'.join(shown)}{'等' if len(self.ranges) > 8 else ''}行" if shown else ""


def ordered(findings: Iterable[_P]) -> list[_P]:
    """Worst first, then what is said of the whole file, then by sheet as met, row and column; findings of a whole sheet before those of its rows."""
    listed = list(findings)
    sheets = {sheet: number for number, sheet in enumerate(dict.fromkeys(placed.place.sheet for placed in listed))}

    def key(placed: _P) -> tuple[int, bool, int, int, int, str]:
        place = placed.place
        of_file = place.sheet is None and place.row is None
        return (
            SEVERITY_ORDER[placed.finding.severity],
            not of_file,
            sheets[place.sheet],
            place.row or 0,
            len(place.column or ""),
            place.column or "",
        )

    return sorted(listed, key=key)


def fold(findings: Iterable[PlacedFinding], least: int = 3) -> list[FoldedFinding]:
    """Fold runs of at least so many findings of one code in one column of a sheet; what is scattered all over becomes one entry."""
    groups: dict[tuple[str | None, str, str, str | None], list[PlacedFinding]] = {}
    for placed in ordered(findings):
        groups.setdefault((placed.place.sheet, placed.finding.code, placed.finding.severity, placed.place.column), []).append(placed)
    folded = [entry for members in groups.values() for entry in _fold_group(members, least)]
    return ordered(folded)


def _fold_group(members: list[PlacedFinding], least: int) -> list[FoldedFinding]:
    runs: list[list[PlacedFinding]] = []
    for placed in members:
        last = runs[-1][-1].place.row if runs else None
        if last is not None and placed.place.row is not None and placed.place.row - last <= _NEAR:
            runs[-1].append(placed)
        else:
            runs.append([placed])
    if len(runs) > _MANY_RUNS:
        return [_entry(members)]
    return [entry for run in runs for entry in ([_entry(run)] if len(run) >= least else [_entry([one]) for one in run])]


def _entry(members: list[PlacedFinding]) -> FoldedFinding:
    first, last = members[0].place, members[-1].place
    place = first._replace(row_end=last.row) if len(members) > 1 else first
    return FoldedFinding(members[0].finding, place, tuple(members))

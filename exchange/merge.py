"""Merges a returned template with what is stored, cell by cell: base (as exported), theirs (the file), ours (stored now). Pure.

    only theirs moved     → their value is planned
    only ours moved       → ours stays; it is no overwriting, and the preview says so
    both moved to the same → nothing
    both moved apart      → a conflict: not planned until somebody chooses
Base values are known as marks only; whether a side moved is asked of `Sides`. A cell without a mark is compared with what is stored
alone, as in a workbook made by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from exchange.plan import Action, Intent, PlannedRow, Value

Place = tuple[str, str]  # table and column


class Take(StrEnum):
    """What a person chooses in a conflict."""

    OURS = "ours"
    THEIRS = "theirs"


class Sides(Protocol):
    """Tells of one row which cells moved since the export."""

    def is_marked(self, name: str) -> bool: ...

    def theirs_moved(self, name: str) -> bool: ...

    def ours_moved(self, name: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a table on both sides, with the row it stands in (no id: there is none yet)."""

    table: str
    id: int | None
    revision: int | None
    column: str
    ours: Value
    theirs: Value


@dataclass(slots=True)
class Conflict:
    """A cell of the sheet that both sides changed; it may fill more than one column."""

    field: str
    cells: list[Cell]
    base: list[Value] | None = None  # by cell, where history knows it
    taken: str = ""  # ours, theirs, or still open

    @property
    def is_open(self) -> bool:
        return not self.taken

    @property
    def sides(self) -> tuple[list[Value], list[Value]]:
        """Ours and theirs, to tell whether an earlier choice was about the same."""
        return [cell.ours for cell in self.cells], [cell.theirs for cell in self.cells]


@dataclass(slots=True)
class Merged:
    """What a row comes to."""

    intents: list[Intent] = field(default_factory=list)
    kept: list[tuple[str, Cell]] = field(default_factory=list)  # field and cell: ours moved, the file's cell was not touched
    untouched: list[tuple[str, Cell]] = field(default_factory=list)  # read otherwise than stored, though nobody touched it
    conflicts: list[Conflict] = field(default_factory=list)


def merge(intents: Iterable[Intent], fields: Mapping[Place, str], sides: Sides) -> Merged:
    """Sort the changes that a comparison with the stored values found."""
    merged = Merged()
    conflicts: dict[str, Conflict] = {}
    for intent in intents:
        values, old = dict(intent.values), dict(intent.old)
        for column, value in intent.values.items():
            name = fields.get((intent.table, column))
            if name is None or not sides.is_marked(name):
                continue
            cell = Cell(intent.table, intent.id, intent.revision, column, intent.old.get(column), value)
            touched, moved = sides.theirs_moved(name), sides.ours_moved(name)
            if touched and not moved:
                continue
            del values[column]
            old.pop(column, None)
            if touched:
                conflicts.setdefault(name, Conflict(name, [])).cells.append(cell)
            else:
                (merged.kept if moved else merged.untouched).append((name, cell))
        if values or not intent.values:
            merged.intents.append(Intent(intent.table, intent.id, intent.revision, values, old))
    merged.conflicts = list(conflicts.values())
    return merged


# --- kept with the planned row -----------------------------------------------------------------------------------------------------


def pack(merged: Merged) -> list[Any] | None:
    """What the merge left aside, as JSON values for the stored plan; None for nothing."""
    if not merged.kept and not merged.conflicts:
        return None
    kept = [[name, cell.table, cell.id, cell.revision, cell.column, cell.ours, cell.theirs] for name, cell in merged.kept]
    return [kept, [_packed(conflict) for conflict in merged.conflicts]]


def _packed(conflict: Conflict) -> list[Any]:
    cells = [[cell.table, cell.id, cell.revision, cell.column, cell.ours, cell.theirs] for cell in conflict.cells]
    return [conflict.field, cells, conflict.base, conflict.taken]


def kept_of(row: PlannedRow) -> list[tuple[str, Cell]]:
    """The cells of a planned row that stay as stored because the file did not touch them."""
    return [(name, Cell(*cell)) for name, *cell in row.merge[0]] if row.merge else []


def conflicts_of(row: PlannedRow) -> list[Conflict]:
    """The conflicts of a planned row, settled or open."""
    return [Conflict(name, [Cell(*cell) for cell in cells], base, taken) for name, cells, base, taken in row.merge[1]] if row.merge else []


def action_of(intents: Sequence[Intent], conflicts: Iterable[Conflict]) -> Action:
    """What a row of a stored project does."""
    if any(conflict.is_open for conflict in conflicts):
        return Action.CONFLICT
    return Action.CHANGE if intents else Action.SAME


def chosen_before(conflicts: Iterable[Conflict], kept: Callable[[str], Mapping[str, Any] | None]) -> dict[str, Take]:
    """What was chosen for these conflicts before, as far as both values are still the same. `kept` gives the choice kept for a field."""
    found = ((conflict, kept(conflict.field)) for conflict in conflicts)
    return {one.field: Take(choice["take"]) for one, choice in found if choice is not None and [choice["ours"], choice["theirs"]] == [*one.sides]}


def choose(row: PlannedRow, taken: Mapping[str, Take]) -> None:
    """Settle the named fields of a row that was just merged, and plan what is taken from the file.

    Of a held row nothing is planned: what was chosen is kept on it, and another choice may be what mends it.
    """
    if not taken:
        return
    conflicts = conflicts_of(row)
    for conflict in conflicts:
        take = taken.get(conflict.field)
        conflict.taken = take.value if take is not None else conflict.taken
        for cell in conflict.cells if take is Take.THEIRS and row.action is not Action.HELD else ():
            _plan(row, cell)
    row.merge = [row.merge[0] if row.merge else [], [_packed(conflict) for conflict in conflicts]]
    if row.action is not Action.HELD:
        row.action = action_of(row.intents, conflicts)


def _plan(row: PlannedRow, cell: Cell) -> None:
    intent = next((one for one in row.intents if one.table == cell.table), None)
    if intent is None:
        intent = Intent(cell.table, cell.id, cell.revision, {})
        row.intents.append(intent)
    intent.values[cell.column] = cell.theirs
    if cell.id is not None:
        intent.old[cell.column] = cell.ours

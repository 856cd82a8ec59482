"""The work sheet on which the inverse plan grows: the traces, the direction, and what is already decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from exchange.services.inverse.items import BLANKABLE, SILENT, Inversion, Item, Model, Why, blank, decided_cells, is_empty
from exchange.services.inverse.obstacles import PLACES, taken
from exchange.services.inverse.traces import Trace, Write, columns_of
from projects.models import LocationShare, PlanVersion


@dataclass(slots=True)
class Work:
    """`redo` inverts what taking back wrote, else what the upload wrote. `closed` projects are decided as a whole."""

    traces: dict[Model, list[Trace]]
    redo: bool
    withdrawn: frozenset[int]
    plan: Inversion = field(default_factory=Inversion)
    closed: set[int] = field(default_factory=set)
    returning: set[int] = field(default_factory=set)  # projects that come back with everything
    own: dict[Model, set[int]] = field(default_factory=dict)
    emptied: list[tuple[Trace, dict[str, Any]]] = field(default_factory=list)  # rows in which nothing would be left

    def __post_init__(self) -> None:
        self.own = {model: {trace.id for trace in rows} for model, rows in self.traces.items()}

    def open_rows(self, model: Model) -> list[Trace]:
        return [trace for trace in self.traces[model] if trace.project_id not in self.closed]

    def is_made(self, trace: Trace) -> bool:
        """It was made in this direction and stands: it is to go."""
        write = trace.existence()
        return trace.now is not None and write is not None and write.kind == "+" and write.reverses == self.redo

    def is_unmade(self, trace: Trace) -> bool:
        """It was deleted in this direction: it is to come back."""
        write = trace.existence()
        return trace.now is None and write is not None and write.kind == "-" and write.reverses == self.redo

    def taken(self, model: Model, rows: list[Trace]) -> set[int]:
        """Of rows that would come back those whose place another row holds now."""
        places = {tuple(trace.last_known(name) for name in PLACES[model]): trace.id for trace in rows}
        return {places[place] for place in taken(model, list(places))} if places else set()

    def cells(self, trace: Trace) -> list[Item]:
        return decided_cells(trace, self.redo, self.withdrawn)

    def delete(self, trace: Trace) -> None:
        self.plan.deletes.setdefault(trace.model, []).append(trace)

    def insert(self, trace: Trace) -> None:
        values = {name: trace.last_known(name) for name in columns_of(trace.model)}
        self.plan.inserts.setdefault(trace.model, []).append((trace, values))

    def change(self, trace: Trace, items: list[Item]) -> None:
        """Give the cells back that go back; a row in which nothing would be left is looked at again at the end."""
        values = {item.column: item.target for item in items if item.why is None and item.column}
        self.plan.items += [item for item in items if item.column not in SILENT]
        if values and trace.model in BLANKABLE and self._is_left_blank(trace, values):
            self.emptied.append((trace, values))
        elif values:
            self.plan.updates.setdefault(trace.model, []).append((trace, values))

    def _is_left_blank(self, trace: Trace, values: dict[str, Any]) -> bool:
        """Nothing would be left in a row that was made by an upload which is taken back."""
        if self.redo or trace.writes[0].upload_id not in self.withdrawn | {trace.upload_id}:
            return False
        told = [name for name in columns_of(trace.model) if name not in SILENT]
        return all(is_empty(values.get(name, trace.value(name))) for name in told)

    def go(self, trace: Trace, *, spoken: bool = True) -> None:
        """A row as a whole goes, or comes back: an item for each filled cell, or one for the row where it is one thing."""
        if trace.now is None:
            self.insert(trace)
        else:
            self.delete(trace)
        if not spoken or trace.model in (LocationShare, PlanVersion):
            return
        if trace.model not in BLANKABLE:
            self.plan.items.append(Item(trace, None, None))
            return
        for name in columns_of(trace.model):
            if name not in SILENT and not is_empty(trace.last_known(name)):
                self.plan.items.append(Item(trace, name, blank(trace.model, name) if trace.now is not None else trace.last_known(name)))

    def stay(self, trace: Trace, why: Why, *, by: Write | None = None, cause: str = "") -> None:
        """A row stays: one item, or one for each cell that would have gone back where cells are given one by one."""
        if trace.now is None or trace.model not in BLANKABLE:
            self.plan.items.append(Item(trace, None, None, why, by, cause))
            return
        for item in self.cells(trace):
            if item.column not in SILENT:
                self.plan.items.append(Item(trace, item.column, item.target, why, by, cause))

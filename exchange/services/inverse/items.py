"""What taking back would do: an item for each place, which goes back or stays and why, and the rows to delete, change and insert.

A place goes back only while it holds what was written. One that was changed since stays, and with it what belongs to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import models

from exchange.funds import Change
from exchange.services.inverse.hanging import Hung
from exchange.services.inverse.traces import ABSENT, Move, Origin, Trace, Write, columns_of, places_of
from funding.services.ledger import Key
from projects.models import AnnualPlan, MonthReport, Project

Model = type[models.Model]
# Columns that follow from others, or say where a row belongs: no places of their own.
SILENT = frozenset(
    [
        *("project_id", "period_id", "version_id", "division_id", "unit_id", "year", "month", "number", "uid", "created_at", "name_key", "kind"),
        *("state", "is_approx", "is_baseline", "is_synthetic", "source", "role", "form", "superseded_by_id", "sector_text"),
    ]
)
# Rows whose cells are given one by one: where the row can't go as a whole, its cells can be emptied.
BLANKABLE = frozenset({MonthReport, AnnualPlan})
# A review is no figure: whether it comes back with the figures is decided when they are (`inverse.reviews`).
_REVIEW = frozenset({"state"})
# Columns that say one thing together.
_TIED: Mapping[Model, tuple[frozenset[str], ...]] = {
    Project: (frozenset({"name", "name_key"}), frozenset({"total_wan", "total_text", "is_approx"}), frozenset({"sector_id", "sector_text"})),
}


class Why(StrEnum):
    """Why a place stays."""

    CHANGED = "changed"  # somebody changed it since
    TIED = "tied"  # what belongs to it was changed since
    GONE = "gone"  # the row was deleted since
    HANGS = "hangs"  # something that came later hangs on it
    LOCKED = "locked"  # its month is locked
    APPROVED = "approved"  # its month was approved since
    TAKEN = "taken"  # another record stands where it would go
    MISSING = "missing"  # what it pointed to is no longer stored
    POSTED = "posted"  # the ledger would refuse: money moved on since
    REVERSED = "reversed"  # somebody reversed the entry already


@dataclass(slots=True)
class Item:
    """One place: a column of a row, or the row as a whole. `why` is None where it goes back to `target`."""

    trace: Trace
    column: str | None
    target: Any
    why: Why | None = None
    by: Write | Origin | None = None
    cause: str = ""  # the column or the table that is in the way
    hung: Hung | None = None  # what hangs on the row


@dataclass(slots=True)
class Inversion:
    """The inverse plan: what goes back, what stays, and the writes that carry it out."""

    items: list[Item] = field(default_factory=list)
    deletes: dict[Model, list[Trace]] = field(default_factory=dict)
    updates: dict[Model, list[tuple[Trace, dict[str, Any]]]] = field(default_factory=dict)
    inserts: dict[Model, list[tuple[Trace, dict[str, Any]]]] = field(default_factory=dict)
    replanned: dict[int, dict[str, Any]] = field(default_factory=dict)  # project → planned values that need a plan version of their own
    postings: list[tuple[Key, Change, str]] = field(default_factory=list)  # entries of the ledger, with their documents
    restored: dict[int, str] = field(default_factory=dict)  # reports whose review comes back with their figures → the state
    unreviewed: list[int] = field(default_factory=list)  # reports that are drafts afterwards and had been handed in or approved

    def rows(self, model: Model) -> list[Trace]:
        """The rows of a table that would be written."""
        written = [*self.deletes.get(model, []), *(row for row, _values in self.updates.get(model, []))]
        return [*written, *(row for row, _values in self.inserts.get(model, []))]

    @property
    def going(self) -> list[Item]:
        return [item for item in self.items if item.why is None]

    @property
    def staying(self) -> list[Item]:
        return [item for item in self.items if item.why is not None]


def hangs(trace: Trace, hung: Hung) -> Item:
    """A row that stays because something hangs on it."""
    return Item(trace, None, None, Why.HANGS, hung.by, hung.cause, hung)


def blank(model: Model, column: str) -> Any:
    """What a column holds before anything is given."""
    return next(one for one in model._meta.concrete_fields if one.attname == column).get_default()


def is_empty(value: Any) -> bool:
    return value is ABSENT or value is None or value == ""


def first_change(trace: Trace) -> str | None:
    """The first column of a row that no longer holds what the upload left there."""
    if trace.now == trace.writes[-1].values and all(write.upload_id == trace.upload_id for write in trace.writes):
        return None  # the usual case, for which no column need be looked at
    for name in columns_of(trace.model):
        move = trace.own_move(name)
        if move is None or trace.value(name) != move.new:
            return name
    return None


def resolved(trace: Trace, column: str, move: Move, withdrawn: frozenset[int]) -> Any:
    """What stood before a move; if that was written by an upload that has been taken back meanwhile, what stood before that one."""
    moves = trace.moves(column)
    place = moves.index(move)
    while place > 0:
        writer = trace.writes[moves[place - 1].at]
        if writer.reverses or writer.upload_id not in withdrawn or writer.upload_id == trace.upload_id:
            break
        place -= 1
    return moves[place].old


def decided_cells(trace: Trace, reverse: bool, withdrawn: frozenset[int]) -> list[Item]:
    """An item for each column of a standing row that the upload moved in this direction; silent columns too."""
    items = []
    places = places_of(trace.model)
    for name, move in sorted(trace.own_moves().items(), key=lambda own: places[own[0]]):
        if trace.writes[move.at].reverses != reverse or name in _REVIEW:
            continue
        target = resolved(trace, name, move, frozenset() if reverse else withdrawn)
        if target is ABSENT:
            if trace.model not in BLANKABLE or name in {"project_id", "period_id", "year", "month"}:
                continue
            target = blank(trace.model, name)
        now = trace.value(name)
        if now == target:
            continue
        held = now == move.new
        items.append(Item(trace, name, target, None if held else Why.CHANGED, None if held else trace.changed_by(name)))
    return _tied(trace, items)


def _tied(trace: Trace, items: list[Item]) -> list[Item]:
    """Where one of columns that belong together stays, all stay."""
    for group in _TIED.get(trace.model, ()):
        mine = [item for item in items if item.column in group]
        changed = next((item for item in mine if item.why is not None), None) or _moved_since(trace, group, mine)
        if changed is not None:
            for item in mine:
                if item.why is None:
                    item.why, item.by, item.cause = Why.TIED, changed.by, changed.column or ""
    return items


def _moved_since(trace: Trace, group: frozenset[str], mine: list[Item]) -> Item | None:
    """A column of the group that the upload did not write, and somebody did after it."""
    if not mine:
        return None
    last = max(move.at for item in mine if (move := trace.own_move(item.column or "")) is not None)
    for name in sorted(group - {item.column for item in mine}):
        later = [move for move in trace.moves(name) if move.at > last]
        if later:
            return Item(trace, name, None, Why.CHANGED, trace.writes[later[-1].at])
    return None


def approval_since(trace: Trace) -> Write | None:
    """Who approved a month after the upload had written it, where it is approved now."""
    if trace.model is not MonthReport or trace.value("state") != MonthReport.State.APPROVED:
        return None
    last = max((at for at, write in enumerate(trace.writes) if write.upload_id == trace.upload_id), default=-1)
    moves = trace.moves("state")
    return trace.writes[moves[-1].at] if moves and moves[-1].at > last else None

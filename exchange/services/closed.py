"""Months that may not be written, found row by row at the check. The guard is `projects.services.periods`; the commit asks it again.

A row that says of a locked month only what is stored already is left alone: nobody wants to write it.
"""

from __future__ import annotations

from collections.abc import Sequence

from exchange.cells.amounts import plain
from exchange.merge import conflicts_of
from exchange.parse import ReadRow
from exchange.plan import SLOTS, Action, PlannedRow, Slot, Value
from exchange.services.guard import writes_month
from exchange.services.reading import label_of
from exchange.services.rough import FLAG
from exchange.services.setting import Seen, say
from projects.findings import Finding, Severity
from projects.models import ReportingPeriod
from projects.services.periods import Guard
from projects.values import fen_to_wan

_LONG = 40  # characters of a value that are quoted


def hold_closed(rows: Sequence[ReadRow], planned: Sequence[PlannedRow], period: ReportingPeriod | None, seen: Seen) -> None:
    """Hold every row that would write into a month closed to its unit, with a finding at the first cell that would be written."""
    if period is None or period.pk is None:
        return
    guard = Guard([period])
    for row, plan in zip(rows, planned, strict=True):
        if not (writes_month(plan) or (plan.action is Action.CONFLICT and _month_columns(plan))):
            continue
        found = guard.answer(plan.unit_id, period)
        if not found:
            name, cells = _changes(row, plan)
            say(row, Finding("period_closed", Severity.BLOCKS, name, {"zh": found.zh, "en": found.en, "cells": cells}), seen)
            plan.action, plan.intents, plan.merge = Action.HELD, [], None


def _changes(row: ReadRow, plan: PlannedRow) -> tuple[str, str]:
    """The field of the first cell that would change, and all of them as `V8“形象进度”：旧 → 新`."""
    fields = {slot.column: (name, slot) for name, slot in SLOTS[row.kind].items() if slot.table == "month"}
    changed = [(*fields[column], pair) for column, pair in _month_columns(plan)]
    columns = row.table.by_field
    changed.sort(key=lambda each: columns[each[0]].index if each[0] in columns else len(columns))
    told = [f"{_cell(row, name)}：{_said(old, slot)} → {_said(new, slot)}" for name, slot, (old, new) in changed]
    return changed[0][0], "；".join(told)


def _month_columns(plan: PlannedRow) -> list[tuple[str, tuple[Value, Value]]]:
    """The columns of the month that the row would write, or would if somebody chose the file's side of a conflict, with old and new value."""
    planned = [pair for intent in plan.intents if intent.table == "month" for pair in intent.changes.items() if pair[0] != FLAG]
    open_cells = [cell for conflict in conflicts_of(plan) if conflict.is_open for cell in conflict.cells if cell.table == "month"]
    return planned + [(cell.column, (cell.ours, cell.theirs)) for cell in open_cells]


def _cell(row: ReadRow, name: str) -> str:
    place = row.place(name)
    return f"{place.column or ''}{row.row}“{place.heading or label_of(name)}”"


def _said(value: Value, slot: Slot) -> str:
    if value is None or value == "":
        return "空"
    text = plain(fen_to_wan(int(value))) if slot.is_money else str(value)
    return text if len(text) <= _LONG else text[:_LONG] + "…"

"""Which planned values are not written but proposed: what a project's decided columns hold is moved by a second person.

A list is itself the document, and applies directly. A monthly workbook that says something else of a stored project's total, dates or
code makes a proposal of it; the rest of its row is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from exchange.plan import Action, Intent, PlannedRow, Value
from projects.proposals import CODE, PLANNED, Change, as_text
from projects.services.proposal_batches import Asked
from projects.values import fen_to_wan

MONTHLY = "monthly_progress"
_BESIDE_TOTAL = "total_text"
_ACTIVE = frozenset({Action.CREATE, Action.CHANGE})


def is_proposed(row: PlannedRow, intent: Intent, column: str) -> bool:
    """Whether this value of the plan becomes a proposal."""
    if row.kind != MONTHLY or row.project_id is None or intent.id is None:
        return False
    if intent.table == "code":
        return column == CODE and _holds(intent.old.get(column))
    if intent.table != "project":
        return False
    if column == _BESIDE_TOTAL:
        return _holds(intent.old.get(column)) or _holds(intent.old.get("total_wan"))
    return column in PLANNED and _holds(intent.old.get(column))


def _holds(value: Value) -> bool:
    return value is not None and value != ""


def _changes(row: PlannedRow) -> Iterator[tuple[Intent, str, Change]]:
    for intent in row.intents:
        for column, (old, new) in intent.changes.items():
            if is_proposed(row, intent, column):
                yield intent, column, Change(column, _text(column, old), _text(column, new))


def _text(column: str, value: Value) -> str:
    return as_text(fen_to_wan(value)) if column == "total_wan" and isinstance(value, int) else as_text(value)


def count_proposals(rows: Iterable[PlannedRow]) -> int:
    """How many rows would make a proposal."""
    return sum(any(True for _ in _changes(row)) for row in rows if row.action in _ACTIVE)


def set_aside(rows: Sequence[PlannedRow]) -> list[Asked]:
    """Take out of the rows what is proposed; they keep the rest. A project named by several rows asks for each thing once."""
    asked: list[Asked] = []
    seen: set[tuple[int, Change]] = set()
    for row in rows:
        found = list(_changes(row))
        fresh = tuple(change for _, _, change in found if (row.project_id or 0, change) not in seen)
        for intent, column, change in found:
            seen.add((row.project_id or 0, change))
            del intent.values[column]
            intent.old.pop(column, None)
        row.intents = [intent for intent in row.intents if intent.values or intent.id is None]
        if fresh and row.project_id is not None:
            asked.append(Asked(row.project_id, fresh, f"{row.sheet}!{row.row}" if row.sheet else str(row.row)))
    return asked


def proposed_words(count: int) -> tuple[str, str]:
    """What the outcome adds, in both languages; nothing where nothing was proposed."""
    if not count:
        return "", ""
    return f"另生成{count}条变更申请，待市级审核后写入。", f" {count} changes of decided values were proposed and wait for the city's approval."

"""The guard of months inside a commit: a month may have been locked since the check. Its one answer is `projects.services.periods`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exchange.plan import Action, PlannedRow
from exchange.services.faults import StateError
from projects.services.periods import require_writable
from projects.workflow import Refused


def writes_month(row: PlannedRow) -> bool:
    return row.action in (Action.CREATE, Action.CHANGE) and any(intent.table == "month" for intent in row.intents)


def require_open(groups: Mapping[int | None, Sequence[PlannedRow]]) -> None:
    """Hold the months of these rows and refuse if one of them may not be written by the unit of a row."""
    pairs = {(row.unit_id, period) for period, rows in groups.items() if period is not None for row in rows if writes_month(row)}
    try:
        require_writable(pairs)
    except Refused as closed:
        raise StateError(closed.code, closed.zh + "未写入任何内容。", closed.en + " Nothing was written.") from closed

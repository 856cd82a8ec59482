"""The guard of months inside a commit: a month may have been locked since the check. Its one answer is `projects.services.periods`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exchange.models import Upload
from exchange.plan import Action, PlannedRow
from exchange.services.faults import StateError
from exchange.services.parts import planned_rows
from projects.period import Period
from projects.services.periods import Guard, require_writable, stored_periods
from projects.workflow import Answer, Refused


def writes_month(row: PlannedRow) -> bool:
    return row.action in (Action.CREATE, Action.CHANGE) and any(intent.table == "month" for intent in row.intents)


def require_open(groups: Mapping[int | None, Sequence[PlannedRow]]) -> None:
    """Hold the months of these rows and refuse if one of them may not be written by the unit of a row."""
    pairs = {(row.unit_id, period) for period, rows in groups.items() if period is not None for row in rows if writes_month(row)}
    try:
        require_writable(pairs)
    except Refused as closed:
        raise StateError(closed.code, closed.zh + "未写入任何内容。", closed.en + " Nothing was written.") from closed


def closed_since(upload: Upload) -> Answer | None:
    """Why a month that a checked file would write may not be written any more, so that the page says it before the commit refuses.

    The plan is read only where one of the file's months is locked now.
    """
    periods = {str(period.as_period): period for period in stored_periods(map(Period.parse, upload.counts.get("months", ()))) if period.is_locked}
    if not periods:
        return None
    guard = Guard(periods.values())
    rows = (row for part in planned_rows(upload) for row in part if row.period in periods and writes_month(row))
    answers = (guard.answer(row.unit_id, periods[str(row.period)]) for row in rows)
    return next((answer for answer in answers if not answer), None)

"""Months that may not be written, found row by row at the check. The guard is `projects.services.periods`; the commit asks it again.

A row that says of a locked month only what is stored already is left alone: nobody wants to write it.
"""

from __future__ import annotations

from collections.abc import Sequence

from exchange.parse import ReadRow
from exchange.plan import MONTH_SLOTS, Action, PlannedRow
from exchange.services.examine import Seen, say
from exchange.services.guard import writes_month
from projects.findings import Finding, Severity
from projects.models import ReportingPeriod
from projects.services.periods import Guard


def hold_closed(rows: Sequence[ReadRow], planned: Sequence[PlannedRow], period: ReportingPeriod | None, seen: Seen) -> None:
    """Hold every row that would write into a month closed to its unit, with a finding at the first cell that would be written."""
    if period is None or period.pk is None:
        return
    guard = Guard([period])
    for row, plan in zip(rows, planned, strict=True):
        if not writes_month(plan):
            continue
        found = guard.answer(plan.unit_id, period)
        if not found:
            name = next((name for name in MONTH_SLOTS if name in row.values), "name")
            say(row, Finding("period_closed", Severity.BLOCKS, name, {"zh": found.zh, "en": found.en}), seen)
            plan.action, plan.intents = Action.HELD, []

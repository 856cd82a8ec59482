"""Whose review a file takes away: noted on each planned row at the check, so that it is said before anything is written.

Between the check and the commit no state can move unseen: each move counts the report's revision, and the commit refuses a row that moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from exchange.plan import Action, PlannedRow
from projects.services.voiding import voided_states
from projects.workflow import State

VOIDS = "voids"  # rows that write into an approved report
VOIDS_SUBMITTED = "voids_submitted"  # rows that write into one that was handed in and is not judged yet
_COUNTED = {State.APPROVED.value: VOIDS, State.SUBMITTED.value: VOIDS_SUBMITTED}


def mark_reviews(rows: Sequence[PlannedRow]) -> None:
    """Note on each row the state that its month's report would lose. A query for each five hundred rows, none where no report is changed."""
    written = {row_id: row for row in rows if (row_id := _report_of(row)) is not None}
    states = voided_states(written)
    for key, row in written.items():
        row.review = states.get(key, "")


def _report_of(row: PlannedRow) -> int | None:
    return next((intent.id for intent in row.intents if intent.table == "month" and intent.values), None) if row.intents else None


def voids_review(row: PlannedRow) -> bool:
    return row.action is Action.CHANGE and bool(row.review) and _report_of(row) is not None


def count_voided(rows: Iterable[PlannedRow]) -> Counter[str]:
    """For the page: how many approved reports, and how many handed in, these rows take back to draft."""
    return Counter(_COUNTED[row.review] for row in rows if voids_review(row))

"""Who last wrote figures into a month's report, and with which words: told from its history, in which moves of the review stand too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from projects.models import MonthReport

FIGURES = ("done_month_wan", "done_ytd_wan", "cum_total_wan", "progress_percent", "progress_text", "problems", "is_approx")
_PART = 500


@dataclass(frozen=True, slots=True)
class Edit:
    """The newest write of a report that changed a figure or a text of it."""

    actor_id: int | None
    reason: str
    upload_id: int | None


def last_edits(report_ids: Sequence[int]) -> dict[int, Edit]:
    """Report id → its newest edit. One query for each five hundred reports."""
    found: dict[int, Edit] = {}
    for start in range(0, len(report_ids), _PART):
        rows = MonthReport.history.filter(id__in=report_ids[start : start + _PART]).order_by("id", "history_id")
        before: tuple[int, tuple[object, ...]] | None = None
        for key, actor_id, reason, upload_id, *figures in rows.values_list("id", "history_user_id", "history_change_reason", "upload_id", *FIGURES):
            now = (key, tuple(figures))
            if now != before:
                found[key] = Edit(actor_id, reason or "", upload_id)
            before = now
    return found


def reworked(report_ids: Sequence[int]) -> set[int]:
    """Of reports that stand returned, those whose figures or words are others now than when they were returned. One query for each five hundred."""
    then: dict[int, tuple[object, ...]] = {}
    now: dict[int, tuple[object, ...]] = {}
    for start in range(0, len(report_ids), _PART):
        rows = MonthReport.history.filter(id__in=report_ids[start : start + _PART]).order_by("id", "history_id")
        is_returned = False
        last = None
        for key, state, *figures in rows.values_list("id", "state", *FIGURES):
            was_returned, is_returned = is_returned and key == last, state == MonthReport.State.RETURNED
            if is_returned and not was_returned:
                then[key] = tuple(figures)
            now[key], last = tuple(figures), key
    return {key for key, figures in then.items() if figures != now[key]}

"""Amounts that the file itself calls approximate (约, 近, 左右): the mark goes into the tables with the amount, and is shown with it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from exchange.parse import ReadRow
from exchange.plan import Intent, Known, Value

FLAG, TOTAL, TEXT = "is_approx", "total_wan", "total_text"
_MONTH = frozenset({"done_month_wan", "done_ytd_wan", "cum_total_wan"})
_TEXT_MOST = 60


def rough_fields(row: ReadRow) -> list[str]:
    """The fields of a row whose amount was read from words that make it approximate."""
    if not row.findings:
        return []
    said = {placed.finding.field for placed in row.findings if placed.finding.code == "amount_approx"}
    return sorted(name for name in said if name is not None and isinstance(row.values.get(name), Decimal))


def mark_rough(row: ReadRow, intents: Iterable[Intent], known: Known | None) -> None:
    """Beside each total and each month's figures that are written, whether they are approximate: the mark follows the figure.

    A figure that stays takes its mark from nobody: the same number without 约 is no news.
    """
    rough = rough_fields(row)
    for intent in intents:
        if intent.table == "project" and TOTAL in intent.values:
            text = str(row.place(TOTAL).raw or "").strip()[:_TEXT_MOST] if TOTAL in rough else ""
            _put(intent, known, {TEXT: text, FLAG: TOTAL in rough})
        elif intent.table == "month" and not _MONTH.isdisjoint(intent.values):
            _put(intent, known, {FLAG: not _MONTH.isdisjoint(rough)})


def _put(intent: Intent, known: Known | None, marks: dict[str, Value]) -> None:
    """Into the intent, what differs from what is stored; of a new row what is more than nothing."""
    stored = known.role(intent.table) if known is not None and intent.id is not None else None
    for name, mark in marks.items():
        before = stored.values.get(name) if stored is not None else None
        if (before or mark) and before != mark:
            intent.values[name] = mark
            if stored is not None:
                intent.old[name] = before


def was_rough(intent: Intent, column: str, rough: Iterable[str]) -> bool:
    """Whether what stands in a money column now is approximate, as far as the plan tells: its mark moves, or stays with a mark that is there."""
    if intent.id is None or column not in (TOTAL, *_MONTH) or intent.table not in ("project", "month"):
        return False
    return bool(intent.old[FLAG]) if FLAG in intent.values else column in set(rough)

"""What writing into a month's report does to its review: a submission or an approval falls, in the same transaction, and is told.

Both ways of writing use it: the form for one report (`void_one`), the set-wise writer for many (`voided_states`, `tell_voided`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from projects.models import MonthReport, ReviewEvent, Source
from projects.workflow import VOIDED, State, Verb, after_edit

_PART = 500


def voided_states(report_ids: Iterable[int]) -> dict[int, str]:
    """Report id → its state, of those whose review an edit takes away."""
    ids = sorted(set(report_ids))
    found: dict[int, str] = {}
    for start in range(0, len(ids), _PART):
        rows = MonthReport.objects.filter(pk__in=ids[start : start + _PART], state__in=[state.value for state in VOIDED])
        found |= dict(rows.values_list("pk", "state"))
    return found


def tell_voided(states: Mapping[int, str], *, source: Source) -> None:
    """Write the events of reports that have just gone from these states back to draft."""
    made = [
        ReviewEvent(
            report_id=key,
            verb=Verb.VOID.value,
            from_state=state,
            to_state=after_edit(State(state)).value,
            by_id=source.actor_id,
            reason=source.reason[:500],
            upload_id=source.upload_id,
        )
        for key, state in sorted(states.items())
    ]
    ReviewEvent.objects.bulk_create(made, batch_size=_PART)


def void_one(report: MonthReport, *, actor: Any, door: str, reason: str = "") -> bool:
    """Take the report that is about to be saved back to draft, and say so. Answers whether there was anything to take away."""
    before = report.state
    report.state = after_edit(State(before)).value
    if report.state == before:
        return False
    tell_voided({report.pk: before}, source=Source(door, getattr(actor, "pk", None), None, reason))
    return True

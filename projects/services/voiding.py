"""What writing into a month's report does to its review: a submission or an approval falls, in the same transaction, and is told.

Both ways of writing use it: the form for one report (`void_one`), the set-wise writer for many (`voided_states`, `tell_voided`).
A unit that said "nothing changed" and then writes figures has taken that back: `withdraw_nil_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accounts import audit
from accounts.models import User
from projects.models import MonthReport, NilReturn, Project, ReviewEvent, Source
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


def withdraw_nil_of(project_ids: Iterable[int], period_id: int | None, *, source: Source) -> int:
    """Take back the "nothing changed" of the units whose figures of the period are being written: it is no longer so. Answers how many."""
    said = {row.unit_id: row for row in NilReturn.objects.filter(period=period_id).select_related("period", "by")} if period_id else {}
    if not said:
        return 0
    ids = sorted(set(project_ids))
    units: set[int] = set()
    for start in range(0, len(ids), _PART):
        units |= set(Project.objects.filter(pk__in=ids[start : start + _PART], unit__in=said).order_by().values_list("unit_id", flat=True))
    actor = User.objects.filter(pk=source.actor_id).first() if source.actor_id else None
    for unit_id in sorted(units):
        nil = said[unit_id]
        told: dict[str, Any] = {"unit": unit_id, "period": str(nil.period.as_period), "note": nil.note, "by": str(nil.by or "")}
        if source.upload_id:
            told["upload"] = source.upload_id
        audit.record("month.nil_withdraw", actor=actor, obj=nil, **told)
        nil.delete()
    return len(units)


def void_one(report: MonthReport, *, actor: Any, door: str, reason: str = "") -> bool:
    """Take the report that is about to be saved back to draft, and say so. Answers whether there was anything to take away."""
    before = report.state
    report.state = after_edit(State(before)).value
    if report.state == before:
        return False
    tell_voided({report.pk: before}, source=Source(door, getattr(actor, "pk", None), None, reason))
    return True

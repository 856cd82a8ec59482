"""What writing into a month's report does to its review: a submission or an approval falls, in the same transaction, and is told.

Both ways of writing use it: the form for one report (`void_one`), the set-wise writer for many (`voided_states`, `tell_voided`).
A unit that said "nothing changed" and then writes figures has taken that back: `withdraw_nil_of`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils import timezone

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
    _tell(Verb.VOID, {key: (state, after_edit(State(state)).value) for key, state in states.items()}, source)


def tell_restored(states: Mapping[int, tuple[str, str]], *, source: Source) -> None:
    """Write the events of reports that have just got back the state they had lost: report id → (from, to)."""
    _tell(Verb.RESTORE, states, source)


def _tell(verb: Verb, states: Mapping[int, tuple[str, str]], source: Source) -> None:
    told = {"verb": verb.value, "by_id": source.actor_id, "reason": source.reason[:500], "upload_id": source.upload_id}
    made = [ReviewEvent(report_id=key, from_state=before, to_state=after, **told) for key, (before, after) in sorted(states.items())]
    ReviewEvent.objects.bulk_create(made, batch_size=_PART)


def withdraw_nil_of(project_ids: Iterable[int], period_id: int | None, *, source: Source) -> int:
    """Take back the "nothing changed" of the units whose figures of the period are being written: it is no longer so. Answers how many."""
    said = said_unchanged(project_ids, period_id) if period_id else []
    if not said:
        return 0
    actor = User.objects.filter(pk=source.actor_id).first() if source.actor_id else None
    for nil in said:
        told: dict[str, Any] = {"unit": nil.unit_id, "period": str(nil.period.as_period), "note": nil.note, "by": str(nil.by or "")}
        if source.upload_id:
            told["upload"] = source.upload_id
        audit.record("month.nil_withdraw", actor=actor, obj=nil, **told)
        nil.withdrawn_at, nil.withdrawn_by, nil.withdrawn_upload_id = timezone.now(), actor, source.upload_id
        nil.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_upload_id"])
    return len(said)


def said_unchanged(project_ids: Iterable[int], period_id: int) -> list[NilReturn]:
    """What the units of these projects say to be unchanged in the period, by unit."""
    said = {row.unit_id: row for row in NilReturn.objects.standing().filter(period=period_id).select_related("period", "by")}
    if not said:
        return []
    ids = sorted(set(project_ids))
    units: set[int] = set()
    for start in range(0, len(ids), _PART):
        units |= set(Project.objects.filter(pk__in=ids[start : start + _PART], unit__in=said).order_by().values_list("unit_id", flat=True))
    return [said[unit_id] for unit_id in sorted(units)]


def returning_nil(months: Iterable[tuple[int, int]], gone: Collection[int], upload_ids: Collection[int]) -> list[NilReturn]:
    """Of (project, period) whose reports `gone` would go: what those units said to be unchanged until one of these uploads wrote figures,
    and what is so again. A unit of which another report stays, or which has said it anew since, is left out. Four queries."""
    asked = set(months)
    units = dict(Project.objects.filter(pk__among=sorted({project for project, _period in asked})).values_list("pk", "unit_id"))
    places = {(units[project], period) for project, period in asked if project in units}
    periods = {period for _unit, period in places}
    told = MonthReport.objects.filter(period__in=periods, project__unit__in={unit for unit, _period in places})
    staying = {(unit, period) for pk, unit, period in told.values_list("pk", "project__unit", "period") if pk not in gone}
    rows = NilReturn.objects.filter(period__in=periods).select_related("period", "unit", "by")
    taken = staying | {(row.unit_id, row.period_id) for row in rows if row.withdrawn_at is None}
    found = {(row.unit_id, row.period_id): row for row in sorted(rows, key=lambda row: row.pk) if row.withdrawn_upload_id in upload_ids}
    return [row for place, row in sorted(found.items()) if place in places - taken]


def say_nil_again(rows: Iterable[NilReturn], *, source: Source) -> None:
    """Let stand again what was withdrawn only because figures came, and the figures are gone."""
    actor = User.objects.filter(pk=source.actor_id).first() if source.actor_id else None
    for nil in rows:
        told: dict[str, Any] = {
            "unit": nil.unit_id,
            "period": str(nil.period.as_period),
            "note": nil.note,
            "by": str(nil.by or ""),
            "upload": source.upload_id,
        }
        nil.withdrawn_at = nil.withdrawn_by = nil.withdrawn_upload_id = None
        nil.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_upload_id"])
        audit.record("month.nil_again", actor=actor, obj=nil, **told)


def void_one(report: MonthReport, *, actor: Any, door: str, reason: str = "") -> bool:
    """Take the report that is about to be saved back to draft, and say so. Answers whether there was anything to take away."""
    before = report.state
    report.state = after_edit(State(before)).value
    if report.state == before:
        return False
    tell_voided({report.pk: before}, source=Source(door, getattr(actor, "pk", None), None, reason))
    return True

"""Rules on what many projects make up: a list version, and a unit's whole return for a month. Pure."""

from __future__ import annotations

from datetime import timedelta

from projects.findings import Finding
from projects.measures import yi_text
from projects.records import Context, ListRecord, ReturnRecord
from projects.rules.saying import Said, reason


def list_adds_up(found: ListRecord, context: Context) -> Said:
    """Rule 68: a list has as many members, and as much investment, as its document declares."""
    slack = context.thresholds.list_tolerance_wan if found.tolerance_wan is None else found.tolerance_wan
    count_off = found.declared_count is not None and found.declared_count != found.count
    total_off = found.declared_total_wan is not None and (found.total_wan is None or abs(found.total_wan - found.declared_total_wan) > slack)
    if not count_off and not total_off:
        return None
    return reason(
        "list_differs",
        "count" if count_off else "total_wan",
        list=found.name,
        declared_count="—" if found.declared_count is None else found.declared_count,
        declared_total=yi_text(found.declared_total_wan),
        count=found.count,
        total=yi_text(found.total_wan),
    )


def approximations_noted(found: ListRecord, context: Context) -> Said:
    """Rule 69: a total that adds up approximate figures (近, 约) says so."""
    if found.approximate_count == 0 or found.note:
        return None
    return reason("total_approximate", "total_wan", list=found.name, count=found.approximate_count)


def return_in_time(found: ReturnRecord, context: Context) -> Said:
    """Rule 42: a return comes by its due date, and is late once its grace is over, as everywhere (`workflow.is_late`)."""
    due, last = found.due_on, found.grace_until or found.due_on
    if due is None or last is None or found.submitted_on <= last:
        return None
    days = (last - due).days
    grace = (f"宽限{days}天至{last}", f"{days} days of grace until {last}") if days else ("没有宽限", "no grace")
    said = {"unit": found.unit, "month": str(found.month), "due": str(due), "days": (found.submitted_on - last).days}
    return reason("return_late", None, **said, grace_zh=grace[0], grace_en=grace[1], late_from=str(last + timedelta(days=1)))


def nobody_missing(found: ReturnRecord, context: Context) -> Said:
    """Rule 49: a project that was active last month is in this month's return."""
    said: list[Finding] = [
        reason("project_not_reported", "name", name=name, month=str(found.month))
        for identity, name in found.expected.items()
        if identity not in found.reported
    ]
    return tuple(said)

"""The single verbs on a project and its months: enter it, change it, keep a report. What the set-wise `batches` does for many, for one.

Both keep the same promises: a new project has a number and a baseline; a changed total or date leaves a plan version with its reason.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from projects.models import LocationShare, MonthReport, PlanVersion, Project, Source
from projects.naming import name_key
from projects.proposals import PLANNED
from projects.services.voiding import void_one, withdraw_nil_of


@transaction.atomic
def enter_project(project: Project) -> Project:
    """Store a new project with its number and its baseline. The number is made of the row's id, so the row is saved twice."""
    project.name_key = name_key(project.name)
    project.uid = f"new-{secrets.token_hex(4)}"
    project.save()
    project.uid = f"P-{project.pk:06d}"
    project.save(update_fields=["uid"])
    PlanVersion.objects.create(project=project, number=1, is_baseline=True, **_planned(project))
    return project


@transaction.atomic
def change_project(project: Project, changed: Iterable[str], *, reason: str, doc_no: str = "", decided_on: date | None = None) -> bool:
    """Store the columns of an existing project that were changed; answers whether any was. A changed plan stands on its document.

    Tags hang beside the row: a change of them alone still counts the row's revision and leaves a line of history.
    """
    if not set(changed):
        return False
    names = set(changed) & {column.name for column in Project._meta.concrete_fields}
    if "name" in names:
        project.name_key = name_key(project.name)
        names.add("name_key")
    project.save(update_fields=names)
    if names & set(PLANNED):
        number = PlanVersion.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
        document: dict[str, Any] = {"reason": reason or "—", "doc_no": doc_no, "decided_on": decided_on}
        PlanVersion.objects.create(project=project, number=number + 1, **document, **_planned(project))
    return True


def place_project(project: Project) -> None:
    """Put a project that lies nowhere yet into the division of its unit."""
    if project.unit.division_id and not LocationShare.objects.filter(project=project).exists():
        LocationShare.objects.create(project=project, division_id=project.unit.division_id)


def _planned(project: Project) -> dict[str, Any]:
    return {name: getattr(project, name) for name in PLANNED}


@dataclass(frozen=True, slots=True)
class KeptMonth:
    """What storing a month's report did beside: its review fell, and the unit's "nothing changed" ended."""

    is_voided: bool
    ended_nil: bool


@transaction.atomic
def keep_month(report: MonthReport, *, is_new: bool, actor: Any, door: str, reason: str = "") -> KeptMonth:
    """Store a new or changed report. What was handed in or approved goes back to draft, in the same transaction."""
    is_voided = not is_new and void_one(report, actor=actor, door=door, reason=reason)
    report.save()
    ended = withdraw_nil_of([report.project_id], report.period_id, source=Source(door, getattr(actor, "pk", None)))
    return KeptMonth(is_voided, bool(ended))

"""What stands in the way of taking rows back, asked of the database set-wise: locked months, places taken since, what is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models

from exchange.services.inverse.traces import parts
from projects.models import AnnualPlan, Entry, LocationShare, MonthReport, PlanVersion, Project, ProjectCode, Proposal, ReportingPeriod
from projects.services.periods import Guard
from projects.workflow import Answer

# By which columns a row is the only one of its table.
PLACES: Mapping[type[models.Model], tuple[str, ...]] = {
    Project: ("unit_id", "name_key"),
    ProjectCode: ("code",),
    MonthReport: ("project_id", "period_id"),
    AnnualPlan: ("project_id", "year", "month"),
    Entry: ("version_id", "project_id"),
    LocationShare: ("project_id", "division_id"),
    PlanVersion: ("project_id", "number"),
}

PLANNED = ("total_wan", "planned_start", "planned_finish")  # what a plan version records


Months = Mapping[tuple[int, int], Answer]


def closed_months(rows: Iterable[tuple[int, int]]) -> Months:
    """Of (project, period) those whose month nobody of the project's unit may write now, with the words of why."""
    asked = set(rows)
    if not asked:
        return {}
    periods = {period.pk: period for period in ReportingPeriod.objects.select_related("locked_by").filter(pk__in={period for _, period in asked})}
    units: dict[int, int] = {}
    for part in parts(sorted({project for project, _ in asked})):
        units |= dict(Project.objects.filter(pk__in=part).values_list("id", "unit_id"))
    guard = Guard(periods.values())
    answers: dict[tuple[int | None, int], Answer] = {}
    found = {}
    for project, period in asked:
        key = (units.get(project), period)
        if key not in answers:
            answers[key] = guard.answer(key[0], periods[period])
        if not answers[key]:
            found[(project, period)] = answers[key]
    return found


def taken(model: type[models.Model], wanted: Sequence[tuple[Any, ...]]) -> dict[tuple[Any, ...], int]:
    """Of places (the columns of PLACES, in order) those where a row stands now, with its id."""
    names = PLACES[model]
    first = next((at for at, name in enumerate(names) if name not in {"unit_id", "version_id"}), 0)
    asked = set(wanted)
    found: dict[tuple[Any, ...], int] = {}
    for part in parts(sorted({place[first] for place in wanted})):
        for key, *place in model._default_manager.filter(**{f"{names[first]}__in": part}).values_list("id", *names):
            if tuple(place) in asked:
                found[tuple(place)] = key
    return found


def missing_targets(model: type[models.Model], column: str, ids: Iterable[int]) -> set[int]:
    """Of ids that a column would point to those that are not stored any more."""
    field: Any = next(one for one in model._meta.concrete_fields if one.attname == column)
    asked = set(ids)
    known: set[int] = set()
    for part in parts(sorted(asked)):
        known |= set(field.related_model._default_manager.filter(pk__in=part).values_list("pk", flat=True))
    return asked - known


def primary_codes(project_ids: Iterable[int]) -> dict[int, set[int]]:
    """For each project the ids of its primary codes as they stand."""
    found: dict[int, set[int]] = {}
    for part in parts(sorted(set(project_ids))):
        rows = ProjectCode.objects.filter(project__in=part, role=ProjectCode.Role.PRIMARY)
        for key, project_id in rows.values_list("id", "project_id"):
            found.setdefault(project_id, set()).add(key)
    return found


def plan_versions(project_ids: Iterable[int]) -> dict[int, list[tuple[int, int, tuple[Any, ...]]]]:
    """For each project its plan versions as (number, id, what was planned), the newest first."""
    found: dict[int, list[tuple[int, int, tuple[Any, ...]]]] = {}
    for part in parts(sorted(set(project_ids))):
        rows = PlanVersion.objects.filter(project__in=part).order_by("-number")
        for key, project_id, number, *planned in rows.values_list("id", "project_id", "number", *PLANNED):
            found.setdefault(project_id, []).append((number, key, tuple(planned)))
    return found


def alive(project_ids: Iterable[int]) -> set[int]:
    """Those of the projects that are still stored."""
    found: set[int] = set()
    for part in parts(sorted(set(project_ids))):
        found |= set(Project.objects.filter(pk__in=part).values_list("pk", flat=True))
    return found


def withdrawn_proposals(project_ids: Iterable[int]) -> set[int]:
    """Proposals about these projects that were taken back before anybody judged them: they hold no project, and go and come back with it."""
    found: set[int] = set()
    for part in parts(sorted(set(project_ids))):
        rows = Proposal.objects.filter(project__in=part, state=Proposal.State.WITHDRAWN)
        found |= set(rows.values_list("pk", flat=True))
    return found

"""What is stored about the projects that a batch of rows speaks of, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models

from exchange.plan import ENTRY_SLOTS, MONTH_SLOTS, PROJECT_SLOTS, Known, Slot, Stored, Value
from projects.models import AnnualPlan, Entry, MonthReport, Project, ProjectCode, ReportingPeriod, in_time
from projects.services.periods import earlier_this_year
from projects.values import wan_to_fen


@dataclass(frozen=True, slots=True)
class Frame:
    """For which year, period and list version the stored state is asked."""

    year: int | None = None
    period: ReportingPeriod | None = None  # perhaps not stored yet, when nobody has reported the month
    list_version_id: int | None = None


@dataclass(slots=True)
class Snapshot:
    """The stored state by project, with the ways in: code, name within a unit, name in the whole city."""

    known: dict[int, Known] = field(default_factory=dict)
    units: dict[int, int] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    by_code: dict[str, int] = field(default_factory=dict)
    by_name: dict[tuple[int, str], int] = field(default_factory=dict)
    by_city_name: dict[str, list[int]] = field(default_factory=dict)
    earlier: dict[int, list[dict[str, Any]]] = field(default_factory=dict)  # this year's months before the period, oldest first

    def match(self, code: str | None, unit_id: int | None, name: str) -> int | None:
        """The project a row speaks of: by code, else by name within the unit, else by a name that only one project has."""
        if code and code in self.by_code:
            return self.by_code[code]
        if unit_id is not None:
            return self.by_name.get((unit_id, name))
        found = self.by_city_name.get(name, [])
        return found[0] if len(found) == 1 else None


def load(codes: Iterable[str], names: Iterable[str], frame: Frame) -> Snapshot:
    """Everything stored about the projects with these codes or name keys."""
    snapshot = Snapshot()
    snapshot.by_code |= dict(ProjectCode.objects.filter(code__among=sorted(set(codes))).values_list("code", "project_id"))
    ids = set(snapshot.by_code.values())
    for key, unit_id, name in Project.objects.filter(name_key__among=sorted(set(names))).values_list("id", "unit_id", "name_key"):
        snapshot.by_name[(unit_id, name)] = key
        snapshot.by_city_name.setdefault(name, []).append(key)
        ids.add(key)
    _load_known(snapshot, sorted(ids), frame)
    return snapshot


def load_projects(ids: Iterable[int], frame: Frame) -> Snapshot:
    """Everything stored about these projects."""
    snapshot = Snapshot()
    _load_known(snapshot, sorted(set(ids)), frame)
    return snapshot


def stored_value(value: Any, slot: Slot) -> Value:
    """A model's value in the plan's form, so that both sides compare alike."""
    if value is None:
        return None
    if slot.is_money:
        return wan_to_fen(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value if isinstance(value, str | int) else str(value)


def _slots(table: str) -> dict[str, Slot]:
    return {slot.column: slot for slot in (*PROJECT_SLOTS.values(), *MONTH_SLOTS.values(), *ENTRY_SLOTS.values()) if slot.table == table}


def _stored(model: type[models.Model], table: str, filters: dict[str, Any]) -> Iterable[tuple[int, Stored]]:
    """(project id, stored row) of a table's rows."""
    slots = _slots(table)
    for row in model._default_manager.filter(**filters).values("id", "revision", "project_id", *slots):
        yield row["project_id"], Stored(row["id"], row["revision"], {name: stored_value(row[name], slot) for name, slot in slots.items()})


def _load_known(snapshot: Snapshot, ids: Sequence[int], frame: Frame) -> None:
    if not ids:
        return
    slots = _slots("project")
    roles = _load_roles(ids, frame)
    for row in Project.objects.filter(pk__among=ids).values("id", "revision", "unit_id", "kind", "name_key", *slots):
        values = {name: stored_value(row[name], slot) for name, slot in slots.items()}
        key = row["id"]
        snapshot.units[key] = row["unit_id"]
        snapshot.kinds[key] = row["kind"]
        snapshot.names[key] = row["name_key"]
        snapshot.known[key] = Known(Stored(key, row["revision"], values), **{role: found.get(key) for role, found in roles.items()})
    if frame.period is not None:
        _load_earlier(snapshot, ids, frame.period)


def _load_roles(ids: Sequence[int], frame: Frame) -> dict[str, dict[int, Stored]]:
    """Role → project id → the stored row that hangs on the project, for this year, period and list version."""
    questions: dict[str, tuple[type[models.Model], dict[str, Any]] | None] = {
        "code": (ProjectCode, {"role": ProjectCode.Role.PRIMARY}),
        "annual": (AnnualPlan, {"year": frame.year, "month": None}) if frame.year is not None else None,
        "month": (MonthReport, {"period": frame.period}) if frame.period is not None and frame.period.pk else None,
        "entry": (Entry, {"version": frame.list_version_id}) if frame.list_version_id is not None else None,
    }
    roles: dict[str, dict[int, Stored]] = {}
    for role, question in questions.items():
        roles[role] = {}
        if question is not None:
            model, filters = question
            roles[role] = dict(_stored(model, role, {"project_id__among": ids, **filters}))
    return roles


def _load_earlier(snapshot: Snapshot, ids: Sequence[int], period: ReportingPeriod) -> None:
    """This year's earlier months of these projects and the December before, for the rules that compare with them."""
    rows = MonthReport.objects.filter(earlier_this_year(period.as_period), project_id__among=ids).order_by(*in_time("period__"))
    for row in rows.values("project_id", "period__year", "period__month", "period__half", "done_month_wan", "done_ytd_wan", "progress_text"):
        snapshot.earlier.setdefault(row["project_id"], []).append(dict(row))

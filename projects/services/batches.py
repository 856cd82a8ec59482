"""Writes many projects at once: the set-wise twin of the single verbs, with the same side effects and the same history.

A new project gets its number, its code, its baseline and its place; a changed total or date gets a plan version with the reason; a
replaced code is superseded, never deleted. How rows reach the tables is the writer's matter (`exchange.bulk`): this room knows no
engine. Runs in the caller's transaction; the writer refuses rows that moved since they were read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import models
from django.db.models import Max

from projects.models import AnnualPlan, Entry, LocationShare, MonthReport, PlanVersion, Project, ProjectCode, Source
from projects.naming import name_key
from projects.services.voiding import tell_voided, voided_states, withdraw_nil_of
from projects.values import ProjectCode as CodeValue
from projects.workflow import State, after_edit

Columns = Mapping[str, Any]


class Writer(Protocol):
    """What a set-wise writer can do; rows are column values as stored, the first one the id."""

    def now(self) -> Any: ...

    def take_ids(self, model: type[models.Model], count: int) -> list[int]: ...

    def insert(self, model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], *, source: Source) -> None: ...

    def update(self, model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], *, source: Source) -> None: ...


@dataclass(slots=True)
class TableChange:
    """New values for one table; no id inserts a row, an id changes the row that still has this revision."""

    id: int | None
    revision: int | None
    values: Columns


@dataclass(slots=True)
class ProjectChange:
    """Everything to be written for one project. `project_id` is None for a new one, which then needs `unit_id` and `kind`."""

    project_id: int | None
    unit_id: int | None
    kind: str
    tables: dict[str, TableChange] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frame:
    """What all changes of a batch share: the plan year, the period, the list version, and the division of each unit."""

    year: int | None = None
    period_id: int | None = None
    list_version_id: int | None = None
    divisions: Mapping[int, int] = field(default_factory=dict)
    document: str = ""


def write_changes(changes: Sequence[ProjectChange], frame: Frame, *, source: Source, write: Writer) -> None:
    """Write a batch of changes and their history. Queries do not grow with the number of changes."""
    _create_projects([change for change in changes if change.project_id is None], frame, source=source, write=write)
    _change_projects(changes, frame, source=source, write=write)
    _write_codes(changes, source=source, write=write)
    _write_hanging(AnnualPlan, "annual", changes, {"year": frame.year, "month": None}, source=source, write=write)
    _write_months(changes, frame, source=source, write=write)
    _write_hanging(Entry, "entry", changes, {"version_id": frame.list_version_id}, source=source, write=write)


def _write_months(changes: Sequence[ProjectChange], frame: Frame, *, source: Source, write: Writer) -> None:
    """Month reports; one that was handed in or approved goes back to draft in the same write, and its record says so."""
    tables = [change.tables["month"] for change in changes if "month" in change.tables]
    voided = voided_states(table.id for table in tables if table.id is not None and table.values)
    for table in tables:
        if table.id in voided:
            table.values = {**table.values, "state": after_edit(State(voided[table.id])).value}
    fixed = {"period_id": frame.period_id, "state": MonthReport.State.DRAFT}
    _write_hanging(MonthReport, "month", changes, fixed, source=source, write=write)
    tell_voided(voided, source=source)
    written = (change.project_id for change in changes if change.project_id is not None and "month" in change.tables)
    withdraw_nil_of(written, frame.period_id, source=source)


def blank_row(model: type[models.Model], write: Writer) -> dict[str, Any]:
    """Column → the value a new row has before anything is given, in column order, id first."""
    moment = write.now()
    row: dict[str, Any] = {}
    for column in model._meta.concrete_fields:
        if isinstance(column, models.DateTimeField) and (column.auto_now or column.auto_now_add):
            row[str(column.column)] = moment
        else:
            row[str(column.column)] = column.get_default()
    return row


def _insert(model: type[models.Model], rows: Sequence[Columns], *, source: Source, write: Writer) -> list[int]:
    """Insert rows given by column name; answers their ids in order."""
    if not rows:
        return []
    blank = blank_row(model, write)
    columns = list(blank)
    place = {name: at for at, name in enumerate(columns)}
    start = list(blank.values())
    full = []
    for given in rows:
        row = start.copy()
        for name, value in given.items():
            row[place[name]] = value
        full.append(row)
    # The ids are asked for last: until then the writer may still be at work on the rows before.
    ids = write.take_ids(model, len(rows))
    for key, row in zip(ids, full, strict=True):
        row[0] = key
    write.insert(model, columns, full, source=source)
    return ids


def _update(model: type[models.Model], rows: Sequence[tuple[int, int | None, Columns]], *, source: Source, write: Writer) -> None:
    """Change rows, those that change the same columns together."""
    groups: dict[tuple[str, ...], list[list[Any]]] = {}
    for key, revision, values in rows:
        groups.setdefault(tuple(values), []).append([key, revision, *values.values()])
    for columns, group in groups.items():
        write.update(model, columns, group, source=source)


def _create_projects(new: Sequence[ProjectChange], frame: Frame, *, source: Source, write: Writer) -> None:
    if not new:
        return
    blank = blank_row(Project, write)
    columns = list(blank)
    place = {name: at for at, name in enumerate(columns)}
    start = list(blank.values())
    rows = []
    for change in new:
        values = change.tables["project"].values
        row = start.copy()
        row[place["kind"]] = change.kind
        row[place["unit_id"]] = change.unit_id
        row[place["name_key"]] = name_key(str(values["name"]))
        row[place["revision"]] = 1
        for name, value in values.items():
            row[place[name]] = value
        rows.append(row)
    for key, row, change in zip(write.take_ids(Project, len(new)), rows, new, strict=True):
        row[0] = change.project_id = key
        row[place["uid"]] = f"P-{key:06d}"
    write.insert(Project, columns, rows, source=source)
    _insert(PlanVersion, [_baseline(change, frame) for change in new], source=source, write=write)
    places = [(change, _division(change, frame)) for change in new]
    _insert(
        LocationShare,
        [{"project_id": change.project_id, "division_id": division} for change, division in places if division is not None],
        source=source,
        write=write,
    )


def _division(change: ProjectChange, frame: Frame) -> int | None:
    """Where a new project lies: the place the row names, else where its unit is."""
    named = change.tables.get("location")
    if named is not None:
        return int(named.values["division_id"])
    return frame.divisions.get(change.unit_id) if change.unit_id is not None else None


_PLANNED = ("total_wan", "planned_start", "planned_finish")


def _baseline(change: ProjectChange, frame: Frame) -> dict[str, Any]:
    values = change.tables["project"].values
    given = {name: values[name] for name in _PLANNED if values.get(name) is not None}
    return {"project_id": change.project_id, "number": 1, "is_baseline": True, "doc_no": frame.document[:60], **given}


def _change_projects(changes: Sequence[ProjectChange], frame: Frame, *, source: Source, write: Writer) -> None:
    rows = []
    replanned = []
    for change in changes:
        table = change.tables.get("project")
        if table is None or table.id is None or not table.values:
            continue
        values = dict(table.values)
        if "name" in values:
            values["name_key"] = name_key(str(values["name"]))
        rows.append((table.id, table.revision, values))
        if any(name in values for name in _PLANNED):
            replanned.append(table.id)
    _update(Project, rows, source=source, write=write)
    _replan(replanned, frame, source=source, write=write)


def _replan(project_ids: Sequence[int], frame: Frame, *, source: Source, write: Writer) -> None:
    """Keep a plan version for each project whose total or dates have just changed."""
    if not project_ids:
        return
    rows = []
    reason = source.reason or frame.document or "—"
    numbers = dict(PlanVersion.objects.filter(project_id__among=project_ids).values_list("project").annotate(Max("number")))
    for project in Project.objects.filter(pk__among=project_ids).only("id", *_PLANNED):
        number = numbers.get(project.pk, 0) + 1
        row = {name: _as_stored(PlanVersion, name, getattr(project, name)) for name in _PLANNED}
        rows.append({"project_id": project.pk, "number": number, "reason": reason[:300], "doc_no": frame.document[:60], **row})
    _insert(PlanVersion, rows, source=source, write=write)


def _as_stored(model: type[models.Model], name: str, value: Any) -> Any:
    column = model._meta.get_field(name)
    return column.get_prep_value(value)  # type: ignore[union-attr]


def _write_codes(changes: Sequence[ProjectChange], *, source: Source, write: Writer) -> None:
    """New codes become primary; a code that takes another's place supersedes it."""
    new = []
    replaced = []
    for change in changes:
        table = change.tables.get("code")
        text = str(table.values.get("code") or "") if table is not None else ""
        if not text:
            continue
        parsed = CodeValue.parse(text)
        form = parsed.form.value if parsed is not None else ProjectCode.Form.OLD
        new.append({"project_id": change.project_id, "code": text, "form": form, "role": ProjectCode.Role.PRIMARY})
        replaced.append((table.id, table.revision) if table is not None and table.id is not None else None)
    retired = [(old[0], old[1], {"role": ProjectCode.Role.SUPERSEDED}) for old in replaced if old is not None]
    _update(ProjectCode, retired, source=source, write=write)
    ids = _insert(ProjectCode, new, source=source, write=write)
    pointers = [(old[0], (old[1] or 0) + 1, {"superseded_by_id": key}) for key, old in zip(ids, replaced, strict=True) if old is not None]
    _update(ProjectCode, pointers, source=source, write=write)


def _write_hanging(model: type[models.Model], role: str, changes: Sequence[ProjectChange], fixed: Columns, *, source: Source, write: Writer) -> None:
    """Insert or change the rows of a table that hangs on the project (one row each)."""
    new = []
    changed = []
    for change in changes:
        table = change.tables.get(role)
        if table is None:
            continue
        if table.id is None:
            new.append({"project_id": change.project_id, **fixed, **table.values})
        elif table.values:
            changed.append((table.id, table.revision, table.values))
    _insert(model, new, source=source, write=write)
    _update(model, changed, source=source, write=write)

"""Conflicts of a returned template: what the base was, if history still knows it, and what people choose.

An open conflict keeps the whole upload from being committed. A choice is kept with who and when; it holds for a later check of the same
file as long as both values are still the same. The rules judge what will stand, so whoever chooses has the file checked anew
(`exchange.tasks.choose_in_upload`); until then nothing of it can be committed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts import audit, scope
from accounts.roles import Action as May
from exchange.merge import Conflict, Merged, Take, choose, chosen_before, conflicts_of, pack
from exchange.models import Upload
from exchange.plan import SLOTS, Action, Known, PlannedRow, Stored
from exchange.services.contents import content_of
from exchange.services.faults import NotAllowedError, StateError
from exchange.services.leases import require_free
from exchange.services.merging import Merger
from exchange.services.parts import planned_rows
from exchange.services.snapshot import Frame, stored_value
from projects.models import AnnualPlan, MonthReport, Project, ProjectCode

UNJUDGED = "unjudged"  # of an upload's counts: something was chosen, and no rule has seen it yet
_HISTORY_ROWS = 40  # of one row looked through for the base
_MODELS: Mapping[str, type[models.Model]] = {"project": Project, "code": ProjectCode, "annual": AnnualPlan, "month": MonthReport}


def choose_for(upload: Upload, chosen: Mapping[str, Take], *, actor: Any, others: Take | None = None) -> Upload:
    """Note what is chosen in the conflicts of a checked upload, by key, and with `others` in all that are still open.

    The plan stays as it is: the next check makes it anew. Raises an UploadError; then nothing changed.
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        _check_may(locked, actor)
        require_free(locked)
        noted = {key: note for rows in planned_rows(locked) for key, note in _noted_in(rows, chosen, others, actor)}
        if not noted:
            raise StateError("nothing_chosen", "没有选择任何一项，请在每个冲突处选一个值。", "Nothing was chosen; take one value for each conflict.")
        locked.choices = {**locked.choices, **noted}
        locked.counts = {**locked.counts, UNJUDGED: True}
        locked.save(update_fields=["counts", "choices"])
        audit.record("upload.choose", actor=actor, obj=locked, chosen=len(noted), open=locked.counts.get(Action.CONFLICT.value, 0))
    upload.refresh_from_db()
    return upload


def _check_may(upload: Upload, actor: Any) -> None:
    if actor is not None and not scope.reaches(actor, May.UPLOAD, upload.unit_id):
        raise NotAllowedError("role", "您的岗位不能对该上传做这项操作。", "Your post may not do this with this upload.")
    if upload.state != Upload.State.CHECKED:
        state = upload.get_state_display()
        raise StateError("state", f"该上传当前为“{state}”，不能再选择。", f"This upload is {upload.state}; nothing can be chosen any more.")


def _noted_in(rows: Sequence[PlannedRow], chosen: Mapping[str, Take], others: Take | None, actor: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is chosen in these rows, by key, with who and when."""
    for row in rows:
        for conflict in conflicts_of(row):
            key = choice_key(row, conflict.field)
            take = chosen.get(key, others if conflict.is_open else None)
            if take is not None:
                yield key, _noted(conflict, take, actor)


def _noted(conflict: Conflict, take: Take, actor: Any) -> dict[str, Any]:
    ours, theirs = conflict.sides
    who = str(actor) if actor is not None else ""
    return {"take": take.value, "ours": ours, "theirs": theirs, "by": getattr(actor, "pk", None), "who": who, "at": timezone.now().isoformat()}


def choice_key(row: PlannedRow, name: str) -> str:
    """By what a choice is found again: of a fund sheet a project may have several rows, each of its own fund."""
    of = "".join(str(part) for part in (*row.fund[:2], row.fund[3])) if row.fund else row.period or ""
    return f"{row.project_id}:{of}:{name}"


def kept_choice(choices: Mapping[str, Any], row: PlannedRow, name: str) -> Mapping[str, Any] | None:
    """What was chosen for a field of a row before."""
    return choices.get(choice_key(row, name))


def settle_conflicts(planned: Sequence[PlannedRow], merger: Merger, choices: Mapping[str, Any]) -> None:
    """Give the conflicts of a batch their base values where history knows them, and the choices made before about the same values."""
    with_conflicts = [row for row in planned if row.merge and row.merge[1]]
    if not with_conflicts:
        return
    history = _history(with_conflicts, merger.frame)
    for row in with_conflicts:
        conflicts = conflicts_of(row)
        for conflict in conflicts:
            conflict.base = _base_values(row, conflict, merger, history)
        row.merge = [row.merge[0] if row.merge else [], pack(Merged(conflicts=conflicts))[1]]  # type: ignore[index]
        choose(row, chosen_before(conflicts, partial(kept_choice, choices, row)))


_History = dict[tuple[str, int], list[Stored]]


def _history(rows: Sequence[PlannedRow], frame: Frame) -> _History:
    """(table, project id) → its former values, newest first, for the tables that conflicts are in. A query for each table."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        for conflict in conflicts_of(row):
            wanted.setdefault(conflict.cells[0].table, set()).add(row.project_id or 0)
    found: _History = {}
    for table, ids in wanted.items():
        slots = {slot.column: slot for by_name in SLOTS.values() for slot in by_name.values() if slot.table == table}
        link = "id" if table == "project" else "project_id"
        history = _MODELS[table].history.filter(**{f"{link}__in": sorted(ids)}, **_frame_filter(table, frame))  # type: ignore[attr-defined]
        for values in history.order_by("-history_id").values("id", "revision", link, *slots).iterator():
            former = found.setdefault((table, values[link]), [])
            if len(former) < _HISTORY_ROWS:
                former.append(Stored(values["id"], values["revision"], {name: stored_value(values[name], slot) for name, slot in slots.items()}))
    return found


def _frame_filter(table: str, frame: Frame) -> dict[str, Any]:
    if table == "month":
        return {"period_id": frame.period.pk if frame.period is not None else None}
    if table == "annual":
        return {"year": frame.year, "month": None}
    return {"role": ProjectCode.Role.PRIMARY} if table == "code" else {}


def _base_values(row: PlannedRow, conflict: Conflict, merger: Merger, history: _History) -> list[Any] | None:
    """The values a cell had when it was exported: blank, or one of its former values with the mark of the base."""
    known = merger.known[row.project_id or 0]
    names = merger.names
    stamp, marker = merger.base.stamp, merger.base.marker
    assert stamp is not None
    assert marker is not None
    uid = merger.base.uids[known.project.id]
    mark = stamp.marks(uid)[conflict.field]
    if marker.mark(uid, conflict.field, None) == mark:
        return [None] * len(conflict.cells)
    table = conflict.cells[0].table
    for former in history.get((table, known.project.id), ()):
        then = Known(**{**{role: known.role(role) for role in ("project", "code", "annual", "month", "entry")}, table: former})  # type: ignore[arg-type]
        if marker.mark(uid, conflict.field, content_of(conflict.field, row.kind, then, names)) == mark:
            return [former.values.get(cell.column) for cell in conflict.cells]
    return None

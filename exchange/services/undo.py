"""Takes a committed upload back, from the history it left.

every row the upload wrote → is its latest history still this upload's? else it was changed since: named, and nothing is undone
→ rows it made are deleted, rows it changed get back the values they had before; both leave history of their own
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts import audit, scope
from accounts.roles import Action as May
from exchange import bulk
from exchange.models import Upload
from exchange.services.faults import MovedError, NotAllowedError, StateError
from projects.models import AnnualPlan, Door, Entry, LocationShare, MonthReport, PlanVersion, Project, ProjectCode, Source

# What an upload writes, those that hang on others first.
WRITTEN: tuple[type[models.Model], ...] = (Entry, MonthReport, AnnualPlan, PlanVersion, LocationShare, ProjectCode, Project)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Touched:
    """A row the upload wrote: what it did first (`+` or `~`), and its history before that."""

    id: int
    made: bool
    before: int | None  # history_id of the state to return to


def undo(upload: Upload, *, actor: Any, reason: str = "") -> Upload:
    """Take the upload back, all or nothing. MovedError names what was changed since; then nothing is undone."""
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if locked.state != Upload.State.COMMITTED:
            raise StateError(
                "state",
                f"该上传当前为“{locked.get_state_display()}”，不能撤销。",
                f"This upload is {locked.state}; only a committed one can be undone.",
            )
        _check_scope(locked, actor)
        source = Source(Door.UPLOAD, getattr(actor, "pk", None), locked.pk, reason or f"撤销上传 #{locked.pk}")
        touched = {model: list(_touched(model, locked.pk)) for model in WRITTEN}
        _refuse_moved(touched, locked.pk)
        counts = _revert(touched, source)
        locked.state = Upload.State.UNDONE
        locked.undone_at = timezone.now()
        locked.undone_by = actor if getattr(actor, "pk", None) else None
        locked.outcome = f"已撤销：删除新建的{counts['deleted']}条记录，恢复{counts['restored']}条记录的原值。"
        locked.outcome_en = f"Undone: {counts['deleted']} new records deleted, {counts['restored']} records restored."
        locked.save()
        audit.record("upload.undo", actor=actor, obj=locked, counts=counts)
    upload.refresh_from_db()
    return upload


def _check_scope(upload: Upload, actor: Any) -> None:
    if actor is None or scope.city_wide(actor, May.UNDO):
        return
    allowed = scope.unit_ids(actor, May.UNDO)
    units = set(Project.history.filter(upload_id=upload.pk).values_list("unit_id", flat=True))
    if not units <= allowed or (upload.unit_id is not None and upload.unit_id not in allowed):
        raise NotAllowedError("scope", "该上传涉及其他单位的项目，你不能撤销。", "This upload touches other units' projects; you can't undo it.")


def _touched(model: type[models.Model], upload_id: int) -> Iterator[Touched]:
    history = model.history  # type: ignore[attr-defined]
    first: dict[int, tuple[int, str]] = {}
    for history_id, key, kind in history.filter(upload_id=upload_id).order_by("history_id").values_list("history_id", "id", "history_type"):
        first.setdefault(key, (history_id, kind))
    for part in _parts(sorted(first)):
        before: dict[int, int] = {}
        for key, history_id in history.filter(id__in=part).order_by("history_id").values_list("id", "history_id"):
            if history_id < first[key][0]:
                before[key] = history_id
        for key in part:
            yield Touched(key, first[key][1] == "+", before.get(key))


def _parts(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]


def _refuse_moved(touched: dict[type[models.Model], list[Touched]], upload_id: int) -> None:
    """Refuse if a row the upload wrote was written by anything else since, or if something new hangs on a project it made."""
    moved: list[str] = []
    undone = set(Upload.objects.filter(state=Upload.State.UNDONE).values_list("pk", flat=True))  # their changes are no longer there
    for model, rows in touched.items():
        history = model.history  # type: ignore[attr-defined]
        for part in _parts([row.id for row in rows]):
            later: dict[int, int] = {}
            for key, history_id, by in history.filter(id__in=part).order_by("history_id").values_list("id", "history_id", "upload_id"):
                if by == upload_id:
                    later.pop(key, None)
                elif by not in undone:
                    later[key] = history_id
            changed = history.filter(history_id__in=later.values())
            moved += [f"{row.history_object} · {row.history_user or row.get_door_display()}" for row in changed.select_related("history_user")]
    made = [row.id for row in touched[Project] if row.made]
    known = {model: {row.id for row in rows} for model, rows in touched.items()}
    for model in WRITTEN:
        if model is Project:
            continue
        for part in _parts(made):
            extra = model._default_manager.filter(project__in=part).select_related("project")
            moved += [f"{row}" for row in extra if row.pk not in known[model]]
    if moved:
        shown = "；".join(moved[:5]) + ("等" if len(moved) > 5 else "")
        raise MovedError(
            "moved_since",
            f"有{len(moved)}条记录在本次上传之后又被修改，未撤销任何内容：{shown}。",
            f"{len(moved)} records were changed after this upload; nothing was undone: {shown}.",
        )


def _revert(touched: dict[type[models.Model], list[Touched]], source: Source) -> dict[str, int]:
    counts = {"deleted": 0, "restored": 0}
    for model, rows in touched.items():
        revisions: dict[int, int] = {}
        for part in _parts([row.id for row in rows]):
            revisions |= dict(model._default_manager.filter(pk__in=part).values_list("id", "revision"))
        changed = [row for row in rows if not row.made and row.before is not None]
        columns = [str(field.column) for field in model._meta.concrete_fields if field.column not in {"id", "revision", "updated_at"}]
        for part in _parts([row.before for row in changed if row.before is not None]):
            bulk.update(model, columns, list(_former(model, columns, part, revisions)), source=source)
        counts["restored"] += len(changed)
        made = [(row.id, revisions[row.id]) for row in rows if row.made and row.id in revisions]
        bulk.delete(model, made, source=source)
        counts["deleted"] += len(made)
    return counts


def _former(model: type[models.Model], columns: Sequence[str], history_ids: Sequence[int], revisions: dict[int, int]) -> Iterator[list[Any]]:
    """Rows (id, revision now, former values as stored) from the history rows given."""
    history: type[models.Model] = model.history.model  # type: ignore[attr-defined]
    stored = {field.column: field for field in history._meta.concrete_fields}
    for row in history._default_manager.filter(history_id__in=history_ids):
        values = [stored[name].get_prep_value(getattr(row, stored[name].attname)) for name in columns]
        yield [row.id, revisions[row.id], *[bulk.as_column(value) for value in values]]  # type: ignore[attr-defined]

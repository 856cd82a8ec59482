"""Takes a committed upload back, place by place, and brings it back again.

    lock the upload and its months → the inverse plan from history and the present (exchange.services.inverse)
    → is it still what the person saw? → rows deleted, changed, inserted, each with its revision compared and its history kept
    → a record of its own: how many places, which stayed and why → the upload says so, in the same transaction
A place that was changed since is never overwritten. Running it twice is harmless: the second time the state forbids it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Max, Min
from django.utils import timezone

from accounts import audit, scope
from accounts.roles import Action as May
from exchange import bulk
from exchange.models import Reversal, Upload
from exchange.services.faults import MovedError, NotAllowedError, StateError
from exchange.services.inverse import Inversion, Model, Trace, inversion_of
from exchange.services.inverse.traces import WRITTEN
from exchange.services.memory import without_collecting
from exchange.services.undo_words import kept_places, outcome_words
from projects.models import Door, MonthReport, PlanVersion, Project, Source
from projects.services.batches import blank_row
from projects.services.periods import hold
from projects.services.proposal_batches import reopen_of_upload, withdraw_of_upload
from projects.services.voiding import tell_voided
from projects.workflow import VOIDED, State, after_edit

UNDOABLE = frozenset({Upload.State.COMMITTED, Upload.State.PARTLY})
REDOABLE = frozenset({Upload.State.UNDONE, Upload.State.PARTLY})


def undo(upload: Upload, *, actor: Any, reason: str = "", door: str = Door.UPLOAD, seen: str = "") -> Upload:
    """Take back what the upload wrote and still stands. `seen` is the mark of the plan that the person was shown, where one was."""
    return _reverse(upload, Reversal.Kind.UNDO, actor=actor, reason=reason, door=door, seen=seen)


def redo(upload: Upload, *, actor: Any, reason: str = "", door: str = Door.UPLOAD, seen: str = "") -> Upload:
    """Bring back what taking the upload back took away, with the same care."""
    return _reverse(upload, Reversal.Kind.REDO, actor=actor, reason=reason, door=door, seen=seen)


def may_redo(upload: Upload) -> bool:
    """Whether there is a record of what was taken back, from which it can be brought back."""
    return upload.state in REDOABLE and upload.reversals.exists()


def mark_of(plan: Inversion) -> str:
    """A short mark that changes when the plan does."""
    places = [[item.trace.model._meta.model_name, item.trace.id, item.trace.revision, item.column, item.why, str(item.target)] for item in plan.items]
    return hashlib.sha256(json.dumps(places, ensure_ascii=False).encode()).hexdigest()[:16]


def _reverse(upload: Upload, kind: Reversal.Kind, *, actor: Any, reason: str, door: str, seen: str) -> Upload:
    try:
        with without_collecting(), transaction.atomic():
            locked = Upload.objects.select_for_update().get(pk=upload.pk)
            check_reversible(locked, kind)
            check_scope(locked, actor)
            hold(MonthReport.history.filter(upload_id=locked.pk).values_list("period_id", flat=True).distinct())
            plan = inversion_of(locked, redo=kind == Reversal.Kind.REDO)
            _check_seen(plan, seen)
            source = Source(door, getattr(actor, "pk", None), locked.pk, _reason(locked, kind, reason))
            last = _last_history(locked.pk)
            execute(plan, source)
            _proposals(locked, kind, actor)
            made = _record(locked, kind, plan, actor, reason, door, _spans(locked.pk, last))
            _finish(locked, made, actor)
            audit.record(f"upload.{kind.value}", actor=actor, obj=locked, counts=made.counts, reason=reason)
    except bulk.StaleRowsError as stale:
        raise _moved(f"{len(stale.ids)}条记录", f"{len(stale.ids)} records") from stale
    except IntegrityError as clash:
        raise _moved("有记录", "some records") from clash
    upload.refresh_from_db()
    return upload


def _proposals(upload: Upload, kind: Reversal.Kind, actor: Any) -> None:
    """What the upload proposed and nobody has settled goes with it, and comes back with it. What was approved stays: it has its own way back."""
    note = f"撤回上传 #{upload.pk}"
    settle = withdraw_of_upload if kind == Reversal.Kind.UNDO else reopen_of_upload
    settle(upload.pk, actor=actor, note=note)


def _moved(zh: str, en: str) -> MovedError:
    return MovedError(
        "moved",
        f"就在刚才{zh}又被他人修改，没有写入任何内容。请重新查看后再做。",
        f"Just now {en} were changed by somebody else. Nothing was written; look again, then repeat.",
    )


def _reason(upload: Upload, kind: Reversal.Kind, reason: str) -> str:
    said = f"{kind.label}上传 #{upload.pk}"
    return f"{said}：{reason.strip()}" if reason.strip() else said


def check_reversible(upload: Upload, kind: Reversal.Kind) -> None:
    """Refuse what the state of the upload doesn't allow."""
    if kind == Reversal.Kind.UNDO and upload.state not in UNDOABLE:
        raise StateError(
            "state",
            f"该上传当前为“{upload.get_state_display()}”，不能撤回。",
            f"This upload is {upload.state}; only a committed one can be undone.",
        )
    if kind == Reversal.Kind.REDO and not may_redo(upload):
        raise StateError(
            "state",
            f"该上传当前为“{upload.get_state_display()}”，没有可以恢复的撤回。",
            f"This upload is {upload.state}; there is no undo to bring back.",
        )


def check_scope(upload: Upload, actor: Any) -> None:
    """Refuse a person of one unit an upload that touched other units' projects, or whose projects are another unit's now."""
    if actor is None or scope.city_wide(actor, May.UNDO):
        return
    allowed = scope.unit_ids(actor, May.UNDO)
    touched: set[int] = set()
    for model in WRITTEN:
        key = "id" if model is Project else "project_id"
        touched |= set(model.history.filter(upload_id=upload.pk).values_list(key, flat=True))  # type: ignore[attr-defined]
    units = set(Project.history.filter(upload_id=upload.pk).values_list("unit_id", flat=True))
    ids = sorted(touched)
    for start in range(0, len(ids), 500):
        units |= set(Project.objects.filter(pk__in=ids[start : start + 500]).values_list("unit_id", flat=True))
    if not units <= allowed or (upload.unit_id is not None and upload.unit_id not in allowed):
        raise NotAllowedError("scope", "该上传涉及其他单位的项目，你不能撤回。", "This upload touches other units' projects; you can't undo it.")


def _check_seen(plan: Inversion, seen: str) -> None:
    if seen and seen != mark_of(plan):
        raise MovedError(
            "moved",
            "你查看之后又有记录被修改，能撤回的内容已经不同，没有写入任何内容。请重新查看后再确认。",
            "Records were changed after you looked, so that what can go back differs. Nothing was written; look again, then confirm.",
        )
    if plan.staying and not plan.going:
        count = len(plan.staying)
        raise MovedError(
            "moved_since",
            f"{count}处此后都已改变，没有一处可以恢复原值，未写入任何内容。",
            f"All {count} places have changed since; none can go back. Nothing was written.",
        )


# --- carrying it out ---


def execute(plan: Inversion, source: Source) -> None:
    """Write the inverse plan: rows that go, then cells, then rows that come back. Queries do not grow with the rows."""
    states = _void(plan)
    for model in WRITTEN:
        bulk.delete(model, [(trace.id, trace.revision or 0) for trace in plan.deletes.get(model, [])], source=source)
    for model in WRITTEN:
        _update(model, plan.updates.get(model, []), source)
    for model in reversed(WRITTEN):
        _insert(model, plan.inserts.get(model, []), source)
    _replan(plan.replanned, source)
    tell_voided(states, source=source)


def _void(plan: Inversion) -> dict[int, str]:
    """Reports that were handed in and lose a figure go back to draft, as after any edit. Report id → its state before."""
    states = {}
    for trace, values in plan.updates.get(MonthReport, []):
        state = str(trace.value("state"))
        if state in VOIDED:
            values["state"] = after_edit(State(state)).value
            states[trace.id] = state
    return states


def _stored(model: Model, name: str, value: Any) -> Any:
    column = next(one for one in model._meta.concrete_fields if one.attname == name)
    return bulk.as_column(column.get_prep_value(value))


def _columns(model: Model) -> dict[str, models.Field[Any, Any]]:
    return {one.attname: one for one in model._meta.concrete_fields}


def _update(model: Model, rows: list[tuple[Trace, dict[str, Any]]], source: Source) -> None:
    """Rows that change the same columns together."""
    known = _columns(model)
    groups: dict[tuple[str, ...], list[list[Any]]] = {}
    for trace, values in rows:
        stored = [bulk.as_column(known[name].get_prep_value(value)) for name, value in values.items()]
        groups.setdefault(tuple(values), []).append([trace.id, trace.revision, *stored])
    for names, group in groups.items():
        bulk.update(model, [str(known[name].column) for name in names], group, source=source)


def _insert(model: Model, rows: list[tuple[Trace, dict[str, Any]]], source: Source) -> None:
    """Rows come back under their own ids, with a revision above all they had: an old form or plan can't take them for the former."""
    if not rows:
        return
    known = _columns(model)
    blank = blank_row(model, bulk)
    places = list(blank)
    full = []
    for trace, values in sorted(rows, key=lambda row: row[0].id):
        row = {**blank, **{str(known[name].column): bulk.as_column(known[name].get_prep_value(value)) for name, value in values.items()}}
        row["id"] = trace.id
        row["revision"] = max(write.revision for write in trace.writes) + 1
        full.append([row[place] for place in places])
    bulk.insert(model, places, full, source=source)


def _replan(replanned: dict[int, dict[str, Any]], source: Source) -> None:
    """A plan version for each project whose figures have moved under later versions."""
    if not replanned:
        return
    blank = blank_row(PlanVersion, bulk)
    ids = bulk.take_ids(PlanVersion, len(replanned))
    rows = []
    for key, (project_id, values) in zip(ids, sorted(replanned.items()), strict=True):
        stored = {name: _stored(PlanVersion, name, value) for name, value in values.items()}
        rows.append(list({**blank, "id": key, "project_id": project_id, "reason": source.reason[:300], **stored}.values()))
    bulk.insert(PlanVersion, list(blank), rows, source=source)


# --- the record ---


def _last_history(upload_id: int) -> dict[Model, int]:
    """For each table the upload's newest history row so far."""
    found = {}
    for model in WRITTEN:
        found[model] = model.history.filter(upload_id=upload_id).aggregate(last=Max("history_id"))["last"] or 0  # type: ignore[attr-defined]
    return found


def _spans(upload_id: int, before: dict[Model, int]) -> dict[str, list[int]]:
    spans = {}
    for model, last in before.items():
        rows = model.history.filter(upload_id=upload_id, history_id__gt=last)  # type: ignore[attr-defined]
        span = rows.aggregate(first=Min("history_id"), last=Max("history_id"))
        if span["first"] is not None:
            spans[str(model._meta.model_name)] = [span["first"], span["last"]]
    return spans


def _record(upload: Upload, kind: Reversal.Kind, plan: Inversion, actor: Any, reason: str, door: str, spans: dict[str, list[int]]) -> Reversal:
    counts = {
        "places": len(plan.items),
        "reverted": len(plan.going),
        "kept": len(plan.staying),
        "removed_projects": len(plan.deletes.get(Project, [])),
        "restored_projects": len(plan.inserts.get(Project, [])),
    }
    places = kept_places(upload, plan)
    zh, en = outcome_words(kind, counts, places)
    return Reversal.objects.create(
        upload=upload,
        number=(upload.reversals.aggregate(last=Max("number"))["last"] or 0) + 1,
        kind=kind,
        actor=actor if getattr(actor, "pk", None) else None,
        door=door,
        reason=reason,
        counts=counts,
        kept=[place.as_json() for place in places],
        spans=spans,
        outcome=zh,
        outcome_en=en,
    )


def _finish(upload: Upload, made: Reversal, actor: Any) -> None:
    upload.outcome, upload.outcome_en = made.outcome, made.outcome_en
    if made.kind == Reversal.Kind.UNDO:
        upload.state = Upload.State.PARTLY if made.counts["kept"] else Upload.State.UNDONE
        upload.undone_at = timezone.now()
        upload.undone_by = actor if getattr(actor, "pk", None) else None
    else:
        upload.state = Upload.State.COMMITTED
        upload.undone_at = upload.undone_by = None
    upload.save()

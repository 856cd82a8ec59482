"""Takes a committed upload back, place by place, and brings it back again.

    the inverse plan from history and the present (exchange.services.inverse) → is it still what the person saw?
    → lock the upload and its months → has anything moved meanwhile? then the plan is made anew, under the lock
    → rows deleted, changed, inserted, each with its revision compared and its history kept (exchange.services.reverting)
    → a record of its own: how many places, which stayed and why → the upload says so, in the same transaction
A place that was changed since is never overwritten. Running it twice is harmless: the second time the state forbids it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Min
from django.utils import timezone

from accounts import audit, scope
from accounts.roles import Action as May
from exchange import bulk
from exchange.models import Reversal, Upload
from exchange.services.beside import Carried, after_rows, before_rows
from exchange.services.faults import MovedError, NotAllowedError, StateError
from exchange.services.inverse import Inversion, Model, inversion_of
from exchange.services.inverse.funds import hold_funds, last_entry
from exchange.services.inverse.obstacles import closed_months
from exchange.services.inverse.traces import WRITTEN
from exchange.services.memory import without_collecting
from exchange.services.progress import UNWATCHED, Unwatched
from exchange.services.reverting import execute
from exchange.services.undo_words import kept_places, kept_words, outcome_words
from funding.models import FundEntry
from projects.models import Door, MonthReport, Project, Source
from projects.services.periods import hold
from projects.workflow import Refused

UNDOABLE = frozenset({Upload.State.COMMITTED, Upload.State.PARTLY})
REDOABLE = frozenset({Upload.State.UNDONE, Upload.State.PARTLY})


def undo(upload: Upload, *, actor: Any, reason: str = "", door: str = Door.UPLOAD, seen: str = "", watch: Unwatched = UNWATCHED) -> Upload:
    """Take back what the upload wrote and still stands. `seen` is the mark of the plan that the person was shown, where one was."""
    return _reverse(upload, Wish(Reversal.Kind.UNDO, actor, reason, door, seen), watch)


def redo(upload: Upload, *, actor: Any, reason: str = "", door: str = Door.UPLOAD, seen: str = "", watch: Unwatched = UNWATCHED) -> Upload:
    """Bring back what taking the upload back took away, with the same care."""
    return _reverse(upload, Wish(Reversal.Kind.REDO, actor, reason, door, seen), watch)


def may_redo(upload: Upload) -> bool:
    """Whether there is a record of what was taken back, from which it can be brought back."""
    return upload.state in REDOABLE and upload.reversals.exists()


def mark_of(plan: Inversion) -> str:
    """A short mark that changes when the plan does."""
    places = [[item.trace.model._meta.model_name, item.trace.id, item.trace.revision, item.column, item.why, str(item.target)] for item in plan.items]
    return hashlib.sha256(json.dumps(places, ensure_ascii=False).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants an upload taken back or brought back, why, through which door, and the mark of what he was shown."""

    kind: Reversal.Kind
    actor: Any
    reason: str
    door: str
    seen: str

    def source(self, upload: Upload) -> Source:
        said = f"{self.kind.label}上传 #{upload.pk}"
        reason = f"{said}：{self.reason.strip()}" if self.reason.strip() else said
        return Source(self.door, getattr(self.actor, "pk", None), upload.pk, reason)


def _reverse(upload: Upload, wish: Wish, watch: Unwatched) -> Upload:
    try:
        with without_collecting():
            ready = _looked_ahead(upload, wish, watch)
            watch.expect(len(ready.plan.going))
            watch.write()
            with transaction.atomic():
                locked = Upload.objects.select_for_update().get(pk=upload.pk)
                check_reversible(locked, wish.kind)
                _write(locked, wish, _plan_now(locked, wish, ready), watch)
    except Refused as refused:
        raise StateError(refused.code, f"{refused.zh}没有写入任何内容。", f"{refused.en} Nothing was written.") from refused
    except bulk.StaleRowsError as stale:
        raise _moved(f"{len(stale.ids)}条记录", f"{len(stale.ids)} records") from stale
    except IntegrityError as clash:
        raise _moved("有记录", "some records") from clash
    upload.refresh_from_db()
    return upload


@dataclass(frozen=True, slots=True)
class Ready:
    """A plan made before anything is locked, and what it was made from: as long as that stands, so does the plan."""

    plan: Inversion
    stand: tuple[Any, ...]


def _looked_ahead(upload: Upload, wish: Wish, watch: Unwatched) -> Ready:
    """The plan, made while others may still write: reading takes longer than writing, and who waits may yet cancel."""
    stored = Upload.objects.get(pk=upload.pk)
    check_reversible(stored, wish.kind)
    check_scope(stored, wish.actor)
    stand = _stand()
    plan = inversion_of(stored, redo=wish.kind == Reversal.Kind.REDO, watch=watch)
    _check_seen(upload, plan, wish.seen)
    return Ready(plan, stand)


def _stand() -> tuple[Any, ...]:
    """The newest history of every table that an upload writes, of the uploads that were taken back, and of the ledger."""
    newest = [model.history.aggregate(last=Max("history_id"))["last"] for model in WRITTEN]  # type: ignore[attr-defined]
    return (*newest, Reversal.objects.aggregate(last=Max("pk"))["last"], last_entry())


def _plan_now(upload: Upload, wish: Wish, ready: Ready) -> Inversion:
    """With the upload locked: its months and funds are held too, and where anything has moved the plan is made anew.

    What moves unseen by the history is caught by the row's revision, a foreign key or a unique place: then nothing is written.
    """
    hold(MonthReport.history.filter(upload_id=upload.pk).values_list("period_id", flat=True).distinct())
    hold_funds(upload.pk)
    months = [trace.month for trace in ready.plan.rows(MonthReport)]
    if _stand() == ready.stand and not closed_months(months):
        return ready.plan
    check_scope(upload, wish.actor)
    plan = inversion_of(upload, redo=wish.kind == Reversal.Kind.REDO)
    _check_seen(upload, plan, wish.seen)
    return plan


def _write(upload: Upload, wish: Wish, plan: Inversion, watch: Unwatched) -> None:
    last = _last_history(upload.pk)
    source = wish.source(upload)
    carried = before_rows(upload, wish.kind, plan)
    execute(plan, source, watch)
    after_rows(upload, wish.kind, plan, source, wish.actor, carried)
    made = _record(upload, wish, plan, _spans(upload.pk, last), carried)
    _finish(upload, made, wish.actor)
    audit.record(f"upload.{wish.kind.value}", actor=wish.actor, obj=upload, counts=made.counts, reason=wish.reason)


def _moved(zh: str, en: str) -> MovedError:
    return MovedError(
        "moved",
        f"就在刚才{zh}又被他人修改，没有写入任何内容。请重新查看后再做。",
        f"Just now {en} were changed by somebody else. Nothing was written; look again, then repeat.",
    )


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
    if actor is None:
        return
    if not scope.city_wide(actor, May.EDIT) and FundEntry.objects.filter(upload_id=upload.pk).exists():
        raise NotAllowedError("funds", "该上传记了资金流水，由市级岗位撤回。", "This upload posted to the ledger; the city takes it back.")
    if scope.city_wide(actor, May.UNDO):
        return
    if upload.list_version_id is not None:
        raise NotAllowedError("list", "该上传列入了清单版本，由市级岗位撤回。", "This upload stands on a version of a list; the city takes it back.")
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
        raise NotAllowedError("scope", "该上传涉及其他单位的项目，您不能撤回。", "This upload touches other units' projects; you can't undo it.")


def _check_seen(upload: Upload, plan: Inversion, seen: str) -> None:
    if seen and seen != mark_of(plan):
        raise MovedError(
            "moved",
            "您查看之后又有记录被修改，能撤回的内容已经不同，没有写入任何内容。请重新查看后再确认。",
            "Records were changed after you looked, so that what can go back differs. Nothing was written; look again, then confirm.",
        )
    if plan.staying and not plan.going:
        zh, en = kept_words(kept_places(upload, plan))
        raise MovedError("moved_since", f"没有一处可以恢复原值，未写入任何内容：{zh}。", f"Nothing can go back, and nothing was written: {en}.")


# --- the record ---


def _last_history(upload_id: int) -> dict[Model, int]:
    """For each table the upload's newest history row so far."""
    found = {}
    for model in WRITTEN:
        found[model] = model.history.filter(upload_id=upload_id).aggregate(last=Max("history_id"))["last"] or 0  # type: ignore[attr-defined]
    found[FundEntry] = last_entry()
    return found


def _spans(upload_id: int, before: dict[Model, int]) -> dict[str, list[int]]:
    spans = {}
    for model, last in before.items():
        if model is FundEntry:  # posted rows have no history: they are it
            span = FundEntry.objects.filter(upload_id=upload_id, pk__gt=last).aggregate(first=Min("pk"), last=Max("pk"))
        else:
            rows = model.history.filter(upload_id=upload_id, history_id__gt=last)  # type: ignore[attr-defined]
            span = rows.aggregate(first=Min("history_id"), last=Max("history_id"))
        if span["first"] is not None:
            spans[str(model._meta.model_name)] = [span["first"], span["last"]]
    return spans


def _record(upload: Upload, wish: Wish, plan: Inversion, spans: dict[str, list[int]], carried: Carried) -> Reversal:
    counts = {
        "places": len(plan.items),
        "reverted": len(plan.going),
        "kept": len(plan.staying),
        "removed_projects": len(plan.deletes.get(Project, [])),
        "restored_projects": len(plan.inserts.get(Project, [])),
        "proposals": carried.proposals,
        "nil": carried.nil,
        "set_aside": len(carried.aside),
        "entries": len(plan.postings),
        "reviews_restored": len(plan.restored),
        "reviews_lost": len(plan.unreviewed),
    }
    places = kept_places(upload, plan)
    zh, en = outcome_words(wish.kind, counts, places)
    return Reversal.objects.create(
        upload=upload,
        number=(upload.reversals.aggregate(last=Max("number"))["last"] or 0) + 1,
        kind=wish.kind,
        actor=wish.actor if getattr(wish.actor, "pk", None) else None,
        door=wish.door,
        reason=wish.reason,
        counts=counts,
        kept=[place.as_json() for place in places],
        spans=spans,
        aside=carried.aside,
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

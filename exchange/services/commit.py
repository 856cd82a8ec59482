"""Executes the stored plan of a checked upload, all or nothing.

    lock the upload → still checked? nothing blocked? reason given? every row in scope?
    → for each part: organisations that are new → the rows, their revisions compared → their history
    → the rows of fund sheets: the accounts compared, then posted to the ledger
    → the upload says committed, in the same transaction
Running it twice is harmless: the second time the upload is no longer in the state "checked".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from accounts import audit, scope
from accounts.models import ReportingUnit
from accounts.roles import Action as May
from exchange import bulk
from exchange.funds import FUNDS
from exchange.models import Upload
from exchange.plan import Action, PlannedRow
from exchange.services.conflicts import UNJUDGED
from exchange.services.faults import MovedError, NotAllowedError, StateError
from exchange.services.guard import require_open
from exchange.services.holding import held_words, require_holdable, withhold
from exchange.services.memory import without_collecting
from exchange.services.parts import planned_rows
from exchange.services.posting import fund_rows, lock_planned, post_rows
from exchange.services.progress import UNWATCHED, Unwatched
from exchange.services.proposing import barrier, is_direct, proposed_words, set_aside
from projects.models import Door, MonthReport, Organisation, Project, ReportingPeriod, Source, changes_from
from projects.naming import name_key
from projects.period import Period
from projects.services.batches import Frame, ProjectChange, TableChange, write_changes
from projects.services.halves import part_refusal
from projects.services.periods import hold, period_of, stored_period
from projects.services.proposal_batches import moved_since, propose_many

_KINDS = {"emerging_list": "emerging"}
NEW_OWNER = "+"  # a planned owner that is not stored yet: "+uscc|name"


def commit(
    upload: Upload, *, actor: Any, reason: str = "", door: str = Door.UPLOAD, watch: Unwatched = UNWATCHED, hold_bad_rows: bool = False
) -> Upload:
    """Carry the plan out; with `hold_bad_rows` without the rows that block. Raises an UploadError, and then nothing has changed."""
    try:
        with without_collecting(), transaction.atomic():
            locked = Upload.objects.select_for_update().get(pk=upload.pk)
            _check_state(locked, reason, hold_bad_rows=hold_bad_rows)
            if (refusal := barrier(locked, actor)) is not None:
                raise refusal
            source = Source(door=door, actor_id=getattr(actor, "pk", None), upload_id=locked.pk, reason=reason)
            with bulk.overlapping():
                _execute(locked, actor, source, watch)
            _finish(locked, actor, reason)
            audit.record("upload.commit", actor=actor, obj=locked, counts=locked.counts)
    except bulk.StaleRowsError as stale:
        raise _moved(upload, stale) from stale
    except IntegrityError as clash:
        raise MovedError(
            "moved",
            f"检查之后数据库中出现了与本文件冲突的记录，未写入任何内容，请重新检查后再提交。（{_constraint(clash)}）",
            f"Rows that clash with this file appeared after the check. Nothing was written; check again, then commit. ({_constraint(clash)})",
        ) from clash
    upload.refresh_from_db()
    return upload


def _check_state(upload: Upload, reason: str, *, hold_bad_rows: bool) -> None:
    if upload.state != Upload.State.CHECKED:
        raise StateError(
            "state", f"该上传当前为“{upload.get_state_display()}”，不能提交。", f"This upload is {upload.state}; only a checked one can be committed."
        )
    if upload.kind in {*FUNDS, "mixed"} and "fund_changes" not in upload.counts:
        raise StateError(
            "recheck", "该文件是在资金数据可以入库之前检查的，请先重新检查。", "This file was checked before money could be committed; check again."
        )
    if upload.counts.get(UNJUDGED):
        raise StateError("unjudged", "选择之后还没有重新检查，请先重新检查。", "Nothing has judged what was chosen; check again first.")
    if upload.counts.get("error") and hold_bad_rows:
        withhold(upload, require_holdable(upload))
    elif upload.counts.get("error"):
        count = upload.counts["error"]
        raise StateError(
            "blocked", f"还有{count}处阻断问题，请改正文件后重新上传。", f"{count} findings block this file; correct it and send it again."
        )
    if upload.counts.get("conflict"):
        count = upload.counts["conflict"]
        raise StateError(
            "conflict",
            f"有{count}行与导出后别人的修改冲突，请先在预览中逐项选择。",
            f"{count} rows were changed here and in the file since the export; choose for each in the preview first.",
        )
    if upload.counts.get("warning") and not reason.strip():
        count = upload.counts["warning"]
        raise StateError("reason", f"有{count}处需说明的问题，请填写说明后提交。", f"{count} findings need a reason; give one to commit.")


def _execute(upload: Upload, actor: Any, source: Source, watch: Unwatched) -> None:
    # All months of the file are held before any row of it is written, so that two files can't wait for one another.
    hold(_stored(text).pk for text in sorted(upload.counts.get("months") or ()))
    posting = list(fund_rows(upload)) if upload.counts.get("fund_changes") else []
    if posting:
        lock_planned(posting)
    # Two files that bring the same organisation at the same moment would store it twice.
    if upload.counts.get("new_owners", 1) or upload.counts.get("with_conflicts"):
        bulk.one_at_a_time("new organisations")
    divisions = dict(ReportingUnit.objects.exclude(division=None).values_list("id", "division_id"))
    document = upload.list_version.title if upload.list_version else ""
    written = proposed = 0
    direct = is_direct(upload)
    for rows in planned_rows(upload):
        active = [row for row in rows if row.action in (Action.CREATE, Action.CHANGE) and not row.fund]
        _check_scope(active, actor)
        asked = set_aside(active, direct=direct)
        if moved := moved_since(asked):
            raise bulk.StaleRowsError(Project, moved)
        proposed += propose_many(asked, reason=source.reason, actor=actor, upload_id=upload.pk, door=source.door)
        _settle_owners(active)
        with changes_from(source):
            groups = _by_period(active)
        require_open(groups)
        for period, group in groups.items():
            frame = Frame(upload.counts.get("year"), period, upload.list_version_id, divisions, document)
            write_changes([_change(row) for row in group], frame, source=source, write=bulk)
        bulk.check_references()
        written += len(active)
        watch.tell(written)
    upload.counts["proposed"] = proposed
    if posting:
        upload.counts["entries"] = len(post_rows(posting, source=source))
        watch.tell(written + len(posting))


def _by_period(rows: Sequence[PlannedRow]) -> dict[int | None, list[PlannedRow]]:
    """Rows by the period they report, which is stored now if nobody has reported it before."""
    groups: dict[int | None, list[PlannedRow]] = {}
    ids: dict[str | None, int | None] = {None: None}
    for row in rows:
        if row.period not in ids:
            ids[row.period] = _stored(str(row.period)).pk
        groups.setdefault(ids[row.period], []).append(row)
    return groups


def _stored(text: str) -> ReportingPeriod:
    period = Period.parse(text)
    refused = part_refusal(period)
    if refused is not None:  # the month was opened the other way since the check
        raise StateError("period_part", refused.zh + "未写入任何内容。", refused.en + " Nothing was written.")
    return period_of(period.month, period.half)


def _check_scope(rows: Sequence[PlannedRow], actor: Any) -> None:
    """Scope is asked again here: the person's units may have changed since the check."""
    if actor is None or scope.city_wide(actor, May.UPLOAD):
        return
    allowed = scope.unit_ids(actor, May.UPLOAD)
    foreign = next((row for row in rows if row.unit_id not in allowed), None)
    if foreign is not None:
        raise NotAllowedError(
            "scope",
            f"{foreign.sheet or ''}第{foreign.row}行不属于您的填报单位，未写入任何内容。",
            f"Row {foreign.row} is outside your unit. Nothing was written.",
        )


def has_new_owner(row: PlannedRow) -> bool:
    return any(intent.table == "project" and isinstance(intent.values.get("owner_id"), str) for intent in row.intents)


def _settle_owners(rows: Sequence[PlannedRow]) -> None:
    """Put ids in the place of owners that the plan found unknown, storing each once."""
    waiting: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        for intent in row.intents:
            if intent.table == "project" and isinstance(owner := intent.values.get("owner_id"), str):
                waiting.setdefault(owner, []).append(intent.values)
    if waiting:
        ids = _organisation_ids(sorted(waiting))
        for mark, places in waiting.items():
            for values in places:
                values["owner_id"] = ids[mark]


def _organisation_ids(marks: Sequence[str]) -> dict[str, int]:
    """Mark "+uscc|name" → id, storing the organisations that are still unknown."""
    wanted = {mark: mark.removeprefix(NEW_OWNER).split("|", 1) for mark in marks}
    codes = [code for code, _ in wanted.values() if code]
    keys = [name_key(name) for code, name in wanted.values() if not code]
    by_code = dict(Organisation.objects.filter(uscc__among=codes).values_list("uscc", "id"))
    by_key = dict(Organisation.objects.filter(name_key__among=keys).order_by("-uscc", "-id").values_list("name_key", "id"))
    ids: dict[str, int] = {}
    fresh: dict[tuple[str, str], Organisation] = {}
    for mark, (code, name) in wanted.items():
        known = by_code.get(code) if code else by_key.get(name_key(name))
        if known is not None:
            ids[mark] = known
        else:
            key = (code, "" if code else name_key(name))
            fresh.setdefault(key, Organisation(name=name[:200], name_key=name_key(name)[:200], uscc=code or None))
    Organisation.objects.bulk_create(fresh.values(), batch_size=500)
    for mark, (code, name) in wanted.items():
        if mark not in ids:
            ids[mark] = fresh[(code, "" if code else name_key(name))].pk
    return ids


def _change(row: PlannedRow) -> ProjectChange:
    tables = {intent.table: TableChange(intent.id, intent.revision, intent.values) for intent in row.intents}
    return ProjectChange(row.project_id, row.unit_id, _KINDS.get(row.kind, "infrastructure"), tables)


def _finish(upload: Upload, actor: Any, reason: str) -> None:
    counts = upload.counts
    if upload.period is None and counts.get("months"):
        upload.period = stored_period(Period.parse(counts["months"][-1]))
    changed = counts.get("create", 0) + counts.get("change", 0)
    upload.state = Upload.State.COMMITTED
    upload.committed_at = timezone.now()
    upload.committed_by = actor if getattr(actor, "pk", None) else None
    upload.reason = reason
    if changed:
        upload.outcome = f"已入库：新增{counts.get('create', 0)}个项目，变更{counts.get('change', 0)}行，{counts.get('same', 0)}行无变化。"
        upload.outcome_en = f"Committed: {counts.get('create', 0)} new, {counts.get('change', 0)} changed, {counts.get('same', 0)} unchanged rows."
    elif counts.get("waiting"):
        upload.outcome = "已入库：没有写入新的内容。"
        upload.outcome_en = "Committed: nothing new was written."
    else:
        upload.outcome = "已入库：文件内容与数据库一致，没有需要变更的内容。"
        upload.outcome_en = "Committed: the file says what is stored already; nothing changed."
    for zh, en in (_fund_words(upload), _month_words(upload), proposed_words(counts), held_words(upload)):
        upload.outcome += zh
        upload.outcome_en += en
    upload.save()


def _fund_words(upload: Upload) -> tuple[str, str]:
    """What was posted to the ledger."""
    if not upload.counts.get("entries"):
        return "", ""
    rows, entries = upload.counts["fund_changes"], upload.counts["entries"]
    return f"其中资金{rows}行，记账{entries}笔。", f" Of these {rows} rows of money, {entries} entries posted."


_STATES = {"draft": "草稿", "submitted": "已提交", "returned": "已退回", "approved": "已审核"}


def _month_words(upload: Upload) -> tuple[str, str]:
    """A month's sheet that went in is not a month that was handed in."""
    if not upload.counts.get("months"):
        return "", ""
    written = MonthReport.history.filter(upload_id=upload.pk).values("id")
    found = dict(MonthReport.objects.filter(pk__in=written).order_by().values_list("state").annotate(rows=Count("pk")))
    if not found:
        return "", ""
    if set(found) == {MonthReport.State.DRAFT}:
        return (
            "月报仍是草稿，须由本单位审核人提交（本单位本月）。",
            " Its reports are drafts still: the unit's reviewer hands the month in.",
        )
    states = [state for state in _STATES if state in found]
    zh = f"写入的月报现为{'、'.join(f'{_STATES[state]}{found[state]}条' for state in states)}。"
    en = f" The reports written are now: {', '.join(f'{found[state]} {state}' for state in states)}."
    if found.keys() & {"draft", "returned"}:
        zh += "草稿和已退回的须由本单位审核人提交（本单位本月）。"
        en += " Drafts and returned reports wait for the unit's reviewer to hand them in."
    return zh, en


def _moved(upload: Upload, stale: bulk.StaleRowsError) -> MovedError:
    """Name the sheet rows whose records moved."""
    gone = set(stale.ids)
    places = [
        f"{row.sheet or ''}第{row.row}行“{row.name}”"
        for rows in planned_rows(upload)
        for row in rows
        if (stale.model is Project and row.intents and row.project_id in gone)
        or any(intent.id in gone and _model_of(intent.table) == stale.model._meta.model_name for intent in row.intents)
    ]
    shown = "、".join(places[:5]) + ("等" if len(places) > 5 else "")
    return MovedError(
        "moved",
        f"检查之后有{len(gone)}条记录被他人修改：{shown}。未写入任何内容，请重新检查后再提交。",
        f"{len(gone)} records were changed by somebody else after the check: {shown}. Nothing was written; check again, then commit.",
    )


def _model_of(table: str) -> str:
    return {"project": "project", "code": "projectcode", "annual": "annualplan", "month": "monthreport", "entry": "entry"}.get(table, "")


def _constraint(clash: IntegrityError) -> str:
    """The name of the constraint, which is safe to show; the database's own text may quote other rows."""
    diagnosis = getattr(clash.__cause__, "diag", None)
    if diagnosis is not None and diagnosis.constraint_name:
        return str(diagnosis.constraint_name)
    return str(clash).partition(":")[2].strip() or "unique"

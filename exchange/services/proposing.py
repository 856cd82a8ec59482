"""Which planned values are not written but proposed: what a project's decided columns hold is moved by a second person.

A list is itself the document: sent by the city for a version of a list, it applies directly. Any other list and every monthly workbook that
says something else of a stored project's total, dates or code make a proposal of it; the rest of the row is written. What waits for a
second person already is not asked again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from accounts import scope
from accounts.roles import Action as May
from exchange.models import Upload
from exchange.plan import Action, Intent, PlannedRow, Value
from exchange.services.faults import NotAllowedError, StateError, UploadError
from projects.proposals import BESIDE_TOTAL, CODE, PLANNED, Change, as_text, fresh
from projects.services.proposal_batches import Asked, waiting_changes
from projects.values import fen_to_wan

MONTHLY = "monthly_progress"
_ACTIVE = frozenset({Action.CREATE, Action.CHANGE})
_SETTLED = frozenset({Action.CHANGE, Action.SAME})


# --- Who decides -------------------------------------------------------------------------------------------------------------------


def applies_directly(upload: Upload, actor: Any) -> bool:
    """Whether the lists of a file are written as they stand: whoever sent it and whoever works on it now must both be ones who decide."""
    return all(_decides(upload, person) for person in (upload.user, actor))


def _decides(upload: Upload, person: Any) -> bool:
    """The city, for a version of a list; and a load from the shell, where nobody has signed in who could ask a second person."""
    if person is None:
        return True
    return upload.list_version_id is not None and scope.city_wide(person, May.UPLOAD)


def is_direct(upload: Upload) -> bool:
    """How the stored plan was made. Before this was kept every list was written directly; of those what is not written yet is proposed."""
    return bool(upload.counts.get("direct", upload.is_over))


def barrier(upload: Upload, actor: Any) -> UploadError | None:
    """Why this person may not carry out this plan, if so: membership of a list, the ledger, and values that are written directly, are the city's."""
    if upload.list_version_id is not None and actor is not None and not scope.city_wide(actor, May.UPLOAD):
        return NotAllowedError(
            "list",
            f"该文件要列入“{upload.list_version}”，清单由市级岗位提交。未写入任何内容；本单位的变更请另行上传，不选清单版本。",
            "This file goes into a version of a list, which the city commits. Nothing was written; send your unit's changes without a list version.",
        )
    if upload.counts.get("fund_changes") and actor is not None and not scope.city_wide(actor, May.EDIT):
        count = upload.counts["fund_changes"]
        return NotAllowedError(
            "funds",
            f"该文件有{count}行资金数据，资金流水由市级岗位记账：请把上传编号 #{upload.pk} 告诉市级经办人，由其在本页核对后提交。未写入任何内容。",
            f"{count} rows of this file are money, and the city keeps the ledger. Nothing was written;"
            f" tell a city officer upload #{upload.pk}, who commits it on this page.",
        )
    if is_direct(upload) and upload.counts.get("decided") and not _decides(upload, actor):
        return StateError(
            "recheck",
            "该文件是按直接写入检查的，由您提交须先重新检查：已定的值将改为变更申请。未写入任何内容。",
            "This file was checked to be written directly. Check it again before you commit it: decided values are then proposed.",
        )
    return None


# --- Which values ------------------------------------------------------------------------------------------------------------------


def is_proposed(row: PlannedRow, intent: Intent, column: str, *, direct: bool) -> bool:
    """Whether this value of the plan becomes a proposal."""
    if (direct and row.kind != MONTHLY) or row.project_id is None or intent.id is None:
        return False
    if intent.table == "code":
        return column == CODE and _holds(intent.old.get(column))
    if intent.table != "project":
        return False
    if column in BESIDE_TOTAL:
        return bool(intent.old.get(column)) or _holds(intent.old.get("total_wan"))
    return column in PLANNED and _holds(intent.old.get(column))


def _holds(value: Value) -> bool:
    return value is not None and value != ""


def _changes(row: PlannedRow, direct: bool) -> Iterator[tuple[Intent, Change]]:
    if row.project_id is None or (direct and row.kind != MONTHLY):  # asked for every row of a large list
        return
    for intent in row.intents:
        for column, (old, new) in intent.changes.items():
            if is_proposed(row, intent, column, direct=direct):
                yield intent, Change(column, _text(column, old), _text(column, new))


def _text(column: str, value: Value) -> str:
    return as_text(fen_to_wan(value)) if column == "total_wan" and isinstance(value, int) else as_text(value)


# --- At the check ------------------------------------------------------------------------------------------------------------------


def mark_waiting(rows: Iterable[PlannedRow], *, direct: bool) -> None:
    """Note on each row which of its values wait for approval already; a row of nothing else changes nothing. One query, or none."""
    asking = [(row, [change for _, change in _changes(row, direct)]) for row in rows if row.action in _SETTLED]
    asking = [(row, changes) for row, changes in asking if changes]
    waiting = waiting_changes(row.project_id or 0 for row, _ in asking)
    for row, changes in asking:
        new = fresh(changes, waiting.get(row.project_id or 0, ()))
        row.waits = [change.field for change in changes if change not in new]
        row.action = Action.CHANGE if new or len(changes) < _size(row) else Action.SAME


def _size(row: PlannedRow) -> int:
    """How many things the row does; putting a project on a list is one without a value."""
    return sum(len(intent.values) or 1 for intent in row.intents)


def count_proposals(rows: Iterable[PlannedRow], *, direct: bool) -> Counter[str]:
    """Rows that would make a proposal, those of them that do nothing else, and rows of which all that is proposed waits already.

    Of a direct upload also the rows that decide, so that nobody else carries it out.
    """
    found: Counter[str] = Counter()
    for row in rows:
        if direct and row.kind != MONTHLY and row.action in _SETTLED:
            found["decided"] += any(True for _ in _changes(row, direct=False))
            continue
        changes = [change for _, change in _changes(row, direct)] if row.action in _SETTLED else []
        if not changes:
            continue
        asks = any(change.field not in row.waits for change in changes)
        found["proposals" if asks else "waiting"] += 1
        found["only_proposals"] += asks and len(changes) == _size(row)
    return found


# --- At the commit -----------------------------------------------------------------------------------------------------------------


def set_aside(rows: Sequence[PlannedRow], *, direct: bool) -> list[Asked]:
    """Take out of the rows what is proposed; they keep the rest. A project named by several rows asks for each thing once."""
    asked: list[Asked] = []
    seen: set[tuple[int, Change]] = set()
    for row in rows:
        found = list(_changes(row, direct))
        new = tuple(change for _, change in found if change.field not in row.waits and (row.project_id or 0, change) not in seen)
        for intent, change in found:
            seen.add((row.project_id or 0, change))
            del intent.values[change.field]
            intent.old.pop(change.field, None)
        row.intents = [intent for intent in row.intents if intent.values or intent.id is None]
        if new and row.project_id is not None:
            asked.append(Asked(row.project_id, new, f"{row.sheet}!{row.row}" if row.sheet else str(row.row)))
    return asked


def proposed_words(counts: Mapping[str, Any]) -> tuple[str, str]:
    """What the outcome adds, in both languages; nothing where nothing was proposed."""
    zh = en = ""
    if count := counts.get("proposed"):
        bare = counts.get("only_proposals")
        zh = f"另生成{count}条变更申请，待市级审核后写入" + (f"（其中{bare}行除变更申请外没有写入内容）。" if bare else "。")
        en = f" {count} changes of decided values were proposed and wait for the city's approval"
        en += f" ({bare} rows change nothing else)." if bare else "."
    if count := counts.get("waiting"):
        zh += f"{count}行与库中不同的已定值此前已提出变更申请，仍待审核，没有重复提出。"
        en += f" {count} rows say what waits for approval already; it was not proposed again."
    return zh, en

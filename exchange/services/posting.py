"""Carries the fund rows of a plan out: the entries that the check found, posted by the ledger after it has been asked again.

the projects that this commit has just made → the accounts as they stand, with their funds locked → still what the check saw?
→ the same reckoning once more → `funding.services.ledger.post`, which keeps every chain and sum, in the commit's own transaction
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exchange.funds import STEP_OF, Change, Target, course_to, held_at
from exchange.models import Upload
from exchange.plan import Action, PlannedRow
from exchange.services.faults import MovedError, StateError
from exchange.services.fund_accounts import holdings_of, key_of
from exchange.services.parts import planned_rows
from funding.models import FundEntry
from funding.services.ledger import Key, Posting, lock_funds, post
from projects.models import Project, Source
from projects.naming import name_key
from projects.values import fen_to_wan
from projects.workflow import Refused

_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Row:
    """A planned row with the account that it speaks of."""

    planned: PlannedRow
    target: Target
    project_id: int

    @property
    def key(self) -> Key:
        return key_of(self.target, self.project_id)


def fund_rows(upload: Upload) -> Iterator[PlannedRow]:
    """The rows of the plan that post something."""
    for rows in planned_rows(upload):
        yield from (row for row in rows if row.fund and row.action is Action.CHANGE)


def lock_planned(rows: Sequence[PlannedRow]) -> None:
    """Hold the funds of these rows before any project is written: whoever posts takes them in this order."""
    targets = {Target.unpack(row.fund or []) for row in rows}
    try:
        lock_funds([key_of(target, 0) for target in targets])
    except Refused as refused:
        raise _refused(refused) from refused


def post_rows(rows: Sequence[PlannedRow], *, source: Source) -> list[FundEntry]:
    """Post what the rows say. MovedError where an account is no longer as it was checked, StateError where the ledger refuses; nothing stays."""
    known = _with_projects(rows)
    holdings = holdings_of(row.project_id for row in known)
    postings: list[Posting] = []
    moved = []
    for row in known:
        holding = holdings.get(row.key)
        posted = holding.posted if holding is not None else []
        if held_at(posted, row.target.days.as_of) != row.target.held:
            moved.append(row.planned)
            continue
        stated = {STEP_OF[column]: int(value or 0) for intent in row.planned.intents for column, value in intent.values.items()}
        course = course_to(posted, stated, row.target.days)
        postings += [_posting(row, change, source) for change in course.changes]
    if moved:
        raise _moved(moved)
    try:
        return post(postings, source=source)
    except Refused as refused:
        raise _refused(refused) from refused


def _with_projects(rows: Sequence[PlannedRow]) -> list[_Row]:
    """Each row with its project; one that a list of the same file brings is stored by now."""
    targets = [Target.unpack(row.fund or []) for row in rows]
    coming = {(row.unit_id, name_key(target.coming)) for row, target in zip(rows, targets, strict=True) if row.project_id is None}
    found: dict[tuple[int | None, str], int] = {}
    for unit_id, key, pk in Project.objects.filter(name_key__among=sorted({name for _, name in coming})).values_list("unit_id", "name_key", "id"):
        found[(unit_id, key)] = pk
    made: list[_Row] = []
    missing: list[PlannedRow] = []
    for row, target in zip(rows, targets, strict=True):
        stored = row.project_id or found.get((row.unit_id, name_key(target.coming)))
        if stored is None:
            missing.append(row)
        else:
            made.append(_Row(row, target, stored))
    if missing:
        raise _moved(missing)
    return made


def _posting(row: _Row, change: Change, source: Source) -> Posting:
    place = f"{row.planned.sheet.strip()}!" if row.planned.sheet else ""
    document = f"上传#{source.upload_id} {place}第{row.planned.row}行"[:60]
    amount, capital = fen_to_wan(change.amount_fen), fen_to_wan(change.capital_fen)
    return Posting(row.key, change.step, amount, change.on, capital, document, reverses_id=change.reverses)


def _moved(rows: Sequence[PlannedRow]) -> MovedError:
    places = [f"{row.sheet or ''}第{row.row}行“{row.name}”" for row in rows]
    shown = "、".join(places[:_NAMED]) + ("等" if len(places) > _NAMED else "")
    return MovedError(
        "moved",
        f"检查之后{len(rows)}行的资金账户又有流水：{shown}。未写入任何内容，请重新检查后再提交。",
        f"The accounts of {len(rows)} rows were posted to after the check: {shown}. Nothing was written; check again, then commit.",
    )


def _refused(refused: Refused) -> StateError:
    return StateError(refused.code, f"{refused.zh}未写入任何内容。", f"{refused.en} Nothing was written.")

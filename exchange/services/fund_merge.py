"""A returned template of fund accounts beside the ledger: which cells moved in the file, which accounts moved since; what is left to be planned.

only theirs moved → the account is to hold that    only ours moved → it stays, and the preview says so    both, apart → a conflict
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from exchange.funds import ACCOUNT, COLUMN_OF, Posted, Target, balance_at, held_by
from exchange.merge import Cell, Conflict, Merged, Take, choose, chosen_before, pack
from exchange.parse import ReadRow
from exchange.plan import Known, PlannedRow
from exchange.services.conflicts import kept_choice
from exchange.services.fund_contents import balances, stamp_key
from exchange.services.merging import TEMPLATE, Merger, RowSides
from funding.ledger import Step


@dataclass
class FundSides(RowSides):
    """Which cells of a row moved. `uid` is the account's key in the stamp, `held` what its cells would hold now."""

    held: Mapping[str, Any] = field(default_factory=dict)

    def ours_moved(self, name: str) -> bool:
        return self._mark(name, self.held.get(name)) != self.marks[name]


def sides_of(merger: Merger, row: ReadRow, known: Known | None, target: Target, posted: Sequence[Posted]) -> FundSides | None:
    """The base of a row, where the file is a template of ours that went out with this account."""
    base = merger.base
    if known is None or base.stamp is None or base.state != TEMPLATE or row.kind != base.stamp.issue.kind or known.project.id not in base.uids:
        return None
    key = stamp_key(base.uids[known.project.id], target.fund, target.id)
    marks = base.stamp.marks(key)
    return FundSides(merger, row, known, key, marks, balances(row.kind, posted, target.days.as_of)) if marks else None


def touched(
    sides: FundSides,
    stated: Mapping[Step, int],
    steps: Mapping[str, Step],
    target: Target,
    posted: Sequence[Posted],
    account: int | None,
    kept: Callable[[str], Mapping[str, Any] | None],
) -> tuple[dict[Step, int], Merged]:
    """What of the stated amounts would be posted, and what the merge leaves aside. `kept` gives what was chosen for a field before."""
    held = held_by(balance_at(posted, target.days.as_of))
    left, merged = dict(stated), Merged()
    for name, step in steps.items():
        if step not in stated or not sides.is_marked(name):
            continue
        theirs, ours = sides.theirs_moved(name), sides.ours_moved(name)
        cell = Cell(ACCOUNT, account, None, COLUMN_OF[step], held[step], stated[step])
        if theirs and not (ours and stated[step] != held[step]):
            continue
        conflict = Conflict(name, [cell])
        if not theirs or chosen_before([conflict], kept).get(name) is not Take.THEIRS:
            del left[step]  # what was chosen from the file goes the way of what only the file says, past every rule
        if theirs:
            merged.conflicts.append(conflict)
        elif stated[step] != held[step]:
            merged.kept.append((name, cell))
    return left, merged


def keep_merged(row: PlannedRow, merged: Merged, choices: Mapping[str, Any]) -> None:
    """Put what the merge left aside on the planned row, with the choices made before about the same values."""
    row.merge = pack(merged)
    choose(row, chosen_before(merged.conflicts, partial(kept_choice, choices, row)))

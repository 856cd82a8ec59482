"""What goes and comes back with an upload beside its rows: the questions that it asked, what units said to be unchanged until it came, and
the withdrawn questions about projects that it made.

Counted for the preview from the plan, and carried out around it in the same transaction, so that both say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts import audit
from exchange.models import Reversal, Upload
from exchange.services.inverse import Inversion, withdrawn_uploads
from exchange.services.inverse.obstacles import withdrawn_proposals
from projects.models import MonthReport, NilReturn, Project, Proposal, Source
from projects.services.proposal_batches import reopen_of_upload, states_of_upload, taken_back, withdraw_of_upload
from projects.services.voiding import returning_nil, said_unchanged, say_nil_again, withdraw_nil_of


def withdrawal_note(upload: Upload) -> str:
    """What stands on a proposal that went with its upload; by it, it is found again."""
    return f"撤回上传 #{upload.pk}"


@dataclass(frozen=True, slots=True)
class Beside:
    """How many: proposals that would be withdrawn (undo) or wait again (redo), and nil returns that would stand again or fall."""

    proposals: int
    nil: int


def beside(upload: Upload, kind: Reversal.Kind, plan: Inversion) -> Beside:
    """What would go or come back beside the rows."""
    if kind == Reversal.Kind.UNDO:
        return Beside(states_of_upload(upload.pk).get(Proposal.State.OPEN, 0), len(_nil_again(upload, plan)))
    falling = {row.pk for period_id, projects in _written_months(plan).items() for row in said_unchanged(projects, period_id)}
    return Beside(len(taken_back(upload.pk, withdrawal_note(upload))), len(falling))


@dataclass(slots=True)
class Carried:
    """What was done beside the rows: counts for the record, and the proposals that were set aside, as they stood."""

    nil: int = 0
    proposals: int = 0
    aside: list[dict[str, Any]] = field(default_factory=list)
    again: list[NilReturn] = field(default_factory=list)


def before_rows(upload: Upload, kind: Reversal.Kind, plan: Inversion) -> Carried:
    """What must be read, or must go, before the rows go."""
    carried = Carried(aside=_set_aside(plan))
    if kind == Reversal.Kind.UNDO:
        carried.again = _nil_again(upload, plan)
    return carried


def after_rows(upload: Upload, kind: Reversal.Kind, plan: Inversion, source: Source, actor: Any, carried: Carried) -> None:
    """What follows once the rows are written. What was approved stays: it has its own way back."""
    if kind == Reversal.Kind.UNDO:
        say_nil_again(carried.again, source=source)
        carried.nil = len(carried.again)
        carried.proposals = withdraw_of_upload(upload.pk, actor=actor, note=withdrawal_note(upload))
        return
    _bring_back(upload, plan)
    for period_id, projects in _written_months(plan).items():
        carried.nil += withdraw_nil_of(projects, period_id, source=source)
    carried.proposals = reopen_of_upload(upload.pk, actor=actor, note=withdrawal_note(upload))


def _nil_again(upload: Upload, plan: Inversion) -> list[NilReturn]:
    going = plan.deletes.get(MonthReport, [])
    if not going:
        return []
    return returning_nil((trace.month for trace in going), {trace.id for trace in going}, withdrawn_uploads() | {upload.pk})


def _written_months(plan: Inversion) -> dict[int, list[int]]:
    """Period → projects whose reports of it are written or come back."""
    found: dict[int, list[int]] = {}
    for trace, _values in [*plan.updates.get(MonthReport, []), *plan.inserts.get(MonthReport, [])]:
        project_id, period_id = trace.month
        found.setdefault(period_id, []).append(project_id)
    return found


# --- Proposals about projects that go -----------------------------------------------------------------------------------------------


def _set_aside(plan: Inversion) -> list[dict[str, Any]]:
    """Take out the withdrawn proposals about projects that go: nobody judged them, and without the project they can't stand."""
    ids = withdrawn_proposals(trace.id for trace in plan.deletes.get(Project, []))
    rows = Proposal.objects.filter(pk__among=sorted(ids)).order_by("pk")
    kept = [{column.attname: _plain(column.value_from_object(row)) for column in Proposal._meta.concrete_fields} for row in rows]
    if kept:
        rows.delete()
        audit.record("proposal.set_aside", count=len(kept))
    return kept


def _plain(value: Any) -> Any:
    """A value as JSON holds it, to the microsecond."""
    return value.isoformat() if isinstance(value, date) else value


def _bring_back(upload: Upload, plan: Inversion) -> None:
    """Put back the proposals that were set aside with the projects that come back, under their own numbers."""
    coming = {trace.id for trace, _values in plan.inserts.get(Project, [])}
    wanted: dict[int, dict[str, Any]] = {}
    for aside in upload.reversals.order_by("number").values_list("aside", flat=True) if coming else ():
        wanted |= {one["id"]: one for one in aside if one["project_id"] in coming}
    standing = set(Proposal.objects.filter(pk__among=sorted(wanted)).values_list("pk", flat=True))
    columns = {column.attname: column for column in Proposal._meta.concrete_fields}
    for key in sorted(set(wanted) - standing):
        # As it was stored: the moment at which it was asked is not now.
        Proposal(**{name: columns[name].to_python(value) for name, value in wanted[key].items()}).save_base(raw=True)

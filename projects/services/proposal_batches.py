"""Proposals by the hundred, as an upload makes them: the set-wise twin of `propose` and `withdraw`.

Runs in the caller's transaction. The rows were judged by the rules before; what is asked already is not asked twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone

from accounts import audit
from projects.models import Door, Project, ProjectCode, Proposal
from projects.proposals import CODE, COLUMNS, Change, as_text, fresh, moved, pack, unpack

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row of a file wants changed of a project, and which row it is."""

    project_id: int
    changes: tuple[Change, ...]
    place: str = ""


def waiting_changes(project_ids: Iterable[int]) -> dict[int, set[Change]]:
    """What waits for a second person, by project. A query for each 500."""
    found: dict[int, set[Change]] = {}
    ids = sorted(set(project_ids))
    for start in range(0, len(ids), _BATCH):
        waiting = Proposal.objects.filter(state=Proposal.State.OPEN, project_id__in=ids[start : start + _BATCH])
        for project_id, changes in waiting.values_list("project_id", "changes"):
            found.setdefault(project_id, set()).update(unpack(changes))
    return found


def moved_since(asked: Sequence[Asked]) -> list[int]:
    """Projects that hold something else now than the changes start from. Two queries for each 500."""
    found: list[int] = []
    for start in range(0, len(asked), _BATCH):
        part = asked[start : start + _BATCH]
        ids = [one.project_id for one in part]
        codes = dict(ProjectCode.objects.filter(project_id__in=ids, role=ProjectCode.Role.PRIMARY).values_list("project_id", "code"))
        stored = {row["id"]: row for row in Project.objects.filter(pk__in=ids).values("id", *COLUMNS)}
        for one in part:
            row = stored.get(one.project_id, {})
            now = {name: as_text(row.get(name)) for name in COLUMNS} | {CODE: codes.get(one.project_id, "")}
            if moved(one.changes, now):
                found.append(one.project_id)
    return found


def propose_many(asked: Sequence[Asked], *, reason: str, actor: Any, upload_id: int, door: str = Door.UPLOAD) -> int:
    """Store proposals for a second person to settle; answers how many are new. What waits already is left out of them."""
    made: list[Proposal] = []
    waiting = waiting_changes(one.project_id for one in asked)
    for one in asked:
        before = waiting.setdefault(one.project_id, set())
        changes = fresh(one.changes, before)
        if not changes:
            continue
        before.update(changes)
        made.append(
            Proposal(
                project_id=one.project_id,
                changes=pack(changes),
                reason=(reason.strip() or f"上传 #{upload_id} 的数值与库中已定的不同")[:300],
                door=door,
                upload_id=upload_id,
                place=one.place[:120],
                by=actor if getattr(actor, "pk", None) else None,
            )
        )
    Proposal.objects.bulk_create(made, batch_size=_BATCH)
    return len(made)


def withdraw_of_upload(upload_id: int, *, actor: Any, note: str) -> int:
    """Take back what an upload proposed and nobody has settled yet; answers how many."""
    waiting = Proposal.objects.filter(upload_id=upload_id, state=Proposal.State.OPEN)
    told = {"settled_by": actor if getattr(actor, "pk", None) else None, "settled_at": timezone.now(), "note": note[:300]}
    count = waiting.update(state=Proposal.State.WITHDRAWN, **told)
    if count:
        audit.record("proposal.withdrawn", actor=actor, upload=upload_id, count=count, note=note)
    return count


def taken_back(upload_id: int, note: str) -> list[int]:
    """The proposals that `withdraw_of_upload` took back with this note and that can be put up again: nobody else asks for the same."""
    taken = list(Proposal.objects.filter(upload_id=upload_id, state=Proposal.State.WITHDRAWN, note__startswith=note))
    waiting = waiting_changes(one.project_id for one in taken)
    return [one.pk for one in taken if fresh(unpack(one.changes), waiting.get(one.project_id, ()))]


def states_of_upload(upload_id: int) -> dict[str, int]:
    """How many proposals of an upload stand in which state."""
    return dict(Proposal.objects.filter(upload_id=upload_id).order_by().values_list("state").annotate(n=Count("pk")))


def reopen_of_upload(upload_id: int, *, actor: Any, note: str) -> int:
    """Put up again what `withdraw_of_upload` took back with this note, but for what waits in another proposal by now; answers how many."""
    ids = taken_back(upload_id, note)
    count = 0
    for start in range(0, len(ids), _BATCH):
        again = Proposal.objects.filter(pk__in=ids[start : start + _BATCH], state=Proposal.State.WITHDRAWN)
        count += again.update(state=Proposal.State.OPEN, settled_by=None, settled_at=None, note="")
    if count:
        audit.record("proposal.reopened", actor=actor, upload=upload_id, count=count)
    return count

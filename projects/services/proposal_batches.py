"""Proposals by the hundred, as an upload makes them: the set-wise twin of `propose` and `withdraw`.

Runs in the caller's transaction. The rows were judged by the rules before; what is asked already is not asked twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts import audit
from projects.models import Door, Proposal
from projects.proposals import Change, covers, pack, unpack

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row of a file wants changed of a project, and which row it is."""

    project_id: int
    changes: tuple[Change, ...]
    place: str = ""


def propose_many(asked: Sequence[Asked], *, reason: str, actor: Any, upload_id: int, door: str = Door.UPLOAD) -> int:
    """Store proposals for a second person to settle; answers how many are new. A query for each 500."""
    made: list[Proposal] = []
    for start in range(0, len(asked), _BATCH):
        part = asked[start : start + _BATCH]
        waiting: dict[int, list[tuple[Change, ...]]] = {}
        found = Proposal.objects.filter(state=Proposal.State.OPEN, project_id__in=[one.project_id for one in part])
        for project_id, changes in found.values_list("project_id", "changes"):
            waiting.setdefault(project_id, []).append(unpack(changes))
        for one in part:
            if any(covers(other, one.changes) for other in waiting.get(one.project_id, ())):
                continue
            waiting.setdefault(one.project_id, []).append(one.changes)
            made.append(
                Proposal(
                    project_id=one.project_id,
                    changes=pack(one.changes),
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


def reopen_of_upload(upload_id: int, *, actor: Any, note: str) -> int:
    """Put up again what `withdraw_of_upload` took back with this note; answers how many."""
    taken = Proposal.objects.filter(upload_id=upload_id, state=Proposal.State.WITHDRAWN, note__startswith=note)
    count = taken.update(state=Proposal.State.OPEN, settled_by=None, settled_at=None, note="")
    if count:
        audit.record("proposal.reopened", actor=actor, upload=upload_id, count=count)
    return count

"""The event log: who signed in, was refused, exported, uploaded. Written in the transaction of what it speaks of."""

from __future__ import annotations

from typing import Any

from accounts.models import AuditEvent, User


def record(event: str, *, actor: Any = None, obj: Any = None, outcome: str = "ok", address: str | None = None, **detail: Any) -> AuditEvent:
    """Append one event. `obj` is the row it is about; `detail` must be JSON."""
    known = actor if isinstance(actor, User) and actor.pk else None
    return AuditEvent.objects.create(
        event=event,
        actor=known,
        actor_name=str(actor) if actor else "",
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        outcome=outcome,
        address=address,
        detail=detail,
    )

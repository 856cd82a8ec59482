"""The event log: who signed in, was refused, exported, uploaded. Written in the transaction of what it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import AuditEvent, User

_address: ContextVar[str | None] = ContextVar("event_address", default=None)


class AddressMiddleware:
    """Lets every event of a request carry the address it came from. Behind a proxy that is what the proxy saw, the last in its list."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _address.set(address_of(request))
        try:
            return self._get_response(request)
        finally:
            _address.reset(token)


def address_of(request: HttpRequest) -> str | None:
    told = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip() or told
    try:
        return str(ip_address(told))
    except ValueError:
        return None


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
        address=address or _address.get(),
        detail=detail,
    )

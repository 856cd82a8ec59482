"""Making, finding and revoking tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import ApiToken, ReportingUnit, User

MARK = "mpp_"
_SHOWN = len(MARK) + 6


class TokenRefusedError(ValueError):
    """A token that can't be made as asked; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def make_token(
    *,
    user: User,
    name: str,
    expires_at: datetime | None = None,
    can_write: bool = False,
    unit: ReportingUnit | None = None,
    addresses: Sequence[str] = (),
    actor: Any = None,
) -> tuple[ApiToken, str]:
    """A new token and its key, which is told here and never again. It lives a year unless told otherwise.

    :raises TokenRefusedError: `superuser` (a key that may do everything is never given), `past`, `name`.
    :raises ValueError: an address that is none.
    """
    until = expires_at or timezone.now() + timedelta(days=365)
    if user.is_superuser:
        raise TokenRefusedError("superuser")
    if until <= timezone.now():
        raise TokenRefusedError("past")
    if not name.strip():
        raise TokenRefusedError("name")
    nets = [str(ip_network(one.strip(), strict=False)) for one in addresses if one.strip()]
    key = MARK + secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        user=user,
        name=name.strip()[:100],
        prefix=key[:_SHOWN],
        digest=digest_of(key),
        can_write=can_write,
        unit=unit,
        addresses=nets,
        expires_at=until,
    )
    told: dict[str, Any] = {
        "name": made.name,
        "can_write": can_write,
        "unit": unit.key if unit else "",
        "until": until.isoformat(),
        "addresses": nets,
    }
    audit.record("token.make", actor=actor or user, obj=made, owner=user.username, **told)
    return made, key


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: Any) -> None:
    """From now on the key opens nothing; a second time changes nothing."""
    if token.revoked_at is not None:
        return
    token.revoked_at, token.revoked_by = timezone.now(), actor
    token.save(update_fields=["revoked_at", "revoked_by"])
    audit.record("token.revoke", actor=actor, obj=token, owner=token.user.username, name=token.name)


def find_token(key: str) -> ApiToken | None:
    """The token of a key, with its owner; None if there is none. One query."""
    if not key.startswith(MARK) or len(key) > 100:
        return None
    return ApiToken.objects.select_related("user").filter(digest=digest_of(key)).first()


def comes_from(token: ApiToken, address: str | None) -> bool:
    """Whether the token may be used from this address."""
    if not token.addresses:
        return True
    return address is not None and any(ip_address(address) in ip_network(net) for net in token.addresses)

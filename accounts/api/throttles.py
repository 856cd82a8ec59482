"""So many questions a minute from one caller, counted in the database, so that every host counts alike. One statement a request."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.throttling import BaseThrottle

from accounts import audit
from accounts.models import ApiMinute, ApiToken

_COUNT = (
    "INSERT INTO accounts_apiminute (caller, minute, calls) VALUES (%s, %s, 1)"
    " ON CONFLICT (caller, minute) DO UPDATE SET calls = accounts_apiminute.calls + 1 RETURNING calls"
)
# The same where a commit is a write to the disk that the caller waits for: a count may be lost with the power.
_COUNT_UNWAITED = (
    "WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))"
    " INSERT INTO accounts_apiminute (caller, minute, calls) SELECT %s, %s, 1 FROM quick"
    " ON CONFLICT (caller, minute) DO UPDATE SET calls = accounts_apiminute.calls + 1 RETURNING calls"
)
# Minutes that are kept to tell how much a caller asked: a day.
_KEPT = 24 * 60


class CallerThrottle(BaseThrottle):
    """A fixed window of one minute per token, else per person, else per address."""

    def allow_request(self, request: Any, view: Any) -> bool:
        self.now = time.time()
        minute = int(self.now // 60)
        # Inside a transaction of somebody's the setting would hold for all that he writes.
        unwaited = connection.vendor == "postgresql" and not connection.in_atomic_block
        with connection.cursor() as cursor:
            cursor.execute(_COUNT_UNWAITED if unwaited else _COUNT, [_caller(request), minute])
            calls: int = cursor.fetchone()[0]
        if calls == 1:
            _first_of_minute(request, minute)
        return calls <= settings.API_CALLS_PER_MINUTE

    def wait(self) -> float:
        return 60 - self.now % 60


def _caller(request: Any) -> str:
    if isinstance(request.auth, ApiToken):
        return f"token:{request.auth.pk}"
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"address:{audit.address_of(request._request)}"[:40]


def _first_of_minute(request: Any, minute: int) -> None:
    """What need not be done at each call: say when the token was last used, and forget old minutes."""
    if isinstance(request.auth, ApiToken):
        ApiToken.objects.filter(pk=request.auth.pk).update(last_used_at=timezone.now(), last_used_from=audit.address_of(request._request))
    ApiMinute.objects.filter(minute__lt=minute - _KEPT).delete()

"""A POST that carries an `Idempotency-Key` is done once: asked again, the kept answer is given again.

The key is claimed in the transaction of the deed. A second request with the same key waits at that row until the first has ended: if that
was done, its answer is given; if it was refused, it left nothing, and the second is judged for itself. So nothing is done twice, however
many come at once, and whenever a process dies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import scope
from accounts.api.errors import ApiError, fault
from accounts.api.rendering import json_bytes
from accounts.models import KeptAnswer

KEPT = timedelta(days=7)
_HEADERS = ("ETag", "Location")
Handler = Callable[..., Response]


def once(handler: Handler) -> Handler:
    """Wrap a writing handler: with a key it is done once. All it does is one transaction."""

    @wraps(handler)
    def guarded(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            key = _key(request)
            if not key:
                return handler(view, request, *args, **kwargs)
            claim = _claim(request, key)
            if claim.status:
                return _replayed(claim)
            response = handler(view, request, *args, **kwargs)
            _keep(claim, response)
            return response

    return guarded


def once_if_asked(handler: Handler) -> Handler:
    """As `once`, for deeds that keep transactions of their own: without a key they are left to them."""
    kept = once(handler)

    @wraps(handler)
    def guarded(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        return (kept if _key(request) else handler)(view, request, *args, **kwargs)

    return guarded


def _key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 200 or "\x00" in key:
        raise ApiError(400, "idempotency_key", _("Idempotency-Key 不超过200个字符"), [fault("Idempotency-Key", "idempotency_key", key[:40])])
    return key


def _claim(request: Request, key: str) -> KeptAnswer:
    """The row of this key, under lock: with a status it was answered before, without one it is ours to answer."""
    user: Any = request.user
    KeptAnswer.objects.filter(user=user, at__lt=timezone.now() - KEPT).delete()
    digest = _digest(request)
    address = f"{request.method} {request.path}"[:300]
    # Waits for whoever has claimed the same key and not ended yet.
    KeptAnswer.objects.bulk_create([KeptAnswer(user=user, key=key, address=address, digest=digest)], ignore_conflicts=True)
    claim = KeptAnswer.objects.select_for_update(of=("self",)).get(user=user, key=key)
    if claim.digest != digest:
        words = _("这个 Idempotency-Key 已用于另一次请求（%(address)s）；新的请求请用新的值") % {"address": claim.address}
        raise ApiError(422, "idempotency_key_reused", words, [fault("Idempotency-Key", "idempotency_key_reused", words)])
    return claim


def _digest(request: Request) -> str:
    """What was asked: by whom with which token's reach, where, and in which words; spaces and the order of names say nothing."""
    by = scope.narrowing(request.user)
    reach = [by.unit_id, by.reads_only] if by else []
    asked = [request.method, request.get_full_path(), reach, _words(request.data)]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()


def _words(data: Any) -> Any:
    if not isinstance(data, QueryDict):
        return data
    return {name: [_file_mark(one) if isinstance(one, UploadedFile) else str(one) for one in data.getlist(name)] for name in data}


def _file_mark(file: UploadedFile[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return f"{file.name} {digest.hexdigest()}"


def _keep(claim: KeptAnswer, response: Response) -> None:
    claim.status = response.status_code
    claim.headers = {name: response[name] for name in _HEADERS if name in response}
    claim.body = json_bytes(response.data)
    claim.save(update_fields=["status", "headers", "body"])


def _replayed(claim: KeptAnswer) -> Response:
    body = json.loads(bytes(claim.body) or b"null")
    return Response(body, status=claim.status, headers={**claim.headers, "Idempotency-Replayed": "true"})

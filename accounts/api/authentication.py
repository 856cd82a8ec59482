"""Who asks: by a token in `Authorization: Bearer`, as the password of `Basic` (Excel, Power BI), or by the browser's session."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts import audit, scope
from accounts.api.permissions import ToldDenied
from accounts.api.tokens import comes_from, find_token
from accounts.models import ApiToken, User


class TokenAuthentication(BaseAuthentication):
    """The token stands for its owner, with no more than it was given."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        key = _key_of(request.META.get("HTTP_AUTHORIZATION", ""))
        return None if key is None else self.admitted(key, request)

    def admitted(self, key: str, request: Any) -> tuple[User, ApiToken]:
        """:raises AuthenticationFailed: saying which of unknown, revoked, expired, elsewhere it is."""
        token = find_token(key)
        if token is None:
            raise AuthenticationFailed(_("令牌不存在，请核对是否复制完整"), code="token_unknown")
        if not token.user.is_active or token.revoked_at is not None:
            raise AuthenticationFailed(_("令牌“%(name)s”已作废") % {"name": token.name}, code="token_revoked")
        if not token.is_live:
            raise AuthenticationFailed(_("令牌“%(name)s”已过有效期，请重新建立") % {"name": token.name}, code="token_expired")
        address = audit.address_of(getattr(request, "_request", request))
        if not comes_from(token, address):
            raise AuthenticationFailed(_("令牌不能在地址 %(address)s 使用") % {"address": address or "?"}, code="token_elsewhere")
        scope.narrow(token.user, scope.Narrowing(token.unit_id, not token.can_write))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def _key_of(header: str) -> str | None:
    """The key in an Authorization header; None where it holds none of ours to judge."""
    scheme, _space, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


class BrowserAuthentication(SessionAuthentication):
    """The browser's session; what it writes carries Django's mark against forged requests."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            words = _(
                "缺少 CSRF 标记，或标记不对：用网页登录写入须带 X-CSRFToken 请求头（值为 csrftoken cookie）；程序请用令牌 Authorization: Bearer mpp_…"
            )
            raise ToldDenied(words, code="csrf") from None


class BrowserScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """The session in the schema, as the framework's own."""

    target_class = "accounts.api.authentication.BrowserAuthentication"
    priority = 1


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the token is described in the schema."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "接口令牌，如 mpp_…；也可作为 Basic 认证的密码"}

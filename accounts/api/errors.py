"""One form for every error: what is wrong, in the reader's language, with a code for machines and a JSON pointer for each fault.

`{"code": "invalid", "message": "…", "errors": [{"pointer": "/total_wan", "code": "…", "message": "…"}]}`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.api.negotiation import NotOfferedError
from accounts.api.parsing import NoJsonError
from accounts.api.permissions import ToldDenied

Fault = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an exception of an app says to a caller."""

    status: int
    code: str
    message: str
    errors: list[Fault] = field(default_factory=list)


# Exceptions of the apps → what they say; each app adds its own.
SAID: dict[type[Exception], Callable[[Any], Answer]] = {}


def _unoffered(error: NotOfferedError) -> Answer:
    return Answer(400, "parameter", _("网址里的参数有误"), [fault("?format", "parameter", str(error))])


SAID[NotOfferedError] = _unoffered


def _too_big(_error: RequestDataTooBig) -> Answer:
    limit = f"{(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) / 1_000_000:.1f}"
    words = _("内容超过 %(limit)s MB 的上限，没有写入任何内容；请分批提交，或用文件上传（POST /api/v1/uploads/）") % {"limit": limit}
    return Answer(413, "too_large", words, [fault("", "too_large", words)])


SAID[RequestDataTooBig] = _too_big


class ApiError(exceptions.APIException):
    """A refusal with its faults."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        errors: list[Fault] | None = None,
        *,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, code)
        self.status_code = status
        self.faults = errors or []
        self.more = dict(more or {})
        self.headers = dict(headers or {})


def fault(pointer: str, code: str, message: str, **more: Any) -> Fault:
    return {"pointer": pointer, "code": code, "message": message, **more}


def wrong_parameters(found: Mapping[str, list[str]]) -> ApiError:
    """400 for the parameters of an address: each by its name."""
    errors = [fault(f"?{name}", "parameter", message) for name, messages in found.items() for message in messages]
    return ApiError(400, "parameter", _("网址里的参数有误"), errors)


def handle(error: Exception, context: Any) -> Response | None:
    """The answer to an exception; None lets Django answer what is a bug."""
    said = _said(error)
    if said is not None:
        return _response(said.status, said.code, said.message, said.errors)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ApiError):
        response.data = {**_body(str(error.get_codes()), str(error.detail), error.faults), **error.more}
        for name, value in error.headers.items():
            response[name] = value
    elif isinstance(error, exceptions.ValidationError):
        response.data = _body("invalid", _("提交的内容有误"), _faults(error.detail, ""))
    else:
        response.data = _body(_code_of(error), _words_at(error, context.get("view")))
    return response


def _said(error: Exception) -> Answer | None:
    return next((say(error) for cls, say in SAID.items() if isinstance(error, cls)), None)


def answer_to(error: Exception) -> Answer | None:
    """What a refusal says, where many are answered in one body; None for what is a bug."""
    said = _said(error)
    if said is not None:
        return said
    if isinstance(error, ApiError):
        return Answer(error.status_code, str(error.get_codes()), str(error.detail), error.faults)
    if isinstance(error, exceptions.ValidationError):
        return Answer(400, "invalid", _("提交的内容有误"), _faults(error.detail, ""))
    if isinstance(error, Http404 | PermissionDenied | exceptions.APIException):
        status = 404 if isinstance(error, Http404) else 403 if isinstance(error, PermissionDenied) else error.status_code
        return Answer(status, _code_of(error), _words_of(error))
    return None


def _code_of(error: Exception) -> str:
    if isinstance(error, Http404):
        return "not_found"
    if isinstance(error, PermissionDenied):
        return "permission_denied"
    return str(error.get_codes()) if isinstance(error, exceptions.APIException) else "error"


def _words_at(error: Exception, view: Any) -> str:
    """As `_words_of`, where the view says what it would take."""
    if isinstance(error, exceptions.MethodNotAllowed):
        method = getattr(getattr(view, "request", None), "method", "")
        return _("这个网址不能用 %(method)s，可以用：%(all)s") % {"method": method, "all": ", ".join(view.allowed_methods)}
    if isinstance(error, exceptions.UnsupportedMediaType):
        sent = str(getattr(view.request, "content_type", "") or _("未写明"))
        allowed = ", ".join(one.media_type for one in view.parser_classes)
        return _("内容的格式（Content-Type）是 %(sent)s，应为 %(all)s") % {"sent": sent[:80], "all": allowed}
    return _words_of(error)


def _words_of(error: Exception) -> str:
    if isinstance(error, exceptions.NotAuthenticated):
        return _("没有登录，也没有令牌：请在请求头写 Authorization: Bearer mpp_…；令牌在“接口令牌”页（/tokens/）建立")
    if isinstance(error, NoJsonError | ToldDenied):
        return str(error.detail)
    if isinstance(error, exceptions.ParseError):
        return _("内容不能解析：请核对 Content-Type 与内容是否一致；multipart/form-data 须写明 boundary")
    if isinstance(error, Http404 | exceptions.NotFound):
        return _("没有这一行，或不在您的范围内")
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return _("您的岗位或令牌不允许这样做")
    return str(getattr(error, "detail", error))


def _faults(detail: Any, pointer: str) -> list[Fault]:
    """Every fault of a nested answer, each with the pointer to its place."""
    if isinstance(detail, Mapping):
        return [one for name, inner in detail.items() for one in _faults(inner, pointer if name == "non_field_errors" else f"{pointer}/{name}")]
    if isinstance(detail, list) and any(isinstance(one, Mapping | list) for one in detail):
        return [one for number, inner in enumerate(detail) for one in _faults(inner, f"{pointer}/{number}")]
    told = detail if isinstance(detail, list) else [detail]
    return [fault(pointer or "/", str(getattr(one, "code", "invalid")), str(one)) for one in told]


def _body(code: str, message: str, errors: list[Fault] | None = None) -> dict[str, Any]:
    return {"code": code, "message": message, "errors": errors or []}


def _response(status: int, code: str, message: str, errors: list[Fault]) -> Response:
    return Response(_body(code, message, errors), status=status)

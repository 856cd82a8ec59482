"""The state that the writer of one row saw: in `If-Match`, or in the body as many rows in one write carry it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.api.errors import ApiError, fault
from accounts.api.writing import seen_revision, text_of, unseen


def taken_revision(request: Request, given: dict[str, Any], *, is_needed: bool = True) -> int | None:
    """The revision that the writer saw, from `If-Match` or from `revision`, which is taken out of the body.

    :raises ApiError: 428 with neither where one is needed, 400 for one that can't be read or for two that differ.
    """
    headed = seen_revision(request, is_needed=False)
    told = given.pop("revision", None)
    if told in (None, ""):
        if headed is None and is_needed:
            raise unseen()
        return headed
    text = text_of(told) or ""
    if isinstance(told, bool) or not (text.isascii() and text.isdigit() and len(text) < 10):
        words = _("应为读取该行时的修订号，如 7，读到 %(value)s") % {"value": str(told)[:40]}
        raise ApiError(400, "invalid", _("提交的内容有误"), [fault("/revision", "type", words)])
    if headed is not None and headed != int(text):
        words = _("If-Match 是 %(headed)s，内容里的 revision 是 %(told)s，两者不同；写一个即可") % {"headed": headed, "told": int(text)}
        raise ApiError(400, "invalid", _("提交的内容有误"), [fault("/revision", "if_match", words)])
    return int(text)

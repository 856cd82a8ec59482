"""What the refusals of this app say to a caller of the API."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.api.errors import SAID, Answer, ApiError, Fault, fault
from projects.admin.forms import reason_asked
from projects.workflow import Refused

# Code of a refusal → status; everything else is "not as things stand": 409.
_STATUS = {
    "role": 403,
    "gone": 404,
    "reason": 400,
    "field": 400,
    "value": 400,
    "none": 400,
    "nothing": 400,
    "empty": 400,
    "rules": 400,
    "name": 400,
    "moment": 400,
    "month": 400,
    "colour": 400,
    "entered_on": 400,
    "valid_from": 400,
}
# Where in the body a refusal stands.
_PLACE = {
    "reason": "/reason",
    "name": "/name",
    "name_taken": "/name",
    "moment": "/as_of",
    "month": "/month",
    "colour": "/colour",
    "entered_on": "/entered_on",
    "valid_from": "/valid_from",
}


def language() -> str:
    return get_language() or "zh"


def refusal(error: Refused) -> Answer:
    status = _STATUS.get(error.code, 409)
    words = error.said(language())
    return Answer(status, error.code, words, [fault(_PLACE.get(error.code, ""), error.code, words)])


def reason_fault(asked: Sequence[str]) -> Fault:
    """What a form asks a reason for, as one fault at the place where the reason is missing."""
    about = _("；").join(text for text in asked if text != reason_asked(())[0])
    return fault("/reason", "reason_required", _("请在 reason 中说明：%(about)s") % {"about": about} if about else _("请在 reason 中写明原因"))


def at_note(error: Refused) -> Exception:
    """The refusal of a verb whose words stand in `note`: said there."""
    if error.code != "reason":
        return error
    told = refusal(error)
    return ApiError(told.status, told.code, told.message, [fault("/note", told.code, told.message)])


def clash(_error: IntegrityError) -> Answer:
    """Two wrote the same at once, and the other was first."""
    words = _("与同时写入的另一行冲突，没有写入任何内容；请重新读取后再试")
    return Answer(409, "clash", words, [fault("", "clash", words)])


SAID[Refused] = refusal
SAID[IntegrityError] = clash

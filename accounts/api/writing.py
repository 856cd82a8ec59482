"""What every writing door shares: the body read exactly, the state the writer saw, one answer for one row and for many.

A refusal is an exception, so that whatever was begun inside the transaction is taken back; what is answered was done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import scope
from accounts.api.body_words import own_words, say_what_texts_fit
from accounts.api.errors import ApiError, Fault, answer_to, fault
from accounts.api.reading import not_found, one_of, read_question, rows_of
from accounts.api.resources import RESOURCES
from accounts.roles import Action

# Numbers beyond these are not written out: no column could hold them.
_DIGITS = 40
_HUGE = 10**_DIGITS
MOST = 500  # rows in one bulk write
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="同一个值重复提交只做一次，再次提交得到原来的答复")
SEEN = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="读取该行时的 ETag；也可在内容里写 revision，两者至少一个")


class Body(serializers.Serializer[Any]):
    """The body of a verb. A name that means nothing is an error, so that no wish is dropped in silence."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for one in fields.values():
            say_what_texts_fit(one)
        return fields

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            strange = [name for name in data if name not in self.fields]
            if strange:
                raise serializers.ValidationError({name: [unknown_name(name, self.fields)] for name in strange}, code="unknown")
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError(own_words(self.fields, data, error.detail)) from None


class NumberField(serializers.IntegerField):
    """The number of a row."""

    def __init__(self, **told: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **told)


class ReasonBody(Body):
    """A verb with a word on why."""

    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=300, help_text="原因或说明，写入历史")


def unknown_name(name: str, known: Iterable[str]) -> str:
    return _("没有“%(name)s”这一项，可以写的有：%(all)s") % {"name": str(name)[:40], "all": ", ".join(known)}


def given(body: type[Body], request: Request) -> dict[str, Any]:
    """The checked body of a verb.

    :raises ValidationError: 400, each fault by its place.
    """
    sent = request.data
    if sent and not isinstance(sent, Mapping):
        words = _("应为一个 JSON 对象：列名与值")
        raise ApiError(400, "invalid", words, [fault("", "type", words)])
    read = body(data=sent or {})
    read.is_valid(raise_exception=True)
    found: dict[str, Any] = read.validated_data
    return found


def fields_of(data: Any) -> dict[str, Any]:
    """The body of a row: an object, column by column. A form's body is taken as well."""
    if isinstance(data, QueryDict):
        return {name: data.get(name) for name in data if name != "csrfmiddlewaretoken"}
    if isinstance(data, dict):
        return dict(data)
    raise ApiError(400, "invalid", _("应为一个 JSON 对象：列名与值"), [fault("", "type", _("应为一个 JSON 对象：列名与值"))])


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}], "nullable": True})
class AnyValue(serializers.CharField):
    """A value of any column as text: what reading gave may be sent back as it came, a number or null as well as a text."""

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation("" if data is None else data)

    def to_internal_value(self, data: Any) -> str:
        text = text_of(data)
        if text is None:
            self.fail("invalid")
        return str(super().to_internal_value(text))


def text_of(value: Any) -> str | None:
    """A JSON value as a form would have sent it; None for what is no single value."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, int):
        return str(value) if abs(value) < _HUGE else None
    if isinstance(value, float):
        value = Decimal(repr(value))
    return format(value, "f") if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < _DIGITS else None


# --- Which state was seen ----------------------------------------------------------------------------------------------------------


def seen_revision(request: Request, *, is_needed: bool = True) -> int | None:
    """The revision that the writer saw, from `If-Match: "7"`.

    :raises ApiError: 428 without one where it is needed, 400 for one that can't be read.
    """
    told = request.headers.get("If-Match", "").strip()
    if not told:
        if is_needed:
            raise unseen()
        return None
    text = told.removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ApiError(
            400,
            "if_match",
            _('If-Match 应为读取该行时的 ETag，如 "7"，读到 %(value)s') % {"value": told[:40]},
            [fault("If-Match", "if_match", told[:40])],
        )
    return int(text)


def unseen() -> ApiError:
    """428: which state the writer saw was not said."""
    words = _("修改须写明所见的状态：先读取该行，把答复的 ETag 原样放进 If-Match，或在内容里写 revision，以免覆盖他人的改动")
    return ApiError(428, "precondition_required", words, [fault("/revision", "precondition_required", words)])


def stale(name: str, obj: Any, user: Any) -> ApiError:
    """412 with the row as it stands now."""
    row = row_of(name, obj.pk, user)
    words = _("该行已被他人改动：现为第 %(now)s 版。没有写入任何内容；请按现值核对后，带新的修订号（If-Match 或 revision）再提交一次") % {
        "now": row["revision"]
    }
    return ApiError(412, "stale", words, more={"current": row}, headers={"ETag": f'"{row["revision"]}"'})


# --- Rows --------------------------------------------------------------------------------------------------------------------------


def reached(name: str, key: int, user: Any, action: Action, *related: str) -> Any:
    """The row, for who may do this to it: out of reach it does not exist (404), in reach but not for this post it is refused (403)."""
    resource = RESOURCES[name]
    found = resource.rows(user).filter(pk=key).select_related(*related).first()
    if found is None:
        raise not_found()
    if not resource.see(resource.model._default_manager.filter(pk=key), user, action).exists():
        raise refused_post()
    return found


def refused_post() -> ApiError:
    return ApiError(403, "permission_denied", _("您的岗位或令牌不允许这样做"))


def city_post(user: Any, action: Action) -> None:
    """For what is the whole city's alone."""
    if not scope.city_wide(user, action):
        raise refused_post()


def row_of(name: str, key: int, user: Any) -> dict[str, Any]:
    """The row as a reader gets it."""
    question = read_question(RESOURCES[name], QueryDict())
    found = one_of(question, rows_of(question, user), key, user)
    if found is None:
        raise not_found()
    return found


def rows_by_id(name: str, keys: Sequence[int], user: Any) -> dict[int, dict[str, Any]]:
    """Rows as a reader gets them, by their number. One query for each 500."""
    resource = RESOURCES[name]
    found: dict[int, dict[str, Any]] = {}
    names = [one.name for one in resource.fields]
    for start in range(0, len(keys), MOST):
        rows = resource.rows(user).filter(pk__in=list(keys[start : start + MOST]))
        for line in rows.values_list(*[one.expression for one in resource.fields]):
            row = dict(zip(names, line, strict=True))
            found[row["id"]] = row
    return found


def row_response(name: str, obj: models.Model, user: Any, *, status: int = 200, **beside: Any) -> Response:
    """The row after it was written, with its new ETag, and what is said beside it."""
    row = row_of(name, obj.pk, user)
    headers = {"ETag": f'"{row["revision"]}"'} if "revision" in row else {}
    return Response({**row, **beside}, status=status, headers=headers)


# --- Many at once ------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tried:
    """What became of one object of a bulk write: written, or refused for its own faults."""

    status: int
    answer: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    message: str = ""
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return self.status < 400


def list_of(data: Any) -> list[dict[str, Any]]:
    """The objects of a bulk body.

    :raises ApiError: 400 for what is no list of objects, 413 for too many.
    """
    if not isinstance(data, list) or not data:
        raise ApiError(400, "invalid", _("应为 JSON 数组，每项一个对象"), [fault("", "type", _("应为 JSON 数组，每项一个对象"))])
    if len(data) > MOST:
        raise ApiError(413, "too_many", _("一次最多 %(most)s 项，读到 %(n)s 项；请分批，或用文件上传") % {"most": MOST, "n": len(data)})
    wrong = [fault(f"/{place}", "type", _("应为一个 JSON 对象：列名与值")) for place, one in enumerate(data) if not isinstance(one, dict)]
    if wrong:
        raise ApiError(400, "invalid", _("提交的内容有误"), wrong)
    return data


def is_atomic(request: Request) -> bool:
    """`?atomic=1` (the default): all or nothing; `?atomic=0`: the good ones."""
    told = request.query_params.get("atomic", "1")
    if told not in ("0", "1"):
        raise ApiError(400, "parameter", _("网址里的参数有误"), [fault("?atomic", "parameter", _("应为 0 或 1，读到“%(v)s”") % {"v": told[:20]})])
    return told == "1"


def try_each(objects: Sequence[dict[str, Any]], do: Callable[[dict[str, Any]], Tried]) -> list[Tried]:
    """Each object in a savepoint of its own: its faults take back it alone, and all faults are told at once."""
    found = []
    for one in objects:
        try:
            with transaction.atomic():
                found.append(do(one))
        except Exception as error:
            said = answer_to(error)
            if said is None:  # a bug
                raise
            found.append(Tried(said.status, {}, said.code, said.message, said.errors))
    return found


def bulk_response(tried: Sequence[Tried], *, atomic: bool) -> Response:
    """200 where all was done; 207 where some was, each with its status. All or nothing: 400 with every fault, by `/place/column`."""
    refused = [place for place, one in enumerate(tried) if not one.is_done]
    if refused and atomic:
        words = _("%(n)s 项有误，全部没有写入。改正后再提交；只写入无误的用 ?atomic=0") % {"n": len(refused)}
        raise ApiError(400, "invalid", words, [one for place in refused for one in placed(tried[place], place)])
    results = [_told(one, place) for place, one in enumerate(tried)]
    body = {"done": len(tried) - len(refused), "refused": len(refused), "results": results}
    if refused and len(refused) == len(tried):
        raise ApiError(400, "invalid", _("没有一项可以写入"), [one for place in refused for one in placed(tried[place], place)])
    return Response(body, status=207 if refused else 200)


def placed(tried: Tried, place: int) -> list[Fault]:
    """The faults of an object, each with the object's place before it."""
    told = tried.faults or [fault("", tried.code, tried.message)]
    return [{**one, "pointer": f"/{place}{one['pointer']}".rstrip("/")} for one in told]


def _told(one: Tried, place: int) -> dict[str, Any]:
    if one.is_done:
        return {"status": one.status, **one.answer}
    return {"status": one.status, "code": one.code, "message": one.message, "errors": placed(one, place)}


class WritingActions:
    """Reading the row is asked at the door; whether the post may write this very row is asked inside, so that what is out of reach is 404."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW, "PATCH": Action.VIEW, "PUT": Action.VIEW}

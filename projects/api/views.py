"""POST and PATCH at the addresses at which rows are read, many at once, and a month by its project and period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import ApiError, fault
from accounts.api.idempotency import once
from accounts.api.reading import not_found
from accounts.api.resources import RESOURCES
from accounts.api.revisions import taken_revision
from accounts.api.schema import FaultSerializer, body_serializer, described, refusals, row_serializer, stem_of, writes, written_row
from accounts.api.views import ResourceList, ResourceRow, ResourceView, serve
from accounts.api.writing import (
    KEY,
    SEEN,
    Tried,
    bulk_response,
    city_post,
    fields_of,
    is_atomic,
    list_of,
    reached,
    row_response,
    rows_by_id,
    stale,
    try_each,
)
from accounts.roles import Action
from projects.api.kinds import MONTHS, OWN, WRITTEN, period_number
from projects.api.rows import Rows, Written
from projects.models import MonthReport

ATOMIC = OpenApiParameter("atomic", str, enum=["0", "1"], default="1", description="1：全部写入或全部不写；0：只写无误的")
SEEN_IF_THERE = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="已有这一行时须写读取时的 ETag，或在内容里写 revision")
_ROW = (412, 428)  # how a change of one row may be refused


_WORDS = {
    "reason": gettext_lazy("原因或说明，写入历史"),
    "doc_no": gettext_lazy("依据文号"),
    "decided_on": gettext_lazy("文件日期"),
    "code": gettext_lazy("项目代码"),
}


_POST = "与管理页面同一套列、选项、规则和提问；规则要求说明的须带 reason。有误时逐项指出，什么也不写。"
_PATCH = "只写要改的列，须带 If-Match，或在内容里写 revision。已定的内容（总投资、计划起止、类别、代码）转为变更申请：202，见 proposal。"
_BULK = "一次至多 500 行；带 id 和 revision 的是修改，其余新增。atomic=1 全部或全部不写，atomic=0 只写无误的（207）。"
_BELOW = '下属各行：带 id 和 revision 的是改动，不带的是新增，"delete": true 是去掉；没写到的不动'
_PUT = "有则改（须带 If-Match，或在内容里写 revision），无则新增。已提交、已审核的改动后回到草稿。"


def example_of(name: str, title: str, last: int = 0) -> OpenApiExample:
    """A body of a resource; `last`: only so many columns, from the end."""
    columns = list(WRITTEN[name].example.items())
    return OpenApiExample(title, value={**dict(columns[-last:] if last else columns), "reason": "年初列入"}, request_only=True)


_SEEN = serializers.IntegerField(required=False, min_value=0, help_text="读取该行时的 revision；与请求头 If-Match 写一个即可")


@cache
def change_of(name: str) -> type[serializers.Serializer[Any]]:
    """What may be sent of a change: what may be sent of a row, and the state that was seen."""
    base: Any = body_of(name)
    return type(f"{stem_of(name)}Change", (base,), {"revision": _SEEN, "__doc__": base.__doc__})


@cache
def body_of(name: str) -> type[serializers.Serializer[Any]]:
    """What may be sent of a row: what its admin page has, by other names too, and what goes with it."""
    page: Any = admin.site.get_model_admin(RESOURCES[name].model)
    kind = WRITTEN[name]
    words = _aliases(kind) | {one: _WORDS[one] for one in kind.beside if one in _WORDS}
    sections = getattr(page, "sections", None) or [(title, told["fields"]) for title, told in page.fieldsets]
    columns = {field for _title, fields in sections for field in fields}
    own = {told: RESOURCES[name].by_name[column] for column, told in kind.own.items() if column in columns}
    more = {told: serializers.CharField(required=False, allow_blank=True, help_text=one.heading) for told, one in own.items()}
    below = {one.name: _items_of(one.rows, page) for one in getattr(kind, "below", ())}
    return body_serializer(name, columns, words, {**kind.more, **more, **below})


def _aliases(kind: Rows) -> dict[str, Any]:
    return {alias: gettext_lazy("按代号或编号指明") for alias in kind.aliases}


def _items_of(kind: Rows, page: Any) -> Any:
    """The rows below, each an object."""
    inline = next(one for one in page.inlines if one.model is kind.model)
    more = {**_of_item(), **kind.more}
    return body_serializer(kind.resource, set(inline.shown), _aliases(kind), more)(many=True, required=False, help_text=_BELOW)


def _of_item() -> dict[str, Any]:
    return {
        "id": serializers.IntegerField(required=False, help_text="改动或去掉已有的行时写明；新增的行不写"),
        "revision": serializers.IntegerField(required=False, help_text="所见的修订号，与 id 同写"),
        "delete": serializers.BooleanField(required=False, help_text="true：去掉这一行"),
    }


class RowPosting(ResourceList):
    """The list, with POST of a new row."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.EDIT}

    @once
    def post(self, request: Request) -> Response:
        done = WRITTEN[self.resource_name].write(request, None, fields_of(request.data))
        return answer(self.resource_name, done, request)


class RowPatching(ResourceRow):
    """The row, with PATCH of some of its columns."""

    actions: ClassVar[dict[str, Action]] = {"PATCH": Action.VIEW}

    @once
    def patch(self, request: Request, pk: int) -> Response:
        kind = WRITTEN[self.resource_name]
        obj = reached(self.resource_name, pk, request.user, kind.needs, *kind.related)
        given = fields_of(request.data)
        seen = taken_revision(request, given)
        return answer(self.resource_name, kind.write(request, obj, given, seen), request)


def answer(name: str, done: Written, request: Request) -> Response:
    """201 new, 200 changed, 202 where something of it waits for another person."""
    status = 202 if "proposal" in done.beside else 201 if done.is_new else 200
    response = row_response(name, done.obj, request.user, status=status, **done.beside)
    if done.is_new:
        response["Location"] = request.build_absolute_uri(f"/api/v1/{name}/{done.obj.pk}/")
    return response


class RowsBulk(ResourceView):
    """Many rows: each new, or with `id` and `revision` a change; each with its own outcome."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.EDIT}

    @once
    def post(self, request: Request) -> Response:
        atomic, objects = is_atomic(request), list_of(request.data)
        kind = WRITTEN[self.resource_name]
        if kind.is_citys:
            city_post(request.user, kind.needs)
        twice = _repeated(objects)
        tried = try_each(objects, lambda one: _one(kind, request, one, twice.get(id(one))))
        numbers = [one.answer["id"] for one in tried if one.is_done]
        rows = rows_by_id(self.resource_name, numbers, request.user)
        for one in tried:
            if one.is_done:
                one.answer = {**rows[one.answer["id"]], **one.answer}
        return bulk_response(tried, atomic=atomic)


def _repeated(objects: Sequence[Mapping[str, Any]]) -> dict[int, tuple[int, int]]:
    """Objects (by Python's own number) that change a row which stands earlier in the same request: the row, and at which place it stood first."""
    firsts: dict[int, int] = {}
    found = {}
    for place, one in enumerate(objects):
        key = one.get("id")
        if type(key) is int and firsts.setdefault(key, place) != place:
            found[id(one)] = (key, firsts[key])
    return found


def _one(kind: Rows, request: Request, one: Mapping[str, Any], twice: tuple[int, int] | None = None) -> Tried:
    if twice is not None:
        words = _("编号 %(id)s 在本次请求里出现不止一次，第一次在第 %(first)s 项；一行只写一项，请并成一项") % {"id": twice[0], "first": twice[1] + 1}
        raise ApiError(400, "repeated", words, [fault("/id", "repeated", words)])
    given = {name: value for name, value in one.items() if name not in ("id", "revision")}
    obj = _stored(kind, request, one) if "id" in one else None
    done = kind.write(request, obj, given, one.get("revision"))
    status = 202 if "proposal" in done.beside else 201 if done.is_new else 200
    return Tried(status, {"id": done.obj.pk, **done.beside})


def _stored(kind: Rows, request: Request, one: Mapping[str, Any]) -> Any:
    wrong = [fault(f"/{name}", "type", _("应为整数")) for name in ("id", "revision") if name in one and type(one[name]) is not int]
    if "revision" not in one:
        wrong.append(fault("/revision", "precondition_required", _("修改须写明所见的修订号 revision，以免覆盖他人的改动")))
    if wrong:
        raise ApiError(400, "invalid", _("提交的内容有误"), wrong)
    return reached(kind.resource, one["id"], request.user, kind.needs, *kind.related)


_MONTH: Mapping[int, Any] = {status: written_row("months") for status in (200, 201)}


class MonthOfProject(ResourceView):
    """A project's report of a period, whether it is there already or not: PUT writes it."""

    resource_name = "months"
    actions: ClassVar[dict[str, Action]] = {"PUT": Action.VIEW}

    @extend_schema(
        summary=gettext_lazy("项目某月的进展"),
        description="按项目和填报期（2020-06，半月 2020-06A）读；没有填报是 404。",
        responses={200: row_serializer("months"), **refusals(404)},
    )
    def get(self, request: Request, pk: int, period: str) -> Response:
        reached("projects", pk, request.user, Action.VIEW)
        found = self._stored(pk, period)
        if found is None:
            raise not_found()
        return row_response("months", found, request.user)

    @writes(
        gettext_lazy("填报项目某月的进展"),
        _PUT,
        change_of("months"),
        _MONTH,
        SEEN_IF_THERE,
        refused=_ROW,
        examples=[example_of("months", "项目某月")],
    )
    @once
    def put(self, request: Request, pk: int, period: str) -> Response:
        reached("projects", pk, request.user, Action.EDIT)
        found = self._stored(pk, period)
        given = fields_of(request.data)
        if found is None:
            seen = taken_revision(request, given, is_needed=False)
            if seen is not None:
                raise ApiError(412, "stale", _("还没有这个月的进展，不能按修订号 %(n)s 修改；新建时不带 If-Match，也不写 revision") % {"n": seen})
            return answer("months", MONTHS.write(request, None, {"project_id": pk, "period": period, **given}), request)
        seen = taken_revision(request, given)
        if seen != found.revision:
            raise stale("months", found, request.user)
        return answer("months", MONTHS.write(request, found, given, seen), request)

    def _stored(self, pk: int, period: str) -> MonthReport | None:
        return MonthReport.objects.filter(project=pk, period=period_number(period)).select_related("project__unit", "period").first()


class BulkResult(serializers.Serializer[Any]):
    """One object's outcome: the row, or what is wrong with it."""

    status = serializers.IntegerField()
    id = serializers.IntegerField(required=False)
    code = serializers.CharField(required=False)
    message = serializers.CharField(required=False)
    errors = FaultSerializer(many=True, required=False)  # type: ignore[assignment]


class BulkAnswer(serializers.Serializer[Any]):
    """How many were written and refused, and each outcome in order."""

    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BulkResult(many=True)


def bulk_of(name: str) -> type[Any]:
    """The door for many rows of a resource."""
    title = RESOURCES[name].title
    summary, answers = format_lazy(gettext_lazy("{title}：批量写入"), title=title), {200: BulkAnswer, 207: BulkAnswer}
    schema = writes(summary, _BULK, body_of(name)(many=True), answers, KEY, ATOMIC, examples=[example_of(name, "批量")])
    return described(RowsBulk, stem_of(name), "post", schema, resource_name=name, actions={"POST": WRITTEN[name].needs})


def serve_rows(name: str) -> None:
    """Let rows of a resource be written at the addresses at which they are read."""
    title, body, row = RESOURCES[name].title, body_of(name), written_row(name)
    posting = writes(format_lazy(gettext_lazy("{title}：新增"), title=title), _POST, body, {201: row}, KEY, examples=[example_of(name, "新增")])
    patched, answers = format_lazy(gettext_lazy("{title}：修改"), title=title), {200: row, 202: row}
    patching = writes(patched, _PATCH, change_of(name), answers, SEEN, refused=_ROW, examples=[example_of(name, "修改", 1)])
    told, kind = {"resource_name": name}, WRITTEN[name]
    many = described(RowPosting, stem_of(name), "post", posting, **told, actions={"POST": kind.needs}) if kind.may_add else ResourceList
    one = described(RowPatching, stem_of(name), "patch", patching, **told) if kind.may_change else ResourceRow
    serve(name, many=many, one=one)


def bulk_urls(names: Iterable[str]) -> list[URLPattern]:
    """The addresses for many rows, of what may be both entered and changed."""
    both = [name for name in names if WRITTEN[name].may_add and WRITTEN[name].may_change]
    return [path(f"{name}/bulk/", bulk_of(name).as_view(), name=f"{name}-bulk") for name in both]


for _name in OWN:
    serve_rows(_name)

"""How a resource is told in OpenAPI: its row, its page, its parameters, the one form of every error. Made from the register alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, wraps
from typing import Any, TypeVar

import django_filters as filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers

from accounts.api.fields import Field, Kind
from accounts.api.filters import filterset
from accounts.api.reading import MOST, PAGE, sortable
from accounts.api.resources import RESOURCES, Resource

F = TypeVar("F", bound=Callable[..., Any])
_CLASSES: dict[Kind, Any] = {
    Kind.INTEGER: serializers.IntegerField,
    Kind.MONEY: serializers.FloatField,
    Kind.DECIMAL: serializers.FloatField,
    Kind.BOOLEAN: serializers.BooleanField,
    Kind.DATE: serializers.DateField,
    Kind.DATETIME: serializers.DateTimeField,
}
_LOOKUPS = {
    "gt": _("大于"),
    "gte": _("不小于"),
    "lt": _("小于"),
    "lte": _("不大于"),
    "in": _("是其中之一，逗号分隔"),
    "isnull": _("为空"),
    "startswith": _("以此开头"),
    "icontains": _("包含"),
}


# Groups of operations that are of no resource: name → words. Each is named where its view is.
TAGS: dict[str, Any] = {}

_LIST_TOLD = "分页读取：每一列都可筛选，可查找、排序、只取一部分列；next 是下一页的完整地址，一直取到为空。范围以外的行不出现。"
_ROW_TOLD = "按编号读一行。ETag 是这一行的修订号，修改时放进 If-Match；范围以外的行是 404。"


class FaultSerializer(serializers.Serializer[Any]):
    """One thing that is wrong, and where."""

    pointer = serializers.CharField(help_text=_("JSON 指针（/total_wan）或网址参数（?fields）"))
    code = serializers.CharField()
    message = serializers.CharField(help_text=_("请求语言里的说明"))


class ErrorSerializer(serializers.Serializer[Any]):
    """Every error has this form."""

    code = serializers.CharField(help_text=_("供程序判断的代码"))
    message = serializers.CharField()
    errors = FaultSerializer(many=True)  # type: ignore[assignment]


@extend_schema_field({})
class AnyField(serializers.JSONField):
    """Any JSON."""


def _told(field: Field) -> str:
    words = field.heading if not field.unit or field.unit in field.heading else f"{field.heading}（{field.unit}）"
    if field.kind is Kind.CHOICE:
        listed = "、".join(f"{value} {label}" for value, label in field.choices if value)
        words = f"{words}：{listed}"
    return f"{words}。{field.note}" if field.note else words


def _column(field: Field) -> serializers.Field[Any, Any, Any, Any]:
    told: dict[str, Any] = {"required": False, "allow_null": field.is_null, "help_text": _told(field)}
    if field.kind is Kind.JSON:
        return AnyField(required=False, help_text=told["help_text"])
    if field.kind in _CLASSES:
        made: serializers.Field[Any, Any, Any, Any] = _CLASSES[field.kind](**told)
        return made
    return serializers.CharField(allow_blank=True, **told)


def stem_of(name: str) -> str:
    return "".join(part.title() for part in name.split("-"))


@cache
def row_serializer(name: str) -> type[serializers.Serializer[Any]]:
    """A row of a resource. Not every column is required: `fields` may leave some out."""
    resource = RESOURCES[name]
    made: dict[str, Any] = {field.name: _column(field) for field in resource.fields}
    made |= {one: serializers.ListField(child=AnyField(), required=False, help_text=_("附表，见 include")) for one in resource.includes}
    return type(f"{stem_of(name)}Row", (serializers.Serializer,), {**made, "__doc__": str(resource.title)})


@cache
def page_serializer(name: str) -> type[serializers.Serializer[Any]]:
    """A page of rows."""
    made = {
        "results": row_serializer(name)(many=True),
        "next": serializers.CharField(allow_null=True, help_text=_("下一页的完整地址；没有下一页时为空")),
        "count": serializers.IntegerField(required=False, help_text=_("总行数，count=1 时给出")),
    }
    return type(f"{stem_of(name)}Page", (serializers.Serializer,), {**made, "__doc__": str(RESOURCES[name].title)})


def _parameter(name: str, type_: Any, told: Any, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, type_, OpenApiParameter.QUERY, description=str(told), **more)


def shape_parameters(resource: Resource) -> list[OpenApiParameter]:
    """What a single row can be asked with too."""
    found = [_parameter("fields", str, _("只要这些列，逗号分隔"))]
    if resource.includes:
        found.append(_parameter("include", str, _("带上附表：%(names)s") % {"names": ", ".join(resource.includes)}))
    if resource.past is not None:
        found.append(_parameter("as_of", str, _("按这一天（2020-07-10）或这一刻所掌握的数")))
    found.append(_parameter("cut", str, _("按这个名称的定格读取")))
    return found


def list_parameters(resource: Resource) -> list[OpenApiParameter]:
    """Everything that a list understands."""
    found = [
        *shape_parameters(resource),
        _parameter("ordering", str, _("按列排序，逗号分隔，前加 - 为倒序。可用：%(names)s") % {"names": ", ".join(sortable(resource))}),
        _parameter("page_size", {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE}, _("每页行数")),
        _parameter("cursor", str, _("上一页 next 里给出的位置")),
        _parameter("count", {"type": "string", "enum": ["0", "1"]}, _("为 1 时给出总行数")),
        _parameter("search", str, _("查找的词，空格分隔，须全部找到")),
    ]
    if resource.period:
        found.append(_parameter("period", str, _("描述的月份（2020-06）或年份（2020）")))
    return found + [_filter_parameter(name, one) for name, one in filterset(resource.name).base_filters.items()]


def _filter_parameter(name: str, one: Any) -> OpenApiParameter:
    if isinstance(one, filters.BooleanFilter):
        type_: Any = OpenApiTypes.BOOL
    elif isinstance(one, filters.BaseInFilter):
        type_ = OpenApiTypes.STR
    elif isinstance(one, filters.NumberFilter):
        type_ = OpenApiTypes.NUMBER
    elif isinstance(one, filters.DateFilter):
        type_ = OpenApiTypes.DATE
    else:
        type_ = OpenApiTypes.DATETIME if isinstance(one, filters.IsoDateTimeFilter) else OpenApiTypes.STR
    lookup = _LOOKUPS.get(one.lookup_expr)
    return _parameter(name, type_, f"{one.label} {lookup}" if lookup else one.label)


def refusals(*statuses: int) -> dict[int, OpenApiResponse]:
    """The errors that any door may answer with."""
    words = {
        400: _("参数或内容有误"),
        401: _("没有令牌，或令牌不能用"),
        403: _("岗位或令牌不允许"),
        404: _("没有，或不在范围内"),
        406: _("不提供所要的格式"),
        409: _("现在的状态不允许"),
        413: _("太大或太多"),
        412: _("行已被改动，所见的修订号不是最新的"),
        415: _("请求内容的格式不认识"),
        422: _("同一个 Idempotency-Key 用于不同内容"),
        428: _("修改须带 If-Match，或在内容里写 revision"),
        429: _("问得太快，见 Retry-After"),
    }
    return {status: OpenApiResponse(ErrorSerializer, description=str(words[status])) for status in (400, 401, 403, *statuses, 406, 429)}


def describe_list(name: str) -> Any:
    """The schema of a list, as a decorator of its `get`."""
    resource = RESOURCES[name]
    return extend_schema(
        operation_id=f"{name}-list",
        tags=[name],
        summary=str(resource.title),
        description=str(resource.note or "") or _LIST_TOLD,
        parameters=list_parameters(resource),
        responses={200: page_serializer(name), **refusals()},
    )


def describe_row(name: str) -> Any:
    """The schema of a row, as a decorator of its `get`."""
    resource = RESOURCES[name]
    return extend_schema(
        operation_id=f"{name}-row",
        tags=[name],
        summary=f"{resource.title}：一行",
        description=_ROW_TOLD,
        parameters=shape_parameters(resource),
        responses={200: row_serializer(name), **refusals(404)},
    )


@cache
def written_row(name: str) -> type[serializers.Serializer[Any]]:
    """A row after it was written: its columns, and what the rules remark on."""
    base: Any = row_serializer(name)
    more = {"findings": RemarkSerializer(many=True, required=False, help_text=_("规则的提示，以及已用 reason 说明的情况"))}
    return type(f"{stem_of(name)}Written", (base,), {**more, "__doc__": str(RESOURCES[name].title)})


class RemarkSerializer(FaultSerializer):
    """What a rule says of a column."""

    severity = serializers.ChoiceField([("error", _("阻断")), ("warning", _("需说明")), ("info", _("提示"))], required=False)


def body_serializer(
    name: str, columns: Collection[str], words: Mapping[str, Any], more: Mapping[str, Any] | None = None
) -> type[serializers.Serializer[Any]]:
    """What may be sent of a row: these columns, what goes with them as texts, and fields of other kinds."""
    made: dict[str, Any] = {field.name: _column(field) for field in RESOURCES[name].fields if field.path.removesuffix("_id") in columns}
    made |= {one: serializers.CharField(required=False, allow_blank=True, help_text=told) for one, told in words.items()}
    return type(f"{stem_of(name)}Body", (serializers.Serializer,), {**made, **(more or {}), "__doc__": str(RESOURCES[name].title)})


def writes(
    summary: Any,
    told: str,
    request: Any,
    answers: Mapping[int, Any],
    *headers: OpenApiParameter,
    refused: Sequence[int] = (),
    name: str | None = None,
    examples: Sequence[OpenApiExample] | None = None,
) -> Callable[[F], F]:
    """The schema of a writing method, as a decorator. Any may meet a row that is gone, a state that forbids it, or a body that can't be taken.

    `told` says in Chinese what it does and what it asks for.
    """
    responses = {**refusals(*sorted({404, 409, 413, 415, 422, *refused})), **answers}
    return extend_schema(
        operation_id=name, summary=str(summary), description=told, request=request, responses=responses, parameters=list(headers), examples=examples
    )


def described(base: type[Any], stem: str, method: str, schema: Any, **told: Any) -> type[Any]:
    """A view with a method of its own, since a schema is written on the method."""
    inner = getattr(base, method)

    @wraps(inner)
    def own(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        return inner(self, request, *args, **kwargs)

    return type(f"{stem}{base.__name__}", (base,), {**told, method: schema(own), "__doc__": base.__doc__})


def name_tags(result: dict[str, Any], **_generator: Any) -> dict[str, Any]:
    """Each table, and each group of operations beside them, under its words; a hook of the schema's maker."""
    titles = {**TAGS, **{name: one.title for name, one in RESOURCES.items()}}
    result["tags"] = [{"name": name, "x-displayName": f"{title} {name}", "description": str(title)} for name, title in titles.items()]
    return result

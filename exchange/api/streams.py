"""Whole tables by one request: `/api/v1/{resource}.csv|.ndjson|.xlsx|.parquet`, with the list's filters, columns, order and moment.

The file is made while it is sent (`exchange.outflow`), so what goes wrong after the first byte can't become a status any more: the
connection breaks off, and the event log says how many rows had gone out. That event is written at the end of every stream, also when the
reader went away.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, QuerySet
from django.db.models.functions import Cast
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, register_converter
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts import audit
from accounts.api import fields as api
from accounts.api.errors import SAID, Answer, wrong_parameters
from accounts.api.examples import line_of
from accounts.api.negotiation import ByAddress
from accounts.api.paging import sort
from accounts.api.reading import Question, read_question, rows_of
from accounts.api.rendering import FastJSONRenderer
from accounts.api.resources import RESOURCES, Resource
from accounts.api.schema import list_parameters, refusals, stem_of
from accounts.api.views import ResourceView, state
from accounts.roles import Action
from exchange.outflow import local_options, whole_table
from exchange.workbook.streams import Column, Dialect, Form, Kind, NotOfferedError, Options, Progress

log = logging.getLogger(__name__)
# Parameters of a page, which a whole table has none of.
OF_A_PAGE = frozenset({"cursor", "page_size", "include"})
_KINDS = {
    api.Kind.INTEGER: Kind.INTEGER,
    api.Kind.MONEY: Kind.DECIMAL,
    api.Kind.DECIMAL: Kind.DECIMAL,
    api.Kind.BOOLEAN: Kind.BOOLEAN,
    api.Kind.DATE: Kind.DATE,
    api.Kind.DATETIME: Kind.DATETIME,
}


class FormConverter:
    """The last part of the address: one of the forms."""

    regex = "|".join(form.value for form in Form)

    def to_python(self, value: str) -> Form:
        return Form(value)

    def to_url(self, value: str) -> str:
        return str(Form(value).value)


register_converter(FormConverter, "form")


def _said(error: NotOfferedError) -> Answer:
    return Answer(501, error.code, error.zh if (get_language() or "").startswith("zh") else error.en)


SAID[NotOfferedError] = _said


# --- Columns -----------------------------------------------------------------------------------------------------------------------


def column_of(one: api.Field) -> Column:
    """The same column for the writers. What is kept as an object of its own (a key, a month) goes out as it prints."""
    plain = one.final.get_internal_type() in ("CharField", "TextField", "SlugField", "JSONField")
    kind = _KINDS.get(one.kind, Kind.TEXT if plain and one.kind is not api.Kind.PARTIAL else Kind.MONTH)
    places = one.final.decimal_places if isinstance(one.final, models.DecimalField) else 6
    labels = {code: label for code, label in one.choices if label and str(code) != label} if one.final.choices else {}
    return Column(one.name, one.heading, kind, one.unit, places=places, labels=labels)


def lines(question: Question, rows: QuerySet[Any]) -> QuerySet[Any, tuple[Any, ...]]:
    """Every row in order, with exact values as the writers take them. JSON goes out as its text."""
    values = [Cast(F(one.path), models.TextField()) if one.kind is api.Kind.JSON else F(one.path) for one in question.fields]
    return sort(rows, question.order).values_list(*values)


# --- The door ----------------------------------------------------------------------------------------------------------------------


class ResourceStream(ResourceView):
    """All rows that the question finds, as one file."""

    needs: ClassVar[Action] = Action.EXPORT
    renderer_classes = [FastJSONRenderer]
    content_negotiation_class = ByAddress

    def get(self, request: Request, form: Form) -> HttpResponseBase:
        told = request.query_params
        options = self._options(request, form, told)
        question = _read(self.resource, told)
        rows = rows_of(question, request.user, self._action())
        headers = {**_headers(self.resource, form, options), **state(question), **_total(rows, told)}
        progress = Progress()
        chunks = whole_table(lines(question, rows), [column_of(one) for one in question.fields], form, options, progress=progress)
        if request.method == "HEAD":
            return HttpResponse(content_type=form.media_type, headers=headers)
        event = {"resource": self.resource.name, "form": form.value, "filter": told.urlencode()[:2000]}
        sent = _recorded(chunks, progress, actor=request.user, address=audit.address_of(request._request), detail=event)
        return StreamingHttpResponse(sent, content_type=form.media_type, headers=headers)

    def _action(self) -> Action:
        """Reference data that every reader may see has no unit to be exported for."""
        return Action.VIEW if getattr(self.resource.model, "scope_path", None) == "" else Action.EXPORT

    def _options(self, request: Request, form: Form, told: QueryDict) -> Options:
        dialect = told.get("dialect", "") or Dialect.EXCEL.value
        if dialect not in list(Dialect) or ("dialect" in told and form is not Form.CSV):
            raise wrong_parameters({"dialect": [_("只用于 .csv，应为 excel 或 plain，读到“%(value)s”") % {"value": dialect[:40]}]})
        gzip = form.is_text and takes_gzip(request.headers.get("Accept-Encoding", ""))
        return local_options(dialect=Dialect(dialect), title=str(self.resource.title), gzip=gzip)


def takes_gzip(header: str) -> bool:
    """Whether a client's Accept-Encoding lets gzip in: named, and not refused by q=0."""
    for part in header.lower().split(","):
        name, *parameters = [one.strip() for one in part.split(";")]
        if name in ("gzip", "x-gzip"):
            return not any(one.replace(" ", "").rstrip("0").rstrip(".") in ("q=", "q=0") for one in parameters)
    return False


def _read(resource: Resource, told: QueryDict) -> Question:
    paging = sorted(OF_A_PAGE & set(told))
    if paging:
        raise wrong_parameters({name: [_("整表没有分页，也不带附表：请去掉这个参数")] for name in paging})
    asked = told.copy()
    asked.pop("dialect", None)
    return read_question(resource, asked)


def _headers(resource: Resource, form: Form, options: Options) -> dict[str, str]:
    name = f"{resource.title}_{timezone.localdate():%Y%m%d}.{form.value}"
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
        "Vary": "Accept-Encoding",
    }
    return headers | ({"Content-Encoding": "gzip"} if options.gzip else {})


def _total(rows: QuerySet[Any], told: QueryDict) -> dict[str, str]:
    """How many rows there are, so that a client can show how far it is: counted before the first, unless `count=0` spares it."""
    return {} if told.get("count", "") == "0" else {"X-Total-Rows": str(rows.count())}


def _recorded(chunks: Iterable[bytes], progress: Progress, *, actor: Any, address: str | None, detail: dict[str, Any]) -> Iterator[bytes]:
    """The chunks, and at their end the event, however they end."""
    outcome = "lost"
    try:
        yield from chunks
        outcome = "ok"
    except Exception:
        outcome = "failed"
        log.exception("stream of %s broke off after %s rows", detail["resource"], progress.rows)
        raise
    finally:
        # The state of the database that was read from is let go of before anything is written.
        getattr(chunks, "close", tuple)()
        audit.record("table.export", actor=actor, address=address, outcome=outcome, written=progress.rows, size=progress.size, **detail)


# --- Addresses and their schema ----------------------------------------------------------------------------------------------------


def _describe(name: str) -> Any:
    resource = RESOURCES[name]
    parameters = [one for one in list_parameters(resource) if one.name not in OF_A_PAGE]
    own = [
        OpenApiParameter("form", str, OpenApiParameter.PATH, enum=[form.value for form in Form], description="文件格式"),
        OpenApiParameter(
            "dialect", str, enum=[one.value for one in Dialect], description=".csv：excel 给人打开（代码写成中文名称），plain 给程序读（代码照原样）"
        ),
    ]
    files = {(200, form.media_type.partition(";")[0]): OpenApiResponse(OpenApiTypes.BINARY, description="整表") for form in Form}
    failed = {501: OpenApiResponse(refusals()[400].response, description="本机没有做这种文件的组件")}
    return extend_schema(
        operation_id=f"{name}-stream",
        tags=[name],
        summary=f"{resource.title}：整表",
        description="一次请求取走整表，边读边发，内存不随行数增长；X-Total-Rows 给出行数（count=0 时不数）。",
        parameters=[*parameters, *own],
        responses={**files, **refusals(), **failed},
        examples=[OpenApiExample("一行", value=line_of(resource.shown), media_type=Form.NDJSON.media_type, response_only=True)],
    )


@cache
def stream_view(name: str) -> type[ResourceStream]:
    """The stream of a resource, with its schema."""

    def get(self: ResourceStream, request: Request, form: Form) -> HttpResponseBase:
        return ResourceStream.get(self, request, form)

    made: Any = type(f"{stem_of(name)}Stream", (ResourceStream,), {"resource_name": name, "get": _describe(name)(get)})
    return made  # type: ignore[no-any-return]


def stream_urls() -> list[URLPattern]:
    """The address of every resource's stream."""
    return [path(f"{name}.<form:form>", stream_view(name).as_view(), name=f"{name}-stream") for name in RESOURCES]

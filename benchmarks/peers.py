"""The page of projects as others serve it: DRF's ModelSerializer, django-ninja where it is installed, and JSON made by PostgreSQL itself.

Each gives the columns of our own `projects` resource, by `?limit=` and `?after=`.
"""

from __future__ import annotations

import decimal
import importlib
import os
import sys
from functools import cache
from typing import Any

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from rest_framework import generics, pagination, serializers

from accounts.api.fields import Field, Kind
from accounts.api.resources import RESOURCES
from projects.models import Project

RELATED = ("unit", "sector", "owner")


def columns() -> tuple[Field, ...]:
    return RESOURCES["projects"].fields


def _serialized(one: Field) -> serializers.Field[Any, Any, Any, Any]:
    """What a column needs said to a ModelSerializer: where it stands, and that money is no whole number."""
    source = one.path.replace("__", ".")
    told: dict[str, Any] = {"read_only": True, "allow_null": True} | ({"source": source} if source != one.name else {})
    if one.kind is Kind.MONEY:
        return serializers.DecimalField(max_digits=24, decimal_places=6, **told)
    return serializers.IntegerField(**told) if one.kind is Kind.INTEGER else serializers.CharField(**told)


_PLAIN = [one.name for one in columns() if one.path == one.name and one.kind is not Kind.MONEY]
_SAID = {one.name: _serialized(one) for one in columns() if one.name not in _PLAIN}
_Meta = type("Meta", (), {"model": Project, "fields": [one.name for one in columns()]})
ProjectSerializer: Any = type("ProjectSerializer", (serializers.ModelSerializer,), {**_SAID, "Meta": _Meta})


class Paging(pagination.LimitOffsetPagination):
    default_limit, max_limit = 1000, 10_000


class ByModelSerializer(generics.ListAPIView):  # type: ignore[type-arg]
    """The usual way, with its joins said."""

    authentication_classes = permission_classes = throttle_classes = []
    serializer_class = ProjectSerializer
    pagination_class = Paging
    queryset = Project.objects.order_by("id").select_related(*RELATED)


@cache
def _json_agg(limit: int) -> str:
    rows = Project.objects.filter(id__gt=0).order_by("id").values_list(*[one.expression for one in columns()])[:limit]
    inner, _params = rows.query.get_compiler(using="default").as_sql()
    names = ", ".join(one.name for one in columns())
    return f"SELECT coalesce(json_agg(x), '[]')::text, max(id) FROM ({inner}) AS x ({names})"


def by_postgresql(request: HttpRequest) -> HttpResponse:
    """The limit: one statement, and Python only passes the text on."""
    limit = int(request.GET.get("limit", 1000))
    with connection.cursor() as cursor:
        cursor.execute(_json_agg(limit), _arguments(int(request.GET.get("after", 0))))
        text, last = cursor.fetchone()
    return HttpResponse(b'{"next":' + str(last or "null").encode() + b',"results":' + text.encode() + b"}", content_type="application/json")


@cache
def _wanted() -> tuple[Any, ...]:
    rows = Project.objects.filter(id__gt=-1).order_by("id").values_list(*[one.expression for one in columns()])[:1]
    return tuple(rows.query.get_compiler(using="default").as_sql()[1])


def _arguments(after: int) -> list[Any]:
    """The parameters of the statement, the place where to begin among them."""
    return [after if value == -1 else value for value in _wanted()]


def _ninja() -> list[URLResolver | URLPattern]:
    """django-ninja with orjson, from the folder of packages that PEERS_PACKAGES names; none without it."""
    if not os.environ.get("PEERS_PACKAGES"):
        return []
    sys.path.append(os.environ["PEERS_PACKAGES"])
    ninja, pydantic, renderers = (importlib.import_module(name) for name in ("ninja", "pydantic", "ninja.renderers"))

    def render(_self: Any, _request: Any, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str)

    renderer = type("Orjson", (renderers.BaseRenderer,), {"media_type": "application/json", "render": render})
    types = {Kind.INTEGER: int, Kind.BOOLEAN: bool, Kind.MONEY: decimal.Decimal, Kind.DECIMAL: decimal.Decimal}
    made: dict[str, Any] = {}
    for one in columns():
        kind = types.get(one.kind, importlib.import_module("datetime").datetime if one.kind is Kind.DATETIME else str)
        source = one.path.replace("__", ".")
        made[one.name] = (kind | None, ninja.Field(None, alias=source) if source != one.name else None)
    schema = pydantic.create_model("ProjectSchema", __base__=ninja.Schema, **made)
    api = ninja.NinjaAPI(renderer=renderer())

    def listed(request: Any, limit: int = 1000, offset: int = 0) -> Any:
        return Project.objects.order_by("id").select_related(*RELATED)[offset : offset + limit]

    api.get("/projects", response=list[schema])(listed)  # type: ignore[valid-type]
    return [path("ninja/", api.urls)]


urlpatterns: list[URLResolver | URLPattern] = [path("drf/", ByModelSerializer.as_view()), path("json_agg/", by_postgresql), *_ninja()]

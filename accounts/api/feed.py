"""`/api/v1/changes/`: what was written and removed since a number, with the rows themselves, so that a mirror stays exact.

Lines come from `accounts.changes`; rows are read after the lines, as their resources give them now. A row that is gone meanwhile, or that
this reader does not see, is a tombstone: whoever follows drops what leaves his reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.errors import ApiError, wrong_parameters
from accounts.api.rendering import FastJSONRenderer
from accounts.api.resources import RESOURCES, Resource
from accounts.api.schema import TAGS, AnyField, refusals
from accounts.changes import Line, changes_after, latest_seq, reach
from accounts.roles import Action

PAGE, MOST = 1000, 5000
TAGS["changes"] = gettext_lazy("变更序列")
_TOLD = ("after", "limit", "tables", "format")


def whole_tables() -> dict[str, Resource]:
    """The resources that hold all rows of a table; the others (allocations, …) are parts of one of these."""
    return {name: one for name, one in RESOURCES.items() if not one.only}


class LineSerializer(serializers.Serializer[Any]):
    """One row that was written, or is gone."""

    seq = serializers.IntegerField()
    resource = serializers.CharField()
    id = serializers.IntegerField()
    op = serializers.ChoiceField(choices=["upsert", "tombstone"])
    at = serializers.DateTimeField()
    row = AnyField(help_text="整行，与 /api/v1/{resource}/{id}/ 相同；tombstone 时为空")


class FeedSerializer(serializers.Serializer[Any]):
    """A page of lines."""

    lines = LineSerializer(many=True)
    next = serializers.IntegerField(help_text="下次请求的 after，总是给出")
    latest = serializers.IntegerField(help_text="现在最新的序号")
    is_last = serializers.BooleanField(help_text="读到时后面没有更多")
    reach = serializers.CharField(help_text="读者的范围：city 或单位编号；与上次不同时，镜像须从头取一遍")


class Changes(APIView):
    """What came after a number."""

    needs = Action.VIEW
    renderer_classes = [FastJSONRenderer, BrowsableAPIRenderer]

    @extend_schema(
        operation_id="changes",
        summary="变更序列",
        description="先取 latest，再逐表取全部行，然后从 latest 起跟随；每行 upsert 覆盖、tombstone 删除，镜像即与本表一致。",
        tags=["changes"],
        parameters=[
            OpenApiParameter("after", {"type": "integer", "minimum": 0}, description="上次的 next；第一次为 0"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, description="至多多少行，默认 1000"),
            OpenApiParameter("tables", str, description="只要这些表，逗号分隔"),
        ],
        responses={200: FeedSerializer, **refusals(409)},
    )
    def get(self, request: Request) -> Response:
        after, limit, tables = _read(request.query_params)
        latest = latest_seq()
        if after > latest:
            words = _("序号 %(after)s 比现有最新的 %(latest)s 还大：数据库可能恢复过备份，请从头取一遍")
            raise ApiError(409, "sequence", words % {"after": after, "latest": latest})
        page = changes_after(request.user, after, limit, [one.model for one in tables.values()])
        body = {"lines": _told(page.lines, tables, request.user), "next": page.next, "latest": max(latest, page.next)}
        return Response({**body, "is_last": page.is_last, "reach": reach(request.user)})


def _read(told: QueryDict) -> tuple[int, int, dict[str, Resource]]:
    wrong = {name: [_("没有这个参数；可用：%(names)s") % {"names": ", ".join(_TOLD)}] for name in told if name not in _TOLD}
    after = _number(told, "after", 0, 0, 2**62, wrong)
    limit = _number(told, "limit", PAGE, 1, MOST, wrong)
    known = whole_tables()
    names = [name.strip() for name in told.get("tables", "").split(",") if name.strip()]
    missing = [name for name in names if name not in known]
    if missing:
        wrong["tables"] = [_("没有这些表：%(names)s。可选：%(all)s") % {"names": ", ".join(missing), "all": ", ".join(known)}]
    if wrong:
        raise wrong_parameters(wrong)
    return after, limit, {name: known[name] for name in names or known}


def _number(told: QueryDict, name: str, default: int, least: int, most: int, wrong: dict[str, list[str]]) -> int:
    text = told.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most:
        return int(text)
    wrong[name] = [_("应为%(least)s至%(most)s的整数，读到“%(value)s”") % {"least": least, "most": most, "value": text[:40]}]
    return default


def _told(lines: Iterable[Line], tables: dict[str, Resource], user: Any) -> list[dict[str, Any]]:
    """The lines with their rows: one query for each table on the page."""
    listed = list(lines)
    of: dict[type[models.Model], Resource] = {one.model: one for one in tables.values()}
    rows = {model: _rows(one, [line.id for line in listed if line.model is model and not line.is_gone], user) for model, one in of.items()}
    found = []
    for line in listed:
        row = rows[line.model].get(line.id)
        op = "tombstone" if row is None else "upsert"
        found.append({"seq": line.seq, "resource": of[line.model].name, "id": line.id, "op": op, "at": line.at, "row": row})
    return found


def _rows(resource: Resource, ids: list[int], user: Any) -> dict[int, dict[str, Any]]:
    if not ids:
        return {}
    names = [one.name for one in resource.shown]
    found = resource.rows(user).filter(id__in=ids).values_list("id", *[one.expression for one in resource.shown])
    return {key: dict(zip(names, line, strict=True)) for key, *line in found}

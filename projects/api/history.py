"""`/api/v1/{resource}/{id}/history/`: who changed what of a row, when, through which door, old → new; of a project with all that hangs
on it. And what a list's version declares beside what its entries add up to."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from django.http import QueryDict
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import scope
from accounts.api.errors import wrong_parameters
from accounts.api.reading import not_found, read_moment
from accounts.api.rendering import FastJSONRenderer
from accounts.api.resources import RESOURCES
from accounts.api.schema import refusals, stem_of
from accounts.api.views import ResourceView
from accounts.roles import Action
from projects.history import ADDED, CHANGED, REMOVED, Change, changes, project_changes
from projects.models import Entry, ListVersion, Project
from projects.querysets import reconcile

PAGE, MOST, DEEPEST = 100, 1000, 100_000
_OPS = {ADDED: "added", CHANGED: "changed", REMOVED: "removed"}


class FieldChangeSerializer(serializers.Serializer[Any]):
    """A column that moved."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    old = serializers.CharField()
    new = serializers.CharField()


class ChangeSerializer(serializers.Serializer[Any]):
    """One write of one row."""

    at = serializers.DateTimeField()
    op = serializers.ChoiceField(choices=sorted(_OPS.values()))
    subject = serializers.CharField(help_text="改的是什么")
    actor = serializers.CharField(allow_blank=True)
    door = serializers.CharField(allow_blank=True)
    upload_id = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    revision = serializers.IntegerField()
    fields = FieldChangeSerializer(many=True)  # type: ignore[assignment]


class HistorySerializer(serializers.Serializer[Any]):
    """A page of changes, newest first."""

    results = ChangeSerializer(many=True)
    next = serializers.CharField(allow_null=True)


def told(change: Change) -> dict[str, Any]:
    fields = [{"name": one.name, "label": one.label, "old": one.old, "new": one.new} for one in change.fields]
    return {
        "at": change.at,
        "op": _OPS[change.kind],
        "subject": change.subject,
        "actor": change.actor,
        "door": change.door,
        "upload_id": change.upload_id,
        "reason": change.reason,
        "revision": change.revision,
        "fields": fields,
    }


class RowHistory(ResourceView):
    """What was changed, newest first. The pages of one reading stand still: `until` goes along in `next`."""

    def get(self, request: Request, pk: int) -> Response:
        offset, limit, until = _read(request.query_params)
        row = self.resource.rows(request.user).filter(pk=pk).first()
        if row is None:
            raise not_found()
        most = offset + limit + 1
        found = project_changes(row, most, until) if isinstance(row, Project) else [one for one in changes(row, DEEPEST) if one.at <= until][:most]
        more = len(found) > offset + limit
        asked = {"offset": offset + limit, "limit": limit, "until": until.isoformat()}
        return Response({"results": [told(one) for one in found[offset : offset + limit]], "next": _next(request, asked) if more else None})


def _next(request: Request, asked: dict[str, Any]) -> str:
    query = QueryDict(mutable=True)
    query.update(asked)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _read(given: QueryDict) -> tuple[int, int, Any]:
    known = ("offset", "limit", "until", "format")
    wrong = {name: [_("没有这个参数；可用：%(names)s") % {"names": ", ".join(known)}] for name in given if name not in known}
    numbers = {}
    for name, default, least, most in (("offset", 0, 0, DEEPEST), ("limit", PAGE, 1, MOST)):
        text = given.get(name, "") or str(default)
        fits = text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most
        numbers[name] = int(text) if fits else default
        if not fits:
            wrong[name] = [_("应为%(least)s至%(most)s的整数，读到“%(value)s”") % {"least": least, "most": most, "value": text[:40]}]
    text = given.get("until", "")
    until = read_moment(text) if text else timezone.now()
    if until is None:
        wrong["until"] = [_("应为日期（2020-07-10）或带时区的时间（2020-07-10T18:00:00+08:00），读到“%(value)s”") % {"value": text[:40]}]
    if wrong:
        raise wrong_parameters(wrong)
    return numbers["offset"], numbers["limit"], until


@cache
def history_view(name: str) -> type[RowHistory]:
    """The history of a resource's rows, with its schema."""

    def get(self: RowHistory, request: Request, pk: int) -> Response:
        return RowHistory.get(self, request, pk)

    described = extend_schema(
        operation_id=f"{name}-history",
        tags=[name],
        summary=f"{RESOURCES[name].title}：修改记录",
        description="新的在前。项目的记录含它名下的代码、计划、月报等各表。",
        parameters=[
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, description="每页条数，默认 100"),
            OpenApiParameter("offset", {"type": "integer", "minimum": 0}, description="跳过条数，见 next"),
            OpenApiParameter("until", str, description="只看到这一刻，见 next"),
        ],
        responses={200: HistorySerializer, **refusals(404)},
    )
    made: Any = type(f"{stem_of(name)}History", (RowHistory,), {"resource_name": name, "get": described(get)})
    return made  # type: ignore[no-any-return]


def history_urls() -> list[URLPattern]:
    """The address of the history of every resource that keeps one."""
    kept = [name for name, one in RESOURCES.items() if one.past is not None]
    return [path(f"{name}/<int:pk>/history/", history_view(name).as_view(), name=f"{name}-history") for name in kept]


class ReconciliationSerializer(serializers.Serializer[Any]):
    """Declared beside actual."""

    version_id = serializers.IntegerField()
    whole_city = serializers.BooleanField(help_text="为假时只数范围内的项目，与公布数不可比")
    declared_count = serializers.IntegerField(allow_null=True)
    declared_total_wan = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()
    total_wan = serializers.FloatField()
    without_total = serializers.IntegerField()
    count_difference = serializers.IntegerField(allow_null=True)
    total_difference_wan = serializers.FloatField(allow_null=True)
    agrees = serializers.BooleanField(allow_null=True)


class ListReconciliation(APIView):
    """What the version's document declares, against what its entries add up to, as on its page."""

    needs: ClassVar[Action] = Action.VIEW
    renderer_classes = [FastJSONRenderer, BrowsableAPIRenderer]

    @extend_schema(
        operation_id="list-versions-reconciliation",
        summary="清单版本的核对",
        description="公布的个数与总投资，同系统里实有的差多少；只看本单位的人不作比较。",
        tags=["list-versions"],
        responses={200: ReconciliationSerializer, **refusals(404)},
    )
    def get(self, request: Request, pk: int) -> Response:
        version = RESOURCES["list-versions"].rows(request.user).filter(pk=pk).first()
        if not isinstance(version, ListVersion):
            raise not_found()
        found = reconcile([version], scope.for_user(Entry.objects.all(), request.user, Action.VIEW))[version.pk]
        whole = scope.city_wide(request.user, Action.VIEW)
        body = {name: getattr(found, name) for name in ("declared_count", "declared_total_wan", "count", "total_wan", "without_total")}
        compared = {name: getattr(found, name) if whole else None for name in ("count_difference", "total_difference_wan", "agrees")}
        return Response({"version_id": version.pk, "whole_city": whole, **body, **compared})

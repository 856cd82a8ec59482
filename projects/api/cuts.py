"""Pinning a state under a name: all requests of one refresh then read one and the same city."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import once_if_asked
from accounts.api.reading import read_moment
from accounts.api.schema import row_serializer, writes
from accounts.api.views import ResourceList, serve
from accounts.api.writing import KEY, Body, given, refused_post, row_response
from accounts.roles import Action
from projects.models import Door
from projects.services.cuts import make_cut, may_cut

_TOLD = "给全部数据此刻（或过去一刻）的样子起名；之后 ?cut=名称 读到的永远是同一份。市级管理员、市级审核人可用。"
_EXAMPLE = OpenApiExample("定格", value={"name": "六月终稿", "reason": "报市政府", "as_of": ""}, request_only=True)


class MomentField(serializers.CharField):
    """A day, to its end, or a moment with its zone; blank: now."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        moment = read_moment(text) if text else None
        if text and moment is None:
            words = _("应为日期（2020-07-10）或带时区的时间（2020-07-10T18:00:00+08:00），读到“%(value)s”")
            raise serializers.ValidationError(words % {"value": text[:40]})
        return moment


class CutBody(Body):
    """The name and why; the moment where it is not now."""

    name = serializers.CharField(max_length=60, help_text="1至60个汉字、字母、数字、点、横线或下划线；用在 ?cut= 和 /odata/v4/cut/名称/ 里")
    reason = serializers.CharField(max_length=300, help_text="为什么定格，写入记录")
    as_of = MomentField(required=False, allow_blank=True, default=None, help_text="过去的一天（到当天结束）或一刻，至少在一小时以前；不写即现在")


class CutList(ResourceList):
    """The cuts, with POST of a new one."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}

    @writes(gettext_lazy("定格数据"), _TOLD, CutBody, {201: row_serializer("cuts")}, KEY, examples=[_EXAMPLE])
    @once_if_asked
    def post(self, request: Request) -> Response:
        if not may_cut(request.user):
            raise refused_post()
        made = make_cut(actor=request.user, door=Door.API, **given(CutBody, request))
        response = row_response("cuts", made, request.user, status=201)
        response["Location"] = request.build_absolute_uri(f"/api/v1/cuts/{made.pk}/")
        return response


serve("cuts", many=CutList)

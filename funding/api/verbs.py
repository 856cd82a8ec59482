"""What else is done with plans and registrations: a new version of a finance plan, a rolling plan rolled forward, a registration struck out."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import once
from accounts.api.resources import RESOURCES
from accounts.api.schema import described, row_serializer, stem_of, writes
from accounts.api.views import ResourceView
from accounts.api.writing import KEY, Body, ReasonBody, city_post, given, reached, refused_post, row_response, seen_revision, stale
from accounts.roles import Action
from funding.admin.striking import may_strike
from funding.api.plans import PLANS
from funding.models import FinancePlan, RollingPlan
from funding.services.finance import revise_plan
from funding.services.rolling import roll_forward
from funding.services.striking import strike
from projects.models import Door, Source

STRUCK = ("quota-batches", "bond-issues", "bonds", "central-plans")


class Revising(Body):
    """On what a new version stands."""

    reason = serializers.CharField(max_length=300, help_text="调整原因，写入新版和历史")
    doc_no = serializers.CharField(required=False, default="", allow_blank=True, max_length=60, help_text="依据文号")
    decided_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="日期")


class Striking(Body):
    """Why it is struck out."""

    reason = serializers.CharField(max_length=300, help_text="撤销登记的原因，写入变更历史和操作日志，如“与第3次发行重复登记”")


class Struck(serializers.Serializer[Any]):
    """A registration that counts no more; its history stays."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    struck_at = serializers.DateTimeField()


class OfRow(ResourceView):
    """A verb on one row. `If-Match`, where it is sent, must name its present state."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}

    def found(self, request: Request, pk: int, action: Action = Action.VIEW) -> Any:
        obj = reached(self.resource_name, pk, request.user, action)
        seen = seen_revision(request, is_needed=False)
        if seen is not None and seen != obj.revision:
            raise stale(self.resource_name, obj, request.user)
        return obj


_REVISED = {"reason": "概算调整", "doc_no": "青发改〔2020〕30号", "decided_on": "2020-06-20"}


class FinanceRevise(OfRow):
    """The next version of a finance plan, begun as a copy of the one in force."""

    resource_name = "finance-plans"

    @writes(
        gettext_lazy("资金方案：编制新版"),
        "新版照抄现行各来源，再用 PATCH 改动；现行版保留备查。只能在现行的一版上编制，已被替代的是 409。",
        Revising,
        {201: row_serializer("finance-plans")},
        KEY,
        refused=(412,),
        examples=[OpenApiExample("编制新版", value=_REVISED, request_only=True)],
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        plan: FinancePlan = self.found(request, pk, Action.EDIT)
        asked = given(Revising, request)
        made = revise_plan(plan.pk, source=Source(Door.API, request.user.pk, reason=asked["reason"]), **asked)
        lines = PLANS["finance-plans"].answer(made, {}, request.user)
        return row_response("finance-plans", made, request.user, status=201, **lines)


class RollingForward(OfRow):
    """The rolling plan of the next base year."""

    resource_name = "rolling-plans"

    @writes(
        gettext_lazy("三年滚动计划：滚动生成下一期"),
        "去掉第一年，空出新的最后一年，不再延续的项目不转入；下一期已有项目的是 409。由市级岗位生成。",
        ReasonBody,
        {201: row_serializer("rolling-plans")},
        KEY,
        refused=(412,),
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        plan: RollingPlan = self.found(request, pk)
        city_post(request.user, Action.EDIT)
        made = roll_forward(plan.pk, source=Source(Door.API, request.user.pk, reason=given(ReasonBody, request)["reason"]))
        return row_response("rolling-plans", made, request.user, status=201)


class Strike(OfRow):
    """Strike a registration out."""

    @once
    def post(self, request: Request, pk: int) -> Response:
        obj = self.found(request, pk)
        if not may_strike(request.user):
            raise refused_post()
        done = strike(type(obj), obj.pk, source=Source(Door.API, request.user.pk, reason=given(Striking, request)["reason"]))
        return Response({"id": done.pk, "name": str(done), "struck_at": done.struck_at})


_STRUCK = "登记错了、还没有资金的可以撤销；撤销后不再计入任何数，历史和流水保留。已有资金的是 409，写明须先冲销或撤销什么。由市级管理员撤销。"


def strike_of(name: str) -> type[Any]:
    """The door by which a row of a resource is struck out."""
    words = format_lazy(gettext_lazy("{title}：撤销登记"), title=RESOURCES[name].title)
    shown = OpenApiExample("撤销登记", value={"reason": "与第3次发行重复登记"}, request_only=True)
    schema = writes(words, _STRUCK, Striking, {200: Struck}, KEY, refused=(412,), examples=[shown])
    return described(Strike, stem_of(name), "post", schema, resource_name=name)

"""Units that have not reported are chased: who was sent what, and what could not be sent."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import once_if_asked
from accounts.api.schema import writes
from accounts.api.views import ResourceView
from accounts.api.writing import KEY, Body, city_post, given, reached
from accounts.roles import Action
from projects.models import ReportingPeriod
from projects.services.reminders import remind


class RemindBody(Body):
    dry_run = serializers.BooleanField(required=False, default=False, help_text="true：只说会向谁发什么，不发出也不记录")


class SentRow(serializers.Serializer[Any]):
    """What became of one message."""

    unit_key = serializers.CharField()
    channel = serializers.CharField()
    ok = serializers.BooleanField()
    told = serializers.CharField(help_text="发给了谁，或没有发出的原因")
    skipped = serializers.BooleanField(help_text="今天已经催过")


class Reminded(serializers.Serializer[Any]):
    results = SentRow(many=True)


class PeriodRemind(ResourceView):
    """Chase every unit that owes the month."""

    resource_name = "periods"
    actions: ClassVar[dict[str, Action]] = {"POST": Action.REMIND}

    @writes(gettext_lazy("催报"), "向还欠这个月的每个单位按已设的渠道各发一条；同一单位同一天同一渠道只发一次。", RemindBody, {200: Reminded}, KEY)
    @once_if_asked
    def post(self, request: Request, pk: int) -> Response:
        city_post(request.user, Action.REMIND)
        found: ReportingPeriod = reached("periods", pk, request.user, Action.VIEW)
        sent = remind(period=found, actor=request.user, dry_run=given(RemindBody, request)["dry_run"])
        return Response(
            {"results": [{"unit_key": one.unit.key, "channel": one.channel, "ok": one.ok, "told": one.told, "skipped": one.skipped} for one in sent]}
        )

"""The monthly cycle for machines: hand in, return, approve, one or many; "nothing changed"; corrections; locking and opening months."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import ApiError, fault
from accounts.api.idempotency import once
from accounts.api.reading import read_moment
from accounts.api.schema import described, row_serializer, writes
from accounts.api.views import ResourceList, ResourceView, serve
from accounts.api.writing import (
    KEY,
    AnyValue,
    Body,
    NumberField,
    ReasonBody,
    city_post,
    given,
    reached,
    refused_post,
    row_response,
    rows_by_id,
    seen_revision,
    stale,
)
from accounts.models import ReportingUnit
from accounts.roles import Action
from projects.api.kinds import period_number
from projects.api.said import at_note, language
from projects.models import Correction, Door, LockException, MonthReport, NilReturn
from projects.services.corrections import may_propose, propose_corrections, settle_correction
from projects.services.periods import grant_exception, lock_period, revoke_exception, unlock_period
from projects.services.reviews import may_move, move, move_many, nil_return, withdraw_nil_return
from projects.workflow import MOVES, Refused, Verb

_MANY = 5000
_ONE = "对一条月度进展做这一步。带 If-Match 时须是它现在的修订号；退回须写原因，可对单格写意见。"
_MANY_TOLD = "对多条月度进展做这一步：能做的都做，不能做的在 left 里逐条写明原因。"


class MoveBody(ReasonBody):
    """One report: why, and remarks on single cells."""

    cells = serializers.DictField(child=serializers.CharField(max_length=300), required=False, default=dict, help_text="列名 → 对这一格的意见")


class MoveManyBody(ReasonBody):
    """Many reports by their numbers."""

    ids = serializers.ListField(child=NumberField(), allow_empty=False, max_length=_MANY, help_text="月度进展的编号")
    even_open = serializers.BooleanField(required=False, default=False, help_text="审核时，有需说明情况的也通过（已逐条看过）")


class Moved(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.CharField()
    revision = serializers.IntegerField()


class LeftOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    message = serializers.CharField()


class MoveManyAnswer(serializers.Serializer[Any]):
    """What was done, and what was left with the reason."""

    verb = serializers.CharField()
    done = Moved(many=True)
    left = LeftOut(many=True)


class MoveOne(ResourceView):
    """Do a verb of the review to one report. `If-Match`, where it is sent, must name its present state."""

    resource_name = "months"
    verb: ClassVar[Verb]
    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}

    @once
    def post(self, request: Request, pk: int) -> Response:
        report = reached("months", pk, request.user, Action.VIEW, "project")
        if not may_move(request.user, self.verb, report.project.unit_id):
            raise refused_post()
        seen = seen_revision(request, is_needed=False)
        if seen is not None and seen != report.revision:
            raise stale("months", report, request.user)
        asked = given(MoveBody, request)
        wrong = [name for name in asked["cells"] if name not in {one.name for one in MonthReport._meta.concrete_fields}]
        if wrong:
            raise ApiError(400, "invalid", _("提交的内容有误"), [fault(f"/cells/{name}", "unknown", _("月度进展没有这一列")) for name in wrong])
        done = move(verb=self.verb, report_id=pk, actor=request.user, seen=seen, reason=asked["reason"], cells=asked["cells"], door=Door.API)
        return row_response("months", done, request.user)


class MoveMany(ResourceView):
    """Do a verb to every report to which it may be done; the others are listed with the reason."""

    resource_name = "months"
    verb: ClassVar[Verb]

    @once
    def post(self, request: Request) -> Response:
        asked = given(MoveManyBody, request)
        ids = list(dict.fromkeys(asked["ids"]))
        known = set(rows_by_id("months", ids, request.user))
        outcome = move_many(
            verb=self.verb,
            report_ids=[key for key in ids if key in known],
            actor=request.user,
            reason=asked["reason"],
            door=Door.API,
            even_open=asked["even_open"],
        )
        rows = rows_by_id("months", [report.pk for report in outcome.done], request.user)
        left = [{"id": one.report.pk, "code": one.code, "message": one.said(language())} for one in outcome.left]
        left += [{"id": key, "code": "gone", "message": _("没有这条记录，或不在您的范围内")} for key in ids if key not in known]
        done = [{"id": report.pk, "state": rows[report.pk]["state"], "revision": rows[report.pk]["revision"]} for report in outcome.done]
        return Response({"verb": self.verb.value, "done": done, "left": left})


def moving(verb: Verb) -> tuple[type[Any], type[Any]]:
    """The two doors of a verb."""
    words = format_lazy(gettext_lazy("月度进展：{verb}"), verb=verb.zh)
    one = writes(words, _ONE, MoveBody, {200: row_serializer("months")}, KEY, refused=(412,), name=f"month-{verb.value}")
    many = writes(words, _MANY_TOLD, MoveManyBody, {200: MoveManyAnswer}, KEY, name=f"months-{verb.value}")
    told = {"verb": verb}
    return (
        described(MoveOne, verb.value.title(), "post", one, **told),
        described(MoveMany, verb.value.title(), "post", many, **told, actions={"POST": MOVES[verb].action}),
    )


# --- Nothing changed ---------------------------------------------------------------------------------------------------------------


class NilBody(Body):
    unit_key = serializers.SlugRelatedField("key", queryset=ReportingUnit.objects.all(), help_text="填报单位代号")
    period = serializers.CharField(max_length=8, help_text="2020-06，半月 2020-06A")
    note = serializers.CharField(max_length=300, help_text="为什么无变化")


class NilList(ResourceList):
    """What was said, with POST to say for a unit's month that nothing changed."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.SUBMIT}

    @writes(gettext_lazy("报“本月无变化”"), "本单位这个月没有变化，代替逐条填报。", NilBody, {201: row_serializer("nil-returns")}, KEY)
    @once
    def post(self, request: Request) -> Response:
        asked = given(NilBody, request)
        reached("units", asked["unit_key"].pk, request.user, Action.VIEW)
        made = nil_return(unit_id=asked["unit_key"].pk, period_id=_period(asked["period"]), actor=request.user, note=asked["note"])
        return row_response("nil-returns", made, request.user, status=201)


class NilWithdraw(ResourceView):
    """Take it back."""

    resource_name = "nil-returns"
    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}

    @writes(gettext_lazy("撤回“本月无变化”"), "撤回以后，这个月仍须逐条填报。", Body, {200: dict}, KEY)
    @once
    def post(self, request: Request, pk: int) -> Response:
        found: NilReturn = reached("nil-returns", pk, request.user, Action.SUBMIT)
        given(Body, request)
        withdraw_nil_return(unit_id=found.unit_id, period_id=found.period_id, actor=request.user)
        return Response({"id": pk, "withdrawn": True})


def _period(text: str) -> int:
    found = period_number(text)
    if found is None:
        raise ApiError(400, "invalid", _("提交的内容有误"), [fault("/period", "invalid_choice", _("没有这个填报期，或尚未开放"))])
    return found


# --- Corrections -------------------------------------------------------------------------------------------------------------------


class CorrectionBody(ReasonBody):
    report_id = NumberField(help_text="已锁定月份的月度进展编号")
    values = serializers.DictField(child=AnyValue(allow_blank=True, max_length=40), allow_empty=False, help_text="列名 → 应为的数")


class SettleBody(Body):
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=300, help_text="意见；不同意时必填")


class CorrectionList(ResourceList):
    """What was corrected, with POST of the right figures of a locked month beside the published ones."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.EDIT}

    @writes(gettext_lazy("提出更正"), "已锁定的月份：公布的数不动，应为的数列在旁边，由另一人审核。", CorrectionBody, {201: dict}, KEY)
    @once
    def post(self, request: Request) -> Response:
        asked = given(CorrectionBody, request)
        report = reached("months", asked["report_id"], request.user, Action.VIEW, "project")
        if not may_propose(request.user, report.project.unit_id):
            raise refused_post()
        made = propose_corrections(report_id=report.pk, values=asked["values"], reason=asked["reason"], actor=request.user)
        rows = rows_by_id("corrections", [one.pk for one in made], request.user)
        return Response({"results": [rows[one.pk] for one in made]}, status=201)


class CorrectionSettle(ResourceView):
    """Settles the correction and all that were proposed together with it (`together` names the first of them)."""

    resource_name = "corrections"
    approves: ClassVar[bool]
    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}

    @writes(
        gettext_lazy("审核更正"),
        "由市级审核人、提出者以外的人同意或不同意，一起提出的一并审核；不同意须写意见。",
        SettleBody,
        {200: row_serializer("corrections")},
        KEY,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        found: Correction = reached("corrections", pk, request.user, Action.VIEW)
        city_post(request.user, Action.REVIEW)
        note = given(SettleBody, request)["note"]
        try:
            done = settle_correction(correction_id=found.pk, approve=self.approves, actor=request.user, note=note)
        except Refused as refused:
            raise at_note(refused) from None
        return row_response("corrections", next(row for row in done if row.pk == found.pk), request.user)


class CorrectionApprove(CorrectionSettle):
    approves = True


class CorrectionRefuse(CorrectionSettle):
    approves = False


# --- Months locked and opened ------------------------------------------------------------------------------------------------------


class UnlockBody(ReasonBody):
    locks_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="下次自动锁定的日期")


class PeriodLock(ResourceView):
    resource_name = "periods"
    actions: ClassVar[dict[str, Action]] = {"POST": Action.LOCK}

    @writes(
        gettext_lazy("锁定填报期"),
        "锁定后不能填报、提交、审核、退回，并自动留一份定格。须写原因。",
        ReasonBody,
        {200: row_serializer("periods")},
        KEY,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        found = _of_city(request, pk)
        done = lock_period(period_id=found.pk, actor=request.user, reason=given(ReasonBody, request)["reason"], door=Door.API)
        return row_response("periods", done, request.user)


class PeriodUnlock(ResourceView):
    resource_name = "periods"
    actions: ClassVar[dict[str, Action]] = {"POST": Action.LOCK}

    @writes(gettext_lazy("解锁填报期"), "重新开放整个月；可以另定下次自动锁定的日期。须写原因。", UnlockBody, {200: row_serializer("periods")}, KEY)
    @once
    def post(self, request: Request, pk: int) -> Response:
        found = _of_city(request, pk)
        done = unlock_period(period_id=found.pk, actor=request.user, door=Door.API, **given(UnlockBody, request))
        return row_response("periods", done, request.user)


def _of_city(request: Request, pk: int) -> Any:
    city_post(request.user, Action.LOCK)
    return reached("periods", pk, request.user, Action.VIEW)


class UntilField(serializers.DateTimeField):
    """A moment, or a day to its end, as everywhere a day is asked."""

    def to_internal_value(self, value: Any) -> Any:
        day = read_moment(value) if isinstance(value, str) and len(value) == 10 else None
        return day or super().to_internal_value(value)


class ExceptionBody(ReasonBody):
    unit_key = serializers.SlugRelatedField("key", queryset=ReportingUnit.objects.all(), help_text="填报单位代号")
    period = serializers.CharField(max_length=8, help_text="2020-06，半月 2020-06A")
    until = UntilField(help_text="临时解锁到何时；只写日期的，到那一天结束")


class ExceptionList(ResourceList):
    """Units let into locked months, with POST to let one in."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.LOCK}

    @writes(
        gettext_lazy("临时解锁"), "让一个单位在限期内改动已锁定的月份，到期自动收回。", ExceptionBody, {201: row_serializer("lock-exceptions")}, KEY
    )
    @once
    def post(self, request: Request) -> Response:
        city_post(request.user, Action.LOCK)
        asked = given(ExceptionBody, request)
        made = grant_exception(
            period_id=_period(asked["period"]), unit_id=asked["unit_key"].pk, until=asked["until"], actor=request.user, reason=asked["reason"]
        )
        return row_response("lock-exceptions", made, request.user, status=201)


class ExceptionRevoke(ResourceView):
    resource_name = "lock-exceptions"
    actions: ClassVar[dict[str, Action]] = {"POST": Action.LOCK}

    @writes(gettext_lazy("收回临时解锁"), "提前收回，立即生效。", Body, {200: row_serializer("lock-exceptions")}, KEY)
    @once
    def post(self, request: Request, pk: int) -> Response:
        city_post(request.user, Action.LOCK)
        found: LockException = reached("lock-exceptions", pk, request.user, Action.VIEW)
        given(Body, request)
        revoke_exception(exception_id=found.pk, actor=request.user)
        return row_response("lock-exceptions", found, request.user)


serve("nil-returns", many=NilList)
serve("corrections", many=CorrectionList)
serve("lock-exceptions", many=ExceptionList)

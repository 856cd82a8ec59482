"""Lights for machines: what is said beside a light, its withdrawal, and a new version of the rule."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import once
from accounts.api.schema import row_serializer, writes
from accounts.api.views import ResourceList, ResourceView, serve
from accounts.api.writing import KEY, Body, NumberField, given, reached, refused_post, row_response
from accounts.roles import Action
from projects.models import Colours, Door, LightNote, LightProfile
from projects.moment import read_month
from projects.services.lights import THRESHOLDS, adopt, may_adopt, may_say, say, withdraw

_SAY = (
    "在某月的灯旁边记一笔：override 人工改灯（市级经办人、审核人、管理员，须写 colour），explanation 情况说明，"
    "statistics 纳统情况（entered_on 空为尚未纳统；后两项由填报单位或市级经办人写）。系统算出的灯不变，两者并列。"
)
_ADOPT = "采用新一版亮灯规则，自 valid_from 所在月份起；已过去、已锁定的月份照原来的规则。不写的界线为空，即不亮那种灯。市级管理员可用。"
_NOTE = OpenApiExample(
    "情况说明", value={"project_id": 1, "month": "2020-06", "kind": "explanation", "reason": "汛期停工，8月追回"}, request_only=True
)
_RULE = OpenApiExample(
    "采用",
    value={"valid_from": "2027-01", "reason": "市政府专题会", "progress_by": "points", "progress_yellow": 8, "progress_red": 30},
    request_only=True,
)
KINDS = [kind for kind in LightNote.Kind.values if kind != LightNote.Kind.WITHDRAWAL]


class MonthField(serializers.CharField):
    """A month in the form 2020-06."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        month = read_month(text)
        if month is None:
            raise serializers.ValidationError(_("月份应写作 2020-06，读到“%(value)s”") % {"value": text[:40]})
        return month


class NoteBody(Body):
    project_id = NumberField()
    month = MonthField(max_length=7, help_text="哪个月的灯，如 2020-06")
    kind = serializers.ChoiceField(choices=KINDS, help_text="override 人工改灯，explanation 情况说明，statistics 纳统情况")
    colour = serializers.ChoiceField(choices=Colours.values, required=False, default="", allow_blank=True, help_text="只用于人工改灯")
    entered_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="只用于纳统情况；空为尚未纳统")
    reason = serializers.CharField(max_length=500, help_text="理由或说明")


class WithdrawBody(Body):
    reason = serializers.CharField(max_length=500, help_text="撤回的理由")


class ProfileBody(Body):
    """A version's thresholds: a threshold that is not given is blank, and never lights."""

    valid_from = MonthField(max_length=7, help_text="自哪个月起，如 2027-01")
    reason = serializers.CharField(max_length=500, help_text="采用的理由")

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        builder: serializers.ModelSerializer[LightProfile] = serializers.ModelSerializer()
        for name in THRESHOLDS:
            column: Any = LightProfile._meta.get_field(name)
            kind, told = builder.build_standard_field(name, column)
            fields[name] = kind(**{**told, "required": False, "default": column.get_default()})
        return fields


class NoteList(ResourceList):
    """What was said, with POST of something new."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}

    @writes(gettext_lazy("灯旁说明"), _SAY, NoteBody, {201: row_serializer("light-notes")}, KEY, examples=[_NOTE])
    @once
    def post(self, request: Request) -> Response:
        asked = given(NoteBody, request)
        project = reached("projects", asked.pop("project_id"), request.user, Action.VIEW)
        if not may_say(request.user, asked["kind"], project.unit_id):
            raise refused_post()
        made = say(project=project, actor=request.user, door=Door.API, **asked)
        return row_response("light-notes", made, request.user, status=201)


class NoteWithdraw(ResourceView):
    resource_name = "light-notes"
    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}

    @writes(
        gettext_lazy("撤回灯旁说明"),
        "以一条新的记录撤回；原来写的保留。改灯由市级撤回，说明由能写说明的人撤回。",
        WithdrawBody,
        {201: row_serializer("light-notes")},
        KEY,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        note = reached("light-notes", pk, request.user, Action.VIEW)
        asked = given(WithdrawBody, request)
        if not may_say(request.user, note.kind, note.project.unit_id):
            raise refused_post()
        made = withdraw(note=note, actor=request.user, door=Door.API, **asked)
        return row_response("light-notes", made, request.user, status=201)


class ProfileList(ResourceList):
    """The rules with their versions, with POST of a new version of the city's own."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}

    @writes(gettext_lazy("采用新的亮灯规则"), _ADOPT, ProfileBody, {201: row_serializer("light-profiles")}, KEY, examples=[_RULE])
    @once
    def post(self, request: Request) -> Response:
        if not may_adopt(request.user):
            raise refused_post()
        asked = given(ProfileBody, request)
        month, reason = asked.pop("valid_from"), asked.pop("reason")
        made = adopt(thresholds=asked, valid_from=month, reason=reason, actor=request.user, door=Door.API)
        return row_response("light-profiles", made, request.user, status=201)


serve("light-notes", many=NoteList)
serve("light-profiles", many=ProfileList)

"""What a checked file asks before it is committed: headings that nobody knows, and conflicts in which one value has to be taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import ApiError, fault
from accounts.api.schema import refusals, writes
from accounts.api.writing import KEY, Body, reached
from accounts.roles import Action
from exchange.api.uploads import UploadVerb
from exchange.merge import Take
from exchange.models import Upload
from exchange.services.mappings import answer
from exchange.tasks import check_upload, choose_in_upload
from exchange.views.choices import all_conflicts
from exchange.views.columns import no_longer_asked
from exchange.views.questions import questions_context

_TAKES = [(Take.OURS.value, "取系统里现在的值"), (Take.THEIRS.value, "取文件里的值")]


class ChoosingBody(Body):
    """Which value is taken: conflict by conflict, or in all that are open."""

    take = serializers.DictField(child=serializers.ChoiceField(_TAKES), required=False, default=dict, help_text="冲突的 key → ours 或 theirs")
    others = serializers.ChoiceField(_TAKES, required=False, allow_null=True, default=None, help_text="其余还没有选的一律取哪一边")


class AnsweringBody(Body):
    """What headings are."""

    answers = serializers.DictField(child=serializers.CharField(max_length=60), allow_empty=False, help_text="标题 → 列名，不读取写 ignore")
    whole_city = serializers.BooleanField(required=False, default=False, help_text="全市各单位的文件都照此读；仅市级岗位")


class UploadConflicts(UploadVerb):
    """The conflicts with their three values; POST settles them."""

    event = "choose"
    body: ClassVar[type[Body]] = ChoosingBody

    @extend_schema(
        summary=gettext_lazy("上传的冲突"),
        description="模板发出以后，系统里和文件里都改过的格子：原值 base、系统现值 ours、文件值 theirs，以及已选的 taken。",
        responses={200: dict, **refusals(404, 409)},
    )
    def get(self, request: Request, pk: int) -> Response:
        upload: Upload = reached("uploads", pk, request.user, Action.VIEW)
        return Response({"id": upload.pk, "state": upload.state, "conflicts": all_conflicts(upload)})

    @writes(
        gettext_lazy("在冲突中选择"),
        "逐个或一并选定取哪一边，随即按选定的值重新检查；还有没选的，文件不能入库。大文件转后台（202）。",
        ChoosingBody,
        {200: dict, 202: dict},
        KEY,
        examples=[OpenApiExample("选择", value={"take": {"12:2020-06:contact": "theirs"}, "others": "ours"}, request_only=True)],
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.do(request, pk)

    def carry_out(self, upload: Upload, asked: Mapping[str, Any]) -> None:
        known = {str(one["key"]) for one in all_conflicts(upload)} if asked["take"] else set()
        strange = [fault(f"/take/{key}", "invalid_choice", _("该上传没有这一处冲突")) for key in asked["take"] if key not in known]
        if strange:
            raise ApiError(400, "invalid", _("提交的内容有误"), strange)
        chosen = {key: Take(value) for key, value in asked["take"].items()}
        choose_in_upload(upload, chosen, actor=self.request.user, others=Take(asked["others"]) if asked["others"] else None)


class UploadColumns(UploadVerb):
    """The headings that nobody knows; POST says what they are."""

    event = "columns"
    body: ClassVar[type[Body]] = AnsweringBody

    @extend_schema(
        summary=gettext_lazy("上传里不认识的标题"),
        description="文件里不认识的列标题：在哪张表哪一列、最像哪一列、样例、可以读作哪些列。",
        responses={200: dict, **refusals(404, 409)},
    )
    def get(self, request: Request, pk: int) -> Response:
        upload: Upload = reached("uploads", pk, request.user, Action.VIEW)
        return Response(
            {"id": upload.pk, "state": upload.state, "questions": [_told(one) for one in questions_context(upload, request.user)["questions"]]}
        )

    @writes(
        gettext_lazy("回答标题是什么"),
        "答案为本单位（或全市）记住，随即重新检查文件；大文件转后台（202）。记住的答案在“标题记忆”页面作废。",
        AnsweringBody,
        {200: dict, 202: dict},
        KEY,
        examples=[OpenApiExample("回答", value={"answers": {"业内补叙": "remarks"}}, request_only=True)],
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.do(request, pk)

    def carry_out(self, upload: Upload, asked: Mapping[str, Any]) -> None:
        if upload.state != Upload.State.CHECKED:
            raise no_longer_asked(upload)
        answer(upload, asked["answers"].items(), actor=self.request.user, whole_city=asked["whole_city"] or upload.unit_id is None)
        check_upload(upload, actor=self.request.user)


def _told(shown: Mapping[str, Any]) -> dict[str, Any]:
    one = shown["question"]
    options = [{"field": field, "label": label} for field, label in shown["options"]]
    return {"heading": one.heading, "sheet": one.sheet, "column": one.column, "guess": one.guess, "sample": list(one.sample), "options": options}

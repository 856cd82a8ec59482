"""An upload taken back or brought back through the API: shown place by place with a mark, and done where that is still what would be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import ApiError
from accounts.api.schema import refusals, writes
from accounts.api.writing import KEY, Body, reached
from accounts.roles import Action
from exchange.api.uploads import RELATED, UploadVerb, faults_of, refusal
from exchange.forms import ReversalForm
from exchange.models import Reversal, Upload
from exchange.services.faults import MovedError, UnseenError
from exchange.services.inverse import inversion_of
from exchange.services.leases import require_free
from exchange.services.undo import check_reversible, check_scope, mark_of
from exchange.services.undo_words import PlaceLine, place_lines, why_words
from exchange.tasks import reverse_upload
from exchange.views.access import wording

_LINES = 300  # places of each fate that a preview lists


class ReversalBody(Body):
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500, help_text="原因，可不写；写入历史")
    seen = serializers.CharField(required=False, default="", allow_blank=True, max_length=64, help_text="预览（GET 同一地址）给出的 seen")


def _line(one: PlaceLine) -> dict[str, Any]:
    """A place that goes back."""
    return {name: getattr(one, name) for name in ("sheet", "row", "project", "project_id", "field", "now", "target")}


class UploadReverse(UploadVerb):
    """GET shows what would be done, with its mark; POST does it, if that is still what would be done."""

    post_needed = Action.UNDO
    body = ReversalBody
    kind: ClassVar[Reversal.Kind]

    @extend_schema(
        summary=gettext_lazy("预览撤回或恢复"),
        description="会改回多少处、逐处是什么（lines，至多 300 处，其余见 lines_left）、哪些因后来又改过而保留（kept 及原因）；seen 在 POST 时带回。",
        responses={200: dict, **refusals(404, 409)},
    )
    def get(self, request: Request, pk: int) -> Response:
        upload: Upload = reached("uploads", pk, request.user, Action.VIEW, *RELATED)
        self.require_post(upload)
        require_free(upload)
        check_reversible(upload, self.kind)
        check_scope(upload, request.user)
        return Response(self._preview(upload))

    def _preview(self, upload: Upload) -> dict[str, Any]:
        """What would be done, with its mark: counts, and the places of each fate, so many of them."""
        plan = inversion_of(upload, redo=self.kind == Reversal.Kind.REDO)
        going, staying = plan.going, plan.staying
        lines, kept = place_lines(upload, going[:_LINES]), place_lines(upload, staying[:_LINES])
        return {
            "id": upload.pk,
            "kind": self.kind.value,
            "seen": mark_of(plan),
            "places": len(plan.items),
            "reverted": len(going),
            "lines": [_line(one) for one in lines],
            "lines_left": len(going) - len(lines),
            "kept": [{**one.as_json(), "message": wording(*why_words(one.as_json()))} for one in kept],
            "kept_left": len(staying) - len(kept),
        }

    @writes(
        gettext_lazy("撤回或恢复"),
        "先 GET 看会改回什么并取得 seen，再带着 seen POST（原因可写可不写）；不带 seen 或其间有人改动则 409，preview 里是现在会发生的变化。",
        ReversalBody,
        {200: dict, 202: dict},
        KEY,
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.do(request, pk)

    def do(self, request: Request, pk: int) -> Response:
        try:
            return super().do(request, pk)
        except MovedError as error:
            told = refusal(error)
            upload: Upload = reached("uploads", pk, request.user, Action.VIEW, *RELATED)
            raise ApiError(told.status, told.code, told.message, told.errors, more={"preview": self._preview(upload)}) from None

    def carry_out(self, upload: Upload, asked: Mapping[str, Any]) -> None:
        form = ReversalForm(asked)
        if not form.is_valid():
            raise ApiError(400, "invalid", _("提交的内容有误"), faults_of(form))
        check_reversible(upload, self.kind)
        check_scope(upload, self.request.user)
        if not form.cleaned_data["seen"]:
            raise UnseenError()
        reverse_upload(upload, self.kind, actor=self.request.user, reason=form.cleaned_data["reason"].strip(), seen=form.cleaned_data["seen"])


class UploadUndo(UploadReverse):
    event = "undo"
    kind = Reversal.Kind.UNDO


class UploadRedo(UploadReverse):
    event = "redo"
    kind = Reversal.Kind.REDO

"""A file through the API: sent and checked, its findings, committed, taken back, brought back; long work answers 202 and where to ask on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from accounts.api.errors import SAID, Answer, ApiError, Fault, fault
from accounts.api.idempotency import once_if_asked
from accounts.api.schema import refusals, writes
from accounts.api.views import ResourceList, ResourceView, serve
from accounts.api.writing import KEY, Body, given, reached, row_of
from accounts.roles import Action
from exchange.forms import CommitForm, UploadForm, too_large
from exchange.models import Upload
from exchange.services import leases
from exchange.services.faults import NotAllowedError, StateError, UploadError
from exchange.services.receive import receive
from exchange.tasks import check_upload, commit_upload
from exchange.views.access import may_write, wording
from exchange.views.page import CHECKABLE
from exchange.views.progress import job_on_its_way, may_cancel, work_document
from exchange.views.sending import CappedHandler, no_room, unread_limit, upload_limit

RELATED = ("user", "unit", "period", "list_version__list", "committed_by", "undone_by")
_FILE: dict[str, Any] = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "unit": {"type": "string", "description": "填报单位代号；只有一个单位的人可以不写"},
            "period": {"type": "string", "description": "2020-06；不写时以文件里写明的月份为准"},
            "list_version": {"type": "string", "description": "列入清单版本，如 infra-2020/2；仅市级岗位"},
        },
    }
}


def refusal(error: UploadError) -> Answer:
    """A missing reason is 400 at its place, as everywhere; what the state forbids is 409."""
    words = wording(error.zh, error.en)
    if error.code == "reason":
        return Answer(400, "reason_required", words, [fault("/reason", "reason_required", words)])
    return Answer(403 if isinstance(error, NotAllowedError) else 409, error.code, words, [fault("", error.code, words)])


SAID[UploadError] = refusal


def document(upload: Upload, user: Any) -> dict[str, Any]:
    """The upload as a reader gets it, with where its findings are and what work is on its way."""
    job = job_on_its_way(upload)
    return {
        **row_of("uploads", upload.pk, user),
        "findings_url": reverse("api:upload-findings", args=[upload.pk]),
        "work_url": reverse("api:upload-work", args=[upload.pk]),
        "work": work_document(job, user) if job is not None else None,
    }


def answer(upload: Upload, request: Request, *, status: int = 200) -> Response:
    """202 with the work while it is on its way."""
    told = document(upload, request.user)
    headers = {"Location": told["work_url"]} if told["work"] else {}
    return Response(told, status=202 if told["work"] else status, headers=headers)


def faults_of(form: Any) -> list[Fault]:
    return [
        fault("" if name == "__all__" else f"/{name}", error.code or "invalid", words)
        for name, errors in form.errors.as_data().items()
        for error in errors
        for words in error.messages
    ]


_SENT = "表格文件（.xlsx、.xls、.et、.ods、.csv），收下即检查，不写入数据；大文件转后台（202）。读不了的也留存，写明原因（422）。"


class UploadList(ResourceList):
    """The uploads, with POST of a file: it is kept and checked; a large one by a worker (202)."""

    actions: ClassVar[dict[str, Action]] = {"POST": Action.UPLOAD}
    parser_classes = [MultiPartParser]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A file over the limit is dropped while it comes in, so that it fills neither memory nor disk."""
        if request.method == "POST":
            request.upload_handlers.insert(0, CappedHandler(upload_limit()))
        return super().dispatch(request, *args, **kwargs)

    @writes(gettext_lazy("上传文件并检查"), _SENT, _FILE, {201: dict, 202: dict, 422: dict}, KEY)
    def post(self, request: Request) -> Response:
        if int(request.META.get("CONTENT_LENGTH") or 0) > unread_limit():
            raise ApiError(413, "too_large", too_large().messages[0], [fault("/file", "too_large", too_large().messages[0])])
        return self._taken(request)

    @once_if_asked
    def _taken(self, request: Request) -> Response:
        full = no_room(request.user)
        if full is not None:
            raise ApiError(full[1], "no_room", full[0])
        asked = self._asked(request)
        sent = asked.pop("file")
        upload = receive(sent.read(), sent.name or "", actor=request.user, **asked)
        check_upload(upload, actor=request.user)
        upload.refresh_from_db()
        # A file that can't be read is stored all the same, with the reason on its own page.
        return answer(upload, request, status=422 if upload.state == Upload.State.REFUSED else 201)

    def _asked(self, request: Request) -> dict[str, Any]:
        handlers = request._request.upload_handlers
        capped = next(one for one in handlers if isinstance(one, CappedHandler))
        names = {"file", "unit", "period", "list_version"}
        data = request.data
        form = UploadForm(request.user, data, request.FILES, is_oversized=capped.is_exceeded)
        strange = [fault(f"/{name}", "unknown", _("没有这一项")) for name in data if name not in names and name != "csrfmiddlewaretoken"]
        if strange or not form.is_valid():
            found = [*strange, *(faults_of(form) if form.is_bound else [])]
            is_large = capped.is_exceeded or any(one["code"] == "too_large" for one in found)
            raise ApiError(413 if is_large else 400, "too_large" if is_large else "invalid", _("提交的内容有误，没有接收"), found)
        return {name: form.cleaned_data[name] for name in ("file", "unit", "period", "list_version")}


class UploadFindings(ResourceView):
    """Everything that was found in the file, each at its cell."""

    resource_name = "uploads"

    @extend_schema(
        summary=gettext_lazy("检查结果"),
        description="文件里查到的每一处问题：表、单元格、级别、说明和改法；message、fix 是请求语言里的话，zh、en 两种都给。",
        responses={200: dict, **refusals(404, 409)},
    )
    def get(self, request: Request, pk: int) -> Response:
        upload: Upload = reached("uploads", pk, request.user, Action.VIEW)
        return Response({"id": upload.pk, "state": upload.state, "counts": upload.counts, "findings": [*map(_told, upload.findings)]})


def _told(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A finding with its words in the language asked for, beside both."""
    words = wording(str(finding.get("zh") or ""), str(finding.get("en") or ""))
    return {**finding, "message": words, "fix": wording(str(finding.get("zh_fix") or ""), str(finding.get("en_fix") or ""))}


class UploadWork(ResourceView):
    """How far the long work is; `work` is null where nothing is on its way."""

    resource_name = "uploads"

    @extend_schema(
        summary=gettext_lazy("处理进度"), description="大文件在后台处理到哪一步；没有任务时 work 为空。", responses={200: dict, **refusals(404, 409)}
    )
    def get(self, request: Request, pk: int) -> Response:
        upload: Upload = reached("uploads", pk, request.user, Action.VIEW)
        job = upload.jobs.select_related("upload").order_by("-pk").first()
        return Response({"id": upload.pk, "state": upload.state, "work": work_document(job, request.user) if job is not None else None})


# --- Verbs -------------------------------------------------------------------------------------------------------------------------


class CommitBody(Body):
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500, help_text="说明，写入每一行的历史")
    hold_bad_rows = serializers.BooleanField(required=False, default=False, help_text="接受无误的行，扣留有问题的行")


class UploadVerb(ResourceView):
    """A verb on one upload. What is refused is noted in the event log, as on its page."""

    resource_name = "uploads"
    actions: ClassVar[dict[str, Action]] = {"POST": Action.VIEW}
    post_needed: ClassVar[Action] = Action.UPLOAD
    event: ClassVar[str] = ""
    body: ClassVar[type[Body]] = Body

    def carry_out(self, upload: Upload, asked: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def do(self, request: Request, pk: int) -> Response:
        upload: Upload = reached("uploads", pk, request.user, Action.VIEW, *RELATED)
        asked = given(self.body, request)
        try:
            self.require_post(upload)
            return self._carried_out(request, upload, asked)
        except UploadError as error:
            outcome = "denied" if isinstance(error, NotAllowedError) else "refused"
            audit.record(f"upload.{self.event}.refused", actor=request.user, obj=upload, outcome=outcome, code=error.code)
            raise

    @once_if_asked
    def _carried_out(self, request: Request, upload: Upload, asked: Mapping[str, Any]) -> Response:
        self.carry_out(upload, asked)
        upload.refresh_from_db()
        return answer(upload, request)

    def require_post(self, upload: Upload) -> None:
        if not may_write(self.request.user, upload, self.post_needed):
            raise NotAllowedError("role", "您的岗位不能对该上传做这项操作。", "Your post may not do this with this upload.")


class UploadCheck(UploadVerb):
    """Check the stored file once more, against what is stored now."""

    event = "check"

    @writes(gettext_lazy("重新检查"), "按库里现在的数再检查一遍已收到的文件；大文件转后台（202）。", Body, {200: dict, 202: dict}, KEY)
    def post(self, request: Request, pk: int) -> Response:
        return self.do(request, pk)

    def carry_out(self, upload: Upload, asked: Mapping[str, Any]) -> None:
        if upload.state not in CHECKABLE:
            state = upload.get_state_display()
            raise StateError("state", f"该上传当前为“{state}”，不能重新检查。", f"This upload is {upload.state}; it can't be checked again.")
        check_upload(upload, actor=self.request.user)


class UploadCommit(UploadVerb):
    """Write what the check planned."""

    event = "commit"
    body = CommitBody

    @writes(
        gettext_lazy("提交入库"),
        "写入检查所定的内容；同一文件提交两次只写一次。大文件转后台（202），见 work。",
        CommitBody,
        {200: dict, 202: dict},
        KEY,
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.do(request, pk)

    def carry_out(self, upload: Upload, asked: Mapping[str, Any]) -> None:
        form = CommitForm(asked)
        if not form.is_valid():
            raise ApiError(400, "invalid", _("提交的内容有误"), faults_of(form))
        commit_upload(upload, actor=self.request.user, reason=form.cleaned_data["reason"].strip(), hold_bad_rows=form.cleaned_data["hold_bad_rows"])


class UploadCancel(UploadVerb):
    """Cancel what is on its way; what is being written is not stopped any more."""

    event = "cancel"

    @writes(gettext_lazy("取消正在处理的任务"), "排队或检查中的任务可以取消；正在写入的不再中断。", Body, {200: dict, 202: dict}, KEY)
    def post(self, request: Request, pk: int) -> Response:
        return self.do(request, pk)

    def require_post(self, upload: Upload) -> None:
        job = upload.jobs.order_by("-pk").first()
        if job is None:
            raise StateError("ended", "没有正在处理的任务。", "There is nothing on its way.")
        if not may_cancel(self.request.user, job):
            raise NotAllowedError("role", "您的岗位不能取消这项任务。", "Your post may not cancel this.")

    def carry_out(self, upload: Upload, asked: Mapping[str, Any]) -> None:
        leases.cancel(upload.jobs.order_by("-pk")[0], actor=self.request.user)


serve("uploads", many=UploadList)

"""What a person does with an upload: check again, commit, undo, redo. A refusal shows the page with its reason; nothing was changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View

from accounts import audit
from accounts.roles import Action
from exchange.forms import CommitForm, ReasonForm, ReversalForm
from exchange.models import Reversal, Upload
from exchange.services import leases
from exchange.services.faults import NotAllowedError, StateError, UnseenError, UploadError
from exchange.services.undo import check_reversible, check_scope
from exchange.tasks import check_upload, commit_upload, reverse_upload
from exchange.views.access import may_write, signed_in, upload_or_404, visible_uploads, wants_json
from exchange.views.documents import form_answer, refusal_answer, upload_answer
from exchange.views.page import CHECKABLE, render_page
from exchange.views.progress import job_on_its_way, may_cancel, work_document
from exchange.views.reversal import render_reversal


@method_decorator(signed_in, name="dispatch")
class Verb(View):
    """POST carries the verb out: 303 to the page, or the page with the reason (403 not yours to do, 409 not as things stand)."""

    http_method_names = ["post"]
    action = Action.UPLOAD
    event = ""
    anchor = "finish"
    form_class: type[ReasonForm] = ReasonForm

    def carry_out(self, upload: Upload, given: dict[str, Any]) -> Upload:
        raise NotImplementedError

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        upload = upload_or_404(request, public_id)
        form = self.form_class(request.POST)
        if not form.is_valid():
            return form_answer(form, 400) if wants_json(request) else render_page(request, upload, form=form, status=400)
        try:
            if not may_write(request.user, upload, self.action):
                raise NotAllowedError("role", "您的岗位不能对该上传做这项操作。", "Your post may not do this with this upload.")
            done = self.carry_out(upload, {**form.cleaned_data, "reason": form.cleaned_data["reason"].strip()})
        except UploadError as refusal:
            return self._refused(request, public_id, refusal, form)
        job = job_on_its_way(done)
        if wants_json(request):
            return upload_answer(done, status=202, work=work_document(job, request.user)) if job is not None else upload_answer(done)
        address = reverse("exchange:upload", args=[public_id])
        return HttpResponseRedirect(f"{address}#{self.anchor if job is None else 'work'}", status=303)

    def _refused(self, request: HttpRequest, public_id: str, refusal: UploadError, form: ReasonForm) -> HttpResponseBase:
        status = 403 if isinstance(refusal, NotAllowedError) else 409
        upload = visible_uploads(request.user).get(public_id=public_id)
        audit.record(
            f"upload.{self.event}.refused", actor=request.user, obj=upload, outcome="denied" if status == 403 else "refused", code=refusal.code
        )
        if wants_json(request):
            return refusal_answer(refusal, status, upload)
        return self._refusal_page(request, upload, refusal, form, status)

    def _refusal_page(self, request: HttpRequest, upload: Upload, refusal: UploadError, form: ReasonForm, status: int) -> HttpResponseBase:
        return render_page(request, upload, refusal=refusal, form=form, status=status)


class CommitUpload(Verb):
    event = "commit"
    form_class = CommitForm

    def carry_out(self, upload: Upload, given: dict[str, Any]) -> Upload:
        commit_upload(upload, actor=self.request.user, reason=given["reason"], hold_bad_rows=given["hold_bad_rows"])
        return upload


class Reverse(Verb):
    """Take back or bring back what the preview showed, and nothing that was not shown."""

    action = Action.UNDO
    form_class = ReversalForm
    kind: Reversal.Kind

    def carry_out(self, upload: Upload, given: dict[str, Any]) -> Upload:
        check_reversible(upload, self.kind)
        check_scope(upload, self.request.user)
        if not given["seen"]:
            raise UnseenError()
        reverse_upload(upload, self.kind, actor=self.request.user, reason=given["reason"], seen=given["seen"])
        return upload

    def _refusal_page(self, request: HttpRequest, upload: Upload, refusal: UploadError, form: ReasonForm, status: int) -> HttpResponseBase:
        """What was not looked at, or has changed since, is shown as it stands now."""
        if isinstance(refusal, UnseenError):
            return render_reversal(request, upload, self.kind, refusal=refusal, form=form, status=status)
        return super()._refusal_page(request, upload, refusal, form, status)


class UndoUpload(Reverse):
    event = "undo"
    kind = Reversal.Kind.UNDO


class RedoUpload(Reverse):
    event = "redo"
    kind = Reversal.Kind.REDO


class CheckUpload(Verb):
    """Check the stored file once more, against what is stored now."""

    event = "check"
    anchor = "findings"

    def carry_out(self, upload: Upload, given: dict[str, Any]) -> Upload:
        if upload.state not in CHECKABLE:
            state = upload.get_state_display()
            raise StateError("state", f"该上传当前为“{state}”，不能重新检查。", f"This upload is {upload.state}; it can't be checked again.")
        check_upload(upload, actor=self.request.user)
        return upload


class CancelWork(Verb):
    """Cancel what is on its way; a commit that is being written is not stopped any more."""

    event = "cancel"
    anchor = "top"

    def carry_out(self, upload: Upload, given: dict[str, Any]) -> Upload:
        job = upload.jobs.order_by("-pk").first()
        if job is None:
            raise StateError("ended", "没有正在处理的任务。", "There is nothing on its way.")
        if not may_cancel(self.request.user, job):
            raise NotAllowedError("role", "您的岗位不能取消这项任务。", "Your post may not cancel this.")
        leases.cancel(job, actor=self.request.user)
        upload.refresh_from_db()
        return upload

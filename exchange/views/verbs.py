"""What a person does with an upload: check again, commit, undo. A refusal shows the page with its reason; nothing was changed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View

from accounts import audit
from accounts.roles import Action
from exchange.forms import ReasonForm
from exchange.models import Upload
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.faults import NotAllowedError, StateError, UploadError
from exchange.services.undo import undo
from exchange.views.access import may_write, signed_in, upload_or_404, visible_uploads, wants_json
from exchange.views.documents import form_answer, refusal_answer, upload_answer
from exchange.views.page import CHECKABLE, render_page


@method_decorator(signed_in, name="dispatch")
class Verb(View):
    """POST carries the verb out: 303 to the page, or the page with the reason (403 not yours to do, 409 not as things stand)."""

    http_method_names = ["post"]
    action = Action.UPLOAD
    event = ""
    anchor = "finish"

    def carry_out(self, upload: Upload, reason: str) -> Upload:
        raise NotImplementedError

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        upload = upload_or_404(request, public_id)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return form_answer(form, 400) if wants_json(request) else render_page(request, upload, form=form, status=400)
        try:
            if not may_write(request.user, upload, self.action):
                raise NotAllowedError("role", "你的岗位不能对该上传做这项操作。", "Your post may not do this with this upload.")
            done = self.carry_out(upload, form.cleaned_data["reason"].strip())
        except UploadError as refusal:
            return self._refused(request, public_id, refusal, form)
        address = reverse("exchange:upload", args=[public_id])
        return upload_answer(done) if wants_json(request) else HttpResponseRedirect(f"{address}#{self.anchor}", status=303)

    def _refused(self, request: HttpRequest, public_id: str, refusal: UploadError, form: ReasonForm) -> HttpResponseBase:
        status = 403 if isinstance(refusal, NotAllowedError) else 409
        upload = visible_uploads(request.user).get(public_id=public_id)
        audit.record(
            f"upload.{self.event}.refused", actor=request.user, obj=upload, outcome="denied" if status == 403 else "refused", code=refusal.code
        )
        if wants_json(request):
            return refusal_answer(refusal, status, upload)
        return render_page(request, upload, refusal=refusal, form=form, status=status)


class CommitUpload(Verb):
    event = "commit"

    def carry_out(self, upload: Upload, reason: str) -> Upload:
        return commit(upload, actor=self.request.user, reason=reason)


class UndoUpload(Verb):
    event = "undo"
    action = Action.UNDO

    def carry_out(self, upload: Upload, reason: str) -> Upload:
        return undo(upload, actor=self.request.user, reason=reason)


class CheckUpload(Verb):
    """Check the stored file once more, against what is stored now."""

    event = "check"
    anchor = "findings"

    def carry_out(self, upload: Upload, reason: str) -> Upload:
        if upload.state not in CHECKABLE:
            state = upload.get_state_display()
            raise StateError("state", f"该上传当前为“{state}”，不能重新检查。", f"This upload is {upload.state}; it can't be checked again.")
        return check(upload, actor=self.request.user)

"""Conflicts of a returned template: take ours or theirs, cell by cell or for all that are open."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_safe

from accounts import audit
from exchange.merge import Take
from exchange.models import Upload
from exchange.services.faults import NotAllowedError, StateError, UploadError
from exchange.services.preview import Show, preview
from exchange.tasks import choose_in_upload
from exchange.views.access import signed_in, upload_or_404, visible_uploads, wants_json
from exchange.views.documents import refusal_answer, upload_answer
from exchange.views.page import render_page
from exchange.views.progress import work_document
from projects.findings import Severity

PREFIX = "take."  # a field for each conflict: take.{key} = ours or theirs
OTHERS = "others"  # all that are still open


@method_decorator(signed_in, name="dispatch")
class ChooseInUpload(View):
    """POST settles conflicts: 303 back to the preview, or the page with the reason (400 not a choice, 403, 409)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        upload = upload_or_404(request, public_id)
        try:
            chosen = {name.removeprefix(PREFIX): _take(str(value)) for name, value in request.POST.items() if name.startswith(PREFIX)}
            others = _take(request.POST[OTHERS]) if request.POST.get(OTHERS) else None
            job = choose_in_upload(upload, chosen, actor=request.user, others=others)
        except UploadError as refusal:
            return self._refused(request, public_id, refusal)
        address = reverse("exchange:upload", args=[public_id])
        if wants_json(request):
            return upload_answer(upload, status=202, work=work_document(job, request.user)) if job is not None else upload_answer(upload)
        show = Show.CONFLICT if upload.counts.get("conflict") else Show.CHANGED
        place = "work" if job is not None else "findings" if upload.counts.get(Severity.BLOCKS.value) else "preview"
        return HttpResponseRedirect(f"{address}?show={show.value}#{place}", status=303)

    def _refused(self, request: HttpRequest, public_id: str, refusal: UploadError) -> HttpResponseBase:
        status = 403 if isinstance(refusal, NotAllowedError) else 400 if refusal.code == "choice" else 409
        upload = visible_uploads(request.user).get(public_id=public_id)
        audit.record("upload.choose.refused", actor=request.user, obj=upload, outcome="denied" if status == 403 else "refused", code=refusal.code)
        if wants_json(request):
            return refusal_answer(refusal, status, upload)
        return render_page(request, upload, refusal=refusal, status=status)


def _take(value: str) -> Take:
    try:
        return Take(value)
    except ValueError:
        shown = value[:20]
        raise StateError("choice", f"“{shown}”不是可选的值：填 ours 或 theirs。", f"“{shown}” can't be chosen: give ours or theirs.") from None


@signed_in
@require_safe
def conflicts_json(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Every conflict with its three values and what was chosen, for scripts."""
    upload = upload_or_404(request, public_id)
    return JsonResponse({"conflicts": all_conflicts(upload)}, json_dumps_params={"ensure_ascii": False})


def all_conflicts(upload: Upload) -> list[dict[str, object]]:
    """Each conflict at its place, with its key."""
    found: list[dict[str, object]] = []
    number, pages = 1, 1
    while number <= pages:
        page = preview(upload, Show.CONFLICT, number)
        pages, number = page.pages, number + 1
        for row in page.rows:
            place = {"sheet": row.sheet, "row": row.row, "name": row.name}
            found += [
                {**place, "key": line.key, "label": line.label, "base": line.base, "ours": line.ours, "theirs": line.theirs, "taken": line.taken}
                for line in row.conflicts
            ]
    return found

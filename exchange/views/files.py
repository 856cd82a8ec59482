"""Files that leave an upload's page: the original as it came, and the findings. Always as an attachment, never shown in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit
from exchange.models import Upload, UploadFile
from exchange.views.access import signed_in, upload_or_404
from exchange.views.documents import findings_document
from exchange.views.finding_files import as_csv, as_xlsx
from exchange.views.findings import Wanted
from projects.attachments import attachment

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@signed_in
@require_safe
def original_file(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The bytes as they came. Who took them is noted."""
    upload = upload_or_404(request, public_id)
    kept = UploadFile.objects.filter(upload=upload).first()
    if kept is None:
        raise Http404("the file is not kept")
    audit.record("upload.download", actor=request.user, obj=upload)
    return attachment(bytes(kept.content), upload.filename, "application/octet-stream")


@signed_in
@require_safe
def findings_json(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Everything that was found, for scripts."""
    return JsonResponse(findings_document(upload_or_404(request, public_id)), json_dumps_params={"ensure_ascii": False})


def _download(
    request: HttpRequest, public_id: str, suffix: str, content_type: str, write: Callable[[Upload, list[dict[str, object]]], bytes]
) -> HttpResponse:
    upload = upload_or_404(request, public_id)
    wanted = Wanted.of(request.GET.dict())
    findings = [finding for finding in upload.findings if wanted.takes(finding)]
    name = _("%(file)s_问题清单") % {"file": PurePath(upload.filename).stem}
    return attachment(write(upload, findings), name + suffix, content_type)


@signed_in
@require_safe
def findings_xlsx(request: HttpRequest, public_id: str) -> HttpResponseBase:
    return _download(request, public_id, ".xlsx", XLSX, lambda upload, findings: as_xlsx(findings, f"{upload.filename}（#{upload.pk}）"))


@signed_in
@require_safe
def findings_csv(request: HttpRequest, public_id: str) -> HttpResponseBase:
    return _download(request, public_id, ".csv", "text/csv; charset=utf-8", lambda _upload, findings: as_csv(findings))

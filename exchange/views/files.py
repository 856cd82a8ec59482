"""Files that leave an upload's page: the original as it came, and the findings. Always as an attachment, never shown in place."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit
from exchange.models import Upload, UploadFile
from exchange.services.receive import shown_name
from exchange.views.access import signed_in, upload_or_404
from exchange.views.documents import findings_document
from exchange.views.finding_files import as_csv, as_xlsx
from exchange.views.findings import Wanted

_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offered_name(filename: str) -> str:
    """A name that every system can store a file under."""
    plain = _FORBIDDEN.sub("_", shown_name(filename)).lstrip(".") or "file"
    return f"_{plain}" if _DEVICES.match(plain) else plain


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A download that no browser opens in place, whatever the bytes are."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, offered_name(name)) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


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

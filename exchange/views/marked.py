"""下载问题标注表: the person's own file back, with its faults marked at the cells."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from exchange.services.faults import StateError
from exchange.services.marked import marked_file
from exchange.views.access import signed_in, upload_or_404, wants_json
from exchange.views.documents import refusal_answer
from exchange.views.files import XLSX
from exchange.views.page import render_page
from projects.attachments import attachment


@signed_in
@require_safe
def marked_xlsx(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The marked copy; 409 with the reason where the file was never read."""
    upload = upload_or_404(request, public_id)
    try:
        name, content = marked_file(upload, actor=request.user, address=request.META.get("REMOTE_ADDR"))
    except StateError as refusal:
        return refusal_answer(refusal, 409, upload) if wants_json(request) else render_page(request, upload, refusal=refusal, status=409)
    return attachment(content, name, XLSX)

"""The workbook of an upload's held rows, before the commit and ever after."""

from __future__ import annotations

from pathlib import PurePath

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit
from exchange.services.held_book import held_book
from exchange.services.holding import holding_of
from exchange.views.access import signed_in, upload_or_404
from exchange.views.files import XLSX
from projects.attachments import attachment


@signed_in
@require_safe
def held_xlsx(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The rows that are held, in the columns of the file that was sent, each with what is wrong. Who took them is noted."""
    upload = upload_or_404(request, public_id)
    if not holding_of(upload).rows:
        raise Http404("no row is held")
    audit.record("upload.download_held", actor=request.user, obj=upload)
    return attachment(held_book(upload), _("%(file)s_扣留的行") % {"file": PurePath(upload.filename).stem} + ".xlsx", XLSX)

"""The file of a dossier's paper, sent by a machine: kept as it came beside the older ones, as from its page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from accounts.api.errors import ApiError, fault
from accounts.api.idempotency import once
from accounts.api.schema import row_serializer, writes
from accounts.api.writing import KEY, row_response, unknown_name
from accounts.roles import Action
from accounts.texts import TextField
from funding.admin.dossier_forms import NO_FILE, refuse_file
from funding.api.verbs import OfRow
from funding.models import DossierPaper
from funding.services.dossiers import keep_file
from projects.models import Door, Source

_BODY: dict[str, Any] = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "reason": {"type": "string", "maxLength": 300, "description": "原因或说明，写入历史"},
        },
    }
}
_BESIDE = 100_000  # bytes that a body has beside its file


class FileForm(forms.Form):
    """A file as the page of the dossier takes it."""

    file = forms.FileField(error_messages=NO_FILE, max_length=255)
    reason = TextField(required=False, max_length=300)

    def clean_file(self) -> Any:
        sent = self.cleaned_data["file"]
        refuse_file(sent.name or "", sent.size)
        return sent


class PaperSending(OfRow):
    """The newest file of a paper. The same file again adds nothing."""

    resource_name = "dossier-papers"
    parser_classes = [MultiPartParser]

    @writes(
        gettext_lazy("一案两书：上传材料文件"),
        "给一项材料上传文件；原来的文件都保留，新的列为现行。与现行的完全相同则不再存一份（200）。",
        _BODY,
        {200: row_serializer("dossier-papers"), 201: row_serializer("dossier-papers")},
        KEY,
        refused=(412,),
    )
    def post(self, request: Request, pk: int) -> Response:
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.PAPER_MEGABYTES * 1_000_000 + _BESIDE:
            words = _("文件超过%(most)s MB；请压缩或拆分后再传") % {"most": settings.PAPER_MEGABYTES}
            raise ApiError(413, "too_large", words, [fault("/file", "too_large", words)])
        return self._taken(request, pk)

    @once
    def _taken(self, request: Request, pk: int) -> Response:
        paper: DossierPaper = self.found(request, pk, Action.EDIT)
        form = self._form(request)
        sent = form.cleaned_data["file"]
        kept = keep_file(paper, sent.name or "", sent.read(), source=Source(Door.API, request.user.pk, reason=form.cleaned_data["reason"].strip()))
        if kept is not None:
            audit.record("dossierpaper.change", actor=request.user, obj=paper, name=str(paper)[:200], changed=["filename"])
        return row_response(self.resource_name, paper, request.user, status=200 if kept is None else 201)

    def _form(self, request: Request) -> FileForm:
        data: Any = request.data
        form = FileForm(data, request.FILES)
        wrong = [fault(f"/{name}", "unknown", unknown_name(name, form.fields)) for name in data if name not in form.fields]
        for name, errors in form.errors.as_data().items():
            wrong += [fault(f"/{name}", error.code or "invalid", words) for error in errors for words in error.messages]
        if wrong:
            is_large = any(one["code"] == "too_large" for one in wrong)
            raise ApiError(413 if is_large else 400, "too_large" if is_large else "invalid", _("提交的内容有误，没有接收"), wrong)
        return form

"""The list of uploads with the first step on top: a file comes in, is kept, and is checked: at once, or a large one by a worker.

over the limit, over the day's number, no room left → said before anything is stored
the form is wrong                                   → said at the field, nothing is stored
the file can't be read                              → stored, refused, with the reason on its own page
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts import audit, scope
from accounts.roles import Action
from exchange.forms import ACCEPTED, UploadFilter, UploadForm, too_large
from exchange.models import Upload
from exchange.services.faults import NotAllowedError, UploadError
from exchange.services.receive import receive
from exchange.tasks import check_upload
from exchange.views.access import signed_in, visible_uploads, wants_json, wording
from exchange.views.documents import form_answer, upload_answer
from exchange.views.page import render_page
from exchange.views.progress import work_document

_PAGE = 50
_UNREAD = 4  # a body this many times over the limit is not even read


def upload_limit() -> int:
    return settings.UPLOAD_MEGABYTES * 1_000_000


def unread_limit() -> int:
    """A body beyond this is not even read."""
    return _UNREAD * upload_limit()


class CappedHandler(FileUploadHandler):
    """Drops a file as soon as it is over the limit, so that it never fills memory or disk."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.read = 0
        self.is_exceeded = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.read = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.read += len(raw_data)
        if self.read > self.limit:
            self.is_exceeded = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        return None


@csrf_exempt  # checked in `_take`, after the size: the check reads the body
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def uploads(request: HttpRequest) -> HttpResponseBase:
    """GET lists, POST sends a file."""
    if not (scope.may(request.user, Action.VIEW) or scope.may(request.user, Action.UPLOAD)):
        raise PermissionDenied
    return _guard_size(request) if request.method == "POST" else _list(request)


def _guard_size(request: HttpRequest) -> HttpResponseBase:
    if int(request.META.get("CONTENT_LENGTH") or 0) > unread_limit():
        return _refuse(request, "file", too_large().messages[0], 413)
    request.upload_handlers.insert(0, CappedHandler(upload_limit()))
    return _take(request)


@csrf_protect
def _take(request: HttpRequest) -> HttpResponseBase:
    if not scope.may(request.user, Action.UPLOAD):
        audit.record("upload.refused", actor=request.user, outcome="denied")
        return _refuse(request, "__all__", _("您的岗位只能查看，不能上传文件。"), 403)
    full = no_room(request.user)
    if full:
        return _refuse(request, "__all__", *full)
    capped = next(handler for handler in request.upload_handlers if isinstance(handler, CappedHandler))
    form = UploadForm(request.user, request.POST, request.FILES, is_oversized=capped.is_exceeded)
    if not form.is_valid():
        status = 413 if any(error.code == "too_large" for error in form.errors.as_data().get("file", [])) or capped.is_exceeded else 400
        return form_answer(form, status) if wants_json(request) else _list(request, form, status)
    return _receive(request, form)


def _receive(request: HttpRequest, form: UploadForm) -> HttpResponseBase:
    sent: UploadedFile[Any] = form.cleaned_data["file"]
    given = {name: form.cleaned_data[name] for name in ("unit", "period", "list_version")}
    try:
        upload = receive(sent.read(), sent.name or "", actor=request.user, **given)
    except NotAllowedError as refusal:
        form.add_error("unit", wording(refusal.zh, refusal.en))
        return form_answer(form, 403) if wants_json(request) else _list(request, form, 403)
    try:
        job = check_upload(upload, actor=request.user)
    except UploadError as refusal:
        return upload_answer(upload, status=409) if wants_json(request) else render_page(request, upload, refusal=refusal, status=409)
    address = _safe_next(request) or reverse("exchange:upload", args=[upload.public_id])
    if wants_json(request) and job is not None:
        return upload_answer(upload, status=202, next=address, work=work_document(job, request.user))
    if wants_json(request):
        return upload_answer(upload, status=422 if upload.state == Upload.State.REFUSED else 201, next=address)
    return HttpResponseRedirect(address, status=303)


def _safe_next(request: HttpRequest) -> str:
    """The address to go on to, if it is one of ours."""
    wanted = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if own and wanted.startswith("/") else ""


def no_room(user: Any) -> tuple[str, int] | None:
    """Why no file can be taken now, whatever it holds: the person's number for a day, or the room on the disk."""
    most = settings.UPLOADS_PER_DAY
    if Upload.objects.filter(user=user, created_at__gt=timezone.now() - timedelta(days=1)).count() >= most:
        return _("24小时内已上传%(most)s个文件，达到上限，请稍后再传或联系系统管理员。") % {"most": most}, 429
    folder = settings.DATA_DIR
    if folder.exists() and shutil.disk_usage(folder).free < settings.FREE_MEGABYTES * 1_000_000:
        return _("服务器存储空间不足，暂停接收文件；已有数据可以照常查看。请联系系统管理员。"), 503
    return None


def _refuse(request: HttpRequest, field: str, message: str, status: int) -> HttpResponseBase:
    """Say no without having read the form."""
    form = UploadForm(request.user, {}, {})
    form.errors.clear()
    form.add_error(None if field == "__all__" else field, message)
    return form_answer(form, status) if wants_json(request) else _list(request, form, status)


def _list(request: HttpRequest, form: UploadForm | None = None, status: int = 200) -> HttpResponse:
    chosen = UploadFilter(request.user, request.GET)
    chosen.is_valid()
    visible = visible_uploads(request.user).defer("sheets", "findings")
    page = Paginator(chosen.narrow(visible).order_by("-id"), _PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    by_state = dict(chosen.narrow(visible.select_related(None), but="state").order_by().values_list("state").annotate(count=Count("id")))
    may_upload = scope.may(request.user, Action.UPLOAD)
    context = {
        "title": _("上传与检查"),
        "form": (form if form is not None else UploadForm(request.user, initial={"next": request.GET.get("next", "")})) if may_upload else None,
        "next": request.POST.get("next") or request.GET.get("next", "") if form is None or status not in {413} else "",
        "filter": chosen,
        "chosen": {name: chosen.value(name) for name in ("state", "unit", "period", "q")},
        "states": [(value, label, by_state.get(value, 0)) for value, label in Upload.State.choices if by_state.get(value)],
        "total": sum(by_state.values()),
        "units": list(chosen.units),
        "page": page,
        "query": query.urlencode(),
        "limit": settings.UPLOAD_MEGABYTES,
        "limit_bytes": upload_limit(),
        "accepted": ACCEPTED,
    }
    return render(request, "exchange/list.html", context, status=status)

"""The page of a token's starter kit, and its files singly or as one archive."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import scope
from accounts.models import ApiToken
from accounts.roles import Action
from projects.models import Cut
from projects.past import find_cut
from reports.odata.starter import ZIP, Kit, archive, parts_of, tables_of

_CUTS = 200  # offered for choosing; any other can be named in the address


def _reader(view: Callable[..., HttpResponse]) -> Any:
    """For who may read, about a token of one's own that still opens something."""

    @never_cache
    @login_required
    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest, pk: int, **more: Any) -> HttpResponse:
        if not scope.may(request.user, Action.VIEW):
            raise PermissionDenied
        token = ApiToken.objects.select_related("unit", "user").filter(pk=pk, user=request.user.pk).first()
        if token is None or not token.is_live:
            raise Http404(f"token {pk}")
        return view(request, _kit(request, token), **more)

    return guarded


def _kit(request: HttpRequest, token: ApiToken) -> Kit:
    name = request.GET.get("cut", "")
    if name and ("\x00" in name or find_cut(name) is None):
        raise Http404(_("没有名为“%(name)s”的定格") % {"name": name[:60]})
    address = reverse("odata:service", kwargs={"cut": name} if name else None)
    return Kit(token, request.build_absolute_uri(address), name)


@_reader
def kit_page(request: HttpRequest, kit: Kit) -> HttpResponse:
    """What there is to download, and how it is used."""
    context = {
        "title": _("BI 连接文件"),
        "kit": kit,
        "tables": tables_of(),
        "zip": ZIP,
        "cuts": Cut.objects.exclude(made_at=None).values_list("name", flat=True).order_by("-id")[:_CUTS],
    }
    return render(request, "reports/kit.html", context)


@_reader
def kit_file(request: HttpRequest, kit: Kit, name: str) -> HttpResponse:
    """One file, or all of them."""
    parts = {} if name == ZIP else parts_of(kit)
    if name != ZIP and name not in parts:
        raise Http404(name[:60])
    body, media_type = (archive(kit), "application/zip") if name == ZIP else (parts[name].made(), parts[name].media_type)
    mark = f"{kit.cut}-" if kit.cut else ""
    shown = f"{mark}{name.rpartition('/')[2]}"
    return HttpResponse(body, content_type=media_type, headers={"Content-Disposition": content_disposition_header(True, shown) or ""})

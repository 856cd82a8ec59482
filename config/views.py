"""Small pages of the frame itself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.defaults import page_not_found, server_error

from accounts import scope
from accounts.roles import Action
from accounts.scope import for_user
from config.overview import waiting_for
from exchange.models import Upload
from projects.moment import KNOWN_KEY, MONTH_KEY, read_day, read_month


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a person lands: who sees business data at the dashboard, the others at the desk that shows what is theirs."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("home"))
    return redirect("reports:dashboard" if scope.may(request.user, Action.VIEW) else "admin:index")


@login_required
@require_safe
def todo(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, as a piece of a page."""
    return render(request, "admin/waiting.html", waiting_for(request.user))


@require_POST
def set_moment(request: HttpRequest) -> HttpResponse:
    """Keep the described month and the known day for this session, and go back to the page. What can't be read is cleared."""
    month = read_month(request.POST.get("month", ""))
    known = read_day(request.POST.get("known", ""))
    request.session[MONTH_KEY] = str(month) if month else ""
    request.session[KNOWN_KEY] = known.isoformat() if known else ""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "admin:index")


_READABLE = {"ensure_ascii": False}  # a person may look at it in a browser


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A condition in the address that is not served: told in the frame, as every other refusal is."""
    told = _("请求不能识别，已拒绝")
    return _for_machines(request, 400, "bad_request", told) or render(request, "400.html", status=400)


def nowhere(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere."""
    told = _("没有这个网址；全部数据表见 %(root)s") % {"root": reverse("api:root")}
    return _for_machines(request, 404, "not_found", told) or page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    told = _("系统出错，这一步没有完成；数据保持原样，错误已记录，请稍后再试")
    return _for_machines(request, 500, "error", told) or server_error(request)


def _for_machines(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse | None:
    """Programs read no pages: below their own addresses they get the form that their protocol has for errors."""
    if request.path_info.startswith(reverse("odata:service")):
        return JsonResponse(
            {"error": {"code": code, "message": message}}, status=status, headers={"OData-Version": "4.0"}, json_dumps_params=_READABLE
        )
    if request.path_info.startswith(reverse("api:root")):
        return JsonResponse({"code": code, "message": message, "errors": []}, status=status, json_dumps_params=_READABLE)
    return None


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@login_required
def upload_by_number(request: HttpRequest, number: int) -> HttpResponse:
    """From the number that history rows carry to the upload's own page; out of scope there is no such upload."""
    upload = get_object_or_404(for_user(Upload.objects.all(), request.user, Action.VIEW), pk=number)
    return redirect("exchange:upload", public_id=upload.public_id)

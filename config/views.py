"""Small pages of the frame itself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Action
from accounts.scope import for_user
from exchange.models import Upload
from projects.moment import KNOWN_KEY, MONTH_KEY, read_day, read_month


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


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A condition in the address that is not served: told in the frame, as every other refusal is."""
    return render(request, "400.html", status=400)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@login_required
def upload_by_number(request: HttpRequest, number: int) -> HttpResponse:
    """From the number that history rows carry to the upload's own page; out of scope there is no such upload."""
    upload = get_object_or_404(for_user(Upload.objects.all(), request.user, Action.VIEW), pk=number)
    return redirect("exchange:upload", public_id=upload.public_id)

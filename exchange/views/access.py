"""The gate that every upload page passes through: who is signed in, and which uploads exist for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language

from accounts import scope
from accounts.roles import Action
from exchange.models import Upload

View = Callable[..., HttpResponseBase]


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, and not a browser."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def english() -> bool:
    return (get_language() or "zh").startswith("en")


def wording(zh: str, en: str) -> str:
    """What a service said, in the language of the page."""
    return en if english() and en else zh


def signed_in(view: View) -> View:
    """Send strangers to the door (a script gets 401), and keep every answer out of caches."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            response = view(request, *args, **kwargs)
        elif wants_json(request) or request.path.endswith(".json"):
            response = JsonResponse({"error": {"code": "signed_out", "zh": "请先登录。", "en": "Sign in first."}}, status=401)
        else:
            response = redirect_to_login(request.get_full_path())
        add_never_cache_headers(response)
        return response

    return guarded


def visible_uploads(user: Any) -> QuerySet[Upload]:
    """The uploads that exist for this person: the own unit's; those of no unit for who sees the whole city."""
    return scope.for_user(
        Upload.objects.select_related("user", "unit", "period", "list_version__list", "committed_by", "undone_by"), user, Action.VIEW
    )


def upload_or_404(request: HttpRequest, public_id: str) -> Upload:
    """The upload with this address. One out of reach answers as one that was never there."""
    found = visible_uploads(request.user).filter(public_id=public_id).first()
    if found is None:
        raise Http404("no such upload")
    return found


def may_write(user: Any, upload: Upload, action: Action) -> bool:
    return scope.reaches(user, action, upload.unit_id)

"""405 in the frame: an address that only a button may call, opened in the address bar or by a reload."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse

from exchange.views.access import wants_json


class UnservedMethodMiddleware:
    """Views answer a wrong method with an empty page; a person gets words and a way on. Programs keep the bare answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content or wants_json(request):
            return response
        told = render(request, "405.html", {"upload_page": _upload_page(request)}, status=405)
        told["Allow"] = response["Allow"]
        return told


def _upload_page(request: HttpRequest) -> str:
    """The page of the upload that the address is about; empty for any other address."""
    match = request.resolver_match
    public_id = match.kwargs.get("public_id") if match is not None and match.namespace == "exchange" and match.url_name not in _JOBS else None
    return reverse("exchange:upload", args=[public_id]) if public_id else ""


_JOBS = frozenset({"job", "job-cancel", "job-file"})  # theirs is the number of a piece of work

"""The addresses of the API: every resource that the apps declared, and what stands beside them."""

from __future__ import annotations

from typing import Any

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import scope
from accounts.api.feed import Changes
from accounts.api.rendering import FastJSONRenderer
from accounts.api.resources import RESOURCES
from accounts.api.schema import TAGS, refusals
from accounts.api.views import resource_urls
from accounts.roles import Action
from exchange.api.streams import stream_urls
from exchange.api.urls import urlpatterns as upload_urls
from funding.api.urls import urlpatterns as fund_urls
from projects.api.history import ListReconciliation, history_urls
from projects.api.urls import urlpatterns as project_urls
from reports.api.urls import urlpatterns as report_urls

TAGS["root"] = _("目录")


class Root(APIView):
    """What there is: each resource with its address."""

    needs = Action.VIEW
    renderer_classes = [FastJSONRenderer, BrowsableAPIRenderer]

    @extend_schema(
        summary="全部数据表",
        description="每张表的名称、标题、地址，以及是否可按过去的时刻读。",
        tags=["root"],
        responses={200: dict, **refusals()},
        operation_id="root",
    )
    def get(self, request: Request) -> Response:
        found: list[dict[str, Any]] = [
            {"name": name, "title": str(one.title), "keeps_past": one.keeps_past, "url": request.build_absolute_uri(reverse(f"api:{name}-list"))}
            for name, one in RESOURCES.items()
        ]
        return Response({"resources": found})


class Schema(SpectacularJSONAPIView):
    """OpenAPI 3.1."""

    needs = Action.VIEW


def _page(template: str) -> Any:
    """A page that shows the schema. Its library writes styles into the page, so styles alone are let in; scripts stay our own files."""

    @csp_update({"style-src": [UNSAFE_INLINE], "worker-src": ["blob:"]})
    @login_required
    @require_safe
    def page(request: HttpRequest) -> HttpResponse:
        if not scope.may(request.user, Action.VIEW):
            raise PermissionDenied
        return render(request, template)

    return page


app_name = "api"
urlpatterns = [
    path("", Root.as_view(), name="root"),
    path("schema.json", Schema.as_view(), name="schema"),
    path("swagger/", _page("api/swagger.html"), name="swagger"),
    path("redoc/", _page("api/redoc.html"), name="redoc"),
    *project_urls,
    *fund_urls,
    *upload_urls,
    *resource_urls(),
    *stream_urls(),
    *report_urls,
    path("changes/", Changes.as_view(), name="changes"),
    path("list-versions/<int:pk>/reconciliation/", ListReconciliation.as_view(), name="list-reconciliation"),
    *history_urls(),
]

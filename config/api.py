"""The addresses of the API: every resource that the apps declared, and what stands beside them."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.rendering import FastJSONRenderer
from accounts.api.resources import RESOURCES
from accounts.api.views import resource_urls
from accounts.roles import Action


class Root(APIView):
    """What there is: each resource with its address."""

    action = Action.VIEW
    renderer_classes = [FastJSONRenderer, BrowsableAPIRenderer]

    def get(self, request: Request) -> Response:
        found: list[dict[str, Any]] = [
            {"name": name, "title": str(one.title), "url": request.build_absolute_uri(reverse(f"api:{name}-list"))} for name, one in RESOURCES.items()
        ]
        return Response({"resources": found})


app_name = "api"
urlpatterns = [path("", Root.as_view(), name="root"), *resource_urls()]

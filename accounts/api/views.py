"""The reading doors of every resource: the list and the row. Their schema is made from the resource too."""

from __future__ import annotations

from functools import cache, wraps
from typing import Any, ClassVar

from django.http import QueryDict
from django.urls import URLPattern, path
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.printed import can_print, print_page
from accounts.api.reading import Question, not_found, one_of, page_of, read_question, rows_of
from accounts.api.rendering import FastJSONRenderer
from accounts.api.resources import RESOURCES, Known, Resource
from accounts.api.schema import describe_list, describe_row, stem_of
from accounts.roles import Action


class ResourceView(APIView):
    """What the doors of one resource share."""

    resource_name: ClassVar[str] = ""
    needs: ClassVar[Action] = Action.VIEW
    renderer_classes = [FastJSONRenderer, BrowsableAPIRenderer]

    @property
    def resource(self) -> Resource:
        return RESOURCES[self.resource_name]


class ResourceList(ResourceView):
    """Many rows, page by page."""

    def get(self, request: Request) -> Response:
        told = request.query_params
        question = read_question(self.resource, told)
        rows = rows_of(question, request.user)
        if can_print(question) and isinstance(request.accepted_renderer, FastJSONRenderer):
            printed = print_page(question, rows)
            return Response(printed.body(_next(request, told, printed.next)), headers=state(question))
        page = page_of(question, rows, request.user)
        body: dict[str, Any] = {"results": page.rows, "next": _next(request, told, page.next)}
        if page.count is not None:
            body["count"] = page.count
        return Response(body, headers=state(question))


class ResourceRow(ResourceView):
    """One row by its number; its ETag is its revision."""

    def get(self, request: Request, pk: int) -> Response:
        told = request.query_params
        question = read_question(self.resource, told)
        found = one_of(question, rows_of(question, request.user), pk, request.user)
        if found is None:
            raise not_found()
        return Response(found, headers=etag(found) if question.known.is_now else state(question))


def state(question: Question) -> dict[str, str]:
    return state_of(question.resource, question.known)


def state_of(resource: Resource, known: Known) -> dict[str, str]:
    """The header that says which state is served where a past one was asked for: a table that keeps no past is told as it is now."""
    if known.is_now:
        return {}
    if not resource.keeps_past:
        return {"Pipeline-State": "now"}
    return {"Pipeline-State": "as_of" if known.cut is None else "cut"}


def etag(row: dict[str, Any]) -> dict[str, str]:
    """The header that says which state of the row this is."""
    return {"ETag": f'"{row["revision"]}"'} if "revision" in row else {}


def _next(request: Request, told: QueryDict, cursor: str) -> str | None:
    if not cursor:
        return None
    asked = told.copy()
    asked["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{asked.urlencode()}")


# Resource → what its list and its row do beside reading; each app adds its own with `serve` before the addresses are made.
_ALSO: dict[str, tuple[type[ResourceList], type[ResourceRow]]] = {}


def serve(name: str, *, many: type[ResourceList] = ResourceList, one: type[ResourceRow] = ResourceRow) -> None:
    """Let the list and the row of a resource be written at the addresses at which they are read."""
    _ALSO[name] = (many, one)


@cache
def views_of(name: str) -> tuple[type[ResourceList], type[ResourceRow]]:
    """The two views of a resource, each with its schema."""
    stem = stem_of(name)
    many_base, one_base = _ALSO.get(name, (ResourceList, ResourceRow))
    many: Any = type(f"{stem}List", (many_base,), {"resource_name": name, "get": describe_list(name)(_own(ResourceList.get))})
    one: Any = type(f"{stem}Row", (one_base,), {"resource_name": name, "get": describe_row(name)(_own(ResourceRow.get))})
    return many, one


def _own(function: Any) -> Any:
    """A function of the view's own, since a schema is written on it."""

    @wraps(function)
    def get(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer: Response = function(self, request, *args, **kwargs)
        return answer

    return get


def resource_urls() -> list[URLPattern]:
    """The addresses of every resource that was declared."""
    made = []
    for name in RESOURCES:
        many, one = views_of(name)
        made += [path(f"{name}/", many.as_view(), name=f"{name}-list"), path(f"{name}/<int:pk>/", one.as_view(), name=f"{name}-row")]
    return made

"""Which form an answer has, where the address says it and not the client's Accept."""

from __future__ import annotations

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.request import Request


class ByAddress(BaseContentNegotiation):
    """The address says which form; what a client says that it likes changes nothing. Errors are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ByFormat(DefaultContentNegotiation):
    """`?format=` may name a file that the view makes by itself; without one the client's Accept is asked as everywhere."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        told = request.query_params.get("format", "")
        if told and told not in [one.format for one in renderers]:
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)

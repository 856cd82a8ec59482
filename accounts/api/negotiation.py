"""Which form an answer has, where the address says it and not the client's Accept."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.request import Request


class ByAddress(BaseContentNegotiation):
    """The address says which form; what a client says that it likes changes nothing. Errors are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class NotOfferedError(Exception):
    """A form that an address does not have. Said as an error of the API by `accounts.api.errors`."""


class Offered(DefaultContentNegotiation):
    """What the client accepts; a `?format=` that is not offered is an error of the question, not a missing page."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:  # noqa: A002 -- REST framework's own name
        found = [one for one in renderers if one.format == format]
        if found:
            return found
        offered = ", ".join(one.format for one in renderers)
        told = _("没有“%(value)s”格式，可选：%(all)s；整表文件请用 .csv、.ndjson、.xlsx、.parquet 的网址")
        raise NotOfferedError(told % {"value": format[:40], "all": offered})


class ByFormat(Offered):
    """`?format=` may name a file that the view makes by itself; without one the client's Accept is asked as everywhere."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        told = request.query_params.get("format", "")
        if told and told not in [one.format for one in renderers]:
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)

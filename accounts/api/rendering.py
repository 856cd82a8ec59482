"""JSON by orjson: dates, moments in UTC, numbers as the shortest text that reads back the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def plain(value: Any) -> Any:
    """What orjson does not know: decimals as numbers, anything lazy as its text."""
    return float(value) if isinstance(value, Decimal) else str(value)


def json_bytes(data: Any, *, indent: bool = False) -> bytes:
    return orjson.dumps(data, default=plain, option=_OPTIONS | (orjson.OPT_INDENT_2 if indent else 0))


class FastJSONRenderer(JSONRenderer):
    """The renderer of every JSON answer; bytes that are JSON already go out as they are. Indented where the browser's page shows it."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        if isinstance(data, bytes):
            return data
        return json_bytes(data, indent=bool(self.get_indent(accepted_media_type or "", renderer_context or {})))

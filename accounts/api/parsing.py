"""JSON read exactly: numbers with a point as decimals, and nothing that no column could hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class ExactJSONParser(JSONParser):
    """Refuses what is no JSON, and text that can't be stored: NUL, halves of surrogate pairs."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        raw: bytes = stream.read()
        try:
            text = raw.decode()
            data = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
            if "\\u" in text:
                _refuse_unstorable(data)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("内容不是正确的 JSON：%(error)s") % {"error": str(error)[:200]}) from None
        return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _refuse_unstorable(data: Any) -> None:
    told = json.dumps(data, ensure_ascii=False, default=str)
    told.encode()  # fails for half a pair
    if "\\u0000" in told:
        raise ValueError("\\u0000")

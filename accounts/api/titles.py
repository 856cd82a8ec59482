"""What a door of the API is called on the page that a browser shows: the words of its schema, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.views import APIView

# The schema asks its view for the version alone; the crumbs of a page are made of views without a request.
_BARE = APIView(request=None, kwargs={})
_METHODS = ("get", "post", "patch", "put")


def view_name(view: Any) -> str:
    return _of(view, "get_summary") or _("数据接口")


def view_description(view: Any, html: bool = False) -> str:
    """Plain words; the page escapes them."""
    return _of(view, "get_description")


def _of(view: Any, part: str) -> str:
    """What the schema of the view's first method says, translated where a translation stands."""
    for method in _METHODS:
        schema_class = getattr(getattr(view, method, None), "kwargs", {}).get("schema")
        if schema_class is not None:
            schema = schema_class()
            schema.view = _BARE
            found = str(getattr(schema, part)() or "")
            return _(found) if found else ""
    return ""

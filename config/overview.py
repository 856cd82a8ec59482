"""What the overview shows: the lists against what was declared, the month's figure, what waits, and what to do next."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def overview(request: HttpRequest) -> dict[str, Any]:
    return {}

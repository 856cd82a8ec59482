"""Where the thing that keeps a place from going back can be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.urls import reverse


def cause_link(line: Mapping[str, Any]) -> str:
    """The page of the nearest row that has one; empty for lines without any, as those of old records are."""
    for table, key in line.get("places") or ():
        model = apps.get_model(table)
        if admin.site.is_registered(model):
            return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])
    return ""

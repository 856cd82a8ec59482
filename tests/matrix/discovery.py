"""What the running product has: addresses, the admin's models with their actions, type-ahead fields, commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.management import get_commands
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User

# What the admin site makes for each model by itself; everything else is a page of its own.
ROW_VERBS = ("changelist", "add", "change", "delete", "history")


def _walk(patterns: list[Any], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name or pattern.pattern}", pattern


def addresses() -> set[str]:
    """Every named address, and the unnamed ones by their pattern."""
    return {name for name, _pattern in _walk(get_resolver().url_patterns)}


def model_labels() -> set[str]:
    """Models that have pages in the admin."""
    return {model._meta.label_lower for model in admin.site._registry}


def row_addresses() -> set[str]:
    """Addresses that the admin makes for every model."""
    return {f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}" for model in admin.site._registry for verb in ROW_VERBS}


def own_addresses() -> set[str]:
    """Addresses that need a page entry each."""
    return addresses() - row_addresses()


def actions() -> set[tuple[str, str]]:
    """(model, action) of every action over chosen rows, as the person who may do everything is offered them."""
    request = RequestFactory().get("/")
    request.user = User(username="everything", is_superuser=True, is_active=True)
    return {(model._meta.label_lower, name) for model, page in admin.site._registry.items() for name in page.get_actions(request)}


def type_ahead() -> list[tuple[str, str, str, str]]:
    """(app, model, field, model that it chooses from) of every field that the type-ahead address answers for.

    A history table has the fields of its model, and the same pages behind them.
    """
    searched = {model for model, page in admin.site._registry.items() if page.search_fields}
    return sorted(
        (model._meta.app_label, model._meta.model_name or "", field.name, field.related_model._meta.label_lower)
        for model in apps.get_models()
        if not hasattr(model, "history_id")
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if field.is_relation and field.related_model in searched
    )


def commands() -> dict[str, str]:
    """Command → the app that brings it; those of Django itself are not the product's."""
    return {name: str(app) for name, app in get_commands().items() if not str(app).startswith("django.")}

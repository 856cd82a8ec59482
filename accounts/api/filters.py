"""Filters for every column of a resource, made with django-filter; a parameter that names nothing is an error, not silence."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from accounts.api.fields import ORDERED, Field, Kind
from accounts.api.resources import RESOURCES, Resource

_COMPARISONS = ("gt", "gte", "lt", "lte")


class InText(filters.BaseInFilter, filters.CharFilter):  # type: ignore[misc]
    """A list of texts: a,b,c."""


class InNumber(filters.BaseInFilter, filters.NumberFilter):  # type: ignore[misc]
    """A list of numbers: 1,2,3."""


def _classes(field: Field) -> tuple[Any, dict[str, Any]]:
    """The filter for one value of a kind, and what it is told."""
    if field.kind is Kind.BOOLEAN:
        return filters.BooleanFilter, {}
    if field.kind is Kind.DATE:
        return filters.DateFilter, {}
    if field.kind is Kind.DATETIME:
        return filters.IsoDateTimeFilter, {}
    if field.kind in (Kind.MONEY, Kind.DECIMAL):
        return filters.NumberFilter, {"decimal_places": 6, "max_digits": 24}
    if field.kind is Kind.INTEGER:
        return filters.NumberFilter, {"decimal_places": 0, "max_digits": 24}
    return filters.CharFilter, {"max_length": 300, "strip": False}


def lookups(field: Field) -> dict[str, Any]:
    """Parameter → its filter, for one column."""
    if field.kind is Kind.JSON:
        return {}
    cls, told = _classes(field)
    label = field.heading
    made = {field.name: cls(field_name=field.path, label=label, **told)}
    if field.kind in ORDERED:
        made |= {f"{field.name}__{one}": cls(field_name=field.path, lookup_expr=one, label=label, **told) for one in _COMPARISONS}
    if field.is_text:
        made[f"{field.name}__in"] = InText(field_name=field.path, lookup_expr="in", label=label)
        made[f"{field.name}__startswith"] = filters.CharFilter(field_name=field.path, lookup_expr="startswith", label=label, max_length=300)
    if field.kind is Kind.TEXT:
        made[f"{field.name}__contains"] = filters.CharFilter(field_name=field.path, lookup_expr="icontains", label=label, max_length=300)
    if field.kind is Kind.INTEGER:
        made[f"{field.name}__in"] = InNumber(field_name=field.path, lookup_expr="in", label=label, **told)
    if field.is_null:
        made[f"{field.name}__isnull"] = filters.BooleanFilter(field_name=field.path, lookup_expr="isnull", label=label)
    return made


@cache
def filterset(name: str) -> type[filters.FilterSet]:
    """The filters of a resource."""
    resource = RESOURCES[name]
    made = {key: one for field in resource.fields for key, one in lookups(field).items()}
    return type(f"{resource.model.__name__}Filters", (filters.FilterSet,), made)


@lru_cache(maxsize=256)
def _asked(name: str, names: frozenset[str]) -> type[filters.FilterSet]:
    """Some filters of a resource: all of them are hundreds, and each question copies what its set has."""
    every = filterset(name).base_filters
    return type("Asked", (filters.FilterSet,), {key: every[key] for key in every if key in names})


def narrow(resource: Resource, rows: QuerySet[Any], told: Any) -> tuple[QuerySet[Any], dict[str, list[str]]]:
    """The rows that pass the filters, and what is wrong with parameters (parameter → messages)."""
    names = filterset(resource.name).base_filters.keys() & set(told)
    if not names:
        return rows, {}
    asked = _asked(resource.name, frozenset(names))(told, queryset=rows)
    if not asked.form.is_valid():
        return rows, {name: [str(one) for one in errors] for name, errors in asked.form.errors.items()}
    return asked.filter_queryset(rows), {}


def unknown(resource: Resource, names: Any, reserved: frozenset[str]) -> dict[str, list[str]]:
    """Parameters that this resource does not have, each with the nearest that it has."""
    known = {*filterset(resource.name).base_filters, *reserved}
    return {name: get_close_matches(name, known, 3) for name in names if name not in known}

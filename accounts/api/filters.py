"""Filters for every column of a resource, made with django-filter; a parameter that names nothing is an error, not silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.api.fields import ORDERED, Field, Kind
from accounts.api.resources import RESOURCES, Resource

# Parameters of every list beside its filters; a column of such a name is compared with __gte and its like.
COMMON = frozenset({"fields", "include", "ordering", "cursor", "page_size", "count", "search", "as_of", "cut", "format"})
_SHOWN = 40  # characters of a wrong value that are repeated
_COMPARISONS = ("gt", "gte", "lt", "lte")


class InText(filters.BaseInFilter, filters.CharFilter):  # type: ignore[misc]
    """A list of texts: a,b,c."""


class InNumber(filters.BaseInFilter, filters.NumberFilter):  # type: ignore[misc]
    """A list of numbers: 1,2,3."""


class MomentField(filters.fields.IsoDateTimeField):  # type: ignore[misc]
    """A moment in world time: PostgreSQL takes no zone of more than 16 hours, and the first and the last years have no other."""

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class YesNoField(forms.Field):
    """True or false in the forms that programs write; what is neither is told, never passed over."""

    _READ: ClassVar[dict[str, bool]] = {"true": True, "1": True, "false": False, "0": False}

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        found = self._READ.get(str(value).lower())
        if found is None:
            raise ValidationError(_("应为 true 或 false，读到“%(value)s”"), code="invalid", params={"value": str(value)[:_SHOWN]})
        return found


class YesNo(filters.Filter):  # type: ignore[misc]
    """A truth."""

    field_class = YesNoField


class CodeField(forms.CharField):
    """One of a column's codes; another would be an empty answer that looks like one."""

    def __init__(self, *, codes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.codes = codes

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found and found not in self.codes:
            told = {"value": str(found)[:_SHOWN], "all": ", ".join(self.codes)}
            raise ValidationError(_("没有“%(value)s”，可选：%(all)s"), code="invalid", params=told)
        return found


class Code(filters.CharFilter):  # type: ignore[misc]
    """One of a column's codes."""

    field_class = CodeField


class InCode(filters.BaseInFilter, Code):  # type: ignore[misc]
    """Some of a column's codes: a,b,c."""


class Moment(filters.IsoDateTimeFilter):  # type: ignore[misc]
    """A moment with its zone, or in the city's."""

    field_class = MomentField


def _classes(field: Field) -> tuple[Any, dict[str, Any]]:
    """The filter for one value of a kind, and what it is told."""
    if field.kind is Kind.BOOLEAN:
        return YesNo, {}
    if field.kind is Kind.DATE:
        return filters.DateFilter, {}
    if field.kind is Kind.DATETIME:
        return Moment, {}
    if field.kind in (Kind.MONEY, Kind.DECIMAL):
        return filters.NumberFilter, {"decimal_places": 6, "max_digits": 24}
    if field.kind is Kind.INTEGER:
        return filters.NumberFilter, {"decimal_places": 0, "max_digits": 24}
    if field.kind is Kind.CHOICE:
        return Code, {"codes": [str(value) for value, _words in field.final.flatchoices if value not in (None, "")]}
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
        several, more = (InCode, told) if field.kind is Kind.CHOICE else (InText, {})
        made[f"{field.name}__in"] = several(field_name=field.path, lookup_expr="in", label=label, **more)
        made[f"{field.name}__startswith"] = filters.CharFilter(field_name=field.path, lookup_expr="startswith", label=label, max_length=300)
    if field.kind is Kind.TEXT:
        made[f"{field.name}__contains"] = filters.CharFilter(field_name=field.path, lookup_expr="icontains", label=label, max_length=300)
    if field.kind is Kind.INTEGER:
        made[f"{field.name}__in"] = InNumber(field_name=field.path, lookup_expr="in", label=label, **told)
    if field.is_null:
        made[f"{field.name}__isnull"] = YesNo(field_name=field.path, lookup_expr="isnull", label=label)
    return made


@cache
def filterset(name: str) -> type[filters.FilterSet]:
    """The filters of a resource."""
    resource = RESOURCES[name]
    made = {key: one for field in resource.fields for key, one in lookups(field).items() if key not in COMMON}
    return type(f"{resource.model.__name__}Filters", (filters.FilterSet,), made)


@lru_cache(maxsize=256)
def _asked(name: str, names: frozenset[str]) -> type[filters.FilterSet]:
    """Some filters of a resource: all of them are hundreds, and each question copies what its set has."""
    every = filterset(name).base_filters
    return type("Asked", (filters.FilterSet,), {key: every[key] for key in every if key in names})


def read_filters(resource: Resource, told: Any, wrong: dict[str, list[str]]) -> filters.FilterSet | None:
    """The filters among the parameters, read; None if there are none. What can't be read is added to `wrong` (parameter → messages)."""
    names = filterset(resource.name).base_filters.keys() & set(told)
    if not names:
        return None
    asked = _asked(resource.name, frozenset(names))(told, queryset=QuerySet(resource.model))
    wrong |= {name: [str(one) for one in errors] for name, errors in asked.form.errors.items()}
    return asked


def unknown(resource: Resource, names: Any, reserved: frozenset[str]) -> dict[str, list[str]]:
    """Parameters that this resource does not have, each with the nearest that it has."""
    known = {*filterset(resource.name).base_filters, *reserved}
    return {name: get_close_matches(name, known, 3) for name in names if name not in known}

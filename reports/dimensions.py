"""What the values of a pivot's dimensions are called, by which key a question takes them, and in which order they are printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from accounts.models import ReportingUnit
from funding.models.accounts import FundSource
from projects.models import Classification, Project
from projects.models.lookups import stage_choices
from projects.values import Month
from reports.selection import NONE

DROPPED = "dropped"  # the key of projects that no list holds any more, whose money stays counted
_WORDS: Mapping[str, Callable[[], Any]] = {"stage": stage_choices, "kind": lambda: Project.Kind.choices, "source": lambda: FundSource.choices}


class Named(NamedTuple):
    """Place in the order, key and words of a value."""

    place: int
    key: str
    words: str


def named(name: str, values: set[Any]) -> dict[Any, Named]:
    if name == "month":
        return {value: Named(value, str(Month.from_index(value)), str(Month.from_index(value))) for value in values}
    said = _words(name, values)
    places = {value: place for place, value in enumerate(said)}
    other = {value: (NONE, _("未分领域")) if value in (0, None) else (str(value), str(value)) for value in values}
    return {value: Named(places.get(value, len(places)), *said.get(value, other[value])) for value in values}


def _words(name: str, values: set[Any]) -> dict[Any, tuple[str, str]]:
    """Value → key and words, in the order they are printed."""
    if name == "unit":
        found = ReportingUnit.objects.order_by("sort_order", "pk").values_list("pk", "key", "short_name")
        return {pk: (key, words) for pk, key, words in found}
    if name == "sector":
        rows = Classification.objects.filter(pk__in=values - {0, None}).order_by("scheme", "sort_order", "pk")
        return {row.pk: (f"{row.scheme}.{row.code}", row.name) for row in rows}
    if name == "list":
        listed = {key: (str(key), str(words)) for key, words in _WORDS["kind"]()}
        return {**listed, NONE: (NONE, _("清单外项目")), DROPPED: (DROPPED, _("已调出清单或退库"))}
    return {key: (str(key), str(words)) for key, words in _WORDS[name]()}

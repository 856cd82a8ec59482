"""The lookup rows that money is judged by: limits in force on a day, the fields bonds may go to in a year, the days nobody works on."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from funding.records import Areas, Limits
from projects.models import Classification, Holiday, Threshold
from projects.workflow import Holidays


def limits_on(day: date) -> Limits:
    """The limits in force on a day; of several rows of a code the one that came into force last. One query."""
    rows = Threshold.objects.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day))
    return Limits.from_rows(rows.order_by("valid_from", "id").values_list("code", "key", "value"))


def limits_of(year: int, until: date) -> Limits:
    """The limits a year's money is judged by as of a day: once the year is over, those it ended with. One query."""
    return limits_on(min(until, date(year, 12, 31)))


def use_areas(year: int) -> QuerySet[Classification]:
    """The fields that bonds of a year may go to."""
    return _of_year(Classification.Scheme.USE_AREA, year)


def negative_items(year: int) -> QuerySet[Classification]:
    """What bonds of a year may not go to; none in the years that had no negative list."""
    return _of_year(Classification.Scheme.NEGATIVE, year)


def areas_of(year: int) -> Areas:
    """Both lists of a year. Two queries."""
    return Areas(dict(use_areas(year).values_list("code", "name")), dict(negative_items(year).values_list("code", "name")))


def _of_year(scheme: str, year: int) -> QuerySet[Classification]:
    rows = Classification.objects.filter(scheme=scheme)
    return rows.filter(Q(valid_from=None) | Q(valid_from__lte=year), Q(valid_to=None) | Q(valid_to__gte=year)).order_by("sort_order", "id")


def holidays() -> Holidays:
    """The days that are worked on, or not, against their weekday. One query."""
    return dict(Holiday.objects.values_list("date", "is_workday"))

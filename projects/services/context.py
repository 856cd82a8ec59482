"""What rules judge in, read from the lookup rows of a year: thresholds, stage table, regions, divisions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import Division, ReportingUnit
from projects.models import StageField, Threshold
from projects.period import WHOLE, Period
from projects.records import Context, DivisionRecord, Thresholds
from projects.stages import DEFAULT_TABLE, StageTable
from projects.values import Month

M = TypeVar("M", Threshold, StageField)


def build_context(
    *,
    year: int,
    today: date,
    month: Month | Period | None = None,
    asked: Iterable[str] | None = None,
    by_city: bool = False,
    with_divisions: bool = False,
) -> Context:
    """The context of a plan year. Four queries; one more with divisions, which only doors that take a typed district need."""
    divisions = list(Division.objects.select_related("successor"))
    city = settings.CITY_CODE
    rows = _valid(Threshold.objects.order_by("valid_from"), year).values_list("code", "key", "value", "source")
    stage_rows = _valid(StageField.objects.order_by("id"), year).values("field", "stage", "label", "blocks", "kind")
    return Context(
        plan_year=year,
        today=today,
        month=month.month if isinstance(month, Period) else month,
        half=month.half if isinstance(month, Period) else WHOLE,
        region_prefix=city.rstrip("0") if not city.endswith("0000") else city[:2],
        open_regions=frozenset({city, *(division.code for division in divisions if division.level == Division.Level.STATISTICAL)}),
        region_successors={division.code: division.successor.code for division in divisions if division.successor is not None},
        divisions=_by_name(divisions) if with_divisions else None,
        thresholds=Thresholds.from_rows((code, key or None, value, source) for code, key, value, source in rows),
        stage_table=StageTable.from_rows(stage_rows) if stage_rows else DEFAULT_TABLE,
        asked=frozenset(asked) if asked is not None else None,
        by_city=by_city,
    )


def _valid(rows: QuerySet[M], year: int) -> QuerySet[M]:
    return rows.filter(
        Q(valid_from=None) | Q(valid_from__lte=date(year, 12, 31)),
        Q(valid_to=None) | Q(valid_to__gte=date(year, 1, 1)),
    )


def _by_name(divisions: Iterable[Division]) -> dict[str, DivisionRecord]:
    """Every name a division goes by → the division; units give their names to the division they lie in."""
    found: dict[str, DivisionRecord] = {}
    records = {}
    for division in divisions:
        successor = division.successor.name if division.successor is not None else None
        record = DivisionRecord(division.code, division.name, division.valid_from, division.valid_to, successor)
        records[division.pk] = record
        for name in (division.code, division.name, division.short_name):
            if name:
                found.setdefault(name, record)
    for unit in ReportingUnit.objects.exclude(division=None):
        for name in (unit.name, unit.short_name, *unit.aliases):
            found.setdefault(name, records[unit.division_id or 0])
    return found

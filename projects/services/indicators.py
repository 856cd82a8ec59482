"""What rules ask of monitored indicators: rows as records, with the figures that are known beside them."""

from __future__ import annotations

from datetime import date

from projects.findings import Finding
from projects.indicators import Better, Definition, DefinitionRecord, Every, FigureRecord, Kind, Reading
from projects.models import Indicator, IndicatorTarget, IndicatorValue
from projects.rules.indicators import DEFINITION_RULES, FIGURE_RULES, run
from projects.values import Month


def definition_of(indicator: Indicator) -> Definition:
    return Definition(Kind(indicator.kind), indicator.measure, Better(indicator.better), Every(indicator.every), indicator.is_cumulative)


def reading_of(row: IndicatorValue) -> Reading:
    return Reading(Month(row.year, row.month), row.value, row.nation_value, row.province_value)


def check_indicator(indicator: Indicator) -> list[Finding]:
    return run(DEFINITION_RULES, DefinitionRecord(Kind(indicator.kind), indicator.measure)) if indicator.kind in set(Kind) else []


def check_value(row: IndicatorValue, today: date) -> list[Finding]:
    """One query."""
    record = FigureRecord(
        definition=definition_of(row.indicator),
        year=row.year,
        month=row.month,
        value=row.value,
        today=today,
        nation=row.nation_value,
        province=row.province_value,
        published_on=row.published_on,
        known=_known(row.indicator_id, row.unit_id, row.pk),
    )
    return run(FIGURE_RULES, record)


def check_target(row: IndicatorTarget, today: date) -> list[Finding]:
    """One query."""
    known = _known(row.indicator_id, row.unit_id, None)
    return run(FIGURE_RULES, FigureRecord(definition_of(row.indicator), row.year, None, row.value, today, is_target=True, known=known))


def _known(indicator_id: int, unit_id: int | None, but: int | None) -> tuple[Reading, ...]:
    """The other figures of the indicator and place, in order of time."""
    rows = IndicatorValue.objects.filter(indicator=indicator_id, unit=unit_id).order_by("year", "month")
    return tuple(reading_of(row) for row in rows if row.pk != but)

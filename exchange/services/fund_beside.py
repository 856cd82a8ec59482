"""Money of other sources in a central sheet: what is given with the plan is posted, what is not is said, once for its column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from exchange.funds import BESIDE, step_of
from exchange.parse import Place, PlacedFinding, PlannedColumn, ReadRow
from exchange.services.setting import Seen
from exchange.sheets import Kind
from exchange.sheets.money import Standing, is_of_district, standing
from funding.ledger import Step
from funding.models.accounts import FundSource
from projects.findings import Finding, Severity

_SAID = {Standing.OF_TOTAL: ("fund_source_planned", Severity.INFO), Standing.UNCLEAR: ("fund_source_unclear", Severity.REASON)}
_USUAL = {"prov_match_wan": FundSource.PROVINCE, "city_match_wan": FundSource.CITY, "self_raised_wan": FundSource.OWN}
_WORDS = {FundSource.PROVINCE: "省级", FundSource.CITY: "市级", FundSource.DISTRICT: "区市级", FundSource.OWN: "自筹"}


@dataclass(frozen=True, slots=True)
class Beside:
    """Whose money a column of a row tells of, and what it did."""

    field: str
    source: str
    word: str
    step: Step


def beside(row: ReadRow, seen: Seen) -> Iterator[Beside]:
    """The columns that are posted; the others are told at their heading, if they hold anything."""
    if row.kind is not Kind.CENTRAL:
        return
    for name in BESIDE:
        column, value = row.table.column(name), row.values.get(name)
        if column is None or not isinstance(value, Decimal):
            continue
        told = standing(column.heading, has_composition=row.table.column("central_total_wan") is not None)
        if told is Standing.WITH_PLAN:
            source = FundSource.DISTRICT if name == "city_match_wan" and is_of_district(column.heading) else _USUAL[name]
            yield Beside(name, source.value, _WORDS[source], step_of(column.heading, Step.ASSIGN))
        elif value:
            _say(row, column, told, seen)


def _say(row: ReadRow, column: PlannedColumn, told: Standing, seen: Seen) -> None:
    code, severity = _SAID[told]
    place = Place(row.sheet, row.table.header_bottom, column.letter, column.heading)
    if (code, place) not in seen.tables:
        seen.tables.add((code, place))
        seen.said.append(PlacedFinding(Finding(code, severity, column.field, {"heading": column.heading}), place))

"""Rules on monitored indicators. Pure. Run by the admin form and the API alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeAlias, TypeVar

from projects import indicator_wording as indicator_wording  # every code said here is worded once this is imported
from projects.findings import Finding
from projects.indicators import PERCENT, POINTS, UNIT_OF, DefinitionRecord, FigureRecord, Kind
from projects.measures import plain_text
from projects.rules.saying import Said, blocks, reason

R = TypeVar("R")
Rule: TypeAlias = Callable[[R], Said]

_EVERY_ZH = {"month": "每月", "quarter": "每季度", "half": "每半年", "year": "每年"}
_ONE = Decimal(1)
_ALL = Decimal(100)


def unit_of_kind(record: DefinitionRecord) -> Said:
    """A rate is written in %, a difference of rates in 百分点, an amount in neither: the words of every sentence follow from it."""
    right = UNIT_OF.get(record.kind)
    if right is not None and record.measure != right:
        return blocks("indicator_unit", "measure", found=record.measure, right_zh=right, right_en=_english(right))
    if right is None and record.measure in (PERCENT, POINTS):
        return blocks("indicator_amount_unit", "measure", found=record.measure)
    return None


def _english(measure: str) -> str:
    return "percentage points (百分点)" if measure == POINTS else measure


def year_given(record: FigureRecord) -> Said:
    """A target without its year would count for every year; a value without it for none."""
    return blocks("indicator_year_missing", "year") if record.year is None else None


def month_in_year(record: FigureRecord) -> Said:
    """A month is 1 to 12, and one at whose end the indicator has a figure."""
    if record.is_target or record.month is None:
        return None
    if not 1 <= record.month <= 12:
        return blocks("indicator_month", "month", month=record.month)
    every = record.definition.every
    if record.month not in every.months:
        months = "、".join(map(str, every.months))
        return blocks("indicator_month_off", "month", month=record.month, every_zh=_EVERY_ZH[every], every_en=every.value, months=months)
    return None


def month_is_over(record: FigureRecord) -> Said:
    """There is no figure of a month that is not over."""
    if record.is_target or record.year is None or record.month is None or not 1 <= record.month <= 12:
        return None
    if (record.year, record.month) < (record.today.year, record.today.month):
        return None
    return blocks("indicator_month_ahead", "month", period=f"{record.year}-{record.month:02d}", today=str(record.today))


def percent_not_ratio(record: FigureRecord) -> Said:
    """A rate of 4 % is written 4. What is written 0.04 or 0.495 was most likely meant a hundred times as large."""
    if not record.definition.kind.is_rate:
        return None
    said: list[Finding] = []
    for field, value in (("value", record.value), ("nation_value", record.nation), ("province_value", record.province)):
        if value is not None and _looks_like_ratio(record, value):
            said.append(reason("indicator_ratio", field, value=plain_text(value), meant=plain_text(value * _ALL), measure=record.definition.measure))
    return tuple(said)


def _looks_like_ratio(record: FigureRecord, value: Decimal) -> bool:
    """Below one, and either with more digits than rates are published with, or a share, or nearer to its kin when taken as a ratio."""
    if value.is_zero() or abs(value) >= _ONE:
        return False
    if value != value.quantize(Decimal("0.1")) or record.definition.kind is Kind.SHARE:
        return True
    kin = record.known[-1].value if record.known else None
    return kin is not None and abs(value * _ALL - kin) < abs(value - kin)


def share_is_part(record: FigureRecord) -> Said:
    """A share lies between nothing and the whole."""
    if record.definition.kind is not Kind.SHARE or record.value is None or 0 <= record.value <= _ALL:
        return None
    return blocks("indicator_share", "value", value=plain_text(record.value))


def sum_not_falling(record: FigureRecord) -> Said:
    """What is added up from January does not fall within its year."""
    definition, value = record.definition, record.value
    if definition.kind is not Kind.AMOUNT or not definition.is_cumulative or value is None:
        return None
    before = [one for one in record.known if one.month.year == record.year and one.month.month < (record.month or 0)]
    if not before or value >= before[-1].value:
        return None
    old = before[-1]
    return reason("indicator_falls", "value", value=plain_text(value), old=plain_text(old.value), period=str(old.month), measure=definition.measure)


def published_after_month(record: FigureRecord) -> Said:
    """A figure is published once its month is over."""
    if record.published_on is None or record.year is None or record.month not in range(1, 13):
        return None
    if (record.published_on.year, record.published_on.month) > (record.year, record.month):
        return None
    return reason("indicator_published", "published_on", day=str(record.published_on), period=f"{record.year}-{record.month:02d}")


DEFINITION_RULES: tuple[Rule[DefinitionRecord], ...] = (unit_of_kind,)
FIGURE_RULES: tuple[Rule[FigureRecord], ...] = (
    year_given,
    month_in_year,
    month_is_over,
    percent_not_ratio,
    share_is_part,
    sum_not_falling,
    published_after_month,
)


def run(rules: Sequence[Rule[R]], record: R) -> list[Finding]:
    """Run a tuple of rules over a record and gather everything they say."""
    found: list[Finding] = []
    for rule in rules:
        said = rule(record)
        if said:
            found += [said] if isinstance(said, Finding) else said
    return found

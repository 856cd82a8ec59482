"""Readers of numbers that are not money: interest rates, shares, terms, land. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

from exchange.cells.amounts import plain, plain_number
from exchange.cells.base import (
    CellReading,
    CellValue,
    FieldReader,
    ReadContext,
    error,
    info,
    is_empty,
    plain_text,
    said,
    shown_raw,
    warning,
    without_value,
)
from exchange.raw import RawValue
from projects.values import LandUnit, to_mu

_PERCENT = re.compile(r"(?:约|近)?([-+]?\d+(?:\.\d+)?)[%％]")
_TERM = re.compile(r"(?:约)?(\d{1,2}(?:\.0+)?)(?:年期?|Y|y)?")
_SUSPECT_BELOW = Decimal("0.5")
_SUSPECT_ABOVE = Decimal(15)
_LAND = re.compile(r"(?:约|近)?(\d+(?:\.\d+)?)(亩|公顷|平方米|㎡|m2|平方公里)?(?:左右)?")
_LONGEST_AREA = 12
_LAND_UNITS = {"亩": LandUnit.MU, "公顷": LandUnit.HECTARE, "平方米": LandUnit.SQUARE_METRE, "㎡": LandUnit.SQUARE_METRE, "m2": LandUnit.SQUARE_METRE}


def rate_reader(field: str = "rate_percent") -> FieldReader:
    """Make a reader of interest rates in percent."""

    def read(raw: RawValue, percent: bool) -> CellValue | CellReading:
        if is_empty(raw):
            return None
        closed = without_value(raw, field)
        if closed is not None:
            return closed
        number, was_marked = _share(raw, percent)
        if number is None:
            return said(error("amount_not_number", field, raw=shown_raw(raw)))
        if number < 0:
            return CellReading(number, (error("amount_negative", field, value=plain(number)),))
        if not was_marked and 0 < number < _SUSPECT_BELOW:
            value = number * 100
            return CellReading(value, (warning("interest_suspect", field, raw=plain(number), value=plain(value)),), f"{plain(value)}%")
        if number > _SUSPECT_ABOVE or (was_marked and 0 < number < Decimal("0.1")):
            return CellReading(number, (warning("interest_suspect", field, raw=plain(number), value=""),))
        return CellReading(number, (), f"{plain(number)}%") if was_marked else number

    return read


def percent_reader(field: str, context: ReadContext) -> FieldReader:
    """Make a reader of shares (占年度计划%), in percent; over 100 is normal."""
    fractions = context.fractions

    def read(raw: RawValue, percent: bool) -> CellValue | CellReading:
        if (type(raw) is float or type(raw) is int) and -1e6 < raw < 1e6:
            return Decimal(repr(round(raw * 100 if fractions or percent else raw, 6)))
        if raw is None or is_empty(raw):
            return None
        number, was_marked = _share(raw, percent)
        if number is None:
            return said(info("share_unreadable", field, raw=shown_raw(raw)))
        return number * 100 if fractions and not was_marked else number

    return read


def _share(raw: RawValue, percent: bool) -> tuple[Decimal | None, bool]:
    """The number in percent, and whether the cell itself said that it is a percentage."""
    if type(raw) is str:
        marked = _PERCENT.fullmatch(plain_text(raw).replace(" ", ""))
        if marked is not None:
            return Decimal(marked[1]), True
    number = plain_number(raw)
    if number is not None and percent:
        return (number * 100).normalize() + Decimal(0), True
    return number, False


def term_reader(field: str = "term_years") -> FieldReader:
    """Make a reader of bond terms in whole years."""

    def read(raw: RawValue, percent: bool) -> CellValue | CellReading:
        if is_empty(raw):
            return None
        closed = without_value(raw, field)
        if closed is not None:
            return closed
        found = _TERM.fullmatch(plain_text(raw).replace(" ", ""))
        if found is None:
            return said(error("amount_not_number", field, raw=shown_raw(raw)))
        return int(float(found[1]))

    return read


def land_reader(field: str, unit: LandUnit) -> FieldReader:
    """Make a reader of land areas in 亩."""

    def read(raw: RawValue, percent: bool) -> CellValue | CellReading:
        if type(raw) is float or type(raw) is int:
            return to_mu(Decimal(repr(raw)), unit) if 0 <= raw < 1e9 else said(info("land_unreadable", field, raw=shown_raw(raw)))
        if is_empty(raw):
            return None
        closed = without_value(raw, field)
        if closed is not None:
            return closed
        found = _LAND.fullmatch(plain_text(raw).replace(" ", "").replace(",", ""))
        if found is None or len(found[1]) > _LONGEST_AREA:
            return said(info("land_unreadable", field, raw=shown_raw(raw)))
        own = _LAND_UNITS.get(found[2] or "", LandUnit.SQUARE_KILOMETRE if found[2] else unit)
        value = to_mu(Decimal(found[1]), own)
        return CellReading(value, (), f"{plain(value)}亩") if found[2] else value

    return read

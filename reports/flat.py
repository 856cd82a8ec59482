"""Figures laid flat for tools that know tables alone: one line for a measure, a month, and a unit or the whole.

Of a unit there are lines where it has projects that count or money in the month; the whole is of all that the reader reaches. They are the
figures of `reports.figures`, of every month that anything was reported of; ratios and differences with twelve decimals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, NamedTuple

from accounts.models import ReportingUnit
from projects.figures import months_reported
from projects.models import Cut
from projects.values import Month
from reports.figures import FIGURES, figures, meaningful
from reports.pivot_rows import PivotRow
from reports.selection import Question, Reach
from reports.tables import Kind

PLACES = Decimal(1).scaleb(-12)
UNITS = {Kind.WAN: "万元", Kind.COUNT: "个", Kind.PERCENT: "1=100%", Kind.POINTS: "百分点"}
_NUMBER = {key: number for number, key in enumerate(FIGURES, 1)}
_MONTHS, _MEASURES = 10**6, 10**3  # more than there will be


class Line(NamedTuple):
    """One figure. The number is the same in every state; that of the whole is of no unit (0)."""

    id: int
    measure: str
    month: Month
    unit: ReportingUnit | None
    value: Decimal | None
    is_approx: bool


def lines(reach: Reach, cut: Cut | None = None, months: Sequence[Month] | None = None) -> Iterator[Line]:
    """Every figure of some months, or of all that were reported, as known now or held by a cut."""
    asked = months_reported(cut) if months is None else sorted(months)
    if not asked:
        return
    question = Question(asked[-1], cut=cut)
    by_unit = meaningful(["month", "unit"], question)
    parts = figures(reach, question, ["month", "unit"], by_unit, asked)
    city = figures(reach, question, ["month"], [key for key in FIGURES if key not in by_unit], asked)
    units = {unit.key: unit for unit in ReportingUnit.objects.all()}
    for row in parts.rows:
        yield from _lines(row, units[row.keys["unit"]])
    for row, beside in zip(parts.wholes, city.wholes, strict=True):
        yield from _lines(row.beside(beside), None)


def _lines(row: PivotRow, unit: ReportingUnit | None) -> Iterator[Line]:
    month = Month.parse(row.keys["month"])
    place = ((unit.pk if unit else 0) * _MONTHS + month.index) * _MEASURES
    for key, value in row.values.items():
        yield Line(place + _NUMBER[key], key, month, unit, exact(value), key in row.approx)


def exact(value: Any) -> Decimal | None:
    """A figure with twelve decimals, rounded half up; money and counts are exact."""
    if value is None:
        return None
    with localcontext(prec=60):
        return Decimal(value).quantize(PLACES, ROUND_HALF_UP)

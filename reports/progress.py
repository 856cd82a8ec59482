"""What a dashboard shows of progress: the whole, its units and sectors, the year month by month, and who is furthest behind.

All of it is asked of the kept month totals where these can say it (`reports.pivot`), so that a page costs the same few statements whatever
the number of projects; what is asked of a past day, a half month or one version is added up from the records by the same measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import ReportingUnit
from projects.measures import MonthFigures, schedule, with_ranks
from projects.models import ReportingPeriod
from projects.period import FIRST_HALF, WHOLE
from projects.summary import kept_months
from projects.values import Month
from reports.pivot import pivot
from reports.pivot_rows import PivotRow
from reports.selection import Question, Reach

MEASURES = (
    *("count", "total_wan", "plan_wan", "month_wan", "ytd_wan", "not_reported", "unreported_plan_wan"),
    *("rate", "reported_rate", "schedule", "difference"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """Projects of one unit or sector: what a question takes for it, its words, its figures."""

    keys: Mapping[str, str]
    label: str
    figures: MonthFigures
    unit: ReportingUnit | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole of a question now and a month ago, and its parts. `course` holds the year to date of each month that was reported."""

    question: Question
    now: MonthFigures
    before: MonthFigures | None
    units: Sequence[Line]
    sectors: Sequence[Line]
    course: Mapping[Month, MonthFigures]

    def at(self, month: Month) -> MonthFigures | None:
        return self.course.get(month)


def progress(reach: Reach, question: Question) -> Progress:
    """Read it. A fixed number of statements; one more in each month where the kept totals can't answer."""
    lines, now = _units(reach, question)
    by_sector = pivot(reach, question, ["kind", "sector"], MEASURES)
    course = _course(reach, question)
    if question.half == WHOLE:
        course[question.month] = now
    before = question.month.index - 1 if question.month.month > 1 and question.half == WHOLE else None
    return Progress(
        question,
        now,
        None if before is None else course.get(Month.from_index(before)),
        lines,
        [Line(row.keys, row.labels["sector"], figures_of(row, question)) for row in by_sector.rows],
        course,
    )


def _units(reach: Reach, question: Question) -> tuple[list[Line], MonthFigures]:
    """The units with their places, and the whole of what was asked. Who may see the whole city is told the place of a single unit too."""
    asked = replace(question, unit="") if reach.whole_city else question
    found = pivot(reach, asked, ["unit"], MEASURES)
    lines = _unit_lines(reach, asked, found.rows)
    if asked is question or not question.unit:
        return lines, figures_of(found.wholes[0], question)
    own = [line for line in lines if line.keys["unit"] == question.unit]
    return own, own[0].figures if own else _nothing(question)


def figures_of(row: PivotRow, question: Question) -> MonthFigures:
    """A row of a pivot as the figures that tables and sentences are made of."""
    said: Mapping[str, Any] = row.values
    return MonthFigures(
        **{name: said[name] for name in MEASURES if name != "schedule"},
        schedule=schedule(question.month.month, half=question.half == FIRST_HALF),
        total_approx="total_wan" in row.approx,
        done_approx=bool({"month_wan", "ytd_wan"} & row.approx),
    )


def _course(reach: Reach, question: Question) -> dict[Month, MonthFigures]:
    """Each month of the year up to the one that is described, and of the year before, as far as anything was reported.

    Of a past day's knowledge the months of this year alone are told: each has to be added up from the records.
    """
    months = _reported(question)
    if not months:
        return {}
    whole = replace(question, half=WHOLE)
    rows = pivot(reach, whole, ["month"], MEASURES, months).wholes
    return {month: figures_of(row, replace(whole, month=month)) for month, row in zip(months, rows, strict=True) if row.values["ytd_wan"] is not None}


def _reported(question: Question) -> list[Month]:
    """The months before the one described that figures are known of. Two queries at most."""
    month, this_year = question.month, question.month.year
    kept = kept_months() if question.moment.state is None and question.version is None else []
    if month in kept:
        return [one for one in kept if one.year == this_year - 1 or (one.year == this_year and one < month)]
    opened = ReportingPeriod.objects.filter(year=this_year, month__lt=month.month).order_by("month").values_list("month", flat=True)
    return [Month(this_year, number) for number in dict.fromkeys(opened)]


def _unit_lines(reach: Reach, question: Question, rows: Sequence[PivotRow]) -> list[Line]:
    """Units in print order with their places, those that are ranked even without projects. One query."""
    found = {row.keys["unit"]: figures_of(row, question) for row in rows}
    units = [unit for unit in reach.units if question.unit in ("", unit.key) and (unit.key in found or _is_expected(unit, question.month.year))]
    figures = [found.get(unit.key) or _nothing(question) for unit in units]
    ranked = with_ranks(figures, [unit.is_ranked and reach.whole_city for unit in units])
    return [Line({"unit": unit.key}, unit.short_name, one, unit) for unit, one in zip(units, ranked, strict=True)]


def _is_expected(unit: ReportingUnit, year: int) -> bool:
    return unit.is_ranked and (unit.valid_from or year) <= year <= (unit.valid_to or year)


def _nothing(question: Question) -> MonthFigures:
    expected = schedule(question.month.month, half=question.half == FIRST_HALF)
    return MonthFigures(0, None, None, None, None, None, expected, None)

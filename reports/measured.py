"""The measures that every door offers: key, names, unit, whether parts add up to the whole, and how each is worked out. Pure.

A measure reads what `projects.measures` made of added-up projects; nothing is reckoned here. `additive` measures of rows that share no
project may be added; ratios never may, they are worked out anew for each row. No measure may be added over months.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from projects.measures import Amount, MonthFigures, Sums, month_figures, overall_progress, schedule_ratio
from projects.values import Month
from reports.tables import Kind, Value


@dataclass(frozen=True, slots=True)
class Gathered:
    """Projects of a month added up, with what `projects.measures` says of them."""

    month: Month
    figures: MonthFigures
    cum: Amount  # done since the start
    sums: Sums

    @classmethod
    def of(cls, month: Month, sums: Sums, cum: Amount, *, half: bool = False) -> Gathered:
        return cls(month, month_figures(sums, month, half=half), cum, sums)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a row. Money is 万元, a ratio is 1 for 100 %; `kind` says how a table prints it."""

    key: str
    zh: str
    en: str
    kind: Kind
    additive: bool
    how_zh: str
    how_en: str
    read: Callable[[Gathered], Value]
    is_rough: Callable[[Gathered], bool] = lambda _row: False


def _progress(row: Gathered) -> Decimal | None:
    return overall_progress(row.cum.wan, row.figures.total_wan)


def _ratio(row: Gathered) -> Decimal | None:
    return schedule_ratio(row.figures.rate, row.figures.schedule)


MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("count", "项目数", "Projects", Kind.COUNT, True, "计入的项目个数", "projects counted", lambda row: row.figures.count),
        Measure(
            "total_wan",
            "总投资",
            "Total investment",
            Kind.WAN,
            True,
            "报告期末的总投资之和",
            "sum of totals at the end of the month",
            lambda row: row.figures.total_wan,
            lambda row: row.figures.total_approx,
        ),
        Measure("plan_wan", "年度计划", "Plan of the year", Kind.WAN, True, "年度计划之和", "sum of annual plans", lambda row: row.figures.plan_wan),
        Measure(
            "month_wan",
            "本月完成",
            "Done in the month",
            Kind.WAN,
            True,
            "本月完成投资之和",
            "sum of what was done in the month",
            lambda row: row.figures.month_wan,
            lambda row: row.sums.month.is_approx,
        ),
        Measure(
            "ytd_wan",
            "本年累计完成",
            "Done this year",
            Kind.WAN,
            True,
            "本年累计完成投资之和",
            "sum of the year to date",
            lambda row: row.figures.ytd_wan,
            lambda row: row.sums.ytd.is_approx,
        ),
        Measure(
            "cum_wan",
            "自开工累计完成",
            "Done since the start",
            Kind.WAN,
            True,
            "自开工累计完成投资之和",
            "sum since the start",
            lambda row: row.cum.wan,
            lambda row: row.cum.is_approx,
        ),
        Measure(
            "not_reported",
            "未报项目数",
            "Not reported",
            Kind.COUNT,
            True,
            "没有本年累计的项目数",
            "without a year to date",
            lambda row: row.figures.not_reported,
        ),
        Measure(
            "unreported_plan_wan",
            "未报项目计划",
            "Plan of those",
            Kind.WAN,
            True,
            "没有本年累计的项目的年度计划之和",
            "annual plans of projects without a year to date",
            lambda row: row.figures.unreported_plan_wan,
        ),
        Measure("rate", "完成率", "Rate", Kind.PERCENT, False, "本年累计完成÷年度计划", "year to date over plan", lambda row: row.figures.rate),
        Measure(
            "reported_rate",
            "已报项目完成率",
            "Rate of those reported",
            Kind.PERCENT,
            False,
            "本年累计完成÷已报项目的年度计划",
            "year to date over the plan of projects that reported",
            lambda row: row.figures.reported_rate,
        ),
        Measure(
            "schedule",
            "时序进度",
            "Schedule",
            Kind.PERCENT,
            False,
            "月份÷12",
            "month over 12",
            lambda row: row.figures.schedule if row.figures.count else None,
        ),
        Measure(
            "difference",
            "差额",
            "Difference",
            Kind.POINTS,
            False,
            "完成率－时序进度",
            "rate less schedule, in points",
            lambda row: row.figures.difference,
        ),
        Measure("schedule_ratio", "完成比", "Ratio to schedule", Kind.PERCENT, False, "完成率÷时序进度", "rate over schedule", _ratio),
        Measure("progress", "总进度", "Overall progress", Kind.PERCENT, False, "自开工累计完成÷总投资", "done since the start over total", _progress),
    )
}

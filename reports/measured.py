"""The measures that every door offers: key, names, unit, whether parts add up to the whole, and how each is worked out. Pure.

A measure is a formula of `projects.measures` over amounts of added-up projects, and names the amounts that it needs, so that nothing is
added up that nobody asked for. `additive` measures of rows that share no project may be added; ratios never may, they are worked out anew
for each row. No measure may be added over months.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from projects.measures import difference, overall_progress, rate, schedule_ratio, unreported
from reports.tables import Kind, Value


class Gathered(NamedTuple):
    """Projects of a month added up: amounts in 万元 by name, None where no project has one, and only those that were asked for.

    Amounts: `total`, `plan`, `month`, `ytd`, `cum` (done since the start), and `own_plan`, the plan of those that reported a year to date.
    """

    projects: int
    not_reported: int
    schedule: Decimal
    wan: Mapping[str, Decimal | None]
    rate: Decimal | None = None  # 完成率, where a measure needs both year to date and plan: three are made of it


@dataclass(frozen=True, slots=True)
class Figure:
    """What is said of any figure. Money is 万元, a ratio is 1 for 100 %; `kind` says how a table prints it."""

    key: str
    zh: str
    en: str
    kind: Kind
    additive: bool
    how_zh: str
    how_en: str


@dataclass(frozen=True, slots=True)
class Measure(Figure):
    """One figure of added-up projects; `rough` is the amount that makes it so."""

    needs: tuple[str, ...]
    read: Callable[[Gathered], Value]
    rough: str = ""


MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("count", "项目数", "Projects", Kind.COUNT, True, "计入的项目个数", "projects counted", (), lambda row: row.projects),
        Measure(
            "total_wan",
            "总投资",
            "Total investment",
            Kind.WAN,
            True,
            "报告期末的总投资之和",
            "sum of totals at the end of the month",
            ("total",),
            lambda row: row.wan["total"],
            "total",
        ),
        Measure(
            "plan_wan",
            "年度计划",
            "Plan of the year",
            Kind.WAN,
            True,
            "年度计划之和",
            "sum of annual plans",
            ("plan",),
            lambda row: row.wan["plan"],
        ),
        Measure(
            "month_wan",
            "本月完成",
            "Done in the month",
            Kind.WAN,
            True,
            "本月完成投资之和",
            "sum of what was done in the month",
            ("month",),
            lambda row: row.wan["month"],
            "month",
        ),
        Measure(
            "ytd_wan",
            "本年累计完成",
            "Done this year",
            Kind.WAN,
            True,
            "本年累计完成投资之和",
            "sum of the year to date",
            ("ytd",),
            lambda row: row.wan["ytd"],
            "ytd",
        ),
        Measure(
            "cum_wan",
            "自开工累计完成",
            "Done since the start",
            Kind.WAN,
            True,
            "自开工累计完成投资之和",
            "sum since the start",
            ("cum",),
            lambda row: row.wan["cum"],
            "cum",
        ),
        Measure(
            "not_reported",
            "未报项目数",
            "Not reported",
            Kind.COUNT,
            True,
            "没有本年累计的项目数",
            "without a year to date",
            ("ytd",),
            lambda row: row.not_reported,
        ),
        Measure(
            "unreported_plan_wan",
            "未报项目计划",
            "Plan of those",
            Kind.WAN,
            True,
            "没有本年累计的项目的年度计划之和",
            "annual plans of projects without a year to date",
            ("plan", "own_plan"),
            lambda row: unreported(row.wan["plan"], row.wan["own_plan"]),
        ),
        Measure(
            "rate",
            "完成率",
            "Rate",
            Kind.PERCENT,
            False,
            "本年累计完成÷年度计划",
            "year to date over plan",
            ("ytd", "plan"),
            lambda row: row.rate,
        ),
        Measure(
            "reported_rate",
            "已报项目完成率",
            "Rate of those reported",
            Kind.PERCENT,
            False,
            "本年累计完成÷已报项目的年度计划",
            "year to date over the plan of projects that reported",
            ("ytd", "own_plan"),
            lambda row: rate(row.wan["ytd"], row.wan["own_plan"]),
        ),
        Measure(
            "schedule",
            "时序进度",
            "Schedule",
            Kind.PERCENT,
            False,
            "月份÷12",
            "month over 12",
            (),
            lambda row: row.schedule if row.projects else None,
        ),
        Measure(
            "difference",
            "差额",
            "Difference",
            Kind.POINTS,
            False,
            "完成率－时序进度",
            "rate less schedule, in points",
            ("ytd", "plan"),
            lambda row: difference(row.rate, row.schedule),
        ),
        Measure(
            "schedule_ratio",
            "完成比",
            "Ratio to schedule",
            Kind.PERCENT,
            False,
            "完成率÷时序进度",
            "rate over schedule",
            ("ytd", "plan"),
            lambda row: schedule_ratio(row.rate, row.schedule),
        ),
        Measure(
            "progress",
            "总进度",
            "Overall progress",
            Kind.PERCENT,
            False,
            "自开工累计完成÷总投资",
            "done since the start over total",
            ("cum", "total"),
            lambda row: overall_progress(row.wan["cum"], row.wan["total"]),
        ),
    )
}

"""The measures that every door offers: key, names, unit, whether parts add up to the whole, and how each is worked out. Pure.

A measure is a formula of `projects.measures` over amounts of added-up projects, and names the amounts that it needs, so that nothing is
added up that nobody asked for. `additive` measures of rows that share no project may be added; ratios never may, they are worked out anew
for each row. No measure may be added over months.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from projects.measures import difference, overall_progress, rate, schedule_ratio, unreported
from reports.tables import Kind, Value

# What a formula may take beside the amounts of added-up projects (万元; None where no project has one): `total`, `plan`, `month`, `ytd`,
# `cum` (done since the start) and `own_plan`, the plan of those that reported a year to date; and the counts of `projects.monthly`.
PROJECTS, NOT_REPORTED, SCHEDULE = "projects", "not_reported", "schedule"
LAST_YTD = "last_ytd"  # the year to date in the same month of last year


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
    """One figure of added-up projects: `read` takes what it `needs`, in that order; `rough` is the amount that makes it so."""

    needs: tuple[str, ...]
    read: Callable[..., Value]
    rough: str = ""


def itself(value: Value) -> Value:
    return value


MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("count", "项目数", "Projects", Kind.COUNT, True, "计入的项目个数", "projects counted", (PROJECTS,), itself),
        Measure(
            "total_wan",
            "总投资",
            "Total investment",
            Kind.WAN,
            True,
            "报告期末的总投资之和",
            "sum of totals at the end of the month",
            ("total",),
            itself,
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
            itself,
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
            itself,
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
            itself,
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
            itself,
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
            (NOT_REPORTED,),
            itself,
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
            unreported,
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
            rate,
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
            rate,
        ),
        Measure(
            "schedule",
            "时序进度",
            "Schedule",
            Kind.PERCENT,
            False,
            "月份÷12",
            "month over 12",
            (PROJECTS, SCHEDULE),
            lambda projects, expected: expected if projects else None,
        ),
        Measure(
            "difference",
            "差额",
            "Difference",
            Kind.POINTS,
            False,
            "完成率－时序进度",
            "rate less schedule, in points",
            ("ytd", "plan", SCHEDULE),
            lambda ytd, plan, expected: difference(rate(ytd, plan), expected),
        ),
        Measure(
            "schedule_ratio",
            "完成比",
            "Ratio to schedule",
            Kind.PERCENT,
            False,
            "完成率÷时序进度",
            "rate over schedule",
            ("ytd", "plan", SCHEDULE),
            lambda ytd, plan, expected: schedule_ratio(rate(ytd, plan), expected),
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
            overall_progress,
        ),
    )
}

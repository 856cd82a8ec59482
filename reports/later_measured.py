"""Measures of progress that came later: what should be done by now, last year, and how far projects have come. Pure.

They stand apart because a measure's place is part of the number by which OData knows its rows, and new ones come at the end of all.
"""

from __future__ import annotations

from decimal import Decimal

from projects.measures import growth, start_rate, under_way_rate
from reports.measured import LAST_YTD, PROJECTS, SCHEDULE, Measure, itself
from reports.tables import Kind


def _due(plan: Decimal | None, expected: Decimal) -> Decimal | None:
    return None if plan is None else plan * expected


def _count(key: str, zh: str, en: str, how_zh: str, how_en: str) -> Measure:
    return Measure(key, zh, en, Kind.COUNT, True, how_zh, how_en, (key,), itself)


LATER_MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("due_wan", "按时序应完成", "Due by now", Kind.WAN, True, "年度计划×时序进度", "plan times schedule", ("plan", SCHEDULE), _due),
        Measure(
            "last_ytd_wan",
            "上年同期累计完成",
            "Done by then last year",
            Kind.WAN,
            False,
            "上年同月的本年累计完成投资之和，按上年的在册项目和单位计",
            "sum of the year to date in the same month of last year, of that year's projects and units",
            (LAST_YTD,),
            itself,
        ),
        Measure(
            "growth",
            "同比增长",
            "Growth on last year",
            Kind.PERCENT,
            False,
            "本年累计完成÷上年同期累计完成－1",
            "year to date over that of the same month of last year, less one",
            ("ytd", LAST_YTD),
            growth,
        ),
        _count(
            "to_start",
            "计划新开工",
            "Planned new starts",
            "计划开工时间在本年、以前年度没有开工的项目个数",
            "projects planned to start in the year that had not started before it",
        ),
        _count(
            "begun", "计划新开工已开工", "Of these started", "计划新开工项目中到期末已开工的个数", "of the planned new starts those that have begun"
        ),
        Measure(
            "start_rate", "开工率", "Start rate", Kind.PERCENT, False, "已开工÷计划新开工", "begun over planned", ("begun", "to_start"), start_rate
        ),
        _count("started", "本年开工在建", "Started this year", "本年开工、期末未竣工的项目个数", "begun in the year and not finished"),
        _count("going_on", "续建", "Continuing", "以前年度开工、期末未竣工的项目个数", "begun in a year before and not finished"),
        _count("finished", "竣工", "Finished", "期末已竣工的项目个数", "finished by the end of the month"),
        Measure(
            "under_way_rate",
            "开工在建率",
            "Under way",
            Kind.PERCENT,
            False,
            "（本年开工＋续建＋竣工）÷项目数",
            "started, continuing and finished over all",
            ("started", "going_on", "finished", PROJECTS),
            under_way_rate,
        ),
    )
}

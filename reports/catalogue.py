"""The reports by name, and how each is made from what a reader may reach and the question asked. Pages, files and commands ask here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.city import city_table
from reports.details import Whole, paper_table
from reports.excel import A3, Print, workbook_bytes
from reports.queries import city_figures, group_figures, project_rows
from reports.selection import Question, Reach, select
from reports.tables import Table
from reports.words import moment_text, newest


@dataclass(frozen=True, slots=True)
class Report:
    """A report that can be asked for: its name in addresses and files, its title, and the question it answers."""

    name: str
    by: str
    title: Any
    answers: Any
    page: str = "reports:city"


REPORTS: tuple[Report, ...] = (
    Report(
        "city_progress_by_unit",
        "unit",
        gettext_lazy("全市投资进展表（按单位）"),
        gettext_lazy("各区市、功能区和市直单位本月、本年累计完成多少，比时序快还是慢，排第几。"),
    ),
    Report(
        "city_progress_by_sector",
        "sector",
        gettext_lazy("全市投资进展表（按领域）"),
        gettext_lazy("基础设施十个领域和战略性新兴产业各领域的完成情况和位次。"),
    ),
    Report(
        "city_progress_by_kind",
        "kind",
        gettext_lazy("全市投资进展表（按清单类别）"),
        gettext_lazy("两类清单各完成多少；同时在两份清单上的项目合计只计一次。"),
    ),
    Report(
        "indicators",
        "",
        gettext_lazy("经济运行重要指标监测表"),
        gettext_lazy("固定资产投资等重要指标增长多少，比上期、比全国全省、比年度目标高还是低。"),
        "reports:indicators",
    ),
    Report("lights", "", gettext_lazy("项目亮灯表和红灯清单"), gettext_lazy("哪些项目慢了、为什么、从哪个月起，各单位各有几个。"), "reports:lights"),
    Report("gap", "", gettext_lazy("项目资金缺口表"), gettext_lazy("每个项目的钱落实了多少、到了多少，还缺哪个来源。"), "reports:gap"),
    Report(
        "rolling", "", gettext_lazy("三年滚动投资计划表"), gettext_lazy("今后三年每年要多少投资、从哪里来，按项目、单位、来源看。"), "reports:rolling"
    ),
    Report("reserve", "", gettext_lazy("储备项目"), gettext_lazy("储备库里的项目哪一年开工、多少个、多少投资。"), "reports:reserve"),
)
BY_NAME: Mapping[str, Report] = {report.name: report for report in REPORTS}
BY: tuple[str, ...] = tuple(report.by for report in REPORTS if report.by)


def city(reach: Reach, question: Question, by: str) -> Table:
    """The city table of a month."""
    return city_table(city_figures(reach, question), by)


def detail(reach: Reach, question: Question) -> Table:
    """Every project of the question with its month, under its unit."""
    selection = select(reach, question)
    groups = group_figures(selection)
    return paper_table(
        project_rows(selection),
        Whole.of(groups),
        question,
        whole_label=whole_label(reach, question),
        moment=moment_text(newest(group.changed_at for group in groups), question),
    )


def whole_label(reach: Reach, question: Question) -> str:
    """全市 only where it is the city; a part of it is a sum."""
    return _("全市") if reach.whole_city and not (question.unit or question.sector) else _("合计")


def city_workbook(reach: Reach, question: Question, by: str) -> tuple[Table, bytes]:
    """The city table on A4 and, behind it, the projects on A3; with the table, whose title names the file."""
    table = city(reach, question, by)
    pages = _("第&P页 共&N页")
    return table, workbook_bytes(
        [
            Print(table, _("进展情况"), page_words=pages),
            Print(detail(reach, question), _("项目明细"), paper=A3, frozen_columns=2, page_words=pages),
        ]
    )

"""The official monthly tables in one workbook: the whole, sectors, units by rank, the months of the year, starts, completions, what is
behind, money, and every project. The same question at the same cut is the same file, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.figures import months_reported
from projects.measures import share, yi_text
from projects.models import Threshold
from projects.period import WHOLE
from projects.values import Month
from reports.city import DIFFERENCE, city_table
from reports.details import Whole, paper_table
from reports.excel import A3, Print, workbook_bytes
from reports.figure_list import figure_sheet
from reports.figures import figures, meaningful
from reports.light_rows import lights_of
from reports.light_tables import red_table
from reports.project_lists import behind_table, finishes_table, starts_table
from reports.queries import CityFigures, ProjectRow, city_figures, project_rows
from reports.selection import Question, Reach, select
from reports.sheet_charts import Chart, Look, Series
from reports.tables import Column, Kind, Level, Row, Table, Value
from reports.words import moment_text, newest, period_text

ORDER = "ranking_order"  # the threshold that says from which end units are listed
TOP_FIRST, LOW_FIRST = "top_first", "low_first"


@dataclass(frozen=True, slots=True)
class Book:
    """What the workbook is made of."""

    question: Question
    title: str
    prints: Sequence[Print]
    made_at: datetime

    def content(self) -> bytes:
        return workbook_bytes(self.prints, self.made_at)


@dataclass(frozen=True, slots=True)
class _Sources:
    """What every sheet is made from, each read once."""

    reach: Reach
    question: Question
    city: CityFigures
    rows: Sequence[ProjectRow]

    @property
    def moment(self) -> str:
        return moment_text(self.changed_at, self.question)

    @property
    def changed_at(self) -> datetime | None:
        return newest(group.changed_at for group in self.city.groups)


def monthly_book(reach: Reach, question: Question, site: str = "") -> Book:
    """Every official table of a month, and the list of its figures, whose links open pages at `site` (https://host; without it there are
    marks alone). A fixed number of queries, whatever the number of projects.
    """
    sources = _Sources(reach, question, city_figures(reach, question), project_rows(select(reach, question)))
    pages = _("第&P页 共&N页")
    made = [replace(one, works=True) for make in SHEETS for one in make(sources)]
    prints = [replace(one, page_words=pages) for one in (*made, *figure_sheet(made, question, sources.moment, site))]
    return Book(question, _title(question, _("重大项目投资月度报表")), prints, _made_at(sources))


def _made_at(sources: _Sources) -> datetime:
    """When what the book says was known: no clock of the day it is printed on, so that it can be made again."""
    at = sources.question.moment.instant or sources.changed_at
    end = datetime.combine(sources.question.month.last_day, time.max)
    return end if at is None else timezone.localtime(at).replace(tzinfo=None, microsecond=0)


def _title(question: Question, title: str) -> str:
    said = _("%(city)s%(period)s%(title)s") % {"city": settings.CITY_NAME, "period": period_text(question.period), "title": title}
    return said + (_("（只计已审核）") if question.approved else "")


# --- The month: whole, sectors, units ----------------------------------------------------------------------------------------------


def _whole(sources: _Sources) -> list[Print]:
    return [Print(city_table(sources.city, "kind"), _("总体情况"), on_one_page=True, answers=True)]


def _sectors(sources: _Sources) -> list[Print]:
    table = city_table(sources.city, "sector")
    return [
        Print(
            table, _("分领域"), on_one_page=True, answers=True, chart=_rates(sources, (1, len(table.rows)), _("各领域年度计划完成率"), _("分领域图"))
        )
    ]


def _units(sources: _Sources) -> list[Print]:
    """Units by rank; those without one stand below."""
    table = ranked(city_table(sources.city, "unit"), ranking_order(sources.question.month))
    shown = sum(row.values.get("rate") is not None for row in table.rows[1:])
    return [
        Print(table, _("分单位排名"), on_one_page=True, answers=True, chart=_rates(sources, (1, shown + 1), _("各单位年度计划完成率"), _("分单位图")))
    ]


def ranked(table: Table, order: str) -> Table:
    """The rows of a table from the first place down, or from the last place up; then what has no place, in its own order."""
    down = -1 if order == LOW_FIRST else 1

    def place(row: Row) -> tuple[int, int]:
        rank = row.values.get("rank")
        unplaced = 1 if row.values.get("rate") is not None else 2
        return (-1, 0) if row.level is Level.TOTAL else (0, down * rank) if isinstance(rank, int) else (unplaced, 0)

    return replace(table, rows=sorted(table.rows, key=place))


def ranking_order(month: Month) -> str:
    """From which end units are listed, as the thresholds of the month say. One query."""
    day = month.last_day
    rows = Threshold.objects.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day), code=ORDER)
    found = rows.order_by("valid_from", "id").values_list("value", flat=True).last()
    return LOW_FIRST if found == LOW_FIRST else TOP_FIRST


def _rates(sources: _Sources, rows: tuple[int, int], title: str, sheet: str) -> Chart | None:
    """Rates as bars against the schedule; of no rows there is no chart."""
    if rows[0] >= rows[1]:
        return None
    series = (Series("rate", _("完成率（%）"), Look.DONE), Series("schedule", _("时序进度（%）"), Look.DUE))
    return Chart(_title(sources.question, title), "%", series, rows, sheet)


# --- The months of the year --------------------------------------------------------------------------------------------------------

_OF_MONTH = ("plan_wan", "due_wan", "month_wan", "ytd_wan", "last_ytd_wan", "growth", "rate", "schedule", "difference")


def _course(sources: _Sources) -> list[Print]:
    question = sources.question
    told = _by_month(sources)
    rows = [_course_row(month, told.get(month, {})) for month in _months(question.month.year)]
    columns = [
        Column("label", _("月份"), width=10),
        Column("plan_wan", _("年度计划"), Kind.YI, width=12),
        Column("due_wan", _("按时序应完成"), Kind.YI, width=13, formula="{plan_wan}*{schedule}/100"),
        Column("month_wan", _("本月"), Kind.YI, _("完成投资"), width=12),
        Column("ytd_wan", _("本年累计"), Kind.YI, _("完成投资"), width=12),
        Column("last_ytd_wan", _("上年同期累计"), Kind.YI, _("完成投资"), width=14),
        Column("growth", _("同比增长（%）"), Kind.PERCENT, _("完成投资"), width=13, formula="({ytd_wan}/{last_ytd_wan}-1)*100"),
        Column("rate", _("完成率（%）"), Kind.PERCENT, _("年度计划完成情况"), width=13, formula="{ytd_wan}/{plan_wan}*100"),
        Column("schedule", _("时序进度（%）"), Kind.PERCENT, _("年度计划完成情况"), width=13),
        Column("difference", _("差额（百分点）"), Kind.POINTS, _("年度计划完成情况"), width=14, formula=DIFFERENCE),
    ]
    table = Table(
        "month_course",
        _title(question, _("重大项目投资进度表（按月份）")),
        _("单位：亿元"),
        columns,
        rows,
        moment=sources.moment,
        notes=[_("各月为当月口径的在册项目，各月的数不能相加；“—”为没有或尚未到。")],
    )
    series = [
        Series("plan_wan", _("年度计划"), Look.PLAN),
        Series("ytd_wan", _("本年累计"), Look.DONE),
        Series("due_wan", _("按时序应完成"), Look.DUE),
    ]
    if any(row.values.get("last_ytd_wan") is not None for row in rows):
        series.append(Series("last_ytd_wan", _("上年同期累计"), Look.BEFORE))
    return [Print(table, _("分月进度"), answers=True, chart=Chart(_title(question, _("本年累计完成投资")), _("亿元"), series, (0, 12)))]


def _months(year: int) -> list[Month]:
    return [Month(year, number) for number in range(1, 13)]


def _by_month(sources: _Sources) -> dict[Month, dict[str, Value]]:
    """What each month of the year says up to the period; the period itself may be a half."""
    question = sources.question
    earlier = [month for month in _months(question.month.year) if month < question.month]
    reported = months_reported(question.moment.state)
    found = _told(sources.reach, replace(question, half=WHOLE), [month for month in earlier if month in reported], _OF_MONTH)
    return {**found, **_told(sources.reach, question, [question.month], _OF_MONTH)}


def _told(reach: Reach, question: Question, months: Sequence[Month], measures: Sequence[str]) -> dict[Month, dict[str, Value]]:
    if not months:
        return {}
    found = figures(reach, question, ["month"], measures, months)
    return {Month.parse(row.keys["month"]): dict(row.values) for row in found.wholes}


def _course_row(month: Month, told: dict[str, Value]) -> Row:
    label = _("%(month)s月") % {"month": month.month}
    return Row(label, {"label": label, **told}, keys={"period": str(month)})


# --- How far projects have come ----------------------------------------------------------------------------------------------------

_STARTS = ("count", "to_start", "begun", "start_rate", "started", "going_on", "finished", "under_way_rate")


def _starts(sources: _Sources) -> list[Print]:
    """Planned new starts, what began, goes on and is finished, and who has how many of all that is under way."""
    question = sources.question
    found = figures(sources.reach, question, ["unit"], _STARTS)
    (whole,) = found.wholes
    label = _("全市") if sources.city.whole_city else _("合计")
    rows = [Row(label, {"label": label, **whole.values}, Level.TOTAL)]
    rows += [Row(row.labels["unit"], {"label": row.labels["unit"], **row.values}, keys={"unit": row.keys["unit"]}) for row in found.rows]
    plan, way = _("年度新开工"), _("开工在建")
    columns = [
        Column("label", _("单位"), width=18),
        Column("count", _("项目数"), Kind.COUNT, width=9),
        Column("to_start", _("计划新开工"), Kind.COUNT, plan, width=12),
        Column("begun", _("已开工"), Kind.COUNT, plan, width=10),
        Column("start_rate", _("开工率（%）"), Kind.PERCENT, plan, width=12, formula="{begun}/{to_start}*100"),
        Column("started", _("本年开工"), Kind.COUNT, way, width=10),
        Column("going_on", _("续建"), Kind.COUNT, way, width=9),
        Column("finished", _("竣工"), Kind.COUNT, way, width=9),
        Column("under_way_rate", _("开工在建率（%）"), Kind.PERCENT, way, width=15, formula="({started}+{going_on}+{finished})/{count}*100"),
    ]
    notes = [
        _("计划新开工：计划开工时间在本年、以前年度未开工的项目；开工率＝其中已开工÷计划新开工。"),
        _("开工在建率＝（本年开工＋续建＋竣工）÷项目数；均按项目填报的计划开工、实际开工、实际竣工时间计算，截至报告期所在月末。"),
    ]
    title = _title(question, _("重大项目开工情况表"))
    table = Table("month_starts_by_unit", title, _("单位：个"), columns, rows, moment=sources.moment, notes=notes)
    return [Print(table, _("开工情况"), on_one_page=True, answers=True)]


# --- Projects ----------------------------------------------------------------------------------------------------------------------


def _lists(sources: _Sources) -> list[Print]:
    rows, question, moment = sources.rows, sources.question, sources.moment
    return [
        Print(starts_table(rows, question, moment), _("新开工项目"), paper=A3, frozen_columns=2),
        Print(finishes_table(rows, question, moment), _("竣工项目"), paper=A3, frozen_columns=2),
        Print(behind_table(rows, question, moment), _("落后项目"), paper=A3, frozen_columns=2),
    ]


def _red(sources: _Sources) -> list[Print]:
    """红灯清单, the longest red first."""
    return [Print(red_table(lights_of(sources.reach, sources.question)), _("红灯清单"), paper=A3)]


def _detail(sources: _Sources) -> list[Print]:
    question, reach = sources.question, sources.reach
    whole = _("全市") if reach.whole_city and not (question.unit or question.sector) else _("合计")
    table = paper_table(sources.rows, Whole.of(sources.city.groups), question, whole_label=whole, moment=sources.moment)
    return [Print(table, _("项目明细"), paper=A3, frozen_columns=2, answers=True)]


# --- Money -------------------------------------------------------------------------------------------------------------------------

_BOND = ("bond_assigned_wan", "bond_arrived_wan", "bond_paid_wan")
_CENTRAL = ("central_assigned_wan", "central_arrived_wan", "central_paid_wan", "central_completed_wan")
_GIVEN = ("bond_quota_wan", "bond_issued_wan", "central_given_wan")


def _money(sources: _Sources) -> list[Print]:
    """What each unit got and spent of the year's bonds and central plans; the ledger knows no reports that are only approved."""
    question = sources.question
    if question.approved:
        return []
    found = figures(sources.reach, question, ["unit"], (*_BOND, *_CENTRAL))
    (whole,) = found.wholes
    label = _("全市") if sources.city.whole_city else _("合计")
    rows = [_money_row(label, whole.values, Level.TOTAL)]
    rows += [_money_row(row.labels["unit"], row.values, Level.ROW, row.keys["unit"]) for row in found.rows if any(row.values.values())]
    table = Table(
        "month_money",
        _title(question, _("专项债券和中央预算内投资情况表")),
        _("单位：亿元"),
        _money_columns(),
        rows,
        lead=_given(sources),
        moment=sources.moment,
        notes=[_("资金为当年债券、当年投资计划截至报告期末的数；支出率＝支出÷分配，支付率＝支付÷到位。")],
    )
    return [Print(table, _("资金"), on_one_page=True, answers=True)]


def _money_columns() -> list[Column]:
    bond, central = _("专项债券"), _("中央预算内投资")
    return [
        Column("label", _("单位"), width=18),
        *(Column(key, title, Kind.YI, bond, width=11) for key, title in zip(_BOND, (_("分配"), _("拨付"), _("支出")), strict=True)),
        Column("bond_rate", _("支出率（%）"), Kind.PERCENT, bond, width=12, formula="{bond_paid_wan}/{bond_assigned_wan}*100"),
        *(Column(key, title, Kind.YI, central, width=11) for key, title in zip(_CENTRAL, (_("分解"), _("到位"), _("支付"), _("完成")), strict=True)),
        Column("central_rate", _("支付率（%）"), Kind.PERCENT, central, width=12, formula="{central_paid_wan}/{central_arrived_wan}*100"),
    ]


def _money_row(label: str, values: Any, level: Level, unit: str = "") -> Row:
    rates = {
        "bond_rate": share(values["bond_paid_wan"], values["bond_assigned_wan"]),
        "central_rate": share(values["central_paid_wan"], values["central_arrived_wan"]),
    }
    return Row(label, {"label": label, **values, **rates}, level, keys={"unit": unit} if unit else {})


def _given(sources: _Sources) -> str:
    """Quota, issues and plans are the city's: said where the question is of the whole city."""
    question = sources.question
    if not sources.city.whole_city or not set(_GIVEN) <= set(meaningful((), question)):
        return ""
    (whole,) = figures(sources.reach, question, (), _GIVEN).wholes
    quota, issued, given = (whole.values[key] for key in _GIVEN)
    words = {"quota": _yi(quota), "issued": _yi(issued), "given": _yi(given, approx="central_given_wan" in whole.approx)}
    return _("新增专项债券额度%(quota)s亿元，已发行%(issued)s亿元；中央预算内投资计划下达%(given)s亿元。") % words


def _yi(value: Value, *, approx: bool = False) -> str:
    return yi_text(value if isinstance(value, Decimal) else None, approx=approx)


SHEETS: tuple[Callable[[_Sources], list[Print]], ...] = (_whole, _sectors, _units, _course, _starts, _lists, _red, _money, _detail)

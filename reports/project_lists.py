"""Lists of projects that an official month has beside its figures: new starts of the year, completions, what is behind. No query is made here.

新开工 and 竣工 are read from the dates of projects, as precisely as these are known, and from nothing that is stored beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from projects.measures import Amount, Sums, month_figures
from projects.period import FIRST_HALF
from projects.values import PartialDate
from reports.city import DIFFERENCE, RATE
from reports.details import plain_rows, project_sums, sum_row
from reports.money_pivot import last_day
from reports.queries import ProjectRow
from reports.selection import Question
from reports.tables import Column, Kind, Level, Row, Table
from reports.words import month_text, period_text


@dataclass(frozen=True, slots=True)
class Block:
    """Projects under a heading that counts them."""

    label: str
    rows: Sequence[ProjectRow]


def starts_table(rows: Sequence[ProjectRow], question: Question, moment: str) -> Table:
    """What was begun in the year up to the period's end: what began in the month first."""
    columns = [_date("planned_start", _("计划开工")), _date("actual_start", _("实际开工")), _date("planned_finish", _("计划竣工"))]
    notes = [_("新开工按实际开工时间计算：本年内、报告期末以前开工的。只知年份、半年或季度的，列入“此前”。")]
    return _table("month_starts", _("新开工项目表"), columns, _of_year(rows, "actual_start", _begun(), question), question, moment, notes)


def finishes_table(rows: Sequence[ProjectRow], question: Question, moment: str) -> Table:
    """What was completed in the year up to the period's end."""
    columns = [_date("actual_start", _("实际开工")), _date("planned_finish", _("计划竣工")), _date("actual_finish", _("实际竣工"))]
    notes = [_("竣工按实际竣工时间计算：本年内、报告期末以前竣工的。只知年份、半年或季度的，列入“此前”。")]
    return _table("month_finishes", _("竣工项目表"), columns, _of_year(rows, "actual_finish", _finished(), question), question, moment, notes)


def behind_table(rows: Sequence[ProjectRow], question: Question, moment: str) -> Table:
    """Projects whose rate is below the schedule, the furthest behind first. What reported nothing has no rate, and is counted in a note."""
    told = [(row, month_figures(project_sums(row), question.month, half=question.half == FIRST_HALF)) for row in rows]
    behind = [(found.difference, row) for row, found in told if found.difference is not None and found.difference < 0]
    listed = [row for _difference, row in sorted(behind, key=lambda one: one[0])]
    silent = sum(found.plan_wan is not None and found.ytd_wan is None for _row, found in told)
    notes = [_("完成率低于时序进度的项目，按差额由大到小。")]
    if silent:
        notes.append(_("另有%(n)s个有年度计划的项目未报本年累计，没有完成率，不在表内。") % {"n": silent})
    more = [Column("problems", _("存在问题"), width=44)]
    return _table("month_behind", _("进度落后项目表"), (), [Block("", listed)], question, moment, notes, more)


def _begun() -> tuple[str, str]:
    return _("本月新开工"), _("本年此前新开工")


def _finished() -> tuple[str, str]:
    return _("本月竣工"), _("本年此前竣工")


def _date(key: str, title: str) -> Column:
    return Column(key, title, width=12)


def _of_year(rows: Iterable[ProjectRow], field: str, labels: tuple[str, str], question: Question) -> list[Block]:
    """Those of the month, and those of the year before it."""
    end = last_day(question)
    dated = [(PartialDate.parse(getattr(row, field)), row) for row in rows if getattr(row, field)]
    of_year = sorted(((at, row) for at, row in dated if _happened(at, end)), key=lambda one: one[0])
    now = [row for at, row in of_year if at.month == end.month]
    return [Block(labels[0], now), Block(labels[1], [row for at, row in of_year if at.month != end.month])]


def _happened(at: PartialDate, end: date) -> bool:
    """In the year, and not after the day; a date that may mean a day before counts, as in `projects.records.has_started`."""
    return at.year == end.year and at.first_day <= end


def _table(
    name: str,
    title: str,
    columns: Sequence[Column],
    blocks: Sequence[Block],
    question: Question,
    moment: str,
    notes: Sequence[str],
    more: Sequence[Column] = (),
) -> Table:
    every = [row for block in blocks for row in block.rows]
    body = [_sums(_("合计"), every, question, Level.TOTAL)] if every else []
    for block in blocks:
        if block.label and every:
            body.append(_sums(block.label, block.rows, question, Level.PART))
        body += plain_rows(block.rows, question, {})
    named: dict[str, Any] = {"city": settings.CITY_NAME, "period": period_text(question.period), "title": title}
    return Table(
        name=name,
        title=_("%(city)s%(period)s%(title)s") % named,
        unit_line=_("单位：万元"),
        columns=[*_first_columns(), *columns, *_figures(), *more],
        rows=body,
        lead="" if every else _("%(month)s没有这样的项目。") % {"month": month_text(question.month)},
        moment=moment,
        notes=[*notes, _("“—”为未报送或没有，不是零。")],
    )


def _first_columns() -> list[Column]:
    return [
        Column("number", _("序号"), Kind.COUNT, width=6),
        Column("label", _("项目名称"), width=38),
        Column("unit", _("单位"), width=12),
        Column("sector", _("领域"), width=19),
    ]


def _figures() -> list[Column]:
    group = _("年度计划完成情况")
    return [
        Column("total", _("总投资"), Kind.WAN, width=14),
        Column("plan", _("年度计划"), Kind.WAN, width=13),
        Column("ytd", _("本年累计"), Kind.WAN, width=13),
        Column("rate", _("完成率（%）"), Kind.PERCENT, group, width=11, formula=RATE),
        Column("schedule", _("时序进度（%）"), Kind.PERCENT, group, width=11),
        Column("difference", _("差额（百分点）"), Kind.POINTS, group, width=11, formula=DIFFERENCE),
    ]


def _sums(label: str, rows: Sequence[ProjectRow], question: Question, level: Level) -> Row:
    cum_total = Amount()
    for row in rows:
        cum_total.add(row.cum_total_wan, approx=row.done_approx)
    return sum_row(label, Sums.of(project_sums(row) for row in rows), cum_total, question, level)

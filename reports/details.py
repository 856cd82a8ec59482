"""The projects behind a figure: one row each, by unit, with the same columns as the city table. No query is made here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.utils.translation import gettext as _

from projects.measures import Amount, MonthFigures, Sums, month_figures
from projects.models.tracking import Door
from projects.period import FIRST_HALF
from reports.city import DIFFERENCE, RATE, approx_columns, figure_values
from reports.queries import Group, Origin, ProjectRow
from reports.selection import Question
from reports.tables import Column, Kind, Level, Row, Table, Value
from reports.words import period_text


@dataclass(frozen=True, slots=True)
class Whole:
    """What all projects of a question add up to."""

    sums: Sums
    cum_total: Amount

    @classmethod
    def of(cls, groups: Iterable[Group]) -> Whole:
        taken = list(groups)
        cum_total = Amount()
        for group in taken:
            cum_total.merge(group.cum_total)
        return cls(Sums.of(group.sums for group in taken), cum_total)


def paper_columns() -> list[Column]:
    """On paper the unit is a row above its projects."""
    name = Column("label", _("项目名称"), width=38)
    return [Column("number", _("序号"), Kind.COUNT, width=6), name, _sector(), _code(), *_figures(), *_words()]


def page_columns(*, with_unit: bool) -> list[Column]:
    """On the page, where rows come in parts, the unit is a column, and the last one says where the month came from."""
    unit = [Column("unit", _("单位"))] if with_unit else []
    return [Column("label", _("项目名称")), *unit, _sector(), *_figures(), *_words(), Column("origin", _("数据来源")), _code()]


def _sector() -> Column:
    return Column("sector", _("领域"), width=13)


def _code() -> Column:
    return Column("code", _("项目代码"), width=26)


def _words() -> list[Column]:
    return [Column("progress", _("形象进度"), width=40), Column("problems", _("存在问题"), width=30)]


def _figures() -> list[Column]:
    return [
        Column("total", _("总投资"), Kind.WAN, width=14),
        Column("plan", _("年度计划"), Kind.WAN, width=13),
        Column("month", _("本月"), Kind.WAN, _("完成投资"), width=12),
        Column("ytd", _("本年累计"), Kind.WAN, _("完成投资"), width=13),
        Column("cum_total", _("自开工累计"), Kind.WAN, _("完成投资"), width=14),
        Column("rate", _("完成率（%）"), Kind.PERCENT, _("年度计划完成情况"), width=11, formula=RATE),
        Column("schedule", _("时序进度（%）"), Kind.PERCENT, _("年度计划完成情况"), width=11),
        Column("difference", _("差额（百分点）"), Kind.POINTS, _("年度计划完成情况"), width=11, formula=DIFFERENCE),
    ]


def detail_title(question: Question) -> str:
    if question.half:
        title = _("%(city)s%(period)s重大项目投资进展明细表") % {"city": settings.CITY_NAME, "period": period_text(question.period)}
    else:
        month = question.month
        title = _("%(city)s%(year)s年%(month)s月重大项目投资进展明细表") % {"city": settings.CITY_NAME, "year": month.year, "month": month.month}
    return title + (_("（只计已审核）") if question.approved else "")


def paper_table(rows: Sequence[ProjectRow], whole: Whole, question: Question, *, whole_label: str, moment: str) -> Table:
    """The projects under their units, each unit with its sums: for print."""
    return _table(
        [sum_row(whole_label, whole.sums, whole.cum_total, question, Level.TOTAL), *_under_units(rows, question)], paper_columns(), question, moment
    )


def page_table_of(
    rows: Sequence[ProjectRow], whole: Whole, question: Question, *, whole_label: str, moment: str, origins: Mapping[int, Origin], with_unit: bool
) -> Table:
    """A part of the projects under the sums of all, each with where its month came from: for the page."""
    body = plain_rows(rows, question, origins)
    total = sum_row(whole_label, whole.sums, whole.cum_total, question, Level.TOTAL)
    return _table([total, *body], page_columns(with_unit=with_unit), question, moment)


def _table(rows: Sequence[Row], columns: Sequence[Column], question: Question, moment: str) -> Table:
    notes = [
        _("“—”为未报送或没有，不是零。"),
        _("完成率＝本年累计完成投资÷年度计划投资，按%(period)s计算。") % {"period": period_text(question.period)},
        *([_("只计已审核的月度进展，未审核的按未报计。")] if question.approved else []),
    ]
    return Table("city_projects", detail_title(question), _("单位：万元"), columns, rows, moment=moment, notes=notes)


def _under_units(rows: Iterable[ProjectRow], question: Question) -> Iterator[Row]:
    for (key, name), members in groupby(rows, key=lambda row: (row.unit_key, row.unit)):
        taken = list(members)
        cum_total = Amount()
        for row in taken:
            cum_total.add(row.cum_total_wan, approx=row.done_approx)
        yield sum_row(name, Sums.of(project_sums(row) for row in taken), cum_total, question, Level.PART, unit=key)
        yield from plain_rows(taken, question, {})


def plain_rows(rows: Iterable[ProjectRow], question: Question, origins: Mapping[int, Origin]) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        figures = month_figures(project_sums(row), question.month, half=question.half == FIRST_HALF)
        words: dict[str, Value] = {
            "number": number,
            "label": row.name,
            "unit": row.unit,
            "sector": row.sector,
            "code": row.code,
            "origin": origin_text(origins.get(row.pk)),
            "planned_start": row.planned_start,
            "planned_finish": row.planned_finish,
            "actual_start": row.actual_start,
            "actual_finish": row.actual_finish,
        }
        rest: dict[str, Value] = {"cum_total": row.cum_total_wan, "progress": row.progress_text, "problems": row.problems}
        origin = origins.get(row.pk)
        yield Row(row.name, {**figure_values(figures), **words, **rest}, Level.ROW, _approx(figures, row), _keys(row, origin))


def _keys(row: ProjectRow, origin: Origin | None) -> dict[str, str]:
    keys = {"project": str(row.pk)}
    if origin is not None and origin.upload_id is not None:
        keys["upload"] = str(origin.upload_id)
    return keys


def origin_text(origin: Origin | None) -> str:
    """Where a figure came from, in a few words: upload 12, or the door and the person."""
    if origin is None:
        return ""
    if origin.upload_id is not None:
        return _("上传 #%(n)s") % {"n": origin.upload_id}
    return " ".join(word for word in (str(Door(origin.door).label), origin.person) if word)


def _approx(figures: MonthFigures, row: ProjectRow) -> frozenset[str]:
    return approx_columns(figures) | ({"cum_total"} if row.done_approx else set())


def project_sums(row: ProjectRow) -> Sums:
    """A single project as sums, so that it is computed as every other row is."""
    sums = Sums()
    sums.add(row.total_wan, row.plan_wan, row.month_wan, row.ytd_wan, total_approx=row.total_approx, done_approx=row.done_approx)
    return sums


def sum_row(label: str, sums: Sums, cum_total: Amount, question: Question, level: Level, *, unit: str = "") -> Row:
    figures = month_figures(sums, question.month, half=question.half == FIRST_HALF)
    approx = approx_columns(figures) | ({"cum_total"} if cum_total.is_approx else set())
    named = _("%(name)s（%(count)s个项目）") % {"name": label, "count": sums.count}
    keys = {"unit": unit} if unit else {}
    return Row(named, {**figure_values(figures), "number": "", "label": named, "cum_total": cum_total.wan}, level, approx, keys)

"""The city table: progress of a month by unit, by sector or by kind of list, built from grouped sums. No query is made here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import ReportingUnit
from projects.measures import MonthFigures, Sums, month_figures, percent_text, points_text, schedule, with_ranks, yi_text
from projects.models import Project
from projects.values import Month
from reports.queries import KINDS, NONE, CityFigures, Group
from reports.tables import Column, Kind, Level, Row, Table

BY = ("unit", "sector", "kind")


@dataclass(frozen=True, slots=True)
class Line:
    """A row in the making: its sums now and a month ago, and whether it takes part in the ranking."""

    label: str
    level: Level
    sums: Sums
    earlier: Sums
    keys: dict[str, str]
    ranked: bool = False
    block: str = ""  # rows are ranked against the rows of their block


def city_table(figures: CityFigures, by: str) -> Table:
    """Build the table of a month, the whole first."""
    lines = [_whole_line(figures), *_LINES[by](figures)]
    month = figures.question.month
    total = month_figures(lines[0].sums, month)
    return Table(
        name=f"city_progress_by_{by}",
        title=_("%(city)s%(year)s年%(month)s月重大项目投资进展情况表（%(by)s）")
        % {"city": settings.CITY_NAME, "year": month.year, "month": month.month, "by": by_label(by)},
        unit_line=_("单位：亿元"),
        columns=_columns(by, whole_city=figures.whole_city),
        rows=_rows(lines, month),
        lead=lead_sentence(total, month),
        moment=moment_text(figures),
        notes=notes(figures, lines, total, by),
    )


def by_label(by: str) -> str:
    return {"unit": _("按单位"), "sector": _("按领域"), "kind": _("按清单类别")}[by]


def _columns(by: str, *, whole_city: bool) -> list[Column]:
    first = {"unit": _("单位"), "sector": _("领域"), "kind": _("清单类别")}[by]
    columns = [
        Column("label", first, width=18),
        Column("count", _("项目数"), Kind.COUNT, _("项目（个）"), width=8),
        Column("not_reported", _("未报"), Kind.COUNT, _("项目（个）"), width=7),
        Column("total", _("总投资"), Kind.YI, width=11),
        Column("plan", _("年度计划"), Kind.YI, width=11),
        Column("month", _("本月"), Kind.YI, _("完成投资"), width=10),
        Column("ytd", _("本年累计"), Kind.YI, _("完成投资"), width=11),
        Column("rate", _("完成率（%）"), Kind.PERCENT, _("年度计划完成情况"), width=11),
        Column("schedule", _("时序进度（%）"), Kind.PERCENT, _("年度计划完成情况"), width=13),
        Column("difference", _("差额（百分点）"), Kind.POINTS, _("年度计划完成情况"), width=14),
    ]
    if by != "kind" and whole_city:
        columns.append(Column("rank", _("位次"), Kind.RANK, width=7))
    if by == "unit" and whole_city:
        columns.append(Column("move", _("较上月"), Kind.MOVE, width=8))
    return columns


# --- Lines -------------------------------------------------------------------------------------------------------------------------


def _line(label: str, groups: Iterable[Group], keys: dict[str, str], *, level: Level = Level.ROW, ranked: bool = False, block: str = "") -> Line:
    taken = list(groups)
    sums = Sums.of(group.sums for group in taken)
    earlier = Sums.of(Sums(group.sums.count, plan=group.sums.plan, ytd=group.earlier) for group in taken)
    return Line(label, level, sums, earlier, keys, ranked, block)


def _whole_line(figures: CityFigures) -> Line:
    return _line(_("全市") if figures.whole_city else _("合计"), figures.groups, {}, level=Level.TOTAL)


def _unit_lines(figures: CityFigures) -> list[Line]:
    """Every ranked unit of the year, even without projects; of the others those that have some."""
    by_unit: dict[int, list[Group]] = {}
    for group in figures.groups:
        by_unit.setdefault(group.unit_id, []).append(group)
    year = figures.question.month.year
    return [
        _line(unit.short_name, by_unit.get(unit.pk, ()), {"unit": unit.key}, ranked=unit.is_ranked and figures.whole_city)
        for unit in figures.units
        if unit.pk in by_unit or (unit.is_ranked and _is_valid(unit, year))
    ]


def _is_valid(unit: ReportingUnit, year: int) -> bool:
    return (unit.valid_from or year) <= year <= (unit.valid_to or year)


def _sector_lines(figures: CityFigures) -> list[Line]:
    """Both kinds of project, each with its sectors in their order; what has no sector comes last."""
    lines = []
    for kind in KINDS:
        of_kind = [group for group in figures.groups if group.kind == kind]
        if not of_kind:
            continue
        lines.append(_line(str(Project.Kind(kind).label), of_kind, {"project_kind": kind}, level=Level.PART))
        by_sector: dict[int | None, list[Group]] = {}
        for group in of_kind:
            by_sector.setdefault(group.sector_id, []).append(group)
        lines += [
            _line(
                sector.name,
                by_sector[sector.pk],
                {"sector": f"{sector.scheme}.{sector.code}", "project_kind": kind},
                ranked=figures.whole_city,
                block=kind,
            )
            for sector in figures.sectors
            if sector.pk in by_sector
        ]
        if None in by_sector:
            lines.append(_line(_("未分领域"), by_sector[None], {"sector": NONE, "project_kind": kind}))
    return lines


def _kind_lines(figures: CityFigures) -> list[Line]:
    """A project on lists of both kinds stands in both rows, and once in the whole."""
    lines = [
        _line(str(Project.Kind(kind).label), (group for group in figures.groups if kind in group.on), {"kind": kind})
        for kind in KINDS
        if any(kind in group.on for group in figures.groups)
    ]
    outside = [group for group in figures.groups if not group.on]
    if outside:
        lines.append(_line(_("清单外项目"), outside, {"kind": NONE}))
    return lines


_LINES: dict[str, Callable[[CityFigures], list[Line]]] = {"unit": _unit_lines, "sector": _sector_lines, "kind": _kind_lines}


def _rows(lines: Sequence[Line], month: Month) -> list[Row]:
    now = _ranked([month_figures(line.sums, month) for line in lines], lines)
    before: list[MonthFigures] = list(now)
    if month.month > 1:
        before = _ranked([month_figures(line.earlier, month.previous) for line in lines], lines)
    return [_row(line, figures, earlier) for line, figures, earlier in zip(lines, now, before, strict=True)]


def _ranked(figures: list[MonthFigures], lines: Sequence[Line]) -> list[MonthFigures]:
    """Rank the rows block by block."""
    for block in {line.block for line in lines if line.ranked}:
        figures = [
            ranked if line.ranked and line.block == block else row
            for row, ranked, line in zip(
                figures, with_ranks(figures, [line.ranked and line.block == block for line in lines]), lines, strict=True
            )
        ]
    return figures


def _row(line: Line, figures: MonthFigures, earlier: MonthFigures) -> Row:
    values = figure_values(figures)
    values["label"] = line.label
    values["rank"] = figures.rank
    moved = figures.rank is not None and earlier.rank is not None and earlier is not figures
    values["move"] = (earlier.rank or 0) - (figures.rank or 0) if moved else None
    return Row(line.label, values, line.level, approx_columns(figures), line.keys)


def figure_values(figures: MonthFigures) -> dict[str, Decimal | int | str | None]:
    """The figures of a row by column; a row without projects has dashes, not zeros, for money."""
    return {
        "count": figures.count,
        "not_reported": figures.not_reported,
        "total": figures.total_wan,
        "plan": figures.plan_wan,
        "month": figures.month_wan,
        "ytd": figures.ytd_wan,
        "rate": figures.rate,
        "schedule": figures.schedule,
        "difference": figures.difference,
    }


def approx_columns(figures: MonthFigures) -> frozenset[str]:
    marks = {"total": figures.total_approx, "plan": figures.plan_approx, "month": figures.done_approx, "ytd": figures.done_approx}
    return frozenset(key for key, marked in marks.items() if marked)


# --- Words -------------------------------------------------------------------------------------------------------------------------


def month_text(month: Month) -> str:
    return _("%(year)s年%(month)s月") % {"year": month.year, "month": month.month}


def lead_sentence(total: MonthFigures, month: Month) -> str:
    """What the table says, in one sentence."""
    if total.count == 0:
        return _("%(period)s没有可列入本表的项目。") % {"period": month_text(month)}
    words = {
        "until": _("%(year)s年1月") % {"year": month.year}
        if month.month == 1
        else _("%(year)s年1—%(month)s月") % {"year": month.year, "month": month.month},
        "count": total.count,
        "ytd": yi_text(total.ytd_wan, 2, approx=total.done_approx),
        "rate": percent_text(total.rate, 1),
        "points": points_text(total.difference, 1).lstrip("+-"),
        "month": yi_text(total.month_wan, 2, approx=total.done_approx),
    }
    if total.ytd_wan is None:
        return _("%(until)s共有%(count)s个项目，尚无一个报送完成投资。") % words
    if total.rate is None:
        return _("%(until)s，%(count)s个项目完成投资%(ytd)s亿元，其中本月%(month)s亿元；未下达年度计划，不计算完成率。") % words
    return _compared(total) % words


def _compared(total: MonthFigures) -> str:
    sign = points_text(total.difference, 1)[0]
    if sign == "+":
        return _("%(until)s，%(count)s个项目完成投资%(ytd)s亿元，其中本月%(month)s亿元，完成年度计划的%(rate)s，高于时序进度%(points)s个百分点。")
    if sign == "-":
        return _("%(until)s，%(count)s个项目完成投资%(ytd)s亿元，其中本月%(month)s亿元，完成年度计划的%(rate)s，低于时序进度%(points)s个百分点。")
    return _("%(until)s，%(count)s个项目完成投资%(ytd)s亿元，其中本月%(month)s亿元，完成年度计划的%(rate)s，与时序进度持平。")


def moment_text(figures: CityFigures) -> str:
    """Until when the database knew what the table shows."""
    if figures.changed_at is None:
        return _("尚无数据")
    at = timezone.localtime(figures.changed_at)
    return _("数据更新至%(moment)s") % {"moment": f"{date_format(at, 'DATE_FORMAT')} {at:%H:%M}"}


def notes(figures: CityFigures, lines: Sequence[Line], total: MonthFigures, by: str) -> list[str]:
    """What has to be said beside the figures: how they were made, what is missing, what was counted once."""
    month = figures.question.month
    return [
        _("完成率＝本年累计完成投资÷年度计划投资；时序进度＝%(month)s÷12＝%(schedule)s；差额＝完成率－时序进度。")
        % {"month": month.month, "schedule": percent_text(schedule(month.month))},
        *_list_notes(figures),
        *_gap_notes(lines[0].sums),
        *_rank_notes(figures, lines, by),
        _("金额按万元汇总后换算，四舍五入取两位小数，分项之和与合计可能有尾差。"),
    ]


def _list_notes(figures: CityFigures) -> list[str]:
    said = []
    if figures.versions:
        said.append(_("项目范围：%(lists)s。") % {"lists": "、".join(_version_text(version.list.name, version.as_of) for version in figures.versions)})
    outside = sum(group.sums.count for group in figures.groups if not group.on)
    if outside and figures.versions:
        said.append(ngettext("另含清单外项目%(n)s个。", "另含清单外项目%(n)s个。", outside) % {"n": outside})
    if figures.on_two_lists:
        said.append(
            ngettext("%(n)s个项目同时列入两份以上清单，合计只计一次。", "%(n)s个项目同时列入两份以上清单，合计只计一次。", figures.on_two_lists)
            % {"n": figures.on_two_lists}
        )
    if figures.dropped:
        said.append(ngettext("已调出清单的%(n)s个项目未计入。", "已调出清单的%(n)s个项目未计入。", figures.dropped) % {"n": figures.dropped})
    return said


def _version_text(name: str, as_of: object) -> str:
    return _("%(name)s（%(date)s版）") % {"name": name, "date": date_format(as_of, "DATE_FORMAT")}


def _gap_notes(sums: Sums) -> list[str]:
    gaps = (
        (sums.ytd.missing, _("%(n)s个项目未报送本年累计完成投资，未按零计入。")),
        (sums.plan.missing, _("%(n)s个项目没有年度计划，其完成投资仍计入合计。")),
        (sums.total.missing, _("%(n)s个项目没有总投资。")),
        (sums.total.approximate, _("总投资含%(n)s个约数，以“约”标出。")),
        (max(sums.month.approximate, sums.ytd.approximate), _("完成投资含%(n)s个约数，以“约”标出。")),
    )
    return [wording % {"n": n} for n, wording in gaps if n]


def _rank_notes(figures: CityFigures, lines: Sequence[Line], by: str) -> list[str]:
    if by == "kind":
        return []
    if not figures.whole_city:
        return [_("位次只在全市表中列出。")]
    if by == "sector":
        return [_("位次按完成率由高到低，在同类项目的各领域之间排列；完成率相同的位次相同。")]
    said = [_("位次按完成率由高到低；完成率相同的位次相同；没有项目或没有年度计划的单位不排位。")]
    if any(line.level is Level.ROW and not line.ranked for line in lines):
        said.append(_("市直部门、市属国企和未单列的功能区不参加排位。"))
    return said

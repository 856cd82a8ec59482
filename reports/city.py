"""The city table: progress of a month by unit, by sector or by kind of list, built from grouped sums. No query is made here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import ReportingUnit
from projects.measures import MonthFigures, Sums, month_figures, with_ranks
from projects.models import Project
from projects.period import FIRST_HALF
from reports.queries import CityFigures, Group
from reports.selection import KINDS, NONE, Question
from reports.tables import Column, Kind, Level, Row, Table, Value
from reports.words import lead_sentence, moment_text, notes, period_text

RATE, DIFFERENCE = "{ytd}/{plan}*100", "{rate}-{schedule}"


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
    question = figures.question
    total = month_figures(lines[0].sums, question.month, half=question.half == FIRST_HALF)
    return Table(
        name=f"city_progress_by_{by}",
        title=_title(question, by) + "".join(_("（%(unit)s）") % {"unit": unit.short_name} for unit in figures.units if question.unit),
        unit_line=_("单位：亿元"),
        columns=_columns(by, whole_city=figures.whole_city, gaps=total.not_reported > 0, approved=question.approved),
        rows=_rows(lines, question),
        lead=lead_sentence(total, question),
        moment=moment_text(figures.changed_at, question),
        notes=notes(figures, lines[0].sums, by, unranked_units=any(not line.ranked for line in lines[1:])),
    )


def _title(question: Question, by: str) -> str:
    """A table of what is approved says so in its title: its file must not be taken for the other."""
    month, named = question.month, {"city": settings.CITY_NAME, "by": by_label(by)}
    if question.half:
        title = _("%(city)s%(period)s重大项目投资进展情况表（%(by)s）") % {**named, "period": period_text(question.period)}
    else:
        title = _("%(city)s%(year)s年%(month)s月重大项目投资进展情况表（%(by)s）") % {**named, "year": month.year, "month": month.month}
    return title + (_("（只计已审核）") if question.approved else "")


def by_label(by: str) -> str:
    return {"unit": _("按单位"), "sector": _("按领域"), "kind": _("按清单类别")}[by]


def _columns(by: str, *, whole_city: bool, gaps: bool, approved: bool) -> list[Column]:
    """Where everybody reported, nothing has to be said of those who did not."""
    first = {"unit": _("单位"), "sector": _("领域"), "kind": _("清单类别")}[by]
    columns = [
        Column("label", first, width=18),
        Column("count", _("项目数"), Kind.COUNT, _("项目（个）"), width=8),
        Column("not_reported", _("未审核") if approved else _("未报"), Kind.COUNT, _("项目（个）"), width=7),
        Column("total", _("总投资"), Kind.YI, width=11),
        *_plan_columns(gaps=gaps, approved=approved),
        Column("month", _("本月"), Kind.YI, _("完成投资"), width=10),
        Column("ytd", _("本年累计"), Kind.YI, _("完成投资"), width=11),
        Column("rate", _("完成率（%）"), Kind.PERCENT, _("年度计划完成情况"), width=11, formula=RATE),
        *(
            [
                Column(
                    "reported_rate",
                    _("已审核项目完成率（%）") if approved else _("已报项目完成率（%）"),
                    Kind.PERCENT,
                    _("年度计划完成情况"),
                    width=19,
                    formula="{ytd}/({plan}-{unreported_plan})*100",
                )
            ]
            if gaps
            else []
        ),
        Column("schedule", _("时序进度（%）"), Kind.PERCENT, _("年度计划完成情况"), width=13),
        Column("difference", _("差额（百分点）"), Kind.POINTS, _("年度计划完成情况"), width=14, formula=DIFFERENCE),
    ]
    if by != "kind" and whole_city:
        columns.append(Column("rank", _("位次"), Kind.RANK, width=7))
    if by == "unit" and whole_city:
        columns.append(Column("move", _("较上月"), Kind.MOVE, width=8))
    return columns


def _plan_columns(*, gaps: bool, approved: bool) -> list[Column]:
    if not gaps:
        return [Column("plan", _("年度计划"), Kind.YI, width=11)]
    group = _("年度计划")
    missing = _("其中未审核项目") if approved else _("其中未报项目")
    return [Column("plan", _("合计"), Kind.YI, group, width=11), Column("unreported_plan", missing, Kind.YI, group, width=15 if approved else 13)]


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
        lines.append(_line(str(Project.Kind(kind).label), of_kind, {"kind": kind}, level=Level.PART))
        by_sector: dict[int | None, list[Group]] = {}
        for group in of_kind:
            by_sector.setdefault(group.sector_id, []).append(group)
        lines += [
            _line(
                sector.name,
                by_sector[sector.pk],
                {"sector": f"{sector.scheme}.{sector.code}", "kind": kind},
                ranked=figures.whole_city,
                block=kind,
            )
            for sector in figures.sectors
            if sector.pk in by_sector
        ]
        if None in by_sector:
            lines.append(_line(_("未分领域"), by_sector[None], {"sector": NONE, "kind": kind}))
    return lines


def _kind_lines(figures: CityFigures) -> list[Line]:
    """A project on lists of both kinds stands in both rows, and once in the whole."""
    lines = [
        _line(str(Project.Kind(kind).label), (group for group in figures.groups if kind in group.on), {"lists": kind})
        for kind in KINDS
        if any(kind in group.on for group in figures.groups)
    ]
    outside = [group for group in figures.groups if not group.on]
    if outside:
        lines.append(_line(_("清单外项目"), outside, {"lists": NONE}))
    return lines


_LINES: dict[str, Callable[[CityFigures], list[Line]]] = {"unit": _unit_lines, "sector": _sector_lines, "kind": _kind_lines}


def _rows(lines: Sequence[Line], question: Question) -> list[Row]:
    now = _ranked([month_figures(line.sums, question.month, half=question.half == FIRST_HALF) for line in lines], lines)
    before: list[MonthFigures] = list(now)
    if question.moment.before is not None:
        earlier = question.moment.before
        before = _ranked([month_figures(line.earlier, earlier.month, half=earlier.half == FIRST_HALF) for line in lines], lines)
    return [_row(line, figures, earlier) for line, figures, earlier in zip(lines, now, before, strict=True)]


def _ranked(figures: list[MonthFigures], lines: Sequence[Line]) -> list[MonthFigures]:
    """Rank the rows block by block."""
    for block in {line.block for line in lines if line.ranked}:
        figures = [
            ranked if line.ranked and line.block == block else row
            for row, ranked, line in zip(figures, with_ranks(figures, [line.ranked and line.block == block for line in lines]), lines, strict=True)
        ]
    return figures


def _row(line: Line, figures: MonthFigures, earlier: MonthFigures) -> Row:
    values = figure_values(figures)
    values["label"] = line.label
    values["rank"] = figures.rank
    moved = figures.rank is not None and earlier.rank is not None and earlier is not figures
    values["move"] = (earlier.rank or 0) - (figures.rank or 0) if moved else None
    return Row(line.label, values, line.level, approx_columns(figures), line.keys)


def figure_values(figures: MonthFigures) -> dict[str, Value]:
    """The figures of a row by column; a row without projects has dashes, not zeros, for money."""
    return {
        "count": figures.count,
        "not_reported": figures.not_reported,
        "total": figures.total_wan,
        "plan": figures.plan_wan,
        "month": figures.month_wan,
        "ytd": figures.ytd_wan,
        "unreported_plan": figures.unreported_plan_wan,
        "rate": figures.rate,
        "reported_rate": figures.reported_rate,
        "schedule": figures.schedule if figures.count else None,
        "difference": figures.difference,
    }


def approx_columns(figures: MonthFigures) -> frozenset[str]:
    marks = {"total": figures.total_approx, "plan": figures.plan_approx, "month": figures.done_approx, "ytd": figures.done_approx}
    return frozenset(key for key, marked in marks.items() if marked)

"""The parts of a dashboard in words: the figures at the top, tiles of units, who owes a month, the money of projects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.words import about
from projects.measures import MonthFigures, percent_text, points_text, wan_to_yi, yi_text
from projects.period import WHOLE
from projects.returns import Cell, cell_words, period_words
from reports.choices import address
from reports.money_pivot import last_day
from reports.parameters import address_of
from reports.progress import Line, Progress
from reports.selection import Question
from reports.waiting import MoneyToday


@dataclass(frozen=True, slots=True)
class Told:
    """A figure as the page prints it: its measure, its words, its text, how it moved since last month, and where its rows are."""

    key: str
    label: str
    text: str
    unit: str = ""
    change: str = ""
    note: str = ""
    is_bad: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A unit as a tile: its rate against 时序 in a word, a shape and a colour."""

    label: str
    text: str
    points: str
    word: str
    tone: str
    rank: int | None
    href: str


@dataclass(frozen=True, slots=True)
class Owing:
    """A unit's month that is not in: in words, how many projects, what plan stands for them, and the way there."""

    label: str
    words: str
    not_reported: int | None
    plan: str
    is_late: bool
    href: str


def link_to(page: str, question: Question) -> Callable[[dict[str, str]], str]:
    """From a part of the page to its rows: the question, narrowed."""
    asked = address_of(question)
    return lambda keys: address(page, **{**asked, **keys})


# --- Headline ----------------------------------------------------------------------------------------------------------------------


def headline(found: Progress) -> list[Told]:
    """The figures at the top, each with its change against last month."""
    now, before, question = found.now, found.before, found.question
    href = address("reports:projects", **address_of(question))
    yi = _("亿元")

    def amount(key: str, label: str, name: str, *, approx: bool = False, compared: bool = True) -> Told:
        value, earlier = getattr(now, name), getattr(before, name) if before else None
        change = _moved(value, earlier) if compared else ""
        return Told(key, label, yi_text(value, grouped=True, approx=approx, about=about()), yi, change, href=href)

    count_change = f"{now.count - before.count:+d}" if before and now.count != before.count else _("持平") if before else ""
    rated = Told(
        *("rate", _("完成率"), percent_text(now.rate, 1)),
        change=_moved_points(now, before),
        note=_against_schedule(now),
        is_bad=now.difference is not None and now.difference < 0,
        href=href,
    )
    return [
        Told("count", _("项目数"), str(now.count), _("个"), count_change, href=href),
        amount("total_wan", _("总投资"), "total_wan", approx=now.total_approx),
        amount("plan_wan", _("年度计划"), "plan_wan", approx=now.plan_approx),
        amount("month_wan", _("本月完成"), "month_wan", approx=now.done_approx),
        amount("ytd_wan", _("本年累计完成"), "ytd_wan", approx=now.done_approx),
        rated,
    ]


def _moved(value: Decimal | None, earlier: Decimal | None) -> str:
    if value is None or earlier is None:
        return ""
    text = points_text(wan_to_yi(value - earlier))
    return _("持平") if value == earlier else text


def _moved_points(now: MonthFigures, before: MonthFigures | None) -> str:
    """By how many points the rate itself moved."""
    if before is None or now.rate is None or before.rate is None:
        return ""
    return _("%(points)s个百分点") % {"points": points_text((now.rate - before.rate).scaleb(2), 1)}


def _against_schedule(now: MonthFigures) -> str:
    """The rate against 时序 in words, which is what a leader asks first."""
    if now.difference is None:
        return _("没有年度计划或没有报送，不计算完成率")
    points = points_text(now.difference, 1)
    words = {"points": points.lstrip("+-"), "schedule": percent_text(now.schedule, 1)}
    if points[0] == "+":
        return _("高于时序%(points)s个百分点（时序%(schedule)s）") % words
    if points[0] == "-":
        return _("低于时序%(points)s个百分点（时序%(schedule)s）") % words
    return _("与时序持平（时序%(schedule)s）") % words


# --- Units -------------------------------------------------------------------------------------------------------------------------


def tiles(found: Progress) -> list[Tile]:
    """A tile for each unit in print order: what stands for a map where no boundaries with a licence are at hand."""
    link = link_to("reports:dashboard", found.question)
    return [_tile(line, link(dict(line.keys))) for line in found.units]


def _tile(line: Line, href: str) -> Tile:
    figures = line.figures
    word, tone = (_("无项目"), "none") if not figures.count else _tone(figures)
    points = points_text(figures.difference, 1) if figures.difference is not None else ""
    return Tile(line.label, percent_text(figures.rate, 1), points, word, tone, figures.rank, href)


def _tone(figures: MonthFigures) -> tuple[str, str]:
    """Ahead of 时序 or behind it, as it is printed: what rounds to nought is neither."""
    if figures.ytd_wan is None:
        return _("未报"), "none"
    if figures.difference is None:
        return _("无计划"), "none"
    sign = points_text(figures.difference, 1)[0]
    return (_("低于时序"), "below") if sign == "-" else (_("达到时序"), "above")


def rank_words(found: Progress) -> str:
    own = next((line.figures.rank for line in found.units if line.figures.rank is not None), None)
    return _("按完成率在全市排第%(rank)s位") % {"rank": own} if own is not None else _("不参加排位")


# --- Who owes --------------------------------------------------------------------------------------------------------------------------


def _unit_month(cell: Cell) -> str:
    return reverse("admin:projects_month_unit", args=[cell.unit.pk, cell.period.pk]) if cell.period else ""


def owed_by_unit(found: Progress, cells: Sequence[Cell]) -> list[Owing]:
    """The units whose month is not in, late ones first; and those that no cell speaks of but whose projects have no figure."""
    wanted = [cell for cell in cells if found.question.half == WHOLE or cell.span == found.question.period]
    by_unit = {cell.unit.pk: cell for cell in wanted}
    rows = []
    for line in found.units:
        cell = by_unit.get(line.unit.pk) if line.unit else None
        if cell is None and not line.figures.not_reported:
            continue
        rows.append(
            Owing(
                line.label,
                cell_words(cell) if cell else "",
                line.figures.not_reported,
                yi_text(line.figures.unreported_plan_wan) if line.figures.not_reported else "",
                cell.is_overdue if cell else False,
                _unit_month(cell) if cell else address("reports:projects", **{**address_of(found.question), **line.keys}),
            )
        )
    return sorted(rows, key=lambda row: not row.is_late)


def owed_by_month(cells: Sequence[Cell]) -> list[Owing]:
    """The months that are not in, newest first."""
    several = len({cell.unit.pk for cell in cells}) > 1
    return [
        Owing(
            f"{cell.unit.short_name} · {period_words(cell.span)}" if several else period_words(cell.span),
            cell_words(cell),
            *(cell.missing, "", cell.is_overdue, _unit_month(cell)),
        )
        for cell in sorted(cells, key=lambda cell: cell.span, reverse=True)
    ]


# --- Money ---------------------------------------------------------------------------------------------------------------------------


def money_told(found: MoneyToday) -> list[Told]:
    """What projects were given of the year's bonds and central plans, and what became of it; nothing where there is none."""
    said = found.told.values
    if not any(said.get(key) for key in ("assigned_wan", "arrived_wan", "paid_wan")):
        return []
    words = (
        ("assigned_wan", _("资金分配")),
        ("arrived_wan", _("已到位")),
        ("paid_wan", _("已支出")),
        ("idle_wan", _("到位未支出")),
    )
    rate = said.get("paid_rate")
    return [
        *(Told(key, label, yi_text(amount, grouped=True), _("亿元")) for key, label in words if isinstance(amount := said.get(key), Decimal)),
        Told("paid_rate", _("支出率"), percent_text(rate if isinstance(rate, Decimal) else None, 1)),
    ]


def money_address(question: Question) -> str:
    asked = {"year": str(question.month.year), "until": last_day(question).isoformat(), "unit": question.unit}
    return address("reports:money", **{name: value for name, value in asked.items() if value})


def list_address(question: Question, **more: str) -> str:
    known = {"known": question.known.isoformat()} if question.known else {}
    return address("admin:projects_project_changelist", month=str(question.month), **known, **more)

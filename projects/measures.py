"""Figures: rates, schedule, differences, ranks, sums, and how they are printed. The one place where a figure is computed. Pure.

Rates are exact Decimal ratios (1 = 100 %) of unrounded 万元 and are rounded once, when printed: half up, two decimals in tables.
None is "not known" and stays so: a plan that is missing or zero gives no rate, no rank, and is printed as a dash. Nothing is capped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext

from projects.values import Month

DASH = "—"
ABOUT = "约"  # before what is approximate; pages hand in the word of their language (`accounts.words.about`)
WAN_PER_YI = Decimal(10_000)
_HUNDRED = Decimal(100)
_ZERO = Decimal(0)

# --- Rounding and printing ---------------------------------------------------------------------------------------------------------


def round_half_up(value: Decimal, places: int = 2) -> Decimal:
    """Round once, half away from zero, as officials do; never gives a negative zero."""
    with localcontext(prec=60):
        rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        return rounded.copy_abs() if rounded.is_zero() else rounded


def wan_to_yi(amount_wan: Decimal) -> Decimal:
    """Turn 万元 into 亿元, exactly."""
    return amount_wan.scaleb(-4)


def number_text(value: Decimal | None, places: int = 2, *, grouped: bool = False, approx: bool = False, about: str = ABOUT) -> str:
    """Print a number with fixed decimals; `about` goes before what is approximate, a dash stands for what is not known."""
    if value is None:
        return DASH
    text = format(round_half_up(value, places), ",f" if grouped else "f")
    return f"{about}{text}" if approx else text


def plain_text(value: Decimal | int) -> str:
    """Print a number as it is, without exponent or idle zeros, for use in a sentence."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def wan_text(amount_wan: Decimal | None, places: int = 2, *, grouped: bool = False, approx: bool = False, about: str = ABOUT) -> str:
    return number_text(amount_wan, places, grouped=grouped, approx=approx, about=about)


def yi_text(amount_wan: Decimal | None, places: int = 2, *, grouped: bool = False, approx: bool = False, about: str = ABOUT) -> str:
    """Print 万元 as 亿元, without the unit's name."""
    return number_text(None if amount_wan is None else wan_to_yi(amount_wan), places, grouped=grouped, approx=approx, about=about)


def percent_text(ratio_value: Decimal | None, places: int = 2) -> str:
    """Print a ratio as a percentage: 97.16%."""
    return DASH if ratio_value is None else f"{number_text(ratio_value * _HUNDRED, places)}%"


def points_text(points_value: Decimal | None, places: int = 2) -> str:
    """Print a difference in percentage points with its sign: +13.82, -1.36, 0.00."""
    if points_value is None:
        return DASH
    rounded = round_half_up(points_value, places)
    return f"+{rounded:f}" if rounded > 0 else f"{rounded:f}"


# --- Rates -------------------------------------------------------------------------------------------------------------------------


def share(part: Decimal | int | None, whole: Decimal | int | None) -> Decimal | None:
    """Divide a part by a whole; None if either is unknown or the whole is not above zero."""
    if part is None or whole is None or whole <= 0:
        return None
    return Decimal(part) / Decimal(whole)


def rate(done_ytd_wan: Decimal | None, plan_wan: Decimal | None) -> Decimal | None:
    """投资完成率: done this year over the annual plan."""
    return share(done_ytd_wan, plan_wan)


def schedule(month: int, *, half: bool = False) -> Decimal:
    """时序进度: the share of the year gone at the end of a month, or at its middle (上半月)."""
    if not 1 <= month <= 12:
        raise ValueError(f"no such month: {month}")
    return (Decimal(month) - (Decimal("0.5") if half else 0)) / 12


def schedule_since(month: int, first_month: int) -> Decimal:
    """时序进度 of a plan listed in the course of the year, by the months it has: from `first_month` to December."""
    if not 1 <= first_month <= month <= 12:
        raise ValueError(f"a plan of months {first_month}-12 has no month {month}")
    return Decimal(month - first_month + 1) / (13 - first_month)


def due(plan_wan: Decimal | None, schedule_value: Decimal) -> Decimal | None:
    """时序应完成: what of a plan should be done by now."""
    return None if plan_wan is None else plan_wan * schedule_value


def difference(rate_value: Decimal | None, schedule_value: Decimal) -> Decimal | None:
    """差额: how many percentage points the rate is above the schedule."""
    return None if rate_value is None else (rate_value - schedule_value) * _HUNDRED


def schedule_ratio(rate_value: Decimal | None, schedule_value: Decimal) -> Decimal | None:
    """完成比: the rate over the schedule."""
    return share(rate_value, schedule_value)


def overall_progress(cum_total_wan: Decimal | None, total_wan: Decimal | None) -> Decimal | None:
    """总进度: done since the start over the total investment."""
    return share(cum_total_wan, total_wan)


def growth(done_wan: Decimal | None, before_wan: Decimal | None) -> Decimal | None:
    """同比增长: the year to date against that of the same month of last year; below zero where less was done."""
    over = share(done_wan, before_wan)
    return None if over is None else over - 1


def start_rate(started: int, planned: int) -> Decimal | None:
    """开工率: of the projects planned to start this year, the share that has."""
    return share(started, planned)


def under_way_rate(started: int, continuing: int, finished: int, listed: int) -> Decimal | None:
    """开工在建率: started, continuing and finished projects over all on the list."""
    return share(started + continuing + finished, listed)


def ranks(values: Sequence[Decimal | None]) -> list[int | None]:
    """位次 from the highest: equals share a place and the next one is skipped (1, 1, 3). What has no value has no rank.

    Compared is the exact value, so two rates that print alike may stand on different places.
    """
    ordered = sorted((value for value in values if value is not None), reverse=True)
    first: dict[Decimal, int] = {}
    for place, value in enumerate(ordered, start=1):
        first.setdefault(value, place)
    return [None if value is None else first[value] for value in values]


# --- Sums --------------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Amount:
    """A sum of 万元 that remembers how many of its parts were reported, and how many of those were approximate."""

    sum_wan: Decimal = _ZERO
    reported: int = 0
    missing: int = 0
    approximate: int = 0

    def add(self, amount_wan: Decimal | None, *, approx: bool = False) -> None:
        if amount_wan is None:
            self.missing += 1
            return
        self.sum_wan += amount_wan
        self.reported += 1
        self.approximate += approx

    def merge(self, other: Amount) -> None:
        self.sum_wan += other.sum_wan
        self.reported += other.reported
        self.missing += other.missing
        self.approximate += other.approximate

    @property
    def wan(self) -> Decimal | None:
        """The sum of what was reported; None if nothing was."""
        return self.sum_wan if self.reported else None

    @property
    def is_approx(self) -> bool:
        return self.approximate > 0

    @property
    def is_complete(self) -> bool:
        return self.missing == 0


@dataclass(slots=True)
class Sums:
    """Adds projects up for one row of a table; rows add up to the row of the whole."""

    count: int = 0
    total: Amount = field(default_factory=Amount)
    plan: Amount = field(default_factory=Amount)
    month: Amount = field(default_factory=Amount)
    ytd: Amount = field(default_factory=Amount)
    reported_plan: Amount = field(default_factory=Amount)  # the plan of those projects alone that reported a year-to-date figure

    def add(
        self,
        total_wan: Decimal | None,
        plan_wan: Decimal | None = None,
        month_wan: Decimal | None = None,
        ytd_wan: Decimal | None = None,
        *,
        total_approx: bool = False,
        plan_approx: bool = False,
        done_approx: bool = False,
    ) -> None:
        """Count one project with its figures; None is "not reported", which zero is not."""
        self.count += 1
        self.total.add(total_wan, approx=total_approx)
        self.plan.add(plan_wan, approx=plan_approx)
        self.month.add(month_wan, approx=done_approx)
        self.ytd.add(ytd_wan, approx=done_approx)
        if ytd_wan is not None:
            self.reported_plan.add(plan_wan, approx=plan_approx)

    def merge(self, other: Sums) -> None:
        """Take another row's projects in."""
        self.count += other.count
        self.total.merge(other.total)
        self.plan.merge(other.plan)
        self.month.merge(other.month)
        self.ytd.merge(other.ytd)
        self.reported_plan.merge(other.reported_plan)

    @classmethod
    def of(cls, parts: Iterable[Sums]) -> Sums:
        """The row of the whole: 全市."""
        whole = cls()
        for part in parts:
            whole.merge(part)
        return whole


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """What a city table prints for a unit, a sector or the whole city in a month. Money in 万元, rates as ratios, None as a dash."""

    count: int
    total_wan: Decimal | None
    plan_wan: Decimal | None
    month_wan: Decimal | None
    ytd_wan: Decimal | None
    rate: Decimal | None
    schedule: Decimal
    difference: Decimal | None  # percentage points
    rank: int | None = None
    not_reported: int = 0  # projects without a year-to-date figure
    unreported_plan_wan: Decimal | None = None  # how much of `plan_wan` is theirs; None where there is no plan at all
    reported_rate: Decimal | None = None  # 已报项目完成率: the same done over the plan of the projects that reported
    total_approx: bool = False
    plan_approx: bool = False
    done_approx: bool = False


def month_figures(sums: Sums, month: Month | int, *, half: bool = False) -> MonthFigures:
    """Compute a row's figures at the end of a month (or at its middle).

    The rate is over the whole plan, as it is published; beside it stands the rate over the plan of those that reported, because in a
    month that is half reported the first says how much is done for certain and only the second how fast the work goes.
    """
    expected = schedule(month if isinstance(month, int) else month.month, half=half)
    done = rate(sums.ytd.wan, sums.plan.wan)
    return MonthFigures(
        count=sums.count,
        total_wan=sums.total.wan,
        plan_wan=sums.plan.wan,
        month_wan=sums.month.wan,
        ytd_wan=sums.ytd.wan,
        rate=done,
        schedule=expected,
        difference=difference(done, expected),
        not_reported=sums.ytd.missing,
        unreported_plan_wan=unreported_plan(sums),
        reported_rate=rate(sums.ytd.wan, sums.reported_plan.wan),
        total_approx=sums.total.is_approx,
        plan_approx=sums.plan.is_approx,
        done_approx=sums.month.is_approx or sums.ytd.is_approx,
    )


def unreported_plan(sums: Sums) -> Decimal | None:
    """未报项目计划 of added-up projects."""
    return unreported(sums.plan.wan, sums.reported_plan.wan)


def unreported(plan_wan: Decimal | None, reported_plan_wan: Decimal | None) -> Decimal | None:
    """未报项目计划: the part of the plan that stands for projects without a year-to-date figure."""
    return None if plan_wan is None else plan_wan - (reported_plan_wan or _ZERO)


def with_ranks(rows: Sequence[MonthFigures], ranked: Sequence[bool] | None = None) -> list[MonthFigures]:
    """Give each row its place by rate. Rows that `ranked` leaves out (city bureaus, companies) take no place and push nobody down."""
    taking_part = [True] * len(rows) if ranked is None else ranked
    places = ranks([row.rate if takes_part else None for row, takes_part in zip(rows, taking_part, strict=True)])
    return [replace(row, rank=place) for row, place in zip(rows, places, strict=True)]

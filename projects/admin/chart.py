"""The progress chart of a project's year, as plain coordinates for an SVG template. One grammar: plan outline, actual solid, 时序 dashed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from projects.measures import schedule, share, yi_text

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 16, 26
_STEPS = 4
_NICE = (Decimal(1), Decimal("1.2"), Decimal(2), Decimal(3), Decimal(4), Decimal(5), Decimal(6), Decimal(8), Decimal(10))


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: its cumulative figure as a solid bar, its place on the axis."""

    month: int
    x: float
    label_x: float
    y: float
    height: float
    width: float
    text: str
    known: bool


@dataclass(frozen=True, slots=True)
class Tick:
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template draws; `due` is the dashed line of the schedule as a path."""

    year: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    due: str
    plan_y: float | None
    plan_text: str
    plan_x: float = LEFT + 8
    plan_dy: int = 14  # the plan's label hangs under its line, or stands on it where there is room above only
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM


def year_chart(year: int, plan_wan: Decimal | None, ytd_by_month: Mapping[int, Decimal | None]) -> Chart | None:
    """Lay out a year: what was done by the end of each month against the year's plan. None where there is nothing to draw."""
    known = [value for value in ytd_by_month.values() if value is not None]
    top = max([*known, plan_wan or Decimal(0)], default=Decimal(0))
    if top <= 0:
        return None
    ceiling = ceiling_of(top)
    slot = (WIDTH - LEFT - RIGHT) / 12

    def height(amount: Decimal) -> float:
        part = share(amount, ceiling) or Decimal(0)
        return round(float(part) * (HEIGHT - TOP - BOTTOM), 1)

    def y(amount: Decimal) -> float:
        return round(HEIGHT - BOTTOM - height(amount), 1)

    bars = []
    for month in range(1, 13):
        value = ytd_by_month.get(month)
        middle = LEFT + slot * (month - 0.5)
        amount = max(value or Decimal(0), Decimal(0))
        bars.append(
            Bar(
                month,
                round(middle - slot * 0.3, 1),
                round(middle, 1),
                y(amount),
                height(amount),
                round(slot * 0.6, 1),
                yi_text(value),
                value is not None,
            )
        )
    due = ""
    if plan_wan:
        points = (f"{round(LEFT + slot * bar.month, 1)},{y(plan_wan * schedule(bar.month))}" for bar in bars)
        due = f"M{LEFT},{HEIGHT - BOTTOM} L" + " L".join(points)
    ticks = tuple(Tick(y(ceiling * step / _STEPS), yi_text(ceiling * step / _STEPS)) for step in range(_STEPS + 1))
    if not plan_wan:
        return Chart(year, tuple(bars), ticks, due, None, yi_text(plan_wan))
    line = y(plan_wan)
    dues = [y(plan_wan * schedule(bar.month)) for bar in bars]
    at, dy = _free_place(bars, dues, line)
    return Chart(year, tuple(bars), ticks, due, line, yi_text(plan_wan), round(LEFT + slot * at + 8, 1), dy)


_LABEL_SLOTS = 3  # months that the plan's label covers
_LABEL_HEIGHT = 16


def _free_place(bars: Sequence[Bar], dues: Sequence[float], line: float) -> tuple[int, int]:
    """The first month from which the plan's label meets no bar, no bar's figure and not the dashed line: under the plan's line, else above."""
    for dy, top in ((14, line), (-5, line - _LABEL_HEIGHT)):
        bottom = top + _LABEL_HEIGHT
        for at in range(12 - _LABEL_SLOTS + 1):
            under = range(at, at + _LABEL_SLOTS)
            # A bar's figure stands above it; the dashed line runs from one month's end to the next.
            bar_free = all(not bars[slot].known or bars[slot].y - _LABEL_HEIGHT > bottom for slot in under)
            due_free = all(dues[slot] > bottom + 2 for slot in under)
            if top >= 0 and bar_free and due_free:
                return at, dy
    return 0, 14


def ceiling_of(top: Decimal) -> Decimal:
    """A round figure at or above `top`, for the axis."""
    unit = Decimal(1).scaleb(top.adjusted())
    return next(unit * nice for nice in _NICE if unit * nice >= top)

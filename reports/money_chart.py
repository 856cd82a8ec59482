"""The course of a year's bonds as coordinates for an SVG template: quota as outline, issued solid, spent beside it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from projects.admin.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Tick, ceiling_of
from projects.measures import share, yi_text

_STEPS = 4
_MONTHS = 12


class MonthOfMoney(Protocol):
    """What the chart asks of a month."""

    @property
    def month(self) -> int: ...
    @property
    def quota_wan(self) -> Decimal: ...
    @property
    def issued_wan(self) -> Decimal: ...
    @property
    def paid_wan(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Block:
    """A bar: its place, its height, its figure."""

    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class MonthBars:
    month: int
    middle: float
    issued: Block | None = None
    paid: Block | None = None


@dataclass(frozen=True, slots=True)
class MoneyChart:
    """Everything that the template draws; `quota` is the outline of the quota as a path of steps."""

    year: int
    bars: tuple[MonthBars, ...]
    ticks: tuple[Tick, ...]
    quota: str
    quota_text: str
    quota_x: float
    quota_y: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM


def money_chart(year: int, course: Sequence[MonthOfMoney]) -> MoneyChart | None:
    """Lay out a year. None where there is nothing to draw."""
    top = max((max(month.quota_wan, month.issued_wan, month.paid_wan) for month in course), default=Decimal(0))
    if top <= 0:
        return None
    ceiling = ceiling_of(top * Decimal("1.1"))  # room for the quota's words above its line
    slot = (WIDTH - LEFT - RIGHT) / _MONTHS

    def block(amount: Decimal, left: float, width: float) -> Block:
        part = float(share(amount, ceiling) or 0) * (HEIGHT - TOP - BOTTOM)
        return Block(round(left, 1), round(HEIGHT - BOTTOM - part, 1), round(width, 1), round(part, 1), yi_text(amount, 1))

    known = {month.month: month for month in course}
    bars = []
    for number in range(1, _MONTHS + 1):
        start, month = LEFT + slot * (number - 1), known.get(number)
        drawn = (block(month.issued_wan, start + slot * 0.14, slot * 0.4), block(month.paid_wan, start + slot * 0.56, slot * 0.3)) if month else ()
        bars.append(MonthBars(number, round(start + slot / 2, 1), *drawn))
    steps = [(LEFT + slot * (month.month - 1), block(month.quota_wan, 0, 0).y) for month in course]
    path = f"M{LEFT},{HEIGHT - BOTTOM} " + " ".join(f"L{x:.1f},{y} L{x + slot:.1f},{y}" for x, y in steps)
    ticks = tuple(Tick(block(ceiling * step / _STEPS, 0, 0).y, yi_text(ceiling * step / _STEPS, 0)) for step in range(_STEPS + 1))
    last = course[-1]
    return MoneyChart(year, tuple(bars), ticks, path, yi_text(last.quota_wan, 1), round(steps[-1][0] + slot, 1), steps[-1][1])

"""The course of an indicator as plain coordinates for an SVG template: actual solid, target dashed, nation and province thin. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from projects.indicators import Reading
from projects.measures import plain_text
from projects.values import Month

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 64, 18, 30
_STEPS = 4
_NICE = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_MOST_LABELS = 12


@dataclass(frozen=True, slots=True)
class Dot:
    """A figure in its place; `label` is where its number is printed."""

    x: float
    y: float
    text: str
    label_y: float


@dataclass(frozen=True, slots=True)
class Line:
    """One course: which, its path, and where its name stands at the end."""

    name: str
    path: str
    end_x: float
    end_y: float
    mark_y: float  # of its last figure


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Everything that the template draws."""

    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    months: tuple[Tick, ...]
    zero: float | None
    target_y: float | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM


class _Scale:
    """Values and months as places on the paper."""

    def __init__(self, values: Sequence[Decimal], months: Sequence[Month]) -> None:
        low, high = min(*values, Decimal(0)), max(*values, Decimal(0))
        self.step = step_of((high - low) or Decimal(1))
        self.low = (low / self.step).to_integral_value("ROUND_FLOOR") * self.step
        self.high = (high / self.step).to_integral_value("ROUND_CEILING") * self.step or self.step
        self.first = min(months).index
        self.span = max(max(months).index - self.first, 1)

    def y(self, value: Decimal) -> float:
        part = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - float(part) * (HEIGHT - TOP - BOTTOM), 1)

    def x(self, month: Month) -> float:
        return round(LEFT + 20 + (month.index - self.first) / self.span * (WIDTH - LEFT - RIGHT - 40), 1)

    def ticks(self) -> tuple[Tick, ...]:
        count = int((self.high - self.low) / self.step)
        return tuple(Tick(self.y(self.low + self.step * n), plain_text((self.low + self.step * n).normalize())) for n in range(count + 1))


def step_of(span: Decimal) -> Decimal:
    """A round distance between the lines of the paper, of which about four cover the span."""
    rough = span / _STEPS
    unit = Decimal(1).scaleb(rough.adjusted())
    return next(unit * nice for nice in _NICE if unit * nice >= rough)


def trend(readings: Iterable[Reading], target: Decimal | None, names: tuple[str, str, str]) -> Trend | None:
    """Lay the figures out in order of time. `names`: what the place, the province and the nation are called. None without figures."""
    told = sorted(readings, key=lambda one: one.month.index)
    if not told:
        return None
    courses = (
        (names[0], [(one.month, one.value) for one in told]),
        (names[1], [(one.month, one.province) for one in told if one.province is not None]),
        (names[2], [(one.month, one.nation) for one in told if one.nation is not None]),
    )
    values = [value for _name, course in courses for _month, value in course if value is not None] + ([target] if target is not None else [])
    scale = _Scale(values, [one.month for one in told])
    lines = tuple(_line(scale, name, course) for name, course in courses if course)
    every = -(-len(told) // _MOST_LABELS)
    dots = tuple(
        Dot(scale.x(one.month), scale.y(one.value), plain_text(one.value) if (len(told) - 1 - at) % every == 0 else "", scale.y(one.value) - 8)
        for at, one in enumerate(told)
    )
    months = tuple(Tick(scale.x(one.month), str(one.month)) for at, one in enumerate(told) if (len(told) - 1 - at) % every == 0)
    zero = scale.y(Decimal(0)) if scale.low < 0 else None
    return Trend(_apart(lines), dots, scale.ticks(), months, zero, None if target is None else scale.y(target))


def _line(scale: _Scale, name: str, course: Sequence[tuple[Month, Decimal | None]]) -> Line:
    points = [(scale.x(month), scale.y(value)) for month, value in course if value is not None]
    return Line(name, "M" + " L".join(f"{x},{y}" for x, y in points), points[-1][0], points[-1][1], points[-1][1])


_LABEL = 14  # height of a line's name


def _apart(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The names at the ends of the lines, moved down where they would cover one another."""
    placed: dict[int, float] = {}
    floor = 0.0
    for at in sorted(range(len(lines)), key=lambda at: lines[at].end_y):
        floor = max(lines[at].end_y, floor + _LABEL if placed else lines[at].end_y)
        placed[at] = floor
    return tuple(Line(one.name, one.path, one.end_x, placed[at], one.mark_y) for at, one in enumerate(lines))

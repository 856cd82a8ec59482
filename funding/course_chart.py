"""Money by month and by source as coordinates for SVG templates: bars side by side, an outline, a line; one bar of sources. Pure.

One grammar with the other charts: what was promised is an outline, what is there is solid. Words come from whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from projects.admin.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Tick, ceiling_of
from projects.measures import round_half_up, share, wan_to_yi, yi_text

_STEPS = 4
_ROOM = Decimal("1.1")  # above the outline, for its words
_FILLED = 0.8  # part of a slot that its bars take
_SOURCES_TOP, _SOURCES_HEIGHT, _SOURCES_DEPTH = 20, 26, 64
_GAP = 3  # between two sources
_LETTER = 12  # a Chinese character of a label, in the chart's units

Amounts = Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn at each place of the axis: its words, its class in the style sheet, an amount (万元) a place or None."""

    title: str
    css: str
    values: Amounts


@dataclass(frozen=True, slots=True)
class Block:
    """A bar: its place, its height, its figure."""

    x: float
    y: float
    width: float
    height: float
    css: str
    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of the axis with its bars."""

    label: str
    middle: float
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Stroke:
    """An outline or a line over the axis, and its last figure where it ends."""

    title: str
    css: str
    path: str
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class CourseChart:
    """Everything that the template draws."""

    slots: tuple[Slot, ...]
    ticks: tuple[Tick, ...]
    bars: tuple[Series, ...]
    outline: Stroke | None
    line: Stroke | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM


def course_chart(labels: Sequence[str], bars: Sequence[Series], outline: Series | None = None, line: Series | None = None) -> CourseChart | None:
    """Lay out an axis with a bar of each series at each of its places. None where there is nothing above nothing to draw."""
    drawn = [*bars, *(series for series in (outline, line) if series is not None)]
    top = max((value for series in drawn for value in series.values if value is not None), default=Decimal(0))
    if top <= 0 or not labels:
        return None
    ceiling = ceiling_of(top * _ROOM)
    slot = (WIDTH - LEFT - RIGHT) / len(labels)
    slots = []
    for at, (label, values) in enumerate(zip_longest(labels, zip(*(_padded(series.values, len(labels)) for series in bars), strict=True))):
        start, width = LEFT + slot * (at + (1 - _FILLED) / 2), slot * _FILLED / max(len(bars), 1)
        blocks = (_block(value, ceiling, start + width * number, width, bars[number].css) for number, value in enumerate(values or ()))
        slots.append(Slot(label, round(LEFT + slot * (at + 0.5), 1), tuple(block for block in blocks if block is not None)))
    ticks = tuple(Tick(_y(ceiling * step / _STEPS, ceiling), yi_text(ceiling * step / _STEPS, _places(ceiling))) for step in range(_STEPS + 1))
    steps = _stroke(outline, ceiling, slot, stepped=True) if outline is not None else None
    return CourseChart(tuple(slots), ticks, tuple(bars), steps, _stroke(line, ceiling, slot) if line is not None else None)


def _padded(values: Amounts, length: int) -> list[Decimal | None]:
    return [*values[:length], *[None] * (length - len(values))]


def _places(ceiling_wan: Decimal) -> int:
    """Decimals of the axis in 亿元: as many as its steps need, two at most."""
    step = wan_to_yi(ceiling_wan / _STEPS)
    return next((places for places in (0, 1) if step == round_half_up(step, places)), 2)


def _y(amount: Decimal, ceiling: Decimal) -> float:
    part = float(share(max(amount, Decimal(0)), ceiling) or 0)
    return round(HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM), 1)


def _block(amount: Decimal | None, ceiling: Decimal, left: float, width: float, css: str) -> Block | None:
    if amount is None:
        return None
    y = _y(amount, ceiling)
    return Block(round(left, 1), y, round(max(width - 1, 1), 1), round(HEIGHT - BOTTOM - y, 1), css, yi_text(amount))


def _stroke(series: Series, ceiling: Decimal, slot: float, *, stepped: bool = False) -> Stroke | None:
    """The path up to the last place that is known: in steps over whole places, or from middle to middle."""
    known = [(at, value) for at, value in enumerate(series.values) if value is not None]
    if not known:
        return None
    last, amount = known[-1]
    if stepped:
        points = [(x, _y(value, ceiling)) for at, value in known for x in (LEFT + slot * at, LEFT + slot * (at + 1))]
        path = f"M{LEFT + slot * known[0][0]:.1f},{HEIGHT - BOTTOM} " + " ".join(f"L{x:.1f},{y}" for x, y in points)
        end = LEFT + slot * (last + 1)
    else:
        points = [(LEFT + slot * (at + 0.5), _y(value, ceiling)) for at, value in known]
        path = "M" + " L".join(f"{x:.1f},{y}" for x, y in points)
        end = LEFT + slot * (last + 0.5)
    # A line that has burnt down to nothing lies on the axis, where its words would cover the bars.
    return Stroke(series.title, series.css, path, round(end, 1), _y(amount, ceiling), yi_text(amount, 1) if amount else "")


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a project's money: what was assigned, what of it arrived, what of that was paid."""

    label: str
    assigned_wan: Decimal
    arrived_wan: Decimal
    paid_wan: Decimal


@dataclass(frozen=True, slots=True)
class Segment:
    """A source in the bar; its words only where there is room for them."""

    label: str
    text: str
    x: float
    width: float
    arrived: float
    paid: float
    named: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class SourcesBar:
    """All sources of a project in one bar, each as long as what it assigned."""

    segments: tuple[Segment, ...]
    width: int = WIDTH
    height: int = _SOURCES_DEPTH
    top: int = _SOURCES_TOP
    depth: int = _SOURCES_HEIGHT
    below: int = _SOURCES_TOP + _SOURCES_HEIGHT + 14


def sources_bar(sources: Iterable[Source]) -> SourcesBar | None:
    """Lay out the sources one after another. None where nothing is assigned."""
    held = [source for source in sources if source.assigned_wan > 0]
    whole = sum((source.assigned_wan for source in held), Decimal(0))
    if whole <= 0:
        return None
    room, x, segments = WIDTH - 2 - _GAP * (len(held) - 1), 1.0, []
    for source in held:
        width = float(source.assigned_wan / whole) * room
        arrived, paid = (width * float(share(part, source.assigned_wan) or 0) for part in (source.arrived_wan, source.paid_wan))
        named = width >= _LETTER * max(len(source.label), 5)
        text = yi_text(source.assigned_wan)
        segments.append(Segment(source.label, text, round(x, 1), round(width, 1), round(arrived, 1), round(paid, 1), named))
        x += width + _GAP
    return SourcesBar(tuple(segments))

"""A project's life as lanes over time, as plain coordinates for an SVG template: spans, marks and the bars of months. Pure.

What has a day alone is a mark, what lasts is a span; each is packed into the first row of its lane where it and its words cover
nothing. A mark whose words find no place keeps its mark: the table below the drawing says what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from projects.values import Month
from reports.text import text_width


class Lane(StrEnum):
    """The lanes, from the top down."""

    PLAN = "plan"
    LIST = "list"
    PERMIT = "permit"
    MONTH = "month"
    OBSTACLE = "obstacle"
    MONEY = "money"
    CHANGE = "change"
    PAPER = "paper"


class Look(StrEnum):
    """How it is drawn, beside its lane: what was planned is an outline, what is done is solid."""

    DONE = "done"
    PLANNED = "planned"
    WAITING = "waiting"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened or is to happen. `ends` None: it is of one day; `day_text` prints the day as precisely as it is known."""

    lane: Lane
    begins: date
    day_text: str
    title: str
    detail: str = ""
    ends: date | None = None
    short: str = ""  # its words in the drawing; the title where there are none
    look: Look = Look.DONE
    href: str = ""
    source: str = ""
    upload: int | None = None
    row: str = ""  # of marks that share a row, which is named once: what the row is called


@dataclass(frozen=True, slots=True)
class MonthBar:
    """What was done in a month; None where nothing was reported."""

    month: Month
    done_wan: Decimal | None
    plan_wan: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A span (with a width) or a mark (without) in its row; `label_x` is 0 where its words found no place."""

    look: str
    x: float
    y: float
    width: float
    text: str
    label_x: float
    title: str


@dataclass(frozen=True, slots=True)
class Column:
    """The bar of a month, and the line of its plan above it (None: no plan)."""

    x: float
    y: float
    width: float
    height: float
    plan_y: float | None
    title: str


@dataclass(frozen=True, slots=True)
class Band:
    """A lane as drawn."""

    key: str
    y: float
    height: float
    shapes: tuple[Shape, ...]
    columns: tuple[Column, ...] = ()

    @property
    def label_y(self) -> float:
        return self.y + 16


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    now_x: float | None
    height: float
    width: int
    left: int
    right: int


WIDTH, LEFT, RIGHT = 1120, 76, 12
_TOP = 20
_ROW, _MARK, _PAD = 17, 9, 6
_MONTHS_HIGH = 54
_SIGN_WIDE = 5.6  # half a full-width sign of the drawing's type
_MOST_ROWS = 6
_TICKS = 16


class _Time:
    """Days as places on the paper: whole years from the first event to the last span's end. What comes later stands at the edge."""

    def __init__(self, begins: Sequence[date], ends: Sequence[date], today: date) -> None:
        self.first = date(min([*begins, today]).year, 1, 1)
        self.last = date(max([*ends, today]).year, 12, 31)
        self._days = (self.last - self.first).days

    def x(self, day: date) -> float:
        return round(LEFT + min((day - self.first).days / self._days, 1.0) * (WIDTH - LEFT - RIGHT - _MARK), 1)

    def ticks(self) -> tuple[Tick, ...]:
        """Years; half years too where there is room."""
        years = self.last.year - self.first.year + 1
        every = -(-years // _TICKS)
        found = [Tick(self.x(date(year, 1, 1)), str(year)) for year in range(self.first.year, self.last.year + 1, every)]
        if years <= _TICKS // 4:
            found += [Tick(self.x(date(self.first.year + at, month, 1)), f"{month:02}") for at in range(years) for month in (4, 7, 10)]
        return tuple(sorted(found, key=lambda tick: tick.x))


def draw(events: Iterable[Event], months: Sequence[MonthBar], today: date) -> Drawing | None:
    """Lay out a life as of a day. None where there is nothing to draw."""
    told = list(events)
    begins = [one.begins for one in told] + [_first(bar.month) for bar in months]
    if not begins:
        return None
    time = _Time(begins, [one.ends for one in told if one.ends is not None] + [today], today)
    bands: list[Band] = []
    y = float(_TOP)
    for lane in Lane:
        band = _months(time, months, y) if lane is Lane.MONTH else _band(time, lane, [one for one in told if one.lane is lane], y)
        if band is not None:
            bands.append(band)
            y = band.y + band.height
    return Drawing(tuple(bands), time.ticks(), time.x(today), y + 4, WIDTH, LEFT, WIDTH - RIGHT)


def _first(month: Month) -> date:
    return date(month.year, month.month, 1)


def _band(time: _Time, lane: Lane, events: Sequence[Event], y: float) -> Band | None:
    """The events of a lane, each in the first row that is free where it stands."""
    if not events:
        return None
    if any(one.row for one in events):
        return _rows(time, lane, events, y)
    ends: list[float] = []
    shapes = []
    for one in sorted(events, key=lambda event: (event.begins, event.ends or event.begins)):
        x = time.x(one.begins)
        width = max(time.x(one.ends) - x, 3.0) if one.ends is not None else 0.0
        text = one.short or one.title
        label_x, start, until = _label(x, width, text)
        row = next((at for at, end in enumerate(ends) if end <= start), len(ends))
        if row >= _MOST_ROWS:  # its words find no place: the mark alone, where it covers least
            row = min(range(_MOST_ROWS), key=lambda at: ends[at])
            label_x, until = 0.0, max(ends[row], x + max(width, _MARK) + 2)
        ends[row : row + 1] = [until]
        shapes.append(Shape(one.look.value, x, y + _PAD + row * _ROW, round(width, 1), text, label_x, f"{one.day_text} {one.title}"))
    return Band(lane.value, y, len(ends) * _ROW + 2 * _PAD, tuple(shapes))


def _rows(time: _Time, lane: Lane, events: Sequence[Event], y: float) -> Band:
    """Marks of many days, a row for each kind, named after its last mark."""
    names = list(dict.fromkeys(one.row for one in events))
    last = {name: max(time.x(one.begins) for one in events if one.row == name) for name in names}
    shapes = []
    for one in events:
        x, at = time.x(one.begins), names.index(one.row)
        label_x = _label(x, 0, one.row)[0] if x == last[one.row] else 0.0
        shapes.append(Shape(one.look.value, x, y + _PAD + at * _ROW, 0.0, one.row, label_x, f"{one.day_text} {one.title}"))
    return Band(lane.value, y, len(names) * _ROW + 2 * _PAD, tuple(shapes))


def _label(x: float, width: float, text: str) -> tuple[float, float, float]:
    """Where the words begin, and from where to where they and the shape reach: in a span that holds them, else after it; before it at the edge."""
    wide = text_width(text) * _SIGN_WIDE
    start = x + 4 if width >= wide + 8 else x + (width or _MARK) + 3
    if start + wide > WIDTH:
        start = max(x - wide - 4, LEFT)
    return round(start, 1), min(start, x), max(start + wide, x + (width or _MARK)) + 6


def _months(time: _Time, months: Sequence[MonthBar], y: float) -> Band | None:
    """Bars of what was done month by month, with the plan as a line above each."""
    top = max((amount for bar in months for amount in (bar.done_wan, bar.plan_wan) if amount is not None), default=Decimal(0))
    if top <= 0:
        return None
    base, room = y + _MONTHS_HIGH - _PAD, _MONTHS_HIGH - 2 * _PAD

    def high(amount: Decimal | None) -> float:
        return round(float(max(amount or Decimal(0), Decimal(0)) / top) * room, 1)

    columns = []
    for bar in months:
        x = time.x(_first(bar.month))
        width = max(time.x(_first(bar.month) + timedelta(days=27)) - x - 1, 2.0)
        plan_y = round(base - high(bar.plan_wan), 1) if bar.plan_wan is not None else None
        columns.append(Column(x, round(base - high(bar.done_wan), 1), round(width, 1), high(bar.done_wan), plan_y, str(bar.month)))
    return Band(Lane.MONTH.value, y, float(_MONTHS_HIGH), (), tuple(columns))


def by_month(done: Mapping[Month, Decimal | None], plan_of_year: Mapping[int, Decimal]) -> list[MonthBar]:
    """The bars of months that were reported; a year's plan in equal parts, as 时序进度 has it."""
    return [MonthBar(month, done[month], _twelfth(plan_of_year.get(month.year))) for month in sorted(done, key=lambda one: one.index)]


def _twelfth(plan_wan: Decimal | None) -> Decimal | None:
    return None if plan_wan is None else plan_wan / 12

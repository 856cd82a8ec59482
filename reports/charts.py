"""Charts before anybody draws them: what is drawn, by which grammar, and the table below that says the same. Pure.

One grammar everywhere: a plan is an outline, what was done is solid, last year a thin grey line, 时序 a dashed line. A chart holds exact
values and their printed texts, so that the browser draws but neither rounds nor words anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from projects.measures import percent_text, points_text, round_half_up, wan_to_yi, yi_text

_PLACES = 4  # of a drawn length; the printed text beside it is rounded by itself


class Role(StrEnum):
    """What a series says, and so how it looks."""

    PLAN = "plan"  # outline
    ACTUAL = "actual"  # solid
    PART = "part"  # a paler solid: on the way to what is solid
    LAST = "last"  # thin grey line
    DUE = "due"  # dashed line
    ASIDE = "aside"  # in the table alone


class Shape(StrEnum):
    COLUMNS = "columns"  # months from left to right
    BARS = "bars"  # names from top to bottom


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values, a value for each label, with what is printed of it."""

    role: Role
    name: str
    values: Sequence[Decimal | None]
    texts: Sequence[str]
    in_table: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across all bars: where every one of them should be."""

    name: str
    value: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its table. `hrefs` lead from each label to the rows behind it; `said` is its one sentence."""

    key: str
    title: str
    shape: Shape
    heading: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str
    hrefs: Sequence[str] = ()
    said: str = ""
    mark: Mark | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return all(value is None for series in self.series if series.role is not Role.ASIDE for value in series.values)

    @property
    def spec_id(self) -> str:
        return f"spec-{self.key}"

    @property
    def spec(self) -> dict[str, Any]:
        """What the browser is given."""
        return {
            "shape": self.shape.value,
            "title": self.title,
            "said": self.said,
            "unit": self.unit,
            "labels": list(self.labels),
            "hrefs": list(self.hrefs),
            "mark": self.mark and {"name": self.mark.name, "value": _drawn(self.mark.value), "text": self.mark.text},
            "series": [
                {"role": one.role.value, "name": one.name, "values": [_drawn(value) for value in one.values], "texts": list(one.texts)}
                for one in self.series
            ],
        }

    @property
    def columns(self) -> list[Series]:
        """What the table below has beside the labels."""
        return [one for one in self.series if one.in_table]

    @property
    def rows(self) -> list[tuple[str, str, list[str]]]:
        """The table below: label, where it leads, and a text for each column."""
        hrefs = self.hrefs or [""] * len(self.labels)
        columns = self.columns
        return [(label, href, [one.texts[at] for one in columns]) for at, (label, href) in enumerate(zip(self.labels, hrefs, strict=True))]


def _drawn(value: Decimal | None) -> float | None:
    return None if value is None else float(round_half_up(value, _PLACES))


def _yi(role: Role, name: str, amounts_wan: Sequence[Decimal | None]) -> Series:
    """Amounts in 万元, drawn and printed in 亿元."""
    drawn = [None if amount is None else wan_to_yi(amount) for amount in amounts_wan]
    return Series(role, name, drawn, [yi_text(amount, grouped=True) for amount in amounts_wan])


# --- The year month by month -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MonthPoint:
    """The year to date at a month's end, with what was planned and where it should be; None is not known or not yet."""

    label: str
    plan_wan: Decimal | None = None
    due_wan: Decimal | None = None
    ytd_wan: Decimal | None = None
    month_wan: Decimal | None = None
    last_wan: Decimal | None = None  # the year to date a year ago
    href: str = ""


# What the series of a course are called, by role; the table alone has `month`.
CourseNames = Mapping[str, str]


def course(key: str, title: str, heading: str, unit: str, names: CourseNames, points: Sequence[MonthPoint], said: str = "") -> Chart:
    """The monthly curve: plan, actual, last year, and the dashed line of what is due."""
    parts: tuple[tuple[Role, str, Callable[[MonthPoint], Decimal | None]], ...] = (
        (Role.PLAN, "plan", lambda point: point.plan_wan),
        (Role.ACTUAL, "ytd", lambda point: point.ytd_wan),
        (Role.DUE, "due", lambda point: point.due_wan),
        (Role.LAST, "last", lambda point: point.last_wan),
        (Role.ASIDE, "month", lambda point: point.month_wan),
    )
    series = [_yi(role, names[name], [read(point) for point in points]) for role, name, read in parts]
    kept = [one for one in series if one.role is not Role.LAST or any_of(one.values)]
    hrefs = [point.href for point in points]
    return Chart(key, title, Shape.COLUMNS, heading, [point.label for point in points], kept, unit, hrefs if any(hrefs) else (), said)


# --- Rates beside each other -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RateRow:
    label: str
    rate: Decimal | None
    difference: Decimal | None
    plan_wan: Decimal | None
    ytd_wan: Decimal | None
    href: str = ""


RateNames = Mapping[str, str]


def rates(key: str, title: str, heading: str, names: RateNames, rows: Sequence[RateRow], expected: Decimal, said: str = "") -> Chart:
    """Rates as bars with the thin line of 时序 across; a row without plan has no bar and a dash."""
    done = Series(
        Role.ACTUAL,
        names["rate"],
        [None if row.rate is None else row.rate.scaleb(2) for row in rows],
        [percent_text(row.rate, 1) for row in rows],
    )
    points = Series(Role.ASIDE, names["difference"], [row.difference for row in rows], [points_text(row.difference, 1) for row in rows])
    amounts = (
        Series(Role.ASIDE, names[name], values, [yi_text(value, grouped=True) for value in values])
        for name, values in (("plan", [row.plan_wan for row in rows]), ("ytd", [row.ytd_wan for row in rows]))
    )
    return Chart(
        *(key, title, Shape.BARS, heading, [row.label for row in rows], [done, points, *amounts], "%"),
        hrefs=[row.href for row in rows],
        said=said,
        mark=Mark(names["schedule"], expected.scaleb(2), percent_text(expected, 1)),
    )


# --- Money -------------------------------------------------------------------------------------------------------------------------


Amounts = Sequence[tuple[Role, str, Sequence[Decimal | None]]]


def money_course(key: str, title: str, heading: str, unit: str, labels: Sequence[str], amounts: Amounts, said: str = "") -> Chart:
    """Amounts of money at each month's end."""
    return Chart(key, title, Shape.COLUMNS, heading, labels, [_yi(role, name, values) for role, name, values in amounts], unit, said=said)


@dataclass(frozen=True, slots=True)
class Step:
    """How much money has come so far; what was given is an outline, what became of it is solid."""

    label: str
    amount_wan: Decimal | None
    is_given: bool = False
    text: str = ""


def steps(key: str, title: str, heading: str, unit: str, name: str, found: Sequence[Step], said: str = "") -> Chart:
    """How far money has come, step by step."""
    texts = [step.text or yi_text(step.amount_wan, grouped=True) for step in found]
    amounts = [None if step.amount_wan is None else wan_to_yi(step.amount_wan) for step in found]
    given = [amount if step.is_given else None for step, amount in zip(found, amounts, strict=True)]
    moved = [None if step.is_given else amount for step, amount in zip(found, amounts, strict=True)]
    drawn = [Series(role, name, values, texts, in_table=False) for role, values in ((Role.PLAN, given), (Role.ACTUAL, moved)) if any_of(values)]
    return Chart(key, title, Shape.BARS, heading, [step.label for step in found], [*drawn, Series(Role.ASIDE, name, amounts, texts)], unit, said=said)


def any_of(values: Sequence[Decimal | None]) -> bool:
    return any(value is not None for value in values)

"""The progress chart of a year: its labels stand where nothing else does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from projects.admin.chart import Chart, year_chart


def chart(plan: int, *done: int) -> Chart:
    made = year_chart(2020, Decimal(plan), {month: Decimal(value) for month, value in enumerate(done, start=1)})
    assert made is not None
    return made


def overlaps(made: Chart) -> list[int]:
    """Months whose bar or figure the plan's label (about 110 wide, 16 high) would cover."""
    assert made.plan_y is not None
    left, right = made.plan_x, made.plan_x + 110
    low = made.plan_y + made.plan_dy + 2
    high = low - 16
    return [bar.month for bar in made.bars if bar.known and bar.x < right and bar.x + bar.width > left and bar.y - 14 < low and made.base > high]


@pytest.mark.parametrize(
    "plan, done",
    [
        (99100, (6281, 9587, 18090, 28492, 43547, 59667)),
        (1000, (900, 950, 980, 1000)),
        (1000, (1400, 1500)),
        (1000, (100, 2000, 3000)),
        (1000, ()),
    ],
    ids=["as usual", "nearly done in January", "done over", "a jump", "nothing reported"],
)
def test_the_plans_label_covers_no_figure(plan: int, done: tuple[int, ...]) -> None:
    assert overlaps(chart(plan, *done)) == []


def test_a_year_without_plan_or_figures_has_no_chart() -> None:
    assert year_chart(2020, None, {}) is None
    assert year_chart(2020, Decimal(0), {1: Decimal(0)}) is None

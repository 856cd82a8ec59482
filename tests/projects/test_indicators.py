"""Monitored indicators reckoned and judged: what differs by percentage points, what runs against the schedule, what a rule asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from projects.findings import Severity, message
from projects.indicators import Better, Definition, DefinitionRecord, Every, FigureRecord, Kind, Reading, newest, standing
from projects.rules.indicators import DEFINITION_RULES, FIGURE_RULES, run
from projects.values import Month

GROWTH = Definition(Kind.GROWTH)
SHARE = Definition(Kind.SHARE)
AMOUNT = Definition(Kind.AMOUNT, "亿元")
MARCH, JUNE = Month(2020, 3), Month(2020, 6)
D = Decimal


def test_a_growth_differs_by_points() -> None:
    """The first half of 2020: 4 % after 2.7 %, nation -3.1 %, province 1.3 %."""
    found = standing(GROWTH, Reading(JUNE, D(4), D("-3.1"), D("1.3")), Reading(MARCH, D("2.7")), D(6))
    assert (found.change, found.above_nation, found.above_province) == (D("1.3"), D("7.1"), D("2.7"))
    assert (found.distance, found.is_met) == (D(-2), False)
    assert (found.rate, found.schedule, found.ahead) == (None, None, None)
    assert GROWTH.gap_measure == "百分点"


def test_only_an_amount_that_adds_up_runs_against_the_schedule() -> None:
    found = standing(AMOUNT, Reading(JUNE, D(45), D(999)), Reading(MARCH, D(20)), D(100))
    assert (found.change, found.rate, found.schedule, found.ahead) == (D(25), D("0.45"), D("0.5"), D(-5))
    assert found.above_nation is None
    assert AMOUNT.gap_measure == "亿元"
    for other in (replace(AMOUNT, is_cumulative=False), replace(AMOUNT, better=Better.DOWN), GROWTH, SHARE):
        assert standing(other, Reading(JUNE, D(45)), None, D(100)).rate is None


@pytest.mark.parametrize(("better", "value", "met"), [(Better.UP, 6, True), (Better.UP, 5, False), (Better.DOWN, 6, True), (Better.DOWN, 7, False)])
def test_a_target_is_met_from_its_good_side(better: Better, value: int, met: bool) -> None:
    assert standing(replace(GROWTH, better=better), Reading(JUNE, D(value)), None, D(6)).is_met is met


def test_the_period_before_is_of_the_same_year() -> None:
    december, march, june = (Reading(one, D(1)) for one in (Month(2019, 12), MARCH, JUNE))
    assert newest([june, december, march], JUNE) == (june, march)
    assert newest([june, december, march], Month(2020, 5)) == (march, None)
    assert newest([december], JUNE) == (None, None)


# --- Rules -------------------------------------------------------------------------------------------------------------------------

GOOD = FigureRecord(GROWTH, 2020, 6, D(4), date(2020, 7, 20), nation=D("-3.1"), published_on=date(2020, 7, 15), known=(Reading(MARCH, D("2.7")),))


def codes(**given: Any) -> list[tuple[str, str | None, Severity]]:
    return [(one.code, one.field, one.severity) for one in run(FIGURE_RULES, replace(GOOD, **given))]


def test_a_good_figure_is_asked_nothing() -> None:
    assert codes() == []
    assert codes(value=D("-3.1"), nation=None) == []
    assert codes(value=D("0.4"), known=()) == []  # a growth of 0.4 % is one
    assert codes(value=D(0), known=()) == []


@pytest.mark.parametrize(
    "given",
    [
        {"value": D("0.04")},
        {"value": D("-0.031")},
        {"value": D("0.4"), "known": (Reading(MARCH, D(38)),)},
        {"definition": SHARE, "value": D("0.5"), "known": ()},
    ],
)
def test_a_ratio_where_percent_is_meant_is_asked(given: dict[str, Any]) -> None:
    assert codes(**given) == [("indicator_ratio", "value", Severity.REASON)]


def test_the_question_names_what_was_meant() -> None:
    (found,) = run(FIGURE_RULES, replace(GOOD, value=D("0.04")))
    assert message(found) == "读到0.04，即0.04%；是否应为4%？"
    assert codes(nation=D("0.031"), province=D("0.013")) == [
        ("indicator_ratio", "nation_value", Severity.REASON),
        ("indicator_ratio", "province_value", Severity.REASON),
    ]
    assert codes(definition=AMOUNT, value=D("0.04"), known=()) == []


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"month": 13}, "indicator_month", "month"),
        ({"month": 0}, "indicator_month", "month"),
        ({"month": 5, "definition": replace(GROWTH, every=Every.QUARTER)}, "indicator_month_off", "month"),
        ({"month": 3, "definition": replace(GROWTH, every=Every.HALF)}, "indicator_month_off", "month"),
        ({"month": 7, "published_on": None}, "indicator_month_ahead", "month"),
        ({"year": 2021, "published_on": None}, "indicator_month_ahead", "month"),
        ({"year": None}, "indicator_year_missing", "year"),
        ({"year": None, "month": None, "is_target": True}, "indicator_year_missing", "year"),
        ({"definition": SHARE, "value": D("100.1")}, "indicator_share", "value"),
        ({"definition": SHARE, "value": D(-1)}, "indicator_share", "value"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], code: str, field: str) -> None:
    assert codes(**given) == [(code, field, Severity.BLOCKS)]


def test_a_target_is_of_a_year_to_come_and_of_no_month() -> None:
    assert codes(is_target=True, year=2021, month=None, published_on=None) == []


def test_what_adds_up_does_not_fall() -> None:
    assert codes(definition=AMOUNT, value=D("2.6")) == [("indicator_falls", "value", Severity.REASON)]
    assert codes(definition=AMOUNT, value=D("2.7")) == []
    assert codes(definition=AMOUNT, value=D("2.6"), known=(Reading(Month(2019, 12), D(9)),)) == []
    assert codes(definition=replace(AMOUNT, is_cumulative=False), value=D("2.6")) == []


def test_nothing_is_published_before_its_month_is_over() -> None:
    assert codes(published_on=date(2020, 6, 30)) == [("indicator_published", "published_on", Severity.REASON)]
    assert codes(published_on=date(2020, 7, 1)) == []


@pytest.mark.parametrize(
    ("kind", "measure", "said"),
    [
        (Kind.GROWTH, "%", []),
        (Kind.POINTS, "百分点", []),
        (Kind.AMOUNT, "亿元", []),
        (Kind.GROWTH, "百分点", ["indicator_unit"]),
        (Kind.SHARE, "亿元", ["indicator_unit"]),
        (Kind.POINTS, "%", ["indicator_unit"]),
        (Kind.AMOUNT, "%", ["indicator_amount_unit"]),
    ],
)
def test_the_unit_fits_the_kind(kind: Kind, measure: str, said: list[str]) -> None:
    assert [one.code for one in run(DEFINITION_RULES, DefinitionRecord(kind, measure))] == said

"""Lights by the published rules: each city's boundaries on both sides, and what holds of every light."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.clocks import Light as Colour
from projects.measures import schedule
from projects.models import LightProfile
from projects.values import Month, PartialDate
from reports.light_rows import profile_of
from reports.lights import GRAVITY, Entered, Inputs, Item, Payment, Profile, light, months_due, worst
from reports.unit_lights import UnitInputs, unit_light

D = Decimal
JUNE = Month(2020, 6)
G, Y, R, N = Colour.GREEN, Colour.YELLOW, Colour.RED, Colour.GREY
ROWS = json.loads((Path(__file__).parents[2] / "fixtures" / "reference" / "light_profiles.json").read_text(encoding="utf-8"))


def _stored(row: dict[str, object]) -> LightProfile:
    money = {"progress_yellow", "progress_red", "payment_yellow", "payment_red"}
    return LightProfile(**{key: D(str(value)) if key in money and value is not None else value for key, value in row.items()})


CITY: dict[str, Profile] = {row["key"]: profile_of(_stored(row)) for row in ROWS}


def inputs(rate: str | None = None, month: Month = JUNE, **more: object) -> Inputs:
    given_: dict[str, object] = {"month": month, "schedule": schedule(month.month), "plan_wan": D(10000), "started": True}
    given_["ytd_wan"] = D(rate) * 100 if rate is not None else None
    return Inputs(**{**given_, **more})  # type: ignore[arg-type]


def progress(city: str, rate: str) -> Colour:
    part = light(CITY[city], inputs(rate)).part(Item.PROGRESS)
    assert part is not None
    return part.colour


@pytest.mark.parametrize(
    ("city", "rate", "colour"),
    [
        ("yinchuan", "50", G),
        ("yinchuan", "49.99", G),  # what the text leaves open
        ("yinchuan", "40.01", G),
        ("yinchuan", "40", Y),  # 10 to 30 points, both included
        ("yinchuan", "20", Y),
        ("yinchuan", "19.99", R),
        ("qingdao", "40.01", G),
        ("qingdao", "40", Y),
        ("qingdao", "20", Y),
        ("qingdao", "19.99", R),
        ("wuhan", "40", G),  # 80 % of schedule is not below it
        ("wuhan", "39.99", Y),
        ("wuhan", "30", Y),
        ("wuhan", "29.99", R),
        ("sanya", "50", G),
        ("sanya", "49.99", Y),
        ("sanya", "25", Y),  # short by 50 % is still yellow
        ("sanya", "24.99", R),
        ("yinchuan", "129.7", G),  # far over 100 % is normal
    ],
)
def test_progress_turns_where_the_city_says(city: str, rate: str, colour: Colour) -> None:
    assert progress(city, rate) is colour


def test_slack_may_be_yellow_by_setting() -> None:
    strict = profile_of(_stored({**next(row for row in ROWS if row["key"] == "qingdao"), "slack": "yellow"}))
    assert light(strict, inputs("49.99")).colour is Y
    assert light(strict, inputs("50")).colour is G


@pytest.mark.parametrize(
    ("planned", "colour", "months"),
    [
        ("2020-07", N, 0),
        ("2020-06", Y, 1),
        ("2020-05", Y, 2),
        ("2020-04", R, 3),
        ("2020-Q2", Y, 1),
        ("2020-H1", Y, 1),
        ("2020", N, -5),
        ("2019-12", R, 7),
    ],
)
def test_a_start_is_yellow_in_its_month_and_red_in_the_third(planned: str, colour: Colour, months: int) -> None:
    due = PartialDate.parse(planned)
    assert months_due(due, JUNE) == months
    part = light(CITY["yinchuan"], inputs("50", started=False, planned_start=due)).part(Item.START)
    assert part is not None
    assert part.colour is colour


@pytest.mark.parametrize(("start", "colour"), [("2020-06", G), ("2020-05", Y), ("2020-04", Y), ("2020-03", R)])
def test_statistics_are_yellow_after_one_month_and_red_after_more_than_two(start: str, colour: Colour) -> None:
    told = inputs("50", started_on=PartialDate.parse(start), statistics=Entered(None))
    part = light(CITY["yinchuan"], told).part(Item.STATISTICS)
    assert part is not None
    assert part.colour is colour


def test_an_entry_counts_from_its_month_and_silence_is_no_entry() -> None:
    started = PartialDate.parse("2020-01")
    entered = light(CITY["yinchuan"], inputs("50", started_on=started, statistics=Entered(JUNE))).part(Item.STATISTICS)
    later = light(CITY["yinchuan"], inputs("50", started_on=started, statistics=Entered(Month(2020, 7)))).part(Item.STATISTICS)
    silent = light(CITY["yinchuan"], inputs("50", started_on=started)).part(Item.STATISTICS)
    assert entered
    assert later
    assert silent
    assert (entered.colour, later.colour, silent.colour, silent.counts) == (G, R, N, False)


def fund(short: str) -> Payment:
    return Payment("20青岛01", D(1000), D(500), D("0.5"), D(short))


@pytest.mark.parametrize(
    ("city", "short", "colour"),
    [
        ("tianjin", "0", G),
        ("tianjin", "0.0001", Y),
        ("tianjin", "0.3", Y),
        ("tianjin", "0.3001", R),
        ("yinchuan", "0", G),
        ("yinchuan", "0.0001", R),
        ("qingdao", "0.3", Y),
        ("qingdao", "0.3001", R),
    ],
)
def test_payment_is_judged_by_the_fund_furthest_behind(city: str, short: str, colour: Colour) -> None:
    part = light(CITY[city], inputs("50", payments=(fund("0"), fund(short)))).part(Item.PAYMENT)
    assert part is not None
    assert part.colour is colour


@pytest.mark.parametrize(
    ("growth", "planned", "city", "colour"),
    [
        ("0.05", "0.05", "0.05", G),
        ("0.05", "0.051", "0.04", Y),
        ("0.05", "0.04", "0.051", Y),
        ("0", "0.04", "0.05", Y),
        ("-0.0001", "-0.1", "-0.1", R),
        ("0.05", None, None, G),
    ],
)
def test_tianjin_lights_units_by_growth(growth: str, planned: str | None, city: str | None, colour: Colour) -> None:
    told = UnitInputs(JUNE, D(growth), D(planned) if planned else None, D(city) if city else None)
    found = unit_light(CITY["tianjin"], told)
    assert found is not None
    assert found.colour is colour


@pytest.mark.parametrize(("missed", "colour"), [(0, G), (1, Y), (2, R), (3, R)])
def test_sanya_lights_units_red_after_two_months_missed(missed: int, colour: Colour) -> None:
    found = unit_light(CITY["sanya"], UnitInputs(JUNE, rate=D("0.4"), schedule=D("0.5"), missed=missed))
    assert found is not None
    assert found.colour is colour
    assert unit_light(CITY["wuhan"], UnitInputs(JUNE)) is None


def test_a_stopped_project_is_grey_whatever_else_is_known() -> None:
    found = light(CITY["yinchuan"], inputs("1", suspended=True, stopped_on=PartialDate.parse("2020-03-01")))
    assert (found.colour, found.zh) == (N, "项目自2020年3月1日停缓建，不亮灯（银川2025 v1）。")


def test_what_was_not_reported_is_grey_and_never_green() -> None:
    found = light(CITY["yinchuan"], inputs(None))
    assert (found.colour, found.zh) == (
        N,
        "2020年6月没有报本年累计完成，进度不计灯；没有要按期支付的专项债券、中央预算内资金；没有登记纳统情况（银川2025 v1）。",
    )


def test_a_red_start_stands_though_nothing_was_reported() -> None:
    found = light(CITY["yinchuan"], inputs(None, started=False, planned_start=PartialDate.parse("2020-03")))
    assert found.colour is R
    assert found.zh == "计划2020年3月开工，至2020年6月末未开工，已连续4个月（银川2025 v1）。"


def test_a_light_says_its_numbers_in_both_languages() -> None:
    found = light(CITY["yinchuan"], inputs("18.5"))
    assert found.zh == "完成率18.50%，时序50.00%，落后时序31.50个百分点（银川2025 v1）。"
    assert found.en == "rate 18.50% against schedule 50.00%, 31.50 points behind (银川2025 v1)."


@given(
    city=st.sampled_from(sorted(CITY)),
    rate=st.none() | st.decimals(0, 300, places=2),
    month=st.integers(1, 12),
    planned=st.none() | st.integers(1, 12),
    started=st.booleans() | st.none(),
    short=st.none() | st.decimals(0, 1, places=4),
)
def test_the_light_is_the_worst_of_what_counts_and_never_greener(
    city: str, rate: Decimal | None, month: int, planned: int | None, started: bool | None, short: Decimal | None
) -> None:
    told = inputs(
        None if rate is None else str(rate),
        Month(2020, month),
        started=started,
        planned_start=PartialDate(2020, planned) if planned else None,
        payments=(fund(str(short)),) if short is not None else (),
    )
    found = light(CITY[city], told)
    counted = worst(part.colour for part in found.parts if part.counts)
    assert found.colour in {counted, N}
    if counted in (Y, R):
        assert found.colour is counted
    if rate is None and CITY[city].progress_by:
        assert found.colour is not G
    assert all(part.colour is not G for part in found.parts if not part.counts)
    assert found.decisive
    assert found.zh.endswith("。")


@given(city=st.sampled_from(["yinchuan", "wuhan", "sanya", "qingdao"]), less=st.decimals(0, 120, places=2), more=st.decimals(0, 120, places=2))
def test_more_done_is_never_a_graver_light(city: str, less: Decimal, more: Decimal) -> None:
    low, high = sorted((less, more))
    assert GRAVITY[progress(city, str(low))] <= GRAVITY[progress(city, str(high))]

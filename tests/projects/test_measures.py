"""Figures: the published cases that prove the formulas, rounding, ranks, and what happens to what is not known."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects import measures
from projects.measures import Amount, MonthFigures, Sums
from projects.values import Month

D = Decimal
amounts = st.decimals(min_value=0, max_value=D("1e9"), places=6, allow_nan=False, allow_infinity=False)
maybe = st.none() | amounts


# (published in, done, plan, month, first half of the month, rate in percent, schedule in percent, points above)
PUBLISHED = [
    pytest.param("629.0", "647.4", 10, False, "97.16", "83.33", "+13.82", id="Jiangmen January-October"),
    pytest.param("313.64", "1015", 3, False, "30.90", "25.00", "+5.90", id="Jiangmen first quarter 2021"),
    pytest.param("119.73", "195.82", 8, True, "61.14", "62.50", "-1.36", id="Yunfu to mid-August"),
    pytest.param("74", "100", 8, False, "74.00", "66.67", "+7.33", id="Sanming August"),
]


@pytest.mark.parametrize("done, plan, month, half, rate, schedule, points", PUBLISHED)
def test_published_cases(done, plan, month, half, rate, schedule, points):
    got, expected = measures.rate(D(done), D(plan)), measures.schedule(month, half=half)
    assert measures.percent_text(got) == f"{rate}%"
    assert measures.percent_text(expected) == f"{schedule}%"
    assert measures.points_text(measures.difference(got, expected)) == points


def test_rate_comes_from_unrounded_amounts():
    """A county printed 35.9 and 56.21 beside 63.88 %: its amounts were rounded, its rate was not."""
    assert measures.percent_text(measures.rate(D("359040"), D("562060"))) == "63.88%"
    assert measures.percent_text(measures.rate(D("35.9"), D("56.21"))) == "63.87%"


def test_rate_is_never_capped():
    assert measures.percent_text(measures.rate(D("184.6"), D(100)), 1) == "184.6%"


@pytest.mark.parametrize(
    "done, plan",
    [
        pytest.param(None, D(100), id="not reported"),
        pytest.param(D(5), None, id="no plan"),
        pytest.param(D(5), D(0), id="plan of zero"),
        pytest.param(D(5), D(-1), id="negative plan"),
    ],
)
def test_no_rate_without_both_figures(done, plan):
    assert measures.rate(done, plan) is None


def test_zero_done_is_a_rate():
    assert measures.percent_text(measures.rate(D(0), D(100))) == "0.00%"


@pytest.mark.parametrize("month", [0, 13])
def test_schedule_knows_twelve_months(month):
    with pytest.raises(ValueError, match="no such month"):
        measures.schedule(month)


def test_schedule_of_plan_listed_in_july():
    assert measures.schedule_since(7, 7) == D(1) / 6
    assert measures.schedule_since(12, 7) == 1
    assert measures.schedule_since(6, 1) == measures.schedule(6)
    with pytest.raises(ValueError, match="no month 6"):
        measures.schedule_since(6, 7)


def test_counted_rates():
    assert measures.start_rate(67, 110) == D(67) / D(110)
    assert measures.start_rate(0, 0) is None
    assert measures.under_way_rate(40, 90, 14, 144) == 1
    assert measures.overall_progress(D(30), D(120)) == D("0.25")
    assert measures.schedule_ratio(D("0.4"), D("0.5")) == D("0.8")
    assert measures.schedule_ratio(None, D("0.5")) is None
    assert measures.difference(None, D("0.5")) is None


@pytest.mark.parametrize(
    "value, places, text",
    [
        ("0.125", 2, "0.13"),
        ("-0.125", 2, "-0.13"),
        ("2.675", 2, "2.68"),
        ("-0.004", 2, "0.00"),
        ("0.5", 0, "1"),
        ("1234567.5", 0, "1234568"),
    ],
)
def test_rounding_is_half_up(value, places, text):
    assert measures.number_text(D(value), places) == text


@pytest.mark.parametrize(
    "text, printed",
    [
        pytest.param(measures.yi_text(D(35_400_000)), "3540.00", id="seed total"),
        pytest.param(measures.yi_text(D("35399950")), "3540.00", id="half up at the second decimal"),
        pytest.param(measures.yi_text(D(35_400_000), 1, grouped=True), "3,540.0", id="grouped"),
        pytest.param(measures.yi_text(D(100_000), 0, approx=True), "约10", id="about 10"),
        pytest.param(measures.yi_text(None), "—", id="not known"),
        pytest.param(measures.yi_text(D(0)), "0.00", id="zero is known"),
        pytest.param(measures.wan_text(D("1E+6")), "1000000.00", id="no exponent"),
        pytest.param(measures.plain_text(D("1E+6")), "1000000", id="plain without exponent"),
        pytest.param(measures.plain_text(D("12.500000")), "12.5", id="plain without idle zeros"),
        pytest.param(measures.plain_text(D("100")), "100", id="plain keeps whole zeros"),
        pytest.param(measures.percent_text(None), "—", id="no rate"),
        pytest.param(measures.points_text(None), "—", id="no difference"),
        pytest.param(measures.points_text(D("-0.001")), "0.00", id="no negative zero"),
        pytest.param(measures.points_text(D("0.004")), "0.00", id="no plus before zero"),
    ],
)
def test_printing(text, printed):
    assert text == printed


def test_ranks_share_a_place_and_skip_the_next():
    assert measures.ranks([D("0.5"), D("0.9"), None, D("0.9"), D(0)]) == [3, 1, None, 1, 4]
    assert measures.ranks([]) == []
    assert measures.ranks([None, None]) == [None, None]


def test_sums_tell_missing_from_zero():
    sums = Sums()
    sums.add(D(100), D(20), D(0), D(0))
    sums.add(D(300), None, None, None, total_approx=True)
    assert sums.count == 2
    assert sums.total == Amount(D(400), 2, 0, 1)
    assert sums.ytd.wan == 0
    assert sums.ytd.missing == 1
    assert not sums.ytd.is_complete
    assert sums.total.is_approx


def test_sum_of_nothing_is_not_zero():
    assert Sums().total.wan is None
    sums = Sums()
    sums.add(None)
    assert sums.total.wan is None


def test_month_figures_of_a_row():
    sums = Sums()
    sums.add(D(100_000), D(20_000), D(1_000), D(9_000))
    sums.add(D(50_000), D(10_000), None, None)
    assert measures.month_figures(sums, Month(2020, 6)) == MonthFigures(
        count=2,
        total_wan=D(150_000),
        plan_wan=D(30_000),
        month_wan=D(1_000),
        ytd_wan=D(9_000),
        rate=D("0.3"),
        schedule=D("0.5"),
        difference=D("-20.0"),
        not_reported=1,
        unreported_plan_wan=D(10_000),
        reported_rate=D("0.45"),
    )


def test_rate_of_those_that_reported_stands_beside_the_rate_of_all():
    sums = Sums()
    sums.add(D(1), D(100), D(10), D(40))
    sums.add(D(1), D(300), None, None)
    sums.add(D(1), None, D(5), D(5))
    figures = measures.month_figures(sums, 6)
    assert (figures.rate, figures.reported_rate, figures.unreported_plan_wan) == (D("0.1125"), D("0.45"), D(300))


def test_without_any_plan_nothing_is_said_of_an_unreported_one():
    sums = Sums()
    sums.add(D(1), None, D(5), D(5))
    figures = measures.month_figures(sums, 6)
    assert (figures.rate, figures.reported_rate, figures.unreported_plan_wan) == (None, None, None)


def test_row_without_reports_has_no_rate_and_no_rank():
    silent, busy = Sums(), Sums()
    silent.add(D(10), D(5))
    busy.add(D(10), D(5), D(1), D(1))
    first, second = measures.with_ranks([measures.month_figures(silent, 6), measures.month_figures(busy, 6)])
    assert (first.rate, first.difference, first.rank, first.ytd_wan) == (None, None, None, None)
    assert second.rank == 1


def test_unranked_rows_push_nobody_down():
    rows = []
    for done in (9, 5, 7):
        sums = Sums()
        sums.add(D(10), D(10), D(1), D(done))
        rows.append(measures.month_figures(sums, 6))
    assert [row.rank for row in measures.with_ranks(rows, [False, True, True])] == [None, 2, 1]


@given(st.decimals(min_value=D("-1e12"), max_value=D("1e12"), places=9, allow_nan=False, allow_infinity=False), st.integers(0, 6))
def test_rounding_is_nearest_and_half_goes_up(value, places):
    rounded = measures.round_half_up(value, places)
    off, half = abs(Fraction(rounded) - Fraction(value)), Fraction(1, 2 * 10**places)
    assert off <= half
    assert off < half or abs(rounded) > abs(value)
    assert not (rounded == 0 and rounded.is_signed())


@given(st.lists(st.none() | st.integers(0, 5).map(Decimal)))
def test_rank_is_one_more_than_the_number_of_better_ones(values):
    known = [value for value in values if value is not None]
    assert measures.ranks(values) == [None if value is None else 1 + sum(other > value for other in known) for value in values]


@given(st.lists(st.tuples(maybe, maybe, maybe, maybe)), st.integers(0, 20))
def test_city_row_is_the_sum_of_its_parts_however_cut(projects, cut):
    parts, whole = [Sums(), Sums()], Sums()
    for place, figures in enumerate(projects):
        parts[place >= cut].add(*figures)
        whole.add(*figures)
    assert Sums.of(parts) == whole


@given(maybe, maybe)
def test_rate_times_plan_gives_back_what_was_done(done, plan):
    got = measures.rate(done, plan)
    if done is None or plan is None or plan == 0:
        assert got is None
    else:
        assert measures.round_half_up(got * plan, 6) == done


@given(amounts)
def test_yi_is_wan_moved_four_places(amount):
    assert measures.wan_to_yi(amount) * 10_000 == amount

"""Rules 19-28 and 40: a month's report beside its earlier ones; each on both sides of its edge."""

from __future__ import annotations

from datetime import date

import pytest

from projects.findings import message
from projects.records import PastMonth
from projects.rules import months, run
from projects.stages import Stage
from projects.values import Month, PartialDate
from tests.projects.rule_cases import CONTEXT, PAST, D, E, W, context, hear, report

JUNE = Month(2020, 6)


def past(*figures, last=JUNE.previous):
    """Earlier months ending with `last`, from (month, year to date) pairs; None is not reported."""
    found = []
    for place, (done, ytd) in enumerate(figures):
        found.append(PastMonth(last.plus(place + 1 - len(figures)), _wan(done), _wan(ytd)))
    return tuple(found)


def _wan(amount):
    return None if amount is None else D(amount)


@pytest.mark.parametrize(
    "ytd, start, at, asked, heard",
    [
        pytest.param(None, PartialDate(2019, 6), Stage.BUILD, None, [("required_missing", E, "done_ytd_wan")], id="blank"),
        pytest.param("0", PartialDate(2019, 6), Stage.BUILD, None, [], id="zero is a report"),
        pytest.param(None, None, Stage.PLANNED, None, [], id="not started"),
        pytest.param(None, None, None, None, [("required_missing", E, "done_ytd_wan")], id="not known whether started"),
        pytest.param(None, PartialDate(2019, 6), Stage.BUILD, frozenset({"done_month_wan"}), [], id="not asked by this door"),
    ],
)
def test_ytd_reported(ytd, start, at, asked, heard):
    record = report(of={"actual_start": start, "stage": at}, done_ytd_wan=_wan(ytd))
    assert hear(months.ytd_reported, record, context(asked=asked)) == heard


@pytest.mark.parametrize(
    "figures, note, heard",
    [
        pytest.param(("0", "0", "0"), None, [], id="zeros"),
        pytest.param(("-0.01", "5", "5"), None, [("amount_negative", E, "done_month_wan")], id="month"),
        pytest.param(("-0.01", "5", "5"), "更正5月数", [("amount_negative", W, "done_month_wan")], id="month with a note"),
        pytest.param(("5", "-0.01", "5"), "更正", [("amount_negative", E, "done_ytd_wan")], id="year to date even with a note"),
        pytest.param(("5", "5", "-0.01"), None, [("amount_negative", E, "cum_total_wan")], id="since the start"),
        pytest.param((None, None, None), None, [], id="blanks"),
    ],
)
def test_amounts_not_negative(figures, note, heard):
    month, ytd, cum = map(_wan, figures)
    record = report(done_month_wan=month, done_ytd_wan=ytd, cum_total_wan=cum, correction_note=note)
    assert hear(months.amounts_not_negative, record) == heard


@pytest.mark.parametrize(
    "ytd, before, note, heard",
    [
        pytest.param("9999.99", past(("1", "10000")), None, [("ytd_decreased", E, "done_ytd_wan")], id="fell"),
        pytest.param("10000", past(("1", "10000")), None, [], id="stood"),
        pytest.param("9000", past(("1", "10000")), "更正", [("ytd_decreased", W, "done_ytd_wan")], id="fell with a note"),
        pytest.param("9000", past(("1", "10000"), (None, None)), None, [("ytd_decreased", E, "done_ytd_wan")], id="fell over a gap"),
        pytest.param("10", past(("1", "90000"), last=Month(2019, 12)), None, [], id="last year's does not count"),
        pytest.param("10", past(), None, [], id="first report"),
        pytest.param(None, past(("1", "10000")), None, [], id="blank"),
    ],
)
def test_rule_19_ytd_not_falling(ytd, before, note, heard):
    assert hear(months.ytd_not_falling, report(done_ytd_wan=_wan(ytd), past=before, correction_note=note)) == heard


@pytest.mark.parametrize(
    "month, ytd, before, heard",
    [
        pytest.param("2000", "12000", past(("1", "10000")), [], id="reconciles"),
        pytest.param("2000.01", "12000", past(("1", "10000")), [], id="0.01 more"),
        pytest.param("1999.99", "12000", past(("1", "10000")), [], id="0.01 less"),
        pytest.param("2000.02", "12000", past(("1", "10000")), [("month_not_reconciled", E, "done_month_wan")], id="0.02 more"),
        pytest.param("1999.98", "12000", past(("1", "10000")), [("month_not_reconciled", E, "done_month_wan")], id="0.02 less"),
        pytest.param("9", "12000", past(("1", "10000"), (None, None)), [], id="month before not reported"),
        pytest.param("9", "12000", past(("1", "10000"), last=Month(2020, 4)), [], id="no month before"),
        pytest.param("9", "9000", past(("1", "10000")), [], id="a fall is rule 19"),
        pytest.param("12000.01", "12000", past(), [], id="month as large as its year"),
        pytest.param("12000.02", "12000", past(), [("ytd_below_month", E, "done_ytd_wan")], id="month larger than its year"),
        pytest.param(None, "12000", past(("1", "10000")), [], id="month not reported"),
        pytest.param("2000", None, past(("1", "10000")), [], id="year to date not reported"),
    ],
)
def test_rule_20_month_reconciles(month, ytd, before, heard):
    assert hear(months.month_reconciles, report(done_month_wan=_wan(month), done_ytd_wan=_wan(ytd), past=before)) == heard


def test_rule_20_does_not_look_over_new_year():
    record = report(month=Month(2020, 1), done_month_wan=D(5), done_ytd_wan=D(5), past=past(("1", "4"), last=Month(2019, 12)))
    assert hear(months.month_reconciles, record) == []


@pytest.mark.parametrize(
    "month, ytd, when, heard",
    [
        pytest.param("5", "5", 1, [], id="equal"),
        pytest.param("5", "5.01", 1, [], id="0.01 more"),
        pytest.param("5", "5.02", 1, [("january_mismatch", E, "done_ytd_wan")], id="0.02 more"),
        pytest.param("5", "4", 1, [], id="less is rule 20"),
        pytest.param("5", "9", 2, [], id="February"),
        pytest.param(None, "9", 1, [], id="month not reported"),
        pytest.param("5", None, 1, [], id="year not reported"),
    ],
)
def test_rule_21_january(month, ytd, when, heard):
    record = report(month=Month(2020, when), done_month_wan=_wan(month), done_ytd_wan=_wan(ytd), past=())
    assert hear(months.january_is_its_year, record) == heard


@pytest.mark.parametrize(
    "cum, heard",
    [
        pytest.param("32000", [], id="adds up"),
        pytest.param("32000.01", [], id="0.01 off"),
        pytest.param("32000.02", [("cum_rounding", W, "cum_total_wan")], id="0.02 off"),
        pytest.param("31999", [("cum_rounding", W, "cum_total_wan")], id="1 off"),
        pytest.param("31998.99", [("cum_mismatch", W, "cum_total_wan")], id="more than 1 off"),
        pytest.param(None, [], id="blank"),
    ],
)
def test_rule_22_cumulative(cum, heard):
    assert hear(months.cum_adds_up, report(cum_total_wan=_wan(cum))) == heard


def test_rule_22_needs_all_three():
    assert hear(months.cum_adds_up, report(of={"cum_prior_wan": None}, cum_total_wan=D(1))) == []
    assert hear(months.cum_adds_up, report(done_ytd_wan=None, cum_total_wan=D(1))) == []


@pytest.mark.parametrize(
    "cum, ytd, prior, heard",
    [
        pytest.param("100000", "1", "1", [], id="the whole total"),
        pytest.param("100000.01", "1", "1", [("completed_over_total", W, "cum_total_wan")], id="more"),
        pytest.param(None, "80000", "20000", [], id="prior and year make the total"),
        pytest.param(None, "80000.01", "20000", [("completed_over_total", W, "done_ytd_wan")], id="prior and year make more"),
        pytest.param(None, "100000.01", None, [("completed_over_total", W, "done_ytd_wan")], id="the year alone makes more"),
        pytest.param(None, None, "200000", [], id="nothing reported"),
    ],
)
def test_rule_23_within_total(cum, ytd, prior, heard):
    record = report(of={"cum_prior_wan": _wan(prior)}, cum_total_wan=_wan(cum), done_ytd_wan=_wan(ytd))
    assert hear(months.cum_within_total, record) == heard


@pytest.mark.parametrize("total", [None, D(0)])
def test_rule_23_needs_a_total(total):
    assert hear(months.cum_within_total, report(of={"total_wan": total})) == []


@pytest.mark.parametrize(
    "at, start, ytd, heard",
    [
        pytest.param(Stage.PLANNED, None, "0.01", [("investment_before_start", E, "done_ytd_wan")], id="planned"),
        pytest.param(Stage.PLANNED, None, "0", [], id="planned, zero"),
        pytest.param(Stage.PLANNED, None, None, [], id="planned, blank"),
        pytest.param(Stage.BUILD, None, "5", [], id="under construction"),
        pytest.param(Stage.PLANNED, PartialDate(2020, 6), "5", [], id="started in the month"),
        pytest.param(Stage.BUILD, PartialDate(2020, 7), "5", [("investment_before_start", E, "done_ytd_wan")], id="starts next month"),
        pytest.param(Stage.BUILD, PartialDate(2020), "5", [], id="started some day of the year"),
        pytest.param(Stage.SUSPENDED, None, "5", [], id="suspended, start not known"),
        pytest.param(None, None, "5", [], id="nothing known"),
    ],
)
def test_rule_24_before_start(at, start, ytd, heard):
    assert hear(months.nothing_before_start, report(of={"stage": at, "actual_start": start}, done_ytd_wan=_wan(ytd))) == heard


IDLE = [("idle_months", W, "done_month_wan")]


@pytest.mark.parametrize(
    "figures, before, of, heard",
    [
        pytest.param(("0", "10"), past(("0", "10")), {}, IDLE, id="two months of nothing"),
        pytest.param(("0", "0"), past((None, "0")), {}, IDLE, id="year to date of zero"),
        pytest.param(("0", "10"), past(("0.01", "10")), {}, [], id="one month of nothing"),
        pytest.param(("0.01", "10"), past(("0", "10")), {}, [], id="something this month"),
        pytest.param((None, None), past(("0", "10")), {}, [], id="a blank is not nothing"),
        pytest.param(("0", "10"), past(("0", "10"), last=Month(2020, 4)), {}, [], id="not running"),
        pytest.param(("0", "10"), past(), {}, [], id="first report"),
        pytest.param(("0", "0"), past(("0", "0")), {"actual_start": PartialDate(2020, 5)}, IDLE, id="started in the first of them"),
        pytest.param(("0", "0"), past(("0", "0")), {"actual_start": PartialDate(2020, 6)}, [], id="started in the second"),
        pytest.param(("0", "0"), past(("0", "0")), {"actual_start": None, "stage": Stage.PLANNED}, [], id="not started"),
        pytest.param(("0", "0"), past(("0", "0")), {"stage": Stage.SUSPENDED}, [], id="suspended"),
        pytest.param(("0", "0"), past(("0", "0")), {"stage": Stage.DONE}, [], id="completed"),
    ],
)
def test_rule_25_idle(figures, before, of, heard):
    month, ytd = map(_wan, figures)
    assert hear(months.not_idle, report(of=of, done_month_wan=month, done_ytd_wan=ytd, past=before)) == heard


def test_rule_25_takes_its_months_from_the_thresholds():
    idle = report(done_month_wan=D(0), past=past(("5", "5"), ("0", "5"), ("0", "5")))
    assert hear(months.not_idle, idle, context(limits={"idle_months": 3})) == IDLE
    assert hear(months.not_idle, idle, context(limits={"idle_months": 4})) == []
    assert hear(months.not_idle, report(done_month_wan=D(0), past=()), context(limits={"idle_months": 1})) == IDLE


@pytest.mark.parametrize(
    "stated, plan, heard",
    [
        pytest.param("40.1", "30000", [], id="0.1 point off"),
        pytest.param("39.9", "30000", [], id="0.1 point below"),
        pytest.param("40.11", "30000", [("rate_suspect", W, "stated_rate_percent")], id="0.11 point off"),
        pytest.param("0.4", "30000", [("rate_suspect", W, "stated_rate_percent")], id="a ratio taken for percent"),
        pytest.param("40", "0", [], id="no rate to compare with"),
        pytest.param(None, "30000", [], id="none stated"),
    ],
)
def test_rule_26_stated_rate(stated, plan, heard):
    assert hear(months.stated_rate_fits, report(of={"plan_wan": _wan(plan)}, stated_rate_percent=_wan(stated))) == heard


@pytest.mark.parametrize(
    "month, before, heard",
    [
        pytest.param("6000", past(("1000", "1000"), ("3000", "4000")), [], id="3 times the average"),
        pytest.param("6000.01", past(("1000", "1000"), ("3000", "4000")), [("month_jump", W, "done_month_wan")], id="more"),
        pytest.param("6000.01", past(("2000", "2000")), [], id="one month is no average"),
        pytest.param("6000.01", past((None, None), ("2000", "2000")), [], id="nor with a blank"),
        pytest.param("5", past(("0", "0"), ("0", "0")), [], id="after nothing"),
        pytest.param("9000", past(("1", "1"), ("1", "2"), last=Month(2019, 12)), [], id="last year's do not count"),
        pytest.param(None, past(("1", "1"), ("1", "2")), [], id="none"),
    ],
)
def test_rule_27_jump(month, before, heard):
    assert hear(months.no_jump, report(done_month_wan=_wan(month), past=before)) == heard


@pytest.mark.parametrize(
    "ytd, plan, heard",
    [
        pytest.param("45000", "30000", [], id="150 %"),
        pytest.param("45000.01", "30000", [("rate_high", W, "done_ytd_wan")], id="more"),
        pytest.param("45000", "0", [], id="no plan"),
        pytest.param(None, "30000", [], id="none"),
    ],
)
def test_rule_28_rate_high(ytd, plan, heard):
    assert hear(months.rate_not_high, report(of={"plan_wan": _wan(plan)}, done_ytd_wan=_wan(ytd))) == heard


SHORT, SAME = [("progress_short", W, "progress_text")], [("progress_unchanged", W, "progress_text")]


@pytest.mark.parametrize(
    "text, before, at, heard",
    [
        pytest.param("路基完成百分之四", None, Stage.BUILD, SHORT, id="8 characters"),
        pytest.param("路基完成 百分之四十", None, Stage.BUILD, SHORT, id="9 and a blank"),
        pytest.param("路基完成约百分之四十", None, Stage.BUILD, [], id="10 characters"),
        pytest.param("路基完成约百分之四十", "路基完成约百分之四十", Stage.BUILD, SAME, id="as last month"),
        pytest.param("路基完成约百分之四十", "路基完成约 百分之四十\n", Stage.BUILD, SAME, id="but for blanks"),
        pytest.param("路基完成约百分之五十", "路基完成约百分之四十", Stage.BUILD, [], id="moved on"),
        pytest.param("路基", None, None, SHORT, id="stage not known"),
        pytest.param("未开工", "未开工", Stage.PLANNED, [], id="not started"),
        pytest.param("已竣工", "已竣工", Stage.DONE, [], id="completed"),
        pytest.param("停工", "停工", Stage.SUSPENDED, [], id="suspended"),
        pytest.param(None, "路基", Stage.BUILD, [], id="none"),
    ],
)
def test_rule_40_progress(text, before, at, heard):
    record = report(of={"stage": at}, progress_text=text, past=(PastMonth(JUNE.previous, progress_text=before),))
    assert hear(months.progress_told, record) == heard


def test_rule_40_compares_with_the_month_before_alone():
    text = "路基完成约百分之四十"
    assert hear(months.progress_told, report(progress_text=text, past=(PastMonth(Month(2020, 4), progress_text=text),))) == []
    january = report(month=Month(2020, 1), progress_text=text, past=(PastMonth(Month(2019, 12), progress_text=text),))
    assert hear(months.progress_told, january, context(month=Month(2020, 1), today=date(2020, 2, 3))) == SAME


def test_sentence_shows_both_figures():
    said = run((months.ytd_not_falling,), report(done_ytd_wan=D("9999.5"), past=PAST), CONTEXT)
    assert message(said[0]) == "本年累计9999.5万元小于2020-05的10000万元"
    assert message(said[0], "en") == "Year to date 9999.5 万元 is below 10000 万元 of 2020-05"

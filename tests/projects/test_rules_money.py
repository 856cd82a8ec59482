"""Rules 12-18, 36, 37, 50: a project's amounts and land; each on both sides of its edge."""

from __future__ import annotations

import pytest

from projects.findings import message
from projects.rules import money, run, stage
from projects.stages import Stage
from projects.values import PartialDate
from tests.projects.rule_cases import CONTEXT, D, E, W, context, hear, project


@pytest.mark.parametrize(
    "total, heard",
    [
        pytest.param("0.01", [], id="a little"),
        pytest.param("0", [("total_not_positive", E, "total_wan")], id="zero"),
        pytest.param("-0.01", [("amount_negative", E, "total_wan")], id="negative"),
        pytest.param(None, [], id="a blank is another rule's word"),
    ],
)
def test_rule_12_total_positive(total, heard):
    assert hear(money.total_positive, project(total_wan=total and D(total))) == heard


def test_rule_12_prior_not_negative():
    both = project(total_wan=D(-1), cum_prior_wan=D(-2))
    assert hear(money.total_positive, project(cum_prior_wan=D(0))) == []
    assert hear(money.total_positive, project(cum_prior_wan=D(-2))) == [("amount_negative", E, "cum_prior_wan")]
    assert hear(money.total_positive, both) == [("amount_negative", E, "total_wan"), ("amount_negative", E, "cum_prior_wan")]


@pytest.mark.parametrize(
    "at, heard",
    [
        pytest.param(Stage.IDEA, [], id="idea"),
        pytest.param(Stage.RESERVE, [("required_missing", E, "total_wan")], id="reserve"),
        pytest.param(None, [("required_missing", E, "total_wan")], id="stage not known"),
    ],
)
def test_rule_12_total_required(at, heard):
    assert hear(stage.required_for_stage, project(total_wan=None, stage=at)) == heard


@pytest.mark.parametrize(
    "total, heard",
    [
        pytest.param("499.99", [("total_small", W, "total_wan")], id="below"),
        pytest.param("500", [], id="at the floor"),
        pytest.param("0", [], id="zero is rule 12"),
        pytest.param(None, [], id="none"),
    ],
)
def test_rule_13_total_small(total, heard):
    assert hear(money.total_not_small, project(total_wan=total and D(total))) == heard


@pytest.mark.parametrize(
    "total, heard",
    [
        pytest.param("1000000", [], id="100亿元"),
        pytest.param("1000000.01", [("total_large", W, "total_wan")], id="above"),
        pytest.param(None, [], id="none"),
    ],
)
def test_rule_14_total_large(total, heard):
    assert hear(money.total_not_large, project(total_wan=total and D(total))) == heard


def test_numbers_in_sentences_have_no_exponent():
    said = run((money.total_not_large,), project(total_wan=D("2E+6")), CONTEXT)
    assert message(said[0]) == "总投资2000000万元，超过1000000万元"


@pytest.mark.parametrize(
    "sources, heard",
    [
        pytest.param("100000", [], id="equal"),
        pytest.param("100500", [], id="0.5 % more"),
        pytest.param("100500.01", [("sum_mismatch", W, "total_wan")], id="a little over 0.5 %"),
        pytest.param("99499.99", [("sum_mismatch", W, "total_wan")], id="a little under"),
        pytest.param("105000", [("sum_mismatch", W, "total_wan")], id="5 %"),
        pytest.param("105000.01", [("sum_mismatch", E, "total_wan")], id="over 5 %"),
        pytest.param(None, [], id="not known"),
    ],
)
def test_rule_15_sources(sources, heard):
    assert hear(money.sources_add_up, project(sources_wan=sources and D(sources))) == heard


@pytest.mark.parametrize(
    "kind, sort, capital, heard",
    [
        pytest.param("infrastructure", None, "20000", [], id="20 % of infrastructure"),
        pytest.param("infrastructure", None, "19999.99", [("capital_ratio_low", W, "capital_wan")], id="just under"),
        pytest.param("infrastructure", "airport", "24999.99", [("capital_ratio_low", W, "capital_wan")], id="airport under 25 %"),
        pytest.param("infrastructure", "airport", "25000", [], id="airport at 25 %"),
        pytest.param("emerging", None, "0", [], id="no ratio known"),
        pytest.param("infrastructure", None, None, [], id="capital not known"),
    ],
)
def test_rule_16_capital(kind, sort, capital, heard):
    assert hear(money.capital_enough, project(kind=kind, capital_class=sort, capital_wan=capital and D(capital))) == heard


@pytest.mark.parametrize(
    "plan, prior, heard",
    [
        pytest.param("80000", "20000", [], id="all that is left"),
        pytest.param("80000.01", "20000", [("plan_over_remaining", W, "plan_wan")], id="more than is left"),
        pytest.param("100000", None, [], id="the whole total"),
        pytest.param("100000.01", None, [("plan_over_total", W, "plan_wan")], id="more than the total"),
        pytest.param("0", "120000", [], id="nothing planned where too much is done"),
        pytest.param("-0.01", "20000", [("amount_negative", E, "plan_wan")], id="negative"),
        pytest.param(None, "20000", [], id="no plan"),
    ],
)
def test_rule_17_plan_fits(plan, prior, heard):
    assert hear(money.plan_fits, project(plan_wan=plan and D(plan), cum_prior_wan=prior and D(prior))) == heard


@pytest.mark.parametrize(
    "at, plan, heard",
    [
        pytest.param(Stage.BUILD, "0", [("plan_zero", W, "plan_wan")], id="under construction"),
        pytest.param(Stage.PLANNED, "0", [("plan_zero", W, "plan_wan")], id="planned"),
        pytest.param(Stage.BUILD, "0.01", [], id="a little"),
        pytest.param(Stage.PREP, "0", [], id="preliminary"),
        pytest.param(Stage.DONE, "0", [], id="completed"),
        pytest.param(Stage.BUILD, None, [], id="a blank is not zero"),
    ],
)
def test_rule_18_plan_zero(at, plan, heard):
    assert hear(money.plan_not_zero, project(stage=at, plan_wan=plan and D(plan))) == heard


@pytest.mark.parametrize(
    "budget, heard",
    [
        pytest.param("104500", [], id="10 % over"),
        pytest.param("104500.01", [("budget_over_estimate", W, "budget_wan")], id="more than 10 %"),
        pytest.param(None, [], id="none"),
    ],
)
def test_rule_36_budget(budget, heard):
    assert hear(money.budget_within_estimate, project(budget_wan=budget and D(budget))) == heard


@pytest.mark.parametrize(
    "at, done, heard",
    [
        pytest.param(Stage.DONE, "80000", [], id="80 %"),
        pytest.param(Stage.DONE, "79999.99", [("done_below_total", W, "cum_total_wan")], id="under 80 %"),
        pytest.param(Stage.OPERATE, "10", [("done_below_total", W, "cum_total_wan")], id="in use"),
        pytest.param(Stage.BUILD, "10", [], id="under construction"),
        pytest.param(Stage.DONE, None, [], id="not known"),
    ],
)
def test_rule_37_done_enough(at, done, heard):
    assert hear(money.finished_is_built, project(stage=at, cum_total_wan=done and D(done))) == heard


@pytest.mark.parametrize(
    "at, finish, heard",
    [
        pytest.param(Stage.DONE, None, [("finish_missing", W, "actual_finish")], id="completed without date"),
        pytest.param(Stage.DONE, PartialDate(2020, 5), [], id="completed with date"),
        pytest.param(Stage.BUILD, None, [], id="under construction"),
    ],
)
def test_rule_37_finish_date(at, finish, heard):
    assert hear(stage.required_for_stage, project(stage=at, actual_finish=finish)) == heard


@pytest.mark.parametrize(
    "land, known, before, heard",
    [
        pytest.param("0.01", True, None, [], id="a little"),
        pytest.param("0", True, None, [("land_not_positive", W, "land_mu")], id="zero"),
        pytest.param("300", False, None, [("land_unit_unknown", W, "land_mu")], id="unit not known"),
        pytest.param("300", True, "20", [("land_factor", W, "land_mu")], id="15 times more"),
        pytest.param("20", True, "300", [("land_factor", W, "land_mu")], id="15 times less"),
        pytest.param("303", True, "20", [("land_factor", W, "land_mu")], id="15.15 times, by rounding"),
        pytest.param("303.1", True, "20", [], id="further off"),
        pytest.param("300", True, "300", [], id="as before"),
        pytest.param("300", False, "20", [("land_unit_unknown", W, "land_mu"), ("land_factor", W, "land_mu")], id="both"),
        pytest.param(None, False, "20", [], id="none"),
    ],
)
def test_rule_50_land(land, known, before, heard):
    record = project(land_mu=land and D(land), land_unit_known=known, land_before_mu=before and D(before))
    assert hear(money.land_plausible, record) == heard


def test_thresholds_are_the_contexts():
    assert hear(money.total_not_small, project(total_wan=D(600)), context(limits={"fai_floor_wan": D(1000)})) == [("total_small", W, "total_wan")]

"""The rules of money, each at its edge on both sides; complete, worded, and fed by the lookup rows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from funding import rules, wording
from funding.records import AccountRecord, AdjustmentRecord, Areas, BondRecord, DossierRecord, Limits, PlanRecord, ShareRecord, YearRecord
from projects.findings import WORDING, Severity, message
from projects.records import CAPITAL_RATIOS
from projects.workflow import is_workday

D = Decimal
E, W = Severity.BLOCKS, Severity.REASON
LIMITS = Limits()
BOND = BondRecord("20青岛债01", D(1000), D(1000), 10, D("3.37"), 2, "transport", "交通基础设施", year=2020)
READY = DossierRecord("甲路", frozenset({"plan", "finance", "legal"}), D("1.2"), D(500), 1, year=2020)
PLAN = PlanRecord("鲁发改投资〔2020〕1号", D(1000), date(2020, 4, 1))
SHARE = ShareRecord("甲院", "计划", "direct", "approval", date(2020, 1, 31), False)
AREAS_2020 = Areas({"transport": "交通基础设施", "energy": "能源"})
AREAS_2025 = Areas({"transport": "交通基础设施"}, {"offices": "楼堂馆所"})


def heard(said: object) -> list[tuple[str, Severity, str | None]]:
    return [(finding.code, finding.severity, finding.field) for finding in rules.said_by(said)]  # type: ignore[arg-type]


def test_every_rule_of_the_table_has_its_place():
    assert set(rules.NUMBERS) == {16, *range(51, 67)}
    for number, kept in rules.NUMBERS.items():
        assert all(f"Rule {number}" in (rule.__doc__ or "") for rule in kept), number


def test_every_code_is_worded_in_both_languages():
    for code in {**wording.BONDS, **wording.CENTRAL}:
        words = WORDING[code]
        assert words.zh
        assert words.en
        assert words.zh_fix
        assert words.en_fix


@pytest.mark.parametrize(
    "sector, capital, said",
    [("road", "20", []), ("road", "19.99", [("capital_ratio_low", W, "capital_wan")]), ("airport", "24", [("capital_ratio_low", W, "capital_wan")])],
)
def test_rule_16_by_sector(sector, capital, said):
    assert heard(rules.capital_enough(D(capital), D(100), sector, CAPITAL_RATIOS)) == said


def test_rule_16_of_a_sector_without_a_ratio_of_its_own():
    assert heard(rules.capital_enough(D(19), D(100), "water", CAPITAL_RATIOS)) == [("capital_ratio_low", W, "capital_wan")]
    assert heard(rules.capital_enough(D(19), D(100), "5", CAPITAL_RATIOS, kind="emerging")) == []


def test_rule_51_quota():
    assert heard(rules.issued_within_quota(YearRecord(2020, D(387), D(387)), LIMITS)) == []
    assert heard(rules.issued_within_quota(YearRecord(2020, D(387), D("387.000001")), LIMITS)) == [("bond_over_quota", E, "amount_wan")]


@pytest.mark.parametrize(
    "assigned, said", [("1000", []), ("999.999999", [("allocations_differ", E, "amount_wan")]), ("1001", [("allocations_differ", E, "amount_wan")])]
)
def test_rule_52_allocations(assigned, said):
    assert heard(rules.allocations_add_up(replace(BOND, assigned_wan=D(assigned)), LIMITS)) == said


@pytest.mark.parametrize("years, said", [(1, []), (30, []), (4, [("bond_term", E, "years")]), (None, [])])
def test_rule_53_term(years, said):
    assert heard(rules.term_allowed(replace(BOND, years=years), LIMITS)) == said


@pytest.mark.parametrize(
    "years, rate, per_year, said",
    [
        (7, "0", 1, []),
        (7, "8", 2, [("frequency_unusual", W, "per_year")]),
        (10, "8", 2, []),
        (10, "8.0001", 1, [("coupon_unusual", W, "rate_percent"), ("frequency_unusual", W, "per_year")]),
        (8, "3", 4, []),  # between the conventions nothing is unusual
        (None, "-0.01", 1, [("coupon_unusual", W, "rate_percent")]),
    ],
)
def test_rule_54_coupon_and_frequency(years, rate, per_year, said):
    assert heard(rules.coupon_usual(replace(BOND, years=years, rate_percent=D(rate), per_year=per_year), LIMITS)) == said


@pytest.mark.parametrize(
    "coverage, said",
    [
        ("0.9999", [("coverage_below_one", E, "coverage")]),
        ("1", [("coverage_low", W, "coverage")]),
        ("1.1999", [("coverage_low", W, "coverage")]),
        ("1.2", []),
        (None, []),
    ],
)
def test_rules_55_and_56_coverage(coverage, said):
    record = replace(READY, coverage=coverage and D(coverage))
    assert heard(rules.coverage_above_one(record, LIMITS)) + heard(rules.coverage_advised(record, LIMITS)) == said


def test_rule_57_names_what_is_lacking():
    assert heard(rules.papers_complete(READY, LIMITS)) == []
    (finding,) = rules.said_by(rules.papers_complete(replace(READY, papers=frozenset({"finance"})), LIMITS))
    assert finding.severity is W
    assert "缺实施方案、法律意见书" in message(finding)
    assert "project plan, legal opinion" in message(finding, "en")


def test_rule_58_ceiling():
    assert heard(rules.capital_share_within(YearRecord(2020, D(400), D(400), D(100)), LIMITS)) == []
    (finding,) = rules.said_by(rules.capital_share_within(YearRecord(2020, D(400), D(400), D("100.5")), LIMITS))
    assert (finding.code, finding.severity) == ("capital_share_high", W)
    assert message(finding) == "2020年专项债作资本金比例25.13%超过上限25%"
    assert heard(rules.capital_share_within(YearRecord(2020, D(0), D(0), D(1)), LIMITS)) == [("capital_share_high", W, "capital_wan")]


@pytest.mark.parametrize("rule, code", [(rules.chain_held, "spent_over_transferred"), (rules.central_order, "central_order")])
def test_rules_59_and_63_chain(rule, code):
    held = AccountRecord("甲", "债", D(10), D(0), D(10), D(10))
    assert heard(rule(held, LIMITS)) == []
    assert heard(rule(replace(held, paid_wan=D("10.01")), LIMITS)) == [(code, E, "amount_wan")]
    assert heard(rule(replace(held, assigned_wan=D("9.99")), LIMITS)) == [(code, E, "amount_wan")]


def test_rule_60_document():
    assert heard(rules.adjustment_documented(AdjustmentRecord(D(5), "鲁财债〔2020〕1号"), LIMITS)) == []
    assert heard(rules.adjustment_documented(AdjustmentRecord(D(5), "  "), LIMITS)) == [("adjustment_undocumented", E, "doc_no")]


def test_rule_61_list_of_the_year():
    assert heard(rules.use_area_listed(BOND, AREAS_2020)) == []
    assert heard(rules.use_area_listed(replace(BOND, area=None), AREAS_2020)) == []
    assert heard(rules.use_area_listed(BOND, Areas())) == []
    (finding,) = rules.said_by(rules.use_area_listed(replace(BOND, area="housing", area_name="保障性安居工程"), AREAS_2020))
    assert (finding.code, finding.severity) == ("area_not_listed", W)
    assert "交通基础设施、能源" in finding.params["listed"]


def test_rule_61_negative_list():
    assert heard(rules.use_area_listed(replace(BOND, area="offices"), AREAS_2025)) == [("area_forbidden", W, "use_area")]
    bad = replace(READY, negative_item="楼堂馆所")
    assert heard(rules.not_forbidden(bad, AREAS_2025)) == [("area_forbidden", W, "negative_item")]
    assert heard(rules.not_forbidden(bad, AREAS_2020)) == []  # a year without a negative list
    assert heard(rules.not_forbidden(READY, AREAS_2025)) == []


def test_rule_62_income():
    assert heard(rules.income_expected(replace(READY, income_wan=None, sources=1), LIMITS)) == []
    assert heard(rules.income_expected(replace(READY, sources=0), LIMITS)) == []
    for income in (None, D(0)):
        assert heard(rules.income_expected(replace(READY, income_wan=income, sources=0), LIMITS)) == [("income_missing", W, "income_wan")]


def test_a_project_without_papers_is_asked_for_all():
    said = rules.fit_for_bonds(DossierRecord("乙路"), LIMITS, AREAS_2020)
    assert [finding.code for finding in said] == ["papers_incomplete", "income_missing"]
    assert rules.fit_for_bonds(READY, LIMITS, AREAS_2020) == []


@pytest.mark.parametrize("manner", ["direct", "capital", "subsidy", "interest"])
@pytest.mark.parametrize("approval", ["approval", "verification", "filing", None])
def test_rule_64_procedure(manner, approval):
    wrong = manner in ("direct", "capital") and approval in ("verification", "filing")
    said = heard(rules.manner_fits_approval(replace(SHARE, manner=manner, approval_kind=approval), LIMITS))
    assert said == ([("approval_required", E, "project")] if wrong else [])


def test_rule_65_counts_working_days():
    holidays = {date(2020, 4, 6): False, date(2020, 4, 26): True}  # 清明; a Sunday that is worked
    due = rules.decompose_by(PLAN, LIMITS, holidays)
    assert due == date(2020, 4, 29)
    assert sum(is_workday(date(2020, 4, day), holidays) for day in range(2, 30)) == 20
    assert heard(rules.decomposed_in_time(PLAN, LIMITS, holidays, due)) == []
    (finding,) = rules.said_by(rules.decomposed_in_time(PLAN, LIMITS, holidays, date(2020, 4, 30)))
    assert (finding.code, finding.severity, finding.params["days"]) == ("plan_not_decomposed", W, 21)
    assert heard(rules.decomposed_in_time(replace(PLAN, decomposed_wan=D(1000)), LIMITS, holidays, date(2021, 1, 1))) == []
    (rough,) = rules.said_by(rules.decomposed_in_time(replace(PLAN, is_approximate=True), LIMITS, holidays, date(2020, 4, 30)))
    assert "余约1,000万元" in message(rough)
    assert rules.decompose_limit(replace(PLAN, allotment="named"), LIMITS) == 10
    assert heard(rules.decomposed_in_time(replace(PLAN, given_on=None), LIMITS, holidays, date(2021, 1, 1))) == []


@pytest.mark.parametrize(
    "started, until, said", [(False, date(2020, 4, 30), 0), (False, date(2020, 5, 1), 1), (None, date(2021, 1, 1), 0), (True, date(2021, 1, 1), 0)]
)
def test_rule_66_start(started, until, said):
    assert len(heard(rules.started_in_time(replace(SHARE, has_started=started), LIMITS, until))) == said


# --- Limits --------------------------------------------------------------------------------------------------------------------------

REFERENCE = Path(__file__).parents[2] / "fixtures" / "reference" / "thresholds.json"


def rows_on(day: str) -> list[tuple[str, str | None, str]]:
    rows = json.loads(REFERENCE.read_text(encoding="utf-8"))
    return [(row["code"], row["key"], row["value"]) for row in rows if (row["valid_from"] or "") <= day <= (row["valid_to"] or "9999")]


def test_the_rows_of_2020_are_the_usual_limits():
    given = Limits.from_rows(rows_on("2020-06-30"))
    assert replace(given, central_decompose_days={}) == replace(Limits(), central_decompose_days={})
    assert dict(given.central_decompose_days) == dict(Limits().central_decompose_days)


@pytest.mark.parametrize("day, most", [("2019-12-31", 20), ("2020-01-01", 25), ("2024-12-24", 25), ("2024-12-25", 30)])
def test_the_ceiling_of_capital_follows_the_day(day, most):
    assert Limits.from_rows(rows_on(day)).bond_capital_share_max_percent == most


@pytest.mark.parametrize(
    "code, value",
    [("bond_issue_by", "02-30"), ("bond_issue_by", "October"), ("bond_terms_years", "1,x"), ("coverage_min", "—"), ("central_payment_over", "paid")],
)
def test_a_row_that_can_not_be_read_is_named(code, value):
    with pytest.raises(ValueError, match=code):
        Limits.from_rows([(code, None, value)])


def test_limits_are_read_from_their_rows():
    limits = Limits.from_rows(
        [("bond_issue_by", None, "09-30"), ("bond_terms_years", "", "1，3,5"), ("central_decompose_days", "named", "7"), ("idle_months", "", "x")]
    )
    assert limits.issue_by(2021) == date(2021, 9, 30)
    assert limits.bond_terms_years == (1, 3, 5)
    assert dict(limits.central_decompose_days) == {"block": 20, "named": 7}

"""Bond money beyond what a project costs or its finance plan expects: a reason is asked on the page and in a file, and it stays listed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from funding import rules
from funding.ledger import Step
from funding.models import Bond, FinanceLine, FinancePlan, FundEntry
from funding.records import DossierRecord, Limits
from funding.services.checks import check_gift
from funding.services.findings import findings
from projects.findings import Severity, message
from projects.models import Classification
from tests.exchange.cast import make_cast
from tests.exchange.funds import BONDS, FIRST, checked
from tests.exchange.funds import issue as issue_rows
from tests.factories import make_project
from tests.funding.money import DAY, give, make_bond, of_bond

CODES = {"money_over_total", "money_over_finance_plan"}
AMOUNTS = st.integers(0, 500).map(Decimal)


@given(AMOUNTS, st.none() | AMOUNTS, st.none() | AMOUNTS)
def test_each_limit_that_is_known_is_kept_for_itself(has: Decimal, total: Decimal | None, planned: Decimal | None) -> None:
    said = rules.said_by(rules.bond_money_within(DossierRecord("甲", given_wan=has, total_wan=total, planned_wan=planned), Limits()))
    expected = [code for code, most in (("money_over_total", total), ("money_over_finance_plan", planned)) if most is not None and has > most]
    assert [finding.code for finding in said] == expected
    assert {finding.severity for finding in said} <= {Severity.REASON}


def over(said: Any) -> list[str]:
    return [finding.code for finding in said if finding.code in CODES]


def planned(project: Any, *amounts: tuple[str, int]) -> None:
    plan = FinancePlan.objects.create(project=project, total_wan=project.total_wan)
    for code, amount in amounts:
        source, _new = Classification.objects.get_or_create(scheme="finance_source", code=code, defaults={"name": code})
        FinanceLine.objects.create(plan=plan, source=source, planned_wan=Decimal(amount))


@pytest.mark.django_db
def test_all_bonds_count_but_not_those_that_pay_older_debt():
    project, first, second = make_project("甲路", total_wan=Decimal(1000)), make_bond(5000), make_bond(5000, type=Bond.Type.GENERAL)
    give(of_bond(project, first), Step.ASSIGN, 700)
    assert over(check_gift(second, project, DAY, Decimal(300))) == []
    said = [finding for finding in check_gift(second, project, DAY, Decimal("300.01")) if finding.code in CODES]
    assert message(said[0]) == "“甲路”新增债券资金合计1,000.01万元，超过总投资1,000万元（多0.01万元）"
    assert "more than its total investment of 1,000" in message(said[0], "en")
    old = Bond(issue=first.issue, name="再融资", years=10, amount_wan=Decimal(900), purpose="refinancing")
    assert over(check_gift(old, project, DAY, Decimal(900))) == []
    assert over(check_gift(first, make_project("未知", total_wan=None), DAY, Decimal(4000))) == []


@pytest.mark.django_db
def test_the_finance_plan_in_force_is_compared_where_it_speaks_of_bonds():
    bond, project, silent = make_bond(5000), make_project("甲路", total_wan=Decimal(1000)), make_project("乙路", total_wan=Decimal(1000))
    planned(project, ("bond", 200), ("bond_general", 50), ("central", 750))
    planned(silent, ("central", 1000))
    assert over(check_gift(bond, project, DAY, Decimal(250))) == []
    assert over(check_gift(bond, project, DAY, Decimal(251))) == ["money_over_finance_plan"]
    assert over(check_gift(bond, silent, DAY, Decimal(251))) == []


@pytest.mark.django_db
def test_the_page_asks_for_a_reason_and_the_rules_go_on_saying_it(cast, signed_in):
    city, bond, project = signed_in(cast.city), make_bond(5000), make_project("甲路", cast.unit_a, total_wan=Decimal(1000))
    address = reverse("admin:funding_bond_page", args=[bond.pk])
    sent = {"verb": "post", "step": "assign", "project": project.pk, "amount_wan": "1001", "happened_on": f"{DAY}", "reason": ""}
    response = city.post(address, sent)
    assert response.status_code == 400
    assert any("超过总投资1,000万元（多1万元）" in line for line in response.context["forms"]["post"].errors["reason"])
    assert city.post(address, {**sent, "reason": "总投资正在调整"}).status_code == 302
    for until, codes in ((date(2020, 12, 31), ["money_over_total"]), (date(2020, 5, 19), [])):
        told = findings(FundEntry.objects.all(), 2020, until, whole_city=True)
        assert over(placed.finding for placed in told) == codes


@pytest.mark.django_db
def test_rows_of_one_file_add_up():
    make_cast(with_reference=True)
    make_project(FIRST, total_wan=Decimal(2500))
    issue_rows()
    rows = [*BONDS.splitlines()[:5], f"2 | 市南区 | {FIRST} | 2500 | 3000 | 900 | 0 | 15 | 3.82", ""]
    found = [(each["row"], each["severity"]) for each in checked("\n".join(rows)).findings if each["code"] == "money_over_total"]
    assert found == [(5, "warning")]

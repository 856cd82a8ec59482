"""Money by source, unit, sector and month: the figures of the money overview and of the accounts, each reader's own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from accounts.roles import Action
from accounts.scope import for_user
from funding.ledger import Step
from funding.models import FundAccount, FundEntry
from reports.money import money
from reports.money_pivot import MONEY_DIMENSIONS, MONEY_MEASURES, money_pivot, of_year
from reports.pivot import PivotError
from reports.pivot_tables import table_of
from reports.tables import Level
from tests.factories import make_project
from tests.funding.money import give, make_bond, make_central, make_quota, of_bond, of_plan

pytestmark = pytest.mark.django_db
END = date(2020, 12, 31)


@pytest.fixture
def books(cast: Any) -> None:
    bond = make_bond(2_320_000, make_quota(2_320_000, given_on=date(2020, 1, 3)), tender_on=date(2020, 5, 8))
    one, two = of_bond(make_project("甲路", cast.unit_a), bond), of_bond(make_project("乙路", cast.unit_b), bond)
    for step, amount, day in ((Step.ASSIGN, 300_000, 9), (Step.ARRIVE, 200_000, 10), (Step.PAY, 100_000, 20)):
        give(one, step, amount, date(2020, 6, day))
    give(two, Step.ASSIGN, 70_000, date(2020, 7, 1))
    hospital, plan = make_project("丙院", cast.unit_b), make_central(98_000)
    give(of_plan(hospital, plan), Step.ASSIGN, 50_000, date(2020, 5, 1))
    give(of_plan(hospital, plan, "district"), Step.ASSIGN, 9_000, date(2020, 5, 1))


def mine(user: Any) -> Any:
    return of_year(for_user(FundEntry.objects.all(), user, Action.VIEW), 2020)


def test_rows_are_those_of_the_money_overview(cast: Any, books: None) -> None:
    found = money_pivot(mine(cast.city), ["unit", "source"], days=[END])
    told = {(row.labels["unit"], row.keys["source"]): row.values for row in found.rows}
    (table,) = (table for table in money(cast.city, 2020, END).tables if table.name == "units")
    for row in table.rows:
        for prefix, source in (("bond_", "bond"), ("plan_", "central")):
            units = {unit for unit, of in told if of == source and row.label in (unit, "合计")}
            for step in ("assigned", "arrived", "paid"):
                assert row.values[f"{prefix}{step}"] == sum((told[unit, source][f"{step}_wan"] for unit in units), Decimal(0))


def test_the_whole_is_what_the_accounts_hold(cast: Any, books: None) -> None:
    whole = money_pivot(mine(cast.city), [], days=[END]).wholes[0].values
    held = FundAccount.objects.aggregate(assigned_wan=Sum("assigned_wan"), arrived_wan=Sum("arrived_wan"), paid_wan=Sum("paid_wan"))
    assert {key: whole[key] for key in held} == held
    assert (whole["waiting_wan"], whole["idle_wan"], str(whole["paid_rate"])) == (229_000, 100_000, str(Decimal(100) / Decimal(429)))


@pytest.mark.parametrize("by", [["source"], ["unit"], ["sector"], ["kind"], ["unit", "sector", "kind", "source"]], ids="-".join)
def test_parts_add_up_to_the_whole(cast: Any, books: None, by: list[str]) -> None:
    found = money_pivot(mine(cast.city), by, days=[END])
    for key, measure in MONEY_MEASURES.items():
        if measure.additive:
            assert sum((row.values[key] for row in found.rows), Decimal(0)) == found.wholes[0].values[key]


def test_a_month_tells_how_things_stood_at_its_end(cast: Any, books: None) -> None:
    days = [date(2020, 5, 31), date(2020, 6, 30), date(2020, 7, 31)]
    found = money_pivot(mine(cast.city), ["month"], ["assigned_wan", "paid_wan"], days=days)
    assert [(row.keys["month"], *row.values.values()) for row in found.rows] == [
        ("2020-05", 59_000, 0),
        ("2020-06", 359_000, 100_000),
        ("2020-07", 429_000, 100_000),
    ]
    assert [row.values for row in found.wholes] == [row.values for row in found.rows]


def test_reader_is_told_of_the_own_unit_s_money_alone(cast: Any, books: None) -> None:
    found = money_pivot(mine(cast.owner), ["unit"], ["assigned_wan"], days=[END])
    assert [(row.labels["unit"], row.values["assigned_wan"]) for row in found.rows] == [("市南", 300_000)]


def test_table_prints_the_whole_first_and_no_ratio_is_added(cast: Any, books: None) -> None:
    table = table_of(money_pivot(mine(cast.city), ["source"], ["assigned_wan", "paid_rate"], days=[END]), "资金", {"source": "资金来源"})
    assert [[cell.text for cell in table.cells(row)] for row in table.rows] == [
        ["合计", "429,000.00", "23.31%".removesuffix("%")],
        ["专项债券", "370,000.00", "27.03"],
        ["中央预算内", "50,000.00", "0.00"],
        ["区市级", "9,000.00", "0.00"],
    ]
    assert [row.level for row in table.rows] == [Level.TOTAL, Level.ROW, Level.ROW, Level.ROW]


def test_questions_that_cannot_be_put_are_refused(cast: Any) -> None:
    for by, measures, days in ((["colour"], [], [END]), (["unit"], ["rate"], [END]), (["unit"], [], [date(2020, 5, 1), END]), (["month"], [], [])):
        with pytest.raises(PivotError):
            money_pivot(mine(cast.city), by, measures, days=days)
    assert set(MONEY_DIMENSIONS) == {"source", "unit", "sector", "kind", "month"}

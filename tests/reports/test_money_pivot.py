"""Money by source, unit, sector and month: the figures of the money overview and of the accounts, each reader's own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from funding.ledger import Step
from funding.models import FundAccount
from projects.services.cuts import make_cut
from projects.services.summing import rebuild
from projects.values import Month
from reports.figures import ALL_DIMENSIONS, FIGURES, figures, meaningful
from reports.later_measured import LATER_MEASURES
from reports.measured import MEASURES
from reports.money import money
from reports.money_measured import MONEY_MEASURES, MoneyMeasure
from reports.pivot import PivotError, pivot
from reports.pivot_tables import table_of
from reports.selection import Question, reach_of
from reports.tables import Level
from tests.factories import make_entry, make_list, make_month, make_plan, make_project, make_version
from tests.funding.money import give, make_bond, make_central, make_quota, of_bond, of_plan

pytestmark = pytest.mark.django_db
END = date(2020, 12, 31)
DECEMBER, JUNE = Month(2020, 12), Month(2020, 6)
OF_PROJECTS = [key for key, one in MONEY_MEASURES.items() if not one.of_city]


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


def asked(user: Any, by: list[str], measures: Any = OF_PROJECTS, month: Month = DECEMBER, **more: Any) -> Any:
    months = more.pop("months", ())
    return figures(reach_of(user), Question(month, **more), by, measures, months)


def test_rows_are_those_of_the_money_overview(cast: Any, books: None) -> None:
    found = asked(cast.city, ["unit", "source"])
    told = {(row.labels["unit"], row.keys["source"]): row.values for row in found.rows}
    (table,) = (table for table in money(cast.city, 2020, END).tables if table.name == "units")
    for row in table.rows:
        for prefix, source in (("bond_", "bond"), ("plan_", "central")):
            units = {unit for unit, of in told if of == source and row.label in (unit, "合计")}
            for step in ("assigned", "arrived", "paid"):
                assert row.values[f"{prefix}{step}"] == sum((told[unit, source][f"{step}_wan"] for unit in units), Decimal(0))
                ours = f"{'bond' if source == 'bond' else 'central'}_{step}_wan"
                assert row.values[f"{prefix}{step}"] == sum((told[unit, source][ours] for unit in units), Decimal(0))


@pytest.mark.parametrize("day", [date(2020, 1, 31), date(2020, 5, 31), date(2020, 6, 30), END])
def test_wholes_are_the_totals_of_the_money_overview(cast: Any, books: None, day: date) -> None:
    whole = asked(cast.city, [], list(MONEY_MEASURES), Month(day.year, day.month)).wholes[0].values
    totals = {table.name: table.total.values for table in money(cast.city, 2020, day).tables if table.total is not None}
    names = {"whole": "bond_quota_wan", "issued": "bond_issued_wan"}
    assert {key: whole[ours] for key, ours in names.items()} == {key: totals["quota"][key] for key in names}
    assert [whole[f"bond_{step}_wan"] for step in ("assigned", "arrived", "paid")] == [
        totals["areas"][key] for key in ("assigned", "arrived", "paid")
    ]
    steps = {"whole": "given", "assigned": "assigned", "arrived": "arrived", "paid": "paid", "completed": "completed"}
    assert [whole[f"central_{ours}_wan"] for ours in steps.values()] == [totals["plans"][key] for key in steps]


def test_the_whole_is_what_the_accounts_hold(cast: Any, books: None) -> None:
    whole = asked(cast.city, []).wholes[0].values
    held = FundAccount.objects.aggregate(assigned_wan=Sum("assigned_wan"), arrived_wan=Sum("arrived_wan"), paid_wan=Sum("paid_wan"))
    assert {key: whole[key] for key in held} == held
    assert (whole["waiting_wan"], whole["idle_wan"], str(whole["paid_rate"])) == (229_000, 100_000, str(Decimal(100) / Decimal(429)))


@pytest.mark.parametrize("by", [*([name] for name in ALL_DIMENSIONS), ["unit", "sector", "kind", "stage", "list", "source"]], ids="-".join)
def test_parts_add_up_to_the_whole(cast: Any, books: None, by: list[str]) -> None:
    found = asked(cast.city, by)
    for key in OF_PROJECTS:
        if MONEY_MEASURES[key].additive:
            assert sum((row.values[key] for row in found.rows), Decimal(0)) == found.wholes[0].values[key]


def test_a_month_tells_how_things_stood_at_its_end(cast: Any, books: None) -> None:
    months = [Month(2020, 5), JUNE, Month(2020, 7)]
    found = asked(cast.city, ["month"], ["assigned_wan", "paid_wan"], months=months)
    assert [(row.keys["month"], *row.values.values()) for row in found.rows] == [
        ("2020-05", 59_000, 0),
        ("2020-06", 359_000, 100_000),
        ("2020-07", 429_000, 100_000),
    ]
    assert [row.values for row in found.wholes] == [row.values for row in found.rows]
    assert asked(cast.city, [], ["assigned_wan", "arrived_wan"], JUNE, half=1).wholes[0].values == {"assigned_wan": 359_000, "arrived_wan": 200_000}


def test_reader_is_told_of_the_own_unit_s_money_alone(cast: Any, books: None) -> None:
    found = asked(cast.owner, ["unit"], ["assigned_wan"])
    assert [(row.labels["unit"], row.values["assigned_wan"]) for row in found.rows] == [("市南", 300_000)]
    assert found.wholes[0].values["assigned_wan"] == 300_000


def test_money_stands_beside_progress_in_one_table(cast: Any, books: None) -> None:
    version = make_version(make_list())
    for number, project in enumerate([make_project("丁桥", cast.unit_a), make_project("戊站", cast.unit_b)]):
        make_plan(project, 1000)
        make_month(project, done_month_wan=number, done_ytd_wan=Decimal("0.000001"))
        make_entry(version, project)
    question, by = Question(JUNE), ["unit", "list", "stage"]
    for _kept in (False, True):
        found = figures(reach_of(cast.city), question, by, ["ytd_wan", "paid_wan", "count"])
        assert [list(row.values) for row in (*found.rows, *found.wholes)] == [["ytd_wan", "paid_wan", "count"]] * (len(found.rows) + 1)
        alone = {tuple(row.keys.values()): row.values for row in pivot(reach_of(cast.city), question, by, ["ytd_wan", "count"]).rows}
        money_alone = {tuple(row.keys.values()): row.values for row in asked(cast.city, by, ["paid_wan"], JUNE).rows}
        assert {tuple(row.keys.values()) for row in found.rows} == {*alone, *money_alone}
        for row in found.rows:
            key = tuple(row.keys.values())
            assert row.values == {**alone.get(key, {"ytd_wan": None, "count": 0}), **money_alone.get(key, {"paid_wan": 0})}
        rebuild()


def test_money_of_a_dropped_project_has_a_row_of_its_own(cast: Any, books: None) -> None:
    listed = make_list()
    road = FundAccount.objects.filter(project__name="甲路").get().project
    make_entry(make_version(listed), road)
    assert [(row.keys["list"], row.values["assigned_wan"]) for row in asked(cast.city, ["list"], ["assigned_wan"]).rows] == [
        ("infrastructure", 300_000),
        ("none", 129_000),
    ]
    make_entry(make_version(listed, 2, date(2020, 6, 30)), make_project("己渠", cast.unit_a))
    told = asked(cast.city, ["list"], ["assigned_wan"])
    assert [(row.keys["list"], row.values["assigned_wan"]) for row in told.rows] == [("none", 129_000), ("dropped", 300_000)]
    assert told.wholes[0].values["assigned_wan"] == 429_000
    assert asked(cast.city, [], ["assigned_wan"], lists="none").wholes[0].values["assigned_wan"] == 129_000


def test_a_cut_holds_the_money_of_its_moment(cast: Any, books: None) -> None:
    every = list(FIGURES)
    before = asked(cast.city, [], every)
    cut = make_cut(name="年中", actor=cast.city)
    make_quota(1_000, given_on=date(2020, 2, 1))
    make_central(77)
    give(of_bond(make_project("庚路", cast.unit_a), make_bond(9_000)), Step.ASSIGN, 8_000)
    held = asked(cast.city, [], every, cut=cut)
    assert (held.kept, held.wholes[0].values) == (False, before.wholes[0].values)
    now = asked(cast.city, [], every).wholes[0].values
    assert (now["bond_quota_wan"], now["central_given_wan"], now["bond_assigned_wan"]) == (2_330_000, 98_077, 378_000)


def test_table_prints_the_whole_first_and_no_ratio_is_added(cast: Any, books: None) -> None:
    table = table_of(asked(cast.city, ["source"], ["assigned_wan", "paid_rate"]), "资金", {"source": "资金来源"})
    assert [[cell.text for cell in table.cells(row)] for row in table.rows] == [
        ["合计", "429,000.00", "23.31"],
        ["专项债券", "370,000.00", "27.03"],
        ["中央预算内", "50,000.00", "0.00"],
        ["区市级", "9,000.00", "0.00"],
    ]
    assert [row.level for row in table.rows] == [Level.TOTAL, Level.ROW, Level.ROW, Level.ROW]


REFUSED = {
    "no such dimension": (["colour"], ["count"], {}, "colour"),
    "no such measure": (["unit"], ["colour"], {}, "colour"),
    "progress by source": (["source"], ["rate", "paid_wan"], {}, "rate"),
    "quota by unit": (["unit"], ["bond_quota_wan", "count"], {}, "bond_quota_wan"),
    "quota by source": (["source"], ["bond_issued_wan"], {}, "bond_issued_wan"),
    "plans of a unit": ([], ["central_given_wan"], {"unit": "a"}, "central_given_wan"),
    "approved money": ([], ["paid_wan"], {"approved": True}, "paid_wan"),
    "months in one row": (["unit"], ["count"], {"months": [JUNE, DECEMBER]}, "month"),
}


@pytest.mark.parametrize(("by", "measures", "more", "named"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_meaning_is_refused_with_the_reason(cast: Any, by: list[str], measures: list[str], more: dict[str, Any], named: str) -> None:
    with pytest.raises(PivotError) as refused:
        asked(cast.city, by, measures, **more)
    assert named in refused.value.en
    assert refused.value.zh != refused.value.en


def test_all_is_what_has_a_meaning(cast: Any) -> None:
    question = Question(JUNE)
    assert meaningful([], question) == tuple(FIGURES)
    assert meaningful(["source"], question) == tuple(OF_PROJECTS)
    assert meaningful(["unit", "month"], question) == (*MEASURES, *OF_PROJECTS, *LATER_MEASURES)
    assert meaningful([], Question(JUNE, approved=True)) == (*MEASURES, *LATER_MEASURES)
    assert all(isinstance(FIGURES[key], MoneyMeasure) is (key in MONEY_MEASURES) for key in FIGURES)

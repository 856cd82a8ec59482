"""The set of figures: what REST says, flat, of every month and unit, as now and as a cut holds it, walked by keys like any other set."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.api.tokens import make_token
from funding.ledger import Step
from projects.models import Project
from projects.services.cuts import make_cut
from projects.services.summing import rebuild
from reports.figures import FIGURES
from reports.flat import exact
from tests.conftest import Cast
from tests.factories import make_month, make_project
from tests.funding.money import give, make_bond, of_bond
from tests.odata.conftest import ROOT, Ask, basic, key_of

pytestmark = pytest.mark.django_db
SET = "MonthlyFigures"


def every(ask: Ask, **asked: Any) -> list[dict[str, Any]]:
    """All rows, page by page."""
    answer = ask(SET, headers={"prefer": "odata.maxpagesize=70"}, **asked).json()
    rows = list(answer["value"])
    while "@odata.nextLink" in answer:
        answer = ask(answer["@odata.nextLink"], headers={"prefer": "odata.maxpagesize=70"}).json()
        rows += answer["value"]
    return rows


@pytest.mark.parametrize("is_kept", [False, True])
def test_rows_are_the_figures_of_rest(is_kept: bool, ask: Ask, cast: Cast, city: list[Project]) -> None:
    if is_kept:
        rebuild()
    rest = Client(headers={"authorization": f"Bearer {make_token(user=cast.city, name='检验')[1]}"})
    told = {(row["Measure"], row["MonthKey"], row["UnitKey"]): row["Value"] for row in every(ask)}
    assert len(told) == len(every(ask))
    for month in ("2020-05", "2020-06"):
        key = int(month.replace("-", ""))
        by_unit = rest.get("/api/v1/figures/all/", {"by": "unit", "period": month}).json()
        whole = rest.get("/api/v1/figures/all/", {"period": month}).json()["totals"][0]
        assert by_unit["rows"]
        for unit, values in [*((row["keys"]["unit"], row["values"]) for row in by_unit["rows"]), ("", whole["values"])]:
            for measure, value in values.items():
                wanted = None if value is None else float(exact(Decimal(str(value))) or 0)
                assert told.pop((measure, key, unit)) == pytest.approx(wanted, abs=1e-12), (measure, key, unit)
    assert told == {}


def test_money_is_exact_and_each_measure_has_its_words(ask: Ask, city: list[Project]) -> None:
    answer = ask(SET, **{"$filter": "Measure eq 'month_wan' and MonthKey eq 202005 and UnitId eq null", "$select": "Name,MeasuredIn,UnitName,Value"})
    assert b'"Value":0.000001' in answer.content
    assert answer.json()["value"][0] == {"Name": "本月完成", "MeasuredIn": "万元", "UnitName": "合计", "Value": 0.000001}
    assert {row["Measure"] for row in every(ask)} == set(FIGURES)
    compared = every(ask, **{"$filter": "Value eq 0.000001 and MonthKey eq 202005", "$select": "Id,Measure"})
    assert "month_wan" in {row["Measure"] for row in compared}


def test_pages_go_by_keys_in_any_order(ask: Ask, city: list[Project]) -> None:
    ids = sorted(row["Id"] for row in every(ask, **{"$select": "Id"}))
    assert len(set(ids)) == len(ids) == int(ask(f"{SET}/$count").content)
    for order in ("Value desc", "Value,Measure desc", "UnitName,MonthKey desc"):
        assert sorted(row["Id"] for row in every(ask, **{"$orderby": order, "$select": "Id"})) == ids
    assert ask(f"{SET}({ids[0]})").json()["Id"] == ids[0]
    assert ask(f"{SET}(7)").status_code == 404


def test_a_district_reads_its_own_and_the_whole_of_it(cast: Cast, city: list[Project]) -> None:
    client = Client(headers={"authorization": basic(key_of(cast.stranger))})
    rows = client.get(f"{ROOT}{SET}", {"$filter": "MonthKey eq 202006"}).json()["value"]
    told = {(row["UnitId"], row["Measure"]): row["Value"] for row in rows}
    assert {unit for unit, _measure in told} == {cast.unit_b.pk, None}
    assert (told[None, "count"], told[cast.unit_b.pk, "count"], told[None, "central_assigned_wan"]) == (1, 1, 100)
    assert told[None, "bond_assigned_wan"] == 0


def test_a_cut_has_a_root_with_its_own_figures(ask: Ask, cast: Cast, city: list[Project]) -> None:
    before = every(ask)
    make_cut(name="六月底", actor=cast.city)
    make_month(make_project("新路", cast.unit_a, total_wan=5), month=7, done_month_wan=3)
    give(of_bond(make_project("另一条路", cast.unit_b), make_bond()), Step.ASSIGN, 7, date(2020, 6, 1))
    held = ask("/odata/v4/cut/六月底/MonthlyFigures").json()
    assert "/cut/" in held["@odata.context"]
    assert held["value"] == before
    assert every(ask) != before
    assert ask("/odata/v4/cut/无/MonthlyFigures").status_code == 404

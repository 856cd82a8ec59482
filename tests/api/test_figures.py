"""Figures over HTTP: what the pivot says, under the reader's reach; wrong questions are named; files for who may export."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from accounts.models import AuditEvent, Membership, User
from accounts.roles import Role
from funding.ledger import Step
from projects.services.cuts import make_cut
from projects.values import Month
from reports.figures import FIGURES, meaningful
from reports.pivot import pivot
from reports.selection import Question, reach_of
from tests.api.conftest import Caller
from tests.funding.money import give, make_bond, of_bond
from tests.reports import build

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/figures/"


@pytest.fixture
def town() -> tuple[User, User]:
    """Two units with three projects; somebody who reads the whole city, and somebody of the first unit."""
    first, second = build.unit("laoshan", "崂山区"), build.unit("huangdao", "黄岛区")
    roads = build.sector("roads", "道路")
    build.project(first, total=1000, plan=100, in_sector=roads, months={"2020-05": (10, 30), "2020-06": ("12.345678", "42.345678")})
    build.project(first, total=500, plan=50, months={"2020-06": (5, 5)})
    build.project(second, total=800, plan=80, in_sector=roads, months={"2020-06": (8, 40)})
    people = [User.objects.create_user(name, password="x") for name in ("bi", "laoshan")]
    Membership.objects.create(user=people[0], role=Role.BI_READER)
    Membership.objects.create(user=people[1], role=Role.DISTRICT_OFFICER, unit=first)
    return people[0], people[1]


def test_every_measure_and_dimension_is_told(town: Any, calling: Caller) -> None:
    found = calling(town[0]).get(ADDRESS).json()
    assert [one["key"] for one in found["measures"]] == list(FIGURES)
    assert all(one["name"] and one["unit"] and one["how"] for one in found["measures"])
    assert {one["key"] for one in found["dimensions"]} == {"unit", "sector", "kind", "list", "stage", "month", "source"}


def test_figures_are_the_pivot_s(town: Any, calling: Caller) -> None:
    found = calling(town[0]).get(f"{ADDRESS}all/", {"by": "unit,sector", "period": "2020-06"}).json()
    told = pivot(reach_of(town[0]), Question(Month(2020, 6)), ["unit", "sector"])
    assert [row["keys"] for row in found["rows"]] == [dict(row.keys) for row in told.rows]
    for row, right in zip([*found["rows"], *found["totals"]], [*told.rows, *told.wholes], strict=True):
        assert row["values"].items() >= {key: None if value is None else float(value) for key, value in right.values.items()}.items()
        assert list(row["values"]) == list(meaningful(["unit", "sector"], Question(Month(2020, 6))))
    assert found["totals"][0]["values"]["month_wan"] == 25.345678
    assert found["rows"][0]["labels"]["unit"]


def test_several_months_are_rows_of_their_own(town: Any, calling: Caller) -> None:
    client = calling(town[0])
    found = client.get(f"{ADDRESS}month_wan/", {"by": "month", "period": "2020-05,2020-06"}).json()
    assert [(row["keys"]["month"], row["values"]["month_wan"]) for row in found["rows"]] == [("2020-05", 10.0), ("2020-06", 25.345678)]
    year = client.get(f"{ADDRESS}month_wan/", {"by": "month", "period": "2020"}).json()
    assert year["period"] == [f"2020-{month:02}" for month in range(1, 7)]
    refused = client.get(f"{ADDRESS}month_wan/", {"period": "2020-05,2020-06"})
    assert (refused.status_code, refused.json()["code"]) == (400, "figures")
    assert "by=month" in refused.json()["message"]


def test_a_district_gets_its_own(town: Any, calling: Caller) -> None:
    client = calling(town[1])
    found = client.get(f"{ADDRESS}month_wan,count/", {"by": "unit"}).json()
    assert [(row["keys"]["unit"], row["values"]["count"]) for row in found["rows"]] == [("laoshan", 2)]
    assert client.get(f"{ADDRESS}count/", {"unit": "huangdao"}).status_code == 400


def test_a_file_for_people_and_one_for_programs(town: Any, calling: Caller) -> None:
    client = calling(town[0])
    asked = {"by": "unit", "period": "2020-06"}
    sheet = client.get(f"{ADDRESS}month_wan,rate/", {**asked, "format": "csv"}, headers={"accept": "text/csv"})
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert rows[0] == ["单位代码", "单位", "本月完成（万元）", "完成率（1=100%）"]
    assert rows[-1][1:3] == ["合计", "25.345678"]
    plain = client.get(f"{ADDRESS}month_wan/", {**asked, "format": "csv", "dialect": "plain"}).content.decode()
    assert [row["unit"] for row in csv.DictReader(io.StringIO(plain))] == ["laoshan", "huangdao"]
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{ADDRESS}all/", {**asked, "format": "xlsx"}).content))
    assert book.worksheets[0].max_row == 4
    assert AuditEvent.objects.filter(event="report.export", detail__report="figures").count() == 3


@pytest.mark.parametrize(
    ("asked", "pointers"),
    [
        ({"by": "colour"}, ["?by"]),
        ({"period": "2020-13"}, ["?period"]),
        ({"period": "2020-01,x"}, ["?period"]),
        ({"known": "gestern", "approved": "ja"}, ["?approved", "?known"]),
        ({"unit": "nowhere"}, ["?unit"]),
        ({"sector": "a.b"}, ["?sector"]),
        ({"version": "99999"}, ["?version"]),
        ({"lists": "x"}, ["?lists"]),
        ({"farbe": "rot"}, ["?farbe"]),
        ({"format": "pdf"}, ["?format"]),
        ({"cut": "没有"}, ["?cut"]),
        ({"cut": "\x00"}, ["?cut"]),
        ({"unit": "\x00"}, ["?unit"]),
        ({"sector": "\x00.\x00"}, ["?sector"]),
    ],
)
def test_what_is_wrong_is_named(asked: dict[str, str], pointers: list[str], town: Any, calling: Caller) -> None:
    answer = calling(town[0]).get(f"{ADDRESS}count/", asked)
    assert answer.status_code == 400
    assert sorted(one["pointer"] for one in answer.json()["errors"]) == pointers


def test_a_measure_that_is_none_is_told_the_nearest(town: Any, calling: Caller) -> None:
    answer = calling(town[0]).get(f"{ADDRESS}month_wan,rat/")
    assert answer.status_code == 404
    assert "rate" in answer.json()["message"]


def test_an_empty_product_asks_for_the_month(calling: Caller) -> None:
    reader = User.objects.create_user("bi2", password="x")
    Membership.objects.create(user=reader, role=Role.BI_READER)
    assert [one["pointer"] for one in calling(reader).get(f"{ADDRESS}all/").json()["errors"]] == ["?period"]
    assert calling(reader).get(f"{ADDRESS}all/", {"period": "2020-06", "by": "unit"}).json()["rows"] == []


def test_money_by_source_and_what_has_no_meaning(town: Any, calling: Caller) -> None:
    project = build.project(build.unit("shinan", "市南区"), total=100)
    give(of_bond(project, make_bond(50_000)), Step.ASSIGN, Decimal("300.000001"), date(2020, 6, 9))
    client = calling(town[0])
    found = client.get(f"{ADDRESS}assigned_wan,paid_rate/", {"by": "source,unit", "period": "2020-06"}).json()
    assert [(row["keys"], row["values"]) for row in found["rows"]] == [
        ({"source": "bond", "unit": "shinan"}, {"assigned_wan": 300.000001, "paid_rate": 0.0})
    ]
    mixed = client.get(f"{ADDRESS}count,bond_quota_wan,bond_paid_wan/", {"by": "month", "period": "2020-05,2020-06"}).json()
    assert [row["values"]["bond_quota_wan"] for row in mixed["totals"]] == [50_000, 50_000]
    for measures, asked in (("ytd_wan", {"by": "source"}), ("bond_quota_wan", {"by": "unit"}), ("paid_wan", {"approved": "1"})):
        refused = client.get(f"{ADDRESS}{measures}/", {**asked, "period": "2020-06"})
        assert (refused.status_code, refused.json()["code"], measures in refused.json()["message"]) == (400, "figures", True)


def test_figures_of_a_pinned_cut_stay(town: Any, cast: Any, calling: Caller) -> None:
    client = calling(town[0])
    asked = {"by": "unit", "period": "2020-06"}
    before = client.get(f"{ADDRESS}all/", asked).json()
    make_cut(name="六月", actor=cast.city)
    build.project(cast.unit_a, total=100, plan=9, months={"2020-06": (1, 1)})
    held = client.get(f"{ADDRESS}all/", {**asked, "cut": "六月"}).json()
    assert (held["cut"], held["rows"], held["totals"]) == ("六月", before["rows"], before["totals"])
    assert client.get(f"{ADDRESS}all/", asked).json()["totals"] != before["totals"]
    both = client.get(f"{ADDRESS}all/", {**asked, "cut": "六月", "known": "2020-07-01"})
    assert [one["pointer"] for one in both.json()["errors"]] == ["?known"]

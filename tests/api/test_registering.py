"""Quota, issues, bonds, plans and list entries by the API: by the forms of their pages, a bond under its quota or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from funding.models import Bond, QuotaBatch, QuotaDraw
from funding.proofs import faults
from projects.models import Door, Entry
from tests.api.conftest import Caller
from tests.api.sending import pointers, send
from tests.conftest import Cast
from tests.factories import make_list, make_project, make_sector, make_version
from tests.funding.money import make_issue, make_quota

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def city(cast: Cast, calling: Caller) -> Client:
    return calling(cast.city, can_write=True)


def bond_of(draws: Any, **more: Any) -> dict[str, Any]:
    return {"issue_id": make_issue().pk, "name": "2020年青岛市政府专项债券（九期）", "years": 10, "amount_wan": 500, "draws": draws, **more}


@pytest.mark.parametrize(
    ("name", "made", "changed", "wrong"),
    [
        ("quota-batches", {"year": 2020, "number": 2, "amount_wan": 90_000.5}, {"doc_no": "财预〔2020〕12号"}, {"amount_wan": "多"}),
        ("bond-issues", {"year": 2020, "number": 3}, {"venue": "上海证券交易所"}, {"number": "三"}),
        (
            "central-plans",
            {
                "year": 2020,
                "doc_no": "国发改投资〔2020〕1号",
                "programme": "保障性安居工程",
                "amount_wan": 6000,
                "manner": "direct",
                "allotment": "block",
                "given_on": "2020-04-01",
            },
            {"programme": "老旧小区改造"},
            {"amount_wan": -1},
        ),
    ],
)
def test_books_are_registered_and_changed(name: str, made: Any, changed: Any, wrong: Any, city: Client, cast: Cast, calling: Caller) -> None:
    url = f"{API}/{name}/"
    assert pointers(send(city, "POST", url, {**made, **wrong})) == [f"/{one}" for one in wrong]
    answer = send(city, "POST", url, {**made, "reason": "按文件登记"})
    row = answer.json()
    assert answer.status_code == 201
    assert {one: row[one] for one in made} == made
    assert city.get(answer["Location"]).json()["id"] == row["id"]
    place = f"{url}{row['id']}/"
    assert send(city, "PATCH", place, {**changed, "reason": "核对"}).status_code == 428
    after = send(city, "PATCH", place, {**changed, "reason": "核对"}, if_match=answer["ETag"])
    assert {one: after.json()[one] for one in changed} == changed
    assert send(city, "PATCH", place, {**changed, "reason": "核对"}, if_match=answer["ETag"]).status_code == 412
    for who in (cast.owner, cast.reviewer):
        assert send(calling(who, can_write=True), "POST", url, made).status_code == 403
        assert send(calling(who, can_write=True), "PATCH", place, changed, if_match=after["ETag"]).status_code == 403
    history = city.get(f"{place}history/").json()["results"]
    assert [one["door"] for one in history] == [str(Door.API.label)] * 2


def test_a_bond_is_issued_under_its_quota(city: Client) -> None:
    first, second = make_quota(300), make_quota(1000)
    made = send(city, "POST", f"{API}/bonds/", bond_of({str(first.pk): 300, str(second.pk): "200"}, reason="按发行结果登记"))
    assert (made.status_code, made.json()["amount_wan"], made.json()["assigned_wan"]) == (201, 500, 0)
    assert sorted(QuotaDraw.objects.values_list("batch", "amount_wan", "door")) == [(first.pk, 300, Door.API), (second.pk, 200, Door.API)]
    assert sorted(QuotaBatch.objects.values_list("issued_wan", flat=True)) == [200, 300]
    assert faults() == []
    place = f"{API}/bonds/{made.json()['id']}/"
    changed = send(city, "PATCH", place, {"venue": "深圳证券交易所", "reason": "核对"}, if_match=made["ETag"])
    assert (changed.status_code, changed.json()["venue"]) == (200, "深圳证券交易所")
    assert pointers(send(city, "PATCH", place, {"amount_wan": 1}, if_match=changed["ETag"])) == ["/amount_wan"]


def test_a_bond_has_its_codes_from_the_first_day_or_later(city: Client) -> None:
    batch, code = make_quota(1000), {"market": "interbank", "code": "2005321"}
    wrong = bond_of({str(batch.pk): 500}, **{"bond-codes": [{"market": "moon", "code": ""}]})
    assert pointers(send(city, "POST", f"{API}/bonds/", wrong)) == ["/bond-codes/0/code", "/bond-codes/0/market"]
    assert not Bond.objects.exists()
    made = send(city, "POST", f"{API}/bonds/", bond_of({str(batch.pk): 500}, **{"bond-codes": [code]}))
    assert (made.status_code, [one["code"] for one in made.json()["bond-codes"]]) == (201, ["2005321"])
    asked = {"bond-codes": [{"id": made.json()["bond-codes"][0]["id"], "revision": 1, "code": "2005322"}]}
    after = send(city, "PATCH", f"{API}/bonds/{made.json()['id']}/", asked, if_match=made["ETag"])
    assert (after.status_code, after.json()["bond-codes"][0]["code"]) == (200, "2005322")


def test_what_its_quota_does_not_bear_is_no_bond(city: Client) -> None:
    batch, other_year = make_quota(300), make_quota(900, year=2019)
    url = f"{API}/bonds/"
    over = send(city, "POST", url, bond_of({str(batch.pk): 500}))
    assert (over.status_code, over.json()["code"], pointers(over)) == (409, "quota_full", ["/draws"])
    assert send(city, "POST", url, bond_of({str(batch.pk): 300})).json()["code"] == "draws"
    assert send(city, "POST", url, bond_of({str(other_year.pk): 500})).json()["code"] == "quota_year"
    assert pointers(send(city, "POST", url, bond_of({"999999": 500}))) == ["/draws/999999"]
    assert pointers(send(city, "POST", url, bond_of({str(batch.pk): "多"}))) == [f"/draws/{batch.pk}"]
    assert pointers(send(city, "POST", url, bond_of({str(batch.pk): [1]}))) == [f"/draws/{batch.pk}"]
    assert pointers(send(city, "POST", url, bond_of([1]))) == ["/draws"]
    assert pointers(send(city, "POST", url, bond_of({}, draw_1=5))) == ["/draw_1"]
    assert pointers(send(city, "POST", url, bond_of({str(batch.pk): 300}, amount_wan=None))) == ["/amount_wan"]
    assert not Bond.objects.exists()
    assert QuotaBatch.objects.get(pk=batch.pk).issued_wan == 0


def test_many_books_at_once(city: Client) -> None:
    rows = [{"year": 2020, "number": number, "amount_wan": 10} for number in (1, 2)]
    answer = send(city, "POST", f"{API}/quota-batches/bulk/", [*rows, {"year": 2020, "number": 3, "amount_wan": "多"}])
    assert (answer.status_code, pointers(answer)) == (400, ["/2/amount_wan"])
    assert send(city, "POST", f"{API}/quota-batches/bulk/", rows).json()["done"] == 2
    assert QuotaBatch.objects.count() == 2


def test_a_project_comes_onto_a_version_that_stands_on_a_document(city: Client, cast: Cast, calling: Caller) -> None:
    project, sector = make_project("甲路", cast.unit_a), make_sector()
    version, bare = make_version(make_list(), 1, doc_no="青发改〔2020〕1号"), make_version(make_list(), 2)
    asked = {"project_uid": project.uid, "version_id": version.pk, "sector_id": sector.pk, "total_wan": 500, "position": 1}
    assert pointers(send(city, "POST", f"{API}/list-entries/", {**asked, "version_id": bare.pk})) == ["/version_id"]
    made = send(city, "POST", f"{API}/list-entries/", {**asked, "reason": "按文件列入"})
    assert (made.status_code, made.json()["project_id"], made.json()["total_wan"]) == (201, project.pk, 500)
    place = f"{API}/list-entries/{made.json()['id']}/"
    assert send(city, "PATCH", place, {"total_wan": 600, "reason": "勘误"}, if_match=made["ETag"]).json()["total_wan"] == 600
    assert pointers(send(city, "PATCH", place, {"version_id": bare.pk}, if_match='"2"')) == ["/version_id"]
    assert send(city, "POST", f"{API}/list-entries/", asked).status_code == 400
    for who in (cast.owner, cast.reviewer):
        assert send(calling(who, can_write=True), "POST", f"{API}/list-entries/", asked).status_code == 403
    assert send(calling(cast.owner, can_write=True), "PATCH", place, {"total_wan": 1}, if_match='"2"').status_code == 403
    assert send(calling(cast.stranger, can_write=True), "PATCH", place, {"total_wan": 1}, if_match='"2"').status_code == 404
    assert [str(one.total_wan) for one in Entry.objects.all()] == ["600.000000"]

"""The ledger by the API: by the forms and services of its pages, once, and every refusal at its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from funding.ledger import Step
from funding.models import Bond, FundAccount, FundEntry, Redemption, UseAdjustment
from funding.proofs import faults
from funding.services.striking import strike
from projects.models import Door, Project, Source
from tests.api.conftest import Caller
from tests.api.sending import pointers, send
from tests.conftest import Cast
from tests.factories import make_project, make_user
from tests.funding.money import give, make_bond, make_central, of_bond

pytestmark = pytest.mark.django_db
API = "/api/v1"
WHY = "核定"


@pytest.fixture
def city(cast: Cast, calling: Caller) -> Client:
    return calling(cast.city, can_write=True)


@pytest.fixture
def bond() -> Bond:
    return make_bond(50_000, tender_on=date(2020, 5, 10))


@pytest.fixture
def project(cast: Cast) -> Project:
    return make_project("甲路", cast.unit_a)


def posting(project: Project, step: str = "assign", amount: Any = 3000, day: str = "2020-06-05", **more: Any) -> dict[str, Any]:
    return {"step": step, "project_id": project.pk, "amount_wan": amount, "happened_on": day, "reason": WHY, **more}


def test_money_goes_its_way_and_the_books_hold(city: Client, bond: Bond, project: Project, cast: Cast) -> None:
    url = f"{API}/bonds/{bond.pk}/post/"
    given = send(city, "POST", url, posting(project, capital_wan=500, doc_no="青财预〔2020〕30号", cost_item="路基"))
    (row,) = given.json()["results"]
    assert given.status_code == 201
    told = {"step": "assign", "amount_wan": 3000, "capital_wan": 500, "project_id": project.pk, "bond_id": bond.pk, "door": "api", "reason": WHY}
    assert {name: row[name] for name in told} == told
    by_uid = {name: value for name, value in posting(project, "arrive", 1234.567891).items() if name != "project_id"}
    assert send(city, "POST", url, {**by_uid, "project_uid": project.uid}).status_code == 201
    assert send(city, "POST", url, posting(project, "pay", "1000.5")).status_code == 201
    account = FundAccount.objects.get()
    assert (account.assigned_wan, account.capital_wan, account.arrived_wan, account.paid_wan) == (
        3000,
        500,
        Decimal("1234.567891"),
        Decimal("1000.5"),
    )
    assert set(FundEntry.objects.values_list("by", "door")) == {(cast.city.pk, Door.API)}
    assert faults() == []


def test_a_plan_is_posted_to_by_source(city: Client, project: Project) -> None:
    plan = make_central(1000)
    url = f"{API}/central-plans/{plan.pk}/post/"
    for step in ("assign", "arrive", "pay", "complete"):
        assert send(city, "POST", url, posting(project, step, 800, source="central")).status_code == 201
    assert send(city, "POST", url, posting(project, "assign", 9000, source="city")).status_code == 201
    full = send(city, "POST", url, posting(project, "assign", 201, source="central"))
    assert (full.status_code, full.json()["code"], pointers(full)) == (409, "full", ["/amount_wan"])
    assert pointers(send(city, "POST", url, posting(project))) == ["/source"]
    assert pointers(send(city, "POST", url, posting(project, source="bond"))) == ["/source"]
    assert faults() == []


@pytest.mark.parametrize(
    ("more", "status", "place"),
    [
        ({"amount_wan": 50_001}, 409, "/amount_wan"),
        ({"amount_wan": 0}, 409, "/amount_wan"),
        ({"amount_wan": "多"}, 400, "/amount_wan"),
        ({"amount_wan": 1.0000001}, 400, "/amount_wan"),
        ({"amount_wan": True}, 400, "/amount_wan"),
        ({"capital_wan": 4000}, 409, "/capital_wan"),
        ({"step": "arrive", "amount_wan": 1}, 409, "/amount_wan"),
        ({"step": "complete"}, 400, "/step"),
        ({"happened_on": "2020-05-01"}, 409, "/happened_on"),
        ({"happened_on": "2999-01-01"}, 409, "/happened_on"),
        ({"happened_on": "六月"}, 400, "/happened_on"),
        ({"project_id": 999_999_999}, 400, "/project_id"),
        ({"project_id": None}, 400, "/project_id"),
        ({"source": "central"}, 400, "/source"),
        ({"doc_no": "x" * 61}, 400, "/doc_no"),
        ({"strange": 1}, 400, "/strange"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(more: dict[str, Any], status: int, place: str, city: Client, bond: Bond, project: Project) -> None:
    answer = send(city, "POST", f"{API}/bonds/{bond.pk}/post/", {**posting(project), **more})
    assert (answer.status_code, pointers(answer)) == (status, [place])
    assert not FundEntry.objects.exists()


def test_an_unknown_uid_or_no_project_is_told_there(city: Client, bond: Bond, project: Project) -> None:
    asked = posting(project)
    del asked["project_id"]
    url = f"{API}/bonds/{bond.pk}/post/"
    assert pointers(send(city, "POST", url, asked)) == ["/project_id"]
    assert pointers(send(city, "POST", url, {**asked, "project_uid": "没有"})) == ["/project_uid"]


def test_what_the_rules_doubt_asks_for_a_reason(city: Client, cast: Cast) -> None:
    bond = make_bond(50_000, tender_on=date(2020, 5, 10))
    small = make_project("小路", cast.unit_a, total_wan=100)
    asked = posting(small)
    del asked["reason"]
    doubted = send(city, "POST", f"{API}/bonds/{bond.pk}/post/", asked)
    assert (doubted.status_code, doubted.json()["code"]) == (400, "reason_required")
    assert set(pointers(doubted)) == {"/project_id", "/amount_wan", "/reason"}
    assert all(one["code"] for one in doubted.json()["errors"])
    assert send(city, "POST", f"{API}/bonds/{bond.pk}/post/", {**asked, "reason": "概算调整中"}).status_code == 201


def test_an_entry_is_taken_back_once_with_a_reason(city: Client, bond: Bond, project: Project) -> None:
    key = of_bond(project, bond)
    entry, arrived = give(key, Step.ASSIGN, 100), give(key, Step.ARRIVE, 60, date(2020, 6, 1))
    url = f"{API}/fund-entries/{entry.pk}/reverse/"
    assert pointers(send(city, "POST", url, {})) == ["/reason"]
    held = send(city, "POST", url, {"reason": "记错"})
    assert (held.status_code, held.json()["code"]) == (409, "chain")
    back = send(city, "POST", f"{API}/fund-entries/{arrived.pk}/reverse/", {"reason": "记错"})
    (row,) = back.json()["results"]
    assert (back.status_code, row["amount_wan"], row["reverses_id"], row["happened_on"]) == (201, -60, arrived.pk, "2020-06-01")
    assert send(city, "POST", f"{API}/fund-entries/{arrived.pk}/reverse/", {"reason": "记错"}).json()["code"] == "reversed"
    assert send(city, "POST", f"{API}/fund-entries/{row['id']}/reverse/", {"reason": "记错"}).json()["code"] == "reversal"
    assert send(city, "POST", f"{API}/fund-entries/999999/reverse/", {"reason": "记错"}).status_code == 404
    assert faults() == []


def test_money_goes_to_another_project_by_document_and_both_sides_come_back(city: Client, bond: Bond, project: Project, cast: Cast) -> None:
    other = make_project("乙路", cast.unit_b)
    give(of_bond(project, bond), Step.ASSIGN, 1000)
    url = f"{API}/bonds/{bond.pk}/adjust/"
    asked = {
        "taken_from_id": project.pk,
        "given_to_id": other.pk,
        "amount_wan": 400,
        "doc_no": "青财债〔2020〕9号",
        "approved_on": "2020-06-20",
        "reason": "无法开工",
    }
    for more, place in (({"given_to_id": project.pk}, "/given_to_id"), ({"amount_wan": 1001}, "/amount_wan"), ({"doc_no": ""}, "/doc_no")):
        assert pointers(send(city, "POST", url, {**asked, **more})) == [place]
    made = send(city, "POST", url, asked)
    assert (made.status_code, made.json()["amount_wan"], made.json()["taken_from_id"]) == (201, 400, project.pk)
    one, _other = FundEntry.objects.filter(adjustment=UseAdjustment.objects.get())
    back = send(city, "POST", f"{API}/fund-entries/{one.pk}/reverse/", {"reason": "撤销调整"})
    assert sorted(row["amount_wan"] for row in back.json()["results"]) == [-400, 400]
    assert faults() == []


def test_principal_is_paid_back_early_and_that_is_taken_back(city: Client) -> None:
    bond = make_bond(1000, value_on=date(2020, 5, 20), matures_on=date(2030, 5, 20), rate_percent=Decimal("3.2"), repayment=Bond.Repayment.EARLY)
    url = f"{API}/bonds/{bond.pk}/redeem/"
    asked = {"redeemed_on": "2025-05-20", "amount_wan": 400, "doc_no": "青财债〔2025〕3号"}
    assert pointers(send(city, "POST", url, {**asked, "redeemed_on": "2025-05-21"})) == ["/redeemed_on"]
    assert pointers(send(city, "POST", url, {**asked, "amount_wan": 1001})) == ["/amount_wan"]
    made = send(city, "POST", url, asked)
    assert (made.status_code, made.json()["amount_wan"], made.json()["door"]) == (201, 400, "api")
    back = send(city, "POST", f"{API}/redemptions/{made.json()['id']}/reverse/", {"reason": "未执行"})
    assert (back.status_code, back.json()["amount_wan"], back.json()["reverses_id"]) == (201, -400, made.json()["id"])
    assert Redemption.objects.count() == 2


def test_only_the_citys_posts_write_the_books(cast: Cast, calling: Caller, bond: Bond, project: Project) -> None:
    entry = give(of_bond(project, bond), Step.ASSIGN, 100)
    bi = make_user("bi", Role.BI_READER)
    closed = [calling(cast.owner, can_write=True), calling(cast.reviewer, can_write=True), calling(cast.city), calling(bi, can_write=True)]
    for client in (*closed, calling(cast.city, can_write=True, unit=cast.unit_a)):
        assert send(client, "POST", f"{API}/bonds/{bond.pk}/post/", posting(project)).status_code == 403
        assert send(client, "POST", f"{API}/fund-entries/{entry.pk}/reverse/", {"reason": WHY}).status_code == 403
    assert send(calling(cast.stranger, can_write=True), "POST", f"{API}/fund-entries/{entry.pk}/reverse/", {"reason": WHY}).status_code == 404
    assert FundEntry.objects.count() == 1


def test_it_is_posted_once_and_to_the_terms_that_were_seen(city: Client, bond: Bond, project: Project, cast: Cast) -> None:
    url = f"{API}/bonds/{bond.pk}/post/"
    assert send(city, "POST", url, posting(project), if_match='"9"').status_code == 412
    first, again = (send(city, "POST", url, posting(project), idempotency_key="k", if_match='"1"') for _time in range(2))
    assert (first.status_code, again["Idempotency-Replayed"], first.json()) == (201, "true", again.json())
    assert FundEntry.objects.count() == 1
    assert send(city, "POST", url, posting(project, amount=1), idempotency_key="k").status_code == 422
    spare = make_bond(10)
    strike(Bond, spare.pk, source=Source(Door.ADMIN, cast.city.pk, None, "重复"))
    assert send(city, "POST", f"{API}/bonds/{spare.pk}/post/", posting(project)).status_code == 404


def test_a_district_reads_what_was_posted_to_its_project(city: Client, bond: Bond, project: Project, cast: Cast, calling: Caller) -> None:
    plan = make_central(1000)
    send(city, "POST", f"{API}/bonds/{bond.pk}/post/", posting(project))
    send(city, "POST", f"{API}/central-plans/{plan.pk}/post/", posting(project, source="central", amount=5))
    found = calling(cast.owner).get(f"{API}/fund-entries/").json()["results"]
    assert sorted(row["amount_wan"] for row in found) == [5, 3000]
    assert calling(cast.stranger).get(f"{API}/fund-entries/").json()["results"] == []

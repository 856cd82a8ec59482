"""Monitored indicators by the API and the page: by the city, under the same rules, told with their place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.changes import changes_after, latest_seq
from projects.models import Door, Indicator, IndicatorTarget, IndicatorValue
from tests.api.conftest import Caller
from tests.api.sending import pointers, send
from tests.conftest import Cast
from tests.raw_rows import execute

pytestmark = pytest.mark.django_db
API = "/api/v1"
FAI = {"key": "fai", "name": "投资增速", "subject": "投资", "kind": "growth", "measure": "%", "better": "up", "every": "quarter"}
FAI |= {"bureau": "市统计局", "sort_order": 1}
VALUE = {"indicator_key": "fai", "year": 2020, "month": 6, "value": 4, "nation_value": -3.1, "source": "公报"}


@pytest.fixture
def city(cast: Cast, calling: Caller) -> Client:
    return calling(cast.city, can_write=True)


@pytest.fixture
def owner(cast: Cast, calling: Caller) -> Client:
    return calling(cast.owner, can_write=True)


def test_an_indicator_is_the_citys_to_define(city: Client, owner: Client) -> None:
    assert send(owner, "POST", f"{API}/indicators/", FAI).status_code == 403
    assert pointers(send(city, "POST", f"{API}/indicators/", {**FAI, "measure": "亿元"})) == ["/measure"]
    assert not Indicator.objects.exists()
    made = send(city, "POST", f"{API}/indicators/", FAI)
    assert (made.status_code, made.json()["key"]) == (201, "fai")
    assert Indicator.objects.get().history.get().door == Door.API


def test_figures_pass_the_rules_of_the_page(city: Client, owner: Client, cast: Cast) -> None:
    send(city, "POST", f"{API}/indicators/", FAI)
    values = f"{API}/indicator-values/"
    assert send(owner, "POST", values, VALUE).status_code == 403
    assert pointers(send(city, "POST", values, {**VALUE, "month": 5})) == ["/month"]
    assert pointers(send(city, "POST", values, {**VALUE, "month": 13})) == ["/month"]
    asked = send(city, "POST", values, {**VALUE, "value": 0.04})
    assert (asked.json()["code"], asked.json()["errors"][0]["code"]) == ("reason_required", "indicator_ratio")
    assert not IndicatorValue.objects.exists()
    made = send(city, "POST", values, VALUE)
    row = made.json()
    assert (made.status_code, row["value"], row["nation_value"], row["unit_id"], row["measure"]) == (201, 4, -3.1, None, "%")
    assert send(city, "POST", values, VALUE).status_code == 400  # once a period
    place = f"{values}{row['id']}/"
    assert pointers(send(city, "PATCH", place, {"value": 4.1}, if_match=made["ETag"])) == ["/reason"]
    assert send(city, "PATCH", place, {"value": 4.1, "reason": "统计部门修订"}, if_match=made["ETag"]).json()["value"] == 4.1
    assert [line.value for line in IndicatorValue.objects.get().history.order_by("history_id")] == [Decimal(4), Decimal("4.1")]


def test_a_target_needs_its_year(city: Client) -> None:
    send(city, "POST", f"{API}/indicators/", FAI)
    target = {"indicator_key": "fai", "value": 6, "source": "政府工作报告"}
    assert pointers(send(city, "POST", f"{API}/indicator-targets/", target)) == ["/year"]
    assert send(city, "POST", f"{API}/indicator-targets/", {**target, "year": 2020}).status_code == 201
    assert send(city, "POST", f"{API}/indicator-targets/", {**target, "year": 2020}).status_code == 400
    assert IndicatorTarget.objects.count() == 1


def test_a_unit_reads_the_citys_figures_and_its_own(city: Client, owner: Client, cast: Cast) -> None:
    send(city, "POST", f"{API}/indicators/", FAI)
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS accounts_change_number IMMEDIATE")  # numbered at COMMIT, which a test never comes to
    start = latest_seq()
    for unit in ("", cast.unit_a.key, cast.unit_b.key):
        assert send(city, "POST", f"{API}/indicator-values/", {**VALUE, **({"unit_key": unit} if unit else {})}).status_code == 201
    read = [row["unit_id"] for row in owner.get(f"{API}/indicator-values/?ordering=id").json()["results"]]
    assert read == [None, cast.unit_a.pk]
    followed = {line.id for line in changes_after(cast.owner, start).lines if line.model is IndicatorValue}
    own = set(IndicatorValue.objects.exclude(unit=cast.unit_b).values_list("pk", flat=True))
    assert followed == own
    hidden = IndicatorValue.objects.get(unit=cast.unit_b).pk
    assert owner.get(f"{API}/indicator-values/{hidden}/").status_code == 404


def test_the_page_asks_as_the_api_does(cast: Cast, signed_in: Any) -> None:
    indicator = Indicator.objects.create(**FAI)
    client, page = signed_in(cast.city), "/admin/projects/indicatorvalue/add/"
    sent = {"indicator": str(indicator.pk), "year": "2020", "month": "6", "value": "0.04", "source": "公报"}
    answer = client.post(page, sent)
    assert answer.status_code == 200
    assert "是否应为4%" in str(answer.context["adminform"].form.errors)
    assert client.post(page, {**sent, "value": "4"}).status_code == 302
    row = IndicatorValue.objects.get()
    assert (row.value, row.history.get().history_user) == (Decimal(4), cast.city)
    shown = client.get("/admin/projects/indicatorvalue/").content.decode()
    assert "投资增速" in shown
    assert "4%" in shown
    assert client.get(f"/admin/projects/indicatorvalue/{row.pk}/history/").status_code == 200
    assert signed_in(cast.owner).post(page, sent).status_code == 403


def test_a_definition_with_figures_changes_with_a_reason(cast: Cast, signed_in: Any) -> None:
    indicator = Indicator.objects.create(**FAI)
    IndicatorValue.objects.create(indicator=indicator, year=2020, month=6, value=4, source="公报")
    client, page = signed_in(cast.city), f"/admin/projects/indicator/{indicator.pk}/change/"
    sent = {**{name: str(value) for name, value in FAI.items() if name != "key"}, "better": "down", "is_cumulative": "on", "is_watched": "on"}
    sent |= {"revision_seen": "1"}
    assert client.post(page, sent).status_code == 200
    indicator.refresh_from_db()
    assert indicator.better == "up"
    assert client.post(page, {**sent, "change_reason": "口径调整"}).status_code == 302

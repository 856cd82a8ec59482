"""Lists and rows of resources: scope, columns, filters, order, includes, the past; wrong questions are answered, not guessed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.api.filters import filterset
from accounts.api.resources import RESOURCES
from config.views import bad_request, failed
from projects.models import Door, Half, MonthReport, Project, ReportingPeriod, Source, changes_from
from tests.api.conftest import Caller
from tests.conftest import Cast
from tests.factories import make_code, make_month, make_project

pytestmark = pytest.mark.django_db
# A text that each kind of filter can read.
SAMPLES = {"YesNo": "true", "DateFilter": "2020-06-30", "Moment": "2020-06-30T08:00:00+08:00"}


def sample(one: Any) -> str:
    if codes := one.extra.get("codes"):
        return str(codes[0])
    return SAMPLES.get(type(one).__name__, "1")


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_every_filter_and_every_order_of_a_resource_answers(name: str, cast: Cast, calling: Caller) -> None:
    client = calling(cast.city)
    everything = {key: sample(one) for key, one in filterset(name).base_filters.items()}
    assert client.get(f"/api/v1/{name}/", everything).status_code == 200
    columns = [field.name for field in RESOURCES[name].fields if field.kind != "json" and field.name != "id"]
    assert client.get(f"/api/v1/{name}/", {"ordering": ",-".join(columns), "page_size": 2}).status_code == 200


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_every_include_answers(name: str, cast: Cast, calling: Caller) -> None:
    make_month(make_project("滨海路", cast.unit_a))
    asked = {"include": ",".join(RESOURCES[name].includes)}
    assert calling(cast.city).get(f"/api/v1/{name}/", asked).status_code == 200


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_every_column_has_words_and_a_name_for_machines(name: str) -> None:
    for field in RESOURCES[name].fields:
        assert field.heading.strip(), field.name
        assert field.name.isidentifier(), field.name
        assert field.name.isascii(), field.name
    assert len(RESOURCES[name].by_name) == len(RESOURCES[name].fields), "two columns of one name"


def test_a_district_sees_its_rows_and_no_other(cast: Cast, calling: Caller) -> None:
    own, foreign = make_project("甲路", cast.unit_a), make_project("乙路", cast.unit_b)
    for project in (own, foreign):
        make_month(project, done_month_wan=5)
        make_code(project, f"2020-370202-48-01-{project.pk:06d}")
    client = calling(cast.owner)
    assert [row["name"] for row in client.get("/api/v1/projects/").json()["results"]] == ["甲路"]
    assert {row["project_id"] for name in ("months", "project-codes") for row in client.get(f"/api/v1/{name}/").json()["results"]} == {own.pk}
    assert client.get(f"/api/v1/projects/{own.pk}/").status_code == 200
    gone = client.get(f"/api/v1/projects/{foreign.pk}/")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


def test_money_is_the_exact_number_of_wan(cast: Cast, calling: Caller) -> None:
    project = make_project("甲路", cast.unit_a, total_wan=Decimal("123456789.123456"))
    found = calling(cast.city).get(f"/api/v1/projects/{project.pk}/")
    assert b'"total_wan":123456789.123456' in found.content
    assert b'"land_mu":null' in found.content


def test_columns_and_filters_and_search_are_what_was_asked(cast: Cast, calling: Caller) -> None:
    big, small = make_project("甲路一期", cast.unit_a, total_wan=900), make_project("乙路", cast.unit_a, total_wan=100)
    client = calling(cast.city)
    assert client.get("/api/v1/projects/", {"fields": "name,total_wan", "ordering": "-total_wan"}).json()["results"] == [
        {"name": "甲路一期", "total_wan": 900.0},
        {"name": "乙路", "total_wan": 100.0},
    ]
    assert [row["id"] for row in client.get("/api/v1/projects/", {"total_wan__gte": "900"}).json()["results"]] == [big.pk]
    assert [row["id"] for row in client.get("/api/v1/projects/", {"id__in": f"{small.pk},{small.pk + 99}"}).json()["results"]] == [small.pk]
    assert [row["id"] for row in client.get("/api/v1/projects/", {"search": "一期"}).json()["results"]] == [big.pk]
    assert client.get("/api/v1/projects/", {"count": "1", "page_size": 1}).json()["count"] == 2


def test_the_described_month_narrows(cast: Cast, calling: Caller) -> None:
    project = make_project("甲路", cast.unit_a)
    for month in (5, 6):
        make_month(project, month=month)
    client = calling(cast.city)
    assert [row["month"] for row in client.get("/api/v1/months/", {"period": "2020-06"}).json()["results"]] == [6]
    assert len(client.get("/api/v1/months/", {"period": "2020"}).json()["results"]) == 2
    assert client.get("/api/v1/months/", {"period": "2020-13"}).status_code == 400


@pytest.mark.parametrize(("word", "found"), [("true", ["真路"]), ("TRUE", ["真路"]), ("1", ["真路"]), ("false", ["假路"]), ("0", ["假路"])])
def test_a_truth_is_read_in_the_forms_that_programs_write(cast: Cast, calling: Caller, word: str, found: list[str]) -> None:
    make_project("真路", cast.unit_a, is_synthetic=True)
    make_project("假路", cast.unit_a, is_synthetic=False)
    assert [row["name"] for row in calling(cast.city).get("/api/v1/projects/", {"is_synthetic": word}).json()["results"]] == found


def test_a_half_of_a_month_narrows_where_months_have_halves(cast: Cast, calling: Caller) -> None:
    for half in (Half.FIRST, Half.SECOND):
        period = ReportingPeriod.objects.create(year=2020, month=6, half=half)
        MonthReport.objects.create(project=make_project(f"{half.label}路", cast.unit_a), period=period)
    client = calling(cast.city)
    rows = client.get("/api/v1/months/", {"period": "2020-06B", "fields": "project_name"}).json()["results"]
    assert rows == [{"project_name": "下半月路"}]
    assert len(client.get("/api/v1/months/", {"period": "2020-06"}).json()["results"]) == 2
    refused = client.get("/api/v1/annual-plans/", {"period": "2020-06A"})
    assert (refused.status_code, "不分半月" in refused.json()["errors"][0]["message"]) == (400, True)


def test_as_of_tells_what_was_known_then(cast: Cast, calling: Caller) -> None:
    project = make_project("甲路", cast.unit_a, total_wan=100)
    then = timezone.now().isoformat()
    with changes_from(Source(Door.ADMIN)):
        now = Project.objects.get(pk=project.pk)
        now.total_wan = Decimal(300)
        now.save()
    client = calling(cast.city)
    assert [row["total_wan"] for row in client.get("/api/v1/projects/", {"as_of": then}).json()["results"]] == [100]
    assert [row["total_wan"] for row in client.get("/api/v1/projects/").json()["results"]] == [300]
    assert client.get("/api/v1/projects/", {"as_of": "2019-01-01"}).json()["results"] == []


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"totl_wan": "1"}, "?totl_wan"),
        ({"total_wan__gte": "viel"}, "?total_wan__gte"),
        ({"ordering": "name,zz"}, "?ordering"),
        ({"fields": "name,zz"}, "?fields"),
        ({"include": "zz"}, "?include"),
        ({"page_size": "0"}, "?page_size"),
        ({"page_size": "5001"}, "?page_size"),
        ({"cursor": "abc"}, "?cursor"),
        ({"as_of": "gestern"}, "?as_of"),
        ({"cut": "nie"}, "?cut"),
        ({"search": "\x00"}, "?search"),
        ({"name": "\x00"}, "?name"),
        ({"created_at": "9999-99-99"}, "?created_at"),
        ({"period": "2020-06"}, "?period"),
        ({"format": "csv"}, "?format"),
        ({"is_synthetic": "maybe"}, "?is_synthetic"),
        ({"is_synthetic": "是"}, "?is_synthetic"),
        ({"total_wan__isnull": "yes"}, "?total_wan__isnull"),
        ({"kind": "nope"}, "?kind"),
        ({"stage__in": "build,xx"}, "?stage__in"),
        ({"count": "2"}, "?count"),
        ({"as_of": "2999-01-01"}, "?as_of"),
        ({"total_wan__gt": ""}, "?total_wan__gt"),
        ({"fields": ""}, "?fields"),
        ({"id": ["1", "2"]}, "?id"),
    ],
)
def test_a_wrong_parameter_is_named(asked: dict[str, Any], pointer: str, cast: Cast, calling: Caller) -> None:
    answer = calling(cast.city).get("/api/v1/projects/", asked)
    assert answer.status_code == 400
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert answer.json()["errors"][0]["message"]


def test_everything_that_is_wrong_is_told_at_once(cast: Cast, calling: Caller) -> None:
    asked = {"ordering": "zz", "total_wan__gte": "viel", "search": "\x00", "page_size": "0", "totl_wan": "1"}
    told = calling(cast.city).get("/api/v1/projects/", asked).json()["errors"]
    assert {one["pointer"] for one in told} == {f"?{name}" for name in asked}
    told = calling(cast.city).get("/api/v1/months/", {"period": "2020-13", "done_month_wan": "viel"}).json()["errors"]
    assert {one["pointer"] for one in told} == {"?period", "?done_month_wan"}


@pytest.mark.parametrize("address", ["/api/v1/proposals/", "/api/v1/proposals.ndjson"])
@pytest.mark.parametrize(("moment", "status"), [("0072-06-07T05:25:44.82+20:57", 200), ("9999-12-31T23:59:59-23:00", 400)])
def test_a_moment_may_have_any_zone(address: str, moment: str, status: int, cast: Cast, calling: Caller) -> None:
    for asked in ({"settled_at__gt": moment}, {"as_of": moment}):
        if "as_of" in asked:
            address = address.replace("proposals", "projects")
        answer = calling(cast.city).get(address, asked)
        assert answer.status_code == status
        assert status == 200 or [one["pointer"] for one in answer.json()["errors"]] == [f"?{name}" for name in asked]


def test_a_misspelt_parameter_is_told_the_nearest(cast: Cast, calling: Caller) -> None:
    (told,) = calling(cast.city).get("/api/v1/projects/", {"totl_wan": "1"}).json()["errors"]
    assert "total_wan" in told["message"]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_costs_the_same_whatever_stands_on_it(rows: int, cast: Cast, calling: Caller, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        make_month(make_project(f"路{number}", cast.unit_a))
    client = calling(cast.city)
    client.get("/api/v1/projects/")
    # The token, the minute's count, the posts, the page, and one for each include.
    with django_assert_num_queries(6):
        client.get("/api/v1/projects/", {"include": "months,project-codes"})


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/projects/", "/api/v1/projects/?fields=zz"])
def test_the_browser_is_shown_a_page(address: str, cast: Cast, signed_in: Any) -> None:
    make_project("甲路", cast.unit_a)
    answer = signed_in(cast.owner).get(address, headers={"accept": "text/html"})
    assert answer["Content-Type"].startswith("text/html")
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("address", ["/api/v1/projekte/", "/api/v1/projects/-4/", "/api/v1/projects/1/gone/", "/api/v1/projects.doc"])
def test_an_address_that_leads_nowhere_is_answered_in_json(address: str, cast: Cast, calling: Caller) -> None:
    answer = calling(cast.city).get(address)
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (404, "application/json", "not_found")
    assert "没有这个网址；全部数据表见 /api/v1/" in answer.content.decode()


def test_a_fault_of_ours_is_told_in_the_form_of_the_door(rf: Any) -> None:
    assert json.loads(failed(rf.get("/api/v1/projects/")).content)["code"] == "error"
    assert json.loads(failed(rf.get("/odata/v4/Projects")).content)["error"]["code"] == "error"
    assert failed(rf.get("/admin/"))["Content-Type"].startswith("text/html")
    assert json.loads(bad_request(rf.get("/api/v1/projects/")).content)["code"] == "bad_request"

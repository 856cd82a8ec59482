"""Making a cut by the API and on its page: by who may, once, with a name, and of a past moment too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from projects.models import Cut, Door
from tests.api.conftest import Caller
from tests.api.sending import pointers, send
from tests.conftest import Cast
from tests.factories import make_project

pytestmark = pytest.mark.django_db
URL, PAGE = "/api/v1/cuts/", "/admin/projects/cut/make/"
ASKED = {"name": "六月终稿", "reason": "报市政府"}


def test_a_state_is_pinned_and_read_by_its_name(cast: Cast, calling: Caller) -> None:
    city = calling(cast.city, can_write=True)
    project = make_project("甲路", cast.unit_a)
    made = send(city, "POST", URL, ASKED)
    told = made.json()
    assert (made.status_code, told["name"], told["reason"], told["door"], told["as_of"]) == (201, "六月终稿", "报市政府", "api", None)
    assert city.get(made["Location"]).json()["id"] == told["id"]
    assert told["seq"] == Cut.objects.get().seq
    project.name = "乙路"
    project.save()
    (row,) = city.get("/api/v1/projects/", {"cut": "六月终稿"}).json()["results"]
    assert row["name"] == "甲路"
    assert AuditEvent.objects.filter(event="cut.make").count() == 1


def test_a_past_day_is_pinned_as_it_was_known(cast: Cast, calling: Caller) -> None:
    city = calling(cast.reviewer, can_write=True)
    project = make_project("甲路", cast.unit_a)
    yesterday = timezone.now() - timedelta(days=1)
    project.history.update(history_date=yesterday - timedelta(days=1))
    project.name = "乙路"
    project.save()
    make_project("丙路", cast.unit_b)
    made = send(city, "POST", URL, {**ASKED, "as_of": yesterday.isoformat()})
    assert (made.status_code, made.json()["seq"]) == (201, None)
    told = [[row["name"] for row in city.get("/api/v1/projects/", asked).json()["results"]] for asked in ({"cut": ASKED["name"]}, {})]
    assert told == [["甲路"], ["乙路", "丙路"]]
    odata = city.get("/odata/v4/cut/六月终稿/Projects").json()["value"]
    assert [row["Name"] for row in odata] == ["甲路"]


@pytest.mark.parametrize(
    ("more", "status", "place"),
    [
        ({"name": ""}, 400, "/name"),
        ({"name": "a/b"}, 400, "/name"),
        ({"name": ".."}, 400, "/name"),
        ({"name": "."}, 400, "/name"),
        ({"name": "2020-06@1"}, 400, "/name"),
        ({"name": "x" * 61}, 400, "/name"),
        ({"name": "旧的"}, 409, "/name"),
        ({"reason": ""}, 400, "/reason"),
        ({"as_of": "去年"}, 400, "/as_of"),
        ({"as_of": "2020-07-10T10:00:00"}, 400, "/as_of"),
        ({"as_of": "2999-01-01"}, 400, "/as_of"),
        ({"nane": "x"}, 400, "/nane"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(more: dict[str, str], status: int, place: str, cast: Cast, calling: Caller) -> None:
    Cut.objects.create(name="旧的", made_at=timezone.now())
    answer = send(calling(cast.city, can_write=True), "POST", URL, {**ASKED, **more})
    assert (answer.status_code, pointers(answer)) == (status, [place])
    assert Cut.objects.count() == 1


def test_who_may_not_pins_nothing(cast: Cast, calling: Caller) -> None:
    for client in (calling(cast.owner, can_write=True), calling(cast.city), calling(cast.city, can_write=True, unit=cast.unit_a)):
        assert send(client, "POST", URL, ASKED).status_code == 403
    assert not Cut.objects.exists()


def test_it_is_done_once(cast: Cast, calling: Caller) -> None:
    city = calling(cast.city, can_write=True)
    first, again = (send(city, "POST", URL, ASKED, idempotency_key="k") for _time in range(2))
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.json() == again.json()
    assert Cut.objects.count() == 1


def test_the_page_makes_one_and_leads_to_its_doors(cast: Cast, signed_in: Any) -> None:
    city = signed_in(cast.city)
    assert PAGE in city.get("/admin/projects/cut/").content.decode()
    assert city.post(PAGE, {**ASKED, "day": ""}).status_code == 302
    made = Cut.objects.get()
    assert (made.by, made.door, made.as_of) == (cast.city, Door.ADMIN, None)
    listed = city.get("/admin/projects/cut/").content.decode()
    for address in ("/api/v1/projects/?cut=%E5%85%AD%E6%9C%88%E7%BB%88%E7%A8%BF", "/odata/v4/cut/%E5%85%AD%E6%9C%88%E7%BB%88%E7%A8%BF/"):
        assert f'href="{address}"' in listed
        assert city.get(address).status_code == 200
    taken = city.post(PAGE, {**ASKED, "day": ""})
    assert (taken.status_code, list(taken.context["form"].errors)) == (400, ["name"])
    late = city.post(PAGE, {"name": "b", "reason": "r", "day": "2999-01-01"})
    assert (late.status_code, list(late.context["form"].errors)) == (400, ["day"])


def test_the_page_is_closed_to_who_may_not(cast: Cast, signed_in: Any) -> None:
    officer = signed_in(cast.owner)
    assert PAGE not in officer.get("/admin/projects/cut/").content.decode()
    assert officer.get(PAGE).status_code == 403
    assert officer.post(PAGE, {**ASKED, "day": ""}).status_code == 403
    assert not Cut.objects.exists()

"""Keyset paging: whatever is sorted, blank values among it, every row comes once; what is written meanwhile makes none come twice."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.models import Project
from tests.api.conftest import Caller
from tests.conftest import Cast
from tests.factories import make_project

pytestmark = pytest.mark.django_db
# Examples of one test share its transaction, and a unit has a name once.
NUMBERS = count()
ORDERS = ("id", "-id", "total_wan", "-total_wan", "planned_start,-total_wan", "land_mu,name", "-owner_name,total_wan", "-is_approx,-name")


def walk(client: Client, **asked: Any) -> list[dict[str, Any]]:
    """Every page, one after another."""
    found, url, data = [], "/api/v1/projects/", asked
    for _page in range(100):
        answer = client.get(url, data).json()
        found += answer["results"]
        if answer["next"] is None:
            return found
        url, data = answer["next"], {}
    raise AssertionError("no end")


@pytest.mark.parametrize("order", ORDERS)
@given(totals=st.lists(st.one_of(st.none(), st.integers(1, 3)), min_size=1, max_size=9), size=st.integers(1, 4))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_comes_once_and_in_order(order: str, totals: list[int | None], size: int, cast: Cast, calling: Caller) -> None:
    kept = [make_project(f"路{next(NUMBERS)}", cast.unit_a, total_wan=total, is_approx=number % 2 == 0).pk for number, total in enumerate(totals)]
    client = calling(cast.city)
    ids = ",".join(map(str, kept))
    whole = [row["id"] for row in client.get("/api/v1/projects/", {"ordering": order, "id__in": ids, "page_size": 500}).json()["results"]]
    assert sorted(whole) == kept
    assert [row["id"] for row in walk(client, ordering=order, id__in=ids, page_size=size)] == whole


def test_rows_written_meanwhile_make_none_come_twice_or_vanish(cast: Cast, calling: Caller) -> None:
    kept = [make_project(f"路{number}", cast.unit_a).pk for number in range(6)]
    client = calling(cast.city)
    first = client.get("/api/v1/projects/", {"page_size": 3}).json()
    Project.objects.get(pk=kept[0]).delete()
    late = make_project("后来", cast.unit_a).pk
    rest = client.get(first["next"]).json()
    rest_ids = [row["id"] for row in rest["results"]]
    while rest["next"]:
        rest = client.get(rest["next"]).json()
        rest_ids += [row["id"] for row in rest["results"]]
    assert [row["id"] for row in first["results"]] + rest_ids == [*kept, late]


def test_a_cursor_of_another_question_is_refused(cast: Cast, calling: Caller) -> None:
    for number in range(3):
        make_project(f"路{number}", cast.unit_a)
    client = calling(cast.city)
    cursor = client.get("/api/v1/projects/", {"page_size": 1}).json()["next"].partition("cursor=")[2]
    assert client.get(f"/api/v1/projects/?page_size=1&cursor={cursor}").status_code == 200
    assert client.get(f"/api/v1/projects/?page_size=1&search=x&cursor={cursor}").status_code == 400
    assert client.get(f"/api/v1/projects/?page_size=1&ordering=name&cursor={cursor}").status_code == 400
    assert client.get(f"/api/v1/months/?cursor={cursor}").status_code == 400

"""Many rows in one write: all or nothing, or the good ones; every fault by its place; the same cost for each row."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import MonthReport, Project
from tests.api.sending import MONTHS, PROJECTS, a_month, a_project, building, pointers, send
from tests.conftest import Cast
from tests.factories import make_month, make_period, make_project

pytestmark = pytest.mark.django_db


def test_all_or_nothing(cast: Cast, officer: Client) -> None:
    projects = [building(cast, f"分段道路工程{n}") for n in range(3)]
    foreign = make_project("乙路延长工程", cast.unit_b)
    make_period()
    asked = [a_month(project, reason="口径") for project in projects]
    asked[1]["done_month_wan"] = "一百"
    asked += [a_month(foreign, reason="口径"), {"project_id": projects[0].pk, "period": "2031-01"}]
    refused = send(officer, "POST", f"{MONTHS}bulk/", asked)
    assert refused.status_code == 400
    assert pointers(refused) == ["/1/done_month_wan", "/3/project_id", "/4/period"]
    assert MonthReport.objects.count() == 0
    taken = send(officer, "POST", f"{MONTHS}bulk/", [a_month(project, reason="口径") for project in projects])
    assert (taken.status_code, taken.json()["done"], [one["status"] for one in taken.json()["results"]]) == (200, 3, [201] * 3)
    assert MonthReport.objects.count() == 3


def test_the_good_ones(cast: Cast, officer: Client) -> None:
    own, foreign = make_project("甲路延长工程", cast.unit_a), make_project("乙路延长工程", cast.unit_b)
    other = make_project("丙路延长工程", cast.unit_a)
    asked = [
        {"id": own.pk, "revision": 1, "remarks": "一"},
        {"id": foreign.pk, "revision": 1, "remarks": "一"},
        {"id": own.pk, "revision": 1, "remarks": "二"},
        {"id": other.pk, "remarks": "三"},
        a_project(cast, total_wan="很多"),
        a_project(cast, name="新建道路工程一"),
    ]
    answer = send(officer, "POST", f"{PROJECTS}bulk/?atomic=0", asked)
    assert answer.status_code == 207, answer.content.decode()
    results = answer.json()["results"]
    assert [one["status"] for one in results] == [200, 404, 400, 400, 400, 201]
    assert results[0]["remarks"] == "一"
    assert (results[2]["code"], results[2]["errors"][0]["pointer"]) == ("repeated", "/2/id")
    assert "第 1 项" in results[2]["message"]
    assert results[3]["errors"][0]["pointer"] == "/3/revision"
    assert results[4]["errors"][0]["pointer"] == "/4/total_wan"
    assert (answer.json()["done"], answer.json()["refused"]) == (2, 4)
    assert sorted(Project.objects.values_list("name", "remarks")) == sorted(
        [("甲路延长工程", "一"), ("乙路延长工程", ""), ("丙路延长工程", ""), ("新建道路工程一", "")]
    )


def test_what_is_no_list(cast: Cast, officer: Client) -> None:
    url = f"{PROJECTS}bulk/"
    assert send(officer, "POST", url, {}).status_code == 400
    assert send(officer, "POST", url, []).status_code == 400
    assert pointers(send(officer, "POST", url, [{}, 1])) == ["/1"]
    assert send(officer, "POST", f"{url}?atomic=yes", [{}]).status_code == 400
    assert send(officer, "POST", url, [{}] * 501).status_code == 413
    assert send(officer, "POST", url, [{"id": True, "revision": "1"}]).status_code == 400


def _statements(client: Client, data: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert send(client, "POST", f"{MONTHS}bulk/", data).status_code == 200
    return len(caught)


def test_each_row_costs_the_same(cast: Cast, officer: Client) -> None:
    """What a row costs does not grow with their number, nor with what is stored beside."""
    make_period()
    projects = [building(cast, f"分段道路工程{n}") for n in range(9)]
    officer.get(PROJECTS)  # the first call of a minute notes the token's use
    one, three, five = (
        _statements(officer, [a_month(each, reason="口径") for each in part]) for part in (projects[:1], projects[1:4], projects[4:9])
    )
    assert three - one == five - three
    assert (three - one) / 2 <= 30


def test_many_are_read_back_at_once(cast: Cast, officer: Client) -> None:
    report = make_month(building(cast), done_month_wan=1, done_ytd_wan=1, progress_text="路基施工过半")
    answer = send(officer, "POST", f"{MONTHS}bulk/", [{"id": report.pk, "revision": 1, "problems": "征迁", "reason": "补"}])
    assert (answer.json()["results"][0]["problems"], answer.json()["results"][0]["revision"]) == ("征迁", 2)

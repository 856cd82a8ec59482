"""History, reconciliation and debt service over HTTP; heavy columns only for who asks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.api.resources import RESOURCES
from funding.ledger import Step
from projects.history import project_changes
from projects.models import Door, ReportingPeriod, Source, changes_from
from reports.debt import debt_service
from tests.api.conftest import Caller
from tests.conftest import Cast
from tests.factories import make_entry, make_list, make_month, make_period, make_project, make_version
from tests.funding.money import DAY, give, make_bond, of_bond

pytestmark = pytest.mark.django_db


def test_a_project_s_history_is_told_page_by_page(cast: Cast, calling: Caller) -> None:
    project = make_project("甲路", cast.unit_a, total_wan=100)
    make_month(project)
    with changes_from(Source(Door.ADMIN, cast.city.pk)):
        for wan in (200, 300):
            project.total_wan = Decimal(wan)
            project.save()
    client = calling(cast.owner)
    address: str | None = f"/api/v1/projects/{project.pk}/history/?limit=1"
    found: list[Any] = []
    while address:
        page = client.get(address).json()
        found += page["results"]
        address = page["next"]
    told = project_changes(project)
    assert [(one["revision"], one["subject"]) for one in found] == [(one.revision, one.subject) for one in told]
    assert found[0]["fields"] == [{"name": "total_wan", "label": "总投资（万元）", "old": "200", "new": "300"}]
    assert (found[0]["op"], found[0]["actor"]) == ("changed", str(cast.city))
    assert calling(cast.stranger).get(f"/api/v1/projects/{project.pk}/history/").status_code == 404


@pytest.mark.parametrize("asked", [{"limit": "0"}, {"offset": "x"}, {"until": "gestern"}, {"seit": "1"}])
def test_a_wrong_question_about_history_is_named(asked: dict[str, str], cast: Cast, calling: Caller) -> None:
    project = make_project("甲路", cast.unit_a)
    answer = calling(cast.city).get(f"/api/v1/projects/{project.pk}/history/", asked)
    assert [one["pointer"] for one in answer.json()["errors"]] == [f"?{name}" for name in asked]


def test_every_tracked_row_has_its_history_and_a_period_its_past(cast: Cast, calling: Caller) -> None:
    period: ReportingPeriod = make_period()
    client = calling(cast.city)
    for name in sorted(name for name, one in RESOURCES.items() if one.past is not None):
        assert client.get(f"/api/v1/{name}/999999/history/").status_code == 404
    assert client.get(f"/api/v1/periods/{period.pk}/history/").json()["results"][0]["op"] == "added"
    assert client.get("/api/v1/periods/", {"as_of": "2019-01-01"}).json()["results"] == []


def test_a_list_s_version_is_reconciled_as_on_its_page(cast: Cast, calling: Caller) -> None:
    version = make_version(make_list(), declared_count=2, declared_total_wan=Decimal(500))
    make_entry(version, make_project("甲路", cast.unit_a, total_wan=Decimal(300)))
    address = f"/api/v1/list-versions/{version.pk}/reconciliation/"
    found = calling(cast.city).get(address).json()
    assert (found["count_difference"], found["total_difference_wan"], found["agrees"]) == (-1, -200, False)
    part = calling(cast.stranger).get(address).json()
    assert (part["count"], part["whole_city"], part["agrees"]) == (0, False, None)


def test_debt_service_adds_up_to_the_page_s(cast: Cast, calling: Caller) -> None:
    bond = make_bond(170_000, rate_percent=Decimal("3.37"), tender_on=DAY, value_on=date(2020, 9, 23), short_name="债十年")
    unknown = make_bond(40, short_name="债不详")
    give(of_bond(make_project("甲路", cast.unit_a), bond), Step.ASSIGN, 50_000)
    give(of_bond(make_project("乙路", cast.unit_b), bond), Step.ASSIGN, "70000.000001")
    for person, bearers in ((cast.city, {"project", "unassigned"}), (cast.owner, {"project", "unassigned", "out_of_reach"})):
        found = calling(person).get("/api/v1/debt-service/", {"year": "2021"}).json()
        page = next(one for one in debt_service(person, 2021).tables if one.name == "calendar")
        assert page.total is not None
        assert round(sum(Decimal(str(row["total_wan"])) for row in found["results"]), 6) == page.total.values["total"]
        assert {row["bearer"] for row in found["results"]} == bearers
        assert found["unknown"] == [unknown.pk]
    assert "乙路" not in {row["project_name"] for row in found["results"]}
    assert calling(cast.city).get("/api/v1/debt-service/", {"year": "x"}).status_code == 400


def test_findings_of_uploads_come_only_when_asked_for() -> None:
    resource = RESOURCES["uploads"]
    assert "findings" in resource.by_name
    assert "findings" not in {one.name for one in resource.shown}

"""The overview: what is unreported there is what the city table and the project list call unreported; what waits is what can be acted on."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from config.overview import WAITS
from exchange.models import Upload
from projects.values import Month
from reports.catalogue import city
from reports.neutral import table_document
from reports.selection import Question, reach_of
from tests.conftest import Cast
from tests.factories import make_entry, make_list, make_month, make_plan, make_project, make_version

pytestmark = pytest.mark.django_db
OVERVIEW, LIST = "/admin/", "/admin/projects/project/"


@pytest.fixture
def half_reported(cast: Cast) -> Cast:
    """Of four projects one is dropped by the newer list, one is reported, two are not."""
    first, second = make_version(make_list(), 1), make_version(make_list(), 2, date(2020, 6, 1))
    for name, done in (("已报的工程", 10), ("未报的工程", None), ("只报形象的工程", None), ("调出的工程", None)):
        project = make_project(name, cast.unit_a, stage="planned")
        make_plan(project, 100)
        make_entry(first, project)
        if name != "调出的工程":
            make_entry(second, project)
        if done is not None:
            make_month(project, done_month_wan=Decimal(1), done_ytd_wan=Decimal(done))
        elif name == "只报形象的工程":
            make_month(project, progress_text="进场")
    return cast


def test_unreported_is_one_number_at_every_door(half_reported: Cast, signed_in: Any) -> None:
    client = signed_in(half_reported.city)
    overview = client.get(OVERVIEW, {"month": "2020-06"})
    row = table_document(city(reach_of(half_reported.city), Question(Month(2020, 6)), "unit"))["rows"][0]["values"]
    listed = client.get(LIST, {"month": "2020-06", "report": "no"}).context["cl"]
    assert overview.context["todo"]["missing"] == row["not_reported"] == listed.figures.count == 2
    assert overview.context["figures"].unreported_plan_wan == Decimal(row["unreported_plan"]) == listed.figures.plan_wan == 200
    assert "?report=no" in overview.content.decode()


def test_the_choices_of_reporting_add_up_to_all(half_reported: Cast, signed_in: Any) -> None:
    changelist = signed_in(half_reported.city).get(LIST, {"month": "2020-06"}).context["cl"]
    spec = next(spec for spec in changelist.filter_specs if spec.parameter_name == "report")
    assert {str(choice["display"]): choice["count"] for choice in spec.choices(changelist)} == {
        "全部": None,
        "计入汇总": 3,
        "未报": 2,
        "已报": 1,
        "不计入汇总": 1,
    }


def upload(cast: Cast, name: str, state: str = Upload.State.CHECKED, **values: Any) -> Upload:
    given = {"sha256": name.ljust(64, "0"), "size": 1, "unit": cast.unit_a, "user": cast.owner, "kind": name, "counts": {"create": 1}, **values}
    return Upload.objects.create(filename=f"{name}.xlsx", state=state, **given)


def waiting(signed_in: Any, user: Any) -> list[str]:
    return [row.filename for row in signed_in(user).get(OVERVIEW).context["uploads"]]


def test_only_uploads_that_can_be_acted_on_wait(cast: Cast, signed_in: Any, rf: RequestFactory) -> None:
    upload(cast, "committed", Upload.State.COMMITTED)
    upload(cast, "refused", Upload.State.REFUSED)
    upload(cast, "undone", Upload.State.UNDONE)
    upload(cast, "empty", counts={"create": 0, "change": 0, "same": 7})
    upload(cast, "faulty", counts={"create": 3, "error": 2})
    upload(cast, "open")
    old = upload(cast, "forgotten")
    Upload.objects.filter(pk=old.pk).update(created_at=timezone.now() - WAITS - timedelta(days=1))
    assert waiting(signed_in, cast.owner) == ["open.xlsx", "faulty.xlsx"]
    assert waiting(signed_in, cast.city) == ["open.xlsx"], "faults are mended by whoever sent the file"
    assert waiting(signed_in, cast.stranger) == []


@pytest.mark.parametrize("later", [Upload.State.COMMITTED, Upload.State.CHECKED])
def test_a_newer_file_of_the_same_kind_takes_the_place(cast: Cast, signed_in: Any, later: str) -> None:
    upload(cast, "older", kind="monthly_progress")
    upload(cast, "newer", later, kind="monthly_progress")
    upload(cast, "refused", Upload.State.REFUSED, kind="monthly_progress")
    assert waiting(signed_in, cast.owner) == (["newer.xlsx"] if later == Upload.State.CHECKED else [])


def test_project_page_opens_from_the_list_of_the_unreported(half_reported: Cast, signed_in: Any) -> None:
    client = signed_in(half_reported.owner)
    project = client.get(LIST, {"report": "no", "month": "2020-06"}).context["cl"].result_list[0]
    assert client.get(reverse("admin:projects_project_page", args=[project.pk])).status_code == 200


def test_who_fills_in_takes_the_form_from_here(cast: Cast, signed_in: Any) -> None:
    link = f'href="{reverse("exchange:template")}"'
    shown = {name: link in signed_in(getattr(cast, name)).get(OVERVIEW).content.decode() for name in ("owner", "reviewer")}
    assert shown == {"owner": True, "reviewer": False}

"""同数同源: the overview and the city table print the same figure, also when a list has dropped a project."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from projects.models import Entry, ListVersion
from projects.values import Month
from reports.catalogue import city
from reports.neutral import table_document
from reports.selection import Question, reach_of
from tests.conftest import Cast
from tests.factories import make_list, make_month, make_plan, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def dropped_one(cast: Cast) -> Cast:
    listed = make_list()
    first = ListVersion.objects.create(list=listed, number=1, as_of=date(2020, 1, 13))
    second = ListVersion.objects.create(list=listed, number=2, as_of=date(2020, 6, 30))
    kept, gone, unlisted = (make_project(name, cast.unit_a) for name in ("留下的道路工程", "调出的道路工程", "未列清单的工程"))
    for version, projects in ((first, [kept, gone]), (second, [kept])):
        for project in projects:
            Entry.objects.create(version=version, project=project, total_wan=project.total_wan)
    for project, done in ((kept, 700), (gone, 40), (unlisted, 5)):
        make_plan(project, 1000)
        make_month(project, done_month_wan=done, done_ytd_wan=done)
    return cast


def test_overview_and_city_table_agree(dropped_one: Cast, signed_in: Any) -> None:
    page = signed_in(dropped_one.city).get("/admin/", {"month": "2020-06"})
    shown = page.context["figures"]
    table = city(reach_of(dropped_one.city), Question(Month(2020, 6)), "unit")
    city_row = table_document(table)["rows"][0]["values"]
    assert (shown.count, shown.ytd_wan, shown.plan_wan) == (2, 705, 2000)
    assert (city_row["count"], Decimal(city_row["ytd"]), Decimal(city_row["plan"])) == (shown.count, shown.ytd_wan, shown.plan_wan)

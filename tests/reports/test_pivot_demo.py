"""The demo year: the pivot, the city table, the overview and the totals row of the projects print the same figures."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from projects.measures import percent_text, yi_text
from projects.models import Project
from projects.services.summing import rebuild
from projects.summary import differences
from projects.values import Month
from reports.catalogue import city
from reports.pivot import pivot
from reports.selection import Question, whole_reach

JUNE = Month(2020, 6)
# Projects, 亿元 of total, plan and year to date, rate: as the demo year's sources add up.
PRINTED = (298, "4895.46", "1528.14", "735.28", "48.12%")


@pytest.fixture
def demo(db: Any, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    call_command("start", no_serve=True, stdout=StringIO())


# The sentences of the half-year report of 2020 that the demo year must say by itself.
SENTENCES = {
    "list_infrastructure": "梳理重大基础设施项目151个、总投资3540亿元。",
    "list_emerging": "梳理战略性新兴产业项目150个、总投资1472亿元。",
    "bonds": "2020年下达新增专项债券额度四批次387亿元，前三批232亿元已发行完毕。",
    "central": "2020年下达中央预算内投资近10亿元。",
}


def printed(count: Any, total: Any, plan: Any, ytd: Any, rate: Any) -> tuple[Any, ...]:
    return count, yi_text(total), yi_text(plan), yi_text(ytd), percent_text(rate)


def test_every_door_prints_the_demo_year_alike(demo: None, client: Any) -> None:
    assert Project.objects.count() == 301
    months = rebuild()
    assert (JUNE in months, differences(months)) == (True, [])
    kept = pivot(whole_reach(), Question(JUNE), ["unit"])
    said = kept.wholes[0].values
    assert (kept.kept, printed(said["count"], said["total_wan"], said["plan_wan"], said["ytd_wan"], said["rate"])) == (True, PRINTED)
    row = city(whole_reach(), Question(JUNE), "unit").total
    assert row is not None
    assert printed(*(row.values[key] for key in ("count", "total", "plan", "ytd", "rate"))) == PRINTED
    client.force_login(User.objects.get(username="city"))
    overview = client.get(reverse("admin:index"), {"month": str(JUNE)}).context["figures"]
    assert printed(overview.count, overview.total_wan, overview.plan_wan, overview.ytd_wan, overview.rate) == PRINTED
    projects = client.get(reverse("admin:projects_project_changelist"), {"month": str(JUNE)}).context["cl"]
    counted = projects.counted
    assert projects.figures.count == 301
    assert printed(counted.count, counted.total_wan, counted.plan_wan, counted.ytd_wan, counted.rate) == PRINTED
    out = StringIO()
    call_command("figures", period="2020-06", format_name="json", stdout=out)
    told = {one["key"]: one for one in json.loads(out.getvalue())["headlines"]}
    assert {key: told[key]["sentence"] for key in SENTENCES} == SENTENCES
    for one in told.values():
        for figure in one["figures"]:
            assert client.get(figure["address"]).status_code == 200, figure["mark"]

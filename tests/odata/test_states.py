"""What was: a cut's root gives the state of the cut for every set that keeps its past; what was deleted is told to who asks for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from funding.ledger import Step
from funding.models import Bond
from funding.services.striking import strike
from projects.models import Door, MonthReport, Project, Source
from projects.services.cuts import make_cut
from reports.odata import views
from reports.odata.sets import sets
from tests.conftest import Cast
from tests.factories import make_code, make_entry, make_list, make_month, make_plan, make_project, make_version
from tests.funding.money import give, make_bond, make_central, of_bond, of_plan
from tests.odata.conftest import ROOT, Ask, basic, key_of

pytestmark = pytest.mark.django_db
CUT = "六月 终稿"
AT_CUT = f"{ROOT}cut/{quote(CUT)}/"
PAST = sorted(name for name, one in sets().items() if one.resource.keeps_past)
GONE = sorted(name for name, one in sets().items() if one.tells_gone)


def rows(ask: Ask, address: str, **told: Any) -> list[dict[str, Any]]:
    answer = ask(address, **told)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


def all_changes(cast: Cast, first: Project) -> None:
    """A line more in every table, and other values in some that were there."""
    project = make_project("丙路", cast.unit_b)
    make_code(project, "2020-370202-48-01-000009")
    make_plan(project, 50)
    make_entry(make_version(make_list(), 9, date(2020, 5, 1)), project)
    make_month(project, month=7)
    bond, plan = make_bond(), make_central()
    give(of_bond(project, bond), Step.ASSIGN, 7)
    give(of_plan(project, plan), Step.ASSIGN, 8)
    give(of_bond(first, Bond.objects.order_by("id")[0]), Step.PAY, 20, date(2020, 6, 5))
    first.name, first.unit = "改了名", cast.unit_b
    first.save()
    month = MonthReport.objects.filter(project=first).first()
    assert month is not None
    month.delete()


def test_a_cut_holds_every_set_as_it_was(cast: Cast, city: list[Project], ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: rows(ask, name) for name in PAST}
    make_cut(name=CUT, actor=cast.city)
    all_changes(cast, city[0])
    monkeypatch.setattr(views, "PAGE", 2)
    for name in PAST:
        found: list[dict[str, Any]] = []
        answer = ask(f"{AT_CUT}{name}", **{"$count": "true"})
        counted = answer.json()["@odata.count"]
        while True:
            assert (answer.status_code, answer["Pipeline-State"]) == (200, "cut"), (name, answer.content)
            found += answer.json()["value"]
            following = answer.json().get("@odata.nextLink")
            if not following:
                break
            assert following.startswith(f"http://testserver{AT_CUT}{name}?")
            answer = ask(following)
        assert found == before[name], name
        count = ask(f"{AT_CUT}{name}/$count")
        assert (count.content, count["Pipeline-State"]) == (str(counted).encode(), "cut")
        row = ask(f"{AT_CUT}{name}({found[0]['Id']})")
        assert row["Pipeline-State"] == "cut"
        told = row.json()
        told.pop("@odata.context")
        assert told == found[0]
    monkeypatch.undo()
    assert [name for name in PAST if rows(ask, name) == before[name]] == [], "nothing changed there, so nothing was shown"


def test_a_district_reads_its_rows_of_that_day(cast: Cast, city: list[Project]) -> None:
    make_cut(name=CUT, actor=cast.city)
    all_changes(cast, city[0])
    client = Client(headers={"authorization": basic(key_of(cast.owner))})
    assert [row["Name"] for row in client.get(f"{AT_CUT}Projects").json()["value"]] == ["青岛地铁1号线'一期'"]
    assert len(client.get(f"{AT_CUT}ProgressMonthly").json()["value"]) == 2
    assert client.get(f"{ROOT}Projects").json()["value"] == []


def test_which_state_is_told_in_a_header(cast: Cast, city: list[Project], ask: Ask) -> None:
    make_cut(name=CUT, actor=cast.city)
    for name, entity in sets().items():
        assert ask(f"{AT_CUT}{name}")["Pipeline-State"] == ("cut" if entity.resource.keeps_past else "now")
        assert "Pipeline-State" not in ask(name)


# --- What was deleted --------------------------------------------------------------------------------------------------------------


def test_deleted_rows_come_to_who_asks_for_them_alone(cast: Cast, city: list[Project], ask: Ask) -> None:
    month = MonthReport.objects.filter(project=city[0], period__month=5).get()
    told = ask(f"ProgressMonthly({month.pk})").json()
    told.pop("@odata.context")
    assert told["IsDeleted"] is False
    key, before = month.pk, timezone.now()
    month.delete()
    assert key not in [row["Id"] for row in rows(ask, "ProgressMonthly")]
    assert ask(f"ProgressMonthly({key})").status_code == 404
    (gone,) = rows(ask, "ProgressMonthly", **{"$filter": "IsDeleted eq true"})
    ended = datetime.fromisoformat(gone.pop("UpdatedAt"))
    assert before <= ended <= timezone.now()
    told.pop("UpdatedAt")
    assert gone == {**told, "IsDeleted": True}
    later = f"IsDeleted and UpdatedAt ge {before.isoformat()}"
    assert [row["Id"] for row in rows(ask, "ProgressMonthly", **{"$filter": later})] == [key]
    everything = rows(ask, "ProgressMonthly", **{"$filter": "IsDeleted eq true or IsDeleted eq false", "$orderby": "IsDeleted desc"})
    assert [row["Id"] for row in everything if row["IsDeleted"]] == [everything[0]["Id"]] == [key]
    assert [row for row in everything if not row["IsDeleted"]] == rows(ask, "ProgressMonthly")


def test_what_hangs_on_a_project_that_is_gone_is_still_its_districts(cast: Cast, ask: Ask) -> None:
    project = make_project("拆掉的路", cast.unit_a)
    make_code(project, "2020-370202-48-01-000009")
    numbers = {"Projects": project.pk, "ProjectCodes": project.codes.get().pk}
    project.codes.get().delete()
    project.delete()
    for who, seen in ((cast.owner, True), (cast.stranger, False)):
        client = Client(headers={"authorization": basic(key_of(who))})
        for name, key in numbers.items():
            found = client.get(f"{ROOT}{name}", {"$filter": "IsDeleted eq true"}).json()["value"]
            assert [row["Id"] for row in found] == ([key] if seen else []), name
            assert all(row.get("ProjectName", "拆掉的路") == "拆掉的路" for row in found)
    assert rows(ask, "Projects") == []


def test_what_was_struck_out_is_gone(cast: Cast, ask: Ask) -> None:
    bond = make_bond()
    strike(Bond, bond.pk, source=Source(door=Door.ADMIN, actor_id=cast.city.pk, reason="重复登记"))
    assert rows(ask, "Bonds") == []
    assert [row["Id"] for row in rows(ask, "Bonds", **{"$filter": "IsDeleted eq true"})] == [bond.pk]


def test_a_cut_knows_what_was_gone_by_then(cast: Cast, city: list[Project], ask: Ask) -> None:
    first, second = MonthReport.objects.filter(project=city[1]).order_by("id")
    numbers = [first.pk, second.pk]
    first.delete()
    make_cut(name=CUT, actor=cast.city)
    second.delete()
    asked = {"$filter": "IsDeleted eq true", "$select": "Id"}
    assert rows(ask, f"{AT_CUT}ProgressMonthly", **asked) == [{"Id": numbers[0]}]
    assert {row["Id"] for row in rows(ask, "ProgressMonthly", **asked)} == set(numbers)


@pytest.mark.parametrize("name", GONE)
def test_every_set_answers_with_what_is_gone(name: str, cast: Cast, city: list[Project], ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    live = rows(ask, name)
    assert [row["IsDeleted"] for row in live] == [False] * len(live)
    assert rows(ask, name, **{"$filter": "IsDeleted eq false"}) == live
    order = ",".join(f"{one.name} desc" for one in sets()[name].properties if one.name != "Id")
    monkeypatch.setattr(views, "PAGE", 1)
    page = ask(name, **{"$filter": "not IsDeleted or IsDeleted", "$orderby": order, "$count": "true"}).json()
    found = page["value"]
    assert page["@odata.count"] == len(live)
    while "@odata.nextLink" in page:
        page = ask(page["@odata.nextLink"]).json()
        found += page["value"]
    assert sorted(row["Id"] for row in found) == sorted(row["Id"] for row in live)

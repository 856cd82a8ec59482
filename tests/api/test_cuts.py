"""A cut is read the same for ever after, agrees with itself, and is made by who may; the lock of a month makes one."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.api.resources import RESOURCES, Known
from accounts.changes import latest_seq
from accounts.models import AuditEvent
from projects.history import rows_at
from projects.models import Cut, MonthReport, Organisation, Project
from projects.past import find_cut
from projects.services.cuts import make_cut, take_owed
from projects.services.periods import lock_due, lock_period, unlock_period
from projects.workflow import Refused
from tests.api.conftest import Caller
from tests.conftest import Cast
from tests.factories import make_month, make_period, make_project

pytestmark = pytest.mark.django_db


def everything(client: Any, cut: str) -> dict[str, Any]:
    """Every resource that keeps its past, whole, with one page of its months included."""
    return {
        name: client.get(f"/api/v1/{name}/", {"cut": cut, "page_size": 5000, "count": "1"}).json()
        for name, one in RESOURCES.items()
        if one.keeps_past
    }


def test_what_is_written_afterwards_is_not_in_it(cast: Cast, calling: Caller) -> None:
    project, gone = make_project("甲路", cast.unit_a), make_project("乙路", cast.unit_a)
    month = make_month(project, done_month_wan=5)
    cut = make_cut(name="第一次", actor=cast.city, reason="报市政府")
    client = calling(cast.city)
    before = everything(client, cut.name)
    project.name, project.unit = "丙路", cast.unit_b
    project.save()
    month.done_month_wan = 7
    month.save()
    make_month(project, month=7)
    make_project("丁路", cast.unit_b)
    gone.delete()
    assert everything(client, "第一次") == before
    assert [row["name"] for row in before["projects"]["results"]] == ["甲路", "乙路"]
    (row,) = before["months"]["results"]
    assert (row["done_month_wan"], row["project_name"], row["unit_id"]) == (5, "甲路", cast.unit_a.pk)
    now = client.get("/api/v1/months/", {"period": "2020-06"}).json()["results"]
    assert [(one["done_month_wan"], one["project_name"]) for one in now] == [(7, "丙路")]


def test_a_district_sees_its_rows_of_that_day(cast: Cast, calling: Caller) -> None:
    project = make_project("甲路", cast.unit_a)
    make_month(project, done_month_wan=5)
    make_cut(name="那天", actor=cast.city)
    project.unit = cast.unit_b
    project.save()
    found = {
        who.username: [calling(who).get(f"/api/v1/{name}/", {"cut": "那天"}).json()["results"] != [] for name in ("projects", "months")]
        for who in (cast.owner, cast.stranger)
    }
    assert found == {"owner": [True, True], "stranger": [False, False]}


@pytest.mark.parametrize("name", sorted(name for name, one in RESOURCES.items() if one.keeps_past))
def test_every_filter_and_order_answers_at_a_cut(name: str, cast: Cast, calling: Caller) -> None:
    make_month(make_project("甲路", cast.unit_a))
    make_cut(name="c", actor=cast.city)
    columns = [field.name for field in RESOURCES[name].fields if field.kind != "json" and field.name != "id"]
    for who in (cast.city, cast.owner):
        asked = {"cut": "c", "ordering": ",-".join(columns), "page_size": 1, "count": "1"}
        assert calling(who).get(f"/api/v1/{name}/", asked).status_code == 200
        filters = {column: cast.unit_a.pk for column in columns if column == "unit_id"}
        assert calling(who).get(f"/api/v1/{name}/", {"cut": "c", **filters}).status_code == 200


def test_a_table_without_a_past_is_told_as_it_is_now_and_says_so(cast: Cast, calling: Caller) -> None:
    make_cut(name="c", actor=cast.city)
    Organisation.objects.create(name="新单位")
    client = calling(cast.city)
    answer = client.get("/api/v1/organisations/", {"cut": "c"})
    assert [row["name"] for row in answer.json()["results"]] == ["新单位"]
    assert answer["Pipeline-State"] == "now"
    assert client.get("/api/v1/projects/", {"cut": "c"})["Pipeline-State"] == "cut"
    assert "Pipeline-State" not in client.get("/api/v1/projects/")
    told = {one["name"]: one["keeps_past"] for one in client.get("/api/v1/").json()["resources"]}
    assert (told["projects"], told["fund-entries"], told["units"]) == (True, True, False)
    assert client.get("/api/v1/projects/", {"cut": "没有"}).status_code == 400


def test_a_name_is_given_once_and_can_stand_in_an_address(cast: Cast) -> None:
    make_cut(name=" 六月 终稿 ", actor=cast.reviewer)
    with pytest.raises(Refused, match="已有名为"):
        make_cut(name="六月 终稿", actor=cast.city)
    for wrong in ("", "2020-06@1", "a/b", "x" * 61, "a\nb"):
        with pytest.raises(Refused, match="名称应为"):
            make_cut(name=wrong, actor=cast.city)
    for who in (cast.owner, cast.stranger):
        with pytest.raises(Refused, match="只有市级"):
            make_cut(name="我的", actor=who)
    assert Cut.objects.count() == 1
    assert AuditEvent.objects.filter(event="cut.make").count() == 1


def test_the_lock_of_a_month_makes_one_each_time(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    period = make_period(2020, 6)
    for _n in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            lock_period(period_id=period.pk, actor=cast.city, reason="定稿")
        unlock_period(period_id=period.pk, actor=cast.city, reason="改错")
    assert [(cut.name, cut.by, cut.period, cut.made_at is None) for cut in Cut.objects.order_by("id")] == [
        ("2020-06@1", cast.city, period, False),
        ("2020-06@2", cast.city, period, False),
    ]


def test_the_planned_day_makes_one_too_and_one_that_was_kept_out_is_taken_later(cast: Cast) -> None:
    period = make_period(2020, 6, locks_on="2020-07-20")
    lock_due()  # nobody runs what waits for the commit: as if writers had kept it out
    assert find_cut("2020-06@1") is None
    assert [cut.name for cut in take_owed()] == ["2020-06@1"]
    cut = find_cut("2020-06@1")
    assert cut is not None
    assert (cut.by, cut.period, cut.seq) == (None, period, cut.seq)
    assert take_owed() == []


def test_what_a_table_had_is_what_its_boundary_says(cast: Cast) -> None:
    project = make_project("甲路", cast.unit_a)
    cut = make_cut(name="c", actor=cast.city)
    assert cut.last_of(Project) == Project.history.order_by("-history_id").first().history_id
    assert cut.last_of(Cut) == 0
    assert cut.seq is not None
    assert cut.seq <= latest_seq()
    project.save()
    assert [row.revision for row in rows_at(Project, cut)] == [1]
    assert list(rows_at(MonthReport, cut)) == []


def test_the_count_of_questions_does_not_grow_with_the_rows(cast: Cast, calling: Caller) -> None:
    client = calling(cast.city)
    client.get("/api/v1/months/")  # the first use of a token is noted
    counts = []
    for n in range(2):
        for _m in range(1 + 4 * n):
            make_month(make_project(unit=cast.unit_a))
        make_cut(name=f"c{n}", actor=cast.city)
        with CaptureQueriesContext(connection) as asked:
            client.get("/api/v1/months/", {"cut": f"c{n}"})
            client.get("/api/v1/projects/", {"cut": f"c{n}", "include": "months,fund-accounts"})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_rows_of_a_moment_and_of_a_cut_are_one(cast: Cast, calling: Caller) -> None:
    project = make_project("甲路", cast.unit_a)
    make_month(project, done_month_wan=5)
    cut = make_cut(name="c", actor=cast.city)
    project.name = "乙路"
    project.save()
    client = calling(cast.city)
    for name in ("projects", "months"):
        at_cut = client.get(f"/api/v1/{name}/", {"cut": "c"}).json()["results"]
        assert at_cut == client.get(f"/api/v1/{name}/", {"as_of": cut.made_at.isoformat()}).json()["results"]  # type: ignore[union-attr]
    resource = RESOURCES["months"]
    assert resource.rows(cast.owner, known=Known(cut=cut)).count() == 1


def test_compacting_the_sequence_is_told(cast: Cast, capsys: Any) -> None:
    project = make_project("甲路", cast.unit_a)
    project.save()
    call_command("compact_changes")
    assert "lines" in capsys.readouterr().out

"""The event log as it is read: every event in words, things by their names, counts by their labels; found by person, event and day."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.events import detail_words, event_words, is_worded, object_names, object_words, place_names
from accounts.models import AuditEvent
from accounts.roles import Role
from tests.conftest import Cast
from tests.factories import make_period, make_project, make_user

ROOT = Path(__file__).parents[2]
LOG = "/admin/accounts/auditevent/"
# Events whose verb is made at run time, and what it can be.
MADE = {
    f"{area}.{verb}"
    for area, verbs in {
        "month": "submit return approve void",
        "proposal": "approved refused withdrawn",
        "upload": "undo redo commit.refused undo.refused redo.refused",
        "project": "add change delete refused",
        "membership": "add change delete",
        "user": "add change",
    }.items()
    for verb in verbs.split()
}


def events_in_the_code() -> set[str]:
    found = set()
    for app in ("accounts", "projects", "funding", "exchange", "reports", "config"):
        for path in (ROOT / app).rglob("*.py"):
            found |= set(re.findall(r'audit\.record\(\s*"([a-z_.]+)"', path.read_text(encoding="utf-8")))
    return found


def test_events_are_found_in_the_code() -> None:
    assert {"report.export", "upload.receive", "upload.commit"} <= events_in_the_code()


@pytest.mark.parametrize("code", sorted(events_in_the_code() | MADE))
def test_every_event_has_words(code: str) -> None:
    assert is_worded(code), code
    assert not re.search("[a-z]", event_words(code)), event_words(code)


@pytest.mark.django_db
def test_an_event_without_words_is_shown_by_its_code() -> None:
    assert event_words("something.odd") == "something odd"


@pytest.mark.django_db
def test_things_are_named_and_counts_labelled(cast: Cast, django_assert_num_queries: Any) -> None:
    first, second = make_project("滨海路改造工程", cast.unit_a), make_project("跨海大桥工程", cast.unit_a)
    events = [
        audit.record("project.change", obj=first, name="旧名", changed=["total_wan", "codes.code", "change_reason"]),
        audit.record("project.change", obj=second, unit=cast.unit_a.pk, counts={"create": 3, "same": 0, "error": 1}),
        audit.record("report.export", report="city_progress_by_unit", period="2020-06"),
        audit.record("month.submit", period=make_period().pk, count=2, reports=[1, 2]),
    ]
    with django_assert_num_queries(1):
        names = object_names(events)
    places = place_names()
    assert [object_words(event, names) for event in events] == ["项目 滨海路改造工程", "项目 跨海大桥工程", "—", "—"]
    assert [detail_words(event, places) for event in events] == [
        "改了：总投资（万元）、项目代码 项目代码、说明",
        "单位：市南；计数：新增 3、阻断 1",
        "报表：投资进展表（按单位）；月份：2020-06",
        "月份：2020年6月；个数：2",
    ]


@pytest.mark.django_db
def test_what_is_gone_keeps_the_name_it_had(cast: Cast) -> None:
    event = AuditEvent.objects.create(event="project.delete", object_type="projects.project", object_id="424242", detail={"name": "已删的工程"})
    other = AuditEvent.objects.create(event="thing.delete", object_type="nowhere.thing", object_id="x")
    names = object_names([event, other])
    assert [object_words(row, names) for row in (event, other)] == ["项目 已删的工程", "nowhere.thing #x"]


@pytest.fixture
def log(cast: Cast, signed_in: Any) -> Any:
    old = audit.record("upload.commit", actor=cast.owner, address="10.1.2.3")
    AuditEvent.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=10))
    audit.record("report.export", actor=cast.city)
    audit.record("project.refused", actor=cast.owner, outcome="denied")
    client = signed_in(make_user("audit", Role.AUDITOR))

    def found(**query: str) -> list[str]:
        return sorted(event.event for event in client.get(LOG, query).context["cl"].result_list)

    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query, events",
    [
        ({}, ["project.refused", "report.export", "upload.commit"]),
        ({"event": "upload.commit"}, ["upload.commit"]),
        ({"outcome": "denied"}, ["project.refused"]),
        ({"days": "7"}, ["project.refused", "report.export"]),
        ({"days": "30"}, ["project.refused", "report.export", "upload.commit"]),
        ({"days": "x"}, []),
        ({"who": "x"}, []),
        ({"who": "9" * 30}, []),
        ({"q": "导出"}, ["report.export"]),
        ({"q": "陈晓"}, ["project.refused", "upload.commit"]),
        ({"q": "10.1.2.3"}, ["upload.commit"]),
        ({"q": "2019-01-01"}, []),
    ],
)
def test_log_is_narrowed(log: Any, query: dict[str, str], events: list[str]) -> None:
    assert log(**query) == events


@pytest.mark.django_db
def test_log_is_narrowed_to_a_person_and_to_a_day(log: Any, cast: Cast) -> None:
    assert log(who=str(cast.owner.pk)) == ["project.refused", "upload.commit"]
    day = timezone.localtime(timezone.now() - timedelta(days=10)).date()
    assert log(q=day.isoformat()) == ["upload.commit"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "behind, forwarded, address", [(False, "1.2.3.4", "10.0.0.9"), (True, "6.6.6.6, 1.2.3.4", "1.2.3.4"), (True, "", "10.0.0.9"), (True, "x", None)]
)
def test_an_event_carries_where_it_came_from(cast: Cast, signed_in: Any, settings: Any, behind: bool, forwarded: str, address: str | None) -> None:
    settings.BEHIND_PROXY = behind
    project = make_project(unit=cast.unit_a)
    client = signed_in(cast.city)
    page = reverse("admin:projects_project_history", args=[project.pk])
    assert client.get(page).status_code == 200
    where = {"REMOTE_ADDR": "10.0.0.9", **({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})}
    client.get("/reports/city.xlsx", {"period": "2020-06"}, **where)
    assert AuditEvent.objects.get(event="report.export").address == address

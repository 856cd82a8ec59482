"""What waits on the overview: each post is told what it can act on, with the number of the page behind the link, and nothing of others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from config.todo import Task, tasks_of
from projects.models import Correction, LockException
from projects.services.proposals import propose
from tests.factories import make_project, make_unit, make_user
from tests.projects.cycle import Cycle, make_cycle

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle(db: Any) -> Cycle:
    made = make_cycle()
    made.period.due_on = timezone.localdate() - timedelta(days=3)
    made.period.save()
    return made


@pytest.fixture
def busy(cycle: Cycle) -> Cycle:
    """Of each state one report, and one of the other unit; a proposal and a correction wait."""
    reports = {state: cycle.report(state=state) for state in ("draft", "submitted", "returned", "approved")}
    cycle.report(unit=cycle.other, state="submitted")
    propose(project_id=reports["draft"].project_id, after={"total_wan": "15000"}, reason="概算调整", actor=cycle.filler, doc_no="1号")
    Correction.objects.create(report=reports["approved"], field="done_ytd_wan", published="500", value="480", reason="核减", by=cycle.filler)
    return cycle


def told(user: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for task in tasks_of(user):
        found[task.kind] = found.get(task.kind, 0) + task.n
    return found


def test_each_post_is_told_its_own(busy: Cycle) -> None:
    both = {"proposals": 1, "corrections": 1}
    assert told(busy.filler) == {"returned": 1, "draft": 1}
    assert told(busy.submitter) == {"submit": 1}
    assert told(busy.outsider) == {}
    assert told(busy.checker) == {"review": 2, "unreported": 1, **both}
    assert told(busy.keeper) == {"unreported": 1, **both}
    assert told(busy.officer) == {"unreported": 1, **both}
    assert told(make_user("bi", Role.BI_READER)) == {}


def test_what_came_back_is_named_with_its_remark(busy: Cycle, signed_in: Any) -> None:
    page = signed_in(busy.filler).get("/admin/").content.decode()
    task = next(task for task in tasks_of(busy.filler) if task.kind == "returned")
    assert task.rows[0].remark == "请核对"
    assert task.rows[0].words in page
    assert "请核对" in page
    assert "没有等着办的事" not in page


def test_the_number_is_that_of_the_page_behind_it(busy: Cycle, signed_in: Any) -> None:
    for user, kind, label in ((busy.filler, "draft", "草稿"), (busy.checker, "review", "已提交")):
        for task in (task for task in tasks_of(user) if task.kind == kind):
            assert signed_in(user).get(task.url).context["counts"][label] == task.n
    for kind in ("proposals", "corrections"):
        task = next(task for task in tasks_of(busy.checker) if task.kind == kind)
        assert signed_in(busy.checker).get(task.url).context["cl"].result_count == task.n
    owed = next(task for task in tasks_of(busy.keeper) if task.kind == "unreported")
    assert signed_in(busy.keeper).get(owed.url).context["heads"][5]["owing"] == owed.n


def test_rows_that_are_not_all_say_so(busy: Cycle, signed_in: Any) -> None:
    def owed() -> Task:
        return next(task for task in tasks_of(busy.keeper) if task.kind == "unreported")

    words = "等（只列前5个，点开看全部）"
    assert not owed().is_part
    assert words not in signed_in(busy.keeper).get("/admin/").content.decode()
    for number in range(6):
        make_project(unit=make_unit(f"丙{number}区"), stage="build")
    assert (owed().is_part, len(owed().rows), owed().n > 5) == (True, 5, True)
    assert words in signed_in(busy.keeper).get("/admin/").content.decode()


def test_a_locked_month_waits_for_nobody_but_a_unit_let_in(busy: Cycle) -> None:
    period = busy.locked()
    assert told(busy.filler) == {}
    assert told(busy.checker) == {"proposals": 1, "corrections": 1}
    LockException.objects.create(unit=busy.unit, period=period, until=timezone.now() + timedelta(days=1), reason="补报")
    assert told(busy.filler) == {"exception": 1, "returned": 1, "draft": 1}


def test_an_exception_says_until_when_and_why(busy: Cycle, signed_in: Any) -> None:
    until = timezone.now() + timedelta(days=1)
    LockException.objects.create(unit=busy.unit, period=busy.locked(), until=until, reason="暴雨停工，补报实物量")
    page = signed_in(busy.filler).get("/admin/").content.decode()
    assert f"至{timezone.localtime(until):%Y-%m-%d %H:%M}" in page
    assert "暴雨停工，补报实物量" in page
    assert "exception" not in told(busy.outsider)


def test_queries_do_not_grow_with_what_waits(cycle: Cycle) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            tasks_of(cycle.checker)
            tasks_of(cycle.filler)
        return len(caught)

    for unit in (cycle.unit, cycle.other):
        for state in ("submitted", "returned", "draft"):
            cycle.report(unit=unit, state=state)
    count()  # the posts of the two are read once
    few = count()
    for unit in (cycle.unit, cycle.other):
        for state in ("submitted", "returned", "draft"):
            cycle.report(unit=unit, state=state)
    assert count() == few

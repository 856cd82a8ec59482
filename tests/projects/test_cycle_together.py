"""Two people at the same report at once: no lost update, no approval of what the approver has not seen, no write behind a lock, no deadlock.

On PostgreSQL the people are threads with connections of their own, let go together. SQLite lets in one writer at a time, and its test
database lives in memory: there they act in turn, both orders.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from projects.models import MonthReport, ReportingPeriod, ReviewEvent
from projects.services.periods import lock_period
from projects.services.reviews import move, move_many
from projects.workflow import Refused, Verb
from tests.factories import make_user
from tests.projects.admin_pages import form_of
from tests.projects.cycle import make_cycle

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = range(6)


@pytest.fixture
def cycle(transactional_db):
    return make_cycle()


def together(*deeds: Callable[[], Any], turned: bool = False) -> list[Any]:
    """What each deed answered, or the refusal it met; in the order given."""
    answers: list[Any] = [None] * len(deeds)
    gate = threading.Barrier(len(deeds))

    def run(place: int, wait: bool) -> None:
        try:
            if wait:
                gate.wait()
            answers[place] = deeds[place]()
        except Refused as refused:
            answers[place] = refused
        finally:
            if wait:
                connections.close_all()

    if connection.vendor == "sqlite":
        for place in sorted(range(len(deeds)), reverse=turned):
            run(place, False)
        return answers
    threads = [threading.Thread(target=run, args=(place, True)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("round_", ROUNDS)
def test_two_reviewers_approve_one_report(cycle, round_):
    other = make_user("second", cycle.checker.memberships.get().role)
    report = cycle.report(state="submitted")
    answers = together(
        *(lambda who=who: move(verb=Verb.APPROVE, report_id=report.pk, actor=who, seen=report.revision) for who in (cycle.checker, other)),
        turned=bool(round_ % 2),
    )
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [answer.code for answer in refused] == ["moved"]
    assert ReviewEvent.objects.filter(report=report, verb="approve").count() == 1
    assert MonthReport.objects.get(pk=report.pk).revision == report.revision + 1
    assert report.history.count() == report.revision + 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_an_edit_and_an_approval_at_once(cycle, signed_in, round_):
    """Whoever comes second is told; what stands approved is what the reviewer saw."""
    report = cycle.report(state="submitted")
    client: Client = signed_in(cycle.filler)
    address = f"/admin/projects/monthreport/{report.pk}/change/"
    sent = form_of(client.get(address), problems="征迁未完成")
    edited, approved = together(
        lambda: client.post(address, sent).status_code,
        lambda: move(verb=Verb.APPROVE, report_id=report.pk, actor=cycle.checker, seen=report.revision),
        turned=bool(round_ % 2),
    )
    now = MonthReport.objects.get(pk=report.pk)
    if edited == 302:
        assert isinstance(approved, Refused)
        assert (approved.code, now.problems, now.state) == ("moved", "征迁未完成", "draft")
    else:
        assert edited == 200  # the page with its message
        assert (now.problems, now.state) == ("", "approved")
    assert now.revision == report.revision + 1 == report.history.count()


@pytest.mark.parametrize("round_", ROUNDS)
def test_an_edit_and_a_lock_at_once(cycle, signed_in, round_):
    """A write is either there before the lock, or refused: the lock knows of every report that was not approved."""
    report = cycle.report(state="approved")
    client: Client = signed_in(cycle.filler)
    address = f"/admin/projects/monthreport/{report.pk}/change/"
    sent = form_of(client.get(address), problems="征迁未完成")
    edited, locked = together(
        lambda: client.post(address, sent).status_code,
        lambda: lock_period(period_id=cycle.period.pk, actor=cycle.keeper),
        turned=bool(round_ % 2),
    )
    now = MonthReport.objects.get(pk=report.pk)
    if isinstance(locked, Refused):
        assert (locked.code, edited, now.state) == ("reason", 302, "draft")
    else:
        assert (edited, now.state, now.problems) == (200, "approved", "")
        assert ReportingPeriod.objects.get(pk=cycle.period.pk).locked_at is not None


@pytest.mark.parametrize("round_", ROUNDS)
def test_many_at_once_from_both_ends_do_not_wait_for_one_another(cycle, round_):
    reports = [cycle.report() for _ in range(6)]
    ids = [report.pk for report in reports]
    first, second = together(
        lambda: move_many(verb=Verb.SUBMIT, report_ids=ids, actor=cycle.submitter),
        lambda: move_many(verb=Verb.SUBMIT, report_ids=list(reversed(ids)), actor=cycle.officer),
    )
    assert sorted([len(first.done), len(second.done)]) == [0, 6]
    assert ReviewEvent.objects.filter(verb="submit").count() == 6
    assert set(MonthReport.objects.values_list("state", "revision")) == {("submitted", 2)}

"""A month locks itself on its planned day: at once for whoever asks, written down once by whoever comes first, opened with another day."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from exchange import tasks
from projects.models import ReportingPeriod, ReportingRule, unlocked
from projects.returns import matrix
from projects.services.periods import (
    grant_exception,
    lock_due,
    lock_period,
    newest_open,
    open_period,
    require_writable,
    unlock_period,
    writable,
)
from projects.services.reviews import move, move_many
from projects.values import Month
from projects.workflow import Refused, Verb
from tests.factories import make_period
from tests.projects.cycle import ahead, at, make_cycle

pytestmark = pytest.mark.django_db
PLANNED = date(2020, 7, 10)


@pytest.fixture
def cycle(db):
    return make_cycle()


def planned(cycle, day=PLANNED):
    period = stored(cycle)
    period.locks_on = day
    period.save()
    return period


def stored(cycle):
    return ReportingPeriod.objects.get(pk=cycle.period.pk)


def locks():
    return [(event.actor_name, event.detail) for event in AuditEvent.objects.filter(event="period.lock")]


def code_of(refused, **given):
    with pytest.raises(Refused) as said:
        refused(**given)
    return said.value.code


def test_from_its_day_on_it_is_locked_though_nothing_ran(cycle):
    period = planned(cycle)
    answers = [bool(writable(cycle.unit.pk, period, now)) for now in (at(2020, 7, 9, 23, 59), at(2020, 7, 10, 0, 0))]
    assert answers == [True, False]
    found = writable(cycle.unit.pk, period)
    assert found.zh.startswith("2020年6月已于7月10日到期自动锁定，如需修改请向市级管理员申请延期")
    assert "2020-06 was locked by itself on 2020-07-10" in found.en
    assert (period.is_locked, period.locked_itself, period.locked_at) == (True, True, None)
    assert ReportingPeriod.objects.filter(unlocked()).count() == 0
    assert ReportingPeriod.objects.filter(unlocked(date(2020, 7, 9))).get() == period


def test_a_refusal_writes_nothing(cycle):
    report = cycle.report()
    planned(cycle)
    assert code_of(lambda: require_writable([(cycle.unit.pk, cycle.period.pk)])) == "locked"
    assert code_of(move, verb=Verb.SUBMIT, report_id=report.pk, actor=cycle.submitter) == "locked"
    outcome = move_many(verb=Verb.SUBMIT, report_ids=[report.pk], actor=cycle.submitter)
    assert [left.code for left in outcome.left] == ["locked"]
    assert code_of(lock_period, period_id=cycle.period.pk, actor=cycle.keeper, reason="再锁") == "state"
    assert (stored(cycle).locked_at, locks()) == (None, [])


def test_whoever_comes_first_writes_it_down_and_nobody_twice(cycle):
    cycle.report()
    planned(cycle)
    words = writable(cycle.unit.pk, stored(cycle)).zh
    assert [period.pk for period in lock_due()] == [cycle.period.pk]
    period = stored(cycle)
    assert (timezone.localtime(period.locked_at), period.locked_by) == (at(2020, 7, 10), None)
    assert locks() == [("", {"reason": "到期自动锁定", "locks_on": "2020-07-10", "not_approved": 1})]
    assert writable(cycle.unit.pk, period).zh == words
    assert (lock_due(), len(locks())) == ([], 1)


def test_the_timer_and_the_worker_both_do(cycle):
    planned(cycle)
    out = StringIO()
    call_command("remind", "--dry-run", stdout=out)
    assert ("到期自动锁定" in out.getvalue(), locks()) == (False, [])
    call_command("remind", stdout=out)
    assert "= 2020年6月 到期自动锁定\n" in out.getvalue()
    other = make_period(2020, 5, locks_on=PLANNED)
    tasks.sweep()
    other.refresh_from_db()
    assert (other.locked_at is not None, len(locks())) == (True, 2)


def test_one_that_has_an_exception_still_writes(cycle):
    planned(cycle)
    grant_exception(period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=ahead(10), actor=cycle.keeper, reason="补报")
    assert len(locks()) == 1  # the verb wrote the lock down first
    assert [bool(writable(unit.pk, stored(cycle))) for unit in (cycle.unit, cycle.other)] == [True, False]


def test_opened_again_it_stays_open_until_another_day(cycle):
    planned(cycle)
    unlock_period(period_id=cycle.period.pk, actor=cycle.keeper, reason="漏报")
    assert (stored(cycle).locks_on, bool(writable(cycle.unit.pk, stored(cycle))), lock_due()) == (None, True, [])
    assert [name for name, _detail in locks()] == [""]
    lock_period(period_id=cycle.period.pk, actor=cycle.keeper, reason="再锁")
    today = timezone.localdate()
    assert code_of(unlock_period, period_id=cycle.period.pk, actor=cycle.keeper, reason="漏报", locks_on=today) == "locks_on"
    later = today + timedelta(days=3)
    unlock_period(period_id=cycle.period.pk, actor=cycle.keeper, reason="漏报", locks_on=later)
    assert (stored(cycle).locks_on, stored(cycle).is_locked, lock_due()) == (later, False, [])
    assert [period.pk for period in lock_due(today=later)] == [cycle.period.pk]
    assert AuditEvent.objects.filter(event="period.unlock").latest("pk").detail["locks_on"] == str(later)


def test_a_plan_still_to_come_outlasts_a_lock_by_hand(cycle):
    later = timezone.localdate() + timedelta(days=9)
    planned(cycle, later)
    cycle.locked()
    assert not stored(cycle).locked_itself
    unlock_period(period_id=cycle.period.pk, actor=cycle.keeper, reason="漏报")
    assert stored(cycle).locks_on == later


def test_a_month_opened_late_is_not_locked_by_the_rule_at_once(cycle):
    ReportingRule.objects.create(year=2020, due_day=5, lock_day=10)
    assert open_period(month=Month(2020, 6), actor=cycle.keeper).locks_on is None
    assert (stored(cycle).due_on, stored(cycle).is_locked) == (date(2020, 7, 6), False)


def test_the_matrix_and_the_choice_of_month_know(cycle):
    cycle.report()
    planned(cycle)
    row = next(cells for unit, cells in matrix([cycle.unit], 2020).rows)
    assert (row[5].is_locked, row[5].owes) == (True, False)
    assert newest_open() is None
    make_period(2020, 5)
    found = newest_open()
    assert found is not None
    assert found.month == 5


def test_what_was_unlocked_by_hand_before_stays_open(cycle):
    """Of databases from before months locked themselves."""
    other = make_period(2020, 5, locks_on=PLANNED)
    planned(cycle)
    AuditEvent.objects.create(event="period.unlock", object_type="projects.reportingperiod", object_id=str(other.pk))
    migration = import_module("projects.migrations.0007_keep_unlocked_months_open")
    migration.forget_days_that_were_overruled(MigrationLoader(connection).project_state(("projects", "0007_keep_unlocked_months_open")).apps, None)
    other.refresh_from_db()
    assert (other.is_locked, stored(cycle).is_locked) == (False, True)


# --- The page ----------------------------------------------------------------------------------------------------------------------


def test_the_page_says_so_and_asks_for_another_day(cycle, signed_in):
    planned(cycle)
    client = signed_in(cycle.keeper)
    url = reverse("admin:projects_reportingperiod_page", args=[cycle.period.pk])
    shown = client.get(url).content.decode()
    assert "2020-07-10 到期自动锁定" in shown
    assert 'name="locks_on"' in shown
    assert "到期自动锁定" in client.get(reverse("admin:projects_reportingperiod_changelist")).content.decode()
    for wrong in ("明天", "2020-07-20"):
        answer = client.post(url, {"verb": "unlock", "reason": "漏报", "locks_on": wrong})
        assert (answer.status_code, wrong in answer.content.decode()) == (409, True)
    assert locks() == []  # what was refused left nothing
    later = timezone.localdate() + timedelta(days=5)
    assert client.post(url, {"verb": "unlock", "reason": "漏报", "locks_on": later.isoformat()}).status_code == 302
    assert (stored(cycle).locks_on, stored(cycle).is_locked) == (later, False)


def test_the_form_is_no_way_around_the_lock(cycle, signed_in):
    planned(cycle)
    client = signed_in(cycle.keeper)
    url = reverse("admin:projects_reportingperiod_change", args=[cycle.period.pk])
    later = timezone.localdate() + timedelta(days=5)
    client.post(url, {"year": 2020, "month": 6, "half": 0, "locks_on": later.isoformat()})
    period = stored(cycle)
    assert (period.is_locked, period.locks_on) == (True, PLANNED)


def test_the_form_takes_no_day_that_is_past(cycle, signed_in):
    client = signed_in(cycle.keeper)
    url = reverse("admin:projects_reportingperiod_change", args=[cycle.period.pk])
    answer = client.post(url, {"year": 2020, "month": 6, "half": 0, "locks_on": timezone.localdate().isoformat()})
    assert "应晚于今天" in answer.content.decode()
    assert stored(cycle).locks_on is None

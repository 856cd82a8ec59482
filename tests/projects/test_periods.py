"""Months open, fall due, are locked and opened for one unit; the guard gives one answer to everybody who writes."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from accounts.models import AuditEvent
from projects.models import LockException, ReportingPeriod, ReportingRule
from projects.returns import period_words
from projects.services.periods import (
    dates_for,
    grant_exception,
    lock_period,
    open_period,
    period_of,
    require_writable,
    revoke_exception,
    rule_for,
    unlock_period,
    writable,
)
from projects.services.reference import load_reference
from projects.values import Month
from projects.workflow import Refused
from tests.factories import make_period
from tests.projects.cycle import ahead, at, make_cycle

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle(db):
    return make_cycle()


def code_of(verb, **given):
    with pytest.raises(Refused) as said:
        verb(**given)
    return said.value.code


def test_guard_names_when_by_whom_and_how_to_ask(cycle):
    assert writable(cycle.unit.pk, cycle.period)
    locked = cycle.locked()
    found = writable(cycle.unit.pk, locked)
    assert (bool(found), found.code) == (False, "locked")
    assert found.zh == "2020年6月已由李敏于7月10日锁定。如需更正，请向市级管理员申请临时解锁，或在该项目当月的月度进展页提交更正。"
    assert "2020-06 was locked by 李敏 on 2020-07-10" in found.en


def test_a_month_that_opens_later_is_closed_till_then(cycle):
    cycle.period.opens_on = date(2020, 7, 1)
    assert writable(cycle.unit.pk, cycle.period, at(2020, 6, 30, 23, 59)).zh == "2020年6月尚未开放填报，7月1日开放。"
    assert writable(cycle.unit.pk, cycle.period, at(2020, 7, 1, 0, 0))


def test_an_exception_is_for_one_unit_for_a_while(cycle):
    cycle.locked()
    made = grant_exception(period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=ahead(10), actor=cycle.keeper, reason="补报")
    period = ReportingPeriod.objects.get(pk=cycle.period.pk)
    assert [bool(writable(unit.pk, period)) for unit in (cycle.unit, cycle.other)] == [True, False]
    assert [bool(writable(cycle.unit.pk, period, now)) for now in (ahead(9, 23), ahead(10, 1))] == [True, False]
    again = grant_exception(period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=ahead(20), actor=cycle.keeper, reason="再延")
    assert list(LockException.objects.filter(revoked_at=None)) == [again]
    revoke_exception(exception_id=again.pk, actor=cycle.keeper)
    assert not writable(cycle.unit.pk, period)
    made.refresh_from_db()
    assert made.revoked_by == cycle.keeper


def test_an_exception_ends_within_a_year_and_a_newer_one_takes_its_place(cycle, signed_in):
    cycle.locked()
    asked = {"period_id": cycle.period.pk, "unit_id": cycle.unit.pk, "actor": cycle.keeper, "reason": "补报"}
    with pytest.raises(Refused) as said:
        grant_exception(**asked, until=ahead(400))
    assert (said.value.code, "最长一年" in said.value.zh) == ("until", True)
    first = grant_exception(**asked, until=ahead(10))
    grant_exception(**asked, until=ahead(20))
    page = signed_in(cycle.keeper).get(reverse("admin:projects_reportingperiod_page", args=[cycle.period.pk]))
    assert [(row.until, row.is_replaced) for row in page.context["exceptions"]] == [(ahead(20), False), (first.until, True)]
    assert "已由新的临时解锁代替" in page.content.decode()
    revoke_exception(exception_id=LockException.objects.get(revoked_at=None).pk, actor=cycle.keeper)
    page = signed_in(cycle.keeper).get(reverse("admin:projects_reportingperiod_page", args=[cycle.period.pk]))
    assert [row.is_replaced for row in page.context["exceptions"]] == [False, True]


def test_require_refuses_for_any_unit_that_may_not(cycle):
    cycle.locked()
    grant_exception(period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=ahead(10), actor=cycle.keeper, reason="补报")
    require_writable([(cycle.unit.pk, cycle.period.pk)])
    assert code_of(lambda: require_writable([(cycle.unit.pk, cycle.period.pk), (cycle.other.pk, cycle.period.pk)])) == "locked"


@pytest.mark.parametrize("who", ["filler", "submitter", "checker", "officer"])
def test_only_who_keeps_the_months_locks_them(cycle, who):
    actor = getattr(cycle, who)
    assert code_of(lock_period, period_id=cycle.period.pk, actor=actor) == "role"
    assert code_of(open_period, month=Month(2020, 7), actor=actor) == "role"
    cycle.locked()
    assert code_of(unlock_period, period_id=cycle.period.pk, actor=actor, reason="要改") == "role"
    assert code_of(grant_exception, period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=ahead(10), actor=actor, reason="要改") == "role"


def test_locking_what_is_not_approved_takes_a_word(cycle):
    cycle.report(state="submitted")
    assert code_of(lock_period, period_id=cycle.period.pk, actor=cycle.keeper) == "reason"
    lock_period(period_id=cycle.period.pk, actor=cycle.keeper, reason="统计截止")
    assert code_of(lock_period, period_id=cycle.period.pk, actor=cycle.keeper, reason="再锁") == "state"
    assert AuditEvent.objects.get(event="period.lock").detail == {"reason": "统计截止", "not_approved": 1}


def test_unlocking_and_exceptions_take_a_reason_and_leave_a_trace(cycle):
    assert code_of(unlock_period, period_id=cycle.period.pk, actor=cycle.keeper, reason="x") == "state"
    assert code_of(grant_exception, period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=ahead(10), actor=cycle.keeper, reason="x") == "state"
    cycle.locked()
    assert code_of(unlock_period, period_id=cycle.period.pk, actor=cycle.keeper, reason=" ") == "reason"
    assert code_of(grant_exception, period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=at(2020, 1, 1), actor=cycle.keeper, reason="x") == "until"
    unlock_period(period_id=cycle.period.pk, actor=cycle.keeper, reason="漏报")
    assert AuditEvent.objects.get(event="period.unlock").detail["locked_by"] == "李敏"


def test_days_come_of_the_rule_of_the_month_then_of_the_year(cycle):
    ReportingRule.objects.create(year=2019, due_day=28, month_offset=0, shift="none")
    ReportingRule.objects.create(year=2020, due_day=5, lock_day=10, grace_days=3)
    ReportingRule.objects.create(year=2020, month=12, due_day=25, month_offset=0, shift="none")
    ReportingRule.objects.create(year=2020, half=1, due_day=13, month_offset=0, shift="none")
    assert [rule_for(Month(year, month)).due_day for year, month in ((2019, 12), (2020, 6), (2020, 12), (2021, 12))] == [28, 5, 25, 5]
    assert rule_for(Month(2018, 1)) is None
    assert dates_for(Month(2020, 6), 1).due_on == date(2020, 6, 13)
    period = open_period(month=Month(2020, 6), actor=cycle.keeper)
    assert (period.due_on, period.grace_until) == (date(2020, 7, 6), date(2020, 7, 9))
    assert dates_for(Month(2020, 6)).locks_on == date(2020, 7, 10)
    by_hand = open_period(month=Month(2020, 7), due_on=date(2020, 8, 20), actor=cycle.keeper)
    assert (by_hand.due_on, by_hand.grace_until) == (date(2020, 8, 20), date(2020, 8, 23))
    assert code_of(open_period, month=Month(2018, 7), actor=cycle.keeper) == "no_rule"


def test_the_seed_knows_the_holidays_of_2020(db):
    load_reference(settings.BASE_DIR / "fixtures" / "reference")
    # The 5th of May 2020 was the last day of a long holiday; 5 July a Sunday, 5 April the tomb-sweeping Sunday before a Monday off.
    due = [dates_for(Month(2020, month)).due_on for month in (3, 4, 6, 9)]
    assert due == [date(2020, 4, 7), date(2020, 5, 6), date(2020, 7, 6), date(2020, 10, 9)]


def test_halves_are_periods_of_their_own(cycle):
    half = period_of(Month(2020, 6), 1)
    assert (half.pk != cycle.period.pk, str(half), str(cycle.period)) == (True, "2020年6月上半月", "2020年6月")
    assert period_of(Month(2020, 6)) == cycle.period


@pytest.mark.parametrize("language,said", [("zh-hans", ("2020年8月上半月", "8月上半月")), ("en", ("8/2020 First half", "M8 First half"))])
def test_a_half_stands_apart_from_its_month_in_english(db, language, said):
    half = make_period(2020, 8, half=1)
    with override(language):
        assert (str(half), period_words(half.as_period).strip()) == said

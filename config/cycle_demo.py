"""The demo year's monthly cycle, by the verbs that people use: January to May handed in, approved and locked on their days of 2020; June
still open, its units at different points. No figure is touched, so that every table stays as it was.

A month locks itself on its planned day, and all of these days are past: the closed months say the day they were locked on, June says none.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from exchange import bulk
from projects.models import Door, MonthReport, ReportingPeriod, Source, changes_from
from projects.services.periods import dates_for, lock_period, open_period
from projects.services.reviews import move, move_many
from projects.values import Month
from projects.workflow import Verb

YEAR = 2020
CLOSED = (1, 2, 3, 4, 5)
OPEN = 6
# What June shows: units whose month is approved, handed in, and returned once; the others are drafts, 崂山 among them, for who tries it.
APPROVED, SUBMITTED, RETURNED = ("shinan", "licang"), ("shibei", "jimo", "gaoxin"), ("chengyang",)
_REMARK = {"done_month_wan": "与上月相比变动较大，请核实统计口径", "progress_text": "请写明本月完成的实物工程量"}


def at(period: ReportingPeriod, days_before_due: int, hour: int = 15) -> datetime:
    """A moment so many days before the month's due day."""
    assert period.due_on is not None
    return timezone.make_aware(datetime.combine(period.due_on - timedelta(days=days_before_due), time(hour)))


@transaction.atomic
def run_cycle() -> bool:
    """Carry the year's cycle out once; answers whether there was anything to do."""
    if ReportingPeriod.objects.filter(year=YEAR).exclude(locked_at=None).exists() or not MonthReport.objects.filter(period__year=YEAR).exists():
        return False
    keeper, reviewer, officer = (User.objects.get(username=name) for name in ("city", "reviewer", "officer"))
    for number in CLOSED:
        period = open_period(month=Month(YEAR, number), actor=keeper)
        ids = list(MonthReport.objects.filter(period=period).values_list("pk", flat=True))
        _hand_in(ids, officer, at(period, 3))
        _approve(ids, reviewer, at(period, 0))
        planned = dates_for(period.as_month)
        day = planned.locks_on if planned is not None and planned.locks_on is not None else timezone.localdate()
        lock_period(period_id=period.pk, actor=keeper, reason="按期锁定", at=timezone.make_aware(datetime.combine(day, time(9))))
        period = ReportingPeriod.objects.get(pk=period.pk)
        period.locks_on = day
        with changes_from(Source(Door.COMMAND, keeper.pk, None, "2020年演示数据")):
            period.save(update_fields=["locks_on"])
    _leave_june_open(keeper, reviewer, officer)
    return True


def _hand_in(ids: list[int], actor: User, when: datetime) -> None:
    move_many(verb=Verb.SUBMIT, report_ids=ids, actor=actor, at=when, reason="2020年演示数据", door=Door.COMMAND, write=bulk)


def _approve(ids: list[int], actor: User, when: datetime) -> None:
    move_many(verb=Verb.APPROVE, report_ids=ids, actor=actor, at=when, reason="2020年演示数据", door=Door.COMMAND, even_open=True, write=bulk)


def _leave_june_open(keeper: User, reviewer: User, officer: User) -> None:
    period = open_period(month=Month(YEAR, OPEN), actor=keeper)
    reports = MonthReport.objects.filter(period=period)
    for place, key in enumerate((*APPROVED, *SUBMITTED, *RETURNED)):
        ids = list(reports.filter(project__unit__key=key).values_list("pk", flat=True))
        # The last of those that only handed in did so after the grace.
        _hand_in(ids, officer, at(period, -5 if key == SUBMITTED[-1] else 1 + place % 3))
        if key in APPROVED:
            _approve(ids, reviewer, at(period, 0))
        if key in RETURNED and ids:
            move(verb=Verb.RETURN, report_id=ids[0], actor=reviewer, reason="数据与统计部门不一致，请核对后重新提交", cells=_REMARK, at=at(period, 0))

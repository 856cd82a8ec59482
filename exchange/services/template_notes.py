"""What is to be known of the month before its template is filled in: closed to the unit, open for a while, or not a reporting period at all."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import ReportingUnit
from projects.models import ReportingPeriod
from projects.period import Period
from projects.services.periods import exceptions_in_force, newest_open, stored_period, writable

Note = tuple[str, str]  # in Chinese and in English; both empty where there is nothing to say
NOTHING: Note = ("", "")


def period_note(unit: ReportingUnit | None, asked: Period | None) -> Note:
    """What to say of a month's template for a unit, or for any unit where none is chosen yet."""
    if asked is None:
        return NOTHING
    period = stored_period(asked)
    if period is None:
        return _unknown(asked)
    closed = writable(unit.pk if unit is not None else None, period)
    if not closed:
        return (
            f"{closed.zh}现在下载的填报表只能对照，填好传回不能入库。",
            f"{closed.en} A template taken now is for reading: what is filled in can't be committed.",
        )
    return _let_in(unit, period) if unit is not None else NOTHING


def _unknown(asked: Period) -> Note:
    newest = newest_open()
    zh = f"系统里没有{asked.zh}这个填报期，没有截止日期：请核对月份是否选错"
    en = f"{asked.en} is no reporting period yet and has no due day: make sure that it is the month you mean"
    if newest is not None and newest.as_period != asked:
        zh, en = f"{zh}，现在填报的是{newest.as_period.zh}", f"{en}; {newest.as_period.en} is the one open now"
    return f"{zh}。", f"{en}."


def _let_in(unit: ReportingUnit, period: ReportingPeriod) -> Note:
    found = exceptions_in_force([period]).get((unit.pk, period.pk))
    if found is None:
        return NOTHING
    until = f"{timezone.localtime(found.until):%Y-%m-%d %H:%M}"
    zh, en = period.as_period.zh, period.as_period.en
    return (
        f"{zh}已锁定，为{unit.name}临时解锁至{until}：在此之前传回才能入库。",
        f"{en} is locked, and {unit.name} is let in until {until}: what comes back later can't be committed.",
    )

"""Months that are reported twice: which months are, and why a part of a month can't be reported where it isn't. All by data, no setting."""

from __future__ import annotations

from projects.models import Half, ReportingPeriod, ReportingRule
from projects.period import Period
from projects.services.periods import newest_rule
from projects.values import Month
from projects.workflow import Refused


def halves_in_use() -> bool:
    """Whether the city reports any month twice."""
    of_periods, of_rules = (model.objects.exclude(half=Half.WHOLE).order_by().values("half") for model in (ReportingPeriod, ReportingRule))
    return of_periods.union(of_rules).count() > 0


def parts_of(month: Month) -> tuple[int, ...]:
    """In which parts a month is reported: as its stored periods say, else as the newest rules do; else as a whole."""
    stored = set(ReportingPeriod.objects.filter(year=month.year, month=month.month).values_list("half", flat=True))
    if not stored:
        ruled = [newest_rule(month, half) for half in (Half.WHOLE, Half.FIRST, Half.SECOND)]
        whole, *halves = [(rule.month is not None, rule.year) if rule is not None else (False, 0) for rule in ruled]
        stored = {Half.FIRST} if max(halves) > (False, 0) and max(halves) >= whole else {Half.WHOLE}
    if stored - {Half.WHOLE}:
        stored |= {Half.FIRST, Half.SECOND}
    return tuple(half for half in (Half.FIRST, Half.SECOND, Half.WHOLE) if half in stored)


def part_refusal(period: Period) -> Refused | None:
    """Why this part of the month is not reported, where it is not: a month is reported as a whole or in halves, never in both by chance."""
    if period.half in (parts := parts_of(period.month)):
        return None
    named = Period(period.month).zh
    if period.half == Half.WHOLE:
        first, second = (str(Period(period.month, half)) for half in parts)
        return Refused(
            "part",
            f"{named}分上、下半月填报，填报期请选{first}（上半月）或{second}（下半月）。",
            f"{period} is reported in halves: choose {first} or {second}.",
        )
    return Refused(
        "part",
        f"{named}按整月填报，填报期请选{period.month}；要按半月填报，请市级管理员先设半月的填报期或规则。",
        f"{period.month} is reported as a whole: choose {period.month}.",
    )

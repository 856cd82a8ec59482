"""Months that are reported twice: which months are, and why a part of a month can't be reported where it isn't. All by data, no setting."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from projects.models import Half, MonthReport, ReportingPeriod, ReportingRule
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
    return (Half.FIRST, Half.SECOND) if _in_halves(month) else (Half.WHOLE,)


def _in_halves(month: Month) -> bool:
    """Never both: where both were opened, what was reported decides, and halves go before the whole."""
    told = MonthReport.objects.filter(period=OuterRef("pk"))
    rows = ReportingPeriod.objects.filter(year=month.year, month=month.month).annotate(told=Exists(told))
    stored = dict(rows.values_list("half", "told"))
    if not stored:
        return _ruled_in_halves(month)
    return {half for half, is_told in stored.items() if is_told} != {Half.WHOLE} and bool(set(stored) - {Half.WHOLE})


def _ruled_in_halves(month: Month) -> bool:
    """What the newest rules say."""
    ruled = [newest_rule(month, half) for half in (Half.WHOLE, Half.FIRST, Half.SECOND)]
    whole, *halves = [(rule.month is not None, rule.year) if rule is not None else (False, 0) for rule in ruled]
    return max(halves) > (False, 0) and max(halves) >= whole


def leftovers(periods: Iterable[ReportingPeriod]) -> set[int]:
    """Of stored periods those that nobody is asked for: the whole of a month beside its halves, or halves beside the whole, without a
    report. Two queries for each month that was opened both ways, which is refused nowadays."""
    by_month: dict[Month, list[ReportingPeriod]] = {}
    for period in periods:
        by_month.setdefault(period.as_month, []).append(period)
    found: set[int] = set()
    for month, own in by_month.items():
        if len({period.half == Half.WHOLE for period in own}) > 1:
            parts = parts_of(month)
            idle = {period.pk for period in own if period.half not in parts}
            found |= idle - set(MonthReport.objects.filter(period__in=idle).values_list("period_id", flat=True))
    return found


def opening_refusal(period: Period, *, own: int | None = None) -> Refused | None:
    """Why a month may not be opened so, beside what is open of it already: as a whole where it is reported in halves, or the other way
    round. `own` is the row that is being changed."""
    month = period.month
    others = ReportingPeriod.objects.filter(year=month.year, month=month.month)
    if own is not None:
        others = others.exclude(pk=own)
    named = Period(month).zh
    if period.half == Half.WHOLE and (others.exclude(half=Half.WHOLE).exists() or (own is None and not others and _ruled_in_halves(month))):
        return Refused(
            "part",
            f"{named}已按上、下半月填报，不能再设整月的填报期，否则同一个月有两套数。",
            f"{month} is reported in halves and can't be opened as a whole month too.",
        )
    if period.half and others.filter(half=Half.WHOLE).exists():
        return Refused(
            "part",
            f"{named}已按整月填报，不能再设半月的填报期；整月还没有填报数据的，请把整月的填报期改为上半月。",
            f"{month} is reported as a whole and can't be opened in halves too; while it has no reports, change it to its first half.",
        )
    return None


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

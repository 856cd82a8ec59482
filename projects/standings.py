"""The projects of a campaign with how each stands on a day, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from projects.campaigns import Aim, Goal, Pace, Span, Tally, due_wan, pace, tally
from projects.measures import schedule
from projects.models import AnnualPlan, Campaign, CampaignProject, MonthReport, in_time
from projects.period import FIRST_HALF
from projects.values import Month, PartialDate

_FIRST_HALF_ENDS = 15
PACE_WORDS = {Pace.DONE: _("已完成"), Pace.ON_WAY: _("推进中"), Pace.BEHIND: _("滞后"), Pace.WITHOUT: _("无目标")}


@dataclass(frozen=True, slots=True)
class Standing:
    """One project of a campaign on a day."""

    member: CampaignProject
    aim: Aim
    pace: Pace
    due_wan: Any


@dataclass(frozen=True, slots=True)
class UnitTally:
    unit_id: int
    unit: str
    tally: Tally


def span_of(campaign: Campaign) -> Span:
    return Span(campaign.begins_on, campaign.ends_on)


def standings(campaign: Campaign, members: QuerySet[CampaignProject], day: date) -> list[Standing]:
    """Those of `members` that belong to the campaign on the day, in print order. One query.

    Money is that of the last period which had ended by the day; what is reported of months after the one it ends in moves it no more.
    """
    until = min(day, month_end(campaign.ends_on))
    year = until.year
    rows = (
        members.filter(campaign=campaign, joined_on__lte=day)
        .filter(Q(left_on=None) | Q(left_on__gt=day))
        .select_related("project__unit")
        .annotate(
            done=_newest(until, year),
            base=_newest(campaign.begins_on - timedelta(days=1), year),
            plan=Subquery(AnnualPlan.objects.filter(project=OuterRef("project"), year=year, month=None).values("plan_wan")[:1]),
        )
        .order_by("project__unit__sort_order", "project__unit_id", "pk")
    )
    return [_standing(campaign, row, day) for row in rows]


def month_end(day: date) -> date:
    return Month(day.year, day.month).last_day


def _newest(until: date, year: int) -> Subquery:
    """The cumulative figure of the year's newest period that had ended by the day: what is reported of a period stands at its end."""
    ended = Q(period__month__lt=until.month)
    if until == month_end(until):
        ended |= Q(period__month=until.month)
    elif until.day >= _FIRST_HALF_ENDS:
        ended |= Q(period__month=until.month, period__half=FIRST_HALF)
    reports = MonthReport.objects.filter(ended if until.year == year else Q(pk=None), project=OuterRef("project"), period__year=year)
    return Subquery(reports.exclude(done_ytd_wan=None).order_by(*in_time("period__", newest=True)).values("done_ytd_wan")[:1])


def _standing(campaign: Campaign, row: Any, day: date) -> Standing:
    target = row.target_wan
    if target is None and row.plan is not None:
        target = row.plan * schedule(campaign.ends_on.month)
    started = PartialDate.parse(row.project.actual_start).first_day if row.project.actual_start else None
    span = Span(campaign.begins_on, row.due_on or campaign.ends_on)
    aim = Aim(Goal(campaign.goal), span, target if campaign.goal == Campaign.Goal.INVEST else None, row.base, row.done, started)
    return Standing(row, aim, pace(aim, day), due_wan(aim, day))


def total_of(rows: Iterable[Standing]) -> Tally:
    return tally((row.aim, row.pace) for row in rows)


def by_unit(rows: Sequence[Standing]) -> list[UnitTally]:
    """The same rows by unit, in print order."""
    groups = groupby(rows, key=lambda row: row.member.project.unit)
    return [UnitTally(unit.pk, unit.short_name, total_of(group)) for unit, group in groups]

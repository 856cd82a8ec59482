"""What a dashboard shows beside the figures of progress: who has not reported, problems past their day, campaigns, and the year's money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import ReportingUnit
from accounts.roles import Action
from accounts.scope import for_user
from funding.figures import MonthMoney, bond_course
from funding.models import FundEntry
from projects.campaigns import Tally
from projects.history import rows_at
from projects.models import Campaign, CampaignProject, Obstacle
from projects.obstacles import Counts, count, is_open
from projects.returns import Cell, matrix
from projects.standings import span_of, standings, total_of
from reports.figures import figures
from reports.money_pivot import last_day
from reports.pivot_rows import PivotRow
from reports.selection import Question, Reach

SHOWN = 8  # rows of a section; the page behind its link has all of them
CAMPAIGNS = 3
_OF_CITY = ("central_given_wan", "bond_quota_wan", "bond_issued_wan")
_OF_PROJECTS = (
    *("bond_assigned_wan", "bond_arrived_wan", "bond_paid_wan"),
    *("central_assigned_wan", "central_arrived_wan", "central_paid_wan", "central_completed_wan"),
    *("assigned_wan", "arrived_wan", "paid_wan", "waiting_wan", "idle_wan", "paid_rate"),
)


def day_of(question: Question) -> date:
    """The day the page is looked at from: what was known then, and of a month that is over its last day."""
    return min(question.known or timezone.localdate(), last_day(question))


def owing(units: Iterable[ReportingUnit], question: Question, *, whole_year: bool = False) -> list[Cell]:
    """The months that units still owe something of, in print order. Of a past day's knowledge nothing is said. Six queries at most."""
    if question.moment.state is not None:
        return []
    months = range(1, 13) if whole_year else [question.month.month]
    found = matrix(units, question.month.year, months=months)
    return [cell for _unit, cells in found.rows for cell in cells if cell.period is not None and cell.owes]


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem that is still open, and by how many days it is late (0: not yet)."""

    obstacle: Obstacle
    days_late: int


@dataclass(frozen=True, slots=True)
class Problems:
    counts: Counts
    day: date
    rows: Sequence[Problem]


def problems(user: Any, question: Question) -> Problems:
    """How many problems there are on the day, and those that are due first. Two queries."""
    day = question.known or timezone.localdate()
    rows = for_user(Obstacle.objects.all(), user, Action.VIEW)
    if question.unit:
        rows = rows.filter(project__unit__key=question.unit)
    due = rows.filter(is_open(day), raised_on__lte=day).select_related("project__unit", "owner_unit")
    first = due.order_by(F("due_on").asc(nulls_last=True), "raised_on", "pk")[:SHOWN]
    return Problems(count(rows, day), day, [Problem(row, max((day - row.due_on).days, 0) if row.due_on is not None else 0) for row in first])


@dataclass(frozen=True, slots=True)
class Countdown:
    campaign: Campaign
    days_left: int
    day_number: int
    length: int
    tally: Tally


def countdowns(user: Any, question: Question) -> list[Countdown]:
    """The campaigns that are under way on the day, those that end first. One query, and one for each, of which there are three at most."""
    day = day_of(question)
    members = for_user(CampaignProject.objects.all(), user, Action.VIEW)
    if question.unit:
        members = members.filter(project__unit__key=question.unit)
    found = []
    for campaign in Campaign.objects.filter(begins_on__lte=day, ends_on__gte=day).order_by("ends_on", "pk")[:CAMPAIGNS]:
        span = span_of(campaign)
        told = total_of(standings(campaign, members, day))
        found.append(Countdown(campaign, span.days_left(day), span.day_number(day), span.day_number(campaign.ends_on), told))
    return found


@dataclass(frozen=True, slots=True)
class MoneyToday:
    """The year's money at the month's end. `told` holds measures by key; the city's own only where the whole city is asked of."""

    told: PivotRow
    course: Sequence[MonthMoney]
    of_city: bool


def money_of(reach: Reach, question: Question) -> MoneyToday:
    """Bonds and central money by the measures of the ledger, and the bonds month by month for the whole city. Eleven queries at most."""
    asked = replace(question, approved=False)  # the ledger is not reviewed month by month
    narrowed = bool(question.unit or question.sector or question.kind or not question.whole)
    of_city = reach.whole_city and not narrowed
    names = (*_OF_CITY, *_OF_PROJECTS) if of_city else _OF_PROJECTS
    told = figures(reach, asked, ["month"], names).wholes[0]
    return MoneyToday(told, _course(question) if of_city else (), of_city)


def _course(question: Question) -> list[MonthMoney]:
    entries: QuerySet[FundEntry] = rows_at(FundEntry, question.moment.state)
    return bond_course(question.month.year, entries, last_day(question), question.moment.state)

"""Work against money: by how much what a project has built runs ahead of all the money that has come to it. Reads only.

Known only of projects with a finance plan in force: of the others nobody has said what came from elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from funding.figures import flows_by
from funding.measures import Flow
from funding.models import FinanceLine, FinancePlan, FundEntry
from projects.models import MonthReport, in_time
from projects.values import Month

_ZERO = Decimal(0)


def works_ahead(projects: Collection[int], until: date) -> dict[int, Decimal]:
    """Project → 万元 of work beyond its money by the day, of those where there is any. Three queries.

    Work is what the newest month that had ended says was done since the start; money is what accounts say arrived by the day, and what
    the plan in force says came without them.
    """
    lines = FinanceLine.objects.filter(plan__state=FinancePlan.State.CURRENT, plan__project__among=sorted(projects)).order_by()
    beside = dict(lines.values_list("plan__project").annotate(Sum("other_arrived_wan")))
    arrived = flows_by(FundEntry.objects.filter(account__project__among=sorted(beside)), "account__project", until)
    found = {}
    for project, built in _built(beside, until).items():
        ahead = built - beside[project] - arrived.get(project, Flow()).arrived_wan
        if ahead > 0:
            found[project] = ahead
    return found


def _built(projects: Collection[int], until: date) -> dict[int, Decimal]:
    """Project → done since its start, by its newest report of a month that had ended."""
    last = Month.of(until + timedelta(days=1)).previous
    ended = Q(period__year__lt=last.year) | Q(period__year=last.year, period__month__lte=last.month)
    rows = MonthReport.objects.filter(ended, project__among=sorted(projects)).exclude(cum_total_wan=None).order_by(*in_time("period__"))
    told: list[tuple[int, Any]] = list(rows.values_list("project", "cum_total_wan"))
    return dict(told)

"""How many problems (存在问题) there are and how they stand on a day: the one place that counts them for pages and reports.

The day is an argument: asked for a day that is past, a problem raised later is not there yet, and one resolved later is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _


class Standing(StrEnum):
    """How a problem stands. Overdue ones are open too, and counted as such."""

    OPEN = "open"
    OVERDUE = "overdue"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Counts:
    """Of `total` problems raised so many are open, so many of those overdue, and the others resolved."""

    total: int = 0
    open: int = 0
    overdue: int = 0

    @property
    def resolved(self) -> int:
        return self.total - self.open


@dataclass(frozen=True, slots=True)
class UnitCounts:
    unit_id: int
    unit: str
    counts: Counts


def standing(obstacle: Any, day: date) -> Standing:
    if obstacle.resolved_on is not None and obstacle.resolved_on <= day:
        return Standing.RESOLVED
    return Standing.OVERDUE if obstacle.due_on is not None and obstacle.due_on < day else Standing.OPEN


def is_open(day: date) -> Q:
    return Q(resolved_on=None) | Q(resolved_on__gt=day)


def is_overdue(day: date) -> Q:
    return is_open(day) & Q(due_on__lt=day)


def count(rows: QuerySet[Any], day: date) -> Counts:
    """Count the problems of a queryset as of a day. One query."""
    found = _counted(rows, day).aggregate(total=Count("pk"), open=Count("pk", filter=is_open(day)), overdue=Count("pk", filter=is_overdue(day)))
    return Counts(**found)


def count_by_unit(rows: QuerySet[Any], day: date) -> list[UnitCounts]:
    """The same by the project's unit, in print order; units without problems are left out. One query."""
    found = (
        _counted(rows, day)
        .values("project__unit", "project__unit__short_name", "project__unit__sort_order")
        .annotate(total=Count("pk"), open=Count("pk", filter=is_open(day)), overdue=Count("pk", filter=is_overdue(day)))
        .order_by("project__unit__sort_order", "project__unit")
    )
    return [UnitCounts(row["project__unit"], row["project__unit__short_name"], Counts(row["total"], row["open"], row["overdue"])) for row in found]


def _counted(rows: QuerySet[Any], day: date) -> QuerySet[Any]:
    return rows.filter(raised_on__lte=day).order_by()


def said(counts: Counts) -> str:
    """The counts as a report says them: “749件全部办结”."""
    if not counts.total:
        return _("没有登记的问题")
    if not counts.open:
        return _("%(n)s件全部办结") % {"n": counts.total}
    told = _("共%(n)s件，已办结%(resolved)s件，未办结%(open)s件") % {"n": counts.total, "resolved": counts.resolved, "open": counts.open}
    return told + (_("，其中超期%(n)s件") % {"n": counts.overdue} if counts.overdue else "")

"""Which projects a table speaks of: what the reader may reach, narrowed to a month, a list, a unit or a sector.

Which projects are counted when no list is asked for is `projects.counting`'s answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet

from accounts.models import ReportingUnit
from accounts.roles import Action
from accounts.scope import city_wide, for_user, units_for_user
from projects.counting import counted, on_any_list, on_versions, unlisted, versions_in_effect
from projects.models import ListVersion, MonthReport, Project, ReportingPeriod
from projects.values import Month

NONE = "none"  # the key of what has no sector, or is on no list
KINDS: tuple[str, ...] = tuple(Project.Kind.values)  # in the order they are printed


@dataclass(frozen=True, slots=True)
class Reach:
    """What the reader may see: projects, units, and whether that is the whole city (only then ranks mean anything)."""

    projects: QuerySet[Project]
    units: QuerySet[ReportingUnit]
    whole_city: bool


def reach_of(user: Any, action: Action = Action.VIEW) -> Reach:
    """The reach of a person, by role and unit, to see figures or to take them out as files."""
    return Reach(for_user(Project.objects.all(), user, action), units_for_user(user, action), city_wide(user, action))


def whole_reach() -> Reach:
    """Everything, for a command that the server's own administrator runs."""
    return Reach(Project.objects.all(), ReportingUnit.objects.all(), True)


@dataclass(frozen=True, slots=True)
class Question:
    """A month, and which projects: all, those of one list version, or those on one kind of list; narrowed to a unit, a kind, a sector."""

    month: Month
    version: int | None = None
    lists: str = ""  # a kind of list, or NONE for what is on no list
    kind: str = ""  # the project's own kind
    unit: str = ""
    sector: str = ""

    @property
    def whole(self) -> bool:
        """Whether no list was asked for: every list in effect, and what is on none."""
        return self.version is None and not self.lists


@dataclass(frozen=True, slots=True)
class Selection:
    """The projects that a question speaks of, joined with the year's plan, the month's report and the month before."""

    question: Question
    projects: QuerySet[Project]
    versions: Sequence[ListVersion]
    dropped: QuerySet[Project]
    due: date | None = None
    locked_at: datetime | None = None


def select(reach: Reach, question: Question) -> Selection:
    """Find the projects that the question speaks of. Two queries; the projects themselves are not read."""
    versions = _versions(question)
    periods = {period.as_month: period for period in _periods(question.month)}
    chosen = reach.projects.filter(on_versions(versions))
    if question.lists == NONE:
        chosen = unlisted(reach.projects)
    elif question.whole:
        chosen = counted(reach.projects, versions)
    period = periods.get(question.month)
    return Selection(
        question=question,
        projects=_joined(_narrowed(chosen, question), question.month, period, periods.get(question.month.previous)),
        versions=versions,
        dropped=_narrowed(reach.projects.filter(on_any_list() & ~on_versions(versions)), question),
        due=period.due_on if period else None,
        locked_at=period.locked_at if period else None,
    )


def _versions(question: Question) -> list[ListVersion]:
    if question.version is not None:
        return list(ListVersion.objects.filter(pk=question.version).select_related("list"))
    return [version for version in versions_in_effect(question.month) if question.lists in ("", version.list.kind)]


def _periods(month: Month) -> Iterable[ReportingPeriod]:
    before = month.previous
    return ReportingPeriod.objects.filter(Q(year=month.year, month=month.month) | Q(year=before.year, month=before.month))


def _narrowed(projects: QuerySet[Project], question: Question) -> QuerySet[Project]:
    if question.unit:
        projects = projects.filter(unit__key=question.unit)
    if question.kind:
        projects = projects.filter(kind=question.kind)
    if question.sector == NONE:
        return projects.filter(sector=None)
    if question.sector:
        scheme, _, code = question.sector.partition(".")
        projects = projects.filter(sector__scheme=scheme, sector__code=code)
    return projects


def _joined(projects: QuerySet[Project], month: Month, period: ReportingPeriod | None, earlier: ReportingPeriod | None) -> QuerySet[Project]:
    """Join at most one plan and two reports to each project (each is unique by constraint), so that no row is counted twice."""
    in_year = earlier is not None and earlier.year == month.year
    return projects.annotate(
        plan=FilteredRelation("annual_plans", condition=Q(annual_plans__year=month.year, annual_plans__month=None)),
        report=FilteredRelation("months", condition=Q(months__period=period.pk if period else 0)),
        earlier=FilteredRelation("months", condition=Q(months__period=earlier.pk if earlier is not None and in_year else 0)),
    )


def latest_month(reach: Reach) -> Month | None:
    """The newest month for which anything in reach was reported. One query."""
    found = (
        MonthReport.objects.filter(project__in=reach.projects)
        .order_by("-period__year", "-period__month")
        .values_list("period__year", "period__month")
        .first()
    )
    return Month(*found) if found else None

"""Which projects a table speaks of: what the reader may reach, narrowed to a month, a list, a unit or a sector.

Which projects are counted when no list is asked for is `projects.counting`'s answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import ReportingUnit
from accounts.roles import Action
from accounts.scope import city_wide, for_user, units_for_user
from projects.counting import counted, on_any_list, on_versions, unlisted, versions_in_effect
from projects.figures import told, with_figures, with_places, with_reports
from projects.history import rows_at
from projects.models import Classification, Cut, Entry, ListVersion, MonthReport, Project
from projects.models.fields import WanField
from projects.moment import Moment
from projects.period import WHOLE, Period
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
    """A month, and which projects: all, those of one list version, or those on one kind of list; narrowed to a unit, a kind, a sector.

    `known` is the day up to which knowledge counts; without one, everything known now does.
    """

    month: Month
    version: int | None = None
    lists: str = ""  # a kind of list, or NONE for what is on no list
    kind: str = ""  # the project's own kind
    unit: str = ""
    sector: str = ""
    known: date | None = None
    half: int = WHOLE
    approved: bool = False  # only what was approved counts; the other reports are as if they had not come
    cut: Cut | None = None  # a pinned state, instead of a known day

    @property
    def moment(self) -> Moment:
        return Moment(self.month, self.known, self.half, self.approved, self.cut)

    @property
    def period(self) -> Period:
        return Period(self.month, self.half)

    @property
    def whole(self) -> bool:
        """Whether no list was asked for: every list in effect, and what is on none."""
        return self.version is None and not self.lists


@dataclass(frozen=True, slots=True)
class Selection:
    """The projects that a question speaks of, each with what the month says of it (`projects.figures`), and the month before."""

    question: Question
    projects: QuerySet[Any]
    versions: Sequence[ListVersion]
    dropped: QuerySet[Project]


def select(reach: Reach, question: Question) -> Selection:
    """Find the projects that the question speaks of. One query; the projects themselves are not read."""
    until = question.moment.state
    versions = _versions(question)
    mine = with_places(reach.projects, question.moment)
    chosen = mine.filter(on_versions(versions, until))
    if question.lists == NONE:
        chosen = unlisted(mine, until)
    elif question.whole:
        chosen = counted(mine, versions, until)
    return Selection(
        question=question,
        projects=_with_figures(narrowed(chosen, question), question),
        versions=versions,
        dropped=narrowed(mine.filter(on_any_list(until) & ~on_versions(versions, until)), question),
    )


def _versions(question: Question) -> list[ListVersion]:
    if question.version is not None:
        return list(ListVersion.objects.filter(pk=question.version).select_related("list"))
    found = versions_in_effect(question.month, question.moment.state)
    return [version for version in found if question.lists in ("", version.list.kind)]


def narrowed(projects: QuerySet[Any], question: Question) -> QuerySet[Any]:
    if question.unit:
        projects = projects.filter(unit_then__in=ReportingUnit.objects.filter(key=question.unit).values("pk"))
    if question.kind:
        projects = projects.filter(kind_then=question.kind)
    if question.sector == NONE:
        return projects.filter(sector_then=None)
    if question.sector:
        scheme, _, code = question.sector.partition(".")
        projects = projects.filter(sector_then__in=Classification.objects.filter(scheme=scheme, code=code).values("pk"))
    return projects


def _with_figures(projects: QuerySet[Project], question: Question) -> QuerySet[Project]:
    """The figures of the month and of the month before, within the year; a version asked for by number speaks with the totals it printed."""
    until = question.moment.state
    projects = with_figures(projects, question.moment)
    before = question.moment.before
    if before is None:
        projects = projects.annotate(earlier_then=Value(None, output_field=WanField()))
    else:
        projects = with_reports(projects, before).annotate(earlier_then=told(before, "done_ytd_wan"))
    if question.version is None:
        return projects.annotate(printed_then=F("total_then"))
    entries = rows_at(Entry, until).filter(project_id=OuterRef("pk"), version_id=question.version)
    printed = Subquery(entries.values("total_wan")[:1], output_field=WanField())
    return projects.annotate(printed_then=Coalesce(printed, F("total_then")))


def latest_month(reach: Reach) -> Month | None:
    """The newest month for which anything in reach was reported. One query."""
    found = (
        MonthReport.objects.filter(project__in=reach.projects)
        .order_by("-period__year", "-period__month")
        .values_list("period__year", "period__month")
        .first()
    )
    return Month(*found) if found else None

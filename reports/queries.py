"""What the selected projects add up to, and what each of them says: plain rows, in a fixed number of queries.

Sums are made by the database over whole 分, so they are exact; rates, ranks and rounding are `projects.measures` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, FilteredRelation, Max, OuterRef, Q, Sum

from accounts.models import ReportingUnit
from projects.measures import Amount, Sums
from projects.models import Classification, Entry, ListVersion, MonthReport
from projects.values import Month
from reports.selection import KINDS, Question, Reach, Selection, select


@dataclass(slots=True)
class Group:
    """Projects of one unit, kind and sector that are on the same kinds of list, added up."""

    unit_id: int
    kind: str
    sector_id: int | None
    on: frozenset[str]
    sums: Sums
    cum_total: Amount  # done since the start
    earlier: Amount  # year to date, a month ago
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CityFigures:
    """All that a city table needs: the groups, the names of their keys, and what has to be noted."""

    question: Question
    groups: Sequence[Group]
    units: Sequence[ReportingUnit]
    sectors: Sequence[Classification]
    versions: Sequence[ListVersion]
    on_two_lists: int
    dropped: int
    whole_city: bool
    changed_at: datetime | None


def _amount(name: str, field_name: str, approx: str | None = None) -> dict[str, Any]:
    known = Q(**{f"{field_name}__isnull": False})
    wanted: dict[str, Any] = {f"{name}_sum": Sum(field_name), f"{name}_known": Count(field_name)}
    if approx:
        wanted[f"{name}_approx"] = Count("pk", filter=known & Q(**{approx: True}))
    return wanted


def group_figures(selection: Selection) -> list[Group]:
    """Add the selected projects up by unit, kind, sector and the kinds of list they are on. One query."""
    mine = Entry.objects.filter(project=OuterRef("pk"), version__in=[version.pk for version in selection.versions])
    rows = (
        selection.projects.annotate(**{f"on_{kind}": Exists(mine.filter(version__list__kind=kind)) for kind in KINDS})
        .order_by()
        .values("unit_id", "kind", "sector_id", *(f"on_{kind}" for kind in KINDS))
        .annotate(
            n=Count("pk"),
            **_amount("total", "total_wan", "is_approx"),
            **_amount("planned", "plan__plan_wan"),
            **_amount("month", "report__done_month_wan", "report__is_approx"),
            **_amount("ytd", "report__done_ytd_wan", "report__is_approx"),
            **_amount("cum", "report__cum_total_wan", "report__is_approx"),
            **_amount("before", "earlier__done_ytd_wan"),
            project_at=Max("updated_at"),
            plan_at=Max("plan__updated_at"),
            report_at=Max("report__updated_at"),
        )
    )
    return [_group(row) for row in rows]


def _group(row: dict[str, Any]) -> Group:
    moments = [row[name] for name in ("project_at", "plan_at", "report_at") if row[name] is not None]
    return Group(
        unit_id=row["unit_id"],
        kind=row["kind"],
        sector_id=row["sector_id"],
        on=frozenset(kind for kind in KINDS if row[f"on_{kind}"]),
        sums=Sums(row["n"], _sum(row, "total"), _sum(row, "planned"), _sum(row, "month"), _sum(row, "ytd")),
        cum_total=_sum(row, "cum"),
        earlier=_sum(row, "before"),
        changed_at=max(moments, default=None),
    )


def _sum(row: dict[str, Any], name: str) -> Amount:
    known = row[f"{name}_known"]
    return Amount(row[f"{name}_sum"] or Decimal(0), known, row["n"] - known, row.get(f"{name}_approx", 0))


def city_figures(reach: Reach, question: Question) -> CityFigures:
    """Everything for a city table in a month. Seven queries at most, whatever the number of projects, units and sectors."""
    selection = select(reach, question)
    groups = group_figures(selection)
    in_effect = [version.pk for version in selection.versions]
    twice = (
        Entry.objects.filter(version__in=in_effect, project__in=selection.projects.order_by().values("pk"))
        .order_by()
        .values("project")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
    )
    return CityFigures(
        question=question,
        groups=groups,
        units=list(reach.units),
        sectors=list(Classification.objects.filter(scheme__in=[Classification.Scheme.SECTOR, Classification.Scheme.SEI])),
        versions=selection.versions,
        on_two_lists=twice.count(),
        dropped=selection.dropped.count() if question.whole else 0,
        whole_city=reach.whole_city,
        changed_at=max((group.changed_at for group in groups if group.changed_at), default=None),
    )


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project with its month, as the detail table lists it."""

    pk: int
    name: str
    code: str
    unit: str
    unit_key: str
    sector: str
    total_wan: Decimal | None
    plan_wan: Decimal | None
    month_wan: Decimal | None
    ytd_wan: Decimal | None
    cum_total_wan: Decimal | None
    progress_text: str
    problems: str
    total_approx: bool
    done_approx: bool


_ROW_FIELDS = (
    "pk",
    "name",
    "main_code__code",
    "unit__short_name",
    "unit__key",
    "sector__name",
    "total_wan",
    "plan__plan_wan",
    "report__done_month_wan",
    "report__done_ytd_wan",
    "report__cum_total_wan",
    "report__progress_text",
    "report__problems",
    "is_approx",
    "report__is_approx",
)
_TEXTS = {2, 5, 11, 12}
_FLAGS = {13, 14}


def project_rows(selection: Selection, start: int = 0, stop: int | None = None) -> list[ProjectRow]:
    """The selected projects one by one, by unit and then by sector. One query."""
    found = (
        selection.projects.annotate(main_code=FilteredRelation("codes", condition=Q(codes__role="primary")))
        .order_by("unit__sort_order", "unit_id", "kind", "sector__sort_order", "pk")
        .values_list(*_ROW_FIELDS)[start:stop]
    )
    return [ProjectRow(*(_filled(at, value) for at, value in enumerate(row))) for row in found]


def _filled(at: int, value: Any) -> Any:
    """A text that is not there is blank, a mark that is not there is not set; money stays unknown."""
    if value is None:
        return "" if at in _TEXTS else False if at in _FLAGS else None
    return value


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a project's month came from: the door, the person, and the upload if it was one."""

    door: str
    upload_id: int | None
    person: str
    at: datetime


def origins(project_ids: Sequence[int], month: Month) -> dict[int, Origin]:
    """The latest write of each project's report of the month. One query."""
    history = MonthReport.history.filter(project_id__in=project_ids, period__year=month.year, period__month=month.month)
    rows = history.order_by("history_id").values_list(
        "project_id", "door", "upload_id", "history_user__display_name", "history_user__username", "history_date"
    )
    return {pk: Origin(door, upload, name or username or "", at) for pk, door, upload, name, username, at in rows}

"""What the selected projects add up to, and what each of them says: plain rows, in a fixed number of queries.

Every figure is read once a project, by `projects.figures`, and added up by `projects.measures`, which also make rates and ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Coalesce, Greatest

from accounts.models import ReportingUnit
from projects.figures import DATES, each_told, planned, told, with_dates
from projects.history import lines_until, rows_at
from projects.measures import Amount, Sums
from projects.models import Classification, Correction, Entry, ListVersion, MonthReport, ReportingPeriod
from projects.moment import Moment
from projects.period import PARTS_UP_TO, WHOLE
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
    corrections: int = 0  # approved corrections of the month's figures, which stand beside what was published


_FIGURES = ("printed_then", "plan_then", "month_then", "ytd_then")


def group_figures(selection: Selection) -> list[Group]:
    """Add the selected projects up by unit, kind, sector and the kinds of list they are on. Two queries."""
    moment = selection.question.moment
    entries = rows_at(Entry, moment.state).filter(project_id=OuterRef("pk"))
    on = {
        f"on_{kind}": Exists(entries.filter(version_id__in=[version.pk for version in selection.versions if version.list.kind == kind]))
        for kind in KINDS
    }
    rows = (
        selection.projects.annotate(**on, **_months(moment), newest_at=_newest_at(moment))
        .order_by()
        .values_list("unit_then", "kind_then", "sector_then", *on, *_FIGURES, "approx_then", "done_approx", "cum_then", "earlier_then", "newest_at")
    )
    groups: dict[tuple[Any, ...], Group] = {}
    for unit, kind, sector, *rest in rows.iterator(chunk_size=2000):
        marks, figures = rest[: len(KINDS)], rest[len(KINDS) :]
        key = (unit, kind, sector, *marks)
        group = groups.get(key)
        if group is None:
            listed = frozenset(name for name, mark in zip(KINDS, marks, strict=True) if mark)
            group = groups[key] = Group(unit, kind, sector, listed, Sums(), Amount(), Amount(), None)
        _add(group, *figures)
    return list(groups.values())


def _months(moment: Moment) -> dict[str, Any]:
    """What the month's report says beside its figures."""
    return {"done_approx": told(moment, "is_approx", BooleanField()), "cum_then": told(moment, "cum_total_wan")}


def _newest_at(moment: Moment) -> Greatest:
    """When anything of the project was written last. Both halves are looked at only where the month has some. One query."""
    periods = ReportingPeriod.objects.filter(year=moment.month.year, month=moment.month.month)
    reports = each_told(moment, "updated_at")
    asked = reports if periods.exclude(half=WHOLE).exists() else reports[:1]
    written: list[Any] = [planned(moment, "updated_at"), *asked]
    return Greatest(F("updated_at"), *(Coalesce(at, F("updated_at")) for at in written))


def _add(
    group: Group,
    total: Decimal | None,
    plan: Decimal | None,
    month: Decimal | None,
    ytd: Decimal | None,
    total_approx: bool,
    done_approx: bool | None,
    cum_total: Decimal | None,
    earlier: Decimal | None,
    changed_at: datetime,
) -> None:
    """Take one project in."""
    group.sums.add(total, plan, month, ytd, total_approx=total_approx, done_approx=bool(done_approx))
    group.cum_total.add(cum_total, approx=bool(done_approx))
    group.earlier.add(earlier)
    group.changed_at = changed_at if group.changed_at is None else max(group.changed_at, changed_at)


def city_figures(reach: Reach, question: Question) -> CityFigures:
    """Everything for a city table in a month. Seven queries at most, whatever the number of projects, units and sectors."""
    selection = select(reach, question)
    groups = group_figures(selection)
    in_effect = [version.pk for version in selection.versions]
    twice = (
        rows_at(Entry, question.moment.state)
        .filter(version_id__in=in_effect, project_id__in=selection.projects.order_by().values("pk"))
        .order_by()
        .values("project_id")
        .annotate(times=Count("id"))
        .filter(times__gt=1)
    )
    return CityFigures(
        question=question,
        groups=groups,
        units=[unit for unit in reach.units if question.unit in ("", unit.key)],
        sectors=list(Classification.objects.filter(scheme__in=[Classification.Scheme.SECTOR, Classification.Scheme.SEI])),
        versions=selection.versions,
        on_two_lists=twice.count(),
        dropped=selection.dropped.count() if question.whole else 0,
        whole_city=reach.whole_city and not question.unit,
        changed_at=max((group.changed_at for group in groups if group.changed_at), default=None),
        corrections=len(corrections_in(selection)),
    )


def corrections_in(selection: Selection) -> list[Correction]:
    """The figures of the selected projects' month that were corrected after the lock and not changed since, as far as known.

    One query, and one more where any was corrected.
    """
    moment = selection.question.moment
    rows = Correction.objects.filter(report__project__in=selection.projects.order_by().values("pk"), state=Correction.State.APPROVED)
    rows = rows.filter(report__period__year=moment.month.year, report__period__month=moment.month.month)
    rows = rows.filter(report__period__half__in=PARTS_UP_TO[moment.half]).select_related("report")
    found = list(rows if moment.instant is None else rows.filter(settled_at__lte=moment.instant))
    wanted = {correction.report_id for correction in found}
    then = {report.id: report for report in rows_at(MonthReport, moment.state).filter(id__in=wanted)} if wanted else {}
    return [correction for correction in found if correction.report_id in then and correction.stands_beside(then[correction.report_id])]


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
    planned_start: str  # dates as precisely as they are known
    planned_finish: str
    actual_start: str
    actual_finish: str


_ROW_FIELDS = (
    "pk",
    "name_then",
    "main_code__code",
    "unit_name",
    "unit_key",
    "sector_name",
    "printed_then",
    "plan_then",
    "month_then",
    "ytd_then",
    "cum_then",
    "progress_then",
    "problems_then",
    "approx_then",
    "done_approx",
    *(f"{name}_then" for name in DATES),
)
_TEXTS = {2, 5, 11, 12, 15, 16, 17, 18}
_FLAGS = {13, 14}


def project_rows(selection: Selection, start: int = 0, stop: int | None = None) -> list[ProjectRow]:
    """The selected projects one by one, by unit and then by sector. One query."""
    moment = selection.question.moment
    unit = ReportingUnit.objects.filter(pk=OuterRef("unit_then"))
    sector = Classification.objects.filter(pk=OuterRef("sector_then"))
    dated: QuerySet[Any] = with_dates(selection.projects, moment)
    found = (
        dated.annotate(
            main_code=FilteredRelation("codes", condition=Q(codes__role="primary")),
            unit_name=Subquery(unit.values("short_name")[:1]),
            unit_key=Subquery(unit.values("key")[:1]),
            unit_order=Subquery(unit.values("sort_order")[:1]),
            sector_name=Subquery(sector.values("name")[:1]),
            sector_order=Subquery(sector.values("sort_order")[:1]),
            progress_then=told(moment, "progress_text", TextField()),
            problems_then=told(moment, "problems", TextField()),
            **_months(moment),
        )
        .order_by("unit_order", "unit_then", "kind_then", "sector_order", "pk")
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


def origins(project_ids: Sequence[int], moment: Moment) -> dict[int, Origin]:
    """The latest write of each project's report of the month, as known. One query."""
    month = moment.month
    history = lines_until(MonthReport, moment.state).filter(project_id__in=project_ids, period__year=month.year, period__month=month.month)
    history = history.filter(period__half__in=PARTS_UP_TO[moment.half])
    rows = history.order_by("history_id").values_list(
        "project_id", "door", "upload_id", "history_user__display_name", "history_user__username", "history_date", "state"
    )
    last = {pk: (Origin(door, upload, name or username or "", at), state) for pk, door, upload, name, username, at, state in rows}
    return {pk: origin for pk, (origin, state) in last.items() if not moment.approved or state == MonthReport.State.APPROVED}

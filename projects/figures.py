"""What a month says of each project, by the two clocks: the month that is described, and the day up to which knowledge counts.

Every door that prints figures (project list, overview, project page, city table, its files) reads them from `with_figures`; added up
they are by `projects.measures`. With a known day everything is read from history: a project's unit, kind, sector and stage too.

A month that is reported in halves stands at what the newest of its halves says (year to date, total since the start, texts), and its own
figure is the sum of its halves; a second half asked for by itself says its own. The whole month, where it is reported, goes before both.

A project's total investment is that of the described month: what a newer list version, or an adjustment with a later date, changed
since is not yet counted. A correction without a date holds at once, for every month.

As known now, the plan and the reports of a month are joined to the projects (`with_reports`), so that the database reads each table once
whatever it is asked of them; of a past day they are looked up in history, project by project.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Field,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from projects.history import State, rows_at
from projects.measures import Amount, MonthFigures, Sums, month_figures
from projects.models import AnnualPlan, Entry, MonthReport, PlanVersion, Project, ReportingPeriod
from projects.models.fields import WanField
from projects.moment import Moment
from projects.period import PARTS_UP_TO, WHOLE
from projects.values import Month

_EVER = date(1900, 1, 1)
# What a project itself was on the known day, beside its figures: annotation → column.
_OWN: dict[str, tuple[str, Any]] = {
    "unit_then": ("unit_id", BigIntegerField()),
    "kind_then": ("kind", CharField()),
    "sector_then": ("sector_id", BigIntegerField()),
    "stage_then": ("stage", CharField()),
    "name_then": ("name", CharField()),
    "approx_then": ("is_approx", BooleanField()),
}

# The dates between which a project goes, each with the precision its source had: their columns, to which `_then` is added.
DATES = ("planned_start", "planned_finish", "actual_start", "actual_finish")


def with_figures(projects: QuerySet[Project], moment: Moment) -> QuerySet[Project]:
    """Add `total_then`, `plan_then`, `month_then`, `ytd_then`, all in 万元, and the month's number.

    With a known day the figures are those that the database held at its end, and projects that it did not know then are left out.
    """
    until, year = moment.state, moment.month.year
    if until is not None:
        projects = projects.filter(Exists(rows_at(Project, until).filter(id=OuterRef("pk"))))
    else:
        projects = projects.alias(**{_plan(moment): FilteredRelation("annual_plans", condition=Q(annual_plans__year=year, annual_plans__month=None))})
    return with_reports(projects, moment).annotate(
        month_number=Value(moment.month.month),
        total_then=_total(moment),
        plan_then=planned(moment, "plan_wan", WanField()),
        month_then=done(moment),
        ytd_then=told(moment, "done_ytd_wan"),
    )


def with_places(projects: QuerySet[Project], moment: Moment) -> QuerySet[Project]:
    """Add what the project was: the ids and keys of unit, kind, sector and stage, its name, and whether its total is approximate."""
    return projects.annotate(**_own(moment, _OWN))


def with_dates(projects: QuerySet[Project], moment: Moment) -> QuerySet[Project]:
    """Add when the project was to start and finish, and when it did (`planned_start_then` and so on)."""
    return projects.annotate(**_own(moment, {f"{name}_then": (name, CharField()) for name in DATES}))


def _own(moment: Moment, wanted: Mapping[str, tuple[str, Any]]) -> dict[str, Any]:
    """Columns of the project itself, as they were."""
    until = moment.state
    if until is None:
        return {name: F(column) for name, (column, _field) in wanted.items()}
    rows = rows_at(Project, until).filter(id=OuterRef("pk"))
    return {name: Subquery(rows.values(column)[:1], output_field=field) for name, (column, field) in wanted.items()}


# --- What was reported -------------------------------------------------------------------------------------------------------------


def with_reports(projects: QuerySet[Project], moment: Moment) -> QuerySet[Project]:
    """Let `told` and `done` be asked of the projects, each of which has one report of a part of a month at most.

    To be called once for a month; `with_figures` does so for its own, and for the plan. Nothing is joined that is not asked for.
    """
    if moment.state is not None:
        return projects
    month = moment.month
    relations: dict[str, Any] = {}
    for half in PARTS_UP_TO[moment.half]:
        relations[_report(moment, half)] = FilteredRelation("months", condition=Q(months__period=Subquery(_period(month, half))))
    return projects.alias(**relations)


def _plan(moment: Moment) -> str:
    return f"plan_of_{moment.month.year}"


def _report(moment: Moment, half: int) -> str:
    return f"report_of_{moment.month.index}_{half}"


def _period(month: Month, half: int) -> Any:
    return ReportingPeriod.objects.filter(year=month.year, month=month.month, half=half).order_by().values("pk")[:1]


def planned(moment: Moment, column: str, output_field: Field[Any, Any] | None = None) -> Any:
    """What the year's plan has in a column."""
    until = moment.state
    if until is None:
        return F(f"{_plan(moment)}__{column}")
    plans = rows_at(AnnualPlan, until).filter(project_id=OuterRef("pk"), year=moment.month.year, month=None)
    return Subquery(plans.values(column)[:1], output_field=output_field)


def told(moment: Moment, column: str, output_field: Field[Any, Any] | None = None) -> Any:
    """What the newest report of the period that says it has in a money column; in another with its field."""
    spoken = each_told(moment, column, output_field or WanField())
    return Coalesce(*spoken) if len(spoken) > 1 else spoken[0]


def each_told(moment: Moment, column: str, output_field: Field[Any, Any] | None = None) -> list[Any]:
    """What every report behind the period's figures has in a column, the newest first."""
    return [_said(moment, half, column, output_field) for half in PARTS_UP_TO[moment.half]]


def done(moment: Moment) -> Any:
    """What was done in the period itself; in a month that is reported in halves, in both."""
    spoken = each_told(moment, "done_month_wan", WanField())
    if moment.half != WHOLE:
        return spoken[0]
    whole, second, first = spoken
    return Coalesce(whole, ExpressionWrapper(second + first, output_field=WanField()), second, first)


def _said(moment: Moment, half: int, column: str, output_field: Field[Any, Any] | None) -> Any:
    """What the report of the month, or of this half of it, has in a column."""
    until, report = moment.state, _report(moment, half)
    if until is not None:
        return Subquery(_reports_at(moment, half, until).values(column)[:1], output_field=output_field)
    if moment.approved:
        return Case(When(**{f"{report}__state": MonthReport.State.APPROVED}, then=F(f"{report}__{column}")), output_field=output_field)
    return F(f"{report}__{column}")


def _reports_at(moment: Moment, half: int, until: State) -> QuerySet[Any]:
    """The report in history, of the project in an outer query."""
    reports = rows_at(MonthReport, until).filter(project_id=OuterRef("pk"))
    if moment.approved:
        reports = reports.filter(state=MonthReport.State.APPROVED)
    # A period stands on as many lines as there are projects: found must be the project's own, by an expression on the other.
    own: QuerySet[Any] = reports.alias(of_period=Coalesce("period_id", "period_id")).filter(of_period=Subquery(_period(moment.month, half)))
    return own


def months_reported(state: State = None) -> list[Month]:
    """The months that anything was reported of. One query."""
    reports = rows_at(MonthReport, state).filter(period_id=OuterRef("pk"))
    found = ReportingPeriod.objects.filter(Exists(reports)).order_by().values_list("year", "month")
    return sorted({Month(*one) for one in found})


# --- Total investment --------------------------------------------------------------------------------------------------------------


def _wan(rows: QuerySet[Any], column: str) -> Subquery:
    return Subquery(rows.values(column)[:1], output_field=WanField())


def _total(moment: Moment) -> Case:
    """The total investment at the end of the month: today's, unless something with a date later than that changed it."""
    until, end = moment.state, moment.month.last_day
    now: Any = F("total_wan") if until is None else _wan(rows_at(Project, until).filter(id=OuterRef("pk")), "total_wan")
    entries = rows_at(Entry, until).filter(project_id=OuterRef("pk")).exclude(total_wan=None)
    decided = rows_at(PlanVersion, until).filter(project_id=OuterRef("pk")).exclude(total_wan=None)
    listed = entries.filter(version__as_of__lte=end).order_by("-version__as_of", "-version_id")
    listed_on = Subquery(
        rows_at(Entry, until)
        .filter(project_id=OuterRef("project_id"), version__as_of__lte=end)
        .exclude(total_wan=None)
        .order_by("-version__as_of")
        .values("version__as_of")[:1]
    )
    # What was adjusted between that list and the end of the month; an adjustment without a date took effect when it was written.
    adjusted = (
        decided.filter(is_baseline=False)
        .annotate(effective=Coalesce("decided_on", TruncDate("updated_at")))
        .filter(effective__lte=end, effective__gt=Coalesce(listed_on, Value(_EVER)))
        .order_by("-number")
    )
    baseline = decided.filter(is_baseline=True).order_by("number")
    before = Coalesce(_wan(adjusted, "total_wan"), _wan(listed, "total_wan"), _wan(baseline, "total_wan"), now)
    moved_later = Exists(entries.filter(version__as_of__gt=end)) | Exists(decided.filter(decided_on__gt=end))
    return Case(When(moved_later, then=before), default=now, output_field=WanField())


def figures_of(projects: QuerySet[Project], month: Month) -> MonthFigures:
    """Add up all projects of a queryset made by `with_figures`. One query."""
    names = ("total", "plan", "month", "ytd")
    reported = Q(ytd_then__isnull=False)
    wanted: dict[str, Any] = {name: Sum(f"{name}_then") for name in names} | {f"n_{name}": Count(f"{name}_then") for name in names}
    found = projects.order_by().aggregate(
        n=Count("pk"), **wanted, reported_plan=Sum("plan_then", filter=reported), n_reported_plan=Count("plan_then", filter=reported)
    )
    parts = {name: _amount(found[name], found[f"n_{name}"], found["n"]) for name in names}
    own = _amount(found["reported_plan"], found["n_reported_plan"], found["n_ytd"])
    return month_figures(Sums(found["n"], **parts, reported_plan=own), month)


def _amount(total: Decimal | None, known: int, count: int) -> Amount:
    return Amount(total or Decimal(0), known, count - known)

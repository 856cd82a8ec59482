"""What each project counts for in a month, as rows for the database to add up: the plain answer, of which the kept totals are a copy.

Figures come from `projects.figures` alone, places from there too, who is counted from `projects.counting`; here they are only laid out
under the names of `MonthFact`, so that kept rows and rows just worked out can stand in one statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from projects.counting import on_any_list, versions_in_effect
from projects.figures import done, told, with_dates, with_figures, with_places
from projects.history import rows_at
from projects.models import Entry, Project, ReportingPeriod, SummaryMark
from projects.moment import Moment
from projects.stages import Stage
from projects.values import Month

KEYS = ("at", "unit_id", "kind", "sector_id", "standing")
UNLISTED = 4
# The bit of a kind of list in effect; its place in the order of kinds, which only ever grows at its end.
LIST_BITS: dict[str, int] = {"infrastructure": 1, "emerging": 2}
_AMOUNTS = ("total", "plan", "month", "ytd", "cum", "month_ok", "ytd_ok", "cum_ok")
_ROUGH = {"total": "total_rough", **dict.fromkeys(("month", "ytd", "cum"), "rough"), **dict.fromkeys(("month_ok", "ytd_ok", "cum_ok"), "rough_ok")}
# How far a project has come by the month's end, told by its dates alone: 1 or 0.
COUNTS = ("to_start", "begun", "started", "going_on", "finished")
FACT_COLUMNS = (
    *("at", "project_id", "unit_id", "kind", "sector_id", "stage", "standing", "total", "total_rough", "plan"),
    *("month", "ytd", "cum", "rough", "month_ok", "ytd_ok", "cum_ok", "rough_ok"),
    *COUNTS,
)
_DATES = ("planned_start", "actual_start", "actual_finish")
_YEAR = "f_at / 12"
_HAS_FINISHED = "COALESCE(i_actual_finish <= f_at, FALSE)"
# By a date that is known to the year, half or quarter alone, a project has come so far from the first month it may mean.
_REACHED: dict[str, str] = {
    # To start this year: planned to, and not begun in a year before.
    "to_start": f"i_planned_start / 12 = {_YEAR} AND COALESCE(i_actual_start / 12, {_YEAR}) >= {_YEAR}",
    "begun": f"i_planned_start / 12 = {_YEAR} AND i_actual_start / 12 = {_YEAR} AND i_actual_start <= f_at",
    "started": f"i_actual_start / 12 = {_YEAR} AND i_actual_start <= f_at AND NOT {_HAS_FINISHED}",
    "going_on": f"i_actual_start / 12 < {_YEAR} AND NOT {_HAS_FINISHED}",
    "finished": _HAS_FINISHED,
}


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of a statement with its parameters."""

    text: str
    params: tuple[Any, ...] = ()


def _amounts() -> dict[str, tuple[str, str]]:
    """Amount → (how it is read from a fact, the mark that it is rough)."""
    found = {name: (name, _ROUGH.get(name, "0")) for name in _AMOUNTS}
    for suffix in ("", "_ok"):
        found[f"own_plan{suffix}"] = (f"CASE WHEN ytd{suffix} IS NOT NULL THEN plan END", "0")
    return found


def _sums() -> dict[str, str]:
    """Column of `MonthSum` → what a fact adds to it."""
    columns = {"n": "1", **{name: name for name in COUNTS}}
    for name, (amount, rough) in _amounts().items():
        columns[name] = f"COALESCE({amount}, 0)"
        columns[f"{name}_n"] = f"CASE WHEN {amount} IS NOT NULL THEN 1 ELSE 0 END"
        if rough != "0":
            columns[f"{name}_rough"] = f"CASE WHEN {amount} IS NOT NULL THEN {rough} ELSE 0 END"
    return columns


SUMS = _sums()


def added_up(facts: Sql, keys: Sequence[str] = KEYS, *, sign: int = 1, columns: Iterable[str] = SUMS) -> Sql:
    """Add rows of facts (a statement in brackets, or a table) up by their keys, under columns of `MonthSum`; with a sign, to take away."""
    sums = ", ".join(f"CAST(SUM({'-' if sign < 0 else ''}({SUMS[name]})) AS bigint) AS {name}" for name in columns)
    names = ", ".join(keys)
    return Sql(f"SELECT {names}, {sums} FROM {facts.text} GROUP BY {names}", facts.params)  # noqa: S608 -- our own names


def fact_rows(projects: QuerySet[Any], moment: Moment, versions: Sequence[tuple[int, str]], *, total: str = "total_then", both: bool = True) -> Sql:
    """The facts of projects that have their figures and places (`projects.figures`), as a statement in brackets.

    `versions`, by id and kind of list, are those in effect. With `both` the columns of approved reports are worked out too; else they are blank.
    """
    asked = with_dates(projects, moment).annotate(
        **_placed(moment, versions),
        f_total=F(total),
        f_total_rough=F("approx_then"),
        f_plan=F("plan_then"),
        **{f"f_{name}": F(f"{name}_then") for name in _DATES},
        **_said(moment, ""),
        **(_said(replace(moment, approved=True), "_ok") if both else {}),
    )
    left = ("standing", *COUNTS)
    names = [f"f_{name}" for name in (*FACT_COLUMNS, *_DATES) if name not in left and (both or not name.endswith("_ok"))]
    inner, params = asked.order_by().values_list(*names, *_STANDING).query.sql_with_params()
    months = ", ".join(f"{_month_index(f'f_{name}')} AS i_{name}" for name in _DATES)
    dated = f"worked_out AS MATERIALIZED ({inner}), dated AS (SELECT worked_out.*, {months} FROM worked_out)"  # noqa: S608
    return Sql(f"(WITH {dated} SELECT {_laid_out(both=both)} FROM dated)", tuple(params))  # noqa: S608


def _month_index(text: str) -> str:
    """The first month that a partial date may mean, as `Month.index`; none of what is blank."""
    part = f"substr({text}, 6, 2)"
    first = "WHEN '' THEN 0 WHEN 'H1' THEN 0 WHEN 'H2' THEN 6 WHEN 'Q1' THEN 0 WHEN 'Q2' THEN 3 WHEN 'Q3' THEN 6 WHEN 'Q4' THEN 9"
    months = f"CASE {part} {first} ELSE CAST({part} AS integer) - 1 END"
    return f"CASE WHEN {text} > '' THEN CAST(substr({text}, 1, 4) AS integer) * 12 + {months} END"


_STANDING = ("f_on_infrastructure", "f_on_emerging", "f_ever_listed")


def _placed(moment: Moment, versions: Sequence[tuple[int, str]]) -> dict[str, Any]:
    until = moment.state
    entries = rows_at(Entry, until).filter(project_id=OuterRef("pk"))
    on = {f"f_on_{kind}": Exists(entries.filter(version_id__in=[pk for pk, of_kind in versions if of_kind == kind])) for kind in LIST_BITS}
    return {
        "f_at": Value(moment.month.index, output_field=IntegerField()),
        "f_project_id": F("pk"),
        "f_unit_id": F("unit_then"),
        "f_kind": F("kind_then"),
        "f_sector_id": Coalesce("sector_then", Value(0)),
        "f_stage": F("stage_then"),
        "f_ever_listed": on_any_list(until),
        **on,
    }


def places_of(projects: QuerySet[Any], moment: Moment, versions: Sequence[tuple[int, str]]) -> dict[int, tuple[int, str, int, str, int]]:
    """Where projects stand that have their places (`with_places`): unit, kind, sector, stage, standing. One query."""
    names = ("f_unit_id", "f_kind", "f_sector_id", "f_stage")
    found = {}
    for pk, unit, kind, sector, stage, *on, ever in projects.annotate(**_placed(moment, versions)).order_by().values_list("pk", *names, *_STANDING):
        bits = sum(bit for is_on, bit in zip(on, LIST_BITS.values(), strict=True) if is_on)
        found[pk] = (unit, kind, sector, stage, bits + (0 if ever or stage == Stage.OUT else UNLISTED))
    return found


def _said(moment: Moment, suffix: str) -> dict[str, Any]:
    """What the month's reports say; of approved reports alone where the moment asks so."""
    return {
        f"f_month{suffix}": done(moment),
        f"f_ytd{suffix}": told(moment, "done_ytd_wan"),
        f"f_cum{suffix}": told(moment, "cum_total_wan"),
        f"f_rough{suffix}": told(moment, "is_approx", BooleanField()),
    }


def _laid_out(*, both: bool) -> str:
    """The columns of a fact from what was worked out; a mark is 1 or 0."""
    standing = " + ".join(f"CASE WHEN f_on_{kind} THEN {bit} ELSE 0 END" for kind, bit in LIST_BITS.items())
    unlisted = f"CASE WHEN NOT f_ever_listed AND f_stage <> '{Stage.OUT}' THEN {UNLISTED} ELSE 0 END"
    columns = []
    for name in FACT_COLUMNS:
        if name == "standing":
            columns.append(f"{standing} + {unlisted} AS standing")
        elif name.endswith("_ok") and not both:
            columns.append(f"{'0' if name == 'rough_ok' else 'CAST(NULL AS bigint)'} AS {name}")
        elif name in _REACHED:
            columns.append(f"CASE WHEN {_REACHED[name]} THEN 1 ELSE 0 END AS {name}")
        elif name in ("total_rough", "rough", "rough_ok"):
            columns.append(f"CASE WHEN f_{name} THEN 1 ELSE 0 END AS {name}")
        else:
            columns.append(f"f_{name} AS {name}")
    return ", ".join(columns)


class Scope(StrEnum):
    """Of which projects the facts of a month are asked."""

    ALL = "all"
    MARKED = "marked"  # a write may have changed them since the last fold
    IDS = "ids"


def facts_of_month(month: Month, scope: Scope = Scope.ALL, ids: Sequence[int] = ()) -> Sql:
    """The facts of a month as they are known now. One query beside, for the lists in effect."""
    versions = tuple((row.pk, row.list.kind) for row in versions_in_effect(month))
    found = _worded(month, versions, scope, connection.vendor, timezone.get_current_timezone_name())
    return Sql(found.text, tuple(_given(ids) if value == _given(_NOBODY) else value for value in found.params))


_NOBODY = (-1,)  # stands for the ids in a statement that is kept


def _given(ids: Sequence[int]) -> Any:
    """Ids as the lookup `among` hands them over."""
    return list(ids) if connection.vendor == "postgresql" else json.dumps(list(ids))


@lru_cache(maxsize=512)
def _worded(month: Month, versions: tuple[tuple[int, str], ...], scope: Scope, _vendor: str, _zone: str) -> Sql:
    """The statement of a month in words. To put it in words takes longer than to carry it out for a few projects, so it is kept."""
    projects = Project.objects.all()
    if scope is Scope.MARKED:
        projects = projects.filter(pk__in=marked_ids(month))
    elif scope is Scope.IDS:
        projects = projects.filter(pk__among=list(_NOBODY))
    moment = Moment(month)
    return fact_rows(with_places(with_figures(projects, moment), moment), moment, versions)


def marked_ids(month: Month) -> QuerySet[Any, Any]:
    """The projects that a write may have changed in a month since the last fold."""
    marks = SummaryMark.objects.order_by()
    periods = ReportingPeriod.objects.filter(year=month.year, month=month.month).order_by().values("pk")
    own = marks.exclude(project_id=None).filter(Q(year=None) | Q(year=month.year)).filter(Q(period_id=None) | Q(period_id__in=periods))
    listed = Entry.objects.order_by().filter(version__list_id__in=marks.exclude(list_id=None).values("list_id"))
    everything = Exists(marks.filter(project_id=None, period_id=None, list_id=None))
    every = Project.objects.order_by().filter(everything)
    return own.values_list("project_id").union(listed.values_list("project_id"), every.values_list("pk"))

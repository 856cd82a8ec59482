"""Folding: marked projects are worked out again and the kept totals moved by the difference (why this is right: `projects.summary`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from projects.models import Entry, MonthFact, MonthSum, SummaryMark, SummedMonth
from projects.models.progress import ReportingPeriod
from projects.monthly import FACT_COLUMNS, KEYS, SUMS, Scope, Sql, added_up, facts_of_month
from projects.summary import kept_months, stored_facts
from projects.values import Month

_FOLDING = "month totals"  # the name of the lock
_MANY = 1000  # marks taken at once, after which their table is tidied


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold did: marks taken, project-months worked out again, months newly kept."""

    marks: int = 0
    projects: int = 0
    new_months: int = 0


@dataclass(slots=True)
class _Marked:
    """Which projects were marked: in all months, in a year, in a month, or every one."""

    always: set[int] = field(default_factory=set)
    in_year: dict[int, set[int]] = field(default_factory=dict)
    in_month: dict[Month, set[int]] = field(default_factory=dict)
    every: bool = False

    def of(self, month: Month) -> set[int]:
        return self.always | self.in_year.get(month.year, set()) | self.in_month.get(month, set())


def fold() -> Folded | None:
    """Take all marks and bring the kept totals up to them; months that were reported for the first time are kept from now on.

    None where another fold is at work. Running it again does nothing.
    """
    if not SummaryMark.objects.exists() and SummedMonth.objects.exists():
        return Folded()
    with transaction.atomic():
        if not _alone():
            return None
        taken = _take_marks()
        marked = _resolve(taken)
        projects = 0
        for month in kept_months():
            if marked.every:
                _rework(month)
            elif ids := marked.of(month):
                projects += len(ids)
                _move(month, sorted(ids))
        done = Folded(len(taken), projects, len(_keep_new()))
    _tidy(done.marks)
    return done


def rebuild() -> list[Month]:
    """Work every month out anew, from nothing. Writers are not held up; what they write meanwhile is marked and folded later."""
    with transaction.atomic():
        _wait()
        taken = len(_take_marks())
        months = kept_months()
        for month in months:
            _rework(month)
        months = sorted([*months, *_keep_new()])
    _tidy(taken)
    return months


def _tidy(marks: int) -> None:
    """Let PostgreSQL forget many marks at once: every reader looks whether there is one, and would find the dead ones first.

    Nobody waits for it, and it waits for nobody. In a transaction (of a test) it cannot be done.
    """
    if marks >= _MANY and connection.vendor == "postgresql" and not connection.in_atomic_block:
        _run(Sql("VACUUM (SKIP_LOCKED, TRUNCATE FALSE) projects_summarymark"))


def _keep_new() -> list[Month]:
    known = set(kept_months())
    reported = ReportingPeriod.objects.filter(reports__isnull=False).order_by().values_list("year", "month").distinct()
    fresh = sorted({Month(*found) for found in reported} - known)
    for month in fresh:
        _rework(month)
        SummedMonth.objects.create(at=month.index)
    return fresh


# --- Marks -------------------------------------------------------------------------------------------------------------------------


def _alone() -> bool:
    """Try the lock that folds exclude one another by, held to the end of the transaction. SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [_FOLDING])
        return bool(cursor.fetchone()[0])


def _wait() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_FOLDING])


def _take_marks() -> list[tuple[int | None, int | None, int | None, int | None]]:
    """Delete the marks of one snapshot and answer them: what is written later stays marked."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM projects_summarymark RETURNING project_id, period_id, list_id, year")
        return list(cursor.fetchall())


def _resolve(taken: Iterable[tuple[int | None, int | None, int | None, int | None]]) -> _Marked:
    marked = _Marked()
    by_period: dict[int, set[int]] = {}
    lists = set()
    for project, period, of_list, year in taken:
        if of_list is not None:
            lists.add(of_list)
        elif project is None:
            marked.every = True
        elif period is not None:
            by_period.setdefault(period, set()).add(project)
        elif year is not None:
            marked.in_year.setdefault(year, set()).add(project)
        else:
            marked.always.add(project)
    for pk, year, month in ReportingPeriod.objects.filter(pk__among=sorted(by_period)).values_list("pk", "year", "month"):
        marked.in_month.setdefault(Month(year, month), set()).update(by_period[pk])
    marked.always |= set(Entry.objects.order_by().filter(version__list__among=sorted(lists)).values_list("project_id", flat=True))
    return marked


# --- Totals ------------------------------------------------------------------------------------------------------------------------


def _move(month: Month, ids: Sequence[int]) -> None:
    """Take some projects out of the sums as they were, and put them in as they are. Five statements."""
    which = Q(project_id__among=ids)
    before = added_up(stored_facts(month, which), sign=-1)
    _run(_upsert(before))
    MonthFact.objects.filter(which, at=month.index).delete()
    _run(_filled(facts_of_month(month, Scope.IDS, ids)))
    _run(_upsert(added_up(stored_facts(month, which))))
    MonthSum.objects.filter(at=month.index, n=0).delete()


def _rework(month: Month) -> None:
    """Work a whole month out anew."""
    MonthSum.objects.filter(at=month.index).delete()
    MonthFact.objects.filter(at=month.index).delete()
    _run(_filled(facts_of_month(month)))
    _run(_upsert(added_up(stored_facts(month, Q()))))


def _filled(facts: Sql) -> Sql:
    columns = ", ".join(FACT_COLUMNS)
    return Sql(f"INSERT INTO projects_monthfact ({columns}) SELECT {columns} FROM {facts.text} worked", facts.params)  # noqa: S608


def _upsert(sums: Sql) -> Sql:
    """Add grouped rows to the sums. A key that is new comes with what is put in, never with what is taken out."""
    names, keys = ", ".join((*KEYS, *SUMS)), ", ".join(KEYS)
    moved = ", ".join(f"{name} = projects_monthsum.{name} + excluded.{name}" for name in SUMS)
    text = f"INSERT INTO projects_monthsum ({names}) SELECT {names} FROM ({sums.text}) moved WHERE true ON CONFLICT ({keys}) DO UPDATE SET {moved}"  # noqa: S608
    return Sql(text, sums.params)


def _run(statement: Sql) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        return cursor.rowcount

"""Pivots from kept month totals beside the plain aggregate and the ORM's own: a month, a year, folding, rebuilding.

    .venv/bin/python -m benchmarks.figures [--projects 100000] [--months 12] [--repeat 5] [--small]

Runs on a private PostgreSQL (or DATABASE_URL, which is filled). Projects of 90 units and 30 sectors are made by the database itself, all
on one list; each has a plan and a report a month. Medians of wall time, everything in one process and one run, with the processor time of
this process beside it (the database's own is not in it). `fill` makes the data for other measurements too.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
UNITS, SECTORS, YEAR = 90, 30, 2025


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--projects", type=int, default=100_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--small", action="store_true", help="300 projects, 3 months: to see that it works")
    options = parser.parse_args()
    if options.small:
        options.projects, options.months, options.repeat = 300, 3, 1
    os.environ["PIPELINE_EMBEDDED"] = "1"
    os.environ["PIPELINE_DATA_DIR"] = tempfile.mkdtemp(prefix="pipeline-bench-")
    if not os.environ.get("DATABASE_URL"):
        from tests.postgres import start_server

        os.environ["DATABASE_URL"] = start_server()
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=True)
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    fill(options.projects, options.months)
    measure(options)


def run(text: str, *params: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text, params or None)


def fill(projects: int, months: int) -> None:
    """Make the rows set-wise: a template of each kind by the ORM, copied by the database."""
    from datetime import date

    from accounts.models import ReportingUnit
    from projects.models import AnnualPlan, Classification, Entry, ListVersion, MonthReport, Project, ProjectList, ReportingPeriod

    begun = time.perf_counter()
    units = [
        ReportingUnit.objects.create(key=f"b{n}", name=f"单位{n}", short_name=f"单位{n}", kind="district", sort_order=n).pk for n in range(UNITS)
    ]
    sectors = [Classification.objects.create(scheme="infrastructure_sector", code=f"b{n}", name=f"领域{n}", sort_order=n).pk for n in range(SECTORS)]
    if any(after - before != 1 for found in (units, sectors) for before, after in itertools.pairwise(found)):
        sys.exit("somebody else writes to this database")
    listed = ProjectList.objects.create(key="bench", name="bench", year=YEAR, kind="infrastructure")
    version = ListVersion.objects.create(list=listed, number=1, as_of=date(YEAR, 1, 10))
    periods = [ReportingPeriod.objects.create(year=YEAR, month=month).pk for month in range(1, months + 1)]
    first = Project.objects.create(
        uid="B-0", name="b0", name_key="b0", kind="infrastructure", unit_id=units[0], sector_id=sectors[0], stage="build", total_wan=1
    )
    pick = {
        "uid": "'B-' || i",
        "name": "'b' || i",
        "name_key": "'b' || i",
        "unit_id": f"{units[0]} + (i * 7919) % {UNITS}",
        "sector_id": f"{sectors[0]} + (i / 7) % {SECTORS}",
        "stage": "CASE i % 3 WHEN 0 THEN 'prep' WHEN 1 THEN 'build' ELSE 'done' END",
        "total_wan": "CAST(1000000 AS bigint) * (1 + (i * 104729) % 1048573)",
    }
    numbers = f"WITH RECURSIVE n(i) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < {projects - 1}) SELECT i FROM n"
    copy(first, pick, f"({numbers}) numbers", "true")
    every = "projects_project p"
    plan = AnnualPlan.objects.create(project=first, year=YEAR, plan_wan=1)
    others = f"p.id <> {first.pk}"
    copy(plan, {"project_id": "p.id", "plan_wan": "1 + p.total_wan / 3"}, every, others)
    copy(Entry.objects.create(project=first, version=version, total_wan=1), {"project_id": "p.id", "total_wan": "p.total_wan"}, every, others)
    report = MonthReport.objects.create(project=first, period_id=periods[0], done_month_wan=1, done_ytd_wan=1, cum_total_wan=1)
    done = {"project_id": "p.id", "period_id": "q.id", "done_month_wan": "p.total_wan / 40", "done_ytd_wan": "q.month * (p.total_wan / 40)"}
    done |= {"cum_total_wan": "p.total_wan / 2", "state": "CASE WHEN p.id % 4 = 0 THEN 'draft' ELSE 'approved' END"}
    copy(report, done, f"{every}, projects_reportingperiod q", f"p.id <> {first.pk} OR q.id <> {periods[0]}")
    run("ANALYZE")
    print(f"filled {projects:,} projects, {projects * months:,} reports in {time.perf_counter() - begun:.0f} s", flush=True)


def copy(row: Any, other: dict[str, str], source: str, where: str) -> None:
    """Copy a row with other columns for each row of a source."""
    table = row._meta.db_table
    names = [field.column for field in row._meta.concrete_fields if field.column != "id"]
    values = ", ".join(other.get(name, f"t.{name}") for name in names)
    run(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {source} CROSS JOIN {table} t WHERE t.id = {row.pk} AND ({where})")


def measure(options: argparse.Namespace) -> None:
    from projects.models import MonthReport, MonthSum, SummaryMark, SummedMonth
    from projects.services.summing import fold, rebuild
    from projects.summary import differences
    from projects.values import Month
    from reports.pivot import pivot
    from reports.queries import city_figures
    from reports.selection import Question, whole_reach

    months = [Month(YEAR, number) for number in range(1, options.months + 1)]
    month = months[len(months) // 2]
    question, reach = Question(month), whole_reach()
    say("city table's groups, from the records", lambda: city_figures(reach, question), 1)
    say("plain pivot, a month by unit × sector", lambda: pivot(reach, question, ["unit", "sector"]), 1)
    say("ORM: reports by unit, sector of a month", lambda: orm(month.month), options.repeat)
    say("ORM: reports by unit, sector, month", lambda: orm(None), options.repeat)
    say("first fold (every month from nothing)", fold, 1)
    run("ANALYZE")
    say("rebuild", rebuild, 1)
    run("ANALYZE")
    print(f"{'rows of sums':<46}{MonthSum.objects.count():>9,}; months {SummedMonth.objects.count()}")
    four = ("count", "plan_wan", "ytd_wan", "rate")
    say("kept: a month by unit", lambda: pivot(reach, question, ["unit"]), options.repeat)
    say("kept: a month by unit × sector, all measures", lambda: pivot(reach, question, ["unit", "sector"]), options.repeat)
    say("kept: a month by unit × sector, 4 measures", lambda: pivot(reach, question, ["unit", "sector"], four), options.repeat)
    say("kept: a month by unit × stage (from facts)", lambda: pivot(reach, question, ["unit", "stage"]), options.repeat)
    say("kept: the year by month × unit", lambda: pivot(reach, question, ["month", "unit"], months=months), options.repeat)
    say("kept: the year by unit × sector × month, 4", lambda: pivot(reach, question, ["unit", "sector", "month"], four, months), options.repeat)
    ids = list(MonthReport.objects.filter(period__month=month.month).order_by("project_id").values_list("pk", flat=True)[:1000])

    def write() -> None:
        run(f"UPDATE projects_monthreport SET done_ytd_wan = done_ytd_wan + 1 WHERE id IN ({', '.join(map(str, ids))})")

    say("write of 1,000 reports, with its marks", write, 1)
    print(f"{'marks of it':<46}{SummaryMark.objects.count():>9,}")
    say("marked: a month by unit × sector", lambda: pivot(reach, question, ["unit", "sector"]), options.repeat)
    say("fold of 1,000 reports", fold, options.repeat, write)
    print(f"rows that differ from the plain aggregate: {len(differences([month]))}", flush=True)


def orm(month: int | None) -> list[Any]:
    from django.db.models import Count, Sum

    from projects.models import MonthReport

    rows = MonthReport.objects.order_by().values("project__unit__name", "project__sector__name", "period__month")
    rows = rows if month is None else rows.filter(period__month=month)
    return list(rows.annotate(n=Count("pk"), month=Sum("done_month_wan"), ytd=Sum("done_ytd_wan"), cum=Sum("cum_total_wan")))


def say(name: str, work: Callable[[], Any], repeat: int, before: Callable[[], Any] | None = None) -> None:
    """Print the median and the worst of some runs, and what this process itself took of the median one."""
    runs = []
    for _ in range(repeat):
        if before is not None:
            before()
        begun, own = time.perf_counter(), time.process_time()
        work()
        runs.append((time.perf_counter() - begun, time.process_time() - own))
    wall, own = sorted(runs)[len(runs) // 2]
    print(f"{name:<46}{wall * 1000:>9.1f} ms   worst {max(runs)[0] * 1000:.1f}   own processor time {own * 1000:.1f}", flush=True)


if __name__ == "__main__":
    main()

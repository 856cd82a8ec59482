"""A city of any size for the benchmarks, made set-wise: one row of each kind by the ORM, copied by PostgreSQL with other values."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.figures import copy, run

ROOT = Path(__file__).resolve().parent.parent
UNITS, SECTORS, OWNERS, YEAR = 90, 30, 2_000, 2025
_SOME = "(hashint4(i + {salt}) & 2147483647)"  # a number that looks random and is the same in every run


def prepare() -> None:
    """A database of the newest tables (`DATABASE_URL`, else a private server that ends with this process), and Django set up on it."""
    os.environ["PIPELINE_EMBEDDED"] = "1"
    os.environ["PIPELINE_DATA_DIR"] = tempfile.mkdtemp(prefix="pipeline-bench-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if not os.environ.get("DATABASE_URL"):
        from tests.postgres import start_server

        os.environ["DATABASE_URL"] = start_server()
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=True)
    import django

    django.setup()


def fill(projects: int, months: int) -> None:
    """Projects of 90 units, 30 sectors and 2,000 owners, all on one list; each has a plan of the year and a report a month."""
    begun = time.perf_counter()
    first = _projects(projects)
    _years(first, months)
    run("ANALYZE")
    print(f"filled {projects:,} projects, {projects * months:,} reports in {time.perf_counter() - begun:.0f} s", flush=True)


def _projects(count: int) -> Any:
    """All projects, every column of a register filled as officers fill it; the first of them."""
    from accounts.models import ReportingUnit
    from projects.models import Classification, Organisation, Project

    units = [
        ReportingUnit.objects.create(key=f"b{n}", name=f"测试单位{n}", short_name=f"单位{n}", kind="district", sort_order=n).pk for n in range(UNITS)
    ]
    sectors = [Classification.objects.create(scheme="infrastructure_sector", code=f"b{n}", name=f"领域{n}", sort_order=n).pk for n in range(SECTORS)]
    owner = Organisation.objects.create(name="青岛市建设投资集团有限公司", name_key="b0")
    copy(owner, {"name": "'青岛市建设投资集团有限公司第'||i||'分公司'", "name_key": "'b'||i"}, f"generate_series(1, {OWNERS - 1}) i", "true")
    told = {"lead": "王主任", "contact": "李工", "phone": "0532-8588xxxx", "nature": "新建", "stage": "build", "source": "测试数据"}
    first = Project.objects.create(
        uid="B-0",
        name="测试项目0",
        name_key="b0",
        kind="infrastructure",
        unit_id=units[0],
        sector_id=sectors[0],
        owner=owner,
        total_wan=1,
        planned_start="2020-06",
        planned_finish="2023-Q4",
        responsible_unit="市交通运输局",
        **{"content": "新建道路及附属设施，含管网、绿化、照明和交通设施等，总建筑面积约12万平方米。" * 2, "land_mu": 120, **told},
    )
    pick = {
        "uid": "'B-'||i",
        "name": "'青岛市重点工程第'||i||'号项目'",
        "name_key": "'b'||i",
        "unit_id": f"(ARRAY{units})[1 + {_SOME.format(salt=0)} % {UNITS}]",
        "sector_id": f"(ARRAY{sectors})[1 + {_SOME.format(salt=7)} % {SECTORS}]",
        "owner_id": f"{owner.pk} + {_SOME.format(salt=11)} % {OWNERS}",
        "stage": "(ARRAY['prep','build','done'])[1 + i % 3]",
        "total_wan": f"1000000::bigint * (1 + ({_SOME.format(salt=3)} & 1048575))",
        "land_mu": f"({_SOME.format(salt=5)} % 10000) / 8.0",
        "expected_output_wan": f"CASE WHEN i % 3 = 0 THEN 12345::bigint * ({_SOME.format(salt=9)} % 1000000) END",
        "address": f"'青岛市第'||{_SOME.format(salt=13)} % 300||'路'||i % 200||'号'",
        "actual_start": "CASE WHEN i % 3 > 0 THEN '2020-07-'||lpad((1 + i % 28)::text, 2, '0') ELSE t.actual_start END",
    }
    copy(first, pick, f"generate_series(1, {count - 1}) i", "true")
    return first


def _years(first: Any, months: int) -> None:
    """A place on a list, a plan and the reports of every project."""
    from projects.models import AnnualPlan, Entry, ListVersion, MonthReport, ProjectList, ReportingPeriod

    listed = ProjectList.objects.create(key="bench", name="bench", year=YEAR, kind="infrastructure")
    version = ListVersion.objects.create(list=listed, number=1, as_of=date(YEAR, 1, 10))
    periods = [ReportingPeriod.objects.create(year=YEAR, month=month).pk for month in range(1, months + 1)]
    every = "projects_project p"
    others = f"p.id <> {first.pk}"
    plan = AnnualPlan.objects.create(project=first, year=YEAR, plan_wan=1)
    copy(plan, {"project_id": "p.id", "plan_wan": "1 + p.total_wan / 3"}, every, others)
    copy(Entry.objects.create(project=first, version=version, total_wan=1), {"project_id": "p.id", "total_wan": "p.total_wan"}, every, others)
    told = {"progress_percent": 40, "progress_text": "主体施工至第六层"}
    report = MonthReport.objects.create(project=first, period_id=periods[0], done_month_wan=1, done_ytd_wan=1, cum_total_wan=1, **told)
    done = {"project_id": "p.id", "period_id": "q.id", "done_month_wan": "p.total_wan / 40", "done_ytd_wan": "q.month * (p.total_wan / 40)"}
    done |= {"cum_total_wan": "p.total_wan / 2", "state": "CASE WHEN p.id % 4 = 0 THEN 'draft' ELSE 'approved' END"}
    done |= {"progress_percent": "(p.id + q.month) % 100", "problems": "CASE WHEN p.id % 5 = 0 THEN '征地拆迁滞后，待区里协调' ELSE '' END"}
    copy(report, done, f"{every}, projects_reportingperiod q", f"p.id <> {first.pk} OR q.id <> {periods[0]}")

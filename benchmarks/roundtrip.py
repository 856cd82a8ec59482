"""Templates out and workbooks back: rows/s and peak memory of writing, checking and merging, and committing.

    .venv/bin/python -m benchmarks.roundtrip --database postgresql --rows 10000 [--repeat 3]

Two cases, each in processes of its own, medians printed. `demo` writes the template of every unit of the demo year for its open month,
fills every row, sends it back and commits it. `unit` does the same for one unit of so many projects; before it comes back every
twentieth project is edited at the form: half of those in a cell that the file changes too (conflicts, settled for the file), half in
one that it leaves alone. Filling plays Excel (openpyxl) and is not measured.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import Any

from benchmarks.intake import ROOT, one, table

MONTH = "2020-06"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        run_step(options.case, options.rows, options.folder)
        return
    drive(options)


def drive(options: argparse.Namespace) -> None:
    """Prepare a scratch database for each round and print a table."""
    os.environ["PIPELINE_EMBEDDED"] = "1"
    os.environ["PIPELINE_DATA_DIR"] = tempfile.mkdtemp(prefix="pipeline-bench-")
    if options.database == "postgresql" and not os.environ.get("DATABASE_URL"):
        from tests.postgres import start_server

        os.environ["DATABASE_URL"] = start_server()
    found: dict[tuple[str, int], list[dict[str, float]]] = {}
    for _ in range(options.repeat):
        for case, prepare in (("demo", ["start", "--no-serve"]), ("unit", ["load_reference"])):
            subprocess.run([sys.executable, "manage.py", "flush", "--no-input"], cwd=ROOT, check=False, capture_output=True)
            subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=True)
            subprocess.run([sys.executable, "manage.py", *prepare], cwd=ROOT, check=True, capture_output=True)
            folder = tempfile.mkdtemp(prefix="pipeline-bench-")
            for step in ("make", "out", "fill", "back"):
                command = [sys.executable, "-m", "benchmarks.roundtrip", "--case", f"{case}.{step}", "--rows", str(options.rows), "--folder", folder]
                figures = one(command)
                if "rows" in figures:
                    found.setdefault((f"{case} · {'template' if step == 'out' else 'merge back'}", int(figures.pop("rows"))), []).append(figures)
    table(found)


def run_step(case: str, count: int, folder: Path) -> None:
    """One step of one case; the measured ones print their figures."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    name, step = case.split(".")
    steps = {"make": make_unit if name == "unit" else nothing, "out": write_templates, "fill": fill, "back": send_back}
    figures = steps[step](count, folder)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({**figures, "own_mb": own, "child_mb": child} if figures else {"seconds": 0}))


def nothing(count: int, folder: Path) -> dict[str, float]:
    return {}


def make_unit(count: int, folder: Path) -> dict[str, float]:
    """One unit's projects, through the intake."""
    from django.db import connection

    from accounts.models import ReportingUnit
    from benchmarks.books import write_list
    from exchange.services.check import check
    from exchange.services.commit import commit
    from exchange.services.receive import receive

    path = folder / "list.xlsx"
    write_list(path, count, 0.0)
    commit(check(receive(path.read_bytes(), path.name, actor=None), actor=None), actor=None, reason="benchmark")
    unit = ReportingUnit.objects.get(key="laoshan")
    # The list is of all districts; for this measure they are one unit's. History is not what is measured here.

    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET unit_id = %s", [unit.pk])
    return {}


def write_templates(count: int, folder: Path) -> dict[str, float]:
    from accounts.models import ReportingUnit
    from exchange.services.template import make_template
    from projects.values import Month

    begun, rows = time.perf_counter(), 0
    for unit in ReportingUnit.objects.filter(projects__isnull=False).distinct():
        made = make_template(unit, Month.parse(MONTH), actor=None)
        (folder / f"{unit.key}.xlsx").write_bytes(made.content)
        rows += made.projects
    return {"seconds": time.perf_counter() - begun, "rows": rows}


def fill(count: int, folder: Path) -> dict[str, float]:
    """Play Excel: another progress for every project; then let somebody else edit every twentieth."""
    from openpyxl import load_workbook

    from projects.models import Door, Project, Source
    from projects.models.tracking import changes_from

    edited: list[tuple[str, bool]] = []
    for path in sorted(folder.glob("*.xlsx")):
        if path.name == "list.xlsx":
            continue
        book = load_workbook(BytesIO(path.read_bytes()))
        sheet = book.worksheets[0]
        columns = {cell.value.split("（")[0]: cell.column for cell in sheet[3] if cell.value}
        for row in range(4, sheet.max_row + 1):
            name = sheet.cell(row, columns["项目名称"]).value
            _fill_row(sheet, row, columns)
            if row % 20 == 0:
                sheet.cell(row, columns["联系人"]).value = "文件里的人"
                edited.append((name, row % 40 == 0))
        book.save(path)
    with changes_from(Source(Door.COMMAND)):
        for name, is_contact in edited:
            project = Project.objects.filter(name=name).first()
            if project is not None:
                setattr(project, "contact" if is_contact else "remarks", "别人改的")
                project.save()
    return {}


def _fill_row(sheet: Any, row: int, columns: dict[str, int]) -> None:
    """The month's words, and figures where there are none yet."""
    sheet.cell(row, columns["形象进度"]).value = f"6月末完成第{row}段"
    if sheet.cell(row, columns["本年累计完成投资"]).value is None:
        for heading in ("本月完成投资", "本年累计完成投资", "自开工累计完成投资"):
            sheet.cell(row, columns[heading]).value = 0


def send_back(count: int, folder: Path) -> dict[str, float]:
    from exchange.merge import Take
    from exchange.services.check import check
    from exchange.services.commit import commit
    from exchange.services.conflicts import choose_for
    from exchange.services.receive import receive

    phases, rows, conflicts = {"check_s": 0.0, "choose_s": 0.0, "commit_s": 0.0}, 0, 0
    for path in sorted(folder.glob("*.xlsx")):
        if path.name == "list.xlsx":
            continue
        marks = [time.perf_counter()]
        upload = check(receive(path.read_bytes(), path.name, actor=None), actor=None)
        marks.append(time.perf_counter())
        if upload.counts.get("base") != "template":
            sys.exit(f"{path.name}: no base: {upload.state} {upload.outcome} {upload.counts}")
        if upload.counts["conflict"]:
            conflicts += upload.counts["conflict"]
            upload = choose_for(upload, {}, others=Take.THEIRS, actor=None)
        marks.append(time.perf_counter())
        if upload.counts["error"]:
            sys.exit(f"{path.name}: the filled template is not clean: {[(each['row'], each['zh']) for each in upload.findings[:3]]}")
        commit(upload, actor=None, reason="benchmark")
        marks.append(time.perf_counter())
        for name, since, until in zip(phases, marks, marks[1:], strict=False):
            phases[name] += until - since
        rows += upload.counts["rows"]
    print(f"conflicts settled: {conflicts}")
    return {"seconds": sum(phases.values()), "rows": rows, **phases}


if __name__ == "__main__":
    main()

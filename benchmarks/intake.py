"""From a workbook's bytes to committed rows with history: rows/s and memory, beside import peers in the same run.

    .venv/bin/python -m benchmarks.intake --database postgresql --rows 10000 --rows 100000 [--peers DIR --peer-python PYTHON] [--repeat 3]

Each case runs in a process of its own, interleaved with the peers' cases; medians are printed. `new` sends a list of projects nobody
knows, `again` the same list with 10 % of the rows changed, `same` the unchanged file. Peak memory is the largest of the process and
its child (VmHWM); the sum of both is printed too. Peers are the cases of `b3_import.py` in DIR (django-import-export with defaults,
tuned bulk mode, and bare COPY), run with PYTHON against their own tables on the same server.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = {"postgresql": ("ie_default", "ie_bulk_tuned", "copy_text"), "sqlite": ("ie_default", "ie_bulk_tuned")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rows", type=int, action="append")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--peers", type=Path, help="folder with b3_import.py")
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--peer-rows", type=int, default=1000, help="rows for django-import-export's defaults, which take minutes at 10,000")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        run_case(options.case, options.rows[0])
        return
    drive(options)


def drive(options: argparse.Namespace) -> None:
    """Prepare a scratch database, then run all cases in turns and print a table."""
    os.environ["PIPELINE_EMBEDDED"] = "1"
    os.environ["PIPELINE_DATA_DIR"] = tempfile.mkdtemp(prefix="pipeline-bench-")
    if options.database == "postgresql" and not os.environ.get("DATABASE_URL"):
        from tests.postgres import start_server

        os.environ["DATABASE_URL"] = start_server()
    found: dict[tuple[str, int], list[dict[str, float]]] = {}
    for count in options.rows or [10_000]:
        for _ in range(options.repeat):
            subprocess.run([sys.executable, "manage.py", "flush", "--no-input"], cwd=ROOT, check=False, capture_output=True)
            subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=True)
            subprocess.run([sys.executable, "manage.py", "load_reference"], cwd=ROOT, check=True, capture_output=True)
            for case in ("new", "same", "again"):
                found.setdefault((f"ours · {case}", count), []).append(
                    one([sys.executable, "-m", "benchmarks.intake", "--rows", str(count), "--case", case])
                )
            for peer in PEERS[options.database] if options.peers else ():
                size = min(count, options.peer_rows) if peer == "ie_default" else count
                found.setdefault((f"peer · {peer}", size), []).append(peer_case(options, peer, size))
    table(found)


def one(command: list[str]) -> dict[str, float]:
    """Run one case in a process of its own; it prints its figures as JSON on its last line."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def peer_case(options: argparse.Namespace, peer: str, count: int) -> dict[str, float]:
    """Run a case of the peers' import script; it prints one line `@@{json}` a phase."""
    environment = {**os.environ, "PERF_DB": "pg" if options.database == "postgresql" else "sqlite", "PERF_DBNAME": "imp"}
    command = [options.peer_python, "b3_import.py", peer, "projects", str(count), "insert"]
    done = subprocess.run(command, cwd=options.peers, capture_output=True, text=True, check=False, env=environment)
    lines = [json.loads(line[2:]) for line in done.stdout.splitlines() if line.startswith("@@")]
    if not lines:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return {"seconds": sum(float(line["wall"]) for line in lines), "own_mb": max(float(line["rss"]) for line in lines), "child_mb": 0.0}


def table(found: dict[tuple[str, int], list[dict[str, float]]]) -> None:
    print(f"{'case':<24}{'rows':>9}{'seconds':>10}{'rows/s':>10}{'own MB':>9}{'child MB':>10}{'runs':>6}")
    for (name, count), runs in found.items():
        seconds = statistics.median(run["seconds"] for run in runs)
        own, child = max(run["own_mb"] for run in runs), max(run["child_mb"] for run in runs)
        print(f"{name:<24}{count:>9,}{seconds:>10.2f}{count / seconds:>10,.0f}{own:>9.0f}{child:>10.0f}{len(runs):>6}")
        phases = {key: statistics.median(run[key] for run in runs) for key in runs[0] if key.endswith("_s")}
        if phases:
            print("    " + "  ".join(f"{key[:-2]} {value:.2f} s" for key, value in phases.items()))


def run_case(case: str, count: int) -> None:
    """One upload from bytes to commit, measured around the three verbs."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from benchmarks.books import write_list
    from exchange.services.check import check
    from exchange.services.commit import commit
    from exchange.services.inverse import inversion_of
    from exchange.services.memory import without_collecting
    from exchange.services.receive import receive
    from exchange.services.undo import mark_of
    from exchange.services.undo_words import place_lines
    from projects.models import ListVersion, ProjectList

    found, _ = ProjectList.objects.get_or_create(key="bench", defaults={"name": "benchmark", "year": 2020, "kind": "infrastructure"})
    version, _ = ListVersion.objects.get_or_create(list=found, number=1, defaults={"as_of": date(2020, 6, 30), "title": "benchmark"})
    path = Path(tempfile.gettempdir()) / f"pipeline-bench-{count}-{case == 'again'}.xlsx"
    if not path.exists():
        write_list(path, count, 0.1 if case == "again" else 0.0)
    content = path.read_bytes()
    marks = [time.perf_counter()]
    upload = receive(content, path.name, actor=None, list_version=version)
    marks.append(time.perf_counter())
    upload = check(upload, actor=None)
    marks.append(time.perf_counter())
    if upload.counts.get("error"):
        sys.exit(f"the benchmark's list is not clean: {upload.findings[:3]}")
    upload = commit(upload, actor=None, reason="benchmark")
    marks.append(time.perf_counter())
    expected = {"new": ("create", count), "same": ("same", count)}.get(case)
    if expected and upload.counts[expected[0]] != expected[1]:
        sys.exit(f"{case}: expected {expected}, counted {upload.counts}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    phases = dict(zip(("receive_s", "check_s", "commit_s"), (b - a for a, b in itertools.pairwise(marks)), strict=True))
    # What the page that shows an undo before it is done has to reckon within its request; not part of the upload's own seconds.
    begun = time.perf_counter()
    with without_collecting():
        plan = inversion_of(upload)
    mark_of(plan)
    place_lines(upload, plan.going[:50])
    phases["undo preview_s"] = time.perf_counter() - begun
    print(json.dumps({"seconds": marks[-1] - marks[0], "own_mb": own, "child_mb": child, **phases}))


if __name__ == "__main__":
    main()

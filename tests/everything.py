"""`./run test`: every check and every test, on SQLite and on PostgreSQL, in one go. Arguments are passed to pytest.

Where the system has a PostgreSQL of its own (Debian 12: 15), the tests nearest to the database run on that as well;
`PIPELINE_TEST_DB=system-postgresql .venv/bin/pytest` runs them all there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.system_postgres import newest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# Where an older server could answer otherwise: bulk writes, triggers, locks, views, roles, what was known when.
NEAR_THE_DATABASE = [
    *(f"tests/exchange/{name}.py" for name in ("test_bulk", "test_intake_services", "test_hanging")),
    *(f"tests/projects/{name}.py" for name in ("test_summary", "test_history", "test_cycle_together", "test_figures")),
    *(f"tests/funding/{name}.py" for name in ("test_ledger_together", "test_ledger_rules", "test_posting")),
    *("tests/reports/test_bi.py", "tests/reports/test_queries.py", "tests/api/test_paging.py"),
]
CODE = ["accounts", "projects", "funding", "exchange", "reports", "config", "tests", "benchmarks", "fixtures", "manage.py"]


# As many at once as there are processors; a file stays with one of them. Each has a database of its own.
AT_ONCE = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile"]


def step(name: str, *command: str, **extra: str) -> bool:
    """Run one step in the open; say how long it took and whether it passed."""
    print(f"\n=== {name}", flush=True)
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **extra}, check=False)
    print(f"--- {name}: {'passed' if done.returncode == 0 else f'FAILED ({done.returncode})'} in {time.monotonic() - begun:.0f} s", flush=True)
    return done.returncode == 0


def main(arguments: list[str]) -> int:
    """Run all steps, whatever fails on the way; 0 only if all passed."""
    os.environ["PIPELINE_EMBEDDED"] = "1"
    os.environ["PIPELINE_DATA_DIR"] = tempfile.mkdtemp(prefix="pipeline-test-")
    python = sys.executable
    results = [
        step("format", str(BIN / "ruff"), "format", "--check", *CODE),
        step("lint", str(BIN / "ruff"), "check", *CODE),
        step("import contracts", str(BIN / "lint-imports")),
        step("types", str(BIN / "mypy")),
        step("templates", str(BIN / "djlint"), "--lint", "--quiet", "templates"),
        step("migrations", python, "manage.py", "makemigrations", "--check", "--dry-run"),
        step("system check", python, "manage.py", "check", "--fail-level", "WARNING"),
        step("tests on SQLite", python, "-m", "pytest", *AT_ONCE, *arguments, PIPELINE_TEST_DB="sqlite"),
        # What asks no database has been tested by now.
        step("tests on PostgreSQL", python, "-m", "pytest", *AT_ONCE, *arguments, PIPELINE_TEST_DB="postgresql", PIPELINE_TEST_ONLY="database"),
    ]
    system = newest()
    if system is not None and not arguments:
        name = f"sample on the system's PostgreSQL {system.parent.name}"
        results.append(step(name, python, "-m", "pytest", *AT_ONCE, *NEAR_THE_DATABASE, PIPELINE_TEST_DB="system-postgresql"))
    print("\nall passed" if all(results) else "\nSOMETHING FAILED (see above)")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

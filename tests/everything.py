"""`./run test`: every check and every test, on SQLite and on PostgreSQL, in one go. Arguments are passed to pytest.

Of the long proofs a sample is taken (`tests.sampling`), unless tests are named or PIPELINE_TEST_WHOLE=1 asks for every case.
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

from tests.sampling import NEAR_THE_DATABASE
from tests.system_postgres import newest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
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
    os.environ["PIPELINE_TEST_SAMPLE"] = "0" if arguments or os.environ.get("PIPELINE_TEST_WHOLE") == "1" else "1"
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

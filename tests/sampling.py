"""What `./run test` takes of the long proofs, so that it ends while one waits: one case in so many, always the same ones.

Plain pytest takes every case, and so does `PIPELINE_TEST_WHOLE=1 ./run test`, which CI runs.
"""

from __future__ import annotations

import os
import zlib

IS_SAMPLE = os.environ.get("PIPELINE_TEST_SAMPLE") == "1"
# Where an older server could answer otherwise: bulk writes, triggers, locks, views, roles, what was known when.
NEAR_THE_DATABASE = [
    *(f"tests/exchange/{name}.py" for name in ("test_bulk", "test_intake_services", "test_hanging")),
    *(f"tests/projects/{name}.py" for name in ("test_summary", "test_history", "test_cycle_together", "test_figures")),
    *(f"tests/funding/{name}.py" for name in ("test_ledger_together", "test_ledger_rules", "test_posting")),
    *("tests/reports/test_bi.py", "tests/reports/test_queries.py", "tests/api/test_paging.py"),
]
# What asks the database in the same words on any engine was told on the first: one test in so many on the second.
SECOND_ENGINE = 4
# One request of one person in so many, of the permission matrix.
MATRIX = 4


def is_taken(name: str, one_in: int) -> bool:
    """Whether the case of this name belongs to a sample of one in so many."""
    return zlib.crc32(name.encode()) % one_in == 0

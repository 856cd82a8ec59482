"""The world is built once; each cell is taken back. The number of cells is told at the end of the run (`tests.conftest`)."""

from __future__ import annotations

import logging
import os
from typing import Any

import pytest
from django.db import transaction

from tests.conftest import TALLIES
from tests.matrix.run import Runner, plain_templates
from tests.matrix.world import build
from tests.sampling import is_taken

_runners: list[Runner] = []
# On a second engine one cell in so many: who may do what is said by the same code there. `python -m tests.matrix` takes all, on any engine.
ONE_IN = 5


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("PIPELINE_TEST_ONLY") != "database":
        return
    left = [item for item in items if item.path.name == "test_matrix.py" and not is_taken(item.name, ONE_IN)]
    gone = set(left)
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in gone]


@pytest.fixture(scope="package")
def runner(django_db_setup: None, django_db_blocker: Any) -> Any:
    """One transaction round the whole matrix, rolled back at the end."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # as Django's own test cases say it: code that asks for an outermost transaction gets it
        with around, plain_templates():
            logging.disable(logging.CRITICAL)  # a refusal logs its trace, thousands of times
            made = Runner(build())
            _runners.append(made)
            yield made
            logging.disable(logging.NOTSET)
            transaction.set_rollback(True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the tally over; where several processes test at once, each tells the first."""
    tallies = [(made.tally.cells, len(made.tally.holes), made.tally.explained) for made in _runners]
    getattr(session.config, "workeroutput", {})["matrix"] = tallies
    session.config.stash[TALLIES] = session.config.stash.get(TALLIES, []) + tallies

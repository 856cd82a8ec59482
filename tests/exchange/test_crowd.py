"""Units upload and commit at once while an officer edits the same projects: nothing lost, nothing twice, no deadlock. See `crowding`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from tests.exchange.crowding import EDITS, PROJECTS, ROUNDS
from tests.exchange.private import private_database, run_privately

pytestmark = pytest.mark.django_db  # else there would be no test database to copy


def units() -> int:
    """SQLite lets in one writer at a time: there it is enough that a few wait for one another."""
    return 3 if connection.vendor == "sqlite" else 12


@pytest.fixture(scope="module")
def found(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("crowding")
    with django_db_blocker.unblock(), private_database(folder) as address:
        return run_privately("tests.exchange.crowding", address, folder, "--units", str(units()))


def test_everybody_got_through_and_nothing_broke(found: dict[str, Any]) -> None:
    assert found["engine"] == connection.vendor
    assert found["faults"] == []
    assert found["deadlocks"] == 0
    assert found["committed"] == units() * len(ROUNDS)
    assert found["saved"] == EDITS


def test_no_edit_is_lost(found: dict[str, Any]) -> None:
    assert found["edits_lost"] == []
    assert found["edits_in_history"] == found["saved"]
    assert found["texts"] == units() * (PROJECTS + 1)


def test_every_history_row_is_there(found: dict[str, Any]) -> None:
    assert found["history_faults"] == []
    assert len(found["lists_written"]) == len(found["months_written"]) == 1
    lists, months = json.loads(found["lists_written"][0]), json.loads(found["months_written"][0])
    assert (lists["project+"], lists["project~"]) == (1, PROJECTS)
    assert months["monthreport+"] == PROJECTS


def test_what_all_bring_is_stored_once(found: dict[str, Any]) -> None:
    lists = ROUNDS.count("list")
    assert found["projects"] == units() * lists
    assert found["months"] == units() * PROJECTS * ROUNDS.count("month")
    assert found["owners"] == lists + 1

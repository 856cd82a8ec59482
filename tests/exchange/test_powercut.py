"""The database server killed in the midst of the work: afterwards all or nothing is there, and the upload says which. See `powercut`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.exchange.killing import Point
from tests.exchange.powercut import DURING_COMMIT, POINTS
from tests.exchange.private import run_privately
from tests.exchange.test_kill import HISTORY, WRITTEN, state_after


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """All points, one after the other, on a PostgreSQL that the module starts for itself, whatever database the other tests run on."""
    folder = tmp_path_factory.mktemp("powercut")
    return {each["point"]: each for each in run_privately("tests.exchange.powercut", "", folder, PIPELINE_TEST_DB="sqlite")}


def test_each_point_has_its_own_name() -> None:
    assert len({point.name for point in (*POINTS, *DURING_COMMIT)}) == len(POINTS) + len(DURING_COMMIT)
    assert sum(point.doing == "commit" for point in (*POINTS, *DURING_COMMIT)) >= 10


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_after_the_restart_all_or_nothing_is_there(told: dict[str, dict[str, Any]], point: Point) -> None:
    found = told[point.name]
    assert found["killed"], "the server was not killed: the point is not on its way any more"
    assert found["nothing"] is not point.stored
    assert found["state"] == state_after(point)
    assert found["verdict"] == dict.fromkeys(found["verdict"], True)
    assert found["written_by_it"] == HISTORY.get(point.doing, WRITTEN)


@pytest.mark.parametrize("point", DURING_COMMIT, ids=lambda point: point.name)
def test_during_commit_the_upload_tells_which_way_it_went(told: dict[str, dict[str, Any]], point: Point) -> None:
    found = told[point.name]
    assert found["killed"]
    assert (found["state"], found["nothing"]) in [("committed", False), ("checked", True)]
    assert found["verdict"] == dict.fromkeys(found["verdict"], True)
    assert found["written_by_it"] == WRITTEN

"""A process killed at any point leaves all or nothing; the work is taken up again once, and its history is whole. See `killing`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.exchange.killing import OF_UPLOADS, POINTS, Point, Stage, verdict
from tests.exchange.private import private_database, run_privately

pytestmark = [pytest.mark.sampled(3), pytest.mark.django_db]  # else there would be no test database to copy

# What a file of `killing.Stage` writes: six projects changed, six new ones.
NEW, CHANGED = ("project", "projectcode", "annualplan", "planversion", "locationshare"), ("project", "annualplan")
WRITTEN = {**{f"{table}+": 6 for table in NEW}, **{f"{table}~": 6 for table in CHANGED}}
TAKEN_BACK = {**{f"{table}-": 6 for table in NEW}, **{name: 6 for name in WRITTEN if name.endswith("+")}, **{f"{table}~": 12 for table in CHANGED}}
BROUGHT_BACK = {
    **{f"{table}-": 6 for table in NEW},
    **{f"{table}+": 12 for table in NEW},
    **{f"{table}~": 18 for table in CHANGED},
}
HISTORY = {"undo": TAKEN_BACK, "request_undo": TAKEN_BACK, "redo": BROUGHT_BACK}


@pytest.fixture(scope="module")
def report(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All points, killed one after the other in one database: each begins where the one before left off."""
    folder = tmp_path_factory.mktemp("killing")
    with django_db_blocker.unblock(), private_database(folder) as address:
        return run_privately("tests.exchange.killing", address, folder)


@pytest.fixture(scope="module")
def told(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["point"]: each for each in report["points"]}


def test_there_are_enough_points_and_each_has_its_own_name() -> None:
    assert len({point.name for point in POINTS}) == len(POINTS) >= 20
    assert sum(point.doing == "commit" for point in POINTS) >= 10
    assert sum(point.doing == "undo" for point in POINTS) >= 10
    assert {point.doing for point in POINTS} == {"receive", "templates", *OF_UPLOADS}
    assert Stage.rows == WRITTEN["project+"] == WRITTEN["project~"]


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_all_or_nothing_and_once(told: dict[str, dict[str, Any]], point: Point) -> None:
    found = told[point.name]
    assert found["killed"], "the process was not killed: the point is not on its way any more"
    if point.doing == "receive":
        assert found["nothing"]
        assert found["unchanged_by_more"]
        return
    assert found["nothing"] is not point.stored
    assert verdict(found) == dict.fromkeys(verdict(found), True)
    if point.doing in OF_UPLOADS:
        assert found["state"] == state_after(point)
        assert found["written_by_it"] == HISTORY.get(point.doing, WRITTEN)


def state_after(point: Point) -> str:
    """How the upload stands when its process has died there."""
    before, after = {
        "check": ("received", "checked"),
        "undo": ("committed", "undone"),
        "request_undo": ("committed", "undone"),
        "redo": ("undone", "committed"),
    }.get(point.doing, ("checked", "committed"))
    return after if point.stored else before


@pytest.mark.parametrize("point", [point for point in POINTS if point.doing != "receive"], ids=lambda point: point.name)
def test_the_job_tells_how_often_it_was_tried(told: dict[str, dict[str, Any]], point: Point) -> None:
    jobs = {verb: (state, attempts) for verb, state, attempts in told[point.name]["jobs"]}
    begun_once = point.name in ("out of the queue, lease not taken", "job ended, queue not told", "undone, queue not told")
    verb = {"request": "commit", "request_undo": "undo"}.get(point.doing, point.doing)
    assert jobs[verb] == ("done", 1 if begun_once else 2)


def test_the_worker_command_works_the_queue_off_and_leaves_no_pulse(report: dict[str, Any]) -> None:
    found = report["worker"]
    assert (found["exit"], found["job"], found["upload"]) == (0, "done", "checked"), found["words"]
    assert found["worker"] in found["words"]
    assert [key for key in found["pulses"] if key.startswith("worker:")] == []

"""The cast of the tests: two units, a person of each, and one of the city."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.models import ReportingUnit, User
from accounts.roles import Role
from tests.factories import make_unit, make_user
from tests.sampling import IS_SAMPLE, NEAR_THE_DATABASE, SECOND_ENGINE, is_taken

_OF_A_DATABASE = frozenset({"db", "transactional_db", "live_server"})


# Cells, holes and compared explanations of the permission matrix, from each process that ran some of it.
TALLIES = pytest.StashKey[list[tuple[int, int, int]]]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process that tested beside others has ended."""
    told = getattr(node, "workeroutput", {}).get("matrix", [])
    node.config.stash[TALLIES] = node.config.stash.get(TALLIES, []) + [tuple(one) for one in told]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    tallies = config.stash.get(TALLIES, [])
    if tallies:
        cells, holes, explained = (sum(one) for one in zip(*tallies, strict=True))
        terminalreporter.write_line(f"permission matrix: {cells} cells, {holes} holes; {explained} explanations compared")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`PIPELINE_TEST_ONLY=database`: the tests that ask a database, for a second engine; the others say the same on any. Then the sample."""
    is_second = os.environ.get("PIPELINE_TEST_ONLY") == "database"
    kept = {item for item in items if not is_second or _asks_a_database(item)}
    if IS_SAMPLE:
        kept = {item for item in kept if _is_sampled(item, is_second)}
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]


def _is_sampled(item: pytest.Item, is_second: bool) -> bool:
    near = item.nodeid.partition("::")[0] in NEAR_THE_DATABASE
    marker = item.get_closest_marker("sampled")
    if is_second and not near and not is_taken(item.nodeid, SECOND_ENGINE):
        return False
    return marker is None or is_taken(f"case {item.nodeid}", marker.args[0])


def _asks_a_database(item: pytest.Item) -> bool:
    fixtures: Iterable[str] = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not _OF_A_DATABASE.isdisjoint(fixtures)


@dataclass(frozen=True)
class Cast:
    """`owner` works in unit A, `stranger` in unit B; `city` keeps the whole city's books, `reviewer` reads them."""

    unit_a: ReportingUnit
    unit_b: ReportingUnit
    owner: User
    stranger: User
    city: User
    reviewer: User


@pytest.fixture
def cast(db: Any) -> Cast:
    unit_a, unit_b = make_unit("市南区"), make_unit("市北区")
    return Cast(
        unit_a,
        unit_b,
        owner=make_user("owner", Role.DISTRICT_OFFICER, unit_a, display_name="陈晓"),
        stranger=make_user("stranger", Role.DISTRICT_OFFICER, unit_b, display_name="王海"),
        city=make_user("city", Role.CITY_ADMINISTRATOR, display_name="李敏"),
        reviewer=make_user("reviewer", Role.CITY_REVIEWER, display_name="赵核"),
    )


@pytest.fixture
def signed_in() -> Any:
    """A browser in which a person is signed in: `signed_in(user)`."""

    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="accounts.backends.RoleBackend")
        return client

    return client_of

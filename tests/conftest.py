"""The cast of the tests: two units, a person of each, and one of the city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.models import ReportingUnit, User
from accounts.roles import Role
from tests.factories import make_unit, make_user


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

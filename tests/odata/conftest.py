"""A small city with a row in every set, and a caller with a token."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.api.tokens import make_token
from accounts.models import User
from funding.ledger import Step
from projects.models import Project
from tests.conftest import Cast
from tests.factories import make_code, make_division, make_entry, make_list, make_month, make_plan, make_project, make_version
from tests.funding.money import give, make_bond, make_central, of_bond, of_plan

ROOT = "/odata/v4/"
Ask = Callable[..., Any]


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"anyone:{key}".encode()).decode()


def key_of(user: User, **token: Any) -> str:
    return make_token(user=user, name="检验", **token)[1]


@pytest.fixture
def ask(cast: Cast) -> Ask:
    """`ask("Projects", **{"$top": 3})` as the whole city's keeper, with the token as the password."""
    client = Client(headers={"authorization": basic(key_of(cast.city))})

    def asking(path: str = "", headers: dict[str, str] | None = None, **told: Any) -> Any:
        return client.get(path if path.startswith(("/", "http")) else ROOT + path, told, headers=headers or {})

    return asking


@pytest.fixture
def city(cast: Cast) -> list[Project]:
    """Two projects in two units, with a code, a plan, months, a list and money."""
    make_division("370202", "市南区")
    found = [
        make_project("青岛地铁1号线'一期'", cast.unit_a, total_wan=Decimal("1200000.123456"), land_mu=Decimal("12.5"), owner=None),
        make_project("Rail隧道工程", cast.unit_b, total_wan=None, planned_start="2020-Q2", is_approx=True),
    ]
    for number, project in enumerate(found):
        make_code(project, f"2020-370202-48-01-00000{number}")
        make_plan(project, 500)
        make_entry(make_version(make_list(), number + 1, date(2020, 1, 13 + number)), project)
        make_month(project, month=5, done_month_wan=Decimal("0.000001"))
        make_month(project, month=6, done_month_wan=None)
    bond, plan = make_bond(), make_central()
    give(of_bond(found[0], bond), Step.ASSIGN, 300)
    give(of_bond(found[0], bond), Step.ARRIVE, 200, date(2020, 6, 2))
    give(of_plan(found[1], plan), Step.ASSIGN, 100)
    return found

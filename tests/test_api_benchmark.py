"""The measurement of the API runs, and what it calls the same page is the same page."""

from __future__ import annotations

import json
from argparse import Namespace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from benchmarks import api, peers
from projects.models import Organisation
from tests.factories import make_project, make_unit


def test_peers_say_what_we_say(db: Any) -> None:
    unit, owner = make_unit("市南区"), Organisation.objects.create(name="建设集团", name_key="建设集团")
    for number in range(3):
        make_project(f"项目{number}", unit, total_wan=Decimal("3540.123456") if number else None, owner=owner if number > 1 else None)
    ours = Client().get("/api/v1/projects/?page_size=10", headers={"authorization": f"Bearer {api.token()}"}).content
    doors = [peers.ByModelSerializer.as_view()] + ([peers.by_postgresql] if connection.vendor == "postgresql" else [])
    for door in doors:
        answer = door(RequestFactory().get("/?limit=10"))
        theirs = (answer.render() if hasattr(answer, "render") else answer).content
        assert told(theirs) == told(ours)
    assert len(told(ours)) == 3


def told(body: bytes) -> list[dict[str, Any]]:
    return [api.told(row) for row in json.loads(body, parse_float=Decimal)["results"]]


@pytest.mark.django_db(transaction=True)
def test_the_measurement_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On PostgreSQL alone: it is made of PostgreSQL's own functions, and its servers ask the database of this test."""
    if connection.vendor != "postgresql":
        return
    held = connection.settings_dict
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{held['USER']}:{held['PASSWORD']}@/{held['NAME']}?host={held['HOST']}&port={held['PORT']}")
    cases = api.measure(Namespace(rows=40, months=2, repeat=1, packages="", only=""))
    assert all(case.taken for case in cases)
    assert "whole table, NDJSON" in capsys.readouterr().out

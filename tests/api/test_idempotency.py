"""A key is done once: replayed, refused for other words, kept by nobody where it was refused, and one deed however many come at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from accounts.api.tokens import make_token
from accounts.models import KeptAnswer
from accounts.roles import Role
from projects.models import Project
from tests.api.conftest import Caller
from tests.api.sending import PROJECTS, a_project, send
from tests.conftest import Cast
from tests.factories import make_unit, make_user


@pytest.mark.django_db
def test_the_same_again_is_not_done_again(cast: Cast, officer: Client) -> None:
    asked = a_project(cast)
    first = send(officer, "POST", PROJECTS, asked, idempotency_key="k1")
    again = send(officer, "POST", PROJECTS, dict(reversed(asked.items())), idempotency_key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.json(), again["ETag"], again["Location"]) == (first.json(), first["ETag"], first["Location"])
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Project.objects.count() == 1


@pytest.mark.django_db
def test_other_words_under_one_key_are_refused(cast: Cast, officer: Client, calling: Caller) -> None:
    assert send(officer, "POST", PROJECTS, a_project(cast), idempotency_key="k1").status_code == 201
    other = send(officer, "POST", PROJECTS, a_project(cast, name="另一个道路工程"), idempotency_key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    bulk = send(officer, "POST", f"{PROJECTS}bulk/", [a_project(cast)], idempotency_key="k1")
    assert bulk.status_code == 422
    narrower = calling(cast.owner, can_write=True, unit=cast.unit_a)
    assert send(narrower, "POST", PROJECTS, a_project(cast), idempotency_key="k1").status_code == 422
    somebody_else = calling(cast.city, can_write=True)
    mine = send(somebody_else, "POST", PROJECTS, a_project(cast, name="市级道路工程"), idempotency_key="k1")
    assert mine.status_code == 201
    assert send(officer, "POST", PROJECTS, a_project(cast), idempotency_key="k" * 201).status_code == 400
    assert Project.objects.count() == 2


@pytest.mark.django_db
def test_a_refusal_keeps_nothing(cast: Cast, officer: Client) -> None:
    refused = send(officer, "POST", PROJECTS, a_project(cast, total_wan="很多"), idempotency_key="k1")
    assert (refused.status_code, KeptAnswer.objects.count()) == (400, 0)
    mended = send(officer, "POST", PROJECTS, a_project(cast), idempotency_key="k1")
    assert (mended.status_code, "Idempotency-Replayed" in mended) == (201, False)


@pytest.mark.django_db
def test_old_answers_are_forgotten(cast: Cast, officer: Client) -> None:
    send(officer, "POST", PROJECTS, a_project(cast), idempotency_key="k1")
    KeptAnswer.objects.update(at=timezone.now() - timedelta(days=8))
    again = send(officer, "POST", PROJECTS, a_project(cast, name="另一个道路工程"), idempotency_key="k1")
    assert again.status_code == 201


@pytest.mark.django_db(transaction=True)
def test_at_once_it_is_done_once() -> None:
    """On PostgreSQL four come together; SQLite in memory has one connection, and they come in turn."""
    unit = make_unit()
    user = make_user("officer", Role.DISTRICT_OFFICER, unit)
    _made, key = make_token(user=user, name="并发", can_write=True)
    cast: Any = Cast(unit, unit, user, user, user, user)
    asked = a_project(cast)
    answers: list[Any] = []
    gate = threading.Barrier(4)

    def ask(is_together: bool) -> None:
        try:
            if is_together:
                gate.wait()
            client = Client(headers={"authorization": f"Bearer {key}"})
            answers.append(send(client, "POST", PROJECTS, asked, idempotency_key="k1"))
        finally:
            if is_together:
                connections.close_all()

    if connection.vendor == "sqlite":
        for _turn in range(4):
            ask(False)
    else:
        threads = [threading.Thread(target=ask, args=(True,)) for _turn in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sorted("Idempotency-Replayed" in answer for answer in answers) == [False, True, True, True]
    assert Project.objects.count() == 1

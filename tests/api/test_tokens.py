"""Tokens: kept as a digest, no more than they were given, and each refusal says which it is."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import scope
from accounts.api.tokens import TokenRefusedError, find_token, make_token, revoke_token
from accounts.models import ApiToken, AuditEvent, User
from accounts.roles import Action, Role
from tests.api.conftest import Caller
from tests.conftest import Cast
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


def ask(header: str, **more: Any) -> Any:
    return Client(headers={"authorization": header}).get("/api/v1/projects/", **more)


def test_the_key_is_kept_nowhere(cast: Cast) -> None:
    made, key = make_token(user=cast.city, name="月报")
    assert find_token(key) == made
    assert key not in str(list(ApiToken.objects.values())) + str(list(AuditEvent.objects.values("detail")))
    assert key.startswith(made.prefix)


def test_bearer_and_basic_open_the_door(cast: Cast) -> None:
    _made, key = make_token(user=cast.city, name="月报")
    packed = base64.b64encode(f"anything:{key}".encode()).decode()
    assert ask(f"Bearer {key}").status_code == 200
    assert ask(f"Basic {packed}").status_code == 200


def test_each_refusal_says_which(cast: Cast) -> None:
    dead, dead_key = make_token(user=cast.city, name="旧")
    revoke_token(token=dead, actor=cast.city)
    old, old_key = make_token(user=cast.city, name="过期")
    ApiToken.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    _far, far_key = make_token(user=cast.city, name="远", addresses=["10.9.0.0/16"])
    left = make_user("left", Role.BI_READER)
    _left, left_key = make_token(user=left, name="离职")
    User.objects.filter(pk=left.pk).update(is_active=False)
    told = {
        name: ask(f"Bearer {key}")
        for name, key in {"revoked": dead_key, "expired": old_key, "elsewhere": far_key, "gone": left_key, "unknown": "mpp_x"}.items()
    }
    assert {name: (answer.status_code, answer.json()["code"]) for name, answer in told.items()} == {
        "revoked": (401, "token_revoked"),
        "expired": (401, "token_expired"),
        "elsewhere": (401, "token_elsewhere"),
        "gone": (401, "token_revoked"),
        "unknown": (401, "token_unknown"),
    }
    assert ask("Basic %%%").status_code == 401
    assert Client().get("/api/v1/projects/")["WWW-Authenticate"].startswith("Bearer")
    assert ask(f"Bearer {far_key}", REMOTE_ADDR="10.9.3.4").status_code == 200


def test_a_token_of_one_unit_reaches_that_unit_alone(cast: Cast, calling: Caller) -> None:
    make_project("甲路", cast.unit_a)
    make_project("乙路", cast.unit_b)
    narrowed = calling(cast.city, unit=cast.unit_b)
    assert [row["name"] for row in narrowed.get("/api/v1/projects/").json()["results"]] == ["乙路"]
    nowhere = calling(cast.owner, unit=cast.unit_b)
    assert nowhere.get("/api/v1/projects/").status_code == 403


@pytest.mark.parametrize("reads_only", [True, False])
def test_a_reading_token_may_not_write(reads_only: bool, cast: Cast) -> None:
    user = User.objects.get(pk=cast.city.pk)
    scope.narrow(user, scope.Narrowing(None, reads_only))
    assert scope.may(user, Action.VIEW)
    assert scope.city_wide(user, Action.EXPORT)
    assert {scope.may(user, Action.EDIT), scope.city_wide(user, Action.LOCK), scope.reaches(user, Action.EDIT, cast.unit_a.pk)} == {not reads_only}


def test_no_token_for_who_may_do_everything_and_none_makes_one_so(cast: Cast) -> None:
    everything = User.objects.create(username="root", is_superuser=True)
    with pytest.raises(TokenRefusedError, match="superuser"):
        make_token(user=everything, name="万能")
    _made, key = make_token(user=cast.owner, name="先前")
    User.objects.filter(pk=cast.owner.pk).update(is_superuser=True)
    make_project("乙路", cast.unit_b)
    assert ask(f"Bearer {key}").json()["results"] == []


def test_last_use_is_told(cast: Cast) -> None:
    made, key = make_token(user=cast.city, name="月报")
    ask(f"Bearer {key}", REMOTE_ADDR="10.1.1.1")
    made.refresh_from_db()
    assert made.last_used_from == "10.1.1.1"
    assert made.last_used_at is not None


def test_too_many_questions_are_told_to_wait(cast: Cast, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 3
    _made, key = make_token(user=cast.city, name="月报")
    _other, other_key = make_token(user=cast.city, name="另一个")
    answers = [ask(f"Bearer {key}") for _time in range(8)]  # a minute may end meanwhile, but not two
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 1 <= int(refused[0]["Retry-After"]) <= 60
    assert refused[0].json()["code"] == "throttled"
    assert ask(f"Bearer {other_key}").status_code == 200

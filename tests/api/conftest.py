"""Callers of the API: a person's token in the header of each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.api.tokens import make_token
from accounts.models import User
from tests.conftest import Cast

Caller = Callable[..., Client]


@pytest.fixture
def calling() -> Caller:
    """`calling(user, can_write=…, unit=…)`: a client that carries a new token of this person."""

    def client_of(user: User, **token: Any) -> Client:
        _made, key = make_token(user=user, name="检验", **token)
        return Client(headers={"authorization": f"Bearer {key}"})

    return client_of


@pytest.fixture
def officer(cast: Cast, calling: Caller) -> Client:
    """The officer of unit A, with a token that may write."""
    return calling(cast.owner, can_write=True)

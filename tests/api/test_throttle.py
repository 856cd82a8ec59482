"""Calls are counted in a statement of their own that the caller does not wait for; inside a transaction nothing of it is changed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test import RequestFactory

from accounts.api.throttles import CallerThrottle
from accounts.models import ApiMinute


def call() -> bool:
    asked: Any = SimpleNamespace(auth=None, user=AnonymousUser(), _request=RequestFactory().get("/api/v1/"))
    return CallerThrottle().allow_request(asked, None)


def waits() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_calls_are_counted_whatever_holds_them(settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 2
    assert call()
    with transaction.atomic():
        call()
        if connection.vendor == "postgresql":
            assert waits() == "on"  # what else this transaction writes is on the disk when it is told so
    assert sum(ApiMinute.objects.values_list("calls", flat=True)) == 2
    if connection.vendor == "postgresql":
        assert waits() == "on"

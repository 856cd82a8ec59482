"""A client that nobody here wrote asks everything the schema allows: no 5xx, and each answer is as the schema says.

A few questions for each address here; `FUZZ=200 .venv/bin/pytest tests/api/test_fuzz.py` asks more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from accounts.api.tokens import make_token
from tests.conftest import Cast
from tests.factories import make_month, make_project

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
QUESTIONS = int(os.environ.get("FUZZ", "3"))
SCHEMA = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
SCHEMA.app = get_wsgi_application()
OPERATIONS = {f"{one.ok().method.upper()} {one.ok().path}": one.ok() for one in SCHEMA.get_all_operations()}


@pytest.mark.sampled(4)
@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_question_is_answered_as_the_schema_says(name: str, cast: Cast, settings_of_api: None) -> None:
    for number in range(3):
        make_month(make_project(f"路{number}", cast.unit_a))
    _made, key = make_token(user=cast.city, name="检验", can_write=True)

    @given(data=st.data())
    @settings(
        max_examples=QUESTIONS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(data: Any) -> None:
        case = data.draw(OPERATIONS[name].as_strategy())
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    ask()


@pytest.fixture
def settings_of_api(settings: Any) -> Iterator[None]:
    """As many questions as are asked. The end of a request leaves the test's connection open, as it does with Django's own test client."""
    settings.API_CALLS_PER_MINUTE = 1_000_000
    settings.ALLOWED_HOSTS = ["*"]
    for moment in (request_started, request_finished):
        moment.disconnect(close_old_connections)
    yield
    for moment in (request_started, request_finished):
        moment.connect(close_old_connections)

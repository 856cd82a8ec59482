"""What the database prints for JSON is what Python would have printed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from accounts.api.fields import Kind
from accounts.api.paging import unpack
from accounts.api.printed import can_print, print_page
from accounts.api.reading import page_of, read_question, rows_of
from accounts.api.rendering import json_bytes
from accounts.api.resources import RESOURCES
from projects.models import Project
from tests.conftest import Cast
from tests.factories import make_project, make_unit
from tests.odata.conftest import city

assert city  # a fixture: a row in every set

MOMENTS = [
    datetime(2020, 7, 10, 16, 30, 0, tzinfo=UTC),
    datetime(2020, 12, 31, 23, 59, 59, 500000, tzinfo=UTC),
    datetime(2020, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_moments_are_told_in_utc(db: Any, moment: datetime) -> None:
    project = make_project("甲", make_unit("市南区"))
    with connection.cursor() as cursor:
        kept = connection.ops.adapt_datetimefield_value(moment)
        cursor.execute("UPDATE projects_project SET created_at = %s WHERE id = %s", [kept, project.pk])
    found = Project.objects.values_list(RESOURCES["projects"].by_name["created_at"].expression).get()[0]
    assert found.endswith("Z")
    assert datetime.fromisoformat(found) == moment


@pytest.mark.parametrize("wan", ["0.000001", "12", "3540.123456", "999999999.999999", None])
def test_amounts_are_exact_numbers(db: Any, wan: str | None) -> None:
    project = make_project("甲", make_unit("市南区"), total_wan=wan and Decimal(wan))
    project.land_mu = wan and Decimal("12.5")
    project.save()
    columns = RESOURCES["projects"].by_name
    money, land = Project.objects.values_list(columns["total_wan"].expression, columns["land_mu"].expression).get()
    assert (money, land) == ((None, None) if wan is None else (float(wan), 12.5))
    assert wan is None or Decimal(repr(money)) == Decimal(wan)


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_a_page_that_the_database_prints_says_what_python_says(name: str, city: list[Project], cast: Cast) -> None:
    resource = RESOURCES[name]
    orders = ["id", *(f"-{field.name}" for field in resource.fields if field.kind is not Kind.JSON and field.name != "id")]
    for ordering in orders:
        asked = QueryDict(f"count=1&page_size=1&ordering={ordering}", mutable=True)
        for _page in range(2):
            question = read_question(resource, asked)
            rows = rows_of(question, cast.city)
            if not can_print(question):
                assert connection.vendor == "sqlite"
                return
            printed, told = print_page(question, rows), page_of(question, rows, cast.city)
            assert json.loads(printed.rows) == json.loads(json_bytes(told.rows))
            assert (bool(printed.next), printed.count) == (bool(told.next), told.count)
            if not printed.next:
                break
            assert unpack(printed.next, question.mark, question.order) == unpack(told.next, question.mark, question.order)
            asked["cursor"] = printed.next

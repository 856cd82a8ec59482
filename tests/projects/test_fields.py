"""The lookup that takes thousands of keys as one parameter."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import AnnualPlan, Project
from tests.factories import make_plan, make_project, make_unit

pytestmark = pytest.mark.django_db


def test_among_finds_what_in_finds_whatever_signs_the_keys_hold() -> None:
    unit = make_unit()
    names = ["甲路", 'a"b', "c,d", "{e}", "f'g", "h\\i", "NULL"]
    for name in names:
        make_project(name, unit)
    keys = list(Project.objects.values_list("name_key", flat=True))[1:]
    assert sorted(Project.objects.filter(name_key__among=keys).values_list("name_key", flat=True)) == sorted(keys)
    assert not Project.objects.filter(name_key__among=[]).exists()


def test_among_takes_foreign_keys_and_more_keys_than_a_statement_has_parameters() -> None:
    project = make_project("甲路")
    make_plan(project, 100)
    keys = [project.pk, *range(10_000_000, 10_100_000)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert AnnualPlan.objects.get(project_id__among=keys).project_id == project.pk
    assert len(queries) == 1

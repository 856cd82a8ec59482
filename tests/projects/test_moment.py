"""The described month that a page opens with."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from projects.moment import moment_of
from projects.values import Month
from tests.factories import make_month, make_project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("july", "opens_with"), [(0, 6), (1, 6), (2, 7), (4, 7)])
def test_a_month_begun_by_few_does_not_yet_open_the_pages(rf: RequestFactory, july: int, opens_with: int) -> None:
    for number in range(4):
        project = make_project()
        make_month(project, month=6)
        if number < july:
            make_month(project, month=7)
    assert moment_of(rf.get("/")).month == Month(2020, opens_with)


def test_the_address_goes_before_it(rf: RequestFactory, settings: Any) -> None:
    make_month(make_project(), month=6)
    assert moment_of(rf.get("/", {"month": "2020-03"})).month == Month(2020, 3)

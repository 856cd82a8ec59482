"""Faults of fund sheets that are told at once and at their cells: another district's project, a fund that has not enough."""

from __future__ import annotations

import pytest

from tests.conftest import Cast
from tests.exchange.funds import BONDS, CENTRAL, FIRST, SECOND, checked, issue, plan, said, words
from tests.factories import make_division, make_project

pytestmark = pytest.mark.django_db


def test_money_for_a_project_of_another_district_is_asked_about_at_the_cell(cast: Cast) -> None:
    issue()
    for unit, code in ((cast.unit_a, "370202"), (cast.unit_b, "370203")):
        unit.division = make_division(code, unit.name)
        unit.save()
    for name in (FIRST, SECOND):
        make_project(name, cast.unit_a, stage="build", actual_start="2020-05")
    upload = checked(BONDS.replace("2 | 市南区", "2 | 市北区"), cast.city)
    assert ("fund_district_differs", "B", 5) in said(upload, "warning")
    assert words(upload, "fund_district_differs") == f"“{SECOND}”是市南区的项目，本行所属区市写的是“市北区”"
    assert ("fund_district_differs", "B", 4) not in said(upload)


def test_what_a_fund_has_not_is_told_beside_the_other_faults(cast: Cast) -> None:
    plan(1000)
    for name in (FIRST, SECOND):
        make_project(name, cast.unit_a, stage="build", actual_start="2020-05")
    upload = checked(CENTRAL.replace("| 800 | 500 | 620", "| 1500 | 乱 | 620"), cast.city)
    assert {code for code, _col, row in said(upload, "error") if row == 4} >= {"fund_full"}
    assert len([code for code, _col, row in said(upload, "error") if row == 4]) == 2, "the cell that can't be read, and the plan that has not enough"
    assert [code for code, _col, row in said(upload, "error") if row == 5] == [], "a blocked row takes nothing from the others"

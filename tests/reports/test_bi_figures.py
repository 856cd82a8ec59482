"""The view of figures says what Python says: every measure, month, unit and whole, from kept sums and from the records, to the 分."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from projects.models import MonthReport, Project, SummaryMark
from projects.services.summing import fold, rebuild
from reports.bi import figures as in_sql
from reports.bi.facts import VIEWS, views_of
from reports.bi.logins import add_login, login_name, remove_login
from reports.figures import FIGURES
from reports.flat import lines
from reports.money_measured import MONEY_MEASURES
from reports.selection import whole_reach
from tests.reports import build
from tests.reports.awkward import awkward_city
from tests.reports.test_bi import PASSWORD, connected

ASKED = "SELECT measure, year_month, unit_key, value, is_approx, measured_in FROM bi_figures"


def in_python() -> dict[tuple[str, str, str], tuple[Any, bool]]:
    return {(one.measure, str(one.month), one.unit.key if one.unit else ""): (one.value, one.is_approx) for one in lines(whole_reach())}


def in_database() -> dict[tuple[str, str, str], tuple[Any, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(ASKED)
        rows = cursor.fetchall()
    found = {(measure, month, unit): (value, rough) for measure, month, unit, value, rough, _in in rows}
    assert len(found) == len(rows)
    return found


def test_every_measure_is_said_in_sql_too() -> None:
    """A measure that is added without its SQL fails here."""
    assert [*in_sql.PROGRESS, *in_sql.MONEY, *in_sql.LATER] == list(FIGURES)
    assert set(in_sql.OF_CITY) == {key for key, one in MONEY_MEASURES.items() if one.of_city}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [5, 23])
def test_the_view_says_what_python_says(seed: int) -> None:
    if connection.vendor != "postgresql":  # the view is PostgreSQL's: SQLite has no lateral joins
        assert "bi_figures" not in {view.name for view in views_of(connection.vendor)}
        assert "bi_figures" not in connection.introspection.table_names(include_views=True)
        return
    awkward_city([build.unit(key) for key in ("one", "two", "money")], seed=seed)
    assert SummaryMark.objects.exists()
    assert in_database() == in_python()  # from the records: nothing was folded
    rebuild()
    assert not SummaryMark.objects.exists()
    told = in_python()
    assert in_database() == told  # from kept sums
    assert {key for key, _month, _unit in told} == set(FIGURES)
    for report in MonthReport.objects.exclude(done_ytd_wan=None)[:9]:
        assert report.done_ytd_wan is not None
        report.done_ytd_wan += 1
        report.save()
    project = Project.objects.exclude(total_wan=None).filter(is_approx=False).first()
    assert project is not None
    project.is_approx = True
    project.save()
    assert in_database() == in_python() != told  # a write that was not folded
    fold()
    assert in_database() == in_python()


@pytest.mark.django_db
def test_an_empty_product_has_no_figures() -> None:
    assert list(lines(whole_reach())) == []
    if connection.vendor == "postgresql":
        assert in_database() == {}


@pytest.mark.django_db(transaction=True)
def test_a_login_reads_its_unit_s_figures_and_not_the_whole() -> None:
    if connection.vendor != "postgresql":  # SQLite has no logins
        return
    units = [build.unit(key) for key in ("one", "two", "money")]
    awkward_city(units)
    wanted = {key: value for key, value in in_python().items() if key[2] == "one"}
    add_login("figures", units[0], PASSWORD)
    try:
        with connected(login_name("figures")) as session:
            rows = session.execute(ASKED).fetchall()
        assert {(measure, month, unit): (value, rough) for measure, month, unit, value, rough, _in in rows} == wanted
    finally:
        remove_login("figures")


def test_the_view_is_one_of_the_star() -> None:
    (view,) = (view for view in VIEWS if view.name == "bi_figures")
    assert (view.only, view.unit) == ("postgresql", "f.unit_id")

"""The demo's monthly cycle: closed months approved and locked on their days, June open and mixed, no figure touched, done once."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from accounts.models import ReportingUnit
from config.cycle_demo import run_cycle
from config.demo import load_people
from projects.models import MonthReport, ReportingPeriod, ReviewEvent
from projects.returns import matrix
from projects.services.periods import lock_due
from projects.services.reference import load_reference
from tests.factories import make_month, make_project

pytestmark = pytest.mark.django_db
UNITS = ("shinan", "shibei", "laoshan", "chengyang", "gaoxin")


@pytest.fixture
def year(db: Any, settings_folder: None) -> None:
    load_reference(settings.BASE_DIR / "fixtures" / "reference")
    load_people()
    for key in UNITS:
        project = make_project(unit=ReportingUnit.objects.get(key=key), stage="build", actual_start="2019-05")
        for month in range(1, 7):
            make_month(project, month, done_month_wan=100, done_ytd_wan=100 * month)


@pytest.fixture
def settings_folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path


def figures() -> list[Any]:
    return list(MonthReport.objects.order_by("pk").values("pk", "done_month_wan", "done_ytd_wan", "progress_text"))


def test_the_year_so_far_is_approved_and_locked_and_june_is_open(year: None) -> None:
    before = figures()
    assert run_cycle()
    assert figures() == before
    closed = MonthReport.objects.filter(period__month__lt=6)
    assert set(closed.values_list("state", flat=True)) == {"approved"}
    locked = {period.month: period.locked_at and f"{period.locked_at:%m-%d}" for period in ReportingPeriod.objects.all()}
    assert locked == {1: "02-10", 2: "03-10", 3: "04-11", 4: "05-10", 5: "06-10", 6: None}
    # What is closed says its planned day, and June, whose day would be past, has none: it would be locked.
    plans = {period.month: period.locks_on and f"{period.locks_on:%m-%d}" for period in ReportingPeriod.objects.all()}
    assert (plans, lock_due()) == (locked, [])
    june = dict(MonthReport.objects.filter(period__month=6).values_list("project__unit__key", "state"))
    assert june == {"shinan": "approved", "shibei": "submitted", "laoshan": "draft", "chengyang": "returned", "gaoxin": "submitted"}
    late = ReviewEvent.objects.filter(is_late=True).values_list("report__project__unit__key", "report__period__month")
    assert list(late) == [("gaoxin", 6)]
    found = matrix(list(ReportingUnit.objects.filter(key="chengyang")), 2020)
    assert [cell.standing.value for _unit, cells in found.rows for cell in cells[:6]] == ["approved"] * 5 + ["returned"]
    # Every move left its history with the person who made it.
    assert MonthReport.history.count() == len(before) + ReviewEvent.objects.count()


def test_a_second_start_does_nothing(year: None) -> None:
    run_cycle()
    told = ReviewEvent.objects.count(), MonthReport.history.count()
    assert not run_cycle()
    assert (ReviewEvent.objects.count(), MonthReport.history.count()) == told

"""Who has reported: each cell of the matrix, in a fixed number of queries; and how much of a month is approved."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import ReportingUnit
from projects.models import Project
from projects.period import Period
from projects.returns import States, matrix, states_of
from projects.services.reviews import move, nil_return
from projects.values import Month
from projects.workflow import Verb
from tests.factories import make_period, make_project
from tests.projects.cycle import at, make_cycle

pytestmark = pytest.mark.django_db
JUNE = Month(2020, 6)


@pytest.fixture
def cycle(db):
    return make_cycle()


def cell(unit, month=6, today=date(2020, 7, 1)):
    found = matrix(list(ReportingUnit.objects.all()), 2020, today=today)
    return {row.pk: cells for row, cells in found.rows}[unit.pk][month - 1]


def test_a_month_nobody_opened_and_one_nobody_reported(cycle):
    make_project(unit=cycle.unit, stage="build")
    assert [cell(cycle.unit, month).standing.value for month in (5, 6)] == ["not_due", "not_started"]


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "approved"])
def test_the_cell_tells_the_state_of_its_reports(cycle, state):
    cycle.report(state=state)
    found = cell(cycle.unit)
    assert (found.standing.value, found.states, found.returns) == (state, {state: 1}, int(state == "returned"))
    assert cell(cycle.other, 6) if Project.objects.filter(unit=cycle.other).exists() else True


def test_the_state_that_still_needs_somebody_is_told_first(cycle):
    cycle.report(state="approved")
    cycle.report(state="submitted")
    assert cell(cycle.unit).standing.value == "submitted"
    cycle.report()
    assert cell(cycle.unit).standing.value == "draft"
    cycle.report(state="returned")
    assert cell(cycle.unit).standing.value == "returned"


def test_projects_under_construction_without_a_report_are_missing(cycle):
    cycle.report(state="approved")
    make_project(unit=cycle.unit, stage="build")
    make_project(unit=cycle.unit, stage="prep")
    found = cell(cycle.unit)
    assert (found.expected, found.missing, found.owes) == (2, 1, True)


def test_late_overdue_returned_twice_and_nil(cycle):
    cycle.period.due_on, cycle.period.grace_until = date(2020, 7, 6), date(2020, 7, 9)
    cycle.period.save()
    report = cycle.report(state="returned")
    move(verb=Verb.SUBMIT, report_id=report.pk, actor=cycle.submitter, at=at(2020, 7, 10, 1))
    move(verb=Verb.RETURN, report_id=report.pk, actor=cycle.checker, reason="再核")
    found = cell(cycle.unit, today=date(2020, 7, 10))
    assert (found.returns, found.is_late, found.is_overdue) == (2, True, True)
    assert not cell(cycle.unit, today=date(2020, 7, 9)).is_overdue
    make_project(unit=cycle.other, stage="build")
    assert cell(cycle.other).owes
    nil_return(unit_id=cycle.other.pk, period_id=cycle.period.pk, actor=cycle.outsider, note="停工", at=at(2020, 7, 5))
    found = cell(cycle.other, today=date(2020, 8, 1))
    assert (found.standing.value, found.is_late, found.owes, found.is_overdue) == ("nil", False, False, False)


def test_a_locked_month_owes_nothing_any_more(cycle):
    cycle.report()
    cycle.locked()
    assert (cell(cycle.unit).is_locked, cell(cycle.unit).owes) == (True, False)


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(cycle, count, django_assert_num_queries):
    for number in range(1, count + 1):
        make_period(2020, number)
        cycle.report(state="returned", month=number)
        cycle.report(unit=cycle.other, month=number)
    units = list(ReportingUnit.objects.all())
    with django_assert_num_queries(5):
        matrix(units, 2020)


def test_how_much_of_a_month_is_approved(cycle):
    cycle.report(state="approved")
    for state in ("draft", "submitted", "submitted", "returned"):
        cycle.report(state=state)
    cycle.report(state="approved", month=5)
    assert states_of(Project.objects.all(), Period(JUNE)) == States(draft=1, submitted=2, returned=1, approved=1)

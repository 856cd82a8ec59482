"""Rules 29-35 and 41: dates and permits; each on both sides of its edge."""

from __future__ import annotations

from datetime import date

import pytest

from projects.records import PermitRecord
from projects.rules import dates, permits
from projects.stages import Stage
from projects.values import PartialDate
from tests.projects.rule_cases import E, W, context, hear, project


def when(text):
    return None if text is None else PartialDate.parse(text)


@pytest.mark.parametrize(
    "text, heard",
    [
        pytest.param("1980", [], id="first year"),
        pytest.param("1979", [("date_out_of_range", E, "planned_finish")], id="before it"),
        pytest.param("2060-12", [], id="last year"),
        pytest.param("2061-01", [("date_out_of_range", E, "planned_finish")], id="after it"),
        pytest.param(None, [], id="none"),
    ],
)
def test_dates_plausible(text, heard):
    assert hear(dates.dates_plausible, project(planned_finish=when(text))) == heard


@pytest.mark.parametrize(
    "start, heard",
    [
        pytest.param("2020-06-30", [], id="last day of the month"),
        pytest.param("2020-07-01", [("start_after_report", E, "actual_start")], id="the day after"),
        pytest.param("2020-06", [], id="in the month"),
        pytest.param("2020", [], id="some day of the year"),
        pytest.param("2020-H2", [("start_after_report", E, "actual_start")], id="second half-year"),
        pytest.param("2019-12", [], id="last year"),
        pytest.param(None, [], id="none"),
    ],
)
def test_rule_29_start_not_ahead(start, heard):
    assert hear(dates.start_not_ahead, project(actual_start=when(start))) == heard


def test_rule_29_counts_to_today_where_no_month_is_reported():
    ahead = [("start_after_report", E, "actual_start")]
    assert hear(dates.start_not_ahead, project(actual_start=when("2020-07-03")), context(month=None)) == []
    assert hear(dates.start_not_ahead, project(actual_start=when("2020-07-04")), context(month=None)) == ahead


@pytest.mark.parametrize(
    "start, approved, heard",
    [
        pytest.param("2019-02", "2019-03-01", [("start_before_approval", W, "actual_start")], id="the month before"),
        pytest.param("2019-03-01", "2019-03-01", [], id="the same day"),
        pytest.param("2019-03", "2019-03-15", [], id="perhaps later in the month"),
        pytest.param("2018", "2019", [("start_before_approval", W, "actual_start")], id="the year before"),
        pytest.param("2019", "2019-12-31", [], id="perhaps the same day"),
        pytest.param(None, "2019-03", [], id="no start"),
        pytest.param("2019-03", None, [], id="approval not known"),
    ],
)
def test_rule_30_start_after_approval(start, approved, heard):
    assert hear(dates.start_after_approval, project(actual_start=when(start), approval_date=when(approved))) == heard


@pytest.mark.parametrize(
    "start, finish, wrong",
    [
        pytest.param("2020-06", "2020-05", True, id="the month before"),
        pytest.param("2020-06", "2020-06", False, id="the same month"),
        pytest.param("2020-06", "2020", False, id="some day of the year"),
        pytest.param("2020-06", "2019", True, id="the year before"),
        pytest.param("2020-06-02", "2020-06-01", True, id="the day before"),
        pytest.param(None, "2019", False, id="no start"),
        pytest.param("2020-06", None, False, id="no finish"),
    ],
)
def test_rule_31_finish_after_start(start, finish, wrong):
    planned = project(planned_start=when(start), planned_finish=when(finish), actual_start=None)
    actual = project(planned_start=None, planned_finish=None, actual_start=when(start), actual_finish=when(finish))
    assert hear(dates.finish_after_start, planned) == ([("finish_before_start", E, "planned_finish")] if wrong else [])
    assert hear(dates.finish_after_start, actual) == ([("finish_before_start", E, "actual_finish")] if wrong else [])


def test_rule_31_start_slipped_past_the_planned_finish_is_no_fault_of_dates():
    assert hear(dates.finish_after_start, project(planned_finish=when("2019-12"), actual_start=when("2020-03"))) == []


OVERDUE = [("start_overdue", W, "planned_start")]


@pytest.mark.parametrize(
    "planned, changes, heard",
    [
        pytest.param("2020-06", {}, OVERDUE, id="due in the month reported"),
        pytest.param("2020-07", {}, [], id="due next month"),
        pytest.param("2020-H1", {}, OVERDUE, id="due in the first half-year"),
        pytest.param("2020", {}, [], id="due this year"),
        pytest.param("2020-06", {"actual_start": PartialDate(2020, 6)}, [], id="started"),
        pytest.param("2020-06", {"start_delay_reason": "征地未完成"}, [], id="explained"),
        pytest.param("2020-06", {"stage": Stage.BUILD}, [], id="under construction"),
        pytest.param("2020-06", {"stage": Stage.OUT}, [], id="withdrawn"),
        pytest.param("2020-06", {"stage": None}, [], id="not known whether started"),
        pytest.param(None, {}, [], id="no date"),
    ],
)
def test_rule_41_start_in_time(planned, changes, heard):
    record = project(**{"planned_start": when(planned), "stage": Stage.PLANNED, "actual_start": None} | changes)
    assert hear(dates.start_in_time, record) == heard


def test_rule_41_today_is_not_over():
    record = project(planned_start=when("2020-07-03"), stage=Stage.PLANNED, actual_start=None)
    assert hear(dates.start_in_time, record, context(month=None)) == []
    assert hear(dates.start_in_time, record, context(month=None, today=date(2020, 7, 4))) == OVERDUE


@pytest.mark.parametrize(
    "held, approval, at, heard",
    [
        pytest.param((), "filing", Stage.BUILD, [("permit_missing", W, "permits")], id="none"),
        pytest.param((), "approval", Stage.BUILD, [("permit_missing", E, "permits")], id="none, government"),
        pytest.param((), "approval", Stage.PLANNED, [], id="not under construction"),
        pytest.param((PermitRecord("construction"),), "approval", Stage.BUILD, [], id="held"),
        pytest.param((PermitRecord("construction", "not_needed"),), "approval", Stage.BUILD, [], id="not needed"),
        pytest.param((PermitRecord("construction", "in_hand"),), "filing", Stage.BUILD, [("permit_missing", W, "permits")], id="in hand"),
        pytest.param(None, "approval", Stage.BUILD, [], id="not carried by this door"),
    ],
)
def test_rule_32_construction_permit(held, approval, at, heard):
    assert hear(permits.construction_permit, project(permits=held, approval_kind=approval, stage=at)) == heard


def expiring(day, kind="eia"):
    return (PermitRecord(kind, expires_on=day),)


@pytest.mark.parametrize(
    "held, start, at, heard",
    [
        pytest.param(expiring(date(2019, 5, 31)), "2019-06", Stage.BUILD, [("permit_expired", W, "permits")], id="the day before the start"),
        pytest.param(expiring(date(2019, 6, 1)), "2019-06", Stage.BUILD, [], id="on the first day"),
        pytest.param(expiring(date(2020, 6, 29)), None, Stage.PLANNED, [("permit_expired", W, "permits")], id="not started, expired by now"),
        pytest.param(expiring(date(2020, 6, 30)), None, Stage.PLANNED, [], id="not started, valid to the end"),
        pytest.param(expiring(date(2010, 1, 1)), None, Stage.BUILD, [], id="started, day not known"),
        pytest.param(expiring(date(2010, 1, 1), "other"), "2019-06", Stage.BUILD, [("permit_expired", W, "permits")], id="kind without a name"),
        pytest.param(expiring(None), "2019-06", Stage.BUILD, [], id="no expiry"),
        pytest.param(None, "2019-06", Stage.BUILD, [], id="not carried"),
    ],
)
def test_rule_33_permits_valid(held, start, at, heard):
    assert hear(permits.permits_valid, project(permits=held, actual_start=when(start), stage=at)) == heard


@pytest.mark.parametrize(
    "text, good",
    [
        ("青发改投资〔2020〕12号", True),
        ("青环审（西海岸）〔2020〕5号", True),
        ("青发改投资[2020]12号", False),
        ("青发改投资【2020】12号", False),
        ("青发改投资〔2020〕012号", False),
        ("青发改投资〔2020〕12", False),
        ("〔2020〕12号", False),
    ],
)
def test_rule_34_document_number(text, good):
    heard = [] if good else [("doc_no_format", W, "permits")]
    assert hear(permits.document_numbers, project(permits=(PermitRecord("feasibility", doc_no=text),))) == heard
    assert hear(permits.document_numbers, project(permits=None, out_document=text)) == ([] if good else [("doc_no_format", W, "out_document")])


@pytest.mark.parametrize(
    "held",
    [
        pytest.param((PermitRecord("construction", doc_no="370211201906010101"),), id="certificates have their own numbers"),
        pytest.param((PermitRecord("feasibility"),), id="no number"),
        pytest.param((), id="no permits"),
    ],
)
def test_rule_34_leaves_others_alone(held):
    assert hear(permits.document_numbers, project(permits=held)) == []


@pytest.mark.parametrize(
    "held, approval, at, heard",
    [
        pytest.param((), "approval", Stage.PLANNED, [("feasibility_missing", E, "permits")], id="planned"),
        pytest.param((), "approval", Stage.BUILD, [("feasibility_missing", E, "permits")], id="under construction"),
        pytest.param((), "approval", Stage.PREP, [], id="preliminary"),
        pytest.param((), "filing", Stage.PLANNED, [], id="enterprise"),
        pytest.param((), None, Stage.PLANNED, [], id="kind of approval not known"),
        pytest.param((PermitRecord("feasibility"),), "approval", Stage.PLANNED, [], id="held"),
        pytest.param(None, "approval", Stage.PLANNED, [], id="not carried"),
    ],
)
def test_rule_35_feasibility(held, approval, at, heard):
    assert hear(permits.feasibility_approved, project(permits=held, approval_kind=approval, stage=at)) == heard

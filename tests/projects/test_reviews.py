"""Handing in, returning, approving: who may, what it leaves in history, events and the log, and what many at once leave out."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from projects.models import MonthReport, NilReturn, ReviewEvent, Source, changes_from
from projects.services.periods import grant_exception, unlock_period
from projects.services.reviews import last_approved, move, move_many, nil_return, open_reasons, open_remarks
from projects.services.voiding import void_one
from projects.workflow import Refused, Verb
from tests.factories import make_period, make_plan
from tests.projects.cycle import ahead, at, make_cycle

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle(db):
    return make_cycle()


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (MonthReport, ReviewEvent, NilReturn)] + [MonthReport.history.count()]


def refused(**given):
    before = everything()
    with pytest.raises(Refused) as said:
        move(**given)
    assert everything() == before
    return said.value.code


REMARKS = {"done_month_wan": "与上月差太多", "problems": " "}


def test_a_month_goes_its_way_and_every_step_is_told(cycle):
    report = cycle.report()
    move(verb=Verb.SUBMIT, report_id=report.pk, actor=cycle.submitter, seen=1, at=at(2020, 7, 3, 9))
    move(
        verb=Verb.RETURN,
        report_id=report.pk,
        actor=cycle.checker,
        seen=2,
        reason="本月数偏大",
        cells={"done_month_wan": "与上月差太多", "problems": " "},
    )
    move(verb=Verb.SUBMIT, report_id=report.pk, actor=cycle.submitter, seen=3)
    move(verb=Verb.APPROVE, report_id=report.pk, actor=cycle.checker, seen=4)
    told = [(event.verb, event.from_state, event.to_state, str(event.by), event.reason) for event in report.events.order_by("id")]
    assert told == [
        ("submit", "draft", "submitted", "郑交", ""),
        ("return", "submitted", "returned", "赵核", "本月数偏大"),
        ("submit", "returned", "submitted", "郑交", ""),
        ("approve", "submitted", "approved", "赵核", ""),
    ]
    report.refresh_from_db()
    assert (report.state, report.revision) == ("approved", 5)
    kept = [(row.state, row.history_user and str(row.history_user), row.history_change_reason) for row in report.history.order_by("history_id")]
    assert kept == [
        ("draft", "陈填", None),
        ("submitted", "郑交", None),
        ("returned", "赵核", "本月数偏大"),
        ("submitted", "郑交", None),
        ("approved", "赵核", None),
    ]
    assert [event.event for event in AuditEvent.objects.order_by("id")] == ["month.submit", "month.return", "month.submit", "month.approve"]


ALLOWED = {("submitter", Verb.SUBMIT), ("officer", Verb.SUBMIT), ("checker", Verb.APPROVE), ("checker", Verb.RETURN)}


PEOPLE = ["filler", "submitter", "outsider", "checker", "officer", "keeper"]


@pytest.mark.parametrize("who,verb", list(product(PEOPLE, [Verb.SUBMIT, Verb.APPROVE, Verb.RETURN])))
def test_who_may_do_what(cycle, who, verb):
    report = cycle.report(state="draft" if verb is Verb.SUBMIT else "submitted")
    given = {"verb": verb, "report_id": report.pk, "actor": getattr(cycle, who), "reason": "请核对"}
    if (who, verb) in ALLOWED:
        assert move(**given).state != report.state
    else:
        assert refused(**given) == "role"


def test_a_page_that_is_behind_does_not_judge_unseen(cycle):
    report = cycle.report(state="submitted")
    with changes_from(Source("admin", cycle.filler.pk)):
        report.done_month_wan = Decimal(101)
        report.save()
    assert refused(verb=Verb.APPROVE, report_id=report.pk, actor=cycle.checker, seen=2) == "moved"


def test_nobody_approves_what_he_wrote_or_handed_in(cycle):
    written = cycle.report(state="submitted", by=cycle.checker)
    assert refused(verb=Verb.APPROVE, report_id=written.pk, actor=cycle.checker) == "own_edit"
    handed_in = cycle.report()
    move(verb=Verb.SUBMIT, report_id=handed_in.pk, actor=None)
    ReviewEvent.objects.filter(report=handed_in).update(by=cycle.checker)
    assert refused(verb=Verb.APPROVE, report_id=handed_in.pk, actor=cycle.checker) == "own_submission"


def test_moves_of_the_review_are_no_edits(cycle):
    """A reviewer who returned a report is not the one who last edited it."""
    report = cycle.report(state="returned")
    move(verb=Verb.SUBMIT, report_id=report.pk, actor=cycle.submitter)
    assert move(verb=Verb.APPROVE, report_id=report.pk, actor=cycle.checker).state == "approved"


@pytest.mark.parametrize(
    "state,after,told", [("submitted", "draft", 1), ("approved", "draft", 1), ("returned", "returned", 0), ("draft", "draft", 0)]
)
def test_an_edit_takes_the_review_away_and_says_so(cycle, state, after, told):
    report = cycle.report(state=state)
    void_one(report, actor=cycle.filler, door="admin", reason="更正笔误")
    assert report.state == after
    events = ReviewEvent.objects.filter(report=report, verb="void")
    assert [(event.from_state, event.to_state, event.by, event.reason) for event in events] == [(state, "draft", cycle.filler, "更正笔误")] * told


def test_a_locked_month_stands_still_but_for_an_exception(cycle):
    report = cycle.report(state="submitted")
    cycle.locked()
    assert refused(verb=Verb.APPROVE, report_id=report.pk, actor=cycle.checker) == "locked"
    grant_exception(period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=ahead(10), actor=cycle.keeper, reason="补报")
    assert move(verb=Verb.APPROVE, report_id=report.pk, actor=cycle.checker).state == "approved"
    foreign = MonthReport.objects.get(pk=report.pk)
    unlock_period(period_id=cycle.period.pk, actor=cycle.keeper, reason="全市补报")
    assert move(verb=Verb.RETURN, report_id=foreign.pk, actor=cycle.checker, reason="补充说明").state == "returned"


# --- Many at once ------------------------------------------------------------------------------------------------------------------


def test_many_are_approved_but_for_those_with_something_open(cycle):
    fine = [cycle.report(state="submitted") for _ in range(3)]
    short = cycle.report(state="submitted", progress_text="在建")
    draft = cycle.report()
    own = cycle.report(state="submitted", by=cycle.checker)
    locked = cycle.report(state="submitted", month=5)
    locked.period.locked_at = at(2020, 6, 10)
    locked.period.save()
    outcome = move_many(verb=Verb.APPROVE, report_ids=[row.pk for row in (*fine, short, draft, own, locked)], actor=cycle.checker)
    assert outcome.done == fine
    assert {left.report: left.code for left in outcome.left} == {short: "open", draft: "state", own: "own_edit", locked: "locked"}
    assert "形象进度" in next(left.zh for left in outcome.left if left.code == "open")
    assert list(MonthReport.objects.filter(state="approved")) == fine
    assert ReviewEvent.objects.filter(verb="approve").count() == 3
    assert AuditEvent.objects.get(event="month.approve").detail["count"] == 3


def test_many_are_handed_in_for_the_own_unit_only(cycle):
    own, foreign = cycle.report(), cycle.report(unit=cycle.other)
    outcome = move_many(verb=Verb.SUBMIT, report_ids=[own.pk, foreign.pk], actor=cycle.submitter)
    assert (outcome.done, [left.code for left in outcome.left]) == ([own], ["role"])


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_approving_do_not_grow_but_for_the_rows(cycle, count, django_assert_num_queries):
    ids = [cycle.report(state="submitted", cum_total_wan=900).pk for _ in range(count)]
    for report in MonthReport.objects.all():
        make_plan(report.project, 1000)
    with django_assert_num_queries(20 + 2 * count):
        assert len(move_many(verb=Verb.APPROVE, report_ids=ids, actor=cycle.checker).done) == count


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_handing_in_do_not_grow_but_for_the_rows(cycle, count, django_assert_num_queries):
    ids = [cycle.report().pk for _ in range(count)]
    with django_assert_num_queries(10 + 2 * count):
        move_many(verb=Verb.SUBMIT, report_ids=ids, actor=cycle.submitter)


# --- Late, nil, remarks, last approved ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day,late", [((2020, 7, 9, 23, 59), False), ((2020, 7, 10, 0, 0), True)])
def test_late_is_told_by_the_city_s_clock(cycle, day, late):
    cycle.period.due_on, cycle.period.grace_until = at(2020, 7, 6).date(), at(2020, 7, 9).date()
    cycle.period.save()
    report = cycle.report()
    move(verb=Verb.SUBMIT, report_id=report.pk, actor=cycle.submitter, at=at(*day))
    assert report.events.get().is_late is late


def test_nothing_changed_is_said_once_and_only_without_reports(cycle):
    said = nil_return(unit_id=cycle.unit.pk, period_id=cycle.period.pk, actor=cycle.submitter, note="全部停工")
    assert (said.by, said.note) == (cycle.submitter, "全部停工")
    for unit, actor, code in [
        (cycle.unit, cycle.submitter, "state"),
        (cycle.other, cycle.submitter, "role"),
        (cycle.other, cycle.outsider, "reported"),
    ]:
        if code == "reported":
            cycle.report(unit=cycle.other)
        with pytest.raises(Refused) as refusal:
            nil_return(unit_id=unit.pk, period_id=cycle.period.pk, actor=actor, note="无变化")
        assert refusal.value.code == code


def test_remarks_are_those_of_reports_that_stand_returned(cycle):
    first, second = cycle.report(state="submitted"), cycle.report(state="submitted")
    for report in (first, second):
        move(verb=Verb.RETURN, report_id=report.pk, actor=cycle.checker, reason="核对", cells={"done_ytd_wan": "与统计不符"})
    move(verb=Verb.SUBMIT, report_id=second.pk, actor=cycle.submitter)
    assert open_remarks(cycle.unit, cycle.period) == {first.pk: {"done_ytd_wan": "与统计不符"}}
    assert open_reasons(cycle.unit, cycle.period) == {first.pk: "核对"}
    assert open_remarks(cycle.other, cycle.period) == {}


def test_last_approved_is_of_the_newest_month_before(cycle):
    april, june = cycle.report(month=4, state="approved", done_ytd_wan=300), cycle.report(month=6, state="approved")
    found = last_approved(cycle.unit, make_period(2020, 6))
    assert set(found) == {april.project_id}
    assert found[april.project_id]["done_ytd_wan"] == Decimal(300)
    assert set(last_approved(cycle.unit, make_period(2020, 7))) == {april.project_id, june.project_id}


def test_what_has_open_questions_is_passed_with_a_word(cycle, signed_in):
    """As approving many would leave it: the page of one shows the same and asks for a reason."""
    report = cycle.report(done_month_wan=600, done_ytd_wan=500)
    move(verb=Verb.SUBMIT, report_id=report.pk, actor=cycle.submitter)
    told = move_many(verb=Verb.APPROVE, report_ids=[report.pk], actor=cycle.checker).left[0]
    assert told.code == "open"
    client, address = signed_in(cycle.checker), reverse("admin:projects_monthreport_move", args=[report.pk, "approve"])
    page = client.get(address)
    assert "小于本月" in page.content.decode()
    seen = page.context["form"]["seen"].value()
    answer = client.post(address, {"reason": " ", "seen": seen})
    assert (answer.status_code, "请写明为何仍可通过" in answer.content.decode()) == (409, True)
    assert client.post(address, {"reason": "年内核减，已核实", "seen": seen}).status_code == 302
    report.refresh_from_db()
    assert report.state == "approved"

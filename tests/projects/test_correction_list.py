"""The page of all late corrections: each reader's own, by period, unit, state and figure; nothing is edited there."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.translation import override

from projects.admin.corrections import words_of
from projects.models import Correction
from projects.services.corrections import propose_corrections, settle_correction
from tests.factories import make_month, make_plan
from tests.projects.cycle import make_cycle

pytestmark = pytest.mark.django_db
LIST = reverse("admin:projects_correction_changelist")


@pytest.fixture
def cycle(db):
    return make_cycle()


def locked_reports(cycle, *units):
    reports = [cycle.report(unit=unit, state="approved") for unit in units]
    cycle.locked()
    return reports


def propose(report, actor, **values):
    return propose_corrections(report_id=report.pk, values=values or {"done_ytd_wan": "480.5"}, reason="统计核减", actor=actor)[0]


def one_by_one():
    """As those that were proposed before a proposal was one act: each was settled alone."""
    Correction.objects.update(together=None)


def names(response):
    return [row.report.project.name for row in response.context["cl"].result_list]


def test_each_row_says_what_stood_what_is_right_and_who_said_so(cycle, signed_in):
    (report,) = locked_reports(cycle, cycle.unit)
    made = propose(report, cycle.filler)
    settle_correction(correction_id=made.pk, approve=True, actor=cycle.checker, note="见核减函")
    page = signed_in(cycle.checker).get(LIST).content.decode()
    for words in ("本年累计完成投资", "500.00万元", "480.50万元", "统计核减", "✓ 已通过", "陈填", "赵核", "见核减函", report.project.name):
        assert words in page, words
    assert reverse("admin:projects_monthreport_corrections", args=[report.pk]) in page


def test_a_unit_reads_its_own_and_its_page_only(cycle, signed_in):
    own, foreign = locked_reports(cycle, cycle.unit, cycle.other)
    rows = [propose(report, cycle.officer) for report in (own, foreign)]
    assert names(signed_in(cycle.filler).get(LIST)) == [own.project.name]
    assert sorted(names(signed_in(cycle.checker).get(LIST))) == sorted([own.project.name, foreign.project.name])
    for verb in ("change", "history"):
        pages = [signed_in(cycle.filler).get(reverse(f"admin:projects_correction_{verb}", args=[row.pk])) for row in rows]
        assert [page.status_code for page in pages] == [302, 404]
        assert pages[0]["Location"] == reverse("admin:projects_monthreport_corrections", args=[own.pk])


@pytest.mark.parametrize(
    "query,found",
    [
        ("", 3),
        ("state=proposed", 2),
        ("state=approved", 1),
        ("state=refused", 0),
        ("figure=done_ytd_wan", 2),
        ("figure=progress_percent", 1),
        ("unit={other}", 1),
        ("period={period}", 2),
        ("period={period}&unit={own}", 1),
        ("q=没有这个项目", 0),
        ("q={name}", 2),
        ("figure=state", 0),
    ],
)
def test_the_filters_narrow_to_period_unit_state_and_figure(cycle, signed_in, query, found):
    first, second = locked_reports(cycle, cycle.unit, cycle.other)
    propose(second, cycle.officer)
    settle_correction(correction_id=propose(first, cycle.officer).pk, approve=True, actor=cycle.checker)
    earlier = make_month(first.project, 5, done_ytd_wan=400, progress_percent=20)
    Correction.objects.create(report=earlier, field="progress_percent", published="20", value="25", reason="量错", by=cycle.filler)
    given = {"other": cycle.other.pk, "own": cycle.unit.pk, "period": first.period_id, "name": first.project.name}
    response = signed_in(cycle.checker).get(f"{LIST}?{query.format(**given)}")
    assert response.context["cl"].result_count == found


def test_nobody_writes_there(cycle, signed_in):
    (report,) = locked_reports(cycle, cycle.unit)
    made = propose(report, cycle.filler)
    before = list(Correction.objects.values())
    for user in (cycle.filler, cycle.checker, cycle.keeper):
        client = signed_in(user)
        answers = [client.get(f"{LIST}add/"), client.post(f"{LIST}{made.pk}/change/", {"value": "1"}), client.post(f"{LIST}{made.pk}/delete/")]
        assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert list(Correction.objects.values()) == before


QUERIES = 9


def test_three_rows_cost_as_many_queries_as_one(cycle, signed_in, django_assert_num_queries):
    reports = locked_reports(cycle, cycle.unit, cycle.other, cycle.unit)
    client = signed_in(cycle.checker)
    propose(reports[0], cycle.filler)
    client.get(LIST)
    with django_assert_num_queries(QUERIES):
        client.get(LIST)
    for report in reports[1:]:
        propose(report, cycle.officer)
    with django_assert_num_queries(QUERIES):
        client.get(LIST)


def test_an_approved_correction_left_alone_by_a_refusal_says_that_it_no_longer_fits(cycle, signed_in):
    report = cycle.report(state="approved")
    make_month(report.project, 5, done_month_wan=100, done_ytd_wan=400)
    cycle.locked()
    month, ytd = propose_corrections(report_id=report.pk, values={"done_month_wan": "130", "done_ytd_wan": "530"}, reason="漏计", actor=cycle.filler)
    one_by_one()
    page = reverse("admin:projects_monthreport_corrections", args=[report.pk])
    checker = signed_in(cycle.checker)
    settle_correction(correction_id=ytd.pk, approve=True, actor=cycle.checker)
    assert "不符" not in checker.get(page).content.decode()
    settle_correction(correction_id=month.pk, approve=False, actor=cycle.checker, note="依据不足")
    told = checker.get(page).content.decode()
    assert "已通过的更正现在与其余各数不符" in told
    assert "530" in told[told.index("不符") :][:400]
    propose(report, cycle.filler, done_month_wan="130")
    assert "不符" not in checker.get(page).content.decode()


def test_a_question_that_a_refusal_left_open_is_said_on_the_page_and_in_the_list(cycle, signed_in):
    report = cycle.report(state="approved", done_month_wan=100, done_ytd_wan=500, cum_total_wan=1500)
    make_month(report.project, 5, done_month_wan=100, done_ytd_wan=400)
    make_plan(report.project, 5000, cum_prior_wan=1000)
    cycle.locked()
    values = {"done_month_wan": "130", "done_ytd_wan": "530", "cum_total_wan": "1530"}
    month, ytd, cum = propose_corrections(report_id=report.pk, values=values, reason="漏计", actor=cycle.filler)
    one_by_one()
    page = reverse("admin:projects_monthreport_corrections", args=[report.pk])
    checker = signed_in(cycle.checker)
    settle_correction(correction_id=cum.pk, approve=False, actor=cycle.checker, note="依据不足")
    for row in (month, ytd):
        settle_correction(correction_id=row.pk, approve=True, actor=cycle.checker)
    for told in (checker.get(page), checker.get(LIST)):
        assert "自开工累计1500万元≠上年底累计1000+本年累计530=1530万元" in told.content.decode()
    assert checker.get(LIST).content.decode().count("▲ 与其余各数不符") == 2
    (again,) = propose_corrections(report_id=report.pk, values={"cum_total_wan": "1530"}, reason="漏计", actor=cycle.filler)
    settle_correction(correction_id=again.pk, approve=True, actor=cycle.checker)
    for told in (checker.get(page), checker.get(LIST)):
        assert "不符" not in told.content.decode()


@pytest.mark.parametrize("language,said", [("zh-hans", "480.50万元"), ("en", "480.50 10k yuan")])
def test_a_number_stands_apart_from_its_unit_in_english(cycle, language, said):
    (report,) = locked_reports(cycle, cycle.unit)
    made = propose(report, cycle.filler)
    with override(language):
        assert words_of(made)["new"] == said

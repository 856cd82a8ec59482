"""The pages of the monthly cycle as browsers meet them: confirm and move, many at once, lock and exception, corrections, chase."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AuditEvent
from projects.models import Campaign, Correction, Holiday, LockException, MonthReport, NilReturn, ReportingPeriod, ReportingRule, ReviewEvent
from projects.services.periods import grant_exception, unlock_period
from projects.services.reminders import NO_ADDRESS
from projects.services.reviews import move, nil_return
from projects.workflow import Verb
from tests.factories import make_period, make_project
from tests.projects.admin_pages import errors_of, form_of
from tests.projects.cycle import ahead, at, make_cycle

pytestmark = pytest.mark.django_db
LAST_DAY = f"{ahead(9):%Y-%m-%d}"


@pytest.fixture
def cycle(db):
    return make_cycle()


def move_url(report, verb):
    return reverse("admin:projects_monthreport_move", args=[report.pk, verb])


def unit_url(cycle, unit=None):
    return reverse("admin:projects_month_unit", args=[(unit or cycle.unit).pk, cycle.period.pk])


def change_url(report):
    return reverse("admin:projects_monthreport_change", args=[report.pk])


def period_url(cycle):
    return reverse("admin:projects_reportingperiod_page", args=[cycle.period.pk])


def state_of(report):
    return MonthReport.objects.get(pk=report.pk).state


# --- One report --------------------------------------------------------------------------------------------------------------------


def test_a_report_is_returned_with_remarks_that_the_form_then_shows(cycle, signed_in):
    report = cycle.report(state="submitted")
    client = signed_in(cycle.checker)
    page = client.get(move_url(report, "return"))
    assert "cell-done_month_wan" in page.content.decode()
    sent = {"seen": report.revision, "reason": "与统计不一致", "cell-done_month_wan": "<b>偏大</b>", "cell-problems": ""}
    assert client.post(move_url(report, "return"), sent).status_code == 302
    assert ReviewEvent.objects.get(verb="return").cells == {"done_month_wan": "<b>偏大</b>"}
    shown = signed_in(cycle.filler).get(change_url(report)).content.decode()
    assert "与统计不一致" in shown
    assert "退回意见：&lt;b&gt;偏大&lt;/b&gt;" in shown
    assert "<b>偏大</b>" not in shown


WRONG = [({"reason": ""}, "须写明原因"), ({"reason": "核对", "seen": "1"}, "重新打开核对"), ({"reason": "核对", "seen": ""}, "重新打开")]


@pytest.mark.parametrize("sent,words", WRONG, ids=["no reason", "behind", "no mark"])
def test_what_can_not_be_done_is_said_and_changes_nothing(cycle, signed_in, sent, words):
    report = cycle.report(state="submitted")
    answer = signed_in(cycle.checker).post(move_url(report, "return"), {"seen": report.revision, **sent})
    assert (answer.status_code, words in answer.content.decode(), state_of(report)) == (409, True, "submitted")


@pytest.mark.parametrize("who,verb", [("filler", "submit"), ("outsider", "submit"), ("submitter", "approve"), ("checker", "submit")])
def test_pages_of_verbs_that_are_not_theirs_say_so_and_another_units_are_not_there(cycle, signed_in, who, verb):
    report = cycle.report(state="submitted" if verb == "approve" else "draft")
    client = signed_in(getattr(cycle, who))
    refused = 404 if who == "outsider" else 403
    assert client.get(move_url(report, verb)).status_code == refused
    assert client.post(move_url(report, verb), {"seen": report.revision}).status_code == refused
    assert ReviewEvent.objects.filter(verb=verb).count() == 0


def test_an_edit_of_an_approved_report_takes_the_approval_away(cycle, signed_in):
    report = cycle.report(state="approved")
    client = signed_in(cycle.filler)
    sent = form_of(client.get(change_url(report)), problems="征迁未完成")
    answer = client.post(change_url(report), sent, follow=True)
    assert "已回到草稿" in answer.content.decode()
    event = ReviewEvent.objects.get(verb="void")
    assert (state_of(report), event.from_state, event.by) == ("draft", "approved", cycle.filler)
    # A form saved without a change takes nothing away.
    again = cycle.report(state="approved")
    client.post(change_url(again), form_of(client.get(change_url(again))))
    assert state_of(again) == "approved"


def test_a_form_says_beforehand_what_an_edit_takes_away(cycle, signed_in):
    words = {"approved": "这条月度进展已审核：保存改动后将退回草稿", "submitted": "这条月度进展已提交：保存改动后将退回草稿", "draft": ""}
    client = signed_in(cycle.filler)
    for month, (state, said) in enumerate(words.items(), 4):
        make_period(2020, month)
        page = client.get(change_url(cycle.report(state=state, month=month))).content.decode()
        assert (said in page, "data-falls" in page) == (True, bool(said)), state
    assert "data-falls" not in signed_in(cycle.checker).get(change_url(cycle.report(state="approved"))).content.decode()


def test_a_report_s_form_makes_no_project(cycle, signed_in):
    for user in (cycle.filler, cycle.keeper):
        shown = signed_in(user).get(reverse("admin:projects_monthreport_add")).content.decode()
        assert 'name="project"' in shown
        assert "add_id_project" not in shown


def test_a_locked_report_is_shown_with_the_words_why_and_what_is_sent_is_refused(cycle, signed_in):
    report = cycle.report(state="approved")
    client = signed_in(cycle.filler)
    sent = form_of(client.get(change_url(report)), problems="征迁未完成")
    cycle.locked()
    shown = client.get(change_url(report)).content.decode()
    assert "2020年6月已由李敏于7月10日锁定" in shown
    assert 'name="_save"' not in shown
    assert "已由李敏于7月10日锁定" in errors_of(client.post(change_url(report), sent))["period"][0]
    assert MonthReport.objects.get(pk=report.pk).problems == ""
    grant_exception(period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=ahead(10), actor=cycle.keeper, reason="补报")
    assert client.post(change_url(report), sent).status_code == 302
    assert (MonthReport.objects.get(pk=report.pk).problems, state_of(report)) == ("征迁未完成", "draft")


def test_nothing_new_is_entered_into_a_locked_month_nor_moved_out_of_it(cycle, signed_in):
    report, project = cycle.report(), make_project(unit=cycle.unit, stage="build", actual_start="2019-05")
    client = signed_in(cycle.filler)
    add = reverse("admin:projects_monthreport_add") + f"?project={project.pk}&period={cycle.period.pk}"
    new = form_of(client.get(add), done_ytd_wan="5", progress_text="主体结构完成百分之三十，土方外运完成")
    other = make_period(2020, 7)
    moved = form_of(client.get(change_url(report)), period=str(other.pk))
    cycle.locked()
    assert "锁定" in errors_of(client.post(add, new))["period"][0]
    assert "锁定" in errors_of(client.post(change_url(report), moved))["period"][0]
    assert MonthReport.objects.get().period == cycle.period


@pytest.mark.parametrize("state", ["submitted", "approved", "returned"])
def test_what_was_reviewed_is_not_deleted(cycle, signed_in, state):
    report = cycle.report(state=state)
    assert signed_in(cycle.keeper).post(reverse("admin:projects_monthreport_delete", args=[report.pk]), {"post": "yes"}).status_code == 403
    assert MonthReport.objects.filter(pk=report.pk).exists()


# --- A unit's month ----------------------------------------------------------------------------------------------------------------


def test_a_unit_s_month_is_handed_in_then_approved_but_for_what_is_open(cycle, signed_in):
    fine, short = cycle.report(), cycle.report(progress_text="在建")
    foreign = cycle.report(unit=cycle.other)
    client = signed_in(cycle.submitter)
    assert 'value="submit"' in client.get(unit_url(cycle)).content.decode()
    answer = client.post(unit_url(cycle), {"verb": "submit", "chosen": [fine.pk, short.pk, foreign.pk, "x", "９"]})
    assert (answer.status_code, answer.url) == (302, unit_url(cycle) + "?outcome=1")
    assert "提交 2 条，留下 0 条" in client.get(answer.url).content.decode()
    assert "提交 2 条" in client.get(answer.url).content.decode(), "loading it again does nothing again"
    assert [state_of(report) for report in (fine, short, foreign)] == ["submitted", "submitted", "draft"]
    answer = signed_in(cycle.checker).post(unit_url(cycle), {"verb": "approve", "chosen": [fine.pk, short.pk]}, follow=True).content.decode()
    assert [state_of(report) for report in (fine, short)] == ["approved", "submitted"]
    assert short.project.name in answer
    assert "有需说明的情况" in answer


def test_all_or_none_are_chosen_without_a_script(cycle, signed_in):
    for _ in range(2):
        cycle.report()
    client = signed_in(cycle.submitter)
    for choice, checked in (("", 2), ("?choose=all", 2), ("?choose=none", 0)):
        page = client.get(unit_url(cycle) + choice).content.decode()
        assert len(re.findall(r'name="chosen" value="\d+" checked', page)) == checked
        assert f"<span data-count>{checked}</span>" in page
    assert "提交所选的 {n} 条？" in page


def test_an_outcome_is_told_to_whoever_asked_alone(cycle, signed_in):
    cycle.report()
    page = signed_in(cycle.checker).get(unit_url(cycle) + "?outcome=1")
    assert (page.status_code, "counts" in page.context) == (200, True)


def test_a_month_without_reports_is_not_called_approved(cycle, signed_in):
    client = signed_in(cycle.keeper)

    def said():
        return client.get(period_url(cycle)).content.decode()

    assert "还没有任何月度进展。" in said()
    for unit in (cycle.unit, cycle.other):
        make_project(unit=unit, stage="build")
    assert "还没有任何月度进展，2 个单位未报。" in said()
    cycle.report(state="approved")
    assert "已报的全部已审核，还有 1 个单位未报。" in said()
    nil_return(unit_id=cycle.other.pk, period_id=cycle.period.pk, actor=None, note="停工")
    assert "全部已审核，可以锁定。" in said()


def test_a_figure_typed_in_takes_back_what_was_said_unchanged(cycle, signed_in):
    project = make_project(unit=cycle.unit, stage="build", planned_start="2019-05", actual_start="2019-05")
    nil_return(unit_id=cycle.unit.pk, period_id=cycle.period.pk, actor=None, note="停工")
    client = signed_in(cycle.filler)
    address = f"{reverse('admin:projects_monthreport_add')}?project={project.pk}&period={cycle.period.pk}"
    given = {"done_month_wan": "100", "done_ytd_wan": "100", "progress_text": "主体结构完成百分之三十，土方外运完成"}
    answer = client.post(address, form_of(client.get(address), project=str(project.pk), period=str(cycle.period.pk), **given))
    assert answer.status_code == 302, errors_of(answer)
    assert not NilReturn.objects.standing().exists()
    assert AuditEvent.objects.get(event="month.nil_withdraw").actor == cycle.filler


def test_who_may_not_see_a_unit_s_month(cycle, signed_in):
    cycle.report()
    assert signed_in(cycle.outsider).get(unit_url(cycle)).status_code == 404
    assert signed_in(cycle.submitter).post(unit_url(cycle), {"verb": "approve"}).status_code == 403
    assert signed_in(cycle.submitter).post(unit_url(cycle), {"verb": "burn"}).status_code == 404


def test_nothing_changed_is_reported_by_a_button(cycle, signed_in):
    client = signed_in(cycle.submitter)
    assert 'value="nil"' in client.get(unit_url(cycle)).content.decode()
    assert client.post(unit_url(cycle), {"verb": "nil", "note": ""}).status_code == 409
    assert client.post(unit_url(cycle), {"verb": "nil", "note": "项目全部停工"}).status_code == 302
    assert NilReturn.objects.get().note == "项目全部停工"
    assert "项目全部停工" in client.get(unit_url(cycle)).content.decode()


def test_nothing_changed_is_questioned_shown_as_done_and_taken_back(cycle, signed_in):
    for _ in range(2):
        make_project(unit=cycle.unit, stage="build")
    client = signed_in(cycle.submitter)
    assert "还有 2 个在建项目没有报" in client.get(unit_url(cycle)).content.decode()
    client.post(unit_url(cycle), {"verb": "nil", "note": "全部停工"})
    done = client.get(unit_url(cycle))
    assert done.context["missing"] == []
    assert 'value="nil"' not in done.content.decode()
    assert 'value="nil_withdraw"' in done.content.decode()
    assert signed_in(cycle.filler).post(unit_url(cycle), {"verb": "nil_withdraw"}).status_code == 409
    cycle.locked()
    assert client.post(unit_url(cycle), {"verb": "nil_withdraw"}).status_code == 409
    assert NilReturn.objects.standing().count() == 1
    unlock_period(period_id=cycle.period.pk, actor=cycle.keeper, reason="更正")
    assert client.post(unit_url(cycle), {"verb": "nil_withdraw"}).status_code == 302
    assert [row.withdrawn_by for row in NilReturn.objects.all()] == [cycle.submitter]
    assert AuditEvent.objects.get(event="month.nil_withdraw").outcome == "ok"
    assert len(client.get(unit_url(cycle)).context["missing"]) == 2


def test_an_exception_is_told_where_the_unit_looks(cycle, signed_in):
    report = cycle.report()
    cycle.locked()
    pages = [unit_url(cycle), change_url(report), reverse("admin:projects_returns") + "?year=2020"]
    client = signed_in(cycle.filler)
    assert [page for page in pages if "临时解锁至" in client.get(page).content.decode()] == []
    grant_exception(period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=ahead(10), actor=cycle.keeper, reason="补报")
    words = [f"已为市南临时解锁至 {ahead(10):%Y-%m-%d}"] * 2 + [f"临时解锁至{ahead(10):%m-%d}"]
    assert [word in client.get(page).content.decode() for page, word in zip(pages, words, strict=True)] == [True] * 3
    LockException.objects.update(until=at(2020, 7, 20))
    assert [page for page in pages if "临时解锁至" in client.get(page).content.decode()] == []


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_a_unit_s_month_do_not_grow(cycle, signed_in, count, django_assert_num_queries):
    for _ in range(count):
        cycle.report(state="returned")
    client = signed_in(cycle.filler)
    client.get(unit_url(cycle))
    with django_assert_num_queries(16):
        client.get(unit_url(cycle))


def test_the_list_shows_state_and_the_verbs_of_each(cycle, signed_in):
    draft, submitted = cycle.report(), cycle.report(state="submitted")
    address = reverse("admin:projects_monthreport_changelist")
    shown = signed_in(cycle.checker).get(address).content.decode()
    assert move_url(submitted, "approve") in shown
    assert move_url(draft, "submit") not in shown
    assert "● 已提交" in shown
    assert move_url(draft, "submit") in signed_in(cycle.submitter).get(address).content.decode()
    assert move_url(draft, "submit") not in signed_in(cycle.filler).get(address).content.decode()


# --- Periods -----------------------------------------------------------------------------------------------------------------------


def test_lock_exception_and_unlock_by_the_page(cycle, signed_in):
    cycle.report()
    client = signed_in(cycle.keeper)
    assert client.post(period_url(cycle), {"verb": "lock"}).status_code == 409
    assert client.post(period_url(cycle), {"verb": "lock", "reason": "到期"}).status_code == 302
    assert ReportingPeriod.objects.get(pk=cycle.period.pk).locked_by == cycle.keeper
    for wrong in ({"unit": ""}, {"unit": "nobody\x00"}, {"until": "明天"}, {"until": "2020-07-01"}, {"reason": ""}):
        sent = {"verb": "grant", "unit": cycle.unit.key, "until": LAST_DAY, "reason": "补报", **wrong}
        assert client.post(period_url(cycle), sent).status_code == 409
    assert client.post(period_url(cycle), {"verb": "grant", "unit": cycle.unit.key, "until": LAST_DAY, "reason": "补报"}).status_code == 302
    made = LockException.objects.get()
    assert (made.unit, made.until, made.granted_by) == (cycle.unit, ahead(10) - timedelta(seconds=1), cycle.keeper)
    assert "补报" in signed_in(cycle.filler).get(period_url(cycle)).content.decode()
    assert "补报" not in signed_in(cycle.outsider).get(period_url(cycle)).content.decode()
    assert client.post(period_url(cycle), {"verb": "revoke", "exception": made.pk}).status_code == 302
    assert client.post(period_url(cycle), {"verb": "unlock", "reason": "漏报"}).status_code == 302
    assert client.post(period_url(cycle), {"verb": "burn"}).status_code == 404
    assert ReportingPeriod.objects.get(pk=cycle.period.pk).locked_at is None


@pytest.mark.parametrize("who", ["filler", "submitter", "checker", "officer"])
def test_who_does_not_keep_the_months_gets_no_further(cycle, signed_in, who):
    client = signed_in(getattr(cycle, who))
    assert 'value="lock"' not in client.get(period_url(cycle)).content.decode()
    assert client.post(period_url(cycle), {"verb": "lock", "reason": "x"}).status_code == 409
    assert ReportingPeriod.objects.get(pk=cycle.period.pk).locked_at is None


def test_a_new_month_gets_its_days_by_the_rule_and_the_lock_is_no_field(cycle, signed_in):
    ReportingRule.objects.create(year=2020, due_day=5, grace_days=3, lock_day=10)
    Holiday.objects.create(date=date(2020, 8, 5), name="试")
    client = signed_in(cycle.keeper)
    address = reverse("admin:projects_reportingperiod_add")
    sent = form_of(client.get(address), year="2020", month="7", locked_at="2020-01-01")
    assert client.post(address, sent).status_code == 302
    made = ReportingPeriod.objects.get(month=7)
    assert (made.due_on, made.grace_until, made.locks_on, made.locked_at) == (date(2020, 8, 6), date(2020, 8, 9), None, None)
    change = reverse("admin:projects_reportingperiod_change", args=[made.pk])
    assert "不应早于" in errors_of(client.post(change, form_of(client.get(change), grace_until="2020-08-01")))["grace_until"][0]


# --- Corrections, the matrix, chasing ----------------------------------------------------------------------------------------------


def test_a_correction_by_two_persons_stands_beside_the_published_figure(cycle, signed_in):
    report = cycle.report(state="approved")
    cycle.locked()
    address = reverse("admin:projects_monthreport_corrections", args=[report.pk])
    filler, checker = signed_in(cycle.filler), signed_in(cycle.checker)
    assert filler.post(address, {"verb": "propose", "done_ytd_wan": "多", "reason": "核减"}).status_code == 409
    assert filler.post(address, {"verb": "propose", "done_ytd_wan": "480", "reason": "核减"}).status_code == 302
    made = Correction.objects.get()
    assert filler.post(address, {"verb": "approve", "correction": made.pk}).status_code == 409
    assert checker.post(address, {"verb": "approve", "correction": made.pk}).status_code == 302
    assert checker.post(address, {"verb": "approve", "correction": "0"}).status_code == 404
    assert signed_in(cycle.outsider).get(address).status_code == 404
    shown = filler.get(unit_url(cycle)).content.decode()
    assert "更正为 480.00万元（已公布 500.00万元）" in shown
    assert MonthReport.objects.get(pk=report.pk).done_ytd_wan == 500


def test_the_matrix_leads_to_its_rows_and_prints_the_same_in_excel(cycle, signed_in):
    cycle.report(state="returned")
    cycle.report(unit=cycle.other)
    address = reverse("admin:projects_returns") + "?year=2020"
    shown = signed_in(cycle.checker).get(address).content.decode()
    assert (unit_url(cycle) in shown, unit_url(cycle, cycle.other) in shown, "退回1次" in shown) == (True, True, True)
    own = signed_in(cycle.filler).get(address).content.decode()
    assert (unit_url(cycle) in own, unit_url(cycle, cycle.other) in own) == (True, False)
    book = signed_in(cycle.checker).get(reverse("reports:returns_xlsx") + "?year=2020")
    words = [str(cell.value) for row in load_workbook(BytesIO(book.content)).active.iter_rows() for cell in row]
    assert "已退回 · 退回1次" in words
    assert signed_in(cycle.checker).get(address + "0").status_code == 400


def test_chasing_by_the_button(cycle, signed_in):
    cycle.filler.email = "chen@example.cn"
    cycle.filler.save()
    make_project(unit=cycle.unit, stage="build")
    address = reverse("admin:projects_reportingperiod_remind", args=[cycle.period.pk])
    assert signed_in(cycle.checker).get(address).status_code == 405
    assert signed_in(cycle.submitter).post(address).status_code == 404
    assert "发出1条" in signed_in(cycle.checker).post(address, follow=True).content.decode()
    assert len(mail.outbox) == 1


def test_units_that_could_not_be_chased_for_one_reason_share_a_line(cycle, signed_in):
    for unit in (cycle.unit, cycle.other):
        make_project(unit=unit, stage="build")
    address = reverse("admin:projects_reportingperiod_remind", args=[cycle.period.pk])
    warned = [str(said) for said in signed_in(cycle.checker).post(address, follow=True).context["messages"] if said.level_tag == "warning"]
    assert warned == [f"{cycle.unit.short_name}、{cycle.other.short_name} · 邮件：{NO_ADDRESS}"]


def test_the_whole_month_by_four_people(cycle, signed_in):
    """Fill → submit → return a cell → fix → submit → approve → lock → exception → correct late: every step through its page."""
    report = cycle.report()
    filler, submitter, checker, keeper = (signed_in(user) for user in (cycle.filler, cycle.submitter, cycle.checker, cycle.keeper))

    def go(client, verb, **sent):
        seen = MonthReport.objects.get(pk=report.pk).revision
        answer = client.post(move_url(report, verb), {"seen": seen, **sent})
        assert answer.status_code == 302, answer.content.decode()[-2000:]

    go(submitter, "submit")
    go(checker, "return", reason="偏大", **{"cell-done_month_wan": "核实"})
    fixed = filler.post(change_url(report), form_of(filler.get(change_url(report)), done_month_wan="90", done_ytd_wan="490", change_reason="核减"))
    assert fixed.status_code == 302, errors_of(fixed)
    go(submitter, "submit")
    go(checker, "approve")
    assert keeper.post(period_url(cycle), {"verb": "lock"}).status_code == 302
    assert keeper.post(period_url(cycle), {"verb": "grant", "unit": cycle.unit.key, "until": LAST_DAY, "reason": "补"}).status_code == 302
    edited = filler.post(change_url(report), form_of(filler.get(change_url(report)), done_month_wan="91", done_ytd_wan="491", change_reason="再核"))
    assert edited.status_code == 302, errors_of(edited)
    verbs = list(report.events.order_by("id").values_list("verb", flat=True))
    assert verbs == ["submit", "return", "submit", "approve", "void"]
    assert move(verb=Verb.SUBMIT, report_id=report.pk, actor=cycle.submitter).state == "submitted"


# --- Addresses that name nothing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name,words", [("admin:projects_returns", "年份应写作 2020"), ("reports:returns_xlsx", "年份应写作 2020")])
@pytest.mark.parametrize("value", ["abc", "20", "２０２０", "99999"])
def test_a_year_that_can_not_be_read_is_said_to_be(cycle, signed_in, name, words, value):
    answer = signed_in(cycle.keeper).get(reverse(name), {"year": value})
    assert (answer.status_code, words in answer.content.decode(), value in answer.content.decode()) == (400, True, True)


def test_a_day_of_a_campaign_that_can_not_be_read_is_said_to_be(cycle, signed_in):
    campaign = Campaign.objects.create(name="百日攻坚", begins_on=date(2020, 4, 1), ends_on=date(2020, 7, 9), goal="start")
    address = reverse("admin:projects_campaign_page", args=[campaign.pk])
    client = signed_in(cycle.keeper)
    answer = client.get(address, {"day": "zz"})
    assert (answer.status_code, "读到“zz”" in answer.content.decode()) == (400, True)
    assert client.get(address, {"day": "2020-06-01"}).status_code == 200


def test_a_choice_that_is_none_is_said_to_be(cycle, signed_in):
    cycle.report()
    client, address = signed_in(cycle.keeper), reverse("admin:projects_monthreport_changelist")
    assert "“月份”没有“abc”这一项" in client.get(address, {"period": "abc"}).content.decode()
    assert "这一项" not in client.get(address, {"period": cycle.period.pk}).content.decode()


def test_a_unit_let_into_a_locked_month_is_offered_what_it_may_do(cycle, signed_in):
    report = cycle.report()
    period = cycle.locked()
    client = signed_in(cycle.submitter)
    pages = [unit_url(cycle), change_url(report), reverse("admin:projects_monthreport_changelist")]
    submit = move_url(report, "submit")
    assert [submit in client.get(page).content.decode() for page in pages] == [False, False, False]
    until = timezone.now() + timedelta(days=2)
    grant_exception(period_id=period.pk, unit_id=cycle.unit.pk, until=until, actor=cycle.keeper, reason="口径调整")
    assert [submit in client.get(page).content.decode() for page in pages] == [True, True, True]


def test_a_period_page_tells_who_moved_its_days_and_its_lock(cycle, signed_in):
    client = signed_in(cycle.keeper)
    address = reverse("admin:projects_reportingperiod_change", args=[cycle.period.pk])
    answer = client.post(address, form_of(client.get(address), grace_until="2020-07-31", change_reason="国庆顺延，见通知"))
    assert answer.status_code == 302, errors_of(answer)
    cycle.locked()
    unlock_period(period_id=cycle.period.pk, actor=cycle.keeper, reason="漏报一家")
    newest, locked, moved, *_rest = client.get(period_url(cycle)).context["changes"]
    assert (moved.actor, moved.reason) == (str(cycle.keeper), "国庆顺延，见通知")
    assert [(field.label, field.old, field.new) for field in moved.fields] == [("宽限至", str(cycle.period.grace_until or "—"), "2020-07-31")]
    assert {field.label: field.new for field in locked.fields}["锁定人"] == str(cycle.keeper)
    assert newest.reason == "漏报一家"
    assert {field.label: field.new for field in newest.fields} == {"锁定时间": "—", "锁定人": "—"}
    page = client.get(period_url(cycle)).content.decode().partition('id="changes"')[2]
    assert "国庆顺延，见通知" in page
    assert "2020-07-31" in page


def test_a_lock_that_came_of_itself_is_nobodys_hand(cycle, signed_in):
    cycle.period.locks_on = timezone.localdate()
    cycle.period.save()
    client = signed_in(cycle.keeper)
    client.post(period_url(cycle), {"verb": "grant", "unit": cycle.unit.key, "until": LAST_DAY, "reason": "补报"})
    newest = client.get(period_url(cycle)).context["changes"][0]
    assert (newest.actor, newest.reason) == ("", "到期自动锁定")

"""Late corrections: the published figure stays, the right one stands beside it, two persons."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import Correction, MonthReport
from projects.services.corrections import propose_corrections, settle_correction
from projects.services.periods import grant_exception, unlock_period
from projects.workflow import Refused
from tests.factories import make_month
from tests.projects.cycle import make_cycle

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle(db):
    return make_cycle()


@pytest.fixture
def report(cycle):
    made = cycle.report(state="approved")
    cycle.locked()
    return made


def given(report, actor, value="480.5", field="done_ytd_wan", **values):
    return {"report_id": report.pk, "values": {field: value}, "reason": "统计核减", "actor": actor, **values}


def propose(report, actor, **values):
    (made,) = propose_corrections(**given(report, actor, **values))
    return made


def code_of(verb, **values):
    with pytest.raises(Refused) as said:
        verb(**values)
    return said.value.code


def test_the_published_figure_stays_and_the_right_one_stands_beside_it(cycle, report):
    before = list(MonthReport.objects.values()), MonthReport.history.count()
    made = propose(report, cycle.filler, value=" 1,480.50 ")
    (settled,) = settle_correction(correction_id=made.pk, approve=True, actor=cycle.checker)
    assert (settled.published, settled.value, settled.state, settled.by, settled.settled_by) == (
        "500",
        "1480.5",
        "approved",
        cycle.filler,
        cycle.checker,
    )
    assert (list(MonthReport.objects.values()), MonthReport.history.count()) == before


@pytest.mark.parametrize(
    "values,code",
    [
        ({"field": "progress_text"}, "field"),
        ({"value": " "}, "none"),
        ({"field": "state"}, "field"),
        ({"value": "很多"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "1e30"}, "value"),
        ({"field": "progress_percent", "value": "101"}, "value"),
        ({"value": "500.00"}, "same"),
        ({"reason": " "}, "reason"),
        ({"report_id": 0}, "gone"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_can_not_be_a_correction(cycle, report, values, code):
    assert code_of(propose_corrections, **given(report, cycle.filler, **values)) == code
    assert not Correction.objects.exists()


def test_an_open_month_is_edited_not_corrected(cycle):
    report = cycle.report(state="approved")
    assert code_of(propose_corrections, **given(report, cycle.filler)) == "open"


@pytest.mark.parametrize("who", ["outsider", "submitter", "checker"])
def test_who_may_not_propose(cycle, report, who):
    assert code_of(propose_corrections, **given(report, getattr(cycle, who))) == "role"


def test_one_waits_at_a_time_and_is_settled_once_by_another(cycle, report):
    made = propose(report, cycle.filler)
    assert code_of(propose_corrections, **given(report, cycle.filler, value="3")) == "waiting"
    for who, code in (("filler", "role"), ("submitter", "role"), ("keeper", "role")):
        assert code_of(settle_correction, correction_id=made.pk, approve=True, actor=getattr(cycle, who)) == code
    assert code_of(settle_correction, correction_id=made.pk, approve=False, actor=cycle.checker) == "reason"
    Correction.objects.filter(pk=made.pk).update(by=cycle.checker)
    assert code_of(settle_correction, correction_id=made.pk, approve=True, actor=cycle.checker) == "own_submission"
    Correction.objects.filter(pk=made.pk).update(by=cycle.filler)
    assert settle_correction(correction_id=made.pk, approve=False, actor=cycle.checker, note="依据不足")[0].state == "refused"
    assert code_of(settle_correction, correction_id=made.pk, approve=True, actor=cycle.checker) == "state"
    assert propose(report, cycle.filler).published == str(Decimal(500))


def test_nonsense_is_refused_with_the_words_of_the_rules(cycle, report):
    with pytest.raises(Refused) as said:
        propose_corrections(**given(report, cycle.filler, value="50"))
    assert said.value.code == "rules"
    assert "50" in said.value.zh
    made = Correction.objects.create(report=report, field="done_ytd_wan", published="500", value="50", reason="误", by=cycle.filler)
    assert code_of(settle_correction, correction_id=made.pk, approve=True, actor=cycle.checker) == "rules"
    assert settle_correction(correction_id=made.pk, approve=False, actor=cycle.checker, note="不合理")[0].state == "refused"


def test_an_approved_correction_is_told_wherever_the_published_figure_stands(cycle, report, signed_in):
    made = propose(report, cycle.filler, value="1480.5")
    client = signed_in(cycle.keeper)
    page = reverse("admin:projects_project_page", args=[report.project_id])
    city = reverse("reports:city") + "?period=2020-06"
    assert "更正为" not in client.get(page, {"month": "2020-06"}).content.decode()
    assert "处更正" not in client.get(city).content.decode()
    settle_correction(correction_id=made.pk, approve=True, actor=cycle.checker)
    assert "本年累计完成投资已公布 500.00万元，更正为 1,480.50万元" in client.get(page, {"month": "2020-06"}).content.decode()
    assert "本表有1处更正" in client.get(city).content.decode()
    assert "1,480.50万元" in client.get(reverse("admin:projects_monthreport_corrections", args=[report.pk])).content.decode()


def test_a_correction_of_a_number_that_was_changed_since_says_so_and_counts_no_more(cycle, report, signed_in):
    made = propose(report, cycle.filler, value="1480.5")
    settle_correction(correction_id=made.pk, approve=True, actor=cycle.checker)
    waiting = propose(report, cycle.filler, field="done_month_wan", value="120")
    grant_exception(period_id=report.period_id, unit_id=cycle.unit.pk, until=timezone.now() + timedelta(hours=1), actor=cycle.keeper, reason="补报")
    report.done_month_wan, report.done_ytd_wan = Decimal(110), Decimal(510)
    report.save()
    assert code_of(settle_correction, correction_id=waiting.pk, approve=True, actor=cycle.checker) == "overtaken"
    assert settle_correction(correction_id=waiting.pk, approve=False, actor=cycle.checker, note="已另改")[0].state == "refused"
    client = signed_in(cycle.keeper)
    assert "更正为" not in client.get(reverse("admin:projects_project_page", args=[report.project_id]), {"month": "2020-06"}).content.decode()
    assert "处更正" not in client.get(reverse("reports:city") + "?period=2020-06").content.decode()
    for page in (reverse("admin:projects_monthreport_corrections", args=[report.pk]), reverse("admin:projects_correction_changelist")):
        assert "公布的数后来另行修改，本条不再适用" in client.get(page).content.decode()
    report.done_ytd_wan = Decimal(500)
    report.save()
    assert "本表有1处更正" in client.get(reverse("reports:city") + "?period=2020-06").content.decode()


def test_figures_that_depend_on_each_other_are_corrected_together(cycle, report):
    before = make_month(report.project, 5, done_month_wan=100, done_ytd_wan=400)
    report.done_month_wan = Decimal(100)
    report.save()
    assert code_of(propose_corrections, **given(report, cycle.filler, value="530")) == "rules"
    assert not Correction.objects.exists()
    made = propose_corrections(**given(report, cycle.filler, values={"done_month_wan": "130", "done_ytd_wan": "530", "cum_total_wan": ""}))
    assert [(row.field, row.published, row.value) for row in made] == [("done_month_wan", "100", "130"), ("done_ytd_wan", "500", "530")]
    done = settle_correction(correction_id=made[1].pk, approve=True, actor=cycle.checker)
    assert [(row.pk, row.state, row.settled_by) for row in done] == [(row.pk, "approved", cycle.checker) for row in made]
    assert code_of(settle_correction, correction_id=made[0].pk, approve=True, actor=cycle.checker) == "state"
    # A month before it that was corrected counts as corrected: 430 and 100 make 530.
    Correction.objects.all().delete()
    before.period.locked_at = timezone.now()
    before.period.save()
    Correction.objects.create(report=before, field="done_ytd_wan", published="400", value="430", reason="漏计", state="approved")
    assert propose(report, cycle.filler, value="530").value == "530"


def test_what_was_proposed_together_is_refused_together_and_what_came_alone_is_left(cycle, report):
    make_month(report.project, 5, done_month_wan=100, done_ytd_wan=400)
    values = {"done_month_wan": "130", "done_ytd_wan": "530"}
    pair = propose_corrections(**given(report, cycle.filler, values=values))
    alone = propose(report, cycle.filler, values={"progress_percent": "35"})
    assert ([row.together for row in pair], alone.together) == ([pair[0].pk, pair[0].pk], None)
    done = settle_correction(correction_id=pair[0].pk, approve=False, actor=cycle.checker, note="依据不足")
    assert [row.state for row in done] == ["refused", "refused"]
    assert list(Correction.objects.order_by("pk").values_list("state", "note")) == [
        ("refused", "依据不足"),
        ("refused", "依据不足"),
        ("proposed", ""),
    ]


def test_the_page_offers_those_proposed_together_as_one_act(cycle, report, signed_in):
    make_month(report.project, 5, done_month_wan=100, done_ytd_wan=400)
    propose_corrections(**given(report, cycle.filler, values={"done_month_wan": "130", "done_ytd_wan": "530"}))
    address = reverse("admin:projects_monthreport_corrections", args=[report.pk])
    client = signed_in(cycle.checker)
    page = client.get(address).content.decode()
    assert (page.count("2 条一并通过"), page.count("一起提出、一起核对，一并审核")) == (1, 2)
    first = Correction.objects.order_by("pk")[0]
    answer = client.post(address, {"verb": "approve", "correction": first.pk}, follow=True).content.decode()
    assert "一起提出的2条更正已一并审核" in answer
    assert set(Correction.objects.values_list("state", flat=True)) == {"approved"}


STANDINGS = {
    "locked": ("提出更正", ("没有锁定", "临时解锁")),
    "excepted": ("2020年6月仍是锁定的月份；解锁期间的改动直接写进月度进展", ("没有锁定", "请另提更正", "提出更正</h2>", "已公布的数不改动")),
    "open": ("2020年6月没有锁定，报错的数直接在月度进展里改", ("临时解锁", "请另提更正", "提出更正</h2>", "已公布的数不改动")),
}


@pytest.mark.parametrize("standing", STANDINGS)
def test_the_page_says_one_thing_in_each_standing_of_the_month(cycle, report, signed_in, standing):
    make_month(report.project, 5, done_month_wan=100, done_ytd_wan=400)
    for field, published, value, state in (("done_ytd_wan", "500", "530", "approved"), ("done_month_wan", "100", "130", "refused")):
        Correction.objects.create(report=report, field=field, published=published, value=value, reason="漏计", state=state)
    if standing == "excepted":
        until = timezone.now() + timedelta(days=1)
        grant_exception(period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=until, actor=cycle.keeper, reason="补报")
    if standing == "open":
        unlock_period(period_id=cycle.period.pk, actor=cycle.keeper, reason="重报")
    words, never = STANDINGS[standing]
    page = signed_in(cycle.filler).get(reverse("admin:projects_monthreport_corrections", args=[report.pk])).content.decode()
    assert words in page
    assert [text for text in never if text in page] == []
    assert "已通过的更正现在与其余各数不符" in page
    assert ("请另提更正把数对上" in page) == (standing == "locked")


def test_a_unit_let_in_is_told_to_edit_and_not_that_the_month_is_open(cycle, report):
    until = timezone.now() + timedelta(days=1)
    grant_exception(period_id=cycle.period.pk, unit_id=cycle.unit.pk, until=until, actor=cycle.keeper, reason="补报")
    with pytest.raises(Refused) as said:
        propose_corrections(**given(report, cycle.filler))
    assert "现为本单位临时解锁，请直接修改月度进展" in said.value.zh

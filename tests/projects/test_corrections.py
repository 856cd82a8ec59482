"""Late corrections: the published figure stays, the right one stands beside it, two persons."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import Correction, MonthReport
from projects.services.corrections import propose_corrections, settle_correction
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
    settled = settle_correction(correction_id=made.pk, approve=True, actor=cycle.checker)
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
    assert settle_correction(correction_id=made.pk, approve=False, actor=cycle.checker, note="依据不足").state == "refused"
    assert code_of(settle_correction, correction_id=made.pk, approve=True, actor=cycle.checker) == "state"
    assert propose(report, cycle.filler).published == str(Decimal(500))


def test_nonsense_is_refused_with_the_words_of_the_rules(cycle, report):
    with pytest.raises(Refused) as said:
        propose_corrections(**given(report, cycle.filler, value="50"))
    assert said.value.code == "rules"
    assert "50" in said.value.zh
    made = Correction.objects.create(report=report, field="done_ytd_wan", published="500", value="50", reason="误", by=cycle.filler)
    assert code_of(settle_correction, correction_id=made.pk, approve=True, actor=cycle.checker) == "rules"
    assert settle_correction(correction_id=made.pk, approve=False, actor=cycle.checker, note="不合理").state == "refused"


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


def test_figures_that_depend_on_each_other_are_corrected_together(cycle, report):
    before = make_month(report.project, 5, done_month_wan=100, done_ytd_wan=400)
    report.done_month_wan = Decimal(100)
    report.save()
    assert code_of(propose_corrections, **given(report, cycle.filler, value="530")) == "rules"
    assert not Correction.objects.exists()
    made = propose_corrections(**given(report, cycle.filler, values={"done_month_wan": "130", "done_ytd_wan": "530", "cum_total_wan": ""}))
    assert [(row.field, row.published, row.value) for row in made] == [("done_month_wan", "100", "130"), ("done_ytd_wan", "500", "530")]
    for row in made:
        assert settle_correction(correction_id=row.pk, approve=True, actor=cycle.checker).state == "approved"
    # A month before it that was corrected counts as corrected: 430 and 100 make 530.
    Correction.objects.all().delete()
    before.period.locked_at = timezone.now()
    before.period.save()
    Correction.objects.create(report=before, field="done_ytd_wan", published="400", value="430", reason="漏计", state="approved")
    assert propose(report, cycle.filler, value="530").value == "530"

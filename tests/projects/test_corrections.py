"""Late corrections: the published figure stays, the right one stands beside it, two persons."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from projects.models import Correction, MonthReport
from projects.services.corrections import propose_correction, settle_correction
from projects.workflow import Refused
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


def given(report, actor, **values):
    return {"report_id": report.pk, "field": "done_ytd_wan", "value": "480.5", "reason": "统计核减", "actor": actor, **values}


def code_of(verb, **values):
    with pytest.raises(Refused) as said:
        verb(**values)
    return said.value.code


def test_the_published_figure_stays_and_the_right_one_stands_beside_it(cycle, report):
    before = list(MonthReport.objects.values()), MonthReport.history.count()
    made = propose_correction(**given(report, cycle.filler, value=" 1,480.50 "))
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
    assert code_of(propose_correction, **given(report, cycle.filler, **values)) == code
    assert not Correction.objects.exists()


def test_an_open_month_is_edited_not_corrected(cycle):
    report = cycle.report(state="approved")
    assert code_of(propose_correction, **given(report, cycle.filler)) == "open"


@pytest.mark.parametrize("who", ["outsider", "submitter", "checker"])
def test_who_may_not_propose(cycle, report, who):
    assert code_of(propose_correction, **given(report, getattr(cycle, who))) == "role"


def test_one_waits_at_a_time_and_is_settled_once_by_another(cycle, report):
    made = propose_correction(**given(report, cycle.filler))
    assert code_of(propose_correction, **given(report, cycle.filler, value="3")) == "waiting"
    for who, code in (("filler", "role"), ("submitter", "role"), ("keeper", "role")):
        assert code_of(settle_correction, correction_id=made.pk, approve=True, actor=getattr(cycle, who)) == code
    assert code_of(settle_correction, correction_id=made.pk, approve=False, actor=cycle.checker) == "reason"
    Correction.objects.filter(pk=made.pk).update(by=cycle.checker)
    assert code_of(settle_correction, correction_id=made.pk, approve=True, actor=cycle.checker) == "own_submission"
    Correction.objects.filter(pk=made.pk).update(by=cycle.filler)
    assert settle_correction(correction_id=made.pk, approve=False, actor=cycle.checker, note="依据不足").state == "refused"
    assert code_of(settle_correction, correction_id=made.pk, approve=True, actor=cycle.checker) == "state"
    assert propose_correction(**given(report, cycle.filler)).published == str(Decimal(500))


def test_nonsense_is_refused_with_the_words_of_the_rules(cycle, report):
    with pytest.raises(Refused) as said:
        propose_correction(**given(report, cycle.filler, value="50"))
    assert said.value.code == "rules"
    assert "50" in said.value.zh
    made = Correction.objects.create(report=report, field="done_ytd_wan", published="500", value="50", reason="误", by=cycle.filler)
    assert code_of(settle_correction, correction_id=made.pk, approve=True, actor=cycle.checker) == "rules"
    assert settle_correction(correction_id=made.pk, approve=False, actor=cycle.checker, note="不合理").state == "refused"


def test_an_approved_correction_is_told_wherever_the_published_figure_stands(cycle, report, signed_in):
    made = propose_correction(**given(report, cycle.filler, value="1480.5"))
    client = signed_in(cycle.keeper)
    page = reverse("admin:projects_project_page", args=[report.project_id])
    city = reverse("reports:city") + "?period=2020-06"
    assert "更正为" not in client.get(page, {"month": "2020-06"}).content.decode()
    assert "处更正" not in client.get(city).content.decode()
    settle_correction(correction_id=made.pk, approve=True, actor=cycle.checker)
    assert "本年累计完成投资已公布 500.00万元，更正为 1,480.50万元" in client.get(page, {"month": "2020-06"}).content.decode()
    assert "本表有1处更正" in client.get(city).content.decode()
    assert "1,480.50万元" in client.get(reverse("admin:projects_monthreport_corrections", args=[report.pk])).content.decode()

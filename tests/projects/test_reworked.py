"""A returned report that was changed since its return is marked on the page of its unit's month."""

from __future__ import annotations

import pytest
from django.urls import reverse

from config.todo import tasks_of
from projects.services.edits import reworked
from projects.services.reviews import move
from projects.workflow import Verb
from tests.projects.admin_pages import form_of
from tests.projects.cycle import make_cycle

pytestmark = pytest.mark.django_db


def test_only_the_report_that_was_changed_since_is_marked(signed_in):
    cycle = make_cycle()
    changed, left = cycle.report(state="submitted"), cycle.report(state="submitted")
    for report in (changed, left):
        move(verb=Verb.RETURN, report_id=report.pk, actor=cycle.checker, reason="偏大")
    client, address = signed_in(cycle.filler), reverse("admin:projects_month_unit", args=[cycle.unit.pk, cycle.period.pk])
    assert "退回后已修改" not in client.get(address).content.decode()
    changed.refresh_from_db()
    changed.done_ytd_wan += 1
    changed.save()
    (row,) = [row for row in client.get(address).content.decode().split("<tr>") if ">退回后已修改<" in row]
    assert reverse("admin:projects_monthreport_change", args=[changed.pk]) in row
    assert reworked([changed.pk, left.pk]) == {changed.pk}


def test_a_mended_report_says_everywhere_that_it_must_be_handed_in_again(signed_in):
    cycle = make_cycle()
    report = cycle.report(state="returned")
    change = reverse("admin:projects_monthreport_change", args=[report.pk])
    unit = reverse("admin:projects_month_unit", args=[cycle.unit.pk, cycle.period.pk])
    filler, submitter = signed_in(cycle.filler), signed_in(cycle.submitter)
    assert all("data-again" not in filler.get(page).content.decode() for page in (change, unit))
    assert [task.kind for task in tasks_of(cycle.submitter)] == []
    sent = form_of(filler.get(change), progress_text="主体结构完成百分之四十，土方外运完成", change_reason="按意见修改")
    saved = filler.post(change, sent, follow=True).content.decode()
    assert "退回后已修改，还没有重新提交：改好后由本单位审核人提交" in saved
    report.refresh_from_db()
    assert report.state == "returned"
    assert "改好后由本单位审核人提交" in filler.get(change).content.decode()
    assert "改好后请点“提交”" in submitter.get(change).content.decode()
    assert "1 条退回后已修改，还没有重新提交" in submitter.get(unit).content.decode()
    (returned,) = [task for task in tasks_of(cycle.filler) if task.kind == "returned"]
    assert returned.rows[0].remark == "退回后已修改，须由本单位审核人重新提交（请核对）"
    (again,) = tasks_of(cycle.submitter)
    assert (again.kind, again.n, again.url) == ("resubmit", 1, unit)
    move(verb=Verb.SUBMIT, report_id=report.pk, actor=cycle.submitter)
    assert "data-again" not in submitter.get(change).content.decode()
    assert tasks_of(cycle.submitter) == []

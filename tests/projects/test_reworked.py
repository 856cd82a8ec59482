"""A returned report that was changed since its return is marked on the page of its unit's month."""

from __future__ import annotations

import pytest
from django.urls import reverse

from projects.services.edits import reworked
from projects.services.reviews import move
from projects.workflow import Verb
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
    (row,) = [row for row in client.get(address).content.decode().split("<tr>") if "退回后已修改" in row]
    assert reverse("admin:projects_monthreport_change", args=[changed.pk]) in row
    assert reworked([changed.pk, left.pk]) == {changed.pk}

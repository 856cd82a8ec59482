"""Verbs on finance plans: begin one, and make a new version of it. The old version stays as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts import audit
from funding.models import FinanceLine, FinancePlan
from funding.services.ledger import person
from projects.models import Source, changes_from
from projects.workflow import Refused

_COPIED = ("source_id", "planned_wan", "capital_wan", "secured_wan", "secured_doc", "secured_on", "other_arrived_wan")


def begin_plan(plan: FinancePlan) -> None:
    """Give a version that is not stored yet its number and the total that it is made for."""
    plan.number = (FinancePlan.objects.filter(project=plan.project_id).aggregate(last=Max("number"))["last"] or 0) + 1
    plan.total_wan = plan.project.total_wan
    plan.state = FinancePlan.State.CURRENT


def superseded(plan: FinancePlan) -> Refused:
    """What is answered to whoever would change a version that gave way to the next one."""
    return Refused(
        "superseded", f"第{plan.number}版已被替代，请在现行的一版上调整。", f"Version {plan.number} was superseded; revise the one in force."
    )


@transaction.atomic
def revise_plan(plan_id: int, *, reason: str, source: Source, doc_no: str = "", decided_on: date | None = None) -> FinancePlan:
    """A new version that begins as a copy of the one in force, which is then kept as it stands. Refused of any but the one in force."""
    old = FinancePlan.objects.select_for_update().select_related("project").filter(pk=plan_id).first()
    if old is None:
        raise Refused("gone", "没有这份资金方案。", "There is no such finance plan.")
    if not old.is_current:
        raise superseded(old)
    if not reason.strip():
        raise Refused("reason", "调整资金方案须填写原因。", "A new version needs a reason.")
    with changes_from(source):
        old.state = FinancePlan.State.SUPERSEDED
        old.save(update_fields=["state"])
        given: dict[str, Any] = {"doc_no": doc_no.strip()[:60], "decided_on": decided_on, "reason": reason.strip()[:300]}
        # What a person makes is no demo row, whatever it was begun from: neither its mark nor its source goes along.
        new = FinancePlan(project=old.project, source="" if old.is_synthetic else old.source, **given)
        begin_plan(new)
        new.save()
        for line in old.lines.order_by("id"):
            FinanceLine.objects.create(plan=new, **{name: getattr(line, name) for name in _COPIED})
    audit.record("financeplan.revise", actor=person(source), obj=new, reason=reason.strip()[:300])
    return new

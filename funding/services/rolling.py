"""Rolls a three-year plan forward: the first year falls away, a new last one is open. Shown first, then done, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts import audit
from funding.finance_figures import rolling_entries, rolling_record
from funding.models import RollingEntry, RollingLine, RollingPlan
from funding.rolling import RollingRecord, goes_on, rolled
from funding.services.ledger import person
from projects.figures import told, with_reports
from projects.models import AnnualPlan, Project, Source, changes_from
from projects.moment import Moment
from projects.values import Month
from projects.workflow import Refused

# Where the amount done by the end of the first year comes from.
PLANNED_PRIOR, REPORTED, RECKONED = "annual_plan", "reported", "reckoned"


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a project of the plan."""

    entry: RollingEntry
    lines: list[RollingLine]
    record: RollingRecord
    goes_on: bool
    prior_wan: Decimal | None
    prior_from: str


def steps(plan: RollingPlan) -> list[Step]:
    """Project by project what rolling forward would do. Four queries."""
    pairs = rolling_entries(RollingEntry.objects.filter(plan=plan))
    ids = [entry.project_id for entry, _lines in pairs]
    year = plan.base_year
    annual = AnnualPlan.objects.filter(project__among=ids, year=year + 1, month=None).exclude(cum_prior_wan=None)
    stated = dict(annual.values_list("project", "cum_prior_wan"))
    december = Moment(Month(year, 12))
    closed = with_reports(Project.objects.filter(pk__among=ids), december).annotate(cum_then=told(december, "cum_total_wan"))
    reported = dict(closed.exclude(cum_then=None).values_list("pk", "cum_then"))
    return [_step(entry, lines, stated, reported) for entry, lines in pairs]


def _step(entry: RollingEntry, lines: list[RollingLine], stated: dict[int, Any], reported: dict[int, Any]) -> Step:
    record = rolling_record(entry, lines)
    for found, name in ((stated, PLANNED_PRIOR), (reported, REPORTED)):
        if entry.project_id in found:
            return Step(entry, lines, record, goes_on(record), found[entry.project_id], name)
    reckoned = (record.cum_prior_wan or Decimal(0)) + record.by_year[record.base_year]
    return Step(entry, lines, record, goes_on(record), reckoned, RECKONED)


@transaction.atomic
def roll_forward(plan_id: int, *, source: Source) -> RollingPlan:
    """Make the plan of the next base year. Refused where it is there already with projects in it, or where nothing goes on."""
    plan = RollingPlan.objects.select_for_update().filter(pk=plan_id).first()
    if plan is None:
        raise Refused("gone", "没有这一期滚动计划。", "There is no such rolling plan.")
    year = plan.base_year + 1
    kept = [step for step in steps(plan) if step.goes_on]
    if not kept:
        raise Refused("empty", f"{plan}没有要转入下一期的项目。", f"The plan of {plan.base_year} has no project that goes on.")
    following = RollingPlan.objects.select_for_update().filter(base_year=year).first()
    if following is not None and following.entries.exists():
        raise Refused("there", f"基年{year}的滚动计划已有项目，不能再滚动生成。", f"The plan of {year} already has projects.")
    with changes_from(source):
        made = following or RollingPlan.objects.create(base_year=year)
        _carry(made, kept)
    audit.record("rollingplan.roll", actor=person(source), obj=made, count=len(kept))
    return made


def _carry(made: RollingPlan, kept: Iterable[Step]) -> None:
    for step in kept:
        old = step.entry
        texts = {"first_content": old.second_content, "second_content": old.third_content}
        # The total is the project's own of today; what the older plan said stands in the older plan.
        total = old.project.total_wan if old.project.total_wan is not None else old.total_wan
        amounts: dict[str, Any] = {"total_wan": total, "cum_prior_wan": step.prior_wan}
        dates = {"planned_start": old.planned_start, "planned_finish": old.planned_finish}
        entry = RollingEntry.objects.create(plan=made, project=old.project, **amounts, **dates, **texts)
        for line in step.lines:
            first, second, third = rolled((line.first_wan, line.second_wan, line.third_wan))
            if first is not None or second is not None:
                years: dict[str, Any] = {"first_wan": first, "second_wan": second, "third_wan": third}
                RollingLine.objects.create(entry=entry, source=line.source, **years)

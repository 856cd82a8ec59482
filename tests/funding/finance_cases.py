"""Finance and rolling plans for tests, made in the shortest way: `plan_for(project, own=(planned, secured, arrived, capital))`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from funding.models import FinanceLine, FinancePlan, RollingEntry, RollingLine, RollingPlan
from funding.services.finance import begin_plan
from projects.models import Classification, Project

NAMES = {
    "central": "中央预算内投资",
    "bond": "专项债券",
    "bond_general": "一般债券",
    "district": "区市财政资金",
    "own": "企业自筹",
    "loan": "商业贷款",
}


def money(code: str, **values: Any) -> Classification:
    """A source of finance."""
    order = list(NAMES).index(code) if code in NAMES else 99
    given = {"name": NAMES.get(code, code), "sort_order": order, **values}
    return Classification.objects.get_or_create(scheme=Classification.Scheme.FINANCE, code=code, defaults=given)[0]


def plan_for(project: Project, /, **lines: Any) -> FinancePlan:
    plan = FinancePlan(project=project)
    begin_plan(plan)
    plan.save()
    for code, told in lines.items():
        planned, secured, arrived, capital = (*told, 0, 0, 0)[:4] if isinstance(told, tuple) else (told, 0, 0, 0)
        document = {"secured_doc": "批复", "secured_on": date(2020, 3, 1)} if secured else {}
        amounts: dict[str, Any] = {
            "planned_wan": Decimal(planned),
            "secured_wan": Decimal(secured),
            "other_arrived_wan": Decimal(arrived),
            "capital_wan": Decimal(capital),
        }
        FinanceLine.objects.create(plan=plan, source=money(code), **amounts, **document)
    return plan


def roll_entry(plan: RollingPlan, project: Project, prior: int | None = 0, finish: str = "", /, **lines: tuple[Any, Any, Any]) -> RollingEntry:
    entry = RollingEntry.objects.create(
        plan=plan,
        project=project,
        total_wan=project.total_wan,
        cum_prior_wan=prior,
        planned_start=project.planned_start,
        planned_finish=finish,
        first_content="桩基",
        second_content="主体",
        third_content="装修",
    )
    for code, (first, second, third) in lines.items():
        RollingLine.objects.create(entry=entry, source=money(code), first_wan=first, second_wan=second, third_wan=third)
    return entry

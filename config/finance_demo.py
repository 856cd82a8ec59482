"""The demo year's finance plans, rolling plan and reserve: `fixtures/demo/finance.json`, once. All of it is invented and says so."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import User
from funding.models import FinanceLine, FinancePlan, RollingEntry, RollingLine, RollingPlan
from funding.schedule import split
from funding.services.finance import begin_plan, revise_plan
from projects.models import AnnualPlan, Classification, Door, Project, Source, changes_from
from projects.services.keeping import change_project

FILE = settings.BASE_DIR / "fixtures" / "demo" / "finance.json"
_YEARS = ("first_wan", "second_wan", "third_wan")


@transaction.atomic
def load_finance(path: Path = FILE) -> bool:
    """Enter everything once; answers whether there was anything to do. KeyError names a project that the lists do not have."""
    if FinancePlan.objects.exists() or RollingPlan.objects.exists():
        return False
    told = json.loads(path.read_text(encoding="utf-8"))
    source = Source(Door.COMMAND, User.objects.get(username="officer").pk, None, "2020年演示数据（虚构）")
    projects = {project.name: project for project in Project.objects.filter(name__in=names(told))}
    money = {row.code: row for row in Classification.objects.filter(scheme=Classification.Scheme.FINANCE)}
    with changes_from(source):
        for row in told["plans"]:
            _plans(projects[row["project"]], row["versions"], money, told["source"], source)
        _rolling(told["rolling"], projects, money)
        for row in told["reserve"]:
            _reserve(projects[row["project"]], row)
    return True


def names(told: Mapping[str, Any]) -> list[str]:
    """Every project that the file speaks of."""
    return sorted({row["project"] for row in (*told["plans"], *told["rolling"]["entries"], *told["reserve"])})


def _plans(project: Project, versions: Sequence[Mapping[str, Any]], money: Mapping[str, Classification], words: str, source: Source) -> None:
    first, *later = versions
    plan = FinancePlan(project=project, source=words, is_synthetic=True, **_decided(first))
    begin_plan(plan)
    plan.save()
    _lines(plan, first, money)
    for version in later:
        plan = revise_plan(plan.pk, source=source, **_decided(version))
        # What a person revises is real; what the demo revises is as invented as the version before.
        plan.source, plan.is_synthetic = words, True
        plan.save()
        for line in plan.lines.all():
            line.delete()
        _lines(plan, version, money)


def _decided(version: Mapping[str, Any]) -> dict[str, Any]:
    return {"doc_no": version["doc_no"], "decided_on": date.fromisoformat(version["decided_on"]), "reason": version["reason"]}


def _lines(plan: FinancePlan, version: Mapping[str, Any], money: Mapping[str, Classification]) -> None:
    """A line is its source, planned, capital, secured, and what arrived beside the ledger."""
    for code, planned, capital, secured, *arrived in version["lines"]:
        given: dict[str, Any] = {"planned_wan": Decimal(planned), "capital_wan": Decimal(capital), "secured_wan": Decimal(secured)}
        given["other_arrived_wan"] = Decimal(arrived[0] if arrived else 0)
        document = {"secured_doc": "演示落实文件", "secured_on": plan.decided_on} if Decimal(secured) else {}
        FinanceLine.objects.create(plan=plan, source=money[code], **given, **document)


def _rolling(told: Mapping[str, Any], projects: Mapping[str, Project], money: Mapping[str, Classification]) -> None:
    plan = RollingPlan.objects.create(base_year=told["base_year"], note=told["note"], is_synthetic=True)
    for row in told["entries"]:
        project = projects[row["project"]]
        stated = AnnualPlan.objects.filter(project=project, year=plan.base_year, month=None).first()
        prior = stated.cum_prior_wan if stated is not None and stated.cum_prior_wan is not None else Decimal(0)
        texts = dict(zip(("first_content", "second_content", "third_content"), row["contents"], strict=True))
        given: dict[str, Any] = {"total_wan": project.total_wan, "cum_prior_wan": prior}
        dates = {"planned_start": project.planned_start, "planned_finish": project.planned_finish}
        entry = RollingEntry.objects.create(plan=plan, project=project, **given, **dates, **texts)
        for code, amounts in _years(row, (project.total_wan or Decimal(0)) - prior).items():
            RollingLine.objects.create(entry=entry, source=money[code], **amounts)


def _years(row: Mapping[str, Any], left: Decimal) -> dict[str, dict[str, Decimal | None]]:
    """What is left to do, in percent by year (what is missing to 100 is for later years), and of each year by source; in whole 万元."""
    weights = [*row["years"], 100 - sum(row["years"])]
    codes = [code for code, _weight in row["sources"]]
    found: dict[str, dict[str, Decimal | None]] = {code: {} for code in codes}
    for name, amount in zip(_YEARS, split(int(left), weights), strict=False):
        for code, part in zip(codes, split(amount, [weight for _code, weight in row["sources"]]), strict=True):
            found[code][name] = Decimal(part) if part else None
    return found


def _reserve(project: Project, row: Mapping[str, Any]) -> None:
    """A project that left the lists waits in the reserve for its year."""
    project.stage, project.planned_start, project.stage_reason = "reserve", row["planned_start"], "调出年度清单，转入储备（演示）"
    change_project(project, {"stage", "planned_start", "stage_reason"}, reason="2020年演示数据（虚构）")

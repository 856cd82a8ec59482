"""The demo year's money: `fixtures/demo/funds.json` through the services of the ledger, once. What is invented says so in its row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import User
from config.dossiers_demo import load_dossiers
from funding.ledger import Step
from funding.models import Bond, BondIssue, CentralPlan, QuotaBatch
from funding.models.accounts import FundSource
from funding.schedule import months_after
from funding.services.bonds import adjust_use, issue_bond
from funding.services.ledger import Key, Posting, post, reverse
from projects.models import Classification, Door, Project, Source, changes_from

FILE = settings.BASE_DIR / "fixtures" / "demo" / "funds.json"
_TRANSFERS_ON, _PAYMENTS_ON = 20, 28  # days of a month


@transaction.atomic
def load_funds(path: Path = FILE) -> bool:
    """Post the year's money once; answers whether there was anything to do. KeyError names a project that the lists do not have."""
    told = json.loads(path.read_text(encoding="utf-8"))
    if QuotaBatch.objects.filter(year=told["year"]).exists():
        return False
    actor = User.objects.get(username="officer")
    source = Source(Door.COMMAND, actor.pk, None, "2020年演示数据（虚构）")
    names = {give["project"] for bond in told["bonds"] for give in bond["gives"]} | {give[0] for plan in told["plans"] for give in plan["gives"]}
    names |= {row["project"] for row in told["dossiers"]}
    projects = dict(Project.objects.filter(name__in=names).values_list("name", "pk"))
    areas = {row.name: row for row in Classification.objects.filter(scheme=Classification.Scheme.SECTOR)}
    fields = {row.name: row for row in Classification.objects.filter(scheme=Classification.Scheme.USE_AREA)}
    with changes_from(source):
        batches = _batches(told)
        issues = {row["number"]: BondIssue.objects.create(year=told["year"], **_dated(row, "tender_on")) for row in told["issues"]}
    bonds = {}
    for row in told["bonds"]:
        bond = _bond(row, issues[row["issue"]], fields.get(row["area"]), batches, source)
        bonds[bond.short_name] = bond
        keyed = [(Key(projects[give["project"]], bond.pk), give) for give in row["gives"]]
        post([posting for key, give in keyed for posting in _course(key, give, _day(row["value_on"]), told)], source=source)
    _exceptions(told, bonds, projects, source)
    for row in told["plans"]:
        _plan(row, areas[row["area"]], projects, told, source)
    load_dossiers(told, projects, source)
    return True


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _dated(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: _day(value) if name in names else value for name, value in row.items()}


def _batches(told: Mapping[str, Any]) -> dict[str, QuotaBatch]:
    made = {}
    for row in told["quota"]:
        given = {**_dated(row, "given_on"), "amount_wan": Decimal(row["amount_wan"]), "source": told["quota_source"], "is_synthetic": True}
        made[str(row["number"])] = QuotaBatch.objects.create(year=told["year"], **given)
    return made


_TERMS = ("name", "short_name", "years", "per_year", "venue", "is_synthetic", "source")


def _bond(row: Mapping[str, Any], issue: BondIssue, area: Classification | None, batches: Mapping[str, QuotaBatch], source: Source) -> Bond:
    given: dict[str, Any] = {name: row[name] for name in _TERMS} | {name: _day(row[name]) for name in ("tender_on", "value_on")}
    given |= {name: Decimal(row[name]) for name in ("amount_wan", "rate_percent")}
    bond = Bond(issue=issue, use_area=area, **given)
    return issue_bond(bond, {batches[number].pk: Decimal(amount) for number, amount in row["draws"].items()}, source=source)


def _plan(row: Mapping[str, Any], area: Classification, projects: Mapping[str, int], told: Mapping[str, Any], source: Source) -> None:
    """A plan is approximate, as its total is: 近10亿元 is not 10."""
    given: dict[str, Any] = {name: row[name] for name in ("doc_no", "programme", "manner")}
    given |= {"given_on": _day(row["given_on"]), "area": area, "amount_wan": Decimal(row["amount_wan"])}
    marks = {"is_approximate": True, "is_synthetic": True, "source": told["plan_source"]}
    with changes_from(source):
        plan = CentralPlan.objects.create(year=told["year"], **given, **marks)
    postings: list[Posting] = []
    for project, money, amount, pace, *item in row["gives"]:
        give = {"amount_wan": amount, "pace": pace, "cost_item": item[0] if item else ""}
        postings += _course(Key(projects[project], None, plan.pk, FundSource(money).value), give, _day(row["given_on"]), told)
    post(postings, source=source)


def _course(key: Key, give: Mapping[str, Any], begins: date, told: Mapping[str, Any]) -> Iterator[Posting]:
    """What one allocation goes through, month by month, up to the day that the demo ends on."""
    amount, until, pace = Decimal(give["amount_wan"]), _day(told["until"]), told["paces"][give["pace"]]
    yield Posting(key, Step.ASSIGN, amount, begins, Decimal(give.get("capital_wan", 0)), "演示分配", cost_item=give.get("cost_item", ""))
    steps = [(Step.ARRIVE, _TRANSFERS_ON), (Step.PAY, _PAYMENTS_ON)]
    if key.bond_id is None:
        steps.append((Step.COMPLETE, _PAYMENTS_ON))
    for step, number in steps:
        for day, part in _parts(amount, pace.get(step.value, ()), begins, number):
            if day <= until:
                yield Posting(key, step, part, day, doc_no="演示凭证")


def _parts(amount: Decimal, shares: Iterable[tuple[int, int]], begins: date, number: int) -> Iterator[tuple[date, Decimal]]:
    """Cumulative shares in percent as the amounts of their months; they add up, because each is the step between two."""
    before = Decimal(0)
    for months, percent in shares:
        reached = amount * percent / 100
        yield months_after(begins.replace(day=1), months).replace(day=number), reached - before
        before = reached


def _exceptions(told: Mapping[str, Any], bonds: Mapping[str, Bond], projects: Mapping[str, int], source: Source) -> None:
    """Money that moved to another project, and an entry that was wrong and taken back."""
    for row in told["adjustments"]:
        adjust_use(
            bond_id=bonds[row["bond"]].pk,
            taken_from=projects[row["taken_from"]],
            given_to=projects[row["given_to"]],
            amount_wan=Decimal(row["amount_wan"]),
            doc_no=row["doc_no"],
            approved_on=_day(row["approved_on"]),
            disclosed_on=_day(row["disclosed_on"]),
            source=_because(source, row),
        )
    for row in told["mistakes"]:
        key = Key(projects[row["project"]], bonds[row["bond"]].pk)
        made = post([Posting(key, Step(row["step"]), Decimal(row["amount_wan"]), _day(row["on"]), doc_no=row["doc_no"])], source=source)
        reverse([entry.pk for entry in made], source=_because(source, row))


def _because(source: Source, row: Mapping[str, Any]) -> Source:
    return Source(source.door, source.actor_id, None, row["reason"])

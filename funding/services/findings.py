"""All rules of money over what is stored, as it stood at the end of a day: each finding with the row it is of. Reads only.

Quota, bonds and plans are the city's and judged for readers of the whole city alone; accounts and projects are those in reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from funding.figures import flows_by, year_record
from funding.ledger import Step
from funding.lookups import areas_of, holidays, limits_of, limits_on
from funding.measures import Flow
from funding.models import Bond, FundAccount, FundEntry, UseAdjustment
from funding.models.accounts import FundSource
from funding.records import AdjustmentRecord, Limits
from funding.rules import (
    adjustment_documented,
    allocations_add_up,
    capital_share_within,
    central_order,
    chain_held,
    decomposed_in_time,
    fit_for_bonds,
    issued_within_quota,
    manner_fits_approval,
    said_by,
    started_in_time,
)
from funding.services.checks import bond_record, bond_terms, dossier_records, share_record
from funding.watch import account_record, plan_records
from projects.findings import SEVERITY_ORDER, Finding
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding and the row it is of: a year, bond, plan, account, adjustment or project."""

    kind: str
    key: int
    name: str
    finding: Finding


def findings(entries: QuerySet[FundEntry], year: int, until: date, *, whole_city: bool) -> list[Placed]:
    """Everything the rules say of a year's money, gravest first. The queries grow with the days of issue alone."""
    limits = limits_of(year, until)
    mine = entries.filter(Q(account__bond__issue__year=year) | Q(account__plan__year=year))
    flows = flows_by(mine, "account", until)
    rows = FundAccount.objects.filter(pk__among=sorted(flows)).select_related("project__unit", "bond__issue", "plan")
    accounts = list(rows.order_by("project__unit__sort_order", "project__name", "id"))
    found = list(_of_city(year, until, limits)) if whole_city else []
    found += _of_accounts(accounts, flows, limits, until)
    found += _of_projects(accounts, flows, limits, year, until)
    return sorted(found, key=lambda placed: SEVERITY_ORDER[placed.finding.severity])


def _placed(kind: str, key: int, name: str, said: Iterable[Finding]) -> list[Placed]:
    return [Placed(kind, key, name, finding) for finding in said]


def _of_city(year: int, until: date, limits: Limits) -> Iterator[Placed]:
    record = year_record(year, until)
    yield from _placed("year", year, str(year), said_by(issued_within_quota(record, limits), capital_share_within(record, limits)))
    yield from _of_bonds(year, until, limits)
    days = holidays()
    for plan, told in plan_records(year, until):
        yield from _placed("plan", plan.pk, str(plan), said_by(decomposed_in_time(told, limits, days, until)))
    for row in UseAdjustment.objects.filter(bond__issue__year=year, approved_on__lte=until):
        yield from _placed("adjustment", row.pk, str(row), said_by(adjustment_documented(AdjustmentRecord(row.amount_wan, row.doc_no), limits)))


def _of_bonds(year: int, until: date, limits: Limits) -> Iterator[Placed]:
    """Bonds issued by the day, each judged by the limits of its own day of issue; what projects got of it by then against its amount."""
    areas, then = areas_of(year), {until: limits}
    given = flows_by(FundEntry.objects.filter(account__bond__issue__year=year, step=Step.ASSIGN.value), "account__bond", until)
    for bond in Bond.objects.filter(issue__year=year).select_related("issue", "use_area").order_by("issue__number", "years", "id"):
        day = bond.issued_on
        if day is not None and day > until:
            continue
        judged = day or until
        if judged not in then:
            then[judged] = limits_on(judged)
        record = replace(bond_record(bond), assigned_wan=given.get(bond.pk, Flow()).assigned_wan)
        yield from _placed("bond", bond.pk, str(bond), [*said_by(allocations_add_up(record, limits)), *bond_terms(record, then[judged], areas)])


def _of_accounts(accounts: list[FundAccount], flows: Mapping[Any, Flow], limits: Limits, until: date) -> Iterator[Placed]:
    for row in accounts:
        record = account_record(row, flows[row.pk])
        if row.plan is None:
            yield from _placed("account", row.pk, record.project, said_by(chain_held(record, limits)))
            continue
        yield from _placed("account", row.pk, record.project, said_by(central_order(record, limits)))
        if row.source == FundSource.CENTRAL and record.assigned_wan > 0:
            share = share_record(row.project, row.plan, until)
            said = said_by(manner_fits_approval(share, limits), started_in_time(share, limits, until))
            yield from _placed("project", row.project_id, record.project, said)


def _of_projects(accounts: list[FundAccount], flows: Mapping[Any, Flow], limits: Limits, year: int, until: date) -> Iterator[Placed]:
    """Each project with bond money once, whatever bonds it comes from."""
    projects: dict[int, Project] = {row.project_id: row.project for row in accounts if row.bond is not None and flows[row.pk].assigned_wan > 0}
    areas = areas_of(year)
    for key, record in dossier_records(projects.values(), year, until).items():
        yield from _placed("dossier", key, record.project, fit_for_bonds(record, limits, areas))

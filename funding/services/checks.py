"""Runs the rules of money on rows: what is about to be issued or given, and everything that is stored. Reads only.

Every door asks here (issuing and posting forms, the warnings page, `funds_check`), so that each says the same in the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from funding.figures import year_record
from funding.finance_figures import BOND_SOURCES
from funding.ledger import Step
from funding.lookups import areas_of, limits_of, limits_on
from funding.models import Bond, CentralPlan, Dossier, DossierPaper, FinanceLine, FinancePlan, FundEntry, IncomeSource
from funding.records import ZERO, Areas, BondRecord, DossierRecord, Limits, ShareRecord
from funding.rules import (
    capital_share_within,
    coupon_usual,
    days_in_order,
    fit_for_bonds,
    manner_fits_approval,
    said_by,
    term_allowed,
    use_area_listed,
)
from funding.standing import started_by, started_on
from projects.findings import Finding
from projects.models import Classification, Project


def check_bond(bond: Bond, today: date) -> list[Finding]:
    """What the rules say of a bond's own terms, judged by its day of issue. Three queries."""
    return bond_terms(bond_record(bond), limits_on(bond.issued_on or today), areas_of(bond.issue.year))


def bond_terms(record: BondRecord, limits: Limits, areas: Areas) -> list[Finding]:
    """Rules 53, 54 and 61 together, and the order of its days."""
    return said_by(term_allowed(record, limits), coupon_usual(record, limits), use_area_listed(record, areas), days_in_order(record, limits))


def check_gift(fund: Bond | CentralPlan, project: Project, day: date, amount_wan: Decimal = ZERO, capital_wan: Decimal = ZERO) -> list[Finding]:
    """What the rules say of giving a project money of this fund on a day, so much of it as capital (55 to 58, 61, 62, and whether
    it has more of bonds than it was to have; of a plan 64)."""
    limits = limits_on(day)
    if isinstance(fund, CentralPlan):
        return said_by(manner_fits_approval(share_record(project, fund, day), limits))
    (record,) = dossier_records([project], fund.issue.year).values()
    record = with_gift(record, fund, amount_wan)
    said = fit_for_bonds(record, limits, areas_of(fund.issue.year))
    if capital_wan <= 0:
        return said
    year = year_record(fund.issue.year)
    return [*said, *said_by(capital_share_within(replace(year, capital_wan=year.capital_wan + capital_wan), limits_of(fund.issue.year, day)))]


def with_gift(record: DossierRecord, bond: Bond, amount_wan: Decimal) -> DossierRecord:
    """The record with so much more of a bond. What pays for older debts builds nothing and is not counted."""
    return replace(record, given_wan=record.given_wan + amount_wan) if bond.purpose == Bond.Purpose.NEW else record


def bond_record(bond: Bond) -> BondRecord:
    area = bond.use_area
    return BondRecord(
        name=str(bond),
        amount_wan=bond.amount_wan,
        assigned_wan=bond.assigned_wan,
        years=bond.years,
        rate_percent=bond.rate_percent,
        per_year=bond.per_year,
        area=_area_code(area),
        area_name=area.name if area is not None else "",
        year=bond.issue.year,
        tender_on=bond.tender_on or bond.issue.tender_on,
        value_on=bond.value_on,
        matures_on=bond.matures_on,
    )


def _area_code(area: Classification | None) -> str | None:
    """A code is a field's own only within its list: sectors of projects have codes of the same letters."""
    if area is None:
        return None
    listed = area.scheme in (Classification.Scheme.USE_AREA, Classification.Scheme.NEGATIVE)
    return area.code if listed else f"{area.scheme}:{area.code}"


def dossier_records(projects: Iterable[Project], year: int, until: date | None = None) -> dict[int, DossierRecord]:
    """Project id → what it shows for bond money, and has of it by the day; also of one that shows nothing. A paper is there when its file is.

    Five queries.
    """
    rows = {project.pk: project for project in projects}
    dossiers = {one.project_id: one for one in Dossier.objects.filter(project__among=sorted(rows)).select_related("negative_item")}
    keys = sorted(one.pk for one in dossiers.values())
    papers: dict[int, set[str]] = {}
    for key, kind in DossierPaper.objects.filter(dossier__among=keys).exclude(sha256="").values_list("dossier", "kind"):
        papers.setdefault(key, set()).add(kind)
    sources: dict[int, int] = {}
    for key in IncomeSource.objects.filter(dossier__among=keys).values_list("dossier", flat=True):
        sources[key] = sources.get(key, 0) + 1
    given, planned = bond_money(rows, until)
    found = {}
    for pk, project in rows.items():
        record = _dossier_record(project, dossiers.get(pk), papers, sources, year)
        found[pk] = replace(record, given_wan=given.get(pk, ZERO), total_wan=project.total_wan, planned_wan=planned.get(pk))
    return found


def bond_money(projects: Iterable[int], until: date | None = None) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """What projects were given of new bonds by the day, and what their finance plans in force expect of bonds. Two queries."""
    keys = sorted(projects)
    entries = FundEntry.objects.filter(account__project__among=keys, account__bond__purpose=Bond.Purpose.NEW, step=Step.ASSIGN.value)
    if until is not None:
        entries = entries.filter(happened_on__lte=until)
    lines = FinanceLine.objects.filter(plan__project__among=keys, plan__state=FinancePlan.State.CURRENT, source__code__in=BOND_SOURCES)
    given = entries.order_by().values_list("account__project").annotate(Sum("amount_wan"))
    return dict(given), dict(lines.order_by().values_list("plan__project").annotate(Sum("planned_wan")))


def _dossier_record(
    project: Project, dossier: Dossier | None, papers: Mapping[int, set[str]], sources: Mapping[int, int], year: int
) -> DossierRecord:
    if dossier is None:
        return DossierRecord(project.name, year=year)
    item = dossier.negative_item
    return DossierRecord(
        project=project.name,
        papers=frozenset(papers.get(dossier.pk, ())),
        coverage=dossier.coverage,
        income_wan=dossier.income_wan,
        cost_wan=dossier.cost_wan,
        sources=sources.get(dossier.pk, 0),
        negative_item=item.name if item is not None else "",
        year=year,
    )


def share_record(project: Project, plan: CentralPlan, until: date) -> ShareRecord:
    started = started_on(project)
    return ShareRecord(
        project=project.name,
        plan=str(plan),
        manner=plan.manner,
        approval_kind=project.approval_kind or None,
        given_on=plan.given_on,
        has_started=started_by(project, until),
        started_on=started,
    )

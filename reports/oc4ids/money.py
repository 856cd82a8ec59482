"""What a project is to cost and who pays: budget, its breakdowns, bonds, transactions. Pure."""

from __future__ import annotations

from collections.abc import Collection

from projects.disclosure import Item
from reports.oc4ids.records import CentralGiven, Facts, Paid
from reports.oc4ids.values import Document, day, filled, period, plain, value, year_period

# Permits that approve a project, the weightiest first: the day of the first that is held is that of the budget's approval.
APPROVING = ("feasibility", "filing", "proposal")
BOND, CENTRAL = "bond", "central"
_NAMES = {BOND: "地方政府专项债券", CENTRAL: "中央预算内投资"}
Funders = dict[str, str]


def funder(funders: Funders, source: str, name: str = "") -> Document:
    """The party behind a source of money, noted among the funders."""
    key, name = f"funder-{source}", _NAMES.get(source) or name
    funders[key] = name
    return {"id": key, "name": name}


def budget(facts: Facts, shown: Collection[Item], funders: Funders) -> Document:
    total = facts.total_wan if Item.TOTAL in shown else None
    approx = f"总投资为约数：{facts.total_text or '约'}" if facts.is_approx and total is not None else None
    return filled(
        description=approx,
        amount=value(total),
        approvalDate=_approved(facts) if total is not None and Item.PERMITS in shown else None,
        budgetBreakdowns=[
            *_breakdown("year", "年度计划投资", _years(facts) if Item.ANNUAL_PLAN in shown else []),
            *_breakdown("source", "中央预算内投资计划", _central(facts, funders) if Item.CENTRAL in shown else []),
            *_breakdown("finance-plan", "资金方案（按来源）", _planned(facts, funders) if Item.FINANCE_PLAN in shown else []),
        ],
        finance=_bonds(facts, funders) if Item.BONDS in shown else [],
    )


def _approved(facts: Facts) -> str | None:
    for kind in APPROVING:
        days = [paper.issued_on for paper in facts.papers if paper.kind == kind and paper.state == "held" and paper.issued_on]
        if days:
            return day(max(days))
    return None


def _breakdown(key: str, words: str, rows: list[Document]) -> list[Document]:
    return [{"id": key, "description": words, "budgetBreakdown": rows}] if rows else []


def _years(facts: Facts) -> list[Document]:
    """The year's own figure; where there are only months, they say nothing of the year."""
    rows = sorted((row for row in facts.plans if row.month is None and row.plan_wan is not None), key=lambda row: row.year)
    return [filled(id=str(row.year), description=f"{row.year}年计划投资", amount=value(row.plan_wan), period=year_period(row.year)) for row in rows]


def _central(facts: Facts, funders: Funders) -> list[Document]:
    return [
        filled(
            id=_document_id(row),
            description=row.programme,
            amount=value(row.assigned_wan),
            period=year_period(row.year),
            sourceParty=funder(funders, CENTRAL),
            approvalDate=day(row.given_on),
        )
        for row in facts.central
    ]


def _document_id(row: CentralGiven) -> str:
    """The number of the document; one document may be the plan of several programmes."""
    return f"{row.doc_no}/{row.programme}" if row.programme else row.doc_no


def _planned(facts: Facts, funders: Funders) -> list[Document]:
    return [
        filled(id=f"plan-{row.code}", description=row.name, amount=value(row.planned_wan), sourceParty=funder(funders, row.code, row.name))
        for row in facts.sources
    ]


def _bonds(facts: Facts, funders: Funders) -> list[Document]:
    return [
        filled(
            id=f"bond-{row.id}",
            title=row.batch,
            description=row.name,
            value=value(row.assigned_wan),
            financingParty=funder(funders, BOND),
            source=_NAMES[BOND],
            assetClass=["debt"],
            type="bond",
            period=period(day(row.value_on), day(row.matures_on)),
            interestRate={} if row.rate_percent is None else {"base": plain(row.rate_percent.scaleb(-2)), "fixed": True},
        )
        for row in facts.bonds
    ]


def transactions(facts: Facts, shown: Collection[Item], funders: Funders, payee: Document | None) -> list[Document]:
    """What was handed on to the project (拨付), as far as its source may be told."""
    if Item.PAYMENTS not in shown:
        return []
    return [
        filled(
            id=f"entry-{row.id}",
            date=day(row.on),
            value=value(row.amount_wan),
            payer=funder(funders, row.source, row.source_name),
            payee=payee,
        )
        for row in facts.paid
        if _source_shown(row, shown)
    ]


def _source_shown(row: Paid, shown: Collection[Item]) -> bool:
    return (Item.BONDS if row.source == BOND else Item.CENTRAL) in shown

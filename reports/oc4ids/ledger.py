"""What the ledger and the finance plans say of some projects, for the open data. Three queries for any number of projects.

An entry that was reversed and the one that reverses it are both left out: together they say nothing happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from funding.ledger import Step
from funding.models import FinanceLine, FinancePlan, FundEntry
from funding.models.accounts import FundSource
from projects.history import rows_at
from reports.oc4ids.records import BondGiven, CentralGiven, Paid, SourceLine

_ENTRY = ("id", "account_id", "account__project_id", "account__source", "step", "amount_wan", "happened_on", "reverses_id")
_BOND = ("account__bond__name", "account__bond__issue__year", "account__bond__issue__number", "account__bond__rate_percent")
_DAYS = ("account__bond__value_on", "account__bond__matures_on")
_PLAN = ("account__plan__doc_no", "account__plan__programme", "account__plan__year", "account__plan__given_on")


@dataclass(frozen=True, slots=True)
class Money:
    """Of one project."""

    sources: tuple[SourceLine, ...] = ()
    bonds: tuple[BondGiven, ...] = ()
    central: tuple[CentralGiven, ...] = ()
    paid: tuple[Paid, ...] = ()


def money_of(keys: Sequence[int], until: datetime | None) -> dict[int, Money]:
    """Project → its money, as it was known."""
    sources, entries = _sources(keys, until), _entries(keys, until)
    return {key: Money(tuple(sources.get(key, ())), *_given(entries.get(key, []))) for key in {*sources, *entries}}


def _sources(keys: Sequence[int], until: datetime | None) -> dict[int, list[SourceLine]]:
    """The lines of the plan in force."""
    plans = rows_at(FinancePlan, until).filter(project_id__in=keys, state=FinancePlan.State.CURRENT)
    of_plan: dict[int, int] = dict(plans.values_list("id", "project_id"))
    lines = rows_at(FinanceLine, until).filter(plan_id__in=list(of_plan)).order_by("source__sort_order", "id")
    found: dict[int, list[SourceLine]] = {}
    for plan, code, name, planned in lines.values_list("plan_id", "source__code", "source__name", "planned_wan"):
        found.setdefault(of_plan[plan], []).append(SourceLine(code, name, planned))
    return found


def _entries(keys: Sequence[int], until: datetime | None) -> dict[int, list[dict[str, Any]]]:
    posted = FundEntry.objects.filter(account__project__in=keys, step__in=[Step.ASSIGN.value, Step.ARRIVE.value]).order_by("happened_on", "id")
    posted = posted if until is None else posted.filter(at__lte=until)
    rows = list(posted.values(*_ENTRY, *_BOND, *_DAYS, *_PLAN))
    undone = {row["reverses_id"] for row in rows if row["reverses_id"] is not None}
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row["reverses_id"] is None and row["id"] not in undone:
            found.setdefault(row["account__project_id"], []).append(row)
    return found


def _given(entries: Sequence[dict[str, Any]]) -> tuple[tuple[BondGiven, ...], tuple[CentralGiven, ...], tuple[Paid, ...]]:
    assigned: dict[int, Decimal] = {}
    accounts: dict[int, dict[str, Any]] = {}
    for row in entries:
        if row["step"] == Step.ASSIGN:
            accounts[row["account_id"]] = row
            assigned[row["account_id"]] = assigned.get(row["account_id"], Decimal(0)) + row["amount_wan"]
    held = [(key, row) for key, row in accounts.items() if assigned[key] > 0]
    bonds = tuple(_bond(key, row, assigned[key]) for key, row in held if row["account__source"] == FundSource.BOND)
    central = tuple(_central(row, assigned[key]) for key, row in held if row["account__source"] == FundSource.CENTRAL)
    return bonds, central, tuple(_paid(row) for row in entries if row["step"] == Step.ARRIVE)


def _bond(key: int, row: dict[str, Any], assigned_wan: Decimal) -> BondGiven:
    batch = f"{row['account__bond__issue__year']}年第{row['account__bond__issue__number']}次发行"
    rate, value_on, matures_on = (row[f"account__bond__{name}"] for name in ("rate_percent", "value_on", "matures_on"))
    return BondGiven(key, batch, row["account__bond__name"], assigned_wan, rate, value_on, matures_on)


def _central(row: dict[str, Any], assigned_wan: Decimal) -> CentralGiven:
    doc_no, programme, year, given_on = (row[f"account__plan__{name}"] for name in ("doc_no", "programme", "year", "given_on"))
    return CentralGiven(doc_no, programme, year, assigned_wan, given_on)


def _paid(row: dict[str, Any]) -> Paid:
    source = FundSource(row["account__source"])
    return Paid(row["id"], source.value, str(source.label), row["amount_wan"], row["happened_on"])

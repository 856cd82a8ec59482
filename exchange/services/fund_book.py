"""The registered bonds and plans that a fund sheet may mean, and what the file has said of them so far. Read once for a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from exchange.funds import BondFacts, PlanFacts
from exchange.parse import Place, ReadRow
from funding.models import Bond, CentralPlan


@dataclass(slots=True)
class FundBook:
    """Bonds by issue, plans, and the rows of this file that spoke of each account."""

    today: date
    default_until: date  # up to when a sheet's figures stand that doesn't say
    bonds: dict[int, Bond] = field(default_factory=dict)
    by_issue: dict[tuple[int, int], list[Bond]] = field(default_factory=dict)
    plans: dict[int, CentralPlan] = field(default_factory=dict)
    spoken: dict[Any, Place] = field(default_factory=dict)  # account → the row that speaks of it
    given: dict[tuple[str, int], int] = field(default_factory=dict)  # fund → what the file assigns of it so far (分)

    @classmethod
    def load(cls, today: date, default_until: date) -> FundBook:
        """Two queries. Only new special bonds are assigned by a sheet; the others pay back old debt."""
        book = cls(today, min(default_until, today))
        for bond in Bond.objects.select_related("issue").order_by("issue__year", "issue__number", "years", "id"):
            book.bonds[bond.pk] = bond
            if bond.type == Bond.Type.SPECIAL and bond.purpose == Bond.Purpose.NEW:
                book.by_issue.setdefault((bond.issue.year, bond.issue.number), []).append(bond)
        book.plans = {plan.pk: plan for plan in CentralPlan.objects.order_by("year", "id")}
        return book

    def bond_facts(self, year: int, number: int) -> list[BondFacts]:
        bonds = self.by_issue.get((year, number), [])
        return [BondFacts(bond.pk, str(bond), bond.years, bond.rate_percent) for bond in bonds]

    def plan_facts(self) -> list[PlanFacts]:
        return [PlanFacts(plan.pk, plan.doc_no, plan.programme) for plan in self.plans.values()]

    def until(self, row: ReadRow) -> date:
        return min(row.table.until or self.default_until, self.today)

    def fund(self, kind: str, key: int) -> Bond | CentralPlan:
        return self.bonds[key] if kind == "bond" else self.plans[key]

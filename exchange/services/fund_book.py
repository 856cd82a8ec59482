"""The registered bonds and plans that a fund sheet may mean, and what the file has said of them so far. Read once for a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from exchange.funds import BondFacts, PlanFacts
from exchange.parse import Place, ReadRow
from funding.models import Bond, CentralPlan
from projects.naming import document_key

_ASKED = 50  # unknown documents of a file that are compared with every one that is known


@dataclass(slots=True)
class FundBook:
    """Bonds by issue, plans, and the rows of this file that spoke of each account."""

    today: date
    default_until: date  # up to when a sheet's figures stand that doesn't say
    is_day_said: bool = True  # by a month of the file or of the upload
    bonds: dict[int, Bond] = field(default_factory=dict)
    by_issue: dict[tuple[int, int], list[Bond]] = field(default_factory=dict)
    plans: dict[int, CentralPlan] = field(default_factory=dict)
    by_document: dict[str, list[CentralPlan]] = field(default_factory=dict)  # by the document's key
    near: dict[str, list[CentralPlan]] = field(default_factory=dict)  # what was found near a document that is not registered
    spoken: dict[Any, Place] = field(default_factory=dict)  # account → the row that speaks of it
    given: dict[tuple[str, int], int] = field(default_factory=dict)  # fund → what the file assigns of it so far (分)

    @classmethod
    def load(cls, today: date, default_until: date, *, is_day_said: bool = True) -> FundBook:
        """Two queries. Only new special bonds are assigned by a sheet; the others pay back old debt."""
        book = cls(today, min(default_until, today), is_day_said)
        for bond in Bond.objects.select_related("issue").order_by("issue__year", "issue__number", "years", "id"):
            book.bonds[bond.pk] = bond
            if bond.type == Bond.Type.SPECIAL and bond.purpose == Bond.Purpose.NEW:
                book.by_issue.setdefault((bond.issue.year, bond.issue.number), []).append(bond)
        for plan in CentralPlan.objects.order_by("year", "id"):
            book.plans[plan.pk] = plan
            book.by_document.setdefault(document_key(plan.doc_no), []).append(plan)
        return book

    def bond_facts(self, year: int, number: int) -> list[BondFacts]:
        bonds = self.by_issue.get((year, number), [])
        return [BondFacts(bond.pk, str(bond), bond.years, bond.rate_percent) for bond in bonds]

    def plan_facts(self, doc_no: str) -> list[PlanFacts]:
        """The plans of a document."""
        return [PlanFacts(plan.pk, plan.doc_no, plan.programme) for plan in self.by_document.get(document_key(doc_no), ())]

    def plans_near(self, doc_no: str) -> list[CentralPlan]:
        """The plans whose documents are written most alike; those of the newest years where none is, or where too many were asked for."""
        key = document_key(doc_no)
        if key not in self.near:
            close = get_close_matches(key, list(self.by_document), n=3, cutoff=0.6) if len(self.near) < _ASKED else []
            self.near[key] = [plan for one in close for plan in self.by_document[one]] or list(self.plans.values())[-3:]
        return self.near[key]

    def until(self, row: ReadRow) -> date:
        return min(row.table.until or self.default_until, self.today)

    def is_said(self, row: ReadRow) -> bool:
        """Whether anybody said up to which day the figures of the row's table stand."""
        return row.table.until is not None or self.is_day_said

    def fund(self, kind: str, key: int) -> Bond | CentralPlan:
        return self.bonds[key] if kind == "bond" else self.plans[key]

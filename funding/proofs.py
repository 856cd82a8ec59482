"""The ledger proven: every sum that must hold, added up again from the entries, with zero tolerance. Reads only; a fixed number of queries.

quota batch   amount = issued + unissued, issued = its draws
bond          new money = its draws; amount = assigned + unassigned, assigned = its accounts
central plan  amount = decomposed + left, decomposed = its accounts of central money
account       each balance = its entries; paid ≤ arrived ≤ assigned; transferred = spent + unspent
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from funding.ledger import Step
from funding.models import Bond, CentralPlan, FundAccount, FundEntry, QuotaBatch, QuotaDraw
from funding.models.accounts import FundSource

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Proof:
    """One sum. `parts_wan` must add up to `whole_wan` exactly, and no part but a difference may be below zero."""

    kind: str
    key: int
    name: str
    code: str
    whole_wan: Decimal
    parts_wan: tuple[Decimal, ...]

    @property
    def holds(self) -> bool:
        return self.whole_wan == sum(self.parts_wan, _ZERO) and all(part >= 0 for part in self.parts_wan)

    @property
    def off_wan(self) -> Decimal:
        """By how much the parts miss the whole."""
        return sum(self.parts_wan, _ZERO) - self.whole_wan


def prove() -> Iterator[Proof]:
    """Every sum of the ledger, fund by fund and account by account."""
    yield from _quota()
    yield from _bonds()
    yield from _plans()
    yield from _accounts()


def faults() -> list[Proof]:
    """The sums that do not hold."""
    return [proof for proof in prove() if not proof.holds]


def _sums(rows: Iterable[Mapping[str, Any]], key: str) -> dict[Any, Decimal]:
    return {row[key]: row["total"] or _ZERO for row in rows}


def _quota() -> Iterator[Proof]:
    drawn = _sums(QuotaDraw.objects.order_by().values("batch").annotate(total=Sum("amount_wan")), "batch")
    for batch in QuotaBatch.objects.all():
        yield Proof("quota", batch.pk, str(batch), "approved", batch.amount_wan, (batch.issued_wan, batch.amount_wan - batch.issued_wan))
        yield Proof("quota", batch.pk, str(batch), "issued", batch.issued_wan, (drawn.get(batch.pk, _ZERO),))


def _bonds() -> Iterator[Proof]:
    drawn = _sums(QuotaDraw.objects.order_by().values("bond").annotate(total=Sum("amount_wan")), "bond")
    given = _sums(FundAccount.objects.exclude(bond=None).order_by().values("bond").annotate(total=Sum("assigned_wan")), "bond")
    for bond in Bond.objects.select_related("issue"):
        new = bond.amount_wan if bond.purpose == Bond.Purpose.NEW else _ZERO
        yield Proof("bond", bond.pk, str(bond), "drawn", new, (drawn.get(bond.pk, _ZERO),))
        yield Proof("bond", bond.pk, str(bond), "allocated", bond.amount_wan, (bond.assigned_wan, bond.amount_wan - bond.assigned_wan))
        yield Proof("bond", bond.pk, str(bond), "accounts", bond.assigned_wan, (given.get(bond.pk, _ZERO),))


def _plans() -> Iterator[Proof]:
    rows = FundAccount.objects.filter(source=FundSource.CENTRAL).order_by().values("plan").annotate(total=Sum("assigned_wan"))
    given = _sums(rows, "plan")
    for plan in CentralPlan.objects.all():
        yield Proof("plan", plan.pk, str(plan), "decomposed", plan.amount_wan, (plan.assigned_wan, plan.amount_wan - plan.assigned_wan))
        yield Proof("plan", plan.pk, str(plan), "accounts", plan.assigned_wan, (given.get(plan.pk, _ZERO),))


def _accounts() -> Iterator[Proof]:
    rows = FundEntry.objects.order_by().values_list("account", "step").annotate(Sum("amount_wan"), Sum("capital_wan"))
    posted: dict[tuple[int, str], Decimal] = {}
    capital: dict[int, Decimal] = {}
    for account, step, amount, part in rows:
        posted[account, step] = amount
        capital[account] = capital.get(account, _ZERO) + part
    for account in FundAccount.objects.select_related("project", "bond", "plan"):
        key, name = account.pk, str(account)
        held = {Step.ASSIGN: account.assigned_wan, Step.ARRIVE: account.arrived_wan, Step.PAY: account.paid_wan, Step.COMPLETE: account.completed_wan}
        for step, amount in held.items():
            yield Proof("account", key, name, f"entries_{step.value}", amount, (posted.get((key, step.value), _ZERO),))
        yield Proof("account", key, name, "entries_capital", account.capital_wan, (capital.get(key, _ZERO),))
        yield Proof("account", key, name, "assigned", account.assigned_wan, (account.arrived_wan, account.assigned_wan - account.arrived_wan))
        yield Proof("account", key, name, "transferred", account.arrived_wan, (account.paid_wan, account.arrived_wan - account.paid_wan))

"""The ledger proven: every sum that must hold, added up again from the entries, with zero tolerance. Reads only; a fixed number of queries.

quota batch   amount = issued + unissued, issued = its draws
bond          new money = its draws; amount = assigned + unassigned, assigned = its accounts; transferred = spent + unspent;
              principal = redeemed early + paid by schedule; what it pays = what its projects bear + the part of nobody
struck out    nothing: no draw, nothing assigned, no account with money
central plan  amount = decomposed + left, decomposed = its accounts of central money; by source: entries = accounts, arrived = paid + unpaid
project       by source = total; assigned = arrived + not arrived; arrived = paid + unpaid: entries on one side, accounts on the other
account       each balance = its entries; paid ≤ arrived ≤ assigned; transferred = spent + unspent
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from funding.debts import UNASSIGNED, BondDebt, borne, debts, weights
from funding.ledger import Step
from funding.models import Bond, CentralPlan, FundAccount, FundEntry, QuotaBatch, QuotaDraw
from funding.models.accounts import FundSource
from funding.models.registered import STANDS
from projects.values import fen_to_wan

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
    """Every sum of the ledger, fund by fund, project by project and account by account."""
    books = _Books(FundAccount.objects.all(), FundEntry.objects.all())
    yield from _quota()
    yield from _bonds(Bond.objects.all(), books)
    yield from _plans(books)
    yield from _struck(books)
    yield from _projects(books)
    yield from _accounts(books)


def prove_bond(bond_id: int) -> list[Proof]:
    """The sums of one bond and of its accounts."""
    books = _Books(FundAccount.objects.filter(bond=bond_id), FundEntry.objects.filter(account__bond=bond_id))
    return [*_bonds(Bond.objects.filter(pk=bond_id), books), *_accounts(books)]


def faults() -> list[Proof]:
    """The sums that do not hold."""
    return [proof for proof in prove() if not proof.holds]


class _Books:
    """Accounts, and what was posted to each: account and step → sum of its entries. Three queries."""

    def __init__(self, accounts: QuerySet[FundAccount], entries: QuerySet[FundEntry]) -> None:
        self.accounts = list(accounts.select_related("project", "bond", "plan"))
        self.posted: dict[tuple[int, Step], Decimal] = {}
        self.capital: dict[int, Decimal] = {}
        rows = entries.order_by().values_list("account", "step").annotate(Sum("amount_wan"), Sum("capital_wan"))
        for account, step, amount, part in rows:
            self.posted[account, Step(step)] = amount
            self.capital[account] = self.capital.get(account, _ZERO) + part

    def by(self, column: str) -> dict[int, list[FundAccount]]:
        """Fund or project → its accounts."""
        found: dict[int, list[FundAccount]] = {}
        for account in self.accounts:
            found.setdefault(getattr(account, column), []).append(account)
        return found

    def entered(self, accounts: Iterable[FundAccount], step: Step) -> Decimal:
        """What the entries of these accounts say of a step."""
        return sum((self.posted.get((account.pk, step), _ZERO) for account in accounts), _ZERO)


def _sums(rows: Iterable[Mapping[str, Any]], key: str) -> dict[Any, Decimal]:
    return {row[key]: row["total"] or _ZERO for row in rows}


def _held(accounts: Iterable[FundAccount], column: str) -> Decimal:
    return sum((getattr(account, column) for account in accounts), _ZERO)


def _quota() -> Iterator[Proof]:
    drawn = _sums(QuotaDraw.objects.order_by().values("batch").annotate(total=Sum("amount_wan")), "batch")
    for batch in QuotaBatch.objects.all():
        yield Proof("quota", batch.pk, str(batch), "approved", batch.amount_wan, (batch.issued_wan, batch.amount_wan - batch.issued_wan))
        yield Proof("quota", batch.pk, str(batch), "issued", batch.issued_wan, (drawn.get(batch.pk, _ZERO),))


def _bonds(bonds: QuerySet[Bond], books: _Books) -> Iterator[Proof]:
    drawn = _sums(QuotaDraw.objects.filter(bond__in=bonds).order_by().values("bond").annotate(total=Sum("amount_wan")), "bond")
    accounts = books.by("bond_id")
    rows = list(bonds.select_related("issue"))
    given = weights(rows)
    for debt in debts(rows):
        bond = debt.bond
        new = bond.amount_wan if bond.purpose == Bond.Purpose.NEW else _ZERO
        yield Proof("bond", bond.pk, str(bond), "drawn", new, (drawn.get(bond.pk, _ZERO),))
        yield Proof("bond", bond.pk, str(bond), "allocated", bond.amount_wan, (bond.assigned_wan, bond.amount_wan - bond.assigned_wan))
        yield from _fund("bond", bond, accounts.get(bond.pk, []), books)
        yield from _debt(debt, given[bond.pk])


def _debt(debt: BondDebt, given: Mapping[int, int]) -> Iterator[Proof]:
    """What a bond pays back, and who bears it. One without a schedule has nothing to prove, unless something was redeemed of it."""
    bond, principal = debt.bond, sum(payment.principal_fen for payment in debt.payments)
    if debt.payments or debt.redeemed_fen:
        parts = (fen_to_wan(debt.redeemed_fen), fen_to_wan(principal - debt.redeemed_fen))
        yield Proof("bond", bond.pk, str(bond), "principal", bond.amount_wan, parts)
    if debt.payments:
        shared = {key: sum(payment.total_fen for payment in part) for key, part in borne(debt, given).items()}
        nobody = fen_to_wan(shared.pop(UNASSIGNED, 0))
        whole = fen_to_wan(sum(payment.total_fen for payment in debt.payments))
        yield Proof("bond", bond.pk, str(bond), "borne", whole, (fen_to_wan(sum(shared.values())), nobody))


def _plans(books: _Books) -> Iterator[Proof]:
    accounts = books.by("plan_id")
    for plan in CentralPlan.objects.all():
        yield Proof("plan", plan.pk, str(plan), "decomposed", plan.amount_wan, (plan.assigned_wan, plan.amount_wan - plan.assigned_wan))
        held = accounts.get(plan.pk, [])
        yield from _fund("plan", plan, [account for account in held if account.source == FundSource.CENTRAL], books)
        yield _by_source("plan", plan.pk, str(plan), held, books)


def _struck(books: _Books) -> Iterator[Proof]:
    """What was struck out holds nothing: by its own sum, by its draws, by its accounts."""
    on_batch, of_bond = (_sums(QuotaDraw.objects.order_by().values(by).annotate(total=Sum("amount_wan")), by) for by in ("batch", "bond"))
    for batch in QuotaBatch.everything.exclude(STANDS):
        yield Proof("quota", batch.pk, str(batch), "struck", _ZERO, (batch.issued_wan, on_batch.get(batch.pk, _ZERO), _ZERO))
    for kind, model, column, drawn in (("bond", Bond, "bond_id", of_bond), ("plan", CentralPlan, "plan_id", {})):
        accounts = books.by(column)
        for fund in model.everything.exclude(STANDS):
            held = _held(accounts.get(fund.pk, []), "assigned_wan")
            yield Proof(kind, fund.pk, str(fund), "struck", _ZERO, (fund.assigned_wan, drawn.get(fund.pk, _ZERO), held))


def _fund(kind: str, fund: Any, accounts: list[FundAccount], books: _Books) -> Iterator[Proof]:
    """What a fund gave of its own, and what was done with it: entries on one side, the accounts on the other."""
    key, name = fund.pk, str(fund)
    yield Proof(kind, key, name, "accounts", fund.assigned_wan, (_held(accounts, "assigned_wan"),))
    yield _spent(kind, key, name, accounts, books)


def _spent(kind: str, key: int, name: str, accounts: list[FundAccount], books: _Books) -> Proof:
    paid = _held(accounts, "paid_wan")
    return Proof(kind, key, name, "transferred", books.entered(accounts, Step.ARRIVE), (paid, _held(accounts, "arrived_wan") - paid))


def _by_source(kind: str, key: int, name: str, accounts: list[FundAccount], books: _Books) -> Proof:
    parts = (_held((account for account in accounts if account.source == source), "assigned_wan") for source in FundSource)
    return Proof(kind, key, name, "sources", books.entered(accounts, Step.ASSIGN), tuple(parts))


def _projects(books: _Books) -> Iterator[Proof]:
    for key, accounts in sorted(books.by("project_id").items()):
        name = str(accounts[0].project)
        yield _by_source("project", key, name, accounts, books)
        arrived = _held(accounts, "arrived_wan")
        waiting = _held(accounts, "assigned_wan") - arrived
        yield Proof("project", key, name, "assigned", books.entered(accounts, Step.ASSIGN), (arrived, waiting))
        yield _spent("project", key, name, accounts, books)


def _accounts(books: _Books) -> Iterator[Proof]:
    for account in books.accounts:
        key, name = account.pk, str(account)
        held = {Step.ASSIGN: account.assigned_wan, Step.ARRIVE: account.arrived_wan, Step.PAY: account.paid_wan, Step.COMPLETE: account.completed_wan}
        for step, amount in held.items():
            yield Proof("account", key, name, f"entries_{step.value}", amount, (books.posted.get((key, step), _ZERO),))
        yield Proof("account", key, name, "entries_capital", account.capital_wan, (books.capital.get(key, _ZERO),))
        yield Proof("account", key, name, "assigned", account.assigned_wan, (account.arrived_wan, account.assigned_wan - account.arrived_wan))
        yield Proof("account", key, name, "transferred", account.arrived_wan, (account.paid_wan, account.arrived_wan - account.paid_wan))

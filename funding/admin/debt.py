"""What a bond pays and when, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from funding.debts import debts
from funding.models import Bond
from funding.schedule import Payment, by_year
from projects.values import fen_to_wan


@dataclass(frozen=True, slots=True)
class Debt:
    """The payments of a bond in 万元, their sums by year and altogether."""

    payments: list[dict[str, Any]]
    years: list[dict[str, Any]]
    interest_wan: Decimal
    principal_wan: Decimal

    @property
    def total_wan(self) -> Decimal:
        return self.interest_wan + self.principal_wan


def debt_of(bond: Bond) -> Debt | None:
    """The schedule of a bond; None where its terms are not known or contradict themselves. Two queries."""
    (debt,) = debts([bond])
    payments = debt.payments
    if not payments:
        return None
    years = by_year(payments).items()
    return Debt(
        [_row(payment) for payment in payments],
        [_sums(interest, principal) | {"year": year} for year, (interest, principal) in years],
        fen_to_wan(sum(payment.interest_fen for payment in payments)),
        fen_to_wan(sum(payment.principal_fen for payment in payments)),
    )


def _row(payment: Payment) -> dict[str, Any]:
    told = {"number": payment.number, "falls_on": payment.falls_on, "pays_on": payment.pays_on, "left": fen_to_wan(payment.left_fen)}
    return told | _sums(payment.interest_fen, payment.principal_fen)


def _sums(interest_fen: int, principal_fen: int) -> dict[str, Decimal]:
    return {"interest": fen_to_wan(interest_fen), "principal": fen_to_wan(principal_fen), "total": fen_to_wan(interest_fen + principal_fen)}

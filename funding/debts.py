"""What bonds owe, out of the database: each bond's schedule with what was redeemed early, and what each project bears of it.

A bond whose terms are not known, or contradict each other, owes nothing that could be reckoned: it is named, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from funding.models import Bond, FundAccount, Redemption
from funding.schedule import Payment, Repayment, Terms, schedule, shares
from funding.schedule import Redemption as PaidBack
from projects.models import Holiday
from projects.values import wan_to_fen

UNASSIGNED = 0  # the key of what no project was given


@dataclass(frozen=True, slots=True)
class BondDebt:
    """A bond with its payments (none where its terms do not give any), and what of it was redeemed early."""

    bond: Bond
    payments: tuple[Payment, ...]
    redeemed_fen: int = 0


def terms_of(bond: Bond, redeemed: Iterable[tuple[date, int]] = ()) -> Terms | None:
    """What a bond's schedule follows from; None where its rate or its first day is not known. `redeemed`: day and 分."""
    if bond.rate_percent is None or bond.value_on is None:
        return None
    return Terms(
        wan_to_fen(bond.amount_wan),
        bond.rate_percent,
        bond.years,
        bond.value_on,
        bond.per_year,
        Repayment(bond.repayment),
        bond.first_instalment,
        tuple(PaidBack(day, amount) for day, amount in redeemed if amount),
    )


def redeemed_of(bonds: Iterable[Bond]) -> dict[int, list[tuple[date, int]]]:
    """Bond → what was redeemed on which day (分), reversals taken off. One query."""
    rows = Redemption.objects.filter(bond__among=sorted(bond.pk for bond in bonds if bond.pk)).order_by()
    found: dict[int, list[tuple[date, int]]] = {}
    for bond, day, amount in rows.values_list("bond", "redeemed_on").annotate(Sum("amount_wan")).order_by("redeemed_on"):
        found.setdefault(bond, []).append((day, wan_to_fen(amount)))
    return found


def debts(bonds: Iterable[Bond]) -> list[BondDebt]:
    """The schedule of each bond, in the order they come. Two queries."""
    wanted = list(bonds)
    holidays = dict(Holiday.objects.values_list("date", "is_workday"))
    redeemed = redeemed_of(wanted)
    found = []
    for bond in wanted:
        back = redeemed.get(bond.pk, [])
        found.append(BondDebt(bond, _payments(terms_of(bond, back), holidays), sum(amount for _day, amount in back)))
    return found


def _payments(terms: Terms | None, holidays: Mapping[date, bool]) -> tuple[Payment, ...]:
    if terms is None:
        return ()
    try:
        return schedule(terms, holidays)
    except ValueError:
        return ()


def agrees(bond: Bond, redeemed: Iterable[tuple[date, int]]) -> bool:
    """Whether the terms of a bond give a schedule with what was redeemed of it."""
    return bool(_payments(terms_of(bond, redeemed), {}))


def weights(bonds: Iterable[Bond]) -> dict[int, dict[int, int]]:
    """Bond → project → 分 assigned to it now, and what no project was given under `UNASSIGNED`. One query."""
    found = {bond.pk: {UNASSIGNED: wan_to_fen(bond.amount_wan)} for bond in bonds}
    rows: Any = FundAccount.objects.filter(bond__among=sorted(found), assigned_wan__gt=0).order_by()
    for bond, project, amount in rows.values_list("bond", "project", "assigned_wan"):
        found[bond][project] = wan_to_fen(amount)
        found[bond][UNASSIGNED] -= wan_to_fen(amount)
    return found


def borne(debt: BondDebt, assigned: Mapping[int, int]) -> dict[int, list[Payment]]:
    """What each project bears of each payment, in the ratio of what it was given; the parts add up to the payment to the cent."""
    if not debt.payments or min(assigned.values()) < 0 or not any(assigned.values()):
        return {}  # what is not so is the proof's to say
    return shares(debt.payments, assigned)

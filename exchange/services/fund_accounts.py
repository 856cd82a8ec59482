"""The accounts of some projects with the entries that made them, as the check and the commit both look at them. Two queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from exchange.funds import Posted, Target
from funding.ledger import Entry, Step
from funding.models import FundAccount, FundEntry
from funding.services.ledger import Key
from projects.values import wan_to_fen


@dataclass(slots=True)
class Holding:
    """One account and its entries, oldest first."""

    account: FundAccount
    posted: list[Posted] = field(default_factory=list)


def key_of(target: Target, project_id: int) -> Key:
    return Key(project_id, target.bond_id, target.plan_id, target.source)


def holdings_of(project_ids: Iterable[int]) -> dict[Key, Holding]:
    """Every account of these projects."""
    accounts = FundAccount.objects.filter(project__among=sorted(set(project_ids)))
    found = {account.pk: Holding(account) for account in accounts}
    rows = FundEntry.objects.filter(account__among=sorted(found)).order_by("id")
    told = ("id", "account", "step", "amount_wan", "happened_on", "capital_wan", "adjustment", "reverses", "reversed_by")
    for key, account, step, amount, day, capital, adjustment, reverses, reversed_by in rows.values_list(*told):
        entry = Entry(Step(step), wan_to_fen(amount), day, wan_to_fen(capital))
        is_free = amount > 0 and adjustment is None and reverses is None and reversed_by is None
        found[account].posted.append(Posted(key, entry, is_free, adjustment is not None))
    return {Key.of(holding.account): holding for holding in found.values()}

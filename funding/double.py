"""重复支持: the same project, and the same thing built, paid from special bonds and from the central budget. Pure.

Both may support one project; no cost may be paid twice. What is assigned says what it is for (费用或建设内容项); the words are compared
without regard to width, spaces and brackets. Where one side does not say it, nobody can tell: that needs a look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from projects.naming import name_key

_ZERO = Decimal(0)


class Verdict(StrEnum):
    """How grave it is; in the order in which it is listed."""

    SAME = "same"  # one cost item, paid from both
    LOOK = "look"  # an item is missing, so that it can't be told
    APART = "apart"  # both say what they pay, and it is not the same


@dataclass(frozen=True, slots=True)
class Support:
    """What a fund assigned to a project for an item, in one entry."""

    fund: str
    item: str
    amount_wan: Decimal
    on: date
    doc_no: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """What one fund gives for one item, with the documents that say so."""

    fund: str
    item: str
    amount_wan: Decimal
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """What bonds and what central plans give for one item (or for none)."""

    verdict: Verdict
    item: str
    bonds: tuple[Sum, ...]
    plans: tuple[Sum, ...]

    @property
    def bond_wan(self) -> Decimal:
        return sum((one.amount_wan for one in self.bonds), _ZERO)

    @property
    def plan_wan(self) -> Decimal:
        return sum((one.amount_wan for one in self.plans), _ZERO)


def item_key(text: str) -> str:
    return name_key(text)


def sums(supports: Iterable[Support]) -> list[Sum]:
    """Fund by fund and item by item; what was taken back altogether is left out.

    Money that moved to another project names no item: no item is then paid with more than the fund still gives.
    """
    found: dict[tuple[str, str], list[Support]] = {}
    given: dict[str, Decimal] = {}
    for one in supports:
        found.setdefault((one.fund, item_key(one.item)), []).append(one)
        given[one.fund] = given.get(one.fund, _ZERO) + one.amount_wan
    told = []
    for (fund, _key), rows in found.items():
        amount = min(sum((row.amount_wan for row in rows), _ZERO), given[fund])
        if amount > 0:
            documents = tuple(dict.fromkeys(row.doc_no for row in rows if row.doc_no and row.amount_wan > 0))
            told.append(Sum(fund, rows[0].item, amount, documents))
    return told


def pairs(bonds: Iterable[Support], plans: Iterable[Support]) -> list[Pair]:
    """What a project gets from both, gravest first; nothing where it gets from one alone."""
    by_bond, by_plan = sums(bonds), sums(plans)
    if not by_bond or not by_plan:
        return []
    found = [_same(key, by_bond, by_plan) for key in dict.fromkeys(item_key(one.item) for one in by_bond) if key]
    told = [pair for pair in found if pair.plans]
    same = {item_key(pair.item) for pair in told}
    rest_bond = tuple(one for one in by_bond if item_key(one.item) not in same)
    rest_plan = tuple(one for one in by_plan if item_key(one.item) not in same)
    unsaid = any(not one.item.strip() for one in (*rest_bond, *rest_plan))
    if unsaid:
        return [*told, Pair(Verdict.LOOK, "", rest_bond, rest_plan)]
    return told or [Pair(Verdict.APART, "", rest_bond, rest_plan)]


def _same(key: str, bonds: list[Sum], plans: list[Sum]) -> Pair:
    mine = tuple(one for one in bonds if item_key(one.item) == key)
    return Pair(Verdict.SAME, mine[0].item, mine, tuple(one for one in plans if item_key(one.item) == key))


def worst(found: Iterable[Pair]) -> Verdict | None:
    verdicts = {pair.verdict for pair in found}
    return next((verdict for verdict in Verdict if verdict in verdicts), None)

"""The measures of the ledger's money that every door offers, as those of progress are in `reports.measured`. Pure.

A month's figure tells how things stood at its end, of the bonds and the central plans of its year, as the money overview prints them.
Quota, issued bonds and issued plans are the city's: no project and no unit stands behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from funding.measures import Drawn, Flow
from projects.measures import share
from reports.measured import Figure
from reports.tables import Kind, Value

BOND, CENTRAL = "bond", "central"
_NOTHING = Flow()


_STEPS = {
    "assigned_wan": ("assign",),
    "arrived_wan": ("arrive",),
    "paid_wan": ("pay",),
    "completed_wan": ("complete",),
    "waiting_wan": ("assign", "arrive"),
    "idle_wan": ("arrive", "pay"),
    "paid_rate": ("assign", "pay"),
}


class Holding(NamedTuple):
    """What is held at the end of a month: by source of money, and what the city was given and has issued."""

    by_source: Mapping[str, Flow]
    quota: Drawn = Drawn()
    given_wan: Decimal = Decimal(0)
    is_given_rough: bool = False

    @property
    def all(self) -> Flow:
        return Flow.of(self.by_source.values())

    @property
    def bond(self) -> Flow:
        return self.by_source.get(BOND, _NOTHING)

    @property
    def central(self) -> Flow:
        return self.by_source.get(CENTRAL, _NOTHING)


@dataclass(frozen=True, slots=True)
class MoneyMeasure(Figure):
    """A figure of money. One of the city has no parts by unit, sector or source."""

    read: Callable[[Holding], Value]
    of_city: bool = False

    @property
    def source(self) -> str:
        """The source whose money it tells; blank for all."""
        return next((source for source in (BOND, CENTRAL) if self.key.startswith(f"{source}_")), "")

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of the postings that it is made of; none for what the city was given."""
        return () if self.of_city else _STEPS[self.key.removeprefix(f"{self.source}_")]

    def is_rough(self, held: Holding) -> bool:
        return self.key == "central_given_wan" and held.is_given_rough


def _wan(key: str, zh: str, en: str, how_zh: str, how_en: str, read: Callable[[Holding], Value], *, of_city: bool = False) -> MoneyMeasure:
    return MoneyMeasure(key, zh, en, Kind.WAN, True, how_zh, how_en, read, of_city)


MONEY_MEASURES: dict[str, MoneyMeasure] = {
    measure.key: measure
    for measure in (
        _wan(
            *("bond_quota_wan", "专项债券额度", "Bond quota", "当年各批新增专项债券额度之和", "quota of the year's batches given by then"),
            lambda held: held.quota.whole_wan,
            of_city=True,
        ),
        _wan(
            *("bond_issued_wan", "专项债券发行", "Bonds issued", "在当年额度下发行之和", "issued under the year's quota"),
            lambda held: held.quota.taken_wan,
            of_city=True,
        ),
        _wan(
            *("bond_assigned_wan", "专项债券分配", "Bonds allocated", "当年债券分配到项目之和", "allocated of the year's bonds"),
            lambda held: held.bond.assigned_wan,
        ),
        _wan(
            *("bond_arrived_wan", "专项债券拨付", "Bonds transferred", "当年债券拨付到位之和", "transferred of the year's bonds"),
            lambda held: held.bond.arrived_wan,
        ),
        _wan(
            *("bond_paid_wan", "专项债券支出", "Bonds spent", "当年债券支出之和", "spent of the year's bonds"),
            lambda held: held.bond.paid_wan,
        ),
        _wan(
            *("central_given_wan", "中央预算内下达", "Central given", "当年中央预算内投资计划下达之和", "given by the year's central plans"),
            lambda held: held.given_wan,
            of_city=True,
        ),
        _wan(
            *("central_assigned_wan", "中央预算内分解", "Central decomposed", "当年计划分解的中央资金之和", "central money decomposed"),
            lambda held: held.central.assigned_wan,
        ),
        _wan(
            *("central_arrived_wan", "中央预算内到位", "Central arrived", "当年计划到位的中央资金之和", "central money that arrived"),
            lambda held: held.central.arrived_wan,
        ),
        _wan(
            *("central_paid_wan", "中央预算内支付", "Central paid", "当年计划支付的中央资金之和", "central money paid"),
            lambda held: held.central.paid_wan,
        ),
        _wan(
            *(
                "central_completed_wan",
                "中央预算内完成投资",
                "Central work done",
                "以当年计划的中央资金完成的投资之和",
                "work done with central money",
            ),
            lambda held: held.central.completed_wan,
        ),
        _wan("assigned_wan", "资金分配", "Assigned", "各来源分配（分解）之和", "sum of what was assigned", lambda held: held.all.assigned_wan),
        _wan("arrived_wan", "资金到位", "Arrived", "各来源拨付到位之和", "sum of what arrived", lambda held: held.all.arrived_wan),
        _wan("paid_wan", "资金支出", "Paid", "各来源支出（支付）之和", "sum of what was paid", lambda held: held.all.paid_wan),
        _wan("completed_wan", "以资金完成投资", "Work done", "以各来源资金完成的投资之和", "sum of work done", lambda held: held.all.completed_wan),
        _wan("waiting_wan", "资金未到位", "Not arrived", "分配－到位", "assigned less arrived", lambda held: held.all.waiting_wan),
        _wan("idle_wan", "资金未支出", "Not paid", "到位－支出", "arrived less paid", lambda held: held.all.idle_wan),
        MoneyMeasure(
            *("paid_rate", "资金支出率", "Paid of assigned", Kind.PERCENT, False, "支出÷分配", "paid over assigned"),
            lambda held: share(held.all.paid_wan, held.all.assigned_wan),
        ),
    )
}

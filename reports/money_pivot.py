"""The ledger's money by any combination of source, unit, sector, kind and month: assigned, arrived, paid, and what waits between.

Sums are `funding.figures.flows_by_all`'s, as on the money overview; a month's row tells how things stood at its end. Months are never added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from funding.figures import flows_by_all
from funding.measures import Flow
from funding.models import FundEntry
from projects.measures import share
from projects.values import Month
from reports.dimensions import Names
from reports.pivot import PivotError, PivotRow
from reports.tables import Kind

MONEY_DIMENSIONS: dict[str, str] = {
    "source": "account__source",
    "unit": "account__project__unit",
    "sector": "account__project__sector",
    "kind": "account__project__kind",
    "month": "",
}


@dataclass(frozen=True, slots=True)
class MoneyMeasure:
    """A figure of money: 万元, or a ratio (1 for 100 %), which never adds up."""

    key: str
    zh: str
    en: str
    kind: Kind
    additive: bool
    how_zh: str
    how_en: str
    read: Callable[[Flow], Decimal | None]


MONEY_MEASURES: dict[str, MoneyMeasure] = {
    measure.key: measure
    for measure in (
        MoneyMeasure(
            "assigned_wan", "分配", "Assigned", Kind.WAN, True, "分配（分解）之和", "sum of what was assigned", lambda flow: flow.assigned_wan
        ),
        MoneyMeasure("arrived_wan", "到位", "Arrived", Kind.WAN, True, "拨付到位之和", "sum of what arrived", lambda flow: flow.arrived_wan),
        MoneyMeasure("paid_wan", "支出", "Paid", Kind.WAN, True, "支出（支付）之和", "sum of what was paid", lambda flow: flow.paid_wan),
        MoneyMeasure(
            "completed_wan", "完成投资", "Work done", Kind.WAN, True, "以该资金完成的投资之和", "sum of work done", lambda flow: flow.completed_wan
        ),
        MoneyMeasure("waiting_wan", "未到位", "Not arrived", Kind.WAN, True, "分配－到位", "assigned less arrived", lambda flow: flow.waiting_wan),
        MoneyMeasure("idle_wan", "未支出", "Not paid", Kind.WAN, True, "到位－支出", "arrived less paid", lambda flow: flow.idle_wan),
        MoneyMeasure(
            "paid_rate",
            "支出率",
            "Paid of assigned",
            Kind.PERCENT,
            False,
            "支出÷分配",
            "paid over assigned",
            lambda flow: share(flow.paid_wan, flow.assigned_wan),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class MoneyPivot:
    """Rows in print order, and the whole at the end of each month (or day) that was asked for."""

    by: Sequence[str]
    measures: Sequence[MoneyMeasure]
    rows: Sequence[PivotRow]
    wholes: Sequence[PivotRow]


def of_year(entries: QuerySet[FundEntry], year: int) -> QuerySet[FundEntry]:
    """The entries of the year's bonds and central plans, as the money overview counts them."""
    return entries.filter(Q(account__bond__issue__year=year) | Q(account__plan__year=year))


def money_pivot(entries: QuerySet[FundEntry], by: Sequence[str], measures: Sequence[str] = (), *, days: Sequence[date]) -> MoneyPivot:
    """Entries in the reader's reach added up by some dimensions, as they stood at the end of a day (of several, by month). A query a day."""
    unknown = [name for name in by if name not in MONEY_DIMENSIONS] + [name for name in measures if name not in MONEY_MEASURES]
    if unknown:
        allowed = f"{'、'.join(MONEY_DIMENSIONS)}；{'、'.join(MONEY_MEASURES)}"
        raise PivotError(f"没有这样的维度或指标：{'、'.join(unknown)}。可用：{allowed}", f"no such dimension or measure: {', '.join(unknown)}")
    if len({Month(day.year, day.month) for day in days}) != len(days) or not days or (len(days) > 1 and "month" not in by):
        raise PivotError("多个日期须按月份分行，每月一个：各月的数不能相加。", "several days need the dimension month, one in each month")
    asked = [MONEY_MEASURES[name] for name in measures or MONEY_MEASURES]
    found: list[tuple[tuple[Any, ...], Flow]] = []
    wholes = []
    for day in sorted(days):
        flows = _flows(entries, by, day)
        found += flows
        said = {"month": str(Month(day.year, day.month))}
        wholes.append(PivotRow(said, said, _told(asked, Flow.of(flow for _key, flow in flows))))
    names = Names(by, [key for key, _flow in found])
    found.sort(key=lambda one: names.order(one[0]))
    return MoneyPivot(tuple(by), asked, [PivotRow(*names.said(key), _told(asked, flow)) for key, flow in found], wholes)


def _flows(entries: QuerySet[FundEntry], by: Sequence[str], until: date) -> list[tuple[tuple[Any, ...], Flow]]:
    month = Month(until.year, until.month).index
    paths = [path for name in by if (path := MONEY_DIMENSIONS[name])]
    flows = flows_by_all(entries, paths, until)
    told = []
    for values, flow in flows.items():
        left = iter(values)
        told.append((tuple([month if name == "month" else next(left) for name in by]), flow))
    return told


def _told(measures: Sequence[MoneyMeasure], flow: Flow) -> dict[str, Any]:
    return {measure.key: measure.read(flow) for measure in measures}

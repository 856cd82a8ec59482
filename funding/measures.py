"""Figures of the ledger as they are shown: exact to the 分, and what is left of a whole. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

from projects.measures import ABOUT, share

_ZERO = Decimal(0)


def exact_text(amount_wan: Decimal | None, *, approx: bool = False, about: str = ABOUT) -> str:
    """万元 with thousands separators and every digit that is there, none that is not: what a ledger prints is what it holds.

    What its source only knew roughly is said to be so (约), wherever it stands.
    """
    if amount_wan is None:
        return "—"
    text = f"{amount_wan:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{about}{text}" if approx else text


@dataclass(frozen=True, slots=True)
class Drawn:
    """A whole, and what was taken of it by a day: quota and issued, bond and allocated, plan and decomposed."""

    whole_wan: Decimal = _ZERO
    taken_wan: Decimal = _ZERO

    @property
    def left_wan(self) -> Decimal:
        return self.whole_wan - self.taken_wan

    @classmethod
    def of(cls, parts: Iterable[Drawn]) -> Drawn:
        rows = list(parts)
        return cls(sum((row.whole_wan for row in rows), _ZERO), sum((row.taken_wan for row in rows), _ZERO))


@dataclass(frozen=True, slots=True)
class Flow:
    """What accounts hold at each step."""

    assigned_wan: Decimal = _ZERO
    capital_wan: Decimal = _ZERO
    arrived_wan: Decimal = _ZERO
    paid_wan: Decimal = _ZERO
    completed_wan: Decimal = _ZERO

    @classmethod
    def of(cls, parts: Iterable[Flow]) -> Flow:
        rows = list(parts)
        return cls(*(sum((getattr(row, item.name) for row in rows), _ZERO) for item in fields(cls)))

    @property
    def waiting_wan(self) -> Decimal:
        return self.assigned_wan - self.arrived_wan

    @property
    def idle_wan(self) -> Decimal:
        return self.arrived_wan - self.paid_wan


@dataclass(frozen=True, slots=True)
class CentralSum:
    """What central plans gave: issued, what became of it, and which projects (by id) have started. A project of several counts once."""

    issued_wan: Decimal = _ZERO
    flow: Flow = Flow()
    projects: frozenset[int] = frozenset()
    started: frozenset[int] = frozenset()

    @classmethod
    def of(cls, parts: Iterable[CentralSum]) -> CentralSum:
        rows = list(parts)
        return cls(
            sum((row.issued_wan for row in rows), _ZERO),
            Flow.of(row.flow for row in rows),
            frozenset[int]().union(*(row.projects for row in rows)),
            frozenset[int]().union(*(row.started for row in rows)),
        )


@dataclass(frozen=True, slots=True)
class CentralRates:
    """分解率, 开工率, 到位率, 支付率, 投资完成率 (domain.md, section 6) as exact ratios; None where there is nothing to divide by."""

    decomposed: Decimal | None
    started: Decimal | None
    arrived: Decimal | None
    paid: Decimal | None
    completed: Decimal | None


def central_rates(told: CentralSum, paid_over: str) -> CentralRates:
    """The rates of a plan, a programme or all; payment is over what was issued or over what arrived (`paid_over`), as the setting says."""
    flow, issued = told.flow, told.issued_wan
    return CentralRates(
        decomposed=share(flow.assigned_wan, issued),
        started=share(len(told.started), len(told.projects)),
        arrived=share(flow.arrived_wan, issued),
        paid=share(flow.paid_wan, flow.arrived_wan if paid_over == "arrived" else issued),
        completed=share(flow.completed_wan, issued),
    )

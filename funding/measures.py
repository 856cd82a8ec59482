"""Figures of the ledger as they are shown: exact to the 分, and what is left of a whole. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_ZERO = Decimal(0)


def exact_text(amount_wan: Decimal | None, *, approx: bool = False) -> str:
    """万元 with thousands separators and every digit that is there, none that is not: what a ledger prints is what it holds.

    What its source only knew roughly is said to be so (约), wherever it stands.
    """
    if amount_wan is None:
        return "—"
    text = f"{amount_wan:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"约{text}" if approx else text


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

    @property
    def waiting_wan(self) -> Decimal:
        return self.assigned_wan - self.arrived_wan

    @property
    def idle_wan(self) -> Decimal:
        return self.arrived_wan - self.paid_wan

"""How far a project's money is there: planned, secured by document, arrived, and the two gaps between them; what a new version changed. Pure.

    planned = secured + unsecured            a source is never secured beyond its plan
    secured + early = arrived + waiting      money may arrive before anybody has noted that it is secured
Every part is a sum of its own, so that rows add up to their totals and a source that is early hides no other's gap.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from funding.rules import capital_enough, said_by
from projects.findings import Finding
from projects.measures import share
from projects.records import Context, ProjectRecord
from projects.rules import run
from projects.rules.money import sources_add_up

_ZERO = Decimal(0)
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Backing:
    """What stands behind a sum of money, in 万元."""

    planned_wan: Decimal = _ZERO
    capital_wan: Decimal = _ZERO
    secured_wan: Decimal = _ZERO
    arrived_wan: Decimal = _ZERO
    unsecured_wan: Decimal = _ZERO  # planned, and not secured
    waiting_wan: Decimal = _ZERO  # secured, and not arrived
    early_wan: Decimal = _ZERO  # arrived beyond what is secured

    @classmethod
    def of(cls, planned: Decimal = _ZERO, secured: Decimal = _ZERO, arrived: Decimal = _ZERO, capital: Decimal = _ZERO) -> Backing:
        """One source of one project."""
        return cls(planned, capital, secured, arrived, planned - secured, max(secured - arrived, _ZERO), max(arrived - secured, _ZERO))

    @classmethod
    def total(cls, parts: Iterable[Backing]) -> Backing:
        rows = list(parts)
        return cls(*(sum((getattr(row, name) for row in rows), _ZERO) for name in cls.__dataclass_fields__))

    @property
    def has_gap(self) -> bool:
        return self.unsecured_wan > 0 or self.waiting_wan > 0

    def capital_ratio(self, total_wan: Decimal | None) -> Decimal | None:
        return share(self.capital_wan, total_wan)


@dataclass(frozen=True, slots=True)
class Moved(Generic[K]):
    """A source whose plan differs between two versions; None where a version doesn't have it."""

    source: K
    before_wan: Decimal | None
    after_wan: Decimal | None

    @property
    def difference_wan(self) -> Decimal:
        return (self.after_wan or _ZERO) - (self.before_wan or _ZERO)


def moved(before: Mapping[K, Decimal], after: Mapping[K, Decimal]) -> list[Moved[K]]:
    """What changed from one version to the next: those of the newer in its order, then what it no longer has."""
    keys = [*after, *(key for key in before if key not in after)]
    return [Moved(key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]


def judged(project: ProjectRecord, context: Context) -> list[Finding]:
    """Rules 15 and 16: the sources add up to the total, and the capital is enough. `project` carries the sums of its version."""
    ratios = context.thresholds.capital_ratio_min_percent
    low = capital_enough(project.capital_wan, project.total_wan, project.capital_class, ratios, project.kind or "")
    return [*run((sources_add_up,), project, context), *said_by(low)]

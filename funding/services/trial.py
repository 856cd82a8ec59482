"""What an adjustment of use would do, before it is done: the service itself, in a transaction that is rolled back. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from funding.clocks import SpendClock, spend_clock
from funding.debts import borne, debts, weights
from funding.figures import flows_by
from funding.lookups import limits_on
from funding.measures import Flow
from funding.models import Bond, FundEntry
from funding.proofs import Proof, prove_bond
from funding.records import Limits
from funding.services.bonds import adjust_use
from funding.standing import is_suspended
from projects.models import Project, Source
from projects.values import fen_to_wan
from projects.workflow import Refused


@dataclass(frozen=True, slots=True)
class Standing:
    """How a project stands with a bond: what it holds of it and of everything, its spending clock, and what it bears of the bond's payments."""

    held: Flow
    everything: Flow
    clock: SpendClock | None  # None where it holds nothing of the bond, or the bond has no day of issue
    interest_wan: Decimal | None
    principal_wan: Decimal | None

    @property
    def due_wan(self) -> Decimal | None:
        return None if self.interest_wan is None or self.principal_wan is None else self.interest_wan + self.principal_wan


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two projects, before and after. `after` is None where the ledger refuses."""

    project: Project
    before: Standing
    after: Standing | None


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of the proof, before and after; None where there is none yet, or no more."""

    before: Proof | None
    after: Proof | None

    @property
    def name(self) -> str:
        return next((proof.name for proof in (self.after, self.before) if proof is not None), "")

    @property
    def holds(self) -> bool:
        return all(proof is None or proof.holds for proof in (self.before, self.after))

    @property
    def moves(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Trial:
    """Both projects and the proof of the bond, or why the ledger would refuse."""

    sides: tuple[Side, Side]
    sums: tuple[Sum, ...]
    refused: Refused | None


def try_adjustment(bond: Bond, taken_from: Project, given_to: Project, *, until: date, source: Source, **asked: Any) -> Trial:
    """Adjust, look, and take everything back: what it would do is what it does. Lights are those of the day `until`."""
    both = (taken_from, given_to)
    before, sums = _standings(bond, both, until), _proofs(bond)
    after: Mapping[int, Standing] = {}
    refused: Refused | None = None
    proven: Mapping[tuple[str, int, str], Proof] = {}
    with transaction.atomic():
        try:
            adjust_use(bond_id=bond.pk, taken_from=taken_from.pk, given_to=given_to.pk, source=source, **asked)
        except Refused as said:
            refused = said
        else:
            after, proven = _standings(bond, both, until), _proofs(bond)
        transaction.set_rollback(True)
    one, other = (Side(project, before[project.pk], after.get(project.pk)) for project in both)
    pairs = () if refused else tuple(Sum(sums.get(key), proven.get(key)) for key in {**sums, **proven})
    return Trial((one, other), pairs, refused)


def _proofs(bond: Bond) -> dict[tuple[str, int, str], Proof]:
    return {(proof.kind, proof.key, proof.code): proof for proof in prove_bond(bond.pk)}


def _standings(bond: Bond, projects: tuple[Project, ...], until: date) -> dict[int, Standing]:
    keys = [project.pk for project in projects]
    entries = FundEntry.objects.filter(account__project__in=keys)
    held, everything = flows_by(entries.filter(account__bond=bond), "account__project"), flows_by(entries, "account__project")
    (debt,) = debts([bond])
    parts = borne(debt, weights([bond])[bond.pk])
    limits = limits_on(until)
    found = {}
    for project in projects:
        key, flow = project.pk, held.get(project.pk, Flow())
        part = parts.get(key, [])
        interest, principal = (fen_to_wan(sum(getattr(payment, name) for payment in part)) for name in ("interest_fen", "principal_fen"))
        due = (interest, principal) if debt.payments else (None, None)
        found[key] = Standing(flow, everything.get(key, Flow()), _clock(bond, project, flow, limits, until), *due)
    return found


def _clock(bond: Bond, project: Project, flow: Flow, limits: Limits, until: date) -> SpendClock | None:
    day = bond.issued_on
    if day is None or not flow.assigned_wan:
        return None
    return spend_clock(flow.assigned_wan, flow.paid_wan, day, limits, until, suspended=is_suspended(project))

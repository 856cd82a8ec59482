"""What the ledger held at a moment or in a pinned cut: the entries posted by then, and every sum on a fund or an account added up from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from accounts.api.resources import Known
from funding.ledger import Step
from funding.models import Bond, CentralPlan, FundAccount, FundEntry, QuotaBatch, QuotaDraw
from funding.models.accounts import FundSource
from projects.history import State, rows_at
from projects.models.fields import WanField
from projects.past import past, stand_in, state_of


def fund_past(model: type[Model], known: Known, paths: Iterable[str] = ()) -> QuerySet[Any]:
    """The rows as they were known, with the sums that the ledger keeps on them."""
    return stand_in(past(model, known, paths), sums_at(model, state_of(known)))


def sums_at(model: type[Model], state: State) -> dict[str, Any]:
    """The columns that the ledger keeps on a model, each as the sum of what was posted by then."""
    if model is QuotaBatch:
        return {"issued_wan": _sum(QuotaDraw, state, "batch", "amount_wan")}
    if model is Bond:
        return {"assigned_wan": _sum(FundEntry, state, "account__bond", "amount_wan", step=Step.ASSIGN.value)}
    if model is CentralPlan:  # money that others add to a plan is not the plan's
        own = {"step": Step.ASSIGN.value, "account__source": FundSource.CENTRAL.value}
        return {"assigned_wan": _sum(FundEntry, state, "account__plan", "amount_wan", **own)}
    if model is not FundAccount:
        return {}
    by_step = {"assigned_wan": Step.ASSIGN, "arrived_wan": Step.ARRIVE, "paid_wan": Step.PAY, "completed_wan": Step.COMPLETE}
    found = {column: _sum(FundEntry, state, "account", "amount_wan", step=step.value) for column, step in by_step.items()}
    return {**found, "capital_wan": _sum(FundEntry, state, "account", "capital_wan", step=Step.ASSIGN.value)}


def _sum(model: type[Model], state: State, key: str, column: str, **only: str) -> Coalesce:
    rows = rows_at(model, state).filter(**{key: OuterRef("id")}, **only).order_by().values(key).annotate(total=Sum(column))
    return Coalesce(Subquery(rows.values("total")), Value(0), output_field=WanField())

"""Figures of the ledger out of the database, now or as they stood at the end of a day (`until`), each in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from funding.ledger import Step
from funding.measures import Drawn, Flow
from funding.models import FundEntry, QuotaBatch, QuotaDraw

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class BatchFigures:
    """A quota batch with what was issued under it by the day."""

    batch: QuotaBatch
    drawn: Drawn


def quota_by_batch(year: int, until: date | None = None) -> list[BatchFigures]:
    """Each quota batch of the year that was given by the day, with its draws by then. A batch without a day counts from the start."""
    batches = QuotaBatch.objects.filter(year=year).order_by("number")
    draws = QuotaDraw.objects.filter(batch__year=year)
    if until is not None:
        batches = batches.filter(Q(given_on=None) | Q(given_on__lte=until))
        draws = draws.filter(drawn_on__lte=until)
    issued = dict(draws.order_by().values_list("batch").annotate(Sum("amount_wan")))
    return [BatchFigures(batch, Drawn(batch.amount_wan, issued.get(batch.pk) or _ZERO)) for batch in batches]


def quota_of_year(year: int, until: date | None = None) -> Drawn:
    """The year's quota, what was issued of it by the day, and what is left."""
    return Drawn.of(row.drawn for row in quota_by_batch(year, until))


_COLUMNS = {Step.ASSIGN: "assigned_wan", Step.ARRIVE: "arrived_wan", Step.PAY: "paid_wan", Step.COMPLETE: "completed_wan"}


def flow_of(entries: QuerySet[FundEntry], until: date | None = None) -> Flow:
    """What a set of entries adds up to at each step by the day. One query."""
    if until is not None:
        entries = entries.filter(happened_on__lte=until)
    held: dict[str, Any] = {"capital_wan": _ZERO}
    for step, amount, capital in entries.order_by().values_list("step").annotate(Sum("amount_wan"), Sum("capital_wan")):
        held[_COLUMNS[Step(step)]] = amount
        held["capital_wan"] += capital
    return Flow(**held)

"""A quota batch month by month: what was issued under it, and what of that was given to projects and spent.

A bond that draws on several batches is shared between them in the ratio of its draws, to the 分, so that the batches add up to the bonds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from funding.ledger import Step
from funding.models import FundEntry, QuotaBatch, QuotaDraw
from funding.schedule import split
from projects.values import Month, fen_to_wan, wan_to_fen

_MONTHLY, _QUARTERLY = 18, 54  # months up to which each is shown, and each quarter; beyond, each year

Moved = Mapping[int, Mapping[Month, int]]  # bond → month → 分


@dataclass(frozen=True, slots=True)
class BatchMonth:
    """A batch at the end of a month."""

    month: Month
    quota_wan: Decimal
    issued_wan: Decimal
    allocated_wan: Decimal
    paid_wan: Decimal

    @property
    def left_wan(self) -> Decimal:
        """Quota that was not issued."""
        return self.quota_wan - self.issued_wan


def batch_course(batch: QuotaBatch, entries: QuerySet[FundEntry], until: date) -> list[BatchMonth]:
    """From the batch's first month to the end of its year, or the last in which anything moved; `entries` are those in reach. Two queries."""
    drawn, issued = _draws(batch)
    flows = entries.filter(account__bond__in=sorted(drawn), step__in=[Step.ASSIGN, Step.PAY], happened_on__lte=until)
    allocated, paid = _by_month(flows)
    moved = {*issued, *(month for flow in (allocated, paid) for months in flow.values() for month in months)}
    first = min([Month.of(batch.given_on or date(batch.year, 1, 1)), *moved], key=lambda month: month.index)
    last = min(max(month.index for month in (Month(batch.year, 12), *moved)), Month.of(until).index)
    course = []
    for month in shown_months(first, Month.from_index(last)):
        quota = Decimal(0) if batch.given_on is not None and batch.given_on > min(month.last_day, until) else batch.amount_wan
        taken = sum(amount for then, amount in issued.items() if then.index <= month.index)
        shared = (_share(flow, drawn, batch.pk, month) for flow in (allocated, paid))
        course.append(BatchMonth(month, quota, *(fen_to_wan(amount) for amount in (taken, *shared))))
    return course


def shown_months(first: Month, last: Month) -> list[Month]:
    """The months of an axis, oldest first: each, or the ends of quarters or years of a long time, and always the last."""
    every = [Month.from_index(index) for index in range(first.index, last.index + 1)]
    step = 1 if len(every) <= _MONTHLY else 3 if len(every) <= _QUARTERLY else 12
    return [month for month in every if month.month % step == 0 or month == last]


def _draws(batch: QuotaBatch) -> tuple[dict[int, dict[int, int]], dict[Month, int]]:
    """Each bond of the batch with all its draws (bond → batch → 分), and what was drawn on this batch in each month."""
    drawn: dict[int, dict[int, int]] = {}
    issued: dict[Month, int] = {}
    rows: Any = QuotaDraw.objects.filter(bond__in=QuotaDraw.objects.filter(batch=batch).values("bond"))
    for bond, of, day, amount_wan in rows.values_list("bond", "batch", "drawn_on", "amount_wan"):
        amount = wan_to_fen(amount_wan)
        held = drawn.setdefault(bond, {})
        held[of] = held.get(of, 0) + amount
        if of == batch.pk:
            issued[Month.of(day)] = issued.get(Month.of(day), 0) + amount
    return drawn, issued


def _by_month(entries: QuerySet[FundEntry]) -> tuple[Moved, Moved]:
    found: dict[str, dict[int, dict[Month, int]]] = {Step.ASSIGN: {}, Step.PAY: {}}
    rows = entries.order_by().values_list("step", "account__bond", "happened_on__year", "happened_on__month").annotate(Sum("amount_wan"))
    for step, bond, year, month, amount in rows:
        found[Step(step)].setdefault(bond, {})[Month(year, month)] = wan_to_fen(amount)
    return found[Step.ASSIGN], found[Step.PAY]


def _share(flow: Moved, drawn: Mapping[int, Mapping[int, int]], batch_id: int, month: Month) -> int:
    """What of all bonds' money up to the month is this batch's."""
    whole = 0
    for bond, months in flow.items():
        so_far = sum(amount for then, amount in months.items() if then.index <= month.index)
        batches = sorted(drawn[bond])
        parts: Sequence[int] = [drawn[bond][pk] for pk in batches]
        if sum(parts) > 0 and so_far:
            whole += split(so_far, parts)[batches.index(batch_id)]
    return whole

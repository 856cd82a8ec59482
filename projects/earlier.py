"""What was reported before a period, as the rules compare with it: a line a month, and a first half beside its second. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from projects.period import FIRST_HALF, SECOND_HALF, WHOLE, Period
from projects.records import PastMonth
from projects.values import Month

Told = tuple[Period, Decimal | None, Decimal | None, str | None]  # a period, its month's figure, its year to date, its text


def past_of(told: Iterable[Told], own: Period) -> tuple[PastMonth, ...]:
    """What was reported before `own`, a line a month: of one in halves their sum and what the newer says. The first half of the very
    month stands beside its second."""
    months: dict[Month, PastMonth] = {}
    for period, month, ytd, text in sorted((one for one in told if one[0] < own), key=lambda one: one[0]):
        if period.month == own.month and (own.half, period.half) != (SECOND_HALF, FIRST_HALF):
            continue
        before = months.get(period.month, PastMonth(period.month))
        own_figure = month if period.half == WHOLE or before.done_month_wan is None or month is None else before.done_month_wan + month
        months[period.month] = PastMonth(
            period.month,
            before.done_month_wan if own_figure is None else own_figure,
            before.done_ytd_wan if ytd is None else ytd,
            text or before.progress_text,
            FIRST_HALF if period.month == own.month else WHOLE,
        )
    return tuple(months.values())

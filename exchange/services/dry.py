"""Reads and judges a file without touching what is stored: the rules run with the reference data alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from accounts.models import ReportingUnit
from exchange.funds import FUNDS
from exchange.parse import Reading, ReadRow
from exchange.services.examine import judge
from exchange.services.reading import add_said, last_day_of, said_year
from exchange.services.setting import Seen
from exchange.sheets import Kind
from exchange.validate import validated_rows
from projects.records import Context
from projects.values import Month


def judged_rows(reading: Reading, *, unit: ReportingUnit | None = None, today: date | None = None) -> Iterator[ReadRow]:
    """The rows of a reading with the project and month rules run on each; all findings are in `reading.findings` at the end."""
    contexts: dict[tuple[int, Month | None, int, int], Context] = {}
    seen = Seen()
    now = today or timezone.localdate()
    for row in validated_rows(reading):
        month = row.period if row.kind == Kind.MONTHLY else None
        year = month.year if month is not None else said_year(reading) or now.year
        key = (year, month, row.half, id(row.table))
        if key not in contexts:
            prefix = reading.reference.region_prefix
            asked = frozenset(row.table.by_field)
            contexts[key] = Context(year, min(last_day_of(reading, year), now), month, prefix, asked=asked, by_city=unit is None, half=row.half)
        if row.kind not in FUNDS:
            judge(row, contexts[key], unit=unit, month=month, seen=seen)
        yield row
    add_said(reading, seen.said)

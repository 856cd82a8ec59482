"""The two clocks of every page: the month that is described, and the day up to which the database's knowledge counts.

Chosen in the top bar and kept in the session; `?month=2020-06&known=2020-07-10` in an address goes before it, so that an address
that is passed on shows the same figures to the next reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone

from projects.history import State
from projects.models import Cut, ReportingPeriod
from projects.period import WHOLE, Period
from projects.values import Month

MONTH_KEY = "described_month"
KNOWN_KEY = "known_day"


@dataclass(frozen=True, slots=True)
class Moment:
    """A described month, and the day it is looked at from (None: now). A half of the month, or only what was approved, where asked for.

    With a pinned cut it is looked at as the cut holds it.
    """

    month: Month
    known: date | None = None
    half: int = WHOLE
    approved: bool = False
    cut: Cut | None = None

    @property
    def period(self) -> Period:
        return Period(self.month, self.half)

    @property
    def before(self) -> Moment | None:
        """What was reported before within the year, seen alike."""
        earlier = self.period.previous
        return replace(self, month=earlier.month, half=earlier.half) if earlier.month.year == self.month.year else None

    @property
    def known_until(self) -> datetime | None:
        """The last instant of the known day, in the city's time."""
        return None if self.known is None else until_end_of(self.known)

    @property
    def instant(self) -> datetime | None:
        """The last instant that counts: the known day's end, or when a pinned cut was taken or names."""
        return self.known_until if self.cut is None else self.cut.as_of or self.cut.made_at

    @property
    def state(self) -> State:
        """What knowledge counts: that of a pinned cut, that of the known day's end, or all there is."""
        return self.known_until if self.cut is None else self.cut.state


def until_end_of(day: date) -> datetime:
    """The last instant of a day, in the city's time."""
    return timezone.make_aware(datetime.combine(day, time.max))


@dataclass(frozen=True, slots=True)
class Clocks:
    """The moment of a request, and the months that may be chosen, newest first."""

    moment: Moment
    months: tuple[Month, ...]


def clocks_of(request: HttpRequest) -> Clocks:
    """Read once a request (one query). Without a choice: the newest month with half as many reports as the fullest, else the present."""
    kept: Clocks | None = getattr(request, "_clocks", None)
    if kept is None:
        kept = _read(request)
        request._clocks = kept  # type: ignore[attr-defined]
    return kept


def moment_of(request: HttpRequest) -> Moment:
    return clocks_of(request).moment


def _read(request: HttpRequest) -> Clocks:
    rows = ReportingPeriod.objects.order_by().values_list("year", "month", "half").annotate(n=Count("reports"))
    reported: dict[Month, int] = {}
    for year, month, _half, n in rows:  # of a month in halves the fuller one counts: both are of the same projects
        reported[Month(year, month)] = max(n, reported.get(Month(year, month), 0))
    months = sorted(reported, reverse=True)
    # A month that only a few units have begun would look like a collapse; it waits in the list until half are in.
    enough = max(reported.values(), default=0) / 2
    newest = next((month for month in months if reported[month] and reported[month] >= enough), None)
    chosen = _chosen(request.GET, "month") or _chosen(getattr(request, "session", {}), MONTH_KEY)
    known = read_day(request.GET.get("known", "")) if "known" in request.GET else read_day(_text(getattr(request, "session", {}), KNOWN_KEY))
    present = Month.of(timezone.localdate())
    return Clocks(Moment(chosen or newest or present, known), tuple(months))


def _text(source: Any, key: str) -> str:
    value = source.get(key, "")
    return value if isinstance(value, str) else ""


def _chosen(source: Mapping[str, Any] | Any, key: str) -> Month | None:
    return read_month(_text(source, key))


def read_month(text: str) -> Month | None:
    """A month in the form 2020-06, or None: an address that names no month is not an error."""
    try:
        return Month.parse(text)
    except ValueError:
        return None


def parse_day(text: str) -> date | None:
    """A day in the form 2020-07-10, past or to come, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_day(text: str) -> date | None:
    """A day in the form 2020-07-10 that has come already, or None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < timezone.localdate() else None

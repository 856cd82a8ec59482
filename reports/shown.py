"""Where people read each measure: on which page, in which workbook. Pure.

Every registered measure must stand here, be it only to say that nothing prints it; a test sees to it, so that none comes in without doors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Place(NamedTuple):
    """Where a figure stands: on which page (or in which table of which workbook), in which column."""

    of: str
    column: str = ""


class Shown(NamedTuple):
    """Where people read a measure. None: no page prints it (its Excel is then that of the figures' own door)."""

    page: Place | None
    excel: Place | None


LIST, CITY, POSTED = "projects", "city", "entries"
_NOWHERE = Shown(None, None)


def _city(column: str) -> Shown:
    return Shown(Place(CITY, column), Place(CITY, column))


def _listed(column: str) -> Shown:
    return Shown(Place(LIST, column), Place(CITY, column))


def _money(table: str, column: str) -> Shown:
    return Shown(Place(table, column), Place(table, column))


SHOWN: Mapping[str, Shown] = {
    "count": _listed("count"),
    "total_wan": _listed("total"),
    "plan_wan": _listed("plan"),
    "month_wan": _city("month"),
    "ytd_wan": _listed("ytd"),
    "cum_wan": _NOWHERE,
    "not_reported": _city("not_reported"),
    "unreported_plan_wan": _city("unreported_plan"),
    "rate": _listed("rate"),
    "reported_rate": _city("reported_rate"),
    "schedule": _city("schedule"),
    "difference": _city("difference"),
    "schedule_ratio": _NOWHERE,
    "progress": _NOWHERE,
    "bond_quota_wan": _money("quota", "whole"),
    "bond_issued_wan": _money("quota", "issued"),
    **{f"bond_{step}_wan": _money("areas", step) for step in ("assigned", "arrived", "paid")},
    "central_given_wan": _money("plans", "whole"),
    **{f"central_{step}_wan": _money("plans", step) for step in ("assigned", "arrived", "paid", "completed")},
    "assigned_wan": Shown(Place(POSTED, "assign"), None),
    "arrived_wan": Shown(Place(POSTED, "arrive"), None),
    "paid_wan": Shown(Place(POSTED, "pay"), None),
    "completed_wan": Shown(Place(POSTED, "complete"), None),
    "waiting_wan": _NOWHERE,
    "idle_wan": _NOWHERE,
    "paid_rate": _NOWHERE,
    "due_wan": _NOWHERE,
    "last_ytd_wan": _NOWHERE,
    "growth": _NOWHERE,
    "to_start": _NOWHERE,
    "begun": _NOWHERE,
    "start_rate": _NOWHERE,
    "started": _NOWHERE,
    "going_on": _NOWHERE,
    "finished": _NOWHERE,
    "under_way_rate": _NOWHERE,
}

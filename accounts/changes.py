"""The change feed: what was written and removed since a number, for a reader who keeps a mirror; nothing is ever missed.

Numbers rise in the order in which writes become visible (how: `accounts.migrations._triggers`), so that a reader who asks for what
comes after the last number it was given misses nothing, whatever commits meanwhile. Who may read one unit alone gets the lines of that
unit: a row that left it is a tombstone to him. A line tells that a row was written, not what: read the row after the line, never before.

What a reader may see changes with his posts, and the feed can't tell that: `reach` names it, and a mirror that finds another `reach`
than before starts anew. `TRUNCATE` runs no such trigger, and nothing here uses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Max, Q, QuerySet

from accounts.models import Change, Division, ReportingUnit
from accounts.roles import Action
from accounts.scope import city_wide, unit_ids

# Everybody who signs in reads these, though they are no domain rows with a scope.
_OF_EVERYBODY = (Division, ReportingUnit)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of `model` was written, or is gone (or gone from the reader's sight)."""

    seq: int
    model: type[models.Model]
    id: int
    is_gone: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in order, at most one for each row; ask for what comes after `next`. `is_last`: there was nothing more when it was read."""

    lines: list[Line]
    next: int
    is_last: bool


def followed() -> dict[str, type[models.Model]]:
    """Every table that the sequence follows: all rows that somebody may read by their scope, but for bare bytes and running jobs.

    A model says `followed = False` to stay out. A test compares this with the triggers of the database: a new model needs a migration
    that installs them (docs/developers.md).
    """
    domain = [m for m in apps.get_models() if getattr(m, "scope_path", None) is not None and getattr(m, "followed", True)]
    both: list[type[models.Model]] = [*_OF_EVERYBODY, *domain]
    return {model._meta.db_table: model for model in both}


def latest_seq() -> int:
    """The number of the newest visible line; 0 before the first."""
    return Change.objects.aggregate(newest=Max("seq"))["newest"] or 0


def reach(user: Any) -> str:
    """Whose lines a reader gets: `city`, or the numbers of units."""
    return "city" if city_wide(user, Action.VIEW) else ",".join(map(str, sorted(unit_ids(user, Action.VIEW))))


def changes_after(user: Any, after: int, limit: int = 1000, tables: Iterable[type[models.Model]] | None = None) -> Page:
    """What `user` may know of the writes after `after`, up to `limit` lines. Two queries, and one for what the user is."""
    # Asked for first: every line up to it is visible to the second question, and those that come meanwhile wait for the next page.
    newest = latest_seq()
    known = followed()
    wanted = known if tables is None else {model._meta.db_table: model for model in tables}
    rows = _visible(user, list(known)).filter(seq__gt=after, seq__lte=newest, table_name__in=wanted)
    found = list(rows.order_by("seq").values_list("seq", "table_name", "row_id", "kind", "at")[: limit + 1])
    is_last = len(found) <= limit
    found = found[:limit]
    kept = {(table, row): Line(seq, known[table], row, kind == Change.Kind.TOMBSTONE, at) for seq, table, row, kind, at in found}
    lines = sorted(kept.values(), key=lambda line: line.seq)
    return Page(lines, max(newest, after) if is_last else found[-1][0], is_last)


def _visible(user: Any, tables: list[str]) -> QuerySet[Change]:
    if city_wide(user, Action.VIEW):
        return Change.objects.all()
    ids = unit_ids(user, Action.VIEW)
    if not ids:
        return Change.objects.none()
    models_of = followed()
    common = [table for table in tables if not getattr(models_of[table], "scope_path", "")]
    of_city = [table for table in tables if getattr(models_of[table], "city_is_open", False)]
    return Change.objects.filter(Q(unit_id__in=ids) | Q(table_name__in=common) | Q(unit_id=None, table_name__in=of_city))


def compact() -> int:
    """Drop lines that a newer line of the same row and unit has overtaken; a follower misses nothing by it. Answers how many.

    The newest line of all stays whatever it is, so that the numbers go on from it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM accounts_change WHERE seq IN (SELECT seq FROM (SELECT seq, row_number() OVER "
            "(PARTITION BY table_name, row_id, unit_id ORDER BY seq DESC) AS place FROM accounts_change) lines WHERE place > 1)"
        )
        return int(cursor.rowcount)

"""What is stored, to be compared before and after a request: every row of every model of ours, with the unit that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models

from accounts.models import ApiMinute

OURS = ("accounts", "projects", "funding", "exchange", "reports")
_WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|INSERT OR IGNORE INTO)\s+"(\w+)"', re.IGNORECASE)
# Written by looking around: the session, and the log of who took what out.
PASSING = frozenset({"django_session", "accounts_auditevent", "accounts_apiminute"})

Snapshot = dict[str, dict[Any, tuple[Any, tuple[Any, ...]]]]


def _models() -> list[type[models.Model]]:
    """How often somebody asked is counted at every question, and is nobody's data."""
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in OURS and model is not ApiMinute]


def snapshot(tables: set[str] | None = None) -> Snapshot:
    """Model → primary key → (unit, values); of the tables that were written to, where these are known.

    Bulk writes reach PostgreSQL by COPY, which is not seen statement by statement; what makes them writes to the upload too.
    """
    found: Snapshot = {}
    known = tables is not None and not any(table.startswith("exchange_") for table in tables)
    for model in _models():
        if known and model._meta.db_table not in (tables or ()):
            continue
        path = getattr(model, "scope_path", None)
        unit = f"{path}_id" if path and "__" not in path else path
        names = [column.attname for column in model._meta.concrete_fields]
        rows = model._base_manager.order_by().values_list("pk", unit or "pk", *names)
        found[model._meta.label] = {pk: (unit_id if unit else None, tuple(values)) for pk, unit_id, *values in rows}
    return found


def difference(before: Snapshot, after: Snapshot) -> dict[str, list[tuple[Any, Any, Any]]]:
    """Model → (primary key, unit and values before, and after) of each row that was written."""
    told = {}
    for label, rows in after.items():
        old = before[label]
        written = [(pk, old.get(pk), rows.get(pk)) for pk in {*old, *rows} if old.get(pk) != rows.get(pk)]
        if written:
            told[label] = written
    return told


@contextmanager
def watched() -> Iterator[set[str]]:
    """The names of the tables that are written to inside."""
    tables: set[str] = set()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = _WRITE.match(sql)
        if found:
            tables.add(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables

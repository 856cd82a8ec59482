"""A page of rows as JSON that PostgreSQL makes: of a thousand rows of fifty columns Python then handles a thousand texts, not fifty thousand
values. What it says is what `reading.page_of` says, row by row; the tests compare the two for every resource."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.api.paging import pack
from accounts.api.reading import Question, window
from accounts.api.rendering import json_bytes


@dataclass(frozen=True, slots=True)
class Printed:
    """The rows as a JSON array, the cursor of the next ones if there are more, and how many there are in all if that was asked."""

    rows: bytes
    next: str
    count: int | None

    def body(self, link: str | None) -> bytes:
        """The answer of a list."""
        count = b"" if self.count is None else b',"count":%d' % self.count
        return b'{"results":%b,"next":%b%b}' % (self.rows, json_bytes(link), count)


def can_print(question: Question) -> bool:
    """Included rows come by queries of their own and are hung on their row in Python; SQLite has no whole rows to print."""
    return connection.vendor == "postgresql" and not question.includes


def print_page(question: Question, rows: QuerySet[Any]) -> Printed:
    """One page: one query, one for the count if asked for.

    :raises ApiError: 400 for a cursor that is of another question.
    """
    count = rows.count() if question.is_counted else None
    lines, places = _lines(window(question, rows), [one.name for one in question.fields])
    more = len(lines) > question.page_size
    shown = lines[: question.page_size]
    last = pack(question.mark, question.order, places(shown[-1][1:])) if more else ""
    return Printed(b"[%b]" % ",".join([line[0] for line in shown]).encode(), last, count)


def _lines(found: QuerySet[Any, Any], names: Sequence[str]) -> tuple[list[tuple[Any, ...]], Any]:
    """Each row as JSON of its first columns, and after it, as stored, the values by which it is ordered; with what makes Python's of these."""
    compiler = found.query.get_compiler(using=connection.alias)
    try:
        inner, params = compiler.as_sql()
    except EmptyResultSet:  # a query that is known to have no row is never sent
        return [], None
    ordering = [expression for expression, _sql, _alias in compiler.select[len(names) :]]
    converters = compiler.get_converters(ordering)
    quoted = [connection.ops.quote_name(name) for name in names]
    columns = ", ".join(f"t.c{at} AS {name}" for at, name in enumerate(quoted))
    places = "".join(f", t.o{at}" for at in range(len(ordering)))
    given = ", ".join([*(f"c{at}" for at in range(len(names))), *(f"o{at}" for at in range(len(ordering)))])
    # Not bare row_to_json(t): the values of the order are no columns of the answer.
    line = f"(SELECT row_to_json(line) FROM (SELECT {columns}) AS line)::text"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {line}{places} FROM ({inner}) AS t ({given})", params)  # noqa: S608 -- names are the registry's own
        lines = cursor.fetchall()
    return lines, lambda stored: next(iter(compiler.apply_converters([stored], converters)), stored) if converters else stored

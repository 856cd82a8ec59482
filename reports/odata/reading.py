"""Pages and rows of a set as bytes: one query for the page, one for the count where it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import orjson
from django.db.models import Case, F, QuerySet, Value, When

from accounts import scope
from accounts.api.paging import after, sort
from accounts.api.rendering import json_bytes
from accounts.api.resources import Known
from accounts.roles import Action
from projects.history import is_gone
from reports.odata.conditions import named
from reports.odata.filters import narrow
from reports.odata.names import Type
from reports.odata.negotiation import Form
from reports.odata.options import Asked, token_of
from reports.odata.sets import GONE, EntitySet

# Below this a float is printed with an exponent, which a decimal in OData 4.0 has not.
_TINY = 1e-4
# False, in a form that can be sorted by: PostgreSQL sorts by no constant.
_STANDS = Case(When(pk=None, then=Value(True)), default=Value(False))


@dataclass(frozen=True, slots=True)
class Page:
    """Rows by property, how many there are in all, and the token of the next page."""

    rows: list[dict[str, Any]]
    count: int | None
    next: str


def rows_of(entity: EntitySet, condition: Any, user: Any, known: Known) -> QuerySet[Any]:
    """The rows of a set. What was deleted is among them only for a filter that speaks of it: no sum counts what is there no more."""
    with_gone = entity.tells_gone and condition is not None and GONE in named(condition)
    rows = entity.resource.rows(user, Action.VIEW, replace(known, with_gone=with_gone))
    if entity.tells_gone:
        rows = rows.alias(is_deleted=is_gone(entity.resource.model) if with_gone else _STANDS)
    return rows if condition is None else narrow(rows, entity, condition)


def page_of(asked: Asked, rows: QuerySet[Any], size: int, form: Form, user: Any) -> Page:
    """A page of at most `size` rows. How many there are in all is counted once for a reader: another who goes on has other rows."""
    reader = _reader(user)
    goes_on = asked.after is not None and asked.counted_for == reader
    count = asked.count if goes_on else rows.count() if asked.is_counted else None
    found = sort(rows, asked.order)
    if asked.after is not None:
        found = after(found, asked.order, asked.after)
    wanted = size if asked.left is None else min(size, asked.left)
    start = asked.skip if asked.after is None else 0
    hidden = [F(one.field.path) for one in asked.order]
    width = len(asked.names)
    lines = list(found.values_list(*(one.expression for one in asked.fields), *hidden)[start : start + wanted + 1]) if wanted else []
    left = None if asked.left is None else asked.left - wanted
    token = token_of(asked, left, count, reader, lines[wanted - 1][width:]) if len(lines) > wanted and left != 0 else ""
    return Page(_plain(asked.entity, [dict(zip(asked.names, line, strict=False)) for line in lines[:wanted]], form), count, token)


def _reader(user: Any) -> str:
    """Who asks, and for which unit: what a count belongs to."""
    by = scope.narrowing(user)
    return f"{user.pk}:{by.unit_id if by is not None and by.unit_id is not None else ''}"


def one_of(entity: EntitySet, names: Sequence[str], rows: QuerySet[Any], key: int, form: Form) -> dict[str, Any] | None:
    """A row by its key."""
    line = rows.filter(id=key).values_list(*(entity.fields[name].expression for name in names)).first()
    return None if line is None else _plain(entity, [dict(zip(names, line, strict=True))], form)[0]


def body_of(page: Page, context: str, link: str, form: Form, is_counted: bool) -> bytes:
    """The answer of a set."""
    body: dict[str, Any] = {"@odata.context": context} if form.has_context else {}
    if is_counted:
        body["@odata.count"] = str(page.count) if form.has_text_numbers else page.count
    body["value"] = page.rows
    if link:
        body["@odata.nextLink"] = link
    return json_bytes(body)


def _plain(entity: EntitySet, rows: list[dict[str, Any]], form: Form) -> list[dict[str, Any]]:
    """Decimals without exponents; large numbers as texts where the client wants them so."""
    names = list(rows[0]) if rows else []
    decimals = [one.name for one in entity.properties if one.type is Type.DECIMAL and one.name in names]
    if form.has_text_numbers:
        for name in [one.name for one in entity.properties if one.type in (Type.DECIMAL, Type.INTEGER) and one.name in names]:
            for row in rows:
                row[name] = None if row[name] is None else _digits(row[name])
        return rows
    for name in decimals:
        for row in rows:
            value = row[name]
            if value and -_TINY < value < _TINY:
                row[name] = orjson.Fragment(_digits(value))
    return rows


def _digits(value: float | int) -> str:
    return format(Decimal(repr(value)), "f")

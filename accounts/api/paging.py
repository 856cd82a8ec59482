"""Keyset paging: the next page begins after the last row's own values, so that a deep page costs what the first does and nothing that is
written meanwhile makes a row come twice. Blank values come last, whichever way is sorted, unless an order says that they come first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet

from accounts.api.fields import Field

_SALT = "api.cursor"


class WrongCursorError(ValueError):
    """A cursor that this product did not give, or that belongs to another question."""


@dataclass(frozen=True, slots=True)
class Order:
    """One column to sort by."""

    field: Field
    is_descending: bool = False
    blank_first: bool = False

    @property
    def text(self) -> str:
        return f"-{self.field.name}" if self.is_descending else self.field.name


def sort(rows: QuerySet[Any], order: Sequence[Order]) -> QuerySet[Any]:
    """Put rows in order. A column that is never blank is sorted plainly, so that its index serves."""
    columns: list[Any] = []
    for one in order:
        path = F(one.field.path)
        if one.field.is_null:
            blank = {"nulls_first": True} if one.blank_first else {"nulls_last": True}
            columns.append(path.desc(**blank) if one.is_descending else path.asc(**blank))
        else:
            columns.append(path.desc() if one.is_descending else path.asc())
    return rows.order_by(*columns)


def after(rows: QuerySet[Any], order: Sequence[Order], values: Sequence[Any]) -> QuerySet[Any]:
    """Rows that come after the row with these values, in this order."""
    found = Q(pk__in=[])
    equal = Q()
    for one, value in zip(order, values, strict=True):
        path = one.field.path
        if value is None:
            if one.blank_first:
                found |= equal & Q(**{f"{path}__isnull": False})
            equal &= Q(**{f"{path}__isnull": True})
            continue
        beyond = Q(**{f"{path}__{'lt' if one.is_descending else 'gt'}": value})
        if one.field.is_null and not one.blank_first:
            beyond |= Q(**{f"{path}__isnull": True})
        found |= equal & beyond
        equal &= Q(**{path: value})
    return rows.filter(found)


def pack(question: str, order: Sequence[Order], values: Sequence[Any]) -> str:
    """The cursor that continues after a row. `question` is what the page was an answer to; the next one must ask the same."""
    return signing.dumps([question, [one.text for one in order], [_plain(value) for value in values]], salt=_SALT, compress=True)


def unpack(cursor: str, question: str, order: Sequence[Order]) -> list[Any]:
    """The values after which to go on.

    :raises WrongCursorError: not ours, or of another question or order.
    """
    try:
        asked, names, values = signing.loads(cursor, salt=_SALT)
        if asked != question or names != [one.text for one in order]:
            raise WrongCursorError(cursor)
        return [None if value is None else one.field.final.to_python(value) for one, value in zip(order, values, strict=True)]
    except (signing.BadSignature, ValueError, TypeError, ValidationError, json.JSONDecodeError) as error:
        raise WrongCursorError(cursor) from error


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value

"""`$filter` as a tree in which every value has a type, so that whatever can't be compared is refused before the database is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from reports.odata.names import Property, Type


class FilterError(ValueError):
    """A filter that can't be answered; `kind` says why, `word` what it is about, `near` what may have been meant."""

    def __init__(self, kind: str, word: str = "", near: Sequence[str] = ()) -> None:
        super().__init__(kind, word)
        self.kind, self.word, self.near = kind, word, tuple(near)


# --- The tree ----------------------------------------------------------------------------------------------------------------------

Value = str | bool | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Term:
    """A property, seen through functions, the innermost first. `type` is what comes out."""

    property: Property
    functions: tuple[str, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Compare:
    """A term against a value or against another term: eq ne lt le gt ge."""

    operator: str
    left: Term
    right: Term | Value


@dataclass(frozen=True, slots=True)
class Among:
    """A term among values."""

    term: Term
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """A text that contains, starts or ends with another."""

    function: str
    term: Term
    text: str


@dataclass(frozen=True, slots=True)
class Is:
    """A property that is true; or, without one, what is true or false whatever the row."""

    property: Property | None
    always: bool = True


@dataclass(frozen=True, slots=True)
class Not:
    inner: Condition


@dataclass(frozen=True, slots=True)
class Joined:
    """All of the parts, or any of them."""

    is_all: bool
    parts: tuple[Condition, ...]


Condition = Compare | Among | Holds | Is | Not | Joined


def named(condition: Condition) -> frozenset[str]:
    """The properties that a condition speaks of."""
    if isinstance(condition, Joined):
        return frozenset().union(*(named(part) for part in condition.parts))
    if isinstance(condition, Not):
        return named(condition.inner)
    if isinstance(condition, Is):
        return frozenset() if condition.property is None else frozenset({condition.property.name})
    if isinstance(condition, Compare):
        terms = (condition.left, condition.right)
        return frozenset(one.property.name for one in terms if isinstance(one, Term))
    return frozenset({condition.term.property.name})


# Function → what it takes and what it gives.
FUNCTIONS: Mapping[str, tuple[tuple[Type, ...], Type]] = {
    "tolower": ((Type.TEXT,), Type.TEXT),
    "toupper": ((Type.TEXT,), Type.TEXT),
    "trim": ((Type.TEXT,), Type.TEXT),
    "length": ((Type.TEXT,), Type.INTEGER),
    "year": ((Type.DATE, Type.MOMENT), Type.INTEGER),
    "month": ((Type.DATE, Type.MOMENT), Type.INTEGER),
    "day": ((Type.DATE, Type.MOMENT), Type.INTEGER),
    "hour": ((Type.MOMENT,), Type.INTEGER),
    "minute": ((Type.MOMENT,), Type.INTEGER),
    "second": ((Type.MOMENT,), Type.INTEGER),
    "date": ((Type.MOMENT,), Type.DATE),
}
_NUMBERS = (Type.INTEGER, Type.DECIMAL)


def fits(kind: Type, value: Value) -> bool:
    """Whether a value can be compared with a type."""
    if kind in _NUMBERS:
        return isinstance(value, Decimal)
    if kind is Type.BOOLEAN:
        return isinstance(value, bool)
    if kind is Type.MOMENT:
        return isinstance(value, datetime)
    if kind is Type.DATE:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, str)


def holds(operator: str, left: Any, right: Any) -> bool:
    """What OData says of two values: nothing is less or greater than null, and null equals null alone."""
    if left is None or right is None:
        both = left is None and right is None
        return both if operator == "eq" else not both if operator == "ne" else False
    return bool(
        {"eq": left == right, "ne": left != right, "lt": left < right, "le": left <= right, "gt": left > right, "ge": left >= right}[operator]
    )

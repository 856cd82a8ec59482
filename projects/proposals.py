"""Which values of a stored project are changed by proposal only, and how what was proposed compares with what is stored. Pure.

Values are exact texts: what is proposed today must read the same in a year. A value that was never decided is filled in directly: a
proposal is for what would take something else's place. A list is named `list:7` (a version of it), with membership as its value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

CODE = "code"
LIST = "list:"
ON_LIST, OFF_LIST = "on", "off"
# Columns of a project; what says how the total is to be read goes with the total.
PLANNED = ("total_wan", "planned_start", "planned_finish")
BESIDE_TOTAL = ("total_text", "is_approx")
COLUMNS = ("kind", *PLANNED, *BESIDE_TOTAL)
_TOTAL = frozenset({"total_wan", *BESIDE_TOTAL})

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A field with its value when it was proposed, and the one proposed."""

    field: str
    before: str
    after: str

    @property
    def list_version(self) -> int | None:
        """The list version whose membership it changes, if it does."""
        return int(self.field.removeprefix(LIST)) if self.field.startswith(LIST) else None


@dataclass(frozen=True, slots=True)
class Moved:
    """A change whose field holds something else now than when it was proposed."""

    change: Change
    now: str


def as_text(value: object) -> str:
    """A stored value as an exact text; blank for nothing, `1` for yes."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def is_decided(field: str, values: Values) -> bool:
    """Whether the field holds something that only a proposal may change. Membership of a list always does."""
    if field in BESIDE_TOTAL:
        return bool(values.get("total_wan"))
    return field.startswith(LIST) or bool(values.get(field))


def decided(values: Values) -> frozenset[str]:
    """The columns of a project that are closed to direct edits."""
    return frozenset(name for name in COLUMNS if is_decided(name, values))


def wanted(before: Values, after: Values) -> tuple[Change, ...]:
    """What differs, field by field, in the order of `after`."""
    return tuple(Change(name, before.get(name, ""), value) for name, value in after.items() if before.get(name, "") != value)


def moved(changes: Iterable[Change], now: Values) -> tuple[Moved, ...]:
    """The changes that no longer start from what is stored."""
    return tuple(Moved(change, now.get(change.field, "")) for change in changes if now.get(change.field, "") != change.before)


def pack(changes: Iterable[Change]) -> list[list[str]]:
    return [[change.field, change.before, change.after] for change in changes]


def unpack(stored: Iterable[Sequence[str]]) -> tuple[Change, ...]:
    return tuple(Change(*row) for row in stored)


def fresh(changes: Sequence[Change], waiting: Collection[Change]) -> tuple[Change, ...]:
    """Those of the changes that wait for nobody yet. One of the total comes with what says how the total is to be read."""
    new = {change.field for change in changes if change not in waiting}
    if new & _TOTAL:
        new |= _TOTAL
    return tuple(change for change in changes if change.field in new)


def covers(one: Iterable[Change], other: Iterable[Change]) -> bool:
    """Whether `one` proposes all that `other` does."""
    return {(change.field, change.after) for change in other} <= {(change.field, change.after) for change in one}

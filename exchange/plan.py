"""Decides what a checked workbook would change: reads the rows and what is stored, answers with intents. Pure.

    for each row:   match it to a project (code, else name within the unit)
                    → compare every column the sheet has with what is stored
                    → an intent per table: insert these values, or change these from old to new
    same file again → every intent empty

An absent column leaves its field alone; a blank cell empties it; blank is never zero. Values are plan values: text, whole numbers,
money in 分, None for blank: what JSON holds exactly and the tables store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from projects.values import wan_to_fen

Value = str | int | None


class Action(StrEnum):
    """What a row does."""

    CREATE = "create"
    CHANGE = "change"
    SAME = "same"
    CONFLICT = "conflict"  # a cell was changed here and in the file since the export: somebody must choose
    HELD = "held"  # a finding blocks it
    SHOWN = "shown"  # read and checked, stored nowhere: parts of a packaged project


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a column of a sheet is stored: the table (a role in the plan) and the column of it."""

    table: str  # project, code, annual, month, entry
    column: str
    is_money: bool = False
    is_text: bool = True  # blank is '' in the table, not null


_PROJECT_TEXTS = (
    *("name", "responsible_unit", "lead", "contact", "phone", "address", "content", "nature", "stage", "sector_text", "local_code", "remarks"),
    *("planned_start", "planned_finish", "actual_start", "actual_finish"),
)

# Field of a sheet → where it is stored. Fields not named here are checked and shown, and not stored from these sheets.
PROJECT_SLOTS: Mapping[str, Slot] = {
    **{name: Slot("project", name) for name in _PROJECT_TEXTS},
    "total_wan": Slot("project", "total_wan", is_money=True, is_text=False),
    "total_text": Slot("project", "total_text"),
    "total_approx": Slot("project", "is_approx", is_text=False),
    "expected_output_wan": Slot("project", "expected_output_wan", is_money=True, is_text=False),
    "expected_tax_wan": Slot("project", "expected_tax_wan", is_money=True, is_text=False),
    "land_mu": Slot("project", "land_mu", is_text=False),
    "sector": Slot("project", "sector_id", is_text=False),
    "owner": Slot("project", "owner_id", is_text=False),
    "code": Slot("code", "code"),
    "plan_wan": Slot("annual", "plan_wan", is_money=True, is_text=False),
    "cum_prior_wan": Slot("annual", "cum_prior_wan", is_money=True, is_text=False),
    "annual_goal": Slot("annual", "goal"),
}
MONTH_SLOTS: Mapping[str, Slot] = {
    "done_month_wan": Slot("month", "done_month_wan", is_money=True, is_text=False),
    "done_ytd_wan": Slot("month", "done_ytd_wan", is_money=True, is_text=False),
    "cum_total_wan": Slot("month", "cum_total_wan", is_money=True, is_text=False),
    "progress_text": Slot("month", "progress_text"),
    "problems": Slot("month", "problems"),
    "done_approx": Slot("month", "is_approx", is_text=False),
}
# A list's row also stands on the list version, with the figures that version prints.
ENTRY_SLOTS: Mapping[str, Slot] = {
    "serial": Slot("entry", "position", is_text=False),
    "entry_sector": Slot("entry", "sector_id", is_text=False),
    "entry_total_wan": Slot("entry", "total_wan", is_money=True, is_text=False),
}
SLOTS: Mapping[str, Mapping[str, Slot]] = {
    "infrastructure_list": {**PROJECT_SLOTS, **ENTRY_SLOTS},
    "emerging_list": {**PROJECT_SLOTS, **ENTRY_SLOTS},
    "monthly_progress": {**PROJECT_SLOTS, **MONTH_SLOTS},
}


def plan_value(value: Any, slot: Slot) -> Value:
    """A read value in the form that plan and table hold: 分 for money, text for dates, '' for an emptied text column."""
    kind = type(value)
    if kind is str or kind is int or kind is bool:
        return value if not slot.is_money else wan_to_fen(Decimal(value))
    if value is None:
        return "" if slot.is_text else None
    if slot.is_money:
        return wan_to_fen(value)
    return format(value.normalize(), "f") if kind is Decimal else str(value)


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of a table as the plan saw it: identity, revision and the values of the planned columns."""

    id: int
    revision: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored about one project, by role; a missing role is a row yet to be made."""

    project: Stored
    code: Stored | None = None
    annual: Stored | None = None
    month: Stored | None = None
    entry: Stored | None = None

    def role(self, table: str) -> Stored | None:
        found: Stored | None = getattr(self, table)
        return found


@dataclass(slots=True)
class Intent:
    """What happens to one table for one row: insert `values` (no id), or change them from what `old` holds."""

    table: str
    id: int | None
    revision: int | None
    values: dict[str, Value]
    old: dict[str, Value] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, tuple[Value, Value]]:
        """Column → (old, new); old is None where a row is inserted."""
        return {name: (self.old.get(name), value) for name, value in self.values.items()}


@dataclass(slots=True)
class PlannedRow:
    """One sheet row with its intents. `name` is shown in the preview; `unit_id` is checked again at the commit."""

    sheet: str | None
    row: int
    action: Action
    name: str
    unit_id: int | None
    project_id: int | None = None
    intents: list[Intent] = field(default_factory=list)
    period: str | None = None  # the month the row reports, `2020-06`
    kind: str = ""  # the kind of its sheet
    merge: list[Any] | None = None  # what a merge with an exported template left aside; see `exchange.merge`
    waits: list[str] = field(default_factory=list)  # columns whose new value was proposed before and waits for approval
    fund: list[Any] | None = None  # of a row of a fund sheet: which account, and on which days; see `exchange.funds.Target`
    review: str = ""  # the state that the month's report loses by being written; see `exchange.services.reviewing`
    rough: list[str] = field(default_factory=list)  # fields whose amount the file calls approximate


@cache
def _layout(kind: str, names: tuple[str, ...]) -> tuple[tuple[str, tuple[tuple[str, Slot], ...]], ...]:
    """For a kind of sheet and its fields: each table with the fields it takes. Asked for every row, so kept."""
    tables: dict[str, list[tuple[str, Slot]]] = {}
    slots = SLOTS[kind]
    for name in names:
        slot = slots.get(name)
        if slot is not None:
            tables.setdefault(slot.table, []).append((name, slot))
    return tuple((table, tuple(columns)) for table, columns in tables.items())


def compare(kind: str, values: Mapping[str, Any], known: Known | None) -> list[Intent]:
    """The intents of one row: every table that the sheet's columns touch and that would change.

    `values` holds the sheet's fields as read (foreign keys already as ids); a field that is not in it is left alone.
    """
    intents = []
    for table, columns in _layout(kind, tuple(values)):
        stored = known.role(table) if known is not None else None
        if stored is None:
            given: dict[str, Value] = {}
            for name, slot in columns:  # spelt out: this runs for every cell of a new list
                value = values[name]
                if value is not None and value != "":
                    given[slot.column] = value if type(value) is str and not slot.is_money else plan_value(value, slot)
            if given:
                intents.append(Intent(table, None, None, given))
            continue
        old = stored.values
        wanted = {slot.column: plan_value(values[name], slot) for name, slot in columns}
        changed = {name: value for name, value in wanted.items() if old.get(name) != value}
        if changed:
            intents.append(Intent(table, stored.id, stored.revision, changed, {name: old.get(name) for name in changed}))
    return intents


def encode(row: PlannedRow) -> list[Any]:
    """A planned row as JSON values, for the stored plan."""
    intents = [[i.table, i.id, i.revision, i.values, i.old] for i in row.intents]
    told = [row.sheet, row.row, row.action.value, row.name, row.unit_id, row.project_id, intents, row.period, row.kind]
    rest: list[Any] = [row.merge, row.waits, row.fund, row.review, row.rough]
    while rest and not rest[-1]:
        rest.pop()
    return [*told, *rest]


def decode(data: Sequence[Any]) -> PlannedRow:
    """The planned row that `encode` wrote."""
    sheet, number, action, name, unit_id, project_id, intents, period, kind, *rest = data
    made = [Intent(*intent) for intent in intents]
    merge, waits, fund, review, rough = [*rest, None, None, None, None, None][:5]
    row = PlannedRow(sheet, number, Action(action), name, unit_id, project_id, made, period, kind, merge, waits or [], fund)
    row.review, row.rough = review or "", rough or []
    return row

"""What one upload is examined in, what its rows have spoken of so far, and how a finding is put on a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.models import ReportingUnit
from exchange.parse import Place, PlacedFinding, ReadRow
from exchange.services.lookups import Lookups
from exchange.services.merging import Base
from projects.findings import Finding
from projects.period import Period
from projects.records import Context

# What is true of a whole table is said at its heading, once.
_OF_THE_TABLE = frozenset({"column_lacking", "fund_for_city", "fund_day", "fund_day_assumed"})
# Fields of the records that a sheet has under another name.
_SHEET_FIELDS = {"stated_rate_percent": "progress_percent"}


@dataclass(slots=True)
class Setting:
    """What one upload is examined in: whose it is, what the sender may touch, and how rows are judged."""

    lookups: Lookups
    unit: ReportingUnit | None = None
    allowed_units: set[int] | None = None  # None: the whole city
    list_version_id: int | None = None
    contexts: dict[tuple[Any, ...], Context] = field(default_factory=dict)
    base: Base = field(default_factory=Base)  # the template the file came from, if it did
    choices: Mapping[str, Any] = field(default_factory=dict)  # what was chosen in conflicts before
    posts: bool = True  # whether who sent it may post to the ledger, which the city alone does


@dataclass(frozen=True, slots=True)
class Coming:
    """A project that a list of this file brings: where, and whether that row is held."""

    name: str
    unit_id: int
    place: Place
    is_held: bool


@dataclass(slots=True)
class Seen:
    """What the rows so far spoke of, for the question who is missing."""

    projects: set[int] = field(default_factory=set)
    units: set[int] = field(default_factory=set)
    periods: set[Period] = field(default_factory=set)
    listed: int = 0  # rows of a project list, their total and how many of them are 约
    listed_wan: Decimal = Decimal(0)
    listed_approx: int = 0
    without_period: set[str | None] = field(default_factory=set)  # month sheets that name no month
    said: list[PlacedFinding] = field(default_factory=list)  # what was said here, beside what the reader said
    tables: set[tuple[str, Place]] = field(default_factory=set)  # what was said of whole tables
    forgiven: list[PlacedFinding] = field(default_factory=list)  # what the reader said of cells that will not be written
    unfilled: int = 0  # rows of a template left as they went out
    coming: dict[tuple[int, str], Coming] = field(default_factory=dict)  # (unit, name key) → a project that this file brings
    coming_codes: dict[str, Coming] = field(default_factory=dict)
    kept: int = 0  # cells that others changed since the export and the file did not touch


def text_of(row: ReadRow, name: str) -> str | None:
    value = row.values.get(name)
    return str(value) if value else None


def say(row: ReadRow, finding: Finding, seen: Seen) -> None:
    """Put a finding on the row, unless the reader has said the same, or has faulted the very cell that is now missed."""
    name = _SHEET_FIELDS.get(finding.field or "", finding.field)
    if finding.code in _OF_THE_TABLE:
        _say_of_table(row, finding, seen)
        return
    for placed in row.findings:
        same_field = placed.finding.field in (finding.field, name)
        if same_field and (placed.finding.code == finding.code or finding.code.endswith("_missing")):
            return
    put(row, finding, seen, name)


def put(row: ReadRow, finding: Finding, seen: Seen, name: str | None) -> None:
    """Put a finding on the row at the cell of a field, whatever else was said there."""
    placed = PlacedFinding(finding, row.place(name))
    row.findings.append(placed)
    seen.said.append(placed)


def _say_of_table(row: ReadRow, finding: Finding, seen: Seen) -> None:
    place = Place(row.sheet, row.table.header_bottom)
    if (finding.code, place) not in seen.tables:
        seen.tables.add((finding.code, place))
        seen.said.append(PlacedFinding(finding, place))

"""Looks at a batch of rows against what is stored: which project, whose, what the rules say, what would change.

    load the stored state of the batch → for each row: unit → project → scope → values the tables hold → rules → intents
Nothing is written. Findings are put on the row, each with its cell; a row with a blocking finding is held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.models import ReportingUnit
from exchange.merge import action_of, pack
from exchange.parse import Place, PlacedFinding, ReadRow
from exchange.plan import Action, Intent, Known, PlannedRow, compare
from exchange.services.commit import NEW_OWNER
from exchange.services.conflicts import settle_conflicts
from exchange.services.lookups import Lookups, owner_ids
from exchange.services.merging import Base, Merger, RowSides, forgive
from exchange.services.records import month_record, project_record, stage_of
from exchange.services.snapshot import Frame, Snapshot, load
from exchange.services.wording import STORED_WORDING as STORED_WORDING  # every code said here is worded
from projects.findings import Finding, Severity
from projects.naming import name_key
from projects.period import Period
from projects.records import Context
from projects.rules import MONTH_RULES, PROJECT_RULES, run
from projects.values import Month

# What is true of a whole table is said at its heading, once.
_OF_THE_TABLE = frozenset({"column_lacking"})
# Fields of the records that a sheet has under another name.
_SHEET_FIELDS = {"stated_rate_percent": "progress_percent"}
FUNDS = frozenset({"bond_allocation", "central_budget"})
_KINDS = {"infrastructure_list": "infrastructure", "emerging_list": "emerging"}


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
    kept: int = 0  # cells that others changed since the export and the file did not touch


def examine(rows: Sequence[ReadRow], frame: Frame, setting: Setting, context: Context, seen: Seen) -> list[PlannedRow]:
    """The planned rows of a batch, all of one kind of sheet and one period. Queries do not grow with the rows."""
    snapshot = load(
        (str(row.values["code"]) for row in rows if row.values.get("code")),
        (name_key(str(row.values["name"])) for row in rows if row.values.get("name")),
        frame,
    )
    owners = owner_ids((_text(row, "uscc"), str(row.values["owner"])) for row in rows if row.values.get("owner"))
    judge = _Judge(snapshot, owners, frame, setting, context, seen, Merger(setting.base, frame, snapshot.known))
    planned = [judge.plan(row) for row in rows]
    if setting.base.stamp is not None:
        settle_conflicts(planned, judge.merger, setting.choices)
    return planned


def _text(row: ReadRow, name: str) -> str | None:
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
    placed = PlacedFinding(finding, row.place(name))
    row.findings.append(placed)
    seen.said.append(placed)


def _say_of_table(row: ReadRow, finding: Finding, seen: Seen) -> None:
    place = Place(row.sheet, row.table.header_bottom)
    if (finding.code, place) not in seen.tables:
        seen.tables.add((finding.code, place))
        seen.said.append(PlacedFinding(finding, place))


def judge(
    row: ReadRow,
    context: Context,
    *,
    unit: ReportingUnit | None = None,
    month: Month | Period | None = None,
    known: Known | None = None,
    earlier: Sequence[dict[str, Any]] = (),
    seen: Seen,
) -> None:
    """Run the project rules on a row, and the month rules where it reports a month."""
    record = project_record(row.values, known, kind=_KINDS.get(row.kind, "infrastructure"), unit=unit, sector=_text(row, "sector"))
    findings = run(PROJECT_RULES, record, context)
    if month is not None:
        findings += run(MONTH_RULES, month_record(record, Period.of(month), row.values, earlier), context)
    for finding in findings:
        say(row, finding, seen)


@dataclass(slots=True)
class _Judge:
    """Decides row by row, with the batch's stored state at hand."""

    snapshot: Snapshot
    owners: Mapping[tuple[str | None, str], int]
    frame: Frame
    setting: Setting
    context: Context
    seen: Seen
    merger: Merger

    def plan(self, row: ReadRow) -> PlannedRow:
        name = _text(row, "name") or ""
        if row.kind in FUNDS or row.is_child:
            # Fund sheets wait for the ledger; the parts of a packaged project are shown, the package itself is stored.
            return PlannedRow(row.sheet, row.row, Action.HELD if row.blocked else Action.SHOWN, name, None, kind=row.kind)
        if row.kind == "monthly_progress" and self.frame.period is None:
            self.seen.without_period.add(row.sheet)
            return PlannedRow(row.sheet, row.row, Action.HELD, name, None, kind=row.kind)
        if row.kind in _KINDS:
            self._count(row)
        unit, known = self._find(row, name)
        sector = self.setting.lookups.sector(row.kind, _text(row, "sector"))
        sides = self.merger.sides_of(row, known) if known is not None and self.setting.base.stamp is not None else None
        if known is not None and sides is not None:
            return self._merge(row, known, unit, sector, sides)
        self._judge(row, known, unit)
        if row.blocked:
            return PlannedRow(row.sheet, row.row, Action.HELD, name, unit.pk if unit else None, known.project.id if known else None)
        intents = self._intents(row, known, sector)
        action = Action.CREATE if known is None else Action.CHANGE if intents else Action.SAME
        project_id = known.project.id if known is not None else None
        unit_id = self.snapshot.units[project_id] if project_id is not None else unit.pk if unit else None
        period = str(self.frame.period.as_period) if self.frame.period is not None else None
        return PlannedRow(row.sheet, row.row, action, name, unit_id, project_id, intents, period, row.kind)

    def _merge(self, row: ReadRow, known: Known, unit: ReportingUnit | None, sector: int | None, sides: RowSides) -> PlannedRow:
        """A row of our own template: only what was touched is compared, judged and planned."""
        name, period = _text(row, "name") or "", str(self.frame.period.as_period) if self.frame.period is not None else None
        planned = PlannedRow(row.sheet, row.row, Action.SAME, name, self.snapshot.units[known.project.id], known.project.id, [], period, row.kind)
        self.seen.forgiven += forgive(row, sides)
        if sides.is_unfilled:
            self.seen.unfilled += 1
            self.seen.projects.discard(known.project.id)  # nothing was reported of it
            return planned
        merged = self.merger.merge(row, sides, self._intents(row, known, sector))
        if not sides.is_untouched:
            self._judge_touched(row, known, unit, sides)
        if row.blocked:
            planned.action = Action.HELD
            return planned
        planned.intents, planned.merge = merged.intents, pack(merged)
        planned.action = action_of(merged.intents, merged.conflicts)
        self.seen.kept += len(merged.kept)
        return planned

    def _judge_touched(self, row: ReadRow, known: Known, unit: ReportingUnit | None, sides: RowSides) -> None:
        """Judge the row as it will stand, without asking for what is missing in cells that nobody touched."""
        before = len(self.seen.said)
        self._judge(row, known, unit)
        idle = [placed for placed in self.seen.said[before:] if placed.finding.code.endswith("_missing") and placed.finding.field in sides.idle]
        if idle:
            self.seen.said[before:] = [placed for placed in self.seen.said[before:] if placed not in idle]
            row.findings[:] = [placed for placed in row.findings if placed not in idle]

    def _count(self, row: ReadRow) -> None:
        """Add the row to what the list adds up to, for the comparison with what its document declares."""
        self.seen.listed += 1
        total = row.values.get("total_wan")
        self.seen.listed_wan += total if isinstance(total, Decimal) else 0
        self.seen.listed_approx += any(placed.finding.code == "amount_approx" and placed.finding.field == "total_wan" for placed in row.findings)

    def _find(self, row: ReadRow, name: str) -> tuple[ReportingUnit | None, Known | None]:
        """The reporting unit and the stored project of a row, or a finding that says why not."""
        unit = self._unit(row)
        project_id = self.snapshot.match(_text(row, "code"), unit.pk if unit else None, name_key(name))
        if project_id is None and unit is not None and self.setting.unit is None:
            project_id = self.snapshot.match(None, None, name_key(name))
        allowed = self.setting.allowed_units
        if project_id is not None:
            unit_id = self.snapshot.units[project_id]
            if allowed is not None and unit_id not in allowed:
                say(row, Finding("out_of_scope", Severity.BLOCKS, "name", {"name": name}), self.seen)
                return unit, None
            self._compare_names(row, project_id, unit_id, name)
            self.seen.projects.add(project_id)
            self.seen.units.add(unit_id)
            return self.setting.lookups.unit_by_id(unit_id), self.snapshot.known[project_id]
        if unit is None:
            say(row, Finding("unit_unknown", Severity.BLOCKS, "district", {"name": name, "value": _text(row, "district") or "空白"}), self.seen)
        elif allowed is not None and unit.pk not in allowed:
            say(row, Finding("unit_foreign", Severity.BLOCKS, "district", {"name": name, "unit": unit.name}), self.seen)
        elif row.kind not in _KINDS:
            say(row, Finding("project_unknown", Severity.BLOCKS, "name", {"name": name, "unit": unit.name}), self.seen)
        return unit, None

    def _compare_names(self, row: ReadRow, project_id: int, unit_id: int, name: str) -> None:
        """A code that leads to a project of another name: renamed, or a code of the wrong row?"""
        key = name_key(name)
        if key == self.snapshot.names[project_id] or not key:
            return
        known = str(self.snapshot.known[project_id].project.values["name"])
        other = self.snapshot.by_name.get((unit_id, key))
        if other is None and row.kind == "monthly_progress":
            say(row, Finding("name_kept", Severity.REASON, "name", {"name": name, "other": known}), self.seen)
        elif other is not None and other != project_id:
            say(row, Finding("code_name_conflict", Severity.BLOCKS, "code", {"name": name, "other": known, "code": row.values["code"]}), self.seen)
        else:
            say(row, Finding("renamed", Severity.REASON, "name", {"name": name, "other": known}), self.seen)

    def _unit(self, row: ReadRow) -> ReportingUnit | None:
        """Who reports the row: the sender's unit; for a city file the unit that is responsible, else the district."""
        lookups = self.setting.lookups
        district = lookups.unit(_text(row, "district"))
        if self.setting.unit is not None:
            own = self.setting.unit
            if district is None or district.pk == own.pk or district.division_id == own.division_id or own.division_id is None:
                return own
            return district
        responsible = lookups.unit(_text(row, "responsible_unit"))
        return responsible or district

    def _judge(self, row: ReadRow, known: Known | None, unit: ReportingUnit | None) -> None:
        period = self.frame.period.as_period if self.frame.period is not None and row.kind == "monthly_progress" else None
        earlier = self.snapshot.earlier.get(known.project.id, []) if known is not None else []
        judge(row, self.context, unit=unit, month=period, known=known, earlier=earlier, seen=self.seen)

    def _intents(self, row: ReadRow, known: Known | None, sector: int | None) -> list[Intent]:
        values = self._stored_values(row, known, sector)
        intents = compare(row.kind, values, known)
        place = self.setting.lookups.unit(_text(row, "district"))
        if known is None and place is not None and place.division_id is not None:
            intents.append(Intent("location", None, None, {"division_id": place.division_id}))
        listed = self.setting.list_version_id is not None
        if listed and (known is None or known.entry is None) and all(intent.table != "entry" for intent in intents):
            intents.append(Intent("entry", None, None, {}))
        return intents

    def _stored_values(self, row: ReadRow, known: Known | None, sector: int | None) -> dict[str, Any]:
        """The row's fields in the terms of the tables: ids for names, stages for words, the entry's own copies."""
        values = dict(row.values)
        if row.kind == "monthly_progress" and known is not None:
            values.pop("name", None)  # a month's report tells how a project goes on, not what it is called
            for name in row.defaulted:
                values.pop(name, None)  # a section or sheet name tells which project is meant, not that it moved
        if known is not None and self.snapshot.kinds[known.project.id] != _KINDS.get(row.kind, self.snapshot.kinds[known.project.id]):
            values.pop("sector", None)  # on a list of the other kind: that list's sector stands on the entry, the project keeps its own
        self._settle_sector(row, values, sector)
        stage = stage_of(values.pop("stage", None))
        if stage is not None:
            values["stage"] = stage.value
        if values.get("code") is None:
            values.pop("code", None)  # a code is never taken away by a blank cell, only superseded by another
        if values.get("owner"):
            key = (_text(row, "uscc"), str(values["owner"]))
            values["owner"] = self.owners.get(key) or f"{NEW_OWNER}{key[0] or ''}|{key[1]}"
        if self.setting.list_version_id is not None:
            values |= {"entry_sector": sector, "entry_total_wan": values.get("total_wan"), "serial": _position(row.place("serial").raw)}
        return values

    def _settle_sector(self, row: ReadRow, values: dict[str, Any], sector: int | None) -> None:
        if "sector" not in values:
            return
        values["sector_text"] = values["sector"]
        values["sector"] = sector
        if sector is None and values["sector_text"]:
            say(row, Finding("sector_unmatched", Severity.INFO, "sector", {"value": values["sector_text"]}), self.seen)
            del values["sector"]


def _position(serial: Any) -> int | None:
    text = str(serial or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None

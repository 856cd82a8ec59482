"""Which reporting unit and which stored project a row means; a finding says why none, or why it is not the sender's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import ReportingUnit
from exchange.funds import FUNDS
from exchange.parse import ReadRow
from exchange.plan import Action, Known, PlannedRow
from exchange.services.setting import Coming, Seen, Setting, say, text_of
from exchange.services.snapshot import Snapshot
from projects.findings import Finding, Severity
from projects.naming import name_key

LISTS = {"infrastructure_list": "infrastructure", "emerging_list": "emerging"}  # kinds of sheet that bring new projects, with what they bring
FOREIGN = frozenset({"out_of_scope", "unit_foreign"})
_COMING = 50_000  # new projects of a file that rows of its fund sheets may mean


def note_coming(rows: Sequence[ReadRow], planned: Sequence[PlannedRow], seen: Seen) -> None:
    """Remember the projects that a list of this file brings, for its fund sheets."""
    for row, plan in zip(rows, planned, strict=True):
        if row.kind not in LISTS or plan.project_id is not None or plan.unit_id is None or row.is_child or len(seen.coming) >= _COMING:
            continue
        coming = Coming(plan.name, plan.unit_id, row.place(None), plan.action is Action.HELD)
        seen.coming.setdefault((plan.unit_id, name_key(plan.name)), coming)
        if code := text_of(row, "code"):
            seen.coming_codes.setdefault(code, coming)


@dataclass(slots=True)
class Finder:
    """Finds project by project, with a batch's stored state at hand."""

    snapshot: Snapshot
    setting: Setting
    seen: Seen

    def find(self, row: ReadRow, name: str) -> tuple[ReportingUnit | None, Known | None]:
        """The reporting unit and the stored project of a row, or a finding that says why not."""
        unit = self._unit(row)
        project_id = self.snapshot.match(text_of(row, "code"), unit.pk if unit else None, name_key(name))
        if project_id is None and unit is not None and self.setting.unit is None:
            project_id = self.snapshot.match(None, None, name_key(name))
        allowed = self.setting.allowed_units
        if project_id is not None:
            unit_id = self.snapshot.units[project_id]
            if allowed is not None and unit_id not in allowed:
                self._refuse_foreign(row, name, unit)
                return unit, None
            self._compare_names(row, project_id, unit_id, name)
            if row.kind not in FUNDS:  # money given is no report of a project
                self.seen.projects.add(project_id)
                self.seen.units.add(unit_id)
            return self.setting.lookups.unit_by_id(unit_id), self.snapshot.known[project_id]
        if unit is None:
            at = "district" if row.kind not in FUNDS or row.table.column("district") is not None else "name"
            say(row, Finding("unit_unknown", Severity.BLOCKS, at, {"name": name, "value": text_of(row, "district") or "空白"}), self.seen)
        elif allowed is not None and unit.pk not in allowed:
            self._refuse_foreign(row, name, unit)
        elif row.kind not in LISTS:
            self._expect(row, name, unit)
        return unit, None

    def _refuse_foreign(self, row: ReadRow, name: str, unit: ReportingUnit | None) -> None:
        """Where the row itself names another unit it is told just that, whether or not the project is stored there."""
        allowed = self.setting.allowed_units
        if unit is not None and allowed is not None and unit.pk not in allowed:
            say(row, Finding("unit_foreign", Severity.BLOCKS, "district", {"name": name, "unit": unit.name}), self.seen)
        else:
            say(row, Finding("out_of_scope", Severity.BLOCKS, "name", {"name": name}), self.seen)

    def is_foreign(self, row: ReadRow) -> bool:
        """Whether `find` has said that the row is another unit's."""
        return any(placed.finding.code in FOREIGN for placed in row.findings)

    def coming(self, row: ReadRow, unit: ReportingUnit | None) -> Coming | None:
        """The project that another sheet of this file brings for a row of a fund sheet."""
        if row.kind not in FUNDS:
            return None
        key = (unit.pk if unit is not None else 0, name_key(text_of(row, "name") or ""))
        return self.seen.coming_codes.get(text_of(row, "code") or "") or self.seen.coming.get(key)

    def _expect(self, row: ReadRow, name: str, unit: ReportingUnit) -> None:
        """A project nobody knows: brought by this very file, or a fault."""
        coming = self.coming(row, unit)
        if coming is None:
            say(row, Finding("project_unknown", Severity.BLOCKS, "name", {"name": name, "unit": unit.name}), self.seen)
        elif coming.is_held:
            told = {"name": coming.name, "place": coming.place.text, "first_row": coming.place.row, "first_sheet": coming.place.sheet}
            say(row, Finding("fund_project_held", Severity.BLOCKS, "name", told), self.seen)

    def _compare_names(self, row: ReadRow, project_id: int, unit_id: int, name: str) -> None:
        """A code that leads to a project of another name: renamed, or a code of the wrong row?"""
        key = name_key(name)
        if key == self.snapshot.names[project_id] or not key:
            return
        known = str(self.snapshot.known[project_id].project.values["name"])
        other = self.snapshot.by_name.get((unit_id, key))
        if other is None and row.kind not in LISTS:
            say(row, Finding("name_kept", Severity.REASON, "name", {"name": name, "other": known}), self.seen)
        elif other is not None and other != project_id:
            say(row, Finding("code_name_conflict", Severity.BLOCKS, "code", {"name": name, "other": known, "code": row.values["code"]}), self.seen)
        else:
            say(row, Finding("renamed", Severity.REASON, "name", {"name": name, "other": known}), self.seen)

    def _unit(self, row: ReadRow) -> ReportingUnit | None:
        """Who reports the row: the sender's unit; for a city file the unit that is responsible, else the district."""
        lookups = self.setting.lookups
        district = lookups.unit(text_of(row, "district"))
        if self.setting.unit is not None:
            own = self.setting.unit
            if district is None or district.pk == own.pk or district.division_id == own.division_id or own.division_id is None:
                return own
            return district
        responsible = lookups.unit(text_of(row, "responsible_unit"))
        return responsible or district

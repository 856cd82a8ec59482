"""Looks at a batch of rows against what is stored: which project, whose, what the rules say, what would change.

    load the stored state of the batch → for each row: unit → project → scope → values the tables hold → rules → intents
Nothing is written. Findings are put on the row, each with its cell; a row with a blocking finding is held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from accounts.models import ReportingUnit
from exchange.merge import Merged, Take, action_of, chosen_before, pack
from exchange.parse import ReadRow
from exchange.plan import Action, Intent, Known, PlannedRow, compare
from exchange.services.commit import NEW_OWNER
from exchange.services.conflicts import kept_choice, settle_conflicts
from exchange.services.lookups import owner_ids
from exchange.services.matching import LISTS, Finder
from exchange.services.merging import Merger, RowSides, forgive, let_ours_stand
from exchange.services.records import month_record, project_record, stage_of
from exchange.services.rough import mark_rough, rough_fields
from exchange.services.setting import Seen, Setting, say, text_of
from exchange.services.snapshot import Frame, Snapshot, load
from exchange.services.wording import STORED_WORDING as STORED_WORDING  # every code said here is worded
from projects.findings import Finding, Severity
from projects.naming import name_key
from projects.period import Period
from projects.records import Context
from projects.rules import MONTH_RULES, PROJECT_RULES, run
from projects.values import Month


def examine(rows: Sequence[ReadRow], frame: Frame, setting: Setting, context: Context, seen: Seen) -> list[PlannedRow]:
    """The planned rows of a batch, all of one kind of sheet and one period. Queries do not grow with the rows."""
    snapshot = load(
        (str(row.values["code"]) for row in rows if row.values.get("code")),
        (name_key(str(row.values["name"])) for row in rows if row.values.get("name")),
        frame,
    )
    owners = owner_ids((text_of(row, "uscc"), str(row.values["owner"])) for row in rows if row.values.get("owner"))
    judge = _Judge(snapshot, owners, frame, setting, context, seen, Merger(setting.base, frame, snapshot.known), Finder(snapshot, setting, seen))
    planned = [judge.plan(row) for row in rows]
    if setting.base.stamp is not None:
        settle_conflicts(planned, judge.merger, setting.choices)
    return planned


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
    record = project_record(row.values, known, kind=LISTS.get(row.kind, "infrastructure"), unit=unit, sector=text_of(row, "sector"))
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
    finder: Finder

    def plan(self, row: ReadRow) -> PlannedRow:
        name = text_of(row, "name") or ""
        if row.is_child:  # the parts of a packaged project are shown, the package itself is stored
            return PlannedRow(row.sheet, row.row, Action.HELD if row.blocked else Action.SHOWN, name, None, kind=row.kind)
        if row.kind == "monthly_progress" and self.frame.period is None:
            self.seen.without_period.add(row.sheet)
            return PlannedRow(row.sheet, row.row, Action.HELD, name, None, kind=row.kind)
        if row.kind in LISTS:
            self._count(row)
        unit, known = self.finder.find(row, name)
        sector = self.setting.lookups.sector(row.kind, text_of(row, "sector"))
        sides = self.merger.sides_of(row, known) if known is not None and self.setting.base.stamp is not None else None
        if known is not None and sides is not None:
            return self._merge(row, known, unit, sector, sides)
        self._judge(row, known, unit)
        if row.blocked:
            return PlannedRow(row.sheet, row.row, Action.HELD, name, unit.pk if unit else None, known.project.id if known else None)
        intents = self._intents(row, known, sector)
        mark_rough(row, intents, known)
        action = Action.CREATE if known is None else Action.CHANGE if intents else Action.SAME
        project_id = known.project.id if known is not None else None
        unit_id = self.snapshot.units[project_id] if project_id is not None else unit.pk if unit else None
        period = str(self.frame.period.as_period) if self.frame.period is not None else None
        return PlannedRow(row.sheet, row.row, action, name, unit_id, project_id, intents, period, row.kind, rough=rough_fields(row))

    def _merge(self, row: ReadRow, known: Known, unit: ReportingUnit | None, sector: int | None, sides: RowSides) -> PlannedRow:
        """A row of our own template: only what was touched is compared, judged and planned."""
        name, period = text_of(row, "name") or "", str(self.frame.period.as_period) if self.frame.period is not None else None
        planned = PlannedRow(row.sheet, row.row, Action.SAME, name, self.snapshot.units[known.project.id], known.project.id, [], period, row.kind)
        self.seen.forgiven += forgive(row, sides)
        if sides.is_unfilled:
            self.seen.unfilled += 1
            self.seen.projects.discard(known.project.id)  # nothing was reported of it
            return planned
        planned.rough = rough_fields(row)
        merged = self.merger.merge(row, sides, self._intents(row, known, sector))
        mark_rough(row, merged.intents, known)
        taken = chosen_before(merged.conflicts, partial(kept_choice, self.setting.choices, planned))
        let_ours_stand(row, merged.conflicts, taken)
        writes = merged.intents or not merged.conflicts or any(taken.get(one.field) is not Take.OURS for one in merged.conflicts)
        if not sides.is_untouched and writes:
            self._judge_touched(row, known, unit, sides)
        if row.blocked:  # another choice may be what mends it
            planned.action, planned.merge = Action.HELD, pack(Merged(conflicts=merged.conflicts))
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

    def _judge(self, row: ReadRow, known: Known | None, unit: ReportingUnit | None) -> None:
        period = self.frame.period.as_period if self.frame.period is not None and row.kind == "monthly_progress" else None
        earlier = self.snapshot.earlier.get(known.project.id, []) if known is not None else []
        judge(row, self.context, unit=unit, month=period, known=known, earlier=earlier, seen=self.seen)

    def _intents(self, row: ReadRow, known: Known | None, sector: int | None) -> list[Intent]:
        values = self._stored_values(row, known, sector)
        intents = compare(row.kind, values, known)
        place = self.setting.lookups.unit(text_of(row, "district"))
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
        if known is not None and self.snapshot.kinds[known.project.id] != LISTS.get(row.kind, self.snapshot.kinds[known.project.id]):
            values.pop("sector", None)  # on a list of the other kind: that list's sector stands on the entry, the project keeps its own
        self._settle_sector(row, values, sector)
        stage = stage_of(values.pop("stage", None))
        if stage is not None:
            values["stage"] = stage.value
        if values.get("code") is None:
            values.pop("code", None)  # a code is never taken away by a blank cell, only superseded by another
        if values.get("owner"):
            key = (text_of(row, "uscc"), str(values["owner"]))
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

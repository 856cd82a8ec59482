"""A returned template beside what is stored: whose stamp it is, which cells moved on which side, what the base was.

stamp on the very hidden sheet → signed by us? for the unit and month that were chosen? → a base for each of its projects
→ for each row that differs from what is stored: merge (`exchange.merge`) → intents, what stays, conflicts
→ for conflicts: what the cell was at the export, if history still knows it, and what was chosen before
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from accounts import scope
from accounts.models import ReportingUnit
from accounts.roles import Action as May
from exchange.merge import Cell, Conflict, Merged, Take, merge
from exchange.models import Upload
from exchange.parse import Place, PlacedFinding, ReadRow
from exchange.plan import SLOTS, Intent, Known
from exchange.raw import RawBook, SheetState
from exchange.services.contents import FIELDS_BEHIND, Names, content_of
from exchange.services.snapshot import Frame
from exchange.services.template import signing_keys
from exchange.sheets.stamp import STAMP_SHEET, Marker, NoStampError, Stamp, read_stamp
from exchange.sheets.template import MONTH_FIELDS
from projects.findings import Finding, Severity
from projects.models import Project
from projects.period import Period
from projects.values import PartialDate, fen_to_wan

NO_BASE, TEMPLATE, TAMPERED = "none", "template", "tampered"
_PART = 900
# Column of a table → the field of the sheet that fills it; one cell may fill two.
_FIELDS: Mapping[tuple[str, str], str] = {
    **{(slot.table, slot.column): name for slots in SLOTS.values() for name, slot in slots.items()},
    ("project", "sector_text"): "sector",
    ("project", "total_text"): "total_wan",
    ("entry", "position"): "serial",
    ("entry", "sector_id"): "sector",
    ("entry", "total_wan"): "total_wan",
}
_DATES = frozenset({"planned_start", "planned_finish", "actual_start", "actual_finish"})


@dataclass(slots=True)
class Base:
    """The template that a file came from, if it did and if the stamp is ours."""

    state: str = NO_BASE
    stamp: Stamp | None = None
    marker: Marker | None = None
    uids: dict[int, str] = field(default_factory=dict)  # project id → lasting number, for the projects of the stamp
    unit: ReportingUnit | None = None

    @property
    def period(self) -> Period | None:
        period = self.stamp.issue.period if self.stamp is not None else None
        return Period.parse(period) if period else None

    def covers(self, project_id: int, row: ReadRow, frame: Frame) -> bool:
        """Whether the row is one that the template went out with: same kind, same month, and its project in it."""
        if self.stamp is None or self.state != TEMPLATE or row.kind != self.stamp.issue.kind or project_id not in self.uids:
            return False
        return self.period is None or (frame.period is not None and frame.period.as_period == self.period)


def open_base(book: RawBook, upload: Upload) -> Base:
    """The base of a file. A stamp that isn't signed by us counts as none, and is told."""
    sheet = next((one for one in book.sheets if one.name == STAMP_SHEET and one.state is not SheetState.VISIBLE), None)
    if sheet is None:
        return Base()
    try:
        stamp = read_stamp(sheet.rows)
    except NoStampError:
        return Base(TAMPERED)
    key = stamp.is_signed(signing_keys())
    if key is None:
        return Base(TAMPERED)
    base = Base(TEMPLATE, stamp, Marker(key, stamp.issue))
    numbers = sorted({key.partition("/")[0] for key in stamp.rows})  # of a fund sheet there is a row for each account of a project
    for start in range(0, len(numbers), _PART):
        base.uids |= dict(Project.objects.filter(uid__in=numbers[start : start + _PART]).values_list("id", "uid"))
    base.unit = ReportingUnit.objects.select_related("division").filter(key=stamp.issue.unit).first()
    return base


def adopt(base: Base, upload: Upload, actor: Any) -> None:
    """A template says itself whose it is: a city officer need not choose the unit again."""
    if upload.unit is None and base.unit is not None and (actor is None or scope.reaches(actor, May.UPLOAD, base.unit.pk)):
        upload.unit = base.unit


def base_findings(base: Base, upload: Upload, periods: Iterable[Period]) -> Iterator[PlacedFinding]:
    """What the stamp itself gives to say: changed by hand, another unit's, another month's. The latter two block."""
    nowhere = Place(None)
    if base.state == TAMPERED:
        yield PlacedFinding(Finding("template_tampered", Severity.INFO), nowhere)
    if base.stamp is None:
        return
    issue = base.stamp.issue
    if upload.unit is not None and upload.unit.key != issue.unit:
        params = {"template": issue.unit_name, "chosen": upload.unit.name}
        yield PlacedFinding(Finding("template_other_unit", Severity.BLOCKS, None, params), nowhere)
    if base.period is None:
        return
    found = {*periods, *([upload.period.as_period] if upload.period is not None else [])} - {base.period}
    if found:
        params = {"template": str(base.period), "chosen": "、".join(str(period) for period in sorted(found))}
        yield PlacedFinding(Finding("template_other_period", Severity.BLOCKS, None, params), nowhere)


@dataclass
class RowSides:
    """Which cells of one row moved, in the file and in the database; asked only of cells that differ."""

    merger: Merger
    row: ReadRow
    known: Known
    uid: str
    marks: Mapping[str, str]

    def is_marked(self, name: str) -> bool:
        return name in self.marks

    def theirs_moved(self, name: str) -> bool:
        return any(self._theirs_moved(one) for one in FIELDS_BEHIND.get(name, (name,)) if one in self.marks)

    def _theirs_moved(self, name: str) -> bool:
        column = self.row.table.by_field.get(name)
        if column is None:
            return False
        raw = self.row.raw[column.index] if column.index < len(self.row.raw) else None
        return self._mark(name, raw) != self.marks[name]

    def ours_moved(self, name: str) -> bool:
        asked = (one for one in FIELDS_BEHIND.get(name, (name,)) if one in self.marks)
        return any(self._mark(one, content_of(one, self.row.kind, self.known, self.merger.names)) != self.marks[one] for one in asked)

    def _mark(self, name: str, content: Any) -> str:
        marker = self.merger.base.marker
        assert marker is not None
        return marker.mark(self.uid, name, content)

    @cached_property
    def idle(self) -> frozenset[str]:
        """The fields whose cells nobody touched."""
        return frozenset(name for name in self.marks if not self._theirs_moved(name))

    @property
    def is_untouched(self) -> bool:
        return len(self.idle) == len(self.marks)

    @property
    def is_unfilled(self) -> bool:
        """A row of a month nobody has reported yet, left as it went out."""
        return self.known.month is None and self.is_untouched and all(self.row.values.get(name) in (None, "") for name in MONTH_FIELDS)


@dataclass(slots=True)
class Merger:
    """Merges the rows of one batch."""

    base: Base
    frame: Frame
    known: Mapping[int, Known]
    _names: Names | None = None

    @property
    def names(self) -> Names:
        """The words behind the ids of the batch, asked for once and only if a row needs them."""
        if self._names is None:
            self._names = Names.of(self.known.values())
        return self._names

    def sides_of(self, row: ReadRow, known: Known) -> RowSides | None:
        """The base of a row, or None where it has none."""
        if not self.base.covers(known.project.id, row, self.frame) or self.base.stamp is None:
            return None
        uid = self.base.uids[known.project.id]
        return RowSides(self, row, known, uid, self.base.stamp.marks(uid))

    def merge(self, row: ReadRow, sides: RowSides, intents: Sequence[Intent]) -> Merged:
        """Merge, and give the row back the stored values of what stays, so that the rules judge what will stand."""
        merged = merge(intents, _FIELDS, sides)
        for name, cell in (*merged.kept, *merged.untouched):
            _let_stand(row, name, cell)
        return merged


def let_ours_stand(row: ReadRow, conflicts: Iterable[Conflict], taken: Mapping[str, Take]) -> None:
    """Give the row back the stored values that were chosen, for the rules to judge them with the rest."""
    for conflict in conflicts:
        for cell in conflict.cells if taken.get(conflict.field) is Take.OURS else ():
            _let_stand(row, conflict.field, cell)


def _let_stand(row: ReadRow, name: str, cell: Cell) -> None:
    slot = SLOTS[row.kind].get(name)
    if slot is not None and slot.column == cell.column and name in row.values and name not in ("sector", "owner", "code", "stage"):
        row.values[name] = _read_again(name, slot.is_money, cell.ours)


def _read_again(name: str, is_money: bool, value: Any) -> Any:
    """A plan value as the reader would have given it."""
    if value is None or value == "":
        return None
    if is_money:
        return fen_to_wan(int(value))
    return PartialDate.parse(value) if name in _DATES else value


def forgive(row: ReadRow, sides: RowSides) -> list[PlacedFinding]:
    """Take from the row what the reader said about cells that nobody touched: they will not be written."""
    taken = [placed for placed in row.findings if placed.finding.field in sides.idle]
    if taken:
        row.findings[:] = [placed for placed in row.findings if placed.finding.field not in sides.idle]
    return taken

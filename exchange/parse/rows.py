"""Turn the cells of a project row into typed values with findings at their cells. Pure; the hot path of a large sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from exchange.cells import CellReading, CellValue, FieldReader, is_empty
from exchange.cells.base import EMPTY_SIGNS, shown_raw
from exchange.cells.text import as_text
from exchange.parse.carry import Carried
from exchange.parse.context import SheetContext
from exchange.parse.model import Place, PlacedFinding, PlannedColumn, ReadRow, Table, correction_note
from exchange.raw import RawSheet, RawValue
from exchange.reference import KnownPlace, PlaceKind, Reference
from exchange.sheets import Kind, ReaderKind, column_of
from projects.findings import Finding, Severity
from projects.period import WHOLE, half_said
from projects.values import Month, PartialDate

TIDY = 2000  # longer texts are looked at more closely
_REQUIRED = ("name", "total_wan")
_ENGLISH = {"name": "Project name", "total_wan": "Total investment", "done_ytd_wan": "Investment this year to date"}


@dataclass(slots=True)
class Surroundings:
    """What the rows above and the sheet say of the next rows: section, place, batch."""

    sector: str | None = None
    place: KnownPlace | None = None
    place_source: str = ""
    place_row: int | None = None  # where the place is written: of the title, of the section
    is_city: bool = False  # the sheet is of the city's own projects: 市直
    batch: str | None = None
    stage: str | None = None
    nature: str | None = None


@dataclass(slots=True)
class RowReader:
    """Reads the project rows of one table."""

    table: Table
    raw_sheet: RawSheet
    reference: Reference
    context: SheetContext
    surroundings: Surroundings = field(default_factory=Surroundings)
    cells: tuple[tuple[int, str, FieldReader, bool], ...] = ()
    spilled: tuple[PlannedColumn, ...] = ()
    monthly: tuple[PlannedColumn, ...] = ()
    unknown: tuple[PlannedColumn, ...] = ()
    width: int = 0
    said: set[str] = field(default_factory=set)  # things said once for a sheet
    sheet_findings: list[PlacedFinding] = field(default_factory=list)  # to be taken by the walk

    def __post_init__(self) -> None:
        known = [column for column in self.table.columns if column.reader is not None]
        self.cells = tuple(
            (column.index, column.field or "", column.reader, column.reader_kind is ReaderKind.TEXT)
            for column in known
            if column.month is None and column.reader
        )
        self.spilled = tuple(column for column in known if column.spill)
        self.monthly = tuple(column for column in known if column.month is not None)
        self.unknown = tuple(column for column in self.table.columns if column.field is None and not column.meaning.ignored)
        self.width = max((column.index for column in self.table.columns), default=0) + 1

    def read(self, number: int, row: Sequence[RawValue], carried: Carried | None = None, *, is_child: bool = False) -> ReadRow:
        """Read one row; `number` is Excel's."""
        if len(row) < self.width:
            row = [*row, *([None] * (self.width - len(row)))]
        if self.spilled:
            row = self._spill(row)
        values: dict[str, CellValue] = {}
        result = ReadRow(self.table, number, values, raw=tuple(row), is_child=is_child)
        percent = self.raw_sheet.percent_cells
        for index, name, reader, is_text in self.cells:
            raw = row[index]
            # Most cells of a list are short tidy texts: they need no call.
            if is_text and type(raw) is str and raw.isprintable() and " " not in raw and len(raw) < TIDY and raw not in EMPTY_SIGNS:
                values[name] = raw
                continue
            value = reader(raw, bool(percent) and (number, index + 1) in percent)
            if type(value) is CellReading:
                self._take(result, name, index, value, carried)
            else:
                values[name] = value  # type: ignore[assignment]
        if carried is not None and carried.ambiguous:
            self._leave_amounts(result, carried)
        if "planned_period" in values:
            self._split_period(values)
        self._complete(result)
        if result.findings and correction_note(values):
            result.findings[:] = [_softened(placed) for placed in result.findings]
        return result

    def _spill(self, row: Sequence[RawValue]) -> list[RawValue]:
        """A heading merged over two columns: the value stands in one of them."""
        filled = list(row)
        for column in self.spilled:
            candidates = [filled[index] for index in (column.index, *column.spill) if index < len(filled) and not is_empty(filled[index])]
            texts = [cell for cell in candidates if type(cell) is str and len(cell.strip()) > 1]
            chosen = texts if column.field == "name" and texts else candidates
            filled[column.index] = chosen[-1 if column.field == "name" else 0] if chosen else None
        return filled

    def _take(self, result: ReadRow, name: str, index: int, reading: CellReading, carried: Carried | None) -> None:
        result.values[name] = reading.value
        if reading.shown:
            result.shown[name] = reading.shown
        for other, value in reading.also.items():
            if result.values.get(other) is None:
                result.values[other] = value
        if carried is not None and index in carried.columns:
            return
        for finding in reading.findings:
            self.place(result, finding)

    def place(self, result: ReadRow, finding: Finding) -> None:
        """Add the place of its field to a finding."""
        result.findings.append(PlacedFinding(finding, result.place(finding.field)))

    def _leave_amounts(self, result: ReadRow, carried: Carried) -> None:
        """An amount merged over two projects belongs to the first."""
        for column in self.table.columns:
            if column.index in carried.ambiguous and column.field:
                result.values[column.field] = None
                self.place(result, Finding("merged_ambiguous", Severity.REASON, column.field))

    @staticmethod
    def _split_period(values: dict[str, CellValue]) -> None:
        pair = values.pop("planned_period")
        start, finish = pair if isinstance(pair, tuple) else (None, None)
        if values.get("planned_start") is None:
            values["planned_start"] = start
        if values.get("planned_finish") is None:
            values["planned_finish"] = finish

    def _complete(self, result: ReadRow) -> None:
        values = result.values
        defaulted: list[str] = []
        self._complete_place(result, defaulted)
        around = self.surroundings
        for name, value in (("sector", around.sector), ("stage", around.stage), ("nature", around.nature)):
            if value is not None and values.get(name) is None and (name == "sector" or name not in values):
                values[name] = value
                defaulted.append(name)
        if self.table.kind is Kind.BOND and values.get("batch") is None and around.batch:
            values["batch"] = around.batch
            defaulted.append("batch")
        result.defaulted = frozenset(defaulted)
        result.period, result.half = self._period(result)
        self._require(result)
        if self.monthly:
            self._read_months(result)
        if self.unknown:
            result.extras = {column.letter: as_text(cell) for column in self.unknown if not is_empty(cell := result.raw[column.index])}  # type: ignore[arg-type]

    def _period(self, result: ReadRow) -> tuple[Month | None, int]:
        """The month and the half of it that the row reports: its own, else the sheet's."""
        own, column = result.values.pop("period", None), self.table.by_field.get("period")
        if column is None or not isinstance(own, PartialDate) or own.month is None:
            return self.table.period, self.table.half
        month, half = Month(own.year, own.month), half_said(as_text(result.raw[column.index]))  # type: ignore[arg-type]
        return month, half or (self.table.half if month == self.table.period else WHOLE)

    def _complete_place(self, result: ReadRow, defaulted: list[str]) -> None:
        values, around = result.values, self.surroundings
        has_column = "district" in values
        own = values.get("district")
        if own is not None:
            self._compare_places(result, str(own))
            return
        if any(placed.finding.field == "district" for placed in result.findings):
            return
        place = around.place
        if place is None and isinstance(address := values.get("address"), str):
            place = self.reference.place_leading(address)
            place = place if place is not None and place.district is not None else None
        if place is not None:
            values["district"] = place.name
            defaulted.append("district")
            if place.kind is PlaceKind.RETIRED:
                self._report_retired(result, place)
        elif has_column:
            self.place(result, Finding("district_missing", Severity.BLOCKS, "district"))
        elif "district_missing" not in self.said and not around.is_city:
            self.said.add("district_missing")
            # Of the sheet, not of this row: whether rows without a district can go in depends on who sends them.
            self.sheet_findings.append(PlacedFinding(Finding("district_missing", Severity.BLOCKS, "district"), Place(result.sheet)))

    def _report_retired(self, result: ReadRow, place: KnownPlace) -> None:
        """The sheet's name, title or section speaks of a district that is no more: said once."""
        if place.written in self.said:
            return
        self.said.add(place.written)
        finding = Finding("district_obsolete", Severity.REASON, "district", {"raw": place.written, "name": place.name})
        row = self.surroundings.place_row
        self.sheet_findings.append(PlacedFinding(finding, Place(result.sheet, row, None if row is None else "A", raw=place.written)))

    def _compare_places(self, result: ReadRow, own: str) -> None:
        around = self.surroundings
        if around.place is None or around.place_source not in {"sheet_name", "title"}:
            return
        mine = self.reference.place(own)
        if mine is not None and mine.district != around.place.district:
            params = {"own": own, "sheet": around.place.name, "source": around.place_source}
            self.place(result, Finding("district_conflict", Severity.REASON, "district", params))

    def _require(self, result: ReadRow) -> None:
        values = result.values
        needed = (*_REQUIRED, "done_ytd_wan") if self.table.kind is Kind.MONTHLY else _REQUIRED
        for name in needed:
            if name in values and values[name] is None and not (result.is_child and name != "name") and not self._blocked(result, name):
                self.place(result, _missing(name))

    @staticmethod
    def _blocked(result: ReadRow, name: str) -> bool:
        return any(placed.finding.field == name and placed.severity is not Severity.INFO for placed in result.findings)

    def _read_months(self, result: ReadRow) -> None:
        """The other months of a wide layout."""
        for column in self.monthly:
            raw = result.raw[column.index]
            if is_empty(raw) or column.reader is None or column.month is None or column.field is None:  # type: ignore[arg-type]
                continue
            value = column.reader(raw, False)  # type: ignore[arg-type]
            if isinstance(value, CellReading):
                where = Place(result.sheet, result.row, column.letter, column.heading, shown_raw(raw))  # type: ignore[arg-type]
                result.findings.extend(PlacedFinding(finding, where) for finding in value.findings)
                value = value.value
            result.months.setdefault(column.month, {})[column.field] = value


def _softened(placed: PlacedFinding) -> PlacedFinding:
    """A month below zero in a row whose remark takes figures back asks for a reason, and blocks no more."""
    if placed.finding.code != "amount_negative" or placed.finding.field != "done_month_wan":
        return placed
    return replace(placed, finding=replace(placed.finding, severity=Severity.REASON))


def _missing(name: str) -> Finding:
    zero = ("；确无完成投资的填0", "; write 0 if nothing was done") if name == "done_ytd_wan" else ("", "")
    params = {"field_zh": column_of(name).header, "field_en": _ENGLISH[name], "zero_zh": zero[0], "zero_en": zero[1]}
    return Finding("required_missing", Severity.BLOCKS, name, params)


def money_values(result: ReadRow, fields: Sequence[str]) -> list[Decimal | None]:
    """The amounts of a row in the order of the table's money columns."""
    values = result.values
    return [value if isinstance(value := values.get(name), Decimal) else None for name in fields]

"""Run all checks over the rows of a reading as they pass by. Pure and streaming."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from exchange.cells.amounts import plain
from exchange.parse import Place, PlacedFinding, Reading, ReadRow, Table
from exchange.validate.columns import ColumnWatch, LocalCodeWatch, suspect_finding
from exchange.validate.duplicates import DuplicateWatch
from exchange.validate.rows import ROW_CHECKS, RowFault
from projects.findings import Finding, Severity
from projects.values import MoneyUnit

_ONE = Decimal(1)
# A total a thousandfold its year's plan is as odd as a plan above the total.
_LOPSIDED = Decimal(1000)
_KEPT_CLASHES = 2000
_SMALL_TOTAL = Decimal(50)


@dataclass(slots=True)
class _TableWatch:
    """What is kept of one table until its end."""

    table: Table
    tolerance: Decimal
    columns: tuple[tuple[str, ColumnWatch], ...]
    local_codes: LocalCodeWatch = field(default_factory=LocalCodeWatch)
    waiting: list[tuple[RowFault, PlacedFinding]] = field(default_factory=list)
    clashing: set[tuple[int | None, str]] = field(default_factory=set)  # cells whose row speaks of a slip of the unit


def validated_rows(reading: Reading) -> Iterator[ReadRow]:
    """Give the reading's rows, each with the findings known so far; at the end the log holds also those that need the whole file.

    A finding may fall on a row given before (a value out of line with its column), so ask the log, not the row, at the end.
    """
    duplicates = DuplicateWatch()
    several = reading.has_several_periods
    watches: dict[int, _TableWatch] = {}
    for row in reading.rows():
        watch = watches.get(id(row.table))
        if watch is None:
            watch = watches[id(row.table)] = _watch(row.table)
        _check_row(reading, row, watch)
        for finding, place in duplicates.look(row, several):
            _add(reading, row, PlacedFinding(finding, place or row.place(finding.field)))
        yield row
    for watch in watches.values():
        _finish(reading, watch)


def _watch(table: Table) -> _TableWatch:
    money = [column for column in table.columns if column.field and column.is_money and column.month is None]
    unit = table.unit.wan if table.unit is not None else _ONE
    # Figures in 亿元 are rounded to 0.01, so sums may differ by as much as their parts were rounded.
    tolerance = max(_ONE + Decimal("0.01"), unit * Decimal("0.0201"))
    return _TableWatch(table, tolerance, tuple((column.field or "", ColumnWatch(column.field or "")) for column in money))


def _add(reading: Reading, row: ReadRow, placed: PlacedFinding) -> None:
    row.findings.append(placed)
    reading.findings.add(placed)


def _check_row(reading: Reading, row: ReadRow, watch: _TableWatch) -> None:
    values = row.values
    for check in ROW_CHECKS[row.kind]:
        for fault in check(values, watch.tolerance):
            placed = PlacedFinding(fault.finding, row.place(fault.finding.field))
            if fault.slip:
                watch.waiting.append((fault, placed))
            else:
                _add(reading, row, placed)
    total, plan = values.get("total_wan"), values.get("plan_wan")
    if type(total) is Decimal and type(plan) is Decimal and plan > 0 and total >= plan * _LOPSIDED and len(watch.clashing) < _KEPT_CLASHES:
        watch.clashing |= {(row.row, "total_wan"), (row.row, "plan_wan")}
    for name, column in watch.columns:
        value = values.get(name)
        if value and type(value) is Decimal and value > 0:
            column.see(value, row)
    code = values.get("local_code")
    if code and isinstance(code, str):
        planned = row.table.column("local_code")
        watch.local_codes.see(code, row, row.raw[planned.index] if planned is not None else None)


def _finish(reading: Reading, watch: _TableWatch) -> None:
    """Judge what only the whole column shows; a unit slip explains the clashes it caused."""
    clashing = watch.clashing | {(placed.place.row, name) for fault, placed in watch.waiting for name in fault.slip}
    slipped: set[tuple[int | None, str]] = set()
    slips: list[tuple[str, Decimal]] = []
    said = [one for one in reading.findings if one.finding.code == "unit_suspect" and one.place.sheet == watch.table.sheet]
    known = {(one.place.row, one.finding.field) for one in said}
    for name, column in watch.columns:
        for one in column.suspects(clashing):
            slipped.add((one.place.row, name))
            slips.append((name, one.value - one.likely))
            if (one.place.row, name) not in known:
                reading.findings.add(PlacedFinding(suspect_finding(name, one), one.place))
    for fault, placed in watch.waiting:
        if not any((placed.place.row, name) in slipped for name in fault.slip):
            reading.findings.add(placed)
    _forgive_totals(reading, watch, slips)
    _doubt_unit(reading, watch)
    for found in watch.local_codes.findings():
        reading.findings.add(found)


def _doubt_unit(reading: Reading, watch: _TableWatch) -> None:
    """Totals of a few 万元 each are likelier 亿元: say so once."""
    total = next((column for name, column in watch.columns if name == "total_wan"), None)
    middle = total.median() if total is not None else None
    if middle is not None and middle < _SMALL_TOTAL and watch.table.unit is MoneyUnit.WAN:
        params = {"unit": watch.table.unit.value, "median": plain(middle)}
        place = Place(watch.table.sheet, watch.table.header_bottom)
        reading.findings.add(PlacedFinding(Finding("unit_doubt", Severity.INFO, "total_wan", params), place))


def _forgive_totals(reading: Reading, watch: _TableWatch, slips: list[tuple[str, Decimal]]) -> None:
    """A total that is right but for the slipped value is not wrong itself."""
    if not slips:
        return

    def explained(placed: PlacedFinding) -> bool:
        if placed.finding.code != "total_mismatch" or placed.place.sheet != watch.table.sheet:
            return False
        difference = Decimal(str(placed.finding.params["difference"]))
        return any(name == placed.finding.field and abs(difference + slip) <= abs(slip) / 100 for name, slip in slips)

    reading.findings.entries = [placed for placed in reading.findings.entries if not explained(placed)]

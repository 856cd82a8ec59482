"""The reader's words for the database and the page: reference data in, descriptions of sheets and findings out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings

from accounts.models import ReportingUnit
from exchange.models import Upload
from exchange.parse import Place, PlacedFinding, Reading, ReadRow, SheetReport, column_letter
from exchange.raw import RawBook
from exchange.reference import Reference, reference_from
from exchange.sheets import column_of
from exchange.validate import FoldedFinding, fold
from projects.findings import Finding, Severity, advice, message
from projects.period import WHOLE

MEMBERS = 200  # of a folded finding, each with its row, value and sentence
RANGES = 1000  # runs of rows kept of a folded finding, so that each of its cells can be marked
LISTED = 2000  # folded findings kept on the upload; the counts say how many there are in all


@cache
def city_reference() -> Reference:
    """What a reader must know of the city, from the file that settings name. Read once a process."""
    return reference_from(json.loads(settings.INTAKE_REFERENCE.read_text(encoding="utf-8")))


def said_year(reading: Reading) -> int | None:
    """The year the file says of itself, in a title, sheet name or file name."""
    return next((walk.reader.context.year for walk in reading.walks if walk.reader.context.year), None)


def last_day_of(reading: Reading, year: int) -> date:
    """The last day the file can know of: of the month it names, else of its year."""
    return reading.report_period.last_day if reading.report_period is not None else date(year, 12, 31)


def year_for(upload: Upload, reading: Reading, today: date) -> int:
    """The plan year of the file: of the list it was sent for, else what it says of itself, else of the chosen period."""
    if upload.list_version is not None:
        return upload.list_version.list.year
    return said_year(reading) or (upload.period.year if upload.period is not None else today.year)


def judged_on(upload: Upload, reading: Reading, year: int, today: date) -> date:
    """The day on which a list is judged: its document's, else the end of the month it names, else of its year; never after today."""
    day = upload.list_version.as_of if upload.list_version is not None else last_day_of(reading, year)
    return min(day, today)


_IDENTITY = ("name", "code", "district", "responsible_unit")


def each_month(row: ReadRow) -> Iterator[ReadRow]:
    """A row, and in a wide layout (8月 | 9月 | …) one more for each further month it reports."""
    yield row
    for month, values in row.months.items():
        if month != row.period:
            identity = {name: row.values[name] for name in _IDENTITY if name in row.values}
            yield replace(row, period=month, values={**identity, **values}, half=WHOLE, months={}, findings=[], shown={})


def sender_place(unit: ReportingUnit | None) -> str | None:
    """The name under which the reader knows where the sending unit lies; None for a unit of the whole city."""
    if unit is None:
        return None
    reference = city_reference()
    names = (unit.name, unit.short_name, unit.division.name if unit.division is not None else "")
    return next((name for name in names if name and (place := reference.place(name)) is not None and place.district is not None), None)


def label_of(field: str | None) -> str:
    """The heading our own template has for a field; the field itself where no sheet has it."""
    if field is None:
        return ""
    try:
        return column_of(field).header
    except KeyError:
        return field


def described_sheets(reading: Reading) -> list[dict[str, Any]]:
    """Each sheet as the page tells of it."""
    return [_described(sheet) for sheet in reading.sheets]


def _described(sheet: SheetReport) -> dict[str, Any]:
    tables = sheet.tables
    columns = [
        {
            "col": column.letter,
            "heading": column.heading,
            "field": column.field,
            "label": label_of(column.field),
            "unit": str(column.unit or ""),
            **({"asked": column.asked, "guess": column.guess, "sample": list(column.sample)} if column.asked else {}),
        }
        for table in tables[:1]
        for column in table.columns
    ]
    return {
        "name": sheet.name,
        "state": sheet.state,
        "kind": str(sheet.kind.value) if sheet.kind else None,
        "unit": str(tables[0].unit or "") if tables else None,
        "header_rows": [tables[0].header_top, tables[0].header_bottom] if tables else None,
        "rows": sheet.rows,
        "read": sheet.read,
        "reason": sheet.reason,
        "columns": columns,
        "skipped": [{"row": row, "why": str(kind.value)} for row, kind in sheet.skipped[:200]],
    }


def book_findings(book: RawBook) -> list[PlacedFinding]:
    """What the bytes themselves have to say: another format than the name, links, formulas never calculated, cells far outside."""
    found = [PlacedFinding(Finding(code, Severity.INFO, None, params), Place(None)) for code, params in book.remarks]
    for sheet in book.sheets:
        if sheet.stray_cells:
            row, column = sheet.stray_cells[0]
            params = {"cell": f"{column_letter(column - 1)}{row}", "count": len(sheet.stray_cells)}
            found.append(PlacedFinding(Finding("stray_cells", Severity.INFO, None, params), Place(sheet.name)))
    return found


def add_said(reading: Reading, said: Iterable[PlacedFinding]) -> None:
    """Add what was said beside the reader to its findings, but for what the reader came to say itself at the end of the file."""
    known = {(placed.finding.code, placed.finding.field, placed.place.sheet, placed.place.row) for placed in reading.findings}
    for placed in said:
        if (placed.finding.code, placed.finding.field, placed.place.sheet, placed.place.row) not in known:
            reading.findings.add(placed)


def take_back(reading: Reading, forgiven: Sequence[PlacedFinding]) -> None:
    """Take from the findings of a reading what turned out not to matter."""
    if forgiven:
        idle = {id(placed) for placed in forgiven}
        log = reading.findings
        listed = {id(placed) for placed in log.entries}
        log.entries = [placed for placed in log.entries if id(placed) not in idle]
        log.unlisted -= Counter(placed.finding.severity for placed in forgiven if id(placed) not in listed)


def shown_findings(findings: Iterable[PlacedFinding]) -> list[dict[str, Any]]:
    """Findings folded, worst first, in both languages, each with its place."""
    folded = fold(findings)
    of_sheets = [each for each in folded[LISTED:] if each.place.row is None]  # what is said of a whole file or sheet is never pushed out
    return [_shown(each) for each in (*folded[:LISTED], *of_sheets)]


def _shown(folded: FoldedFinding) -> dict[str, Any]:
    finding, place = folded.finding, folded.place
    last = folded.ranges[-1][1] if folded.count > 1 and folded.ranges else place.row_end
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "field": finding.field,
        "label": label_of(finding.field),
        "sheet": place.sheet,
        "row": place.row,
        "row_end": last,
        "ranges": [list(run) for run in folded.ranges[:RANGES]] if folded.count > 1 else [],
        "rows_text": folded.rows_text if folded.count > 1 else "",
        "col": place.column,
        "heading": place.heading,
        "raw": place.raw,
        "zh": message(finding, "zh"),
        "en": message(finding, "en"),
        "zh_fix": advice(finding, "zh"),
        "en_fix": advice(finding, "en"),
        "count": folded.count,
        "members": [[member.place.row, member.place.raw, message(member.finding, "zh")] for member in folded.members[:MEMBERS]]
        if folded.count > 1
        else [],
        "names": finding.params.get("listed"),
        "excerpt": None,
    }

"""The neutral JSON form of a reading: amounts as numbers in 万元, dates as YYYY-MM or YYYY. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from exchange.cells import CellValue
from exchange.parse import PlacedFinding, Reading, ReadRow
from exchange.reference import Reference
from exchange.sheets import COLUMNS
from projects.findings import Severity, advice, message
from projects.values import PartialDate
from projects.wording import KIND_SEVERITY

# Codes of ours that have another name outside; a code not known outside goes out as `info`.
_KIND_OUTSIDE = {
    "amount_too_large": "amount_not_number",
    "code_blank": "code_missing",
    "code_pending": "code_missing",
    "code_short_serial": "code_format",
    "uscc_pending": "uscc_missing",
    "interest_suspect": "rate_suspect",
}
# The rules' rate_suspect is a completion rate that does not fit; outside the word means an interest rate.
_KINDS_INSIDE = frozenset(["rate_suspect"])
# A hint to the clerk that outside counts as a fault: the form asks for six digits, old codes had five.
_KINDS_OUTSIDE = frozenset(["code_short_serial"])
# Either of two fields of ours fills one neutral field; the first that has a value wins.
_SHARED = {"start": ("planned_start", "actual_start"), "finish": ("planned_finish", "actual_finish")}
_NOT_OUTSIDE = frozenset(["serial", "marks", "progress_percent", "land_mu", "lead", "planned_period"])


def as_document(reading: Reading, rows: Iterable[ReadRow]) -> dict[str, Any]:
    """Read everything and give the document; `rows` is the reading's own rows, checked or not."""
    several = reading.has_several_periods
    documents = [row_document(row, reading.reference, several) for row in rows]
    period = str(reading.report_period) if reading.report_period else max((row["fields"].get("period", "") for row in documents), default="")
    return {
        "file": reading.filename,
        "kind": reading.kind,
        "report_period": period or None,
        "refused": None,
        "rows": documents,
        "errors": [finding_document(placed) for placed in reading.findings],
    }


def row_document(row: ReadRow, reference: Reference, several_periods: bool = False) -> dict[str, Any]:
    """One row; fields without a column are left out."""
    fields: dict[str, Any] = {}
    for name, value in row.values.items():
        column = COLUMNS.get(name)
        if column is None or name in _NOT_OUTSIDE:
            continue
        neutral = column.neutral_field
        if neutral not in _SHARED:
            fields[neutral] = _neutral(name, value, reference)
        elif neutral not in fields:
            chosen = next((found for part in _SHARED[neutral] if (found := row.values.get(part)) is not None), None)
            fields[neutral] = _neutral(name, chosen, reference)
    if several_periods and row.period is not None:
        fields["period"] = str(row.period)
    return {"sheet": row.sheet, "row": row.row, "fields": fields}


def _neutral(name: str, value: CellValue, reference: Reference) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, PartialDate):
        return str(value) if name == "issue_date" else value.month_text
    if name == "district" and isinstance(value, str):
        place = reference.place(value)
        return place.district if place is not None and place.district else value
    return value


def finding_document(placed: PlacedFinding) -> dict[str, Any]:
    """One finding with its place."""
    finding, place = placed.finding, placed.place
    kind = _KIND_OUTSIDE.get(finding.code, finding.code)
    column = COLUMNS.get(finding.field or "")
    is_hint = (finding.severity is Severity.INFO and finding.code not in _KINDS_OUTSIDE) or finding.code in _KINDS_INSIDE
    severity = Severity.INFO if is_hint else KIND_SEVERITY.get(kind, Severity.INFO)
    return {
        "sheet": place.sheet,
        "row": place.row,
        "col": place.column,
        "field": column.neutral_field if column is not None else None,
        "kind": kind,
        "severity": severity.value,
        # Beside what the form of the document demands: the words a person reads.
        "code": finding.code,
        "heading": place.heading,
        "raw": place.raw,
        "message": message(finding, "zh"),
        "message_en": message(finding, "en"),
        "advice": advice(finding, "zh"),
        "advice_en": advice(finding, "en"),
    }

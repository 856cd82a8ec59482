"""From a raw workbook to recognised sheets and typed rows, with findings by cell. Pure and streaming.

`read_workbook` looks at the heads of all sheets and knows kind, period, columns and units at once; `Reading.rows()` then gives the
project rows one at a time, so that the size of a sheet costs no memory.
"""

import exchange.wording  # noqa: F401 -- every code said here is worded
from exchange.parse.book import Reading, read_workbook
from exchange.parse.model import FindingLog, Place, PlacedFinding, PlannedColumn, ReadRow, RowKind, SheetReport, Table, column_letter, correction_note

__all__ = [
    "FindingLog",
    "Place",
    "PlacedFinding",
    "PlannedColumn",
    "ReadRow",
    "Reading",
    "RowKind",
    "SheetReport",
    "Table",
    "column_letter",
    "correction_note",
    "read_workbook",
]

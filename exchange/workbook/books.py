"""Any kind of workbook, by its bytes."""

from __future__ import annotations

from mmap import mmap

from exchange.workbook.container import Container
from exchange.workbook.faults import Unfit
from exchange.workbook.frames import SpoolWriter
from exchange.workbook.kinds import OLE, ZIP, kind_of
from exchange.workbook.limits import Limits
from exchange.workbook.package import Package
from exchange.workbook.xlsx import read_xlsx

_BEGINNING = 8 * 1024


def read_any(data: mmap, spool: SpoolWriter, limits: Limits) -> dict[str, object]:
    """The header of the book; its rows go to the spool."""
    kind = kind_of(data[:_BEGINNING], len(data))
    if kind == ZIP:
        with memoryview(data) as view:
            return _read_archive(view, spool, limits)
    if kind == OLE:
        raise Unfit("damaged")
    raise Unfit("damaged")


def _read_archive(view: memoryview, spool: SpoolWriter, limits: Limits) -> dict[str, object]:
    container = Container(view, limits)
    package = Package(container)
    sheets, remarks = read_xlsx(package, spool, limits)
    return {"format": "xlsx", "sheets": sheets, "remarks": remarks}

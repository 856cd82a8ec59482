"""Any kind of workbook, by its bytes."""

from __future__ import annotations

from mmap import mmap

from exchange.workbook.compound import Compound
from exchange.workbook.container import Container
from exchange.workbook.frames import SpoolWriter
from exchange.workbook.grid import Budget, Grid
from exchange.workbook.kinds import OLE, ZIP, kind_of
from exchange.workbook.limits import Limits
from exchange.workbook.ods import read_ods
from exchange.workbook.package import Package, is_markup
from exchange.workbook.text import read_text
from exchange.workbook.xls import read_xls
from exchange.workbook.xlsb import read_xlsb
from exchange.workbook.xlsx import read_xlsx

_BEGINNING = 8 * 1024

Header = dict[str, object]
Read = tuple[list[dict[str, object]], list[tuple[str, dict[str, object]]]]  # sheets and remarks


def read_any(data: mmap, spool: SpoolWriter, limits: Limits) -> Header:
    """The header of the book; its rows go to the spool."""
    kind = kind_of(data[:_BEGINNING], len(data))
    if kind == ZIP:
        return _read_archive(Container(memoryview(data), limits), spool, limits)
    if kind == OLE:
        return _header("xls", read_xls(Compound(memoryview(data)), spool, limits))
    grid = Grid(None, "visible", spool, Budget(limits))
    found = read_text(data[:], grid, limits)
    return _header("csv", ([grid.finish()], [("text_read_as", dict(found))]))


def _read_archive(container: Container, spool: SpoolWriter, limits: Limits) -> Header:
    header = _read_parts(container, spool, limits)
    container.check_unread(is_markup)
    return header


def _read_parts(container: Container, spool: SpoolWriter, limits: Limits) -> Header:
    if "content.xml" in container and "[content_types].xml" not in container:
        return _header("ods", read_ods(container, spool, limits))
    package = Package(container)
    if package.main.endswith(".bin"):
        return _header("xlsb", read_xlsb(package, spool, limits))
    return _header("xlsx", read_xlsx(package, spool, limits))


def _header(form: str, read: Read) -> Header:
    sheets, remarks = read
    return {"format": form, "sheets": sheets, "remarks": remarks}

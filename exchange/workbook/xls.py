"""Binary workbooks (.xls, also .et of WPS): the workbook's own records. The sheets are read by `xlssheet`."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from exchange.workbook import formats
from exchange.workbook.biff import BIFF5, BIFF8, CONTINUE, Texts, codec_of, long_text, records, short_text
from exchange.workbook.compound import Compound
from exchange.workbook.faults import Unfit
from exchange.workbook.frames import Plain, SpoolWriter
from exchange.workbook.grid import Budget, Grid
from exchange.workbook.limits import Limits
from exchange.workbook.texts import cell_text
from exchange.workbook.xlssheet import SheetReader

_BOF, _EOF = 0x0809, 0x000A
_FILEPASS, _CODEPAGE, _DATEMODE, _BOUNDSHEET = 0x002F, 0x0042, 0x0022, 0x0085
_FORMAT, _XF, _SST, _SUPBOOK = 0x041E, 0x00E0, 0x00FC, 0x01AE
_WORKSHEET, _MACRO_SHEET = 0, 1
_STATES = ("visible", "hidden", "very_hidden")
_OWN_SHEETS, _ADD_INS = 0x0401, 0x3A01  # what a SUPBOOK record says of functions and sheets of this very book


class _Bound(NamedTuple):
    """A sheet as the workbook lists it."""

    name: str
    state: str
    at: int


def refuse_other_documents(compound: Compound) -> None:
    """What else comes in compound files: encrypted packages, other programs' documents, workbooks with macros."""
    if compound.has("EncryptedPackage"):
        raise Unfit("encrypted")
    if compound.has("WordDocument"):
        raise Unfit("not_a_workbook", zh="Word 文档", en="a Word document")
    if compound.has("PowerPoint Document"):
        raise Unfit("not_a_workbook", zh="PowerPoint 演示文稿", en="a PowerPoint presentation")
    if compound.has("_VBA_PROJECT_CUR") or compound.has("_VBA_PROJECT"):
        raise Unfit("macro")


def read_xls(compound: Compound, spool: SpoolWriter, limits: Limits) -> tuple[list[dict[str, object]], list[tuple[str, dict[str, object]]]]:
    """The sheets as plain values, and remarks."""
    refuse_other_documents(compound)
    stream = compound.stream("Workbook") or compound.stream("Book")
    if stream is None:
        raise Unfit("not_a_workbook", zh="其他 Office 文档", en="another kind of Office file")
    book = _Globals(stream)
    if len(book.bounds) > limits.sheets:
        raise Unfit("too_many_sheets", limit=limits.sheets)
    if not book.bounds:
        raise Unfit("no_sheets")
    budget = Budget(limits)
    sheets = []
    for bound in book.bounds:
        grid = Grid(bound.name, bound.state, spool, budget)
        SheetReader(stream, bound.at, grid, book.shared, book.kinds, book.is_1904, book.codec).read()
        sheets.append(grid.finish())
    return sheets, [("external_links", {})] if book.has_external else []


class _Globals:
    """The first part of the stream, up to its end record."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self.codec: str | None = None  # None for BIFF8
        self.is_1904 = False
        self.has_external = False
        self.bounds: list[_Bound] = []
        self.shared: list[Plain] = []
        self._formats: dict[int, str] = {}
        self._styles: list[int] = []
        self._strings: list[bytes] = []
        self._take: dict[int, Callable[[bytes], None]] = {
            _FILEPASS: _refuse_encrypted,
            _CODEPAGE: self._take_code_page,
            _DATEMODE: self._take_date_mode,
            _BOUNDSHEET: self._take_bound,
            _FORMAT: self._take_format,
            _XF: lambda data: self._styles.append(struct.unpack_from("<H", data, 2)[0]),
            _SUPBOOK: self._take_link,
        }
        self._read()
        self.kinds = [formats.kind_of(code, self._formats.get(code)) for code in self._styles]
        if self._strings:
            self._read_strings()

    def _read(self) -> None:
        last = 0
        for index, (kind, start, end) in enumerate(records(self._stream, 0)):
            data = self._stream[start:end]
            if index == 0:
                self._take_beginning(kind, data)
            elif kind == _EOF:
                return
            elif kind == _SST or (kind == CONTINUE and last == _SST):
                self._strings.append(data)
                kind = _SST
            elif kind in self._take:
                self._take[kind](data)
            last = kind
        raise Unfit("damaged")

    def _take_beginning(self, kind: int, data: bytes) -> None:
        if kind != _BOF or len(data) < 4:
            raise Unfit("old_version", version="Excel 2.0-4.0")
        (version,) = struct.unpack_from("<H", data)
        if version not in (BIFF5, BIFF8):
            raise Unfit("old_version", version="Excel 2.0-4.0")
        self.codec = None if version == BIFF8 else "gb18030"

    def _take_code_page(self, data: bytes) -> None:
        if self.codec is not None:
            self.codec = codec_of(struct.unpack_from("<H", data)[0])

    def _take_date_mode(self, data: bytes) -> None:
        self.is_1904 = data[:2] == b"\x01\x00"

    def _take_bound(self, data: bytes) -> None:
        at, state, kind = struct.unpack_from("<IBB", data)
        if kind == _MACRO_SHEET:
            raise Unfit("macro")
        if kind != _WORKSHEET:
            return
        name = short_text(data[6:], self.codec)
        if any(one.at == at or one.name == name for one in self.bounds):
            raise Unfit("damaged")
        self.bounds.append(_Bound(name, _STATES[min(state & 3, 2)], at))

    def _take_format(self, data: bytes) -> None:
        (code,) = struct.unpack_from("<H", data)
        self._formats[code] = long_text(data[2:], None) if self.codec is None else short_text(data[2:], self.codec)

    def _take_link(self, data: bytes) -> None:
        if len(data) >= 4 and struct.unpack_from("<H", data, 2)[0] not in (_OWN_SHEETS, _ADD_INS):
            self.has_external = True

    def _read_strings(self) -> None:
        texts = Texts(self._strings)
        texts.number("<I")
        count = texts.number("<I")
        if count > sum(map(len, self._strings)):
            raise Unfit("damaged")
        self.shared = [cell_text(texts.string()) for _ in range(count)]


def _refuse_encrypted(_: bytes) -> None:
    raise Unfit("encrypted")

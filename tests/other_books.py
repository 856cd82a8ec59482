"""The tables of `tests.books` in other formats: .ods, .xls (BIFF8 and BIFF5) and .xlsb, written by hand from their specifications."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests.books import DATE, HEAD, MOMENT, PERCENT, RELATIONS, Error, Formula, Number, Sheet, archive, column_number, rows_of, serial

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_EXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
_MANIFEST = f'{HEAD}<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0"/>'
_ERRORS = {"#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A}
_STATES = {"visible": 0, "hidden": 1, "veryHidden": 2}
_FORMATS = ("", DATE, MOMENT, PERCENT, "hh:mm:ss")  # the style table of the binary formats


def ods(*sheets: Sheet, extra: Mapping[str, str | bytes] | None = None) -> bytes:
    """An OpenDocument spreadsheet; `extra` are further parts, or others in place of its own."""
    tables = "".join(_table_xml(sheet) for sheet in sheets)
    parts: dict[str, str | bytes] = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}
    return archive(parts | {"content.xml": ods_content(tables), "META-INF/manifest.xml": _MANIFEST} | dict(extra or {}))


def ods_content(tables: str) -> str:
    """content.xml around tables; style `ta2` hides its table."""
    names = "".join(f' xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    hidden = '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    return (
        f'{HEAD}<office:document-content{names} xmlns:calcext="{_EXT}"><office:automatic-styles>{hidden}</office:automatic-styles>'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )


def _table_xml(sheet: Sheet) -> str:
    columns = "".join(f"<table:table-column{_hidden(at in {column_number(name) for name in sheet.hidden_columns})}/>" for at in range(1, 31))
    spans = {one.partition(":")[0]: one for one in sheet.merges}
    rows = ""
    for at, values in enumerate(rows_of(sheet.table), 1):
        cells = "".join(_ods_cell(value, spans.get(f"{chr(64 + column)}{at}", ""), sheet, chr(64 + column)) for column, value in enumerate(values, 1))
        rows += f"<table:table-row{_hidden(at in sheet.hidden_rows)}>{cells}</table:table-row>"
    style = "ta1" if sheet.state == "visible" else "ta2"
    return f'<table:table table:name={quoteattr(sheet.name)} table:style-name="{style}">{columns}{rows}</table:table>'


def _hidden(is_hidden: bool) -> str:
    return ' table:visibility="collapse"' if is_hidden else ""


def _ods_cell(value: Any, span: str, sheet: Sheet, column: str) -> str:
    attributes = ""
    if span:
        (left, top), (right, bottom) = (
            (column_number(one.rstrip("0123456789")), int(one.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))) for one in span.split(":")
        )
        attributes += f' table:number-columns-spanned="{right - left + 1}" table:number-rows-spanned="{bottom - top + 1}"'
    if isinstance(value, Formula):
        attributes += f" table:formula={quoteattr('of:=' + value.text)}"
        value = value.value
    if value is None:
        return f"<table:table-cell{attributes}/>"
    kind, shown = _ods_value(value, sheet.formats.get(column) == PERCENT)
    return f"<table:table-cell{attributes}{kind}><text:p>{escape(shown)}</text:p></table:table-cell>"


def _ods_value(value: Any, is_percent: bool) -> tuple[str, str]:
    if isinstance(value, Error):
        return ' office:value-type="string" office:string-value="" calcext:value-type="error"', value.text
    if isinstance(value, bool):
        return f' office:value-type="boolean" office:boolean-value="{str(value).lower()}"', str(value).upper()
    if isinstance(value, int | float | Number):
        text = value.text if isinstance(value, Number) else repr(value)
        return f' office:value-type="{"percentage" if is_percent else "float"}" office:value="{text}"', text
    if isinstance(value, time):
        return f' office:value-type="time" office:time-value="PT{value:%H}H{value:%M}M{value:%S}S"', f"{value:%H:%M:%S}"
    if isinstance(value, date):
        return f' office:value-type="date" office:date-value="{value.isoformat()}"', str(value)
    return ' office:value-type="string"', value


def xls(*sheets: Sheet, date_1904: bool = False, biff5: bool = False, head: bytes = b"") -> bytes:
    """A binary workbook; `head` are records put before the list of sheets."""
    return compound({"Book" if biff5 else "Workbook": xls_stream(*sheets, date_1904=date_1904, biff5=biff5, head=head)})


def xls_stream(*sheets: Sheet, date_1904: bool = False, biff5: bool = False, head: bytes = b"") -> bytes:
    version = 0x0500 if biff5 else 0x0600
    texts = list(dict.fromkeys(value for sheet in sheets for row in rows_of(sheet.table) for value in row if isinstance(value, str)))
    bodies = [_xls_sheet(sheet, texts, biff5) for sheet in sheets]
    start = _record(0x0809, struct.pack("<HHHHII", version, 5, 0, 0, 0, 6)) + head + _record(0x0042, struct.pack("<H", 936 if biff5 else 1200))
    start += _record(0x0022, struct.pack("<H", date_1904))
    for at, text in enumerate(_FORMATS[1:], 164):
        start += _record(0x041E, struct.pack("<H", at) + (_short_text(text, True) if biff5 else _text(text, "<H")))
    for at in (0, *range(164, 164 + len(_FORMATS) - 1)):
        start += _record(0x00E0, struct.pack("<HH", 0, at) + bytes(12 if biff5 else 16))
    strings = b"" if biff5 else _strings(texts)
    names = [_short_text(sheet.name, biff5) for sheet in sheets]
    at = len(start) + sum(len(name) + 10 for name in names) + len(strings) + 4
    for sheet, name, body in zip(sheets, names, bodies, strict=True):
        start += _record(0x0085, struct.pack("<IBB", at, _STATES[sheet.state], 0) + name)
        at += len(body)
    return start + strings + _record(0x000A, b"") + b"".join(bodies)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _text(text: str, length: str) -> bytes:
    return struct.pack(length, _units(text)) + b"\x01" + text.encode("utf-16-le")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _short_text(text: str, biff5: bool) -> bytes:
    if biff5:
        return bytes([len(text.encode("gb18030"))]) + text.encode("gb18030")
    return _text(text, "<B")


def _strings(texts: Sequence[str]) -> bytes:
    """The string table, cut every 100 bytes into CONTINUE records as a long one is: between strings and within characters."""
    parts, part = [], struct.pack("<II", len(texts), len(texts))
    for text in texts:
        part += struct.pack("<HB", _units(text), 1)
        for character in text:
            if len(part) > 100:
                parts.append(part)
                part = b"\x01"
            part += character.encode("utf-16-le")
    return b"".join(_record(0x003C if at else 0x00FC, one) for at, one in enumerate([*parts, part]))


def _xls_sheet(sheet: Sheet, texts: Sequence[str], biff5: bool) -> bytes:
    body = _record(0x0809, struct.pack("<HHHHII", 0x0500 if biff5 else 0x0600, 0x10, 0, 0, 0, 6))
    for name in sheet.hidden_columns:
        body += _record(0x007D, struct.pack("<6H", column_number(name) - 1, column_number(name) - 1, 2000, 0, 1, 0))
    for row, values in enumerate(rows_of(sheet.table)):
        hidden = 0x20 if row + 1 in sheet.hidden_rows else 0
        body += _record(0x0208, struct.pack("<8H", row, 0, len(values), 300, 0, 0, 0x100 | hidden, 0))
        for column, value in enumerate(values):
            body += _xls_cell(struct.pack("<HHH", row, column, _style(value, sheet, column)), value, texts, biff5)
    merges = [_corners(one) for one in sheet.merges]
    if merges:
        body += _record(
            0x00E5, struct.pack("<H", len(merges)) + b"".join(struct.pack("<4H", top, bottom, left, right) for top, bottom, left, right in merges)
        )
    return body + _record(0x000A, b"")


def _corners(merge: str) -> tuple[int, int, int, int]:
    (left, top), (right, bottom) = (
        (column_number(one.rstrip("0123456789")), int(one.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))) for one in merge.split(":")
    )
    return top - 1, bottom - 1, left - 1, right - 1


def _style(value: Any, sheet: Sheet, column: int) -> int:
    text = sheet.formats.get(chr(65 + column), "")
    if isinstance(value, datetime):
        text = MOMENT
    elif isinstance(value, date):
        text = DATE
    elif isinstance(value, time):
        text = "hh:mm:ss"
    return _FORMATS.index(text)


def _xls_cell(place: bytes, value: Any, texts: Sequence[str], biff5: bool) -> bytes:
    if isinstance(value, Formula):
        return _xls_formula(place, value.value, biff5)
    if isinstance(value, bool):
        return _record(0x0205, place + bytes([value, 0]))
    if isinstance(value, Error):
        return _record(0x0205, place + bytes([_ERRORS[value.text], 1]))
    if isinstance(value, int) and 0 <= value < 1 << 29:
        return _record(0x027E, place + struct.pack("<I", value << 2 | 2))
    if isinstance(value, int | float):
        return _record(0x0203, place + struct.pack("<d", value))
    if isinstance(value, date | time):
        return _record(0x0203, place + struct.pack("<d", serial(value)))
    if isinstance(value, str) and biff5:
        return _record(0x0204, place + struct.pack("<H", len(value.encode("gb18030"))) + value.encode("gb18030"))
    return _record(0x00FD, place + struct.pack("<I", texts.index(value))) if isinstance(value, str) else b""


def _xls_formula(place: bytes, value: Any, biff5: bool) -> bytes:
    tail = struct.pack("<HIH", 3 if value is None else 0, 0, 0)
    if isinstance(value, str):
        text = struct.pack("<H", len(value.encode("gb18030"))) + value.encode("gb18030") if biff5 else _text(value, "<H")
        return _record(0x0006, place + b"\x00\x00\x00\x00\x00\x00\xff\xff" + tail) + _record(0x0207, text)
    if isinstance(value, Error):
        return _record(0x0006, place + bytes([2, 0, _ERRORS[value.text], 0, 0, 0, 0xFF, 0xFF]) + tail)
    return _record(0x0006, place + struct.pack("<d", value or 0) + tail)


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file of streams, each filled up to the size from which streams have sectors of their own."""
    padded = {name: data + bytes(max(4096, -(-len(data) // 512) * 512) - len(data)) for name, data in streams.items()}
    sectors = sum(len(data) // 512 for data in padded.values())
    directory = -(-(len(padded) + 1) // 4)
    tables = next(count for count in range(1, 110) if count * 128 >= sectors + directory + count)
    table = [0xFFFFFFFD] * tables + [*range(tables + 1, tables + directory), 0xFFFFFFFE]
    entries = _entry("Root Entry", 5, 0xFFFFFFFE, 0, 1)
    for at, (name, data) in enumerate(padded.items(), 1):
        entries += _entry(name, 2, len(table), len(data), 0xFFFFFFFF if at == 1 else at - 1)
        table += [*range(len(table) + 1, len(table) + len(data) // 512), 0xFFFFFFFE]
    entries += bytes(directory * 512 - len(entries))
    table += [0xFFFFFFFF] * (tables * 128 - len(table))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *range(tables), *[0xFFFFFFFF] * (109 - tables))
    return header + struct.pack(f"<{len(table)}I", *table) + entries + b"".join(padded.values())


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    coded = name.encode("utf-16-le") + b"\0\0"
    left = 0xFFFFFFFF if kind == 5 else child
    return (
        coded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(coded), kind, 1, left, 0xFFFFFFFF, child if kind == 5 else 0xFFFFFFFF)
        + bytes(36)
        + struct.pack("<III", start, size, 0)
    )


def xlsb(*sheets: Sheet) -> bytes:
    """A binary Office Open XML workbook."""
    texts = list(dict.fromkeys(value for sheet in sheets for row in rows_of(sheet.table) for value in row if isinstance(value, str)))
    book = b"".join(
        _bin(156, struct.pack("<II", _STATES[sheet.state], at) + _wide(f"rId{at}") + _wide(sheet.name)) for at, sheet in enumerate(sheets, 1)
    )
    formats = b"".join(_bin(44, struct.pack("<H", at) + _wide(text)) for at, text in enumerate(_FORMATS[1:], 164))
    styles = b"".join(_bin(47, struct.pack("<HH", 0, at) + bytes(12)) for at in (0, *range(164, 164 + len(_FORMATS) - 1)))
    related = {"rId0": ("styles", "styles.bin"), "rIdS": ("sharedStrings", "sharedStrings.bin")}
    related |= {f"rId{at}": ("worksheet", f"worksheets/sheet{at}.bin") for at in range(1, len(sheets) + 1)}
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.bin")}),
        "xl/workbook.bin": _bin(131, b"") + _bin(143, b"") + book + _bin(144, b"") + _bin(132, b""),
        "xl/_rels/workbook.bin.rels": _relations(related),
        "xl/styles.bin": _bin(615, struct.pack("<I", len(_FORMATS) - 1))
        + formats
        + _bin(616, b"")
        + _bin(617, struct.pack("<I", len(_FORMATS)))
        + styles
        + _bin(618, b""),
        "xl/sharedStrings.bin": _bin(159, struct.pack("<II", len(texts), len(texts)))
        + b"".join(_bin(19, b"\0" + _wide(text)) for text in texts)
        + _bin(160, b""),
    }
    for at, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{at}.bin"] = _xlsb_sheet(sheet, texts)
    return archive(parts)


def _relations(related: dict[str, tuple[str, str]]) -> str:
    listed = "".join(f'<Relationship Id="{name}" Type="{RELATIONS}/{kind}" Target="{target}"/>' for name, (kind, target) in related.items())
    return f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'


def _bin(kind: int, data: bytes) -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(data)
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 127 else 0)])
        size >>= 7
        if not size:
            return head + length + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", _units(text)) + text.encode("utf-16-le")


def _xlsb_sheet(sheet: Sheet, texts: Sequence[str]) -> bytes:
    rows = rows_of(sheet.table)
    body = _bin(129, b"") + _bin(148, struct.pack("<4I", 0, len(rows), 0, max(map(len, rows))))
    for name in sheet.hidden_columns:
        body += _bin(60, struct.pack("<IIIIH", column_number(name) - 1, column_number(name) - 1, 2000, 0, 1))
    body += _bin(145, b"")
    for row, values in enumerate(rows):
        body += _bin(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0x10 if row + 1 in sheet.hidden_rows else 0, 0, 0))
        for column, value in enumerate(values):
            body += _xlsb_cell(struct.pack("<II", column, _style(value, sheet, column)), value, texts)
    body += _bin(146, b"")
    for top, bottom, left, right in map(_corners, sheet.merges):
        body += _bin(176, struct.pack("<4I", top, bottom, left, right))
    return body + _bin(130, b"")


def _xlsb_cell(place: bytes, value: Any, texts: Sequence[str]) -> bytes:
    if isinstance(value, Formula):
        value = value.value
        if isinstance(value, str):
            return _bin(8, place + _wide(value) + bytes(10))
        return _bin(9, place + struct.pack("<d", value or 0) + bytes(10))
    if isinstance(value, bool):
        return _bin(4, place + bytes([value]))
    if isinstance(value, Error):
        return _bin(3, place + bytes([_ERRORS[value.text]]))
    if isinstance(value, int) and 0 <= value < 1 << 29:
        return _bin(2, place + struct.pack("<I", value << 2 | 2))
    if isinstance(value, int | float):
        return _bin(5, place + struct.pack("<d", value))
    if isinstance(value, date | time):
        return _bin(5, place + struct.pack("<d", serial(value)))
    return _bin(7, place + struct.pack("<I", texts.index(value))) if isinstance(value, str) else _bin(1, place)

"""Hostile files of our own making, one for each class we know: each with the refusal it must meet, or READ where it may be read.

All are inert: markers, empty programs and addresses on this machine's own dead port.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.books import MAIN, Sheet, archive, csv, xlsx, xlsx_parts
from tests.other_books import compound, ods, ods_content, xls, xls_stream

READ = "read"
TABLE = """
    序号 | 项目名称   | 总投资（万元）
    1    | 株洲路改造 | 12000
"""
GOOD = Sheet("6月", TABLE)
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_MEGABYTE = 1024 * 1024


def spoilt(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A good workbook with one part changed."""
    parts = xlsx_parts(GOOD)
    content = parts[part]
    parts[part] = change(content.encode() if isinstance(content, str) else content)
    return archive(parts)


def replaced(old: str, new: str | bytes, part: str = SHEET) -> bytes:
    """A good workbook with a piece of one part replaced."""

    def change(content: bytes) -> bytes:
        assert old.encode() in content
        return content.replace(old.encode(), new if isinstance(new, bytes) else new.encode(), 1)

    return spoilt(part, change)


def with_cells(rows: str) -> bytes:
    """A good workbook with further rows as they stand."""
    return replaced("</sheetData>", f"{rows}</sheetData>")


def with_strings(xml: str | bytes) -> bytes:
    """A workbook whose one cell is the first shared string."""
    parts = xlsx_parts(GOOD)
    parts[SHEET] = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>'
    parts[STRINGS] = xml
    related = str(parts["xl/_rels/workbook.xml.rels"])
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = f'<Relationship Id="s" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = related.replace("</Relationships>", relation)
    return archive(parts)


def patched(data: bytes, name: str, *, flags: int | None = None, method: int | None = None, crc: int | None = None, size: int | None = None) -> bytes:
    """The archive with fields of one member changed, in the directory and at the member itself."""
    out = bytearray(data)
    for mark, at_name, at_flags in ((b"PK\x03\x04", 30, 6), (b"PK\x01\x02", 46, 8)):
        at = data.index(name.encode(), data.index(mark)) - at_name
        while data[at : at + 4] != mark:
            at = data.index(name.encode(), at + at_name + 1) - at_name
        for offset, form, value in ((0, "<H", flags), (2, "<H", method), (8, "<I", crc), (16, "<I", size)):
            if value is not None:
                struct.pack_into(form, out, at + at_flags + offset, value)
    return bytes(out)


def bomb(part: str, megabytes: int, before: bytes = b"", after: bytes = b"") -> bytes:
    """A good workbook one part of which inflates to so many megabytes of blanks."""
    parts = xlsx_parts(GOOD)
    content = parts.pop(part, b"")
    file = io.BytesIO(archive(parts))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed, packed.open(part, "w", force_zip64=True) as member:
        member.write(before or (content.encode() if isinstance(content, str) else content))
        for _ in range(megabytes):
            member.write(b" " * _MEGABYTE)
        member.write(after)
    return file.getvalue()


def symlink() -> bytes:
    file = io.BytesIO(xlsx(GOOD))
    with zipfile.ZipFile(file, "a") as packed:
        link = zipfile.ZipInfo("xl/worksheets/link.xml")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    return file.getvalue()


def overlapping() -> bytes:
    """Two entries of the directory that lead to the same packed bytes."""
    data = bytearray(xlsx(GOOD, extra={"xl/worksheets/sheet2.xml": "x", "xl/worksheets/sheet3.xml": "x"}))
    first = data.index(b"xl/worksheets/sheet2.xml", data.index(b"PK\x01\x02")) - 46
    second = data.index(b"xl/worksheets/sheet3.xml", data.index(b"PK\x01\x02")) - 46
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def doctype(entity: str, use: str = "&x;") -> bytes:
    """A shared string that uses an entity declared before it."""
    return with_strings(f'<?xml version="1.0"?><!DOCTYPE sst [{entity}]><sst xmlns="{MAIN}"><si><t>{use}</t></si></sst>')


def two_sheets_of_one_part() -> bytes:
    parts = xlsx_parts(GOOD, Sheet("7月", TABLE))
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace("sheet2.xml", "sheet1.xml")
    return archive(parts)


_LAUGHS = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
_UTF16 = (
    f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst xmlns="{MAIN}"><si><t>&x;</t></si></sst>'
)
_NESTED = "<extLst>" + "<ext>" * 100_000 + "</ext>" * 100_000 + "</extLst></worksheet>"


def hostile() -> dict[str, tuple[bytes, frozenset[str]]]:
    """Every class by name: the file, and what may become of it."""
    files: dict[str, tuple[bytes, str | tuple[str, ...]]] = {
        **_containers(),
        **_markup(),
        **_sizes(),
        **_strangers(),
    }
    return {name: (data, frozenset([ends] if isinstance(ends, str) else ends)) for name, (data, ends) in files.items()}


def _containers() -> dict[str, tuple[bytes, str | tuple[str, ...]]]:
    good = xlsx(GOOD)
    return {
        "zip bomb in the sheet": (bomb(SHEET, 64), "archive_bomb"),
        "zip bomb in the strings": (bomb(STRINGS, 64), "archive_bomb"),
        "zip bomb in a part nobody reads": (bomb("docProps/app.xml", 64), "archive_bomb"),
        "smaller declared size than true": (patched(bomb(STRINGS, 60), STRINGS, size=1000), "damaged"),
        "smaller declared size of the sheet": (patched(good, SHEET, size=50), "damaged"),
        "many members": (xlsx(GOOD, extra={f"xl/media/{at}.txt": "x" for at in range(6_000)}), "too_many_members"),
        "path out of the folder": (xlsx(GOOD, extra={"../../tmp/intruder.txt": "x"}), "unsafe_archive"),
        "absolute path": (xlsx(GOOD, extra={"/etc/cron.d/intruder": "x"}), "unsafe_archive"),
        "windows path": (xlsx(GOOD, extra={"C:\\intruder.txt": "x"}), "unsafe_archive"),
        "windows path out of the folder": (xlsx(GOOD, extra={"..\\..\\intruder.txt": "x"}), "unsafe_archive"),
        "symbolic link": (symlink(), "unsafe_archive"),
        "overlapping members": (overlapping(), "damaged"),
        "cut off": (good[: len(good) * 6 // 10], "damaged"),
        "directory cut off": (good[:-10], "damaged"),
        "wrong checksum": (patched(good, SHEET, crc=1), "damaged"),
        "spoilt packed bytes": (good.replace(good[good.index(SHEET.encode()) + 60 :][:8], b"\xff" * 8, 1), "damaged"),
        "bzip2": (archive(xlsx_parts(GOOD), zipfile.ZIP_BZIP2), "damaged"),
        "lzma": (archive(xlsx_parts(GOOD), zipfile.ZIP_LZMA), "damaged"),
        "encrypted members": (patched(good, SHEET, flags=1), "encrypted"),
        "not even a workbook": (archive({"readme.txt": "x"}), "not_a_workbook"),
        "empty archive": (archive({}), "not_a_workbook"),
        "archive behind a web page": (b"<html></html>" + good, "web_table"),
        "macros": (xlsx(GOOD, extra={"xl/vbaProject.bin": b"x"}), "macro"),
        "macros elsewhere": (xlsx(GOOD, extra={"xl/other/VBAPROJECT.BIN": b"x"}), "macro"),
        "macro sheet": (xlsx(GOOD, extra={"xl/macrosheets/sheet1.xml": "<x/>"}), "macro"),
        "embedded bomb": (xlsx(GOOD, extra={"xl/embeddings/inner.xlsx": bomb(SHEET, 64)}), READ),
        "two sheets of one part": (two_sheets_of_one_part(), "damaged"),
        "macros in .ods": (archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "Basic/a/b.xml": "<x/>"}), "not_a_workbook"),
        "macros in a true .ods": (ods(GOOD, extra={"Basic/Standard/Module1.xml": "<x/>"}), "macro"),
        "encrypted .ods": (ods(GOOD, extra={"META-INF/manifest.xml": "<x><manifest:encryption-data/></x>"}), "encrypted"),
    }


def _markup() -> dict[str, tuple[bytes, str | tuple[str, ...]]]:
    entity = '<!ENTITY x SYSTEM "file:///etc/passwd">'
    inline = "<is><t xml:space="
    return {
        "external entity": (doctype(entity), "forbidden_xml"),
        "external entity over http": (doctype('<!ENTITY x SYSTEM "http://127.0.0.1:9/">'), "forbidden_xml"),
        "parameter entity": (doctype('<!ENTITY % p SYSTEM "http://127.0.0.1:9/d">%p;', "x"), "forbidden_xml"),
        "external DTD": (with_strings(f'<!DOCTYPE sst SYSTEM "http://127.0.0.1:9/d"><sst xmlns="{MAIN}"/>'), "forbidden_xml"),
        "billion laughs": (doctype(_LAUGHS, "&l9;"), "forbidden_xml"),
        "entity in UTF-16": (with_strings(_UTF16.encode("utf-16")), "forbidden_xml"),
        "entity in UTF-16 without mark": (with_strings(_UTF16.encode("utf-16-be")), "forbidden_xml"),
        "doctype in a part nobody reads": (xlsx(GOOD, extra={"docProps/app.xml": "<!DOCTYPE x><x/>"}), "forbidden_xml"),
        "doctype in .ods": (ods(GOOD, extra={"content.xml": f"<!DOCTYPE x [{entity}]>" + ods_content("")}), "forbidden_xml"),
        "undeclared entity": (replaced("株洲路改造", "&nbsp;"), "damaged"),
        "reference to NUL": (replaced("株洲路改造", "a&#0;b"), "damaged"),
        "reference to a control character": (replaced("株洲路改造", "a&#x1;b"), "damaged"),
        "deep nesting": (replaced("</worksheet>", _NESTED), READ),
        "deep nesting in a cell": (with_cells(f'<row r="9"><c r="A9">{"<v>" * 5000}{"</v>" * 5000}</c></row>'), "damaged"),
        "control characters": (replaced("株洲路改造", "a\x01\x0bb"), "damaged"),
        "NUL": (replaced("株洲路改造", "a\0b"), "damaged"),
        "noncharacter": (replaced("株洲路改造", "a\uffffb"), "damaged"),
        "escaped NUL": (replaced("株洲路改造", "a_x0000_b"), READ),
        "broken UTF-8": (replaced("株洲路改造", b"a\xff\xfeb"), "damaged"),
        "unknown encoding": (with_strings(b'<?xml version="1.0" encoding="EBCDIC-CP-US"?><sst/>'), "damaged"),
        "unclosed element": (replaced("</worksheet>", ""), "damaged"),
        "broken tag in a row": (replaced(inline, "<is><t xml:space"), "damaged"),
        "comment over a row": (with_cells('<!-- <row r="9"><c r="A9"><v>1</v></c></row> -->'), ("damaged", READ)),
        "rows in disorder": (with_cells('<row r="1"><c r="A1"><v>1</v></c></row>'), "row_disorder"),
        "row 0": (with_cells('<row r="0"><c r="A0"><v>1</v></c></row>'), "row_disorder"),
        "row beyond the last": (with_cells('<row r="99999999"><c r="B99999999"><v>1</v></c></row>'), ("row_disorder", "damaged")),
        "cell of another row": (with_cells('<row r="9"><c r="A8"><v>1</v></c></row>'), "row_disorder"),
        "two cells in one place": (with_cells('<row r="9"><c r="A9"><v>1</v></c><c r="A9"><v>2</v></c></row>'), "row_disorder"),
        "string without string table": (with_cells('<row r="9"><c r="A9" t="s"><v>7</v></c></row>'), "damaged"),
        "strange numbers": (with_cells('<row r="9"><c r="A9"><v>NaN</v></c><c r="B9"><v>-INF</v></c><c r="C9"><v>1e999</v></c></row>'), READ),
    }


def _sizes() -> dict[str, tuple[bytes, str | tuple[str, ...]]]:
    wide = "".join(f'<c r="{_letters(at)}9"><v>1</v></c>' for at in range(1, 20_001))
    noise = zlib.compress(bytes(range(256)) * 40, 0)
    return {
        "20,000 columns": (with_cells(f'<row r="9">{wide}</row>'), "too_many_columns"),
        "10,000 columns of text": (csv([["项目名称"] * 10_000]), "too_many_columns"),
        "cell at the far corner": (with_cells('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), READ),
        "merge of the whole sheet": (replaced("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), READ),
        "cell of 5 million characters": (replaced("株洲路改造", "长" * 5_000_000), READ),
        "row of 40 million characters": (replaced("株洲路改造", "x" * 40_000_000), ("too_large", "archive_bomb")),
        "cyclic shared formula": (with_cells('<row r="9"><c r="A9"><f t="shared" ref="A9:A1048576" si="0">A9+1</f></c></row>'), READ),
        "repeated rows in .ods": (_repeated('table:number-rows-repeated="1000000"'), "too_many_rows"),
        "repeated cells in .ods": (_repeated("", 'table:number-columns-repeated="16384"'), "too_many_columns"),
        "repeated blanks in .ods": (_repeated("", "", "<text:s text:c='999999999'/>"), READ),
        "random bytes as text": (noise[7:3000], "not_text"),
    }


def _repeated(row: str, cell: str = "", text: str = "1") -> bytes:
    value = f'<table:table-cell office:value-type="string" {cell}><text:p>{text}</text:p></table:table-cell>'
    table = f'<table:table table:name="a"><table:table-row {row}>{value}</table:table-row></table:table>'
    return ods(GOOD, extra={"content.xml": ods_content(table)})


def _letters(column: int) -> str:
    return _letters((column - 1) // 26) + chr(65 + (column - 1) % 26) if column else ""


def _strangers() -> dict[str, tuple[bytes, str | tuple[str, ...]]]:
    good = xls(GOOD)
    loop = bytearray(good)
    struct.pack_into("<I", loop, 512 + 4 * 3, 3)  # a sector that follows itself
    return {
        "nothing": (b"", "empty"),
        "program": (b"MZ" + bytes(2000), "not_a_workbook"),
        "PDF": (b"%PDF-1.7\n%%EOF", "not_a_workbook"),
        "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "not_a_workbook"),
        "web page": (b"<!DOCTYPE html><html><script>alert(1)</script></html>", "web_table"),
        "web table": ("\ufeff<table><tr><td>项目</td></tr></table>".encode(), "web_table"),
        "XML spreadsheet": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "web_table"),
        "Word document": (archive({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), "not_a_workbook"),
        "OpenDocument text": (archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}), "not_a_workbook"),
        "old Word document": (compound({"WordDocument": b"x"}), "not_a_workbook"),
        "encrypted package": (compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x"}), "encrypted"),
        "encrypted .xls": (xls(GOOD, head=struct.pack("<HH", 0x2F, 4) + bytes(4)), "encrypted"),
        ".xls with macros": (compound({"Workbook": xls_stream(GOOD), "_VBA_PROJECT": b"x"}), "macro"),
        ".xls cut in half": (good[: len(good) // 2], "damaged"),
        ".xls cut before the directory": (good[:700], "damaged"),
        ".xls with a circle of sectors": (bytes(loop), "damaged"),
        "Excel 4 sheet": (b"\x09\x04\x06\x00\x00\x00\x10\x00" + bytes(50), "old_version"),
        "unclosed quote": (csv(TABLE) + b'2,"x\r\n' + b"3,y\r\n" * 20_000, "unclosed_quote"),
        "text with NUL": (b"a,b\n1,\x00\n", "damaged"),
        "UTF-8 with one broken byte": ("序号,项目名称\n1,株洲路改造工程及配套设施\n".encode() + b"2,\xff\n", "damaged"),
    }

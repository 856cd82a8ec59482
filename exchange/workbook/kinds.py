"""What a file is, by its bytes and not by its name."""

from __future__ import annotations

import re

from exchange.workbook.faults import Unfit

ZIP, OLE, TEXT = "zip", "ole", "text"

_SIGNATURES = (
    (b"%PDF", ("PDF 文档", "a PDF document")),
    (b"MZ", ("可执行程序", "a program")),
    (b"\x7fELF", ("可执行程序", "a program")),
    (b"\x89PNG", ("图片", "a picture")),
    (b"\xff\xd8\xff", ("图片", "a picture")),
    (b"GIF8", ("图片", "a picture")),
    (b"BM", None),  # too short to tell from text
    (b"Rar!", ("RAR 压缩包", "a RAR archive")),
    (b"7z\xbc\xaf\x27\x1c", ("7z 压缩包", "a 7z archive")),
    (b"\x1f\x8b", ("gzip 压缩包", "a gzip archive")),
    (b"{\\rtf", ("RTF 文档", "an RTF document")),
    (b"SQLite format 3", ("数据库文件", "a database")),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|script)\b", re.IGNORECASE)
_BIFF_STREAM = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")


def kind_of(beginning: bytes, size: int) -> str:
    """ZIP, OLE or TEXT by the first kilobytes; refuses what is known to be something else."""
    if not size:
        raise Unfit("empty")
    if beginning.startswith(b"PK\x03\x04"):
        return ZIP
    if beginning.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return OLE
    if beginning.startswith(b"PK"):
        raise Unfit("not_a_workbook", zh="空压缩包", en="an empty archive")
    if beginning.startswith(_BIFF_STREAM):
        raise Unfit("old_version", version="Excel 2.0-4.0")
    for start, words in _SIGNATURES:
        if words and beginning.startswith(start):
            raise Unfit("not_a_workbook", zh=words[0], en=words[1])
    _refuse_markup(beginning)
    return TEXT


def _refuse_markup(beginning: bytes) -> None:
    """Web pages and XML spreadsheets, which old government systems send out under the name .xls."""
    plain = beginning.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    if not plain.startswith(b"<") and not plain.startswith(b"MIME-Version"):
        return
    if b"urn:schemas-microsoft-com:office:spreadsheet" in plain or b"Excel.Sheet" in plain:
        raise Unfit("web_table", zh="XML 表格（Excel 2003）", en="an XML spreadsheet (Excel 2003)")
    if _HTML.search(plain) or plain.startswith(b"MIME-Version"):
        raise Unfit("web_table", zh="网页（HTML）", en="a web page (HTML)")
    if plain.startswith(b"<?xml"):
        raise Unfit("web_table", zh="XML 文件", en="an XML file")

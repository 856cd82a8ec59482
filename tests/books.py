"""Text tables as workbooks, so that a test shows what it uploads.

    A table is lines of cells between bars:

        序号 | 项目名称     | 总投资（万元） | 开工时间
        1    | 株洲路改造   | 12000          | 2019.5
        2    | ''           | =F3*2          | #N/A

A plain number becomes a number cell (`'12` and 007 stay text), `=…` a formula that nobody has calculated, `=… -> 12` one with its
value, `#N/A` and the like an error cell; `''` is an empty text, an empty place a blank cell. Rows of Python values do as well.
Parts are written by hand, because no library writes what broken programs write.
"""

from __future__ import annotations

import csv as csv_module
import io
import re
import textwrap
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "application/vnd.openxmlformats"
TYPES = f"{OFFICE}-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

DATE, MOMENT, PERCENT = 'yyyy"年"m"月"d"日"', "yyyy-mm-dd hh:mm", "0.00%"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]+)?")
_ERROR = re.compile(r"#(?:N/A|REF!|DIV/0!|NAME\?|VALUE!|NUM!|NULL!)")
_EPOCH = date(1899, 12, 30)

Table = str | Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Formula:
    """A formula and the value some program saved with it, or None where none has."""

    text: str
    value: Any = None


@dataclass(frozen=True)
class Error:
    """An error cell."""

    text: str


@dataclass(frozen=True)
class Number:
    """A number cell with its text as it stands in the file."""

    text: str


@dataclass(frozen=True)
class Sheet:
    """A sheet to be written. `formats` gives number formats by column letter, or by cell ('C5')."""

    name: str
    table: Table
    merges: Sequence[str] = ()
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[str] = ()
    widths: Mapping[str, float] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    state: str = "visible"


def rows_of(table: Table) -> list[list[Any]]:
    """The rows of a text table; rows of values as they are. Blank lines before and after are no rows, those between are."""
    if not isinstance(table, str):
        return [list(row) for row in table]
    return [[_cell(text.strip()) for text in line.split("|")] if line.strip() else [] for line in textwrap.dedent(table).strip("\n").splitlines()]


def _cell(text: str) -> Any:
    if not text:
        return None
    if text == "''":
        return ""
    if text.startswith("'"):
        return text[1:]
    if _NUMBER.fullmatch(text):
        return float(text) if set(text) & set(".eE") else int(text)
    if _ERROR.fullmatch(text):
        return Error(text)
    if text.startswith("="):
        formula, arrow, value = text[1:].partition(" -> ")
        return Formula(formula.strip(), _cell(value.strip()) if arrow else None)
    return text.replace("\\n", "\n")


def xlsx(*sheets: Sheet | Table, date_1904: bool = False, extra: Mapping[str, str | bytes] | None = None, **options: Any) -> bytes:
    """An .xlsx workbook. A bare table becomes the first sheet, named Sheet1; `options` are those of `Sheet`."""
    return archive(xlsx_parts(*sheets, date_1904=date_1904, **options) | dict(extra or {}))


def xlsx_parts(*sheets: Sheet | Table, date_1904: bool = False, **options: Any) -> dict[str, str | bytes]:
    """The parts of the workbook by name, to be spoilt where a test wants it."""
    named = [one if isinstance(one, Sheet) else Sheet(options.pop("name", f"Sheet{at}"), one, **options) for at, one in enumerate(sheets, 1)]
    styles = _Styles()
    parts: dict[str, str | bytes] = {"[Content_Types].xml": "", "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")})}
    listed, related = "", {"rId0": ("styles", "styles.xml")}
    for at, sheet in enumerate(named, 1):
        listed += f'<sheet name={quoteattr(sheet.name)} sheetId="{at}" state="{sheet.state}" r:id="rId{at}"/>'
        related[f"rId{at}"] = ("worksheet", f"worksheets/sheet{at}.xml")
        parts[f"xl/worksheets/sheet{at}.xml"] = sheet_xml(sheet, styles)
        if sheet.comments:
            parts[f"xl/worksheets/_rels/sheet{at}.xml.rels"] = _relations({"rId1": ("comments", f"../comments{at}.xml")})
            parts[f"xl/comments{at}.xml"] = _comments_xml(sheet.comments)
    properties = '<workbookPr date1904="1"/>' if date_1904 else ""
    parts["xl/workbook.xml"] = f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}<sheets>{listed}</sheets></workbook>'
    parts["xl/_rels/workbook.xml.rels"] = _relations(related)
    parts["xl/styles.xml"] = styles.xml()
    parts["[Content_Types].xml"] = _content_types(parts)
    return parts


def archive(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of the parts, in their order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def sheet_xml(sheet: Sheet, styles: _Styles) -> str:
    cols = "".join(_column_xml(name, sheet) for name in sorted({*sheet.hidden_columns, *sheet.widths}, key=column_number))
    rows = "".join(_row_xml(at, values, sheet, styles) for at, values in enumerate(rows_of(sheet.table), 1))
    merges = "".join(f'<mergeCell ref="{one}"/>' for one in sheet.merges)
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}">{f"<cols>{cols}</cols>" if cols else ""}<sheetData>{rows}</sheetData>'
        f"{f'<mergeCells>{merges}</mergeCells>' if merges else ''}</worksheet>"
    )


def _column_xml(name: str, sheet: Sheet) -> str:
    number = column_number(name)
    hidden = ' hidden="1"' if name in sheet.hidden_columns else ""
    return f'<col min="{number}" max="{number}" width="{sheet.widths.get(name, 9)}"{hidden}/>'


def _row_xml(row: int, values: Sequence[Any], sheet: Sheet, styles: _Styles) -> str:
    cells = "".join(_cell_xml(f"{letters(at)}{row}", letters(at), value, sheet, styles) for at, value in enumerate(values, 1) if value is not None)
    hidden = ' hidden="1"' if row in sheet.hidden_rows else ""
    return f'<row r="{row}"{hidden}>{cells}</row>' if cells or hidden else ""


def _cell_xml(reference: str, column: str, value: Any, sheet: Sheet, styles: _Styles) -> str:
    text = sheet.formats.get(reference) or sheet.formats.get(column) or _format_of(value)
    style = f' s="{styles.index(text)}"' if text else ""
    formula = ""
    if isinstance(value, Formula):
        formula, value = f"<f>{escape(value.text)}</f>", value.value
        if value is None:
            return f'<c r="{reference}"{style}>{formula}</c>'
    kind, inside = _content(value, bool(formula))
    return f'<c r="{reference}"{style}{kind}>{formula}{inside}</c>'


def _content(value: Any, in_formula: bool) -> tuple[str, str]:
    """The type attribute and the value element of a cell."""
    if isinstance(value, bool):
        return ' t="b"', f"<v>{int(value)}</v>"
    if isinstance(value, int | float):
        return "", f"<v>{value!r}</v>"
    if isinstance(value, date | time):
        return "", f"<v>{serial(value)!r}</v>"
    if isinstance(value, Number):
        return "", f"<v>{escape(value.text)}</v>"
    if isinstance(value, Error):
        return ' t="e"', f"<v>{value.text}</v>"
    if in_formula:
        return ' t="str"', f"<v>{escape(value)}</v>"
    return ' t="inlineStr"', f'<is><t xml:space="preserve">{escape(value)}</t></is>'


def serial(value: date | time) -> float:
    """Excel's number for a day, moment or time."""
    days = 0 if isinstance(value, time) else (date(value.year, value.month, value.day) - _EPOCH).days
    return days + (value.hour * 3600 + value.minute * 60 + value.second) / 86_400 if isinstance(value, time | datetime) else days


def _format_of(value: Any) -> str:
    if isinstance(value, datetime):
        return MOMENT
    return DATE if isinstance(value, date) else "hh:mm:ss" if isinstance(value, time) else ""


class _Styles:
    """Number formats by their place in the style table; place 0 is the general one."""

    def __init__(self) -> None:
        self._formats: dict[str, int] = {}

    def index(self, text: str) -> int:
        return self._formats.setdefault(text, len(self._formats) + 1)

    def xml(self) -> str:
        formats = "".join(f'<numFmt numFmtId="{163 + at}" formatCode={quoteattr(text)}/>' for text, at in self._formats.items())
        styles = "".join(f'<xf numFmtId="{163 + at}" applyNumberFormat="1"/>' for at in self._formats.values())
        return f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>'


def _comments_xml(comments: Mapping[str, str]) -> str:
    listed = "".join(f'<comment ref="{place}" authorId="0"><text><r><t>{escape(text)}</t></r></text></comment>' for place, text in comments.items())
    return f'{HEAD}<comments xmlns="{MAIN}"><authors><author>甲</author></authors><commentList>{listed}</commentList></comments>'


def _relations(related: Mapping[str, tuple[str, str]]) -> str:
    listed = "".join(f'<Relationship Id="{name}" Type="{RELATIONS}/{kind}" Target="{target}"/>' for name, (kind, target) in related.items())
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def _content_types(parts: Mapping[str, str | bytes]) -> str:
    kinds = {"xl/workbook.xml": "sheet.main", "xl/styles.xml": "styles", "xl/sharedStrings.xml": "sharedStrings"}
    listed = "".join(
        f'<Override PartName="/{name}" ContentType="{TYPES}.{kinds.get(name, "worksheet")}+xml"/>'
        for name in parts
        if name in kinds or name.startswith("xl/worksheets/sheet")
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="{OFFICE}-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def letters(column: int) -> str:
    """Excel's name of a column counted from 1."""
    return letters((column - 1) // 26) + chr(65 + (column - 1) % 26) if column else ""


def column_number(name: str) -> int:
    """The number of a column from its letters."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def csv(table: Table, encoding: str = "utf-8-sig", delimiter: str = ",", newline: str = "\r\n") -> bytes:
    """The table as delimited text; numbers and formulas as Excel would save them."""
    file = io.StringIO(newline="")
    writer = csv_module.writer(file, delimiter=delimiter, lineterminator=newline)
    for row in rows_of(table):
        writer.writerow(["" if value is None else value.text if isinstance(value, Error | Number) else _saved(value) for value in row])
    return file.getvalue().encode(encoding)


def _saved(value: Any) -> Any:
    return ("" if value.value is None else value.value) if isinstance(value, Formula) else value

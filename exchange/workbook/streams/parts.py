"""The parts of an .xlsx beside its sheets: styles, the list of sheets, and what ties them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RESERVED = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
_NAME_LENGTH = 31

# Cell formats by number: 0 as it comes, then header, text, whole number, decimal, date, moment.
HEADER, TEXT, INTEGER, DECIMAL, DATE, DATETIME = range(1, 7)
_FONT = '<name val="宋体"/><family val="3"/><charset val="134"/>'
_EDGE = '<color rgb="FFBFC7D5"/>'
_SIDES = "".join(f'<{side} style="thin">{_EDGE}</{side}>' for side in ("left", "right", "top", "bottom"))

STYLES = (
    f'{_XML}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="3"><numFmt numFmtId="164" formatCode="#,##0.00####"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="166" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    f'<fonts count="2"><font><sz val="11"/>{_FONT}</font><font><b/><sz val="11"/>{_FONT}</font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFEDF1F7"/><bgColor indexed="64"/></patternFill></fill></fills>'
    f'<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border>{_SIDES}<diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" '
    'applyAlignment="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>'
    + "".join(f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' for number in (49, 1, 164, 165, 166))
    + '</cellXfs><cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
ROOT_RELATIONS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was written: its name, and the cells its filter spans (`$A$1:$F$100`)."""

    name: str
    span: str


def sheet_name(title: str, number: int) -> str:
    """A name that Excel accepts; the sheets after the first are numbered."""
    end = f" ({number})" if number > 1 else ""
    return (title.translate(_RESERVED)[: _NAME_LENGTH - len(end)] or "Sheet") + end


def workbook(sheets: Sequence[Sheet]) -> str:
    listed = "".join(f'<sheet name={quoteattr(sheet.name)} sheetId="{at}" r:id="rId{at}"/>' for at, sheet in enumerate(sheets, start=1))
    named = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">{escape(_quoted(sheet.name))}!{sheet.span}</definedName>'
        for at, sheet in enumerate(sheets)
    )
    return (
        f'{_XML}<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{listed}</sheets><definedNames>{named}</definedNames></workbook>"
    )


def _quoted(name: str) -> str:
    """A sheet's name as a reference has it; it holds no quote (see `sheet_name`)."""
    return f"'{name}'"


def workbook_relations(count: int) -> str:
    sheets = "".join(f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at in range(1, count + 1))
    styles = f'<Relationship Id="rId{count + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{sheets}{styles}</Relationships>'


def content_types(count: int) -> str:
    sheets = "".join(f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for at in range(1, count + 1))
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{sheets}</Types>'
    )

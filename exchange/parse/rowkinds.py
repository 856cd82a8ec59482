"""Tell project rows from sections, totals, notes and the other rows of a hand-made list. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from exchange.cells import is_empty, plain_number
from exchange.cells.text import MARKS
from exchange.parse.model import RowKind
from exchange.raw import CellError, RawValue, Uncached
from exchange.reference import folded

_LONGEST_SECTION = 24  # a longer unnumbered text is a remark
_CHINESE = "一二三四五六七八九十百"
TOTAL = re.compile(
    r"^(?:[^\d]{0,14}?)(?:总合计|合计|总计|共计|累计|小计)(?:数|额|金额)?[:：]?(?:[(（]?共?[\d一二三四五六七八九十百]+[个项件][^)）]{0,6}[)）]?)?[:：]?"
    r"(?:[(（][^)）]*[)）])?$|^(?:合计|总计|小计|共计)[(（:：\d]"
    r"|^共?\d+[个项件](?:重点|建设)?(?:项目|工程)?(?:合计|总计|共计|小计)$|^共\d+[个项件](?:重点|建设)?(?:项目|工程)?$|^(?i:(?:grand)?total)[:：]?$"
)
_PART_TOTAL = re.compile(r"小计|本页|分计")
_OF_WHICH = re.compile(r"^其中")
_NOTE = re.compile(
    r"^(?:[(（]?(?:注|备注|说明|附注|填表说明|填报说明|情况说明|注释)[)）]?[:：\d.、]|[*※★▲●☆△]\s*(?:为|表示|号|的|注)"
    r"|(?:资料|数据)来源|(?:标|带|加)[“\"]?[*※★▲●☆△])"
)
_SIGNATURE = re.compile(
    r"(?:填表人?|审[核定]人?|制表人?|填报人|单位负责人|负责人|主要领导|分管领导|主管领导|单位领导|业主|责任单位|联系人|联系电话|填[报表]日期|报[送出]日期"
    r"|审批人?|批准人?|经办人?|复核人?|校[核对]人?|签发人?|签字|签名|盖章)"
    r"(?:[(（][^)）]{0,6}[)）])?[:：]"
)
_EXAMPLE = re.compile(
    r"^[(（【\[]?(?:填写|填报)?(?:示例|样例|例子|举例|范例|例如|例)(?:行|项目|\d)?(?:[:：)）】\]]|$)|[(（【](?:示例|样例|范例|例)[)）】]$"
    r"|^(?:填写|填报)(?:要求|说明|规范|格式|规则|方式)$|^(?:必填|选填|非必填)(?:项)?$"
)
_PAGE = re.compile(r"^[(（]?(?:续表|续上表|接上表|上接|下接|转下页|承上页|以下空白|以下无正文|第\d+页|共\d+页)")
_UNIT_ROW = re.compile(r"^(?:填报|编制|上报|报送|计量|金额|货币|数据)?单位(?:[(（][^)）]*[)）])?[:：]")
_NO_ROWS = re.compile(r"^(?:本(?:月|期|表|区|市|单位|年度)?)?(?:暂)?无(?:新增|此类|相关|符合条件的?|数据|项目|内容|填报)*(?:项目|数据|内容)?[。.]?$")
_TITLE = re.compile(r"(?:表|清单|名单|一览|明细|台账|计划|情况|汇总)(?:[(（][^)）]*[)）])?$")
SECTION_SERIAL = re.compile(
    rf"^(?:第?[{_CHINESE}]+[、.．:：部批类]?|[(（][{_CHINESE}]+[)）][、.．]?|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]+[、.．]?|[IVX]+[、.．]?|[A-Z][、.．]?)$"
)
_DATA_SERIAL = re.compile(r"^\d{1,6}(?:[、.．])?(?:\.0)?$")
_CHILD_SERIAL = re.compile(r"^\d+[.．\-－—]\d+(?:[.．\-]\d+)*$|^[(（]\d+[)）]$|^[①-⑳]$|^\d+[)）]$")
_SECTION_STYLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"^第[{_CHINESE}\d]+(?:部分|大类|类|章|批|篇|板块)[、.．:：\s]*")),
    ("roman", re.compile(r"^(?:[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]+|[IVX]{1,4}(?=[、.．\s]))[、.．\s]*")),
    ("letter", re.compile(r"^[A-Z][、.．]\s*")),
    ("han", re.compile(rf"^[{_CHINESE}]+[、.．,，:：\s]\s*")),
    ("han_brackets", re.compile(rf"^[(（][{_CHINESE}]+[)）][、.．]?\s*")),
    ("digit", re.compile(r"^\d{1,2}[、.．](?!\d)\s*")),
    ("digit_brackets", re.compile(r"^[(（]\d{1,2}[)）][、.．]?\s*")),
    ("circle", re.compile(r"^[①-⑳]\s*")),
    ("dash", re.compile(r"^(?:—+|－+|-+|――)\s*(?:\d{1,2}(?![\d.])\s*)?")),
)
_COUNT = re.compile(r"[(（]?(?:共|计|合计)?(\d{1,5})(?:个|项|件)(?:项目)?[)）]?|[(（](\d{1,5})[)）]$")
_TAIL = re.compile(r"[(（][^)）]*[)）]$|[:：;；。,，]+$")


@dataclass(frozen=True, slots=True)
class Section:
    """A section row: its style of numbering, its bare label and the count it states."""

    style: str
    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Shape:
    """What the kinds of rows are told by: where the table has its serial, name and other columns."""

    serial: int | None
    name: int
    anchors: tuple[int, ...]  # columns only projects fill: code, owner, content, dates, …
    money: tuple[int, ...]
    labels: frozenset[str]  # all heading texts, folded
    width: int


@dataclass(frozen=True, slots=True)
class Classified:
    kind: RowKind | None  # None is a project row
    label: str = ""
    section: Section | None = None
    is_child: bool = False
    marks: str = ""


PROJECT = Classified(None)


def section_of(text: str) -> Section:
    """Take a section label apart: 一、轨道交通项目(3个) → style, 轨道交通, 3."""
    plain = text.strip(" \u3000\t\r\n")
    style = "plain"
    for name, pattern in _SECTION_STYLES:
        found = pattern.match(plain)
        if found is not None and found.end() < len(plain):
            style, plain = name, plain[found.end() :]
            break
    counted = _COUNT.search(plain)
    count = int(counted[1] or counted[2]) if counted is not None else None
    if counted is not None:
        plain = plain[: counted.start()]
    label = _TAIL.sub("", folded(plain)).rstrip("共计")
    return Section(style, re.sub(r"(?<=.{2})(?:类)?项目$|(?<=.{2})类$", "", label), count)


def filled_cells(row: Sequence[RawValue]) -> list[tuple[int, RawValue]]:
    """The cells that say something; dashes and white space do not."""
    return [(index, cell) for index, cell in enumerate(row) if cell is not None and not is_empty(cell)]


def classify(row: Sequence[RawValue], shape: Shape) -> Classified:
    """Tell what a row is. The common project row is told by the caller before; this is for all others."""
    filled = filled_cells(row)
    if not filled:
        return Classified(RowKind.BLANK)
    texts = [cell for _, cell in filled if type(cell) is str]
    if len(texts) == len(filled) and all(folded(text) in shape.labels for text in texts):
        return Classified(RowKind.REPEATED_HEADER)
    lead = folded(texts[0]) if texts else ""
    found = _total_or_example(filled, shape)
    if found is None and not any(index in shape.money and plain_number(cell) is not None for index, cell in filled):
        found = _remark(filled, lead, [folded(text) for text in texts])
    return found or _by_shape(filled, dict(filled), shape)


def _total_or_example(filled: list[tuple[int, RawValue]], shape: Shape) -> Classified | None:
    at_name = [folded(cell) for index, cell in filled if type(cell) is str and index <= max(shape.name + 1, 2)]
    for text in at_name[:3]:
        if (TOTAL.match(text) or _OF_WHICH.match(text)) and not _has_identity(filled, shape):
            return Classified(RowKind.SUBTOTAL if _PART_TOTAL.search(text) else RowKind.TOTAL, text)
        if _EXAMPLE.search(text):
            return Classified(RowKind.EXAMPLE)
    return None


def _remark(filled: list[tuple[int, RawValue]], lead: str, texts: list[str]) -> Classified | None:
    """Rows of words alone: unit lines of a new page, notes, signatures."""
    signed = len(_SIGNATURE.findall("".join(texts)))
    if signed > 1 or (signed and len(filled) <= 2):
        return Classified(RowKind.SIGNATURE)
    if len(filled) > 4:
        return None
    if any(_UNIT_ROW.match(text) for text in texts):
        return Classified(RowKind.UNIT)
    alone = len(filled) == 1 and (len(lead) > 60 or _NO_ROWS.match(lead) is not None)
    paged = len(filled) <= 2 and _PAGE.match(lead) is not None
    return Classified(RowKind.NOTE) if alone or paged or _NOTE.match(lead) else None


def _has_identity(filled: list[tuple[int, RawValue]], shape: Shape) -> bool:
    """A project has a code, a unit or a content; a total or section has not."""
    cells = dict(filled)
    anchored = sum(1 for index in shape.anchors if type(cells.get(index)) is not int and index in cells and not _is_count(cells[index]))
    numbered = shape.serial is not None and _DATA_SERIAL.match(serial_text(cells.get(shape.serial))) is not None
    return anchored >= (1 if numbered else 2)


def _by_shape(filled: list[tuple[int, RawValue]], cells: dict[int, RawValue], shape: Shape) -> Classified:
    serial = serial_text(cells.get(shape.serial)) if shape.serial is not None else ""
    bare_serial = serial.strip(MARKS)
    marks = "".join(sign for sign in serial if sign in MARKS)
    name = cells.get(shape.name)
    if type(name) in (int, float) and serial and not _DATA_SERIAL.match(bare_serial):
        name = None  # a count beside a label: ——铁路|2
    anchored = sum(1 for index in shape.anchors if index in cells and not _is_count(cells[index]))
    money = sum(1 for index in shape.money if index in cells)
    if name is not None and anchored == 0:
        section = _section_here(cells, bare_serial, name, money, shape, filled)
        if section is not None:
            return section
    if name is None and anchored == 0 and len(filled) - money <= 2:
        return _unnamed_section_or_orphan(filled, bare_serial, money, shape)
    if name is None and (anchored + money < 2 or (not bare_serial and anchored + money < max(3, (len(shape.anchors) + len(shape.money)) // 2))):
        only_text = money == 0 and anchored > 0 and not bare_serial
        return Classified(RowKind.CONTINUATION if only_text else RowKind.ORPHAN)
    return Classified(None, is_child=_CHILD_SERIAL.match(bare_serial) is not None, marks=marks)


def _section_here(
    cells: dict[int, RawValue], serial: str, name: RawValue, money: int, shape: Shape, filled: list[tuple[int, RawValue]]
) -> Classified | None:
    text = name if type(name) is str else ""
    others = len(filled) - money - 1 - (1 if serial else 0)
    numbered = SECTION_SERIAL.match(serial) is not None
    section = section_of(f"{serial}、{text}" if numbered and not serial.endswith(("、", ")", "）", ".")) else f"{serial}{text}" if numbered else text)
    count = section.count if section.count is not None else _count_beside(cells, shape)
    if numbered:
        return Classified(RowKind.SECTION, text, Section(section.style, section.label, count))
    if serial:
        return None
    if money == 0 and section.style == "plain" and len(section.label) > _LONGEST_SECTION:
        return Classified(RowKind.NOTE)
    alone = money == 0 and others <= (1 if count is not None else 0)
    counted_sums = money > 0 and (section.count is not None or section.style == "dash" or (section.style != "plain" and bool(shape.anchors)))
    if alone or counted_sums or (money > 0 and len(shape.anchors) >= 2 and others <= 0):
        return Classified(RowKind.SECTION, text, Section(section.style, section.label, count))
    return None


def _unnamed_section_or_orphan(filled: list[tuple[int, RawValue]], serial: str, money: int, shape: Shape) -> Classified:
    """Text in the serial column (merged over the row), or cells that belong to nothing."""
    first_index, first = filled[0]
    label = filled[1][1] if len(filled) > 1 else None
    if SECTION_SERIAL.match(serial) and type(label) is str and filled[1][0] <= shape.name + 1:
        return _section_row(f"{serial}、{label}", filled[2:], label)
    worded = type(first) is str and not _DATA_SERIAL.match(serial) and len(folded(first)) >= 2 and plain_number(first) is None
    if worded and first_index <= max(shape.name, 1):
        return _section_row(str(first), filled[1:], str(first))
    if len(filled) == 1 and isinstance(first, int | float) and shape.serial == first_index:
        return Classified(RowKind.BLANK)
    if len(filled) == 1 and type(first) is str and _DATA_SERIAL.match(serial):
        return Classified(RowKind.BLANK)
    return Classified(RowKind.ORPHAN)


def _section_row(text: str, rest: list[tuple[int, RawValue]], label: str) -> Classified:
    section = section_of(text)
    if section.style == "plain" and len(section.label) > _LONGEST_SECTION:
        return Classified(RowKind.NOTE)
    count = section.count if section.count is not None else next((_count_value(cell) for _, cell in rest if _is_count(cell)), None)
    return Classified(RowKind.SECTION, label, Section(section.style, section.label, count))


def serial_text(raw: RawValue) -> str:
    """The serial number as text, a whole number without decimals."""
    if raw is None or isinstance(raw, CellError | Uncached):
        return ""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return folded(str(raw))


def _is_count(cell: RawValue) -> bool:
    return type(cell) is str and _COUNT.fullmatch(folded(cell)) is not None


def _count_value(cell: RawValue) -> int | None:
    found = _COUNT.fullmatch(folded(cell)) if type(cell) is str else None
    return int(found[1] or found[2]) if found is not None else None


def _count_beside(cells: dict[int, RawValue], shape: Shape) -> int | None:
    """A count in a cell of its own: ——铁路|2|402600, 合计|13个."""
    for index, cell in cells.items():
        if index in shape.money or index in {shape.name, shape.serial}:
            continue
        if _is_count(cell):
            return _count_value(cell)
        if isinstance(cell, int) and index in shape.anchors and 0 < cell < 10_000:
            return cell
    return None


def count_of(label: str, row: Sequence[RawValue], shape: Shape) -> tuple[int | None, int | None]:
    """The number of projects a total or section states, in its label or beside it, and the column it stands in."""
    for index, cell in filled_cells(row):
        if type(cell) is str and index not in shape.money:
            found = _COUNT.search(folded(cell)) if folded(cell) == folded(label) or index <= shape.name else _COUNT.fullmatch(folded(cell))
            if found is not None:
                return int(found[1] or found[2]), index
    return None, None


def looks_like_title(row: Sequence[RawValue]) -> bool:
    """A single text that ends as titles do, between two tables."""
    filled = filled_cells(row)
    first = filled[0][1] if filled else None
    return len(filled) <= 2 and type(first) is str and _TITLE.search(folded(first)) is not None

"""The workbook in print form, read back."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest

from reports.excel import A3, Print, number_format, sheet_name, workbook_bytes
from reports.tables import Column, Kind, Level, Row, Table

COLUMNS = [
    Column("label", "单位", width=18),
    Column("month", "本月", Kind.YI, "完成投资"),
    Column("ytd", "本年累计", Kind.YI, "完成投资"),
    Column("rate", "完成率（%）", Kind.PERCENT),
    Column("rank", "位次", Kind.RANK),
]
ROWS = [
    Row("全市", {"label": "全市", "month": Decimal(12345), "ytd": Decimal(99999), "rate": Decimal("0.4266"), "rank": None}, Level.TOTAL),
    Row("坏", {"label": "=HYPERLINK(1)", "month": None, "ytd": Decimal(0), "rate": None, "rank": 1}, approx=frozenset({"ytd"})),
]


def drawn(*, lead="说明一句", **wanted):
    table = Table("t", "进展表", "单位：亿元", COLUMNS, ROWS, lead=lead, moment="截至今日", notes=["注一", "注二"])
    return workbook_bytes([Print(table, "进展", **wanted)])


def sheet(content):
    return openpyxl.load_workbook(BytesIO(content)).active


def test_sheet_reads_from_title_to_notes():
    rows = [[value for value in row if value is not None] for row in sheet(drawn()).iter_rows(values_only=True)]
    assert rows == [
        ["进展表"],
        ["说明一句"],
        ["截至今日", "单位：亿元"],
        ["单位", "完成投资", "完成率（%）", "位次"],
        ["本月", "本年累计"],
        ["全市", 1.2345, 9.9999, 42.66, "—"],
        ["=HYPERLINK(1)", "—", 0, "—", 1],
        ["注：1. 注一"],
        ["　　2. 注二"],
    ]


def test_headings_are_merged_and_repeat_on_each_page():
    made = sheet(drawn())
    merged = {str(block) for block in made.merged_cells.ranges}
    assert {"A1:E1", "A4:A5", "B4:C4", "D4:D5", "E4:E5"} <= merged
    assert (made.print_title_rows, made.freeze_panes) == ("$4:$5", "B6")
    assert sheet(drawn(lead="")).print_title_rows == "$3:$4"


@pytest.mark.parametrize("paper", [9, A3])
def test_page_is_landscape_one_page_wide_and_numbered(paper):
    made = sheet(drawn(paper=paper))
    assert (made.page_setup.orientation, int(made.page_setup.paperSize), made.page_setup.fitToHeight) == ("landscape", paper, 0)
    assert made.sheet_properties.pageSetUpPr.fitToPage is True
    assert made.oddFooter.center.text == "第&P页 共&N页"


def test_text_never_becomes_a_formula_and_numbers_stay_numbers():
    content = drawn()
    made = sheet(content)
    assert (made["A7"].data_type, made["B6"].data_type) == ("s", "n")
    assert b"<f>" not in ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert made["C7"].number_format == '"约"#,##0.00'


def test_fonts_are_those_of_official_documents():
    made = sheet(drawn())
    assert [made[place].font.name for place in ("A1", "A4", "A7")] == ["方正小标宋简体", "黑体", "仿宋_GB2312"]


@pytest.mark.parametrize(
    "kind, wanted",
    [(Kind.COUNT, "0"), (Kind.PERCENT, "0.00"), (Kind.POINTS, "+0.00;-0.00;0.00"), (Kind.WAN, "#,##0.00"), (Kind.MOVE, '"↑"0;"↓"0;"＝"')],
)
def test_number_formats(kind, wanted):
    assert number_format(Column("x", "X", kind)) == wanted


@pytest.mark.parametrize("text, name", [("进展", "进展"), ("a/b[c]:*?\\'", "a_b_c______"), ("长" * 40, "长" * 31), ("", "Sheet1")])
def test_sheet_name_is_one_that_excel_accepts(text, name):
    assert sheet_name(text) == name

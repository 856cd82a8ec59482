"""Marks put into a copy that is otherwise byte for byte the file that was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from PIL import Image as PillowImage

from exchange.workbook import read_book
from exchange.workbook.inlay import RECORD_SHEET, Unusual, inlay
from exchange.workbook.inlay.cells import SheetText
from exchange.workbook.marked import Mark, Order, mark_copy
from exchange.workbook.notes import BREAK, SIGN

# The witness reads only what it knows of a workbook; what stands beside it is compared byte for byte.
pytestmark = [pytest.mark.filterwarnings(f"ignore:{words}") for words in ("Unknown ext", "Conditional Formatting ext", "Sparkline Group ext")]
TITLE = "问题清单（系统生成，上传时不读取）"
# ECMA-376 part 1, 18.3.1.99: the order in which a worksheet holds its parts.
SEQUENCE = [
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection", "protectedRanges"),
    *("scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting"),
    *("dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks"),
    *("customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture"),
    *("oleObjects", "controls", "webPublishItems", "tableParts", "extLst"),
]


def picture() -> BytesIO:
    drawn = BytesIO()
    PillowImage.new("RGB", (40, 20), "#c00").save(drawn, "PNG")
    return drawn


def rich_book() -> bytes:
    """A sheet with everything that stands around cells, a second one with notes of its own, a chart sheet, names of sheets."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet, other = book.add_worksheet("项目表"), book.add_worksheet("底稿 甲")
    bold, money = book.add_format({"bold": True, "bg_color": "#99CCFF"}), book.add_format({"num_format": "#,##0.00", "italic": True})
    sheet.write_row(0, 0, ["序号", "项目名称", "总投资", "本年计划"], bold)
    sheet.write_rich_string(1, 1, "株洲路", bold, "拓宽", "改造")
    for row in range(1, 6):
        sheet.write_number(row, 0, row)
        sheet.write_number(row, 2, row * 1000.5, money)
        sheet.write_formula(row, 3, f"=C{row + 1}/2", money, row * 500.25)
    sheet.merge_range("F2:G4", "合并", bold)
    sheet.set_column("H:H", 12, money)
    sheet.conditional_format("C2:C6", {"type": "data_bar", "data_bar_2010": True})
    sheet.data_validation("A2:A6", {"validate": "integer", "criteria": ">", "value": 0})
    sheet.add_sparkline("J2", {"range": "项目表!C2:C6"})
    sheet.add_table("L1:M4", {"columns": [{"header": "甲"}, {"header": "乙"}]})
    sheet.write_comment("C3", "请领导定")
    sheet.write_comment("D4", "已核")
    sheet.set_header("&L&G", {"image_left": "logo.png", "image_data_left": picture()})
    sheet.print_area("A1:D6")
    sheet.insert_image("P2", "a.png", {"image_data": picture()})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=项目表!$C$2:$C$6"})
    sheet.insert_chart("P8", chart)
    other.write_comment("A1", "区里的话")
    other.autofilter("A1:B3")
    other.activate()
    drawing = book.add_chart({"type": "line"})
    drawing.add_series({"values": "=项目表!$C$2:$C$6"})
    book.add_chartsheet("图").set_chart(drawing)
    book.define_name("'底稿 甲'!局部", "='底稿 甲'!$A$1")
    book.close()
    return out.getvalue()


def order(marks: Mapping[str, list[Mark]], **more: Any) -> dict[str, Any]:
    lines = [("error", "'项目表'!C3", ["阻断", "项目表!C3", "总投资", "=1+1", "原因", "建议", 1])]
    return asdict(Order("问题清单", TITLE, "摘要", ("级别", "位置", "栏目", "读到的值", "原因", "建议", "处数"), lines, marks, **more))


def marked(data: bytes, marks: Mapping[str, list[Mark]], **more: Any) -> bytes:
    return inlay(data, order(marks, **more))


def parts(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


C3: list[Mark] = [(3, 3, "error", f"{SIGN}阻断：不是数字"), (5, 8, "warning", f"{SIGN}需说明：空"), (3, 6, "warning", f"{SIGN}需说明：合并")]


def test_what_is_not_marked_is_the_same_byte_for_byte() -> None:
    before, after = parts(rich_book()), parts(marked(rich_book(), {"项目表": C3}))
    touched = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"}
    touched |= {"xl/worksheets/sheet2.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"}
    assert {name for name, part in before.items() if after.get(name) != part} <= touched
    assert {name for name in after if name not in before} == {"xl/worksheets/sheet3.xml", "xl/worksheets/sheet4.xml"}
    # Of the second sheet only that it is chosen is taken away.
    assert after["xl/worksheets/sheet2.xml"] == before["xl/worksheets/sheet2.xml"].replace(b' tabSelected="1"', b"")


def test_cells_read_as_before_and_look_as_before_but_for_the_mark() -> None:
    data = rich_book()
    made = marked(data, {"项目表": C3})
    assert [list(row) for row in read_book(made, "a.xlsx").sheets[1].rows][:6] == [list(row) for row in read_book(data, "a.xlsx").sheets[0].rows][:6]
    before, after = load_workbook(BytesIO(data))["项目表"], load_workbook(BytesIO(made))["项目表"]
    tones = {"C3": "FFFFC7CE", "F2": "FFFFEB9C"}
    for row in before.iter_rows():
        for old in row:
            cell = after[old.coordinate]
            if old.coordinate == "H5":  # was not there: it takes the look of its column
                assert (cell.number_format, cell.fill.fgColor.rgb) == ("#,##0.00", "FFFFEB9C")
            else:
                assert (repr(cell.font), repr(cell.border), cell.number_format) == (repr(old.font), repr(old.border), old.number_format)
                assert cell.fill.fgColor.rgb == tones.get(cell.coordinate, old.fill.fgColor.rgb)


def test_notes_are_joined_added_and_drawn_once_each() -> None:
    made = marked(rich_book(), {"项目表": C3, "底稿 甲": [(2, 1, "error", f"{SIGN}阻断：甲")]})
    book = load_workbook(BytesIO(made))
    texts = {cell.coordinate: cell.comment.text for row in book["项目表"].iter_rows() for cell in row if cell.comment}
    assert texts == {"C3": f"{SIGN}阻断：不是数字{BREAK}请领导定", "D4": "已核", "H5": f"{SIGN}需说明：空", "F2": f"{SIGN}需说明：合并"}
    assert {cell.coordinate: cell.comment.text for row in book["底稿 甲"].iter_rows() for cell in row if cell.comment} == {
        "A1": "区里的话",
        "A2": f"{SIGN}阻断：甲",
    }
    drawings = {name: part for name, part in parts(made).items() if name.endswith(".vml") and b'"Note"' in part}
    shapes = {name: re.findall(rb'<v:shape id="(_x0000_s(\d+))"', part) for name, part in drawings.items()}
    identifiers = [identifier for found in shapes.values() for identifier, _number in found]
    assert len(identifiers) == len(set(identifiers))
    owned = {
        name: {int(block) for block in re.findall(rb"\d+", re.search(rb'<o:idmap[^>]*data="([^"]*)"', part)[1])} for name, part in drawings.items()
    }  # type: ignore[index]
    assert sum(map(len, owned.values())) == len(set.union(*owned.values()))
    for name, found in shapes.items():
        assert {int(number) // 1024 for _identifier, number in found} <= owned[name]
    first = drawings["xl/drawings/vmlDrawing1.vml"]
    places = sorted(zip(re.findall(rb"<x:Row>(\d+)", first), re.findall(rb"<x:Column>(\d+)", first), strict=True))
    assert places == sorted([(b"2", b"2"), (b"3", b"3"), (b"4", b"7"), (b"1", b"5")])


def test_a_sheet_without_notes_gets_them_at_the_place_the_standard_has_for_them() -> None:
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("项目表")
    sheet.write_row(0, 0, ["甲", "乙"])
    sheet.conditional_format("A1:A6", {"type": "data_bar", "data_bar_2010": True})
    sheet.set_header("&L&G", {"image_left": "logo.png", "image_data_left": picture()})
    sheet.add_table("D1:E4")
    sheet.add_sparkline("J2", {"range": "项目表!A1:B1"})
    sheet.insert_image("P2", "a.png", {"image_data": picture()})
    book.close()
    made = parts(marked(out.getvalue(), {"项目表": C3}))
    markup = re.sub(rb"<(conditionalFormatting|extLst|tableParts)\b.*?</\1>", rb"<\1/>", made["xl/worksheets/sheet1.xml"], flags=re.DOTALL).decode()
    top = re.findall(r"<([A-Za-z]+)[ >/]", re.sub(r"(?s)<sheetData>.*</sheetData>", "<sheetData/>", markup.partition("<worksheet")[2]))
    seen = [name for name in top if name in SEQUENCE]
    assert "legacyDrawing" in seen
    assert [SEQUENCE.index(name) for name in seen] == sorted(SEQUENCE.index(name) for name in seen)


def test_names_that_belong_to_a_sheet_follow_it() -> None:
    before, after = load_workbook(BytesIO(rich_book())), load_workbook(BytesIO(marked(rich_book(), {"项目表": C3})))
    assert after.sheetnames == ["问题清单", "项目表", "底稿 甲", "图", RECORD_SHEET]
    assert after["项目表"].print_area == before["项目表"].print_area
    assert list(after["底稿 甲"].defined_names) == list(before["底稿 甲"].defined_names)
    assert after[RECORD_SHEET].sheet_state == "veryHidden"
    assert after.active.title == "问题清单"
    assert not after["底稿 甲"].sheet_view.tabSelected


def test_the_list_holds_texts_only_and_leads_to_the_cells() -> None:
    sheet = load_workbook(BytesIO(marked(rich_book(), {"项目表": C3})))["问题清单"]
    assert [cell.value for cell in sheet[4]] == ["阻断", "项目表!C3", "总投资", "=1+1", "原因", "建议", 1]
    assert sheet["D4"].data_type == "s"
    assert sheet["B4"].hyperlink.location == "'项目表'!C3"
    assert (sheet["A4"].fill.fgColor.rgb, sheet.freeze_panes) == ("FFFFC7CE", "A4")


def test_what_an_earlier_copy_added_is_taken_off_to_the_byte() -> None:
    """The cells get their styles back, the notes their words; the sheets of the earlier copy are gone with all that named them."""
    data = rich_book()
    first = marked(data, {"项目表": C3})
    former = {"项目表": {"F2": ["solid", "FF99CCFF", 0.0]}}
    again = marked(first, {}, drop=["问题清单", RECORD_SHEET], former=former)
    before, after = load_workbook(BytesIO(data)), load_workbook(BytesIO(again))
    assert after.sheetnames == ["问题清单", *before.sheetnames, RECORD_SHEET]
    for row in before["项目表"].iter_rows():
        for cell in row:
            new = after["项目表"][cell.coordinate]
            assert (new.fill.fgColor.rgb, new.comment and new.comment.text) == (cell.fill.fgColor.rgb, cell.comment and cell.comment.text)
    made = parts(again)
    assert made["[Content_Types].xml"].count(b"worksheet+xml") == 4
    assert sum(name.startswith("xl/worksheets/sheet") for name in made) == 4
    assert made["xl/drawings/vmlDrawing1.vml"].count(b"<v:shape ") == 2


def test_more_notes_than_a_block_of_numbers_holds() -> None:
    marks: list[Mark] = [(row, 2, "error", f"{SIGN}阻断：第{row}行") for row in range(2, 2600)]
    made = marked(rich_book(), {"项目表": marks})
    drawing = parts(made)["xl/drawings/vmlDrawing1.vml"]
    identifiers = re.findall(rb'id="_x0000_s(\d+)"', drawing)
    assert len(identifiers) == len(set(identifiers)) == 2598 + 2
    assert load_workbook(BytesIO(made))["项目表"]["B2599"].comment.text == f"{SIGN}阻断：第2599行"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_cell_may_be_marked(data: st.DataObject) -> None:
    """Whatever cells of a sheet with gaps are marked: the same cells are read, and each marked cell has its colour and its note."""
    filled = data.draw(
        st.dictionaries(st.tuples(st.integers(1, 12), st.integers(1, 30)), st.integers(-5, 5) | st.sampled_from("甲<&>\"'"), max_size=40)
    )
    places = data.draw(st.lists(st.tuples(st.integers(1, 14), st.integers(1, 32)), max_size=20, unique=True))
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("表")
    for (row, column), value in filled.items():
        sheet.write(row - 1, column - 1, value)
    book.close()
    made = load_workbook(BytesIO(marked(out.getvalue(), {"表": [(row, column, "error", f"{SIGN}{row}") for row, column in places]})))["表"]
    assert {(cell.row, cell.column): cell.value for row in made.iter_rows() for cell in row if cell.value is not None} == filled
    for row, column in places:
        cell = made[f"{get_column_letter(column)}{row}"]
        assert (cell.fill.fgColor.rgb, cell.comment.text) == ("FFFFC7CE", f"{SIGN}{row}")


def changed(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as made:
        for own, part in parts(data).items():
            made.writestr(own, part.replace(old, new) if own == name else part)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b' r="3"', b""),
        ("xl/worksheets/sheet1.xml", b"spreadsheetml/2006/main", b"spreadsheetml/2006/other"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"<!-- <![CDATA[ --></sheetData>"),
        ("xl/_rels/workbook.xml.rels", b"relationships/styles", b"relationships/other"),
        ("xl/styles.xml", b"cellXfs", b"cellXfz"),
    ],
)
def test_what_is_not_cut_here_says_so(name: str, old: bytes, new: bytes) -> None:
    with pytest.raises(Unusual):
        marked(changed(rich_book(), name, old, new), {"项目表": C3})


def test_an_unusual_book_is_marked_the_other_way() -> None:
    unusual = changed(rich_book(), "xl/worksheets/sheet2.xml", b"</sheetData>", b"<!-- <![CDATA[ --></sheetData>")
    made = mark_copy(unusual, Order("问题清单", TITLE, "摘要", ("级别",), [], {"项目表": C3}))
    assert made is not None
    assert load_workbook(BytesIO(made))["项目表"]["C3"].fill.fgColor.rgb == "FFFFC7CE"


def test_merged_blocks_are_named_by_their_corners() -> None:
    cells = b'<sheetData/><mergeCells><mergeCell ref="B2:$C$4"/></mergeCells>'
    markup = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + cells + b"</worksheet>"
    assert SheetText(markup).corners() == [(2, 2, 4, 3)]

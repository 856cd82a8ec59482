"""The same table reads the same from every format, whatever the file is called."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from python_calamine import CalamineWorkbook

from exchange.raw import CellError, LongNumber, Merge, RawBook, Refusal, SheetState, Uncached
from exchange.workbook import open_book, read_book
from tests.books import PERCENT, Number, Sheet, csv, xlsx
from tests.other_books import ods, ods_content, xls, xlsb

TABLE = """
    序号 | 项目名称                       | 总投资       | 进度   | 备注
    1    | 株洲路雨污分流改造工程（一期） | 12000        | 0.0337 | =A1 -> 3
    2    | 𠮷祥路                         | -1.5         | 0.5    | #N/A

    3    | 地铁\\n6号线                    | =C2 -> 24000 |        | =A1 -> 已开工
"""
ROWS = [
    ["序号", "项目名称", "总投资", "进度", "备注"],
    [1, "株洲路雨污分流改造工程（一期）", 12000, 0.0337, 3],
    [2, "𠮷祥路", -1.5, 0.5, CellError("#N/A")],
    [],
    [3, "地铁\n6号线", 24000, None, "已开工"],
]
SHEET = Sheet("6月 ", TABLE, merges=["A1:B1", "B2:B5"], hidden_rows=[3], hidden_columns=["B"], formats={"D": PERCENT})
NOON = datetime(2020, 6, 1, 12)  # noqa: DTZ001 -- a cell knows no time zone
DAYS = [[date(2020, 6, 1), NOON, time(8, 30)], [True, False]]

WRITERS: dict[str, Callable[..., bytes]] = {"xlsx": xlsx, "xls": xls, "xlsb": xlsb, "ods": ods}


def values(book: RawBook, sheet: int = 0) -> list[list[Any]]:
    return [list(row) for row in book.sheets[sheet]]


@pytest.mark.parametrize("form", WRITERS)
def test_table_reads_the_same_from_every_format(form: str) -> None:
    book = read_book(WRITERS[form](SHEET, Sheet("旧", DAYS, state="hidden")), f"月报.{form}")
    first, second = book.sheets
    assert book.format == form
    assert book.remarks == []
    assert values(book) == ROWS
    assert (first.name, first.state) == ("6月 ", SheetState.VISIBLE)
    assert sorted(first.merges, key=lambda one: one.top) == [Merge(1, 1, 1, 2), Merge(2, 2, 5, 2)]
    assert first.hidden_rows == {3}
    assert first.hidden_columns == {2}
    assert first.percent_cells == {(2, 4), (3, 4)}
    assert second.state is SheetState.HIDDEN
    assert values(book, 1) == DAYS


@pytest.mark.parametrize("form", ["xlsx", "xls", "xlsb"])
def test_very_hidden_sheet_is_told_apart(form: str) -> None:
    book = read_book(WRITERS[form](SHEET, Sheet("b", TABLE, state="veryHidden")), f"x.{form}")
    assert [sheet.state for sheet in book.sheets] == [SheetState.VISIBLE, SheetState.VERY_HIDDEN]


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods"])
def test_formula_nobody_calculated_is_not_blank(form: str) -> None:
    book = read_book(WRITERS[form](Sheet("a", "1 | =A1*2 | =A1 -> 5 |")), f"x.{form}")
    assert values(book) == [[1, Uncached.FORMULA, 5]]


@pytest.mark.parametrize(("form", "text"), [("xlsx", "2.017370214480304E+19"), ("ods", "2.017370214480304E+19"), ("xls", "2.0173702144803E+19")])
def test_number_beyond_fifteen_digits_keeps_its_text(form: str, text: str) -> None:
    number = 2.0173702144803e19 if form == "xls" else Number(text)
    book = read_book(WRITERS[form](Sheet("a", [[number, 123456789012345]])), f"x.{form}")
    assert values(book) == [[LongNumber(text), 123456789012345]]


@pytest.mark.parametrize("form", ["xls", "xlsb", "ods"])
def test_hand_written_book_is_what_another_reader_takes_it_for(form: str) -> None:
    table = [["序号", "项目名称", "总投资"], [1, "𠮷祥路改造工程" * 9, 12000.5], [2, "地铁6号线", -3], [True, "x", date(2020, 6, 1)]]
    data = WRITERS[form](Sheet("清单", table))
    witness = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("清单").to_python(skip_empty_area=False)
    assert witness == table
    assert values(read_book(data, f"x.{form}")) == table


def test_excel_95_workbook_is_read() -> None:
    book = read_book(xls(SHEET, biff5=True), "x.xls")
    assert values(book) == ROWS


@pytest.mark.parametrize("date_1904", [False, True])
@pytest.mark.parametrize("form", ["xlsx", "xls"])
def test_serial_numbers_count_from_the_epoch_of_the_book(form: str, date_1904: bool) -> None:
    book = read_book(WRITERS[form](Sheet("a", [[43983.5]], formats={"A": "yyyy-mm-dd hh:mm"}), date_1904=date_1904), f"x.{form}")
    assert values(book) == [[NOON.replace(year=2024, day=2) if date_1904 else NOON]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_is_read_in_any_usual_encoding(encoding: str, delimiter: str) -> None:
    table = "序号 | 项目名称 | 总投资\n1 | 株洲路,改造;工程 | '12,000\n\n2 | 甲\\n乙 |"
    book = read_book(csv(table, encoding, delimiter), "x.csv")
    assert values(book) == [["序号", "项目名称", "总投资"], ["1", "株洲路,改造;工程", "12,000"], [], ["2", "甲\n乙"]]
    assert book.sheets[0].name is None


def test_text_rows_are_records_not_lines() -> None:
    book = read_book('a,b\r\n"x\ny",1\r\n\r\n"说""引号""",2\r'.encode(), "x.csv")
    assert values(book) == [["a", "b"], ["x\ny", "1"], [], ['说"引号"', "2"]]


@pytest.mark.parametrize(
    ("form", "filename", "told"), [("xls", "a.xlsx", True), ("xlsx", "a.XLSX", False), ("xls", "a.et", False), ("ods", "a", True)]
)
def test_file_is_what_its_bytes_are(form: str, filename: str, told: bool) -> None:
    book = read_book(WRITERS[form](SHEET), filename)
    assert book.format == form
    assert [(code, params["format"]) for code, params in book.remarks if code == "renamed_format"] == ([("renamed_format", form)] if told else [])


def test_text_under_the_name_of_a_workbook_is_read_and_told() -> None:
    code, params = read_book(csv(TABLE), "a.xls").remarks[0]
    assert (code, params["format"], params["suffix"], params["right"]) == ("renamed_format", "csv", ".xls", ".csv")


def test_comments_of_ods_are_no_cell_text() -> None:
    note = "<office:annotation><dc:creator>甲</dc:creator><text:p>见附件</text:p><text:p>二</text:p></office:annotation>"
    text = '<text:p>项<text:s text:c="2"/>目</text:p><text:p>甲</text:p>'
    row = f'<table:table-row><table:table-cell office:value-type="string">{note}{text}</table:table-cell>'
    table = f'<table:table table:name="a">{row}</table:table-row></table:table>'.replace("dc:creator", "text:span")
    sheet = read_book(ods(SHEET, extra={"content.xml": ods_content(table)}), "x.ods").sheets[0]
    assert [list(row) for row in sheet] == [["项  目\n甲"]]
    assert sheet.comments == {(1, 1): "见附件\n二"}


def test_sheet_copied_from_another_file_is_left_out_and_told() -> None:
    cell = '<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
    own = f'<table:table table:name="a">{cell}</table:table>'
    copy = f'<table:table table:name="b"><table:table-source/>{cell}</table:table>'
    book = read_book(ods(SHEET, extra={"content.xml": ods_content(copy + own)}), "x.ods")
    assert [sheet.name for sheet in book.sheets] == ["a"]
    assert book.remarks == [("external_links", {})]


def test_book_of_openpyxl_is_read() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["项目", "金额", "比例", "日期"])
    sheet.append(["甲", 12.5, 0.25, date(2020, 6, 1)])
    sheet["B3"] = "=SUM(B2:B2)"
    sheet["C2"].number_format = "0%"
    sheet["A2"].comment = Comment("见附件", "甲")
    sheet.row_dimensions[2].hidden = True
    sheet.merge_cells("A1:B1")
    file = io.BytesIO()
    book.save(file)
    read = read_book(file.getvalue(), "x.xlsx").sheets[0]
    assert [list(row) for row in read] == [["项目", None, "比例", "日期"], ["甲", 12.5, 0.25, date(2020, 6, 1)], [None, Uncached.FORMULA]]
    assert (read.comments, read.hidden_rows, read.percent_cells) == ({(2, 1): "见附件"}, {2}, {(2, 3)})


def test_book_of_xlsxwriter_is_read_and_its_formulas_are_doubted() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("清单")
        sheet.write_row(0, 0, ["项目", 1, 2.5])
        sheet.write_rich_string(1, 0, "项", book.add_format({"bold": True}), "目")
        sheet.write_formula(1, 1, "=B1*2")
    read = read_book(file.getvalue(), "x.xlsx")
    assert values(read) == [["项目", 1, 2.5], ["项目", 0]]
    assert ("formulas_never_calculated", {"cells": 1}) in read.remarks


def test_stream_gives_the_same_rows_and_may_be_walked_again() -> None:
    rows = [[at, f"项目{at}", at / 7] for at in range(5_000)]
    with open_book(xlsx(Sheet("a", rows), Sheet("b", rows[::-1])), "x.xlsx") as book:
        first, second = book.sheets
        together = [(list(one), list(other)) for one, other in zip(first, second, strict=True)]
        assert together == list(zip(rows, rows[::-1], strict=True))
        assert [list(row) for row in first] == rows


def test_file_of_a_path_is_read(tmp_path: Any) -> None:
    path = tmp_path / "月报.xlsx"
    path.write_bytes(xlsx(SHEET))
    assert values(read_book(path, path.name)) == ROWS


def test_refusal_is_worded_in_both_languages() -> None:
    with pytest.raises(Refusal) as refused:
        read_book(b"%PDF-1.4", "x.xlsx")
    assert refused.value.code == "not_a_workbook"
    assert refused.value.zh == "该文件是PDF 文档，不是 Excel 表格，请上传 .xlsx、.xls、.ods 或 .csv 文件。"
    assert refused.value.en == "This is a PDF document, not a workbook. Upload an .xlsx, .xls, .ods or .csv file."

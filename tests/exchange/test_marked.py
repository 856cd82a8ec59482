"""问题标注表: the sender's own file with its faults marked; mended in place and sent again it goes in."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.styles import Font, PatternFill
from PIL import Image as PillowImage

from accounts.models import AuditEvent
from exchange.models import Upload
from exchange.services.commit import commit
from exchange.services.faults import StateError
from exchange.services.marked import marked_file
from exchange.sheets.template import FINDINGS_TITLE
from exchange.workbook import DEFAULT, Limits, read_book
from exchange.workbook.marked import Order, mark_copy
from exchange.workbook.notes import SIGN, joined_note, old_note, said_of
from projects.models import Project
from tests.books import Sheet, csv, xlsx
from tests.exchange.cast import Cast, client_of, make_cast
from tests.exchange.roundtrip import sent
from tests.other_books import xls

pytestmark = pytest.mark.django_db

HEADINGS = (
    "序号",
    "项目名称",
    "项目代码",
    "项目单位",
    "所属区市",
    "行业领域",
    "建设性质",
    "计划开工时间",
    "计划竣工时间",
    "总投资",
    "2020年计划投资",
    "备注_区内",
)
ROWS = (
    *(
        (
            1,
            "株洲路拓宽改造",
            "2019-370212-48-01-000001",
            "青岛崂山城建有限公司",
            "崂山区",
            "城建",
            "改扩建",
            "2019年5月",
            "2021年12月",
            "待定",
            4000,
            "私1",
        ),
    ),
    *(
        (
            2,
            "张村河综合整治",
            "2019-370212-76-01-000002",
            "青岛崂山水务有限公司",
            "崂山区",
            "水利",
            "新建",
            "2020年3月",
            "2022年6月",
            30000,
            9000,
            "私2",
        ),
    ),
)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast(with_reference=True)


def book_by_hand() -> bytes:
    """A list with a look of its own: fonts, widths, a fill at the faulty cell, notes, a formula with its result, a freeze."""
    book = Workbook()
    sheet = book.active
    sheet.title = "项目表"
    sheet.append(["崂山区2020年重大基础设施项目表"])
    sheet.append(["单位：万元"])
    sheet.append(list(HEADINGS))
    for row in ROWS:
        sheet.append(list(row))
    sheet["A1"].font = Font(bold=True, size=20, color="FF00B050")
    sheet["J4"].fill = PatternFill("solid", fgColor="FF99CCFF")
    sheet["J4"].comment = Comment("请领导定", "区里")
    sheet.column_dimensions["B"].width = 41
    sheet.freeze_panes = "C4"
    sheet.merge_cells("A1:L1")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def marked(upload: Upload) -> bytes:
    return marked_file(upload, actor=None)[1]


def test_their_file_comes_back_with_its_look_and_the_fault_at_the_cell(cast: Cast) -> None:
    upload = sent(book_by_hand(), cast, name="崂山.xlsx")
    book = load_workbook(BytesIO(marked(upload)))
    assert book.sheetnames[:2] == ["问题清单", "项目表"]
    sheet = book["项目表"]
    assert (sheet["A1"].font.size, sheet.column_dimensions["B"].width, sheet.freeze_panes) == (20, 41, "C4")
    assert "A1:L1" in [str(one) for one in sheet.merged_cells.ranges]
    assert sheet["J4"].value == "待定"
    assert sheet["J4"].fill.fgColor.rgb == "FFFFC7CE"
    assert "不是数字" in sheet["J4"].comment.text
    assert "请领导定" in sheet["J4"].comment.text
    assert [sheet[f"L{row}"].value for row in (4, 5)] == ["私1", "私2"]
    assert sheet["L4"].comment is None


def test_their_pictures_stay(cast: Cast) -> None:
    drawn = BytesIO()
    PillowImage.new("RGB", (40, 20), "#c00").save(drawn, "PNG")
    book = load_workbook(BytesIO(book_by_hand()))
    book["项目表"].add_image(Image(drawn), "N2")
    out = BytesIO()
    book.save(out)
    copy = marked(sent(out.getvalue(), cast, name="崂山.xlsx"))
    with ZipFile(BytesIO(copy)) as archive:
        assert [name for name in archive.namelist() if name.startswith("xl/media/")] == ["xl/media/image1.png"]
    assert "图片" not in "".join(str(cell.value) for row in load_workbook(BytesIO(copy))["问题清单"]["A1:A3"] for cell in row)


def test_first_sheet_lists_what_where_and_what_would_be_right(cast: Cast) -> None:
    upload = sent(book_by_hand(), cast, name="崂山.xlsx")
    sheet = load_workbook(BytesIO(marked(upload)))["问题清单"]
    assert sheet["A1"].value == FINDINGS_TITLE
    assert [cell.value for cell in sheet[3]] == ["级别", "位置", "栏目", "读到的值", "原因", "建议", "处数"]
    first = [cell.value for cell in sheet[4]]
    assert first[:4] == ["阻断", "项目表!J4", "总投资", "待定"]
    assert all(first[4:6])
    assert sheet["B4"].hyperlink.location == "'项目表'!J4"
    assert sheet.sheet_view.tabSelected
    assert sheet.max_row - 3 == len(upload.findings)


def test_mended_in_place_it_goes_in(cast: Cast) -> None:
    upload = sent(book_by_hand(), cast, name="崂山.xlsx")
    assert upload.counts["error"] == 1
    book = load_workbook(BytesIO(marked(upload)))
    book["项目表"]["J4"].value = 12000
    out = BytesIO()
    book.save(out)
    again = sent(out.getvalue(), cast, name="崂山_问题标注.xlsx")
    assert (again.counts["error"], again.counts["create"]) == (0, 2)
    assert [sheet["name"] for sheet in again.sheets] == ["项目表"]
    assert again.findings == [] or all(finding["sheet"] == "项目表" for finding in again.findings)
    commit(again, actor=cast.owner, reason="核实")
    assert Project.objects.count() == 2


def test_marked_twice_the_old_marks_are_gone_and_their_colour_is_back(cast: Cast) -> None:
    first = load_workbook(BytesIO(marked(sent(book_by_hand(), cast, name="崂山.xlsx"))))
    first["项目表"]["J4"].value = 12000
    first["项目表"]["J5"].value = "另议"
    out = BytesIO()
    first.save(out)
    book = load_workbook(BytesIO(marked(sent(out.getvalue(), cast, name="崂山.xlsx"))))
    assert book.sheetnames.count("问题清单") == 1
    sheet = book["项目表"]
    assert (sheet["J4"].fill.fgColor.rgb, sheet["J4"].comment.text) == ("FF99CCFF", "请领导定")
    assert sheet["J5"].fill.fgColor.rgb == "FFFFC7CE"


def test_sent_again_as_it_is_it_is_found_the_same(cast: Cast) -> None:
    """Nothing of what we add is read, and results of formulas are still there."""
    table = "崂山区2020年重大基础设施项目表\n单位：万元\n" + "|".join(HEADINGS) + "\n" + "\n".join("|".join(map(str, row)) for row in ROWS)
    table += "\n|合计||||||||=SUM(J4:J5) -> 30000|=SUM(K4:K5) -> 14000"
    upload = sent(xlsx(Sheet("项目表", table)), cast, name="崂山.xlsx")
    again = sent(marked(upload), cast, name="崂山.xlsx")
    places = [(each["code"], each["sheet"], each["row"], each["col"]) for each in upload.findings]
    assert [(each["code"], each["sheet"], each["row"], each["col"]) for each in again.findings] == places
    assert ("total_mismatch", "项目表", 6, "K") in places


@pytest.mark.parametrize("form", ["xls", "csv"])
def test_other_formats_come_back_as_xlsx_with_the_same_cells(cast: Cast, form: str) -> None:
    rows = [["崂山区2020年重大基础设施项目表"], ["单位：万元"], list(HEADINGS), *map(list, ROWS)]
    content = xls(Sheet("项目表", rows)) if form == "xls" else csv([[str(cell) for cell in row] for row in rows])
    upload = sent(content, cast, name=f"崂山.{form}")
    made = marked(upload)
    before, after = read_book(content, f"崂山.{form}"), read_book(made, "崂山.xlsx")
    assert [list(row) for row in after.sheets[1].rows] == [list(row) for row in before.sheets[0].rows]
    sheet = load_workbook(BytesIO(made)).worksheets[1]
    assert sheet["J4"].fill.fgColor.rgb == "FFFFC7CE"
    assert "不是数字" in sheet["J4"].comment.text


def test_a_whole_column_of_one_fault_is_marked_cell_by_cell(cast: Cast) -> None:
    rows = [["崂山区2020年重大基础设施项目表"], ["单位：万元"], list(HEADINGS)]
    for number in range(300):
        rows.append([number + 1, f"道路工程{number:03}", f"2019-370212-48-01-{number:06}", *ROWS[0][3:9], "未定数", 10, ""])
    upload = sent(xlsx(Sheet("项目表", rows)), cast, name="崂山.xlsx")
    sheet = load_workbook(BytesIO(marked(upload)))["项目表"]
    assert all(SIGN in sheet.cell(row, 10).comment.text for row in range(4, 304))


def test_nothing_that_is_written_runs(cast: Cast) -> None:
    rows = [
        ["崂山区2020年重大基础设施项目表"],
        ["单位：万元"],
        list(HEADINGS),
        [1, '=HYPERLINK("http://x")', "+1+1", *ROWS[0][3:9], "@SUM(1)", 4000, "=1+1"],
    ]
    upload = sent(csv([[str(cell) for cell in row] for row in rows]), cast, name="崂山.csv")
    archive = ZipFile(BytesIO(marked(upload)))
    assert not any(b"<f>" in archive.read(name) or b"<f " in archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name)
    upload = sent(book_by_hand(), cast, name="=cmd|' /C calc'!A0.xlsx")
    listed = load_workbook(BytesIO(marked(upload)))["问题清单"]
    assert all(cell.data_type != "f" for row in listed.iter_rows() for cell in row)


def test_what_was_never_read_is_not_marked(cast: Cast) -> None:
    upload = sent(b"PK\x03\x04 no workbook", cast, name="坏.xlsx")
    assert upload.state == Upload.State.REFUSED
    with pytest.raises(StateError):
        marked_file(upload, actor=None)
    answer = client_of(cast.owner).get(f"/uploads/{upload.public_id}/marked.xlsx")
    assert answer.status_code == 409


def test_too_much_for_the_child_falls_back_to_the_same_cells(cast: Cast) -> None:
    order = Order("问题清单", FINDINGS_TITLE, "", ("级别",), [], {})
    assert mark_copy(book_by_hand(), order, Limits(memory_bytes=8 * 1024 * 1024)) is None
    assert mark_copy(b"no workbook", order, DEFAULT) is None


def test_page_gives_it_to_those_who_see_the_upload(cast: Cast) -> None:
    upload = sent(book_by_hand(), cast, name="崂山.xlsx")
    client = client_of(cast.owner)
    assert "下载问题标注表" in client.get(f"/uploads/{upload.public_id}/").content.decode()
    answer = client.get(f"/uploads/{upload.public_id}/marked.xlsx")
    assert (answer.status_code, "attachment" in answer["Content-Disposition"]) == (200, True)
    assert AuditEvent.objects.filter(event="upload.marked", actor=cast.owner).count() == 1
    assert client_of(cast.stranger).get(f"/uploads/{upload.public_id}/marked.xlsx").status_code == 404


def test_notes_keep_what_stood_there() -> None:
    once = joined_note("他们的话", f"{SIGN}阻断：甲")
    twice = joined_note(once, f"{SIGN}需说明：乙")
    assert (old_note(twice), said_of(twice).count(SIGN)) == ("他们的话", 2)
    assert (old_note("他们的话"), said_of("他们的话")) == ("他们的话", "")

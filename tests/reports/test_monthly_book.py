"""The official monthly tables in one workbook: what they say, that their formulas come to it, that it is made again byte for byte."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.models import AuditEvent
from projects.models import MonthReport, Threshold
from projects.period import FIRST_HALF
from projects.services.cuts import make_cut
from projects.services.reference import load_reference
from projects.values import Month
from reports.book import monthly_book, ranked
from reports.excel import A3, A4
from reports.figure_list import placed_figures
from reports.light_rows import lights_of
from reports.selection import Question, reach_of, whole_reach
from reports.tables import Level, Row, Table
from reports.traced import trace
from tests.reports import build
from tests.reports.recalc import recalculated

pytestmark = pytest.mark.django_db
JUNE = Question(Month(2020, 6))
SHEETS = [
    "总体情况",
    "分领域",
    "分领域图",
    "分单位排名",
    "分单位图",
    "分月进度",
    "开工情况",
    "新开工项目",
    "竣工项目",
    "落后项目",
    "红灯清单",
    "资金",
    "项目明细",
    "数据溯源",
]


@pytest.fixture
def town():
    """Three districts and a bureau: two tie, one is behind, one has no plan; a project on two lists; starts and completions of several times."""
    north, south, west, bureau = build.unit("北区"), build.unit("南区"), build.unit("西区"), build.unit("市局", ranked=False)
    rail, road, chips = build.sector("轨道交通"), build.sector("公路"), build.sector("芯片", scheme="sei_field")
    both = build.project(
        north,
        name="北一",
        total=500000,
        plan=100000,
        months={"2020-05": (10000, 40000), "2020-06": (20000, 60000)},
        in_sector=rail,
        actual_start="2020-06",
    )
    tie = build.project(
        south, name="南一", total=300000, plan=50000, months={"2020-05": (1, 30000), "2020-06": (0, 30000)}, in_sector=road, actual_start="2019-11"
    )
    behind = build.project(
        west, name="=西一", total=90000, plan=30000, months={"2020-06": (1000, 1000.5)}, in_sector=road, actual_start="2020", planned_finish="2020-06"
    )
    chip = build.project(
        west, name="西二", total=90000, plan=70000, months={"2020-06": (2, 20000)}, kind="emerging", in_sector=chips, actual_finish="2020-05-30"
    )
    later = build.project(bureau, name="局一", total=7000, plan=None, months={"2020-06": (5, 5)}, actual_start="2020-07")
    build.project(north, name="北二", total=None, actual_finish="2019-12")
    build.listed("infra", [both, tie, behind, later])
    build.listed("sei", [both, chip], kind="emerging")
    return north


def sheets(content):
    return {sheet.title: sheet for sheet in openpyxl.load_workbook(BytesIO(content), data_only=True).worksheets}


def cells(sheet):
    """The rows of a sheet, without what is blank."""
    return [[value for value in row if value is not None] for row in sheet.iter_rows(max_row=40, values_only=True)]


def numbers(content):
    """What is counted and measured, sheet by sheet, whatever it is called."""
    found = openpyxl.load_workbook(BytesIO(content), data_only=True).worksheets
    return [[cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, (int, float))] for sheet in found]


def test_units_stand_by_rank_with_ties_and_movement(town):
    rows = cells(sheets(monthly_book(whole_reach(), JUNE).content())["分单位排名"])
    heading = next(at for at, row in enumerate(rows) if row and row[0] == "单位")
    assert rows[0] == ["青岛市2020年6月重大项目投资进展情况表（按单位）"]
    assert rows[heading][1:3] == ["项目（个）", "总投资"]
    told = [(row[0], row[1], row[-2], row[-1]) for row in rows[heading + 2 : heading + 7]]
    assert told == [("全市", 6, "—", "—"), ("北区", 2, 1, 1), ("南区", 1, 1, 0), ("西区", 2, 3, "—"), ("市局", 1, "—", "—")]


def test_setting_turns_the_ranking_round(town):
    Threshold.objects.create(code="ranking_order", value="low_first", valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31))
    rows = cells(sheets(monthly_book(whole_reach(), JUNE).content())["分单位排名"])
    assert [row[0] for row in rows if row and row[0] in {"全市", "北区", "南区", "西区", "市局"}] == ["全市", "西区", "北区", "南区", "市局"]


def test_what_has_no_place_stands_below():
    values = [("全市", "total", None, 1), ("甲", "row", None, None), ("乙", "row", 2, 1), ("丙", "row", None, 1), ("丁", "row", 1, 1)]
    rows = [Row(name, {"rank": rank, "rate": rate}, Level(level)) for name, level, rank, rate in values]
    table = Table("t", "", "", (), rows)
    assert [row.label for row in ranked(table, "top_first").rows] == ["全市", "丁", "乙", "丙", "甲"]
    assert [row.label for row in ranked(table, "low_first").rows] == ["全市", "乙", "丁", "丙", "甲"]


def test_starts_and_completions_are_read_from_dates(town):
    found = sheets(monthly_book(whole_reach(), JUNE).content())
    named = [[value for value in row[:2] if value is not None] for row in found["新开工项目"].iter_rows(min_row=5, max_row=9, values_only=True)]
    starts = [row[-1] for row in named]
    assert starts == ["合计（2个项目）", "本月新开工（1个项目）", "北一", "本年此前新开工（1个项目）", "=西一"]
    done = [row[1] for row in found["竣工项目"].iter_rows(min_row=5, max_row=9, values_only=True)]
    assert done[:4] == ["合计（1个项目）", "本月竣工（0个项目）", "本年此前竣工（1个项目）", "西二"]
    behind = [row[1] for row in found["落后项目"].iter_rows(min_row=5, max_row=7, values_only=True)]
    assert behind == ["合计（2个项目）", "=西一", "西二"]


def libreoffice(content, folder):
    """The values that LibreOffice comes to."""
    (folder / "book.xlsx").write_bytes(content)
    home = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(folder / "out"),
        str(folder / "book.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    worked = openpyxl.load_workbook(folder / "out" / "book.xlsx", data_only=True)
    return {place: (written, worked[place[0]][place[1]].value) for place, (written, _own) in recalculated(content).items()}


RECKONERS = {"own": lambda content, _folder: recalculated(content), **({"libreoffice": libreoffice} if shutil.which("soffice") else {})}


@pytest.mark.parametrize("reckon", RECKONERS.values(), ids=RECKONERS)
def test_every_formula_comes_to_our_figure(town, tmp_path, reckon):
    found = reckon(monthly_book(whole_reach(), JUNE).content(), tmp_path)
    assert {sheet for sheet, _cell in found} >= {"分领域", "分单位排名", "分月进度", "落后项目", "项目明细"}
    assert len(found) > 60
    for place, (written, worked) in found.items():
        assert worked == pytest.approx(written, rel=1e-12, abs=1e-9), place


def test_the_whole_of_two_lists_is_no_sum_and_stays_a_number(town):
    book = openpyxl.load_workbook(BytesIO(monthly_book(whole_reach(), JUNE).content()))
    of_lists, of_units = book["总体情况"], book["分单位排名"]
    assert (of_lists["B6"].value, of_lists["B7"].value, of_lists["B8"].value) == (6, 4, 2)
    assert of_units["B6"].value == "=SUM(B7:B10)"


def test_pages_are_ready_to_print(town):
    content = monthly_book(whole_reach(), JUNE).content()
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames == SHEETS
    for sheet in book.worksheets:
        detail = sheet.title in {"新开工项目", "竣工项目", "落后项目", "红灯清单", "项目明细"}
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", A3 if detail else A4)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
        assert sheet.oddFooter.center.text == "第&P页 共&N页"
        if not sheet.title.endswith("图"):
            assert sheet.print_title_rows
            assert sheet.freeze_panes
    charts = [name for name in ZipFile(BytesIO(content)).namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 3


def test_names_never_become_formulas(town):
    book = openpyxl.load_workbook(BytesIO(monthly_book(whole_reach(), JUNE).content()))
    (cell,) = (cell for row in book["落后项目"].iter_rows() for cell in row if cell.value == "=西一")
    assert cell.data_type == "s"


def test_the_same_question_is_the_same_file_and_tells_no_clock(town):
    question = Question(Month(2020, 6), known=date(2020, 7, 10))
    first, second = (monthly_book(whole_reach(), question).content() for _time in range(2))
    assert first == second
    packed = ZipFile(BytesIO(first))
    assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert b"2020-07-10T23:59:59Z" in packed.read("docProps/core.xml")


@pytest.mark.django_db(transaction=True)
def test_a_cut_gives_the_same_file_after_the_figures_moved(town):
    cut = make_cut(name="六月", actor=build.person("chief", "city_administrator"), reason="报送")
    question = Question(Month(2020, 6), cut=cut)
    first = monthly_book(whole_reach(), question).content()
    report = MonthReport.objects.get(project__name="南一", period__month=6)
    report.done_ytd_wan = 45000
    report.save()
    assert monthly_book(whole_reach(), question).content() == first
    assert monthly_book(whole_reach(), JUNE).content() != monthly_book(whole_reach(), question).content()
    assert sheets(first)["分单位排名"]["A2"].value.startswith("2020年1—6月")
    assert "六月" in str([row[0] for row in sheets(first)["分单位排名"].iter_rows(max_row=3, values_only=True)])


def test_red_list_says_why_and_since_when(town, tmp_path):
    shutil.copy(Path(__file__).parents[2] / "fixtures" / "reference" / "light_profiles.json", tmp_path)
    load_reference(tmp_path)
    lit = lights_of(whole_reach(), JUNE)
    rows = cells(sheets(monthly_book(whole_reach(), JUNE).content())["红灯清单"])
    named = {"北一", "南一", "=西一", "西二", "局一", "北二"}
    told = [row for row in rows if row and row[0] in named]
    assert [row[0] for row in told] == [row.name for row in lit.red]
    assert "=西一" in [row[0] for row in told]
    assert [row[1:3] for row in told] == [["■ 红", row.light.why_zh] for row in lit.red]


def test_every_listed_figure_is_its_measure_and_stands_where_it_says(town):
    """The whole list against the measures themselves, asked anew one by one; the cell it names prints the same text."""
    book = monthly_book(whole_reach(), JUNE, "https://pipeline.example/")
    placed = placed_figures(book.prints[:-1], JUNE)
    assert {one.sheet for one in placed} == {"总体情况", "分领域", "分单位排名", "分月进度", "开工情况", "资金", "项目明细"}
    found = openpyxl.load_workbook(BytesIO(book.content()), data_only=True)
    for one in placed:
        asked = one.figure
        assert trace(whole_reach(), asked.question, [asked.measure.key])[asked.measure.key].value == asked.value, asked.mark
        assert isinstance(found[one.sheet][one.at].value, (int, float)), asked.mark
    rows = list(found["数据溯源"].iter_rows(min_row=4, max_row=3 + len(placed)))
    assert [row[4].value for row in rows] == [one.figure.mark for one in placed]
    assert rows[0][4].hyperlink.target == f"https://pipeline.example{placed[0].figure.address}"
    assert rows[0][0].hyperlink.location == f"'{placed[0].sheet}'!{placed[0].at}"


def test_without_an_address_the_list_has_marks_alone(town):
    sheet = openpyxl.load_workbook(BytesIO(monthly_book(whole_reach(), JUNE).content()))["数据溯源"]
    assert sheet["E4"].value.endswith("@2020-06")
    assert sheet["E4"].hyperlink is None


def test_half_a_month_is_traced_as_a_half(town):
    question = Question(Month(2020, 6), half=FIRST_HALF)
    marks = {one.figure.mark.split("@")[1].split(";")[0] for one in placed_figures(monthly_book(whole_reach(), question).prints, question)}
    assert marks == {"2020-06A", "2020-05"}


def test_queries_do_not_grow_with_projects(town):
    with CaptureQueriesContext(
        connection,
    ) as few:
        monthly_book(whole_reach(), JUNE)
    for number in range(12):
        build.project(build.unit(f"区{number}"), plan=10, months={"2020-05": (1, 1), "2020-06": (1, 2)}, actual_start="2020-03")
    with CaptureQueriesContext(connection) as many:
        monthly_book(whole_reach(), JUNE)
    assert len(many) == len(few)


def test_english_workbook_has_the_same_figures(town):
    with override("en"):
        english = monthly_book(whole_reach(), JUNE)
        content = english.content()
    assert numbers(content) == numbers(monthly_book(whole_reach(), JUNE).content())
    assert "Completion rate (%)" in [column.title for column in english.prints[2].table.columns]


def test_a_district_takes_out_its_own_alone(client, town):
    client.force_login(build.person("north", "district_officer", town), backend="accounts.backends.RoleBackend")
    answer = client.get("/reports/monthly.xlsx?period=2020-06")
    assert answer.status_code == 200
    assert sheets(answer.content)["项目明细"]["B5"].value == "合计（2个项目）"
    assert AuditEvent.objects.filter(event="report.export").latest("pk").detail["report"] == "monthly_book"
    assert client.get("/reports/monthly.xlsx?period=2020-06&unit=南区").status_code == 404


@pytest.mark.parametrize("asked", ["cut=none", "cut=a&known=2020-07-01", "period=June"])
def test_addresses_that_mean_nothing_are_told(client, town, asked):
    client.force_login(build.person("chief", "city_administrator"), backend="accounts.backends.RoleBackend")
    assert client.get(f"/reports/monthly.xlsx?{asked}").status_code == 400


def run(*words):
    out = io.StringIO()
    call_command("monthly_book", *words, stdout=out)
    return out.getvalue()


def test_command_writes_the_very_file(town, tmp_path):
    target = tmp_path / "book.xlsx"
    assert run("--period", "2020-06", "--out", str(target)) == f"{target}\n"
    assert target.read_bytes() == monthly_book(whole_reach(), JUNE).content()
    person = build.person("north", "district_officer", town)
    run("--period", "2020-06", "--user", "north", "--unit", "北区", "--out", str(target))
    assert target.read_bytes() == monthly_book(reach_of(person), Question(Month(2020, 6), unit="北区")).content()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cut", "x"], "no cut of this name"),
        (["--cut", "x", "--known", "2020-07-01"], "either --known or --cut"),
        (["--unit", "nowhere"], "no reporting unit has this key"),
        (["--known", "yesterday"], "2020-07-10"),
    ],
)
def test_refusals_of_the_command_say_what_is_wrong(town, tmp_path, words, said):
    with pytest.raises(CommandError, match=said):
        run("--period", "2020-06", *words, "--out", str(tmp_path / "x.xlsx"))
    assert list(tmp_path.iterdir()) == []

"""The template: a unit's own projects, with everything in the workbook that Excel and WPS need to help a clerk."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AuditEvent
from accounts.roles import Role
from exchange.services.faults import NotAllowedError, StateError
from exchange.services.template import make_template
from exchange.sheets import Kind, meaning_of
from exchange.sheets.stamp import STAMP_SHEET
from exchange.sheets.template import FUND_KINDS, GREY, TEMPLATE_KINDS
from funding.ledger import Step
from projects.models import MonthReport, Project, ReviewEvent
from projects.period import Period
from projects.services.periods import grant_exception, lock_period
from tests.exchange.cast import Cast, client_of, make_cast
from tests.exchange.excel import Excel
from tests.exchange.roundtrip import JULY, JUNE, NAMES, begin, edit, template
from tests.factories import make_month, make_period, make_user
from tests.funding.money import give, make_bond, make_central, of_bond, of_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_cast(with_reference=True)
    begin(made)
    return made


def test_it_has_the_units_projects_with_what_is_stored_and_the_last_figures_in_grey(cast: Cast) -> None:
    excel = Excel(template(cast))
    assert sorted(excel.rows) == sorted(NAMES)
    name = NAMES[1]
    assert [excel.cell(name, heading).value for heading in ("项目代码", "项目单位", "行业领域", "项目阶段", "总投资", "联系人", "实际开工时间")] == [
        *("2019-370212-76-01-000002", "青岛崂山水务有限公司", "水利", "在建", 30000, "李工", "2020-03"),
    ]
    assert [excel.cell(name, f"{GREY}{words}").value for words in ("上次填报", "上次本月完成投资", "上次本年累计完成投资", "上次形象进度")] == [
        *("2020-05 草稿", 200, 1000, "5月进展2"),
    ]
    assert [excel.cell(name, words).value for words in ("本月完成投资", "本年累计完成投资", "形象进度")] == [None, None, None]


def test_grey_is_the_newest_report_in_any_state_as_the_rules_compare(cast: Cast) -> None:
    edit(NAMES[0], month=JUNE.previous, state=MonthReport.State.APPROVED)
    headings = [f"{GREY}{words}" for words in ("上次填报", "上次本年累计完成投资")]
    assert Excel(template(cast)).cell(NAMES[0], headings[0]).value == "2020-05 已审核"
    june = make_month(Project.objects.get(name=NAMES[0]), 6, done_ytd_wan=Decimal(15800))
    july = Excel(template(cast, JULY))
    assert [july.cell(NAMES[0], words).value for words in headings] == ["2020-06 草稿", 15800]
    # One that says no year to date leaves the one before it in force, as for the rules, and says whose it is.
    may = MonthReport.objects.get(project=june.project, period__month=5)
    june.done_ytd_wan = None
    june.save()
    july = Excel(template(cast, JULY))
    assert [july.cell(NAMES[0], words).value for words in headings] == ["2020-06 草稿（本年累计：2020-05 已审核）", may.done_ytd_wan]


def test_identity_is_locked_and_entry_cells_are_open(cast: Cast) -> None:
    excel = Excel(template(cast))
    assert excel.sheet.protection.sheet
    assert not excel.sheet.protection.password
    is_locked = {words.split("（")[0]: excel.sheet.cell(4, column).protection.locked for words, column in excel.columns.items()}
    locked = {"序号", "项目名称", "项目代码", "所属区市", "项目单位", "总投资", "截至上年底累计完成投资", "年度计划投资"}
    assert {words for words, flag in is_locked.items() if flag} == locked | {words for words in is_locked if words.startswith(GREY)}


def test_cells_check_while_typing_against_hidden_lists(cast: Cast) -> None:
    excel = Excel(template(cast))
    checks = {str(check.sqref).split(":")[0]: check for check in excel.sheet.data_validations.dataValidation}

    def check_of(heading: str):
        return checks[excel.cell(next(iter(excel.rows)), heading).coordinate]

    assert check_of("项目阶段").formula1 == "可选阶段"
    assert re.fullmatch(r'INDIRECT\("行业_"&\$[A-Z]+4\)', check_of("行业领域").formula1)
    assert (check_of("自开工累计完成投资").type, check_of("自开工累计完成投资").operator) == ("decimal", "greaterThanOrEqual")
    last = excel.cell(next(iter(excel.rows)), f"{GREY}上次本年累计完成投资").coordinate
    assert last in check_of("本年累计完成投资").formula1
    assert check_of("实际开工时间").type == "custom"
    assert check_of("形象进度").prompt
    lists = excel.book["_lists"]
    assert lists.sheet_state == "hidden"
    named = excel.book.defined_names["行业_基础设施"].attr_text
    column = re.search(r"\$([A-Z]+)\$2", named)[1]
    assert "轨道交通" in [cell.value for cell in lists[column]]
    assert all(len(str(check.formula1 or "")) <= 255 and len(check.prompt or "") <= 255 for check in checks.values())


def test_sheet_prints_and_scrolls_as_a_form_should(cast: Cast) -> None:
    sheet = Excel(template(cast)).sheet
    assert sheet.freeze_panes == "C4"
    assert sheet.print_title_rows == "$3:$3"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == ("landscape", 8, 0)
    assert sheet.column_dimensions["B"].width > 30


def test_stamp_is_very_hidden_and_shows_no_value(cast: Cast) -> None:
    content = template(cast)
    book = load_workbook(BytesIO(content))
    assert book[STAMP_SHEET].sheet_state == "veryHidden"
    rows = list(book[STAMP_SHEET].iter_rows(values_only=True))
    assert [row[0] for row in rows[3:]] == list(Project.objects.order_by("-kind", "sector__sort_order", "id").values_list("uid", flat=True))
    told = " ".join(str(cell) for row in rows for cell in row)
    assert "株洲路" not in told
    assert "12000.5" not in told


def test_instructions_are_ten_lines(cast: Cast) -> None:
    words = load_workbook(BytesIO(template(cast)))["填表说明"]
    assert words.max_row == 11


def fund_money() -> None:
    """An account of each kind for the first project."""
    project = Project.objects.get(name=NAMES[0])
    give(of_bond(project, make_bond(900)), Step.ASSIGN, 100)
    give(of_plan(project, make_central(900)), Step.ASSIGN, 100)


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_every_heading_that_is_no_help_reads_back_as_its_field(cast: Cast, kind: Kind) -> None:
    if kind is Kind.EMERGING:
        edit(NAMES[0], kind="emerging")
    if kind in FUND_KINDS:
        fund_money()
    excel = Excel(make_template(cast.unit, JUNE, actor=cast.owner, kind=kind).content)
    for words in excel.columns:
        meaning = meaning_of((words,), {Kind.BOND: "bond", Kind.CENTRAL: "central"}.get(kind))
        assert meaning.ignored if words.startswith(GREY) else meaning.field, words


def test_texts_that_look_like_formulas_stay_texts(cast: Cast) -> None:
    edit(NAMES[0], contact='=HYPERLINK("http://x","y")', remarks="@SUM(A1)\x0b末尾")
    content = template(cast)
    assert Excel(content).cell(NAMES[0], "联系人").data_type != "f"
    sheet = ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "HYPERLINK(&quot;" not in re.sub(r"<is>.*?</is>", "", sheet)


def test_outside_the_scope_there_is_no_template(cast: Cast) -> None:
    with pytest.raises(NotAllowedError):
        make_template(cast.unit, JUNE, actor=cast.stranger)
    with pytest.raises(StateError, match="还没有项目"):
        make_template(cast.other, JUNE, actor=cast.officer)
    with pytest.raises(StateError, match="2020年还没有专项债券资金可填"):
        make_template(cast.unit, JUNE, actor=cast.owner, kind=Kind.BOND)


# --- at the page ------------------------------------------------------------------------------------------------------------------


def test_page_gives_the_file_and_notes_who_took_it(cast: Cast) -> None:
    client = client_of(cast.owner)
    assert "下载填报表" in client.get("/uploads/").content.decode()
    assert client.get("/uploads/template/").status_code == 200
    answer = client.get("/uploads/template.xlsx", {"period": "2020-06"})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert sorted(Excel(answer.content).rows) == sorted(NAMES)
    event = AuditEvent.objects.get(event="template.export", detail__period="2020-06")
    assert (event.actor, event.object_id) == (cast.owner, str(cast.unit.pk))


@pytest.mark.parametrize(
    "asked, status, words",
    [
        ({"unit": "chengyang", "period": "2020-06"}, 400, "城阳"),
        ({"period": "六月"}, 400, "六月"),
        ({"period": "2020-06", "kind": "bond_allocation"}, 409, "还没有专项债券资金可填"),
        ({"period": "2020-06", "kind": "quota"}, 400, "quota"),
        ({"period": "2020-06", "kind": "emerging_list"}, 409, "还没有项目"),
    ],
)
def test_page_says_what_is_wrong(cast: Cast, asked: dict[str, str], status: int, words: str) -> None:
    answer = client_of(cast.owner).get("/uploads/template.xlsx", asked)
    assert answer.status_code == status
    assert words in answer.content.decode() or words == "城阳"


def test_strangers_are_sent_to_the_door(cast: Cast) -> None:
    assert client_of(cast.owner).post("/uploads/template.xlsx").status_code == 405
    cast.owner.is_active = False
    cast.owner.save()
    assert client_of(cast.officer).get("/uploads/template.xlsx", {"unit": "laoshan", "period": "2020-07"}).status_code == 200


# --- from a shell -----------------------------------------------------------------------------------------------------------------


def run(*words: str) -> str:
    return "".join(told(*words)[:1])


def told(*words: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("template", *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_template_of_a_closed_or_unknown_month_says_so_on_page_sheet_and_shell(cast: Cast, tmp_path: Path) -> None:
    period, keeper = make_period(2020, 6), make_user("keeper", Role.CITY_ADMINISTRATOR, display_name="李敏")
    soon = f"{timezone.localdate().year + 1}-03"
    cases = [("2020-06", ""), (soon, f"系统里没有{Period.parse(soon).zh}这个填报期")]
    lock_period(period_id=make_period(2020, 7).pk, actor=keeper, reason="到期")
    cases.append(("2020-07", "2020年7月已由李敏于"))
    lock_period(period_id=period.pk, actor=keeper, reason="到期")
    grant_exception(period_id=period.pk, unit_id=cast.unit.pk, until=timezone.now() + timedelta(days=1), actor=keeper, reason="补报")
    cases[0] = ("2020-06", "2020年6月已锁定，为崂山区临时解锁至")
    for month, words in cases:
        path = tmp_path / f"{month}.xlsx"
        said = told("--unit", "崂山", "--period", month, "--output", str(path))[1]
        assert words in said
        assert f"【注意】{words}" in load_workbook(path)["填表说明"]["A2"].value
        page = client_of(cast.owner).get("/uploads/template/", {"period": month}).content.decode()
        assert words in page[page.index("data-note") :][:200]


@pytest.mark.parametrize("month", ["9999-12", "1999-12"])
def test_no_template_of_a_month_that_nobody_could_report(cast: Cast, tmp_path: Path, month: str) -> None:
    said = client_of(cast.owner).get("/uploads/template.xlsx", {"unit": "laoshan", "period": month})
    assert (said.status_code, "这个填报期：填报期应在2000-01至" in said.content.decode()) == (409, True)
    with pytest.raises(CommandError, match="填报期应在2000-01至"):
        run("--unit", "崂山", "--period", month, "--output", str(tmp_path / "t.xlsx"))
    assert not list(tmp_path.iterdir())


def test_a_template_of_an_open_month_warns_of_nothing(cast: Cast, tmp_path: Path) -> None:
    make_period(2020, 6)
    assert told("--unit", "崂山", "--period", "2020-06", "--output", str(tmp_path / "t.xlsx"))[1] == ""
    assert "注意" not in load_workbook(tmp_path / "t.xlsx")["填表说明"]["A2"].value
    assert "data-note" not in client_of(cast.owner).get("/uploads/template/", {"period": "2020-06"}).content.decode()


def test_command_writes_the_same_by_any_name_of_the_unit(cast: Cast, tmp_path: Path) -> None:
    for alias in ("崂山区", "崂山"):
        path = tmp_path / f"{alias}.xlsx"
        assert "5个项目" in run("--unit", alias, "--period", "2020-07", "--output", str(path))
        assert sorted(Excel(path.read_bytes()).rows) == sorted(NAMES)
    assert str(JULY) in load_workbook(tmp_path / "崂山.xlsx")[STAMP_SHEET]["A2"].value


@pytest.mark.parametrize(
    "words, message",
    [
        (("--unit", "天山区", "--period", "2020-06"), "天山区"),
        (("--unit", "崂山", "--period", "6月"), "6月"),
        (("--unit", "崂山"), "--period"),
        (("--unit", "城阳", "--period", "2020-06"), "还没有项目"),
        (("--unit", "崂山", "--period", "2020-06", "--user", "nobody"), "nobody"),
        (("--unit", "崂山", "--period", "2020-06", "--user", "stranger"), "不能下载"),
    ],
)
def test_command_refuses_with_a_sentence_and_two(cast: Cast, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message) as refused:
        run(*words, "--output", str(tmp_path / "t.xlsx"))
    assert refused.value.returncode == 2
    assert not (tmp_path / "t.xlsx").exists()


def test_what_reviewers_said_stands_as_notes_at_the_cells(cast: Cast) -> None:
    report = MonthReport.objects.get(project__name=NAMES[0], period__month=5)
    edit(NAMES[0], month=JUNE.previous, state=MonthReport.State.RETURNED)
    ReviewEvent.objects.create(
        report=report,
        verb="return",
        from_state="submitted",
        to_state="returned",
        reason="数据与统计口径不一致",
        cells={"done_ytd_wan": "应含设备购置", "progress_text": "写到部位"},
    )
    excel = Excel(template(cast, JUNE.previous))
    assert "应含设备购置" in excel.cell(NAMES[0], "本年累计完成投资").comment.text
    assert "写到部位" in excel.cell(NAMES[0], "形象进度").comment.text
    assert "数据与统计口径不一致" in excel.cell(NAMES[0], "项目名称").comment.text
    assert excel.cell(NAMES[1], "项目名称").comment is None

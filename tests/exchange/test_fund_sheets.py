"""Bond and central-budget sheets against the ledger: checked cell by cell, committed in one transaction, never past what a fund has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exchange.models import Upload
from exchange.plan import Action
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.faults import MovedError, NotAllowedError, StateError
from exchange.services.held_book import held_book
from exchange.services.marked import marked_file
from exchange.services.preview import Show, preview
from exchange.services.receive import receive
from exchange.workbook import read_book
from funding.ledger import Step
from funding.models import Dossier, FundAccount, FundEntry
from funding.proofs import faults
from projects.models import MonthReport, Project
from projects.values import Month
from tests.conftest import Cast
from tests.exchange.funds import (
    BONDS,
    CENTRAL,
    FIRST,
    ISSUED,
    JUNE,
    SECOND,
    checked,
    entries,
    held,
    issue,
    ledger,
    plan,
    rows_of,
    said,
    sent,
    words,
)
from tests.exchange.test_intake_services import LIST, MONTH
from tests.factories import make_code, make_division, make_project, make_sector
from tests.funding.money import give, make_bond, make_issue, of_bond

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def people(cast: Cast) -> Cast:
    make_sector("轨道交通")
    return cast


@pytest.fixture
def projects(people: Cast) -> dict[str, Project]:
    return {name: make_project(name, people.unit_a, stage="build", actual_start="2020-05") for name in (FIRST, SECOND)}


def put(table: str, old: str, new: str) -> str:
    assert old in table
    return table.replace(old, new)


# --- what goes in ---


def test_a_bond_sheet_is_posted_to_the_bond_of_its_term(people: Cast, projects) -> None:
    bonds = issue()
    upload = sent(BONDS, people.city)
    assert (upload.kind, upload.state, upload.counts["change"], upload.counts["entries"]) == ("bond_allocation", "committed", 2, 4)
    assert entries(upload) == [
        (FIRST, "assign", 1700, ISSUED),
        (FIRST, "arrive", 1400, JUNE),
        (FIRST, "pay", 1400, JUNE),
        (SECOND, "assign", 900, ISSUED),
    ]
    assert (held(FIRST, bonds[10]), held(SECOND, bonds[15])) == ((1700, 1400, 1400, 0), (900, 0, 0, 0))
    made = FundEntry.objects.filter(upload_id=upload.pk).first()
    assert made is not None
    assert (made.door, made.by, made.reason, made.doc_no) == ("upload", people.city, "资金台账补录", f"上传#{upload.pk} Sheet1!第4行")
    assert upload.outcome.startswith("已入库：新增0个项目，变更2行，0行无变化。其中资金2行，记账4笔。")
    assert said(upload) == [("transfer_with_spend", "G", 4)]
    assert "已支出1400万元大于账上已拨付的0万元，表中没有拨付数：提交时一并记拨付1400万元" in words(upload, "transfer_with_spend")


def test_a_central_sheet_is_posted_to_the_plan_of_its_document(people: Cast, projects) -> None:
    paper = plan()
    upload = sent(CENTRAL, people.city)
    given = date(2020, 4, 1)
    assert upload.kind == "central_budget"
    assert entries(upload) == [
        (FIRST, "assign", 800, given),
        (FIRST, "arrive", 500, JUNE),
        (FIRST, "complete", 620, JUNE),
        (SECOND, "assign", 400, given),
    ], "the programme is carried down, a blank says nothing, zero of nothing is nothing"
    assert held(FIRST, paper) == (800, 500, 0, 620)
    assert set(FundAccount.objects.values_list("source", flat=True)) == {"central"}


@pytest.mark.parametrize("table", [BONDS, CENTRAL], ids=["bond", "central"])
def test_the_same_file_again_posts_nothing(people: Cast, projects, table: str) -> None:
    issue()
    plan()
    sent(table, people.city)
    before = ledger()
    again = sent(table, people.city)
    assert (again.counts["same"], again.counts["change"], said(again)) == (2, 0, [])
    assert "没有需要变更的内容" in again.outcome
    assert ledger() == before


def test_the_preview_shows_fund_step_old_and_new(people: Cast, projects) -> None:
    bonds = issue()
    sent(BONDS, people.city)
    upload = checked(put(BONDS, "| 1700 | 1400", "| 1800 | 1400"), people.city)
    (row,) = preview(upload, Show.CHANGED).rows
    assert [(line.label, line.old, line.new) for line in row.lines] == [(f"{bonds[10]} · 分配（万元）", "1,700", "1,800")]
    fresh = checked(put(BONDS, "第二批", "第三批"), people.city)
    assert said(fresh, "error") == [("bond_issue_unknown", None, 4), ("bond_issue_unknown", None, 5)]


def test_more_is_posted_as_the_difference_and_less_is_a_correction(people: Cast, projects) -> None:
    bonds = issue()
    first = sent(BONDS, people.city)
    more = sent(put(BONDS, "| 1700 | 1400", "| 1800 | 1500"), people.city)
    assert entries(more) == [(FIRST, "assign", 100, ISSUED), (FIRST, "arrive", 100, JUNE), (FIRST, "pay", 100, JUNE)]
    less = checked(put(BONDS, "| 1700 | 1400", "| 1750 | 1450"), people.city)
    assert said(less) == [("fund_decreased", "F", 4), ("fund_decreased", "G", 4)]
    assert "账上已支出1500万元，表内为1450万元：提交后冲销原流水，改记为1450万元" in [each["zh"] for each in less.findings][1]
    with pytest.raises(StateError, match="填写说明"):
        commit(less, actor=people.city)
    commit(less, actor=people.city, reason="核对后更正")
    assert held(FIRST, bonds[10]) == (1750, 1500, 1450, 0)
    assert entries(less) == [(FIRST, "assign", -100, ISSUED), (FIRST, "assign", 50, ISSUED), (FIRST, "pay", -100, JUNE), (FIRST, "pay", 50, JUNE)]
    assert faults() == []
    assert FundEntry.objects.filter(upload_id=first.pk, reversed_by=None).count() == 4, "the entries of the first file stand"


def test_money_that_was_booked_by_hand_is_counted(people: Cast, projects) -> None:
    bonds = issue()
    key = of_bond(projects[FIRST], bonds[10])
    give(key, Step.ASSIGN, 1700, date(2020, 5, 20))
    give(key, Step.ARRIVE, 1500, date(2020, 6, 1))
    give(key, Step.PAY, 1400, date(2020, 7, 15))
    upload = checked(BONDS, people.city)
    assert said(upload) == [("fund_chain", "G", 4), ("fund_later", "G", 4)], "1,400 in June and 1,400 in July are more than was transferred"
    assert "2020-06-30之后账上另有已支出1400万元；提交后在2020-06-30补记1400万元" in words(upload, "fund_later")
    july = checked(put(BONDS, "截至2020年6月底", "截至2020年7月底"), people.city)
    (row, _) = rows_of(july)
    assert (row.action, said(july)) == (Action.SAME, [])


def test_the_day_is_that_of_the_title_else_the_month_sent_for_and_never_to_come(people: Cast, projects) -> None:
    issue()
    bare = put(BONDS, "（截至2020年6月底）", "")
    assert {row.fund[4][1] for row in rows_of(checked(bare, people.city, period=Month(2020, 9)))} == {"2020-09-30"}
    assert {row.fund[4][1] for row in rows_of(checked(bare, people.city))} == {"2020-12-31"}, "of a file of 2020 no later than its year"
    today = date(2020, 8, 5)
    upload = check(receive(checked(bare, people.city).file.content, "a.xlsx", actor=people.city), actor=people.city, today=today)
    assert {row.fund[4][1] for row in rows_of(upload)} == {"2020-08-05"}


# --- which project, which fund ---


def test_a_bond_is_told_by_term_then_rate_and_what_is_not_registered_is_named(people: Cast, projects) -> None:
    made = issue(2, {10: (5000, "3.37")})
    other = make_bond(3000, issue=made[10].issue, years=10, rate_percent=D("3.40"), tender_on=ISSUED)
    upload = checked(BONDS, people.city)
    assert said(upload, "error") == [("bond_term_unknown", "H", 5)]
    text = words(upload, "bond_term_unknown")
    assert "2020年第2次发行中没有期限为15年的债券" in text
    assert f"{made[10]}（10年 3.37%）、{other}（10年 3.4%）" in text
    assert "资金 › 专项债券" in next(each["zh_fix"] for each in upload.findings if each["code"] == "bond_term_unknown")
    wrong = checked(put(BONDS, "| 10 | 3.37", "| 10 | 3.5"), people.city)
    assert ("bond_ambiguous", "H", 4) in said(wrong, "error")


def test_rate_and_day_that_differ_from_the_bond_need_a_reason(people: Cast, projects) -> None:
    bonds = issue()
    table = (
        put(BONDS, "3.37", "3.36")
        .replace("发行利率（%）", "发行利率（%） | 发行日期")
        .replace("3.36", "3.36 | 2020-06-01")
        .replace("3.82", "3.82 | 2020-05")
    )
    upload = checked(table, people.city)
    assert said(upload, "warning") == [("transfer_with_spend", "G", 4), ("bond_rate_differs", "I", 4), ("bond_date_differs", "J", 4)]
    assert f"发行利率读到3.36%，“{bonds[10]}”登记的是3.37%" in words(upload, "bond_rate_differs")
    commit(upload, actor=people.city, reason="以登记为准")
    assert held(FIRST, bonds[10])[0] == 1700


def test_a_blank_term_will_do_where_the_issue_has_one_bond(people: Cast, projects) -> None:
    bonds = issue(2, {10: (5000, "3.37")})
    sent(put(BONDS, "| 10 | 3.37", "| | ").replace("| 15 | 3.82", "| | "), people.city)
    assert (held(FIRST, bonds[10])[0], held(SECOND, bonds[10])[0]) == (1700, 900)


def test_the_batch_may_stand_in_its_own_column(people: Cast, projects) -> None:
    second, third = issue(2), issue(3)
    table = put(BONDS, "2020年第二批专项债券", "2020年专项债券").replace("区市 |", "批次 | 区市 |", 1)
    table = table.replace("1 | 市南区", "1 | 第二批 | 市南区").replace("2 | 市南区", "2 | 3 | 市南区")
    sent(table, people.city)
    assert (held(FIRST, second[10])[0], held(SECOND, third[15])[0]) == (1700, 900)
    unnamed = checked(put(table, "| 3 |", "| 提前批 |"), people.city)
    assert ("bond_batch_missing", "B", 5) in said(unnamed, "error")


def test_a_plan_that_is_not_registered_is_told_with_its_neighbours(people: Cast, projects) -> None:
    plan(doc_no="发改投资〔2020〕601号")
    plan(programme="道路", doc_no="发改投资〔2020〕600号")
    upload = checked(put(CENTRAL, "发改投资[2020]第600号", "发改投资[2020]第606号"), people.city)
    assert said(upload, "error") == [("plan_program_unknown", "B", 4), ("plan_unknown", "J", 5)]
    assert "“发改投资〔2020〕600号”登记的专项是：道路，没有“排水设施建设”" in words(upload, "plan_program_unknown")
    assert "发改投资〔2020〕600号" in words(upload, "plan_unknown")
    missing = checked(put(CENTRAL, "发改投资[2020]第600号", ""), people.city)
    assert ("plan_document_missing", "J", 5) in said(missing, "error")


def test_a_project_is_found_by_its_code_before_its_name(people: Cast, projects) -> None:
    bonds = issue()
    make_code(projects[SECOND], "2019-370202-48-01-000009")
    table = BONDS.replace("项目名称 |", "项目名称 | 项目代码 |", 1).replace(f"{SECOND} |", "山东路综合管廊 | '2019-370202-48-01-000009 |")
    table = table.replace(f"{FIRST} |", f"{FIRST} | |")
    upload = sent(table, people.city)
    assert ("name_kept", "C", 5) in said(upload, "warning")
    assert held(SECOND, bonds[15])[0] == 900
    assert Project.objects.get(pk=projects[SECOND].pk).name == SECOND


def test_an_unknown_project_blocks_its_row_alone_and_all_faults_are_told_at_once(people: Cast, projects) -> None:
    issue()
    upload = checked(put(BONDS, FIRST, "没有的项目").replace("| 15 |", "| 20 |"), people.city)
    assert said(upload, "error") == [("project_unknown", "C", 4), ("bond_term_unknown", "H", 5)]
    assert [row.action for row in rows_of(upload)] == [Action.HELD, Action.HELD]


def test_one_account_is_told_by_one_row_of_a_file(people: Cast, projects) -> None:
    issue()
    upload = checked({"一": BONDS, "二": put(BONDS, "| 1700 |", "| 300 |")}, people.city)
    assert [each for each in said(upload, "error") if each[0] == "fund_twice"] == [("fund_twice", "C", 4), ("fund_twice", "C", 5)]


# --- what the ledger forbids, told at the check ---


def test_what_would_overdraw_a_bond_is_found_at_its_cell(people: Cast, projects) -> None:
    bonds = issue(2, {10: (2000, "3.37")})
    table = put(BONDS, "| 15 | 3.82", "| 10 | 3.37")
    upload = checked(table, people.city)
    assert said(upload, "error") == [("fund_full", "F", 5)]
    assert words(upload, "fund_full") == f"账本不能这样记：{bonds[10]}只剩300万元未分配，本次要分配900万元。"
    assert checked(put(table, "| 900 | 0", "| 300 | 0"), people.city).counts["error"] == 0


def test_what_another_gave_since_the_check_is_found_at_the_commit(people: Cast, projects) -> None:
    bonds = issue(2, {10: (2000, "3.37")})
    upload = checked(put(BONDS, "| 15 | 3.82", "| 10 | 3.37").replace("| 900 | 0", "| 300 | 0"), people.city)
    give(of_bond(make_project("别的项目", people.unit_b), bonds[10]), Step.ASSIGN, 100)
    before = ledger()
    with pytest.raises(StateError, match="只剩1,900万元未分配，本次要分配2,000万元。未写入任何内容"):
        commit(upload, actor=people.city, reason="x")
    assert ledger() == before


def test_an_account_that_moved_since_the_check_is_refused_by_its_row(people: Cast, projects) -> None:
    bonds = issue()
    upload = checked(BONDS, people.city)
    give(of_bond(projects[SECOND], bonds[15]), Step.ASSIGN, 5)
    before = ledger()
    with pytest.raises(MovedError, match=f"Sheet1第5行“{SECOND}”"):
        commit(upload, actor=people.city, reason="x")
    assert ledger() == before
    commit(check(upload, actor=people.city), actor=people.city, reason="x")
    assert held(SECOND, bonds[15])[0] == 900


def test_a_chain_that_would_break_is_found_at_its_cell(people: Cast, projects) -> None:
    issue()
    plan()
    more = checked(put(BONDS, "| 1700 | 1400", "| 1300 | 1400"), people.city)
    assert ("fund_chain", "G", 4) in said(more, "error")
    assert f"“{FIRST}”在" in words(more, "fund_chain")
    central = checked(put(CENTRAL, "| 800 | 500", "| 800 | 900"), people.city)
    assert said(central, "error") == [("fund_chain", "H", 4)]
    assert "到位900万元，超过已分解的800万元" in words(central, "fund_chain")


def test_money_that_was_paid_out_of_it_keeps_an_assignment_from_falling(people: Cast, projects) -> None:
    issue()
    sent(BONDS, people.city)
    upload = checked(put(BONDS, "| 1700 | 1400", "| 1000 | 1400"), people.city)
    assert ("fund_chain", "G", 4) in said(upload, "error")


def test_what_was_given_before_is_compared_with_the_ledger(people: Cast, projects) -> None:
    first = issue(1, {10: (5000, "3.3")})
    issue()
    give(of_bond(projects[FIRST], first[10]), Step.ASSIGN, 600)
    table = BONDS.replace("本次安排额度", "以前批次已安排 | 本次安排额度").replace("| 1700 |", "| 600 | 1700 |").replace("| 900 |", "| 70 | 900 |")
    upload = checked(table, people.city)
    assert said(upload, "warning") == [("transfer_with_spend", "H", 4), ("fund_prior_differs", "F", 5)]
    assert words(upload, "fund_prior_differs") == "表内以前已安排70万元，账上此前已分配0万元"


def test_a_project_that_gets_more_is_judged_as_on_the_page_of_the_fund(people: Cast, projects) -> None:
    issue()
    plan(manner="capital")
    projects[SECOND].approval_kind = "filing"
    projects[SECOND].save()
    told = {"coverage_method": "all", "coverage_on": ISSUED}
    Dossier.objects.create(project=projects[FIRST], coverage=D("0.9"), income_wan=D(500), **told)
    upload = checked(BONDS, people.city)
    told = [
        (each["code"], each["severity"], each["col"], each["row"])
        for each in upload.findings
        if each["code"] not in ("transfer_with_spend", "fund_day")
    ]
    assert told == [
        ("coverage_below_one", "error", "C", 4),
        ("papers_incomplete", "warning", "C", 4),
        ("papers_incomplete", "warning", "C", 5),
        ("income_missing", "warning", "C", 5),
    ]
    central = checked(CENTRAL, people.city)
    assert said(central, "error") == [("approval_required", "C", 5)]
    dossier = Dossier.objects.get()
    dossier.coverage = D("1.3")
    dossier.save()
    sent(BONDS, people.city)
    assert [each["code"] for each in checked(BONDS, people.city).findings] == [], "what is given already is not judged again"


# --- one transaction with the project sheets ---

MIXED = {
    "专项债券": BONDS,
    "项目清单": LIST,
    "6月": MONTH,
    "中央预算内": CENTRAL,
}


def test_projects_their_month_and_their_money_go_in_together(people: Cast) -> None:
    bonds, paper = issue(), plan()
    sent({"项目清单": LIST}, people.city)
    upload = sent(MIXED, people.city)
    assert (upload.kind, upload.counts["fund_changes"]) == ("mixed", 4)
    assert (held(FIRST, bonds[10]), held(FIRST, paper)) == ((1700, 1400, 1400, 0), (800, 500, 0, 620))
    assert MonthReport.objects.count() == 2


def test_money_goes_to_projects_that_the_same_file_brings(people: Cast) -> None:
    bonds, paper = issue(), plan()
    assert not Project.objects.exists()
    book = {"专项债券": BONDS, "中央预算内": CENTRAL, "项目清单": LIST}
    upload = sent(book, people.city)
    assert (upload.counts["create"], upload.counts["fund_changes"], Project.objects.count()) == (2, 4, 2)
    assert (held(FIRST, bonds[10])[0], held(SECOND, paper)[0]) == (1700, 400)
    again = sent(book, people.city)
    assert (again.counts["create"], again.counts["change"], again.counts["same"]) == (0, 0, 6)


def test_a_refusal_of_the_ledger_leaves_no_project_behind(people: Cast) -> None:
    bonds = issue(2, {10: (2000, "3.37"), 15: (4000, "3.82")})
    upload = checked({"项目清单": LIST, "专项债券": BONDS}, people.city)
    give(of_bond(make_project("别的项目", people.unit_b), bonds[10]), Step.ASSIGN, 1000)
    before, count = ledger(), Project.objects.count()
    with pytest.raises(StateError, match="未写入任何内容"):
        commit(upload, actor=people.city, reason="x")
    assert (ledger(), Project.objects.count()) == (before, count)
    assert Upload.objects.get(pk=upload.pk).state == "checked"


def test_money_of_a_project_whose_row_is_blocked_is_blocked_with_it(people: Cast) -> None:
    issue()
    upload = checked({"项目清单": put(LIST, "| 8000 |", "| 八千 |"), "专项债券": BONDS}, people.city)
    assert ("fund_project_held", "C", 5) in said(upload, "error")
    assert "由本文件 项目清单!5 新增，而那一行受阻" in words(upload, "fund_project_held")


def test_held_projects_hold_their_money_and_the_rest_goes_in(people: Cast) -> None:
    bonds = issue()
    upload = checked({"项目清单": put(LIST, "| 8000 |", "| 八千 |"), "专项债券": BONDS}, people.city)
    with pytest.raises(StateError):
        commit(upload, actor=people.city, reason="x")
    assert not Project.objects.exists()
    commit(upload, actor=people.city, reason="x", hold_bad_rows=True)
    assert [project.name for project in Project.objects.all()] == [FIRST]
    assert (held(FIRST, bonds[10])[0], held(SECOND, bonds[15])) == (1700, ())
    assert (upload.counts["held_rows"], faults()) == (2, [])


def test_money_is_held_with_a_project_whose_row_is_held_only_at_the_end_of_the_file(people: Cast) -> None:
    """A code twice: the later row blocks, the earlier is held with it once the file has been read."""
    bonds = issue()
    third = "3 | 香港路改造工程 | '2019-370202-48-01-000001 | 市南区 | 轨道交通 | 青岛甲公司 | 道路 | 在建 | 2019-2022 | 5000 | 1000 | 500 |"
    upload = checked({"项目清单": f"{LIST.rstrip()}\n{third}", "专项债券": BONDS}, people.city)
    assert said(upload, "error") == [("code_duplicate", "C", 6)]
    commit(upload, actor=people.city, reason="x", hold_bad_rows=True)
    assert [project.name for project in Project.objects.all()] == [SECOND]
    assert (held(FIRST, bonds[10]), held(SECOND, bonds[15])[0]) == ((), 900)
    assert (upload.counts["held_rows"], upload.counts["fund_changes"], faults()) == (3, 1, [])


# --- held rows, the marked copy ---


def test_bad_rows_of_a_fund_sheet_are_held_and_come_back_as_a_workbook(people: Cast, projects) -> None:
    bonds = issue()
    upload = checked(put(BONDS, "| 15 | 3.82", "| 20 | 3.94"), people.city)
    commit(upload, actor=people.city, reason="x", hold_bad_rows=True)
    assert (held(FIRST, bonds[10])[0], held(SECOND, bonds[15])) == (1700, ())
    (sheet,) = read_book(held_book(upload), "扣留.xlsx").sheets
    cells = [list(row) for row in sheet]
    assert cells[-1][2] == SECOND
    assert "没有期限为20年的债券" in str(cells[-1][-1])
    mended = [[20 if cell == 20 else cell for cell in row] for row in cells]
    mended[-1] = [15 if cell == 20 else cell for cell in mended[-1]]
    back = sent(mended, people.city)
    assert (held(SECOND, bonds[15])[0], back.counts["fund_changes"]) == (900, 1)


def test_the_faults_of_a_fund_sheet_are_marked_at_its_cells(people: Cast, projects) -> None:
    issue()
    upload = checked(put(BONDS, "| 15 | 3.82", "| 20 | 3.94"), people.city)
    _name, content = marked_file(upload, actor=people.city)
    book = read_book(content, "标注.xlsx")
    listed = [list(row) for row in next(sheet for sheet in book.sheets if sheet.name == "问题清单")]
    assert any(row[1:2] == ["Sheet1!H5"] and "没有期限为20年的债券" in str(row[4]) for row in listed)


# --- whose it is ---


def test_a_district_checks_and_the_city_commits(people: Cast, projects) -> None:
    bonds = issue()
    upload = checked(BONDS, people.owner, unit=people.unit_a)
    assert (upload.counts["error"], upload.counts["fund_changes"]) == (0, 2)
    assert words(upload, "fund_for_city").startswith("资金流水由市级岗位记账")
    before = ledger()
    with pytest.raises(NotAllowedError, match=f"请把上传编号 #{upload.pk} 告诉市级经办人"):
        commit(upload, actor=people.owner, reason="x")
    assert ledger() == before
    commit(upload, actor=people.city, reason="区里报来")
    assert held(FIRST, bonds[10])[0] == 1700


def test_a_district_reaches_no_others_project_and_reads_no_others_figures(people: Cast, projects) -> None:
    bonds = issue()
    give(of_bond(projects[FIRST], bonds[10]), Step.ASSIGN, 1234)
    for number, project in enumerate(projects.values(), 1):
        make_code(project, f"2019-370202-48-01-00000{number}")
    table = BONDS.replace("项目名称 |", "项目名称 | 项目代码 |", 1)
    table = table.replace(f"{FIRST} |", f"{FIRST} | '2019-370202-48-01-000001 |").replace(f"{SECOND} |", f"{SECOND} | '2019-370202-48-01-000002 |")
    upload = checked(table, people.stranger, unit=people.unit_b)
    assert {code for code, _, _ in said(upload, "error")} == {"out_of_scope"}
    assert "1234" not in str(upload.findings)
    assert [row.intents for row in rows_of(upload)] == [[], []]


def test_rows_of_other_units_are_told_so_and_nothing_else(people: Cast, projects) -> None:
    """Stored or not, with money or without: the same words."""
    for number, unit in enumerate((people.unit_a, people.unit_b), 2):
        unit.division = make_division(f"37020{number}", unit.name)
        unit.save()
    bonds = issue()
    give(of_bond(projects[FIRST], bonds[10]), Step.ASSIGN, 1234)
    for number, project in enumerate(projects.values(), 1):
        make_code(project, f"2019-370202-48-01-00000{number}")
    table = put(BONDS, "项目名称 |", "项目名称 | 项目代码 |").replace(f"{FIRST} |", f"{FIRST} | '2019-370202-48-01-000001 |")
    table = table.replace(f"{SECOND} |", "没有的项目 | '2019-370202-48-01-000009 |").replace("| 15 |", "| 20 |")
    upload = checked(table, people.stranger, unit=people.unit_b)
    of_rows = [(each["code"], each["row"]) for each in upload.findings if each["row"] in (4, 5)]
    assert of_rows == [("unit_foreign", 4), ("unit_foreign", 5)]
    own_words = checked(table.replace("市南区", "市北区"), people.stranger, unit=people.unit_b)
    of_first = [each["code"] for each in own_words.findings if each["row"] == 4]
    assert of_first == ["out_of_scope"]
    assert "1234" not in f"{upload.findings}{own_words.findings}"


def test_a_project_nobody_knows_is_not_judged_by_the_rules_of_money(people: Cast, projects) -> None:
    issue()
    upload = checked(put(BONDS, FIRST, "没有的项目"), people.city)
    assert [each["code"] for each in upload.findings if each["row"] == 4] == ["project_unknown"]
    assert {each["code"] for each in upload.findings if each["row"] == 5} == {"papers_incomplete", "income_missing"}


@pytest.mark.parametrize("values, cell", [("500 | 300", None), ("300 | 500", "I")])
def test_arrival_and_payment_stand_side_by_side(people: Cast, projects, values: str, cell: str | None) -> None:
    paper = plan()
    table = put(CENTRAL, "资金到位 |", "累计到位 | 累计支付 |").replace("| 800 | 500 |", f"| 800 | {values} |").replace("| 400 | |", "| 400 | | |")
    upload = checked(table, people.city)
    assert not {each["code"] for each in upload.findings} & {"column_double", "column_unknown"}
    if cell is not None:
        assert [(each["code"], each["col"], each["row"]) for each in upload.findings if each["severity"] == "error"] == [("fund_chain", cell, 4)]
        return
    commit(upload, actor=people.city, reason="6月台账")
    assert held(FIRST, paper) == (800, 500, 300, 620)
    assert faults() == []


def test_a_second_column_of_one_sense_is_said_once(people: Cast, projects) -> None:
    plan()
    upload = checked(
        put(CENTRAL, "资金到位 |", "资金到位 | 已到位 |").replace("| 500 |", "| 500 | 500 |").replace("| 400 | |", "| 400 | | |"), people.city
    )
    told = [each["code"] for each in upload.findings if each["code"].startswith("column_")]
    assert told == ["column_double"]


@pytest.mark.parametrize("title, code, day", [("（截至2020年6月底）", "fund_day", JUNE), ("", "fund_day_assumed", date(2020, 12, 31))])
def test_the_check_says_on_which_day_the_money_moves(people: Cast, projects, title: str, code: str, day: date) -> None:
    bonds = issue()
    upload = checked(put(BONDS, "（截至2020年6月底）", title), people.city)
    assert [each["code"] for each in upload.findings if each["code"].startswith("fund_day")] == [code]
    assert f"{day:%Y-%m-%d}" in words(upload, code)
    assert ("fund_day_assumed" in {each["code"] for each in upload.findings if each["severity"] == "warning"}) == (not title)
    commit(upload, actor=people.city, reason="就是这一天")
    assert {on for _, step, _, on in entries(upload) if step != "assign"} == {day}
    assert held(FIRST, bonds[10])[2] == 1400
    again = checked(put(BONDS, "（截至2020年6月底）", title), people.city)
    assert not [each for each in again.findings if each["code"].startswith("fund_day")], "nothing moves"


def test_a_month_that_was_chosen_is_the_day(people: Cast, projects) -> None:
    issue()
    upload = checked(put(BONDS, "（截至2020年6月底）", ""), people.city, period=Month(2020, 5))
    assert "2020-05-31" in words(upload, "fund_day")


def test_a_file_of_a_district_that_changes_nothing_is_its_own_to_commit(people: Cast, projects) -> None:
    issue()
    sent(BONDS, people.city)
    upload = checked(BONDS, people.owner, unit=people.unit_a)
    assert commit(upload, actor=people.owner, reason="").state == "committed"


def test_a_file_checked_before_money_could_go_in_is_checked_again(people: Cast, projects) -> None:
    issue()
    upload = checked(BONDS, people.city)
    upload.counts = {name: count for name, count in upload.counts.items() if name != "fund_changes"}
    upload.save()
    with pytest.raises(StateError, match="请先重新检查"):
        commit(upload, actor=people.city, reason="x")


def test_queries_do_not_grow_with_the_rows(people: Cast) -> None:
    bond = make_bond(900_000, issue=make_issue(number=2), years=10)
    lines = BONDS.strip().splitlines()[:3]

    def book(first: int, count: int) -> Any:
        for number in range(first, first + count):
            make_project(f"查询{number}号路", people.unit_a)
        rows = [f"{at} | 市南区 | 查询{number}号路 | 9000 | 5000 | 100 | 50 | 10 | " for at, number in enumerate(range(first, first + count), 1)]
        return checked("\n".join([*lines, *rows]), people.city)

    few, many = book(1, 3), book(100, 30)
    counted = []
    for upload in (few, many):
        with CaptureQueriesContext(connection) as queries:
            commit(upload, actor=people.city, reason="x")
        counted.append(sum(query["sql"].startswith(("SELECT", "UPDATE")) for query in queries))  # SQLite inserts some hundred cells at once
    assert counted[0] == counted[1] < 30
    bond.refresh_from_db()
    assert bond.assigned_wan == 3300

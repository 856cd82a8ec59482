"""The template of fund accounts: what it holds, that it comes back to nothing, and that both sides' changes are told cell by cell."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import ReportingUnit
from exchange.merge import Take
from exchange.models import Upload
from exchange.services.commit import commit
from exchange.services.faults import NotAllowedError, StateError
from exchange.services.merging import TEMPLATE
from exchange.services.preview import Show, preview
from exchange.services.template import make_template
from exchange.sheets import Kind
from exchange.sheets.template import TEMPLATE_KINDS
from funding.ledger import Step
from funding.models import FundEntry
from funding.proofs import faults
from projects.models import Project
from tests.exchange.cast import Cast, make_cast
from tests.exchange.excel import Excel
from tests.exchange.funds import ISSUED, JUNE, checked, entries, held, issue, ledger, plan, said, words
from tests.exchange.roundtrip import JULY as JULY_MONTH
from tests.exchange.roundtrip import JUNE as JUNE_MONTH
from tests.exchange.roundtrip import NAMES, choose
from tests.factories import make_code, make_project
from tests.funding.money import give, make_bond, of_bond, of_plan

pytestmark = pytest.mark.django_db
ROAD, RIVER = NAMES[0], NAMES[1]


@pytest.fixture
def cast(db: Any) -> Cast:
    return make_cast(with_reference=True)


@pytest.fixture
def bonds(cast: Cast) -> dict[int, Any]:
    """Two projects of the unit: one with money of two bonds, one of another; of the first 600 was spent by May, 900 by June."""
    road, river = (make_project(name, cast.unit, total_wan=12_000) for name in (ROAD, RIVER))
    make_code(road, "2019-370212-48-01-000001")
    made = issue()
    for project, term, amount in ((road, 10, 1700), (road, 15, 800), (river, 15, 500)):
        give(of_bond(project, made[term]), Step.ASSIGN, amount, ISSUED)
    for day, amount in ((date(2020, 5, 20), 600), (date(2020, 6, 20), 300)):
        give(of_bond(road, made[10]), Step.ARRIVE, amount, day)
        give(of_bond(road, made[10]), Step.PAY, amount, day)
    return made


def template(cast: Cast, kind: Kind = Kind.BOND, actor: Any = None, unit: ReportingUnit | None = None) -> bytes:
    return make_template(unit or cast.unit, JUNE_MONTH, actor=actor or cast.owner, kind=kind).content


def back(content: bytes, cast: Cast, actor: Any = None) -> Upload:
    upload = checked(content, actor or cast.officer, name="专项债券填报表.xlsx", unit=cast.unit)
    assert upload.counts["base"] == TEMPLATE
    return upload


def spent(excel: Excel, row: int) -> Any:
    column = next(index for heading, index in excel.columns.items() if heading.startswith("已支出"))
    return excel.sheet.cell(row, column)


def moved_meanwhile(bonds, figure: int, cast: Cast) -> Upload:
    """The sheet back with another 已支出 in its first row, whose account has moved by 70 since the sheet went out."""
    excel = Excel(template(cast))
    spend(of_bond(Project.objects.get(name=ROAD), bonds[10]), 70)
    spent(excel, 4).value = figure
    return back(excel.saved(), cast)


def spend(key: Any, amount: int) -> None:
    for step in (Step.ARRIVE, Step.PAY):
        give(key, step, amount, JUNE)


def test_a_bond_that_came_after_the_day_is_left_out(cast: Cast, bonds) -> None:
    late = make_bond(1000, tender_on=date(2020, 7, 20))
    give(of_bond(Project.objects.get(name=RIVER), late), Step.ASSIGN, 300, date(2020, 7, 20))
    july = make_template(cast.unit, JULY_MONTH, actor=cast.owner, kind=Kind.BOND).content
    for content, rows in ((template(cast), 3), (july, 4)):
        sheet = Excel(content).sheet
        assert len([number for number in range(4, 12) if isinstance(sheet.cell(number, 1).value, int)]) == rows


def test_it_has_a_row_for_each_account_with_what_it_held_that_day(cast: Cast, bonds) -> None:
    give(of_bond(Project.objects.get(name=ROAD), bonds[10]), Step.ARRIVE, 50, date(2020, 7, 3))
    excel = Excel(template(cast))
    assert excel.sheet.title == "专项债券"
    assert excel.sheet["A1"].value == "2020年专项债券资金填报表（截至2020年6月30日）"
    rows = [[excel.sheet.cell(row, column).value for column in excel.columns.values()] for row in (4, 5, 6)]
    told = [dict(zip(excel.columns, row, strict=True)) for row in rows]
    assert [(row["项目名称"], row["批次"], row["债券期限（年）"], row["本次安排额度（万元）"], row["已支出（万元）"]) for row in told] == [
        (ROAD, "第2批", 10, 1700, 900),
        (ROAD, "第2批", 15, 800, 0),
        (RIVER, "第2批", 15, 500, 0),
    ]
    first = told[0]
    assert (first["参考·上次填报"], first["参考·上次已支出（万元）"], first["参考·已拨付（万元）"]) == ("2020-05-31账上", 600, 900)
    assert (first["发行利率（%）"], first["发行日期"], first["项目代码"]) == (3.37, "2020-05-08", "2019-370212-48-01-000001")
    entry, locked = spent(excel, 4), excel.sheet.cell(4, excel.columns["本次安排额度（万元）"])
    assert (entry.protection.locked, locked.protection.locked) == (False, True)


@pytest.mark.parametrize("kind", [Kind.BOND, Kind.CENTRAL])
def test_it_comes_back_to_nothing(cast: Cast, bonds, kind: Kind) -> None:
    key = of_plan(Project.objects.get(name=ROAD), plan())
    for step, amount in ((Step.ASSIGN, 800), (Step.ARRIVE, "500.5"), (Step.COMPLETE, 300)):
        give(key, step, amount, JUNE)
    content = template(cast, kind)
    upload = back(content, cast, cast.owner)
    assert (upload.kind, upload.counts["change"], upload.counts["fund_changes"], said(upload)) == (kind.value, 0, 0, [])
    before = ledger()
    commit(upload, actor=cast.owner)
    assert ledger() == before
    again = back(Excel(content).saved(), cast, cast.owner)
    assert (again.counts["same"], again.counts["error"] + again.counts["warning"]) == (upload.counts["rows"], 0)


def test_what_was_filled_in_is_posted_on_the_day_of_the_sheet(cast: Cast, bonds) -> None:
    excel = Excel(template(cast))
    spent(excel, 4).value = 1000
    spent(excel, 6).value = 120
    upload = back(excel.saved(), cast)
    letter = spent(excel, 4).column_letter
    assert said(upload) == [("transfer_with_spend", letter, 4), ("transfer_with_spend", letter, 6)]
    commit(upload, actor=cast.officer, reason="6月支出")
    assert entries(upload) == [(ROAD, "arrive", 100, JUNE), (ROAD, "pay", 100, JUNE), (RIVER, "arrive", 120, JUNE), (RIVER, "pay", 120, JUNE)]
    assert (held(ROAD, bonds[10]), held(ROAD, bonds[15]), faults()) == ((1700, 1000, 1000, 0), (800, 0, 0, 0), [])


def test_a_central_template_has_arrival_and_payment_beside_each_other(cast: Cast, bonds) -> None:
    paper = plan()
    key = of_plan(Project.objects.get(name=ROAD), paper)
    for step, amount in ((Step.ASSIGN, 800), (Step.ARRIVE, 500), (Step.PAY, 200)):
        give(key, step, amount, JUNE)
    excel = Excel(template(cast, Kind.CENTRAL))
    arrived, paid = (excel.sheet.cell(4, excel.columns[heading]) for heading in ("资金到位（万元）", "资金支付（万元）"))
    assert (arrived.value, paid.value) == (500, 200)
    paid.value = 450
    upload = back(excel.saved(), cast)
    assert said(upload) == []
    assert [line.label.rpartition(" · ")[2] for line in preview(upload, Show.CHANGED).rows[0].lines] == ["支付（万元）"]
    commit(upload, actor=cast.officer)
    assert (held(ROAD, paper), faults()) == ((800, 500, 450, 0), [])
    excel = Excel(template(cast, Kind.CENTRAL))
    excel.sheet.cell(4, excel.columns["资金支付（万元）"]).value = 501
    assert said(back(excel.saved(), cast), "error") == [("fund_chain", paid.column_letter, 4)]


def test_what_others_posted_meanwhile_stays_where_the_file_was_not_touched(cast: Cast, bonds) -> None:
    excel = Excel(template(cast))
    spend(of_bond(Project.objects.get(name=ROAD), bonds[15]), 70)
    spent(excel, 6).value = 120
    upload = back(excel.saved(), cast)
    assert (upload.counts["fund_changes"], upload.counts["with_kept"]) == (1, 1)
    (row,) = preview(upload, Show.KEPT).rows
    assert [(line.old, line.new) for line in row.kept] == [("0", "70")]
    commit(upload, actor=cast.officer, reason="6月支出")
    assert (held(ROAD, bonds[15])[2], held(RIVER, bonds[15])[2]) == (70, 120)


def test_what_both_changed_waits_for_a_choice(cast: Cast, bonds) -> None:
    upload = moved_meanwhile(bonds, 1100, cast)
    assert (upload.counts["conflict"], upload.counts["fund_changes"]) == (1, 0)
    (row,) = preview(upload, Show.CONFLICT).rows
    (line,) = row.conflicts
    assert (line.ours, line.theirs) == ("970", "1,100")
    with pytest.raises(StateError, match="冲突"):
        commit(upload, actor=cast.officer, reason="x")
    choose(upload, {line.key: Take.OURS}, actor=cast.officer)
    assert (upload.counts["conflict"], upload.counts["fund_changes"]) == (0, 0)
    choose(upload, {line.key: Take.THEIRS}, actor=cast.officer)
    assert (upload.counts["conflict"], upload.counts["fund_changes"]) == (0, 1)
    commit(upload, actor=cast.officer, reason="以区里为准")
    assert (held(ROAD, bonds[10]), faults()) == ((1700, 1100, 1100, 0), [])


def test_the_ledgers_rules_judge_what_was_chosen(cast: Cast, bonds) -> None:
    upload = moved_meanwhile(bonds, 1_000_000, cast)
    (line,) = preview(upload, Show.CONFLICT).rows[0].conflicts
    choose(upload, {line.key: Take.THEIRS}, actor=cast.officer)
    assert [each for each in upload.findings if each["severity"] == "error" and each["row"] == 4 and each["col"]], upload.findings
    choose(upload, {line.key: Take.OURS}, actor=cast.officer)
    assert upload.counts["error"] == 0


def test_a_district_fills_it_in_and_the_city_commits(cast: Cast, bonds) -> None:
    excel = Excel(template(cast))
    spent(excel, 4).value = 1000
    upload = back(excel.saved(), cast, cast.owner)
    assert "市级经办人" in words(upload, "fund_for_city")
    with pytest.raises(NotAllowedError):
        commit(upload, actor=cast.owner, reason="x")
    commit(upload, actor=cast.officer, reason="区里报来")
    assert FundEntry.objects.filter(upload_id=upload.pk).count() == 2


def test_whose_money_it_is_and_who_may_take_it_home(cast: Cast, bonds) -> None:
    with pytest.raises(NotAllowedError):
        template(cast, actor=cast.stranger)
    with pytest.raises(StateError, match="还没有专项债券资金可填"):
        template(cast, actor=cast.officer, unit=cast.other)
    with pytest.raises(StateError, match="还没有中央预算内投资资金可填"):
        template(cast, Kind.CENTRAL)
    assert {Kind.BOND, Kind.CENTRAL} < set(TEMPLATE_KINDS)


def test_the_shell_writes_it(cast: Cast, bonds, tmp_path) -> None:
    path = tmp_path / "债券.xlsx"
    call_command("template", "--unit", "崂山", "--period", "2020-06", "--kind", "bond_allocation", "--output", str(path))
    upload = back(path.read_bytes(), cast)
    assert upload.counts["fund_changes"] == 0

"""Columns of fund sheets that stand beside each other: transferred and spent, central money and the sources given with it; nothing is dropped
without a word. And rows whose district nobody can tell, and totals beside cells that can't be read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exchange.services.commit import commit
from exchange.services.conflicts import choice_key
from exchange.services.preview import Show, preview
from exchange.services.undo import undo
from exchange.sheets.money import Standing, is_of_district, moves, standing
from funding.models import FundAccount, FundEntry
from funding.proofs import faults
from projects.models import Project
from tests.conftest import Cast
from tests.exchange.funds import BONDS, CENTRAL, FIRST, SECOND, checked, entries, held, issue, plan, rows_of, said, sent, words
from tests.exchange.test_fund_sheets import people as people
from tests.exchange.test_fund_sheets import projects as projects
from tests.exchange.test_fund_sheets import put

pytestmark = pytest.mark.django_db
BOTH = put(put(put(BONDS, "| 已支出", "| 已拨付 | 已支出"), "1700 | 1400", "1700 | 1500 | 1400"), "900 | 0", "900 | 100 | 0")
SOURCES = """
2020年中央预算内投资计划执行情况表（截至6月底）
单位：万元
序号 | 专项名称 | 项目名称 | 所属区市 | 总投资 | 本次下达中央投资 | 本次下达省级配套 | 本次下达区级配套 | 资金到位 | 完成投资 | 下达文号
1 | 排水设施建设 | 滨海大道改造工程 | 市南区 | 12000 | 800 | 70 | 30 | 500 | 620 | 发改投资〔2020〕600号
"""


def test_transferred_and_spent_are_both_posted(people: Cast, projects: dict[str, Project]) -> None:
    bonds = issue()
    upload = sent(BOTH, people.city)
    assert said(upload) == [], "the sheet says what was transferred: nothing is assumed"
    assert [entry[:3] for entry in entries(upload) if entry[1] != "assign"] == [
        (FIRST, "arrive", 1500),
        (FIRST, "pay", 1400),
        (SECOND, "arrive", 100),
    ]
    assert (held(FIRST, bonds[10]), held(SECOND, bonds[15])) == ((1700, 1500, 1400, 0), (900, 100, 0, 0))
    again = sent(BOTH, people.city)
    assert (again.counts["same"], again.counts["change"]) == (2, 0)


def test_the_order_of_the_two_columns_does_not_matter(people: Cast, projects: dict[str, Project]) -> None:
    bonds = issue()
    turned = put(put(put(BONDS, "| 已支出", "| 资金支出 | 资金拨付"), "1700 | 1400", "1700 | 1400 | 1500"), "900 | 0", "900 | 0 | 100")
    sent(turned, people.city)
    assert (held(FIRST, bonds[10]), held(SECOND, bonds[15])) == ((1700, 1500, 1400, 0), (900, 100, 0, 0))


def test_spent_above_transferred_is_refused_at_the_cell(people: Cast, projects: dict[str, Project]) -> None:
    issue()
    upload = checked(put(BOTH, "1500 | 1400", "1300 | 1400"), people.city)
    assert said(upload, "error") == [("fund_chain", "H", 4)]


def test_what_other_sources_give_with_the_plan_is_posted_by_source(people: Cast, projects: dict[str, Project]) -> None:
    paper = plan()
    upload = checked(SOURCES, people.city)
    labels = [line.label for row in preview(upload, Show.CHANGED).rows for line in row.lines]
    assert any("（省级）" in label for label in labels), labels
    assert len({choice_key(row, "x") for row in rows_of(upload)}) == 3
    upload = commit(upload, actor=people.city, reason="补录")
    found = FundAccount.objects.order_by("source").values_list("source", "assigned_wan", "arrived_wan")
    assert list(found) == [("central", 800, 500), ("district", 30, 0), ("province", 70, 0)]
    paper.refresh_from_db()
    assert (paper.assigned_wan, faults()) == (800, []), "what others add is not the plan's"
    assert set(entries(sent(SOURCES, people.city))) == set()
    undo(upload, actor=people.city, reason="错")
    assert (set(FundAccount.objects.values_list("assigned_wan", flat=True)), faults()) == ({Decimal(0)}, [])


def test_sources_of_the_total_are_told_and_not_posted(people: Cast, projects: dict[str, Project]) -> None:
    plan()
    table = put(put(CENTRAL, "| 2020年本次下达", "| 省级配套 | 自筹 | 2020年本次下达"), "3000 | 800", "3000 | 1000 | 8000 | 800")
    upload = sent(put(table, "2000 | 400", "2000 | | 6000 | 400"), people.city)
    told = [(each["code"], each["col"], each["row"], each["severity"]) for each in upload.findings if each["code"].startswith("fund_source")]
    assert told == [("fund_source_planned", "G", 3, "info"), ("fund_source_planned", "H", 3, "info")]
    assert "“省级配套”是总投资的资金来源" in words(upload, "fund_source_planned")
    assert set(FundEntry.objects.values_list("account__source", flat=True)) == {"central"}


def test_money_that_may_be_either_asks_for_a_reason(people: Cast, projects: dict[str, Project]) -> None:
    plan()
    table = put(put(SOURCES, "本次下达省级配套", "省级配套"), "本次下达区级配套", "本次下达地方配套")
    upload = checked(table, people.city)
    assert said(upload, "warning") == [("fund_source_unclear", "G", 3), ("fund_source_unclear", "H", 3)]
    assert [row.fund[3] for row in rows_of(upload) if row.fund] == ["central"]


@pytest.mark.parametrize(
    "heading,composed,found",
    [
        ("总投资及资金来源/其中/省级配套", True, Standing.OF_TOTAL),
        ("本次下达/省级配套", True, Standing.WITH_PLAN),
        ("2020年安排省级资金", False, Standing.WITH_PLAN),
        ("本次下达/地方配套", False, Standing.UNCLEAR),
        ("省级配套", True, Standing.OF_TOTAL),
        ("省级配套", False, Standing.UNCLEAR),
    ],
)
def test_a_heading_tells_whose_sum_it_is_part_of(heading: str, composed: bool, found: Standing) -> None:
    assert standing(heading, has_composition=composed) is found


@pytest.mark.parametrize(
    "heading,found", [("已拨付", (True, False)), ("拨付情况/已支出", (False, True)), ("拨付使用", (True, True)), ("额度", (False, False))]
)
def test_a_heading_tells_what_its_money_did(heading: str, found: tuple[bool, bool]) -> None:
    assert moves(heading) == found


def test_city_and_district_money_are_told_apart() -> None:
    assert [is_of_district(heading) for heading in ("本次下达/区级配套", "本次下达区市配套", "市级配套", "本次下达/市级配套")] == [
        True,
        True,
        False,
        False,
    ]


# --- whose row, and what a total says ---


def test_a_sheet_without_districts_blocks_the_row_that_names_no_known_project(people: Cast, projects: dict[str, Project]) -> None:
    plan()
    bare = put(put(put(CENTRAL, " | 所属区市", ""), f"{FIRST} | 市南区", FIRST), f"{SECOND} | 市南区", "从未见过的工程")
    upload = checked(bare, people.city)
    assert said(upload, "error") == [("unit_unknown", "C", 5)]
    assert [row.action.value for row in rows_of(upload)] == ["change", "held"]
    upload = commit(upload, actor=people.city, reason="补录", hold_bad_rows=True)
    assert [entry[:2] for entry in entries(upload)] == [(FIRST, "assign"), (FIRST, "arrive"), (FIRST, "complete")]


@pytest.mark.parametrize("place", ["", "火星区"])
def test_a_district_nobody_knows_blocks_its_row_by_its_cell(people: Cast, projects: dict[str, Project], place: str) -> None:
    plan()
    upload = checked(put(CENTRAL, f"{SECOND} | 市南区", f"从未见过的工程 | {place}"), people.city)
    assert {(col, row) for _code, col, row in said(upload, "error")} == {("D", 5)}


def test_a_total_is_spoken_of_together_with_the_cell_that_can_not_be_read(people: Cast, projects: dict[str, Project]) -> None:
    plan()
    upload = checked(put(CENTRAL, "500 | 620", "待定 | 620") + " | | 合计 | | 20000 | 5000 | 1300 | 5000 | 620 |\n", people.city)
    assert set(said(upload, "error")) == {("total_mismatch", "G", 6), ("amount_not_number", "H", 4)}
    assert "本列有1处读不出，应正好是相差的5000万元" in words(upload, "total_open")


def test_two_levels_of_heading_are_read_as_one(people: Cast, projects: dict[str, Project]) -> None:
    paper = plan()
    table = put(SOURCES, "本次下达中央投资 | 本次下达省级配套 | 本次下达区级配套", "本次下达 | | ")
    two = put(table, "下达文号\n1 ", "下达文号\n | | | | | 中央预算内投资 | 省级配套 | 区级配套 | | |\n1 ")
    upload = sent(two, people.city)
    assert held(FIRST, paper) == (800, 500, 0, 620)
    assert {entry.account.source: entry.amount_wan for entry in FundEntry.objects.filter(step="assign", upload_id=upload.pk)} == {
        "central": 800,
        "province": 70,
        "district": 30,
    }

"""Columns as data, and headings matched by their sense."""

from __future__ import annotations

import pytest

from exchange.parse import read_workbook
from exchange.raw import RawBook, RawSheet
from exchange.sheets import COLUMNS, SHEETS, Kind, column_of, meaning_of, neutral_name
from exchange.sheets.headings import lean_of
from tests.exchange.tables import reference
from tests.exchange.vocabulary import ANYWHERE, BOND, CENTRAL, LEVELS


@pytest.mark.parametrize(
    ("headings", "field"),
    [
        ("项 目 名 称", "name"),
        ("项目（工程）名称", "name"),
        ("重点项目名称", "name"),
        ("区（市）", "district"),
        ("县（市、区）", "district"),
        ("投资项目统一代码", "code"),
        ("储备库编号", "local_code"),
        ("统一社会\n信用代码", "uscc"),
        ("项目业主", "owner"),
        ("主管部门", "responsible_unit"),
        ("顶格推进领导", "lead"),
        ("建设内容\n及规模", "content"),
        ("建设起止年限", "planned_period"),
        ("拟开工时间", "planned_start"),
        ("实际开工时间", "actual_start"),
        ("计划建成时间", "planned_finish"),
        ("总投资               (万元)", "total_wan"),
        ("计划总投资", "total_wan"),
        ("投资估算", "total_wan"),
        ("总投资/合计", "total_wan"),
        ("至2009年底累计完成投资（万元）", "cum_prior_wan"),
        ("截至2019年底累计完成投资", "cum_prior_wan"),
        ("以前年度完成", "cum_prior_wan"),
        ("2010年    力争完成投资     （万元）", "plan_wan"),
        ("2020年/计划投资", "plan_wan"),
        ("本年度计划完成投资", "plan_wan"),
        ("6月份完成投资", "done_month_wan"),
        ("6月/完成投资", "done_month_wan"),
        ("2020年投资完成情况(万元)/完成投资/6月份完成投资", "done_month_wan"),
        ("2010年1-7月完成投资", "done_ytd_wan"),
        ("1-  月累计完成投资", "done_ytd_wan"),
        ("<yyyy>年1-<M>月", "done_ytd_wan"),
        ("2020年/累计完成投资", "done_ytd_wan"),
        ("2020年上半年完成投资", "done_ytd_wan"),
        ("年初至今累计完成投资", "done_ytd_wan"),
        ("自开工累计完成投资", "cum_total_wan"),
        ("占年度计划(%)", "progress_percent"),
        ("年度投资完成率", "progress_percent"),
        ("2020年主要建设内容", "annual_goal"),
        ("需协调解决的问题", "problems"),
        ("联系人及电话", "contact"),
        ("用地面积（亩）", "land_mu"),
        ("达产后年产值（万元）", "expected_output_wan"),
    ],
)
def test_heading_is_known_by_its_sense(headings: str, field: str) -> None:
    assert meaning_of(tuple(headings.split("/"))).field == field


_WRITTEN = [(None, field, words) for field, words in ANYWHERE.items()]
_WRITTEN += [("bond", field, words) for field, words in BOND.items()] + [("central", field, words) for field, words in CENTRAL.items()]
_WRITTEN += [(lean or None, field, words) for lean, table in LEVELS.items() for field, words in table.items()]


@pytest.mark.parametrize(("lean", "field", "words"), _WRITTEN)
def test_a_field_is_known_under_all_its_headings(lean: str | None, field: str, words: str) -> None:
    read = {heading: meaning_of(tuple(heading.split("/")), lean).field or "nothing" for heading in words.split()}
    assert read == dict.fromkeys(read, field)


@pytest.mark.parametrize("heading", ["   月计划投资额", "下月计划", "现场照片", "上年同期", "环评", "上旬", "项目个数"])
def test_heading_of_something_we_do_not_keep(heading: str) -> None:
    meaning = meaning_of((heading,))
    assert (meaning.field, meaning.ignored) == (None, True)


@pytest.mark.parametrize("heading", ["累计完成投资", "截至目前累计完成投资", "截至6月底累计完成投资", "完成投资"])
def test_cumulative_without_a_beginning_is_an_open_question(heading: str) -> None:
    assert meaning_of((heading,)).ambiguous


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("总投资（亿元）", "亿元"),
        ("总投资(单位：万元)", "万元"),
        ("总投资\n（ 万元 ）", "万元"),
        ("总投资万元", "万元"),
        ("占地（亩）", "亩"),
        ("总投资", None),
    ],
)
def test_unit_of_a_heading(heading: str, unit: str | None) -> None:
    assert meaning_of((heading,)).unit == unit


@pytest.mark.parametrize(
    ("path", "unit"), [(("概算总投资", "元"), "元"), (("总投资", "（亿元）"), "亿元"), (("用地", "亩"), "亩"), (("总投资:元",), "元")]
)
def test_unit_in_a_row_of_its_own_belongs_to_the_heading_above(path: tuple[str, ...], unit: str) -> None:
    assert meaning_of(path).unit == unit
    assert meaning_of(path).field in {"total_wan", "land_mu"}


def test_unit_of_an_upper_heading_holds_below() -> None:
    assert meaning_of(("投资（亿元）", "2020年", "计划投资")).unit == "亿元"


def test_same_words_mean_other_money_in_a_bond_or_central_sheet() -> None:
    assert meaning_of(("本次安排额度",), "bond").field == "bond_this_wan"
    assert meaning_of(("完成投资",), "central").field == "central_done_wan"
    assert meaning_of(("其中：中央预算内投资",), "central").field == "central_total_wan"
    assert lean_of("2020年第二批专项债券", []) == "bond"
    assert lean_of("项目表", ["资金到位", "下达文号", "省级配套"]) == "central"
    assert lean_of("项目表", ["总投资", "专项债"]) is None


def test_every_kind_has_a_name_and_money_and_only_known_columns() -> None:
    assert set(SHEETS) == set(Kind)
    for columns in SHEETS.values():
        fields = [column.field for column in columns]
        assert len(fields) == len(set(fields))
        assert "name" in fields
        assert "total_wan" in fields
        assert all(COLUMNS[field] is column for field, column in zip(fields, columns, strict=True))


def test_own_headings_are_read_as_what_they_are() -> None:
    """The template made from the columns must come back through the same door."""
    leans = {Kind.BOND: "bond", Kind.CENTRAL: "central"}
    for kind, columns in SHEETS.items():
        for column in columns:
            assert meaning_of((column.header,), leans.get(kind)).field == column.field, (kind, column.header)


def test_neutral_names() -> None:
    names = {
        field: neutral_name(field)
        for field in ("total_wan", "plan_wan", "cum_prior_wan", "done_ytd_wan", "progress_text", "bond_this_wan", "rate_percent")
    }
    assert names == {
        "total_wan": "total_investment",
        "plan_wan": "annual_plan",
        "cum_prior_wan": "cum_last_year",
        "done_ytd_wan": "ytd_done",
        "progress_text": "image_progress",
        "bond_this_wan": "bond_this",
        "rate_percent": "rate",
    }
    assert column_of("uscc").width > 18


TITLES = {
    Kind.INFRASTRUCTURE: "2020年重大基础设施项目表",
    Kind.EMERGING: "2020年战略性新兴产业项目表",
    Kind.MONTHLY: "2020年6月份项目进展月报",
    Kind.BOND: "2020年第一批专项债券项目表",
    Kind.CENTRAL: "2020年中央预算内投资计划表",
}


@pytest.mark.parametrize("kind", list(Kind))
def test_sheet_made_from_the_columns_is_read_as_its_kind_with_every_column_known(kind: Kind) -> None:
    columns = SHEETS[kind]
    heads = [column.header + (f"（{column.unit}）" if column.unit else "") for column in columns]
    rows = [[index if column.field == "serial" else f"第{index}号道路" if column.field == "name" else None for column in columns] for index in (1, 2)]
    book = RawBook("市南区.xlsx", "xlsx", [RawSheet("表", [[TITLES[kind]], heads, *rows])])
    reading = read_workbook(book, reference())
    (table,) = reading.sheets[0].tables
    assert reading.kind == kind.value
    assert [column.field for column in table.columns] == [column.field for column in columns]
    assert [row.row for row in reading.rows()] == [3, 4]

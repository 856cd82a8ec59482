"""Checks beyond single cells, each on both sides of its edge; and the order in which a person is told."""

from __future__ import annotations

import pytest

from exchange.parse import Place, PlacedFinding
from exchange.validate import fold, ordered
from projects.findings import WORDING, Finding, Severity, advice, message
from tests.exchange.messy import Maker
from tests.exchange.tables import Read, sheet


def _one(head: str, row: str, title: str = "市南区2020年6月项目（万元）") -> list[str]:
    """What is said of a single row, as `code column`."""
    read = Read(sheet(f"{title}\n序号|项目名称|建设单位|{head}\n1|大港道路|甲公司|{row}"))
    return [line.replace("Sheet1!", "").replace("3", "", 1) if line.endswith("3") else line for line in read.said]


MONTH = "总投资|截至2019年底累计完成投资|2020年计划投资|本月完成投资|1-6月累计完成投资"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1000|200|300|50|50", []),
        ("1000|200|300|50.1|50", ["ytd_below_month H"]),
        ("1000|200|800|50|800", []),
        ("1000|200|800|50|800.1", ["completed_over_total H"]),
        ("1000|1000.1|0|0|0", ["completed_over_total E"]),
        ("1000|0|1000|50|50", []),
        ("1000|0|1000.1|50|50", ["plan_over_total F"]),
        ("1000|200|300|50|", ["required_missing H"]),
        ("|200|300|50|50", ["required_missing D"]),
        ("待定|200|300|50|50", ["amount_not_number D"]),
    ],
)
def test_month_row(row: str, said: list[str]) -> None:
    assert _one(MONTH, row) == said


@pytest.mark.parametrize(
    ("row", "said"),
    [("1000|300|100|200", []), ("1000|301|100|200", []), ("1000|302|100|200", ["cum_mismatch E"]), ("1000|1001|801|200", ["completed_over_total E"])],
)
def test_cumulative_since_the_start(row: str, said: list[str]) -> None:
    assert _one("总投资|自开工累计完成投资|截至2019年底累计完成投资|本年累计完成投资", row) == said


BOND = "总投资|项目资本金|专项债券需求|其他融资|以前批次已安排|本次安排额度"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1000|300|500|200|200|300", []),
        ("1000|300|500|201|200|300", []),
        ("1000|300|500|202|200|300", ["sum_mismatch D"]),
        ("1000|300|500|200|200|301", ["over_limit I"]),
        ("1000|300|/|200|200|301", []),
    ],
)
def test_bond_row(row: str, said: list[str]) -> None:
    assert _one(BOND, row, "市南区2020年专项债券（万元）") == said


CENTRAL = "总投资|中央预算内投资|省级配套|市级配套|自筹及其他|以前年度已下达|本次下达"


@pytest.mark.parametrize(
    ("row", "said"),
    [("1000|300|100|200|400|100|200", []), ("1000|300|100|200|405|100|200", ["sum_mismatch D"]), ("1000|300|100|200|400|100|201", ["over_limit J"])],
)
def test_central_budget_row(row: str, said: list[str]) -> None:
    assert _one(CENTRAL, row, "市南区2020年中央预算内投资（万元）") == said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2020年5月|2020年5月|10", []),
        ("2020年5月|2020年4月|10", ["finish_before_start E"]),
        ("2020年5月|2020年|10", []),
        ("2020年5月|2019年|10", ["finish_before_start E"]),
        ("|2019年|10", []),
    ],
)
def test_finish_surely_before_start(row: str, said: list[str]) -> None:
    assert _one("计划开工时间|计划竣工时间|总投资", row) == said


def test_period_cell_is_the_place_of_its_dates() -> None:
    assert _one("建设起止年限|总投资", "2021-2019|10") == ["finish_before_start D"]


def _names(*rows: str) -> list[str]:
    body = "\n".join(f"{index}|{row}" for index, row in enumerate(rows, 1))
    return Read(sheet(f"市南区项目（万元）\n序号|项目名称|建设单位|项目代码|总投资\n{body}")).said


def test_same_name_is_the_same_project_however_it_is_spaced() -> None:
    code = "2020-370202-48-01-00000"
    assert _names(f"大港道路|甲公司|{code}1|10", f"大 港 道路|乙公司|{code}2|20") == ["duplicate_project Sheet1!B4"]
    assert _names(f"大港道路（一期）|甲公司|{code}1|10", f"大港道路（二期）|甲公司|{code}2|10") == []


def test_the_advice_on_a_repeated_row_says_which_row_to_clear() -> None:
    read = Read(sheet("市南区项目（万元）\n序号|项目名称|总投资\n1|大港道路|10\n2|小港桥梁|10\n3|大港道路|10"))
    (finding,) = [placed.finding for placed in read.reading.findings if placed.finding.code == "duplicate_project"]
    assert advice(finding) == "是重复的，请清空或删除第5行，留下第3行；是另一个项目，请改为各自的全称"


def test_same_code_under_another_name() -> None:
    code = "2020-370202-48-01-000001"
    assert _names(f"大港道路|甲公司|{code}|10", f"小港桥梁|乙公司|{code}|20") == ["code_duplicate Sheet1!D4"]


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("三维引擎生产线技术改造", "三维引擎生产线技术改造项目", True),
        ("灵山疾控中心实验楼", "灵山疾控中心试验楼", True),
        ("辽宁路供水管网更新", "辽宁路供水管网更新建设工程", True),
        ("轨道交通8号线北段", "轨道交通八号线北段", True),
        ("辽宁路供水管网更新", "市南区辽宁路供水管网更新", True),
        ("午山实验学校三期", "午山实验学校（3期）", True),
        ("午山实验学校", "午山实验学校（三期）", False),
        ("轨道交通6号线工程", "轨道交通8号线工程", False),
        ("滨海大道东段改造", "滨海大道西段改造", False),
        ("大港道路改造工程", "流亭学校扩建工程", False),
    ],
)
def test_lookalikes_of_one_owner(first: str, second: str, alike: bool) -> None:
    said = _names(f"{first}|甲公司|2020-370202-48-01-000001|10", f"{second}|甲公司|2020-370202-48-01-000002|10")
    assert said == (["near_duplicate Sheet1!B4"] if alike else [])


def test_list_and_monthly_report_in_one_book_are_no_doubles() -> None:
    read = Read(
        sheet("市南区项目（万元）\n序号|项目名称|建设单位|总投资|年度计划投资\n1|大港道路|甲公司|10|3", "清单"),
        sheet("市南区2020年6月月报（万元）\n序号|项目名称|总投资|本月完成投资|1-6月累计完成投资\n1|大港道路|10|1|2", "月报"),
    )
    assert read.said == []


def _amounts(*totals: str) -> Read:
    body = "\n".join(f"{index}|{'甲乙丙丁戊己庚辛壬癸'[index]}号路|公司{index}|{total}|3000" for index, total in enumerate(totals))
    return Read(sheet(f"市南区项目（万元）\n序号|项目名称|建设单位|总投资|年度计划投资\n{body}"))


def test_slip_of_the_unit_is_named_once_with_the_likely_figure_and_not_as_its_consequences() -> None:
    read = _amounts("50000", "60000", "5.5", "40000", "70000", "45000")
    assert read.said == ["unit_suspect Sheet1!D5"]
    assert read.found(Severity.BLOCKS)[0].finding.params["guess"] == "55000"


def test_total_that_is_right_but_for_the_slip_is_not_wrong_itself() -> None:
    body = "\n".join(f"{index}|{index}号路{index}|公司{index}|{total}" for index, total in enumerate((50000, 60000, 450000000, 40000, 70000), 1))
    read = Read(sheet(f"市南区项目（万元）\n序号|项目名称|建设单位|总投资\n{body}\n|合计||265000"))
    assert read.said == ["unit_suspect Sheet1!D5"]


def test_values_a_hundredfold_apart_are_ordinary() -> None:
    assert _amounts("5000", "4000", "500000", "6000", "400000", "9000").said == []


def test_local_number_that_lost_its_zero() -> None:
    head = "市南区2020年专项债券（万元）\n序号|项目名称|储备库编号|总投资|专项债券需求|本次安排额度"
    read = Read(sheet(f"{head}\n1|甲路|'0123456|10|5|3\n2|乙路|123457|10|5|3\n3|丙路|'0123458|10|5|3"))
    assert read.said == ["code_leading_zero Sheet1!C4"]
    even = Read(sheet(f"{head}\n1|甲路|'123456|10|5|3\n2|乙路|12345|10|5|3\n3|丙路|'123458|10|5|3"))
    assert even.said == []


def test_totals_too_small_for_wan_are_doubted_in_a_hint() -> None:
    assert "unit_doubt Sheet1!2" in _amounts("3", "5", "4", "6").hints
    assert "unit_doubt Sheet1!2" not in _amounts("3000", "5000", "4000", "6000").hints


def test_blocked_row_is_known_as_such() -> None:
    read = Read(sheet("市南区项目（万元）\n序号|项目名称|建设单位|总投资\n1|甲路|甲公司|待定\n2|乙路|乙公司|约5"))
    assert [row.blocked for row in read.rows] == [True, False]


def test_every_finding_has_words_in_both_languages() -> None:
    for seed in range(200, 230):
        made = Maker(seed).make()
        read = Read(*made.book.sheets, filename=made.book.filename)
        for placed in read.reading.findings:
            assert placed.finding.code in WORDING
            for text in (message(placed.finding, language) + advice(placed.finding, language) for language in ("zh", "en")):
                assert text
                assert "{" not in text, text


def _placed(row: int | None, severity: Severity = Severity.BLOCKS, column: str | None = "D", sheet_name: str = "一") -> PlacedFinding:
    return PlacedFinding(Finding("unit_suspect", severity, "total_wan"), Place(sheet_name, row, column))


def test_order_is_worst_first_then_by_place() -> None:
    listed = [_placed(9, Severity.REASON), _placed(3), _placed(2, sheet_name="二"), _placed(None), _placed(3, column="AA"), _placed(3, column="B")]
    places = [one.place.text for one in ordered(listed)]
    assert places == ["一!D", "一!B3", "一!D3", "一!AA3", "二!D2", "一!D9"]


def test_runs_of_equal_findings_fold_into_one_entry() -> None:
    listed = [_placed(row) for row in (12, 13, 14, 16, 40)] + [_placed(13, column="E")]
    entries = [(entry.place.row, entry.place.row_end, entry.count, entry.rows_text) for entry in fold(listed)]
    assert entries == [(12, 16, 4, "第12–14、16行"), (13, None, 1, "第13行"), (40, None, 1, "第40行")]


def test_findings_scattered_all_over_become_one_entry() -> None:
    (entry,) = fold([_placed(row) for row in range(10, 600, 5)])
    assert (entry.count, entry.place.row, entry.place.row_end) == (118, 10, 595)
    assert entry.rows_text.endswith("等行")


def test_log_keeps_a_bounded_number_and_counts_the_rest() -> None:
    rows = "\n".join(f"{index}|第{index}个道路工程|公司{index}|待定" for index in range(1, 2101))
    read = Read(sheet(f"市南区项目（万元）\n序号|项目名称|建设单位|总投资\n{rows}"))
    assert len(read.rows) == 2100
    assert read.reading.findings.dropped == 100
    assert len(read.said) == 2000

"""Habits of other hands than those in `test_parse_layouts`: each test one class of sheet that was once misread."""

from __future__ import annotations

import pytest

from exchange.neutral import as_document
from exchange.parse import read_workbook
from exchange.raw import RawBook
from exchange.reference import Reference, reference_from
from exchange.validate import validated_rows
from projects.findings import message
from tests.exchange.tables import Read, sheet

HEAD = "序号|项目名称|建设单位|总投资|年度计划投资"
ROWS = """1|流亭道路|甲公司|10000|3000
2|上马桥梁|乙公司|20000|5000
3|河套泵站|丙公司|15000|4000"""


# --- headings and units ---


def test_row_of_bare_units_gives_the_columns_their_unit() -> None:
    read = Read(
        sheet(
            """
李沧区重大基础设施项目库（2020年）
序号|项目全称|项目赋码|拟开工日期|概算总投资|本年计划投资|联络人
||||元|元|
1|楼山学校|2019-370213-48-01-012345|2019-05|520000000|330000000|于海
2|湘潭路桥|2019-370213-48-01-012346|2019-06|630000000|320000000|曲波
"""
        )
    )
    assert read.column("total_investment") == [52000, 63000]
    assert read.column("contact") == ["于海", "曲波"]
    assert read.said == []


def test_december_of_the_year_before_is_what_was_done_before() -> None:
    read = Read(
        sheet(
            """
平度市2020年6月重点项目进度表（单位：万元）
序号|项目名称|总投资|截至2019年12月底累计完成投资|年度任务|6月当月完成|1-6月投资完成额
1|南村学校|10000|2000|3000|300|1500
2|旧店水厂|20000|3000|5000|400|2500
"""
        )
    )
    assert read.column("cum_last_year") == [2000, 3000]
    assert read.column("annual_plan") == [3000, 5000]
    assert read.column("ytd_done") == [1500, 2500]
    assert read.said == []


def test_yearly_task_in_words_is_a_goal() -> None:
    read = Read(
        sheet(
            """
平度市2020年重点项目表（单位：万元）
序号|项目名称|总投资|年度任务
1|南村学校|10000|主体封顶
2|旧店水厂|20000|完成桩基
"""
        )
    )
    assert read.column("annual_goal") == ["主体封顶", "完成桩基"]


def test_start_and_finish_below_a_spanning_heading() -> None:
    read = Read(
        sheet(
            """
市南区2020年重点工程计划表（单位：万元）
编号|工程项目名称|时间安排||资金安排|
||开工|完工|总投资额|其中：2020年度投资计划
一|交通工程||||
1|湛山隧道|2019.05|2021.11|30000|9000
2|浮山后匝道|2020.01|2021.12|20000|8000
""",
            merges=["A2:A3", "B2:B3", "C2:D2", "E2:F2"],
        )
    )
    assert read.column("start") == ["2019-05", "2020-01"]
    assert read.column("finish") == ["2021-11", "2021-12"]
    assert read.column("sector") == ["交通", "交通"]


# --- places ---


@pytest.mark.parametrize(("name", "title", "place"), [("四方区", "2020年项目表", "四方区"), ("Sheet1", "胶南市2020年项目表", "Sheet1!A1")])
def test_retired_district_of_sheet_or_title_is_said_once(name: str, title: str, place: str) -> None:
    read = Read(sheet(f"{title}（单位：万元）\n{HEAD}\n{ROWS}", name=name))
    assert set(read.column("district")) <= {"市北区", "黄岛区"}
    assert read.said == [f"district_obsolete {place}"]


def test_retired_district_of_a_section_points_at_its_row() -> None:
    read = Read(sheet(f"2020年项目表（单位：万元）\n{HEAD}\n一、胶南市\n{ROWS}"))
    assert read.said == ["district_obsolete Sheet1!A3"]


# --- what goes outside ---


def test_code_with_a_short_serial_counts_as_a_fault_outside_and_a_hint_inside() -> None:
    read = Read(
        sheet(
            "李沧区项目表（单位：万元）\n序号|项目名称|项目代码|总投资\n1|楼山学校|2019-370213-48-01-41115|5000\n2|湘潭路桥|2019-370213-48-01-012346|6000"
        )
    )
    assert read.said == []
    document = as_document(read.reading, read.rows)
    assert [(one["row"], one["kind"], one["severity"]) for one in document["errors"] if one["kind"] == "code_format"] == [(3, "code_format", "error")]


# --- rows ---


@pytest.mark.parametrize("sign", ["〃", "同上", "（同上）", "同 上", "同上。", '"', "〃 "])
def test_ditto_takes_the_text_above_and_says_so(sign: str) -> None:
    read = Read(
        sheet(
            f"""
城阳区2020年项目表（单位：万元）
序号|项目名称|建设单位|责任单位|开工时间|总投资
1|流亭道路|甲公司|区住建局|2019-05|10000
2|上马桥梁|{sign}|{sign}|{sign}|20000
3|河套泵站|{sign}|{sign}|{sign}|15000
"""
        )
    )
    assert read.column("responsible_unit") == ["区住建局"] * 3
    assert read.column("owner") == ["甲公司"] * 3
    assert read.column("start") == ["2019-05"] * 3
    assert [row.shown.get("responsible_unit") for row in read.rows] == [None, "区住建局（同上）", "区住建局（同上）"]


def test_ditto_with_nothing_above_is_blank_and_said() -> None:
    read = Read(sheet("城阳区项目表（单位：万元）\n序号|项目名称|责任单位|总投资\n1|流亭道路|同上|10000\n2|上马桥梁|区住建局|20000"))
    assert read.column("responsible_unit") == [None, "区住建局"]
    assert read.hints == ["ditto_of_nothing Sheet1!C3"]


@pytest.mark.parametrize("label", ["共3个项目", "3个项目合计", "TOTAL", "全区合计", "总  计：", "合计：3个"])
def test_total_is_known_under_all_its_labels(label: str) -> None:
    read = Read(sheet(f"城阳区项目表（单位：万元）\n{HEAD}\n{ROWS}\n|{label}||45000|12000"))
    assert read.skipped()[6] == "total"
    assert read.said == []


def test_numbered_row_of_an_odd_name_is_a_project() -> None:
    read = Read(sheet(f"城阳区项目表（单位：万元）\n{HEAD}\n{ROWS}\n4|其中海广场|丁公司|5000|1000\n5|示例公园|戊公司|6000|1000"))
    assert read.numbers == [3, 4, 5, 6, 7]


def test_row_that_tells_how_to_fill_in_is_no_project() -> None:
    read = Read(sheet(f"城阳区项目表（单位：万元）\n{HEAD}\n填写要求|填立项全称|全称|数字|数字\n必填|必填|必填|必填|选填\n{ROWS}"))
    assert [read.skipped()[row] for row in (3, 4)] == ["example", "example"]
    assert read.numbers == [5, 6, 7]
    assert read.said == []


def test_list_beside_the_list_is_not_lost_in_silence() -> None:
    read = Read(
        sheet(
            """
崂山区2020年项目表（单位：万元）
序号|项目名称|总投资|年度计划投资||序号|项目名称|总投资|年度计划投资
1|中韩学校|10000|2000||3|沙子口水厂|30000|5000
2|北宅道路|20000|3000||4|王哥庄桥梁|40000|6000
"""
        )
    )
    assert read.column("name") == ["中韩学校", "北宅道路"]
    assert read.said == ["table_beside Sheet1!G2"]
    assert read.hints == []


# --- titles and names ---


def test_of_a_span_of_years_the_first_is_the_year_of_the_plan() -> None:
    read = Read(
        sheet(
            """
黄岛区2020-2022年三年滚动计划表（单位：万元）
序号|项目名称|总投资|2020年计划投资|2021年计划投资|2022年计划投资
1|辛安学校|10000|2000|3000|5000
2|灵珠山水厂|20000|3000|7000|10000
"""
        )
    )
    assert read.column("annual_plan") == [2000, 3000]


@pytest.mark.parametrize("name", ["2.西海岸", "（三）黄岛", "黄岛 2", "1、西海岸新区"])
def test_numbered_sheet_name_tells_its_district(name: str) -> None:
    read = Read(sheet(f"2020年项目表（单位：万元）\n{HEAD}\n{ROWS}", name=name))
    assert read.column("district") == ["黄岛区"] * 3


# --- what is said ---


def _sentences(read: Read) -> list[str]:
    return [message(placed.finding) for placed in read.reading.findings]


def test_book_without_a_list_says_why_in_true_words() -> None:
    read = Read(sheet("Department|Project|Budget\nTransport|Road A|120\nHealth|Clinic B|80", name=None), filename="x.csv")
    assert _sentences(read) == ["未找到项目表：是表格，但表头（“Department”、“Project”、“Budget”等）不是项目表的"]


def test_cover_and_contents_are_called_so() -> None:
    read = Read(
        sheet("市南区2020年重点项目\n上报材料\n市南区发展和改革局\n2020年6月", name="Sheet1"),
        sheet("序号|内容|页码\n1|项目清单|1\n2|编制说明|5", name="目录"),
        sheet(f"市南区项目表（单位：万元）\n{HEAD}\n{ROWS}", name="清单"),
    )
    assert [(one.reason, one.read) for one in read.reading.sheets] == [("sheet_cover", False), ("sheet_cover", False), ("", True)]


def test_hidden_columns_and_rows_are_named() -> None:
    read = Read(sheet(f"市南区项目表（单位：万元）\n{HEAD}\n{ROWS}", hidden_columns=frozenset([3]), hidden_rows=frozenset([4, 5])))
    assert _sentences(read) == ["有隐藏的C列和2行（第4、5行），已一并读取"]
    only_rows = Read(sheet(f"市南区项目表（单位：万元）\n{HEAD}\n{ROWS}", hidden_rows=frozenset([4])))
    assert _sentences(only_rows) == ["有隐藏的1行（第4行），已一并读取"]


def test_double_names_the_other_row_and_its_sheet() -> None:
    lines = f"2020年项目表（单位：万元）\n{HEAD}\n"
    read = Read(
        sheet(lines + "1|流亭道路|甲公司|10000|3000\n2|流亭道路|甲公司|10000|3000", name="城阳"),
        sheet(lines + "1|流亭道路|甲公司|9000|2000", name="崂山"),
    )
    assert _sentences(read) == ["“流亭道路”与第3行是同一项目", "“流亭道路”与“城阳”表第3行是同一项目"]


@pytest.mark.parametrize(("raw", "guess", "slip"), [("120000000", "12000", "元"), ("1.2", "12000", "亿元")])
def test_slip_of_the_unit_is_named_with_the_unit_that_explains_it(raw: str, guess: str, slip: str) -> None:
    rows = "\n".join(f"{number}|第{number}中学{'甲乙丙丁戊己庚辛'[number]}校区|{number}公司|{10000 + number * 1000}|" for number in range(1, 8))
    read = Read(sheet(f"市南区项目表（单位：万元）\n{HEAD}\n{rows}\n8|湛山隧道|丙公司|{raw}|"))
    sentence = next(one for one in _sentences(read) if "悬殊" in one)
    assert f"可能是{guess}万元（误按{slip}填写）" in sentence


def test_document_tells_each_finding_in_words() -> None:
    read = Read(sheet(f"市南区项目表（单位：万元）\n{HEAD}\n1|湛山隧道|丙公司|待定|100"))
    found = next(one for one in read.document["errors"] if one["kind"] == "amount_not_number")
    assert (found["severity"], found["code"], found["message"]) == ("error", "amount_not_number", "“待定”不是数字")
    assert found["advice"]
    assert found["message_en"]
    assert (found["sheet"], found["row"], found["col"], found["heading"], found["raw"]) == ("Sheet1", 3, "D", "总投资", "待定")


# --- small things that once cost a column or a row ---


def test_unit_may_stand_in_the_note_below() -> None:
    read = Read(sheet(f"市南区项目表\n{HEAD}\n{ROWS}\n注：1.本表金额单位均为亿元；2.总投资以批复为准。"))
    assert read.column("total_investment") == [100_000_000, 200_000_000, 150_000_000]
    assert not any(one.startswith("unit_missing") for one in read.said)


def test_signatures_in_cells_of_their_own_are_no_project() -> None:
    read = Read(sheet(f"市南区项目表（单位：万元）\n{HEAD}\n{ROWS}\n制表：|李某||审核：|王某"))
    assert read.skipped()[6] == "signature"
    assert read.said == []


def test_sums_until_now_and_of_this_year_are_told_apart() -> None:
    read = Read(
        sheet(
            """
城阳区2020年重点项目6月份调度表（单位：万元）
序号|项目名称|总投资|年度计划投资|本月投资|本年至今完成投资|本月止累计完成
1|流亭道路|10000|3000|300|1500|4500
2|上马桥梁|20000|5000|400|2500|6000
"""
        )
    )
    assert read.column("ytd_done") == [1500, 2500]
    assert read.column("cum_total") == [4500, 6000]


def _elsewhere() -> Reference:
    city = {"code": "370600", "name": "烟台市", "own": ["市直"], "words": ["烟台", "全市"]}
    districts = [{"code": "370602", "name": "芝罘区", "aliases": ["芝罘"]}, {"code": "370681", "name": "龙口市", "aliases": ["龙口"]}]
    document = {
        "city": city,
        "districts": districts,
        "retired": [{"code": "370684", "name": "蓬莱市", "successor": "龙口市", "aliases": []}],
        "zones": [],
    }
    words = ("emerging", "sectors", "stages", "natures", "vague")
    return reference_from({**document, **{name: ["交通"] for name in words}, "earliest_year": 1980, "latest_year": 2060})


def test_city_is_what_the_settings_say_and_no_other() -> None:
    lines = """
2020年重点基础设施项目表（单位：万元）
序号|项目名称|所在区市|项目代码|总投资
1|幸福道路|芝罘|2019-370602-48-01-012345|10000
2|东江桥梁|烟台市龙口市|2019-370681-48-01-012346|20000
3|登州水厂|蓬莱市|2019-370202-48-01-012347|20000
4|崂山学校|崂山区|2019-370602-48-01-012348|20000
5|黄城医院|370681|2019-370681-48-01-012349|20000
"""
    reading = read_workbook(RawBook("项目.xlsx", "xlsx", [sheet(lines)]), _elsewhere())
    document = as_document(reading, validated_rows(reading))
    assert [row["fields"]["district"] for row in document["rows"]] == ["芝罘区", "龙口市", "龙口市", None, "龙口市"]
    said = {(one["row"], one["kind"]) for one in document["errors"] if one["severity"] != "info"}
    assert said == {(5, "district_obsolete"), (5, "code_region"), (6, "district_unknown")}

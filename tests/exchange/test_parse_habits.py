"""Habits of other hands than those in `test_parse_layouts`: each test one class of sheet that was once misread."""

from __future__ import annotations

import pytest

from exchange.neutral import as_document
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

"""Layouts of hand-made lists, one habit a test."""

from __future__ import annotations

import pytest

from exchange.raw import Merge, SheetState
from projects.findings import message
from projects.values import Month
from tests.exchange.tables import Read, sheet

HEAD = "序号|项目名称|建设单位|总投资|年度计划投资"
ROWS = """1|流亭道路|甲公司|10000|3000
2|上马桥梁|乙公司|20000|5000"""


def test_monthly_report_of_the_usual_form() -> None:
    read = Read(
        sheet(
            """
附件2
青岛市市北区2020年市级重点项目6月份进展情况月报表
填报单位(盖章):市北区发展和改革局|||填报日期:2020年7月3日|||||单位:万元、亩
序号|项目名称|建设单位|建设起止年限|总投资|截至2019年底累计完成投资|2020年||||形象进度|联系人及电话
||||||年度计划投资|本月完成投资|1-6月累计完成投资|占年度计划(%)||
甲|乙|丙|1|2|3|4|5|6|7=6/4|8|9
合计(3个)||||18000|2500|8000|900|3000|38||
一、交通基础设施(2个)
1|大港路改造工程|青岛甲公司|2019-2021|10000|2000|3000|500|1500|50|主体施工|王工
2|小港桥|青岛乙公司|2019.3-2020.12|5000|500|4000|200|1000|25||
|小计|||15000|2500|7000|700|2500|||
二、社会民生(1个)
1|市北中学|青岛丙公司|2020-2022|3000|0|1000|200|500|50||
注:1.本表数据截至6月30日。2.带*为省重点项目。
填表人:张三|||审核人:李四|||主要领导签字:
""",
            merges=["G4:J4"],
        )
    )
    assert read.document["kind"] == "monthly_progress"
    assert read.document["report_period"] == "2020-06"
    assert read.numbers == [9, 10, 13]
    assert read.column("sector") == ["交通基础设施", "交通基础设施", "社会民生"]
    assert read.column("district") == ["市北区"] * 3
    assert read.column("start") == ["2019", "2019-03", "2020"]
    assert read.said == []
    skipped = read.skipped()
    assert [skipped[row] for row in (1, 2, 3, 4, 5, 6, 7, 8, 11, 14, 15)] == [
        *("cover", "title", "unit", "header", "header", "column_numbers", "total", "section", "subtotal", "note", "signature")
    ]


def test_words_split_over_two_rows_and_a_name_over_two_columns() -> None:
    read = Read(
        sheet(
            """
2020年崂山区重点建设项目表（单位：亿元）
序|项目名称||建设起|总|2020年|备
号|||止年限|投资|计划投资|注
1|一期|崂山大剧院工程|2019-2021|3.5|1.2|
2||崂山医院工程|2020-2022|2.5|0.8|
3|崂山道路工程||2020-2022|1.5|0.4|
""",
            merges=["B2:C3", "B6:C6"],
        )
    )
    assert read.column("name") == ["崂山大剧院工程", "崂山医院工程", "崂山道路工程"]
    assert read.column("total_investment") == [35000, 25000, 15000]
    assert read.headings()["D"] == "planned_period"


def test_heading_of_three_levels_without_merge_information() -> None:
    read = Read(
        sheet(
            """
莱西市2020年战略性新兴产业项目表
序号|项目名称|项目单位|投资（亿元）|||年税收（万元）
|||总投资|2020年||
||||计划投资|截至2019年底累计完成投资|
1|风电塔筒|甲公司|0.59|0.25|0|200
"""
        )
    )
    assert read.fields[0] | {"name": ""} == {
        "name": "",
        "owner": "甲公司",
        "total_investment": 5900,
        "annual_plan": 2500,
        "cum_last_year": 0,
        "expected_tax": 200,
        "district": "莱西市",
    }
    assert read.document["kind"] == "emerging_list"


def test_headings_repeated_on_each_page_with_page_totals() -> None:
    read = Read(sheet(f"城阳区项目（万元）\n{HEAD}\n{ROWS}\n|本页小计||30000|8000\n{HEAD}\n3|河套学校|丙公司|5000|1000\n|合计||35000|9000"))
    assert read.numbers == [3, 4, 7]
    assert read.skipped()[6] == "repeated_header"
    assert read.said == []


def test_page_heads_printed_again_are_no_sections() -> None:
    read = Read(
        sheet(
            f"""
莱西市2020年重点项目表
单位：万元
{HEAD}
一、交通项目
1|姜山路|甲公司|100|50
莱西市2020年重点项目表
||||单位：万元
{HEAD}
2|水集路|丙公司|300|50
（续表）
3|院上路|丁公司|400|50
合计|3个||800|150
以下空白
"""
        )
    )
    assert read.numbers == [5, 9, 11]
    assert read.column("sector") == ["交通"] * 3
    assert [read.skipped()[row] for row in (6, 7, 8, 10, 13)] == ["title", "unit", "repeated_header", "note", "note"]
    assert read.said == []


def test_parts_of_the_total_are_no_sections() -> None:
    read = Read(
        sheet(
            f"""
2020年胶州市重点项目表（万元）
{HEAD}
合计（2项）|||'300|'80
其中：在建重点项目（1项）|||100|30
     预备重点项目（1项）|||200|50
一、在建重点项目（1项）
（一）工业项目1个
1|★机器人产业园|甲公司|100|30
二、预备重点项目（1项）
（一）水利项目
2|小沽河治理|乙公司|200|50
"""
        )
    )
    assert read.column("sector") == ["工业", "水利"]
    assert read.column("name") == ["机器人产业园", "小沽河治理"]
    assert read.said == []


def test_children_of_a_spanning_heading_are_headings_even_if_unknown() -> None:
    read = Read(
        sheet(
            """
市南区重点项目（万元）
项目编号|项目名称|项目类型|投资总规模|其中：|||2020年投资安排
||||财政资金|专项债|自筹|
SN-001|金门路|续建|1000|200|300|500|400
SN-002|银川路|新建|2000|200|800|1000|900
""",
            merges=["E2:G2"],
        )
    )
    assert read.numbers == [4, 5]
    assert read.column("local_code") == ["SN-001", "SN-002"]
    assert read.column("nature") == ["续建", "新建"]
    assert read.document["kind"] == "infrastructure_list"
    assert read.said == []


def test_sheets_of_one_industry_each_give_the_sector() -> None:
    head = "序号|企业名称|项目名称|总投资（亿元）|2020年计划投资（亿元）"
    read = Read(
        sheet(f"{head}\n1|甲公司|芯片封测|10|3", "新一代信息技术 "),
        sheet(f"{head}\n1|乙公司|机器人|5|1", "高端装备"),
        filename="莱西市战新产业项目.xlsx",
    )
    assert read.document["kind"] == "emerging_list"
    assert read.column("sector") == ["新一代信息技术", "高端装备"]


def test_two_tables_and_a_statistic_in_one_sheet() -> None:
    read = Read(
        sheet(
            f"""
城阳区2020年在建项目表（单位：万元）
{HEAD}
{ROWS}
合计|||30000|8000

城阳区2020年前期项目表（单位：亿元）
序号|项目名称|建设单位|建设地点|总投资|年度计划投资|开工时间
1|流亭学校|丙公司|流亭|1.5|0.3|2020年9月
合计||||1.5|0.3|

分类统计
类别|个数|总投资|备注
在建|2|30000|
前期|1|15000|
"""
        )
    )
    assert read.numbers == [3, 4, 9]
    assert read.column("total_investment") == [10000, 20000, 15000]
    assert len(read.reading.sheets[0].tables) == 2
    assert [read.skipped()[row] for row in (13, 14, 15)] == ["stat_table"] * 3
    assert read.said == []


def test_totals_of_districts_in_the_name_column_and_sections_with_sums() -> None:
    read = Read(
        sheet(
            """
2020年1-5月全市重点项目进展情况
单位：万元
序号|项目名称|建设单位|总投资|2020年计划投资|1-  月累计完成投资|所在区市
总计|3个||90000|20000|9000|
一|工业|1个|30000|8000|3500|
1|胶州甲厂|甲公司|30000|8000|3500|胶州市
——交通|2|||||
2|平度路|丙公司|20000|6000|2500|平度市
3|平度桥|丁公司|40000|6000|3000|平度市
|平度市合计2个||60000|12000|5500|
"""
        )
    )
    assert read.numbers == [6, 8, 9]
    assert read.column("ytd_done") == [3500, 2500, 3000]
    assert read.said == []


def test_section_sum_total_and_count_are_checked_at_their_cells() -> None:
    read = Read(sheet(f"城阳区项目（万元）\n{HEAD}\n合计（3个）|||30000|8000\n一|交通||31000|8000\n{ROWS}"))
    assert read.said == ["total_mismatch Sheet1!D4", "count_mismatch Sheet1!A3"]
    wrong = read.reading.findings.entries[0].finding
    assert message(wrong) == "“交通”填31000万元，明细合计30000万元，相差1000万元"


def test_total_over_an_unreadable_amount_is_not_judged() -> None:
    read = Read(sheet(f"城阳区项目（万元）\n{HEAD}\n{ROWS}\n3|河套学校|丙公司|待定|1000\n|合计||45000|9000"))
    assert read.said == ["amount_not_number Sheet1!D5"]


def test_packaged_parts_follow_their_package_and_are_not_summed_twice() -> None:
    read = Read(
        sheet(
            "黄岛区项目（万元）\n序号|项目名称|建设单位|总投资\n1|薛家岛路网|甲公司|300\n1.1|一号路|甲公司|100\n1.2|二号路|甲公司|200\n2|王台学校|乙公司|50\n|合计||350"
        )
    )
    assert [row.is_child for row in read.rows] == [False, True, True, False]
    assert read.said == []


def test_brackets_as_serials_of_their_own_are_no_parts() -> None:
    read = Read(sheet("黄岛区项目（万元）\n序号|项目名称|建设单位|总投资\n一|交通||\n（1）|薛家岛路|甲公司|100\n（2）|王台路|乙公司|200\n|合计||300"))
    assert [row.is_child for row in read.rows] == [False, False]
    assert read.said == []


def test_merged_values_are_carried_and_amounts_left_with_the_first() -> None:
    read = Read(
        sheet(
            """
2020年项目表（万元）
区市|序号|项目名称|建设单位|总投资|年度计划投资
即墨市|1|温泉道路|甲公司|10000|2000
|2|温泉桥梁|同上||3000
〃|3|通济桥|丙公司|30000|5000
""",
            merges=["A3:A4", "E3:E4"],
        )
    )
    assert read.column("district") == ["即墨区"] * 3
    assert read.column("owner") == ["甲公司", "甲公司", "丙公司"]
    assert read.column("total_investment") == [10000, None, 30000]
    assert read.said[:2] == ["district_obsolete Sheet1!A3", "merged_ambiguous Sheet1!E4"]


def test_project_over_several_rows_is_one_project() -> None:
    read = Read(
        sheet(
            "即墨区项目（万元）\n序号|项目名称|建设单位|总投资|资金来源|金额\n1|温泉道路|甲公司|10000|中央|3000\n||||市级|7000\n2|蓝村学校|乙公司|20000|区级|20000",
            merges=["A3:A4", "B3:B4", "C3:C4", "D3:D4"],
        )
    )
    assert [(row.row, row.row_end) for row in read.rows] == [(3, 4), (5, None)]
    assert read.skipped()[4] == "continuation"
    assert read.said == []


def test_sources_of_money_below_a_project_go_on_with_it_without_merges_too() -> None:
    read = Read(
        sheet(
            "即墨区项目（万元）\n序号|项目名称|建设单位|总投资|资金来源|金额\n1|温泉道路|甲公司|10000|中央|3000\n||||市级|7000\n2|蓝村学校|乙公司|20000|区级|20000"
        )
    )
    assert read.numbers == [3, 5]
    assert read.skipped()[4] == "continuation"
    assert read.said == []


def test_units_in_a_row_of_their_own() -> None:
    read = Read(sheet("市南区项目\n序号|项目名称|建设单位|总投资|年度计划\n|||亿元|（万元）\n1|甲路|甲公司|1.5|500"))
    assert (read.column("total_investment"), read.column("annual_plan")) == ([15000], [500])
    assert read.said == []


def test_a_paragraph_above_the_table_is_not_its_title() -> None:
    text = "为加快推进全区重大项目建设，现将2020年计划下达如下，请各单位认真组织实施，确保完成年度目标任务，并按月报送进展情况。"
    read = Read(sheet(f"2020年青岛西海岸新区（黄岛区）重大项目表（万元）\n{text}\n\n{HEAD}\n{ROWS}"))
    assert read.skipped()[1] == "title"
    assert read.column("district") == ["黄岛区", "黄岛区"]
    assert read.said == []


def test_csv_of_merged_cells_repeats_the_value_above() -> None:
    first = "区市|序号|项目名称|建设单位|总投资(万元)\n市南区|1|甲路|甲公司|1\n|2|乙路|乙公司|2\n|3|丙路|丙公司|3"
    text = f"{first}\n市北区|4|丁路|丁公司|4\n|5|戊路|戊公司|5"
    read = Read(sheet(text, None), filename="2020.csv")
    assert read.column("district") == ["市南区", "市南区", "市南区", "市北区", "市北区"]


def test_blank_district_among_filled_ones_is_missing() -> None:
    read = Read(sheet("全市项目（万元）\n序号|项目名称|区市|建设单位|总投资\n1|甲路|市南区|甲公司|1000\n2|乙路||乙公司|2000"))
    assert read.said == ["district_missing Sheet1!C4"]


def test_district_comes_from_the_sheet_name_before_the_title() -> None:
    read = Read(sheet(f"2020年项目（万元）\n{HEAD}\n{ROWS}", "崂山"), sheet(f"2020年项目（万元）\n{HEAD}\n1|甲路|丙公司|1|1", "新区"))
    assert read.column("district") == ["崂山区", "崂山区", "黄岛区"]


def test_sheet_without_any_district_is_asked_for_it_once_and_its_rows_are_not_held() -> None:
    read = Read(sheet(f"2020年项目（万元）\n{HEAD}\n{ROWS}"))
    assert read.said == ["district_missing Sheet1"]
    assert not any(row.blocked for row in read.rows)
    assert Read(sheet(f"2020年项目（万元）\n{HEAD}\n{ROWS}", "市直")).said == []


def test_row_of_another_district_than_the_sheet_is_asked_about() -> None:
    read = Read(sheet("序号|项目名称|区市|建设单位|总投资（万元）\n1|甲路|即墨区|甲公司|1000\n2|乙路|城阳区|乙公司|2000", "城阳"))
    assert read.said == ["district_conflict 城阳!C2"]
    assert read.column("district") == ["即墨区", "城阳区"]


def test_section_of_a_district_or_a_stage_is_not_a_sector() -> None:
    read = Read(sheet(f"全市项目（万元）\n{HEAD}\n一、市南区（1个）\n1|甲路|甲公司|10|3\n二、市北区（1个）\n1|乙路|乙公司|20|5"))
    assert read.column("district") == ["市南区", "市北区"]
    assert read.column("sector") == [None, None]
    read = Read(sheet(f"市南区项目（万元）\n{HEAD}\n一、续建项目\n（一）交通\n1|甲路|甲公司|10|3\n二、新开工项目\n1|乙路|乙公司|20|5"))
    assert read.column("stage") == ["续建", "新开工"]
    assert read.column("sector") == ["交通", None]


@pytest.mark.parametrize(
    ("lines", "total"),
    [
        (f"市南区项目（单位：亿元）\n{HEAD}\n1|甲路|甲公司|3.5|1", 35000),
        (f"市南区项目\n计量单位：亿元\n{HEAD}\n1|甲路|甲公司|3.5|1", 35000),
        (f"市南区项目  单位：亿元\n{HEAD}\n1|甲路|甲公司|3.5|1", 35000),
        (f"市南区项目（万元）\n{HEAD.replace('总投资', '总投资（亿元）')}\n1|甲路|甲公司|3.5|1", 35000),
        (f"市南区项目（亿元）\n{HEAD}\n1|甲路|甲公司|3500万元|0.1", 3500),
        (f"填报单位：市南区发改局||||单位：元\n{HEAD}\n1|甲路|甲公司|35000|1", 3.5),
    ],
    ids=["title", "line", "title end", "heading over title", "cell over title", "yuan"],
)
def test_unit_is_found_where_it_stands(lines: str, total: float) -> None:
    read = Read(sheet(lines))
    assert read.column("total_investment") == [total]
    assert read.said == []


def test_sheet_without_unit_is_asked_for_it_once() -> None:
    read = Read(sheet(f"市南区项目\n{HEAD}\n{ROWS}"))
    assert read.said == ["unit_missing Sheet1"]


def test_one_column_without_unit_among_different_ones_is_asked_about() -> None:
    read = Read(sheet("市南区项目\n序号|项目名称|总投资（亿元）|年度计划投资（万元）|截至2019年底累计完成投资\n1|甲路|1|100|200\n2|乙路|1|100|200"))
    assert [line for line in read.said if "unit" in line] == ["unit_missing Sheet1!E2"]


def test_missing_name_heading_is_found_by_its_column() -> None:
    read = Read(
        sheet(
            "胶州市项目（万元）\n序号||建设内容及规模|投资方|总投资\n1|胶莱智能装备产业园项目|厂房|甲公司|10\n2|铺集新材料生产基地项目|厂房|乙公司|20\n3|九龙冷链物流项目|冷库|丙公司|30"
        )
    )
    assert read.column("name")[0] == "胶莱智能装备产业园项目"
    assert "name_heading_missing Sheet1!B2" in read.hints


def test_row_without_name_is_a_project_if_the_rest_is_there_and_else_left_over() -> None:
    read = Read(sheet("城阳区项目（万元）\n序号|项目名称|建设单位|总投资|年度计划投资\n1||甲公司|10000|3000\n2|乙路|乙公司|20000|5000\n||||999"))
    assert read.numbers == [3, 4]
    assert read.said == ["required_missing Sheet1!B3", "orphan_row Sheet1!E5"]


def test_months_side_by_side() -> None:
    read = Read(
        sheet(
            """
即墨区重点项目2020年8-9月调度表（万元）
序号|项目名称|项目单位|总投资|8月||9月|
||||当月完成投资额|形象进度|当月完成投资额|形象进度
1|温泉道路|甲公司|10000|100|土方|200|路基
""",
            merges=["E2:F2", "G2:H2"],
        )
    )
    row = read.rows[0]
    assert read.document["report_period"] == "2020-09"
    assert read.fields[0]["month_done"] == 200
    assert {str(month): {name: str(value) for name, value in fields.items()} for month, fields in row.months.items()} == {
        "2020-08": {"done_month_wan": "100", "progress_text": "土方"}
    }


@pytest.mark.parametrize(
    ("title", "headings", "fields"),
    [
        ("2020年", "2019年计划投资|2020年计划投资|2021年计划投资", [None, "plan_wan", None]),
        ("2020-2022年", "2020年计划投资|2021年计划投资|2022年计划投资", ["plan_wan", None, None]),
        ("三年滚动", "2020年计划投资|2021年计划投资|2022年计划投资", ["plan_wan", None, None]),
        ("2020年", "2021年计划投资|备注|形象进度", ["plan_wan", "remarks", "progress_text"]),
        ("2020年", "2020年1-6月完成投资|2019年1-6月完成投资|2020年计划投资", ["done_ytd_wan", None, "plan_wan"]),
    ],
)
def test_figures_of_other_years_are_not_taken_for_this_year(title: str, headings: str, fields: list[str | None]) -> None:
    read = Read(sheet(f"市南区{title}项目（万元）\n项目名称|建设单位|总投资|{headings}\n甲路|甲公司|10|1|2|3"))
    assert [read.headings()[letter] for letter in "DEF"] == fields


MONTH_HEAD = "序号|项目名称|项目单位|总投资（万元）|本月完成投资（万元）|本年累计完成投资（万元）"


def test_a_sheet_for_each_month() -> None:
    sheets = [
        sheet(f"胶州市2020年{month}月进展\n{MONTH_HEAD}\n1|胶莱路|甲公司|9000|3|{ytd}", f"{month}月") for month, ytd in ((4, 15), (5, 14), (6, 20))
    ]
    read = Read(*sheets)
    assert read.column("period") == ["2020-04", "2020-05", "2020-06"]
    assert read.document["report_period"] == "2020-06"
    assert read.said == ["ytd_decreased 5月!F3"]


def test_a_column_of_months() -> None:
    head = MONTH_HEAD.replace("项目名称", "月份|项目名称")
    read = Read(sheet(f"胶州市2020年进展\n{head}\n1|4月|胶莱路|甲公司|9000|3|15\n2|5月|胶莱路|甲公司|9000|3|18"))
    assert read.column("period") == ["2020-04", "2020-05"]
    assert read.said == []


def test_title_of_another_month_than_its_headings() -> None:
    head = MONTH_HEAD.replace("本年累计", "1-6月累计")
    read = Read(sheet(f"胶州市2020年5月份进展\n{head}\n1|胶莱路|甲公司|9000|3|15"))
    assert read.said == ["month_mismatch Sheet1!A1"]
    assert read.document["report_period"] == "2020-06"


def test_month_the_sender_chose_serves_where_the_file_names_none() -> None:
    read = Read(sheet(f"胶州市进展\n{MONTH_HEAD}\n1|胶莱路|甲公司|9000|3|15"), expected=Month(2020, 6))
    assert read.document["report_period"] == "2020-06"
    assert read.rows[0].period == Month(2020, 6)


@pytest.mark.parametrize(
    ("values", "field", "hint"),
    [
        ("5000|6500\n20000|10000|12000\n8000|3000|4200", "cum_total_wan", "column_decided"),
        ("5000|650\n20000|10000|1200\n8000|3000|420", "done_ytd_wan", "column_decided"),
        ("0|650", "done_ytd_wan", "column_ambiguous"),
    ],
    ids=["since the start", "of the year", "not to be told"],
)
def test_cumulative_investment_is_settled_by_its_figures_or_asked_about(values: str, field: str, hint: str) -> None:
    rows = values.replace("\n", "\n路|").split("\n")
    body = "\n".join(f"{'甲乙丙'[index]}{line if line.startswith('路') else f'路|10000|{line}'}" for index, line in enumerate(rows))
    read = Read(sheet(f"市南区项目（万元）\n项目名称|总投资|截至2019年底累计完成投资|累计完成投资|本月完成投资\n{body}"))
    assert read.headings()["D"] == field
    assert f"{hint} Sheet1!D2" in read.hints


def test_unknown_and_unheaded_columns_are_kept_and_named() -> None:
    read = Read(sheet(f"市南区项目（万元）\n{HEAD}|口令\n1|甲路|甲公司|1|1|芝麻|开门\n2|乙路|乙公司|1|1|芝麻|开门"))
    assert read.hints == ["column_unknown Sheet1!F2", "column_unheaded Sheet1"]
    assert read.rows[0].extras == {"F": "芝麻"}


def test_hidden_columns_and_rows_are_read_and_hidden_sheets_are_not() -> None:
    hidden = sheet(f"旧数据（万元）\n{HEAD}\n{ROWS}", "旧", state=SheetState.HIDDEN)
    shown = sheet(f"市南区项目（万元）\n{HEAD}\n{ROWS}", hidden_columns=frozenset([3]), hidden_rows=frozenset([4, 900]))
    blank = sheet(f"市南区项目（万元）\n{HEAD}\n1|乙路|乙公司|5|5", "二", hidden_rows=frozenset([7, 900]), hidden_columns=frozenset([30]))
    read = Read(shown, hidden, blank)
    assert read.numbers == [3, 4, 3]
    assert read.said == ["hidden_data Sheet1!C", "hidden_sheet 旧"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            "项目登记卡\n项目名称|城阳道路|建设单位|甲公司\n总投资(万元)|10000|建设地点|城阳\n开工时间|2020年3月|竣工时间|2021年5月\n责任单位|交通局|联系人|王工",
            "sheet_card",
        ),
        ("汇总表（单位：个、亿元）\n序号|类别|项目个数|总投资\n1|在建|14|121.75\n|合计|14|121.75", "sheet_summary"),
        ("填表说明\n1.项目名称应与立项文件一致，不得随意简化或更改。\n2.总投资按万元填写，保留整数，以批复文件为准。", "sheet_instructions"),
        ("建设性质|阶段\n新建|前期\n改建|在建", "sheet_dictionary"),
        ("Cost Centre|APR|MAY\n109189|1|2\n109190|3|4", "sheet_other_table"),
        ("市南区2020年重点项目\n上报材料\n市南区发展和改革局\n二〇二〇年六月", "sheet_cover"),
        ("封面的话不多\n12\n13", "sheet_no_headings"),
        ("", "sheet_empty"),
        ("市南区2020年6月份重点项目\n本月无项目", "sheet_no_rows"),
    ],
)
def test_sheet_that_is_no_list_is_left_with_its_reason(lines: str, reason: str) -> None:
    read = Read(sheet(lines))
    assert read.reading.sheets[0].reason == reason
    assert read.document["kind"] == "unknown"
    assert [line.split()[0] for line in read.said] == ["no_table"]
    beside = Read(sheet(f"市南区项目（万元）\n{HEAD}\n{ROWS}"), sheet(lines, "其他"))
    assert beside.numbers == [3, 4]
    assert beside.said == (["no_table 其他"] if reason == "sheet_card" else [])


def test_example_rows_are_left_out() -> None:
    read = Read(sheet(f"市南区项目（万元）\n{HEAD}\n例|XX道路|XX公司|100|10\n{ROWS}"))
    assert read.numbers == [4, 5]
    assert read.skipped()[3] == "example"


def test_kinds_of_a_mixed_workbook() -> None:
    read = Read(
        sheet(f"崂山区2020年项目（万元）\n{HEAD}\n{ROWS}", "清单"),
        sheet(
            "2020年第三批专项债券\n序号|区市|项目名称|总投资（亿元）|专项债券需求（亿元）|本批拟安排（亿元）|期限（年）|利率（%）\n1|崂山区|流亭道路|1|0.5|0.3|10|3.21",
            "债",
        ),
    )
    assert read.document["kind"] == "mixed"
    assert read.fields[2]["batch"] == "第三批"
    assert read.said == []


def test_giant_sheets_end_in_bounded_work() -> None:
    wide = sheet("x")
    wide.rows = [["项目名称"] * 16000] * 50
    read = Read(wide)
    assert read.document["rows"] == [] or read.said
    tall = sheet(f"市南区项目（万元）\n{HEAD}\n{ROWS}")
    tall.merges = [Merge(1, 1, 1_048_576, 16_384)]
    assert Read(tall).numbers

"""The city table's rows: who stands where, ranks, what is noted."""

from __future__ import annotations

from datetime import date

import pytest

from projects.values import Month
from reports.catalogue import city, detail
from reports.selection import Question, reach_of, whole_reach
from reports.tables import Level
from tests.reports import build

pytestmark = pytest.mark.django_db
JUNE = Question(Month(2020, 6))


def texts(table, *keys):
    return [tuple(cell.text for key in keys for cell in table.cells(row) if cell.column.key == key) for row in table.rows]


def test_units_stand_in_print_order_and_ties_share_a_rank():
    for key, ytd, order in (("c", 30, 1), ("a", 60, 2), ("b", 30, 3), ("d", 10, 4)):
        build.project(build.unit(key, order=order), plan=100, months={"2020-06": (5, ytd)})
    table = city(whole_reach(), JUNE, "unit")
    assert texts(table, "label", "rate", "difference", "rank") == [
        ("全市", "32.50", "-17.50", "—"),
        ("c", "30.00", "-20.00", "2"),
        ("a", "60.00", "+10.00", "1"),
        ("b", "30.00", "-20.00", "2"),
        ("d", "10.00", "-40.00", "4"),
    ]


def test_unit_without_projects_or_plan_has_dashes_and_pushes_nobody_down():
    build.unit("empty")
    build.project(build.unit("planless"), plan=None, months={"2020-06": (1, 9)})
    build.project(build.unit("zero"), plan=0, months={"2020-06": (1, 9)})
    build.project(build.unit("last"), plan=100, months={"2020-06": (1, 1)})
    assert texts(city(whole_reach(), JUNE, "unit"), "label", "count", "plan", "ytd", "rate", "schedule", "rank")[1:] == [
        ("empty", "0", "—", "—", "—", "—", "—"),
        ("planless", "1", "—", "0.00", "—", "50.00", "—"),
        ("zero", "1", "0.00", "0.00", "—", "50.00", "—"),
        ("last", "1", "0.01", "0.00", "1.00", "50.00", "1"),
    ]


def test_bureau_is_listed_with_its_projects_but_unranked():
    build.project(build.unit("bureau", ranked=False, kind="bureau", order=300), plan=100, months={"2020-06": (1, 100)})
    build.unit("idle", ranked=False, kind="bureau", order=301)
    build.project(build.unit("district", order=10), plan=100, months={"2020-06": (1, 1)})
    assert texts(city(whole_reach(), JUNE, "unit"), "label", "rate", "rank")[1:] == [("district", "1.00", "1"), ("bureau", "100.00", "—")]


def test_rank_moves_against_the_month_before():
    for key, may, june in (("up", 1, 50), ("down", 20, 30), ("new", None, 5)):
        of_months = {"2020-06": (1, june)} | ({"2020-05": (1, may)} if may else {})
        build.project(build.unit(key), plan=100, months=of_months)
    assert texts(city(whole_reach(), JUNE, "unit"), "rank", "move")[1:] == [("1", "↑1"), ("2", "↓1"), ("3", "—")]


def test_unit_of_other_years_is_left_out_unless_it_has_projects():
    gone, back = build.unit("gone"), build.unit("back")
    for unit in (gone, back):
        unit.valid_to = 2019
        unit.save()
    build.project(back)
    assert texts(city(whole_reach(), JUNE, "unit"), "label") == [("全市",), ("back",)]


def test_sectors_stand_under_their_kind_and_are_ranked_within_it():
    here = build.unit("a")
    rail, road, sei = build.sector("rail"), build.sector("road"), build.sector("1", "信息", scheme="sei_field")
    for sector, kind, ytd in ((rail, "infrastructure", 10), (road, "infrastructure", 40), (sei, "emerging", 1), (None, "infrastructure", 99)):
        build.project(here, plan=100, months={"2020-06": (1, ytd)}, in_sector=sector, kind=kind)
    table = city(whole_reach(), JUNE, "sector")
    assert texts(table, "label", "rank") == [
        ("全市", "—"),
        ("重大基础设施", "—"),
        ("rail", "2"),
        ("road", "1"),
        ("未分领域", "—"),
        ("战略性新兴产业", "—"),
        ("信息", "1"),
    ]
    assert [row.level for row in table.rows[:3]] == [Level.TOTAL, Level.PART, Level.ROW]


def test_project_on_both_kinds_of_list_stands_in_both_rows_and_once_in_the_whole():
    here = build.unit("a")
    both, outside = build.project(here, total=70000), build.project(here, total=10000)
    build.listed("infra", [both])
    build.listed("sei", [both], kind="emerging")
    table = city(whole_reach(), JUNE, "kind")
    assert texts(table, "label", "count", "total") == [
        ("全市", "2", "8.00"),
        ("重大基础设施", "1", "7.00"),
        ("战略性新兴产业", "1", "7.00"),
        ("清单外项目", "1", "1.00"),
    ]
    assert "1个项目同时列入两份以上清单，合计只计一次。" in table.notes
    assert "另含清单外项目1个。" in table.notes
    assert outside.entries.count() == 0


def test_not_reported_is_counted_and_noted_never_zero():
    here = build.unit("a")
    build.project(here, plan=10)
    table = city(whole_reach(), JUNE, "unit")
    assert texts(table, "label", "not_reported", "month", "ytd", "rate")[1] == ("a", "1", "—", "—", "—")
    assert "1个项目未报送本年累计完成投资，未按零计入。" in table.notes
    assert table.lead == "2020年1—6月共有1个项目，尚无一个报送完成投资。"


def test_dropped_projects_are_noted():
    here = build.unit("a")
    stays, goes = build.project(here), build.project(here)
    build.listed("infra", [stays, goes])
    build.listed("infra", [stays], number=2, as_of=date(2020, 6, 30))
    assert "已调出清单的1个项目未计入。" in city(whole_reach(), JUNE, "unit").notes


@pytest.mark.parametrize(
    "ytd, said",
    [(60, "完成年度计划的60.0%，高于时序进度10.0个百分点。"), (50, "完成年度计划的50.0%，与时序进度持平。"), (49, "低于时序进度1.0个百分点。")],
)
def test_lead_says_how_the_city_stands_against_the_schedule(ytd, said):
    build.project(build.unit("a"), plan=100, months={"2020-06": (1, ytd)})
    assert city(whole_reach(), JUNE, "unit").lead.endswith(said)


def test_approximate_total_is_marked_where_it_counts():
    build.project(build.unit("exact"), total=10000)
    build.project(build.unit("about"), total=10000, is_approx=True)
    assert texts(city(whole_reach(), JUNE, "unit"), "total") == [("约2.00",), ("1.00",), ("约1.00",)]


def test_district_officer_sees_the_own_row_without_ranks():
    mine = build.unit("mine")
    build.project(mine, plan=10)
    build.project(build.unit("theirs"), plan=10)
    table = city(reach_of(build.person("officer", "district_officer", mine)), JUNE, "unit")
    assert texts(table, "label", "count") == [("合计", "1"), ("mine", "1")]
    assert not {"rank", "move"} & {column.key for column in table.columns}
    assert "位次只在全市表中列出。" in table.notes


def test_a_table_of_one_unit_is_not_the_citys():
    mine = build.unit("mine")
    build.project(mine, plan=10)
    build.project(build.unit("theirs"), plan=10)
    table = city(whole_reach(), Question(Month(2020, 6), unit="mine"), "unit")
    assert texts(table, "label", "count") == [("合计", "1"), ("mine", "1")]
    assert not {"rank", "move"} & {column.key for column in table.columns}
    assert "本表只计mine的项目。" in table.notes
    assert table.title.endswith("（mine）")


def test_detail_lists_each_project_under_its_unit_and_adds_up_to_the_city_table():
    first, second = build.unit("first"), build.unit("second")
    one = build.project(first, name="甲", total=10, plan=5, months={"2020-06": (1, 2)})
    build.project(first, name="乙", total=20)
    build.project(second, name="丙", total=30, plan=4, months={"2020-06": (1, 1)})
    one.codes.create(code="2020-370202-04-01-000001", form="old")
    table = detail(whole_reach(), JUNE)
    assert texts(table, "number", "label", "code", "total", "ytd", "rate") == [
        ("", "全市（3个项目）", "", "60.00", "3.00", "33.33"),
        ("", "first（2个项目）", "", "30.00", "2.00", "40.00"),
        ("1", "甲", "2020-370202-04-01-000001", "10.00", "2.00", "40.00"),
        ("2", "乙", "", "20.00", "—", "—"),
        ("", "second（1个项目）", "", "30.00", "1.00", "25.00"),
        ("1", "丙", "", "30.00", "1.00", "25.00"),
    ]

"""Charts: what is drawn, what is printed, and that the table below says the same."""

from __future__ import annotations

import json
from decimal import Decimal

from projects.measures import due, schedule
from reports.charts import MonthPoint, RateRow, Role, Step, course, money_course, rates, steps

NAMES = {"plan": "年度计划", "ytd": "本年累计", "due": "时序应完成", "last": "上年同期", "month": "本月完成"}
RATE_NAMES = {"rate": "完成率", "difference": "差额", "plan": "计划", "ytd": "累计", "schedule": "时序进度"}


def jiangmen(last: Decimal | None = None) -> list[MonthPoint]:
    """Jiangmen, January to October: 629.0 of 647.4 (亿元)."""
    plan = Decimal(6474000)
    return [
        MonthPoint(f"{number}月", *((plan, due(plan, schedule(number)), Decimal(6290000), None, last) if number == 10 else ()))
        for number in range(1, 13)
    ]


def test_a_course_draws_what_it_prints_in_yi():
    chart = course("course", "曲线", "月份", "亿元", NAMES, jiangmen())
    drawn = {one["role"]: one for one in chart.spec["series"]}
    assert drawn["actual"]["values"] == [None] * 9 + [629.0] + [None] * 2
    assert drawn["actual"]["texts"][9] == "629.00"
    assert drawn["actual"]["texts"][0] == "—"
    assert drawn["due"]["texts"][9] == "539.50", "647.4 × 10 ÷ 12"
    assert chart.rows[9] == ("10月", "", ["647.40", "629.00", "539.50", "—"])


def test_last_year_is_drawn_only_where_it_is_known():
    assert "last" not in [one.role for one in course("c", "", "", "", NAMES, jiangmen()).series]
    assert "last" in [one.role for one in course("c", "", "", "", NAMES, jiangmen(Decimal(1))).series]


def test_rates_keep_what_is_over_a_hundred_and_draw_nothing_without_a_plan():
    rows = [
        RateRow("李沧", Decimal("1.846"), Decimal("101.27"), Decimal(100), Decimal("184.6"), "/rows/"),
        RateRow("没有计划", None, None, None, Decimal(5)),
    ]
    chart = rates("units", "完成率", "单位", RATE_NAMES, rows, schedule(10))
    assert chart.spec["series"][0]["values"] == [184.6, None]
    assert chart.spec["mark"] == {"name": "时序进度", "value": 83.3333, "text": "83.3%"}
    assert chart.rows[0] == ("李沧", "/rows/", ["184.6%", "+101.3", "0.01", "0.02"])
    assert chart.rows[1][2] == ["—", "—", "—", "0.00"]


def test_a_rate_is_printed_from_the_unrounded_figure():
    """35.9 of 56.21 prints 63.9 %, drawn at 63.8676."""
    done, plan = Decimal(359000), Decimal(562100)
    chart = rates("u", "", "", RATE_NAMES, [RateRow("一", done / plan, None, plan, done)], schedule(8))
    assert chart.series[0].texts == ["63.9%"]
    assert chart.spec["series"][0]["values"] == [63.8676]


def test_steps_are_told_once_and_what_was_given_is_an_outline():
    chart = steps("central", "中央", "环节", "亿元", "金额", [Step("下达", Decimal(99000), True, "约9.90"), Step("到位", Decimal(62800))])
    assert [(one.role, one.in_table) for one in chart.series] == [(Role.PLAN, False), (Role.ACTUAL, False), (Role.ASIDE, True)]
    assert chart.rows == [("下达", "", ["约9.90"]), ("到位", "", ["6.28"])]


def test_nothing_to_draw_is_said_so():
    assert course("c", "", "", "", NAMES, [MonthPoint(f"{number}月") for number in range(1, 13)]).is_empty
    assert rates("u", "", "", RATE_NAMES, [], schedule(1)).is_empty
    assert steps("s", "", "", "", "", []).is_empty
    assert not money_course("m", "", "", "", ["1月"], [(Role.PLAN, "额度", [Decimal(0)])]).is_empty


def test_a_spec_is_plain_json():
    chart = course("course", "曲线", "月份", "亿元", NAMES, jiangmen(Decimal("0.000001")))
    assert json.loads(json.dumps(chart.spec)) == chart.spec

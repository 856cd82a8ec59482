"""Formulas of printed tables: only where they give the very figure."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.excel import Print, workbook_bytes
from reports.formulas import column_letters, formulas
from reports.tables import Column, Kind, Level, Row, Table
from tests.reports.recalc import recalculated

COLUMNS = [
    Column("label", "单位"),
    Column("plan", "年度计划", Kind.YI),
    Column("ytd", "本年累计", Kind.YI),
    Column("rate", "完成率（%）", Kind.PERCENT, formula="{ytd}/{plan}*100"),
]


def row(label, plan, ytd, level=Level.ROW):
    plan, ytd = (None if one is None else Decimal(one) for one in (plan, ytd))
    rate = ytd / plan if plan and ytd is not None else None
    return Row(label, {"label": label, "plan": plan, "ytd": ytd, "rate": rate}, level)


def table(*rows):
    return Table("t", "表", "单位：亿元", COLUMNS, rows)


def test_a_whole_is_the_sum_of_its_rows_and_a_rate_that_of_its_row():
    found = formulas(table(row("全市", 300, 100, Level.TOTAL), row("甲", 200, 70), row("乙", 100, 30), row("丙", None, None)), 4)
    assert found == {
        (0, "plan"): "SUM(B6:B8)",
        (0, "ytd"): "SUM(C6:C8)",
        (0, "rate"): "C5/B5*100",
        (1, "rate"): "C6/B6*100",
        (2, "rate"): "C7/B7*100",
    }


def test_parts_are_subtotals_that_the_whole_does_not_count_twice():
    rows = [
        row("全市", 6, 6, Level.TOTAL),
        row("甲", 3, 3, Level.PART),
        row("一", 1, 1),
        row("二", 2, 2),
        row("乙", 3, 3, Level.PART),
        row("三", 3, 3),
    ]
    found = formulas(table(*rows), 0)
    assert [found[at, "plan"] for at in (0, 1, 4)] == ["SUBTOTAL(9,B2:B6)", "SUBTOTAL(9,B3:B4)", "SUBTOTAL(9,B6:B6)"]


def test_a_project_counted_once_in_the_whole_leaves_it_a_number():
    assert (0, "plan") not in formulas(table(row("全市", 250, 90, Level.TOTAL), row("甲", 200, 70), row("乙", 100, 30)), 0)


def test_a_part_that_does_not_add_up_leaves_the_whole_a_number():
    rows = [row("全市", 3, 3, Level.TOTAL), row("甲", 2, 3, Level.PART), row("一", 1, 1), row("二", 2, 2)]
    found = formulas(table(*rows), 0)
    assert {place for place in found if place[1] != "rate"} == {(0, "ytd"), (1, "ytd")}


def test_a_rate_that_is_not_what_the_formula_gives_stays_a_number():
    wrong = Row("甲", {"label": "甲", "plan": Decimal(200), "ytd": Decimal(70), "rate": Decimal("0.36")})
    assert formulas(table(wrong), 0) == {}
    assert formulas(table(Row("甲", {"plan": Decimal(0), "ytd": Decimal(7), "rate": Decimal(1)})), 0) == {}


@pytest.mark.parametrize(("at", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (702, "AAA")])
def test_column_letters(at, name):
    assert column_letters(at) == name


@given(st.lists(st.tuples(st.integers(1, 10**12), st.one_of(st.none(), st.integers(0, 10**12))), min_size=1, max_size=8))
def test_a_spreadsheet_comes_to_what_is_written(amounts):
    rows = [row(str(at), Decimal(plan).scaleb(-6), None if ytd is None else Decimal(ytd).scaleb(-6)) for at, (plan, ytd) in enumerate(amounts)]
    plan = sum(one.values["plan"] for one in rows)
    done = [one.values["ytd"] for one in rows if one.values["ytd"] is not None]
    whole = row("全市", plan, sum(done) if done else None, Level.TOTAL)
    found = recalculated(workbook_bytes([Print(table(whole, *rows), "表", works=True)]))
    assert ("表", "B4") in found
    assert (("表", "C4") in found) == bool(done)
    for written, worked in found.values():
        assert written == pytest.approx(worked, rel=1e-12)

"""A table's cells and headings, and its text for the terminal."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from reports.neutral import table_document
from reports.tables import Column, Heading, Kind, Level, Row, Table, cell_text, make_cell
from reports.text import pad, table_text, text_width


@pytest.mark.parametrize(
    "kind, value, text",
    [
        (Kind.YI, Decimal("12345.678901"), "1.23"),
        (Kind.YI, Decimal("35400000"), "3,540.00"),
        (Kind.YI, Decimal("50"), "0.01"),
        (Kind.YI, Decimal(0), "0.00"),
        (Kind.YI, None, "—"),
        (Kind.WAN, Decimal("1234567.885"), "1,234,567.89"),
        (Kind.PERCENT, Decimal("0.9716"), "97.16"),
        (Kind.PERCENT, Decimal("1.84600"), "184.60"),
        (Kind.POINTS, Decimal("13.825"), "+13.83"),
        (Kind.POINTS, Decimal("-0.001"), "0.00"),
        (Kind.COUNT, 0, "0"),
        (Kind.RANK, None, "—"),
        (Kind.MOVE, 2, "↑2"),
        (Kind.MOVE, -1, "↓1"),
        (Kind.MOVE, 0, "＝"),
        (Kind.TEXT, None, ""),
        (Kind.TEXT, "=1+1", "=1+1"),
    ],
)
def test_cell_text(kind, value, text):
    assert cell_text(Column("x", "X", kind), value) == text


def test_approximate_figure_says_so_and_an_unknown_one_does_not():
    column = Column("x", "X", Kind.YI)
    assert (make_cell(column, Decimal(10000), approx=True).text, make_cell(column, None, approx=True).text) == ("约1.00", "—")


@pytest.mark.parametrize(
    "kind, value, number",
    [
        (Kind.YI, Decimal("12345.678901"), Decimal("1.2345678901")),
        (Kind.WAN, Decimal("1.5"), Decimal("1.5")),
        (Kind.PERCENT, Decimal("0.5"), Decimal(50)),
        (Kind.MOVE, -1, -1),
        (Kind.COUNT, 0, 0),
        (Kind.YI, None, None),
        (Kind.TEXT, "12", None),
    ],
)
def test_cell_number_is_exact_in_the_unit_of_the_column(kind, value, number):
    assert make_cell(Column("x", "X", kind), value).number == number


def test_headings_merge_neighbours_of_a_group_and_span_both_rows_elsewhere():
    columns = [Column("a", "单位"), Column("b", "本月", Kind.YI, "完成"), Column("c", "累计", Kind.YI, "完成"), Column("d", "位次", Kind.RANK)]
    table = Table("t", "", "", columns, ())
    assert table.headings() == [
        Heading("单位", 0, 0, 2, 1, False),
        Heading("完成", 0, 1, 1, 2),
        Heading("本月", 1, 1),
        Heading("累计", 1, 2),
        Heading("位次", 0, 3, 2, 1),
    ]
    assert (table.heading_rows, Table("t", "", "", columns[:1], ()).heading_rows) == (2, 1)


def table():
    columns = [Column("label", "单位"), Column("count", "项目数", Kind.COUNT), Column("ytd", "本年累计", Kind.YI, "完成投资")]
    rows = [
        Row("全市", {"label": "全市", "count": 12, "ytd": Decimal(1234567)}, Level.TOTAL),
        Row("市南", {"label": "市南", "count": 0, "ytd": None}, keys={"unit": "shinan"}),
    ]
    return Table("t", "进展表", "单位：亿元", columns, rows, notes=["说明"])


def test_table_text_lines_up_though_characters_are_twice_as_wide():
    lines = table_text(table()).splitlines()
    assert lines[3:9] == [
        "              完成投资",
        "单位  项目数  本年累计",
        "──────────────────────",
        "全市      12    123.46",
        "──────────────────────",
        "市南       0         —",
    ]
    assert lines[-1] == "1. 说明"


@pytest.mark.parametrize("text, width", [("abc", 3), ("全市", 4), ("（%）", 5), ("é", 1), ("e\u0301", 1), ("", 0)])
def test_text_width(text, width):
    assert text_width(text) == width
    assert text_width(pad(text, 9, right=True)) == 9


def test_document_keeps_exact_values_and_their_texts():
    document = table_document(table())
    assert json.loads(json.dumps(document)) == document
    assert document["rows"][0] == {
        "label": "全市",
        "level": "total",
        "values": {"label": "全市", "count": 12, "ytd": "1234567"},
        "texts": {"label": "全市", "count": "12", "ytd": "123.46"},
    }
    assert document["rows"][1]["values"]["ytd"] is None
    assert document["rows"][1]["keys"] == {"unit": "shinan"}

"""Whatever a cell holds, a reader answers; whatever a sheet holds, the reading ends."""

from __future__ import annotations

import json
from datetime import date, time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.cells import (
    CellReading,
    ReadContext,
    amount_reader,
    choice_reader,
    credit_code_reader,
    date_reader,
    land_reader,
    local_code_reader,
    month_reader,
    name_reader,
    owner_reader,
    percent_reader,
    period_reader,
    place_reader,
    project_code_reader,
    rate_reader,
    term_reader,
    text_reader,
)
from exchange.neutral import as_document
from exchange.parse import read_workbook
from exchange.raw import CellError, LongNumber, OverlongText, RawBook, RawSheet, Uncached
from exchange.validate import validated_rows
from projects.findings import WORDING
from projects.values import LandUnit, MoneyUnit
from tests.exchange.tables import reference

CONTEXT = ReadContext(reference(), MoneyUnit.YI, 2020)
READERS = [
    amount_reader("total_wan", CONTEXT),
    choice_reader("stage", reference().stages),
    credit_code_reader(),
    date_reader("planned_start", CONTEXT),
    land_reader("land_mu", LandUnit.MU),
    local_code_reader(),
    month_reader("period", CONTEXT),
    name_reader(),
    owner_reader(),
    percent_reader("progress_percent", CONTEXT),
    period_reader("planned_start", "planned_finish", CONTEXT),
    place_reader("district", CONTEXT),
    project_code_reader("code", CONTEXT),
    rate_reader(),
    term_reader(),
    text_reader("content"),
]
# Pieces that hand-made cells are made of; their mixtures are likelier to upset a reader than plain noise.
PIECES = [
    "2020",
    "年",
    "月",
    "6",
    ".",
    "-",
    "—",
    "/",
    "万",
    "亿",
    "元",
    "约",
    "（",
    ")",
    "%",
    "E",
    "+",
    "〇",
    "十",
    "待定",
    " ",
    "\n",
    "季度",
    "上半年",
    "3702",
    "至",
    "O",
    "★",
    "合计",
]
TEXTS = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
CELLS = st.one_of(
    st.none(),
    TEXTS,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.sampled_from([CellError("#REF!"), Uncached.FORMULA, LongNumber("2.02E+19"), LongNumber("9" * 30), OverlongText("长", 40_000)]),
    st.sampled_from([date.max, date.min, time.min, 2**70, -(2**70)]),
)


@given(raw=CELLS, percent=st.booleans())
@settings(max_examples=400, deadline=None)
def test_every_reader_answers_any_cell_with_worded_findings(raw: object, percent: bool) -> None:
    for reader in READERS:
        result = reader(raw, percent)  # type: ignore[arg-type]
        if isinstance(result, CellReading):
            assert all(finding.code in WORDING for finding in result.findings)


HEADS = [
    "序号",
    "项目名称",
    "项目代码",
    "区市",
    "总投资（万元）",
    "年度计划投资（亿元）",
    "开工时间",
    "建设起止年限",
    "累计完成投资",
    "本月完成投资",
    "信用代码",
    "备注",
]


@given(st.lists(st.lists(st.one_of(CELLS, st.sampled_from(HEADS)), max_size=12), max_size=12), st.booleans())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_rows_are_read_to_the_end_and_fit_into_json(rows: list[list[object]], headed: bool) -> None:
    grid = [list(HEADS), *rows] if headed else rows
    book = RawBook("x.xlsx", "xlsx", [RawSheet("表", grid)])  # type: ignore[arg-type]
    reading = read_workbook(book, reference())
    document = as_document(reading, validated_rows(reading))
    json.dumps(document, allow_nan=False)
    assert {row["row"] for row in document["rows"]} <= set(range(1, len(grid) + 1))

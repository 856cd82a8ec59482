"""Whole tables going out: what is read back is what went in, whatever reads it, and however many rows there are."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import subprocess
import tomllib
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import openpyxl
import orjson
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from exchange.workbook import read_book
from exchange.workbook.streams import Column, Dialect, Form, Kind, NotOfferedError, Options, Progress, in_blocks, stream
from exchange.workbook.streams.cells import CUT, letters
from exchange.workbook.streams.comma import safe_text
from exchange.workbook.streams.parquet import INSTALL
from exchange.workbook.streams.xlsx import stream_xlsx

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
COLUMNS = (
    Column("code", "项目代码"),
    Column("name", "项目名称"),
    Column("number", "序号", Kind.INTEGER),
    Column("total_wan", "总投资", Kind.DECIMAL, "万元"),
    Column("starts_on", "开工日期", Kind.DATE),
    Column("updated_at", "更新时间", Kind.DATETIME),
    Column("is_listed", "在库", Kind.BOOLEAN),
    Column("month", "月份", Kind.MONTH),
)
MOMENT = datetime(2020, 6, 30, 16, 2, 3, tzinfo=UTC)  # the first of July in Qingdao
ROWS = [
    ("001234567890123456789", "地铁六号线", 1, Decimal("3540.123456"), date(2020, 6, 30), MOMENT, True, "2020-06"),
    ("2020-370212-48-01-001234", "=cmd|'/c calc'!A1", -5, Decimal("-12.500000"), date(1899, 1, 1), MOMENT, False, "2020-06"),
    ("1E5", '含"引号"，换行\n与,逗号 <&>', 0, Decimal("0E-6"), None, None, None, None),
    ("", "", None, None, None, None, None, None),
]
LISTED = [column.name for column in COLUMNS]


def made(form: Form, rows: list = ROWS, columns: tuple = COLUMNS, **options) -> bytes:  # type: ignore[type-arg]
    return b"".join(stream(form, columns, in_blocks(rows, 3), Options(**{"zone": SHANGHAI, "title": "数据", **options})))


def held(row: tuple) -> tuple:  # type: ignore[type-arg]
    return tuple(None if value == "" else value for value in row)


def test_plain_csv_read_by_duckdb_is_what_went_in(tmp_path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(made(Form.CSV, dialect=Dialect.PLAIN))
    types = {"code": "VARCHAR", "total_wan": "DECIMAL(20,6)", "updated_at": "TIMESTAMPTZ", "month": "VARCHAR", "number": "BIGINT"}
    found = duckdb.sql(f"SELECT * REPLACE (updated_at AT TIME ZONE 'UTC' AS updated_at) FROM read_csv('{path}', types={types})")
    assert found.columns == LISTED
    naive = [held((*row[:5], row[5] and row[5].replace(tzinfo=None), *row[6:])) for row in ROWS]
    assert [held(row) for row in found.fetchall()] == naive


def test_csv_for_excel_keeps_codes_and_disarms_formulas() -> None:
    data = made(Form.CSV)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert lines[0][3] == "总投资（万元）"
    assert [line[0] for line in lines[1:]] == ['="001234567890123456789"', '="2020-370212-48-01-001234"', '="1E5"', ""]
    assert lines[2][1] == "'=cmd|'/c calc'!A1"
    assert [line[3] for line in lines[1:]] == ["3540.123456", "-12.5", "0", ""], "a negative number stays a number"
    assert lines[1][5:] == ["2020-07-01 00:02:03", "是", '="2020-06"']


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-1+1|x", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋A", "－A", "＠A"])
def test_formula_is_disarmed(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@given(st.text())
def test_text_for_excel_never_begins_a_formula_that_is_not_ours(text: str) -> None:
    safe = safe_text(text) or ""
    if safe != text:
        assert safe in {f"'{text}", f'="{text}"'}
    if safe.startswith("="):
        assert set(text) <= set("0123456789年月日时分秒/:,.%eE+ -"), "what stands in our own formula has no quote and no name"
    else:
        assert not safe.startswith(("+", "-", "@", "\t", "\r"))


def test_ndjson_is_one_object_a_line_with_every_column() -> None:
    lines = [orjson.loads(line) for line in made(Form.NDJSON).splitlines()]
    assert [list(line) for line in lines] == [LISTED] * len(ROWS)
    assert lines[0] == dict(zip(LISTED, [*ROWS[0][:3], 3540.123456, "2020-06-30", "2020-07-01T00:02:03+08:00", True, "2020-06"], strict=True))
    assert lines[3] == {**dict.fromkeys(LISTED), "code": "", "name": ""}


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_money_is_exact_in_every_text(fen: int) -> None:
    """Any number of 分 that a column holds comes back to the last one."""
    wan = Decimal(fen).scaleb(-6)
    columns, rows = (Column("wan", "金额", Kind.DECIMAL, "万元"), Column("also", "又")), [(wan, "x")]
    line = made(Form.NDJSON, rows, columns).split(b":")[1].split(b",")[0]
    assert Decimal(line.decode()) == wan
    assert Decimal(made(Form.CSV, rows, columns, dialect=Dialect.PLAIN).split(b"\n")[1].split(b",")[0].decode()) == wan


def test_parquet_read_by_duckdb_is_exact(tmp_path) -> None:
    path = tmp_path / "rows.parquet"
    path.write_bytes(made(Form.PARQUET))
    found = duckdb.sql(f"SELECT * REPLACE (updated_at AT TIME ZONE 'UTC' AS updated_at) FROM '{path}'")
    assert str(found.types[3]) == "DECIMAL(24,6)"
    assert found.fetchall() == [(*row[:5], row[5] and row[5].replace(tzinfo=None), *row[6:]) for row in ROWS]
    assert parquet.read_schema(path).field("total_wan").metadata == {b"heading": "总投资".encode(), b"unit": "万元".encode()}


def test_parquet_without_its_library_is_refused_before_the_first_byte(monkeypatch) -> None:
    monkeypatch.setattr("exchange.workbook.streams.parquet.find_spec", lambda name: None)
    with pytest.raises(NotOfferedError, match="parquet") as refusal:
        stream(Form.PARQUET, COLUMNS, iter(()))
    assert refusal.value.code == "parquet_not_installed"
    assert INSTALL in refusal.value.zh
    assert INSTALL in refusal.value.en


def test_what_is_told_to_install_parquet_works_as_typed() -> None:
    """The tool is where `./run` brings it, the extra is declared, and README says the same."""
    tool, command, *options = INSTALL.split()
    assert command == "sync"
    assert f'"$ROOT/{tool}"' in (ROOT / "run").read_text()
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert options[-2:] == ["--extra", "parquet"]
    assert "parquet" in declared
    assert all(INSTALL in (ROOT / name).read_text() for name in ("README.md", "docs/api.md"))


def test_gzip_is_of_text_alone() -> None:
    assert gzip.decompress(made(Form.NDJSON, gzip=True)) == made(Form.NDJSON)
    with pytest.raises(NotOfferedError, match="gzip"):
        made(Form.XLSX, gzip=True)


def test_workbook_read_by_openpyxl() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(Form.XLSX)))
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == [column.title for column in COLUMNS]
    assert sheet["A1"].font.b
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:H{len(ROWS) + 1}")
    assert sheet.column_dimensions["B"].width == 18
    first = [str(cell.value) for cell in sheet[2]]
    assert first == [*ROWS[0][:2], "1", "3540.123456", "2020-06-30 00:00:00", "2020-07-01 00:02:03", "是", "2020-06"]
    assert [sheet[f"{letter}2"].number_format for letter in "ACDEF"] == ["@", "0", "#,##0.00####", "yyyy\\-mm\\-dd", "yyyy\\-mm\\-dd\\ hh:mm:ss"]
    assert (sheet["B3"].value, sheet["B3"].data_type, sheet["E3"].value) == (ROWS[1][1], "s", "1899-01-01")
    assert (sheet["B4"].value, sheet["D4"].value) == (ROWS[2][1], 0)


def test_workbook_read_by_our_own_intake_and_by_libreoffice(tmp_path) -> None:
    data = made(Form.XLSX)
    sheet = read_book(data, "数据.xlsx").sheets[0]
    assert (sheet.name, list(sheet.rows)[1][:4]) == ("数据", [*ROWS[0][:2], 1, 3540.123456])
    office = shutil.which("soffice")
    if office:  # only where it is installed
        (tmp_path / "rows.xlsx").write_bytes(data)
        subprocess.run(
            [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/o", "--convert-to", "csv", "rows.xlsx"], cwd=tmp_path, check=True
        )
        assert ROWS[0][0] in (tmp_path / "rows.csv").read_text()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_any_text_makes_a_workbook_that_opens(texts: list[str]) -> None:
    columns = (Column("a", "甲"), Column("n", "数", Kind.INTEGER))
    sheet = openpyxl.load_workbook(io.BytesIO(made(Form.XLSX, [(text, 1) for text in texts], columns))).active
    unfit = {*map(chr, range(32)), "\x7f", "\ufffe", "\uffff", *map(chr, range(0xD800, 0xE000))} - {"\t", "\n", "\r"}
    for row, text in enumerate(texts, start=2):
        clean = "".join(sign for sign in text if sign not in unfit).replace("\r\n", "\n").replace("\r", "\n")
        assert (sheet.cell(row, 1).value or "") == clean


def test_signs_that_a_cell_cannot_hold() -> None:
    columns = (Column("a", "甲<乙>"), Column("n", "数", Kind.INTEGER))
    rows = [("一\x00二\x0b三", 1), ("_x0041_", 2), ("长" * 40_000, 3)]
    sheet = openpyxl.load_workbook(io.BytesIO(made(Form.XLSX, rows, columns))).active
    assert [sheet.cell(row, 1).value for row in (1, 2)] == ["甲<乙>", "一二三"]
    assert b"_x005F_x0041_" in zip_part(made(Form.XLSX, rows, columns), "xl/worksheets/sheet1.xml")
    assert len(sheet["A4"].value) == 32_767
    assert sheet["A4"].value.endswith(CUT)


def zip_part(data: bytes, name: str) -> bytes:
    return zipfile.ZipFile(io.BytesIO(data)).read(name)


@pytest.mark.parametrize("limits", [{"most_rows": 4}, {"most_bytes": 1_000}])
def test_further_sheets_where_one_is_full(limits: dict[str, int]) -> None:
    columns = (Column("n", "数", Kind.INTEGER), Column("t", "文"))
    rows = [(number, f"第{number}行") for number in range(1, 9)]
    data = b"".join(stream_xlsx(columns, in_blocks(rows, 5), Options(title="月度/进展" * 8), **limits))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert len(book.sheetnames) > 1
    assert all(len(name) <= 31 and "/" not in name for name in book.sheetnames)
    told = [tuple(row) for sheet in book for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert told == rows
    assert all([cell.value for cell in sheet[1]] == ["数", "文"] for sheet in book)


def test_no_row_is_a_file_with_its_header() -> None:
    assert made(Form.NDJSON, []) == b""
    assert made(Form.CSV, [], dialect=Dialect.PLAIN).decode().strip().split(",") == LISTED
    assert openpyxl.load_workbook(io.BytesIO(made(Form.XLSX, []))).active.max_row == 1
    assert parquet.read_table(io.BytesIO(made(Form.PARQUET, []))).num_rows == 0


def test_column_letters() -> None:
    assert [letters(index) for index in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_progress_tells_rows_while_they_go() -> None:
    progress = Progress()
    chunks = stream(Form.NDJSON, COLUMNS[:1], in_blocks([("a",)] * 10, 4), progress=progress)
    assert progress.rows == 0
    next(chunks), next(chunks)
    assert 4 <= progress.rows < 10
    rest = sum(map(len, chunks))
    assert (progress.rows, progress.size > rest) == (10, True)


def endless() -> Iterator[tuple]:  # type: ignore[type-arg]
    number = 0
    while True:
        number += 1
        yield (f"{number:018d}", f"青岛市重点项目第{number}号", number, Decimal(number * 7919).scaleb(-6), date(2020, 6, 30), MOMENT, True, "2020-06")


def narrow() -> Iterator[tuple]:  # type: ignore[type-arg]
    return ((row[0], row[3], row[4]) for row in endless())


@pytest.mark.parametrize("form", list(Form))
def test_memory_does_not_grow_with_the_rows(form: Form) -> None:
    """Twice as many rows need no more memory: of what Python holds, and of what pyarrow holds."""
    columns = (COLUMNS[0], COLUMNS[3], COLUMNS[4])
    for _warm in stream(form, columns, in_blocks(islice(narrow(), 100))):
        pass
    peaks = []
    for count in (60_000, 200_000):
        tracemalloc.start()
        most = 0
        for _chunk in stream(form, columns, in_blocks(islice(narrow(), count))):
            most = max(most, pyarrow.total_allocated_bytes())
        peaks.append(tracemalloc.get_traced_memory()[1] + most)
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.25 + 1_000_000
    assert peaks[1] < 40_000_000


@pytest.mark.parametrize("form", list(Form))
def test_nothing_is_read_that_was_not_asked_for(form: Form) -> None:
    """A stream of endless rows gives its first bytes: rows are drawn as the reader takes them."""
    chunks = stream(form, COLUMNS, in_blocks(endless(), 100))
    assert next(chunks)
    chunks.close()  # type: ignore[attr-defined]


CODED = (Column("stage", "阶段", labels={"build": "在建", "sum": "=SUM(1)"}), Column("half", "半月", Kind.INTEGER, labels={0: "整月", 1: "上半月"}))
CODES = [("build", 0), ("sum", 1), ("new", 7), ("", None), (None, 0)]


def test_codes_are_words_for_people_and_codes_for_programs() -> None:
    """A code without words stays as it is held; no label is a formula."""
    words = [["在建", "整月"], ["'=SUM(1)", "上半月"], ["new", '="7"'], ["", ""], ["", "整月"]]
    assert list(csv.reader(io.StringIO(made(Form.CSV, CODES, CODED).decode("utf-8-sig"))))[1:] == words
    sheet = openpyxl.load_workbook(io.BytesIO(made(Form.XLSX, CODES, CODED))).active
    assert sheet is not None
    said = [tuple(cell or None for cell in row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert said == [("在建", "整月"), ("=SUM(1)", "上半月"), ("new", "7"), (None, None), (None, "整月")]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value} <= {"s", "inlineStr"}
    plain = made(Form.CSV, CODES, CODED, dialect=Dialect.PLAIN).decode()
    assert list(csv.reader(io.StringIO(plain)))[1:] == [["build", "0"], ["sum", "1"], ["new", "7"], ["", ""], ["", "0"]]
    assert [tuple(orjson.loads(line).values()) for line in made(Form.NDJSON, CODES, CODED).splitlines()] == CODES
    table = parquet.read_table(io.BytesIO(made(Form.PARQUET, CODES, CODED)))
    assert [tuple(row.values()) for row in table.to_pylist()] == CODES
    assert table.schema.field("half").type == pyarrow.int64()

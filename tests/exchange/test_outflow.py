"""Whole tables out of the database: both engines give the same file, and the whole file is one state."""

from __future__ import annotations

import csv
import io
import re
import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from django.db.models import F

from exchange.outflow import in_one_state, local_options, one_state, whole_table
from exchange.workbook.streams import Column, Dialect, Form, Kind, NotOfferedError, Progress, in_blocks, stream
from projects.models import Project
from tests.factories import make_project, make_unit

COLUMNS = (
    Column("uid", "项目编号"),
    Column("name", "项目名称"),
    Column("unit_id", "单位", Kind.INTEGER),
    Column("total_wan", "总投资", Kind.DECIMAL, "万元"),
    Column("land_mu", "用地", Kind.DECIMAL, "亩", places=4),
    Column("is_approx", "约数", Kind.BOOLEAN),
    Column("created_at", "建立时间", Kind.DATETIME),
    Column("kind", "类别", labels={"infrastructure": "基础设施", "industry": "=产业"}),
    Column("revision", "修订号", Kind.INTEGER, labels={1: "第一次", 2: "1-2"}),
    Column("owner", "建设单位"),
)
NAMES = [column.name for column in COLUMNS]
TEXTS = [
    *("地铁", "=1+1", "-5", "+86 532", "@a", "2020年6月", "0012", "1E5", "－甲", "'x", '引"号', "一,二", "\t制表", "a%b"),
    "三\n四",
    "12层楼",
    ".5",
]
AMOUNTS = ["0.000001", "0.000999", "0.001", "12", "3540.123456", "999999999.999999", "1000000000", "8999999999.000001"]


@pytest.fixture
def projects(db: Any) -> None:
    unit = make_unit("市南区")
    for number, text in enumerate(TEXTS):
        project = make_project(text, unit, total_wan=Decimal(AMOUNTS[number % len(AMOUNTS)]) if number != 3 else None)
        project.land_mu = Decimal("12.5") if number % 2 else None
        project.is_approx = number % 3 == 0
        project.kind = ("infrastructure", "industry", "social")[number % 3]
        project.save()


def query() -> Any:
    return Project.objects.order_by("id").values_list(*NAMES[:-1], F("owner__name"))


@pytest.mark.parametrize("form", [Form.CSV, Form.NDJSON])
@pytest.mark.parametrize("dialect", list(Dialect))
def test_what_the_server_makes_is_what_python_makes(projects: None, form: Form, dialect: Dialect) -> None:
    """COPY on PostgreSQL against our own writer over the same rows (on SQLite it is the writer either way)."""
    options = local_options(dialect=dialect)
    progress = Progress()
    data = b"".join(whole_table(query(), COLUMNS, form, options, progress=progress))
    rows = [tuple(row) for row in query()]
    assert progress.rows == len(rows) == len(TEXTS)
    assert ("基础设施" in data.decode()) is (form is Form.CSV and dialect is Dialect.EXCEL)
    assert told(data, form) == told(b"".join(stream(form, COLUMNS, in_blocks(rows), options)), form)
    assert data.count(b"\r\n") == (len(TEXTS) + 1 if form is Form.CSV and dialect is Dialect.EXCEL else 0)


def told(data: bytes, form: Form) -> list[Any]:
    data = re.sub(rb"(:\d\d\.\d*?)0+\+08", rb"\1+08", data)  # PostgreSQL prints no zeros at the end of a second
    if form is Form.NDJSON:
        return [orjson.loads(line) for line in data.splitlines()]
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_every_amount_is_exact(projects: None) -> None:
    lines = told(b"".join(whole_table(query(), COLUMNS, Form.CSV, local_options(dialect=Dialect.PLAIN))), Form.CSV)[1:]
    assert [line[3] and Decimal(line[3]) for line in lines] == ["" if wan is None else wan for _uid, _name, _unit, wan, *_ in query()]


def test_workbook_and_parquet_come_through_the_cursor(projects: None) -> None:
    for form in (Form.XLSX, Form.PARQUET):
        progress = Progress()
        assert sum(len(chunk) for chunk in whole_table(query(), COLUMNS, form, progress=progress)) == progress.size > 0
        assert progress.rows == len(TEXTS)


def test_refused_before_the_first_row(projects: None) -> None:
    with pytest.raises(NotOfferedError):
        whole_table(query(), COLUMNS, Form.XLSX, local_options(gzip=True))


@pytest.mark.parametrize("form", list(Form))
def test_no_row(db: Any, form: Form) -> None:
    """An empty table, and a query set that is known to be empty."""
    for rows in (query(), query().none()):
        lines = b"".join(whole_table(rows, COLUMNS, form, local_options()))
        assert form is not Form.NDJSON or lines == b""
        assert form is not Form.CSV or lines.count(b"\r\n") == 1


def test_columns_that_are_not_as_many_as_the_values(projects: None) -> None:
    with pytest.raises(ValueError):
        list(whole_table(query(), COLUMNS[:-1], Form.CSV))


def test_the_caller_keeps_its_own_clock(projects: None) -> None:
    before = Project.objects.order_by("id").values_list("created_at", flat=True).first()
    list(whole_table(query(), COLUMNS, Form.CSV))
    assert Project.objects.order_by("id").values_list("created_at", flat=True).first() == before
    assert before is not None
    assert before.tzinfo is not None
    assert before <= datetime.now(UTC)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", [Form.CSV, Form.XLSX])
def test_a_stream_is_one_state(form: Form) -> None:
    """What is written after the first row was read is not in the file; and a reader that goes away leaves no transaction."""
    unit = make_unit("市南区")
    for number in range(30):
        make_project(f"第{number}个", unit)
    seen: list[Any] = []
    for block in in_one_state(query(), 10):
        if not seen and connection.vendor == "postgresql":  # SQLite in memory has one connection
            other = threading.Thread(target=_add, args=(unit,))
            other.start()
            other.join()
        seen += block
    assert len(seen) == 30
    assert Project.objects.count() == (31 if connection.vendor == "postgresql" else 30)
    chunks = whole_table(query(), COLUMNS, form)
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    assert not connection.in_atomic_block
    assert transaction.get_autocommit()


def _add(unit: Any) -> None:
    try:
        make_project("后来的", unit)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_nothing_can_be_written_inside_a_state() -> None:
    if connection.vendor != "postgresql":  # SQLite has no such transaction: each statement is a state of its own
        with one_state():
            assert not connection.in_atomic_block
        return
    unit = make_unit("市南区")
    with pytest.raises(Exception, match="read-only"), one_state():
        make_project("不该写进去", unit)
    assert Project.objects.count() == 0

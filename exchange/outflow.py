"""Whole tables out of the database: beside `bulk` the one room that knows which engine it reads from.

    columns = [Column("id", "编号", Kind.INTEGER), Column("done_wan", "完成投资", Kind.DECIMAL, "万元"), …]
    chunks = whole_table(MonthReport.objects.values_list("id", "done_month_wan", …), columns, Form.CSV)

The stream is one state of the database from its first row to its last. On PostgreSQL that is a REPEATABLE READ, read-only transaction,
opened with the first chunk and closed with the last, or when the reader goes away; text formats are made by the server itself
(COPY), the others come through a cursor that lives inside that transaction and so behind pgbouncer too. On SQLite one statement is one
state. Inside a transaction of the caller's, its state is taken as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Field, QuerySet
from psycopg import ClientCursor

from exchange.workbook.streams import BLOCK, Column, Dialect, Form, Kind, Options, Progress, Row, check_offered, in_blocks, packed, stream
from exchange.workbook.streams.comma import BEGINS_A_FORMULA, LONGEST_LITERAL, LOOKS_LIKE_A_NUMBER, NO, YES, header, safe_text
from projects.models.fields import WanField

# So long may a stream take on PostgreSQL: a reader that has fallen asleep must not hold a state of the database for ever.
MOST_SECONDS = 3600
_CHUNK = 64 * 1024
# A file of one column that is never quoted: JSON has neither of these signs in it.
_LINES = r"(FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')"


def local_options(**wanted: Any) -> Options:
    """Options with the days and hours of this city."""
    return Options(**{"zone": ZoneInfo(settings.TIME_ZONE), **wanted})


def whole_table(
    rows: QuerySet[Any, Any], columns: Iterable[Column], form: Form, options: Options | None = None, *, progress: Progress | None = None
) -> Iterator[bytes]:
    """The rows of a `values_list` query set, one value a column, as a file in pieces. Refusals come from the call itself."""
    options, progress, listed = options or local_options(), progress or Progress(), tuple(columns)
    check_offered(form, options)
    _check_width(rows, listed)
    if connection.vendor == "postgresql" and form.is_text:
        return progress.weigh(packed(_copied(rows, listed, form, options, progress), options))
    return stream(form, listed, in_one_state(rows), options, progress=progress)


def _check_width(rows: QuerySet[Any, Any], columns: Sequence[Column]) -> None:
    compiler = rows.query.get_compiler(using=connection.alias)
    compiler.pre_sql_setup()
    if len(compiler.select) != len(columns):
        raise ValueError(f"{len(compiler.select)} values for {len(columns)} columns")


def in_one_state(rows: QuerySet[Any, Any], size: int = BLOCK) -> Iterator[list[Row]]:
    """The rows in lists of so many, all of one state, fetched as they are asked for."""
    with one_state():
        compiler = rows.query.get_compiler(using=connection.alias)
        yield from in_blocks(compiler.results_iter(tuple_expected=True, chunked_fetch=True, chunk_size=size), size)


@contextmanager
def one_state() -> Iterator[None]:
    """All that is read inside sees the same state, and nothing can be written. SQLite: holds for each statement by itself."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(
                "SELECT set_config('statement_timeout', %(most)s, true), set_config('idle_in_transaction_session_timeout', %(most)s, true)",
                {"most": f"{MOST_SECONDS}s"},
            )
        yield


def _copied(rows: QuerySet[Any, Any], columns: tuple[Column, ...], form: Form, options: Options, progress: Progress) -> Iterator[bytes]:
    """The text that PostgreSQL makes of the rows."""
    if form is Form.CSV:
        yield header(columns, options.dialect)
    with one_state(), connection.cursor() as cursor, _clock_of(cursor, options):
        try:
            statement = _copy_statement(rows, columns, form, options)
        except EmptyResultSet:  # a query set that is known to have no row is never sent
            return
        # One message of the server is one row, so its end can be made what Excel writes without touching line breaks inside a cell.
        end = b"\r\n" if form is Form.CSV and options.dialect is Dialect.EXCEL else b""
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            held: list[Any] = []
            size = 0
            for data in copy:
                size += len(data)
                held.append(data[:-1] if end else data)
                if size >= _CHUNK:
                    progress.rows += len(held)
                    yield _joined(held, end)
                    held, size = [], 0
            progress.rows += len(held)
            yield _joined(held, end)


@contextmanager
def _clock_of(cursor: Any, options: Options) -> Iterator[None]:
    """Let the server print days and hours as the file has them; what was before is put back, for the transaction may be the caller's."""
    cursor.execute("SELECT current_setting('TimeZone'), current_setting('DateStyle')")
    before = cursor.fetchone()
    setting = "SELECT set_config('TimeZone', %s, true), set_config('DateStyle', %s, true)"
    cursor.execute(setting, [str(options.zone), "ISO"])
    yield
    cursor.execute(setting, before)


def _joined(held: Sequence[Any], end: bytes) -> bytes:
    return end.join([*held, b""]) if end and held else b"".join(held)


def _copy_statement(rows: QuerySet[Any, Any], columns: tuple[Column, ...], form: Form, options: Options) -> str:
    """COPY of the query with every column as the file has it, parameters written in: COPY takes none."""
    compiler = rows.query.get_compiler(using=connection.alias)
    inner, params = compiler.as_sql()
    fields = [expression.output_field for expression, _sql, _alias in compiler.select]
    for_excel = form is Form.CSV and options.dialect is Dialect.EXCEL
    cells, before = [], list[Any]()
    for at, (column, field) in enumerate(zip(columns, fields, strict=True)):
        cell, needed = _cell(column, field, f"t.c{at}", form, for_excel)
        cells.append(f"{cell} AS {connection.ops.quote_name(column.name)}")
        before += needed
    names = ", ".join(f"c{at}" for at in range(len(columns)))
    query = f"SELECT {', '.join(cells)} FROM ({inner}) AS t ({names})"  # noqa: S608 -- names are the registry's own
    if form is Form.NDJSON:
        query = f"SELECT row_to_json(line) FROM ({query}) AS line"  # noqa: S608
    text = ClientCursor(connection.connection).mogrify(query, [*before, *params])
    return f"COPY ({text}) TO STDOUT WITH {_LINES if form is Form.NDJSON else '(FORMAT csv)'}"


def _cell(column: Column, field: Field[Any, Any], name: str, form: Form, for_excel: bool) -> tuple[str, list[Any]]:
    """A value as the file has it, with the parameters that its expression takes."""
    if column.labels and for_excel:
        return _said(column, name)
    kind = column.kind
    if kind is Kind.DECIMAL:
        return _amount(name, form) if isinstance(field, WanField) else f"trim_scale({name}::numeric)", []
    if kind is Kind.DATETIME and for_excel:
        return f"left({name}::text, 19)", []
    if kind is Kind.BOOLEAN and form is Form.CSV:
        return (f"CASE {name} WHEN true THEN %s WHEN false THEN %s END", [YES, NO]) if for_excel else (f"{name}::text", [])
    if kind.is_text:
        return _safe_text(f"{name}::text") if for_excel else (f"{name}::text", [])
    return name, []


def _said(column: Column, name: str) -> tuple[str, list[Any]]:
    """What `Column.said` does, in SQL: codes by their words."""
    words = [(code, safe_text(label)) for code, label in column.labels.items()]
    other, needed = _safe_text(f"{name}::text")
    return f"CASE {name} {'WHEN %s THEN %s ' * len(words)}ELSE {other} END", [*(part for pair in words for part in pair), *needed]


def _amount(name: str, form: Form) -> str:
    """分 as 万元, all digits and no others. A float prints them four times as fast as a decimal, and exactly, where it has enough."""
    quick, exact = f"({name} / 1e6::float8)", f"(trim_scale({name} * 0.000001))"
    if form is Form.NDJSON:
        quick, exact = f"to_json{quick}", f"to_json{exact}"
    else:
        quick, exact = f"{quick}::text", f"{exact}::text"
    return f"CASE WHEN {name} = 0 OR {name} BETWEEN 1000 AND 999999999999999 THEN {quick} ELSE {exact} END"


def _safe_text(name: str) -> tuple[str, list[Any]]:
    """What `comma.safe_text` does, in SQL. Nearly every text begins with a letter, which is told without a pattern."""
    case = (
        f"""CASE WHEN {name} = '' OR {name} COLLATE "C" >= 'A' AND {name} COLLATE "C" < '＋' OR {name} !~ %s THEN {name} """
        f"""WHEN {name} ~ %s AND length({name}) <= %s THEN '="' || {name} || '"' WHEN {name} ~ %s THEN '''' || {name} ELSE {name} END"""
    )
    return case, [f"^({BEGINS_A_FORMULA}|[0-9.])", f"^({LOOKS_LIKE_A_NUMBER})$", LONGEST_LITERAL, f"^{BEGINS_A_FORMULA}"]

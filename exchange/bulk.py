"""Set-wise writes with history: the only room that knows which database engine it writes to.

Rows go in as column values as stored (money in 分). PostgreSQL is fed by COPY, SQLite by prepared statements; the history rows are
made inside the database from the rows just written, so that both say the same. Everything runs in the caller's transaction.

Inside `overlapping` PostgreSQL copies rows into history and checks foreign keys while Python prepares the next rows: such a statement
is sent and left running, and settled before the connection is used again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import DatabaseError, connection, models
from django.utils import timezone
from psycopg import ClientCursor, errors, generators, pq

from projects.models import Source

Row = Sequence[Any]


class StaleRowsError(Exception):
    """Some rows are no longer as the plan saw them; `ids` names them. Nothing has been written."""

    def __init__(self, model: type[models.Model], ids: Sequence[int]) -> None:
        super().__init__(f"{model._meta.label}: {len(ids)} rows moved")
        self.model = model
        self.ids = list(ids)


def now() -> Any:
    """This moment as the engine's columns hold it."""
    return connection.ops.adapt_datetimefield_value(timezone.now())


def as_column(value: Any) -> Any:
    """A Python value as the engine's columns hold it (SQLite keeps moments and decimals as text)."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, Decimal) and connection.vendor == "sqlite":
        return str(value)
    return value


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


class _Running:
    """The one statement that PostgreSQL is working on while we do something else."""

    def __init__(self) -> None:
        self.is_under_way = False

    def send(self, statement: str, params: Sequence[Any] = ()) -> None:
        """Begin a statement that answers no rows."""
        self.settle()
        database = connection.connection
        text = ClientCursor(database).mogrify(statement, params)
        database.pgconn.send_query(text.encode())
        self.is_under_way = True
        with connection.wrap_database_errors:
            database.wait(generators.send(database.pgconn))

    def settle(self) -> None:
        """Wait for the end of what is under way; its error is raised here."""
        if not self.is_under_way:
            return
        self.is_under_way = False
        database = connection.connection
        with connection.wrap_database_errors:
            for result in database.wait(generators.fetch_many(database.pgconn)):
                if result.status == pq.ExecStatus.FATAL_ERROR:
                    raise errors.error_from_result(result, encoding="utf-8")

    def settle_first(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """Wrap every other use of the connection: first comes what is under way."""
        self.settle()
        return execute(*arguments)


_running: ContextVar[_Running | None] = ContextVar("running_statement", default=None)


@contextmanager
def overlapping() -> Iterator[None]:
    """Let statements without an answer run on while the next rows are prepared. All are done, and were without fault, at the end."""
    if connection.vendor != "postgresql":
        yield
        return
    running = _Running()
    token = _running.set(running)
    try:
        with connection.execute_wrapper(running.settle_first):
            yield
            running.settle()
    finally:
        _running.reset(token)
        if running.is_under_way:  # another fault came first; that one is told
            running.is_under_way = False
            connection.connection.wait(generators.fetch_many(connection.connection.pgconn))


def one_at_a_time(work: str) -> None:
    """Wait until no other transaction does this work, and keep others from it until the end of this one. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [work])


@cache
def _foreign_keys() -> str:
    """The foreign keys that wait for the end of the transaction, by name: ALL would number the lines of the change sequence too, and
    hold the lock under which that is done until the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT conname FROM pg_constraint WHERE contype = 'f' AND condeferrable AND connamespace = current_schema()::regnamespace"
        )
        return ", ".join(_quote(name) for (name,) in cursor.fetchall())


def check_references() -> None:
    """Begin to check the foreign keys of all rows written so far, where they wait for the end of the transaction."""
    running = _running.get()
    if running is not None:
        names = _foreign_keys()
        running.send(f"SET CONSTRAINTS {names} IMMEDIATE; SET CONSTRAINTS {names} DEFERRED")


def _fill(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Append rows to a table, the quickest way the engine has."""
    names = ", ".join(_quote(column) for column in columns)
    running = _running.get()
    if running is not None:
        running.settle()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {_quote(table)} ({names}) FROM STDIN") as copy:
                write = copy.write_row
                for row in rows:
                    write(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {_quote(table)} ({names}) VALUES ({marks})", list(rows))  # noqa: S608 -- names are the model's own


def _stage(columns: Sequence[tuple[str, str]], rows: Iterable[Row]) -> None:
    """Put rows into the temporary table `bulk_stage` with columns (name, type)."""
    definition = ", ".join(f"{_quote(name)} {kind}" for name, kind in columns)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bulk_stage")
        cursor.execute(f"CREATE TEMPORARY TABLE bulk_stage ({definition})")
    _fill("bulk_stage", [name for name, _ in columns], rows)


@cache
def _sequence(table: str) -> str:
    """The sequence behind a table's ids (PostgreSQL). Asking for it with every id took longer than the ids."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [_quote(table)])
        return str(cursor.fetchone()[0])


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """Reserve `count` ids of the model, rising."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [_sequence(table), count])
            return sorted(row[0] for row in cursor.fetchall())
        # SQLite: the transaction is IMMEDIATE, so nobody else can take the same ids.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        first = (found[0] if found else 0) + 1
        return list(range(first, first + count))


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], *, source: Source) -> None:
    """Insert new rows (the first column is `id`) and their history."""
    if not rows:
        return
    _fill(model._meta.db_table, columns, rows)
    first, last = rows[0][0], rows[-1][0]
    if last - first + 1 == len(rows):  # the usual case: ids without gaps need no staging
        _keep_history(model, "+", source, f"t.id BETWEEN {int(first)} AND {int(last)}")
        return
    _stage([("id", "bigint")], ((row[0],) for row in rows))
    _keep_history(model, "+", source)


def update(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], *, source: Source) -> None:
    """Change rows given as (id, revision, *values of `columns`), raise each revision by one, and keep history.

    StaleRowsError if any row is gone or its revision moved; then nothing is changed.
    """
    if not rows:
        return
    table = _quote(model._meta.db_table)
    kinds = {field.column: field.db_type(connection) or "text" for field in model._meta.concrete_fields}
    stage = [("id", "bigint"), ("base_revision", "integer"), *((name, kinds[name].replace("serial", "int")) for name in columns)]
    _stage(stage, rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT 1 FROM {table} WHERE id IN (SELECT id FROM bulk_stage) ORDER BY id FOR UPDATE")  # noqa: S608
        cursor.execute(
            f"SELECT s.id FROM bulk_stage s LEFT JOIN {table} t ON t.id = s.id WHERE t.id IS NULL OR t.revision <> s.base_revision"  # noqa: S608
        )
        moved = [row[0] for row in cursor.fetchall()]
        if moved:
            raise StaleRowsError(model, moved)
        sets = ", ".join([*(f"{_quote(name)} = s.{_quote(name)}" for name in columns), "revision = s.base_revision + 1", "updated_at = %s"])
        cursor.execute(f"UPDATE {table} SET {sets} FROM bulk_stage s WHERE {table}.id = s.id", [now()])  # noqa: S608
        if cursor.rowcount != len(rows):
            raise DatabaseError(f"{model._meta.label}: {cursor.rowcount} of {len(rows)} rows changed; a row stands twice in the plan")
    _keep_history(model, "~", source)


def delete(model: type[models.Model], rows: Sequence[tuple[int, int]], *, source: Source) -> None:
    """Delete rows given as (id, revision), keeping history; StaleRowsError as in `update`."""
    if not rows:
        return
    table = _quote(model._meta.db_table)
    _stage([("id", "bigint"), ("base_revision", "integer")], rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.id FROM bulk_stage s LEFT JOIN {table} t ON t.id = s.id WHERE t.id IS NULL OR t.revision <> s.base_revision"  # noqa: S608
        )
        moved = [row[0] for row in cursor.fetchall()]
        if moved:
            raise StaleRowsError(model, moved)
    _keep_history(model, "-", source)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM bulk_stage)")  # noqa: S608


_STAGED = "t.id IN (SELECT id FROM bulk_stage)"


def _keep_history(model: type[models.Model], kind: str, source: Source, which: str = _STAGED) -> None:
    """Write a history row for each row meant, copied from the table as it stands now."""
    history: type[models.Model] = model.history.model  # type: ignore[attr-defined]
    columns = [str(field.column) for field in model._meta.concrete_fields]
    names = ", ".join(_quote(column) for column in columns)
    copied = ", ".join(f"t.{_quote(column)}" for column in columns)
    statement = (
        f"INSERT INTO {_quote(history._meta.db_table)} "  # noqa: S608 -- names are the models' own
        f"({names}, history_date, history_type, history_change_reason, history_user_id, door, upload_id) "
        f"SELECT {copied}, %s, %s, %s, %s, %s, %s FROM {_quote(model._meta.db_table)} t "
        f"WHERE {which} ORDER BY t.id"
    )
    params = [now(), kind, source.reason or None, source.actor_id, source.door, source.upload_id]
    running = _running.get()
    if running is not None:
        running.send(statement, params)
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, params)

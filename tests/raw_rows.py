"""Rows of any table, written past every service and form, as somebody with a SQL prompt could."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.db import connection, models

_numbers = count(900_001)


def allow_anything(model: type[models.Model]) -> None:
    """Within this transaction the table takes rows that no form would; call it before anything is written."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            return
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")  # no table is altered that waits for a check
        table = model._meta.db_table
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def again_strict() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def plain_row(model: type[models.Model], **given: Any) -> dict[str, Any]:
    """Column → value of a row that the table's types accept; `given` by column."""
    number = next(_numbers)
    row = {field.column: _value(field, number) for field in model._meta.concrete_fields}
    return {**row, **given}


def _value(field: Any, number: int) -> Any:
    if field.primary_key or field.is_relation:
        return None if field.null else number
    if field.null:
        return None
    kind = field.get_internal_type()
    if kind in {"CharField", "TextField", "SlugField"}:
        return str(number)[-(field.max_length or 6) :]
    plain = {
        "DateField": f"{number % 9000 + 1000}-06-01",
        "DateTimeField": "2020-06-01 00:00:00",
        "JSONField": "{}",
        "BooleanField": False,
        "BinaryField": b"",
        "DecimalField": 1,
    }
    return plain.get(kind, number % 30_000 if kind == "PositiveSmallIntegerField" else number)


def insert(model: type[models.Model], *rows: dict[str, Any]) -> None:
    columns = ", ".join(f'"{name}"' for name in rows[0])
    marks = ", ".join(f"({', '.join(['%s'] * len(row))})" for row in rows)
    execute(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {marks}", *(value for row in rows for value in row.values()))


def copy(model: type[models.Model], *rows: dict[str, Any]) -> None:
    """As an upload writes: by COPY where there is one."""
    if connection.vendor == "sqlite":
        for row in rows:
            insert(model, row)
        return
    columns = ", ".join(f'"{name}"' for name in rows[0])
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as target:
        for row in rows:
            target.write_row(list(row.values()))


def execute(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)

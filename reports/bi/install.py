"""Writes the views into the database, and on PostgreSQL their comments and the right of the group role to read them.

They are made after every `migrate` and taken away before it: a view pins the columns below it (PostgreSQL then refuses to change them,
SQLite to rebuild the table), and what a view has is said by this version of the program, not by an old migration.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction
from psycopg import sql

from reports.bi.facts import views_of
from reports.bi.star import View

_LONGEST_NAME = 63


def group_role() -> str:
    """The role that may read the views and nothing else; named after the database, for roles are of the whole cluster."""
    return f"{str(connection.settings_dict['NAME'])[: _LONGEST_NAME - 20]}_bi"


def remove_views() -> None:
    """Take all views of ours away, those of an older version too."""
    with transaction.atomic(), connection.cursor() as cursor:
        held = [table.name for table in connection.introspection.get_table_list(cursor) if table.type == "v" and table.name.startswith("bi_")]
        for name in held:
            cursor.execute(f"DROP VIEW {connection.ops.quote_name(name)}")


def install_views() -> None:
    """Make all views anew."""
    remove_views()
    with transaction.atomic(), connection.cursor() as cursor:
        for view in views_of(connection.vendor):
            for statement in _statements(view):
                cursor.execute(statement)
        if connection.vendor == "postgresql" and (role_exists() or (may_create_roles() and _create_group())):
            for statement in group_grants():
                cursor.execute(statement)


def _statements(view: View) -> Iterator[str]:
    if connection.vendor != "postgresql":
        yield f"CREATE VIEW {view.name} AS {view.select(connection.vendor)}"
        return
    yield f"CREATE VIEW {view.name} WITH (security_barrier) AS {view.select(connection.vendor)}"
    yield f"COMMENT ON VIEW {view.name} IS {_literal(view.heading)}"
    for held in view.columns:
        yield f'COMMENT ON COLUMN {view.name}."{held.column.name}" IS {_literal(held.column.title)}'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def role_exists(name: str = "") -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name or group_role()])
        return cursor.fetchone() is not None


def may_create_roles() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _create_group() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(create_group())
    return True


def create_group() -> str:
    return f"CREATE ROLE {quoted(group_role())} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"


def group_grants() -> list[str]:
    """What the group may do, said so that nothing else is left of it."""
    names = ", ".join(view.name for view in views_of(connection.vendor))
    group = quoted(group_role())
    return [
        f"GRANT USAGE ON SCHEMA public TO {group}",
        f"GRANT SELECT ON {names} TO {group}",
    ]


def quoted(name: str) -> str:
    return sql.Identifier(name).as_string(None)

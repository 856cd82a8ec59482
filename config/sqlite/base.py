"""Django changes a SQLite table by making it anew. That would lose its triggers, and fail where another's trigger or a view names it."""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base, schema


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Takes the triggers and views away while a table is made anew, and puts them back."""

    def _remake_table(self, *args: Any, **kwargs: Any) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY rowid")
            kept = cursor.fetchall()
        for kind, name, _sql in kept:
            self.execute(f"DROP {kind} {self.quote_name(name)}", params=None)
        super()._remake_table(*args, **kwargs)  # type: ignore[misc]  # the stubs leave it out
        for _kind, _name, sql in kept:
            self.execute(sql, params=None)


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend that Django loads."""

    SchemaEditorClass = DatabaseSchemaEditor

"""The triggers behind the change sequence, as migrations install them. FROZEN: migrations that ran stand on it, so it is never edited;
what must change gets a module of its own beside this one, and a migration that installs anew.

PostgreSQL. A trigger at the end of each statement puts the rows that it wrote into `accounts_change_pending`, under the number of the
transaction, in one INSERT … SELECT from the transition table; so COPY, bulk updates and raw SQL are followed like a save. The first
such statement also puts a row into `accounts_change_batch`, whose constraint trigger waits for COMMIT. There it waits once more, behind
the foreign keys that are checked at COMMIT too (they may wait for other transactions, and nobody may wait while holding the lock),
then takes one lock for the whole database and numbers the batch. PostgreSQL lets go of such a lock only after the transaction is
visible: whoever draws the next numbers commits later, and nobody sees number n + 1 before n. A number drawn when the row was written
would not do: the later number can commit first, a follower reads it, asks for what comes after it, and never sees the earlier one.

SQLite. It has one writer: whoever writes holds the database until the commit is visible, so numbers drawn at once are in the order of
commits. Triggers run for each row; the older line of a row goes when the newer comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.migrations.operations.base import Operation

# The lock under which commits are numbered: any fixed number; this one spells "changes".
LOCK = 0x6368616E676573

_NUMBERING = f"""
CREATE UNLOGGED TABLE accounts_change_pending (
    n bigint GENERATED ALWAYS AS IDENTITY, batch bigint NOT NULL, table_name text COLLATE "C" NOT NULL,
    row_id bigint NOT NULL, kind char(1) NOT NULL, unit_id bigint, PRIMARY KEY (batch, n));
CREATE UNLOGGED TABLE accounts_change_batch (batch bigint, is_last boolean, PRIMARY KEY (batch, is_last));
COMMENT ON TABLE accounts_change_pending IS 'Lines of transactions that are under way; always empty to everybody else';
COMMENT ON TABLE accounts_change_batch IS 'Transactions under way that have lines to be numbered; always empty to everybody else';

CREATE FUNCTION accounts_change_begin() RETURNS void LANGUAGE sql AS $$
    INSERT INTO accounts_change_batch (batch, is_last) VALUES (txid_current(), false) ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION accounts_change_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT NEW.is_last THEN
        INSERT INTO accounts_change_batch (batch, is_last) VALUES (NEW.batch, true);
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock({LOCK});
    INSERT INTO accounts_change (table_name, row_id, kind, unit_id, at)
        SELECT newest.table_name, newest.row_id, newest.kind, newest.unit_id, clock_timestamp() FROM (
            SELECT DISTINCT ON (table_name, row_id, unit_id) n, table_name, row_id, kind, unit_id
            FROM accounts_change_pending WHERE batch = NEW.batch ORDER BY table_name, row_id, unit_id, n DESC
        ) newest ORDER BY newest.n;
    DELETE FROM accounts_change_pending WHERE batch = NEW.batch;
    DELETE FROM accounts_change_batch WHERE batch = NEW.batch;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER accounts_change_number AFTER INSERT ON accounts_change_batch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_change_number();
"""

_NO_NUMBERING = """
DROP TABLE accounts_change_batch;
DROP TABLE accounts_change_pending;
DROP FUNCTION accounts_change_number();
DROP FUNCTION accounts_change_begin();
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """A table, and how its rows reach their unit: over columns that point to the `id` of other tables, then by the column of the last.

    Without `unit` its rows belong to none.
    """

    table: str
    unit: str = ""
    links: tuple[tuple[str, str], ...] = ()
    key: str = "id"

    @property
    def first(self) -> str:
        """The column of the row itself that leads to the unit."""
        return self.links[0][0] if self.links else self.unit


@dataclass(frozen=True, slots=True)
class Parent:
    """A table over which rows of `followed` reach their unit: rows hang on other units when its `column` changes."""

    followed: Followed
    at: int

    @property
    def table(self) -> str:
        return self.followed.links[self.at][1]

    @property
    def above(self) -> tuple[tuple[str, str], ...]:
        return self.followed.links[self.at + 1 :]

    @property
    def column(self) -> str:
        return self.above[0][0] if self.above else self.followed.unit


def of_none(*tables: str) -> list[Followed]:
    return [Followed(table) for table in tables]


def of_unit(*tables: str) -> list[Followed]:
    return [Followed(table, "unit_id") for table in tables]


def of_project(*tables: str) -> list[Followed]:
    return [through(table) for table in tables]


def through(table: str, *links: tuple[str, str]) -> Followed:
    """A table that reaches its project over others."""
    return Followed(table, "unit_id", (*links, ("project_id", "projects_project")))


def parents(followed: Followed) -> list[Parent]:
    return [Parent(followed, at) for at in range(len(followed.links))] if followed.unit else []


def unit_of(links: tuple[tuple[str, str], ...], unit: str, row: str) -> str:
    """SQL: the unit of a row (an alias, NEW or OLD) over `links`."""
    if not unit:
        return "NULL"
    if not links:
        return f"{row}.{unit}"
    joins = " ".join(f"JOIN {table} l{n} ON l{n}.id = l{n - 1}.{column}" for n, (column, table) in enumerate(links) if n)
    return f"(SELECT l{len(links) - 1}.{unit} FROM {links[0][1]} l0 {joins} WHERE l0.id = {row}.{links[0][0]})"  # noqa: S608


def hanging(parent: Parent, row: str) -> str:
    """SQL: what of `followed` hangs on a row of a table above it, as a condition on the alias r."""
    links = parent.followed.links[: parent.at + 1]
    condition = f"{{}}.{links[-1][0]} = {row}.id"
    for n in range(parent.at, 0, -1):
        inner = condition.format(f"h{n}")
        condition = f"{{}}.{links[n - 1][0]} IN (SELECT h{n}.id FROM {links[n - 1][1]} h{n} WHERE {inner})"  # noqa: S608
    return condition.format("r")


# --- PostgreSQL --------------------------------------------------------------------------------------------------------------------


def _postgresql(followed: Followed) -> str:
    t, first = followed.table, followed.first
    joins = " ".join(
        f"LEFT JOIN {table} l{n} ON l{n}.id = {f'l{n - 1}' if n else 'r'}.{column}" for n, (column, table) in enumerate(followed.links)
    )
    last = f"l{len(followed.links) - 1}" if followed.links else "r"
    unit = f"{last}.{followed.unit}" if followed.unit else "NULL::bigint"
    into = "INSERT INTO accounts_change_pending (batch, table_name, row_id, kind, unit_id)"
    lines = f"{into} SELECT txid_current(), '{t}', r.{followed.key}, '{{}}', {unit} FROM {{}} r {joins}"
    parts = [
        f"CREATE FUNCTION {t}_followed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN {lines.format('d', 'old_rows')}; ELSE {lines.format('u', 'new_rows')}; END IF; "
        "IF FOUND THEN PERFORM accounts_change_begin(); END IF; RETURN NULL; END $$"
    ]
    for verb, rows in (("INSERT", "NEW TABLE AS new_rows"), ("UPDATE", "NEW TABLE AS new_rows"), ("DELETE", "OLD TABLE AS old_rows")):
        parts.append(
            f"CREATE TRIGGER followed_{verb.lower()} AFTER {verb} ON {t} REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {t}_followed()"
        )
    if first:
        old, new = (unit_of(followed.links, followed.unit, row) for row in ("OLD", "NEW"))
        lost = f"{into} SELECT txid_current(), '{t}', OLD.{followed.key}, 'd', {old} WHERE {old} IS DISTINCT FROM {new}"
        parts += _row_trigger(t, f"{t}_left", "followed_left", first, lost)
    for parent in parents(followed):
        old, new = (unit_of(parent.above, followed.unit, row) for row in ("OLD", "NEW"))
        below = f"FROM {t} r WHERE {hanging(parent, 'NEW')} AND {old} IS DISTINCT FROM {new}"
        moved = "; ".join(
            f"{into} SELECT txid_current(), '{t}', r.{followed.key}, '{kind}', {unit} {below}" for kind, unit in (("d", old), ("u", new))
        )
        parts += _row_trigger(parent.table, f"{t}_moved_{parent.at}", f"followed_moved_{t}", parent.column, moved)
    return ";\n".join(parts) + ";"


def _row_trigger(table: str, function: str, name: str, column: str, body: str) -> list[str]:
    return [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; "
        "IF FOUND THEN PERFORM accounts_change_begin(); END IF; RETURN NULL; END $$",
        f"CREATE TRIGGER {name} AFTER UPDATE OF {column} ON {table} FOR EACH ROW "
        f"WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION {function}()",
    ]


def _not_postgresql(followed: Followed) -> str:
    t = followed.table
    parts = [f"DROP FUNCTION {t}_followed() CASCADE"]
    if followed.first:
        parts.append(f"DROP FUNCTION {t}_left() CASCADE")
    parts += [f"DROP FUNCTION {t}_moved_{parent.at}() CASCADE" for parent in parents(followed)]
    return ";\n".join(parts) + ";"


# --- SQLite ------------------------------------------------------------------------------------------------------------------------

_NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
_ONE_LINE_A_ROW = "CREATE INDEX accounts_change_of_row ON accounts_change (table_name, row_id)"


def _sqlite(followed: Followed) -> dict[str, str]:
    """Triggers by name."""
    t, key = followed.table, followed.key
    old, new = (unit_of(followed.links, followed.unit, row) for row in ("OLD", "NEW"))
    kept, lost = _line(t, f"NEW.{key}", "u", new), _line(t, f"OLD.{key}", "d", old)
    left = ""
    if followed.first:
        left = _line(t, f"OLD.{key}", "d", old, f"WHERE OLD.{followed.first} IS NOT NEW.{followed.first} AND {old} IS NOT {new}")
    found = {
        f"{t}_followed_insert": f"AFTER INSERT ON {t} BEGIN {kept} END",
        f"{t}_followed_update": f"AFTER UPDATE ON {t} BEGIN {left} {kept} END",
        f"{t}_followed_delete": f"AFTER DELETE ON {t} BEGIN {lost} END",
    }
    for parent in parents(followed):
        found[f"{t}_moved_{parent.at}"] = _sqlite_move(parent)
    return found


def _line(table: str, key: str, kind: str, unit: str, where: str = "") -> str:
    return (
        f"DELETE FROM accounts_change WHERE table_name = '{table}' AND row_id = {key} AND unit_id IS {unit}; "  # noqa: S608
        f"INSERT INTO accounts_change (table_name, row_id, kind, unit_id, at) SELECT '{table}', {key}, '{kind}', {unit}, {_NOW} {where};"
    )


def _sqlite_move(parent: Parent) -> str:
    followed, column = parent.followed, parent.column
    t, key = followed.table, followed.key
    old, new = (unit_of(parent.above, followed.unit, row) for row in ("OLD", "NEW"))
    below = f"FROM {t} r WHERE {hanging(parent, 'NEW')} AND {old} IS NOT {new}"
    lines = " ".join(
        f"INSERT INTO accounts_change (table_name, row_id, kind, unit_id, at) SELECT '{t}', r.{key}, '{kind}', {unit}, {_NOW} {below};"
        for kind, unit in (("d", old), ("u", new))
    )
    return (
        f"AFTER UPDATE OF {column} ON {parent.table} WHEN OLD.{column} IS NOT NEW.{column} BEGIN "
        f"DELETE FROM accounts_change WHERE table_name = '{t}' AND row_id IN (SELECT r.{key} {below}) "
        f"AND (unit_id IS {old} OR unit_id IS {new}); {lines} END"
    )


# --- What migrations call ----------------------------------------------------------------------------------------------------------


class _OfDatabase(Operation):
    """A step that changes the database and no model. Unlike RunPython it needs no models made for it, which takes a second each."""

    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No model changes."""

    def describe(self) -> str:
        return "Follow tables by the change sequence"


class Begin(_OfDatabase):
    """Make what numbers the lines."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(_NUMBERING if schema_editor.connection.vendor == "postgresql" else _ONE_LINE_A_ROW, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        schema_editor.execute(_NO_NUMBERING if is_postgresql else "DROP INDEX accounts_change_of_row", params=None)


class Follow(_OfDatabase):
    """Follow these tables from now on, with a line for each row that they hold."""

    def __init__(self, tables: Iterable[Followed]) -> None:
        self.tables = list(tables)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        if is_postgresql:
            schema_editor.execute(f"SELECT pg_advisory_xact_lock({LOCK})", params=None)
        for followed in self.tables:
            if is_postgresql:
                schema_editor.execute(_postgresql(followed), params=None)
            else:
                for name, body in _sqlite(followed).items():
                    schema_editor.execute(f"CREATE TRIGGER {name} {body}", params=None)
            moment = "clock_timestamp()" if is_postgresql else _NOW
            schema_editor.execute(
                "INSERT INTO accounts_change (table_name, row_id, kind, unit_id, at) "  # noqa: S608
                f"SELECT '{followed.table}', r.{followed.key}, 'u', {unit_of(followed.links, followed.unit, 'r')}, {moment} "
                f"FROM {followed.table} r ORDER BY r.{followed.key}",
                params=None,
            )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for followed in self.tables:
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(_not_postgresql(followed), params=None)
            else:
                for name in _sqlite(followed):
                    schema_editor.execute(f"DROP TRIGGER {name}", params=None)


class Unfollow(Follow):
    """Follow these tables no more: before a migration drops one of them, or a column that leads to the unit."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)

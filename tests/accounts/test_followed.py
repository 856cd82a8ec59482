"""Every table that may be read is followed by the change sequence, through whatever door it is written, and tells the right unit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from django.db import connection, models, transaction

from accounts.api.resources import RESOURCES
from accounts.changes import followed, latest_seq
from accounts.migrations import _triggers
from accounts.models import Change, ReportingUnit
from projects.models import Project
from tests import raw_rows
from tests.conftest import Cast
from tests.raw_rows import execute, plain_row

pytestmark = pytest.mark.django_db
MODELS = list(followed().values())
_ids = count(800_001)
Chain = list[tuple[type[models.Model], str, int]]


def steps(model: type[models.Model]) -> list[tuple[type[models.Model], Any]]:
    """From the row up to its unit: (model, column that leads on)."""
    found = []
    for name in filter(None, (getattr(model, "scope_path", None) or "").split("__")):
        field: Any = model._meta.get_field(name)
        found.append((model, field))
        model = field.related_model
    return found


def wanted(model: type[models.Model]) -> _triggers.Followed:
    path = steps(model)
    links = tuple((field.column, field.related_model._meta.db_table) for _model, field in path[:-1])
    return _triggers.Followed(model._meta.db_table, path[-1][1].column if path else "", links, str(model._meta.pk.column))


def installed() -> set[str]:
    """What the database has, as it would be written to make it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND (name LIKE '%_followed_%' OR name LIKE '%_moved_%')")
            return {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT c.relname, t.tgname, p.proname, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND t.tgname LIKE 'followed%%'"
        )
        return {f"{table} {name} {function} {source.strip()}" for table, name, function, source in cursor.fetchall()}


def expected(model: type[models.Model]) -> set[str]:
    table = wanted(model)
    if connection.vendor == "sqlite":
        return {f"CREATE TRIGGER {name} {body}" for name, body in _triggers._sqlite(table).items()}
    functions, found = {}, set()
    for statement in _triggers._postgresql(table).removesuffix(";").split(";\nCREATE "):
        words = statement.removeprefix("CREATE ").split()
        if words[0] == "FUNCTION":
            functions[words[1]] = statement.split("$$")[1].strip()
        else:
            function = words[-1]
            found.add(f"{words[words.index('ON') + 1]} {words[1]} {function.removesuffix('()')} {functions[function]}")
    return found


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.db_table)
def test_triggers_follow_the_path_of_the_scope(model: type[models.Model]) -> None:
    """A new table that may be read, or a row that reaches its unit another way, needs a migration that installs its triggers."""
    assert expected(model) - installed() == set()


def test_nothing_is_followed_that_is_not_known() -> None:
    assert installed() - set().union(*map(expected, MODELS)) == set()


@contextmanager
def anything_goes(*tables: type[models.Model]) -> Iterator[None]:
    """Rows that point nowhere are allowed, and all is taken back."""
    with transaction.atomic():
        for model in tables:
            raw_rows.allow_anything(model)
        if connection.vendor == "postgresql":
            execute("SET CONSTRAINTS accounts_change_number IMMEDIATE")
        yield
        transaction.set_rollback(True)
    raw_rows.again_strict()


def chain(model: type[models.Model], unit: ReportingUnit, above: int = 0) -> Chain:
    """A row of each table from the unit down to the parent of `model` (or of what stands `above` it): (model, column that leads on, id)."""
    made: Chain = []
    target = unit.pk
    for parent, field in reversed(steps(model)[above + 1 :]):
        row = plain_row(parent, **{field.column: target, "id": next(_ids)})
        raw_rows.insert(parent, row)
        target = row["id"]
        made.insert(0, (parent, field.column, target))
    return made


def end(made: Chain, unit: ReportingUnit) -> int:
    return made[0][2] if made else unit.pk


def lines(model: type[models.Model], since: int) -> list[tuple[int, str, int | None]]:
    rows = Change.objects.filter(seq__gt=since, table_name=model._meta.db_table).order_by("seq")
    return list(rows.values_list("row_id", "kind", "unit_id"))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.db_table)
def test_each_write_of_a_row_leaves_a_line(model: type[models.Model], cast: Cast) -> None:
    table, key = model._meta.db_table, model._meta.pk.column
    path = steps(model)
    with anything_goes(model, *(above for above, _field in path)):
        of_a, of_b = (cast.unit_a.pk, cast.unit_b.pk) if path else (None, None)
        under = [{path[0][1].column: end(chain(model, cast.unit_a), cast.unit_a)} if path else {} for _n in range(4)]
        rows = [plain_row(model, **under[n], **{key: 700_001 + n}) for n in range(4)]

        start = latest_seq()
        raw_rows.insert(model, rows[0])
        raw_rows.insert(model, rows[1], rows[2])
        raw_rows.copy(model, rows[3])
        assert lines(model, start) == [(row[key], "u", of_a) for row in rows]

        start = latest_seq()
        execute(f"UPDATE {table} SET {key} = {key} WHERE {key} IN (700001, 700003)")
        assert sorted(lines(model, start)) == [(700_001, "u", of_a), (700_003, "u", of_a)]
        execute(f"UPDATE {table} SET {key} = {key} WHERE {key} = 700009")

        if path:
            goal = end(chain(model, cast.unit_b), cast.unit_b)
            start = latest_seq()
            execute(f"UPDATE {table} SET {path[0][1].column} = %s WHERE {key} = 700002", goal)
            assert lines(model, start) == [(700_002, "d", of_a), (700_002, "u", of_b)]

        start = latest_seq()
        execute(f"DELETE FROM {table} WHERE {key} IN (700001, 700002)")
        assert sorted(lines(model, start)) == [(700_001, "d", of_a), (700_002, "d", of_b)]


MOVED = [(model, at) for model in MODELS for at in range(1, len(steps(model)))]


@pytest.mark.parametrize(("model", "at"), MOVED, ids=[f"{model._meta.db_table}-{at}" for model, at in MOVED])
def test_what_hangs_on_a_row_goes_with_it_to_another_unit(model: type[models.Model], at: int, cast: Cast) -> None:
    key = model._meta.pk.column
    path = steps(model)
    rows_ = 1 if path[0][1].one_to_one else 2
    with anything_goes(model, *(above for above, _field in path)):
        a = chain(model, cast.unit_a)
        goal = end(chain(model, cast.unit_b, at), cast.unit_b)
        raw_rows.insert(model, *(plain_row(model, **{path[0][1].column: a[0][2], key: 700_001 + n}) for n in range(rows_)))
        above, column, own = a[at - 1]
        start = latest_seq()
        execute(f"UPDATE {above._meta.db_table} SET {column} = %s WHERE id = %s", goal, own)
        of_a, of_b = cast.unit_a.pk, cast.unit_b.pk
        told = [(700_001 + n, kind, unit) for kind, unit in (("d", of_a), ("u", of_b)) for n in range(rows_)]
        assert lines(model, start) == told


def test_a_write_that_moves_nothing_tells_no_other_unit(cast: Cast) -> None:
    with anything_goes(Project):
        raw_rows.insert(Project, plain_row(Project, unit_id=cast.unit_a.pk, id=700_001))
        start = latest_seq()
        execute("UPDATE projects_project SET unit_id = unit_id, name = 'x'")
        assert lines(Project, start) == [(700_001, "u", cast.unit_a.pk)]


def test_whatever_machines_can_read_is_followed() -> None:
    """A mirror made from the API could never follow a resource that is not."""
    kept = {resource.model._meta.db_table for resource in RESOURCES.values() if resource.model._meta.managed}  # a view is of what never changes
    assert kept - set(followed()) == set()

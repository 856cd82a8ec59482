"""The star for BI tools: its sums are those of every other door, and a login reads its unit's rows and nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from accounts.api.resources import RESOURCES
from accounts.models import AuditEvent
from funding.figures import central_by_plan, flow_of, quota_of_year
from funding.ledger import Step
from funding.models import Bond, CentralPlan, FundEntry
from projects.figures import figures_of, with_figures
from projects.models import Project
from projects.moment import Moment
from projects.values import Month
from reports.bi.facts import FACTS, VIEWS, views_of
from reports.bi.install import group_role
from reports.bi.logins import LoginRefusedError, add_login, login_name, remove_login
from reports.models import BiLogin
from tests.factories import make_entry, make_list, make_month, make_plan, make_project, make_unit, make_version
from tests.funding.money import give, make_bond, make_central, make_quota, of_bond, of_plan

PASSWORD = "a-long-test-password"
_SCOPED = [view.name for view in VIEWS if view.unit and not view.only]


def build() -> None:
    """Two units, each with a project that has something in every fact."""
    make_quota(70_000)
    bond, plan, version = make_bond(50_000), make_central(10_000), make_version(make_list())
    for number, unit in enumerate([make_unit("市南区"), make_unit("市北区")], start=1):
        project = make_project(f"项目{number}", unit, total_wan=Decimal("1234.567891") * number)
        make_plan(project, Decimal("300.000001") * number)
        make_month(project, done_month_wan=Decimal("0.1") * number, done_ytd_wan=Decimal("33.3") * number)
        make_entry(version, project)
        for step, amount in ((Step.ASSIGN, 900), (Step.ARRIVE, 500), (Step.PAY, 200)):
            give(of_bond(project, bond), step, amount * number)
            give(of_plan(project, plan), step, Decimal(amount * number) / 10)


def ask(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def amounts(query: str) -> list[Decimal]:
    """The sums of one line. SQLite adds floats up, so they are taken to the 分 here."""
    return [Decimal(str(value)).quantize(Decimal("0.000001")) for value in ask(query)[0]]


@pytest.mark.django_db
def test_month_and_plan_are_those_of_the_city_table() -> None:
    build()
    told = figures_of(with_figures(Project.objects.all(), Moment(Month(2020, 6))), Month(2020, 6))
    of_month = "FROM bi_month_progress WHERE year = 2020 AND month = 6 AND half = 0"
    assert amounts(f"SELECT sum(done_month_wan), sum(done_ytd_wan) {of_month}") == [told.month_wan, told.ytd_wan]
    assert amounts("SELECT sum(plan_wan) FROM bi_annual_plan WHERE year = 2020 AND month IS NULL") == [told.plan_wan]
    assert amounts("SELECT sum(total_wan) FROM bi_project") == [told.total_wan]
    assert amounts("SELECT sum(m.total_wan) FROM bi_list_membership m JOIN bi_list l ON l.id = m.version_id WHERE l.year = 2020") == [told.total_wan]


@pytest.mark.django_db
def test_money_is_that_of_the_ledger() -> None:
    build()
    flow = flow_of(FundEntry.objects.all())
    for step, wan in (("assign", flow.assigned_wan), ("arrive", flow.arrived_wan), ("pay", flow.paid_wan)):
        assert amounts(f"SELECT sum(amount_wan) FROM bi_fund_movement WHERE step = '{step}'") == [wan]
    of_bonds = flow_of(FundEntry.objects.filter(account__bond__isnull=False))
    assert amounts("SELECT sum(assigned_wan), sum(arrived_wan), sum(paid_wan) FROM bi_bond_allocation") == [
        of_bonds.assigned_wan,
        of_bonds.arrived_wan,
        of_bonds.paid_wan,
    ]
    (central,) = central_by_plan(FundEntry.objects.all(), CentralPlan.objects.all())
    assert amounts("SELECT sum(assigned_wan), sum(paid_wan) FROM bi_central_allocation WHERE source = 'central'") == [
        central.told.flow.assigned_wan,
        central.told.flow.paid_wan,
    ]
    assert amounts("SELECT sum(amount_wan) FROM bi_central_plan") == [central.told.issued_wan]
    quota = quota_of_year(2020)
    assert amounts("SELECT sum(amount_wan), sum(issued_wan), sum(left_wan) FROM bi_bond_batch WHERE year = 2020") == [
        quota.whole_wan,
        quota.taken_wan,
        quota.left_wan,
    ]
    assert amounts("SELECT sum(amount_wan) FROM bi_bond") == [Bond.objects.aggregate(total=Sum("amount_wan"))["total"]]


@pytest.mark.django_db
def test_what_was_struck_out_is_in_no_view() -> None:
    build()
    asked = "SELECT (SELECT sum(amount_wan) FROM bi_bond_batch), (SELECT sum(amount_wan) FROM bi_central_plan), (SELECT count(*) FROM bi_bond)"
    before = ask(asked)
    make_quota(5, struck_at=timezone.now())
    make_central(7, struck_at=timezone.now())
    bond = make_bond(9, make_quota(9))
    bond.struck_at = timezone.now()
    bond.save()
    (quota_wan, plans_wan, bonds), (now_quota_wan, now_plans_wan, now_bonds) = before[0], ask(asked)[0]
    assert (now_quota_wan - quota_wan, now_plans_wan, now_bonds) == (9, plans_wan, bonds)


@pytest.mark.django_db
def test_every_view_has_the_columns_it_is_said_to_have() -> None:
    with connection.cursor() as cursor:
        for view in views_of(connection.vendor):
            cursor.execute(f"SELECT * FROM {view.name} WHERE 1 = 0")
            assert [column[0] for column in cursor.description] == [held.column.name for held in view.columns]
    assert all(view.unit for view in FACTS if "unit_id" in {held.column.name for held in view.columns}), "what names a unit is held to it"


@pytest.mark.django_db
def test_every_view_and_column_has_its_chinese_comment() -> None:
    if connection.vendor != "postgresql":  # SQLite has no comments
        return
    comments = dict(
        ask(
            "SELECT c.relname || coalesce('.' || a.attname, ''), d.description FROM pg_description d JOIN pg_class c ON c.oid = d.objoid "
            "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0 WHERE c.relkind = 'v'"
        )
    )
    wanted = {view.name: view.heading for view in VIEWS}
    wanted |= {f"{view.name}.{held.column.name}": held.column.title for view in VIEWS for held in view.columns}
    assert {name: comments.get(name) for name in wanted} == wanted


@pytest.mark.django_db
def test_views_are_made_anew_by_migrate() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW bi_unit")
    call_command("migrate", verbosity=0)
    assert ask("SELECT count(*) FROM bi_unit") == [(0,)]


@contextmanager
def connected(name: str) -> Iterator[psycopg.Connection]:
    given = connection.settings_dict
    where = {"host": given["HOST"], "port": given["PORT"] or None, "dbname": given["NAME"]}
    with psycopg.connect(user=name, password=PASSWORD, autocommit=True, **where) as session:
        yield session


@contextmanager
def logins(*words: tuple[str, Any]) -> Iterator[list[str]]:
    made = [add_login(word, unit, PASSWORD)[0].name for word, unit in words]
    try:
        yield made
    finally:
        for name in made:
            if BiLogin.objects.filter(name=name).exists():
                remove_login(name)


@pytest.mark.django_db(transaction=True)
def test_login_reads_its_unit_and_nothing_else() -> None:
    if connection.vendor != "postgresql":
        with pytest.raises(LoginRefusedError, match="SQLite"):
            add_login("laoshan", None)
        return
    build()
    mine = Project.objects.get(name="项目1")
    with logins(("one", mine.unit), ("all", None)) as (one, whole_city):
        with connected(one) as session:
            for name in _SCOPED:
                assert {row[0] for row in session.execute(f"SELECT unit_id FROM {name}")} == {mine.unit_id}, name
                theirs = session.execute(f"SELECT count(*) FROM {name} WHERE unit_id <> {mine.unit_id}").fetchone()
                assert theirs == (0,), name
            _cannot_reach_round(session, mine)
        with connected(whole_city) as session:
            assert session.execute("SELECT count(DISTINCT unit_id) FROM bi_project").fetchone() == (2,)


def _cannot_reach_round(session: psycopg.Connection, mine: Project) -> None:
    """Base tables, writing, and the ways by which a view might be talked round."""
    session.execute("SET default_transaction_read_only = off")  # anybody may: it keeps from mistakes; what holds are the rights
    tables = ("projects_project", "projects_monthreport", "funding_fundentry", "accounts_user", "reports_bilogin", "projects_historicalproject")
    for statement in (
        *(f"SELECT * FROM {table}" for table in tables),
        "UPDATE bi_unit SET name = 'x'",
        "DELETE FROM bi_bond_batch",
        "INSERT INTO reports_bilogin (name, created_at) VALUES (current_user, now())",
        f'SET ROLE "{connection.settings_dict["USER"] or "postgres"}"',
        "DROP VIEW bi_unit",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(statement)
    # A table of one's own of the same name, found before ours: the views mean ours.
    session.execute("CREATE TEMPORARY TABLE reports_bilogin AS SELECT current_user::text AS name, NULL::bigint AS unit_id")
    # A function that would tell what it sees is not asked about rows that the view holds back.
    session.execute(
        "CREATE FUNCTION pg_temp.tell(name text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
        "$$ BEGIN IF name = '项目2' THEN RAISE EXCEPTION 'seen'; END IF; RETURN true; END $$"
    )
    assert session.execute("SELECT name FROM bi_project WHERE pg_temp.tell(name)").fetchall() == [(mine.name,)]


@pytest.mark.django_db(transaction=True)
def test_command_adds_lists_and_removes_logins() -> None:
    if connection.vendor != "postgresql":
        with pytest.raises(CommandError, match="SQLite"):
            call_command("bi_role", "add", "laoshan", "--city")
        return
    unit = make_unit("崂山区")
    out = io.StringIO()
    call_command("bi_role", "add", "laoshan", "--unit", unit.key, stdout=out)
    name = login_name("laoshan")
    try:
        assert name in out.getvalue()
        call_command("bi_role", "list", stdout=(listed := io.StringIO()))
        assert f"{name}\t崂山区" in listed.getvalue()
        with pytest.raises(CommandError, match="已存在"):
            call_command("bi_role", "add", "laoshan", "--city")
        with connected(name) as session:
            assert session.execute("SELECT count(*) FROM bi_project").fetchone() == (0,)
            call_command("bi_role", "remove", "laoshan", stdout=out)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute("SELECT count(*) FROM bi_bond")
    finally:
        if BiLogin.objects.exists():
            remove_login(name)
    assert list(AuditEvent.objects.order_by("id").values_list("event", flat=True)) == ["bi.add", "bi.delete"]
    assert out.getvalue().splitlines()[1].split(": ")[1] not in str(list(AuditEvent.objects.values_list("detail", flat=True)))
    call_command("bi_role", "sql", stdout=out)
    assert "GRANT SELECT ON bi_project, " in out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["", "Postgres", "a;drop", "中文", "x" * 30, '"quoted"'])
def test_login_name_that_is_none(word: str) -> None:
    with pytest.raises(LoginRefusedError):
        login_name(word)
    assert login_name("laoshan") == f"{group_role()}_laoshan" == login_name(login_name("laoshan"))


@pytest.mark.django_db
def test_command_asks_for_one_reach() -> None:
    for options in ([], ["--unit", "x", "--city"]):
        with pytest.raises(CommandError, match="二者取一"):
            call_command("bi_role", "add", "laoshan", *options)
    with pytest.raises(CommandError, match="没有标识"):
        call_command("bi_role", "add", "laoshan", "--unit", "no-such")


# View → the resource of the REST door that reads the same table.
_RESOURCES = {
    "bi_project": "projects",
    "bi_month": "periods",
    "bi_month_progress": "months",
    "bi_annual_plan": "annual-plans",
    "bi_list": "list-versions",
    "bi_list_membership": "list-entries",
    "bi_sector": "classifications",
}
# What a star has and a table door has not: the keys of its dimensions beside the fact, and what is joined for reading.
_STAR_ONLY = {"year_month", "kind", "sector_id", "code", "name"}


def test_names_are_those_of_the_rest_door() -> None:
    for view in VIEWS:
        if resource := RESOURCES.get(_RESOURCES.get(view.name, "")):
            assert {held.column.name for held in view.columns} - set(resource.by_name) - _STAR_ONLY == set(), view.name

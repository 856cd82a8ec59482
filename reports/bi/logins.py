"""Gives and takes the PostgreSQL logins that read the star.

A login is a role of the cluster, so its name begins with the group's: this program can never touch a role that it did not make.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

from django.db import connection, transaction

from accounts.audit import record
from accounts.models import ReportingUnit
from reports.bi.install import create_group, group_grants, group_role, may_create_roles, quoted, role_exists
from reports.models import BiLogin

_WORD = re.compile(r"[a-z][a-z0-9_]{0,18}")
_SHORTEST_PASSWORD = 12
_MOST_CONNECTIONS = 10


class LoginRefusedError(Exception):
    """What was asked can not be done; `zh` and `en` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


def login_name(word: str) -> str:
    """The role of a login's short name."""
    short = word.removeprefix(f"{group_role()}_")
    if not _WORD.fullmatch(short):
        raise LoginRefusedError(
            f"登录名“{word}”不合规：请用小写字母开头，只含小写字母、数字和下划线，最多19个字符",
            f"{word!r} is no login name: begin with a lower-case letter, then letters, digits or _, at most 19",
        )
    return f"{group_role()}_{short}"


def add_login(word: str, unit: ReportingUnit | None, password: str = "") -> tuple[BiLogin, str]:
    """Make a login of a unit, or of the city; gives its password, made here if none is given. Nothing keeps it but PostgreSQL's own hash."""
    _require_postgres()
    name = login_name(word)
    if BiLogin.objects.filter(name=name).exists() or role_exists(name):
        raise LoginRefusedError(f"登录名“{name}”已存在：请换一个，或先用 remove 删除", f"{name} exists: take another, or remove it first")
    if password and len(password) < _SHORTEST_PASSWORD:
        raise LoginRefusedError(f"密码太短：至少{_SHORTEST_PASSWORD}个字符", f"the password is too short: at least {_SHORTEST_PASSWORD} characters")
    password = password or secrets.token_urlsafe(18)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _role_statements(name, _hashed(password, name)):
            cursor.execute(statement)
        login = BiLogin.objects.create(name=name, unit=unit)
        record("bi.add", obj=login, name=name, unit=unit.short_name if unit else "")
    return login, password


def remove_login(word: str) -> str:
    """Take a login away: from now on nobody connects by it, and whoever is connected reads nothing more."""
    _require_postgres()
    name = login_name(word)
    login = BiLogin.objects.filter(name=name).first()
    if login is None and not role_exists(name):
        raise LoginRefusedError(f"没有登录名“{name}”：用 list 查看已有的", f"there is no {name}: see `list`")
    with transaction.atomic(), connection.cursor() as cursor:
        if role_exists(name):
            cursor.execute(f"DROP ROLE {quoted(name)}")
        if login is not None:
            record("bi.delete", obj=login, name=name, unit=login.unit.short_name if login.unit else "")
            login.delete()
    return name


def _role_statements(name: str, hashed: str) -> Iterator[str]:
    role = quoted(name)
    yield f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT {_MOST_CONNECTIONS} PASSWORD '{hashed}'"
    yield f"GRANT {quoted(group_role())} TO {role}"
    yield f"ALTER ROLE {role} SET default_transaction_read_only = on"
    yield f"ALTER ROLE {role} SET statement_timeout = '5min'"


def _hashed(password: str, name: str) -> str:
    """The password as PostgreSQL keeps it: so it stands in no statement and no log of the server."""
    connection.ensure_connection()
    made: bytes = connection.connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    return made.decode()


def _require_postgres() -> None:
    if connection.vendor != "postgresql":
        raise LoginRefusedError(
            "SQLite 没有数据库登录：视图 bi_* 可直接从数据库文件读取", "SQLite has no logins: read the views bi_* from the file of the database"
        )
    if not role_exists() or not may_create_roles():
        raise LoginRefusedError(
            f"数据库角色“{group_role()}”尚未建立，或本程序的数据库账号无权建立角色。请数据库管理员执行 manage.py bi_role sql 打印的语句",
            f"there is no role {group_role()}, or our database account may not create roles: have the DBA run what `manage.py bi_role sql` prints",
        )


def dba_statements() -> list[str]:
    """What a database administrator runs where this program may not create roles."""
    if connection.vendor != "postgresql":
        raise LoginRefusedError("SQLite 没有角色", "SQLite has no roles")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = quoted(str(cursor.fetchone()[0]))
    begun = [] if role_exists() else [create_group()]
    return [*begun, *group_grants(), f"ALTER ROLE {owner} CREATEROLE", f"GRANT {quoted(group_role())} TO {owner} WITH ADMIN OPTION"]

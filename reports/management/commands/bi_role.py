"""`manage.py bi_role`: the PostgreSQL logins of BI tools, each held to a unit's rows of the views `bi_*`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import ReportingUnit
from reports.bi.logins import LoginRefusedError, add_login, dba_statements, remove_login
from reports.models import BiLogin


class Command(BaseCommand):
    help = "PostgreSQL logins for BI tools: `add NAME --unit KEY` (or --city), `remove NAME`, `list`, and `sql` for the database administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["add", "remove", "list", "sql"])
        parser.add_argument("name", nargs="?", default="", help="short name of the login; the role is DATABASE_bi_NAME")
        parser.add_argument("--unit", default="", help="key of the reporting unit whose rows it reads")
        parser.add_argument("--city", action="store_true", help="it reads the whole city's rows")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input instead of making one")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except LoginRefusedError as refused:
            raise CommandError(str(refused)) from refused

    def _add(self, options: dict[str, Any]) -> None:
        if bool(options["unit"]) == options["city"]:
            raise CommandError("请给出 --unit 单位标识，或 --city（全市），二者取一 / give either --unit KEY or --city")
        unit = ReportingUnit.objects.filter(key=options["unit"]).first()
        if options["unit"] and unit is None:
            raise CommandError(f"没有标识为“{options['unit']}”的填报单位 / there is no unit with the key {options['unit']!r}")
        given = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else ""
        if options["password_stdin"] and not given:
            raise CommandError("标准输入中没有密码 / standard input has no password")
        login, password = add_login(options["name"], unit, given)
        self.stdout.write(f"已建立 / added: {login.name}（{unit.name if unit else '全市'}）")
        if not given:
            self.stdout.write(f"密码（只显示这一次）/ password, shown once: {password}")

    def _remove(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"已删除 / removed: {remove_login(options['name'])}")

    def _list(self, options: dict[str, Any]) -> None:
        for login in BiLogin.objects.select_related("unit"):
            self.stdout.write(f"{login.name}\t{login.unit.name if login.unit else '全市'}\t{login.created_at:%Y-%m-%d}")

    def _sql(self, options: dict[str, Any]) -> None:
        for statement in dba_statements():
            self.stdout.write(f"{statement};")

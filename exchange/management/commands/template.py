"""`manage.py template --unit NAME --period YYYY-MM --output FILE`: a unit's own projects as a workbook to fill in."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from accounts.models import ReportingUnit, User
from exchange.services.faults import UploadError
from exchange.services.lookups import Lookups
from exchange.services.template import make_template
from exchange.sheets import Kind
from exchange.sheets.template import TEMPLATE_KINDS
from projects.period import FORM_EN, FORM_ZH, Period

REFUSED = 2


class Command(BaseCommand):
    help = "Write a unit's template for a month: its own projects, ready to be filled in. Exit status: 0 written, 2 refused."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, help="reporting unit by name, short name or alias")
        parser.add_argument("--period", help="the month reported, YYYY-MM (a half month: YYYY-MMA, YYYY-MMB); of a list its year counts")
        parser.add_argument("--kind", choices=[kind.value for kind in TEMPLATE_KINDS], default=Kind.MONTHLY.value)
        parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="where to write the .xlsx; an existing file is replaced")
        parser.add_argument("--user", help="the person it is made for, by sign-in name; scope and event log are that person's")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = Kind(options["kind"])
        period = self._period(options["period"], kind)
        output: Path = options["output"]
        if output.suffix.lower() != ".xlsx":
            raise CommandError(f"--output {output}: the file is an .xlsx; name it so", returncode=REFUSED)
        unit = self._unit(options["unit"])
        actor = self._actor(options["user"])
        try:
            made = make_template(unit, period, actor=actor, kind=kind)
        except UploadError as refusal:
            raise CommandError(f"{refusal.zh}\n{refusal.en}", returncode=REFUSED) from refusal
        try:
            output.write_bytes(made.content)
        except OSError as error:
            raise CommandError(f"--output {output}: can't write it: {error.strerror}", returncode=REFUSED) from error
        for line in made.note:
            if line:
                self.stderr.write(line)
        self.stdout.write(f"{output}: {unit.name}，{made.projects}个项目")

    def _period(self, text: str | None, kind: Kind) -> Period | None:
        if text is None and kind is not Kind.MONTHLY:
            return None  # a list of this year's plan
        if text is None:
            raise CommandError(
                f"缺少 --period：请按 YYYY-MM 给出填报月份，如 {FORM_ZH}\n--period is missing: give the month as {FORM_EN}",
                returncode=REFUSED,
            )
        try:
            period = Period.parse(text)
        except ValueError:
            raise CommandError(
                f"--period {text}：不是月份，请按 YYYY-MM 填写，如 {FORM_ZH}\n--period {text}: give a month as {FORM_EN}",
                returncode=REFUSED,
            ) from None
        return period

    def _unit(self, name: str) -> ReportingUnit:
        try:
            unit = Lookups.load(None).unit(name) if self._is_ready() else None
        except DatabaseError as error:
            raise CommandError(f"the database can't be read: {error}", returncode=REFUSED) from error
        if unit is None:
            raise CommandError(
                f"--unit {name}：没有这个填报单位（是否已执行 load_reference？）\n--unit {name}: no such reporting unit (load_reference first?)",
                returncode=REFUSED,
            )
        return unit

    def _actor(self, name: str | None) -> User | None:
        if name is None:
            return None
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            zh = f"--user {name}：没有这个登录名的用户"
            raise CommandError(f"{zh}\n--user {name}: nobody signs in by that name", returncode=REFUSED)
        return user

    @staticmethod
    def _is_ready() -> bool:
        """Whether the tables exist."""
        return ReportingUnit._meta.db_table in connection.introspection.table_names()

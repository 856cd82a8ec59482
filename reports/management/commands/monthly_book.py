"""`manage.py monthly_book --period 2020-06 --out FILE`: the official monthly tables in one workbook."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import audit
from reports.book import monthly_book
from reports.management.asking import read_cut, read_day, read_period, read_user
from reports.parameters import address_of
from reports.selection import Question, reach_of, whole_reach


class Command(BaseCommand):
    help = "Write the official monthly tables as one workbook. The same question at the same cut is the same file, byte for byte."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", metavar="YYYY-MM", help="the month, or a half of it (2020-06A); without it the newest that was reported")
        parser.add_argument("--known", metavar="YYYY-MM-DD", default="", help="as the database knew it at the end of this day")
        parser.add_argument("--cut", metavar="NAME", default="", help="as a pinned cut holds it")
        parser.add_argument("--unit", metavar="KEY", default="", help="only this unit's projects")
        parser.add_argument("--approved", action="store_true", help="count approved reports only")
        parser.add_argument("--user", metavar="NAME", help="what this person may take out; without it the whole city")
        parser.add_argument("--out", metavar="FILE", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        user = read_user(options["user"])
        reach = whole_reach() if user is None else reach_of(user)
        period, cut = read_period(options["period"], reach), read_cut(options["cut"], options["known"])
        known, unit = read_day(options["known"]), options["unit"]
        if unit and not reach.units.filter(key=unit).exists():
            raise CommandError(f"--unit {unit}: 没有这个标识的填报单位 (no reporting unit has this key)")
        question = Question(period.month, half=period.half, unit=unit, known=known, cut=cut, approved=options["approved"])
        try:
            Path(options["out"]).write_bytes(monthly_book(reach, question, settings.SITE_ADDRESS).content())
        except OSError as error:
            raise CommandError(f"{options['out']}: {error.strerror}") from error
        of_cut = {"cut": cut.name} if cut else {}
        audit.record("report.export", actor=user, report="monthly_book", door="command", **address_of(question), **of_cut)
        self.stdout.write(str(options["out"]))

"""`manage.py city_table --period 2020-06`: the city table of a month in the terminal, as Excel or as JSON."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import audit
from projects.models import Project
from reports.catalogue import BY, city, city_workbook
from reports.management.asking import read_day, read_period, read_user
from reports.neutral import table_document
from reports.parameters import address_of
from reports.selection import NONE, Question, Reach, reach_of, whole_reach
from reports.text import table_text


class Command(BaseCommand):
    help = "Print the city table of a month: progress by unit, by sector or by kind of list. Without --user it speaks of the whole city."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", metavar="YYYY-MM", help="the month, or a half of it (2020-06A); without it the newest that was reported")
        parser.add_argument("--by", choices=BY, default="unit", help="what the rows are (default: unit)")
        parser.add_argument("--lists", choices=[*Project.Kind.values, NONE], default="", help="only projects on lists of this kind, or on none")
        parser.add_argument("--approved", action="store_true", help="count approved reports only")
        parser.add_argument("--known", metavar="YYYY-MM-DD", default="", help="as the database knew it at the end of this day")
        parser.add_argument("--format", choices=["text", "xlsx", "json"], default="text", dest="format_name")
        parser.add_argument("--output", metavar="FILE", help="write to a file instead of the terminal (needed for xlsx)")
        parser.add_argument("--user", metavar="NAME", help="show what this person may see")

    def handle(self, *args: Any, **options: Any) -> None:
        user = read_user(options["user"])
        reach = whole_reach() if user is None else reach_of(user)
        period = read_period(options["period"], reach)
        known = read_day(options["known"])
        question = Question(period.month, lists=options["lists"], known=known, half=period.half, approved=options["approved"])
        content = _content(reach, question, options["by"], options["format_name"])
        if options["output"]:
            try:
                Path(options["output"]).write_bytes(content)
            except OSError as error:
                raise CommandError(f"{options['output']}: {error.strerror}") from error
            audit.record("report.export", actor=user, report=f"city_progress_by_{options['by']}", door="command", **address_of(question))
            self.stdout.write(str(options["output"]))
        elif options["format_name"] == "xlsx":
            raise CommandError("a workbook goes to a file: give --output FILE")
        else:
            self.stdout.write(content.decode(), ending="")


def _content(reach: Reach, question: Question, by: str, format_name: str) -> bytes:
    if format_name == "xlsx":
        return city_workbook(reach, question, by)[1]
    table = city(reach, question, by)
    if format_name == "json":
        return (json.dumps(table_document(table), ensure_ascii=False, indent=2) + "\n").encode()
    return table_text(table).encode()

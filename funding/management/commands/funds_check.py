"""`manage.py funds_check`: the clocks and rules of money over the whole city as they stood at the end of a day. Exit 1 where a rule blocks."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from funding.asking import year_and_day
from funding.models import FundEntry
from funding.services.findings import findings
from funding.watch import watch
from funding.watch_rows import Line, city_lines, finding_rows, sections_of
from projects.findings import Severity


class Command(BaseCommand):
    help = "Print the clocks of money (quota, spending, idle money, capital, central plans) and all that the rules find. Exit 1 on errors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", default="", help="the year of quota and plans; the newest by default")
        parser.add_argument("--until", default="", help="the day, as 2020-07-10; today by default")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text for people (default), or one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            year, until = year_and_day({"year": options["year"], "until": options["until"]})
        except ValueError as unreadable:
            raise CommandError(str(unreadable)) from unreadable
        entries = FundEntry.objects.all()
        found, said = watch(entries, year, until), findings(entries, year, until, whole_city=True)
        parts = [("city", "全市", city_lines(found)), *((one.key, one.title, one.lines) for one in sections_of(found, whole_city=True))]
        rows = finding_rows(said)
        if options["format"] == "json":
            clocks = {key: [_document(line) for line in lines] for key, _title, lines in parts}
            told = [{"kind": one.kind, "id": one.key, **row} for one, row in zip(said, rows, strict=True)]
            self.stdout.write(
                json.dumps({"year": year, "until": str(until), "clocks": clocks, "findings": told}, ensure_ascii=False, indent=1, default=str)
            )
        else:
            self.stdout.write(f"{year}年资金，截至{until}（换一天看：--until 2020-07-10）")
            for _key, title, lines in parts:
                self.stdout.write("\n".join([f"【{title}】", *(f"{one.light_words} {one.name}：{one.words}" for one in lines)]))
            self.stdout.write("\n".join([f"【规则检查】{len(rows)}", *(f"[{row['severity']}] {row['words']}；{row['fix']}" for row in rows)]))
        wrong = sum(one.finding.severity is Severity.BLOCKS for one in said)
        if wrong:
            raise CommandError(f"{wrong}项不符合规则 / {wrong} findings block", returncode=1)


def _document(line: Line) -> dict[str, str]:
    return {"name": line.name, "fund": line.beside, "unit": line.unit, "light": line.light.value, "words": line.words, "url": line.url}

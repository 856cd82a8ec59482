"""`manage.py figures --period 2020-06`: the headline figures of a month as sentences, each number with its mark and the page behind it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from projects.measures import number_text
from reports.doors_page import unit_of
from reports.flat import UNITS
from reports.headlines import Headline, headlines
from reports.management.asking import read_cut, read_day, read_period, read_user
from reports.selection import Question, reach_of, whole_reach
from reports.tables import Kind
from reports.traced import Traced, question_address


class Command(BaseCommand):
    help = (
        "Print the headline figures of a month: sentences, and under each its figures with what they are made of. Without --user of the whole city."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", metavar="YYYY-MM", help="the month, or a half of it (2020-06A); without it the newest that was reported")
        parser.add_argument("--known", metavar="YYYY-MM-DD", default="", help="as the database knew it at the end of this day")
        parser.add_argument("--cut", metavar="NAME", default="", help="as a pinned cut holds it, instead of --known")
        parser.add_argument("--format", choices=["text", "json"], default="text", dest="format_name")
        parser.add_argument("--user", metavar="NAME", help="say what this person may see")

    def handle(self, *args: Any, **options: Any) -> None:
        user = read_user(options["user"])
        reach = whole_reach() if user is None else reach_of(user)
        period, cut = read_period(options["period"], reach), read_cut(options["cut"], options["known"])
        question = Question(period.month, half=period.half, known=read_day(options["known"]), cut=cut)
        found = headlines(reach, question)
        if options["format_name"] == "json":
            self.stdout.write(json.dumps(document(question, found), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(text(found), ending="")


def document(question: Question, found: list[Headline]) -> dict[str, Any]:
    """What `--format json` prints; its keys are told in docs/developers.md."""
    asked = question_address(question)
    return {
        "period": asked["period"],
        "known": asked.get("known"),
        "cut": asked.get("cut"),
        "headlines": [{"key": one.key, "sentence": one.sentence, "figures": [_figure(figure) for figure in one.figures]} for one in found],
    }


def _figure(one: Traced) -> dict[str, Any]:
    return {
        "measure": one.measure.key,
        "value": None if one.value is None else str(one.value),
        "unit": UNITS.get(one.measure.kind, ""),
        "approx": one.approx,
        "mark": one.mark,
        "address": one.address,
    }


def text(found: list[Headline]) -> str:
    lines = []
    for one in found:
        lines.append(one.sentence)
        lines += [f"    {figure.mark} = {_value(figure)}" for figure in one.figures]
    return "\n".join([*lines, ""]) if lines else "没有可说的数：本月没有在册项目，也没有资金。\n"


def _value(one: Traced) -> str:
    kind = one.measure.kind
    if kind is Kind.PERCENT:
        return number_text(one.value * 100) + "%" if one.value is not None else "—"  # type: ignore[arg-type]
    return f"{one.text(Kind.EXACT) if kind is Kind.WAN else one.text()} {unit_of(kind)}"

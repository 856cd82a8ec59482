"""`manage.py rebuild_summary`: the kept month totals, worked out anew, folded, or checked against the plain aggregate."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from projects.monthly import KEYS, SUMS
from projects.services.summing import fold, rebuild
from projects.summary import BY_PROJECT, Difference, differences, kept_months


class Command(BaseCommand):
    help = "Work the kept month totals out anew. --fold only brings them up to what was written since; --check compares and changes nothing."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        asked = parser.add_mutually_exclusive_group()
        asked.add_argument("--fold", action="store_true", help="take in what was written since the last fold (every worker does so by itself)")
        asked.add_argument("--check", action="store_true", help="name every row that is not the plain aggregate; exit status 1 if there is one")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
        elif options["fold"]:
            done = fold()
            told = "另一进程正在汇总 / another fold is at work" if done is None else f"{done.marks} marks, {done.projects} project-months folded"
            self.stdout.write(told if done is None else f"{told}, {done.new_months} new months")
        else:
            self.stdout.write(f"{len(rebuild())} months rebuilt")

    def _check(self) -> None:
        months = kept_months()
        found = differences(months)
        for one in found:
            self.stdout.write(f"{one.month} {_words(one)}")
        self.stdout.write(f"{len(months)} months checked, {len(found)} rows differ")
        if found:
            sys.exit(1)


def _words(one: Difference) -> str:
    """A row by its keys, with how much too much (or, below nought, too little) each column holds."""
    names = (*(BY_PROJECT if one.by_project else KEYS), *SUMS)
    return " ".join(f"{name}={value}" for name, value in zip(names, one.row, strict=True) if value not in (0, "", None))

"""`manage.py remind`: locks the months whose planned day has come, and chases the units that have not reported a month. For a timer: it
says the same thing once a day."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from projects.models import ReportingPeriod, unlocked
from projects.period import FORM_EN, Period
from projects.services.periods import LOCKED_ITSELF, lock_due, stored_period, words_of
from projects.services.reminders import Sent, remind


class Command(BaseCommand):
    help = "Remind the units that have not reported a month, by e-mail and webhook, once per unit and day. Exit 1 if a message was not sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--period",
            help="the month reported, YYYY-MM (a half: YYYY-MMA); default: every open month whose due day is near or past",
        )
        parser.add_argument("--days", type=int, default=5, help="how many days before the due day a month begins to be chased (default 5)")
        parser.add_argument("--dry-run", action="store_true", help="print what would be sent to whom, and what could not be; send and note nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        for period in () if options["dry_run"] else lock_due():
            self.stdout.write(f"= {words_of(period)[0]} {LOCKED_ITSELF}")
        rehearsed = options["dry_run"]
        told: list[Sent] = []
        for period in self._periods(options):
            chased = remind(period=period, dry_run=rehearsed)
            if not chased:
                self.stdout.write(f"= {words_of(period)[0]} {_nobody(period)}")
            for sent in chased:
                mark = "-" if sent.skipped else "!" if not sent.ok else "?" if rehearsed else "+"
                told.append(sent)
                self.stdout.write(f"{mark} {period.as_period} {sent.unit.short_name} {sent.channel}: {sent.told}")
        failed = sum(not sent.ok for sent in told)
        if rehearsed:
            would = sum(sent.ok and not sent.skipped for sent in told)
            self.stdout.write(f"--dry-run: nothing was sent or noted; {would} would be sent, {failed} could not be")
        elif failed:
            raise CommandError(f"{failed} reminders were not sent")

    def _periods(self, options: dict[str, Any]) -> list[ReportingPeriod]:
        if options["period"] is None:
            near = timezone.localdate() + timedelta(days=options["days"])
            return list(ReportingPeriod.objects.filter(unlocked(), due_on__lte=near).order_by("year", "month", "half"))
        try:
            asked = Period.parse(options["period"])
        except ValueError:
            raise CommandError(f"--period {options['period']}: give a month as {FORM_EN}") from None
        found = stored_period(asked)
        if found is None:
            raise CommandError(f"--period {asked}: nobody has opened or reported this month")
        return [found]


def _nobody(period: ReportingPeriod) -> str:
    """Why no unit is chased for a month."""
    since = period.locked_since()
    return "没有欠报的单位，不催报 (no unit owes it)" if since is None else f"已于{since:%Y-%m-%d}锁定，不再催报 (locked: nobody is chased)"

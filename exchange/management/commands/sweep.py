"""`manage.py sweep`: brings again what lost its worker. Every worker does so by itself; this is for a shell, or a timer."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from exchange.services import progress
from exchange.tasks import sweep


class Command(BaseCommand):
    help = "Bring jobs whose process is gone into the queue again, and say which workers are alive."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        again = sweep()
        for job in again:
            self.stdout.write(f"#{job.pk} {job.get_verb_display()} {job.upload or ''} ({job.attempts}): {job.worker or '—'}")
        workers = progress.living_workers()
        self.stdout.write(f"重新排队 / brought again: {len(again)}；运行中的后台进程 / workers alive: {', '.join(workers) or '0'}")

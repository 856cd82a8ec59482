"""`manage.py compact_changes`: drop the lines of the change sequence that newer lines of the same rows have overtaken."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.changes import compact


class Command(BaseCommand):
    help = "Drop lines of the change sequence that a newer line of the same row and unit has overtaken; who follows it misses nothing by it."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{compact()} lines dropped")

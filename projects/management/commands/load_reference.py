"""`manage.py load_reference`: divisions, units, classifications, thresholds and stage fields from JSON."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from projects.services.reference import load_reference


class Command(BaseCommand):
    help = "Load reference data (divisions, units, classifications, thresholds, stage fields). Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dir", default=str(settings.BASE_DIR / "fixtures" / "reference"), help="folder with the JSON files")
        parser.add_argument("--overwrite", action="store_true", help="bring rows that were changed in the admin back to the file's values")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, count in load_reference(Path(options["dir"]), overwrite=options["overwrite"]).items():
            self.stdout.write(f"{name}: {count} written")

"""`manage.py load_reference`: divisions, units, classifications, thresholds and stage fields from JSON."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from projects.services.reference import FILES, load_reference


class Command(BaseCommand):
    help = "Load reference data (divisions, units, classifications, thresholds, stage fields). Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dir", default=str(settings.BASE_DIR / "fixtures" / "reference"), help="folder with the JSON files")
        parser.add_argument("--overwrite", action="store_true", help="bring rows that were changed in the admin back to the file's values")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["dir"])
        if not any((folder / f"{name}.json").exists() for name in FILES):
            raise CommandError(f"{folder}: none of the reference files is there ({', '.join(f'{name}.json' for name in FILES)})")
        for name, count in load_reference(folder, overwrite=options["overwrite"]).items():
            self.stdout.write(f"{name}: {count} written")

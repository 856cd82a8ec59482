"""A second opinion: libcoveoc4ids, offline, on the vendored schema.

Out of the box it fetches schema and codelists. Pointed at a folder it still fails to open the package schema's one absolute reference,
says so nowhere but in `json_deref_error`, and from then on checks no codelist: so that reference is made a local one, and whoever asks
must see that nothing went wrong.
"""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

from libcove.lib.common import get_schema_codelist_paths
from libcoveoc4ids.common_checks import common_checks_oc4ids
from libcoveoc4ids.config import LibCoveOC4IDSConfig
from libcoveoc4ids.schema import SchemaOC4IDS

from reports.oc4ids.gate import FOLDER, PACKAGE, PROJECT

REMOTE = "https://standard.open-contracting.org/infrastructure/schema/0__9__5/project-schema.json"


class Offline(SchemaOC4IDS):
    """The schema as it lies here."""

    json_deref_error: str | None = None

    def __init__(self) -> None:
        super().__init__(LibCoveOC4IDSConfig({"schema_host": f"{FOLDER}/"}))

    @property
    def schema_str(self) -> str:
        return (FOLDER / PROJECT).read_text(encoding="utf-8")

    @property
    def pkg_schema_str(self) -> str:
        text = (FOLDER / PACKAGE).read_text(encoding="utf-8")
        assert text.count(f'"{REMOTE}"') == 1
        return text.replace(f'"{REMOTE}"', f'"{PROJECT}"')

    def process_codelists(self) -> None:
        self.core_codelist_schema_paths = get_schema_codelist_paths(self, use_extensions=False)
        self.extended_codelist_schema_paths = self.core_codelist_schema_paths
        names = {value[0] for value in self.core_codelist_schema_paths.values()}
        self.core_codelists = {name: codelist(name) for name in names}
        self.extended_codelists = self.core_codelists


class Uncured(Offline):
    """The trap: the reference as it is published."""

    @property
    def pkg_schema_str(self) -> str:
        return (FOLDER / PACKAGE).read_text(encoding="utf-8")


def codelist(name: str) -> dict[str, str]:
    with (FOLDER / "codelists" / name).open(encoding="utf-8", newline="") as file:
        return {row["Code"]: row["Title"] for row in csv.DictReader(file)}


def opinion(package: dict[str, Any], schema: Offline | None = None) -> tuple[dict[str, Any], Offline]:
    """All that the library says of a package, and the schema it asked."""
    schema = schema or Offline()
    with tempfile.TemporaryDirectory() as folder:
        told = common_checks_oc4ids({"file_type": "json"}, str(Path(folder)), package, schema, cache=False)
    return told, schema

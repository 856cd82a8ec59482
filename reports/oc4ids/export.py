"""Writes the package: project by project through the gate into a temporary file, which takes its place only when all of it stands.

What is not public is not in it, whoever asks: a person's reach can only leave out more.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation

from exchange.outflow import one_state
from projects.models import Project
from reports.oc4ids.gate import Fault, Gate
from reports.oc4ids.mapping import project_document
from reports.oc4ids.queries import blocks

VERSION = "0.9"  # the schema's pattern takes two numbers, though it is 0.9.5 that is meant
PLACEHOLDER = "oc4ids-000000"
KEPT = 1000  # faults that are named; the rest are counted


@dataclass(slots=True)
class Outcome:
    """What became of an export: how many projects are in it, how many are not public, and what the gate found."""

    written: int = 0
    closed: int = 0
    faults: list[Fault] = field(default_factory=list)
    more_faults: int = 0
    sha256: str = ""

    @property
    def stands(self) -> bool:
        return not self.faults

    def blame(self, faults: list[Fault]) -> None:
        room = KEPT - len(self.faults)
        self.faults += faults[:room]
        self.more_faults += len(faults[room:]) if room < len(faults) else 0


def head(now: datetime) -> dict[str, Any]:
    """The package around the projects."""
    return {
        "uri": settings.OC4IDS_URI,
        "publishedDate": timezone.localtime(now).isoformat(timespec="seconds"),
        "version": VERSION,
        "publisher": {"name": settings.OC4IDS_PUBLISHER},
    }


def is_placeholder() -> bool:
    """Whether the prefix is not one that was registered with the standard's keeper: what carries it must not be called published."""
    return bool(settings.OC4IDS_PREFIX == PLACEHOLDER)


def write_package(target: BinaryIO, projects: QuerySet[Project], until: datetime | None = None) -> Outcome:
    """Write all that is public of these projects. Constant memory but for the ids. The texts are Chinese, whoever asks.

    What is written is only good if the outcome stands.
    """
    gate, outcome, digest = Gate(settings.OC4IDS_PREFIX), Outcome(), hashlib.sha256()

    def put(part: bytes) -> None:
        target.write(part)
        digest.update(part)

    opening = head(timezone.now())
    outcome.blame(gate.package(opening))
    put(orjson.dumps(opening)[:-1] + b',"projects":[')
    with one_state(), translation.override("zh-hans"):
        for block in blocks(projects, until):
            outcome.closed += block.closed
            for told in block.told:
                document = project_document(told.facts, told.shown, settings.OC4IDS_PREFIX)
                outcome.blame(gate.project(document))
                put((b",\n" if outcome.written else b"\n") + orjson.dumps(document))
                outcome.written += 1
    put(b"\n]}\n")
    if not outcome.written:
        outcome.blame([Fault("", "projects", "no project is public: the standard has no package without projects")])
    outcome.sha256 = digest.hexdigest()
    return outcome


@contextmanager
def _beside(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A temporary file in the same folder, gone again if nobody moved it."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            yield file, Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def export_file(path: Path, projects: QuerySet[Project], until: datetime | None = None) -> Outcome:
    """Write the package to a file, whole or not at all: what was there stays until the new one stands."""
    with _beside(path) as (file, temporary):
        outcome = write_package(file, projects, until)
        if outcome.stands:
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
    return outcome

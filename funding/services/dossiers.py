"""Keeps the files of a dossier's papers: each as it came, none ever thrown away; and says how the projects that get bond money stand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from funding.models import Dossier, DossierPaper, FundAccount, PaperFile
from funding.records import PAPERS, ZERO, DossierRecord
from funding.services.checks import dossier_records
from funding.services.ledger import told
from projects.attachments import shown_name
from projects.models import Project, Source, changes_from


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@transaction.atomic
def keep_file(paper: DossierPaper, filename: str, content: bytes, *, source: Source) -> PaperFile | None:
    """Add a file to a paper and name it as the newest; None where the newest is the very same."""
    name, mark = shown_name(filename), digest(content)
    newest = paper.files.defer("content").order_by("-id").first()
    if newest is not None and newest.sha256 == mark and newest.filename == name:
        return None
    kept = PaperFile.objects.create(paper=paper, filename=name, sha256=mark, size=len(content), content=content, **told(source))
    if (paper.filename, paper.sha256) != (name, mark):
        paper.filename, paper.sha256 = name, mark
        with changes_from(source):
            paper.save(update_fields=["filename", "sha256"])
    return kept


@dataclass(frozen=True, slots=True)
class Shown:
    """A project that has bond money, or asks for it, and what it shows for that."""

    project: Project
    assigned_wan: Decimal
    record: DossierRecord
    dossier_id: int | None

    @property
    def lacking(self) -> frozenset[str]:
        """What is not there: kinds of papers, `coverage`, `income`."""
        gaps = {kind for kind in PAPERS if kind not in self.record.papers}
        if self.record.coverage is None:
            gaps.add("coverage")
        if not self.record.sources and not self.record.income_wan:
            gaps.add("income")
        return frozenset(gaps)


def bond_projects(projects: QuerySet[Project], year: int) -> list[Shown]:
    """Of some projects those with bond money or a dossier, in print order. Six queries."""
    accounts = FundAccount.objects.filter(bond__isnull=False, assigned_wan__gt=0).order_by()
    given = dict(accounts.values_list("project").annotate(Sum("assigned_wan")))
    dossiers = dict(Dossier.objects.values_list("project", "pk"))
    rows = projects.filter(Q(pk__among=sorted(given)) | Q(pk__among=sorted(dossiers))).select_related("unit").order_by("unit__sort_order", "name")
    found: Sequence[Project] = list(rows)
    records = dossier_records(found, year)
    return [Shown(project, given.get(project.pk, ZERO), records[project.pk], dossiers.get(project.pk)) for project in found]


def file_of(files: QuerySet[PaperFile], key: int) -> Any:
    """A file with its bytes and its paper; None where it is not among them."""
    return files.filter(pk=key).select_related("paper__dossier__project").first()

"""What a project shows for bond money, on its own page; as it was known on a past day, where the page is asked for that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.roles import Action
from accounts.scope import reaches
from funding.admin.dossier_forms import findings_told
from funding.models import Dossier, DossierPaper, FundAccount, IncomeSource, PaperFile
from funding.records import PAPERS
from projects.history import rows_at
from projects.models import Project
from projects.moment import moment_of
from projects.panels import Panel


def dossier_context(request: HttpRequest, project: Project) -> Mapping[str, Any] | None:
    """Nothing for a project that neither has bond money nor asks for it."""
    until = moment_of(request).known_until
    dossier = rows_at(Dossier, until).filter(project_id=project.pk).first()
    if dossier is None and not FundAccount.objects.filter(project=project, bond__isnull=False).exists():
        return None
    papers = list(rows_at(DossierPaper, until).filter(dossier_id=dossier.id).order_by("id")) if dossier else []
    files = {file.sha256: file.pk for file in PaperFile.objects.filter(paper__dossier__project=project).defer("content").order_by("id")}
    there = {paper.kind for paper in papers if paper.sha256}
    incomes = list(rows_at(IncomeSource, until).filter(dossier_id=dossier.id).order_by("id")) if dossier else []
    return {
        "dossier": dossier,
        "findings": findings_told(dossier, incomes) if dossier else [],
        "papers": [{"row": paper, "file": files.get(paper.sha256)} for paper in papers],
        "lacking": [DossierPaper.Kind(kind).label for kind in PAPERS if kind not in there],
        "incomes": incomes,
        "may_edit": reaches(request.user, Action.EDIT, project.unit_id),
        "project": project,
    }


PANEL = Panel("dossier", _("一案两书"), "funding/dossier_panel.html", dossier_context, order=60)

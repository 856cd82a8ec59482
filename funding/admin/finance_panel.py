"""资金方案 on the project's page: the version in force, and whether bonds and the central budget pay for one thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Action
from accounts.scope import reaches
from funding.admin.double_page import VERDICTS
from funding.double import worst
from funding.finance import Backing
from funding.finance_figures import backing, doubled, sources
from funding.models import FinancePlan, FundEntry
from projects.models import Project
from projects.panels import Panel, add_panel


def context(request: HttpRequest, project: Project) -> Mapping[str, Any] | None:
    """Nothing for a project that has no plan where the reader could not make one either."""
    plan = FinancePlan.objects.filter(project=project, state=FinancePlan.State.CURRENT).first()
    may_edit = reaches(request.user, Action.EDIT, project.unit_id)
    known = sources()
    stands = backing(Project.objects.filter(pk=project.pk), known).get(project.pk, {})
    if plan is None and not may_edit and not stands:
        return None
    found = doubled(FundEntry.objects.filter(account__project=project))
    verdict = worst(found[0].pairs) if found else None
    return {
        "plan": plan,
        "rows": [{"source": known[pk].name, "backing": one} for pk, one in stands.items()],
        "whole": Backing.total(stands.values()),
        "add_url": f"{reverse('admin:funding_financeplan_add')}?{urlencode({'project': project.pk})}" if may_edit and plan is None else "",
        "double": VERDICTS[verdict] if verdict is not None else None,
        "double_url": f"{reverse('admin:funding_double')}#project-{project.pk}",
    }


add_panel(Panel("finance", _("资金方案"), "funding/finance_panel.html", context, order=30))

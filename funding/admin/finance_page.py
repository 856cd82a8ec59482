"""The page of a version of a finance plan: source by source planned, secured, arrived; what the rules say; what the version changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Action
from accounts.scoped_admin import writable
from funding.admin.forms import day, words
from funding.admin.ruled import said
from funding.finance import Backing, moved
from funding.finance_figures import backing, finance_rules, sources
from funding.models import FinancePlan
from funding.services.finance import revise_plan
from projects.models import Door, Project, Source
from projects.workflow import Refused

_ZERO = Decimal(0)


class ReviseForm(forms.Form):
    """On what a new version stands."""

    doc_no = words(_("依据文号"), 60, required=False)
    decided_on = day(_("日期"), required=False)
    reason = words(_("调整原因"), 300, help_text=_("新版先照抄现行各来源，再在编辑页改动；现行版保留备查"))


def finance_page(page: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    if not page.has_view_permission(request):
        raise PermissionDenied
    plan = page.get_queryset(request).select_related("project__unit", "project__sector").filter(pk=object_id).first()
    if plan is None:
        raise Http404(f"finance plan {object_id}")
    # The row's post decides, not its state: to revise what was superseded meanwhile is refused in words.
    may_revise = writable(request.user, Action.EDIT, plan)
    form, refusal, status = ReviseForm(request.POST if request.method == "POST" else None, auto_id="id_revise_%s"), "", 200
    if request.method == "POST":
        if not may_revise:
            raise PermissionDenied
        if form.is_valid():
            try:
                made = revise_plan(
                    plan.pk, source=Source(door=Door.ADMIN, actor_id=request.user.pk, reason=form.cleaned_data["reason"]), **form.cleaned_data
                )
            except Refused as refused:
                refusal, status = refused.said(get_language() or "zh"), 409
            else:
                messages.success(request, gettext("已编制第%(n)s版，各来源照抄上一版，请按新的安排修改后保存。") % {"n": made.number})
                return redirect("admin:funding_financeplan_change", made.pk)
        else:
            status = 400
    context = {**_context(page, request, plan), "form": form, "refusal": refusal, "sent": request.method == "POST"}
    return TemplateResponse(request, "funding/finance.html", {**context, "may_revise": may_revise and plan.is_current}, status=status)


def _context(page: Any, request: HttpRequest, plan: FinancePlan) -> dict[str, Any]:
    versions = list(FinancePlan.objects.filter(project=plan.project_id).prefetch_related("lines__source").order_by("-number"))
    before = next((one for one in versions if one.number == plan.number - 1), None)
    total = plan.project.total_wan if plan.is_current else plan.total_wan
    rows = version_rows(plan)
    whole = Backing.total(row["backing"] for row in rows)
    rules = finance_rules(timezone.localdate())
    findings = rules.judge(plan.project, total, whole, has_lines=bool(rows))
    return {
        **page.admin_site.each_context(request),
        "title": gettext("%(project)s：资金方案") % {"project": plan.project.name},
        "head_line": gettext("第%(n)s版，%(state)s") % {"n": plan.number, "state": plan.get_state_display()},
        "plan": plan,
        "project_url": reverse("admin:projects_project_page", args=[plan.project_id]),
        "total_wan": total,
        "rows": rows,
        "whole": whole,
        "ratio": whole.capital_ratio(total),
        "least": rules.least(plan.project),
        "findings": [{"severity": finding.severity.value, "text": said(finding)} for finding in findings],
        "versions": [{"plan": one, "planned_wan": sum((line.planned_wan for line in one.lines.all()), _ZERO)} for one in versions],
        "before": before,
        "moved": moved_rows(before, plan) if before is not None else [],
        "may_change": page.has_change_permission(request, plan),
        "opts": page.opts,
    }


def version_rows(plan: FinancePlan) -> list[dict[str, Any]]:
    """A row for each source of a version. What arrived is told of the version in force alone, which money beside the plan joins."""
    known = sources()
    lines = {line.source_id: line for line in plan.lines.all()}
    if plan.is_current:
        stands = backing(Project.objects.filter(pk=plan.project_id), known).get(plan.project_id, {})
    else:
        found = {pk: Backing.of(line.planned_wan, line.secured_wan, _ZERO, line.capital_wan) for pk, line in lines.items()}
        stands = {pk: found[pk] for pk in known if pk in found}
    return [{"source": known[pk], "backing": one, "line": lines.get(pk)} for pk, one in stands.items()]


def moved_rows(before: FinancePlan, after: FinancePlan) -> list[Any]:
    """What the version changed against the one before, source by source."""
    planned = [{line.source.name: line.planned_wan for line in one.lines.select_related("source")} for one in (before, after)]
    return moved(*planned)

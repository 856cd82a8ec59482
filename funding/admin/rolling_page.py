"""The page of a rolling plan: its projects in figures, and what rolling it forward would do, before it is done."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Action
from accounts.scope import city_wide, for_user, may
from funding.admin.forms import words
from funding.admin.ruled import said
from funding.finance_figures import rolling_entries, rolling_record
from funding.models import RollingEntry, RollingPlan
from funding.rolling import judged
from funding.services.rolling import PLANNED_PRIOR, RECKONED, REPORTED, roll_forward, steps
from projects.models import Door, Source
from projects.workflow import Refused

_PRIOR = {PLANNED_PRIOR: _("下一年度计划"), REPORTED: _("12月进展"), RECKONED: _("按计划推算")}


class RollForm(forms.Form):
    reason = words(_("说明"), 300, required=False)


def rolling_page(page: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    if not page.has_view_permission(request):
        raise PermissionDenied
    plan = RollingPlan.objects.filter(pk=object_id).first()
    if plan is None:
        raise Http404(f"rolling plan {object_id}")
    may_roll, refusal, status = city_wide(request.user, Action.EDIT), "", 200
    form = RollForm(request.POST if request.method == "POST" else None, auto_id="id_roll_%s")
    if request.method == "POST":
        if not may_roll:
            raise PermissionDenied
        if form.is_valid():
            try:
                made = roll_forward(plan.pk, source=Source(door=Door.ADMIN, actor_id=request.user.pk, reason=form.cleaned_data["reason"]))
            except Refused as refused:
                refusal, status = refused.said(get_language() or "zh"), 409
            else:
                messages.success(request, gettext("已生成%(plan)s，最后一年请逐个项目填写。") % {"plan": made})
                return redirect("admin:funding_rollingplan_page", made.pk)
        else:
            status = 400
    context = {**_context(page, request, plan), "form": form, "refusal": refusal, "may_roll": may_roll}
    return TemplateResponse(request, "funding/rolling.html", context, status=status)


def _context(page: Any, request: HttpRequest, plan: RollingPlan) -> dict[str, Any]:
    mine = for_user(RollingEntry.objects.filter(plan=plan), request.user, Action.VIEW)
    following = RollingPlan.objects.filter(base_year=plan.base_year + 1).first()
    rows = []
    for entry, lines in rolling_entries(mine):
        record = rolling_record(entry, lines)
        rows.append(
            {
                "entry": entry,
                "record": record,
                "years": list(zip(record.years, record.amounts_wan, strict=True)),
                "findings": [said(one) for one in judged(record)],
            }
        )
    return {
        **page.admin_site.each_context(request),
        "title": str(plan),
        "head_line": plan.note or gettext("各项目三年要多少钱；勾稽不符的标在项目下面"),
        "plan": plan,
        "rows": rows,
        "wrong": sum(bool(row["findings"]) for row in rows),
        "steps": _steps(plan) if city_wide(request.user, Action.EDIT) else [],
        "next_year": plan.base_year + 1,
        "following": following,
        "following_url": reverse("admin:funding_rollingplan_page", args=[following.pk]) if following is not None else "",
        "is_rolled": following is not None and following.entries.exists(),
        "add_url": f"{reverse('admin:funding_rollingentry_add')}?{urlencode({'plan': plan.pk})}",
        "may_add": may(request.user, Action.EDIT),
        "entries_url": f"{reverse('admin:funding_rollingentry_changelist')}?{urlencode({'plan': plan.pk})}",
        "may_change": page.has_change_permission(request, plan),
        "opts": page.opts,
    }


def _steps(plan: RollingPlan) -> list[dict[str, Any]]:
    """What rolling forward would make of each project."""
    told = []
    for step in steps(plan):
        later = list(zip(step.record.years, step.record.amounts_wan, strict=True))[1:]
        told.append({"step": step, "later": later, "prior_from": _PRIOR[step.prior_from]})
    return told

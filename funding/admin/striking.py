"""The page on which a registration is struck out: what stands against it, or the reason; and what a struck row says of itself."""

from __future__ import annotations

from typing import Any

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
from accounts.scope import city_wide
from funding.admin.forms import words
from funding.services.striking import held_against, strike
from projects.models import Door, Source
from projects.workflow import Refused


class StrikeForm(forms.Form):
    reason = words(_("撤销登记的原因"), 300, help_text=_("写入变更历史和操作日志，如“与第3次发行重复登记”"))


def may_strike(user: Any) -> bool:
    """What a fund is, no unit decides."""
    return city_wide(user, Action.DELETE)


def strike_page(page: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    if not may_strike(request.user):
        raise PermissionDenied
    row = page.get_queryset(request).filter(pk=object_id).first()
    if row is None:
        raise Http404(f"{page.opts.model_name} {object_id}")
    form = StrikeForm(request.POST if request.method == "POST" else None)
    refused, status = (held_against(row) if row.struck_at is None else _struck_already()), 200
    if request.method == "POST" and form.is_valid():
        try:
            made = strike(type(row), row.pk, source=Source(door=Door.ADMIN, actor_id=request.user.pk, reason=form.cleaned_data["reason"]))
        except Refused as said:
            refused, status = said, 409
        else:
            messages.success(request, gettext("已撤销登记：%(name)s。") % {"name": made})
            return redirect(reverse(f"admin:funding_{page.opts.model_name}_changelist"))
    elif request.method == "POST":
        status = 400
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("撤销登记：%(name)s") % {"name": row},
        "head_line": gettext("登记错了、还没有资金的，可以撤销；撤销后不再计入任何数，历史和流水保留"),
        "row": row,
        "form": form,
        "refusal": refused.said(get_language() or "zh") if refused is not None else "",
        "opts": page.opts,
        "back_url": reverse(page.page_name or f"admin:funding_{page.opts.model_name}_change", args=[row.pk]),
    }
    return TemplateResponse(request, "funding/strike.html", context, status=status)


def _struck_already() -> Refused:
    return Refused("struck", "这条登记已经撤销。", "This registration was struck out already.")


def struck_context(page: Any, request: HttpRequest, row: Any) -> dict[str, Any]:
    """For the page of a fund: the way to strike it out, or when it was, by whom and why."""
    if row.struck_at is None:
        return {"strike_url": page.strike_url(row.pk) if may_strike(request.user) else ""}
    # The newest line is the one that struck it out: nothing changes it afterwards.
    line = row.history.select_related("history_user").order_by("-history_date", "-history_id").first()
    return {"struck": {"at": row.struck_at, "by": line.history_user if line else None, "reason": line.history_change_reason if line else ""}}

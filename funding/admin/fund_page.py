"""The page of a bond or of a central plan: its figures, accounts, entries, what falls due, and the forms of its verbs."""

from __future__ import annotations

from typing import Any

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
from accounts.scope import city_wide, for_user
from funding.admin.debt import debt_of
from funding.admin.forms import AdjustForm, PostForm, RedeemForm, ReverseForm, UnredeemForm, VerbForm
from funding.admin.posting import done_words, run, step_word, try_out
from funding.admin.striking import struck_context
from funding.admin.trial import trial_of
from funding.figures import central_by_plan, flow_of
from funding.lookups import limits_on
from funding.measures import Drawn, central_rates
from funding.models import Bond, CentralPlan, FundAccount, FundEntry
from funding.models.accounts import HOLDS, FundSource
from funding.records import OVER_ARRIVED
from projects.workflow import Refused

_SHOWN = 20  # entries on the page; the list has them all


def bond_page(page: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    bond = _fund(page, request, object_id, "issue", "use_area")
    return _fund_page(page, request, bond, (PostForm, ReverseForm, AdjustForm, RedeemForm, UnredeemForm))


def plan_page(page: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    plan = _fund(page, request, object_id, "area")
    return _fund_page(page, request, plan, (PostForm, ReverseForm))


def _fund(page: Any, request: HttpRequest, object_id: int, *related: str) -> Any:
    if not page.has_view_permission(request):
        raise PermissionDenied
    found = page.get_queryset(request).select_related(*related).filter(pk=object_id).first()
    if found is None:
        raise Http404(f"{page.opts.model_name} {object_id}")
    return found


def _fund_page(page: Any, request: HttpRequest, fund: Bond | CentralPlan, verbs: tuple[type[VerbForm], ...]) -> HttpResponse:
    """Show the fund; a POST names its verb, and what can't be done comes back with what was typed."""
    keeps = city_wide(request.user, Action.EDIT)
    if request.method == "POST" and not keeps:
        raise PermissionDenied
    posts = keeps and fund.struck_at is None
    sent = request.POST.get("verb", "") if request.method == "POST" else None
    forms = {verb.verb: _form(verb, request, fund, sent) for verb in verbs} if posts else {}
    refusal, status, trial = "", 200, None
    if sent is not None:
        form = forms.get(sent)
        if not posts:
            refusal, status = gettext("%(name)s已经撤销登记，不能再记账。") % {"name": fund}, 409
        elif form is None:
            refusal, status = gettext("不认识的操作“%(verb)s”") % {"verb": sent[:40]}, 400
        elif form.is_valid() and isinstance(form, AdjustForm) and isinstance(fund, Bond) and form.is_trial:
            trial = trial_of(try_out(fund, form, request.user), form.findings)
        elif form.is_valid():
            try:
                made = run(fund, form, request.user)
            except Refused as refused:
                refusal, status = refused.said(get_language() or "zh"), 409
            else:
                messages.success(request, done_words(fund, form, made))
                # To the head of the page, where it says what was done; a browser would keep the place of the form otherwise.
                return redirect(reverse(f"admin:funding_{page.opts.model_name}_page", args=[fund.pk]) + "#content")
        else:
            status = 400
    context = {**_context(page, request, fund), "forms": forms, "sent": sent, "refusal": refusal, "posts": posts, "trial": trial}
    return TemplateResponse(request, "funding/fund.html", context, status=status)


def _form(verb: type[VerbForm], request: HttpRequest, fund: Bond | CentralPlan, sent: str | None) -> VerbForm:
    """The form as it was sent, or as it opens: today, and what a link on the page asks for."""
    if sent == verb.verb:
        return verb(request.POST, fund=fund, user=request.user)
    known = ("step", "project", "source", "taken_from", "entry", "redemption")
    asked = {name: request.GET[name] for name in known if name in request.GET} if sent is None else {}
    return verb(fund=fund, user=request.user, initial={"happened_on": timezone.localdate(), **asked})


def _context(page: Any, request: HttpRequest, fund: Bond | CentralPlan) -> dict[str, Any]:
    is_bond = isinstance(fund, Bond)
    name = "bond" if is_bond else "plan"
    accounts = for_user(FundAccount.objects.filter(**{name: fund}), request.user, Action.VIEW)
    entries = for_user(FundEntry.objects.filter(**{f"account__{name}": fund}), request.user, Action.VIEW)
    shown = entries.select_related("account__project__unit", "by", "reversed_by").order_by("-happened_on", "-id")
    count = entries.count()
    return {
        **page.admin_site.each_context(request),
        "title": str(fund),
        "head_line": fund.name if isinstance(fund, Bond) else gettext("中央预算内投资计划"),
        "fund": fund,
        "is_bond": is_bond,
        "approx": getattr(fund, "is_approximate", False),
        "drawn": Drawn(fund.amount_wan, fund.assigned_wan),
        "flow": flow_of(entries),
        # Beside the fund's own amount stands its own money; what others add to a plan is in the table below.
        "own": flow_of(entries if is_bond else entries.filter(account__source=FundSource.CENTRAL)),
        **({} if is_bond else plan_rates(fund, entries, whole_city=city_wide(request.user, Action.VIEW))),
        "accounts": list(accounts.filter(HOLDS).select_related("project__unit").order_by("project__unit__sort_order", "project__name", "source")),
        "entries": [{"row": row, "step": step_word(fund, row.step)} for row in shown[:_SHOWN]],
        "entry_count": count,
        "more": max(0, count - _SHOWN),
        "entries_url": f"{reverse('admin:funding_fundentry_changelist')}?{name}={fund.pk}",
        "debt": debt_of(fund) if isinstance(fund, Bond) else None,
        "redemptions": list(fund.redemptions.select_related("by", "reversed_by")) if isinstance(fund, Bond) else [],
        "draws": list(fund.draws.select_related("batch").order_by("batch__number")) if isinstance(fund, Bond) else [],
        "codes": list(fund.codes.all()) if isinstance(fund, Bond) else [],
        "step_words": _BOND_WORDS if is_bond else _PLAN_WORDS,
        "whole_city": city_wide(request.user, Action.VIEW),
        "may_change": page.has_change_permission(request, fund),
        **struck_context(page, request, fund),
        "opts": page.opts,
    }


def plan_rates(plan: Any, entries: Any, *, whole_city: bool) -> dict[str, Any]:
    """The five rates of a plan as they stand now, and over what payment is reckoned."""
    over = limits_on(timezone.localdate()).central_payment_over
    (found,) = central_by_plan(entries, CentralPlan.everything.filter(pk=plan.pk), whole_city=whole_city)
    return {"rates": central_rates(found.told, over), "told": found.told, "paid_over_arrived": over == OVER_ARRIVED}


_BOND_WORDS = {
    "amount": _("发行额（万元）"),
    "assigned": _("已分配（万元）"),
    "left": _("未分配（万元）"),
    "arrived": _("已拨付（万元）"),
    "paid": _("已支出（万元）"),
    "give": _("分配"),
    "arrive": _("拨付"),
    "pay": _("支出"),
}
_PLAN_WORDS = {
    "amount": _("下达金额（万元）"),
    "assigned": _("已分解（万元）"),
    "left": _("未分解（万元）"),
    "arrived": _("已到位（万元）"),
    "paid": _("已支付（万元）"),
    "give": _("分解"),
    "arrive": _("到位"),
    "pay": _("支付"),
}

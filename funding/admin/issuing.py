"""Issuing a bond: its terms, and what it draws on which quota batch; stored together by the service, or not at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.texts import TextField
from funding.admin.checking import InstalmentForm, judge, offer_every_area
from funding.admin.forms import day, wan
from funding.measures import exact_text
from funding.models import Bond, BondIssue, QuotaBatch
from funding.services.bonds import issue_bond
from funding.services.checks import check_bond
from projects.admin.forms import WanInput
from projects.models import Door, Source
from projects.workflow import Refused

DRAW = "draw_"


class IssueForm(InstalmentForm):
    """A new bond. One field for each quota batch that has something left."""

    tender_on = day(_("发行日"), required=False)
    value_on = day(_("起息日"), required=False)
    matures_on = day(_("到期日"), required=False, help_text=_("不填则按起息日和期限推算"))
    change_reason = TextField(label=_("说明"), max_length=300, required=False)

    class Meta:
        model = Bond
        fields = (
            *("issue", "name", "short_name", "type", "purpose", "amount_wan", "use_area"),
            *("years", "rate_percent", "tender_on", "value_on", "matures_on", "per_year", "repayment", "first_instalment"),
            *("venue", "bid_multiple", "spread_bp", "source", "is_synthetic"),
        )
        widgets = {"amount_wan": WanInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = BondIssue.objects.order_by().values_list("year", flat=True).distinct()
        chosen = self._year()
        offer_every_area(self.fields["use_area"], list(years) or [timezone.localdate().year], chosen)
        self.fields["use_area"].help_text = _("按所选发行批次年份的目录判断")
        self.batches = list(QuotaBatch.objects.filter(amount_wan__gt=F("issued_wan")))
        for batch in self.batches:
            left = exact_text(batch.amount_wan - batch.issued_wan)
            self.fields[f"{DRAW}{batch.pk}"] = wan(str(batch), required=False, help_text=_("未发行%(left)s万元") % {"left": left})

    def _year(self) -> int | None:
        """Of the issue that was chosen; else of the newest, whose bonds are most likely the next."""
        asked = str(self.data.get("issue") or self.initial.get("issue") or "")
        rows = BondIssue.objects.filter(pk=int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 18 else BondIssue.objects.none()
        found = (rows or BondIssue.objects.order_by("-year")).first()
        return found.year if found is not None else None

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            judge(self, check_bond(self.instance, timezone.localdate()), reason="change_reason")

    def draw_fields(self) -> list[Any]:
        return [self[f"{DRAW}{batch.pk}"] for batch in self.batches]

    def own_fields(self) -> list[Any]:
        return [field for field in self if not field.name.startswith(DRAW)]

    def draws(self) -> dict[int, Decimal]:
        """Batch → 万元, of those that were filled in."""
        typed = {batch.pk: self.cleaned_data.get(f"{DRAW}{batch.pk}") for batch in self.batches}
        return {pk: amount for pk, amount in typed.items() if amount}


def issuing_page(page: Any, request: HttpRequest) -> HttpResponse:
    if not page.has_add_permission(request):
        raise PermissionDenied
    form = IssueForm(request.POST or None, initial={"issue": request.GET.get("issue", "")})
    status = 200
    if request.method == "POST" and form.is_valid():
        source = Source(door=Door.ADMIN, actor_id=request.user.pk, reason=form.cleaned_data["change_reason"])
        try:
            bond = issue_bond(form.save(commit=False), form.draws(), source=source)
        except Refused as refused:
            form.add_error(None, refused.said(get_language() or "zh"))
            status = 409
        else:
            messages.success(request, gettext("已登记%(bond)s，发行额%(amount)s万元。") % {"bond": bond, "amount": exact_text(bond.amount_wan)})
            return redirect("admin:funding_bond_page", bond.pk)
    elif request.method == "POST":
        status = 400
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("登记债券发行"),
        "head_line": gettext("新增债券从额度批次中扣用，合计等于发行额；再融资和置换债券不占额度"),
        "form": form,
        "opts": page.opts,
    }
    return TemplateResponse(request, "funding/issue.html", context, status=status)

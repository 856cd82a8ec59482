"""Bonds: the list, the form, the page on which one is issued under its quota."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from funding.admin.base import CityBooks, KeptForm, left_column, money_column
from funding.admin.checking import AREA_SCHEMES, InstalmentForm, offer_areas
from funding.admin.days import check_days
from funding.admin.fund_page import bond_page
from funding.admin.issuing import issuing_page
from funding.admin.registered import RegisteredAdmin, StruckFilter, state_tag
from funding.debts import agrees, redeemed_of
from funding.models import Bond, BondCode
from funding.services.checks import check_bond
from projects.admin.base import TrackedInline
from projects.admin.filters import ChipFilter
from projects.admin.forms import CheckedForm
from projects.findings import Finding

register(NavItem("funding", _("专项债券"), "admin:funding_bond_changelist", may(Action.VIEW), 40))

# What the ledger holds a bond to: the draws on quota were made for this amount and purpose.
FIXED = ("issue", "purpose", "amount_wan")


class PurposeFilter(ChipFilter):
    title = _("发行用途")
    parameter_name = "purpose"
    column = "purpose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Bond.Purpose.choices

    def condition(self, value: str) -> Q:
        return Q(purpose=value)


class BondForm(KeptForm, InstalmentForm, CheckedForm):
    """The terms of a bond that was issued, judged as they were when it was (rules 53, 54, 61)."""

    kept = "assigned_wan"
    too_small = _("发行额不能小于已分配的%(held)s万元")

    def _post_clean(self) -> None:
        """What was redeemed early stays as it was posted, so the terms must go on allowing it."""
        super()._post_clean()
        if not self.errors:
            check_days(self, self.instance, ("tender_on", "value_on"))
        redeemed = redeemed_of([self.instance]) if self.instance.pk and self.real_changes and not self.errors else {}
        if redeemed and not agrees(self.instance, redeemed[self.instance.pk]):
            self.add_error("repayment", _("已登记提前还本：还本方式须为“提前还本”，各还本日须是到期前的付息日；请先冲销提前还本"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "use_area" in self.fields and self.instance.pk:
            offer_areas(self.fields["use_area"], self.instance.issue.year, self.instance.use_area)

    def run_rules(self) -> Sequence[Finding]:
        return check_bond(self.instance, timezone.localdate())


class CodeInline(CityBooks, TrackedInline):
    model = BondCode
    shown = ("market", "code")


@admin.register(Bond)
class BondAdmin(RegisteredAdmin):
    head_line = _("每只债券发行多少、分配到项目多少、还剩多少；点开看账户、流水和还本付息")
    form = BondForm
    page_name = "admin:funding_bond_page"
    list_display = ("title", "issue", "years", "rate_percent", "tender_on", "n_amount", "n_assigned", "n_left", "use_area", "mark")
    list_display_links = None
    list_filter = (PurposeFilter, StruckFilter)
    list_select_related = ("issue", "use_area")
    search_fields = ("name", "short_name", "codes__code")
    search_help_text = _("债券名称、简称、代码")
    inlines = (CodeInline,)
    summed = {"n_amount": ("amount_wan",), "n_assigned": ("assigned_wan",), "n_left": ("amount_wan", "assigned_wan")}
    sections = (
        (_("债券"), ("issue", "name", "short_name", "type", "purpose", "amount_wan", "use_area")),
        (_("期限与付息"), ("years", "rate_percent", "tender_on", "value_on", "matures_on", "per_year", "repayment", "first_instalment")),
        (_("发行"), ("venue", "bid_multiple", "spread_bp", "source", "is_synthetic")),
    )
    n_amount = money_column("amount_wan", _("发行额（万元）"))
    n_assigned = money_column("assigned_wan", _("已分配（万元）"))
    n_left = left_column("amount_wan", "assigned_wan", _("未分配（万元）"))

    @admin.display(description=_("债券"), ordering="name")
    def title(self, row: Bond) -> Any:
        return self.linked(row)

    @admin.display(description=_("数据"))
    def mark(self, row: Bond) -> Any:
        return state_tag(row)

    def scoped_choices(self, field: Any, request: HttpRequest, queryset: Any) -> Any:
        rows = super().scoped_choices(field, request, queryset)
        return rows.filter(scheme__in=AREA_SCHEMES) if field.name == "use_area" else rows

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return FIXED if obj is not None else ()

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """A bond is issued under its quota, or not at all."""
        return issuing_page(self, request)

    def get_urls(self) -> Any:
        page = path("<int:object_id>/", self.admin_site.admin_view(partial(bond_page, self)), name="funding_bond_page")
        return [page, *super().get_urls()]

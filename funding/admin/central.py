"""Central plans: what came down by document, decomposed to projects."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.words import about
from funding.admin.base import KeptForm, left_column, money_column
from funding.admin.days import check_days, check_numbers, check_plan_day
from funding.admin.fund_page import plan_page
from funding.admin.registered import RegisteredAdmin, StruckFilter, state_tag
from funding.measures import exact_text
from funding.models import CentralPlan
from projects.admin.filters import YearFilter
from projects.models import Classification

register(NavItem("funding", _("中央预算内投资"), "admin:funding_centralplan_changelist", may(Action.VIEW), 50))


class PlanForm(KeptForm):
    kept = "assigned_wan"
    too_small = _("下达金额不能小于已分解的%(held)s万元")

    def _post_clean(self) -> None:
        super()._post_clean()
        check_numbers(self)
        if not self.errors:
            check_plan_day(self, self.instance)
            check_days(self, self.instance, ("given_on",))


@admin.register(CentralPlan)
class CentralPlanAdmin(RegisteredAdmin):
    head_line = _("中央预算内投资计划：下达多少、分解到项目多少、还剩多少")
    form = PlanForm
    approximate = True
    page_name = "admin:funding_centralplan_page"
    list_display = ("title", "manner", "given_on", "n_amount", "n_assigned", "n_left", "mark")
    list_display_links = None
    list_filter = (YearFilter, StruckFilter)
    search_fields = ("doc_no", "programme")
    search_help_text = _("文号、专项")
    autocomplete_fields = ("area",)
    summed = {"n_amount": ("amount_wan",), "n_assigned": ("assigned_wan",), "n_left": ("amount_wan", "assigned_wan")}
    sections = (
        (_("投资计划"), ("year", "doc_no", "programme", "area", "manner", "allotment", "given_on", "amount_wan", "is_approximate")),
        (_("来源"), ("source", "is_synthetic")),
    )
    n_assigned = money_column("assigned_wan", _("已分解（万元）"))
    n_left = left_column("amount_wan", "assigned_wan", _("未分解（万元）"))

    @admin.display(description=_("文号与专项"), ordering="doc_no")
    def title(self, row: CentralPlan) -> Any:
        return self.linked(row)

    @admin.display(description=_("下达金额（万元）"), ordering="amount_wan")
    def n_amount(self, row: CentralPlan) -> str:
        return exact_text(row.amount_wan, approx=row.is_approximate, about=about())

    @admin.display(description=_("数据"))
    def mark(self, row: CentralPlan) -> Any:
        return state_tag(row)

    def scoped_choices(self, field: Any, request: HttpRequest, queryset: Any) -> Any:
        rows = super().scoped_choices(field, request, queryset)
        return rows.filter(scheme=Classification.Scheme.SECTOR) if field.name == "area" else rows

    def get_urls(self) -> Any:
        page = path("<int:object_id>/", self.admin_site.admin_view(partial(plan_page, self)), name="funding_centralplan_page")
        return [page, *super().get_urls()]

"""Quota batches and issues: what may be issued, and the tenders at which it was."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from funding.admin.base import KeptForm, left_column, money_column
from funding.admin.days import check_given, check_issue, check_numbers
from funding.admin.quota_page import quota_page
from funding.admin.registered import RegisteredAdmin, StruckFilter, state_tag
from funding.measures import exact_text
from funding.models import BondIssue, QuotaBatch
from projects.admin.filters import YearFilter
from projects.admin.forms import RevisedForm

register(
    NavItem("funding", _("债券额度"), "admin:funding_quotabatch_changelist", may(Action.VIEW), 20),
    NavItem("funding", _("招标发行"), "admin:funding_bondissue_changelist", may(Action.VIEW), 30),
)


_BONDS = Q(bonds__struck_at=None)  # of an issue: those that stand


class QuotaForm(KeptForm):
    kept = "issued_wan"
    too_small = _("额度不能小于已发行的%(held)s万元")

    def _post_clean(self) -> None:
        super()._post_clean()
        check_numbers(self)
        if not self.errors:
            check_given(self, self.instance)


class IssueDayForm(RevisedForm):
    """A tender: its day is that of its bonds which have none of their own."""

    def _post_clean(self) -> None:
        super()._post_clean()
        check_numbers(self)
        if not self.errors:
            check_issue(self, self.instance)


@admin.register(QuotaBatch)
class QuotaBatchAdmin(RegisteredAdmin):
    head_line = _("上级下达的新增专项债券额度，分批次看已发行多少、还剩多少")
    form = QuotaForm
    page_name = "admin:funding_quotabatch_page"
    list_display = ("title", "given_on", "doc_no", "n_amount", "n_issued", "n_left", "mark")
    list_display_links = None
    list_filter = (YearFilter, StruckFilter)
    search_fields = ("doc_no",)
    search_help_text = _("文号")
    summed = {"n_amount": ("amount_wan",), "n_issued": ("issued_wan",), "n_left": ("amount_wan", "issued_wan")}
    sections = (
        (_("额度"), ("year", "number", "is_advance", "amount_wan", "given_on", "doc_no")),
        (_("来源"), ("source", "is_synthetic")),
    )
    n_amount = money_column("amount_wan", _("额度（万元）"))
    n_issued = money_column("issued_wan", _("已发行（万元）"))
    n_left = left_column("amount_wan", "issued_wan", _("未发行（万元）"))

    @admin.display(description=_("批次"), ordering="year")
    def title(self, row: QuotaBatch) -> Any:
        mark = _("（提前下达）") if row.is_advance else ""
        return format_html("{}{}", self.linked(row), mark)

    def get_urls(self) -> Any:
        page = path("<int:object_id>/", self.admin_site.admin_view(partial(quota_page, self)), name="funding_quotabatch_page")
        return [page, *super().get_urls()]

    @admin.display(description=_("数据"))
    def mark(self, row: QuotaBatch) -> Any:
        return state_tag(row)


@admin.register(BondIssue)
class BondIssueAdmin(RegisteredAdmin):
    form = IssueDayForm
    head_line = _("每次招标发行了哪些债券；与上级下达的额度批次是两回事，额度见“债券额度”")
    list_display = ("title", "tender_on", "venue", "doc_no", "count_bonds", "n_amount", "mark")
    list_display_links = ("title",)
    list_filter = (YearFilter, StruckFilter)
    search_fields = ("doc_no", "venue")
    search_help_text = _("文号、发行场所")
    summed = {"n_amount": ("bonds__amount_wan",)}
    sum_filter = _BONDS
    sections = (
        (_("发行"), ("year", "number", "tender_on", "venue", "doc_no")),
        (_("来源"), ("source", "is_synthetic")),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(bond_count=Count("bonds", filter=_BONDS), bond_sum=Sum("bonds__amount_wan", filter=_BONDS))

    @admin.display(description=_("批次"), ordering="year")
    def title(self, row: BondIssue) -> str:
        return str(row)

    @admin.display(description=_("债券只数"), ordering="bond_count")
    def count_bonds(self, row: Any) -> int:
        return int(row.bond_count)

    @admin.display(description=_("发行额（万元）"), ordering="bond_sum")
    def n_amount(self, row: Any) -> str:
        return exact_text(row.bond_sum)

    @admin.display(description=_("数据"))
    def mark(self, row: BondIssue) -> Any:
        return state_tag(row)

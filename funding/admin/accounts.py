"""Accounts, entries and adjustments: read here, written by the ledger alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scope import city_wide, unit_ids
from funding.admin.base import BondFilter, PlanFilter, PostedAdmin, SourceFilter, left_column, money_column
from funding.admin.double_page import double_page
from funding.admin.proof_page import proof_page
from funding.admin.watch_page import watch_page
from funding.figures import money_years
from funding.models import FundAccount, FundEntry, UseAdjustment
from funding.models.accounts import HOLDS
from projects.admin.base import FoundByProject
from projects.admin.filters import ChipFilter, UnitFilter, UnitOfProjectFilter
from projects.models import Project

register(
    NavItem("funding", _("项目资金"), "admin:funding_fundaccount_changelist", may(Action.VIEW), 60),
    NavItem("funding", _("资金流水"), "admin:funding_fundentry_changelist", may(Action.VIEW), 70),
    NavItem("funding", _("用途调整"), "admin:funding_useadjustment_changelist", may(Action.VIEW), 80),
)


def project_link(project: Project) -> Any:
    url = reverse("admin:projects_project_page", args=[project.pk])
    return format_html('<a class="name" href="{}" title="{}">{}</a>', url, project.name, project.name)


def fund_link(account: FundAccount) -> Any:
    """The account's bond or plan, leading to its page."""
    name, fund = ("bond", account.bond) if account.bond is not None else ("centralplan", account.plan)
    return format_html('<a href="{}">{}</a>', reverse(f"admin:funding_{name}_page", args=[fund.pk if fund else 0]), fund)


@admin.register(FundAccount)
class FundAccountAdmin(FoundByProject, PostedAdmin):
    head_line = _("每个项目从每只债券、每个计划得到多少，拨付、支出到哪一步")
    list_display = ("name", "unit_name", "fund", "source", "n_assigned", "n_capital", "n_arrived", "n_paid", "n_idle", "n_completed")
    list_filter = (BondFilter, PlanFilter, SourceFilter, UnitOfProjectFilter)
    list_select_related = ("project__unit", "bond", "plan")
    search_fields = ("project__name", "bond__name", "plan__doc_no")
    search_help_text = _("项目名称、代码、建设单位")
    open_lookups = frozenset({"project__id__exact"})
    summed = {
        "n_assigned": ("assigned_wan",),
        "n_capital": ("capital_wan",),
        "n_arrived": ("arrived_wan",),
        "n_paid": ("paid_wan",),
        "n_idle": ("arrived_wan", "paid_wan"),
        "n_completed": ("completed_wan",),
    }
    n_assigned = money_column("assigned_wan", _("分配（万元）"))
    n_capital = money_column("capital_wan", _("其中资本金（万元）"))
    n_arrived = money_column("arrived_wan", _("拨付到位（万元）"))
    n_paid = money_column("paid_wan", _("支出（万元）"))
    n_idle = left_column("arrived_wan", "paid_wan", _("到位未支出（万元）"))
    n_completed = money_column("completed_wan", _("完成投资（万元）"))

    def get_queryset(self, request: HttpRequest) -> Any:
        """The list leaves out accounts in which nothing is left; their own pages stay."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        return rows.filter(HOLDS) if match is not None and match.url_name == "funding_fundaccount_changelist" else rows

    def get_urls(self) -> Any:
        return [path("watch/", self.admin_site.admin_view(watch_page), name="funding_watch"), *super().get_urls()]

    @admin.display(description=_("项目"), ordering="project__name")
    def name(self, row: FundAccount) -> Any:
        return project_link(row.project)

    @admin.display(description=_("填报单位"), ordering="project__unit__sort_order")
    def unit_name(self, row: FundAccount) -> str:
        return str(row.project.unit.short_name)

    @admin.display(description=_("债券或计划"))
    def fund(self, row: FundAccount) -> Any:
        return fund_link(row)


class StepFilter(ChipFilter):
    title = _("事项")
    parameter_name = "step"
    column = "step"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return FundEntry.Kind.choices

    def condition(self, value: str) -> Q:
        return Q(step=value)


class EntryBondFilter(BondFilter):
    column = "account__bond"


class EntryPlanFilter(PlanFilter):
    column = "account__plan"


class EntrySourceFilter(SourceFilter):
    column = "account__source"


class EntryYearFilter(ChipFilter):
    """The year of the bond or the plan, whenever the money moved: what the money overview of a year adds up."""

    title = _("资金年份")
    parameter_name = "fund_year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [(str(year), gettext("%(year)s年") % {"year": year}) for year in money_years()]

    def condition(self, value: str) -> Q:
        return Q(account__bond__issue__year=int(value)) | Q(account__plan__year=int(value))

    def counts(self, queryset: QuerySet[Any]) -> dict[str, int]:
        found: dict[str, int] = {}
        for of_bond, of_plan, n in queryset.order_by().values_list("account__bond__issue__year", "account__plan__year").annotate(n=Count("pk")):
            found[str(of_bond or of_plan)] = found.get(str(of_bond or of_plan), 0) + n
        return found


class EntryUnitFilter(UnitFilter):
    column = "account__project__unit"

    def condition(self, value: str) -> Q:
        return Q(account__project__unit=int(value))


@admin.register(FundEntry)
class FundEntryAdmin(FoundByProject, PostedAdmin):
    head_line = _("每一笔分配、拨付、支出、完成和冲销，按发生日期；记过的不改，错了冲销")
    list_display = ("project_name", "unit_name", "fund", "step", "happened_on", "n_amount", "n_capital", "doc_no", "who", "reversed_words")
    list_filter = (StepFilter, EntryYearFilter, EntryBondFilter, EntryPlanFilter, EntrySourceFilter, EntryUnitFilter)
    list_select_related = ("account__project__unit", "account__bond", "account__plan", "by", "reversed_by")
    ordering = ("-happened_on", "-id")
    project_path = "account__project"
    found_in = ("doc_no", "cost_item")
    search_fields = ("account__project__name", "doc_no")
    search_help_text = _("项目名称、代码、文号或凭证、费用项")
    open_lookups = frozenset({"account__project__id__exact", "upload_id", "happened_on__gte", "happened_on__lte"})
    # Without the adjustment, whose words name a project that may lie beyond the reader's reach.
    fields = (
        "project_name",
        "fund",
        "step",
        "happened_on",
        "n_amount",
        "n_capital",
        "doc_no",
        "cost_item",
        "reason",
        "who",
        "at",
        "reversed_words",
        "upload_link",
    )
    readonly_fields = fields
    summed = {"n_amount": ("amount_wan",), "n_capital": ("capital_wan",)}
    n_amount = money_column("amount_wan", _("金额（万元）"))
    n_capital = money_column("capital_wan", _("其中资本金（万元）"))

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        own = [path("proof/", wrap(proof_page), name="funding_proof"), path("double/", wrap(double_page), name="funding_double")]
        return [*own, *super().get_urls()]

    @admin.display(description=_("项目"), ordering="account__project__name")
    def project_name(self, row: FundEntry) -> Any:
        return project_link(row.account.project)

    @admin.display(description=_("填报单位"), ordering="account__project__unit__sort_order")
    def unit_name(self, row: FundEntry) -> str:
        return str(row.account.project.unit.short_name)

    @admin.display(description=_("债券或计划"))
    def fund(self, row: FundEntry) -> Any:
        return fund_link(row.account)

    @admin.display(description=_("记账"), ordering="at")
    def who(self, row: FundEntry) -> str:
        return f"{row.by or '—'} · {row.get_door_display()}"

    @admin.display(description=_("来自上传"))
    def upload_link(self, row: FundEntry) -> Any:
        """The file that says so, and by its document the row of it."""
        if row.upload_id is None:
            return "—"
        word = gettext("上传 #%(n)s") % {"n": row.upload_id}
        return format_html('<a href="{}">{}</a>', reverse("upload-by-number", args=[row.upload_id]), word)

    @admin.display(description=_("冲销"))
    def reversed_words(self, row: FundEntry) -> str:
        return reversal_words(row)


def reversal_words(row: FundEntry) -> str:
    """Whether an entry takes one back, or was taken back."""
    if row.reverses_id is not None:
        return gettext("冲销 #%(n)s") % {"n": row.reverses_id}
    taken_back = getattr(row, "reversed_by", None)
    return gettext("已被 #%(n)s 冲销") % {"n": taken_back.pk} if taken_back is not None else ""


@admin.register(UseAdjustment)
class UseAdjustmentAdmin(PostedAdmin):
    head_line = _("债券资金从一个项目调到另一个项目，各有批准文号；从不修改")
    list_display = ("title", "from_name", "to_name", "n_amount", "n_capital", "doc_no", "approved_on", "disclosed_on", "reason")
    list_filter = (BondFilter,)
    # No search: a type-ahead would answer with the names of both projects.
    list_select_related = ("bond", "taken_from__unit", "given_to__unit")
    fields = ("title", "from_name", "to_name", "n_amount", "n_capital", "doc_no", "approved_on", "disclosed_on", "reason", "by", "at")
    readonly_fields = fields
    summed = {"n_amount": ("amount_wan",), "n_capital": ("capital_wan",)}
    n_amount = money_column("amount_wan", _("调整金额（万元）"))
    n_capital = money_column("capital_wan", _("其中资本金（万元）"))

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those that touch a project of the person's units; what lies beyond them is not named."""
        rows = super().get_queryset(request)
        if city_wide(request.user, Action.VIEW):
            return rows.annotate(from_seen=Value(True), to_seen=Value(True))
        units = unit_ids(request.user, Action.VIEW)
        sides = {"from_seen": Q(taken_from__unit__in=units), "to_seen": Q(given_to__unit__in=units)}
        told = {name: ExpressionWrapper(side, BooleanField()) for name, side in sides.items()}
        return rows.annotate(**told).filter(sides["from_seen"] | sides["to_seen"])

    @admin.display(description=_("债券"), ordering="bond")
    def title(self, row: UseAdjustment) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("admin:funding_bond_page", args=[row.bond_id]), row.bond)

    @admin.display(description=_("调出项目"))
    def from_name(self, row: Any) -> Any:
        return project_link(row.taken_from) if row.from_seen else gettext("其他单位的项目")

    @admin.display(description=_("调入项目"))
    def to_name(self, row: Any) -> Any:
        return project_link(row.given_to) if row.to_seen else gettext("其他单位的项目")

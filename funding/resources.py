"""What machines may read of this app: quota, bonds, central plans, accounts with their entries, plans of finance, dossiers."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils.translation import gettext_lazy as _

from accounts import scope
from accounts.api.resources import Include, Resource, include, register
from accounts.roles import Action
from funding.models import (
    Bond,
    BondCode,
    BondIssue,
    CentralPlan,
    Dossier,
    DossierPaper,
    FinanceLine,
    FinancePlan,
    FundAccount,
    FundEntry,
    IncomeSource,
    QuotaBatch,
    QuotaDraw,
    Redemption,
    RollingEntry,
    RollingLine,
    RollingPlan,
    UseAdjustment,
)
from funding.past import fund_past
from projects.resources import OF_PROJECT, by_project, month_key, tracked


def kept(name: str, model: type[Model], names: Any, **more: Any) -> Resource:
    """A resource of the ledger: what was posted by then, and the sums of it."""
    return register(name, model, names, past=fund_past, **more)


kept(
    "quota-batches",
    QuotaBatch,
    ["year", "number", "is_advance", "doc_no", "given_on", "amount_wan", "issued_wan", "is_synthetic", "source"],
    period=("year", ""),
    notes={"issued_wan": _("各笔额度使用之和")},
    entity="BondBatches",
)
tracked("bond-issues", BondIssue, ["year", "number", "tender_on", "venue", "doc_no", "source", "is_synthetic"], period=("year", ""))
kept(
    "bonds",
    Bond,
    [
        *("issue", ("year", "issue__year"), ("issue_number", "issue__number"), "name", "short_name", "type", "purpose", "years"),
        *("amount_wan", "assigned_wan", "rate_percent", "tender_on", "value_on", "matures_on", "per_year", "repayment", "first_instalment"),
        *("venue", "bid_multiple", "spread_bp", ("use_area_code", "use_area__code"), ("use_area_name", "use_area__name"), "is_synthetic", "source"),
    ],
    period=("issue__year", ""),
    entity="Bonds",
    notes={"assigned_wan": _("分配到各项目的金额之和")},
)
tracked("bond-codes", BondCode, ["bond", "market", "code"])
kept("quota-draws", QuotaDraw, ["batch", "bond", "amount_wan", "drawn_on", "reverses", "at", "door", "upload_id", "reason"])
kept("redemptions", Redemption, ["bond", "redeemed_on", "amount_wan", "doc_no", "reverses", "at", "door", "upload_id", "reason"])
kept(
    "central-plans",
    CentralPlan,
    [
        *("year", "doc_no", "programme", ("area_code", "area__code"), ("area_name", "area__name"), "manner", "allotment", "given_on"),
        *("amount_wan", "is_approximate", "assigned_wan", "is_synthetic", "source"),
    ],
    period=("year", ""),
    entity="CentralPlans",
    notes={"assigned_wan": _("分解到各项目的金额之和")},
)
kept(
    "fund-accounts",
    FundAccount,
    [*OF_PROJECT, "bond", "plan", "source", "assigned_wan", "capital_wan", "arrived_wan", "paid_wan", "completed_wan", "at"],
    search=by_project(),
    entity="FundAccounts",
    notes={
        "assigned_wan": _("本账户各笔分配之和"),
        "capital_wan": _("分配中用作项目资本金的部分"),
        "arrived_wan": _("本账户各笔拨付到位之和"),
        "paid_wan": _("本账户各笔支出之和"),
        "completed_wan": _("本账户各笔完成投资之和"),
    },
)
_OF_ENTRY = (
    *("account", ("project_id", "account__project"), ("project_uid", "account__project__uid"), ("project_name", "account__project__name")),
    ("unit_id", "account__project__unit"),
)
_POSTED = (
    *(("source", "account__source"), "step", "amount_wan", "capital_wan", "happened_on", "doc_no", "cost_item", "adjustment", "reverses"),
    *("at", "door", "upload_id", "reason"),
)
_NOTES = {
    "amount_wan": _("冲销、调减的一笔是负数，直接相加即为净额"),
    "capital_wan": _("分配中用作项目资本金的部分"),
    "happened_on": _("实际发生的日期；记账时间（at）是录入的时刻"),
}
_ENTRY = (*_OF_ENTRY, ("bond_id", "account__bond"), ("plan_id", "account__plan"), *_POSTED)
_FOUND_BY = by_project("account__project", "doc_no")
_AT = ("happened_on__year", "happened_on__month")
_MONTH = month_key(ExtractYear("happened_on"), ExtractMonth("happened_on"))
kept("fund-entries", FundEntry, _ENTRY, search=_FOUND_BY, period=_AT, computed=_MONTH, notes=_NOTES, entity="FundMovements")
for _name, _step in (("allocations", "assign"), ("transfers", "arrive"), ("spends", "pay"), ("completions", "complete")):
    kept(
        _name,
        FundEntry,
        _ENTRY,
        title=FundEntry.Kind(_step).label,
        only={"step": _step},
        search=_FOUND_BY,
        period=_AT,
        computed=_MONTH,
        notes=_NOTES,
    )
kept(
    "bond-allocations",
    FundEntry,
    [
        *(*_OF_ENTRY, ("bond_id", "account__bond"), ("bond_name", "account__bond__name"), ("bond_year", "account__bond__issue__year")),
        *(("bond_type", "account__bond__type"), *_POSTED),
    ],
    title=_("专项债券分配"),
    only={"step": FundEntry.Kind.ASSIGN.value, "account__bond__isnull": False},
    search=_FOUND_BY,
    period=_AT,
    computed=_MONTH,
    notes=_NOTES,
    entity="BondAllocations",
)
kept(
    "central-allocations",
    FundEntry,
    [
        *(*_OF_ENTRY, ("plan_id", "account__plan"), ("plan_year", "account__plan__year"), ("plan_doc_no", "account__plan__doc_no")),
        *(("plan_programme", "account__plan__programme"), *_POSTED),
    ],
    title=_("中央预算内投资分配"),
    only={"step": FundEntry.Kind.ASSIGN.value, "account__plan__isnull": False},
    search=_FOUND_BY,
    period=_AT,
    computed=_MONTH,
    notes=_NOTES,
    entity="CentralAllocations",
)


def _see_adjustments(rows: QuerySet[Any], user: Any, action: Action) -> QuerySet[Any]:
    """An adjustment speaks of two projects, and its words may name both: it is read by who may read both."""
    if scope.city_wide(user, action):
        return rows
    units = scope.unit_ids(user, action)
    return rows.filter(taken_from__unit__in=units, given_to__unit__in=units)


kept(
    "adjustments",
    UseAdjustment,
    ["bond", "taken_from", "given_to", "amount_wan", "capital_wan", "doc_no", "approved_on", "disclosed_on", "at", "door", "upload_id", "reason"],
    see=_see_adjustments,
)
tracked(
    "finance-plans",
    FinancePlan,
    [*OF_PROJECT, "number", "state", "total_wan", "decided_on", "doc_no", "reason", "is_synthetic", "source"],
    search=by_project(),
)
tracked(
    "finance-lines",
    FinanceLine,
    [
        *(
            "plan",
            ("project_id", "plan__project"),
            ("unit_id", "plan__project__unit"),
            ("source_code", "source__code"),
            ("source_name", "source__name"),
        ),
        *("planned_wan", "capital_wan", "secured_wan", "secured_doc", "secured_on", "other_arrived_wan"),
    ],
)
tracked("rolling-plans", RollingPlan, ["base_year", "doc_no", "decided_on", "note", "is_synthetic"])
tracked(
    "rolling-entries",
    RollingEntry,
    [
        *("plan", ("base_year", "plan__base_year"), *OF_PROJECT, "total_wan", "cum_prior_wan", "planned_start", "planned_finish"),
        *("first_content", "second_content", "third_content"),
    ],
    search=by_project(),
)
tracked(
    "rolling-lines",
    RollingLine,
    [
        "entry",
        ("unit_id", "entry__project__unit"),
        ("source_code", "source__code"),
        ("source_name", "source__name"),
        "first_wan",
        "second_wan",
        "third_wan",
    ],
)
tracked(
    "dossiers",
    Dossier,
    [*OF_PROJECT, *(field.name for field in Dossier._meta.concrete_fields if field.name not in ("id", "project", "revision", "updated_at"))],
)
tracked(
    "dossier-papers",
    DossierPaper,
    [
        *("dossier", ("project_id", "dossier__project"), ("unit_id", "dossier__project__unit")),
        *("kind", "title", "firm", "issued_on", "opinion", "filename", "sha256"),
    ],
)
tracked("income-sources", IncomeSource, ["dossier", "name", "amount_wan", "remarks"])

include("bonds", **{"bond-codes": Include("bond-codes", "bond_id"), "fund-accounts": Include("fund-accounts", "bond_id")})
include("quota-batches", **{"quota-draws": Include("quota-draws", "batch_id")})
include("finance-plans", **{"finance-lines": Include("finance-lines", "plan_id")})
include("rolling-plans", **{"rolling-entries": Include("rolling-entries", "plan_id")})
include("rolling-entries", **{"rolling-lines": Include("rolling-lines", "entry_id")})
include("dossiers", **{name: Include(name, "dossier_id") for name in ("dossier-papers", "income-sources")})
include("projects", **{name: Include(name, "project_id") for name in ("fund-accounts", "fund-entries", "finance-plans", "dossiers")})

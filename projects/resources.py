"""What machines may read of this app: projects and everything that hangs on them, months, lists, periods, lookups."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import F, IntegerField, Model, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.api import reading
from accounts.api.resources import Include, Resource, include, register
from projects.models import (
    AnnualPlan,
    CalendarMonth,
    Campaign,
    CampaignProject,
    Classification,
    Correction,
    Cut,
    Entry,
    Holiday,
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    LightNote,
    LightProfile,
    ListVersion,
    LocationShare,
    LockException,
    MonthReport,
    NilReturn,
    Obstacle,
    Organisation,
    Permit,
    PlanVersion,
    Project,
    ProjectCode,
    ProjectDisclosure,
    ProjectList,
    ProjectTag,
    Proposal,
    ReportingPeriod,
    ReviewEvent,
    StageField,
    Threshold,
)
from projects.past import find_cut, past
from projects.querysets import search, search_rows


def by_project(path: str = "project", *also: str) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    """Rows are found by the words that find their project, or stand in columns of their own."""
    return partial(_by_project, path, also)


def _by_project(path: str, also: tuple[str, ...], rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return search_rows(rows, text, path, also)


def tracked(name: str, model: type[Model], names: list[str | tuple[str, str]], **more: Any) -> Resource:
    """A resource whose past can be asked for."""
    return register(name, model, names, past=past, **more)


def month_key(year: Any, month: Any) -> dict[str, Any]:
    """The column 202006, by which a row meets the calendar; blank where it is of no month."""
    told = _("月历中的编号，如 202006")
    return {"month_key": (Cast(year, IntegerField()) * 100 + Cast(month, IntegerField()), IntegerField(_("年月编号"), null=True, help_text=told))}


# Which project a row hangs on: its number, and its lasting identity.
OF_PROJECT: tuple[str | tuple[str, str], ...] = ("project", "project__uid", "project__name", ("unit_id", "project__unit"))

tracked(
    "projects",
    Project,
    [
        *("uid", "name", "kind", "unit", ("unit_key", "unit__key"), ("unit_name", "unit__short_name")),
        *("sector", ("sector_code", "sector__code"), ("sector_name", "sector__name"), "sector_text", "stage", "nature", "approval_kind"),
        *("owner", ("owner_name", "owner__name"), ("owner_uscc", "owner__uscc"), "responsible_unit", "lead", "contact", "phone", "address"),
        *("content", "local_code", "total_wan", "total_text", "is_approx", "planned_start", "planned_finish", "actual_start", "actual_finish"),
        *("stopped_on", "stage_reason", "land_mu", "expected_output_wan", "expected_tax_wan", "remarks", "is_synthetic", "source", "created_at"),
    ],
    search=search,
    entity="Projects",
    notes={
        "uid": _("项目的固定编号，改名、换代码都不变"),
        "unit_key": _("填报单位的固定标识，单位改名也不变"),
        "total_wan": _("现在所知的总投资；各版清单里写的见“清单项目”"),
        "is_approx": _("是：来源写了“约”“近”"),
    },
)
tracked(
    "project-codes",
    ProjectCode,
    [*OF_PROJECT, "code", "role", "form", "superseded_by"],
    search=by_project("project", "code"),
    entity="ProjectCodes",
)
tracked("project-tags", ProjectTag, [*OF_PROJECT, "tag", ("tag_code", "tag__code"), ("tag_name", "tag__name")], search=by_project())
tracked(
    "locations",
    LocationShare,
    [*OF_PROJECT, "division", ("division_code", "division__code"), ("division_name", "division__name"), "share_percent"],
    search=by_project(),
)
tracked("lists", ProjectList, ["key", "name", "year", "kind"], period=("year", ""))
tracked(
    "list-versions",
    ListVersion,
    [
        *("list", ("list_key", "list__key"), ("year", "list__year"), "number", "as_of", "title", "doc_no"),
        *("declared_count", "declared_total_wan", "source", "note"),
    ],
    period=("list__year", ""),
    entity="ListVersions",
    notes={
        "declared_count": _("公布文件里写的个数，可能与逐个项目数出来的不同"),
        "declared_total_wan": _("公布文件里写的合计，可能与逐个项目相加的不同"),
    },
)
tracked(
    "list-entries",
    Entry,
    [
        *("version", ("list_key", "version__list__key"), ("list_number", "version__number"), ("year", "version__list__year"), *OF_PROJECT),
        *("position", "sector", ("sector_code", "sector__code"), ("sector_name", "sector__name"), "total_wan"),
    ],
    search=by_project(),
    period=("version__list__year", ""),
    entity="Lists",
    notes={"total_wan": _("这一版清单里写的总投资")},
)
tracked(
    "plan-versions",
    PlanVersion,
    [*OF_PROJECT, "number", "is_baseline", "total_wan", "planned_start", "planned_finish", "decided_on", "doc_no", "reason"],
    search=by_project("project", "doc_no"),
)
tracked(
    "annual-plans",
    AnnualPlan,
    [*OF_PROJECT, "year", "month", "plan_wan", "cum_prior_wan", "goal"],
    search=by_project(),
    period=("year", "month"),
    computed=month_key(F("year"), F("month")),
    entity="AnnualPlans",
    notes={"month": _("空：全年的计划；全年与分月的不能相加")},
)
tracked(
    "months",
    MonthReport,
    [
        *("period", ("year", "period__year"), ("month", "period__month"), ("half", "period__half"), *OF_PROJECT),
        *("done_month_wan", "done_ytd_wan", "cum_total_wan", "progress_percent", "progress_text", "problems", "is_approx", "state"),
    ],
    search=by_project("project", "problems", "progress_text"),
    period=("period__year", "period__month"),
    computed=month_key(F("period__year"), F("period__month")),
    entity="ProgressMonthly",
    notes={
        "half": _("上、下半月的行与整月的不能相加"),
        "done_month_wan": _("只本月的；空是没有报，不是0"),
        "done_ytd_wan": _("年初到本月末；各月的不能相加；空是没有报，不是0"),
        "cum_total_wan": _("自开工到本月末；各月的不能相加；空是没有报，不是0"),
        "is_approx": _("是：来源写了“约”“近”"),
    },
)
tracked(
    "periods",
    ReportingPeriod,
    ["year", "month", "half", "opens_on", "due_on", "grace_until", "locks_on", "locked_at"],
    period=("year", "month"),
    computed=month_key(F("year"), F("month")),
    entity="Periods",
)
register(
    "calendar",
    CalendarMonth,
    ["year", "half_of_year", "half_label", "quarter", "quarter_label", "month", "label", "first_day", "last_day", "days"],
    period=("year", "month"),
    notes={"id": _("年月编号，如 202006；别的表以 month_key（MonthKey）与它相连")},
    entity="Calendar",
)
register(
    "lock-exceptions",
    LockException,
    [
        *("unit", ("unit_key", "unit__key"), "period", ("year", "period__year"), ("month", "period__month"), ("half", "period__half")),
        *("until", "reason", "granted_at", "revoked_at"),
    ],
    period=("period__year", "period__month"),
)
tracked(
    "review-events",
    ReviewEvent,
    [
        *("report", ("project_id", "report__project"), ("unit_id", "report__project__unit"), ("year", "report__period__year")),
        *(("month", "report__period__month"), "verb", "from_state", "to_state", "at", "reason", "cells", "is_late", "upload_id"),
    ],
    period=("report__period__year", "report__period__month"),
)
register(
    "nil-returns",
    NilReturn,
    ["unit", ("unit_key", "unit__key"), "period", ("year", "period__year"), ("month", "period__month"), "at", "note", "is_late", "withdrawn_at"],
    period=("period__year", "period__month"),
)
register(
    "corrections",
    Correction,
    [
        *("report", ("project_id", "report__project"), ("unit_id", "report__project__unit"), ("year", "report__period__year")),
        *(("month", "report__period__month"), "field", "published", "value", "together", "reason", "state", "at", "settled_at", "note"),
    ],
    period=("report__period__year", "report__period__month"),
)
register("proposals", Proposal, [*OF_PROJECT, "changes", "doc_no", "decided_on", "reason", "door", "state", "at", "settled_at", "note"])
tracked("permits", Permit, [*OF_PROJECT, "kind", "state", "doc_no", "issuer", "issued_on", "expires_on"], search=by_project("project", "doc_no"))
tracked(
    "obstacles",
    Obstacle,
    [
        *(*OF_PROJECT, "period", "text", "raised_on", "level", "escalated_on", "owner_unit"),
        *(("owner_unit_key", "owner_unit__key"), "due_on", "resolved_on", "resolution"),
    ],
    search=by_project("project", "text"),
)
tracked(
    "light-profiles",
    LightProfile,
    [
        *("key", "name", "version", "is_own", "valid_from", "progress_by", "progress_yellow", "progress_yellow_at", "progress_red"),
        *("progress_red_at", "slack", "start_yellow", "start_red", "payment_yellow", "payment_red", "statistics_yellow", "statistics_red"),
        *("unit_by", "unit_red_months", "source", "reason", "at", "door"),
    ],
    notes={
        "progress_yellow": _("按百分点，或按时序应完成的百分之几，见 progress_by；空：不亮"),
        "progress_yellow_at": _("是：恰好等于界线的也算"),
    },
)
tracked(
    "light-notes",
    LightNote,
    [
        *(*OF_PROJECT, "year", "month", "kind", "colour", "entered_on", "profile", ("profile_name", "profile__name")),
        *(("profile_version", "profile__version"), "withdraws", "reason", "at", "door"),
    ],
    search=by_project("project", "reason"),
    period=("year", "month"),
    notes={"colour": _("人工改的灯，与系统算出的并列"), "withdraws_id": _("撤回的是哪一条")},
)
tracked("campaigns", Campaign, ["name", "begins_on", "ends_on", "goal", "list_version", "note"])
tracked("campaign-projects", CampaignProject, ["campaign", *OF_PROJECT, "target_wan", "due_on", "joined_on", "left_on"], search=by_project())
tracked("project-disclosures", ProjectDisclosure, [*OF_PROJECT, "item", "level", "basis", "reason"], search=by_project())
OF_INDICATOR: tuple[str | tuple[str, str], ...] = (
    *("indicator", ("indicator_key", "indicator__key"), ("indicator_name", "indicator__name"), ("measure", "indicator__measure")),
    *("unit", ("unit_key", "unit__key")),
)
tracked(
    "indicators",
    Indicator,
    [
        *("key", "name", "name_en", "subject", "subject_en", "kind", "measure", "better", "every", "is_cumulative"),
        *("definition", "bureau", "sort_order", "is_watched"),
    ],
)
tracked(
    "indicator-targets",
    IndicatorTarget,
    [*OF_INDICATOR, "year", "value", "source", "doc_no", "url", "note", "is_synthetic"],
    period=("year", ""),
    notes={"unit_id": _("空：全市的")},
)
tracked(
    "indicator-values",
    IndicatorValue,
    [
        *(*OF_INDICATOR, "year", "month", "value", "is_approx", "nation_value", "province_value"),
        *("source", "doc_no", "url", "published_on", "note", "is_synthetic"),
    ],
    period=("year", "month"),
    computed=month_key(F("year"), F("month")),
    notes={"unit_id": _("空：全市的"), "value": _("按 measure 计：4 是 4%，不是 0.04；增速相减得百分点")},
)
register("organisations", Organisation, ["name", "uscc"])
register(
    "classifications",
    Classification,
    ["scheme", "code", "name", "parent", "sort_order", "aliases", "valid_from", "valid_to", "source"],
    entity="Classifications",
)
register("thresholds", Threshold, ["code", "key", "value", "unit", "valid_from", "valid_to", "source", "note"])
register("stage-fields", StageField, ["field", "label", "stage", "kind", "blocks", "valid_from", "valid_to", "source"])
register("holidays", Holiday, ["date", "is_workday", "name", "source"])
# The cuts that can be asked for; one that a lock still owes is not told.
register(
    "cuts",
    Cut,
    [
        "name",
        "made_at",
        "by",
        "door",
        "reason",
        "as_of",
        "period",
        ("year", "period__year"),
        ("month", "period__month"),
        ("half", "period__half"),
        "seq",
    ],
    only={"made_at__isnull": False},
)
reading.find_cut.append(find_cut)

_OF_A_PROJECT = (
    *("project-codes", "project-tags", "locations", "list-entries", "plan-versions", "annual-plans", "months", "permits", "obstacles"),
    *("proposals", "campaign-projects", "project-disclosures", "light-notes"),
)
include("projects", **{name: Include(name, "project_id") for name in _OF_A_PROJECT})
include("lists", **{"list-versions": Include("list-versions", "list_id")})
include("campaigns", **{"campaign-projects": Include("campaign-projects", "campaign_id")})
include("months", **{"review-events": Include("review-events", "report_id"), "corrections": Include("corrections", "report_id")})

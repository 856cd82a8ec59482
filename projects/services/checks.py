"""Runs the rules on a row as a form would leave it: stored rows in, findings out. The admin's one way to the rules.

Each check reads what the rules need beside the row (thresholds, the stage table, codes of others, earlier months) in a fixed
number of queries, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from accounts.models import Division
from projects.earlier import past_of
from projects.findings import Finding, Severity, message
from projects.models import AnnualPlan, Correction, MonthReport, Project, ProjectCode, StageField, Threshold, in_time
from projects.period import WHOLE, Period
from projects.records import CodeOwner, CodeRecord, Context, MonthRecord, PermitRecord, ProjectRecord, Thresholds
from projects.rules import CODE_RULES, MONTH_RULES, PROJECT_RULES, run
from projects.services.edits import last_edits
from projects.services.periods import earlier_this_year
from projects.stages import DEFAULT_TABLE, Stage, StageTable
from projects.values import PartialDate, normalise_code

# What the project form has no column for, and so can't ask.
_NOT_CARRIED = frozenset({"district", "in_use_on", "final_account_wan", "out_document", "start_delay_reason"})
_ASKED = frozenset(item.name for item in fields(ProjectRecord)) | frozenset(item.name for item in fields(MonthRecord))
_DATES = ("planned_start", "planned_finish", "actual_start", "actual_finish", "stopped_on")
_PART = 500
_GONE = (Stage.OUT.value, Stage.CLOSED.value)


def check_project(project: Project, *, stage_before: str = "", reason: str = "", code: str | None = None, by_city: bool = False) -> list[Finding]:
    """What the project rules say of a project as it stands on the instance. `code` is one typed but not yet stored."""
    record = project_record(project, stage_before=stage_before, reason=reason, code=code)
    return run(PROJECT_RULES, record, _context(project, _plan_year(project), codes=[record.code], by_city=by_city))


def check_code(code: ProjectCode) -> list[Finding]:
    """What the code rules say of one more code of a project."""
    project = code.project
    record = CodeRecord(
        code=code.code, identity=project.pk, unit=project.unit.name, unit_division=project.unit.division.code if project.unit.division else None
    )
    return run(CODE_RULES, record, _context(project, _plan_year(project), codes=[code.code]))


def check_annual_plan(plan: AnnualPlan) -> list[Finding]:
    """What the project rules say of the plan of a year; a plan of one month is not judged by them."""
    if plan.month is not None:
        return []
    record = project_record(plan.project, plan=plan)
    context = _context(plan.project, plan.year, codes=[])
    spoken = {"plan_wan", "cum_prior_wan"}
    return [finding for finding in run(PROJECT_RULES, record, context) if finding.field in spoken]


def check_month(report: MonthReport, *, reason: str = "") -> list[Finding]:
    """What the month rules say of a report, with this year's earlier months and December before them."""
    period = report.period.as_period
    besides = _beside([report.project_id], period)
    return _judge(report, _context(report.project, period.month.year, period=period, codes=[]), besides, reason)


def check_corrected(report: MonthReport, values: Mapping[str, Decimal], *, reason: str = "") -> list[Finding]:
    """What the month rules say of a report with these figures in place of its own, and do not say of it as it was published.

    The months before it count as they were corrected.
    """
    period = report.period.as_period
    context, besides = _context(report.project, period.month.year, period=period, codes=[]), _beside([report.project_id], period)
    before = {repr(finding) for finding in _judge(report, context, besides, reason)}
    rows = besides.earlier.get(report.project_id, [])
    told = Correction.objects.filter(report__in=[row.pk for row in rows], state=Correction.State.APPROVED).order_by("settled_at", "id")
    for correction in told:
        row = next(row for row in rows if row.pk == correction.report_id)
        if correction.stands_beside(row):
            setattr(row, correction.field, Decimal(correction.value))
    corrected = copy(report)
    for name, value in values.items():
        setattr(corrected, name, value)
    return [finding for finding in _judge(corrected, context, besides, reason) if repr(finding) not in before]


@dataclass(slots=True)
class _Beside:
    """What stands beside the reports of a month: the year's plans and the earlier months, by project."""

    plans: dict[int, AnnualPlan]
    earlier: dict[int, list[MonthReport]]


def _beside(project_ids: Sequence[int], period: Period) -> _Beside:
    """Two queries for any number of projects, in parts that SQLite takes."""
    found, month = _Beside({}, {}), period.month
    for start in range(0, len(project_ids), _PART):
        part = project_ids[start : start + _PART]
        found.plans |= {plan.project_id: plan for plan in AnnualPlan.objects.filter(project__in=part, year=month.year, month=None)}
        rows = MonthReport.objects.filter(earlier_this_year(period), project__in=part).select_related("period")
        for row in rows.order_by(*in_time("period__")):
            found.earlier.setdefault(row.project_id, []).append(row)
    return found


def _judge(report: MonthReport, context: Context, besides: _Beside, reason: str) -> list[Finding]:
    plan, rows = besides.plans.get(report.project_id), besides.earlier.get(report.project_id, ())
    own = report.period.as_period
    told = [(row.period.as_period, row.done_month_wan, row.done_ytd_wan, row.progress_text or None) for row in rows if row.pk != report.pk]
    record = MonthRecord(
        project=project_record(report.project, plan=plan, cum_total_wan=report.cum_total_wan),
        month=own.month,
        half=own.half,
        done_month_wan=report.done_month_wan,
        done_ytd_wan=report.done_ytd_wan,
        cum_total_wan=report.cum_total_wan,
        progress_percent=report.progress_percent,
        progress_text=report.progress_text or None,
        correction_note=reason or None,
        past=past_of(told, own),
    )
    return run(MONTH_RULES, record, context)


def open_questions(reports: Sequence[MonthReport]) -> dict[int, list[tuple[str, str]]]:
    """Report id → what the month rules block or ask a word on, in Chinese and English; reports without such are left out.

    The queries grow with the months, not with the reports (but for a project without a plan of the year or a total since its start).
    """
    given = last_edits([report.pk for report in reports])
    prefetch_related_objects([report.project for report in reports], "permits", "codes", "sector", "owner", "unit__division")
    found: dict[int, list[tuple[str, str]]] = {}
    for period in sorted({report.period.as_period for report in reports}):
        own = [report for report in reports if report.period.as_period == period]
        besides = _beside([report.project_id for report in own], period)
        context = _context(own[0].project, period.month.year, period=period, codes=[])
        for report in own:
            reason = given[report.pk].reason if report.pk in given else ""
            asked = [finding for finding in _judge(report, context, besides, reason) if finding.severity is not Severity.INFO]
            if asked:
                found[report.pk] = [(message(finding, "zh"), message(finding, "en")) for finding in asked]
    return found


# --- Rows → records ----------------------------------------------------------------------------------------------------------------


def project_record(
    project: Project,
    *,
    stage_before: str = "",
    reason: str = "",
    code: str | None = None,
    plan: AnnualPlan | None = None,
    cum_total_wan: Decimal | None = None,
) -> ProjectRecord:
    """The record of a project as it stands on the instance, with its year's plan, its permits and its newest month."""
    if plan is None and project.pk:
        plan = AnnualPlan.objects.filter(project=project, month=None).order_by("-year").first()
    if cum_total_wan is None and project.pk:
        newest = MonthReport.objects.filter(project=project).exclude(cum_total_wan=None)
        report = newest.order_by(*in_time("period__", newest=True)).first()
        cum_total_wan = report.cum_total_wan if report is not None else None
    stage = Stage(project.stage) if project.stage else None
    before = Stage(stage_before) if stage_before and stage_before != project.stage else None
    told = project.stage_reason or (reason if before is not None else "") or None
    dates: dict[str, Any] = {name: _partial(getattr(project, name)) for name in _DATES}
    return ProjectRecord(
        name=project.name or None,
        kind=project.kind,
        stage=stage,
        identity=project.pk,
        code=code or _primary_code(project),
        local_code=project.local_code or None,
        unit=project.unit.name,
        unit_division=project.unit.division.code if project.unit.division else None,
        sector=project.sector.name if project.sector else None,
        owner=project.owner.name if project.owner else None,
        uscc=project.owner.uscc if project.owner else None,
        content=project.content or None,
        approval_kind=project.approval_kind or None,
        **dates,
        total_wan=project.total_wan,
        cum_prior_wan=plan.cum_prior_wan if plan else None,
        plan_wan=plan.plan_wan if plan else None,
        cum_total_wan=cum_total_wan,
        capital_class=project.sector.code if project.sector else None,
        land_mu=project.land_mu,
        permits=_permits(project),
        previous_stage=before,
        stage_reason=told,
        stop_reason=told,
        out_reason=told,
    )


def _partial(text: str) -> PartialDate | None:
    return PartialDate.parse(text) if text else None


def _primary_code(project: Project) -> str | None:
    if not project.pk:
        return None
    return next((code.code for code in project.codes.all() if code.role == ProjectCode.Role.PRIMARY), None)


def _permits(project: Project) -> tuple[PermitRecord, ...] | None:
    """The permits held in the books; None, "not asked", for a project that has none recorded yet."""
    rows = list(project.permits.all()) if project.pk else []
    found = tuple(
        PermitRecord(
            row.kind, row.state, row.doc_no, PartialDate.of(row.issued_on) if row.issued_on else None, row.expires_on, str(row.get_kind_display())
        )
        for row in rows
    )
    return found or None


# --- What rows are judged in -------------------------------------------------------------------------------------------------------


def _plan_year(project: Project) -> int:
    newest = AnnualPlan.objects.filter(project=project).order_by("-year").values_list("year", flat=True).first() if project.pk else None
    return newest or timezone.localdate().year


def _context(project: Project, year: int, *, period: Period | None = None, codes: list[str | None], by_city: bool = False) -> Context:
    """Thresholds and stage fields valid in the year, divisions, and who holds these codes. Four queries."""
    divisions = list(Division.objects.select_related("successor"))
    wanted = [normalise_code(code) for code in codes if code]
    owners = ProjectCode.objects.filter(code__in=wanted).exclude(project=project.pk).exclude(project__stage__in=_GONE).select_related("project")
    asked = list(_valid(StageField.objects.all(), year).values("field", "stage", "label", "kind", "blocks"))
    return Context(
        plan_year=year,
        today=timezone.localdate(),
        month=period.month if period is not None else None,
        half=period.half if period is not None else WHOLE,
        region_prefix=settings.CITY_CODE[:4],
        open_regions=frozenset({settings.CITY_CODE, *(row.code for row in divisions if row.level == Division.Level.STATISTICAL)}),
        region_successors={row.code: row.successor.code for row in divisions if row.successor is not None},
        codes_in_use={row.code: CodeOwner(row.project_id, row.project.name) for row in owners},
        thresholds=Thresholds.from_rows(_valid(Threshold.objects.all(), year).values_list("code", "key", "value", "source")),
        # Without rows the usual table holds: an empty one would ask for nothing at all.
        stage_table=StageTable.from_rows(asked) if asked else DEFAULT_TABLE,
        asked=_ASKED - _NOT_CARRIED,
        by_city=by_city,
    )


def _valid(rows: Any, year: int) -> Any:
    """Rows in force at the end of the year; a later one of the same code comes last and so wins."""
    end = date(year, 12, 31)
    kept = rows.filter(Q(valid_from=None) | Q(valid_from__lte=end)).filter(Q(valid_to=None) | Q(valid_to__gte=date(year, 1, 1)))
    return kept.order_by("valid_from", "id")

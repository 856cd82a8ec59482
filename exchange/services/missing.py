"""Who is missing: projects that reported last month, or stood on the former list version, and are not in this file."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils import timezone

from exchange.models import Upload
from exchange.parse import Place, PlacedFinding
from exchange.services.examine import Seen, Setting
from projects.findings import Finding, Severity
from projects.models import Entry, MonthReport, ReportingPeriod
from projects.records import ListRecord, ReturnRecord
from projects.rules import LIST_RULES, RETURN_RULES, run
from projects.services.context import build_context
from projects.values import Month


def missing_findings(seen: Seen, setting: Setting, upload: Upload) -> Iterator[PlacedFinding]:
    """Findings without a cell, one for each project that is missing; a handful of queries for a file."""
    for month in sorted(seen.periods):
        yield from _missing_months(seen, setting, month)
    if upload.list_version is not None and seen.projects:
        yield from _left_list(seen, upload)


def list_findings(seen: Seen, upload: Upload) -> list[PlacedFinding]:
    """Rules 68 and 69: what the list adds up to beside what its document declares."""
    version = upload.list_version
    if version is None or not seen.listed:
        return []
    declared = version.declared_total_wan
    record = ListRecord(
        version.list.name,
        seen.listed,
        seen.listed_wan,
        version.declared_count,
        Decimal(declared) if declared is not None else None,
        seen.listed_approx,
        version.doc_no,
        version.note,
    )
    context = build_context(year=version.list.year, today=version.as_of)
    return [PlacedFinding(finding, Place(None)) for finding in run(LIST_RULES, record, context)]


def period_findings(seen: Seen, chosen: Month | None) -> list[PlacedFinding]:
    """A month sheet that names no month, and a month that was chosen though the file names others: asked, never guessed."""
    found = [PlacedFinding(Finding("period_missing", Severity.BLOCKS), Place(sheet)) for sheet in sorted(seen.without_period, key=str)]
    if chosen is not None and seen.periods and chosen not in seen.periods:
        months = "、".join(str(month) for month in sorted(seen.periods))
        found.append(PlacedFinding(Finding("period_differs", Severity.BLOCKS, None, {"chosen": str(chosen), "found": months}), Place(None)))
    return found


def _missing_months(seen: Seen, setting: Setting, month: Month) -> Iterator[PlacedFinding]:
    before = month.previous
    rows = MonthReport.objects.filter(period__year=before.year, period__month=before.month, period__half=0, project__unit__in=seen.units)
    rows = rows.exclude(project__stage__in=("done", "operate", "closed", "out", "suspended"))
    expected: dict[int, dict[int, str]] = {}
    for unit_id, project_id, name in rows.values_list("project__unit_id", "project_id", "project__name"):
        expected.setdefault(unit_id, {})[project_id] = name
    if not expected:
        return
    context = build_context(year=month.year, today=timezone.localdate(), month=month)
    due_on = ReportingPeriod.objects.filter(year=month.year, month=month.month, half=0).values_list("due_on", flat=True).first()
    for unit_id, names in expected.items():
        unit = setting.lookups.unit_by_id(unit_id)
        record = ReturnRecord(unit.name if unit else "", month, timezone.localdate(), due_on, names, frozenset(seen.projects))
        for finding in run(RETURN_RULES, record, context):
            yield PlacedFinding(finding, Place(None))


def _left_list(seen: Seen, upload: Upload) -> Iterator[PlacedFinding]:
    version = upload.list_version
    if version is None:
        return
    former = version.list.versions.filter(number__lt=version.number).order_by("-number").first()
    if former is None:
        return
    for project_id, name in Entry.objects.filter(version=former).values_list("project_id", "project__name"):
        if project_id not in seen.projects:
            yield PlacedFinding(Finding("list_left", Severity.INFO, "name", {"name": name}), Place(None))

"""Who is missing: projects that reported last month, or stood on the former list version, and are not in this file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils import timezone

from exchange.models import Upload
from exchange.parse import Place, PlacedFinding
from exchange.services.setting import Seen, Setting
from projects.findings import Finding, Severity
from projects.models import Entry, MonthReport, ReportingPeriod
from projects.period import PARTS_UP_TO, Period
from projects.records import ListRecord, ReturnRecord
from projects.rules import LIST_RULES, RETURN_RULES, run
from projects.services.context import build_context
from projects.services.halves import part_refusal
from projects.services.periods import deadline, stored_period

NOT_IN_FILE = frozenset({"list_left", "project_not_reported", "projects_not_reported"})
_NAMED = 30  # names that stand in the sentence itself; the page lists them all


def missing_findings(seen: Seen, setting: Setting, upload: Upload, expected: Period | None = None) -> Iterator[PlacedFinding]:
    """What is missing, without a cell; a handful of queries for a file. `expected` is the month of a month sheet that has no rows."""
    empty = {expected} if expected is not None and not seen.periods else set()
    for period in sorted(seen.periods | empty):
        yield from _missing_months(seen, setting, period)
    if upload.list_version is not None and seen.projects:
        yield from _left_list(seen, upload)


def count_missing(placed: PlacedFinding) -> int:
    """How many projects a finding says are missing: a return that came late misses none."""
    return len(names) if isinstance(names := placed.finding.params.get("listed"), (list, tuple)) else int(placed.finding.code in NOT_IN_FILE)


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


def period_findings(seen: Seen, chosen: Period | None) -> list[PlacedFinding]:
    """A month sheet that names no month, a month that was chosen though the file names others, half a month where the whole is reported
    or the other way round: asked, never guessed."""
    found = [PlacedFinding(Finding("period_missing", Severity.BLOCKS), Place(sheet)) for sheet in sorted(seen.without_period, key=str)]
    if chosen is not None and seen.periods and chosen not in seen.periods:
        months = "、".join(str(period) for period in sorted(seen.periods))
        found.append(PlacedFinding(Finding("period_differs", Severity.BLOCKS, None, {"chosen": str(chosen), "found": months}), Place(None)))
    for period in sorted(seen.periods):
        refused = part_refusal(period)
        if refused is not None:
            found.append(PlacedFinding(Finding("period_part", Severity.BLOCKS, None, {"zh": refused.zh, "en": refused.en}), Place(None)))
    return found


def _missing_months(seen: Seen, setting: Setting, period: Period) -> Iterator[PlacedFinding]:
    before, month = period.previous, period.month
    units = seen.units or ({setting.unit.pk} if setting.unit is not None else set())
    stored = MonthReport.objects.filter(period__year=month.year, period__month=month.month, period__half=period.half, project__unit__in=units)
    reported = frozenset(seen.projects) | frozenset(stored.values_list("project_id", flat=True))
    rows = MonthReport.objects.filter(period__year=before.month.year, period__month=before.month.month, project__unit__in=units)
    rows = rows.filter(period__half__in=PARTS_UP_TO[before.half])
    rows = rows.exclude(project__stage__in=("done", "operate", "closed", "out", "suspended"))
    expected: dict[int, dict[int, str]] = {}
    for unit_id, project_id, name in rows.values_list("project__unit_id", "project_id", "project__name"):
        expected.setdefault(unit_id, {})[project_id] = name
    if not expected:
        return
    context = build_context(year=month.year, today=timezone.localdate(), month=month)
    due, grace = deadline(stored_period(period) or ReportingPeriod(year=month.year, month=month.month, half=period.half))
    for unit_id, names in expected.items():
        unit = setting.lookups.unit_by_id(unit_id)
        record = ReturnRecord(unit.name if unit else "", month, timezone.localdate(), due, names, reported, grace)
        for finding in _together(run(RETURN_RULES, record, context), unit.name if unit else "", period):
            yield PlacedFinding(finding, Place(None))


def _together(findings: Sequence[Finding], unit: str, period: Period) -> list[Finding]:
    """All projects of a unit that are missing in one finding that names them; what else the rules say stays as it is."""
    absent = [finding for finding in findings if finding.code == "project_not_reported"]
    if len(absent) < 2:
        return list(findings)
    names = [str(finding.params["name"]) for finding in absent]
    some = "、".join(f"“{name}”" for name in names[:_NAMED])
    params = {"count": len(names), "unit": unit, "month": str(period), "names": some, "more": "等" if len(names) > _NAMED else "", "listed": names}
    return [finding for finding in findings if finding not in absent] + [Finding("projects_not_reported", Severity.REASON, "name", params)]


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

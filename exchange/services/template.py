"""Makes a unit's template: its own projects as they stand, with the last figures in grey and a mark of every value."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import audit, scope
from accounts.models import ReportingUnit
from accounts.roles import Action as May
from exchange.layout import CellContent
from exchange.plan import Known
from exchange.services.contents import Names, content_of
from exchange.services.faults import NotAllowedError, StateError
from exchange.services.fund_template import fund_accounts, fund_lines
from exchange.services.memory import without_collecting
from exchange.services.snapshot import Frame, load_projects
from exchange.services.template_notes import NOTHING, Note, period_note
from exchange.sheets import Kind
from exchange.sheets.stamp import Issue, Marker, stamp_rows
from exchange.sheets.template import (
    CLASSES,
    FUND_KINDS,
    MONTH_FIELDS,
    NATURE_LIST,
    SECTOR_LIST,
    STAGE_LIST,
    TemplateFrame,
    TemplateRow,
    marked_fields,
    template_book,
    template_fields,
)
from exchange.workbook.template import write_template
from projects.models import Classification, MonthReport, Project, ReportingPeriod, in_time
from projects.period import FIRST_HALF, SECOND_HALF, Period
from projects.services.halves import part_refusal
from projects.services.periods import stored_period
from projects.services.reviews import open_reasons, open_remarks
from projects.stages import Stage
from projects.values import Month
from projects.workflow import span_end

_SALT = "exchange.template"
_PART = 900
_GONE = (Stage.OUT.value, Stage.CLOSED.value)
_SCHEMES = {"infrastructure": Classification.Scheme.SECTOR, "emerging": Classification.Scheme.SEI}
_PROJECT_KINDS = {Kind.INFRASTRUCTURE: Project.Kind.INFRASTRUCTURE, Kind.EMERGING: Project.Kind.EMERGING}
FIRST_MONTH = Month(2000, 1)  # that a file may report
LAST_MONTHS = 12  # how far back the grey values are looked for


@dataclass(frozen=True, slots=True)
class Template:
    """A written template and what to call it."""

    filename: str
    content: bytes
    projects: int
    note: Note = NOTHING  # what is to be known of its month, in both languages


def signing_keys() -> list[bytes]:
    """The key that templates are signed with, and former ones that still count."""
    return [salted_hmac(_SALT, "key", secret=secret, algorithm="sha256").digest() for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def make_template(
    unit: ReportingUnit, period: Period | Month | None, *, actor: Any, kind: Kind = Kind.MONTHLY, address: str | None = None
) -> Template:
    """The workbook of a unit's projects. NotAllowedError outside the person's scope, StateError where there is nothing to fill."""
    _check_scope(actor, unit)
    if kind is Kind.MONTHLY and period is None:
        raise StateError("period", "请选择填报期。", "Choose the month.")
    asked = Period.of(period) if period is not None else None
    _check_month(asked)
    year = asked.month.year if asked is not None else timezone.localdate().year
    until = min(span_end(asked.month, asked.half), timezone.localdate()) if asked is not None else timezone.localdate()
    asked = asked if kind is Kind.MONTHLY else None
    if asked is not None and (refused := part_refusal(asked)) is not None:
        raise StateError(refused.code, refused.zh, refused.en)
    with without_collecting():
        made = _make(unit, asked, kind, year) if kind not in FUND_KINDS else _make_funds(unit, kind, year, until)
    audit.record("template.export", actor=actor, obj=unit, address=address, period=str(asked or ""), kind=kind.value, projects=made.projects)
    return made


def _check_month(asked: Period | None) -> None:
    """A month that nobody has opened may be prepared, but not one that is years away: that is a slip of the finger."""
    if asked is None or stored_period(asked) is not None:
        return
    last = Month(timezone.localdate().year + 1, 12)
    if not FIRST_MONTH <= asked.month <= last:
        raise StateError(
            "period",
            f"没有{asked.zh}这个填报期：填报期应在{FIRST_MONTH}至{last}之间。",
            f"{asked.en} is no reporting period: give a month from {FIRST_MONTH} to {last}.",
        )


def _check_scope(actor: Any, unit: ReportingUnit) -> None:
    """Who may take the unit's figures out as a file may have its template."""
    if actor is not None and not scope.reaches(actor, May.EXPORT, unit.pk):
        raise NotAllowedError("scope", f"您不能下载{unit.name}的填报表。", f"You may not download the template of {unit.name}.")


def _make(unit: ReportingUnit, asked: Period | None, kind: Kind, year: int) -> Template:
    period = _period(asked)
    ids = list(_projects(unit, period, kind))
    if not ids:
        raise StateError("empty", f"{unit.name}还没有项目可填。", f"{unit.name} has no projects to fill in.")
    snapshot = load_projects(ids, Frame(year, period, None))
    names = Names.of(snapshot.known.values(), with_divisions=True)
    last = _last_reports(ids, asked) if asked is not None else {}
    remarks = _remarks(unit, period)
    issued = timezone.localtime()
    issue = Issue(
        unit.key, unit.name, str(asked) if asked else None, kind.value, issued.isoformat("T", "seconds"), secrets.token_hex(8), marked_fields(kind)
    )
    marker = Marker(signing_keys()[0], issue)
    uids = dict(Project.objects.filter(unit=unit).values_list("id", "uid"))
    place = _place_of(unit)
    rows: list[TemplateRow] = []
    marks: list[tuple[str, str, str]] = []
    for key in ids:
        known = snapshot.known[key]
        contents = _contents(known, kind, names, names.divisions.get(key, place))
        words, values = _last_words(last[key]) if key in last else ("", {})
        note = remarks.get(known.month.id, {}) if known.month is not None else {}
        rows.append(TemplateRow(contents, snapshot.kinds[key], words, values, note))
        uid = uids[key]
        marks.append((uid, _revisions(known), "".join(marker.mark(uid, name, contents[name]) for name in issue.fields)))
    heed = period_note(unit, asked)
    frame = TemplateFrame(kind, unit.name, asked, issued.strftime("%Y-%m-%d"), _choices(), year, note=heed[0])
    content = write_template(template_book(frame, rows, stamp_rows(marker.key, issue, marks)))
    title = f"{asked.zh}填报表" if asked else f"{'基础设施' if kind is Kind.INFRASTRUCTURE else '战新产业'}清单填报表"
    return Template(f"{unit.short_name}_{title}.xlsx", content, len(ids), heed)


def _make_funds(unit: ReportingUnit, kind: Kind, year: int, until: date) -> Template:
    """The accounts of the year's bonds or plans, as the ledger has them at the end of a day."""
    accounts = fund_accounts(unit, kind, year, until)
    words = "专项债券" if kind is Kind.BOND else "中央预算内投资"
    if not accounts:
        raise StateError(
            "empty",
            f"{unit.name}{year}年还没有{words}资金可填（截至{until:%Y-%m-%d}）。",
            f"{unit.name} has no such accounts of {year} by {until} to fill in.",
        )
    issued = timezone.localtime()
    issue = Issue(unit.key, unit.name, None, kind.value, issued.isoformat("T", "seconds"), secrets.token_hex(8), marked_fields(kind))
    marker = Marker(signing_keys()[0], issue)
    rows, marks = fund_lines(accounts, kind, marker, _place_of(unit), until)
    frame = TemplateFrame(kind, unit.name, None, issued.strftime("%Y-%m-%d"), _choices(), year, until)
    content = write_template(template_book(frame, rows, stamp_rows(marker.key, issue, marks)))
    return Template(f"{unit.short_name}_{year}年{words}填报表_截至{until:%Y-%m-%d}.xlsx", content, len({account.project_id for account in accounts}))


def _place_of(unit: ReportingUnit) -> str:
    return unit.division.name if unit.division is not None else "市级"


def _period(asked: Period | None) -> ReportingPeriod | None:
    if asked is None:
        return None
    return stored_period(asked) or ReportingPeriod(year=asked.month.year, month=asked.month.month, half=asked.half)


def _projects(unit: ReportingUnit, period: ReportingPeriod | None, kind: Kind) -> Iterable[int]:
    """The unit's projects in the order of its lists; one that is out or closed only where it has reported this month."""
    projects = Project.objects.filter(unit=unit)
    if kind in _PROJECT_KINDS:
        projects = projects.filter(kind=_PROJECT_KINDS[kind])
    reported = Q(months__period=period) if period is not None and period.pk else Q(pk__in=[])
    found = projects.filter(~Q(stage__in=_GONE) | reported).order_by("-kind", "sector__sort_order", "id")
    return dict.fromkeys(found.values_list("id", flat=True))


def _remarks(unit: ReportingUnit, period: ReportingPeriod | None) -> dict[int, dict[str, str]]:
    """Report id → field → what a reviewer said when the report was returned; the reason stands under no field."""
    if period is None or period.pk is None:
        return {}
    found = {key: {"": f"退回原因：{reason}"} for key, reason in open_reasons(unit, period).items()}
    for key, cells in open_remarks(unit, period).items():
        found.setdefault(key, {}).update({name: f"审核意见：{text}" for name, text in cells.items()})
    return found


def _contents(known: Known, kind: Kind, names: Names, place: str) -> Mapping[str, CellContent]:
    contents: dict[str, CellContent] = {"district": place}
    for name in template_fields(kind):
        if name not in ("serial", "district"):
            contents[name] = content_of(name, kind.value, known, names)
    return contents


def _revisions(known: Known) -> str:
    """Revisions of the rows behind a line, for whoever reads the stamp; the merge goes by the marks."""
    roles = ("project", "code", "annual", "month")
    return "/".join(str(stored.revision) if (stored := known.role(role)) is not None else "0" for role in roles)


def _last_reports(ids: Sequence[int], period: Period) -> dict[int, dict[str, Any]]:
    """For each project its newest report of the last months before this one, whatever its state: what the rules compare with.

    Where it says no year to date, that of the year's newest report that does stands in it, with `ytd_of`: which report that is.
    """
    month, first = period.month, period.month.plus(-LAST_MONTHS)
    window = (Q(period__year=first.year, period__month__gte=first.month) | Q(period__year__gt=first.year)) & (
        Q(period__year__lt=month.year) | Q(period__year=month.year, period__month__lt=month.month)
    )
    if period.half == SECOND_HALF:
        window |= Q(period__year=month.year, period__month=month.month, period__half=FIRST_HALF)
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ids), _PART):
        rows = MonthReport.objects.filter(window, project__in=ids[start : start + _PART]).order_by(*in_time("period__"))
        for row in rows.values("project_id", "period__year", "period__month", "period__half", "state", *MONTH_FIELDS):
            before = found.get(row["project_id"])
            if before is not None and row["done_ytd_wan"] is None and row["period__year"] == before["period__year"]:
                row |= {"done_ytd_wan": before["done_ytd_wan"], "ytd_of": before.get("ytd_of") or _report_words(before)}
            found[row["project_id"]] = row
    return found


def _report_words(report: Mapping[str, Any]) -> str:
    """Which period a report is of, and its state."""
    state = dict(MonthReport.State.choices)[report["state"]]
    return f"{Period(Month(report['period__year'], report['period__month']), report['period__half'])} {state}"


def _last_words(report: Mapping[str, Any]) -> tuple[str, dict[str, CellContent]]:
    """Which report the grey values are from, and the values."""
    words = _report_words(report)
    if report.get("ytd_of") and report["done_ytd_wan"] is not None:
        words += f"（本年累计：{report['ytd_of']}）"
    return words, {name: report[name] if report[name] != "" else None for name in MONTH_FIELDS}


def _choices() -> dict[str, Sequence[str]]:
    """The words of the drop-downs, each list under the name that cell checks call it by."""
    nodes = list(Classification.objects.order_by("scheme", "sort_order", "id").values_list("scheme", "name"))
    lists: dict[str, Sequence[str]] = {
        STAGE_LIST: [stage.zh for stage in Stage],
        NATURE_LIST: [name for scheme, name in nodes if scheme == Classification.Scheme.NATURE],
    }
    for kind, words in CLASSES.items():
        lists[f"{SECTOR_LIST}{words}"] = [name for scheme, name in nodes if scheme == _SCHEMES[kind]]
    return lists

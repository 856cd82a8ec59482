"""The overview of the year's money as a page and as a workbook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit, scope
from accounts.models import ReportingUnit
from accounts.roles import Action
from funding.asking import year_and_day
from funding.clock_words import in_yi
from funding.course_chart import CourseChart, Series, course_chart
from funding.figures import MonthMoney, money_years
from funding.models import FundEntry
from funding.watch import watch
from funding.watch_rows import city_lines, sections_of
from reports.excel import Print, workbook_bytes
from reports.money import Money, money
from reports.pages import PageTable, page_table
from reports.parameters import UnreadableError
from reports.tables import Row, Table
from reports.views import XLSX, reader

_SHOWN = 100  # projects on the page; the workbook has them all


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; `address` says it again."""

    year: int
    until: date
    unit: ReportingUnit | None
    address: dict[str, str]


def _asked(request: HttpRequest, action: Action) -> Asked:
    """The year, the day and the unit of the address."""
    try:
        year, until = year_and_day(request.GET.dict())
    except ValueError as unreadable:
        raise UnreadableError(str(unreadable)) from unreadable
    unit = _unit(request, action)
    address = {"year": str(year), "until": until.isoformat() if request.GET.get("until") else "", "unit": unit.key if unit else ""}
    return Asked(year, until, unit, {name: value for name, value in address.items() if value})


def _unit(request: HttpRequest, action: Action) -> ReportingUnit | None:
    """A unit out of reach is no unit of this report."""
    key = request.GET.get("unit", "")
    if not key:
        return None
    found = scope.units_for_user(request.user, action).filter(key=key[:60]).first()
    if found is None:
        raise Http404(f"unit {key[:60]}")
    return found


def _chart(found: Money) -> CourseChart | None:
    """Quota as outline, what was issued solid, what was spent beside it."""
    course: list[MonthMoney] = found.course
    bars = (
        Series(_("累计发行"), "actual", [month.issued_wan for month in course]),
        Series(_("累计支出") if found.whole_city else _("本单位累计支出"), "spent", [month.paid_wan for month in course]),
    )
    labels = [_("%(month)s月") % {"month": month} for month in range(1, 13)]
    return course_chart(labels, bars, Series(_("累计额度"), "plan", [month.quota_wan for month in course]))


def _links(row: Row) -> dict[str, str]:
    """A batch and a plan lead to their pages, a unit to its accounts, a project to the money on its page."""
    if "quota" in row.keys:
        return {"label": reverse("admin:funding_quotabatch_page", args=[row.keys["quota"]])}
    if "plan" in row.keys:
        return {"label": reverse("admin:funding_centralplan_page", args=[row.keys["plan"]])}
    if "project" in row.keys:
        return {"label": reverse("admin:projects_project_page", args=[row.keys["project"]]) + "#panel-money"}
    return {"label": f"{reverse('admin:funding_fundaccount_changelist')}?{urlencode(row.keys)}"} if row.keys else {}


def _page(table: Table) -> PageTable:
    """A long table is cut on the page; its total is over all of it."""
    left = len(table.rows) - 1 - _SHOWN
    if left > 0:
        said = ngettext("另有%(n)s个项目，见下载的 Excel。", "另有%(n)s个项目，见下载的 Excel。", left) % {"n": left}
        table = replace(table, rows=table.rows[: _SHOWN + 1], notes=(*table.notes, said))
    return page_table(table, _links)


def _units(request: HttpRequest) -> list[ReportingUnit]:
    """The units in reach, where there is anything to choose."""
    units = list(scope.units_for_user(request.user, Action.VIEW))
    return units if len(units) > 1 else []


def _clocks(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """The clocks of money in short: those of the city in words, of the others how many stand at which light."""
    reach = scope.for_user(FundEntry.objects.all(), request.user, Action.VIEW)
    whole_city = scope.city_wide(request.user, Action.VIEW)
    clocks = watch(reach, asked.year, asked.until)
    address = urlencode({"year": asked.year, "until": asked.until.isoformat()})
    return {
        "clocks": city_lines(clocks, in_yi),
        "counts": [(section.title, section.counts) for section in sections_of(clocks, whole_city=whole_city) if section.lines],
        "clocks_url": f"{reverse('admin:funding_watch')}?{address}",
    }


@reader(Action.VIEW)
def money_page(request: HttpRequest) -> HttpResponse:
    asked = _asked(request, Action.VIEW)
    found = money(request.user, asked.year, asked.until, unit=asked.unit)
    context: dict[str, Any] = {
        "money": found,
        "unit": asked.unit,
        "units": _units(request),
        "years": sorted({*money_years(), asked.year}, reverse=True),
        "pages": [_page(table) for table in found.tables],
        "chart": _chart(found),
        "course": found.course,
        "title": _("%(year)s年资金总览") % {"year": asked.year},
        "download": f"{reverse('reports:money_xlsx')}?{urlencode(asked.address)}" if scope.may(request.user, Action.EXPORT) else "",
        **(_clocks(request, asked) if asked.unit is None else {}),
    }
    return render(request, "reports/money.html", context)


@reader(Action.EXPORT)
def money_xlsx(request: HttpRequest) -> HttpResponse:
    asked = _asked(request, Action.EXPORT)
    found = money(request.user, asked.year, asked.until, Action.EXPORT, asked.unit)
    names = (_("额度"), _("投向"), _("中央预算内"), _("按单位"), _("按项目"))
    content = workbook_bytes([Print(table, name, page_words=_("第&P页 共&N页")) for table, name in zip(found.tables, names, strict=True)])
    audit.record("report.export", actor=request.user, report="money", **asked.address)
    name = _("%(year)s年资金总览") % {"year": asked.year}
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, f"{name}.xlsx") or ""})

"""The overview of the year's money as a page and as a workbook."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts import audit, scope
from accounts.roles import Action
from funding.asking import year_and_day
from reports.excel import Print, workbook_bytes
from reports.money import money
from reports.money_chart import money_chart
from reports.pages import page_table
from reports.parameters import UnreadableError
from reports.tables import Row
from reports.views import XLSX, reader


def _asked(request: HttpRequest) -> tuple[int, date, dict[str, str]]:
    """The year and the day of the address, and the address that names them again."""
    try:
        year, until = year_and_day(request.GET.dict())
    except ValueError as unreadable:
        raise UnreadableError(str(unreadable)) from unreadable
    return year, until, {"year": str(year), **({"until": until.isoformat()} if request.GET.get("until") else {})}


def _links(row: Row) -> dict[str, str]:
    """A unit leads to its accounts."""
    return {"label": f"{reverse('admin:funding_fundaccount_changelist')}?{urlencode(row.keys)}"} if row.keys else {}


@reader(Action.VIEW)
def money_page(request: HttpRequest) -> HttpResponse:
    year, until, asked = _asked(request)
    found = money(request.user, year, until)
    context: dict[str, Any] = {
        "money": found,
        "pages": [page_table(table, _links) for table in found.tables],
        "chart": money_chart(year, found.course),
        "course": found.course,
        "title": _("%(year)s年资金总览") % {"year": year},
        "download": f"{reverse('reports:money_xlsx')}?{urlencode(asked)}" if scope.may(request.user, Action.EXPORT) else "",
    }
    return render(request, "reports/money.html", context)


@reader(Action.EXPORT)
def money_xlsx(request: HttpRequest) -> HttpResponse:
    year, until, asked = _asked(request)
    found = money(request.user, year, until, Action.EXPORT)
    names = (_("额度"), _("投向"), _("中央预算内"), _("按单位"))
    content = workbook_bytes([Print(table, name, page_words=_("第&P页 共&N页")) for table, name in zip(found.tables, names, strict=True)])
    audit.record("report.export", actor=request.user, report="money", **asked)
    name = _("%(year)s年资金总览") % {"year": year}
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, f"{name}.xlsx") or ""})

"""Debt service as a page and as a workbook."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts import audit, scope
from accounts.roles import Action
from funding.asking import read_year
from reports.debt import debt_service
from reports.excel import A3, Print, workbook_bytes
from reports.pages import page_table
from reports.parameters import UnreadableError
from reports.tables import Row
from reports.views import XLSX, reader


def _year(request: HttpRequest) -> int:
    """The year of the address; this one where it names none."""
    try:
        return read_year(request.GET.get("year", "")) or timezone.localdate().year
    except ValueError as unreadable:
        raise UnreadableError(str(unreadable)) from unreadable


def _links(row: Row) -> dict[str, str]:
    """A payment or a bond leads to the bond, a project to its money, a year to itself."""
    if "bond" in row.keys:
        return {"label": reverse("admin:funding_bond_page", args=[row.keys["bond"]]) + "#debt"}
    if "project" in row.keys:
        return {"label": reverse("admin:projects_project_page", args=[row.keys["project"]]) + "#panel-money"}
    return {"label": f"{reverse('reports:debt')}?{urlencode(row.keys)}"} if row.keys else {}


@reader(Action.VIEW)
def debt_page(request: HttpRequest) -> HttpResponse:
    year = _year(request)
    found = debt_service(request.user, year)
    context: dict[str, Any] = {
        "debt": found,
        "year": year,
        "years": sorted({*found.years, year}),
        "pages": [page_table(table, _links) for table in found.tables],
        "title": _("%(year)s年还本付息") % {"year": year},
        "download": f"{reverse('reports:debt_xlsx')}?{urlencode({'year': year})}" if scope.may(request.user, Action.EXPORT) else "",
    }
    return render(request, "reports/debt.html", context)


@reader(Action.EXPORT)
def debt_xlsx(request: HttpRequest) -> HttpResponse:
    year = _year(request)
    found = debt_service(request.user, year, Action.EXPORT)
    names = (_("还本付息日历"), _("按债券"), _("按项目"), _("逐年"))
    prints = [Print(table, name, page_words=_("第&P页 共&N页")) for table, name in zip(found.tables, names, strict=True)]
    prints.append(Print(found.matrix, _("按项目逐年"), paper=A3, page_words=_("第&P页 共&N页")))
    audit.record("report.export", actor=request.user, report="debt", year=str(year))
    name = _("%(year)s年还本付息") % {"year": year}
    headers = {"Content-Disposition": content_disposition_header(True, f"{name}.xlsx") or ""}
    return HttpResponse(workbook_bytes(prints), content_type=XLSX, headers=headers)

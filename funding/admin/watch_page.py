"""资金预警: the clocks of money as lights with one sentence each, and everything the rules say; each row leads to its project or fund."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, register
from accounts.navigation import may as allowed
from accounts.roles import Action
from accounts.scope import city_wide, for_user, may
from funding.asking import year_and_day
from funding.figures import money_years
from funding.models import FundEntry
from funding.services.findings import findings
from funding.watch import watch
from funding.watch_rows import city_lines, finding_groups, finding_rows, sections_of

register(NavItem("funding", _("资金预警"), "admin:funding_watch", allowed(Action.VIEW), 15))


def watch_page(request: HttpRequest) -> HttpResponse:
    if not may(request.user, Action.VIEW):
        raise PermissionDenied
    asked, unreadable = request.GET.dict(), ""
    try:
        year, until = year_and_day(asked)
    except ValueError as wrong:
        unreadable, (year, until) = str(wrong), year_and_day({})
    entries = for_user(FundEntry.objects.all(), request.user, Action.VIEW)
    whole_city = city_wide(request.user, Action.VIEW)
    found = watch(entries, year, until)
    rows = finding_rows(findings(entries, year, until, whole_city=whole_city))
    context = {
        **admin.site.each_context(request),
        "title": gettext("资金预警"),
        "head_line": gettext("额度发没发完、债券花没花动、哪些钱闲着、计划分没分解，各亮一盏灯"),
        "unreadable": unreadable,
        "year": year,
        "years": sorted({*money_years(), year}, reverse=True),
        "until": until,
        "is_today": until == timezone.localdate(),
        "whole_city": whole_city,
        "city": city_lines(found),
        "sections": [section for section in sections_of(found, whole_city=whole_city) if section.lines],
        "findings": finding_groups(rows),
        "finding_count": len(rows),
    }
    return TemplateResponse(request, "funding/watch.html", context, status=400 if unreadable else 200)

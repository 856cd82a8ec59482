"""Who has not reported: units down, months across, each cell leading to its rows; and the button that chases them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext

from accounts import scope
from accounts.roles import Action
from accounts.words import listed
from projects.admin.states import unreadable
from projects.models import Reminder, ReportingPeriod
from projects.moment import moment_of
from projects.returns import WORDS, Cell, Standing, cell_words, matrix, period_words
from projects.services.reminders import Sent, remind
from projects.workflow import Refused

SIGNS: dict[Standing, str] = {
    Standing.NOT_DUE: "",
    Standing.NOT_STARTED: "–",
    Standing.DRAFT: "○",
    Standing.SUBMITTED: "●",
    Standing.RETURNED: "■",
    Standing.APPROVED: "✓",
    Standing.NIL: "✓",
}


def _shown(cell: Cell) -> dict[str, Any]:
    words = cell_words(cell).split(" · ")
    url = reverse("admin:projects_month_unit", args=[cell.unit.pk, cell.period.pk]) if cell.period is not None else ""
    style = "overdue" if cell.is_overdue else cell.standing.value
    return {"cell": cell, "sign": SIGNS[cell.standing], "words": words[0], "more": words[1:], "url": url, "style": style}


def asked_year(request: HttpRequest) -> int | None:
    """The year of the address, else that of the described month; None where the address names what is no year."""
    text = request.GET.get("year", "")
    if not text:
        return moment_of(request).month.year
    return int(text) if text.isascii() and text.isdigit() and len(text) == len("2020") and 2000 <= int(text) <= 2100 else None


def matrix_page(page: Any, request: HttpRequest) -> HttpResponse:
    if not scope.may(request.user, Action.VIEW):
        raise Http404("returns")
    year = asked_year(request)
    if year is None:
        return unreadable(request, gettext("年份应写作 2020，读到“%(value)s”") % {"value": request.GET["year"][:40]})
    found = matrix(list(scope.units_for_user(request.user, Action.VIEW)), year)
    rows = [{"unit": unit, "cells": [_shown(cell) for cell in cells]} for unit, cells in found.rows]
    here = moment_of(request).month
    heads = []
    for span in found.spans:
        period = found.periods.get(span)
        cells = found.cells_of(span)
        owing = sum(cell.owes for cell in cells) if period is not None else 0
        heads.append({"words": period_words(span), "period": period, "owing": owing, "is_here": span.month == here})
    years = sorted({*ReportingPeriod.objects.values_list("year", flat=True).distinct(), year}, reverse=True)
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("谁没报"),
        "head_line": gettext("%(year)s年各单位每个月报到哪一步；点开看这个单位这个月的全部项目") % {"year": year},
        "year": year,
        "years": years,
        "heads": heads,
        "rows": rows,
        "legend": [{"sign": SIGNS[standing], "words": WORDS[standing], "style": standing.value} for standing in Standing if SIGNS[standing]],
        "to_chase": [head for head in heads if head["owing"]] if scope.city_wide(request.user, Action.REMIND) else [],
        "may_export": scope.may(request.user, Action.EXPORT),
        "opts": page.opts,
    }
    return TemplateResponse(request, "admin/projects/cycle/matrix.html", context)


def remind_units(page: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    """Chase everybody who owes this month, and say what became of each message."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    period = ReportingPeriod.objects.filter(pk=object_id).first()
    if period is None or not scope.city_wide(request.user, Action.REMIND):
        raise Http404("no such month to chase")
    try:
        sent = remind(period=period, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.said(get_language() or "zh"))
        return HttpResponseRedirect(f"{reverse('admin:projects_returns')}?year={period.year}")
    done = [one for one in sent if one.ok and not one.skipped]
    failed = [one for one in sent if not one.ok]
    told = {"month": period, "n": len(done), "again": sum(one.skipped for one in sent)}
    messages.success(request, gettext("%(month)s催报：发出%(n)s条，今天已催过%(again)s条。") % told)
    for line in _failures(failed):
        messages.warning(request, line)
    return HttpResponseRedirect(f"{reverse('admin:projects_returns')}?year={period.year}")


def _failures(failed: Sequence[Sent]) -> list[str]:
    """What could not be sent: units that failed for the same reason share a line."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in failed:
        found.setdefault((str(Reminder.Channel(one.channel).label), one.told), []).append(one.unit.short_name)
    return [f"{listed(units)} · {channel}：{told}" for (channel, told), units in found.items()]

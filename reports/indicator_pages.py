"""Monitored indicators as pages and as a workbook: the table of a month, and the course of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts import audit, scope
from accounts.roles import Action
from projects.moment import clocks_of, moment_of
from projects.values import Month
from reports.choices import Choice, address
from reports.excel import A3, Print, workbook_bytes
from reports.indicator_words import named
from reports.indicators import Watched, course_table, indicator_table, sentence_table, watched
from reports.pages import page_table
from reports.parameters import read_question
from reports.tables import Row
from reports.trend import trend
from reports.views import XLSX, describe, reader
from reports.words import month_text


@dataclass(frozen=True, slots=True)
class _Asked:
    """A month, and the day up to which knowledge counts (None: today)."""

    month: Month
    known: date | None

    @property
    def params(self) -> dict[str, str]:
        return {"period": str(self.month), **({"known": self.known.isoformat()} if self.known else {})}


def _asked(request: HttpRequest) -> _Asked:
    """What the address asks, or the clocks of the frame where it names none; the frame is told."""
    given = {name: request.GET[name] for name in ("period", "known") if name in request.GET}
    question = read_question(given, moment_of(request))
    describe(request, question.moment)
    return _Asked(question.month, question.known)


def _links(asked: _Asked, row: Row) -> dict[str, str]:
    """An indicator leads to its course, its figure to the row with its history, its source to the document."""
    own = {name: row.keys[name] for name in ("indicator", "unit") if name in row.keys}
    return {"label": address("reports:indicator", **asked.params, **own), **_row_links(row)}


def _row_links(row: Row) -> dict[str, str]:
    if "row" not in row.keys:
        return {}
    key = row.keys["row"]
    pages = {"value": "admin:projects_indicatorvalue_change", "entered": "admin:projects_indicatorvalue_history"}
    return {**{name: reverse(page, args=[key]) for name, page in pages.items()}, "source": row.keys["url"]}


@reader(Action.VIEW)
def indicators_page(request: HttpRequest) -> HttpResponse:
    """The table of a month, and what each figure says in words."""
    asked = _asked(request)
    found = watched(request.user, asked.month, asked.known)
    table = indicator_table(found, asked.month, asked.known)
    months = sorted({*clocks_of(request).months, asked.month}, reverse=True)
    context = {
        "page": page_table(table, lambda row: _links(asked, row)),
        "sentences": [one for one in found if one.sentence],
        "month": month_text(asked.month),
        "months": [Choice(month_text(one), address("reports:indicators", **_Asked(one, asked.known).params), one == asked.month) for one in months],
        "may_write": scope.city_wide(request.user, Action.LISTS),
        "download": address("reports:indicators_xlsx", **asked.params) if scope.may(request.user, Action.EXPORT) else "",
    }
    return render(request, "reports/indicators.html", context)


@reader(Action.VIEW)
def trend_page(request: HttpRequest) -> HttpResponse:
    """The course of one indicator, of the city or of a unit."""
    asked = _asked(request)
    found = watched(request.user, asked.month, asked.known)
    one = _chosen(found, request.GET.get("indicator", ""), request.GET.get("unit", ""))
    target = None if one.target_row is None else one.target_row.value
    page = page_table(course_table(one), _row_links)
    context = {
        "one": one,
        "name": named(one.indicator),
        "page": page,
        "trend": trend(one.readings, target, (one.place, _("全省"), _("全国"))),
        "target": one.target_row,
        "places": [
            Choice(
                other.place,
                address("reports:indicator", **asked.params, indicator=other.indicator.key, **({"unit": other.unit.key} if other.unit else {})),
                other is one,
            )
            for other in found
            if other.indicator.id == one.indicator.id
        ],
        "back": address("reports:indicators", **asked.params),
    }
    return render(request, "reports/indicator.html", context)


def _chosen(found: list[Watched], key: str, unit: str) -> Watched:
    """:raises Http404: for an indicator that is not watched, and a unit that is out of reach or has no figure of it."""
    for one in found:
        if one.indicator.key == key and (one.unit.key if one.unit is not None else "") == unit:
            return one
    raise Http404(f"indicator {key} {unit}")


@reader(Action.EXPORT)
def indicators_xlsx(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    found = watched(request.user, asked.month, asked.known, Action.EXPORT)
    table = indicator_table(found, asked.month, asked.known)
    words = _("第&P页 共&N页")
    content = workbook_bytes(
        [Print(table, _("重要指标"), paper=A3, page_words=words), Print(sentence_table(found, table), _("逐项表述"), page_words=words)]
    )
    audit.record("report.export", actor=request.user, report="indicators", **asked.params)
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, f"{table.title}.xlsx") or ""})

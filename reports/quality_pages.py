"""The reporting-quality score as pages and as a workbook: the table of a month, and what each point of a unit was taken for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts import audit, scope
from accounts.roles import Action
from projects.moment import clocks_of, moment_of
from projects.period import Period
from projects.quality import Mark
from reports.choices import Choice, address, periods_to_choose
from reports.excel import Print, workbook_bytes
from reports.pages import page_table
from reports.parameters import read_question
from reports.quality import MARKS, NOT_ASKED, quality, quality_table
from reports.tables import Row
from reports.views import XLSX, describe, reader
from reports.words import period_text


@dataclass(frozen=True, slots=True)
class _Asked:
    """A month or a half of one, and the day up to which knowledge counts (None: today)."""

    period: Period
    known: date | None

    @property
    def params(self) -> dict[str, str]:
        return {"period": str(self.period), **({"known": self.known.isoformat()} if self.known else {})}


def _asked(request: HttpRequest) -> _Asked:
    """What the address asks, or the clocks of the frame where it names none; the frame is told."""
    given = {name: request.GET[name] for name in ("period", "known") if name in request.GET}
    question = read_question(given, moment_of(request))
    describe(request, question.moment)
    return _Asked(question.period, question.known)


def _links(asked: _Asked, row: Row) -> dict[str, str]:
    """The score leads to what it is made of, and each kind of points to its own evidence."""
    own = address("reports:quality_unit", **asked.params, **row.keys)
    return {"label": own, "score": own, **{mark.value: f"{own}#{mark.value}" for mark in Mark if row.values.get(mark.value) is not None}}


@reader(Action.VIEW)
def quality_page(request: HttpRequest) -> HttpResponse:
    """The scores of a month."""
    asked = _asked(request)
    periods = periods_to_choose(clocks_of(request), asked.period)
    context = {
        "page": page_table(quality_table(quality(request.user, asked.period, known=asked.known)), lambda row: _links(asked, row)),
        "month": period_text(asked.period),
        "months": [Choice(period_text(one), address("reports:quality", **replace(asked, period=one).params), one == asked.period) for one in periods],
        "download": address("reports:quality_xlsx", **asked.params) if scope.may(request.user, Action.EXPORT) else "",
    }
    return render(request, "reports/quality.html", context)


@reader(Action.VIEW)
def unit_page(request: HttpRequest) -> HttpResponse:
    """Every point of a unit's month with what it was taken for."""
    asked = _asked(request)
    found = quality(request.user, asked.period, known=asked.known)
    key = request.GET.get("unit", "")
    pair = next(((unit, one) for unit, one in zip(found.units, found.scores, strict=True) if unit.key == key), None)
    if pair is None:
        raise Http404(f"unit {key}")
    unit, scored = pair
    context = {
        "unit": unit,
        "score": scored,
        "month": period_text(asked.period),
        "day": found.day,
        "not_asked": "" if found.is_asked else NOT_ASKED % {"month": period_text(asked.period)},
        "back": address("reports:quality", **asked.params),
        "marks": [{"taken": one, "label": MARKS[one.mark], "weight": found.weights.get(one.mark)} for one in scored.taken],
    }
    return render(request, "reports/quality_unit.html", context)


@reader(Action.EXPORT)
def quality_xlsx(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    table = quality_table(quality(request.user, asked.period, known=asked.known, action=Action.EXPORT))
    content = workbook_bytes([Print(table, _("填报质量"), page_words=_("第&P页 共&N页"))])
    audit.record("report.export", actor=request.user, report="quality", **asked.params)
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, f"{table.title}.xlsx") or ""})

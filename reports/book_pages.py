"""The official monthly tables as one file."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from accounts import audit
from accounts.roles import Action
from projects.moment import clocks_of
from reports.book import monthly_book
from reports.parameters import address_of, read_asked
from reports.selection import reach_of
from reports.views import XLSX, reader


@reader(Action.EXPORT)
def monthly_xlsx(request: HttpRequest) -> HttpResponse:
    """Every official table of the month. Taken out files are logged."""
    question, reach = read_asked(request.GET, clocks_of(request).moment), reach_of(request.user, Action.EXPORT)
    if question.unit and not reach.units.filter(key=question.unit).exists():
        raise Http404(f"unit {question.unit[:60]}")
    book = monthly_book(reach, question, settings.SITE_ADDRESS or request.build_absolute_uri("/"))
    cut = {"cut": question.cut.name} if question.cut else {}
    audit.record("report.export", actor=request.user, report="monthly_book", **address_of(question), **cut)
    name = content_disposition_header(True, f"{book.title}.xlsx") or ""
    return HttpResponse(book.content(), content_type=XLSX, headers={"Content-Disposition": name})

"""The official monthly tables as one file."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts import audit
from accounts.roles import Action
from projects.moment import clocks_of
from projects.past import find_cut
from reports.book import monthly_book
from reports.parameters import UnreadableError, address_of, read_question
from reports.selection import Question, reach_of
from reports.views import XLSX, reader


def _asked(request: HttpRequest) -> Question:
    """The question of the address; a pinned cut goes instead of a known day."""
    question = read_question(request.GET, clocks_of(request).moment)
    name = request.GET.get("cut", "")
    if not name:
        return question
    if request.GET.get("known"):
        raise UnreadableError(_("known 与 cut 只能用一个"))
    cut = None if "\x00" in name else find_cut(name)
    if cut is None:
        raise UnreadableError(_("没有名为“%(value)s”的定格") % {"value": name[:60].replace("\x00", "")})
    return replace(question, known=None, cut=cut)


@reader(Action.EXPORT)
def monthly_xlsx(request: HttpRequest) -> HttpResponse:
    """Every official table of the month. Taken out files are logged."""
    question, reach = _asked(request), reach_of(request.user, Action.EXPORT)
    if question.unit and not reach.units.filter(key=question.unit).exists():
        raise Http404(f"unit {question.unit[:60]}")
    book = monthly_book(reach, question)
    cut = {"cut": question.cut.name} if question.cut else {}
    audit.record("report.export", actor=request.user, report="monthly_book", **address_of(question), **cut)
    name = content_disposition_header(True, f"{book.title}.xlsx") or ""
    return HttpResponse(book.content(), content_type=XLSX, headers={"Content-Disposition": name})

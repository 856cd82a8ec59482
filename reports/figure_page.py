"""A figure as a page: what it is, how it is reckoned, as known when, and the rows behind it. Every figure that is printed leads here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.roles import Action
from accounts.words import listed
from projects.measures import WAN_PER_YI
from projects.moment import moment_of
from reports.doors_page import unit_of
from reports.figures import FIGURES, why_not
from reports.pages import page_table
from reports.parameters import UnreadableError, read_asked
from reports.row_links import row_links
from reports.rows_behind import Behind, behind
from reports.selection import Question, Reach, reach_of, select
from reports.tables import Kind
from reports.traced import Traced, trace
from reports.views import describe, filter_words, reader

ROWS_A_PAGE = 100


@reader(Action.VIEW)
def figure(request: HttpRequest) -> HttpResponse:
    """One figure and a part of the rows behind it."""
    params = _of_mark(request.GET)
    question = read_asked(params, moment_of(request))
    key = _measure(params, question)
    describe(request, question.moment)
    reach = reach_of(request.user)
    found = trace(reach, question, [key])[key]
    part, rows = _part(reach, found, request.GET.get("page", "1"))
    chinese = _is_chinese()
    context = {
        "figure": found,
        "title": found.measure.zh if chinese else found.measure.en,
        "how": found.measure.how_zh if chinese else found.measure.how_en,
        "printed": printed(found),
        "exact": exact(found),
        "unit": unit_of(found.measure.kind),
        "parts": [{"title": one.measure.zh if chinese else one.measure.en, "text": printed(one), "href": one.address} for one in rows.parts],
        "words": filter_words(reach, select(reach, question)),
        "page": page_table(rows.table, row_links(request, rows.table)),
        "part": part,
        "here": f"{reverse('reports:figure')}?{urlencode(found.asked)}",
    }
    return render(request, "reports/figure.html", context)


def _part(reach: Reach, found: Traced, asked: str) -> tuple[Any, Behind]:
    """The page of rows that is asked for; one that there is not is the last, as everywhere, and only then asked for again."""
    first = (int(asked) - 1) * ROWS_A_PAGE if asked.isascii() and asked.isdigit() and 0 < int(asked[:9]) < 10**6 else 0
    rows = behind(reach, found, first, first + ROWS_A_PAGE)
    part = Paginator(range(rows.count), ROWS_A_PAGE).get_page(asked)
    start = max(part.start_index() - 1, 0)
    return part, rows if start == first else behind(reach, found, start, start + ROWS_A_PAGE)


def _of_mark(params: Mapping[str, str]) -> Mapping[str, str]:
    """A mark as it was copied from a document (`rate@2020-06;unit=laoshan;known=2020-07-10`) says all that an address would."""
    mark = params.get("mark", "").strip()
    if not mark:
        return params
    key, at, rest = mark.partition("@")
    period, *told = rest.split(";")
    if not (at and period) or any("=" not in one for one in told):
        raise UnreadableError(_("标记应写作 rate@2020-06;unit=laoshan，读到“%(value)s”") % {"value": mark[:80]})
    named = dict(one.split("=", 1) for one in told)
    return {"known": "", "page": params.get("page", "1"), **named, "measure": key, "period": period}


def _measure(params: Mapping[str, str], question: Question) -> str:
    key = params.get("measure", "")
    if key not in FIGURES:
        raise UnreadableError(_("没有“%(value)s”这个指标；可用：%(names)s") % {"value": key[:40], "names": listed(FIGURES)})
    reasons = list(why_not(FIGURES[key], (), question))
    if reasons:
        raise UnreadableError("；".join(zh for zh, _en in reasons) if _is_chinese() else "; ".join(en for _zh, en in reasons))
    return key


def _is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def printed(figure: Traced) -> str:
    """With its unit, as a sentence has it: money in 亿元 from one 亿元 up, else in 万元."""
    kind, value = figure.measure.kind, figure.value
    if value is None:
        return "—"
    if kind is Kind.WAN:
        is_large = abs(value) >= WAN_PER_YI  # type: ignore[arg-type,operator]
        return f"{figure.text(Kind.YI if is_large else Kind.WAN)} {_('亿元') if is_large else _('万元')}"
    return f"{figure.text()}{'' if kind is Kind.PERCENT else ' '}{unit_of(kind)}"


def exact(figure: Traced) -> str:
    """Money with every digit that there is."""
    return figure.text(Kind.EXACT) if figure.measure.kind is Kind.WAN else ""

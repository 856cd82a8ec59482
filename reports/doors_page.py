"""同数同源 as a page: each measure of a month at every door, a quiet mark where they say the same, both figures where they do not."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.roles import Action
from projects.moment import clocks_of, moment_of
from projects.period import WHOLE
from reports.choices import Choice
from reports.doors import EXCEL, ODATA, PAGE, REST, SQL, Compared, compare, sql_of
from reports.parameters import UnreadableError, read_question
from reports.selection import Question
from reports.tables import Kind
from reports.views import describe, reader
from reports.words import month_text

# Units in the reader's language; the machines' doors have their own.
_UNITS = {Kind.WAN: gettext_lazy("万元"), Kind.COUNT: pgettext_lazy("unit", "个"), Kind.PERCENT: "%", Kind.POINTS: pgettext_lazy("unit", "百分点")}


def unit_of(kind: Kind) -> str:
    """The unit of a kind of figure, in the reader's language."""
    return str(_UNITS[kind])


def _asked(request: HttpRequest) -> Question:
    """A whole month, and the day up to which knowledge counts."""
    given = {name: request.GET[name] for name in ("period", "known") if name in request.GET}
    question = read_question(given, moment_of(request))
    if "period" in given and question.half != WHOLE:
        raise UnreadableError(_("同数同源按整月比较，月份应写作 2020-06，读到“%(value)s”") % {"value": str(question.period)})
    return Question(question.month, known=question.known)


def _row(one: Compared, reasons: list[str]) -> dict[str, Any]:
    chinese = (get_language() or "zh").startswith("zh")
    measure = one.measure
    return {
        "key": measure.key,
        "label": measure.zh if chinese else measure.en,
        "how": measure.how_zh if chinese else measure.how_en,
        "unit": _UNITS[measure.kind],
        "cells": [{"said": said, "label": _titles()[said.door], "reason": reasons.index(said.why) + 1 if said.why else 0} for said in one.said],
        "is_same": one.is_same,
        "is_compared": one.is_compared,
        "right": next(said.text for said in one.said if said.door == REST),
        "differing": [{"door": _titles()[said.door], "text": said.text} for said in one.differing],
    }


def _titles() -> dict[str, str]:
    return {PAGE: _("页面合计"), EXCEL: "Excel", REST: "REST", ODATA: "OData", SQL: _("SQL 视图")}


@reader(Action.VIEW)
def same_figures(request: HttpRequest) -> HttpResponse:
    question = _asked(request)
    clocks = clocks_of(request)
    describe(request, question.moment)
    found = compare(request.user, question)
    reasons = list(dict.fromkeys(said.why for one in found for said in one.said if said.why))
    known = {"known": question.known.isoformat()} if question.known else {}
    months = sorted({*clocks.months, question.month}, reverse=True)
    address = reverse("reports:same_figures")
    context = {
        "rows": [_row(one, reasons) for one in found],
        "reasons": reasons,
        "titles": list(_titles().values()),
        "different": sum(not one.is_same for one in found),
        "alike": sum(one.is_same and one.is_compared for one in found),
        "alone": sum(not one.is_compared for one in found),
        "month": month_text(question.month),
        "known": question.known,
        "months": [Choice(month_text(one), f"{address}?{urlencode({'period': str(one), **known})}", one == question.month) for one in months],
        "sql": sql_of(question) if connection.vendor == "postgresql" else "",
    }
    return render(request, "reports/same_figures.html", context)

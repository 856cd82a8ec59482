"""The first page after signing in: how the city, or a unit, stands in the month that is described.

Who sees the whole city sees it with its units; a district's people see their own unit; from the city's page a unit's own is one step away.
Every figure leads to the rows behind it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import ReportingUnit
from accounts.roles import Action
from projects.moment import clocks_of
from reports.behind import furthest_behind
from reports.charts import Chart
from reports.choices import address, counted_choices, list_choices, month_choices
from reports.dashboard_charts import bond_chart, central_chart, course_chart, sector_chart, unit_chart
from reports.dashboard_parts import headline, link_to, list_address, money_address, money_told, owed_by_month, owed_by_unit, rank_words, tiles
from reports.parameters import address_of, read_question
from reports.progress import Progress, progress
from reports.selection import Question, Reach, reach_of
from reports.views import describe, reader
from reports.waiting import SHOWN, countdowns, money_of, owing, problems
from reports.words import lead_sentence, moment_text, period_text

BEHIND = 8


@reader(Action.VIEW)
def dashboard(request: HttpRequest) -> HttpResponse:
    question = read_question(request.GET, clocks_of(request).moment)
    clocks = describe(request, question.moment)
    reach = reach_of(request.user)
    unit = _unit(reach, question)
    found = progress(reach, question)
    of_city = reach.whole_city and unit is None
    chosen = {name: value for name, value in address_of(question).items() if name == "unit"}
    context: dict[str, Any] = {
        "title": _title(unit or _only(found), of_city=of_city),
        "lead": lead_sentence(found.now, question),
        "known": moment_text(None, question) if question.known else "",
        "month": period_text(question.period),
        "months": month_choices(clocks, question, "reports:dashboard"),
        "lists": list_choices(question, "reports:dashboard"),
        "counted": counted_choices(question, "reports:dashboard"),
        "unit": unit,
        "of_city": of_city,
        "may_compare": reach.whole_city,
        "back": address("reports:dashboard", **{name: value for name, value in address_of(question).items() if name not in chosen}),
        "empty": not found.now.count,
        "told": headline(found),
        "table": address("reports:city", **address_of(question), by="unit"),
        "sector_table": address("reports:city", **address_of(question), by="sector"),
        **(_parts(request, reach, found) if found.now.count else {}),
    }
    return render(request, "reports/dashboard.html", context)


def _unit(reach: Reach, question: Question) -> ReportingUnit | None:
    """A unit out of reach is no unit of this page; who has a single one sees it as his own."""
    if not question.unit:
        return None
    found = reach.units.filter(key=question.unit[:60]).first()
    if found is None:
        raise Http404(f"unit {question.unit[:60]}")
    return found


def _only(found: Progress) -> ReportingUnit | None:
    """The one unit that there is, of a person who has no other."""
    return found.units[0].unit if len(found.units) == 1 else None


def _title(unit: ReportingUnit | None, *, of_city: bool) -> str:
    if of_city:
        return _("%(city)s重大项目总览") % {"city": settings.CITY_NAME}
    if unit is not None:
        return _("%(unit)s重大项目总览") % {"unit": unit.name}
    return _("本单位重大项目总览")


def _parts(request: HttpRequest, reach: Reach, found: Progress) -> dict[str, Any]:
    """The sections below the headline."""
    question, of_city = found.question, reach.whole_city and not found.question.unit
    money = money_of(reach, question)
    cells = owing([line.unit for line in found.units if line.unit is not None], question, whole_year=not of_city)
    charts: list[Chart] = [course_chart(found, link_to("reports:city", question))]
    several = len([line for line in found.units if line.figures.count]) > 1
    if several:
        charts.append(unit_chart(found, link_to("reports:projects", question)))
    charts.append(sector_chart(found, link_to("reports:projects", question)))
    if money.of_city:
        charts += [bond_chart(money.course, question.month.year), central_chart(money.told, question.month.year)]
    drawn = {chart.key: chart for chart in charts}
    owed = owed_by_unit(found, cells) if of_city else owed_by_month(cells)
    return {
        "charts": drawn,
        "several": several,
        "tiles": tiles(found) if several else [],
        "rank": rank_words(found) if reach.whole_city and question.unit else "",
        "behind": furthest_behind(reach, question, BEHIND),
        "owed": owed[: 2 * SHOWN],
        "owed_more": max(len(owed) - 2 * SHOWN, 0),
        "returns": f"{reverse('admin:projects_returns')}?year={question.month.year}",
        "says_returns": question.moment.state is None,
        "problems": problems(request.user, question),
        "countdowns": countdowns(request.user, question),
        "money": money_told(money),
        "money_href": money_address(question),
        "unreported_href": list_address(question, report="no"),
    }

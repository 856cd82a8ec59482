"""Funding gaps, the rolling plan and the reserve as pages and as workbooks: the same tables in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts import audit, scope
from accounts.roles import Action
from funding.finance_figures import sources
from funding.models import RollingPlan
from projects.moment import moment_of
from reports import gap, reserve, rolling
from reports.choices import Choice
from reports.excel import A3, Print, workbook_bytes
from reports.narrow import Chip, Narrow, address, chip, narrow_chips, one_of, read_narrow
from reports.pages import page_table
from reports.parameters import UnreadableError
from reports.selection import Reach, reach_of
from reports.tables import Row, Table
from reports.views import PROJECTS_A_PAGE, XLSX, reader


def _workbook(request: HttpRequest, report: str, name: str, asked: Mapping[str, str], prints: Sequence[Print]) -> HttpResponse:
    audit.record("report.export", actor=request.user, report=report, **asked)
    headers = {"Content-Disposition": content_disposition_header(True, f"{name}.xlsx") or ""}
    return HttpResponse(workbook_bytes(prints), content_type=XLSX, headers=headers)


def _print(table: Table, sheet: str, **given: Any) -> Print:
    return Print(table, sheet, page_words=_("第&P页 共&N页"), **given)


def _page(request: HttpRequest, file: str, asked: Mapping[str, str], tables: Sequence[Any], **context: Any) -> HttpResponse:
    """A page with its choices, its tables and the way to the workbook of the same question."""
    shown = {"pages": tables, "download": address(file, asked) if scope.may(request.user, Action.EXPORT) else "", **context}
    return render(request, "reports/finance.html", shown)


def _project_links(row: Row) -> dict[str, str]:
    return {"label": reverse("admin:projects_project_page", args=[row.keys["project"]])} if "project" in row.keys else {}


def _nothing(_row: Row) -> dict[str, str]:
    return {}


def _part(request: HttpRequest, count: int) -> tuple[Any, int, int]:
    """The page of projects that is asked for, with the first and the last of them."""
    part = Paginator(range(count), PROJECTS_A_PAGE).get_page(request.GET.get("page"))
    return part, max(part.start_index() - 1, 0), part.end_index()


# --- 资金缺口 -----------------------------------------------------------------------------------------------------------------------


def _gap_asked(request: HttpRequest, reach: Reach) -> gap.GapQuestion:
    codes = [row.code for row in sources().values()]
    narrow = read_narrow(request.GET, reach)
    return gap.GapQuestion(narrow, one_of(request.GET, "source", codes, _("资金来源")), one_of(request.GET, "only", gap.ONLY, _("范围")))


@reader(Action.VIEW)
def gap_page(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request.user)
    question = _gap_asked(request, reach)
    found, asked = gap.gaps(reach, question), question.params
    part, start, stop = _part(request, len(found.rows))
    listed = [("", _("全部")), *((row.code, row.name) for row in found.sources.values())]
    chips = [
        *narrow_chips("reports:gap", asked, reach),
        chip(_("资金来源"), "reports:gap", asked, "source", listed),
        chip(_("范围"), "reports:gap", asked, "only", [("", _("全部")), ("gap", _("只看有缺口的")), ("planned", _("只看有资金方案的"))]),
    ]
    tables = [
        page_table(gap.by_project(found, start, stop), _project_links),
        *(page_table(make(found), _nothing) for make in (gap.by_source, gap.by_unit)),
    ]
    told = {"title": _("资金缺口"), "head_line": _("每个项目的钱落实了多少、到了多少，还缺哪个来源")}
    empty = _("在“资金方案”中给项目编制方案之后，这里列出分来源的缺口。")
    return _page(request, "reports:gap_xlsx", asked, tables, chips=chips, part=part, here=address("reports:gap", asked), empty=empty, **told)


@reader(Action.EXPORT)
def gap_xlsx(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request.user, Action.EXPORT)
    question = _gap_asked(request, reach)
    found = gap.gaps(reach, question)
    prints = [
        _print(gap.by_project(found), _("按项目"), paper=A3),
        _print(gap.by_source(found), _("按来源")),
        _print(gap.by_unit(found), _("按单位")),
    ]
    return _workbook(request, "gap", _("项目资金缺口表"), question.params, prints)


# --- 三年滚动计划 -------------------------------------------------------------------------------------------------------------------


def _rolling_asked(request: HttpRequest, reach: Reach) -> tuple[RollingPlan | None, Narrow, str]:
    """The plan of the base year, or the newest where none is asked for; None where there is no plan at all."""
    text = request.GET.get("base", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise UnreadableError(_("基年应写作 2021，读到“%(value)s”") % {"value": text[:40]})
    plans = RollingPlan.objects.order_by("-base_year")
    plan = plans.filter(base_year=int(text)).first() if text else plans.first()
    if text and plan is None:
        raise Http404(f"rolling plan {text}")
    by = one_of(request.GET, "by", rolling.BY, _("排列方式")) or rolling.BY[0]
    return plan, read_narrow(request.GET, reach), by


@reader(Action.VIEW)
def rolling_page(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request.user)
    plan, narrow, by = _rolling_asked(request, reach)
    asked = {**narrow.params, "base": str(plan.base_year) if plan else "", "by": by}
    told: dict[str, Any] = {"title": _("三年滚动投资计划表"), "head_line": _("今后三年每年要多少投资、从哪里来，按项目、单位、资金来源看")}
    empty = _("在“三年滚动计划”中新建一期、列入项目之后，这里汇总。")
    if plan is None:
        return _page(request, "reports:rolling_xlsx", asked, [], empty=empty, **told)
    found = rolling.rolling(request.user, plan, narrow, whole_city=reach.whole_city)
    words = {"project": _("按项目"), "unit": _("按单位"), "source": _("按来源")}
    years = RollingPlan.objects.order_by("-base_year").values_list("base_year", flat=True)
    chips: list[Chip] = [
        chip(_("基年"), "reports:rolling", asked, "base", [(str(year), str(year)) for year in years]),
        *narrow_chips("reports:rolling", asked, reach),
    ]
    told["tabs"] = [Choice(word, address("reports:rolling", {**asked, "by": key}), key == by) for key, word in words.items()]
    return _page(request, "reports:rolling_xlsx", asked, [page_table(rolling.table(found, by), _entry_links)], chips=chips, empty=empty, **told)


def _entry_links(row: Row) -> dict[str, str]:
    return {"label": reverse("admin:funding_rollingentry_change", args=[row.keys["entry"]])} if "entry" in row.keys else {}


@reader(Action.EXPORT)
def rolling_xlsx(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request.user, Action.EXPORT)
    plan, narrow, _by = _rolling_asked(request, reach)
    if plan is None:
        raise Http404("rolling plan")
    found = rolling.rolling(request.user, plan, narrow, whole_city=reach.whole_city, action=Action.EXPORT)
    prints = [
        _print(rolling.table(found, "project"), _("按项目"), paper=A3),
        _print(rolling.table(found, "unit"), _("按单位")),
        _print(rolling.table(found, "source"), _("按来源")),
    ]
    return _workbook(request, "rolling", str(plan), {**narrow.params, "base": str(plan.base_year)}, prints)


# --- 储备项目 -----------------------------------------------------------------------------------------------------------------------


def _reserve_asked(request: HttpRequest, reach: Reach) -> tuple[reserve.PlanPeriod | None, list[reserve.PlanPeriod], Narrow, str]:
    """The plan period asked for, or the one that follows the year of the month looked at."""
    known = reserve.periods()
    code = one_of(request.GET, "plan", [one.code for one in known], _("规划期"))
    period = next((one for one in known if one.code == code), None) or reserve.next_period(known, moment_of(request).month.year)
    by = one_of(request.GET, "by", reserve.BY, _("排列方式")) or reserve.BY[0]
    return period, known, read_narrow(request.GET, reach), by


@reader(Action.VIEW)
def reserve_page(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request.user)
    period, known, narrow, by = _reserve_asked(request, reach)
    asked = {**narrow.params, "plan": period.code if period else "", "by": by}
    told: dict[str, Any] = {"title": _("储备项目"), "head_line": _("储备库里的项目哪一年开工、多少个、多少投资；没有定开工年份的也列出")}
    if period is None:
        return _page(request, "reports:reserve_xlsx", asked, [], empty=_("先在“分类”的“规划期”中登记规划期及其起止年份。"), **told)
    found = reserve.reserve(reach, narrow, period)
    part, start, stop = _part(request, len(found.rows))
    words = {"unit": _("按单位"), "sector": _("按领域")}
    told["tabs"] = [Choice(word, address("reports:reserve", {**asked, "by": key}), key == by) for key, word in words.items()]
    told["chips"] = [
        chip(_("规划期"), "reports:reserve", asked, "plan", [(one.code, one.title) for one in known]),
        *narrow_chips("reports:reserve", asked, reach),
    ]
    tables = [page_table(reserve.matrix(found, by), _nothing), page_table(reserve.listing(found, start, stop), _project_links)]
    empty = _("项目阶段为“储备”的列在这里；上传项目清单或在项目中改阶段。")
    return _page(request, "reports:reserve_xlsx", asked, tables, part=part, here=address("reports:reserve", asked), empty=empty, **told)


@reader(Action.EXPORT)
def reserve_xlsx(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request.user, Action.EXPORT)
    period, _known, narrow, _by = _reserve_asked(request, reach)
    if period is None:
        raise Http404("plan period")
    found = reserve.reserve(reach, narrow, period)
    prints = [
        _print(reserve.matrix(found, "unit"), _("按单位"), paper=A3),
        _print(reserve.matrix(found, "sector"), _("按领域"), paper=A3),
        _print(reserve.listing(found), _("明细"), paper=A3),
    ]
    return _workbook(request, "reserve", _("“%(period)s”储备项目") % {"period": period.name}, {**narrow.params, "plan": period.code}, prints)

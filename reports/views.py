"""Pages of the reports. They only read: what a page shows is decided by the reader's reach and by the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit, scope
from accounts.roles import Action
from projects.models import Classification, Correction, Project
from projects.moment import Clocks, Moment, clocks_of
from projects.returns import states_of
from reports import catalogue
from reports.choices import Choice, address, counted_choices, list_choices, month_choices
from reports.city import by_label
from reports.details import Whole, page_table_of
from reports.pages import page_table
from reports.parameters import UnreadableError, address_of, read_by, read_question
from reports.queries import corrections_in, group_figures, origins, project_rows
from reports.row_links import row_links
from reports.selection import NONE, Question, Reach, Selection, reach_of, select
from reports.tables import Row
from reports.words import moment_text, month_text, newest, period_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROJECTS_A_PAGE = 100

View = Callable[..., HttpResponse]


def reader(action: Action) -> Callable[[View], View]:
    """A page for people who may do `action` somewhere; an address that can't be read is answered with what is wrong in it."""

    def wrap(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, **at: Any) -> HttpResponse:
            if not scope.may(request.user, action):
                raise PermissionDenied
            try:
                return view(request, **at)
            except UnreadableError as error:
                return render(request, "reports/unreadable.html", {"reason": str(error)}, status=400)

        return login_required(require_safe(page))

    return wrap


@reader(Action.VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """The reports there are, with what each answers."""
    month = clocks_of(request).moment.month
    asked = {"period": str(month)}
    entries = [(report, address(report.page, **({"by": report.by, **asked} if report.by else {}))) for report in catalogue.REPORTS]
    book = address("reports:monthly_xlsx", **asked) if scope.may(request.user, Action.EXPORT) else ""
    return render(request, "reports/index.html", {"entries": entries, "month": month_text(month), "book": book})


@reader(Action.VIEW)
def city(request: HttpRequest) -> HttpResponse:
    """The city table of a month."""
    question, by = read_question(request.GET, clocks_of(request).moment), read_by(request.GET)
    clocks = describe(request, question.moment)
    reach = reach_of(request.user)
    table, selection = catalogue.city(reach, question, by), select(reach, question)
    asked = address_of(question)
    return render(
        request,
        "reports/city.html",
        {
            "page": page_table(table, _row_links(question)),
            "tabs": [Choice(by_label(name), address("reports:city", **{**asked, "by": name}), name == by) for name in catalogue.BY],
            "months": month_choices(clocks, question, "reports:city", by=by),
            "month": period_text(question.period),
            "counted": counted_choices(question, "reports:city", by=by),
            "lists": list_choices(question, "reports:city", by=by),
            # Figures count whatever their review is at; how far it is stands beside them. Of a past day's knowledge nothing is said.
            "states": states_of(selection.projects, question.period) if question.known is None else None,
            "corrections": _corrections_address(selection),
            "returns": f"{reverse('admin:projects_returns')}?year={question.month.year}",
            "download": address("reports:city_xlsx", **asked, by=by) if scope.may(request.user, Action.EXPORT) else "",
            "book": address("reports:monthly_xlsx", **asked) if scope.may(request.user, Action.EXPORT) else "",
        },
    )


@reader(Action.EXPORT)
def city_xlsx(request: HttpRequest) -> HttpResponse:
    """The same table as a workbook in print form, with the projects behind it. Taken out files are logged."""
    question, by = read_question(request.GET, clocks_of(request).moment), read_by(request.GET)
    table, content = catalogue.city_workbook(reach_of(request.user, Action.EXPORT), question, by)
    audit.record("report.export", actor=request.user, report=f"city_progress_by_{by}", **address_of(question))
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, f"{table.title}.xlsx") or ""})


@reader(Action.VIEW)
def projects(request: HttpRequest) -> HttpResponse:
    """The projects behind a row of the city table, with where each figure came from."""
    question = read_question(request.GET, clocks_of(request).moment)
    describe(request, question.moment)
    reach = reach_of(request.user)
    selection = select(reach, question)
    groups = group_figures(selection)
    whole = Whole.of(groups)
    part = Paginator(range(whole.sums.count), PROJECTS_A_PAGE).get_page(request.GET.get("page"))
    rows = project_rows(selection, max(part.start_index() - 1, 0), part.end_index())
    table = page_table_of(
        rows,
        whole,
        question,
        whole_label=catalogue.whole_label(reach, question),
        moment=moment_text(newest(group.changed_at for group in groups), question),
        origins=origins([row.pk for row in rows], question.moment),
        with_unit=not question.unit,
    )
    asked = address_of(question)
    return render(
        request,
        "reports/projects.html",
        {
            "page": page_table(table, row_links(request, table)),
            "part": part,
            "here": address("reports:projects", **asked),
            "words": filter_words(reach, selection),
            "back": address("reports:city", **{name: value for name, value in asked.items() if name in {"period", "version", "known", "approved"}}),
        },
    )


# --- What the pages are made of ----------------------------------------------------------------------------------------------------


def describe(request: HttpRequest, moment: Moment) -> Clocks:
    """Let the frame name the month and the day that the page is about, whichever were chosen before."""
    described = replace(clocks_of(request), moment=moment)
    request._clocks = described  # type: ignore[attr-defined]
    return described


def _row_links(question: Question) -> Callable[[Row], dict[str, str]]:
    """A row of the city table leads to the projects behind it."""
    asked = address_of(question)
    return lambda row: {"label": address("reports:projects", **{**asked, **row.keys})} if row.values.get("count") else {}


def _corrections_address(selection: Selection) -> str:
    """Where the corrections that the table's note speaks of are listed. One query."""
    periods = {correction.report.period_id for correction in corrections_in(selection)}
    if not periods:
        return ""
    one = {"period": str(periods.pop())} if len(periods) == 1 else {}  # both halves of a month are two periods
    return address("admin:projects_correction_changelist", state=Correction.State.APPROVED, **one)


def filter_words(reach: Reach, selection: Selection) -> list[str]:
    """What the rows were narrowed to, in words: the unit, the kind, the sector, the lists."""
    question = selection.question
    words = [period_text(question.period), *([_("只计已审核")] if question.approved else [])]
    if question.unit:
        unit = reach.units.filter(key=question.unit).first()
        if unit is None:
            raise Http404
        words.append(unit.name)
    if question.kind:
        words.append(str(Project.Kind(question.kind).label))
    if question.sector:
        words.append(_sector_name(question.sector))
    if question.lists == NONE:
        words.append(_("清单外项目"))
    elif question.lists or question.version is not None:
        words += [str(version) for version in selection.versions]
    return words


def _sector_name(key: str) -> str:
    if key == NONE:
        return _("未分领域")
    scheme, _dot, code = key.partition(".")
    found = Classification.objects.filter(scheme=scheme, code=code).first()
    if found is None:
        raise Http404
    return found.name

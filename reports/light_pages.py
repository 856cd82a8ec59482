"""亮灯: every project with its light, the red list with its reasons, counts; and the simulator of another rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _

from accounts import audit, scope
from accounts.roles import Action
from funding.clock_words import light_words
from funding.clocks import Light as Colour
from projects.admin.lights import ThresholdsForm, newest_own, thresholds_of
from projects.models import LightProfile, Project
from projects.moment import clocks_of
from projects.services.lights import THRESHOLDS, may_adopt
from reports.choices import Choice
from reports.excel import A3, Print, workbook_bytes
from reports.light_rows import LightRow, Lights, compared, light_counts, lights_of, profile_in_force, profile_of, profiles_at
from reports.light_tables import count_table, moves_table, project_table, red_table, turned, turned_table
from reports.lights import Profile
from reports.narrow import Chip, address, chip, narrow_chips, one_of, read_narrow
from reports.pages import page_table
from reports.parameters import address_of, read_question
from reports.selection import KINDS, NONE, Question, Reach, reach_of
from reports.tables import Row
from reports.views import PROJECTS_A_PAGE, XLSX, describe, reader
from reports.words import period_text

BY = ("project", "red", "unit", "sector")
_COLOURS = (Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.GREY)


def _asked(request: HttpRequest, reach: Reach) -> Question:
    """The question of the address; a unit or sector out of reach has nothing behind it."""
    question = read_question(request.GET, clocks_of(request).moment)
    read_narrow(request.GET, reach)
    describe(request, question.moment)
    return question


def _rule(request: HttpRequest, question: Question) -> tuple[Profile, str, list[tuple[str, str]]]:
    """The rule that judges: the city's own in force, or the newest version of another for comparison; with what may be chosen."""
    newest = {row.key: row for row in profiles_at(question.moment.state) if not row.is_own}
    choices = [("", _("本市现行")), *((key, row.name) for key, row in newest.items())]
    key = one_of(request.GET, "profile", newest, _("亮灯规则"))
    return (profile_of(newest[key]) if key else profile_in_force(question.moment)), key, choices


def _chips(found: Lights, asked: dict[str, str], reach: Reach, rules: list[tuple[str, str]]) -> list[Chip]:
    whole = light_counts(found).whole
    colours = [("", _("全部 %(n)s") % {"n": len(found.rows)}), *((one.value, f"{light_words(one)} {whole[one]}") for one in _COLOURS)]
    lists = [("", _("全部在册项目")), *((kind, str(Project.Kind(kind).label)) for kind in KINDS), (NONE, _("清单外项目"))]
    page = "reports:lights"
    return [
        chip(_("灯"), page, asked, "colour", colours),
        *narrow_chips(page, asked, reach),
        chip(_("项目范围"), page, asked, "lists", lists),
        chip(_("亮灯规则"), page, asked, "profile", rules),
    ]


def _project_links(row: Row) -> dict[str, str]:
    return {"label": reverse("admin:projects_project_page", args=[row.keys["project"]]) + "#panel-lights"} if "project" in row.keys else {}


@reader(Action.VIEW)
def lights_page(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request.user)
    question = _asked(request, reach)
    rule, key, rules = _rule(request, question)
    by = one_of(request.GET, "by", BY, _("排列方式")) or BY[0]
    colour = one_of(request.GET, "colour", [one.value for one in _COLOURS], _("灯"))
    asked = {**address_of(question), "profile": key, "by": by, "colour": colour}
    found = lights_of(reach, question, rule)
    rows: list[LightRow] = found.red if by == "red" else found.of(colour) if colour else list(found.rows)
    part = Paginator(range(len(rows)), PROJECTS_A_PAGE).get_page(request.GET.get("page"))
    shown = rows[max(part.start_index() - 1, 0) : part.end_index()]
    words = {"project": _("按项目"), "red": _("红灯清单"), "unit": _("按单位"), "sector": _("按领域")}
    page = _table(found, by, shown, asked, with_unit=not question.unit)
    context: dict[str, Any] = {
        "title": _("%(month)s亮灯") % {"month": period_text(question.period)},
        "head_line": _("%(rule)s：哪些项目慢了、为什么、从哪个月起。") % {"rule": rule.title},
        "pages": [page],
        "part": part if by in ("project", "red") else None,
        "here": address("reports:lights", asked),
        "chips": _chips(found, asked, reach, rules),
        "tabs": [Choice(word, address("reports:lights", {**asked, "by": name, "colour": ""}), name == by) for name, word in words.items()],
        "empty": _("没有红灯项目。") if by == "red" else _("换一个月份、单位或灯色再看。"),
        "download": address("reports:lights_xlsx", {**asked, "by": "", "colour": ""}) if scope.may(request.user, Action.EXPORT) else "",
        "simulator": address("reports:light_simulator", address_of(question)),
    }
    return render(request, "reports/lights.html", context)


def _table(found: Lights, by: str, rows: list[LightRow], asked: dict[str, str], *, with_unit: bool) -> Any:
    if by == "red":
        return page_table(red_table(found, rows), _project_links)
    if by == "project":
        return page_table(project_table(found, rows, with_unit=with_unit), _project_links)

    def links(row: Row) -> dict[str, str]:
        """A count leads to the projects behind it."""
        narrowed = {**asked, **row.keys, "by": "project"}
        return {
            "label": address("reports:lights", narrowed),
            **{one.value: address("reports:lights", {**narrowed, "colour": one.value}) for one in _COLOURS},
        }

    return page_table(count_table(found, by), links)


@reader(Action.EXPORT)
def lights_xlsx(request: HttpRequest) -> HttpResponse:
    """红灯清单 on A3 for print, with the counts and every project's light behind it."""
    reach = reach_of(request.user, Action.EXPORT)
    question = _asked(request, reach)
    rule, key, _rules = _rule(request, question)
    found = lights_of(reach, question, rule)
    pages = _("第&P页 共&N页")
    red = red_table(found)
    prints = [
        Print(red, _("红灯清单"), paper=A3, page_words=pages),
        Print(count_table(found, "unit"), _("按单位"), page_words=pages),
        Print(count_table(found, "sector"), _("按领域"), page_words=pages),
        Print(project_table(found, found.rows), _("全部项目"), paper=A3, page_words=pages),
    ]
    audit.record("report.export", actor=request.user, report="lights", **address_of(question), profile=key or rule.title)
    headers = {"Content-Disposition": content_disposition_header(True, f"{red.title}.xlsx") or ""}
    return HttpResponse(workbook_bytes(prints), content_type=XLSX, headers=headers)


# --- The simulator -----------------------------------------------------------------------------------------------------------------


@reader(Action.VIEW)
def simulator(request: HttpRequest) -> HttpResponse:
    """Other thresholds over the same projects: which lights would turn. Nothing is written; adopting is a page of its own."""
    reach = reach_of(request.user)
    question = _asked(request, reach)
    former = newest_own()
    is_asked = "progress_by" in request.GET
    form = ThresholdsForm(request.GET) if is_asked else ThresholdsForm(initial=thresholds_of(former) if former else {})
    context: dict[str, Any] = {
        "title": _("亮灯规则试算"),
        "head_line": _("改一改界线，看%(month)s哪些项目会变灯；试算不改任何数") % {"month": period_text(question.period)},
        "form": form,
        "asked": address_of(question),
        "lights": address("reports:lights", address_of(question)),
    }
    status = 200
    if is_asked and form.is_valid():
        context |= _simulated(request, reach, question, form)
    elif is_asked:
        status = 400
    return render(request, "reports/light_simulator.html", context, status=status)


def _simulated(request: HttpRequest, reach: Reach, question: Question, form: ThresholdsForm) -> dict[str, Any]:
    told = LightProfile(key="trial", **{name: form.cleaned_data[name] for name in THRESHOLDS})
    trial = replace(profile_of(told), name=_("试算规则"), version=0)
    before, after = compared(reach, question, profile_in_force(question.moment), trial)
    pairs = turned(before, after)
    part = Paginator(range(len(pairs)), PROJECTS_A_PAGE).get_page(request.GET.get("page"))
    given = {name: request.GET.get(name, "") for name in THRESHOLDS}
    return {
        "rule": before.profile.title,
        "turned": len(pairs),
        "graver": sum(pair.is_graver for pair in pairs),
        "every": len(before.rows),
        "moves": page_table(moves_table(before, after), lambda _row: {}),
        "pages": [page_table(turned_table(before, pairs[max(part.start_index() - 1, 0) : part.end_index()]), _project_links)],
        "part": part,
        "here": f"{reverse('reports:light_simulator')}?{urlencode({**address_of(question), **given})}",
        "adopt": f"{reverse('admin:projects_lightprofile_adopt')}?{urlencode(given)}" if may_adopt(request.user) else "",
    }

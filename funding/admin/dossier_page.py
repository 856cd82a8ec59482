"""债券项目材料: every project with bond money, and which of its papers, coverage and income are there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Action
from accounts.scope import for_user, may, units_for_user
from funding.records import PAPERS
from funding.services.dossiers import Shown, bond_projects
from projects.measures import number_text
from projects.models import Project

GAPS = {"plan": _("实施方案"), "finance": _("财务评估报告"), "legal": _("法律意见书"), "coverage": _("本息覆盖倍数"), "income": _("收入来源")}


def standing_page(request: HttpRequest) -> HttpResponse:
    if not may(request.user, Action.VIEW):
        raise PermissionDenied
    every = bond_projects(for_user(Project.objects.all(), request.user, Action.VIEW), timezone.localdate().year)
    asked = {"lacking": request.GET.get("lacking", ""), "unit": request.GET.get("unit", "")}
    rows = [row for row in every if _fits(row, asked["lacking"], asked["unit"])]
    context = {
        **admin.site.each_context(request),
        "title": gettext("债券项目材料"),
        "head_line": gettext("有专项债券资金的项目，各项材料齐不齐、缺哪一项"),
        "rows": [_row(row) for row in rows],
        "papers": [{"key": kind, "label": GAPS[kind]} for kind in PAPERS],
        "count": len(every),
        "complete": sum(not row.lacking & set(PAPERS) for row in every),
        "gaps": [{"key": key, "label": label, "n": sum(key in row.lacking for row in every)} for key, label in GAPS.items()],
        "chips": (_gap_chip(every, asked), _unit_chip(request, every, asked)),
        "is_narrowed": any(asked.values()),
    }
    return TemplateResponse(request, "funding/dossier_standing.html", context)


def _fits(row: Shown, lacking: str, unit: str) -> bool:
    """A value that is no choice finds nothing and breaks nothing."""
    if unit and str(row.project.unit_id) != unit:
        return False
    if lacking == "none":
        return not row.lacking
    return not lacking or lacking in row.lacking


def _chip(title: str, name: str, asked: dict[str, str], choices: list[tuple[str, str, int]]) -> dict[str, Any]:
    others = {key: value for key, value in asked.items() if value and key != name}

    def choice(value: str, label: str, count: int | None) -> dict[str, Any]:
        query = urlencode({**others, **({name: value} if value else {})})
        return {"selected": asked[name] == value, "query_string": f"?{query}", "display": label, "count": count}

    return {"title": title, "choices": [choice("", gettext("全部"), None), *(choice(*one) for one in choices)]}


def _gap_chip(every: list[Shown], asked: dict[str, str]) -> dict[str, Any]:
    mine = [row for row in every if _fits(row, "", asked["unit"])]
    lacks = [(key, gettext("缺%(paper)s") % {"paper": label}, sum(key in row.lacking for row in mine)) for key, label in GAPS.items()]
    return _chip(gettext("材料"), "lacking", asked, [*lacks, ("none", gettext("齐全"), sum(not row.lacking for row in mine))])


def _unit_chip(request: HttpRequest, every: list[Shown], asked: dict[str, str]) -> dict[str, Any]:
    mine = [row for row in every if _fits(row, asked["lacking"], "")]
    counts = {unit: sum(row.project.unit_id == unit.pk for row in mine) for unit in units_for_user(request.user, Action.VIEW)}
    return _chip(gettext("填报单位"), "unit", asked, [(str(unit.pk), unit.short_name, n) for unit, n in counts.items() if n])


def _row(row: Shown) -> dict[str, Any]:
    name, args = ("admin:funding_dossier_change", [row.dossier_id]) if row.dossier_id else ("admin:funding_dossier_add", [])
    url = reverse(name, args=args) + ("" if row.dossier_id else f"?project={row.project.pk}")
    papers = [{"key": kind, "label": GAPS[kind], "there": kind in row.record.papers} for kind in PAPERS]
    shown = {"project": row.project, "assigned": row.assigned_wan, "coverage": number_text(row.record.coverage, 2)}
    return {**shown, "papers": papers, "has_income": "income" not in row.lacking, "url": url}

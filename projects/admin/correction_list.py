"""All late corrections in reach: what was published, what is right, who said so, who settled it. The verbs stand on the report's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from projects.admin.base import FoundByProject, PlainAdmin
from projects.admin.corrections import correction_tag, words_of
from projects.admin.filters import ChipChangeList, ChipFilter, PeriodFilter, StateFilter, UnitFilter
from projects.admin.months import name_cell
from projects.findings import message
from projects.models import Correction
from projects.services.corrections import CORRECTABLE, figure_label, unfit_among

register(NavItem("reporting", _("更正"), "admin:projects_correction_changelist", may(Action.VIEW), 25))


class UnitOfReportFilter(UnitFilter):
    column = "report__project__unit"

    def condition(self, value: str) -> Q:
        return Q(report__project__unit=int(value))


class PeriodOfReportFilter(PeriodFilter):
    column = "report__period"

    def condition(self, value: str) -> Q:
        return Q(report__period=int(value))


class FigureFilter(ChipFilter):
    title = _("指标")
    parameter_name = "figure"
    column = "field"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [(name, figure_label(name)) for name in CORRECTABLE]

    def condition(self, value: str) -> Q:
        return Q(field=value)


class CorrectionChangeList(ChipChangeList):
    empty_words = _("锁定之后发现报错的数，在该项目当月的月度进展页提出更正。")

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        told = unfit_among(rows)
        for row in rows:
            row.unfit = told.get(row.report_id, []) if row.state == Correction.State.APPROVED else []
        self.result_list = rows


def _when(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


@admin.register(Correction)
class CorrectionAdmin(FoundByProject, PlainAdmin):
    head_line = _("锁定之后更正的数：已公布的数不改动，更正列在旁边；一人提出，另一人审核")
    list_display = ("name", "unit_name", "month", "figure", "n_published", "n_value", "reason_words", "proposed", "state_words")
    list_display_links = None
    list_filter = (StateFilter, PeriodOfReportFilter, UnitOfReportFilter, FigureFilter)
    list_select_related = ("report__project__unit", "report__period", "by", "settled_by")
    search_fields = ("report__project__name",)
    search_help_text = _("项目名称、代码、建设单位")
    project_path = "report__project"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChipChangeList]:
        return CorrectionChangeList

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A correction is never edited; it stands with its verbs among the others of its report."""
        row = self.reached(request, object_id)
        if request.method == "POST":
            raise PermissionDenied
        return redirect(_page_of(row))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Who proposed and who settled it is all its history."""
        return redirect(_page_of(self.reached(request, object_id)))

    @admin.display(description=_("项目"), ordering="report__project__name")
    def name(self, row: Correction) -> Any:
        return format_html('<a href="{}">{}</a>', _page_of(row), name_cell(row.report.project.name))

    @admin.display(description=_("填报单位"), ordering="report__project__unit__sort_order")
    def unit_name(self, row: Correction) -> str:
        return str(row.report.project.unit.short_name)

    @admin.display(description=_("月份"), ordering="report__period")
    def month(self, row: Correction) -> str:
        return str(row.report.period)

    @admin.display(description=_("指标"), ordering="field")
    def figure(self, row: Correction) -> str:
        return figure_label(row.field)

    @admin.display(description=_("已公布数"))
    def n_published(self, row: Correction) -> str:
        return str(words_of(row)["old"])

    @admin.display(description=_("更正为"))
    def n_value(self, row: Correction) -> Any:
        return format_html("<b>{}</b>", words_of(row)["new"])

    @admin.display(description=_("原因"), ordering="reason")
    def reason_words(self, row: Correction) -> str:
        return row.reason

    @admin.display(description=_("提出"), ordering="at")
    def proposed(self, row: Correction) -> Any:
        return format_html('{}<div class="help">{}</div>', row.by or "—", _when(row.at))

    @admin.display(description=_("状态"), ordering="state")
    def state_words(self, row: Correction) -> Any:
        """With who settled it, when, and the words."""
        told = correction_tag(row)
        if row.settled_at:
            told = format_html('{}<div class="help">{} {}</div>', told, row.settled_by or "", _when(row.settled_at))
        if row.note:
            told = format_html('{}<div class="help">{}</div>', told, row.note)
        words = [message(finding, get_language() or "zh") for finding in getattr(row, "unfit", ())]
        return format_html('{}<div class="remark">▲ {} {}</div>', told, gettext("与其余各数不符："), "；".join(words)) if words else told


def _page_of(row: Correction) -> str:
    return reverse("admin:projects_monthreport_corrections", args=[row.report_id])

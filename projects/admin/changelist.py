"""The project list's own machinery: figures of the month, a totals row over the whole filtered set, columns of higher apps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.admin.filters import ChipChangeList
from projects.counting import counted, versions_in_effect
from projects.figures import figures_of
from projects.measures import MonthFigures, percent_text, rate, schedule, wan_text
from projects.moment import Moment, moment_of
from projects.panels import Column, project_columns

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class SumCell:
    """A cell of the totals row, under the column `key`."""

    key: str
    text: Any = ""
    numeric: bool = False


def rate_cell(done: Decimal | None, plan: Decimal | None, month: int) -> SafeString | str:
    """A rate with a thin bar against the schedule of the month; a bar that would be longer than the cell ends at its edge."""
    value = rate(done, plan)
    if value is None:
        return percent_text(value)
    width = min(max(int(value * _HUNDRED), 0), 100)
    due = int(schedule(month) * _HUNDRED)
    return format_html(
        '<span class="rate">{}<svg class="bar-svg" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="back" width="100" height="6"></rect><rect class="done" width="{}" height="6"></rect>'
        '<line class="due" x1="{}" x2="{}" y1="0" y2="6"></line></svg></span>',
        percent_text(value),
        width,
        due,
        due,
    )


class ProjectChangeList(ChipChangeList):
    """Adds a query for the totals, two where reports are missing, and one for each column of a higher app."""

    figures: MonthFigures
    counted: MonthFigures  # of those the overview and the city table speak of: a project that no list holds any more owes no report
    sum_cells: list[SumCell]
    empty_words: Any
    column_choices: list[tuple[str, Any]]

    def get_results(self, request: HttpRequest) -> None:
        moment = moment_of(request)
        self.figures = figures_of(self.queryset, moment.month)
        self.counted = self._counted(moment) if self.figures.not_reported else self.figures
        self.empty_words = (
            _("按所选日期掌握，当时还没有项目；可在顶栏把掌握时点改为今日。") if moment.known else _("上传清单表，或在右上角新增项目。")
        )
        # The totals have counted the rows already; the pages need not count them again.
        request._known_count = self.figures.count  # type: ignore[attr-defined]
        super().get_results(request)
        rows = list(self.result_list)
        for column in project_columns():
            told = column.values(request, rows)
            for project in rows:
                panel_values(project)[column.key] = told.get(project.pk, "—")
        self.result_list = rows
        self.sum_cells = self._sum_cells()
        self.column_choices = [(name, self._title(name)) for name in self.list_display[1:] if isinstance(name, str)]

    def _counted(self, moment: Moment) -> MonthFigures:
        until = moment.known_until
        return figures_of(counted(self.queryset, versions_in_effect(moment.month, until), until), moment.month)

    def _title(self, name: str) -> Any:
        """The words of a column that the page's class makes."""
        return getattr(getattr(self.model_admin, name), "short_description", name)

    def _sum_cells(self) -> list[SumCell]:
        told = {
            "name_link": SumCell("name_link", gettext("合计 %(n)s 个项目") % {"n": self.figures.count}),
            "n_total": SumCell("n_total", wan_text(self.figures.total_wan, grouped=True), True),
            "n_plan": SumCell("n_plan", wan_text(self.figures.plan_wan, grouped=True), True),
            "n_ytd": SumCell("n_ytd", wan_text(self.figures.ytd_wan, grouped=True), True),
            "n_rate": SumCell("n_rate", percent_text(self.figures.rate), True),
        }
        return [told.get(name, SumCell(name)) if isinstance(name, str) else SumCell("panel") for name in self.list_display]


def panel_values(project: Any) -> dict[str, Any]:
    """What columns of higher apps say of a row, kept on it while its page is drawn."""
    kept: dict[str, Any] = project.__dict__.setdefault("_panel_values", {})
    return kept


def panel_column(column: Column) -> Any:
    """A column of a higher app as the admin wants it: a function of the row."""

    def show(project: Any) -> Any:
        return panel_values(project).get(column.key, "—")

    show.short_description = column.title  # type: ignore[attr-defined]
    show.__name__ = f"n_{column.key}"
    return show

"""Rolling plans: the plan of a base year with its page, and its projects with what each source gives in each year."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from funding.admin.base import FundAdmin, money_column, synthetic_tag
from funding.admin.finance_changes import changes_with_lines
from funding.admin.rolling_page import rolling_page
from funding.admin.ruled import ReasonForm, RuledFormSet, SourceInline, chosen_here
from funding.finance_figures import rolling_record
from funding.models import RollingEntry, RollingLine, RollingPlan
from funding.rolling import judged
from projects.admin.filters import ChipFilter, UnitOfProjectFilter
from projects.admin.months import OfProjectAdmin
from projects.findings import Finding
from projects.models import AnnualPlan
from projects.models.fields import WanField

register(NavItem("funding", _("三年滚动计划"), "admin:funding_rollingplan_changelist", may(Action.VIEW), 86))

_YEARS = ("first_wan", "second_wan", "third_wan")
_CONTENTS = ("first_content", "second_content", "third_content")


@admin.register(RollingPlan)
class RollingPlanAdmin(FundAdmin):
    head_line = _("每一期三年滚动投资计划：有多少项目，可以滚动生成下一期")
    page_name = "admin:funding_rollingplan_page"
    list_display = ("title", "base_year", "doc_no", "decided_on", "count_projects", "mark")
    list_display_links = None
    search_fields = ("doc_no", "note")
    search_help_text = _("文号、说明")
    sections = ((_("滚动计划"), ("base_year", "doc_no", "decided_on", "note", "is_synthetic")),)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(project_count=Count("entries"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The years that its projects were planned for stay what they are."""
        return ("base_year",) if obj is not None and obj.entries.exists() else ()

    @admin.display(description=_("滚动计划"), ordering="base_year")
    def title(self, row: RollingPlan) -> Any:
        return self.linked(row)

    @admin.display(description=_("项目数"), ordering="project_count")
    def count_projects(self, row: Any) -> int:
        return int(row.project_count)

    @admin.display(description=_("数据"))
    def mark(self, row: RollingPlan) -> Any:
        return synthetic_tag(row)

    def get_urls(self) -> Any:
        page = path("<int:object_id>/", self.admin_site.admin_view(partial(rolling_page, self)), name="funding_rollingplan_page")
        return [page, *super().get_urls()]


class RollingEntryForm(ReasonForm):
    """What is left blank of a new project is what the project itself says."""

    class Meta:
        widgets: ClassVar[dict[str, Any]] = {name: forms.Textarea(attrs={"rows": 2}) for name in _CONTENTS}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        project, plan = data.get("project"), data.get("plan")
        if self.instance.pk or project is None or plan is None:
            return data
        for name in ("total_wan", "planned_start", "planned_finish"):
            data[name] = data.get(name) or getattr(project, name)
        if data.get("cum_prior_wan") is None:
            stated = AnnualPlan.objects.filter(project=project, year=plan.base_year, month=None).first()
            data["cum_prior_wan"] = stated.cum_prior_wan if stated is not None else None
        return data


class RollingFormSet(RuledFormSet):
    def findings(self, parent: RollingEntry, rows: Sequence[RollingLine]) -> list[Finding]:
        return judged(rolling_record(parent, rows)) if parent.plan_id else []


class RollingLineInline(SourceInline):
    model = RollingLine
    formset = RollingFormSet
    shown = ("source", *_YEARS)

    def get_formset(self, request: HttpRequest, obj: RollingEntry | None = None, **kwargs: Any) -> Any:
        """The columns are called by their years, once these are known."""
        labels = {name: gettext("%(year)s年（万元）") % {"year": year} for name, year in zip(_YEARS, obj.plan.years, strict=True)} if obj else {}
        return super().get_formset(request, obj, labels=labels, **kwargs)


class PlanFilter(ChipFilter):
    title = _("滚动计划")
    parameter_name = "plan"
    column = "plan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [(str(row.pk), str(row)) for row in RollingPlan.objects.all()]

    def condition(self, value: str) -> Q:
        return Q(plan=int(value))


def _year_sum(name: str) -> Subquery:
    """What all sources give an entry in a year."""
    rows = RollingLine.objects.filter(entry=OuterRef("pk")).order_by().values("entry").annotate(amount=Sum(name))
    return Subquery(rows.values("amount")[:1], output_field=WanField())


@admin.register(RollingEntry)
class RollingEntryAdmin(OfProjectAdmin):
    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("funding/funding.css",)}

    head_line = _("每个项目今后三年每年要多少钱、从哪里来、建什么；合计见“三年滚动计划”报表")
    form = RollingEntryForm
    inlines = (RollingLineInline,)
    list_display = ("title", "unit_name", "plan", "n_total", "n_prior", "n_first", "n_second", "n_third", "planned_start", "planned_finish")
    list_display_links = None
    list_filter = (PlanFilter, UnitOfProjectFilter)
    list_select_related = ("project__unit", "plan")
    sections = (
        (_("项目"), ("plan", "project", "total_wan", "cum_prior_wan", "planned_start", "planned_finish")),
        (_("分年建设内容"), _CONTENTS),
    )
    n_total = money_column("total_wan", _("总投资（万元）"))
    n_prior = money_column("cum_prior_wan", _("上年底累计（万元）"))
    n_first = money_column("first_sum", _("第一年（万元）"))
    n_second = money_column("second_sum", _("第二年（万元）"))
    n_third = money_column("third_sum", _("第三年（万元）"))

    def get_queryset(self, request: HttpRequest) -> Any:
        sums = {name.replace("_wan", "_sum"): _year_sum(name) for name in _YEARS}
        return super().get_queryset(request).annotate(**sums)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("plan", "project") if obj is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its rows hang on it: what is no longer planned is emptied, and stays told."""
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "plan" and field is not None:
            chosen_here(field)
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        newest = RollingPlan.objects.order_by("-base_year").first()
        return {**({"plan": newest.pk} if newest else {}), **super().get_changeform_initial_data(request)}

    def changes_of(self, obj: Any) -> Any:
        return changes_with_lines(obj, RollingLine, "entry_id")

    @admin.display(description=_("项目"), ordering="project__name")
    def title(self, row: RollingEntry) -> Any:
        return format_html('<a class="name" href="{}">{}</a>', reverse("admin:funding_rollingentry_change", args=[row.pk]), row.project.name)

"""Projects: the list with its filters and totals, the form with its rows, and the way to the project page."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scope import city_wide
from accounts.words import about
from projects.admin.base import TrackedAdmin, TrackedInline
from projects.admin.changelist import ProjectChangeList, panel_column, rate_cell
from projects.admin.closed import ClosedCodes, ClosedColumns
from projects.admin.filters import KindFilter, ReportedFilter, SectorFilter, StageFilter, UnitFilter, VersionFilter
from projects.admin.forms import AnnualPlanForm, CodeForm, ProjectForm
from projects.admin.obstacles import ObstacleInline
from projects.admin.page import project_page
from projects.figures import with_figures
from projects.history import project_changes
from projects.measures import wan_text
from projects.models import AnnualPlan, Classification, LocationShare, Permit, Project, ProjectCode, ProjectTag
from projects.moment import moment_of
from projects.panels import project_columns
from projects.querysets import search
from projects.services.keeping import change_project, enter_project, place_project
from projects.templatetags.figures import stage_name

register(NavItem("projects", _("全部项目"), "admin:projects_project_changelist", may(Action.VIEW), 10))


class CodeInline(ClosedCodes, TrackedInline):
    """Codes are superseded, never deleted."""

    model = ProjectCode
    form = CodeForm
    shown = ("code", "role", "superseded_by")
    fk_name = "project"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def scoped_choices(self, field: Any, request: HttpRequest, queryset: Any) -> Any:
        """A code gives way to another code of the same project only."""
        rows = super().scoped_choices(field, request, queryset)
        own = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        return rows.filter(project=own) if own and str(own).isdigit() else rows.none()


class AnnualPlanInline(TrackedInline):
    model = AnnualPlan
    form = AnnualPlanForm
    shown = ("year", "month", "plan_wan", "cum_prior_wan", "goal")


class TagInline(TrackedInline):
    model = ProjectTag
    shown = ("tag",)
    autocomplete_fields = ("tag",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A tag is taken off by whoever may put it on; its history stays."""
        return self.has_change_permission(request, obj)

    def scoped_choices(self, field: Any, request: HttpRequest, queryset: Any) -> Any:
        rows = super().scoped_choices(field, request, queryset)
        return rows.filter(scheme=Classification.Scheme.TAG) if field.name == "tag" else rows


class LocationInline(TrackedInline):
    model = LocationShare
    shown = ("division", "share_percent")
    autocomplete_fields = ("division",)


class PermitInline(TrackedInline):
    model = Permit
    shown = ("kind", "state", "doc_no", "issuer", "issued_on", "expires_on")


@admin.register(Project)
class ProjectAdmin(ClosedColumns, TrackedAdmin):
    head_line = _("全部项目的投资计划与进度，按单位、领域、阶段、清单看；合计为筛选后的全部项目")
    form = ProjectForm
    list_display = ("name_link", "unit_name", "kind_name", "sector_name", "stage_words", "n_total", "n_plan", "n_ytd", "n_rate")
    list_display_links = None
    list_filter = (UnitFilter, KindFilter, SectorFilter, StageFilter, VersionFilter, ReportedFilter)
    list_select_related = ("unit", "sector")
    search_fields = ("name",)
    search_help_text = _("项目名称、代码、建设单位")
    autocomplete_fields = ("sector", "owner")
    inlines = (CodeInline, AnnualPlanInline, TagInline, LocationInline, PermitInline, ObstacleInline)
    change_list_template = "admin/projects/project/change_list.html"
    sections = (
        (_("项目"), ("name", "kind", "unit", "sector", "nature", "approval_kind", "stage", "stage_reason")),
        (_("建设内容与地点"), ("content", "address", "land_mu", "local_code")),
        (_("单位与联系人"), ("owner", "responsible_unit", "lead", "contact", "phone")),
        (_("投资与时间"), ("total_wan", "total_text", "is_approx", "planned_start", "planned_finish", "actual_start", "actual_finish", "stopped_on")),
        (_("产出与备注"), ("expected_output_wan", "expected_tax_wan", "remarks", "source")),
    )

    # --- The list ---

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ProjectChangeList]:
        return ProjectChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        request._with_figures = True  # type: ignore[attr-defined]
        return super().changelist_view(request, {"moment": moment_of(request), **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return with_figures(rows, moment_of(request)) if getattr(request, "_with_figures", False) else rows

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        paginator = super().get_paginator(request, *args, **kwargs)
        known = getattr(request, "_known_count", None)
        if known is not None:
            paginator.count = known
        return paginator

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return search(queryset, search_term), False

    def get_list_display(self, request: HttpRequest) -> Any:
        return (*self.list_display, *(panel_column(column) for column in project_columns()))

    @admin.display(description=_("项目名称"), ordering="name")
    def name_link(self, project: Project) -> str:
        url = reverse("admin:projects_project_page", args=[project.pk])
        return format_html('<a class="name" href="{}" title="{}">{}</a>', url, project.name, project.name)

    @admin.display(description=_("填报单位"), ordering="unit__sort_order")
    def unit_name(self, project: Project) -> str:
        return project.unit.short_name

    @admin.display(description=_("类别"), ordering="kind")
    def kind_name(self, project: Project) -> str:
        return gettext("基础设施") if project.kind == Project.Kind.INFRASTRUCTURE else gettext("新兴产业")

    @admin.display(description=_("领域"), ordering="sector__sort_order")
    def sector_name(self, project: Project) -> str:
        return project.sector.name if project.sector else "—"

    @admin.display(description=_("阶段"), ordering="stage")
    def stage_words(self, project: Project) -> str:
        return stage_name(project.stage)

    @admin.display(description=_("总投资（万元）"), ordering="total_then")
    def n_total(self, project: Any) -> str:
        return wan_text(project.total_then, grouped=True, approx=project.is_approx, about=about())

    @admin.display(description=_("年度计划（万元）"), ordering="plan_then")
    def n_plan(self, project: Any) -> str:
        return wan_text(project.plan_then, grouped=True)

    @admin.display(description=_("本年累计（万元）"), ordering="ytd_then")
    def n_ytd(self, project: Any) -> str:
        return wan_text(project.ytd_then, grouped=True)

    @admin.display(description=_("完成率"))
    def n_rate(self, project: Any) -> Any:
        return rate_cell(project.ytd_then, project.plan_then, project.month_number)

    # --- The page and the form ---

    def get_urls(self) -> Any:
        page = path("<int:object_id>/", self.admin_site.admin_view(partial(project_page, self)), name="projects_project_page")
        return [page, *super().get_urls()]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.by_city = city_wide(request.user, Action.EDIT)  # type: ignore[attr-defined]
        return form

    def scoped_choices(self, field: Any, request: HttpRequest, queryset: Any) -> Any:
        rows = super().scoped_choices(field, request, queryset)
        return rows.filter(scheme__in=[Classification.Scheme.SECTOR, Classification.Scheme.SEI]) if field.name == "sector" else rows

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        shown = {"page_url": reverse("admin:projects_project_page", args=[object_id])} if object_id and object_id.isdigit() else {}
        return super().changeform_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.guard_after(request, obj, change)
        reason = form.cleaned_data.get("change_reason", "")
        if change:
            change_project(obj, form.real_changes, reason=reason)
        else:
            enter_project(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A project lives for ever; one that should not be there is withdrawn (退库), with its reason."""
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            place_project(form.instance)

    def changes_of(self, obj: Any) -> Any:
        return project_changes(obj)

"""Finance plans: the list, the form with a row for each source, and the way to the page of a version."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, Sum
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from funding.admin.base import synthetic_tag
from funding.admin.finance_changes import changes_with_lines
from funding.admin.finance_page import finance_page
from funding.admin.ruled import ReasonForm, RuledFormSet, SourceInline
from funding.finance import Backing
from funding.finance_figures import KEPT_BY_LEDGER, finance_rules
from funding.measures import exact_text
from funding.models import FinanceLine, FinancePlan
from funding.services.finance import begin_plan
from projects.admin.filters import ChipFilter, UnitOfProjectFilter
from projects.admin.forms import RevisedForm
from projects.admin.months import OfProjectAdmin
from projects.findings import Finding
from projects.models import Project

register(NavItem("funding", _("资金方案"), "admin:funding_financeplan_changelist", may(Action.VIEW), 82))


class FinancePlanForm(ReasonForm):
    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        project = data.get("project")
        if project is None or self.instance.pk:
            return data
        # The project is held until the plan is stored: of two who begin one at once, the second is told of the first.
        Project.objects.select_for_update().get(pk=project.pk)
        now = FinancePlan.objects.filter(project=project, state=FinancePlan.State.CURRENT).first()
        if now is not None:
            told = gettext("该项目已有第%(n)s版资金方案；有调整的，请打开那一版，用“编制新版”")
            self.add_error("project", told % {"n": now.number})
        return data


class FinanceLineForm(RevisedForm):
    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("capital_wan", "secured_wan", "other_arrived_wan"):
            if name in self.fields and data.get(name) is None:
                data[name] = Decimal(0)
        source = data.get("source")
        if source is not None and source.code in KEPT_BY_LEDGER and data["other_arrived_wan"]:
            told = gettext("“%(source)s”的到位数由资金流水汇总，这里不填；请在“项目资金”中记拨付到位")
            self.add_error("other_arrived_wan", told % {"source": source.name})
        return data


class FinanceFormSet(RuledFormSet):
    def findings(self, parent: FinancePlan, rows: Sequence[FinanceLine]) -> list[Finding]:
        """Rules 15 and 16, over all sources together."""
        if not (rows and parent.project_id):
            return []
        parts = [Backing.of(row.planned_wan, Decimal(0), Decimal(0), row.capital_wan) for row in rows]
        project = Project.objects.select_related("sector").get(pk=parent.project_id)
        return finance_rules(timezone.localdate()).judge(project, project.total_wan, Backing.total(parts))


class FinanceLineInline(SourceInline):
    model = FinanceLine
    form = FinanceLineForm
    formset = FinanceFormSet
    shown = ("source", "planned_wan", "capital_wan", "secured_wan", "secured_doc", "secured_on", "other_arrived_wan")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.is_current) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.is_current) and super().has_change_permission(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "secured_on" and field is not None:
            field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        return field


class VersionFilter(ChipFilter):
    title = _("版本")
    parameter_name = "state"
    column = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return FinancePlan.State.choices

    def condition(self, value: str) -> Q:
        return Q(state=value)


@admin.register(FinancePlan)
class FinancePlanAdmin(OfProjectAdmin):
    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("funding/funding.css",)}

    head_line = _("每个项目的钱从哪里来：分来源计划多少、落实多少；调整另编新版，旧版保留")
    form = FinancePlanForm
    inlines = (FinanceLineInline,)
    list_display = ("title", "unit_name", "number", "state", "decided_on", "doc_no", "n_planned", "n_secured", "mark")
    list_display_links = None
    list_filter = (VersionFilter, UnitOfProjectFilter)
    found_in = ("doc_no",)
    search_help_text = _("项目名称、代码、依据文号")
    sections = (
        (_("项目与依据"), ("project", "decided_on", "doc_no", "reason")),
        (_("数据来源"), ("source", "is_synthetic")),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(planned_sum=Sum("lines__planned_wan"), secured_sum=Sum("lines__secured_wan"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("project",) if obj is not None else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was superseded stays as it was."""
        return (not isinstance(obj, FinancePlan) or obj.is_current) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version gives way to the next one; none is deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            begin_plan(obj)
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        return self._to_page(request, obj, super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: Any) -> Any:
        return self._to_page(request, obj, super().response_change(request, obj))

    def _to_page(self, request: HttpRequest, obj: FinancePlan, usual: Any) -> Any:
        """After saving one sees what it came to."""
        if "_save" in request.POST:
            usual["Location"] = reverse("admin:funding_financeplan_page", args=[obj.pk])
        return usual

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        shown = {"page_url": reverse("admin:funding_financeplan_page", args=[object_id])} if object_id and object_id.isdecimal() else {}
        return super().changeform_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def changes_of(self, obj: Any) -> Any:
        return changes_with_lines(obj, FinanceLine, "plan_id")

    def get_urls(self) -> Any:
        page = path("<int:object_id>/", self.admin_site.admin_view(partial(finance_page, self)), name="funding_financeplan_page")
        return [page, *super().get_urls()]

    @admin.display(description=_("项目"), ordering="project__name")
    def title(self, row: FinancePlan) -> Any:
        return format_html('<a class="name" href="{}">{}</a>', reverse("admin:funding_financeplan_page", args=[row.pk]), row.project.name)

    @admin.display(description=_("计划（万元）"), ordering="planned_sum")
    def n_planned(self, row: Any) -> str:
        return exact_text(row.planned_sum)

    @admin.display(description=_("已落实（万元）"), ordering="secured_sum")
    def n_secured(self, row: Any) -> str:
        return exact_text(row.secured_sum)

    @admin.display(description=_("数据"))
    def mark(self, row: FinancePlan) -> Any:
        return synthetic_tag(row)

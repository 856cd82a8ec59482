"""Permits and obstacles, over all projects of the person's scope."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import ReportingUnit
from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from projects.admin.filters import OpenFilter, PermitKindFilter, StateFilter, UnitOfProjectFilter
from projects.admin.months import OfProjectAdmin, name_cell
from projects.models import Obstacle, Permit

register(
    NavItem("projects", _("存在问题"), "admin:projects_obstacle_changelist", may(Action.VIEW), 30),
    NavItem("projects", _("前期手续"), "admin:projects_permit_changelist", may(Action.VIEW), 40),
)


@admin.register(Permit)
class PermitAdmin(OfProjectAdmin):
    head_line = _("各项目前期手续办到哪一步、何时到期")
    list_display = ("name", "unit_name", "kind", "state", "doc_no", "issuer", "issued_on", "expires_on")
    list_display_links = ("name",)
    list_filter = (PermitKindFilter, StateFilter, UnitOfProjectFilter)
    sections = ((_("前期手续"), ("project", "kind", "state", "doc_no", "issuer", "issued_on", "expires_on")),)


@admin.register(Obstacle)
class ObstacleAdmin(OfProjectAdmin):
    head_line = _("哪些项目卡住了、谁来协调、何时解决")
    list_display = ("name", "unit_name", "text_words", "raised_on", "owner_unit", "due_on", "resolved_on")
    list_display_links = ("name",)
    list_filter = (OpenFilter, UnitOfProjectFilter)
    list_select_related = ("project__unit", "owner_unit")
    sections = (
        (_("问题"), ("project", "text", "raised_on", "owner_unit", "due_on")),
        (_("解决"), ("resolved_on", "resolution")),
    )

    def scoped_choices(self, field: Any, request: Any, queryset: Any) -> Any:
        """Any unit may be asked to help."""
        return ReportingUnit.objects.all() if field.name == "owner_unit" else super().scoped_choices(field, request, queryset)

    @admin.display(description=_("问题"))
    def text_words(self, row: Obstacle) -> Any:
        return name_cell(row.text)

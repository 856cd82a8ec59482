"""Permits, over all projects of the person's scope."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from projects.admin.filters import PermitKindFilter, StateFilter, UnitOfProjectFilter
from projects.admin.months import OfProjectAdmin
from projects.models import Permit

register(NavItem("projects", _("前期手续"), "admin:projects_permit_changelist", may(Action.VIEW), 40))


@admin.register(Permit)
class PermitAdmin(OfProjectAdmin):
    head_line = _("各项目前期手续办到哪一步、何时到期")
    list_display = ("name", "unit_name", "kind", "state", "doc_no", "issuer", "issued_on", "expires_on")
    list_display_links = ("name",)
    list_filter = (PermitKindFilter, StateFilter, UnitOfProjectFilter)
    sections = ((_("前期手续"), ("project", "kind", "state", "doc_no", "issuer", "issued_on", "expires_on")),)

"""The admin site: titles, and the left rail grouped by task instead of by app."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class PipelineAdminSite(AdminSite):
    site_title = _("重大项目投资管理")
    site_header = _("重大项目投资管理")
    index_title = _("总览")
    empty_value_display = "—"
    enable_nav_sidebar = False

"""The admin site: who may enter, and the overview that it opens on."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import navigation, scope
from config.overview import overview


def may_enter(user: Any) -> bool:
    """Whoever holds a post, and the superuser."""
    return bool(user.is_active and (user.is_superuser or scope.memberships(user)))


navigation.register(navigation.NavItem("overview", _("工作台"), "admin:index", may_enter, order=20))


class PipelineAdminSite(AdminSite):
    """Entered by whoever holds a post: Django's own staff mark, which would be a second truth, is not asked."""

    site_title = _("重大项目投资管理")
    site_header = _("重大项目投资管理")
    index_title = _("工作台")
    empty_value_display = "—"
    enable_nav_sidebar = False
    login_form = AuthenticationForm

    def has_permission(self, request: HttpRequest) -> bool:
        return may_enter(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Signing in leads where the sign-in page was asked from, else home."""
        if request.method == "GET" and self.has_permission(request):
            return redirect("home")
        asked = REDIRECT_FIELD_NAME in request.GET or REDIRECT_FIELD_NAME in request.POST
        return super().login(request, {**({} if asked else {REDIRECT_FIELD_NAME: reverse("home")}), **(extra_context or {})})

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {**overview(request), **(extra_context or {})})

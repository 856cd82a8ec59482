"""Uploads in the admin: to be found and read, never written there. Each leads to its own page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scoped_admin import ScopedAdmin
from exchange.models import Upload

register(
    NavItem("reporting", _("上传与检查"), "exchange:list", may(Action.VIEW), 10),
    NavItem("reporting", _("上传记录"), "admin:exchange_upload_changelist", may(Action.VIEW), 90),
)


_FILE = ("filename", "size", "sha256", "page")
_ORIGIN = ("user", "unit", "period", "list_version", "kind", "created_at")
_OUTCOME = ("state", "outcome", "reason", "n_rows", "n_errors", "checked_at", "committed_at", "committed_by", "undone_at", "undone_by")


@admin.register(Upload)
class UploadAdmin(ScopedAdmin):
    """What was sent, by whom, and what became of it."""

    head_line: Any = _("谁在什么时候交了哪个文件，结果如何；点“打开”看检查结果和变更明细")
    list_display = ("filename", "state", "unit", "period", "n_rows", "n_errors", "user", "created_at", "page")
    list_display_links = ("filename",)
    list_filter = ("state", "unit", "period", "kind")
    search_fields = ("filename", "sha256", "public_id", "user__username", "user__display_name")
    search_help_text = _("文件名、校验值、上传人")
    ordering = ("-id",)
    fieldsets = (
        (_("文件"), {"fields": _FILE}),
        (_("来源"), {"fields": _ORIGIN}),
        (_("结果"), {"fields": _OUTCOME}),
    )
    readonly_fields = (*_FILE, *_ORIGIN, *_OUTCOME)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without what only the upload's own page prints, which may be large."""
        return super().get_queryset(request).select_related("unit", "period", "user").defer("sheets", "findings")

    @admin.display(description=_("行数"))
    def n_rows(self, upload: Upload) -> int:
        return int(upload.counts.get("rows") or 0)

    @admin.display(description=_("阻断"))
    def n_errors(self, upload: Upload) -> int:
        return int(upload.counts.get("error") or 0)

    @admin.display(description=_("页面"))
    def page(self, upload: Upload) -> str:
        return format_html('<a href="{}">{}</a>', reverse("exchange:upload", args=[upload.public_id]), _("打开"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

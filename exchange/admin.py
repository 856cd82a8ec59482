"""Uploads in the admin: to be found and read, never written there. Each leads to its own page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from accounts import scope
from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scoped_admin import ScopedAdmin
from exchange.models import ColumnMapping, Job, Upload
from exchange.services.mappings import field_words, revoke
from exchange.views.page import KINDS

register(
    NavItem("reporting", _("上传与检查"), "exchange:list", may(Action.VIEW), 10),
    NavItem("reporting", _("上传记录"), "admin:exchange_upload_changelist", may(Action.VIEW), 90),
    NavItem("reporting", _("标题记忆"), "admin:exchange_columnmapping_changelist", may(Action.UPLOAD), 95),
    NavItem("system", _("后台任务"), "admin:exchange_job_changelist", may(Action.VIEW), 90),
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

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Under the name that leads here."""
        page: HttpResponse = super().changelist_view(request, {"title": _("上传记录"), **(extra_context or {})})
        return page

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


_ASKED = ("verb", "upload", "unit", "actor", "reason", "created_at")
_DOING = ("state", "worker", "attempts", "lease_until", "rows_done", "rows_total", "cancel_requested", "cancelled_by")
_DONE = ("outcome", "queued_at", "started_at", "finished_at")

admin.site.unregister(DBTaskResult)  # the queue only brings numbers; what became of the work stands in the job


@admin.register(Job)
class JobAdmin(ScopedAdmin):
    """Long work: which process has it, how often it was tried, how it ended."""

    head_line: Any = _("大文件的检查、提交和全部单位的填报表由后台进程处理；这里看每一项由谁执行、试了几次、结果如何")
    list_display = ("verb", "upload", "state", "unit", "actor", "attempts", "worker", "created_at", "finished_at")
    list_filter = ("state", "verb", "unit")
    search_fields = ("public_id", "upload__filename", "actor__username")
    search_help_text = _("文件名、经办人")
    ordering = ("-id",)
    fieldsets = ((_("要求"), {"fields": _ASKED}), (_("执行"), {"fields": _DOING}), (_("结果"), {"fields": _DONE}))
    readonly_fields = (*_ASKED, *_DOING, *_DONE)
    list_select_related = ("upload", "unit", "actor")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RevokeForm(forms.ModelForm):  # type: ignore[type-arg]
    """An answer is never rewritten: it can only be revoked."""

    revoke = forms.BooleanField(label=_("作废这条记忆"), required=False, help_text=_("从下次检查起不再使用；记录保留。"))

    class Meta:
        model = ColumnMapping
        fields: tuple[str, ...] = ()


@admin.register(ColumnMapping)
class ColumnMappingAdmin(ScopedAdmin):
    """What units mean by headings that the reader doesn't know: who answered, when, and what was revoked."""

    head_line: Any = _("读不懂的标题问过一次就记住；这里可以查看，也可以作废")
    form = RevokeForm
    list_display = ("written", "read_as", "unit_words", "kind_words", "by", "at", "standing")
    list_display_links = ("written",)
    list_filter = ("unit", "kind")
    search_fields = ("written", "heading", "field")
    search_help_text = _("标题")
    ordering = ("-id",)
    fieldsets = (
        (_("标题"), {"fields": ("written", "read_as", "unit_words", "kind_words")}),
        (_("来历"), {"fields": ("by", "at", "upload_link", "revoked_by", "revoked_at")}),
        (_("作废"), {"fields": ("revoke",)}),
    )
    readonly_fields = ("written", "read_as", "unit_words", "kind_words", "by", "at", "upload_link", "revoked_by", "revoked_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit", "by", "revoked_by", "upload")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may not revoke, or for what is revoked already, is not shown the box."""
        found = super().get_fieldsets(request, obj)
        return found if self.has_change_permission(request, obj) else found[:-1]

    @admin.display(description=_("读作"))
    def read_as(self, mapping: ColumnMapping) -> str:
        return field_words(mapping.field)

    @admin.display(description=_("适用"))
    def unit_words(self, mapping: ColumnMapping) -> str:
        return str(mapping.unit) if mapping.unit else str(_("全市"))

    @admin.display(description=_("表类"))
    def kind_words(self, mapping: ColumnMapping) -> str:
        return str(KINDS.get(mapping.kind, mapping.kind))

    @admin.display(description=_("状态"))
    def standing(self, mapping: ColumnMapping) -> str:
        return str(_("使用中")) if mapping.revoked_at is None else str(_("已作废"))

    @admin.display(description=_("在哪次上传中回答"))
    def upload_link(self, mapping: ColumnMapping) -> str:
        upload = mapping.upload
        return format_html('<a href="{}">#{}</a>', reverse("exchange:upload", args=[upload.public_id]), upload.pk) if upload else "—"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if form.cleaned_data.get("revoke"):
            self.guard_after(request, obj, change)
            revoke(obj, actor=request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may send files for the unit may revoke its answers."""
        if obj is None:
            return super().has_change_permission(request)
        return obj.revoked_at is None and scope.reaches(request.user, Action.UPLOAD, obj.unit_id)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

"""The pinned cuts: which states were kept under a name, when, by whom, and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from projects.admin.base import PlainAdmin
from projects.models import Cut
from projects.services.periods import LOCKED_ITSELF

register(NavItem("reporting", _("数据定格"), "admin:projects_cut_changelist", may(Action.VIEW), 45))


@admin.register(Cut)
class CutAdmin(PlainAdmin):
    head_line = _("某一刻的全部数据，起名留存，任何时候按名称读到的都是同一份；每次锁定填报期自动留一份")
    list_display = ("name", "made", "by_words", "period_link", "reason", "seq")
    list_display_links = None
    list_select_related = ("by", "period")
    search_fields = ("name", "reason")
    search_help_text = _("名称、说明")
    fields = ("name", "made_at", "by", "door", "period", "reason", "seq")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("定格时间"), ordering="made_at")
    def made(self, cut: Cut) -> str:
        if cut.made_at is None:
            return format_html('<span class="tag">◌ {}</span>', gettext("待定格：有数据正在写入，写完自动补上"))
        return f"{timezone.localtime(cut.made_at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("定格人"), ordering="by")
    def by_words(self, cut: Cut) -> str:
        return str(cut.by) if cut.by is not None else gettext(LOCKED_ITSELF) if cut.period_id is not None else "—"

    @admin.display(description=_("锁定的填报期"), ordering="period")
    def period_link(self, cut: Cut) -> str:
        if cut.period is None:
            return "—"
        return format_html('<a href="{}">{}</a>', reverse("admin:projects_reportingperiod_page", args=[cut.period.pk]), cut.period)

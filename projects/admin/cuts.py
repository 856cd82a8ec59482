"""The pinned cuts: which states were kept under a name, when, by whom, why, and where they are read; and the page that makes one."""

from __future__ import annotations

from datetime import datetime, time
from functools import partial
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.texts import TextField
from projects.admin.base import PlainAdmin
from projects.models import Cut
from projects.services.cuts import make_cut, may_cut
from projects.services.periods import LOCKED_ITSELF
from projects.workflow import Refused

# Where the page shows what the service refuses.
_PLACES = {"name": "name", "name_taken": "name", "moment": "day"}

register(NavItem("reporting", _("数据定格"), "admin:projects_cut_changelist", may(Action.VIEW), 45))


class CutForm(forms.Form):
    """A name, why, and the day where it is not now."""

    name = TextField(label=_("名称"), max_length=60, help_text=_("汉字、字母、数字、点、横线、下划线，如“六月终稿”；同一名称只能用一次"))
    day = forms.DateField(
        label=_("按哪一天掌握的数"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("空为现在；过去的一天取到当天结束"),
    )
    reason = TextField(label=_("说明"), max_length=300, help_text=_("为什么定格，如“报市政府六月终稿”"))


@admin.register(Cut)
class CutAdmin(PlainAdmin):
    head_line = _("某一刻的全部数据，起名留存，任何时候按名称读到的都是同一份；每次锁定填报期自动留一份")
    change_list_template = "projects/cut_list.html"
    list_display = ("name", "made", "by_words", "period_link", "reason", "read_at", "seq")
    list_display_links = None
    list_select_related = ("by", "period")
    search_fields = ("name", "reason")
    search_help_text = _("名称、说明")
    fields = ("name", "made_at", "as_of", "by", "door", "period", "reason", "seq")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> Any:
        return [path("make/", self.admin_site.admin_view(partial(_make_page, self)), name="projects_cut_make"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"may_cut": may_cut(request.user), **(extra_context or {})})

    @admin.display(description=_("定格时间"), ordering="made_at")
    def made(self, cut: Cut) -> str:
        if cut.made_at is None:
            return format_html('<span class="tag">◌ {}</span>', gettext("待定格：有数据正在写入，写完自动补上"))
        if cut.as_of is not None:
            words = gettext("按 %(day)s 掌握的数") % {"day": f"{timezone.localtime(cut.as_of):%Y-%m-%d %H:%M}"}
            return format_html("{}<div>{}</div>", f"{timezone.localtime(cut.made_at):%Y-%m-%d %H:%M:%S}", words)
        return f"{timezone.localtime(cut.made_at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("在哪里读"))
    def read_at(self, cut: Cut) -> str:
        if cut.made_at is None:
            return "—"
        rest = f"{reverse('api:projects-list')}?cut={quote(cut.name)}"
        return format_html('<a href="{}">REST</a> · <a href="{}">OData</a>', rest, reverse("odata:service", kwargs={"cut": cut.name}))

    @admin.display(description=_("定格人"), ordering="by")
    def by_words(self, cut: Cut) -> str:
        return str(cut.by) if cut.by is not None else gettext(LOCKED_ITSELF) if cut.period_id is not None else "—"

    @admin.display(description=_("锁定的填报期"), ordering="period")
    def period_link(self, cut: Cut) -> str:
        if cut.period is None:
            return "—"
        return format_html('<a href="{}">{}</a>', reverse("admin:projects_reportingperiod_page", args=[cut.period.pk]), cut.period)


def _make_page(page: CutAdmin, request: HttpRequest) -> HttpResponse:
    """Name a state."""
    if not may_cut(request.user):
        raise PermissionDenied
    form = CutForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        cut = _made(form, request.user) if form.is_valid() else None
        if cut is not None:
            messages.success(request, gettext("已定格：%(name)s。以后按这个名称读到的都是同一份数。") % {"name": cut.name})
            return redirect("admin:projects_cut_changelist")
        status = 400
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("定格数据"),
        "head_line": gettext("给全部数据此刻（或过去某一天）的样子起个名；以后怎么改，按名称读到的都不变"),
        "form": form,
        "opts": page.opts,
    }
    return TemplateResponse(request, "projects/cut_make.html", context, status=status)


def _made(form: CutForm, user: Any) -> Cut | None:
    """The cut; None where the service refuses it, which the form then says at its place."""
    told = form.cleaned_data
    moment = timezone.make_aware(datetime.combine(told["day"], time.max)) if told["day"] else None
    try:
        return make_cut(name=told["name"], reason=told["reason"], as_of=moment, actor=user)
    except Refused as refused:
        form.add_error(_PLACES.get(refused.code), refused.said(get_language() or "zh"))
    return None

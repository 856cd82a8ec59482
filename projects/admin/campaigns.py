"""Campaigns: which there are, the countdown and table of one, and the form with its projects."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from accounts.scope import city_wide, for_user
from projects.admin.base import TrackedAdmin, TrackedInline
from projects.admin.states import unreadable
from projects.campaigns import Goal
from projects.models import Campaign, CampaignProject
from projects.moment import parse_day, read_day
from projects.panels import campaign_links
from projects.services.campaigns import join_list
from projects.standings import PACE_WORDS, by_unit, span_of, standings, total_of

register(NavItem("projects", _("攻坚行动"), "admin:projects_campaign_changelist", may(Action.VIEW), 35))


class MemberInline(TrackedInline):
    """A project leaves by its day; the row stays, so that past tables can be told again."""

    model = CampaignProject
    shown = ("project", "target_wan", "due_on", "joined_on", "left_on")
    autocomplete_fields = ("project",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return for_user(super().get_queryset(request).select_related("project"), request.user, Action.VIEW)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Campaign)
class CampaignAdmin(TrackedAdmin):
    head_line = _("限期攻坚的项目：目标、倒计时、完成与滞后")
    list_display = ("name_link", "begins_on", "ends_on", "goal", "note")
    list_display_links = None
    search_fields = ("name",)
    search_help_text = _("名称")
    autocomplete_fields = ("list_version",)
    inlines = (MemberInline,)
    sections = ((_("攻坚行动"), ("name", "goal", "begins_on", "ends_on", "list_version", "note")),)

    @admin.display(description=_("名称"), ordering="name")
    def name_link(self, row: Campaign) -> str:
        return format_html('<a class="name" href="{}">{}</a>', reverse("admin:projects_campaign_page", args=[row.pk]), row.name)

    def get_urls(self) -> Any:
        page = path("<int:object_id>/", self.admin_site.admin_view(partial(campaign_page, self)), name="projects_campaign_page")
        return [page, *super().get_urls()]

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        shown = {"page_url": reverse("admin:projects_campaign_page", args=[object_id])} if object_id and object_id.isdecimal() else {}
        return super().changeform_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The list's projects come in after those picked by hand, which keep their own targets."""
        super().save_related(request, form, formsets, change)
        if not change or "list_version" in form.real_changes:
            added = join_list(form.instance, day=form.instance.begins_on)
            if added:
                messages.success(request, gettext("从清单列入了 %(n)s 个项目。") % {"n": added})


def campaign_page(page: CampaignAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """The countdown and the table of a campaign, as of today or of a day asked for (`?day=2020-07-10`)."""
    if not page.has_view_permission(request):
        raise PermissionDenied
    campaign = Campaign.objects.select_related("list_version__list").filter(pk=object_id).first()
    if campaign is None:
        raise Http404(f"campaign {object_id}")
    asked = request.GET.get("day", "")
    if asked and parse_day(asked) is None:
        return unreadable(request, gettext("日期应写作 2020-07-10，读到“%(value)s”") % {"value": asked[:40]})
    day = read_day(asked) or timezone.localdate()
    rows = standings(campaign, for_user(CampaignProject.objects.all(), request.user, Action.VIEW), day)
    span = span_of(campaign)
    context = {
        **page.admin_site.each_context(request),
        "title": campaign.name,
        "head_line": campaign.note,
        "campaign": campaign,
        "day": day,
        "days_left": span.days_left(day),
        "day_number": span.day_number(day),
        "length": span.day_number(campaign.ends_on),
        "has_begun": day >= campaign.begins_on,
        "is_over": day > campaign.ends_on,
        "is_money": campaign.goal == Goal.INVEST,
        "units": by_unit(rows),
        "total": total_of(rows),
        "rows": [{"standing": row, "word": PACE_WORDS[row.pace]} for row in rows],
        "whole_city": city_wide(request.user, Action.VIEW),
        "may_change": page.has_change_permission(request, campaign),
        "links": campaign_links(request, campaign, day),
        "opts": page.opts,
    }
    return TemplateResponse(request, "projects/campaign.html", context)

"""How a problem stands, as a tag of a page; and where one is raised."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.roles import Action
from accounts.scope import reaches
from projects.obstacles import Standing, standing

register = template.Library()


@register.filter
def standing_tag(obstacle: Any, known: date | None = None) -> SafeString:
    """The standing on the known day, or today."""
    day = known or timezone.localdate()
    found = standing(obstacle, day)
    if found is Standing.RESOLVED:
        return format_html('<span class="tag good">{}</span>', _("已办结"))
    if found is Standing.OVERDUE:
        return format_html('<span class="tag bad">{}</span>', _("超期%(n)s天") % {"n": (day - obstacle.due_on).days})
    return format_html('<span class="tag soft">{}</span>', _("未办结"))


@register.filter
def raise_url(report: Any, user: Any) -> str:
    """Where the problems told in a month's report are made into one that is followed up; empty where there is none or nobody may."""
    if not report.problems or not reaches(user, Action.EDIT, report.project.unit_id):
        return ""
    return f"{reverse('admin:projects_obstacle_add')}?report={report.pk}"

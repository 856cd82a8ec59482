"""Prints the state of a month's report: {{ report|state_tag }}."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from projects.admin.states import state_tag as shown_tag
from projects.models import MonthReport

register = template.Library()


@register.filter
def state_tag(report: MonthReport) -> SafeString:
    return shown_tag(report)

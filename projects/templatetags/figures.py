"""Prints figures in templates, by `projects.measures` alone: {{ amount|wan }}, {{ amount|yi }}, {{ ratio|percent }}, {{ difference|points }}."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.translation import get_language

from projects.measures import number_text, percent_text, points_text, wan_text, yi_text
from projects.stages import Stage

register = template.Library()


@register.filter
def wan(amount_wan: Decimal | None) -> str:
    return wan_text(amount_wan, grouped=True)


@register.filter
def yi(amount_wan: Decimal | None) -> str:
    return yi_text(amount_wan, grouped=True)


@register.filter
def percent(ratio: Decimal | None) -> str:
    return percent_text(ratio)


@register.filter
def points(value: Decimal | None) -> str:
    return points_text(value)


@register.filter
def figure(value: Decimal | None) -> str:
    return number_text(value, grouped=True)


@register.filter
def signed_yi(amount_wan: Decimal | None) -> str:
    """A difference in 亿元 with its sign."""
    text = yi_text(amount_wan, grouped=True)
    return f"+{text}" if amount_wan is not None and amount_wan > 0 else text


@register.filter
def stage_name(value: str) -> str:
    """The stage's name in the reader's language."""
    if not value:
        return "—"
    stage = Stage(value)
    return stage.en if (get_language() or "zh").startswith("en") else stage.zh

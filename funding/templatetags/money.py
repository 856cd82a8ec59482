"""Money of the ledger in templates: exact, to the digit."""

from __future__ import annotations

from decimal import Decimal

from django import template

from funding.measures import exact_text

register = template.Library()


@register.filter
def exact(amount_wan: Decimal | None, approx: object = False) -> str:
    """`{{ amount|exact }}`, or `{{ amount|exact:is_approximate }}` for what may be known only roughly."""
    return exact_text(amount_wan, approx=bool(approx))

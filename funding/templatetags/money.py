"""Money of the ledger in templates: exact, to the digit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.db import models

from accounts.words import about
from funding.measures import exact_text
from projects.models.fields import WanField

register = template.Library()


@register.filter
def exact(amount_wan: Decimal | None, approx: object = False) -> str:
    """`{{ amount|exact }}`, or `{{ amount|exact:is_approximate }}` for what may be known only roughly."""
    return exact_text(amount_wan, approx=bool(approx), about=about())


@register.filter
def read_only(shown: Any) -> Any:
    """What a form shows of a column that is only read: an amount as the lists print it, anything else as it comes."""
    row, name = shown.form.instance, shown.field["name"]
    column = next((one for one in row._meta.concrete_fields if one.name == name), None)
    return exact_text(getattr(row, name)) if isinstance(column, (WanField, models.DecimalField)) else shown.contents()

"""What a form says of a number that doesn't fit: in our own words, with what was read and what would be right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.texts import say_what_text_fits

_GROUPED = 10_000
_IN_THREES = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SHOWN = 40  # characters of a wrong value that are repeated
_OWN = (DecimalValidator, MaxValueValidator, MinValueValidator)


class Fits:
    """A validator for all bounds of a number at once, so that one sentence says them all."""

    def __init__(self, least: Decimal | None, most: Decimal | None, places: int | None) -> None:
        self.least, self.most, self.places = least, most, places

    def __call__(self, value: Any) -> None:
        number = Decimal(value)
        exponent = number.as_tuple().exponent
        too_fine = self.places is not None and isinstance(exponent, int) and -exponent > self.places
        if too_fine or (self.most is not None and number > self.most) or (self.least is not None and number < self.least):
            text = format(number, "f") if number.adjusted() < _SHOWN else str(value)
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
            raise ValidationError(_("读到“%(value)s”；%(right)s"), code="number", params={"value": shown, "right": self.right})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fits) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.least, self.most, self.places))

    @property
    def right(self) -> str:
        """What would be right, in the reader's language."""
        told = {"least": _said(self.least), "most": _said(self.most), "places": self.places}
        if self.places:
            ranged = gettext("应填 %(least)s 到 %(most)s 之间的数，最多 %(places)s 位小数")
            return (ranged if self.least is not None else gettext("应填不超过 %(most)s 的数，最多 %(places)s 位小数")) % told
        return (gettext("应填 %(least)s 到 %(most)s 之间的整数") if self.least is not None else gettext("应填不超过 %(most)s 的整数")) % told

    @property
    def no_number(self) -> str:
        return gettext("不是数字；%(right)s") % {"right": self.right}


def _said(bound: Decimal | None) -> str:
    """Grouped where that helps to count its digits; a year is written as a year."""
    return "" if bound is None else f"{bound:f}" if abs(bound) < _GROUPED and bound == int(bound) else f"{bound:,f}"


def ungrouped(text: str) -> str:
    """A number as pages print it, 12,782.50 or with wide marks, without its groups; what is not grouped by threes comes back as it is."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    return narrow.replace(",", "") if _IN_THREES.fullmatch(narrow) else text


def say_what_fits(field: Any, column: models.Field[Any, Any] | None = None) -> Any:
    """Give a field of a form our words in place of the framework's; `column` is the stored one behind a number, whose bounds hold too."""
    if isinstance(field, forms.CharField):
        return say_what_text_fits(field)
    if not isinstance(field, forms.IntegerField) or isinstance(field, forms.FloatField):
        return field
    column_rules = column.validators if isinstance(column, models.IntegerField | models.DecimalField) else ()
    rules = [*field.validators, *column_rules]
    least = max(_bounds(rules, MinValueValidator), default=None)
    most = min(_bounds(rules, MaxValueValidator), default=None)
    places: int | None = 0
    if isinstance(field, forms.DecimalField):
        places = field.decimal_places
        if field.max_digits is not None and places is not None:
            widest = Decimal(10) ** (field.max_digits - places) - Decimal(1).scaleb(-places)
            most = widest if most is None else min(most, widest)
    if most is None or places is None:
        return field
    fits = Fits(least, most, places)
    field.validators = [*(rule for rule in field.validators if not isinstance(rule, _OWN)), fits]
    field.error_messages = {**field.error_messages, "invalid": _later(fits)}
    return field


def _later(fits: Fits) -> Any:
    """Said when it is read: a field of a form may be made before anybody's language is known."""
    return lazy(lambda: fits.no_number, str)()


def _bounds(rules: Iterable[Any], kind: type[Any]) -> list[Decimal]:
    found = [rule.limit_value() if callable(rule.limit_value) else rule.limit_value for rule in rules if isinstance(rule, kind)]
    return [Decimal(bound) for bound in found]

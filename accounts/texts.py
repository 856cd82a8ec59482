"""What a text may hold at every form and body: what one cell of a table can take, so that nothing is cut or dropped later without a word."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

LONGEST = 32_767  # UTF-16 units: what Excel takes in one cell
# Signs that no table can hold, tab and line breaks apart; halves of pairs and what is no sign at all.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_OWN = (MaxLengthValidator, ProhibitNullCharactersValidator)


def units(text: str) -> int:
    """How long Excel counts a text: a sign beyond the first 65,536 counts twice."""
    return len(text) if text.isascii() else len(text) + sum(sign > "\uffff" for sign in text)


class TextFits(MaxLengthValidator):
    """A validator for all that a text has to be; `limit_value` is the column's own length where it has one."""

    def __init__(self, most: int | None = None) -> None:
        super().__init__(most or LONGEST)

    def __call__(self, value: Any) -> None:
        if not isinstance(value, str):
            return
        read = units(value) if self.limit_value == LONGEST else len(value)
        if read > self.limit_value or units(value) > LONGEST:
            # A field may have words of its own for a long text, which name the two numbers as the framework does.
            told = {"n": f"{read:,}", "most": f"{self.limit_value:,}", "show_value": read, "limit_value": self.limit_value}
            raise ValidationError(_("读到 %(n)s 个字符，应不超过 %(most)s 个；请删减，或分几处填写"), code="max_length", params=told)
        found = _CONTROL.findall(value)
        if found:
            place = value.index(found[0])
            raise ValidationError(
                _("第 %(place)s 个字符是控制字符（%(sign)s），共 %(n)s 个；表格存不下，除制表符和换行外请删去"),
                code="control",
                params={"place": place + 1, "sign": f"U+{ord(found[0]):04X}", "n": len(found)},
            )


def say_what_text_fits(field: Any) -> Any:
    """Give a field of text, of a form or of a body, our rule in place of the framework's. A choice among rows is no text."""
    if any(isinstance(rule, TextFits) for rule in field.validators):
        return field
    most = min((rule.limit_value for rule in field.validators if isinstance(rule, MaxLengthValidator)), default=None)
    field.validators = [TextFits(most), *(rule for rule in field.validators if not isinstance(rule, _OWN))]
    return field


class TextField(forms.CharField):
    """A text that a form declares by itself."""

    def __init__(self, **told: Any) -> None:
        super().__init__(**told)
        say_what_text_fits(self)

"""What is wrong with a value of a body, in our own words: what was read, and what would be right."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.texts import TextFits, say_what_text_fits

_SHOWN = 40  # characters of a wrong value that are repeated
_KEPT = frozenset({"control", "unknown", "does_not_exist"})  # said in our own words already
_MISSING = frozenset({"required", "null", "blank", "empty"})


def say_what_texts_fit(field: Any) -> None:
    """Give every text of a body, and every text inside its lists and objects, the rule that the texts of forms have."""
    if isinstance(field, serializers.ListField | serializers.DictField):
        say_what_texts_fit(field.child)
    elif isinstance(field, serializers.CharField):
        say_what_text_fits(field)


def own_words(fields: Mapping[str, Any], data: Any, detail: Any) -> Any:
    """The faults of a body, each in our words; what we said ourselves stays."""
    if not isinstance(detail, Mapping):
        return detail
    return {name: _of(fields.get(name), data.get(name) if isinstance(data, Mapping) else None, told) for name, told in detail.items()}


def _of(field: Any, value: Any, told: Any) -> Any:
    if field is None:
        return told
    if isinstance(told, Mapping):
        return {key: _of(getattr(field, "child", None), _inner(value, key), inner) for key, inner in told.items()}
    return [_said(field, value, one) for one in told]


def _inner(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get(key)
    return value[key] if isinstance(value, Sequence) and isinstance(key, int) and key < len(value) else None


def _said(field: Any, value: Any, told: Any) -> ErrorDetail:
    code = str(getattr(told, "code", "invalid"))
    right = right_for(field)
    if code in _KEPT or (code == "max_length" and isinstance(value, str)) or not right:
        return ErrorDetail(told, code)
    if code in _MISSING:
        return ErrorDetail(_("不能为空：应为%(right)s") % {"right": right}, code)
    return ErrorDetail(_("读到 %(value)s；应为%(right)s") % {"value": _shown(value), "right": right}, code)


def _shown(value: Any) -> str:
    text = f"“{value}”" if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def right_for(field: Any) -> str:
    """What a field takes, in the reader's language; empty for a kind that says it itself."""
    if isinstance(field, serializers.BooleanField):
        return _("真假值 true 或 false")
    if isinstance(field, serializers.DateTimeField):
        return _("时刻，如 2020-07-10T18:00:00+08:00")
    if isinstance(field, serializers.DateField):
        return _("日期，如 2020-07-10")
    if isinstance(field, serializers.DictField):
        return _("一个 JSON 对象（名称与值）")
    if isinstance(field, serializers.ListField):
        return _("一个 JSON 数组，每项是%(one)s") % {"one": right_for(field.child)}
    if isinstance(field, serializers.ChoiceField):
        return _("其中之一：%(all)s") % {"all": "、".join(str(one) for one in field.choices)}
    if isinstance(field, serializers.CharField):
        most = next((rule.limit_value for rule in field.validators if isinstance(rule, TextFits)), None)
        return _("文字，不超过 %(most)s 个字符") % {"most": f"{most:,}"} if most is not None else _("文字")
    return _number(field)


def _number(field: Any) -> str:
    if isinstance(field, serializers.DecimalField):
        return _("数，小数点前最多 %(whole)s 位，小数最多 %(places)s 位") % {
            "whole": (field.max_digits or 0) - (field.decimal_places or 0),
            "places": field.decimal_places,
        }
    if isinstance(field, serializers.IntegerField):
        return _("整数") if field.min_value is None else _("不小于 %(least)s 的整数") % {"least": field.min_value}
    return ""

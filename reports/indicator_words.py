"""Sentences about monitored indicators. The kind of the figure decides the words: a growth is 增长X%, two rates differ by X个百分点."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.words import about, listed
from projects.indicators import Definition, Kind, Standing
from projects.measures import percent_text, plain_text, points_text
from projects.values import Month


def in_english() -> bool:
    return (get_language() or "zh").startswith("en")


def named(indicator: Any) -> str:
    """The indicator's name in the reader's language."""
    return str((in_english() and indicator.name_en) or indicator.name)


def subject(indicator: Any) -> str:
    return str((in_english() and indicator.subject_en) or indicator.subject)


def span_words(month: Month, *, cumulative: bool, with_year: bool = True) -> str:
    """What a figure covers: 一季度, 上半年, 1—5月; of one that is not added up the month itself."""
    number = month.month
    if not cumulative:
        words = _("%(month)s月") % {"month": number}
    elif number in (3, 6, 9, 12):
        words = {3: _("一季度"), 6: _("上半年"), 9: _("前三季度"), 12: _("全年")}[number]
    else:
        words = _("1月") if number == 1 else _("1—%(month)s月") % {"month": number}
    return _("%(year)s年%(span)s") % {"year": month.year, "span": words} if with_year else words


def value_words(definition: Definition, value: Decimal, *, approx: bool = False) -> str:
    """A figure as the end of a sentence: 增长4%, 下降3.1%, 占比49.5%, 387亿元."""
    words = {"x": ("" if not approx else about()) + plain_text(abs(value) if definition.kind is Kind.GROWTH else value), "unit": definition.measure}
    if definition.kind is Kind.GROWTH:
        if value == 0:
            return _("与上年同期持平")
        return _("增长%(x)s%%") % words if value > 0 else _("下降%(x)s%%") % words
    if definition.kind is Kind.SHARE:
        return _("占比%(x)s%%") % words
    if definition.kind is Kind.POINTS:
        return _("为%(x)s个百分点") % words
    return _("为%(x)s%(unit)s") % words


def change_words(definition: Definition, standing: Standing) -> str:
    """What moved since the figure before: a rate by percentage points, an amount by its unit."""
    if standing.before is None or standing.change is None:
        return ""
    change = standing.change
    words = {
        "before": span_words(standing.before.month, cumulative=definition.is_cumulative, with_year=False),
        "x": plain_text(abs(change)),
        "unit": definition.measure,
    }
    if change == 0:
        return _("与%(before)s持平") % words
    if definition.kind.is_rate:
        return _("较%(before)s提高%(x)s个百分点") % words if change > 0 else _("较%(before)s回落%(x)s个百分点") % words
    return _("比%(before)s增加%(x)s%(unit)s") % words if change > 0 else _("比%(before)s减少%(x)s%(unit)s") % words


def above_words(standing: Standing) -> str:
    """How a rate stands to those of nation and province."""
    said = []
    for gap, place in ((standing.above_nation, _("全国")), (standing.above_province, _("全省"))):
        if gap is None:
            continue
        words = {"place": place, "x": plain_text(abs(gap))}
        if gap == 0:
            said.append(_("与%(place)s持平") % words)
        else:
            said.append(_("高于%(place)s%(x)s个百分点") % words if gap > 0 else _("低于%(place)s%(x)s个百分点") % words)
    return listed(said)


def target_words(definition: Definition, standing: Standing) -> str:
    """How far it is to the year's target; against the schedule where an amount runs up to it."""
    if standing.target is None or standing.distance is None:
        return ""
    if standing.rate is not None:
        words = {"rate": percent_text(standing.rate, 1), "x": points_text(standing.ahead, 1).lstrip("+-")}
        sign = points_text(standing.ahead, 1)[0]
        if sign == "+":
            return _("完成年度目标的%(rate)s，超过时序进度%(x)s个百分点") % words
        return _("完成年度目标的%(rate)s，落后时序进度%(x)s个百分点") % words if sign == "-" else _("完成年度目标的%(rate)s，与时序进度持平") % words
    told = {"x": plain_text(abs(standing.distance)), "unit": definition.measure}
    if standing.distance == 0:
        return _("与年度目标持平")
    if definition.kind.is_rate:
        return _("高于年度目标%(x)s个百分点") % told if standing.distance > 0 else _("低于年度目标%(x)s个百分点") % told
    return _("比年度目标多%(x)s%(unit)s") % told if standing.distance > 0 else _("比年度目标少%(x)s%(unit)s") % told


def sentence(indicator: Any, definition: Definition, standing: Standing, place: str, *, approx: bool = False) -> str:
    """All of it: 2020年上半年，全市固定资产投资增长4%，较一季度提高1.3个百分点，高于全国7.1个百分点、高于全省2.7个百分点。"""
    lead = _("%(span)s，%(place)s%(subject)s%(value)s") % {
        "span": span_words(standing.reading.month, cumulative=definition.is_cumulative),
        "place": place,
        "subject": subject(indicator),
        "value": value_words(definition, standing.reading.value, approx=approx),
    }
    parts = [lead, change_words(definition, standing), above_words(standing), target_words(definition, standing)]
    return _("，").join(part for part in parts if part) + _("。")

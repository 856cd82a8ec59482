"""Chinese numerals as they stand in amounts and dates. Pure."""

from __future__ import annotations

import re

_DIGIT = {
    sign: value
    for value, signs in enumerate(["〇零○Ｏ０", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"])
    for sign in signs
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_NUMERAL = re.compile(f"[{''.join(_DIGIT)}{''.join(_SMALL)}{''.join(_LARGE)}]+")


def chinese_number(text: str) -> int | None:
    """Read 三千万, 一百二十, 十五 or 二〇一九; None if it is no Chinese numeral."""
    if not text or not _NUMERAL.fullmatch(text):
        return None
    if all(sign in _DIGIT for sign in text):
        return int("".join(str(_DIGIT[sign]) for sign in text))
    total = section = digit = 0
    for sign in text:
        if sign in _DIGIT:
            digit = _DIGIT[sign]
        elif sign in _SMALL:
            section += (digit or 1) * _SMALL[sign]
            digit = 0
        else:
            total = (total + section + digit) * _LARGE[sign] if sign == "亿" else total + (section + digit) * _LARGE[sign]
            section = digit = 0
    return total + section + digit


def with_arabic_dates(text: str) -> str:
    """Write the Chinese numerals of a date in Arabic digits: 二〇一九年十一月 → 2019年11月."""
    return re.sub(r"[〇零○一二三四五六七八九十]+(?=[年月日号])|(?<=年)[一二三四五六七八九十]+$", lambda found: str(chinese_number(found[0])), text)

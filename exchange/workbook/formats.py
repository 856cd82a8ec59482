"""Number formats: is a stored number shown as a date, a time or a percentage, and which day is a serial number. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

NUMBER, DATE, TIME, PERCENT = 0, 1, 2, 3

# Built-in formats that have no text in the file; 27-36 and 50-58 are the East Asian ones (57 is yyyy"年"m"月" in Chinese Excel).
_BUILT_IN = (
    dict.fromkeys((*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58), DATE)
    | dict.fromkeys((*range(18, 22), *range(32, 36), *range(45, 48), 55, 56), TIME)
    | dict.fromkeys((9, 10), PERCENT)
)

# What is shown as it stands: quoted text, an escaped or padded character, a colour, condition or locale in brackets.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_FRACTION = re.compile(r"s+[.,]0+", re.IGNORECASE)
_DIGIT = re.compile(r"[0#?]")


def kind_of(code: int, text: str | None) -> int:
    """NUMBER, DATE, TIME or PERCENT for a format; `text` is None for a built-in one."""
    if text is None:
        return _BUILT_IN.get(code, NUMBER)
    bare = _LITERAL.sub("", text.split(";")[0])
    if "%" in bare:
        return PERCENT
    letters = _FRACTION.sub("s", bare.lower().replace("general", "").replace("am/pm", "h").replace("a/p", "h"))
    if _DIGIT.search(letters):
        return NUMBER
    if any(letter in letters for letter in "yd") or ("m" in letters and not any(letter in letters for letter in "hs")):
        return DATE
    return TIME if any(letter in letters for letter in "hs") else NUMBER


# The bounds in serial numbers: 1 January 1900 to 31 December 9999.
_DAY_60 = 60  # Lotus 1-2-3 took 1900 for a leap year, and Excel keeps that day
_DAYS_1900, _DAYS_1904 = 2_958_465, 2_957_003
_LONGEST_SPAN = 366
_EPOCH_1900, _EPOCH_1900_EARLY, _EPOCH_1904 = date(1899, 12, 30), date(1899, 12, 31), date(1904, 1, 1)

Plain = tuple[object, ...]


def moment(serial: float, kind: int, is_1904: bool) -> Plain | None:
    """The day, moment or time of a serial number as a tagged tuple, or None where there is none such day."""
    if kind == TIME:
        if 0 <= serial < 1:
            return _clock("t", (), serial)
        if serial < _LONGEST_SPAN:  # hours run beyond a day: a span, no moment
            return None
    low, high = (0.0, _DAYS_1904) if is_1904 else (1.0, _DAYS_1900)
    if not low <= serial < high + 1:
        return None
    days = int(serial)
    if not is_1904 and days == _DAY_60:
        return None
    day = _day(days, is_1904)
    rest = serial - days
    if rest * 86_400_000 < 0.5:
        return ("d", day.year, day.month, day.day)
    if rest * 86_400_000 >= 86_399_999.5:  # a float's tail below midnight
        day = _day(days + 1, is_1904) if days < high else day
        return ("d", day.year, day.month, day.day)
    return _clock("D", (day.year, day.month, day.day), rest)


def _day(days: int, is_1904: bool) -> date:
    if is_1904:
        return _EPOCH_1904 + timedelta(days=days)
    return (_EPOCH_1900_EARLY if days < _DAY_60 else _EPOCH_1900) + timedelta(days=days)


def _clock(tag: str, day: tuple[int, ...], fraction: float) -> Plain:
    milliseconds = min(round(fraction * 86_400_000), 86_399_999)
    seconds, rest = divmod(milliseconds, 1000)
    return (tag, *day, seconds // 3600, seconds // 60 % 60, seconds % 60, rest * 1000)

"""Readers of dates in every style of a hand-made list, with the precision they were given in. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time

from exchange.cells.base import (
    CellReading,
    CellValue,
    FieldReader,
    ReadContext,
    error,
    info,
    is_empty,
    plain_text,
    said,
    shown_raw,
    warning,
    without_value,
)
from exchange.cells.numerals import with_arabic_dates
from exchange.raw import LongNumber, RawValue
from projects.period import without_half
from projects.values import PartialDate, date_from_serial

NOT_YET = frozenset(["无", "未开工", "尚未开工", "未竣工", "未完工", "尚未竣工", "未定无", "没有"])
# Words around a date that do not change it: 预计2021年12月底前竣工投产.
_AROUND_BEFORE = re.compile(r"^(?:计划|预计|拟|拟于|计划于|预计于|力争|约|大约|已于|于|将于|自|从|至|截至|原计划|暂定)+")
_AROUND_AFTER = re.compile(
    r"(?:左右|前后|之前|以前|(?<!年)[前内]|期间|份)?(?:正式|全面|全部|主体)?(?:开工建设|开工|动工|开建|启动|竣工验收|竣工|完工|建成|投产|交付|通车|完成|投用|验收|运营|投入使用|及|并|起|止|、)*$"
)
_PART_OF_MONTH = re.compile(r"(?<=月)(?:份)?(?:上旬|中旬|下旬|初|中|底|末)$")
_SEPARATED = re.compile(r"(\d{4})[年./\-_,、·](\d{1,2})(?:[月./\-_,](?:(\d{1,2})日?号?)?)?(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_YEAR = re.compile(r"(\d{4})年?度?")
_SHORT = re.compile(r"(\d{2})[年./\-](\d{1,2})(?:[月./\-](?:(\d{1,2})日?)?)?")
_MONTH_FIRST = re.compile(r"(\d{1,2}|[A-Za-z]{3,9})[/.\-]?(\d{4}|(?<=[A-Za-z.\-])\d{2})")  # 03/2019, Mar-19
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TAIL = re.compile(r"(?:[(\[][^()\[\]]*[)\]]|[-/.,、;])+$")  # 2019年3月(已开工), 2019-3-
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_PART_OF_YEAR = re.compile(
    r"(?:(\d{4})年?|(今年|本年|年|当年)?)(?:(上半年|下半年)|第?([1-4一二三四])季度?|Q([1-4])|H([12])|(年?底|年?末|年?内|年?初|年?中|年?前))(?:度)?"
)
_MONTH_ALONE = re.compile(r"(?:今年|本年)?(\d{1,2})月(?:(\d{1,2})[日号])?")
_QUARTERS = {"1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_CACHE_LIMIT = 20_000


def date_reader(field: str, context: ReadContext) -> FieldReader:
    """Make a reader of single dates. Equal cells are read once: lists repeat their months."""
    return cached(lambda raw: _read(raw, field, context))


def month_reader(field: str, context: ReadContext) -> FieldReader:
    """Make a reader of report months: a bare 6月 or 6 is of the report's own year."""

    def read_once(raw: RawValue) -> CellValue | CellReading:
        if type(raw) is str:
            raw = without_half(raw)  # of which the row itself speaks
        found = re.fullmatch(r"(\d{1,2})(?:月份?)?", plain_text(raw).removesuffix(".0"))
        if found is not None and context.year and 1 <= int(found[1]) <= 12:
            return PartialDate(context.year, int(found[1]))
        return _read(raw, field, context)

    return cached(read_once)


def cached(read_once: Callable[[RawValue], CellValue | CellReading]) -> FieldReader:
    """Keep the answers for equal cells of the same type."""
    known: dict[tuple[type, RawValue], CellValue | CellReading] = {}

    def read(raw: RawValue, percent: bool) -> CellValue | CellReading:
        if raw is None:
            return None
        key = (type(raw), raw)
        if key in known:
            return known[key]
        value = read_once(raw)
        if len(known) < _CACHE_LIMIT:
            known[key] = value
        return value

    return read


def _read(raw: RawValue, field: str, context: ReadContext) -> CellValue | CellReading:
    if is_empty(raw):
        return None
    closed = without_value(raw, field)
    if closed is not None:
        return closed
    if isinstance(raw, datetime):
        return _in_range(PartialDate.of(raw.date()), raw, field, context)
    if isinstance(raw, date):
        return _in_range(PartialDate.of(raw), raw, field, context)
    if isinstance(raw, bool | time):
        return said(error("date_unreadable", field, raw=shown_raw(raw)))
    if isinstance(raw, int | float):
        return _read_number(raw, field, context)
    text = raw.text if isinstance(raw, LongNumber) else plain_text(raw)
    return read_date_text(text, field, context, raw)


def _in_range(value: PartialDate, raw: RawValue, field: str, context: ReadContext, *notes: CellReading) -> CellValue | CellReading:
    reference = context.reference
    if not reference.earliest_year <= value.year <= reference.latest_year:
        return said(error("date_out_of_range", field, value=shown_raw(raw), least=reference.earliest_year, most=reference.latest_year))
    for note in notes:
        return CellReading(value, note.findings, note.shown)
    return value


def _made(year: int, month: int | None = None, day: int | None = None) -> PartialDate | None:
    try:
        return PartialDate(year, month or None, day or None)
    except ValueError:
        return None


def _read_number(number: float, field: str, context: ReadContext) -> CellValue | CellReading:
    """A number in a date column: packed digits, a year, year.month, or Excel's day number."""
    unreadable = said(error("date_unreadable", field, raw=shown_raw(number)))
    if not math.isfinite(number):
        return unreadable
    if number == int(number):
        return _read_whole(int(number), field, context) or unreadable
    if 1900 <= number < 2100:
        return _read_decimal(repr(number), number, field, context)
    serial = date_from_serial(number)
    if serial is None:
        return said(
            error("date_out_of_range", field, value=shown_raw(number), least=context.reference.earliest_year, most=context.reference.latest_year)
        )
    return _shown(PartialDate.of(serial), number, field, context)


def _read_whole(number: int, field: str, context: ReadContext) -> CellValue | CellReading:
    text = str(number)
    if 1900 <= number <= 2100:
        return _in_range(PartialDate(number), number, field, context)
    if (len(text) == 8 and 19_000_101 <= number <= 21_001_231) or (len(text) == 6 and 190_000 <= number <= 210_099):
        value = _made(int(text[:4]), int(text[4:6]), int(text[6:]) if len(text) == 8 else None)
        if value is None or text[4:6] == "00":
            return said(error("date_unreadable", field, raw=text))
        return _in_range(value, number, field, context)
    if number <= 0 or number >= 2_958_466:
        return said(error("date_out_of_range", field, value=text, least=context.reference.earliest_year, most=context.reference.latest_year))
    serial = date_from_serial(number)
    return None if serial is None else _shown(PartialDate.of(serial), number, field, context)


def _shown(value: PartialDate, raw: RawValue, field: str, context: ReadContext) -> CellValue | CellReading:
    return _in_range(value, raw, field, context, CellReading(shown=str(value)))


def _read_decimal(text: str, raw: RawValue, field: str, context: ReadContext) -> CellValue | CellReading:
    """2020.6 stored as a number; 2020.1 may have been typed as 2020.10."""
    year, _, places = text.partition(".")
    month = int(places) if len(places) <= 2 else 0
    if places == "1":
        month = 10 if context.padded_months else 1
        value = PartialDate(int(year), month)
        note = said(warning("date_ambiguous", field, raw=text, value=str(value), first=f"{year}-01", second=f"{year}-10"), shown=str(value))
        return _in_range(value, raw, field, context, note)
    value_or_none = _made(int(year), month) if 1 <= month <= 12 else None
    if value_or_none is None:
        return said(error("date_unreadable", field, raw=text))
    return _shown(value_or_none, raw, field, context)


def read_date_text(text: str, field: str, context: ReadContext, raw: RawValue = None) -> CellValue | CellReading:
    """Read a date typed as text; `raw` is the cell to quote when it is not the text itself."""
    quoted = text if raw is None else raw
    plain = with_arabic_dates(re.sub(r"\s+(?!\d{1,2}:)", "", text))
    if plain in NOT_YET:
        return said(info("value_means_nothing", field, raw=plain))
    if re.fullmatch(r"\d+(\.\d+)?", plain) and not _PACKED.fullmatch(plain):
        return _digits(plain, quoted, field, context)
    exact = _exact(plain)
    if exact is not None:
        return _in_range(exact, quoted, field, context) if plain[:4].isdigit() else _shown(exact, quoted, field, context)
    bare = _AROUND_AFTER.sub("", _AROUND_BEFORE.sub("", _TAIL.sub("", plain)))
    month_only = _PART_OF_MONTH.sub("", bare)
    value = _exact(month_only)
    if value is not None:
        return _shown(value, quoted, field, context)
    return _vague(month_only if month_only != bare else bare, quoted, field, context)


def _digits(plain: str, quoted: RawValue, field: str, context: ReadContext) -> CellValue | CellReading:
    """A number stored as text: 2019.09, 43952, 2019, 09.10."""
    if re.fullmatch(r"(19|20)\d{2}\.\d{1,2}", plain):
        if plain.endswith(".1") and context.padded_months:
            return _read_decimal(plain, quoted, field, context)
        value = _exact(plain)
        return said(error("date_unreadable", field, raw=plain)) if value is None else _in_range(value, quoted, field, context)
    short = _exact(plain)
    if short is not None and "." in plain:
        return _shown(short, quoted, field, context)
    return _read_number(float(plain) if "." in plain else int(plain), field, context)


def _exact(plain: str) -> PartialDate | None:
    """Year, year and month, or a day, fully written."""
    found = _SEPARATED.fullmatch(plain) or _PACKED.fullmatch(plain)
    if found is not None:
        return _made(int(found[1]), int(found[2]), int(found[3] or 0)) if int(found[2]) else None
    year = _YEAR.fullmatch(plain)
    if year is not None:
        return _made(int(year[1]))
    short = _SHORT.fullmatch(plain)
    if short is not None and int(short[2]):
        return _made(_century(int(short[1])), int(short[2]), int(short[3] or 0))
    return _month_first(plain)


def _month_first(plain: str) -> PartialDate | None:
    """03/2019, 15/03/2019, and what Excel in English makes of a date in a text file: Mar-19, 2019-Mar."""
    day_first = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", plain)
    if day_first is not None:
        first, second = int(day_first[1]), int(day_first[2])  # 03/04/2019 may be of March or April: left unread
        return _made(int(day_first[3]), min(first, second), max(first, second)) if max(first, second) > 12 else None
    found = _MONTH_FIRST.fullmatch(re.sub(r"^(\d{4})-([A-Za-z]{3,9})$", r"\2-\1", plain))
    if found is None:
        return None
    word = found[1][:3].lower()
    month = int(word) if word.isdigit() else _ENGLISH_MONTHS.index(word) + 1 if word in _ENGLISH_MONTHS else 0
    if not month or (word.isdigit() and len(found[2]) < 4):
        return None
    return _made(int(found[2]) if len(found[2]) == 4 else _century(int(found[2])), month)


def _century(two_digits: int) -> int:
    return 2000 + two_digits if two_digits < 70 else 1900 + two_digits


def _vague(plain: str, quoted: RawValue, field: str, context: ReadContext) -> CellValue | CellReading:
    """Quarters, half-years, 年底, and months without a year, which is then the report's own."""
    unreadable = said(error("date_unreadable", field, raw=shown_raw(quoted)))
    month = _MONTH_ALONE.fullmatch(plain)
    part = _PART_OF_YEAR.fullmatch(plain)
    if month is not None and context.year:
        value = _made(context.year, int(month[1]), int(month[2] or 0)) if int(month[1]) else None
    elif part is not None and (part[1] or context.year):
        year = int(part[1]) if part[1] else context.year or 0
        half = {"上半年": 1, "下半年": 2}.get(part[3] or "") or (int(part[6]) if part[6] else None)
        quarter = _QUARTERS.get(part[4] or part[5] or "")
        value = PartialDate(year, quarter=quarter, half=half)
    else:
        return unreadable
    if value is None:
        return unreadable
    note = said(warning("date_imprecise", field, raw=shown_raw(quoted), value=str(value)), shown=str(value))
    return _in_range(value, quoted, field, context, note)

"""What the lines above a table, the sheet name and the file name say: unit, year, month, district, batch. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from exchange.raw import RawValue
from exchange.reference import KnownPlace, Reference, folded
from projects.period import WHOLE, half_said
from projects.values import MoneyUnit, Month

_MONEY = r"(亿元|百万元|千元|万元|元|亿|万)(?![/每])"
_UNIT_LINE = re.compile(rf"(?:计量|金额|货币|投资|数据)?单位[:：]?(?:均为|为)?(?:[^:：()\d]{{0,12}}?[、,/和])?(?:人民币)?{_MONEY}")
_UNIT_IN_TITLE = re.compile(rf"[(（\[【](?:单位)?[:：]?(?:[^()（）]{{0,8}}[、,/])?{_MONEY}(?:[、,/][^()（）]*)?[)）\]】]")
_UNIT_ALONE = re.compile(rf"{_MONEY}")
_DATE_LINE = re.compile(
    r"(?:填报|填表|制表|上报|报送|打印|编制|报告|更新|印发)?(?:日期|时间)[:：]?\s*(?:19|20)?\d{2,4}\s*[年./-]\s*\d{1,2}\s*[月./-]?\s*(?:\d{1,2}\s*日?)?"
)
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?=年|[.\-/]?\d{0,2}(?!\d)|[^\d]|$)")
_SPAN_OF_YEARS = re.compile(r"(20[0-4]\d)年?[-~至—–]+20[0-4]\d年")
_SPAN_MONTH = re.compile(r"(?<!\d)\d{1,2}月?[-~至—–](\d{1,2})月")
_UNTIL_MONTH = re.compile(r"截[至止](?:到)?(?:20\d{2}年)?(\d{1,2})月")
_UNTIL_DAY = re.compile(r"截[至止](?:到)?(?:(20\d{2})年)?(\d{1,2})月(?:(\d{1,2})日)?")
_MONTH = re.compile(r"(?<![\d.])(\d{1,2})月(?!\d{0,2}日|\d)")
_DOTTED_MONTH = re.compile(r"(?<!\d)20\d{2}[.\-_/](\d{1,2})(?![\d.])|(?<!\d)20\d{2}(0[1-9]|1[0-2])(?!\d)")
_BATCH = re.compile(r"第\s*([一二三四五六七八九十\d]{1,3})\s*批")
_TITLE_END = re.compile(r"(?:表|清单|名单|一览|明细|台账|计划|情况|汇总|安排|项目库?)(?:[(（][^)）]*[)）]|单位[:：].*)*$")
_NUMBERED = re.compile(r"^\s*(?:[(（]?[\d一二三四五六七八九十]+[)）]?[.、．\s_-]+)|[\s_-]+\d*$")  # 2.西海岸
_NOTE = re.compile(r"\s*(?:[(（]?(?:注|备注|说明|附注)|[*※])")
_LONGEST_TITLE = 60
_SUBMITTER = re.compile(r"(?:填报|报送|编制|制表|上报|填表|申报)(?:单位|部门|地区)(?:[(（][^)）]*[)）])?[:：]\s*(\S+)")


@dataclass(frozen=True, slots=True)
class SheetContext:
    """What is known of a table before its first row is read."""

    title: str = ""
    title_row: int | None = None
    unit: MoneyUnit | None = None
    year: int | None = None
    title_month: int | None = None
    name_month: int | None = None
    file_month: int | None = None
    half: int = WHOLE  # the half of the month that a title or a name speaks of
    place: KnownPlace | None = None
    place_source: str = ""
    batch: str | None = None
    until: date | None = None  # the day up to which the table's figures are said to stand


def money_unit(text: str | None) -> MoneyUnit | None:
    """The unit of money a heading or line names, or None for another unit."""
    if not text:
        return None
    short = {"万": MoneyUnit.WAN, "亿": MoneyUnit.YI}
    if text in short:
        return short[text]
    return MoneyUnit(text) if text in set(MoneyUnit) else None


def unit_of_lines(texts: Iterable[str]) -> MoneyUnit | None:
    """Find the unit in lines above the table: a unit line goes before a bracket in the title."""
    folded_texts = [folded(text) for text in texts]
    for pattern in (_UNIT_LINE, _UNIT_IN_TITLE):
        for text in folded_texts:
            found = pattern.search(text)
            if found is not None:
                return money_unit(found[1])
    alone = next((found for text in folded_texts if (found := _UNIT_ALONE.fullmatch(text)) is not None), None)
    return money_unit(alone[1]) if alone is not None else None


def unit_of_notes(sample: Iterable[Sequence[RawValue]]) -> MoneyUnit | None:
    """The unit that a note below the table gives, where nothing above it does."""
    notes = (cell for row in sample for cell in row[:3] if type(cell) is str and "单位" in cell and _NOTE.match(cell))
    return next((unit for note in notes if (unit := unit_of_lines([note])) is not None), None)


def year_of(text: str) -> int | None:
    """The latest year a title or name speaks of; a date of filling in is not one, and of 2020-2022年 the first counts."""
    plain = _SPAN_OF_YEARS.sub(r"\1年", _DATE_LINE.sub("", folded(text)))
    years = [int(year) for year in _YEAR.findall(plain)]
    return max(years, default=None)


def month_of(text: str) -> int | None:
    """The month a title or name is about: the end of a span, 截至6月底, or the one month named."""
    plain = _DATE_LINE.sub("", folded(text))
    for pattern in (_UNTIL_MONTH, _SPAN_MONTH, _MONTH, _DOTTED_MONTH):
        found = pattern.search(plain)
        if found is not None:
            month = int(next(group for group in found.groups() if group))
            return month if 1 <= month <= 12 else None
    return None


def until_of(texts: Iterable[str], year: int | None) -> date | None:
    """The day of 截至6月15日, the last of 截至2020年6月底: up to when the figures of a table stand. A year not written is the table's."""
    for text in texts:
        found = _UNTIL_DAY.search(folded(text))
        said = int(found[1]) if found is not None and found[1] else year
        if found is None or said is None or not 1 <= int(found[2]) <= 12:
            continue
        last = Month(said, int(found[2])).last_day
        day = int(found[3] or 0)
        return last.replace(day=day) if 1 <= day <= last.day else last
    return None


def context_of(
    above: Sequence[tuple[int, Sequence[RawValue]]], sheet_name: str | None, filename: str, reference: Reference, year: int | None
) -> SheetContext:
    """Gather the context of a table from the rows above it (Excel row number, cells) and the names."""
    lines = [(number, cell.strip()) for number, row in above for cell in row[:200] if type(cell) is str and cell.strip()]
    texts = [text for _, text in lines]
    titles = [(number, text) for number, text in lines if not _is_side_line(text)]
    title_row, title = max(titles, key=lambda item: _likeness_to_title(item[1]), default=(None, ""))
    stem = re.sub(r"\.\w{2,5}$", "", filename)
    name = sheet_name or ""
    place, source = _place_of(name, [title, *(text for _, text in titles)], texts, stem, reference)
    said_year = next((said for text in (title, name, *texts, stem) if (said := year_of(text)) is not None), year)
    title_month = next((month for _, text in titles if (month := month_of(text)) is not None), None)
    named = title_month or month_of(name) or month_of(stem)
    batch = next((found for text in (title, name, stem) if (found := _BATCH.search(text)) is not None), None)
    return SheetContext(
        title=title,
        title_row=title_row,
        unit=unit_of_lines(texts),
        year=said_year,
        title_month=title_month,
        name_month=month_of(name),
        file_month=month_of(stem),
        half=_half_of_all([*(text for _, text in titles if month_of(text) is not None), name, stem]),
        place=place,
        place_source=source,
        batch=f"第{batch[1]}批" if batch is not None else None,
        until=until_of((*texts, name, stem), said_year) or (Month(said_year, named).last_day if said_year and named else None),
    )


def _half_of_all(texts: Iterable[str]) -> int:
    """The half that the first text names which names one: the title goes before the sheet's name, and that before the file's."""
    return next((half for text in texts if (half := half_said(folded(text)))), WHOLE)


def _is_side_line(text: str) -> bool:
    """附件1, unit lines, who filled it in: not the title."""
    if re.match(r"[^\s(（]{0,6}单位(?:[(（][^)）]*[)）])?\s*[:：]", text):
        return True
    return bool(re.match(r"附[件表]?\d*[:：]?$|.{0,4}(?:日期|时间)[:：]|表\d*$|密级", folded(text)))


def _likeness_to_title(text: str) -> tuple[bool, bool, int]:
    """A title ends as titles do and is no paragraph; of several the longest."""
    plain = folded(text)
    return _TITLE_END.search(plain) is not None, len(plain) <= _LONGEST_TITLE, len(plain)


def _place_of(name: str, titles: Sequence[str], texts: Sequence[str], stem: str, reference: Reference) -> tuple[KnownPlace | None, str]:
    """The district a sheet is about: sheet name, title, who filled it in, file name, in this order."""
    exact = reference.place(_NUMBERED.sub("", name).strip()) if name else None
    if exact is not None and exact.district is not None:
        return exact, "sheet_name"
    for source, text in (("sheet_name", name), *(("title", title) for title in titles)):
        place = reference.place_within(text)
        if place is not None:
            return place, source
    for text in texts:
        found = _SUBMITTER.search(text)
        place = reference.place_within(found[1]) if found is not None else None
        if place is not None:
            return place, "submitter"
    place = reference.place_within(stem)
    return place, "file_name" if place is not None else ""

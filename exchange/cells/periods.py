"""Reader of 建设起止年限: two dates in one cell, in the many short forms lists use. Pure."""

from __future__ import annotations

import re

from exchange.cells.base import CellReading, CellValue, FieldReader, ReadContext, error, info, is_empty, plain_text, said, shown_raw, without_value
from exchange.cells.dates import cached, date_reader, read_date_text
from exchange.cells.numerals import with_arabic_dates
from exchange.raw import RawValue
from projects.findings import Finding, Severity
from projects.values import PartialDate, fold_dashes

_WORD_SEPARATOR = re.compile(r"(?:-*[至到~]-*)|(?:-{2,})|(?<=[年月日])-+")
_WORDED = re.compile(r"(.*\d.*?(?:开工|动工|启动|开建|开始|起)(?:建设)?)[,;、](.*\d.*)")  # 2018年3月开工,2021年12月竣工
_SPAN = re.compile(r"(\d{1,2})个月|(\d{1,2}|[一二三四五六七八九十]+)年(?:期)?|工期.*|长期.*|常年.*")
_OPEN = frozenset(["今", "现在", "未定", "待定", "长期"])
_YEARS = re.compile(r"\d{4}(?:[、,，\-/]\d{4})+")


def period_reader(start_field: str, finish_field: str, context: ReadContext) -> FieldReader:
    """Make a reader whose value is the pair (start, finish); either may be missing."""
    single = date_reader(start_field, context)

    def read_once(raw: RawValue) -> CellValue | CellReading:
        if is_empty(raw):
            return None
        if type(raw) is not str:
            closed = without_value(raw, start_field)
            return closed if closed is not None else _within(single(raw, False))
        return _read_text(raw, start_field, finish_field, context)

    return cached(read_once)


def _read_text(raw: str, start_field: str, finish_field: str, context: ReadContext) -> CellValue | CellReading:
    text = with_arabic_dates(fold_dashes(re.sub(r"\s+", "", plain_text(raw)).replace("—", "-").replace("–", "-")))
    if _SPAN.fullmatch(text):
        return said(info("period_is_duration", start_field, raw=shown_raw(raw)))
    parts = _split(text)
    if parts is None:
        return _within(read_date_text(text, start_field, context, raw))
    first, last = parts[0], "" if parts[1] in _OPEN else parts[1]
    start = read_date_text(first, start_field, context, raw) if first else None
    finish_text = _with_year_of(first, last)
    finish_reading = read_date_text(finish_text, finish_field, context, raw) if finish_text else None
    return _pair_of(start, finish_reading)


def _within(one: CellValue | CellReading) -> CellValue | CellReading:
    """2020 alone means: within that year."""
    value = one.value if isinstance(one, CellReading) else one
    return _pair_of(one, value if isinstance(value, PartialDate) and value.precision == "year" else None)


def _split(text: str) -> tuple[str, str] | None:
    """Cut the text between start and finish, or None if it is one date."""
    if _YEARS.fullmatch(text):
        years = re.findall(r"\d{4}", text)
        return years[0], years[-1]
    worded = _WORDED.fullmatch(text)
    if worded is not None:
        return worded[1], worded[2]
    by_word = _WORD_SEPARATOR.split(text, maxsplit=1)
    if len(by_word) == 2:
        return by_word[0], by_word[1]
    pieces = text.split("-")
    if len(pieces) == 1:
        return None
    if len(pieces) == 2:
        return _split_two(pieces[0], pieces[1])
    if len(pieces) % 2 == 0:  # 2019-03-2022-12
        middle = len(pieces) // 2
        return "-".join(pieces[:middle]), "-".join(pieces[middle:])
    return None


def _split_two(first: str, last: str) -> tuple[str, str] | None:
    if not first or not last:
        return first, last
    # 2020-06 is a month, 2018-21 a pair of years.
    if re.fullmatch(r"\d{4}", first) and re.fullmatch(r"\d{1,2}月?", last):
        return (first, "20" + last) if last.isdigit() and len(last) == 2 and int(last) > 12 else None
    if re.fullmatch(r"\d{2}", first) and re.fullmatch(r"\d{2}", last):
        return "20" + first, "20" + last
    return first, last


def _with_year_of(first: str, last: str) -> str:
    """Complete 2019.5-12 and 2019年5月-12月, whose end leaves the year out."""
    year = re.match(r"(\d{4})[年./]\d", first)
    if year is not None and re.fullmatch(r"\d{1,2}月?", last) and int(last.rstrip("月")) <= 12:
        return f"{year[1]}年{int(last.rstrip('月'))}月"
    return last


def _pair_of(start: CellValue | CellReading, finish: CellValue | CellReading) -> CellValue | CellReading:
    findings: list[Finding] = []
    values: list[PartialDate | None] = []
    for side in (start, finish):
        value = side.value if isinstance(side, CellReading) else side
        findings.extend(side.findings if isinstance(side, CellReading) else ())
        values.append(value if isinstance(value, PartialDate) else None)
    pair = (values[0], values[1])
    if not findings and not any(pair):
        return None
    if any(finding.severity is Severity.BLOCKS for finding in findings):
        findings = findings[:1]
    elif not findings:
        return pair
    return CellReading(pair, tuple(findings), f"{pair[0] or ''} 至 {pair[1] or ''}")


def order_finding(start: PartialDate, finish: PartialDate, field: str) -> Finding | None:
    """Say that the finish lies before the start, if it surely does."""
    if finish.surely_before(start):
        return error("finish_before_start", field, start=str(start), finish=str(finish))
    return None

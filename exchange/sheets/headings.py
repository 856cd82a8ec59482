"""From the words over a column to the field it holds. Pure.

Headings are matched by their sense, not by a list of whole headings: years and months are replaced by tokens (Y, M, S for a span
1-6月), units and layout are taken off, and an ordered table of patterns is asked, first for the lowest heading, then with the words
above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from exchange.reference import folded
from exchange.sheets.patterns import DATE_LEAF, GENERIC, GIVEN, IGNORED, LEANS, PERIOD_OF_DONE, RULES, TIME_LEAF

_MONEY = r"万亿元|千万元|百万元|万元|亿元|千元|元|亿|万"
_OTHER_UNITS = r"亩|公顷|平方米|㎡|m2|平方公里|公里|%|年|个|项|人|套|名"
_UNIT_IN_BRACKETS = re.compile(
    rf"[(\[【〔](?:金额)?(?:计量)?(?:单位)?:?(?:人民币)?({_MONEY}|{_OTHER_UNITS})(?:[、,/](?:{_MONEY}|{_OTHER_UNITS}))*[)\]】〕]"
)
_UNIT_AT_END = re.compile(r"(?:[:/,、]|单位:?)?(万元|亿元|百万元|千元|%)$|(?:[:/,、]|单位:?)(元)$")
_UNIT_ALONE = re.compile(rf"[(\[]?(?:单位:?)?({_MONEY}|亩|公顷|平方米|㎡|平方公里)[)\]]?")
# 已完成投资(截至2019年底): the time in brackets is the sense of the words.
_TIME_IN_BRACKETS = re.compile(r"^(.+)\((截[至止][^()]+|[^()]*Y[^()]*[底末前])\)$")
_BRACKETED = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]")
_BRACKETS = re.compile(r"[()\[\]【】〔〕<>《》“”\"'‘’*★▲:;。.]+")
_LAND_UNITS = frozenset(["亩", "公顷", "平方米", "㎡", "m2", "平方公里"])
_YEAR = re.compile(r"(19|20)(\d{2})(?:年度|年|(?=[^\d]|$))")
_YEAR_BLANK = re.compile(r"<yyyy>年?|[xX×＊*_—]{2,4}年|20[_xX×]{1,2}年", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,2})月?份?[-~至—–到]+(\d{1,2}|<?[mMxX×_]*>?)月份?底?")
_MONTH = re.compile(r"(\d{1,2})月份?")


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading as matched: its words with tokens, and the unit, year and months it names."""

    words: str
    unit: str | None = None
    year: int | None = None
    first_month: int | None = None
    last_month: int | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column holds: a field, nothing we keep, something to ask about, or unknown."""

    field: str | None
    heading: Heading
    unit: str | None = None
    ambiguous: bool = False  # 累计完成投资: of the year or since the start
    open_date: bool = False  # 开工时间: planned or actual
    ignored: bool = False
    year: int | None = None
    month: int | None = None  # of one month's column in a wide layout
    last_month: int | None = None  # of a span 1-6月


@lru_cache(maxsize=4096)
def normalise_heading(text: str) -> Heading:
    """Fold a heading, take its unit off and put tokens for its years and months."""
    words = re.sub(r"^其中[:：]?(?=.)", "", folded(text)).replace("开(竣)工", "开竣工")
    alone = _UNIT_ALONE.fullmatch(words)
    if alone is not None:
        return Heading("", alone[1])
    unit = None
    found = _UNIT_IN_BRACKETS.search(words)
    if found is not None:
        unit = found[1]
        words = words[: found.start()] + words[found.end() :]
    else:
        found = _UNIT_AT_END.search(words)
        if found is not None and found.start() > 0:
            unit = found[1] or found[2]
            words = words[: found.start()] + ("%" if unit == "%" else "")
    words = _YEAR_BLANK.sub("Y", words)
    years = [int(century + rest) for century, rest in _YEAR.findall(words)]
    words = _TIME_IN_BRACKETS.sub(r"\2\1", _YEAR.sub("Y", words))
    span = _SPAN.search(words)
    if span is not None:
        last = int(span[2]) if span[2].isdigit() else None
        return Heading(_SPAN.sub("S", words), unit, max(years, default=None), int(span[1]), last)
    month = _MONTH.search(words)
    single = int(month[1]) if month is not None and 1 <= int(month[1]) <= 12 else None
    return Heading(_MONTH.sub("M", words), unit, max(years, default=None), single, single)


@lru_cache(maxsize=4096)
def meaning_of(path: tuple[str, ...], lean: str | None = None) -> Meaning:
    """Find the sense of a column from its headings, upper ones first. `lean` is `bond` or `central` where the whole sheet is about that."""
    headings = [normalise_heading(text) for text in path]
    unit = next((heading.unit for heading in reversed(headings) if heading.unit), None)
    headings = [heading for heading in headings if heading.words] or headings  # a unit below a heading is no heading
    leaf = headings[-1] if headings else Heading("")
    base = Meaning(None, leaf, unit, year=_last(headings, "year"), month=_month_of(headings), last_month=_last(headings, "last_month"))
    for words in _attempts([heading.words for heading in headings]):
        meaning = _match(words, base, lean)
        if meaning is not None:
            return replace(meaning, field="progress_percent") if meaning.field == "progress_text" and leaf.unit == "%" else meaning
    return replace(base, field="progress_percent") if leaf.unit == "%" else base


def names_unit(text: str) -> bool:
    """Tell whether a cell among the headings holds nothing but a unit."""
    return _UNIT_ALONE.fullmatch(folded(text)) is not None


def _last(headings: list[Heading], attribute: str) -> int | None:
    return next((value for heading in reversed(headings) if (value := getattr(heading, attribute)) is not None), None)


def _month_of(headings: list[Heading]) -> int | None:
    """The single month a column is of; a span is not one."""
    for heading in reversed(headings):
        if "S" in heading.words:
            return None
        if heading.first_month is not None:
            return heading.first_month
    return None


def _attempts(words: list[str]) -> list[str]:
    """The texts to ask the table for, in order: the leaf, with its parents where it says little by itself."""
    leaf, parents = words[-1] if words else "", [word for word in words[:-1] if word]
    joined = ["".join(parents[start:]) + leaf for start in range(len(parents) - 1, -1, -1)]
    if parents and DATE_LEAF.fullmatch(leaf):  # 建设起止年限 over 开工 and 竣工
        told = [f"{one}时间" for one in joined if re.search(r"计划|预计|拟|实际", one)]
        return [*told, f"{leaf.removesuffix('年月')}时间", *joined]
    if parents and leaf == "名称":
        return [*joined, leaf]
    if parents and TIME_LEAF.fullmatch(leaf):
        return [*(f"{leaf}{''.join(parents[start:])}" for start in range(len(parents) - 1, -1, -1)), *joined]
    if parents and leaf.startswith("中央") and GIVEN.search("".join(parents)):
        return [*joined, leaf]  # 本次下达 over 中央预算内投资: what came down, not the whole
    if GENERIC.fullmatch(_bare(leaf)):
        return [*joined, *reversed(parents)] if parents else [leaf]
    if PERIOD_OF_DONE.fullmatch(_bare(leaf)):
        return [*joined, leaf]
    return [leaf]


def _bare(words: str) -> str:
    return _BRACKETS.sub("", _BRACKETED.sub("", words))


def _match(words: str, base: Meaning, lean: str | None) -> Meaning | None:
    forms = dict.fromkeys((_bare(words), _BRACKETS.sub("", words)))
    for form in forms:
        if not form:
            continue
        if IGNORED.search(form):
            # 用地 among the permits is a permit; measured in 亩 it is land.
            return replace(base, field="land_mu") if base.unit in _LAND_UNITS and "地" in form else replace(base, ignored=True)
        for rule in RULES:
            if (rule.lean is None or rule.lean == lean) and rule.pattern.search(form):
                return replace(base, field=rule.field, ambiguous=rule.ambiguous, open_date=rule.open_date)
    return None


def lean_of(title: str, headings: Iterable[str]) -> str | None:
    """Tell from a sheet's title, or from several of its headings, whether it is about bonds or central money."""
    listed = [folded(heading) for heading in headings]
    for lean, in_title, in_heading, least in LEANS:
        if in_title.search(folded(title)) or sum(in_heading.search(heading) is not None for heading in listed) >= least:
            return lean
    return None

"""The headline figures of a month as sentences, each number of which is traced: what is said upward first.

The sentences follow the half-year report of 2020 (projects combed through, bond quota by batches, central money), and adapt to what there
is: no batch, some, all of them issued; ahead of schedule, level or behind. An amount that its source only knows roughly stays rough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from funding.figures import BatchFigures, quota_by_batch
from projects.measures import percent_text, points_text, wan_to_yi, yi_text
from projects.models import Project
from reports.money_pivot import last_day
from reports.selection import KINDS, Question, Reach
from reports.traced import Traced, trace
from reports.words import period_text


@dataclass(frozen=True, slots=True)
class Headline:
    """A sentence and the figures that it says, in the order they are said."""

    key: str
    sentence: str
    figures: Sequence[Traced]


def headlines(reach: Reach, question: Question) -> list[Headline]:
    """Every sentence that has something to say of the month. A fixed number of queries."""
    return [*_lists(reach, question), *_progress(reach, question), *_bonds(reach, question), *_central(reach, question)]


def yi_said(amount_wan: Decimal | None, *, approx: bool = False) -> str:
    """亿元 as a sentence says them: two decimals at most, no idle zeros; a rough amount just below a whole number is 近 that number."""
    if amount_wan is None:
        return "—"
    yi = wan_to_yi(amount_wan)
    whole = yi.to_integral_value(ROUND_CEILING)
    if approx and whole > yi > whole - Decimal("0.5"):
        return _("近%(n)s") % {"n": f"{whole:f}"}
    text = yi_text(amount_wan)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return _("约%(n)s") % {"n": text} if approx else text


def few(count: int) -> str:
    """A small count as a sentence has it: 四 in Chinese, 4 elsewhere and beyond ten."""
    chinese = (get_language() or "zh").startswith("zh")
    return "〇一二三四五六七八九十"[count] if chinese and count <= 10 else str(count)


def _said(found: Mapping[str, Traced], key: str) -> str:
    value = found[key].value
    return yi_said(value if isinstance(value, Decimal) else None, approx=found[key].approx)


# --- Sentences ---------------------------------------------------------------------------------------------------------------------


def _lists(reach: Reach, question: Question) -> Iterator[Headline]:
    """Each kind of list by itself: how many projects, how much in all."""
    if not question.whole:
        return
    for kind in KINDS:
        found = trace(reach, replace(question, lists=kind), ["count", "total_wan"])
        if found["count"].value:
            words = {"kind": str(Project.Kind(kind).label), "count": found["count"].text(), "total": _said(found, "total_wan")}
            yield Headline(f"list_{kind}", _("梳理%(kind)s项目%(count)s个、总投资%(total)s亿元。") % words, list(found.values()))


def _progress(reach: Reach, question: Question) -> Iterator[Headline]:
    keys = ("count", "plan_wan", "month_wan", "ytd_wan", "rate", "schedule", "difference")
    found = trace(reach, question, keys)
    if not found["count"].value:
        return
    words = {
        "period": period_text(question.period),
        "count": found["count"].text(),
        **{name: _said(found, f"{name}_wan") for name in ("plan", "month", "ytd")},
        "rate": percent_text(_decimal(found["rate"]), 1),
        "schedule": percent_text(_decimal(found["schedule"]), 1),
        "points": points_text(_decimal(found["difference"]), 1).lstrip("+-"),
    }
    yield Headline("progress", _progress_wording(found) % words, list(found.values()))


def _decimal(figure: Traced) -> Decimal | None:
    return figure.value if isinstance(figure.value, Decimal) else None


def _progress_wording(found: Mapping[str, Traced]) -> str:
    if found["ytd_wan"].value is None:
        return _("%(period)s，在册项目%(count)s个，年度计划%(plan)s亿元，尚无月报。")
    if found["rate"].value is None:
        return _("%(period)s，在册项目%(count)s个，本月完成投资%(month)s亿元，本年累计%(ytd)s亿元；没有年度计划，不计算完成率。")
    sign = points_text(_decimal(found["difference"]), 1)[0]
    said = _("%(period)s，在册项目%(count)s个，年度计划%(plan)s亿元，本月完成投资%(month)s亿元，本年累计%(ytd)s亿元，完成率%(rate)s，")
    if sign == "+":
        return said + _("超过时序进度%(points)s个百分点。")
    return said + (_("落后时序进度%(points)s个百分点。") if sign == "-" else _("与时序进度持平。"))


def _bonds(reach: Reach, question: Question) -> Iterator[Headline]:
    """The city's quota, batch by batch: which are issued to the last 分. A part of the city was given none of its own."""
    if not _is_city(reach, question):
        return
    found = trace(reach, question, ["bond_quota_wan", "bond_issued_wan"])
    if not found["bond_quota_wan"].value:
        return
    batches = quota_by_batch(question.month.year, last_day(question)) if question.moment.state is None else []
    words = {
        "year": question.month.year,
        "n": few(len(batches)),
        "quota": _said(found, "bond_quota_wan"),
        "issued": _said(found, "bond_issued_wan"),
        "first": few(_issued_first(batches)),
    }
    yield Headline("bonds", (_bond_batches(batches) + _bond_issued(batches, found)) % words, list(found.values()))


def _is_city(reach: Reach, question: Question) -> bool:
    narrowed = question.unit or question.sector or question.kind or question.approved
    return reach.whole_city and question.whole and not narrowed


def _issued_first(batches: Sequence[BatchFigures]) -> int:
    """How many of the first batches are issued as a whole."""
    count = 0
    for one in batches:
        if one.drawn.left_wan != 0:
            break
        count += 1
    return count


def _bond_batches(batches: Sequence[BatchFigures]) -> str:
    if not batches:  # of a past state the batches are not told apart
        return _("%(year)s年下达新增专项债券额度%(quota)s亿元，")
    return ngettext("%(year)s年下达新增专项债券额度%(n)s批次%(quota)s亿元，", "%(year)s年下达新增专项债券额度%(n)s批次%(quota)s亿元，", len(batches))


def _bond_issued(batches: Sequence[BatchFigures], found: Mapping[str, Traced]) -> str:
    first = _issued_first(batches)
    if not found["bond_issued_wan"].value:
        return _("尚未发行。")
    if batches and first == len(batches):
        return _("已全部发行完毕。")
    in_first = sum((one.drawn.taken_wan for one in batches[:first]), Decimal(0))
    if first and in_first == found["bond_issued_wan"].value:
        return ngettext("前%(first)s批%(issued)s亿元已发行完毕。", "前%(first)s批%(issued)s亿元已发行完毕。", first)
    return _("已发行%(issued)s亿元。")


def _central(reach: Reach, question: Question) -> Iterator[Headline]:
    if not _is_city(reach, question):
        return
    found = trace(reach, question, ["central_given_wan"])
    if found["central_given_wan"].value:
        words = {"year": question.month.year, "given": _said(found, "central_given_wan")}
        yield Headline("central", _("%(year)s年下达中央预算内投资%(given)s亿元。") % words, list(found.values()))

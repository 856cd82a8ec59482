"""Reads what an address asks for. What can't be read is refused with a sentence, never silently replaced: a figure for another month
than the one asked for would be taken for the right one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.words import listed
from projects.models import Cut
from projects.moment import Moment
from projects.past import find_cut
from projects.period import Period
from reports.catalogue import BY
from reports.selection import KINDS, NONE, Question


class UnreadableError(ValueError):
    """A parameter of the address that means nothing; the text says which, and what would be right. `name` is the parameter, where it is known."""

    def __init__(self, words: str, name: str = "") -> None:
        super().__init__(words)
        self.name = name


def read_by(params: Mapping[str, str]) -> str:
    """What the rows are."""
    by = params.get("by") or BY[0]
    if by not in BY:
        raise UnreadableError(_("“%(value)s”不是本表的排列方式，应为 %(right)s") % {"value": by, "right": listed(BY)})
    return by


def read_question(params: Mapping[str, str], moment: Moment) -> Question:
    """The two clocks and the choice of projects; `moment` is what is meant where the address names none."""
    period = read_period(params.get("period", ""), moment.period)
    return Question(
        month=period.month,
        half=period.half,
        approved=_approved(params.get("approved", "")),
        known=read_known(params["known"]) if "known" in params else moment.known,
        version=_number(params.get("version", "")),
        lists=_one_of(params.get("lists", ""), (*KINDS, NONE)),
        kind=_one_of(params.get("kind", ""), KINDS),
        unit=params.get("unit", ""),
        sector=params.get("sector", ""),
    )


def read_asked(params: Mapping[str, str], moment: Moment) -> Question:
    """The question of an address that may name a pinned cut, which goes before a known day chosen elsewhere."""
    cut = read_cut(params)
    question = read_question(params, moment)
    return replace(question, cut=cut, known=None) if cut else question


def read_cut(params: Mapping[str, str]) -> Cut | None:
    """The pinned state that is asked for, which goes before a known day chosen elsewhere."""
    name = params.get("cut", "")
    if not name:
        return None
    if params.get("known"):
        raise UnreadableError(_("known 与 cut 只能用一个"), "known")
    found = None if "\x00" in name else find_cut(name)
    if found is None:
        raise UnreadableError(_("没有名为“%(value)s”的定格") % {"value": name[:60].replace("\x00", "")}, "cut")
    return found


def address_of(question: Question) -> dict[str, str]:
    """The parameters that ask this question again."""
    asked = {
        "period": str(question.period),
        "approved": "1" if question.approved else "",
        "version": "" if question.version is None else str(question.version),
        "lists": question.lists,
        "kind": question.kind,
        "unit": question.unit,
        "sector": question.sector,
        "known": question.known.isoformat() if question.known else "",
    }
    return {name: value for name, value in asked.items() if value}


def read_period(text: str, default: Period) -> Period:
    if not text:
        return default
    try:
        return Period.parse(text)
    except ValueError:
        raise UnreadableError(_("月份应写作 2020-06，读到“%(value)s”") % {"value": text}) from None


def _approved(text: str) -> bool:
    if text not in ("", "0", "1"):
        raise UnreadableError(_("只计已审核应写作 approved=1，读到“%(value)s”") % {"value": text[:40]})
    return text == "1"


def read_known(text: str) -> date | None:
    """The day up to which knowledge counts; blank and today are both "now"."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UnreadableError(_("掌握时点应写作 2020-07-10，读到“%(value)s”") % {"value": text}) from None
    if day > timezone.localdate():
        raise UnreadableError(_("掌握时点“%(value)s”还没有到") % {"value": text})
    return None if day == timezone.localdate() else day


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UnreadableError(_("清单版本应为数字编号，读到“%(value)s”") % {"value": text})
    return int(text)


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    if text and text not in allowed:
        raise UnreadableError(_("“%(value)s”不是类别，应为 %(right)s") % {"value": text, "right": listed(allowed)})
    return text

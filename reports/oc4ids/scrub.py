"""Free texts that give away what is not public: a name, a number or a date that stands in a title or a description. Pure.

A text in which a value stands that must not be told is left out whole; it is better unsaid than half said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from projects.disclosure import Item
from projects.measures import plain_text, wan_to_yi
from projects.values import PartialDate
from reports.oc4ids.records import Facts
from reports.oc4ids.values import Document

# Members that hold words somebody typed; codes, ids and dates are told by their items alone.
_WORDS = frozenset({"title", "description", "notes", "name", "legalName", "streetAddress", "region", "endDateDetails"})
_SHORTEST = 2  # a name of one sign stands in any text
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}[-— ]?\d{7,8}|\d{3,4}-\d{7,8})(?!\d)", re.ASCII)
_MONEY = r"(?:元|(?=[^一-鿿]|$))"  # 万元, 亿元, or the bare 万 and 亿 at the end of a phrase
Amounts = Callable[[Facts], list[Decimal | None]]

_TEXTS: Mapping[Item, Callable[[Facts], list[str]]] = {
    Item.NAME: lambda facts: [facts.name],
    Item.CODE: lambda facts: list(facts.codes),
    Item.LISTS: lambda facts: [row.name for row in facts.listed],
    Item.UNIT: lambda facts: [facts.unit.name],
    Item.OWNER: lambda facts: [facts.owner.name, facts.owner.uscc] if facts.owner else [],
    Item.OWNER_CODE: lambda facts: [facts.owner.uscc] if facts.owner else [],
    Item.RESPONSIBLE: lambda facts: [facts.responsible],
    Item.CONTACT: lambda facts: [facts.contact],
    Item.PHONE: lambda facts: [facts.phone],
    Item.CONTENT: lambda facts: [facts.content],
    Item.LOCATION: lambda facts: [row.name for row in facts.places],
    Item.ADDRESS: lambda facts: [facts.address],
    Item.TOTAL: lambda facts: [facts.total_text],
    Item.GOAL: lambda facts: [row.goal for row in facts.plans],
    Item.PROGRESS_TEXT: lambda facts: [row.text for row in facts.months],
    Item.PERMITS: lambda facts: [row.doc_no for row in facts.papers],
    Item.OBSTACLES: lambda facts: [*(text for row in facts.troubles for text in (row.text, row.resolution)), facts.stage_reason],
    Item.BONDS: lambda facts: [row.name for row in facts.bonds],
    Item.CENTRAL: lambda facts: [text for row in facts.central for text in (row.doc_no, row.programme)],
}
_AMOUNTS: Mapping[Item, Amounts] = {
    Item.TOTAL: lambda facts: [facts.total_wan],
    Item.ANNUAL_PLAN: lambda facts: [row.plan_wan for row in facts.plans],
    Item.PROGRESS: lambda facts: [*(row.cum_total_wan for row in facts.months), *(row.cum_prior_wan for row in facts.plans)],
    Item.FINANCE_PLAN: lambda facts: [row.planned_wan for row in facts.sources],
    Item.BONDS: lambda facts: [row.assigned_wan for row in facts.bonds],
    Item.CENTRAL: lambda facts: [row.assigned_wan for row in facts.central],
    Item.PAYMENTS: lambda facts: [row.amount_wan for row in facts.paid],
}
_DATES: Mapping[Item, Callable[[Facts], list[str]]] = {
    Item.PLAN_DATES: lambda facts: [facts.baseline.start, facts.baseline.finish],
    Item.ACTUAL_DATES: lambda facts: [facts.actual_start, facts.actual_finish],
    Item.STOPS: lambda facts: [facts.stopped_on],
}


def without_hidden(told: Document, facts: Facts, shown: Collection[Item]) -> Document:
    """The document without the texts in which a hidden value stands."""
    gives_away = _telltale(facts, shown)
    found: Document = _kept(told, gives_away)
    return found


def _kept(node: Any, gives_away: Callable[[str], bool]) -> Any:
    if isinstance(node, dict):
        kept = {key: _kept(part, gives_away) for key, part in node.items() if not (key in _WORDS and isinstance(part, str) and gives_away(part))}
        return {key: part for key, part in kept.items() if part not in ({}, [])}
    if isinstance(node, list):
        parts = [_kept(part, gives_away) for part in node]
        return [part for part in parts if part not in ({}, [])]
    return node


def _telltale(facts: Facts, shown: Collection[Item]) -> Callable[[str], bool]:
    """Whether a text tells one of the hidden values."""
    plain = {_folded(text) for text in (*_texts(facts, shown), facts.lead)}
    plain = {text for text in plain if len(text) >= _SHORTEST}
    amounts = {amount for item, read in _AMOUNTS.items() if item not in shown for amount in read(facts) if amount}
    dates = {text for item, read in _DATES.items() if item not in shown for text in read(facts) if text}
    patterns = [*(_amount_pattern(amount) for amount in amounts), *(_date_pattern(text) for text in dates)]
    if Item.PHONE not in shown:
        patterns.append(_PHONE.pattern)
    pattern = re.compile("|".join(f"(?:{part})" for part in patterns)) if patterns else None

    def gives_away(text: str) -> bool:
        folded = _folded(text)
        return any(part in folded for part in plain) or (pattern is not None and pattern.search(folded) is not None)

    return gives_away


def _texts(facts: Facts, shown: Collection[Item]) -> Iterator[str]:
    for item, read in _TEXTS.items():
        if item not in shown:
            yield from read(facts)


def _folded(text: str) -> str:
    """Without spaces and thousands separators: they do not hide a figure."""
    return re.sub(r"(?<=\d)[,，](?=\d)", "", re.sub(r"\s+", "", text))


def _amount_pattern(amount_wan: Decimal) -> str:
    """The amount as people write it, in 万元, 亿元 or 元; zeros behind it do not change it. 100万吨 is no money."""
    forms = [(amount_wan, "万"), (wan_to_yi(amount_wan), "亿"), (amount_wan.scaleb(4), "")]
    return "|".join(rf"(?<![\d.]){_number_pattern(number)}{unit}{_MONEY if unit else '元'}" for number, unit in forms)


def _number_pattern(number: Decimal) -> str:
    text = plain_text(number)
    return re.escape(text) + ("0*" if "." in text else r"(?:\.0+)?")


def _date_pattern(text: str) -> str:
    """The date as people write it, as precisely as it is known."""
    at = PartialDate.parse(text)
    if at.month is None:
        return rf"(?<!\d){at.year}年?"
    written = rf"(?<!\d){at.year}[-年./]0?{at.month}"
    return written + (rf"[-月./]0?{at.day}(?!\d)" if at.day is not None else r"(?!\d)")

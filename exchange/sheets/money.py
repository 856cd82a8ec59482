"""What a heading of a fund sheet says its money did, and whose it is. Pure.

已拨付 → transferred    已支出 → spent    本次下达/省级配套 → given with this plan    总投资及资金来源/省级配套 → planned for the whole project
"""

from __future__ import annotations

import re
from enum import StrEnum

_ARRIVES = re.compile(r"拨付|到位")
_PAYS = re.compile(r"支付|支出|使用")
_WITH_PLAN = re.compile(r"本次|本批|下达|安排")
_OF_TOTAL = re.compile(r"总投资|资金来源|资金构成|资金筹措|投资构成|投资来源")
_DISTRICT = re.compile(r"^区|区市级?(?:配套|财政|资金)|区级")
_VAGUE = re.compile(r"地方|市县|其[他它]")


class Standing(StrEnum):
    """What money of other sources beside a central plan's is."""

    WITH_PLAN = "with_plan"
    OF_TOTAL = "of_total"
    UNCLEAR = "unclear"


def leaf_of(heading: str) -> str:
    return heading.rsplit("/", 1)[-1]


def moves(heading: str) -> tuple[bool, bool]:
    """Whether the heading speaks of money that was transferred, and of money that was spent."""
    leaf = leaf_of(heading)
    return _ARRIVES.search(leaf) is not None, _PAYS.search(leaf) is not None


def standing(heading: str, *, has_composition: bool) -> Standing:
    """Whether a column of matching money belongs to the plan or to the project's total; `has_composition`: the table parts its total by source."""
    if _OF_TOTAL.search(heading):
        return Standing.OF_TOTAL
    if _WITH_PLAN.search(heading):
        return Standing.UNCLEAR if _VAGUE.search(leaf_of(heading)) else Standing.WITH_PLAN
    return Standing.OF_TOTAL if has_composition else Standing.UNCLEAR


def is_of_district(heading: str) -> bool:
    """Whether the money under a heading of city money is a district's."""
    return _DISTRICT.search(leaf_of(heading)) is not None

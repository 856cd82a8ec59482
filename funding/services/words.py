"""What the ledger says when it refuses, in the words of each kind of fund."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from funding.ledger import Overdrawn, Step
from funding.measures import exact_text
from funding.models import Bond, CentralPlan, FundAccount
from projects.values import fen_to_wan
from projects.workflow import Refused

_BOND = {Step.ASSIGN: ("分配", "allocated"), Step.ARRIVE: ("拨付", "transferred"), Step.PAY: ("支出", "spent"), Step.COMPLETE: ("完成", "completed")}
_PLAN = {Step.ASSIGN: ("分解", "decomposed"), Step.ARRIVE: ("到位", "arrived"), Step.PAY: ("支付", "paid"), Step.COMPLETE: ("完成", "completed")}
_BEFORE = {Step.ARRIVE: Step.ASSIGN, Step.PAY: Step.ARRIVE}


def step_words(step: Step, fund: Bond | CentralPlan) -> tuple[str, str]:
    """How a step of this kind of fund is called, in Chinese and English."""
    return (_BOND if isinstance(fund, Bond) else _PLAN)[step]


_OF_PLANS = {"assigned_wan": _("分解（万元）"), "arrived_wan": _("到位（万元）"), "paid_wan": _("支付（万元）")}


def account_label(column: str, *, is_plan: bool) -> str:
    """How a column of an account is called where its kind of fund is known."""
    return str((_OF_PLANS.get(column) if is_plan else None) or FundAccount._meta.get_field(column).verbose_name)  # type: ignore[union-attr]


def begins_on(fund: Bond | CentralPlan) -> date | None:
    """The first day on which money of a fund may move: that of a bond's issue, or on which a plan was given; None where it is not known."""
    return fund.given_on if isinstance(fund, CentralPlan) else fund.issued_on


def too_early(fund: Bond | CentralPlan, step: Step, on: date, project: str) -> Refused | None:
    """Money that would move before its fund was there."""
    begins = begins_on(fund)
    if begins is None or on >= begins:
        return None
    zh, en = step_words(step, fund)
    named = ("发行日", "was issued on") if isinstance(fund, Bond) else ("下达日期", "was given on")
    return Refused(
        "early",
        f"“{project}”的{zh}日期{on:%Y-%m-%d}早于{fund}的{named[0]}{begins:%Y-%m-%d}；请核对发生日期，或先更正{fund}的{named[0]}。",
        f"{project}: {en} on {on:%Y-%m-%d}, but {fund} {named[1]} {begins:%Y-%m-%d}; check the day, or first mend that of the fund.",
    )


def over_words(fault: Overdrawn, project: str, fund: Bond | CentralPlan) -> Refused:
    """A chain that breaks: which project, which fund, which day, and what it may hold at most (rules 59, 63)."""
    zh, en = step_words(fault.step, fund)
    amount, limit, day = exact_text(fen_to_wan(fault.held_fen)), exact_text(fen_to_wan(fault.limit_fen)), f"{fault.on:%Y-%m-%d}"
    if fault.step is Step.ASSIGN and fault.held_fen >= 0:
        return Refused(
            "capital",
            f"“{project}”用作资本金的{amount}万元超过{fund}分配的{limit}万元（{day}）。",
            f"{project}: {amount} as capital is more than the {limit} of {fund} ({day}).",
        )
    if fault.held_fen < 0:
        return Refused(
            "below",
            f"“{project}”在{fund}下{day}的{zh}数将变为{amount}万元，不能小于0。",
            f"{project}: {en} from {fund} would be {amount} on {day}; it can't fall below zero.",
        )
    before_zh, before_en = step_words(_BEFORE[fault.step], fund)
    return Refused(
        "chain",
        f"“{project}”在{fund}下截至{day}{zh}{amount}万元，超过已{before_zh}的{limit}万元；请先核对{before_zh}及其日期。",
        f"{project}: {amount} {en} from {fund} by {day} is more than the {limit} {before_en}; see to that and its days first.",
    )


def fund_full(fund: Bond | CentralPlan, added: Decimal, left: Decimal) -> Refused:
    """A fund that would give more than it has (rule 52, and the same of a plan)."""
    zh, en = step_words(Step.ASSIGN, fund)
    more, rest = exact_text(added), exact_text(left)
    return Refused(
        "full",
        f"{fund}只剩{rest}万元未{zh}，本次要{zh}{more}万元。",
        f"{fund} has {rest} left to be {en}; {more} was asked.",
    )

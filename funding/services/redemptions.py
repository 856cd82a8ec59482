"""Early repayment of a bond's principal: posted with its document, taken back by a row that reverses it; the schedule follows from both."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts import audit
from funding.debts import redeemed_of, terms_of
from funding.measures import exact_text
from funding.models import Bond, Redemption
from funding.schedule import Repayment, interest_days
from funding.services.ledger import person, told
from projects.measures import plain_text
from projects.models import Source
from projects.values import fen_to_wan, wan_to_fen
from projects.workflow import Refused


@transaction.atomic
def redeem(*, bond_id: int, on: date, amount_wan: Decimal, doc_no: str, source: Source) -> Redemption:
    """Post that principal was paid back on a day of interest before maturity. Refused where the bond's terms or what is left forbid it."""
    bond = _locked(bond_id)
    if not doc_no.strip():
        raise Refused("document", "提前还本缺少文号。", "An early repayment needs its document.")
    if amount_wan <= 0:
        raise Refused("zero", "还本金额应大于0；记错的请冲销。", "The amount must be above zero; reverse a wrong one.")
    _check(bond, on, amount_wan)
    given: dict[str, Any] = {"redeemed_on": on, "amount_wan": amount_wan, "doc_no": doc_no.strip()[:60]}
    made = Redemption.objects.create(bond=bond, **given, **told(source))
    audit.record("fund.redeem", actor=person(source), obj=bond, amount=plain_text(amount_wan))
    return made


@transaction.atomic
def reverse_redemption(redemption_id: int, *, source: Source) -> Redemption:
    """Take an early repayment back. Refused for what is taken back already, or takes one back itself."""
    if not source.reason.strip():
        raise Refused("reason", "冲销须说明原因。", "A reversal needs a reason.")
    row = Redemption.objects.filter(pk=redemption_id).first()
    if row is None:
        raise Refused("gone", f"没有提前还本 #{redemption_id}。", f"There is no early repayment #{redemption_id}.")
    bond = _locked(row.bond_id)
    if row.reverses_id is not None:
        raise Refused("reversal", "冲销记录本身不能再冲销，请重新登记。", "A reversal is not reversed; post anew.")
    if Redemption.objects.filter(reverses=row).exists():
        raise Refused("reversed", "这笔提前还本已经冲销。", "This early repayment was reversed already.")
    back: dict[str, Any] = {"amount_wan": -row.amount_wan, "doc_no": row.doc_no, "reverses": row}
    made = Redemption.objects.create(bond=bond, redeemed_on=row.redeemed_on, **back, **told(source))
    audit.record("fund.redeem", actor=person(source), obj=bond, amount=plain_text(made.amount_wan))
    return made


def _locked(bond_id: int) -> Bond:
    bond: Bond | None = Bond.objects.select_for_update().filter(pk=bond_id).first()
    if bond is None:
        raise Refused("fund", "没有这只债券，或已撤销登记。", "There is no such bond, or it was struck out.")
    return bond


def _check(bond: Bond, on: date, amount_wan: Decimal) -> None:
    if bond.repayment != Repayment.EARLY:
        words = f"{bond}的还本方式是“{bond.get_repayment_display()}”；合同约定可提前还本的，先在“编辑”中把还本方式改为“提前还本”。"
        raise Refused("terms", words, f"{bond} does not repay early by its terms; change them first where the contract allows it.")
    terms = terms_of(bond)
    if terms is None:
        raise Refused("unknown", f"{bond}还没有票面利率或起息日，排不出付息日。", f"{bond} has no rate or value date yet.")
    days = interest_days(terms)[:-1]
    if on not in days:
        near = "、".join(day.isoformat() for day in sorted(days, key=lambda day: abs(day - on))[:2])
        raise Refused(
            "day",
            f"{on:%Y-%m-%d}不是{bond}到期前的付息日；最近的付息日是{near or '（无）'}。",
            f"{on:%Y-%m-%d} is no interest day of {bond} before maturity; the nearest are {near or 'none'}.",
        )
    left = fen_to_wan(wan_to_fen(bond.amount_wan) - sum(amount for _day, amount in redeemed_of([bond]).get(bond.pk, ())))
    if amount_wan > left:
        more, rest = exact_text(amount_wan), exact_text(left)
        raise Refused("full", f"{bond}只剩本金{rest}万元，不能还{more}万元。", f"{bond} has {rest} of principal left; {more} was asked.")

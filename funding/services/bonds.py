"""Bonds: issuing one under its quota, and moving its money from one project to another by document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from funding import schedule
from funding.ledger import Step
from funding.measures import exact_text
from funding.models import Bond, BondIssue, FundAccount, QuotaBatch, QuotaDraw, UseAdjustment
from funding.records import Limits
from funding.rules import days_in_order, said_by
from funding.services.checks import bond_record
from funding.services.ledger import Key, Posting, lock_funds, person, post, told
from projects.findings import message
from projects.measures import plain_text
from projects.models import Source, changes_from
from projects.naming import document_number
from projects.values import fen_to_wan, wan_to_fen
from projects.workflow import Refused


@transaction.atomic
def issue_bond(bond: Bond, draws: Mapping[int, Decimal], *, source: Source) -> Bond:
    """Store a bond and what it draws on which quota batch (id → 万元). Only new money draws on quota, and all of it does (rule 51)."""
    drawn = sum(draws.values(), Decimal(0))
    wanted = bond.amount_wan if bond.purpose == Bond.Purpose.NEW else Decimal(0)
    if drawn != wanted:
        raise Refused(
            "draws",
            f"新增债券的额度使用合计应等于发行额{exact_text(wanted)}万元，现为{exact_text(drawn)}万元；再融资和置换债券不占新增额度。",
            f"The draws of a new bond must add up to its {exact_text(wanted)}, they are {exact_text(drawn)}; other bonds draw on no quota.",
        )
    _check_terms(bond)
    # Held, so that it is not struck out meanwhile.
    if not BondIssue.objects.select_for_update().filter(pk=bond.issue_id).exists():
        raise Refused("issue", "没有这一发行批次，或已撤销登记。", "There is no such issue, or it was struck out.")
    batches = _locked(draws)
    for pk, amount in draws.items():
        _check_batch(batches[pk], bond)
        _check_quota(batches[pk], amount)
    if bond.matures_on is None and bond.value_on is not None:
        bond.matures_on = schedule.matures_on(bond.value_on, bond.years)
    with changes_from(source):
        bond.save()
    _draw(bond, batches, draws, source)
    audit.record("fund.issue", actor=person(source), obj=bond, amount=plain_text(bond.amount_wan))
    return bond


def _check_terms(bond: Bond) -> None:
    """What no reason excuses, said by the rules that the form asks."""
    if bond.amount_wan <= 0:
        raise Refused("zero", "发行额应大于0。", "The amount of a bond must be above zero.")
    for finding in said_by(days_in_order(bond_record(bond), Limits())):
        raise Refused(finding.code, message(finding), message(finding, "en"))


def _check_batch(batch: QuotaBatch, bond: Bond) -> None:
    """A bond draws on quota of its own year that was there when it was issued."""
    if batch.year != bond.issue.year:
        raise Refused(
            "quota_year",
            f"{batch}是{batch.year}年的额度，{bond}属于{bond.issue}；请使用{bond.issue.year}年的额度批次，或改选发行批次。",
            f"{batch} is quota of {batch.year}; {bond} is of the issue of {bond.issue.year}. Draw on a batch of that year, or choose another issue.",
        )
    issued = bond.issued_on
    if batch.given_on is not None and issued is not None and batch.given_on > issued:
        raise Refused(
            "quota_later",
            f"{batch}于{batch.given_on:%Y-%m-%d}下达，晚于{bond}的发行日{issued:%Y-%m-%d}；请核对两个日期，或使用之前下达的额度。",
            f"{batch} was given on {batch.given_on:%Y-%m-%d}, after {bond} was issued on {issued:%Y-%m-%d}; check both days, or draw on another.",
        )


def _locked(draws: Mapping[int, Decimal]) -> dict[int, QuotaBatch]:
    found = {batch.pk: batch for batch in QuotaBatch.objects.select_for_update().filter(pk__in=list(draws)).order_by("pk")}
    if len(found) < len(draws):
        raise Refused("quota", "没有这一批额度。", "There is no such quota batch.")
    return found


def _check_quota(batch: QuotaBatch, amount: Decimal) -> None:
    left = fen_to_wan(wan_to_fen(batch.amount_wan) - wan_to_fen(batch.issued_wan))
    if amount <= 0:
        raise Refused("zero", "使用额度应大于0。", "A draw must be above zero.")
    if amount > left:
        raise Refused(
            "quota_full",
            f"{batch}只剩{exact_text(left)}万元，本次要用{exact_text(amount)}万元。",
            f"{batch} has {exact_text(left)} left; {exact_text(amount)} was asked.",
        )


def _draw(bond: Bond, batches: Mapping[int, QuotaBatch], draws: Mapping[int, Decimal], source: Source) -> None:
    day = bond.tender_on or bond.value_on or bond.issue.tender_on or timezone.localdate()
    where = told(source)
    QuotaDraw.objects.bulk_create(
        QuotaDraw(batch=batches[pk], bond=bond, drawn_on=day, **{"amount_wan": amount, **where}) for pk, amount in draws.items()
    )
    for pk, amount in draws.items():
        batch = batches[pk]
        batch.issued_wan = fen_to_wan(wan_to_fen(batch.issued_wan) + wan_to_fen(amount))
        # A sum of the ledger, not a change of the batch: no history row, no new revision.
        QuotaBatch._base_manager.filter(pk=pk).update(issued_wan=batch.issued_wan)


@transaction.atomic
def adjust_use(
    *,
    bond_id: int,
    taken_from: int,
    given_to: int,
    amount_wan: Decimal,
    doc_no: str,
    approved_on: date,
    source: Source,
    capital_wan: Decimal = Decimal(0),
    disclosed_on: date | None = None,
    cost_item: str = "",
) -> UseAdjustment:
    """Move money that has not arrived from one project to another (财预〔2021〕110号: never spent first). Refused without document or reason.

    `cost_item` is what the project that gets it pays with it.
    """
    if not doc_no.strip():
        raise Refused("document", "调整用途缺少批准文号。", "An adjustment needs its approval document.")
    if not source.reason.strip():
        raise Refused("reason", "调整用途须说明原因。", "An adjustment needs a reason.")
    if taken_from == given_to:
        raise Refused("same", "调出和调入不能是同一个项目。", "The two projects must differ.")
    if amount_wan <= 0:
        raise Refused("zero", "调整金额应大于0。", "The amount must be above zero.")
    lock_funds([Key(taken_from, bond_id)])
    _check_free(bond_id, taken_from, amount_wan)
    columns: dict[str, Any] = {
        "amount_wan": amount_wan,
        "capital_wan": capital_wan,
        "doc_no": document_number(doc_no)[:60],
        "approved_on": approved_on,
    }
    projects: dict[str, Any] = {"taken_from_id": taken_from, "given_to_id": given_to, "disclosed_on": disclosed_on}
    made = UseAdjustment.objects.create(bond_id=bond_id, **columns, **projects, **told(source))
    taken = Posting(Key(taken_from, bond_id), Step.ASSIGN, -amount_wan, approved_on, -capital_wan, doc_no, made.pk)
    given = Posting(Key(given_to, bond_id), Step.ASSIGN, amount_wan, approved_on, capital_wan, doc_no, made.pk, cost_item=cost_item)
    post([taken, given], source=source)
    return made


def _check_free(bond_id: int, project_id: int, amount: Decimal) -> None:
    """What has arrived must come back to the treasury before it can go elsewhere."""
    account = FundAccount.objects.filter(bond=bond_id, project=project_id).select_related("project", "bond").first()
    if account is None:
        raise Refused("account", "调出项目没有这笔债券的资金。", "The first project has no money of this bond.")
    free = fen_to_wan(account.balance.waiting)
    if amount > free:
        name, rest = account.project.name, exact_text(free)
        raise Refused(
            "arrived",
            f"“{name}”在{account.bond}下只有{rest}万元尚未拨付，可调出的不超过此数；已拨付的须先收回（冲销拨付）。",
            f"{name} has {rest} of {account.bond} that was not transferred; no more can be moved. Take back a transfer first.",
        )

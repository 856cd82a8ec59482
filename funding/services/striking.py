"""撤销登记: what was registered by mistake is struck out, with its reason. Only what holds no money; the row, its history and postings stay.

A bond gives its quota back by draws that reverse its own, and frees its codes; a batch, an issue, a plan only stop to count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from accounts import audit
from funding.ledger import Step
from funding.measures import exact_text
from funding.models import Bond, BondIssue, CentralPlan, FundEntry, QuotaBatch, QuotaDraw, Redemption
from funding.models.registered import Registered
from funding.services.ledger import person, told
from funding.services.words import step_words
from projects.models import Source, changes_from
from projects.values import fen_to_wan, wan_to_fen
from projects.workflow import Refused

F = TypeVar("F", bound=Registered)
_NAMED = 8


@transaction.atomic
def strike(model: type[F], pk: int, *, source: Source) -> F:
    """Strike a row out. Refused without a reason, and for one with money behind it: then the refusal names what must be reversed first."""
    if not source.reason.strip():
        raise Refused("reason", "撤销登记须说明原因。", "Striking a registration out needs a reason.")
    row: F | None = model.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise Refused("gone", "没有这条登记，或已撤销。", "There is no such registration, or it was struck out already.")
    refused = held_against(row)
    if refused is not None:
        raise refused
    with changes_from(source):
        if isinstance(row, Bond):
            _give_back(row, source)
        row.struck_at = timezone.now()
        row.save()
    audit.record("fund.strike", actor=person(source), obj=row, name=str(row), note=source.reason.strip())
    return row


def held_against(row: Registered) -> Refused | None:
    """Why a row can't be struck out: the money behind it, entry by entry; None where there is none."""
    return _HELD[type(row)](row)


def _of_quota(batch: Any) -> Refused | None:
    open_draws = QuotaDraw.objects.filter(batch=batch, reverses=None, reversed_by=None).select_related("bond").order_by("pk")
    names = [f"{draw.bond}（{exact_text(draw.amount_wan)}万元）" for draw in open_draws]
    return _first(f"{batch}已有债券使用", f"Bonds draw on {batch}", "请先撤销这些债券的登记", "strike these bonds out first", names)


def _of_issue(issue: Any) -> Refused | None:
    names = [str(bond) for bond in issue.bonds.order_by("years", "pk")]
    return _first(f"{issue}已登记债券", f"{issue} has bonds", "请先撤销这些债券的登记", "strike these bonds out first", names)


def _of_bond(bond: Any) -> Refused | None:
    names = [*_entries(bond, account__bond=bond)]
    for row in Redemption.objects.filter(bond=bond, reverses=None, reversed_by=None).order_by("pk"):
        names.append(f"提前还本 #{row.pk} {exact_text(row.amount_wan)}万元")
    return _first(f"{bond}已有资金", f"{bond} holds money", "请先冲销以下流水", "reverse these entries first", names)


def _of_plan(plan: Any) -> Refused | None:
    names = _entries(plan, account__plan=plan)
    return _first(f"{plan}已有资金", f"{plan} holds money", "请先冲销以下流水", "reverse these entries first", names)


_HELD: Mapping[type[Registered], Callable[[Any], Refused | None]] = {
    QuotaBatch: _of_quota,
    BondIssue: _of_issue,
    Bond: _of_bond,
    CentralPlan: _of_plan,
}


def _entries(fund: Any, **of: Any) -> list[str]:
    """The entries that nothing took back, in the order in which they are to be reversed: the last step first."""
    rows = FundEntry.objects.filter(reverses=None, reversed_by=None, **of).select_related("account__project")
    order = list(Step)
    newest = sorted(rows, key=lambda row: (order.index(Step(row.step)), row.happened_on, row.pk), reverse=True)
    return [f"#{row.pk} {step_words(Step(row.step), fund)[0]}{exact_text(row.amount_wan)}万元（{row.account.project.name}）" for row in newest]


def _first(zh: str, en: str, do_zh: str, do_en: str, names: list[str]) -> Refused | None:
    if not names:
        return None
    more = len(names) - _NAMED
    told_zh = "、".join(names[:_NAMED]) + (f"，另有{more}笔" if more > 0 else "")
    told_en = ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return Refused("held", f"{zh}，不能撤销登记；{do_zh}：{told_zh}。", f"{en}, so it can't be struck out; {do_en}: {told_en}.")


def _give_back(bond: Bond, source: Source) -> None:
    """The quota that the bond drew, by a draw that reverses each; its codes are free for the bond that they belong to."""
    draws = list(QuotaDraw.objects.filter(bond=bond, reverses=None, reversed_by=None).order_by("pk"))
    batches = {batch.pk: batch for batch in QuotaBatch.objects.select_for_update().filter(pk__in=[draw.batch_id for draw in draws]).order_by("pk")}
    where = told(source)
    QuotaDraw.objects.bulk_create(
        QuotaDraw(batch_id=draw.batch_id, bond=bond, drawn_on=draw.drawn_on, reverses=draw, **{"amount_wan": -draw.amount_wan, **where})
        for draw in draws
    )
    for draw in draws:
        batch = batches[draw.batch_id]
        batch.issued_wan = fen_to_wan(wan_to_fen(batch.issued_wan) - wan_to_fen(draw.amount_wan))
        # A sum of the ledger, not a change of the batch: no history row, no new revision.
        QuotaBatch._base_manager.filter(pk=batch.pk).update(issued_wan=batch.issued_wan)
    for code in bond.codes.all():
        code.delete()

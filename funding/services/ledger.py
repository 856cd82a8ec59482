"""Posting to the ledger: assign, transfer, spend, complete, reverse, adjust the use. The only code that writes entries and balances.

    lock the funds touched, bonds before plans, each by id → their accounts → the entries as they would stand, day by day
    → a refusal that names project, fund, step, day and what is left; or the entries, the accounts, the funds' sums, in a fixed number of queries
Whoever holds a fund's row is alone with all its accounts; SQLite's transactions are IMMEDIATE, so there is one writer anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import audit
from accounts.models import User
from funding.ledger import Balance, Entry, Step, overdrawn, reversal
from funding.models import Bond, CentralPlan, FundAccount, FundEntry
from funding.models.accounts import FundSource
from funding.services.words import fund_full, over_words, too_early
from projects.models import Project, Source
from projects.values import fen_to_wan, wan_to_fen
from projects.workflow import Refused

_PART = 500


@dataclass(frozen=True, slots=True)
class Key:
    """Which account: a project with a bond, or with a plan and a source of money."""

    project_id: int
    bond_id: int | None = None
    plan_id: int | None = None
    source: str = FundSource.BOND.value

    @classmethod
    def of(cls, account: FundAccount) -> Key:
        return cls(account.project_id, account.bond_id, account.plan_id, account.source)


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry to be made. Amounts in 万元, signed."""

    key: Key
    step: Step
    amount_wan: Decimal
    on: date
    capital_wan: Decimal = Decimal(0)
    doc_no: str = ""
    adjustment_id: int | None = None
    reverses_id: int | None = None
    cost_item: str = ""  # what an assignment pays for

    @property
    def entry(self) -> Entry:
        return Entry(self.step, wan_to_fen(self.amount_wan), self.on, wan_to_fen(self.capital_wan))


@dataclass(slots=True)
class _Funds:
    """The locked funds of a batch."""

    bonds: dict[int, Bond]
    plans: dict[int, CentralPlan]

    def of(self, key: Key) -> Bond | CentralPlan:
        return self.bonds[key.bond_id] if key.bond_id is not None else self.plans[key.plan_id or 0]


@transaction.atomic
def post(postings: Sequence[Posting], *, source: Source) -> list[FundEntry]:
    """Make entries, all or none. Refused where a step would hold more than the step before it on any day, or a fund more than it has."""
    if not postings:
        return []
    funds = lock_funds([posting.key for posting in postings])
    _check_each(postings)
    accounts = _accounts({posting.key for posting in postings}, source)
    _check_days(postings, accounts, funds)
    _check_chains(postings, accounts, funds)
    _check_funds(postings, funds)
    made = _store(postings, accounts, source)
    _keep_balances(accounts, postings)
    _keep_sums(funds, postings)
    audit.record("fund.post", actor=person(source), count=len(made), funds=sorted({str(funds.of(posting.key)) for posting in postings})[:20])
    return made


def person(source: Source) -> User | None:
    """Who stands behind a source, for the event log."""
    return User.objects.filter(pk=source.actor_id).first() if source.actor_id is not None else None


def lock_funds(keys: Iterable[Key]) -> _Funds:
    """Hold the funds' rows until the end of the transaction; Refused where one is not there."""
    keys = list(keys)
    bond_ids = sorted({key.bond_id for key in keys if key.bond_id is not None})
    plan_ids = sorted({key.plan_id for key in keys if key.bond_id is None and key.plan_id is not None})
    locked = Bond.objects.select_for_update(of=("self",)).select_related("issue")
    bonds = {bond.pk: bond for bond in locked.filter(pk__among=bond_ids).order_by("pk")} if bond_ids else {}
    plans = {plan.pk: plan for plan in CentralPlan.objects.select_for_update().filter(pk__among=plan_ids).order_by("pk")} if plan_ids else {}
    if len(bonds) < len(bond_ids) or len(plans) < len(plan_ids) or any(key.bond_id is None and key.plan_id is None for key in keys):
        raise Refused("fund", "没有这笔债券或投资计划，或已撤销登记。", "There is no such bond or plan, or it was struck out.")
    return _Funds(bonds, plans)


def _check_each(postings: Sequence[Posting]) -> None:
    """What is wrong with a posting by itself."""
    today = timezone.localdate()
    for posting in postings:
        if posting.amount_wan == 0:
            raise Refused("zero", "金额不能为0。", "The amount must not be zero.")
        if posting.on > today:
            day = f"{posting.on:%Y-%m-%d}"
            raise Refused("future", f"发生日期{day}晚于今天，请核对。", f"{day} is after today.")
        if posting.amount_wan < 0 and not _may_be_negative(posting):
            words = "金额应大于0；记错的请冲销原流水，收回拨付须填写文号或凭证。"
            raise Refused("negative", words, "The amount must be above zero; reverse a wrong entry, or give the document of a refund.")
        if posting.capital_wan and posting.step is not Step.ASSIGN:
            raise Refused("capital", "资本金在分配时填写。", "The capital part is given with the assignment.")
        if posting.cost_item and posting.step is not Step.ASSIGN:
            raise Refused("cost_item", "费用或建设内容项在分配时填写。", "The cost item is given with the assignment.")
        if posting.step is Step.COMPLETE and posting.key.bond_id is not None:
            raise Refused("step", "专项债券没有“完成投资”一项，请在月度进展中填报。", "Bonds have no completed work; report it by month.")


def _may_be_negative(posting: Posting) -> bool:
    """A reversal, the giving side of an adjustment, or money that truly went back, with its document."""
    returned = posting.step in (Step.ARRIVE, Step.PAY) and bool(posting.doc_no.strip())
    return posting.reverses_id is not None or posting.adjustment_id is not None or returned


def _accounts(keys: set[Key], source: Source) -> dict[Key, FundAccount]:
    """The accounts of the keys; those that are new are stored."""
    ids = sorted({key.project_id for key in keys})
    projects = Project.objects.filter(pk__among=ids).only("name").in_bulk()
    if len(projects) < len(ids):
        raise Refused("project", "没有这个项目。", "There is no such project.")
    found = {Key.of(account): account for account in FundAccount.objects.filter(project__among=ids)}
    fresh = [
        FundAccount(project_id=key.project_id, bond_id=key.bond_id, plan_id=key.plan_id, source=key.source, by_id=source.actor_id)
        for key in keys - found.keys()
    ]
    stored = FundAccount.objects.bulk_create(
        sorted(fresh, key=lambda account: (account.bond_id or 0, account.plan_id or 0, account.project_id)), batch_size=_PART
    )
    found |= {Key.of(account): account for account in stored}
    for key in keys:
        found[key].project = projects[key.project_id]
    return {key: found[key] for key in keys}


def _check_days(postings: Sequence[Posting], accounts: Mapping[Key, FundAccount], funds: _Funds) -> None:
    """No money moves before its fund was there. What takes an entry back stands on the day that the entry has."""
    for posting in postings:
        if posting.reverses_id is None:
            refused = too_early(funds.of(posting.key), posting.step, posting.on, accounts[posting.key].project.name)
            if refused is not None:
                raise refused


def _check_chains(postings: Sequence[Posting], accounts: Mapping[Key, FundAccount], funds: _Funds) -> None:
    """Each account's chain, day by day, with the new entries among the old."""
    entries: dict[int, list[Entry]] = {account.pk: [] for account in accounts.values()}
    for account_id, step, amount, capital, day in FundEntry.objects.filter(account__among=sorted(entries)).values_list(
        "account", "step", "amount_wan", "capital_wan", "happened_on"
    ):
        entries[account_id].append(Entry(Step(step), _fen(amount), day, _fen(capital)))
    for posting in postings:
        entries[accounts[posting.key].pk].append(posting.entry)
    for key, account in accounts.items():
        fault = overdrawn(entries[account.pk])
        if fault is not None:
            raise over_words(fault, account.project.name, funds.of(key))


def _fen(amount: Any) -> int:
    """The 分 of a model's money column; what has just been made may still hold the plain number it was given."""
    return wan_to_fen(Decimal(amount))


def _check_funds(postings: Sequence[Posting], funds: _Funds) -> None:
    """No fund gives more than it has."""
    for fund, added in _given(postings, funds):
        left = _fen(fund.amount_wan) - _fen(fund.assigned_wan)
        if added > left:
            raise fund_full(fund, fen_to_wan(added), fen_to_wan(left))


def _given(postings: Sequence[Posting], funds: _Funds) -> list[tuple[Bond | CentralPlan, int]]:
    """Each fund with what the postings assign of its own money (分). Money that others add to a plan is not the plan's."""
    given: dict[Bond | CentralPlan, int] = {}
    for posting in postings:
        if posting.step is Step.ASSIGN and posting.key.source in (FundSource.BOND, FundSource.CENTRAL):
            fund = funds.of(posting.key)
            given[fund] = given.get(fund, 0) + wan_to_fen(posting.amount_wan)
    return list(given.items())


def _store(postings: Sequence[Posting], accounts: Mapping[Key, FundAccount], source: Source) -> list[FundEntry]:
    rows = [FundEntry(account=accounts[posting.key], **_columns(posting), **told(source)) for posting in postings]
    return FundEntry.objects.bulk_create(rows, batch_size=_PART)


def _columns(posting: Posting) -> dict[str, Any]:
    return {
        "step": posting.step.value,
        "amount_wan": posting.amount_wan,
        "capital_wan": posting.capital_wan,
        "happened_on": posting.on,
        "doc_no": posting.doc_no[:60],
        "cost_item": posting.cost_item.strip()[:60],
        "adjustment_id": posting.adjustment_id,
        "reverses_id": posting.reverses_id,
    }


def told(source: Source) -> dict[str, Any]:
    """The columns in which a posted row says where it comes from."""
    return {"by_id": source.actor_id, "door": source.door, "upload_id": source.upload_id, "reason": source.reason.strip()[:300]}


def _keep_balances(accounts: Mapping[Key, FundAccount], postings: Sequence[Posting]) -> None:
    """Each account's balances are what its entries add up to: one statement for all."""
    held: dict[Key, Balance] = {key: account.balance for key, account in accounts.items()}
    for posting in postings:
        held[posting.key] = held[posting.key].with_entry(posting.entry)
    for key, account in accounts.items():
        for name in ("assigned", "capital", "arrived", "paid", "completed"):
            setattr(account, f"{name}_wan", fen_to_wan(getattr(held[key], name)))
    sums = {column: _entered(step) for column, step in _COLUMNS.items()}
    FundAccount.objects.filter(pk__among=sorted(account.pk for account in accounts.values())).update(
        **sums, capital_wan=_entered(Step.ASSIGN, "capital_wan")
    )


_COLUMNS = {"assigned_wan": Step.ASSIGN, "arrived_wan": Step.ARRIVE, "paid_wan": Step.PAY, "completed_wan": Step.COMPLETE}


def _entered(step: Step, column: str = "amount_wan") -> Coalesce:
    """What the entries of an account say of a step."""
    rows = FundEntry.objects.filter(account=OuterRef("pk"), step=step.value).order_by().values("account").annotate(total=Sum(column))
    return Coalesce(Subquery(rows.values("total")), Value(0), output_field=BigIntegerField())


def _keep_sums(funds: _Funds, postings: Sequence[Posting]) -> None:
    """The sums on the funds' own rows. Not a change of the bond itself: its history and revision stay as they are."""
    given = _given(postings, funds)
    for fund, added in given:
        fund.assigned_wan = fen_to_wan(_fen(fund.assigned_wan) + added)
    for model in (Bond, CentralPlan):
        own: list[Any] = [fund for fund, _added in given if isinstance(fund, model)]
        if own:
            model._base_manager.bulk_update(own, ["assigned_wan"], batch_size=_PART)


@transaction.atomic
def reverse(entry_ids: Sequence[int], *, source: Source) -> list[FundEntry]:
    """Take entries back by entries of the opposite amount on the same days. Refused for what is reversed already, or is itself a reversal."""
    if not source.reason.strip():
        raise Refused("reason", "冲销须说明原因。", "A reversal needs a reason.")
    rows = list(FundEntry.objects.filter(pk__among=sorted(set(entry_ids))).select_related("account", "account__bond", "account__plan"))
    if len(rows) < len(set(entry_ids)):
        raise Refused("gone", "没有这笔流水。", "There is no such entry.")
    lock_funds([Key.of(row.account) for row in rows])
    if FundEntry.objects.filter(reverses__among=[row.pk for row in rows]).exists():
        raise Refused("reversed", "所选流水中有已冲销的。", "Some of these were reversed already.")
    for row in rows:
        if row.reverses_id is not None:
            raise Refused("reversal", "冲销记录本身不能再冲销，请重新记账。", "A reversal is not reversed; post anew.")
    _keep_pairs(rows)
    return post([_taken_back(row) for row in rows], source=source)


def _keep_pairs(rows: Sequence[FundEntry]) -> None:
    """Both sides of an adjustment go together."""
    asked = {row.pk for row in rows}
    adjusted = sorted({row.adjustment_id for row in rows if row.adjustment_id is not None})
    if adjusted and not set(FundEntry.objects.filter(adjustment__among=adjusted).values_list("pk", flat=True)) <= asked:
        raise Refused("pair", "用途调整的两笔须一并冲销。", "Both entries of an adjustment are reversed together.")


def _taken_back(row: FundEntry) -> Posting:
    entry = reversal(Entry(Step(row.step), wan_to_fen(row.amount_wan), row.happened_on, wan_to_fen(row.capital_wan)))
    amount, capital = fen_to_wan(entry.amount_fen), fen_to_wan(entry.capital_fen)
    return Posting(Key.of(row.account), entry.step, amount, entry.on, capital, row.doc_no, reverses_id=row.pk, cost_item=row.cost_item)

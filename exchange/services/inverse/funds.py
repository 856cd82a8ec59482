"""What an upload posted to the ledger, on the inverse plan. Entries are never deleted: what was posted is reversed, what was reversed is
posted again, on the same days, so that nothing is left of it on any day.

    the upload's entries by account, step and day → what they add up to → taking back brings that to nothing, bringing back to what the
    commit posted → would every chain still hold, day by day, and no fund give more than it has? else the account stays as it is, and says why
An entry that somebody else reversed since is gone already, and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from exchange.funds import COLUMN_OF, Change, Posted, assigned_by, broken_by, held_by
from exchange.models import Reversal
from exchange.services.inverse.items import Item, Why
from exchange.services.inverse.traces import Origin, Trace, columns_of
from exchange.services.inverse.work import Work
from funding.ledger import Entry, Step, balance_of
from funding.models import Bond, CentralPlan, FundAccount, FundEntry
from funding.models.accounts import FundSource
from funding.services.ledger import Key, lock_funds
from funding.services.words import fund_full, over_words
from projects.values import fen_to_wan, wan_to_fen

_SPAN = "fundentry"


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry with where it comes from."""

    posted: Posted
    upload_id: int | None
    by_id: int | None
    at: datetime
    door: str
    reverses: int | None
    document: str

    @property
    def origin(self) -> Origin:
        return Origin(self.by_id, self.at, self.door, self.upload_id)


@dataclass(slots=True)
class _Account:
    """One account that the upload posted to, with all its entries, oldest first."""

    account: FundAccount
    upload_id: int
    rows: list[_Row] = field(default_factory=list)

    @property
    def fund(self) -> Bond | CentralPlan:
        fund = self.account.bond or self.account.plan
        assert fund is not None
        return fund

    @property
    def own(self) -> list[_Row]:
        return [row for row in self.rows if row.upload_id == self.upload_id]

    @property
    def document(self) -> str:
        """Upload and row, as the commit put them on its entries: one row of a file speaks of an account."""
        return next((row.document for row in self.own if row.document), f"上传#{self.upload_id}")

    def lost(self) -> dict[int, _Row]:
        """Own entries that somebody else reversed: entry → its reversal."""
        own = {row.posted.id for row in self.own}
        return {row.reverses: row for row in self.rows if row.reverses in own and row.upload_id != self.upload_id and row.reverses is not None}


def touched_keys(upload_id: int) -> set[Key]:
    """The accounts that an upload posted to."""
    return {Key.of(account) for account in FundAccount.objects.filter(entries__upload_id=upload_id).distinct()}


def hold_funds(upload_id: int) -> None:
    """Lock the funds that taking the upload back would post to."""
    lock_funds(touched_keys(upload_id))


def last_entry() -> int:
    """The newest entry of the ledger: as long as there is none newer, a plan stands."""
    return FundEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def decide_funds(work: Work, upload_id: int) -> None:
    """Put what is to be posted on the plan, account by account."""
    accounts = _accounts(upload_id)
    spans = [spans[_SPAN] for spans in Reversal.objects.filter(upload=upload_id).values_list("spans", flat=True) if _SPAN in spans]
    given: dict[Bond | CentralPlan, int] = {}
    for account in accounts:
        trace = _trace(account)
        lost = account.lost()
        for key, reversal in lost.items():
            step = next(row.posted.entry.step for row in account.own if row.posted.id == key)
            work.plan.items.append(Item(trace, COLUMN_OF[step], trace.value(COLUMN_OF[step]), Why.REVERSED, reversal.origin, f"#{key}"))
        changes = _changes(account, lost, spans if work.redo else None)
        if not changes:
            continue
        trouble = _trouble(account, changes, given)
        items = _items(account, trace, changes)
        for item in items:
            if trouble is not None:
                item.why, item.by, item.cause = Why.POSTED, trouble[0], trouble[1]
        work.plan.items += items
        if trouble is None:
            work.plan.postings += [(Key.of(account.account), change, account.document) for change in changes]


def _accounts(upload_id: int) -> list[_Account]:
    mine = FundAccount.objects.filter(entries__upload_id=upload_id).distinct().select_related("project", "bond", "plan").order_by("pk")
    found = {account.pk: _Account(account, upload_id) for account in mine}
    columns = ("id", "account", "step", "amount_wan", "happened_on", "capital_wan", "adjustment", "reverses", "reversed_by")
    told = ("upload_id", "by_id", "at", "door", "doc_no")
    rows = FundEntry.objects.filter(account__among=sorted(found)).order_by("id").values_list(*columns, *told)
    for key, account, step, amount, day, capital, adjustment, reverses, reversed_by, upload, by, at, door, document in rows:
        entry = Entry(Step(step), wan_to_fen(amount), day, wan_to_fen(capital))
        is_free = amount > 0 and adjustment is None and reverses is None and reversed_by is None
        found[account].rows.append(_Row(Posted(key, entry, is_free, adjustment is not None), upload, by, at, door, reverses, document))
    return list(found.values())


def _trace(account: _Account) -> Trace:
    """The account as a row that stays: its balances, and the newest entry in place of a revision."""
    values = tuple(getattr(account.account, name) for name in columns_of(FundAccount))
    return Trace(FundAccount, account.account.pk, account.upload_id, [], account.rows[-1].posted.id, values)


Place = tuple[Step, date]


def _sums(rows: Iterable[_Row]) -> dict[Place, tuple[int, int]]:
    """What entries add up to by step and day: amount and capital, in 分."""
    found: dict[Place, tuple[int, int]] = {}
    for row in rows:
        entry = row.posted.entry
        amount, capital = found.get((entry.step, entry.on), (0, 0))
        found[(entry.step, entry.on)] = amount + entry.amount_fen, capital + entry.capital_fen
    return found


def _changes(account: _Account, lost: Mapping[int, _Row], spans: Sequence[Sequence[int]] | None) -> list[Change]:
    """The entries that bring the upload's own to nothing; with `spans`, those of its takings back, to what its commit posted."""
    own = [row for row in account.own if row.posted.id not in lost]
    goal: dict[Place, tuple[int, int]] = {}
    if spans is not None:
        goal = _sums(row for row in own if not any(first <= row.posted.id <= last for first, last in spans))
    changes: list[Change] = []
    for place, (amount, capital) in _sums(own).items():
        wanted, part = goal.get(place, (0, 0))
        changes += _moved(own, place, wanted - amount, part - capital)
    return changes


def _moved(own: Sequence[_Row], place: Place, amount: int, capital: int) -> list[Change]:
    """Bring a step of one day up by an entry, or down by reversing the upload's own entries, the rest of the last posted anew."""
    step, day = place
    if amount == 0 and capital == 0:
        return []
    changes: list[Change] = []
    if amount < 0:
        for row in reversed([one for one in own if one.posted.is_free and (one.posted.entry.step, one.posted.entry.on) == place]):
            if amount >= 0:
                break
            entry = row.posted.entry
            changes.append(Change(step, -entry.amount_fen, day, -entry.capital_fen, row.posted.id))
            amount, capital = amount + entry.amount_fen, capital + entry.capital_fen
    if amount > 0:
        changes.append(Change(step, amount, day, capital))
    return changes


def _trouble(account: _Account, changes: Sequence[Change], given: dict[Bond | CentralPlan, int]) -> tuple[Origin | None, str] | None:
    """Why the ledger would refuse: who posted since, and what would not hold."""
    since = [row for row in account.rows if row.upload_id != account.upload_id and row.posted.id > account.own[0].posted.id]
    by = since[-1].origin if since else None
    fault = broken_by([row.posted for row in account.rows], changes)
    if fault is not None:
        return by, over_words(fault, account.account.project.name, account.fund).zh
    if account.account.source in (FundSource.BOND, FundSource.CENTRAL):
        added, used = assigned_by(changes), given.get(account.fund, 0)
        left = wan_to_fen(account.fund.amount_wan) - wan_to_fen(account.fund.assigned_wan) - used
        if added > 0 and added > left:
            return by, fund_full(account.fund, fen_to_wan(added), fen_to_wan(left)).zh
        given[account.fund] = used + added
    return None


def _items(account: _Account, trace: Trace, changes: Sequence[Change]) -> list[Item]:
    """A place for each step of the account that would hold something else."""
    before = held_by(account.account.balance)
    after = held_by(balance_of([*(row.posted.entry for row in account.rows), *(change.entry for change in changes)]))
    moved = [step for step in Step if step in {change.step for change in changes}]
    return [Item(trace, COLUMN_OF[step], fen_to_wan(after[step])) for step in moved if after[step] != before[step]]

"""What a row of a fund sheet says of the ledger: which issue, bond or plan it means, which steps its columns are, and which entries
bring the account to what the row says. Pure.

    headings → steps; 第二批 → issue; term and rate → bond; 文号 and 专项 → plan
    the account's entries, and what the row says it holds → an entry for what is more; for what is less the newest entries of that step
    are reversed and the rest of the last one posted anew, each on its own day, so that no day's sums remember the mistake
A blank says nothing, a zero says zero.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from exchange.cells.numerals import chinese_number
from exchange.sheets import moves
from funding.ledger import CHAIN, Balance, Entry, Overdrawn, Step, balance_of, overdrawn
from projects.naming import document_key, name_key

FUNDS = frozenset({"bond_allocation", "central_budget"})
ACCOUNT = "account"  # the table of a fund row's intent
COLUMN_OF = {Step.ASSIGN: "assigned_wan", Step.ARRIVE: "arrived_wan", Step.PAY: "paid_wan", Step.COMPLETE: "completed_wan"}
STEP_OF = {column: step for step, column in COLUMN_OF.items()}
# Field of a sheet → the step it tells of, unless its heading says another.
FIELD_STEPS: Mapping[str, Mapping[str, Step]] = {
    "bond_allocation": {"bond_this_wan": Step.ASSIGN, "bond_arrived_wan": Step.ARRIVE, "bond_spent_wan": Step.PAY},
    "central_budget": {
        "central_this_wan": Step.ASSIGN,
        "central_paid_wan": Step.ARRIVE,
        "central_spent_wan": Step.PAY,
        "central_done_wan": Step.COMPLETE,
    },
}
OWN_SOURCES = frozenset({"bond", "central"})
# Columns of money beside a central plan's own.
BESIDE = ("prov_match_wan", "city_match_wan", "self_raised_wan")
_NUMERAL = "一二三四五六七八九十百〇零\\d"
_NUMBER = re.compile(rf"第?([{_NUMERAL}]{{1,4}})(?:批次?|期|次)?")
_IN_WORDS = re.compile(rf"(?:(20\d{{2}})年?)?第([{_NUMERAL}]{{1,4}})[批期次]")


def steps_of(kind: str, headings: Mapping[str, str]) -> dict[str, Step]:
    """Field → step for the columns that a table has, by their headings: 已拨付 is a transfer, 支付 a payment, whatever the field is called."""
    found = {}
    for name, usual in FIELD_STEPS[kind].items():
        if name not in headings:
            continue
        found[name] = step_of(headings[name], usual) if usual in (Step.ARRIVE, Step.PAY) else usual
    return found


def step_of(heading: str, usual: Step) -> Step:
    """The step that a heading tells of, where it tells of one."""
    arrives, pays = moves(heading)
    return usual if arrives == pays else Step.ARRIVE if arrives else Step.PAY


def batch_of(text: str | None) -> tuple[int | None, int | None]:
    """Year and number of an issue in words: 第二批, 2020年第十二批, 2; nothing where it names none."""
    plain = "".join(unicodedata.normalize("NFKC", text or "").split())
    whole = _NUMBER.fullmatch(plain)
    found = None if whole is not None else _IN_WORDS.search(plain)
    numeral = whole[1] if whole is not None else found[2] if found is not None else ""
    number = int(numeral) if numeral.isdecimal() else chinese_number(numeral)
    year = int(found[1]) if found is not None and found[1] else None
    return year, number if number is not None and 0 < number < 1000 else None


# --- which fund ---


@dataclass(frozen=True, slots=True)
class BondFacts:
    """A registered bond, as far as a row can mean it."""

    id: int
    name: str
    years: int
    rate: Decimal | None = None


def choose_bond(bonds: Sequence[BondFacts], term: int | None, rate: Decimal | None) -> BondFacts | None:
    """The bond of an issue that a row means: by its term, among several of one term by the rate. None where that is nothing or more than one."""
    fitting = [bond for bond in bonds if term is None or bond.years == term]
    if len(fitting) > 1 and rate is not None and term is not None:
        fitting = [bond for bond in fitting if bond.rate == rate]
    return fitting[0] if len(fitting) == 1 else None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A registered central plan."""

    id: int
    doc_no: str
    programme: str

    @property
    def name(self) -> str:
        return f"{self.doc_no} {self.programme}".strip()


def choose_plan(plans: Iterable[PlanFacts], doc_no: str, programme: str | None) -> PlanFacts | None:
    """The plan of a document: the one of the row's programme; where the document has a single plan, a blank on either side will do."""
    of_document = [plan for plan in plans if document_key(plan.doc_no) == document_key(doc_no)]
    same = [plan for plan in of_document if name_key(plan.programme) == name_key(programme or "")]
    if len(same) == 1:
        return same[0]
    if len(of_document) == 1 and (not programme or not of_document[0].programme):
        return of_document[0]
    return None


@dataclass(frozen=True, slots=True)
class Days:
    """When the money was assigned, and up to when the row's other figures stand."""

    assigned_on: date
    as_of: date


@dataclass(frozen=True, slots=True)
class Target:
    """The account that a row speaks of, on which days, and what it held when the row was checked (分 by step). Kept with the planned row."""

    fund: str  # bond or plan
    id: int
    name: str
    source: str
    days: Days
    held: tuple[int, ...] = (0, 0, 0, 0)
    coming: str = ""  # the name of a project that another sheet of the file brings

    @property
    def bond_id(self) -> int | None:
        return self.id if self.fund == "bond" else None

    @property
    def plan_id(self) -> int | None:
        return self.id if self.fund == "plan" else None

    @property
    def is_own(self) -> bool:
        """Whether the money is the fund's, not what others give with it."""
        return self.source in OWN_SOURCES

    def pack(self) -> list[Any]:
        days = [self.days.assigned_on.isoformat(), self.days.as_of.isoformat()]
        return [self.fund, self.id, self.name, self.source, days, list(self.held), self.coming]

    @classmethod
    def unpack(cls, data: Sequence[Any]) -> Target:
        fund, key, name, source, days, held, coming = data
        return cls(fund, key, name, source, Days(*(date.fromisoformat(day) for day in days)), tuple(held), coming)


# --- which entries ---


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry of the account as it stands. A free one may be reversed: it took nothing back, nor was it taken back, nor adjusted."""

    id: int
    entry: Entry
    is_free: bool = True
    is_adjustment: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An entry to be made (分, signed), and which one it reverses."""

    step: Step
    amount_fen: int
    on: date
    capital_fen: int = 0
    reverses: int | None = None

    @property
    def entry(self) -> Entry:
        return Entry(self.step, self.amount_fen, self.on, self.capital_fen)


@dataclass(slots=True)
class Course:
    """What brings an account to what a row says: the entries, and what a person should know of them."""

    old: dict[Step, int] = field(default_factory=dict)
    new: dict[Step, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    stuck: Step | None = None  # so much can't be taken back by reversing: it was adjusted, or came back
    with_transfer: bool = False  # what was spent must have arrived: the transfer is posted with it
    later: dict[Step, int] = field(default_factory=dict)  # posted for days after those the row tells of

    @property
    def moved(self) -> list[Step]:
        return [step for step in Step if step in self.new and self.new[step] != self.old[step]]

    @property
    def fallen(self) -> list[Step]:
        return [step for step in self.moved if self.new[step] < self.old[step]]


def balance_at(posted: Iterable[Posted], as_of: date) -> Balance:
    """What the account held at the end of a day. Money is assigned for good: only an adjustment of a later day is left out."""
    counted = [one for one in posted if one.entry.on <= as_of or (one.entry.step is Step.ASSIGN and not one.is_adjustment)]
    return balance_of(one.entry for one in counted)


def held_by(balance: Balance) -> dict[Step, int]:
    return {Step.ASSIGN: balance.assigned, Step.ARRIVE: balance.arrived, Step.PAY: balance.paid, Step.COMPLETE: balance.completed}


def held_at(posted: Iterable[Posted], as_of: date) -> tuple[int, ...]:
    """What the account held at the end of a day, step by step."""
    held = held_by(balance_at(posted, as_of))
    return tuple(held[step] for step in Step)


def course_to(posted: Sequence[Posted], stated: Mapping[Step, int], days: Days, *, tells_transfers: bool = False) -> Course:
    """The entries that bring an account from what it holds to what is stated. A row that tells what was transferred is taken at its word."""
    held = held_by(balance_at(posted, days.as_of))
    wanted = dict(stated)
    course = Course()
    if Step.PAY in wanted and Step.ARRIVE not in wanted and not tells_transfers and wanted[Step.PAY] > held[Step.ARRIVE]:
        wanted[Step.ARRIVE] = wanted[Step.PAY]
        course.with_transfer = True
    for step in (*CHAIN, Step.COMPLETE):
        if step not in wanted:
            continue
        course.old[step], course.new[step] = held[step], wanted[step]
        more = wanted[step] - held[step]
        if more > 0:
            course.changes.append(Change(step, more, days.assigned_on if step is Step.ASSIGN else days.as_of))
            later = sum(one.entry.amount_fen for one in posted if one.entry.step is step is not Step.ASSIGN and one.entry.on > days.as_of)
            if later > 0:
                course.later[step] = later
        elif more < 0:
            course.changes += _taken_back(posted, step, -more, days.as_of, course)
    return course


def _taken_back(posted: Sequence[Posted], step: Step, amount: int, as_of: date, course: Course) -> list[Change]:
    """The newest free entries of a step reversed until so much is gone, and the rest of the last posted anew on its day."""
    free = [one for one in posted if one.is_free and one.entry.step is step and (step is Step.ASSIGN or one.entry.on <= as_of)]
    made: list[Change] = []
    for one in sorted(free, key=lambda each: (each.entry.on, each.id), reverse=True):
        if amount <= 0:
            break
        entry = one.entry
        made.append(Change(step, -entry.amount_fen, entry.on, -entry.capital_fen, one.id))
        rest = entry.amount_fen - amount
        amount -= entry.amount_fen
        if rest > 0:
            made.append(Change(step, rest, entry.on, min(entry.capital_fen, rest)))
    if amount > 0:
        course.stuck = step
        return []
    return made


def broken_by(posted: Iterable[Posted], changes: Iterable[Change]) -> Overdrawn | None:
    """Where the account's chain would break, day by day, with the changes among its entries."""
    return overdrawn([*(one.entry for one in posted), *(change.entry for change in changes)])


def assigned_by(changes: Iterable[Change]) -> int:
    """What the changes assign in all (分)."""
    return sum(change.amount_fen for change in changes if change.step is Step.ASSIGN)

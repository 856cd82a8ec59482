"""The monthly cycle as tables: how a month's report moves from draft to approved, who may move it, and when a month is due. Pure.

    草稿 → 已提交 → 已审核 → (the month is locked) 已锁定
              ↘ 已退回 ↗
Locked is nothing a report stores: it follows from the lock of its month. Whatever is written into a report that was handed in or
approved takes it back to draft, and the record says so.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from accounts.roles import Action
from projects.values import Month


class State(StrEnum):
    """Where a month's report stands; the value is what is stored. LOCKED is derived from the month and never stored."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    LOCKED = "locked"


class Verb(StrEnum):
    """What is done to a report."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    VOID = "void"  # nobody asks for it: it comes of writing into a report that was handed in or approved
    RESTORE = "restore"  # nor for this: what fell so stands again where an upload is taken back and the figures are the very same

    @property
    def zh(self) -> str:
        return _VERB_WORDS[self][0]

    @property
    def en(self) -> str:
        return _VERB_WORDS[self][1]


_VERB_WORDS: Mapping[Verb, tuple[str, str]] = {
    Verb.SUBMIT: ("提交", "Submit"),
    Verb.RETURN: ("退回", "Return"),
    Verb.APPROVE: ("审核通过", "Approve"),
    Verb.VOID: ("改动后回到草稿", "Back to draft after an edit"),
    Verb.RESTORE: ("随撤销恢复", "Restored with an undo"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table: from which states a verb leads where, and what it takes."""

    verb: Verb
    before: frozenset[State]
    after: State
    action: Action
    city_wide: bool = False  # a post in the own unit is not enough
    needs_reason: bool = False
    by_another: bool = False  # neither who handed it in nor who last edited it


# Without RESTORE, which nobody may ask for: where it leads is where the report stood.
MOVES: Mapping[Verb, Move] = {
    move.verb: move
    for move in (
        Move(Verb.SUBMIT, frozenset({State.DRAFT, State.RETURNED}), State.SUBMITTED, Action.SUBMIT),
        Move(Verb.RETURN, frozenset({State.SUBMITTED, State.APPROVED}), State.RETURNED, Action.REVIEW, city_wide=True, needs_reason=True),
        Move(Verb.APPROVE, frozenset({State.SUBMITTED}), State.APPROVED, Action.REVIEW, city_wide=True, by_another=True),
        Move(Verb.VOID, frozenset({State.SUBMITTED, State.APPROVED}), State.DRAFT, Action.EDIT),
    )
}
# The verbs a person asks for by name.
ASKED: tuple[Verb, ...] = (Verb.SUBMIT, Verb.APPROVE, Verb.RETURN)
# An edit of these takes the report back to draft.
VOIDED: frozenset[State] = MOVES[Verb.VOID].before


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides whether a verb may be done to a report now."""

    state: State
    locked: bool = False
    submitted_by: int | None = None
    edited_by: int | None = None


def shown(state: State, *, locked: bool) -> State:
    """The state a reader is told: a month that is locked stands above where each of its reports was."""
    return State.LOCKED if locked else state


def why_not(verb: Verb, standing: Standing, *, actor_id: int | None, reaches: bool, reason: str = "") -> str:
    """The code of what forbids the verb, or an empty string. `reaches`: the actor has the move's action where the move asks for it."""
    move = MOVES[verb]
    if not reaches:
        return "role"
    if standing.locked:
        return "locked"
    if standing.state not in move.before:
        return "state"
    if move.by_another and actor_id is not None and actor_id == standing.submitted_by:
        return "own_submission"
    if move.by_another and actor_id is not None and actor_id == standing.edited_by:
        return "own_edit"
    if move.needs_reason and not reason.strip():
        return "reason"
    return ""


def after_edit(state: State) -> State:
    """The state of a report after somebody wrote into it: an approval or a submission falls, a return stays until it is handed in again."""
    return MOVES[Verb.VOID].after if state in VOIDED else state


# --- When a month is due -----------------------------------------------------------------------------------------------------------


class Shift(StrEnum):
    """What becomes of a day that nobody works on."""

    NONE = "none"
    EARLIER = "earlier"
    LATER = "later"


WHOLE, FIRST_HALF, SECOND_HALF = 0, 1, 2
LAST_DAY = 0  # as a due day: the last of the month, whatever its number
_HALF_ENDS = 15


@dataclass(frozen=True, slots=True)
class DueRule:
    """When the months of a year are due: a day of the month (`LAST_DAY`, or a number) so many months on, or so many working days
    after the reported span has ended."""

    due_day: int
    month_offset: int = 1
    shift: Shift = Shift.LATER
    grace_days: int = 0
    counts_workdays: bool = False
    opens_day: int | None = None
    lock_day: int | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of one month's report."""

    opens_on: date | None
    due_on: date
    grace_until: date
    locks_on: date | None


Holidays = Mapping[date, bool]  # day → whether it is worked on, where that is not what its weekday says


def is_workday(day: date, holidays: Holidays) -> bool:
    """Monday to Friday, but for the holidays and the weekends worked in their place."""
    return holidays.get(day, day.weekday() < 5)


def shifted(day: date, shift: Shift, holidays: Holidays) -> date:
    """The nearest working day in the direction of the shift."""
    step = {Shift.NONE: 0, Shift.EARLIER: -1, Shift.LATER: 1}[shift]
    while step and not is_workday(day, holidays):
        day += timedelta(days=step)
    return day


def span_end(month: Month, half: int) -> date:
    """The last day of what is reported: the 15th for a first half."""
    return month.first_day.replace(day=_HALF_ENDS) if half == FIRST_HALF else month.last_day


def day_in(month: Month, number: int) -> date:
    """A day of the month by its number; `LAST_DAY` and numbers beyond its end are its last."""
    last = monthrange(month.year, month.month)[1]
    return month.first_day.replace(day=last if number == LAST_DAY else min(number, last))


def due_on(month: Month, half: int, rule: DueRule, holidays: Holidays, override: date | None = None) -> date:
    """The day a report is due; a day set by hand for this month goes before the rule and is not shifted."""
    if override is not None:
        return override
    if rule.counts_workdays:
        return workdays_after(span_end(month, half), rule.due_day, holidays)
    return shifted(day_in(month.plus(rule.month_offset), rule.due_day), rule.shift, holidays)


def workdays_after(day: date, count: int, holidays: Holidays) -> date:
    """The so-manieth working day after a day (the first, where none is asked for)."""
    left = max(count, 1)
    while left:
        day += timedelta(days=1)
        left -= is_workday(day, holidays)
    return day


def workdays_between(day: date, until: date, holidays: Holidays) -> int:
    """How many working days came after a day, up to another and with it; none where that is not later."""
    return sum(is_workday(day + timedelta(days=step), holidays) for step in range(1, (until - day).days + 1))


def dates_of(month: Month, half: int, rule: DueRule, holidays: Holidays, override: date | None = None) -> Dates:
    """All days of a month: it opens on the last opening day up to the due day, and locks on the first lock day after it, but not
    before the grace is over."""
    due = due_on(month, half, rule, holidays, override)
    grace = due + timedelta(days=rule.grace_days)
    opens = None if rule.opens_day is None else _last_before(due, rule.opens_day)
    locks = None if rule.lock_day is None else max(_first_after(due, rule.lock_day), grace + timedelta(days=1))
    return Dates(opens, due, grace, locks)


def _last_before(day: date, number: int) -> date:
    found = day_in(Month.of(day), number)
    return found if found <= day else day_in(Month.of(day).previous, number)


def _first_after(day: date, number: int) -> date:
    found = day_in(Month.of(day), number)
    return found if found > day else day_in(Month.of(day).next, number)


def is_late(day: date, due: date | None, grace_until: date | None) -> bool:
    """Whether a report handed in on this day is late; a month without a due day knows no late."""
    last = grace_until or due
    return last is not None and day > last


# --- Saying no ---------------------------------------------------------------------------------------------------------------------


class Refused(Exception):
    """A verb of the cycle can't be done; nothing was changed. Says why, in both languages."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.code = code
        self.zh = zh
        self.en = en

    def said(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


# Code of `why_not` → what a person is told; {state} is the word for the state the report is in.
WHY_NOT: Mapping[str, tuple[str, str]] = {
    "role": ("您的岗位不能做这项操作", "Your post may not do this"),
    "state": ("现为“{state}”，不能这样处理", "It is “{state}” now, which does not allow this"),
    "own_submission": ("是您自己提交的，须由另一人审核", "You handed it in yourself; somebody else must approve it"),
    "own_edit": ("是您自己最后修改的，须由另一人审核", "You edited it last; somebody else must approve it"),
    "reason": ("须写明原因", "A reason must be given"),
    "moved": ("打开页面之后已被他人改动，请重新打开核对", "It was changed after the page was opened; open it again"),
    "open": ("有需说明的情况：{open}", "It has open questions: {open}"),
    "open_one": (
        "有需说明的情况：{open}。请写明为何仍可通过，或退回",
        "It has open questions: {open}. Say why it may pass all the same, or return it",
    ),
    "gone": ("没有这条记录，或不在您的范围内", "There is no such report, or it is out of your reach"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a unit may write into a month now; where not, why, in both languages."""

    code: str = ""
    zh: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return not self.code

    def said(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

    def refuse(self) -> Refused:
        return Refused(self.code, self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Lock:
    """What the guard has to know of a month: its words, when it opens, when it was locked, and by whom or by itself."""

    zh: str
    en: str
    opens_on: date | None = None
    locked_on: date | None = None
    locked_by: str = ""
    by_itself: bool = False


def answer(lock: Lock, today: date, *, excepted: bool) -> Answer:
    """The one answer to "may this unit write into this month": opened, and not locked, unless the unit has an exception in force."""
    if lock.opens_on is not None and today < lock.opens_on:
        day = lock.opens_on
        return Answer("not_open", f"{lock.zh}尚未开放填报，{day.month}月{day.day}日开放。", f"{lock.en} opens for reporting on {day}.")
    if lock.locked_on is None or excepted:
        return Answer()
    day = lock.locked_on
    when = f"{day.month}月{day.day}日" if lock.zh.startswith(f"{day.year}年") else f"{day.year}年{day.month}月{day.day}日"
    if lock.by_itself:
        return Answer(
            "locked",
            f"{lock.zh}已于{when}到期自动锁定，如需修改请向市级管理员申请延期，或在该项目当月的月度进展页提交更正。",
            f"{lock.en} was locked by itself on {day}, the planned day. To mend a figure, ask a city administrator for more time, or enter a "
            "correction on the project's report of that month.",
        )
    who = f"由{lock.locked_by}" if lock.locked_by else ""
    return Answer(
        "locked",
        f"{lock.zh}已{who}于{when}锁定。如需更正，请向市级管理员申请临时解锁，或在该项目当月的月度进展页提交更正。",
        f"{lock.en} was locked{f' by {lock.locked_by}' if lock.locked_by else ''} on {day}. To mend a figure, ask a city administrator for an "
        "exception, or enter a correction on the project's report of that month.",
    )

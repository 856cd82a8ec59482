"""Months as things that open, fall due and are locked; and the one guard that says whether a unit may write into a month now.

A month whose planned day has come is locked from that day on, whoever asks; `lock_due` writes it down.

Whoever writes month reports asks the guard inside the same transaction, after locking the month's row (`hold`), so that a lock that
is set meanwhile waits for him, or he for it. Rows are locked in one order everywhere: the upload, the months by id, the reports by id.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit, scope
from accounts.roles import Action
from projects.models import Door, Half, Holiday, LockException, MonthReport, ReportingPeriod, ReportingRule, Source, changes_from, unlocked
from projects.period import Period
from projects.services.cuts import owe_cut
from projects.values import Month
from projects.workflow import Answer, Dates, DueRule, Holidays, Lock, Refused, answer, dates_of, span_end

LOCKED_ITSELF = "到期自动锁定"
_LONGEST = timedelta(days=366)  # an exception for ever is an unlocked month
BY_RULE = "按填报期规则补上截止日期"

# --- Days --------------------------------------------------------------------------------------------------------------------------


def rule_for(month: Month, half: int = Half.WHOLE) -> DueRule | None:
    """The rule of this month alone, else of the newest year up to this one; None where nobody has set any."""
    found = newest_rule(month, half)
    return found.as_rule() if found is not None else None


def newest_rule(month: Month, half: int) -> ReportingRule | None:
    rules = ReportingRule.objects.filter(Q(month=None, year__lte=month.year) | Q(month=month.month, year=month.year), half=half)
    found = sorted(rules, key=lambda rule: (rule.month is not None, rule.year))
    return found[-1] if found else None


def holidays_of(year: int) -> Holidays:
    """The days of the year and the next, into which due days may fall."""
    return dict(Holiday.objects.filter(date__year__in=(year, year + 1)).values_list("date", "is_workday"))


def dates_for(month: Month, half: int = Half.WHOLE, *, due_on: date | None = None) -> Dates | None:
    """The days of a month by its rule, with a due day set by hand going first."""
    rule = rule_for(month, half)
    return None if rule is None else dates_of(month, half, rule, holidays_of(month.year), due_on)


def deadline(period: ReportingPeriod) -> tuple[date | None, date | None]:
    """The due day and the end of the grace: as stored, else by the rule of the month."""
    if period.due_on is not None:
        return period.due_on, period.grace_until
    found = dates_for(period.as_month, period.half)
    return (found.due_on, found.grace_until) if found else (None, None)


def period_of(month: Month, half: int = Half.WHOLE) -> ReportingPeriod:
    """The stored period of a month, made now, with its due day by the rule, if nobody has reported it before."""
    found = stored_period(Period(month, half))
    if found is not None:
        return found
    due, grace = deadline(ReportingPeriod(year=month.year, month=month.month, half=half))
    days = {"due_on": due, "grace_until": grace}
    return ReportingPeriod.objects.get_or_create(year=month.year, month=month.month, half=half, defaults=days)[0]


@transaction.atomic
def fill_due_days() -> int:
    """Write the due day into the periods that have none and now have a rule. Who has one keeps it. Answers how many."""
    filled = 0
    for period in ReportingPeriod.objects.select_for_update(of=("self",)).filter(due_on=None).order_by("pk"):
        period.due_on, period.grace_until = deadline(period)
        if period.due_on is not None:
            with changes_from(Source(Door.ADMIN, None, None, BY_RULE)):
                period.save(update_fields=["due_on", "grace_until"])
            audit.record("period.open", obj=period, due_on=str(period.due_on))
            filled += 1
    return filled


def stored_period(period: Period) -> ReportingPeriod | None:
    """The row of a period, where anybody has opened or reported it."""
    return ReportingPeriod.objects.filter(year=period.month.year, month=period.month.month, half=period.half).first()


def stored_periods(asked: Iterable[Period]) -> list[ReportingPeriod]:
    """The rows of some periods, in order of time. One query, none without periods."""
    wanted = {(period.month.year, period.month.month, period.half) for period in asked}
    if not wanted:
        return []
    found = ReportingPeriod.objects.filter(year__in={year for year, _month, _half in wanted})
    return [row for row in found.order_by("year", "month", "half") if (row.year, row.month, row.half) in wanted]


def earlier_this_year(period: Period, prefix: str = "period__") -> Q:
    """What was reported before in the year and in the December before it; of a second half also the first."""
    month = period.month
    found = Q(**{f"{prefix}year": month.year, f"{prefix}month__lt": month.month}) | Q(**{f"{prefix}year": month.year - 1, f"{prefix}month": 12})
    if period.half == Half.SECOND:
        found |= Q(**{f"{prefix}year": month.year, f"{prefix}month": month.month, f"{prefix}half": Half.FIRST})
    return found


def newest_open(today: date | None = None) -> ReportingPeriod | None:
    """The newest month that has begun, was opened and is not locked."""
    day = today or timezone.localdate()
    begun = Q(year__lt=day.year) | Q(year=day.year, month__lte=day.month)
    opened = Q(opens_on=None) | Q(opens_on__lte=day)
    found = ReportingPeriod.objects.filter(unlocked(day), begun, opened).order_by("-year", "-month", "-half")
    return next((period for period in found if period.half != Half.SECOND or span_end(period.as_month, Half.FIRST) < day), None)


def words_of(period: ReportingPeriod) -> tuple[str, str]:
    """A period in Chinese and English, whatever the reader's language."""
    return period.as_period.zh, period.as_period.en


# --- The guard ---------------------------------------------------------------------------------------------------------------------


class Guard:
    """Answers for some months at once: one query for their exceptions, whatever the number of units."""

    def __init__(self, periods: Iterable[ReportingPeriod], now: datetime | None = None) -> None:
        self.now = now or timezone.now()
        self.periods = {period.pk: period for period in periods}
        rows = LockException.objects.filter(period__in=self.periods, revoked_at=None, until__gt=self.now)
        self.excepted = set(rows.values_list("unit_id", "period_id"))

    def answer(self, unit_id: int | None, period: ReportingPeriod) -> Answer:
        zh, en = words_of(period)
        today = timezone.localdate(self.now)
        lock = Lock(zh, en, period.opens_on, period.locked_since(today), str(period.locked_by or ""), period.locked_itself)
        return answer(lock, today, excepted=(unit_id, period.pk) in self.excepted)


def writable(unit_id: int | None, period: ReportingPeriod, now: datetime | None = None) -> Answer:
    """Whether month reports of this unit may be written for this month now. True, or false with its words."""
    return Guard([period], now).answer(unit_id, period)


def exceptions_in_force(periods: Iterable[ReportingPeriod], now: datetime | None = None) -> dict[tuple[int, int], LockException]:
    """(unit, period) → the exception by which the unit may write into the locked month now. One query."""
    locked = [period.pk for period in periods if period.is_locked]
    rows = LockException.objects.filter(period__in=locked, revoked_at=None, until__gt=now or timezone.now()).select_related("unit")
    return {(row.unit_id, row.period_id): row for row in rows}


def hold(period_ids: Iterable[int]) -> list[ReportingPeriod]:
    """Lock the rows of these months until the transaction ends, by id, so that nobody locks or opens them meanwhile."""
    rows = ReportingPeriod.objects.select_for_update(of=("self",), no_key=True).select_related("locked_by")
    return list(rows.filter(pk__in=set(period_ids)).order_by("pk"))


def require_writable(pairs: Iterable[tuple[int | None, int]], now: datetime | None = None) -> None:
    """Hold the months and refuse if any of these (unit, period) may not be written. For use inside the writing transaction."""
    asked = sorted(set(pairs), key=lambda pair: (pair[1], pair[0] or 0))
    guard = Guard(hold(period for _unit, period in asked), now)
    for unit_id, period_id in asked:
        found = guard.answer(unit_id, guard.periods[period_id])
        if not found:
            raise found.refuse()


# --- Verbs -------------------------------------------------------------------------------------------------------------------------


def _may(actor: Any) -> None:
    """Months are closed and opened by who keeps them; a command of the server's own administrator has no actor."""
    if actor is not None and not scope.city_wide(actor, Action.LOCK):
        raise Refused("role", "只有市级管理员可以锁定、解锁填报期。", "Only a city administrator may lock and unlock a month.")


def _save(period: ReportingPeriod, columns: list[str], actor: Any, reason: str = "", door: str = Door.ADMIN) -> None:
    """Write these columns, with who did it and why in the month's own history."""
    with changes_from(Source(_door(actor, door), getattr(actor, "pk", None), None, reason.strip()[:300])):
        period.save(update_fields=columns)


def _door(actor: Any, door: str) -> str:
    """Nobody comes through no door but the server's own commands."""
    return door if actor is not None else Door.COMMAND


def _held(period_id: int) -> ReportingPeriod:
    found = hold([period_id])
    if not found:
        raise Refused("gone", "没有这个填报期。", "There is no such month.")
    return found[0]


@transaction.atomic
def open_period(*, month: Month, half: int = Half.WHOLE, due_on: date | None = None, actor: Any) -> ReportingPeriod:
    """Make a month ready to be reported, with its days by the rule; a due day given goes before it."""
    _may(actor)
    period = period_of(month, half)
    found = dates_for(month, half, due_on=due_on)
    if found is None and due_on is None:
        raise Refused(
            "no_rule",
            f"{month.year}年没有填报期规则，请先设定规则或直接写明截止日期。",
            f"No rule is set for {month.year}; set one, or give the day.",
        )
    period.opens_on, period.due_on = (found.opens_on, found.due_on) if found else (period.opens_on, due_on)
    period.grace_until = found.grace_until if found else None
    if period.locked_at is None:  # of a month that is locked the day stays what it was
        period.locks_on = still_to_come(found.locks_on if found else None)
    _save(period, ["opens_on", "due_on", "grace_until", "locks_on"], actor)
    audit.record("period.open", actor=actor, obj=period, due_on=str(period.due_on))
    return period


@transaction.atomic
def lock_period(*, period_id: int, actor: Any, reason: str = "", at: datetime | None = None, door: str = Door.ADMIN) -> ReportingPeriod:
    """Close a month. While reports of it are not approved, that takes a word on why."""
    _may(actor)
    period = _held(period_id)
    if period.is_locked:
        raise Refused("state", f"{words_of(period)[0]}已经锁定。", f"{words_of(period)[1]} is locked already.")
    waiting = _not_approved(period)
    if waiting and not reason.strip():
        raise Refused(
            "reason", f"还有{waiting}条月度进展未审核，锁定须写明原因。", f"{waiting} reports are not approved yet; to lock the month, say why."
        )
    period.locked_at, period.locked_by = at or timezone.now(), actor
    _save(period, ["locked_at", "locked_by"], actor, reason, door)
    audit.record("period.lock", actor=actor, obj=period, reason=reason, not_approved=waiting)
    owe_cut(period, actor, reason, _door(actor, door))
    return period


def _not_approved(period: ReportingPeriod) -> int:
    return MonthReport.objects.filter(period=period).exclude(state=MonthReport.State.APPROVED).count()


def lock_due(*, only: int | None = None, today: date | None = None) -> list[ReportingPeriod]:
    """Write down the locks whose planned day has come, of all months or of one. For whoever comes first: a timer, a worker, a form.

    Twice does nothing: each month is held and looked at again.
    """
    day = today or timezone.localdate()
    due = ReportingPeriod.objects.filter(locked_at=None, locks_on__lte=day)
    done = []
    for period_id in (due if only is None else due.filter(pk=only)).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            found = hold([period_id])
            if found and _settle(found[0], day):
                done.append(found[0])
    return done


def _settle(period: ReportingPeriod, day: date) -> bool:
    """Lock a held month whose day has come. It has been closed since the first moment of that day, whenever this is written."""
    if period.locked_at is not None or period.locks_on is None or period.locks_on > day:
        return False
    period.locked_at, period.locked_by = timezone.make_aware(datetime.combine(period.locks_on, time.min)), None
    period._history_user = None  # type: ignore[attr-defined]  # nobody's hand, whoever's request came first after the day
    with changes_from(Source(Door.COMMAND, None, None, LOCKED_ITSELF)):
        period.save(update_fields=["locked_at", "locked_by"])
    planned = period.locks_on.isoformat()
    audit.record("period.lock", obj=period, reason=LOCKED_ITSELF, locks_on=planned, not_approved=_not_approved(period))
    owe_cut(period, None, LOCKED_ITSELF)
    return True


def still_to_come(day: date | None) -> date | None:
    """A planned day that has not come; one that is past would lock the month the moment it is opened."""
    return day if day is not None and day > timezone.localdate() else None


@transaction.atomic
def unlock_period(*, period_id: int, actor: Any, reason: str, locks_on: date | None = None, door: str = Door.ADMIN) -> ReportingPeriod:
    """Open a locked month again, for everybody. The event log keeps who had locked it.

    `locks_on` is the day on which it locks itself next. Without one a day still to come stays; one that is past goes, or the month
    would be locked again at once.
    """
    _may(actor)
    period = _held(period_id)
    if period.locked_at is None and not _settle(period, timezone.localdate()):
        raise Refused("state", f"{words_of(period)[0]}没有锁定。", f"{words_of(period)[1]} is not locked.")
    assert period.locked_at is not None
    if not reason.strip():
        raise Refused("reason", "解锁须写明原因。", "To unlock a month, say why.")
    if locks_on is not None and locks_on <= timezone.localdate():
        raise Refused("locks_on", f"新的锁定日期应晚于今天，读到{locks_on}。", f"The month must lock later than today; {locks_on} was read.")
    next_lock = locks_on or still_to_come(period.locks_on)
    told = {"locked_at": period.locked_at.isoformat(), "locked_by": str(period.locked_by or ""), "locks_on": str(next_lock or "")}
    audit.record("period.unlock", actor=actor, obj=period, reason=reason, **told)
    period.locked_at = period.locked_by = None
    period.locks_on = next_lock
    _save(period, ["locked_at", "locked_by", "locks_on"], actor, reason, door)
    return period


@transaction.atomic
def grant_exception(*, period_id: int, unit_id: int, until: datetime, actor: Any, reason: str) -> LockException:
    """Let one unit write into a locked month until a moment; an exception it has is replaced."""
    _may(actor)
    period = _held(period_id)
    _settle(period, timezone.localdate())
    if period.locked_at is None:
        raise Refused("state", f"{words_of(period)[0]}没有锁定，不需要临时解锁。", f"{words_of(period)[1]} is not locked; no exception is needed.")
    if not reason.strip():
        raise Refused("reason", "临时解锁须写明原因。", "An exception needs a reason.")
    now = timezone.now()
    if until <= now:
        raise Refused("until", "解锁截止时间应晚于现在。", "The end of an exception must be later than now.")
    if until > now + _LONGEST:
        last = f"{timezone.localtime(now + _LONGEST):%Y-%m-%d}"
        raise Refused("until", f"临时解锁最长一年，最晚到{last}。", f"An exception lasts a year at most, until {last}.")
    replaced = _revoke(LockException.objects.filter(period=period, unit=unit_id, revoked_at=None), actor, now)
    made = LockException.objects.create(period=period, unit_id=unit_id, until=until, reason=reason.strip(), granted_by=actor)
    if replaced:  # at the very moment at which the other ended: so the page can tell it from one that was taken back
        LockException.objects.filter(pk=made.pk).update(granted_at=now)
    audit.record("period.except", actor=actor, obj=made, unit=unit_id, period=str(period.as_period), until=until.isoformat(), reason=reason)
    return made


@transaction.atomic
def revoke_exception(*, exception_id: int, actor: Any) -> None:
    """Take an exception back before its time."""
    _may(actor)
    found = LockException.objects.filter(pk=exception_id, revoked_at=None).first()
    if found is None:
        raise Refused("state", "这次临时解锁已经收回。", "This exception was taken back already.")
    _held(found.period_id)
    _revoke(LockException.objects.filter(pk=exception_id, revoked_at=None), actor, timezone.now())
    audit.record("period.revoke", actor=actor, obj=found, unit=found.unit_id, period=str(found.period.as_period))


def _revoke(rows: Any, actor: Any, at: datetime) -> int:
    return int(rows.update(revoked_at=at, revoked_by=actor))

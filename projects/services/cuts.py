"""Taking a cut: the state of every table that keeps its past, at one moment between transactions.

PostgreSQL: numbers of lines are drawn before their transaction commits, so the greatest visible number alone proves nothing. A cut
therefore takes SHARE locks on all these tables, which waits for whoever has written into one of them and keeps new writers out, and reads
the greatest numbers while it holds them: every line that comes later has a greater number. Readers are never kept waiting.
A writer may hold one table and want another that the cut holds. The cut gives way: its one LOCK statement ends well before PostgreSQL
looks for deadlocks (1 s), so that no writer is ever the one that is refused; it lets go, waits and tries again, and says so in the end.
SQLite has one writer: whoever is in a transaction of ours (IMMEDIATE) is it.
"""

from __future__ import annotations

import logging
import random
import re
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import CharField, Max, Value
from django.utils import timezone

from accounts import audit, scope
from accounts.changes import latest_seq
from accounts.roles import Action
from projects.models import Cut, Door, ReportingPeriod
from projects.models.cuts import kept_tables
from projects.workflow import Refused

_TRY_MS = 500  # of one LOCK statement; below PostgreSQL's deadlock_timeout
_ALONE_MS = 1500  # of a lock on one table alone, where no deadlock can be: long enough for PostgreSQL to send a vacuum away
# What is dated before this may still be on its way: a long upload is dated by its beginning.
SETTLED = timedelta(hours=1)
PATIENCE, OF_A_LOCK = 20.0, 3.0  # seconds
_NAME = re.compile(r"[\w.\-]+(?: [\w.\-]+)*", re.UNICODE)
_BUSY = re.compile("statement timeout|deadlock detected|lock timeout|database is locked|database table is locked")
_log = logging.getLogger(__name__)


class BusyError(Exception):
    """Writers did not let the cut in this time; nothing has been done."""


def make_cut(
    *, name: str, actor: Any, reason: str = "", period: ReportingPeriod | None = None, door: str = Door.ADMIN, as_of: datetime | None = None
) -> Cut:
    """Pin the state of this moment, or of a past one, under a name.

    :raises Refused: for a role that may not, a name that is taken or none, a moment that is not past, writers that leave no gap.
    """
    _may(actor)
    cut = Cut(name=_checked(name), by=actor, door=door, reason=reason.strip()[:300], period=period, as_of=as_of)
    if Cut.objects.filter(name=cut.name).exists():
        raise _taken(cut.name)
    try:
        if as_of is None:
            _try_until(cut, PATIENCE)
        else:
            _name_moment(cut, as_of)
    except IntegrityError:
        raise _taken(cut.name) from None
    return cut


@transaction.atomic
def _name_moment(cut: Cut, moment: datetime) -> None:
    """:raises Refused: for a moment whose writes may not all be there yet."""
    if moment > timezone.now() - SETTLED:
        raise Refused(
            "moment", "所定的时刻应在一小时以前；要定格现在，请不填时刻。", "The moment must be an hour ago or more; to pin the present, name none."
        )
    cut.made_at = timezone.now()
    cut.save()
    audit.record("cut.make", actor=cut.by, obj=cut, name=cut.name, reason=cut.reason, as_of=moment.isoformat())


def owe_cut(period: ReportingPeriod, actor: Any, reason: str = "", door: str = Door.COMMAND) -> None:
    """A month was locked: note, in the transaction that locks it, that its cut is to be taken, and take it once that is committed.

    Not inside it: who holds a month's row would wait for a writer who waits for that row.
    """
    number = Cut.objects.filter(period=period).count() + 1
    Cut.objects.create(name=f"{period.as_period}@{number}", by=actor, door=door, reason=reason.strip()[:300], period=period)
    transaction.on_commit(take_owed)


def take_owed() -> list[Cut]:
    """Take the cuts that locks owe and nobody has taken yet. What writers keep out now is taken the next time."""
    taken = []
    for cut in Cut.objects.filter(made_at=None).order_by("pk"):
        try:
            if _try_until(cut, OF_A_LOCK):
                taken.append(cut)
        except Refused as refused:
            _log.warning("cut %s is still owed: %s", cut.name, refused)
    return taken


# --- Who, and how it may be called -------------------------------------------------------------------------------------------------


def may_cut(user: Any) -> bool:
    """Who locks or reviews in the whole city."""
    return scope.city_wide(user, Action.LOCK) or scope.city_wide(user, Action.REVIEW)


def _may(actor: Any) -> None:
    if actor is not None and not may_cut(actor):
        raise Refused("role", "只有市级管理员、市级审核人可以定格数据。", "Only a city administrator or city reviewer may pin the state.")


def _checked(name: str) -> str:
    """A name that fits an address. Those with @ belong to the locks of months."""
    found = name.strip()
    if len(found) > 60 or not _NAME.fullmatch(found) or not found.strip("."):  # a browser takes .. for the way up
        raise Refused(
            "name",
            f"名称应为1至60个汉字、字母、数字、点、横线或下划线，不能只有点，读到“{found[:60]}”。",
            f"A name has 1 to 60 letters, digits, dots, dashes or underscores, not dots alone; “{found[:60]}” was read.",
        )
    return found


def _taken(name: str) -> Refused:
    return Refused("name_taken", f"已有名为“{name}”的定格，请换一个名称。", f"There is a cut “{name}” already; choose another name.")


# --- Taking it ---------------------------------------------------------------------------------------------------------------------


def _try_until(cut: Cut, patience: float) -> bool:
    """Try until it is taken; False where somebody else has taken it meanwhile."""
    end = time.monotonic() + patience
    tries = 0
    while True:
        try:
            return _take(cut)
        except BusyError:
            tries += 1
            if time.monotonic() > end:
                raise Refused(
                    "busy",
                    "此刻有大批数据正在写入，暂时不能定格。没有做任何改动，请稍后再试。",
                    "Much is being written right now; nothing was done. Try again in a while.",
                ) from None
            if tries % 4 == 0:
                _send_vacuums_away()
            time.sleep(random.uniform(0.05, 0.25))  # noqa: S311 -- so that two that wait do not keep step


def _take(cut: Cut) -> bool:
    try:
        with transaction.atomic():
            _hold([table._meta.db_table for table, _number in kept_tables().values()], _TRY_MS)
            if cut.pk is not None and Cut.objects.select_for_update(of=("self",)).filter(pk=cut.pk, made_at=None).first() is None:
                return False
            cut.boundaries, cut.seq, cut.made_at = _boundaries(), latest_seq(), timezone.now()
            cut.save()
            audit.record("cut.make", actor=cut.by, obj=cut, name=cut.name, reason=cut.reason)
    except OperationalError as error:
        cut.made_at = None
        if _BUSY.search(str(error)):
            raise BusyError from error
        raise
    return True


def _boundaries() -> dict[str, int]:
    """The greatest number of each table, all in one statement."""
    kept = kept_tables()
    asked = [
        table._default_manager.order_by()
        .annotate(of=Value(model._meta.label_lower, CharField()))
        .values("of")
        .annotate(greatest=Max(number))
        .values_list("of", "greatest")
        for model, (table, number) in kept.items()
    ]
    return {label: greatest or 0 for label, greatest in asked[0].union(*asked[1:], all=True)}


def _hold(tables: list[str], limit_ms: int) -> None:
    """Wait for all who write into these tables, and keep them out until the transaction ends."""
    if connection.vendor != "postgresql":
        return
    names = ", ".join(connection.ops.quote_name(table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)", [f"{limit_ms}ms"])
        former = cursor.fetchone()[0]
        cursor.execute(f"LOCK TABLE {names} IN SHARE MODE")
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [former])


def _send_vacuums_away() -> None:
    """PostgreSQL stops an automatic vacuum for whoever has waited a second for its table; a cut never waits that long, so each table is
    asked for by itself first. Who holds nothing while he waits keeps nobody waiting in a circle."""
    for table, _number in kept_tables().values():
        try:
            with transaction.atomic():
                _hold([table._meta.db_table], _ALONE_MS)
                transaction.set_rollback(True)
        except OperationalError as error:
            if not _BUSY.search(str(error)):
                raise

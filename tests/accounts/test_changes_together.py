"""Many write at once and commit in whatever order; who follows the change sequence meanwhile misses nothing.

On PostgreSQL each has a connection of their own; SQLite has one writer, and there they act in turn.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from accounts.changes import changes_after, latest_seq
from accounts.models import Change, ReportingUnit
from accounts.roles import Role
from projects.models import Project
from tests.factories import make_project, make_sector, make_unit, make_user

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, DEEDS = 6, 12


class Deeds(threading.Thread):
    """Work on a connection of its own; a fault is told at the end."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self.work = work
        self.faults: list[str] = []

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:  # told by whoever joins
            self.faults.append(repr(error))
        finally:
            connections.close_all()


def write_now_and_then(units: list[ReportingUnit], seed: int) -> None:
    """Transactions of one to four writes, some of them taken back, that commit a while after they wrote."""
    dice = random.Random(seed)
    for _n in range(DEEDS):
        with transaction.atomic():
            made = [make_project(unit=dice.choice(units)) for _m in range(dice.randint(1, 3))]
            if dice.random() < 0.4:
                made[0].unit = dice.choice(units)
                made[0].save()
            if connection.vendor == "postgresql":  # SQLite's one writer would only make all the others wait
                time.sleep(dice.random() * 0.03)
            if dice.random() < 0.15:
                transaction.set_rollback(True)


def test_a_follower_misses_nothing_of_many_who_commit_in_any_order() -> None:
    make_sector()
    units = [make_unit("市南区"), make_unit("市北区")]
    reader = make_user("reader", Role.CITY_REVIEWER)
    start = latest_seq()
    threads = [Deeds(lambda seed=seed: write_now_and_then(units, seed)) for seed in range(WRITERS)]  # type: ignore[misc]
    seen: dict[int, int] = {}
    seq, dice = start, random.Random(7)

    def follow() -> None:
        nonlocal seq
        page = changes_after(reader, seq, dice.randint(1, 20), tables=[Project])
        for line in page.lines:
            assert line.seq > seq
            seen[line.id] = line.seq
        seq = page.next

    for thread in threads:
        if connection.vendor == "sqlite":  # the suite's database lies in memory, where a reader can't stand beside a writer
            thread.work()
            follow()
        else:
            thread.start()
    while any(thread.is_alive() for thread in threads):
        follow()
    for thread in threads:
        if thread.ident is not None:
            thread.join()
    while seq < latest_seq():
        follow()
    assert [thread.faults for thread in threads] == [[]] * WRITERS
    newest = {
        row: number
        for number, row in Change.objects.filter(seq__gt=start, table_name="projects_project").order_by("seq").values_list("seq", "row_id")
    }
    assert seen == newest
    assert set(seen) == set(Project.objects.values_list("pk", flat=True))


def test_who_wrote_first_and_commits_last_is_not_missed() -> None:
    """With a number drawn when the row is written the reader would have gone past it."""
    if connection.vendor != "postgresql":
        return  # a second writer can't begin before the first is done
    make_sector()
    unit = make_unit("市南区")
    reader = make_user("reader", Role.CITY_REVIEWER)
    start = latest_seq()
    wrote, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            make_project("慢", unit=unit)
            wrote.set()
            assert may_commit.wait(30)

    thread = Deeds(slow)
    thread.start()
    assert wrote.wait(30)
    make_project("快", unit=unit)
    first = changes_after(reader, start, tables=[Project])
    may_commit.set()
    thread.join()
    assert thread.faults == []
    second = changes_after(reader, first.next, tables=[Project])
    names = dict(Project.objects.values_list("pk", "name"))
    assert [[names[line.id] for line in page.lines] for page in (first, second)] == [["快"], ["慢"]]


def test_nobody_waits_for_another_s_row_while_holding_the_lock_of_numbering() -> None:
    """A commit that waits for a foreign key's row must let others commit meanwhile; else the two would wait for each other."""
    if connection.vendor != "postgresql":
        return
    make_sector()
    unit = make_unit("市南区")
    held, may_go = threading.Event(), threading.Event()

    def holder() -> None:
        with transaction.atomic():
            ReportingUnit.objects.select_for_update().get(pk=unit.pk)
            held.set()
            assert may_go.wait(30)
            make_project("持有者", unit=make_unit("市北区"))

    def waiting() -> None:
        # Its foreign keys are checked at COMMIT, where the unit is held; both kinds of rows, so that one waits before and one after.
        with transaction.atomic():
            make_project("等待者", unit=unit)
            make_project("等待者二", unit=unit)

    first, second = Deeds(holder), Deeds(waiting)
    first.start()
    assert held.wait(30)
    second.start()
    time.sleep(0.5)
    may_go.set()
    for thread in (first, second):
        thread.join()
    assert [first.faults, second.faults] == [[], []]
    assert Project.objects.count() == 3


def test_nothing_is_left_waiting_to_be_numbered() -> None:
    if connection.vendor != "postgresql":
        return
    with transaction.atomic():
        make_project(unit=make_unit())
    with connection.cursor() as cursor:
        for table in ("accounts_change_pending", "accounts_change_batch"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0


def test_the_sequence_goes_on_after_a_flush() -> None:
    before = latest_seq()
    project = make_project(unit=make_unit())
    reader = make_user("reader", Role.CITY_REVIEWER)
    assert [line.id for line in changes_after(reader, before, tables=[Project]).lines] == [project.pk]

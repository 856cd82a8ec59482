"""Cuts that are taken while many write: each is a state between transactions, read the same for ever after, and never waits for ever.

On PostgreSQL each has a connection of their own; SQLite has one writer, and there they act in turn.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from accounts.roles import Role
from exchange import bulk
from funding.ledger import Step
from funding.models import FundAccount, FundEntry
from projects.history import rows_at
from projects.models import Cut, Door, MonthReport, Project, ProjectTag, Source, changes_from
from projects.services import cuts
from projects.services.cuts import make_cut, owe_cut, take_owed
from projects.workflow import Refused
from tests.accounts.test_changes_together import Deeds
from tests.api.conftest import Caller
from tests.factories import make_month, make_period, make_project, make_sector, make_unit, make_user
from tests.funding.money import give, make_bond, of_bond

pytestmark = pytest.mark.django_db(transaction=True)
READ = ("projects", "months", "project-tags", "fund-accounts", "fund-entries", "bonds", "quota-batches", "list-versions")
ROUNDS = 10


def pause() -> None:
    if connection.vendor == "postgresql":
        time.sleep(random.random() * 0.02)


def rounds(enough: threading.Event) -> Iterator[int]:
    """At least so many, and on PostgreSQL until the other side has seen enough."""
    for n in count(1):
        yield n
        if n >= ROUNDS and (enough.is_set() or connection.vendor == "sqlite"):
            return


def two_months(first: MonthReport, second: MonthReport, enough: threading.Event) -> None:
    """Transactions that move both months alike, one after the other; some are taken back."""
    for n in rounds(enough):
        with transaction.atomic(), changes_from(Source(Door.ADMIN)):
            for month in (first, second) if n % 2 else (second, first):
                row = MonthReport.objects.get(pk=month.pk)
                row.done_month_wan = Decimal(n)
                row.save()
                pause()
            if n % 4 == 0:
                transaction.set_rollback(True)


def copied_in(unit: Any, sector: Any, enough: threading.Event) -> None:
    """Projects that come by COPY, some of them taken out again at once."""
    made = make_project("样板", unit=unit, sector=sector)
    columns = [field.column for field in Project._meta.concrete_fields]
    model = Project.objects.filter(pk=made.pk).values_list(*[field.attname for field in Project._meta.concrete_fields]).get()
    names = [field.attname for field in Project._meta.concrete_fields]
    for n in rounds(enough):
        with transaction.atomic():
            rows = []
            for key in bulk.take_ids(Project, 5):
                told = dict(zip(names, model, strict=True)) | {"id": key, "name": f"第{n}批{key}", "name_key": f"{n}{key}", "uid": f"x{key:011d}"}
                rows.append([bulk.as_column(_stored(name, told[name])) for name in names])
            bulk.insert(Project, columns, rows, source=Source(Door.UPLOAD))
            pause()
        with changes_from(Source(Door.ADMIN)):
            Project.objects.get(pk=rows[0][0]).delete()


def _stored(name: str, value: Any) -> Any:
    return int(value * 1_000_000) if name.endswith("_wan") and value is not None else value


def paid(key: Any, enough: threading.Event) -> None:
    for _n in rounds(enough):
        give(key, Step.ASSIGN, 2)
        give(key, Step.ARRIVE, 1)


@pytest.fixture
def city(db: Any) -> Any:
    return make_user("city", Role.CITY_ADMINISTRATOR)


def test_a_cut_among_writers_reads_the_same_for_ever_after(city: Any, calling: Caller) -> None:
    sector, unit = make_sector(), make_unit("市南区")
    project = make_project("甲路", unit=unit, sector=sector)
    first, second = make_month(project, done_month_wan=0), make_month(project, month=7, done_month_wan=0)
    key = of_bond(project, make_bond(5_000))
    give(key, Step.ASSIGN, 1)
    enough = threading.Event()
    deeds = [lambda: two_months(first, second, enough), lambda: copied_in(unit, sector, enough), lambda: paid(key, enough)]
    threads = [Deeds(work) for work in deeds]
    client = calling(city)
    seen: dict[str, Any] = {}

    def cut_and_read() -> None:
        cut = make_cut(name=f"c{len(seen)}", actor=city)
        seen[cut.name] = read(client, cut.name)

    for thread in threads:
        if connection.vendor == "sqlite":
            thread.work()
            cut_and_read()
        else:
            thread.start()
    while any(thread.is_alive() for thread in threads):
        cut_and_read()
        if len(seen) >= 3:
            enough.set()
    for thread in threads:
        if thread.ident is not None:
            thread.join()
    assert [thread.faults for thread in threads] == [[]] * 3
    assert len(seen) > 1
    for name, read_then in seen.items():
        assert read(client, name) == read_then
        holds(read_then)
        by_the_sums(Cut.objects.get(name=name), read_then)
    last = make_cut(name="end", actor=city)
    assert set(rows_at(Project, last).values_list("id", "revision")) == set(Project.objects.values_list("id", "revision"))


def read(client: Any, cut: str) -> dict[str, Any]:
    """One refresh: each table in pages."""
    found = {}
    for name in READ:
        rows: list[Any] = []
        address = f"/api/v1/{name}/?cut={cut}&page_size=40"
        while address:
            answer = client.get(address).json()
            rows += answer["results"]
            address = answer["next"]
        found[name] = rows
    return found


def holds(told: dict[str, Any]) -> None:
    """What is true between transactions: the two months move together, five projects come together, a sum is that of its entries."""
    assert len({row["done_month_wan"] for row in told["months"]}) == 1
    # Of each five that came one goes in a transaction of its own: five or four.
    batches: dict[str, int] = {}
    for row in told["projects"]:
        if row["name"].startswith("第"):
            batch = row["name"].partition("批")[0]
            batches[batch] = batches.get(batch, 0) + 1
    assert set(batches.values()) <= {4, 5}
    assert {row["project_id"] for row in told["months"]} <= {row["id"] for row in told["projects"]}


def by_the_sums(cut: Cut, told: dict[str, Any]) -> None:
    given: dict[tuple[int, str], float] = {}
    for row in told["fund-entries"]:
        at = (row["account_id"], row["step"])
        given[at] = given.get(at, 0) + row["amount_wan"]
    for account in told["fund-accounts"]:
        assert account["assigned_wan"] == given.get((account["id"], "assign"), 0)
        assert account["arrived_wan"] == given.get((account["id"], "arrive"), 0)
    (bond,) = told["bonds"]
    assert bond["assigned_wan"] == sum(account["assigned_wan"] for account in told["fund-accounts"])
    assert FundEntry.objects.filter(pk__lte=cut.last_of(FundEntry)).count() == len(told["fund-entries"])


def test_balances_now_and_at_a_cut_of_now_are_one(city: Any, calling: Caller) -> None:
    project = make_project("甲路")
    bond = make_bond(5_000)
    give(of_bond(project, bond), Step.ASSIGN, 300, capital_wan=Decimal(20))
    give(of_bond(project, bond), Step.ARRIVE, 200)
    cut = make_cut(name="c", actor=city)
    client = calling(city)
    for name in ("fund-accounts", "bonds", "quota-batches", "central-plans", "fund-entries", "allocations", "transfers", "quota-draws"):
        now = client.get(f"/api/v1/{name}/").json()["results"]
        assert client.get(f"/api/v1/{name}/", {"cut": "c"}).json()["results"] == now
        assert client.get(f"/api/v1/{name}/", {"as_of": cut.made_at.isoformat()}).json()["results"] == now  # type: ignore[union-attr]
    give(of_bond(project, bond), Step.ASSIGN, 7)
    (then,) = client.get("/api/v1/fund-accounts/", {"cut": "c", "assigned_wan": "300", "capital_wan__lte": "20"}).json()["results"]
    assert (then["assigned_wan"], then["capital_wan"], then["arrived_wan"]) == (300, 20, 200)
    assert FundAccount.objects.aggregate(given=Sum("assigned_wan"))["given"] == 307


def test_it_does_not_wait_for_ever_and_owes_what_it_could_not_take(city: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        return  # a second writer can't begin before the first is done
    monkeypatch.setattr(cuts, "PATIENCE", 0.2)
    monkeypatch.setattr(cuts, "OF_A_LOCK", 0.2)
    unit, sector = make_unit("市南区"), make_sector()
    wrote, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            make_project("慢", unit=unit, sector=sector)
            wrote.set()
            assert may_commit.wait(60)

    thread = Deeds(slow)
    thread.start()
    assert wrote.wait(60)
    with pytest.raises(Refused, match="稍后再试"):
        make_cut(name="c", actor=city)
    assert Cut.objects.count() == 0
    with transaction.atomic():
        owe_cut(make_period(2020, 6), city)
    assert [cut.made_at for cut in Cut.objects.all()] == [None]
    may_commit.set()
    thread.join()
    assert thread.faults == []
    (cut,) = take_owed()
    assert [row.name for row in rows_at(Project, cut)] == ["慢"]
    assert list(rows_at(ProjectTag, cut)) == []


def test_who_writes_while_a_cut_waits_is_never_refused(city: Any) -> None:
    """A writer who holds one table and wants the next would stand in a circle with the cut: the cut lets go."""
    if connection.vendor != "postgresql":
        return
    unit = make_unit("市南区")
    months = [make_month(make_project(unit=unit)) for _n in range(3)]

    def weave(month: MonthReport, backwards: bool) -> None:
        for _n in range(6):
            with transaction.atomic(), changes_from(Source(Door.ADMIN)):
                for row in (month.project, month) if backwards else (month, month.project):
                    row.save()
                    time.sleep(0.05)

    threads = [Deeds(lambda n=n: weave(months[n], n % 2 == 1)) for n in range(3)]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    made = 0
    while any(thread.is_alive() for thread in threads):
        make_cut(name=f"c{made}", actor=city)
        made += 1
    for thread in threads:
        thread.join()
    assert [thread.faults for thread in threads] == [[]] * 3
    assert made
    end = make_cut(name="end", actor=city)
    assert {row.revision for model in (Project, MonthReport) for row in rows_at(model, end)} == {7}

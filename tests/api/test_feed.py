"""The change feed over HTTP: a mirror that pages and follows equals the tables, whatever is written meanwhile."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.api.feed import whole_tables
from projects.models import Door, MonthReport, Project, ProjectCode, Source, changes_from
from tests.accounts.test_changes import commit_now
from tests.api.conftest import Caller
from tests.conftest import Cast
from tests.factories import make_code, make_month, make_project

pytestmark = pytest.mark.django_db
FEED = "/api/v1/changes/"
TABLES = ("projects", "months", "project-codes")


class Mirror:
    """A client that first takes the tables page by page, then follows."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.rows: dict[str, dict[int, Any]] = {name: {} for name in TABLES}
        self.seq = client.get(FEED).json()["latest"]

    def take(self, name: str, between: Any) -> None:
        address = f"/api/v1/{name}/?page_size=3"
        while address:
            page = self.client.get(address).json()
            self.rows[name] |= {row["id"]: row for row in page["results"]}
            address = page["next"]
            between()

    def follow(self) -> None:
        while True:
            page = self.client.get(FEED, {"after": self.seq, "limit": 4, "tables": ",".join(TABLES)}).json()
            assert page["next"] >= self.seq
            for line in page["lines"]:
                if line["op"] == "upsert":
                    assert line["row"]["id"] == line["id"]
                    self.rows[line["resource"]][line["id"]] = line["row"]
                else:
                    assert line["row"] is None
                    self.rows[line["resource"]].pop(line["id"], None)
            self.seq = page["next"]
            if page["is_last"]:
                return

    def check(self) -> None:
        for name in TABLES:
            listed = self.client.get(f"/api/v1/{name}/", {"page_size": 5000}).json()["results"]
            assert self.rows[name] == {row["id"]: row for row in listed}, name


def write_something(chance: random.Random, cast: Cast) -> None:
    """One write of any sort: a new row, another value, another unit, an end."""
    projects = list(Project.objects.order_by("pk"))
    one = chance.choice(projects)
    kind = chance.choice(["add", "value", "unit", "month", "code", "gone", "end"])
    with changes_from(Source(Door.ADMIN)):
        if kind == "add":
            make_project(f"路{chance.random()}", chance.choice([cast.unit_a, cast.unit_b]))
        elif kind == "value":
            one.total_wan = Decimal(chance.randrange(10**9)).scaleb(-6) + 1
            one.save()
        elif kind == "unit":
            one.unit = cast.unit_b if one.unit_id == cast.unit_a.pk else cast.unit_a
            one.save()
        elif kind == "month" and not MonthReport.objects.filter(project=one, period__month=5).exists():
            make_month(one, month=5, done_month_wan=Decimal(chance.randrange(1000)))
        elif kind == "code" and not ProjectCode.objects.filter(project=one).exists():
            make_code(one, f"2020-370202-48-01-{chance.randrange(10**6):06}")
        elif kind == "gone":
            report = MonthReport.objects.order_by("pk").first()
            if report is not None:
                report.delete()
        elif kind == "end" and len(projects) > 3:
            for hanging in (*MonthReport.objects.filter(project=one), *ProjectCode.objects.filter(project=one)):
                hanging.delete()
            one.delete()
    commit_now()


@pytest.mark.parametrize("seed", [1, 2])
def test_mirrors_equal_the_tables_while_others_write(seed: int, cast: Cast, calling: Caller) -> None:
    chance = random.Random(seed)
    for number in range(5):
        make_month(make_project(f"路{number}", chance.choice([cast.unit_a, cast.unit_b])))
    commit_now()
    mirrors = [Mirror(calling(cast.city)), Mirror(calling(cast.owner))]
    for mirror in mirrors:
        for name in TABLES:
            mirror.take(name, lambda: write_something(chance, cast))
    for _turn in range(4):
        for _write in range(chance.randrange(1, 6)):
            write_something(chance, cast)
        for mirror in mirrors:
            mirror.follow()
            mirror.check()
    assert mirrors[0].rows["projects"].keys() > mirrors[1].rows["projects"].keys()


def test_a_page_asks_each_table_once(cast: Cast, calling: Caller, django_assert_num_queries: Any) -> None:
    client = calling(cast.city)
    start = client.get(FEED).json()["latest"]
    for number in range(4):
        make_month(make_project(f"路{number}", cast.unit_a))
    commit_now()
    # The token, the minute's count, the posts, the newest number twice, the lines, and one for each table.
    with django_assert_num_queries(6 + len(TABLES) - 1):
        page = client.get(FEED, {"after": start, "tables": ",".join(TABLES)}).json()
    assert [line["resource"] for line in page["lines"]].count("projects") == 4
    assert [line["seq"] for line in page["lines"]] == sorted(line["seq"] for line in page["lines"])


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [({"after": "x"}, "?after"), ({"after": "-1"}, "?after"), ({"limit": "0"}, "?limit"), ({"tables": "zz"}, "?tables"), ({"since": "1"}, "?since")],
)
def test_what_is_wrong_is_named(asked: dict[str, str], pointer: str, cast: Cast, calling: Caller) -> None:
    answer = calling(cast.city).get(FEED, asked)
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (400, [pointer])


def test_a_number_that_never_was_says_to_begin_anew(cast: Cast, calling: Caller) -> None:
    answer = calling(cast.city).get(FEED, {"after": str(10**12)})
    assert (answer.status_code, answer.json()["code"]) == (409, "sequence")


def test_no_table_is_left_out_and_none_comes_twice() -> None:
    models = [one.model for one in whole_tables().values()]
    assert len(models) == len(set(models))

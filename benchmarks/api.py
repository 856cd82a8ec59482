"""The API under a server with a large city behind it, beside DRF, django-ninja, JSON made by PostgreSQL and psql's own \\copy.

    .venv/bin/python -m benchmarks.api [--rows 100000] [--months 12] [--repeat 5]
    .venv/bin/python -m benchmarks.api --small                                  # 2,000 projects, to see that it runs
    … --database URL                    # instead of a private PostgreSQL; filled unless it holds projects already
    … --packages FOLDER                 # site-packages with django-ninja, which this product does not depend on

Two gunicorns on the loopback, two workers each: ours as it is served (middleware, token, throttle, scope), the peers bare. Every round asks
each case in turn, two callers at once, and compares inside the round: the machine may be busy, its ratios are not. What the peers answer is
compared with ours, value by value. Memory is the largest worker's, and what it grew by while a whole table went through it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import city

CALLERS, PAGE = 2, 1000


@dataclass
class Server:
    """A gunicorn of two workers on a free port of the loopback."""

    settings: str
    headers: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    port: int = 0
    pid: int = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "8"]
        told = {**os.environ, "DJANGO_SETTINGS_MODULE": self.settings, "PIPELINE_API_CALLS_PER_MINUTE": "1000000", **self.extra}
        command += ["--worker-class", "config.server.Worker", "--timeout", "300", "--log-level", "error", "--no-control-socket"]
        with subprocess.Popen(command, cwd=city.ROOT, env=told) as server:
            self.pid = server.pid
            try:
                self._wait(server)
                yield
            finally:
                server.terminate()

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        while server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the server of {self.settings} ended at once")

    def get(self, path: str) -> bytes:
        """The body of an answer, which must be a good one."""
        with self.opened(path) as answer:
            return answer.read()

    @contextmanager
    def opened(self, path: str) -> Iterator[http.client.HTTPResponse]:
        caller = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        caller.request("GET", path, headers=self.headers)
        answer = caller.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.read(500).decode(errors='replace')}")
        yield answer
        caller.close()

    def memory(self) -> float:
        """MB that the largest worker has held at most."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return max(_peak(int(child)) for child in children)


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


@dataclass
class Case:
    """What is asked in every round. `rows` tells how many an answer holds, where that is a measure."""

    name: str
    ask: Callable[[], Any]
    rows: int = 0
    against: str = ""  # the case that this one is measured by
    aim: str = ""
    times: int = 1  # asked so many times a round, by two callers if more than once
    taken: list[float] = field(default_factory=list)  # s, each answer
    rounds: list[float] = field(default_factory=list)  # s, each round as a whole for one answer

    def go(self) -> None:
        begun = time.perf_counter()
        if self.times == 1:
            self._once(0)
        else:
            with ThreadPoolExecutor(CALLERS) as callers:
                list(callers.map(self._once, range(self.times)))
        self.rounds.append((time.perf_counter() - begun) / self.times)

    def _once(self, _number: int) -> None:
        begun = time.perf_counter()
        self.ask()
        self.taken.append(time.perf_counter() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="projects")
    parser.add_argument("--months", type=int, default=12, help="reports of each project")
    parser.add_argument("--repeat", type=int, default=5, help="rounds")
    parser.add_argument("--small", action="store_true", help="2,000 projects, one round")
    parser.add_argument("--database", default="", help="a PostgreSQL to use instead of a private one")
    parser.add_argument("--packages", default="", help="site-packages with django-ninja")
    parser.add_argument("--only", default="", help="cases whose name holds this, and what they are measured by")
    options = parser.parse_args()
    if options.small:
        options.rows, options.repeat = 2_000, 1
    if options.database:
        os.environ["DATABASE_URL"] = options.database
    city.prepare()
    from config.server import settle

    settle()  # as each worker of the server is
    measure(options)


def measure(options: argparse.Namespace) -> list[Case]:
    """Fill the database of DATABASE_URL, serve it, ask and print; the cases with what was found."""
    from projects.models import Project

    if not Project.objects.filter(uid="B-0").exists():
        city.fill(options.rows, options.months)
        fold()
    ours = Server("config.settings", {"Authorization": f"Bearer {token()}"})
    peers = Server("benchmarks.peer_settings", extra={"PEERS_PACKAGES": options.packages})
    with ours.running(), peers.running():
        same = compare(ours, peers, options)
        cases = [*pages(ours, peers, options), *tables(ours), *pivots(), *follows(ours, options)]
        needed = {case.against for case in cases if options.only in case.name}
        cases = [case for case in cases if options.only in case.name or case.name in needed]
        before = ours.memory()
        for _round in range(options.repeat):
            for case in cases:
                case.go()
        report(cases)
        print(f"memory: our largest worker {ours.memory():.0f} MB (before the rounds {before:.0f}), the peers' {peers.memory():.0f} MB")
    print(f"{same} values of a page say the same at every peer")
    return cases


def fold() -> None:
    """Keep the month totals, as the product's own task does."""
    from projects.services import summing

    summing.fold()
    for table in ("projects_monthsum", "projects_monthfact", "projects_summarymark", "projects_project", "projects_monthreport"):
        city.run(f"VACUUM ANALYZE {table}")


def token() -> str:
    """A token of a city reader."""
    from accounts.api.tokens import make_token
    from accounts.models import Membership, User
    from accounts.roles import Role

    user, made = User.objects.get_or_create(username="bench-reader")
    if made:
        Membership.objects.create(user=user, role=Role.CITY_OFFICER)
    return make_token(user=user, name="bench")[1]


# --- Cases ------------------------------------------------------------------------------------------------------------------------


def pages(ours: Server, peers: Server, options: argparse.Namespace) -> list[Case]:
    """A page of a thousand projects with the names of unit, sector and owner."""
    first, months = (f"/api/v1/{name}/?page_size={PAGE}" for name in ("projects", "months"))
    last, last_months = last_page("projects"), last_page("months")
    rows, times = min(PAGE, options.rows), 12
    by_ninja = [Case("django-ninja + orjson", lambda: peers.get(f"/ninja/projects?limit={PAGE}"), rows, times=4)] if options.packages else []
    return [
        Case("DRF ModelSerializer + select_related", lambda: peers.get(f"/drf/?limit={PAGE}"), rows, times=4),
        *by_ninja,
        Case("json_agg in PostgreSQL", lambda: peers.get(f"/json_agg/?limit={PAGE}"), rows, times=times),
        Case("projects, a page", lambda: ours.get(first), rows, "DRF ModelSerializer + select_related", "≥ 5.0", times),
        Case("projects, a page ", lambda: ours.get(first), rows, "json_agg in PostgreSQL", "≥ 0.75", times),
        Case("projects, the last page", lambda: ours.get(last), rows, "projects, a page", "≥ 0.9", times),
        Case("months, the first page", lambda: ours.get(months), rows, times=times),
        Case("months, the last page", lambda: ours.get(last_months), rows, "months, the first page", "≥ 0.9", times),
    ]


def last_page(name: str) -> str:
    """The address of the last whole page, as following `next` from the first would give it."""
    from django.http import QueryDict

    from accounts.api.paging import pack
    from accounts.api.reading import read_question
    from accounts.api.resources import RESOURCES

    asked = QueryDict(mutable=True)
    asked["page_size"] = str(PAGE)
    question = read_question(RESOURCES[name], asked)
    before = RESOURCES[name].model._default_manager.order_by("-id").values_list("id", flat=True)[PAGE : PAGE + 1]
    asked["cursor"] = pack(question.mark, question.order, [next(iter(before), 0)])
    return f"/api/v1/{name}/?{asked.urlencode()}"


def psql_copy(what: str) -> None:
    subprocess.run(["psql", os.environ["DATABASE_URL"], "-qc", rf"\copy {what} to /dev/null csv"], check=True)


def same_columns() -> str:
    """The columns of our door as they stand in the tables, in the same order of rows, without any work on them."""
    from django.db.models import F

    from accounts.api.resources import RESOURCES
    from projects.models import MonthReport

    told = RESOURCES["months"]
    rows = MonthReport.objects.alias(**told.computed).order_by("id").values_list(*[F(one.path) for one in told.fields])
    return f"({rows.query})"


def tables(ours: Server) -> list[Case]:
    """The whole table of months, streamed."""
    from projects.models import MonthReport

    count, floor, query = MonthReport.objects.count(), r"psql \copy, the same columns", same_columns()
    doors = (("CSV for programs", "csv?dialect=plain", "≤ 1.3"), ("CSV for Excel", "csv", "≤ 1.3"), ("NDJSON", "ndjson", "≤ 3.0"))
    return [
        Case(r"psql \copy, the bare table", lambda: psql_copy("projects_monthreport"), count),
        Case(floor, lambda: psql_copy(query), count),
        *(Case(f"months, whole table, {name}", partial(through, ours, door), count, floor, aim) for name, door, aim in doors),
    ]


def through(ours: Server, door: str) -> int:
    """Read a stream to its end, keeping nothing."""
    size = 0
    with ours.opened(f"/api/v1/months.{door}") as answer:
        while got := answer.read(1 << 18):
            size += len(got)
    return size


def pivots() -> list[Case]:
    """Sums of a month and of a year by unit and sector, out of the kept totals; beside them the ORM's own aggregate."""
    from projects.values import Month
    from reports.pivot import pivot
    from reports.selection import Question, whole_reach

    question, reach = Question(Month(city.YEAR, 6)), whole_reach()
    months = [Month(city.YEAR, number) for number in range(1, 13)]
    wanted = ("count", "plan_wan", "ytd_wan", "rate")
    return [
        Case("ORM aggregate, a month by unit, sector", lambda: orm(6)),
        Case("ORM aggregate, the year by unit, sector, month", lambda: orm(None)),
        Case("pivot, a month", lambda: pivot(reach, question, ["unit", "sector"]), 0, "ORM aggregate, a month by unit, sector", "≤ 50 ms"),
        Case(
            "pivot, the year",
            lambda: pivot(reach, question, ["unit", "sector", "month"], wanted, months),
            0,
            "ORM aggregate, the year by unit, sector, month",
            "≤ 300 ms",
        ),
    ]


def follows(ours: Server, options: argparse.Namespace) -> list[Case]:
    """A mirror that asks what came since its last visit: nothing, and the thousand rows that were written in between; and one that asks all anew."""
    from accounts.changes import latest_seq

    count, before = min(PAGE, options.rows), latest_seq()
    change(count)
    whole, after = "projects, the whole table again", latest_seq()
    return [
        Case(whole, lambda: ours.get("/api/v1/projects.ndjson"), options.rows),
        Case("changes, none since", lambda: ours.get(f"/api/v1/changes/?after={after}&limit={PAGE}"), 0, whole, times=12),
        Case("changes, a thousand rows since", lambda: ours.get(f"/api/v1/changes/?after={before}&limit={PAGE}"), count, whole, times=4),
    ]


def change(count: int) -> None:
    """Write so many projects, as an upload does: in one statement."""
    city.run(f"UPDATE projects_project SET contact = contact || '。' WHERE id IN (SELECT id FROM projects_project ORDER BY id LIMIT {count})")


def orm(month: int | None) -> list[Any]:
    from django.db.models import Count, Sum

    from projects.models import MonthReport

    rows = MonthReport.objects.order_by().values("project__unit__name", "project__sector__name", "period__month")
    rows = rows if month is None else rows.filter(period__month=month)
    return list(rows.annotate(n=Count("pk"), month=Sum("done_month_wan"), ytd=Sum("done_ytd_wan"), cum=Sum("cum_total_wan")))


# --- Sameness and report -------------------------------------------------------------------------------------------------------------


def compare(ours: Server, peers: Server, options: argparse.Namespace) -> int:
    """Whether every peer says of a page what we say; how many values were compared."""
    right = [told(row) for row in json.loads(ours.get(f"/api/v1/projects/?page_size={PAGE}"), parse_float=Decimal)["results"]]
    doors = ["/drf/", "/json_agg/", *(["/ninja/projects"] if options.packages else [])]
    for door in doors:
        found = json.loads(peers.get(f"{door}?limit={PAGE}"), parse_float=Decimal)
        theirs = [told(row) for row in (found["results"] if isinstance(found, dict) else found)]
        if theirs != right:
            apart = [(name, a[name], b.get(name)) for a, b in zip(right, theirs, strict=False) for name in a if a[name] != b.get(name)]
            raise RuntimeError(f"{door} does not say what we say ({len(right)}, {len(theirs)} rows): {apart[:5]}")
    return sum(len(row) for row in right)


def told(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its moments and amounts in one spelling: some write an amount as text, some a moment of another zone."""
    return {name: _spelled(name, value) for name, value in row.items()}


def _spelled(name: str, value: Any) -> Any:
    if name.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value)
    if name.endswith(("_wan", "_mu")) and value is not None:
        return Decimal(str(value))
    return value


def report(cases: list[Case]) -> None:
    by_name = {case.name: case for case in cases}
    print(f"{'case':<50}{'rows/s':>12}{'p50 ms':>10}{'p95 ms':>10}{'ratio':>8}  aim, against")
    for case in cases:
        speed = f"{case.rows / statistics.median(case.rounds):>12,.0f}" if case.rows else f"{'':>12}"
        high = sorted(case.taken)[int(0.95 * (len(case.taken) - 1))]
        line = f"{case.name:<50}{speed}{statistics.median(case.taken) * 1000:>10.1f}{high * 1000:>10.1f}"
        print(line + (_ratio(case, by_name[case.against]) if case.against else ""), flush=True)


def _ratio(case: Case, other: Case) -> str:
    """How we stand by another case, the middle of the rounds: times its time where less is better, else times its speed."""
    slower = [mine / theirs for mine, theirs in zip(case.rounds, other.rounds, strict=True)]
    middle = statistics.median(slower)
    return f"{middle if case.aim.startswith('≤') else 1 / middle:>8.2f}  {case.aim} {other.name.strip()}"


if __name__ == "__main__":
    main()

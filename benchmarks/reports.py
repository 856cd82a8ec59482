"""What leaders and officers look at, at any size: the dashboards of the city and of a unit, and the city table, as a browser gets them.

    .venv/bin/python -m benchmarks.reports [--projects 10000] [--months 12] [--repeat 5] [--slow 3]

Runs on a private PostgreSQL (or DATABASE_URL, which is filled). Whole answers through Django's own client, middleware and templates
included; medians of wall time, with the number of statements and what the slowest of them took.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

from benchmarks.city import YEAR, fill, prepare


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--slow", type=int, default=3, help="how many of the slowest statements are shown")
    options = parser.parse_args()
    prepare()
    fill(options.projects, options.months)
    measure(options)


def measure(options: argparse.Namespace) -> None:
    from accounts.models import Membership, ReportingUnit, User
    from projects.services.summing import rebuild

    begun = time.perf_counter()
    rebuild()
    print(f"totals built in {time.perf_counter() - begun:.0f} s", flush=True)
    unit = ReportingUnit.objects.filter(key__startswith="b").order_by("pk")[0]
    people = {}
    for name, role, of in (("city", "city_officer", None), ("district", "district_officer", unit)):
        people[name] = User.objects.create_user(f"bench-{name}", is_staff=True)
        Membership.objects.create(user=people[name], role=role, unit=of)
    month = f"{YEAR}-{options.months:02}"
    for label, who, address in (
        ("dashboard of the city", "city", f"/reports/dashboard/?period={month}"),
        ("dashboard of a unit, for the city", "city", f"/reports/dashboard/?period={month}&unit={unit.key}"),
        ("dashboard of a district", "district", f"/reports/dashboard/?period={month}"),
        ("what waits, for the city", "city", "/todo/"),
        ("city table by unit", "city", f"/reports/city/?period={month}&by=unit"),
    ):
        tell(label, people[who], address, options)


def tell(label: str, user: Any, address: str, options: argparse.Namespace) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="accounts.backends.RoleBackend")
    client.get(address)
    took = []
    for _ in range(options.repeat):
        begun = time.perf_counter()
        answer = client.get(address)
        took.append(time.perf_counter() - begun)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(address)
    print(f"{label:36} {statistics.median(took) * 1000:8.0f} ms  {len(asked):3} statements", flush=True)
    for query in sorted(asked.captured_queries, key=lambda one: -float(one["time"]))[: options.slow]:
        print(f"    {float(query['time']) * 1000:6.0f} ms  {query['sql'][:160]}")


if __name__ == "__main__":
    main()

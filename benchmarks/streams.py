"""Whole tables out: rows/s and memory of our writers beside xlsxwriter and the csv module, and of a table of PostgreSQL beside psql.

    .venv/bin/python -m benchmarks.streams [--rows 200000] [--repeat 3]
    .venv/bin/python -m benchmarks.streams --database URL [--repeat 3]     # its month reports, however many; psql must be installed

Each case runs in a process of its own, interleaved; medians. `cpu` is of that process alone; `extra` is what it grew by at most.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from exchange.workbook.streams import Column, Dialect, Form, Kind, Options, in_blocks, stream

COLUMNS = (
    *(Column("code", "项目代码"), Column("name", "项目名称"), Column("text", "形象进度"), Column("day", "日期", Kind.DATE)),
    *(Column(f"amount_{at}", f"金额{at}", Kind.DECIMAL, "万元") for at in range(4)),
)


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    day = date(2020, 6, 30)
    for number in range(count):
        wan = Decimal(number * 7919 % 10**10).scaleb(-6)
        yield (f"2020-370212-48-01-{number:06d}", f"青岛市重点项目第{number}号", "主体施工至第六层", day, wan, wan, wan, wan)


class Null(io.RawIOBase):
    """Nowhere, by way of a file."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


def ours(form: Form, dialect: Dialect = Dialect.EXCEL) -> Callable[[int], None]:
    def run(count: int) -> None:
        for _chunk in stream(form, COLUMNS, in_blocks(rows(count)), Options(dialect=dialect)):
            pass

    return run


def by_csv_module(count: int) -> None:
    out = csv.writer(io.TextIOWrapper(io.BufferedWriter(Null()), "utf-8", newline=""))
    out.writerow([column.name for column in COLUMNS])
    out.writerows(rows(count))


def by_xlsxwriter(count: int) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(os.devnull, {"constant_memory": True})
    sheet = book.add_worksheet()
    header, money, days = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [column.title for column in COLUMNS], header)
    for at, row in enumerate(rows(count), start=1):
        for column in range(3):
            sheet.write_string(at, column, row[column])
        sheet.write_datetime(at, 3, row[3], days)
        for column in range(4, 8):
            sheet.write_number(at, column, row[column], money)
    sheet.autofilter(0, 0, count, len(COLUMNS) - 1)
    book.close()


CASES: dict[str, Callable[[int], None]] = {
    "xlsx, ours": ours(Form.XLSX),
    "xlsx, xlsxwriter constant_memory": by_xlsxwriter,
    "csv for Excel, ours": ours(Form.CSV),
    "csv plain, ours": ours(Form.CSV, Dialect.PLAIN),
    "csv, csv module": by_csv_module,
    "ndjson, ours": ours(Form.NDJSON),
    "parquet, ours": ours(Form.PARQUET),
    "rows alone": lambda count: any(False for _row in rows(count)),
}
TABLE_CASES = ("psql \\copy", "csv plain", "csv excel", "ndjson plain", "parquet plain")


def table_case(name: str) -> None:
    """The month reports of a database, by us or by psql."""
    if name == "psql \\copy":
        copy = r"\copy projects_monthreport to /dev/null csv"
        subprocess.run(["psql", os.environ["DATABASE_URL"], "-qc", copy], check=True)
        return
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from exchange.outflow import local_options, whole_table
    from projects.models import MonthReport

    kinds = {"BigAutoField": Kind.INTEGER, "ForeignKey": Kind.INTEGER, "PositiveIntegerField": Kind.INTEGER, "WanField": Kind.DECIMAL}
    kinds |= {"DecimalField": Kind.DECIMAL, "BooleanField": Kind.BOOLEAN, "DateTimeField": Kind.DATETIME}
    held = MonthReport._meta.concrete_fields
    columns = [Column(field.attname, str(field.verbose_name), kinds.get(type(field).__name__, Kind.TEXT)) for field in held]
    form, dialect = name.split()
    for _chunk in whole_table(
        MonthReport.objects.order_by().values_list(*(field.attname for field in held)), columns, Form(form), local_options(dialect=Dialect(dialect))
    ):
        pass


def run_case(name: str, count: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, cpu = time.perf_counter(), time.process_time()
    if name in CASES:
        CASES[name](count)
    else:
        table_case(name)
    figures = {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
    print(json.dumps({**figures, "extra_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--database", default="")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        run_case(options.case, options.rows)
        return
    if options.database:
        os.environ |= {"DATABASE_URL": options.database, "PIPELINE_EMBEDDED": "1"}
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(options.repeat):
        for name in TABLE_CASES if options.database else CASES:
            command = [sys.executable, "-m", "benchmarks.streams", "--rows", str(options.rows), "--case", name]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found.setdefault(name, []).append(json.loads(done.stdout.splitlines()[-1]))
    for name, figures in found.items():
        middle = {key: median(one[key] for one in figures) for key in figures[0]}
        speed = "" if options.database else f"{options.rows / middle['cpu']:>12,.0f} rows/cpu-s"
        print(f"{name:<34}{middle['seconds']:>9.2f} s{middle['cpu']:>9.2f} cpu{middle['extra_mb']:>9.0f} MB extra{speed}")


if __name__ == "__main__":
    main()

"""Kept month totals: what readers are told equals the plain aggregate after any write, through whichever door."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange import bulk
from projects.models import AnnualPlan, Entry, ListVersion, MonthFact, MonthReport, MonthSum, PlanVersion, Project, ProjectList, Source, SummaryMark
from projects.services import summing
from projects.services.batches import Frame, ProjectChange, TableChange, write_changes
from projects.services.summing import fold, rebuild
from projects.summary import differences, kept_months, told
from projects.values import Month
from tests.reports import build

pytestmark = pytest.mark.django_db
JUNE = Month(2020, 6)
MONTHS = ("2020-05", "2020-06", "2020-06A", "2020-06B", "2019-06")


def whole(month: Month = JUNE) -> tuple[int, ...]:
    return told([month], [], ["n", "plan", "ytd", "ytd_n", "ytd_ok"])[0]


def test_a_write_is_counted_before_and_after_it_is_folded():
    here = build.unit("a")
    made = build.project(here, plan=10, months={"2020-06": (1, 2)})
    rebuild()
    assert (kept_months(), SummaryMark.objects.count(), whole()) == ([JUNE], 0, (1, 10_000_000, 2_000_000, 1, 0))
    report = made.months.get()
    report.done_ytd_wan, report.state = Decimal(7), "approved"
    report.save()
    assert SummaryMark.objects.count() == 1
    assert whole() == (1, 10_000_000, 7_000_000, 1, 7_000_000)
    fold()
    assert (SummaryMark.objects.count(), whole()) == (0, (1, 10_000_000, 7_000_000, 1, 7_000_000))


def test_what_changes_no_figure_leaves_no_mark():
    made = build.project(build.unit("a"), months={"2020-06": (1, 2)})
    rebuild()
    made.contact = "王海"
    made.save()
    report = made.months.get()
    report.progress_text = "主体结构完成"
    report.save()
    assert SummaryMark.objects.count() == 0


def test_a_write_that_is_rolled_back_leaves_neither_mark_nor_figure():
    made = build.project(build.unit("a"), months={"2020-06": (1, 2)})
    rebuild()
    before = whole()
    with transaction.atomic():
        build.report(made, "2020-05", 3, 4)
        build.project(made.unit, plan=5)
        transaction.set_rollback(True)
    assert (SummaryMark.objects.count(), whole()) == (0, before)


def test_a_month_is_kept_from_its_first_report_on():
    made = build.project(build.unit("a"), months={"2020-06": (1, 2)})
    fold()
    build.report(made, "2020-07", 1, 3)
    assert kept_months() == [JUNE]
    fold()
    assert kept_months() == [JUNE, Month(2020, 7)]


@pytest.mark.django_db(transaction=True)
def test_many_marks_are_vacuumed_once_they_are_folded(monkeypatch):
    monkeypatch.setattr(summing, "_MANY", 2)
    asked: list[str] = []

    def listen(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    here = build.unit("a")
    with connection.execute_wrapper(listen):
        for done in range(3):
            build.project(here, months={"2020-06": (done, done)})
        with transaction.atomic():
            fold()  # within a transaction there is no vacuum, and no fault
        assert (SummaryMark.objects.count(), [sql for sql in asked if "VACUUM" in sql]) == (0, [])
        build.project(here, plan=1, months={"2020-06": (1, 1)})
        fold()
        build.project(here, plan=1, months={"2020-06": (1, 1)})
        rebuild()
    vacuums = [sql for sql in asked if sql.startswith("VACUUM")]
    assert len(vacuums) == (2 if connection.vendor == "postgresql" else 0)
    assert whole()[:2] == (5, 2_000_000)


def test_every_trigger_stands():
    """A migration that makes a table of SQLite anew loses its triggers and has to set them again."""
    tables = ["project", "annualplan", "planversion", "entry", "monthreport", "listversion", "projectlist", "reportingperiod"]
    if connection.vendor == "postgresql":
        asked = "SELECT c.relname, substr(t.tgname, 9) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname LIKE 'summary_%%'"
    else:
        asked = "SELECT tbl_name, substr(name, 9, 6) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'summary_%%'"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        found = set(cursor.fetchall())
    wanted = {(f"projects_{table}", event) for table in tables for event in ("insert", "update", "delete")}
    assert wanted - found == {("projects_reportingperiod", "insert")}


def test_command_checks_and_names_what_differs():
    made = build.project(build.unit("a"), plan=10, months={"2020-06": (1, 2)})
    build.project(made.unit, plan=10)
    call_command("rebuild_summary", stdout=StringIO())
    said = StringIO()
    call_command("rebuild_summary", "--check", stdout=said)
    assert said.getvalue() == "1 months checked, 0 rows differ\n"
    MonthSum.objects.update(ytd=5)
    with pytest.raises(SystemExit) as left:
        call_command("rebuild_summary", "--check", stdout=said)
    assert left.value.code == 1
    assert f"2020-06 at={JUNE.index} unit_id={made.unit_id} kind=infrastructure standing=4 ytd=-1999995\n" in said.getvalue()
    call_command("rebuild_summary", stdout=StringIO())
    MonthFact.objects.filter(project_id=made.pk).update(stage="build")
    with pytest.raises(SystemExit):
        call_command("rebuild_summary", "--check", stdout=said)


# --- Random writes -----------------------------------------------------------------------------------------------------------------

_serial = itertools.count(1)


class Town:
    """Some units, sectors, lists and projects, and every kind of write that figures depend on."""

    def __init__(self):
        self.units = [build.unit(f"u{next(_serial)}") for _ in range(2)]
        self.sectors = [None, *(build.sector(f"s{next(_serial)}") for _ in range(2))]
        self.lists = [ProjectList.objects.create(key=f"l{next(_serial)}", name=kind, year=2020, kind=kind) for kind in ("infrastructure", "emerging")]
        for text in ("2020-06", "2019-06"):
            build.project(self.units[0], months={text: (1, 2)})

    def one(self, rows, chance):
        found = list(rows.order_by("pk"))
        return chance.choice(found) if found else None

    def _any_project(self, chance):
        """A project; where writes have taken every one away, one more enters first."""
        if not Project.objects.exists():
            self.enter(chance)
        return self.one(Project.objects, chance)

    def enter(self, chance):
        places = {"kind": chance.choice(["infrastructure", "emerging"]), "stage": chance.choice(["", "prep", "build", "out"])}
        made = build.project(chance.choice(self.units), total=self.amount(chance) or None, in_sector=chance.choice(self.sectors), **places)
        AnnualPlan.objects.create(project=made, year=chance.choice([2019, 2020]), plan_wan=self.amount(chance))

    def amount(self, chance):
        return chance.choice([None, Decimal(0), Decimal(chance.randrange(1, 10**9)).scaleb(-6)])

    def move(self, chance):
        made = self._any_project(chance)
        name = chance.choice(["unit", "sector", "kind", "stage", "total_wan", "is_approx"])
        given = {
            "unit": chance.choice(self.units),
            "sector": chance.choice(self.sectors),
            "kind": chance.choice(["infrastructure", "emerging"]),
            "stage": chance.choice(["prep", "out"]),
            "total_wan": self.amount(chance) or None,
            "is_approx": chance.choice([True, False]),
        }
        setattr(made, name, given[name])
        made.save()

    def report(self, chance):
        made, period = self._any_project(chance), build.period(chance.choice(MONTHS))
        row = MonthReport.objects.filter(project=made, period=period).first() or MonthReport(project=made, period=period)
        row.done_month_wan, row.done_ytd_wan, row.cum_total_wan = (self.amount(chance) for _ in range(3))
        row.state, row.is_approx = chance.choice(["draft", "approved"]), chance.choice([True, False])
        row.save()

    def take_out(self, chance):
        row = self.one(chance.choice([MonthReport, AnnualPlan, Entry, PlanVersion]).objects, chance)
        if row is not None:
            row.delete()

    def forget(self, chance):
        """A project goes, with all that hangs on it, past every model."""
        made = self._any_project(chance)
        for table in ("monthreport", "annualplan", "planversion", "entry"):
            self.run(f"DELETE FROM projects_{table} WHERE project_id = %s", made.pk)
        self.run("DELETE FROM projects_project WHERE id = %s", made.pk)

    def run(self, text, *params):
        with connection.cursor() as cursor:
            cursor.execute(text, params)

    def list_version(self, chance):
        number = next(_serial)
        version = ListVersion.objects.create(list=chance.choice(self.lists), number=number, as_of=date(2020, chance.randrange(1, 9), 28))
        for made in Project.objects.order_by("pk"):
            if chance.random() < 0.5:
                Entry.objects.create(version=version, project=made, total_wan=self.amount(chance) or None)

    def redate_version(self, chance):
        version = self.one(ListVersion.objects, chance)
        if version is not None:
            version.as_of, version.list = date(2020, chance.randrange(1, 9), 1), chance.choice(self.lists)
            version.save()

    def drop_version(self, chance):
        version = self.one(ListVersion.objects, chance)
        if version is not None:
            for entry in version.entries.all():
                entry.delete()
            version.delete()

    def rename_list(self, chance):
        found = chance.choice(self.lists)
        found.year, found.kind = chance.choice([2019, 2020]), chance.choice(["infrastructure", "emerging"])
        found.save()

    def replan(self, chance):
        made = self._any_project(chance)
        day = chance.choice([None, date(2020, chance.randrange(1, 9), 3)])
        PlanVersion.objects.create(
            project=made, number=next(_serial), total_wan=self.amount(chance), decided_on=day, is_baseline=chance.choice([True, False]), reason="调整"
        )

    def upload(self, chance):
        here = chance.choice(self.units)
        month = TableChange(None, None, {"done_ytd_wan": chance.randrange(10**9), "done_month_wan": None})
        project = TableChange(None, None, {"name": f"上传{next(_serial)}", "total_wan": chance.randrange(1, 10**9), "stage": "prep"})
        change = ProjectChange(
            None, here.pk, "infrastructure", {"project": project, "month": month, "annual": TableChange(None, None, {"plan_wan": 5})}
        )
        write_changes([change], Frame(2020, build.period(chance.choice(MONTHS)).pk), source=Source(door="upload"), write=bulk)

    def raw(self, chance):
        made, period = self._any_project(chance), build.period(chance.choice(MONTHS))
        self.run("UPDATE projects_monthreport SET done_ytd_wan = done_ytd_wan + 17, state = 'approved' WHERE project_id = %s", made.pk)
        self.run("DELETE FROM projects_monthreport WHERE period_id = %s AND project_id < %s", period.pk, made.pk)

    def move_period(self, chance):
        self.run("UPDATE projects_reportingperiod SET month = %s WHERE id = %s", chance.randrange(1, 4), build.period(chance.choice(MONTHS)).pk)

    def fold(self, chance):
        fold()

    def take_back(self, chance):
        with transaction.atomic():
            self.report(chance)
            self.enter(chance)
            fold()
            transaction.set_rollback(True)


WRITES = sorted(name for name in vars(Town) if not name.startswith("_") and name not in {"one", "amount", "run"})


@settings(max_examples=10, deadline=None)
@given(writes=st.lists(st.sampled_from(WRITES), min_size=3, max_size=7), chance=st.randoms(use_true_random=False))
def test_figures_are_the_plain_aggregate_after_any_write(writes, chance):
    with transaction.atomic():
        town = Town()
        town.list_version(chance)
        rebuild()
        for name in writes:
            getattr(town, name)(chance)
            assert differences(kept_months()) == [], name
        fold()
        assert (SummaryMark.objects.count(), differences(kept_months())) == (0, [])
        transaction.set_rollback(True)

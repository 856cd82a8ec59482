"""A reader who follows the change sequence keeps an exact mirror: of all, or of the unit that is his."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.changes import Line, changes_after, compact, followed, latest_seq, reach
from accounts.models import Change, ReportingUnit
from accounts.roles import Action, Role
from accounts.scope import for_user
from exchange.services.undo import redo, undo
from projects.models import MonthReport, Project, ProjectCode, Source, changes_from
from tests.conftest import Cast
from tests.exchange.test_intake_services import LIST, MONTH, sent
from tests.factories import make_code, make_month, make_project, make_sector, make_unit, make_user

pytestmark = pytest.mark.django_db
TABLES = followed()


def commit_now() -> None:
    """What COMMIT does for the sequence, within a test that is rolled back."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS accounts_change_number IMMEDIATE; SET CONSTRAINTS accounts_change_number DEFERRED")


class Mirror:
    """Keeps a copy of what its person may see, from the lines and the rows read after them."""

    def __init__(self, person: Any, limit: int = 7) -> None:
        self.person, self.limit, self.seq = person, limit, 0
        self.rows: dict[tuple[str, int], dict[str, Any]] = {}

    def follow(self) -> Mirror:
        commit_now()
        while True:
            page = changes_after(self.person, self.seq, self.limit)
            for line in page.lines:
                self._take(line)
            self.seq = page.next
            if page.is_last:
                return self

    def _take(self, line: Line) -> None:
        table = line.model._meta.db_table
        found = None if line.is_gone else seen(self.person, line.model).filter(pk=line.id).values().first()
        if found is None:
            self.rows.pop((table, line.id), None)
        else:
            self.rows[table, line.id] = found

    def differs(self) -> list[str]:
        """Tables that are not as they stand."""
        stands = {table: {(table, row[model._meta.pk.attname]): row for row in seen(self.person, model).values()} for table, model in TABLES.items()}
        return [table for table in TABLES if stands[table] != {key: row for key, row in self.rows.items() if key[0] == table}]


def seen(person: Any, model: type[models.Model]) -> Any:
    return for_user(model._default_manager.all(), person, Action.VIEW) if hasattr(model, "scope_path") else model._default_manager.all()


def gone_or_there(person: Any, after: int) -> dict[tuple[str, int], bool]:
    commit_now()
    return {(line.model._meta.db_table, line.id): not line.is_gone for line in changes_after(person, after).lines}


def test_a_row_leaves_a_line_and_its_end_a_tombstone(cast: Cast) -> None:
    project = make_project(unit=cast.unit_a)
    code = make_code(project, "2019-370202-48-01-000001")
    seen_so_far = Mirror(cast.owner).follow().seq
    number = code.pk
    code.delete()
    assert gone_or_there(cast.owner, seen_so_far) == {("projects_projectcode", number): False}
    assert changes_after(cast.stranger, seen_so_far).lines == []


def test_lines_are_of_the_reader_s_unit_and_everybody_s_tables(cast: Cast) -> None:
    commit_now()
    before = latest_seq()
    ours, theirs = make_project(unit=cast.unit_a), make_project(unit=cast.unit_b)
    sector = ("projects_classification", ours.sector_id)
    assert set(gone_or_there(cast.owner, before)) == {("projects_project", ours.pk), sector}
    assert set(gone_or_there(cast.stranger, before)) == {("projects_project", theirs.pk), sector}
    assert set(gone_or_there(cast.city, before)) == {("projects_project", ours.pk), ("projects_project", theirs.pk), sector}
    nobody = make_user("nobody")
    assert changes_after(nobody, 0).lines == []
    assert [reach(person) for person in (cast.city, cast.owner, nobody)] == ["city", str(cast.unit_a.pk), ""]


def test_a_project_that_moves_is_gone_for_one_unit_and_whole_for_the_other(cast: Cast) -> None:
    project = make_project(unit=cast.unit_a)
    code, month = make_code(project, "2019-370202-48-01-000001"), make_month(project)
    mirrors = [Mirror(person).follow() for person in (cast.owner, cast.stranger, cast.city)]
    since = latest_seq()
    project.unit = cast.unit_b
    project.save()
    whole = {("projects_project", project.pk), ("projects_projectcode", code.pk), ("projects_monthreport", month.pk)}
    assert gone_or_there(cast.owner, since) == dict.fromkeys(whole, False)
    assert gone_or_there(cast.stranger, since) == dict.fromkeys(whole, True)
    assert gone_or_there(cast.city, since) == dict.fromkeys(whole, True)
    assert [mirror.follow().differs() for mirror in mirrors] == [[], [], []]


def test_many_changes_of_a_row_at_once_are_one_line(cast: Cast) -> None:
    commit_now()
    before = latest_seq()
    project = make_project(unit=cast.unit_a)
    for text in ("一", "二", "三"):
        project.remarks = text
        project.save()
    commit_now()
    assert Change.objects.filter(seq__gt=before, table_name="projects_project").count() == 1


def test_what_is_rolled_back_leaves_no_line(cast: Cast) -> None:
    make_project(unit=cast.unit_a)
    commit_now()
    before = latest_seq()
    with transaction.atomic():
        make_project(unit=cast.unit_a)
        transaction.set_rollback(True)
    commit_now()
    assert latest_seq() == before
    kept = make_project(unit=cast.unit_a)
    assert ("projects_project", kept.pk) in gone_or_there(cast.owner, before)


def test_pages_and_tables(cast: Cast) -> None:
    commit_now()
    before = latest_seq()
    made = [make_project(unit=cast.unit_a) for _n in range(5)]
    commit_now()
    first = changes_after(cast.owner, before, 2, tables=[Project])
    assert ([line.id for line in first.lines], first.is_last) == ([made[0].pk, made[1].pk], False)
    rest = changes_after(cast.owner, first.next, 10, tables=[Project])
    assert ([line.id for line in rest.lines], rest.is_last, rest.next) == ([p.pk for p in made[2:]], True, latest_seq())
    assert changes_after(cast.owner, rest.next).next == rest.next


@pytest.mark.parametrize("rows", [1, 30])
def test_questions_are_two_whatever_the_rows(cast: Cast, rows: int) -> None:
    for _n in range(rows):
        make_project(unit=cast.unit_a)
    commit_now()
    changes_after(cast.owner, 0)
    with CaptureQueriesContext(connection) as asked:
        changes_after(cast.owner, 0)
    assert len(asked) == 2


def test_compaction_loses_nothing_to_a_follower(cast: Cast) -> None:
    project = make_project(unit=cast.unit_a)
    half_way = Mirror(cast.stranger).follow()
    for unit in (cast.unit_b, cast.unit_a, cast.unit_b, cast.unit_a):
        project.unit = unit
        project.save()
        commit_now()
    gone = make_project(unit=cast.unit_b)
    commit_now()
    gone.delete()
    commit_now()
    before = Change.objects.count()
    newest = latest_seq()
    dropped = compact()
    assert (Change.objects.count(), latest_seq()) == (before - dropped, newest)
    assert (dropped > 0) == (connection.vendor == "postgresql")  # on SQLite the older line goes when the newer comes
    for mirror in (half_way, Mirror(cast.owner), Mirror(cast.stranger), Mirror(cast.city)):
        assert mirror.follow().differs() == []


def test_uploads_and_what_takes_them_back_are_followed(cast: Cast) -> None:
    make_sector("轨道交通")
    mirrors = [Mirror(person, 40).follow() for person in (cast.city, cast.owner, cast.stranger)]

    def exact() -> bool:
        return all(mirror.follow().differs() == [] for mirror in mirrors)

    upload = sent(LIST, None)
    assert exact()
    assert Project.objects.count() == 2
    later = sent(MONTH, None, unit=cast.unit_a)
    assert exact()
    assert MonthReport.objects.count() == 2
    undo(later, actor=cast.city, reason="试")
    assert exact()
    undo(upload, actor=cast.city, reason="试")
    assert exact()
    assert Project.objects.count() == 0
    redo(upload, actor=cast.city, reason="试")
    assert exact()


class Writer:
    """Random lawful writes of projects and of what hangs on them."""

    def __init__(self, seed: int, units: list[ReportingUnit]) -> None:
        self.dice, self.units = random.Random(seed), units

    def act(self) -> None:
        projects = list(Project.objects.all())
        deed = self.dice.choice([self.make, *([self.rename, self.move, self.report, self.code, self.end] if projects else [])])
        with changes_from(Source("command")):
            deed(*([self.dice.choice(projects)] if projects and deed != self.make else []))

    def make(self) -> None:
        make_project(unit=self.dice.choice(self.units))

    def rename(self, project: Project) -> None:
        project.remarks = str(self.dice.random())
        project.save()

    def move(self, project: Project) -> None:
        project.unit = self.dice.choice(self.units)
        project.save()

    def report(self, project: Project) -> None:
        month = self.dice.randint(1, 12)
        if not MonthReport.objects.filter(project=project, period__month=month).exists():
            make_month(project, month)

    def code(self, project: Project) -> None:
        if not ProjectCode.objects.filter(project=project).exists():
            make_code(project, f"2019-370202-48-01-{project.pk % 1_000_000:06d}")

    def end(self, project: Project) -> None:
        for model in (MonthReport, ProjectCode):
            for row in model.objects.filter(project=project):
                row.delete()
        project.delete()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), writes=st.integers(1, 16), every=st.integers(1, 6), limit=st.integers(1, 9))
def test_a_mirror_equals_what_it_mirrors(cast: Cast, seed: int, writes: int, every: int, limit: int) -> None:
    writer = Writer(seed, [cast.unit_a, cast.unit_b])
    mirrors = [Mirror(person, limit) for person in (cast.city, cast.owner, cast.stranger)]
    for n in range(writes):
        writer.act()
        if n % every == 0:
            commit_now()
        if writer.dice.random() < 0.3:
            writer.dice.choice(mirrors).follow()
    if writer.dice.random() < 0.5:
        commit_now()
        compact()
    assert [mirror.follow().differs() for mirror in mirrors] == [[], [], []]


def test_a_reader_of_two_units_keeps_what_moves_between_them(cast: Cast) -> None:
    both = make_user("both", Role.DISTRICT_OFFICER, cast.unit_a)
    both.memberships.create(role=Role.DISTRICT_OFFICER, unit=cast.unit_b)
    project = make_project(unit=cast.unit_a)
    mirror = Mirror(both, 1).follow()
    project.unit = cast.unit_b
    project.save()
    assert mirror.follow().differs() == []
    project.unit = make_unit("黄岛区")
    project.save()
    assert mirror.follow().differs() == []
    assert ("projects_project", project.pk) not in mirror.rows

"""Set-wise writes: rows, their history, refused stale rows; on whichever database the suite runs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Division, ReportingUnit
from exchange import bulk
from projects.models import AnnualPlan, MonthReport, PlanVersion, Project, ProjectCode, ReportingPeriod, Source
from projects.services.batches import Frame, ProjectChange, TableChange, write_changes

pytestmark = pytest.mark.django_db
SOURCE = Source(door="upload", upload_id=7, reason="测试")


@pytest.fixture
def unit() -> ReportingUnit:
    division = Division.objects.create(code="370212", name="崂山区")
    return ReportingUnit.objects.create(key="laoshan", name="崂山区", short_name="崂山", kind="district", division=division, sort_order=1)


def new_project(unit: ReportingUnit, name: str, **extra: TableChange) -> ProjectChange:
    values = {"name": name, "total_wan": 123_456_700, "planned_start": "2019-03"}
    return ProjectChange(None, unit.pk, "infrastructure", {"project": TableChange(None, None, values), **extra})


def test_new_projects_get_number_baseline_place_and_history(unit: ReportingUnit) -> None:
    period = ReportingPeriod.objects.create(year=2020, month=6)
    frame = Frame(year=2020, period_id=period.pk, divisions={unit.pk: unit.division_id})
    code = TableChange(None, None, {"code": "2019-370212-48-01-000001"})
    month = TableChange(None, None, {"done_ytd_wan": 5_000_000, "progress_text": "主体结构完成"})
    annual = TableChange(None, None, {"plan_wan": 40_000_000})
    write_changes(
        [new_project(unit, "甲路（一期）", code=code, month=month, annual=annual), new_project(unit, "乙桥")], frame, source=SOURCE, write=bulk
    )
    first, second = Project.objects.order_by("id")
    assert (first.name, first.total_wan, first.uid) == ("甲路（一期）", Decimal("123.4567"), f"P-{first.pk:06d}")
    assert second.name_key == "乙桥"
    assert [(row.project_id, row.is_baseline, row.total_wan) for row in PlanVersion.objects.order_by("id")] == [
        (first.pk, True, Decimal("123.4567")),
        (second.pk, True, Decimal("123.4567")),
    ]
    assert AnnualPlan.objects.get().plan_wan == 40
    assert MonthReport.objects.get().done_ytd_wan == 5
    assert ProjectCode.objects.get().form == "old"
    assert first.locations.get().division_id == unit.division_id
    kept = first.history.get()
    assert (kept.history_type, kept.door, kept.upload_id, kept.name, kept.total_wan) == ("+", "upload", 7, "甲路（一期）", Decimal("123.4567"))


def test_change_raises_revision_and_keeps_plan_version(unit: ReportingUnit) -> None:
    write_changes([new_project(unit, "甲路")], Frame(), source=SOURCE, write=bulk)
    project = Project.objects.get()
    change = ProjectChange(project.pk, unit.pk, "infrastructure", {"project": TableChange(project.pk, 1, {"total_wan": 200_000_000})})
    write_changes([change], Frame(), source=Source("upload", None, 8, "概算调整"), write=bulk)
    project.refresh_from_db()
    assert (project.total_wan, project.revision) == (200, 2)
    assert [(row.number, row.total_wan, row.reason) for row in project.plan_versions.all()] == [(1, Decimal("123.4567"), ""), (2, 200, "概算调整")]
    assert [(row.history_type, row.upload_id) for row in project.history.order_by("history_id")] == [("+", 7), ("~", 8)]


def test_stale_row_is_refused_and_nothing_is_written(unit: ReportingUnit) -> None:
    write_changes([new_project(unit, "甲路"), new_project(unit, "乙桥")], Frame(), source=SOURCE, write=bulk)
    first, second = Project.objects.order_by("id")
    second.remarks = "officer was here"
    second.save()
    changes = [
        ProjectChange(row.pk, unit.pk, "infrastructure", {"project": TableChange(row.pk, 1, {"remarks": "from the file"})}) for row in (first, second)
    ]
    with pytest.raises(bulk.StaleRowsError) as refused:
        write_changes(changes, Frame(), source=SOURCE, write=bulk)
    assert refused.value.ids == [second.pk]
    first.refresh_from_db()
    assert first.remarks == ""


def test_replaced_code_is_superseded_never_deleted(unit: ReportingUnit) -> None:
    code = TableChange(None, None, {"code": "2019-370212-48-01-000001"})
    write_changes([new_project(unit, "甲路", code=code)], Frame(), source=SOURCE, write=bulk)
    old = ProjectCode.objects.get()
    change = ProjectChange(old.project_id, unit.pk, "infrastructure", {"code": TableChange(old.pk, 1, {"code": "2011-370212-04-01-000016"})})
    write_changes([change], Frame(), source=SOURCE, write=bulk)
    old.refresh_from_db()
    new = ProjectCode.objects.get(role="primary")
    assert (old.role, old.superseded_by, new.code, new.form) == ("superseded", new, "2011-370212-04-01-000016", "new")
    assert [row.history_type for row in old.history.order_by("history_id")] == ["+", "~", "~"]


def test_overlapping_writes_leave_the_same_rows_and_history(unit: ReportingUnit) -> None:
    with bulk.overlapping():
        for name in ("甲路", "乙桥", "丙港"):
            write_changes([new_project(unit, name)], Frame(divisions={unit.pk: unit.division_id}), source=SOURCE, write=bulk)
            bulk.check_references()
    assert [project.name for project in Project.objects.order_by("id")] == ["甲路", "乙桥", "丙港"]
    assert [(row.name, row.upload_id) for row in Project.history.order_by("id")] == [("甲路", 7), ("乙桥", 7), ("丙港", 7)]
    assert PlanVersion.history.count() == 3


def test_overlapping_leaves_the_connection_to_others_only_when_it_is_free(unit: ReportingUnit) -> None:
    with bulk.overlapping():
        write_changes([new_project(unit, "甲路")], Frame(), source=SOURCE, write=bulk)
        assert PlanVersion.history.count() == 1  # the copy into history was still under way, or done: never half-seen


@pytest.mark.django_db(transaction=True)
def test_overlapping_tells_of_a_reference_that_does_not_exist(unit: ReportingUnit) -> None:
    def write() -> None:
        bad = ProjectChange(987_654, unit.pk, "infrastructure", {"annual": TableChange(None, None, {"plan_wan": 1})})
        with transaction.atomic(), bulk.overlapping():
            write_changes([bad], Frame(year=2020), source=SOURCE, write=bulk)
            bulk.check_references()

    with pytest.raises(IntegrityError):
        write()
    assert AnnualPlan.objects.count() == 0
    assert AnnualPlan.history.count() == 0


@pytest.mark.django_db(transaction=True)
def test_overlapping_lets_another_fault_come_first(unit: ReportingUnit) -> None:
    class OurOwnError(Exception):
        """Raised while a statement is still under way."""

    def write() -> None:
        with transaction.atomic(), bulk.overlapping():
            write_changes([new_project(unit, "甲路")], Frame(), source=SOURCE, write=bulk)
            raise OurOwnError

    with pytest.raises(OurOwnError):
        write()
    assert Project.objects.count() == 0

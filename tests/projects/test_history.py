"""Every way of writing leaves who, when, through which door, old and new; a past day reads as it was; set-wise by-passes are refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from projects.figures import figures_of, with_figures
from projects.history import as_of, changes, changes_since, project_changes
from projects.models import AnnualPlan, Door, MonthReport, Project, Source, changes_from
from projects.models.tracking import Revised, UntrackedWriteError
from projects.moment import Moment
from projects.services.keeping import change_project, enter_project
from projects.values import Month
from tests.factories import make_month, make_plan, make_project

pytestmark = pytest.mark.django_db
TRACKED = sorted((model for model in Revised.__subclasses__() if not model._meta.abstract), key=lambda model: model.__name__)


def moved(change):
    return {field.name: (field.old, field.new) for field in change.fields}


def move_history(obj, moment: datetime) -> None:
    """Put the newest history row of `obj` at a past moment."""
    row = obj.history.latest("history_id")
    row.history_date = moment
    row.save()


def test_create_leaves_door_person_and_values(cast):
    with changes_from(Source(door=Door.ADMIN, actor_id=cast.owner.pk, reason="来函")):
        project = make_project("滨海路工程", cast.unit_a)
    change = changes(project)[0]
    assert (change.kind, change.door, change.actor, change.reason, change.upload_id) == ("+", "页面操作", "陈晓", "来函", None)
    assert moved(change)["total_wan"] == ("—", "12000")
    assert moved(change)["unit"] == ("—", "市南区")


def test_change_tells_old_and_new_of_changed_columns_only(cast):
    project = make_project(unit=cast.unit_a)
    with changes_from(Source(door=Door.COMMAND)):
        project.unit = cast.unit_b
        project.stage = "planned"
        project.save()
    assert moved(changes(project)[0]) == {"unit": ("市南区", "市北区"), "stage": ("前期", "计划新开工")}
    assert changes(project)[0].door == "命令"


def test_upload_number_rides_on_the_row(cast):
    project = make_project(unit=cast.unit_a)
    with changes_from(Source(door=Door.UPLOAD, actor_id=cast.owner.pk, upload_id=7)):
        report = make_month(project, done_ytd_wan=Decimal("3.5"))
    assert (changes(report)[0].door, changes(report)[0].upload_id) == ("上传", 7)


def test_delete_is_told_and_stays_in_the_projects_history(cast):
    project = make_project(unit=cast.unit_a)
    plan = make_plan(project, 500)
    plan.delete()
    told = [change for change in project_changes(project) if change.kind == "-"]
    assert [change.subject for change in told] == ["年度计划 2020年"]


def test_source_ends_with_its_block(cast):
    with pytest.raises(RuntimeError), changes_from(Source(door=Door.API, actor_id=cast.owner.pk)):
        raise RuntimeError
    project = make_project(unit=cast.unit_a)
    assert changes(project)[0].actor == ""


def test_changes_since_gives_what_came_after_a_revision(cast):
    project = make_project(unit=cast.unit_a)
    seen = project.revision
    project.contact = "刘工"
    project.save()
    assert [moved(change) for change in changes_since(project, seen)] == [{"contact": ("—", "刘工")}]
    assert changes_since(project, project.revision) == []


def test_entering_a_project_gives_number_baseline_and_one_line_that_is_told(cast):
    project = make_project(unit=cast.unit_a)
    new = enter_project(Project(name="港区道路工程", unit=cast.unit_a, kind="infrastructure", total_wan=Decimal(900)))
    new.refresh_from_db()
    assert new.uid == f"P-{new.pk:06d}"
    assert [(change.kind, moved(change)["name"]) for change in changes(new)] == [("+", ("—", "港区道路工程"))]
    assert list(new.plan_versions.values_list("number", "is_baseline", "total_wan")) == [(1, True, Decimal(900))]
    assert new.pk != project.pk


def test_changing_the_total_leaves_a_plan_version_with_its_reason(cast):
    project = enter_project(Project(name="港区道路工程", unit=cast.unit_a, kind="infrastructure", total_wan=Decimal(900)))
    project.total_wan = Decimal(1000)
    assert change_project(project, ["total_wan"], reason="概算调整") is True
    assert change_project(project, [], reason="") is False
    assert list(project.plan_versions.order_by("number").values_list("total_wan", "reason")) == [(Decimal(900), ""), (Decimal(1000), "概算调整")]


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
@pytest.mark.parametrize("write", ["update", "bulk_create", "bulk_update", "delete"])
def test_writes_that_would_leave_no_history_are_refused(model, write):
    rows = model.objects.all()
    arguments = {"update": ((), {"revision": 9}), "bulk_create": (([],), {}), "bulk_update": (([], ["revision"]), {}), "delete": ((), {})}[write]
    with pytest.raises(UntrackedWriteError):
        getattr(rows, write)(*arguments[0], **arguments[1])


def test_every_tracked_model_has_a_history():
    assert [model.__name__ for model in TRACKED if not hasattr(model, "history")] == []


def test_a_past_day_reads_as_it_was_known_then(cast):
    june = datetime(2020, 7, 10, 9, tzinfo=timezone.get_default_timezone())
    project = make_project(unit=cast.unit_a, total_wan=Decimal(100))
    move_history(project, june - timedelta(days=30))
    plan = make_plan(project, 80)
    move_history(plan, june - timedelta(days=30))
    report = make_month(project, done_ytd_wan=Decimal(40))
    move_history(report, june)
    report.done_ytd_wan = Decimal(50)
    report.save()
    later = make_project(unit=cast.unit_a)
    make_month(later, done_ytd_wan=Decimal(7))

    then = Moment(Month(2020, 6), june.date())
    known = figures_of(with_figures(Project.objects.all(), then), then.month)
    assert (known.count, known.total_wan, known.plan_wan, known.ytd_wan) == (1, Decimal(100), Decimal(80), Decimal(40))
    before = Moment(Month(2020, 6), june.date() - timedelta(days=1))
    assert figures_of(with_figures(Project.objects.all(), before), before.month).ytd_wan is None
    now = Moment(Month(2020, 6))
    assert figures_of(with_figures(Project.objects.all(), now), now.month).ytd_wan == Decimal(57)
    assert [row.done_ytd_wan for row in as_of(MonthReport, then.known_until)] == [Decimal(40)]


def test_what_was_deleted_by_then_is_not_known(cast):
    day = datetime(2020, 7, 10, 9, tzinfo=timezone.get_default_timezone())
    project = make_project(unit=cast.unit_a)
    move_history(project, day)
    plan = make_plan(project, 80)
    move_history(plan, day)
    plan.delete()
    gone = AnnualPlan.history.latest("history_id")
    gone.history_date = day + timedelta(days=1)
    gone.save()
    kept, lost = Moment(Month(2020, 6), day.date()), Moment(Month(2020, 6), day.date() + timedelta(days=1))
    assert figures_of(with_figures(Project.objects.all(), kept), kept.month).plan_wan == Decimal(80)
    assert figures_of(with_figures(Project.objects.all(), lost), lost.month).plan_wan is None


def test_project_history_costs_the_same_for_one_month_and_for_three(cast, django_assert_num_queries):
    project = make_project(unit=cast.unit_a)
    make_month(project, 4, done_ytd_wan=1)
    with django_assert_num_queries(14):
        project_changes(project)
    make_month(project, 5, done_ytd_wan=2)
    make_month(project, 6, done_ytd_wan=3)
    with django_assert_num_queries(14):
        project_changes(project)

"""A project's whole course: what is on it, as it was known, who may see it, and how it is laid out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from funding.ledger import Step
from funding.models import Dossier, DossierPaper
from funding.services.dossiers import keep_file
from projects.models import Correction, Door, MonthReport, Obstacle, Permit, PlanVersion, Project, Proposal, Source
from projects.values import Month
from reports.timeline import LEFT, RIGHT, WIDTH, Event, Lane, Look, MonthBar, by_month, draw
from reports.timeline_events import Life, life_of
from tests.conftest import Cast
from tests.exchange.cast import made_upload
from tests.factories import make_code, make_entry, make_list, make_month, make_period, make_plan, make_project, make_version
from tests.funding.money import give, make_bond, of_bond

JUNE = Month(2020, 6)
D = Decimal


def full(cast: Cast) -> Project:
    """A project with something in every lane."""
    project = make_project(
        "滨海道路", cast.unit_a, total_wan=9000, planned_start="2019-03", planned_finish="2021", actual_start="2019-05", stage="build"
    )
    make_code(project, "2019-370202-48-01-000018")
    PlanVersion.objects.create(project=project, number=1, is_baseline=True, planned_start="2019", planned_finish="2020", total_wan=8000)
    PlanVersion.objects.create(project=project, number=2, planned_start="2019-03", planned_finish="2021", reason="调概", decided_on=date(2020, 2, 3))
    make_plan(project, 1200)
    first = make_version(make_list(), 1, date(2020, 1, 13))
    make_version(make_list(), 2, date(2020, 5, 1))
    make_entry(first, project)
    Permit.objects.create(project=project, kind="eia", state="held", doc_no="青环〔2019〕3号", issued_on=date(2019, 2, 1))
    Obstacle.objects.create(project=project, text="三户未签约", raised_on=date(2020, 4, 1), due_on=date(2020, 5, 1))
    Obstacle.objects.create(project=project, text="管线", raised_on=date(2020, 3, 1), resolved_on=date(2020, 4, 1), resolution="迁改")
    report = make_month(project, 5, done_month_wan=90, done_ytd_wan=300)
    make_month(project, 6, done_month_wan=110, done_ytd_wan=410)
    give(of_bond(project, make_bond(5000)), Step.ASSIGN, 500)
    Proposal.objects.create(project=project, changes=[["planned_finish", "2021", "2022"]], reason="延期", doc_no="青发改〔2020〕9号")
    Correction.objects.create(report=report, field="done_ytd_wan", published="300", value="310", reason="核增")
    paper = DossierPaper.objects.create(dossier=Dossier.objects.create(project=project), kind="plan")
    keep_file(paper, "方案.pdf", b"%PDF-1.4", source=Source(Door.ADMIN))
    return project


def of_lane(life: Life, lane: Lane) -> list[tuple[str, str, Look]]:
    return [(one.day_text, one.title, one.look) for one in life.events if one.lane is lane]


@pytest.mark.django_db
def test_every_lane_tells_its_days(cast: Cast) -> None:
    life = life_of(cast.city, full(cast), None, JUNE)
    assert of_lane(life, Lane.PLAN) == [
        ("2019—2020", "基准计划", Look.PLANNED),
        ("2019-03—2021", "第2版计划", Look.PLANNED),
        ("2019-05—", "实际开工，在建", Look.DONE),
        ("2020", "2020年度计划1,200.00万元", Look.PLANNED),
    ]
    assert [(day, look) for day, _title, look in of_lane(life, Lane.LIST)] == [("2020-01-13—2020-05-01", Look.DONE)]
    assert of_lane(life, Lane.PERMIT) == [("2019-02-01", "环评批复", Look.DONE)]
    assert of_lane(life, Lane.MONTH) == [
        ("2020年5月", "本月完成90.00万元", Look.DONE),
        ("2020年6月", "本月完成110.00万元", Look.DONE),
    ]
    assert life.months == [MonthBar(Month(2020, 5), D(90), D(100)), MonthBar(JUNE, D(110), D(100))]
    assert of_lane(life, Lane.OBSTACLE) == [
        ("2020-03-01—2020-04-01", "管线", Look.DONE),
        ("2020-04-01—", "三户未签约", Look.BAD),  # overdue at the end of June
    ]
    assert of_lane(life, Lane.MONEY) == [("2020-05-20", "专项债券分配500.00万元", Look.DONE)]
    assert [title for _day, title, _look in of_lane(life, Lane.CHANGE)] == ["第2版计划批准", "变更申请（待审核）", "2020年5月更正（待审核）"]
    assert [title for _day, title, _look in of_lane(life, Lane.PAPER)] == ["实施方案 方案.pdf"]
    assert life.until == date(2020, 6, 30)


@pytest.mark.django_db
def test_a_row_names_its_upload_where_the_reader_may_open_it(cast: Cast, signed_in: Any) -> None:
    project = make_project("滨海道路", cast.unit_a)
    upload = made_upload(cast.unit_b)
    report = make_month(project, 6, done_month_wan=5)
    report.history.update(upload_id=upload.pk, door=Door.UPLOAD, history_user=cast.stranger)
    (month,) = [one for one in life_of(cast.city, project, None, JUNE).events if one.lane is Lane.MONTH]
    assert (month.upload, month.source) == (upload.pk, f"上传{upload.pk} {cast.stranger.display_name}")
    address = f"/reports/project/{project.uid}/"
    link = f'href="/uploads/{upload.public_id}/"'
    assert link in signed_in(cast.city).get(address).content.decode()
    shown = signed_in(cast.owner).get(address).content.decode()
    assert f"上传{upload.pk}" in shown
    assert link not in shown


@pytest.mark.django_db
def test_another_unit_s_project_does_not_exist(cast: Cast, signed_in: Any) -> None:
    address = f"/reports/project/{full(cast).uid}/"
    assert signed_in(cast.owner).get(address).status_code == 200
    assert signed_in(cast.stranger).get(address).status_code == 404
    assert signed_in(cast.city).get("/reports/project/P-999999/").status_code == 404
    assert signed_in(cast.city).get(f"{address}?period=x").status_code == 400


@pytest.mark.django_db
def test_the_page_shows_the_figures_of_the_month_and_leads_here(cast: Cast, signed_in: Any) -> None:
    project = full(cast)
    client = signed_in(cast.city)
    answer = client.get(f"/reports/project/{project.uid}/", {"period": "2020-06"})
    told = {one["key"]: one["value"] for one in answer.context["figures"]}
    assert told == {"total_wan": 9000, "plan_wan": 1200, "ytd_wan": 410, "rate": D(410) / 1200, "difference": (D(410) / 1200 - D("0.5")) * 100}
    shown = answer.content.decode()
    assert "2019-370202-48-01-000018" in shown
    assert "<style" not in shown
    assert ' style="' not in shown
    assert f'href="/reports/project/{project.uid}/"' in client.get(f"/admin/projects/project/{project.pk}/").content.decode()


def backdate(moment: datetime, *rows: Any) -> None:
    for row in rows:
        row.history.update(history_date=moment)


@pytest.mark.django_db
def test_a_known_day_shows_what_was_known_then(cast: Cast, signed_in: Any) -> None:
    project = make_project("滨海道路", cast.unit_a, planned_start="2020", planned_finish="2021")
    report = make_month(project, 6, done_month_wan=5)
    past = timezone.now() - timedelta(days=30)
    backdate(past, project, report)
    MonthReport.objects.get().history.update(history_date=past)
    report.done_month_wan = D(7)
    report.save()
    Permit.objects.create(project=project, kind="eia", state="held", issued_on=date(2019, 2, 1))
    proposal = Proposal.objects.create(project=project, changes=[], reason="延期")
    Proposal.objects.filter(pk=proposal.pk).update(at=past, state="approved", settled_at=timezone.now())
    now, then = life_of(cast.city, project, None, JUNE), life_of(cast.city, project, past + timedelta(days=5), JUNE)
    assert [bar.done_wan for bar in now.months] == [7]
    assert [bar.done_wan for bar in then.months] == [5]
    assert of_lane(now, Lane.PERMIT)
    assert not of_lane(then, Lane.PERMIT)
    assert [title for _day, title, _look in of_lane(now, Lane.CHANGE)] == ["变更申请（已批准）"]
    assert [title for _day, title, _look in of_lane(then, Lane.CHANGE)] == ["变更申请（待审核）"]
    day = (past - timedelta(days=2)).date().isoformat()
    assert signed_in(cast.city).get(f"/reports/project/{project.uid}/", {"known": day}).status_code == 404


@pytest.mark.django_db
def test_the_page_asks_the_same_few_questions(cast: Cast, signed_in: Any, django_assert_max_num_queries: Any) -> None:
    client, project = signed_in(cast.city), full(cast)
    address = f"/reports/project/{project.uid}/?period=2020-06"
    client.get(address)

    def asked() -> int:
        with django_assert_max_num_queries(45) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    few = asked()
    for month in (1, 2, 3, 4):
        make_period(2020, month)
        make_month(project, month, done_month_wan=10, done_ytd_wan=10 * month)
        Obstacle.objects.create(project=project, text="又一件", raised_on=date(2020, month, 1), owner_unit=cast.unit_b)
        Permit.objects.create(project=project, kind="other", state="held", doc_no=f"{month}号", issued_on=date(2020, month, 2))
        give(of_bond(project, make_bond(5000)), Step.ASSIGN, 50)
        Proposal.objects.create(project=project, changes=[["planned_finish", "2021", "2022"]], reason="延期")
        PlanVersion.objects.create(project=project, number=2 + month, planned_start="2019", planned_finish="2022", reason="调")
    assert asked() == few


# --- Layout ------------------------------------------------------------------------------------------------------------------------


def mark(day: date, title: str = "环评批复", **more: Any) -> Event:
    return Event(Lane.PERMIT, day, str(day), title, **more)


def test_words_in_a_row_cover_nothing() -> None:
    events = [mark(date(2020, 1, 1) + timedelta(days=3 * n)) for n in range(30)]
    drawing = draw(events, [], date(2020, 6, 30))
    assert drawing is not None
    (band,) = drawing.bands
    assert len(band.shapes) == 30
    rows: dict[float, list[Any]] = {}
    for one in band.shapes:
        rows.setdefault(one.y, []).append(one)
        assert LEFT <= one.x <= WIDTH - RIGHT
        assert band.y <= one.y < band.y + band.height
    assert len(rows) > 1
    for row in rows.values():
        labelled = [one for one in row if one.label_x]
        assert labelled == sorted(labelled, key=lambda one: one.x)
        for one, after in pairwise(labelled):
            assert one.label_x + 8 * 5.6 <= after.x or after.label_x >= one.label_x + 8 * 5.6


def test_time_runs_over_whole_years_and_what_is_later_stands_at_the_edge() -> None:
    span = Event(Lane.PLAN, date(2019, 3, 1), "2019", "计划", ends=date(2021, 5, 1), look=Look.PLANNED)
    drawing = draw([span, mark(date(2026, 1, 1))], [], date(2020, 6, 30))
    assert drawing is not None
    plan, permit = drawing.bands
    assert [tick.text for tick in drawing.ticks if len(tick.text) == 4] == ["2019", "2020", "2021"]
    assert plan.shapes[0].x > LEFT
    assert permit.shapes[0].x > plan.shapes[0].x + plan.shapes[0].width
    assert permit.shapes[0].x <= WIDTH - RIGHT
    assert drawing.now_x is not None
    assert plan.shapes[0].x < drawing.now_x < plan.shapes[0].x + plan.shapes[0].width
    assert draw([], [], date(2020, 6, 30)) is None


def test_bars_are_as_high_as_what_was_done() -> None:
    months = by_month({Month(2020, 2): D(50), Month(2020, 1): None, Month(2020, 3): D(100)}, {2020: D(600)})
    assert [bar.plan_wan for bar in months] == [50, 50, 50]
    drawing = draw([], months, date(2020, 6, 30))
    assert drawing is not None
    blank, half, whole = drawing.bands[0].columns
    assert (blank.height, half.height * 2) == (0, whole.height)
    assert half.plan_y == half.y

"""Problems: counted as of a day in one place, raised from a report or by hand, escalated, resolved, opened again with a reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from projects.history import changes
from projects.models import Obstacle
from projects.obstacles import Counts, Standing, count, count_by_unit, said, standing
from tests.factories import make_month, make_project
from tests.projects.admin_pages import errors_of, form_of

pytestmark = pytest.mark.django_db
ADD = reverse("admin:projects_obstacle_add")
LIST = reverse("admin:projects_obstacle_changelist")


def make_obstacle(project, raised_on, **values):
    if values.get("resolved_on"):
        values.setdefault("resolution", "已协调")
    return Obstacle.objects.create(project=project, text="管线迁改", raised_on=raised_on, **values)


@pytest.fixture
def project(cast):
    return make_project("滨海路改造工程", cast.unit_a)


@pytest.fixture
def four(cast, project):
    """One open, one overdue, one resolved; and one of another unit."""
    make_obstacle(project, date(2020, 5, 1), due_on=date(2020, 6, 30))
    make_obstacle(project, date(2020, 5, 1), due_on=date(2020, 5, 31))
    make_obstacle(project, date(2020, 5, 1), due_on=date(2020, 5, 31), resolved_on=date(2020, 6, 5))
    make_obstacle(make_project("邻区工程", cast.unit_b), date(2020, 6, 8))


@pytest.mark.parametrize(
    "day,counts",
    [
        (date(2020, 4, 30), Counts(0, 0, 0)),
        (date(2020, 5, 31), Counts(3, 3, 0)),
        (date(2020, 6, 4), Counts(3, 3, 2)),
        (date(2020, 6, 5), Counts(3, 2, 1)),
        (date(2020, 6, 8), Counts(4, 3, 1)),
        (date(2020, 7, 1), Counts(4, 3, 2)),
    ],
    ids=["before any", "on the due day", "after it", "on the day of resolving", "one more", "both due days past"],
)
def test_counts_are_of_a_day(four, day, counts):
    assert count(Obstacle.objects.all(), day) == counts


def test_counts_by_unit_add_up_to_the_whole(cast, four):
    day = date(2020, 7, 1)
    rows = count_by_unit(Obstacle.objects.all(), day)
    assert [(row.unit, row.counts) for row in rows] == [("市南", Counts(3, 2, 2)), ("市北", Counts(1, 1, 0))]
    whole = count(Obstacle.objects.all(), day)
    assert (whole.total, whole.open, whole.overdue) == tuple(sum(getattr(row.counts, name) for row in rows) for name in ("total", "open", "overdue"))


def test_one_problem_stands_as_it_is_counted(four):
    for day in (date(2020, 5, 31), date(2020, 6, 4), date(2020, 6, 5)):
        found = [standing(row, day) for row in Obstacle.objects.filter(raised_on__lte=day)]
        counts = count(Obstacle.objects.all(), day)
        assert (found.count(Standing.OVERDUE), found.count(Standing.RESOLVED)) == (counts.overdue, counts.resolved)


@pytest.mark.parametrize(
    "counts,words",
    [
        (Counts(749, 0, 0), "749件全部办结"),
        (Counts(749, 9, 0), "共749件，已办结740件，未办结9件"),
        (Counts(749, 9, 2), "共749件，已办结740件，未办结9件，其中超期2件"),
        (Counts(), "没有登记的问题"),
    ],
)
def test_counts_are_said_as_a_report_says_them(counts, words):
    assert said(counts) == words


# --- Pages -------------------------------------------------------------------------------------------------------------------------


def url_of(row):
    return reverse("admin:projects_obstacle_change", args=[row.pk])


def test_raised_from_what_a_month_reported(cast, signed_in, project):
    report = make_month(project, problems="管线迁改未完成，影响路面施工")
    client = signed_in(cast.owner)
    link = f"{ADD}?report={report.pk}"
    assert link in client.get(reverse("admin:projects_monthreport_change", args=[report.pk])).content.decode()
    assert link in client.get(f"{reverse('admin:projects_project_page', args=[project.pk])}?month=2020-06").content.decode()
    answer = client.post(ADD, form_of(client.get(link), due_on=str(timezone.localdate() + timedelta(days=30))))
    assert answer.status_code == 302, errors_of(answer)
    made = Obstacle.objects.get()
    assert (made.project, made.period, made.text, made.owner_unit) == (project, report.period, "管线迁改未完成，影响路面施工", cast.unit_a)
    assert (made.raised_on, made.level) == (timezone.localdate(), "district")


def test_a_foreign_report_tells_nothing(cast, signed_in):
    report = make_month(make_project(unit=cast.unit_b), problems="机密卡点")
    assert "机密卡点" not in signed_in(cast.owner).get(f"{ADD}?report={report.pk}").content.decode()


def test_whoever_only_reads_is_offered_no_raising(cast, signed_in, project):
    report = make_month(project, problems="管线迁改")
    page = signed_in(cast.reviewer).get(reverse("admin:projects_monthreport_change", args=[report.pk]))
    assert f"report={report.pk}" not in page.content.decode()


@pytest.mark.parametrize(
    "typed,field",
    [
        ({"raised_on": "2999-01-01"}, "raised_on"),
        ({"due_on": "2020-04-30"}, "due_on"),
        ({"resolved_on": "2020-06-01", "resolution": " "}, "resolution"),
        ({"resolved_on": "2020-04-30", "resolution": "已协调"}, "resolved_on"),
        ({"resolved_on": "2999-01-01", "resolution": "已协调"}, "resolved_on"),
    ],
    ids=["raised to come", "due before raised", "no word on how", "resolved before raised", "resolved to come"],
)
def test_days_that_can_not_be_are_refused_at_the_field(cast, signed_in, project, typed, field):
    row = make_obstacle(project, date(2020, 5, 1))
    client = signed_in(cast.owner)
    assert field in errors_of(client.post(url_of(row), form_of(client.get(url_of(row)), **typed)))
    assert len(changes(row)) == 1


@pytest.mark.parametrize(
    "before,typed,words",
    [
        ({"resolved_on": date(2020, 6, 1)}, {"resolved_on": ""}, "重新打开"),
        ({"due_on": date(2020, 6, 1)}, {"due_on": "2020-07-01"}, "推迟"),
        ({"due_on": date(2020, 6, 1)}, {"due_on": ""}, "取消"),
        ({"level": "leader"}, {"level": "bureau"}, "降低"),
    ],
    ids=["opened again", "put off", "no day", "a lower level"],
)
def test_what_was_promised_is_taken_back_with_a_reason_only(cast, signed_in, project, before, typed, words):
    row = make_obstacle(project, date(2020, 5, 1), **before)
    client = signed_in(cast.owner)
    sent = form_of(client.get(url_of(row)), **typed)
    assert any(words in text for text in errors_of(client.post(url_of(row), sent))["change_reason"])
    answer = client.post(url_of(row), {**sent, "change_reason": "复核发现未解决"})
    assert answer.status_code == 302, errors_of(answer)
    assert changes(row)[0].reason == "复核发现未解决"


def test_escalating_is_dated(cast, signed_in, project):
    row = make_obstacle(project, date(2020, 5, 1))
    client = signed_in(cast.owner)
    answer = client.post(url_of(row), form_of(client.get(url_of(row)), level="leader"))
    assert answer.status_code == 302, errors_of(answer)
    row.refresh_from_db()
    assert (row.level, row.escalated_on) == ("leader", timezone.localdate())


def test_escalating_on_the_project_form_is_dated_too(cast, signed_in, project):
    row = make_obstacle(project, date(2020, 5, 1))
    client, url = signed_in(cast.owner), reverse("admin:projects_project_change", args=[project.pk])
    answer = client.post(url, form_of(client.get(url), **{"obstacles-0-level": "bureau"}))
    assert answer.status_code == 302, errors_of(answer)
    row.refresh_from_db()
    assert (row.level, row.escalated_on) == ("bureau", timezone.localdate())


def test_the_list_counts_what_its_reader_may_see(cast, signed_in, four):
    page = signed_in(cast.owner).get(LIST)
    assert (page.context["counts"], [row.unit for row in page.context["by_unit"]]) == (Counts(3, 2, 2), ["市南"])
    assert "邻区工程" not in page.content.decode()
    found = {value: [row.pk for row in signed_in(cast.owner).get(LIST, {"open": value}).context["cl"].result_list] for value in ("yes", "late", "no")}
    assert [len(rows) for rows in found.values()] == [2, 2, 1]


def test_the_list_costs_the_same_for_one_and_for_three(cast, signed_in, project):
    client, costs = signed_in(cast.city), []
    for _number in range(3):
        make_obstacle(project, date(2020, 5, 1), owner_unit=cast.unit_b)
        with CaptureQueriesContext(connection) as seen:
            client.get(LIST)
        costs.append(len(seen))
    assert costs[0] == costs[2]

"""The dashboards: the figures of the city table, of one's reach alone, each with a way to its rows, at one cost for any number of projects."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.measures import MonthFigures
from projects.models import AnnualPlan, Campaign, CampaignProject, MonthReport, Obstacle
from projects.services.summing import rebuild
from projects.values import Month
from reports.behind import furthest_behind
from reports.catalogue import city
from reports.city import figure_values
from reports.progress import progress
from reports.selection import Question, whole_reach
from tests.reports import build

pytestmark = pytest.mark.django_db
PAGE, JUNE = "/reports/dashboard/", Month(2020, 6)
HERE = f"{PAGE}?period=2020-06"


@pytest.fixture
def cast(client):
    """Two districts, three projects in May and June, a list that holds two of them, last year's June of one."""
    mine, theirs, bureau = build.unit("mine"), build.unit("theirs"), build.unit("bureau", ranked=False)
    roads = build.sector("roads")
    build.project(mine, name="快的工程", total=20000, plan=10000, in_sector=roads, months={"2020-05": (1000, 5000), "2020-06": (1000, 6000)})
    slow = build.project(mine, name="慢的工程", total=30000, plan=10000, months={"2020-05": (100, 900)})
    build.report(slow, "2020-06", 100, 1000, problems="征地没有完成")
    other = build.project(theirs, name="他区工程", total=30000, plan=20000, months={"2019-06": (1, 4000), "2020-06": (2000, 5000)})
    build.project(theirs, name="没报的工程", total=40000, plan=5000, stage="build")
    people = {
        "city": build.person("city", "city_officer"),
        "district": build.person("district", "district_officer", mine),
        "audit": build.person("audit", "auditor"),
    }

    def sign_in(name):
        client.force_login(people[name], backend="accounts.backends.RoleBackend")
        return client

    sign_in.people, sign_in.mine, sign_in.theirs, sign_in.slow, sign_in.other, sign_in.bureau = people, mine, theirs, slow, other, bureau
    return sign_in


def told(response, name="told"):
    return {one.key: one for one in response.context[name]}


QUESTIONS = {
    "now": {},
    "approved": {"approved": True},
    "listed": {"lists": "infrastructure"},
    "known": {"known": date(2020, 1, 1)},
    "unit": {"unit": "mine"},
}


@pytest.mark.parametrize("kept", [True, False], ids=["kept totals", "records"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_its_figures_are_those_of_the_city_table(cast, name, kept):
    if kept:
        rebuild()
    question = Question(JUNE, **QUESTIONS[name])
    reach = whole_reach()
    found, table = progress(reach, question), city(reach, question, "unit")
    assert printed(found.now) == {key: table.total.values[key] for key in printed(found.now)}
    rows = {row.keys["unit"]: row.values for row in table.rows[1:]}
    for line in found.units:
        assert printed(line.figures) == {key: rows[line.keys["unit"]][key] for key in printed(line.figures)}
        if not question.unit:
            assert line.figures.rank == rows[line.keys["unit"]]["rank"]


def printed(figures: MonthFigures):
    return figure_values(figures)


def test_headline_says_how_it_moved_since_last_month(cast):
    found = told(cast("city").get(HERE))
    assert [found[key].text for key in ("count", "total_wan", "plan_wan", "ytd_wan", "rate")] == ["4", "12.00", "4.50", "1.20", "26.7%"]
    assert found["ytd_wan"].change == "+0.61", "from 0.59 in May, of those who reported"
    assert found["rate"].note == "低于时序23.3个百分点（时序50.0%）"
    assert found["rate"].is_bad


def test_each_figure_leads_to_the_rows_that_add_up_to_it(cast):
    client = cast("city")
    response = client.get(HERE)
    behind = client.get(told(response)["ytd_wan"].href).context["page"]
    assert behind.total.cells
    assert len(behind.rows) == 4
    for chart in ("units", "sectors"):
        for label, href, texts in response.context["charts"][chart].rows:
            rows = client.get(href).context["page"]
            cells = {cell.key: cell.text for cell in rows.total.cells}
            assert cells["rate"].startswith(texts[0].split(".")[0]), label


def test_the_course_has_the_year_so_far_and_the_year_before(cast):
    rebuild()
    chart = cast("city").get(HERE).context["charts"]["course"]
    series = {one.role.value: one.texts for one in chart.series}
    assert series["actual"][4:7] == ["0.59", "1.20", "—"]
    assert series["due"][5] == "2.25"
    assert series["last"][5] == "0.40"


def test_a_district_sees_its_own_and_no_rank(cast):
    response = cast("district").get(HERE)
    html = response.content.decode()
    assert told(response)["count"].text == "2"
    assert "mine区重大项目总览" in html
    assert "他区" not in html
    assert "theirs" not in html
    assert "第1位" not in html
    assert "位次只在全市表中列出" in html
    assert set(response.context["charts"]) == {"course", "sectors"}, "quota is the city's"


def test_the_city_looks_at_one_unit_with_its_place(cast):
    response = cast("city").get(f"{HERE}&unit=theirs")
    assert told(response)["count"].text == "2"
    assert "按完成率在全市排第2位" in response.content.decode()


@pytest.mark.parametrize("unit, who, status", [("theirs", "district", 404), ("mine", "district", 200), ("nobody", "city", 404)])
def test_a_unit_out_of_reach_is_no_unit(cast, unit, who, status):
    assert cast(who).get(f"{HERE}&unit={unit}").status_code == status


def test_no_style_and_no_script_of_its_own(cast):
    html = cast("city").get(HERE).content.decode()
    assert re.findall(r"\sstyle=|<style|\son\w+=|<script(?![^>]*( src=|type=\"application/json\"))", html) == []
    assert "echarts" in html
    assert "echarts" not in cast("city").get("/reports/city/?period=2020-06").content.decode()


def test_an_empty_city_says_what_to_do(client):
    build.unit("only")
    client.force_login(build.person("first", "city_officer"), backend="accounts.backends.RoleBackend")
    html = client.get(PAGE).content.decode()
    assert "先上传项目清单和月报" in html
    assert "echarts" not in html


# --- Behind ------------------------------------------------------------------------------------------------------------------------


def test_furthest_behind_is_told_with_its_reason_and_without_who_did_not_report(cast):
    rows = cast("city").get(HERE).context["behind"]
    assert [(one.row.name, one.missing_wan) for one in rows] == [("他区工程", 5000), ("慢的工程", 4000)]
    assert rows[1].row.problems == "征地没有完成"
    assert rows[1].difference == -40


@pytest.mark.parametrize("more", [{}, {"approved": True}, {"unit": "u1"}, {"lists": "none"}])
def test_kept_totals_and_records_name_the_same_projects(more):
    chance, units = random.Random(5), [build.unit(f"u{n}") for n in range(3)]
    for _ in range(40):
        one = build.project(chance.choice(units), plan=chance.choice([None, 0, chance.randrange(1, 900)]))
        if chance.random() < 0.8:
            build.report(one, "2020-06", 1, chance.randrange(500), state=chance.choice(["draft", "approved"]))
    question = Question(JUNE, **more)
    by_records = furthest_behind(whole_reach(), question, 7)
    rebuild()
    assert furthest_behind(whole_reach(), question, 7) == by_records
    assert by_records
    worst = by_records[-1].row.pk
    AnnualPlan.objects.update_or_create(project_id=worst, year=2020, defaults={"plan_wan": Decimal(99999)})
    report = MonthReport.objects.get(project_id=worst)
    report.done_ytd_wan = Decimal(0)
    report.save()
    assert furthest_behind(whole_reach(), question, 7)[0].row.pk == worst, "what was written since the last fold counts at once"


# --- Beside the figures --------------------------------------------------------------------------------------------------------------


def test_who_has_not_reported_is_named_with_what_is_missing(cast):
    rows = {row.label: row for row in cast("city").get(HERE).context["owed"]}
    assert rows["theirs"].not_reported == 1
    assert rows["theirs"].plan == "0.50"
    assert rows["theirs"].href.startswith("/admin/projects/monthreport/unit/")


def test_a_past_day_says_nothing_of_who_owes(cast):
    response = cast("city").get(f"{HERE}&known={(timezone.localdate() - timedelta(days=1)).isoformat()}")
    assert response.status_code == 200
    assert "没有可列入本表的项目" in response.content.decode()


def test_problems_are_counted_and_the_late_ones_come_first(cast):
    today = timezone.localdate()
    for days, text in ((-3, "电力迁改"), (5, "管线"), (None, "别的")):
        due_on = today + timedelta(days=days) if days is not None else None
        Obstacle.objects.create(project=cast.slow, text=text, raised_on=today - timedelta(days=9), due_on=due_on)
    Obstacle.objects.create(project=cast.other, text="他区的", raised_on=today)
    found = cast("district").get(HERE).context["problems"]
    assert (found.counts.open, found.counts.overdue) == (3, 1)
    assert [(row.obstacle.text, row.days_late) for row in found.rows] == [("电力迁改", 3), ("管线", 0), ("别的", 0)]
    assert "超期3天" in cast("district").get(HERE).content.decode()


def test_a_campaign_is_counted_down_from_the_end_of_a_past_month(cast):
    campaign = Campaign.objects.create(name="百日攻坚", begins_on=date(2020, 6, 1), ends_on=date(2020, 9, 8))
    for project in (cast.slow, cast.other):
        CampaignProject.objects.create(campaign=campaign, project=project, joined_on=date(2020, 6, 1))
    (found,) = cast("city").get(HERE).context["countdowns"]
    assert (found.days_left, found.day_number, found.length, found.tally.count) == (70, 30, 100, 2)
    assert cast("district").get(HERE).context["countdowns"][0].tally.count == 1
    assert cast("city").get(f"{PAGE}?period=2020-05").context["countdowns"] == []


# --- Cost and the way in -------------------------------------------------------------------------------------------------------------


def test_it_takes_the_same_queries_at_any_size(cast, django_assert_max_num_queries):
    rebuild()
    client = cast("city")
    client.get(HERE)
    for _ in range(2):
        with django_assert_max_num_queries(75):
            client.get(HERE)
        for number in range(30):
            build.project(cast.mine, plan=100, months={"2020-05": (1, 1), "2020-06": (number, number)})
        rebuild()


@pytest.mark.parametrize("who, lands", [("city", "reports:dashboard"), ("district", "reports:dashboard"), ("audit", "admin:index")])
def test_home_is_the_dashboard_of_who_sees_figures(cast, who, lands):
    assert cast(who).get("/")["Location"] == reverse(lands)


def test_signing_in_leads_home(cast, client):
    client.logout()
    assert client.get("/")["Location"] == "/admin/login/?next=/"
    answer = client.post("/admin/login/", {"username": "city", "password": "correct horse battery staple", "next": "/"}, follow=True)
    assert answer.redirect_chain[-1][0] == PAGE


def test_what_waits_is_a_piece_of_the_page(cast):
    html = cast("city").get("/todo/").content.decode()
    assert "<html" not in html
    assert "没有等着您办的事" in html
    build.report(build.project(cast.mine, name="待审的工程"), "2020-06", 1, 1, state="submitted")
    reviewer = build.person("reviewer", "city_reviewer")
    cast.people["reviewer"] = reviewer
    assert "的月度进展待审核" in cast("reviewer").get("/todo/").content.decode()

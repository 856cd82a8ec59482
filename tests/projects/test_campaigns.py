"""Campaigns: a dated set of projects, counted down; who is done, on the way, behind."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects.campaigns import Aim, Goal, Pace, Span, due_wan, pace, tally
from projects.models import Campaign, CampaignProject, MonthReport
from projects.services.campaigns import join_list
from projects.standings import by_unit, standings, total_of
from tests.factories import make_entry, make_list, make_month, make_period, make_plan, make_project, make_version
from tests.projects.admin_pages import errors_of, form_of

TEN = Span(date(2020, 6, 1), date(2020, 6, 10))


# --- Without a database ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day,left,number,share",
    [
        (date(2020, 5, 31), 9, 0, "0"),
        (date(2020, 6, 1), 9, 1, "0.1"),
        (date(2020, 6, 5), 5, 5, "0.5"),
        (date(2020, 6, 10), 0, 10, "1"),
        (date(2020, 7, 1), 0, 10, "1"),
    ],
    ids=["before", "first", "middle", "last", "after"],
)
def test_the_countdown(day, left, number, share):
    assert (TEN.days_left(day), TEN.day_number(day), TEN.share(day)) == (left, number, Decimal(share))


def aim(done, target="1000", base="200"):
    amounts = [Decimal(text) if text is not None else None for text in (target, base, done)]
    return Aim(Goal.INVEST, TEN, *amounts)


@pytest.mark.parametrize(
    "given,day,stands",
    [
        (aim("1000"), 3, Pace.DONE),
        (aim("600"), 5, Pace.ON_WAY),
        (aim("599.99"), 5, Pace.BEHIND),
        (aim("999"), 10, Pace.BEHIND),
        (aim(None, base=None), 1, Pace.BEHIND),
        (aim("500", target=None), 5, Pace.WITHOUT),
        (aim("500", target="0"), 10, Pace.WITHOUT),
        (aim(None, target="0"), 10, Pace.WITHOUT),
    ],
    ids=[
        "reached",
        "at the pace",
        "just under it",
        "over and not reached",
        "nothing reported",
        "no target",
        "a target of nothing",
        "nothing of nothing",
    ],
)
def test_the_pace_of_money(given, day, stands):
    assert pace(given, date(2020, 6, day)) is stands


def test_what_is_due_grows_evenly_from_where_it_began():
    assert [due_wan(aim("0"), date(2020, 6, day)) for day in (1, 5, 10)] == [Decimal(280), Decimal(600), Decimal(1000)]


@pytest.mark.parametrize(
    "started,day,stands",
    [(date(2020, 6, 3), 3, Pace.DONE), (date(2020, 6, 4), 3, Pace.ON_WAY), (None, 10, Pace.ON_WAY), (None, 11, Pace.BEHIND)],
    ids=["begun", "not yet", "last day", "a day late"],
)
def test_the_pace_of_a_start(started, day, stands):
    assert pace(Aim(Goal.START, TEN, started_on=started), date(2020, 6, day)) is stands


def test_money_is_added_of_those_with_a_target_alone():
    found = tally([(aim("500"), Pace.BEHIND), (aim("1000"), Pace.DONE), (aim("700", target=None), Pace.WITHOUT)])
    assert (found.count, found.done, found.behind, found.without) == (3, 1, 1, 1)
    assert (found.target_wan, found.done_wan, found.rate) == (Decimal(2000), Decimal(1500), Decimal("0.75"))
    assert tally([]).rate is None


# --- From the database -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def campaign(db):
    return Campaign.objects.create(name="百日攻坚", begins_on=date(2020, 4, 1), ends_on=date(2020, 7, 9))


def member(campaign, project, **values):
    return CampaignProject.objects.create(campaign=campaign, project=project, **{"joined_on": campaign.begins_on, **values})


def test_targets_are_given_or_of_the_years_plan(cast, campaign):
    own, planned, bare = (make_project(f"工程{number}号", cast.unit_a) for number in range(3))
    member(campaign, own, target_wan=Decimal(900))
    member(campaign, planned)
    member(campaign, bare)
    make_plan(planned, 1200)
    for month, done in ((3, 100), (5, 400), (8, 999)):
        make_month(own, month, done_ytd_wan=Decimal(done))
    rows = standings(campaign, CampaignProject.objects.all(), date(2020, 6, 15))
    assert [(row.aim.target_wan, row.aim.base_wan, row.aim.done_wan) for row in rows] == [
        (Decimal(900), Decimal(100), Decimal(400)),
        (Decimal(700), None, None),
        (None, None, None),
    ]
    assert [row.pace for row in rows] == [Pace.BEHIND, Pace.BEHIND, Pace.WITHOUT]


@pytest.mark.parametrize(
    "day,done",
    [
        (date(2020, 6, 10), 500),
        (date(2020, 6, 15), 550),
        (date(2020, 6, 29), 550),
        (date(2020, 6, 30), 600),
        (date(2020, 7, 31), 600),
        (date(2021, 2, 1), 600),
    ],
    ids=["within", "first half over", "a day short", "the end", "a month later", "a year later"],
)
def test_what_counts_is_of_the_last_period_that_had_ended(cast, day, done):
    campaign = Campaign.objects.create(name="会战", begins_on=date(2020, 5, 1), ends_on=date(2020, 6, 30))
    project = make_project(unit=cast.unit_a)
    member(campaign, project, target_wan=Decimal(1000))
    for month, reported in ((4, 300), (5, 500), (6, 600), (7, 700)):
        make_month(project, month, done_ytd_wan=Decimal(reported))
    MonthReport.objects.create(project=project, period=make_period(2020, 6, half=1), done_ytd_wan=Decimal(550))
    (row,) = standings(campaign, CampaignProject.objects.all(), day)
    assert (row.aim.base_wan, row.aim.done_wan) == (300, done)


def test_the_set_is_dated(cast, campaign):
    stays, comes, goes = (make_project(f"工程{number}号", cast.unit_a) for number in range(3))
    member(campaign, stays)
    member(campaign, comes, joined_on=date(2020, 5, 1))
    member(campaign, goes, left_on=date(2020, 5, 1))
    names = [[row.member.project.name for row in standings(campaign, CampaignProject.objects.all(), date(2020, month, 1))] for month in (4, 5)]
    assert names == [["工程0号", "工程2号"], ["工程0号", "工程1号"]]


def test_units_add_up_to_the_total(cast, campaign):
    for unit in (cast.unit_a, cast.unit_b, cast.unit_a):
        project = make_project(unit=unit)
        member(campaign, project, target_wan=Decimal(100))
        make_month(project, 5, done_ytd_wan=Decimal(100))
    rows = standings(campaign, CampaignProject.objects.all(), date(2020, 6, 1))
    assert [(row.unit, row.tally.count, row.tally.done) for row in by_unit(rows)] == [("市南", 2, 2), ("市北", 1, 1)]
    assert (total_of(rows).count, total_of(rows).rate) == (3, Decimal(1))


def test_a_list_joins_once(cast, campaign):
    version = make_version(make_list())
    first, second = make_project("工程一号", cast.unit_a), make_project("工程二号", cast.unit_a)
    member(campaign, first, target_wan=Decimal(5))
    for project in (first, second):
        make_entry(version, project)
    campaign.list_version = version
    campaign.save()
    assert [join_list(campaign, day=date(2020, 4, 1)) for _ in range(2)] == [1, 0]
    assert sorted(campaign.members.values_list("project__name", "target_wan")) == [("工程一号", Decimal(5)), ("工程二号", None)]


# --- Pages -------------------------------------------------------------------------------------------------------------------------


def page_of(campaign, **query):
    return reverse("admin:projects_campaign_page", args=[campaign.pk], query=query)


def test_made_of_a_list_and_shown_with_its_table(cast, signed_in):
    version = make_version(make_list())
    project = make_project("滨海路改造工程", cast.unit_a)
    make_entry(version, project)
    client, add = signed_in(cast.city), reverse("admin:projects_campaign_add")
    typed = {"name": "百日攻坚", "begins_on": "2020-04-01", "ends_on": "2020-07-09", "list_version": str(version.pk)}
    answer = client.post(add, form_of(client.get(add), **typed))
    assert answer.status_code == 302, errors_of(answer)
    made = Campaign.objects.get()
    assert [(row.project, row.joined_on) for row in made.members.all()] == [(project, date(2020, 4, 1))]
    page = client.get(page_of(made, day="2020-05-10")).content.decode()
    assert [word for word in ("滨海路改造工程", "还剩 60 天", "市南") if word not in page] == []


def test_each_sees_the_own_units_projects(cast, signed_in, campaign):
    member(campaign, make_project("滨海路改造工程", cast.unit_a))
    member(campaign, make_project("邻区机密工程", cast.unit_b))
    page = signed_in(cast.owner).get(page_of(campaign, day="2020-05-10"))
    assert (page.context["total"].count, "邻区机密" in page.content.decode()) == (1, False)


def test_an_end_before_the_beginning_is_refused(cast, signed_in):
    client, add = signed_in(cast.city), reverse("admin:projects_campaign_add")
    typed = {"name": "百日攻坚", "begins_on": "2020-04-01", "ends_on": "2020-03-31"}
    assert "结束日期不能早于开始日期" in errors_of(client.post(add, form_of(client.get(add), **typed)))["__all__"]


def test_units_keep_no_campaigns(cast, signed_in, campaign):
    client = signed_in(cast.owner)
    assert client.get(reverse("admin:projects_campaign_add")).status_code == 403
    assert client.post(reverse("admin:projects_campaign_change", args=[campaign.pk]), {"name": "改名"}).status_code == 403
    assert signed_in(cast.city).get(page_of(campaign, day="尚未")).status_code == 400


def test_the_page_costs_the_same_for_one_project_and_for_three(cast, signed_in, campaign):
    client, costs = signed_in(cast.city), []
    for _number in range(3):
        member(campaign, make_project(unit=cast.unit_a))
        with CaptureQueriesContext(connection) as seen:
            client.get(page_of(campaign, day="2020-05-10"))
        costs.append(len(seen))
    assert costs[0] == costs[2]

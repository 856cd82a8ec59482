"""Lights out of the database: at two clocks, in reach, with what is said beside them, in a fixed number of queries."""

from __future__ import annotations

import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.roles import Action
from funding.clocks import Light as Colour
from funding.ledger import Step
from projects.models import LightNote
from projects.services.lights import say, withdraw
from projects.services.reference import load_reference
from projects.values import Month
from reports.light_rows import compared, light_counts, lights_of, profile_in_force, profile_of, profiles_at
from reports.lights import Item
from reports.selection import Question, reach_of, whole_reach
from tests.conftest import Cast
from tests.factories import make_month, make_plan, make_project
from tests.funding.money import give, make_bond, of_bond

pytestmark = pytest.mark.django_db
D = Decimal
JUNE = Month(2020, 6)
PROFILES = Path(__file__).parents[2] / "fixtures" / "reference" / "light_profiles.json"


@pytest.fixture(autouse=True)
def rules(tmp_path: Path) -> None:
    shutil.copy(PROFILES, tmp_path)
    load_reference(tmp_path)


def lit(unit, rate: int | None, name: str = "", **values):
    """A started project with a plan of 10 000 whose year to date is `rate` percent of it."""
    project = make_project(name, unit, stage="build", actual_start="2019-05", **values)
    make_plan(project, 10000)
    if rate is not None:
        make_month(project, 6, done_ytd_wan=D(rate * 100))
    return project


def colours(found) -> dict[str, Colour]:
    return {row.name: row.colour for row in found.rows}


def test_each_project_is_lit_by_the_rule_in_force(cast: Cast) -> None:
    lit(cast.unit_a, 55, "快的工程项目")
    lit(cast.unit_a, 35, "慢的工程项目")
    lit(cast.unit_b, 5, "很慢的工程项目")
    lit(cast.unit_b, None, "没报的工程项目")
    lit(cast.unit_b, 5, "停建的工程项目", stopped_on="2020-02")
    found = lights_of(whole_reach(), Question(JUNE))
    assert found.profile.title == "青岛默认方案 v1"
    assert colours(found)["快的工程项目"] is Colour.GREEN
    assert colours(found)["慢的工程项目"] is Colour.YELLOW
    assert colours(found)["很慢的工程项目"] is Colour.RED
    assert colours(found)["没报的工程项目"] is Colour.GREY
    assert {row.name for row in found.red} == {"很慢的工程项目", "停建的工程项目"}
    counts = light_counts(found)
    assert counts.whole == {Colour.RED: 2, Colour.YELLOW: 1, Colour.GREEN: 1, Colour.GREY: 1}
    assert counts.by_unit[cast.unit_b.key][Colour.RED] == 2
    assert counts.red_items == {Item.PROGRESS: 2}


def test_who_reads_one_unit_sees_its_lights_alone(cast: Cast) -> None:
    lit(cast.unit_a, 5, "甲区的工程项目")
    lit(cast.unit_b, 5, "乙区的工程项目")
    found = lights_of(reach_of(cast.owner, Action.VIEW), Question(JUNE))
    assert colours(found) == {"甲区的工程项目": Colour.RED}


def test_red_says_since_when(cast: Cast) -> None:
    project = lit(cast.unit_a, 5)
    make_month(project, 3, done_ytd_wan=D(2400))  # 24 % against 25 %
    make_month(project, 4, done_ytd_wan=D(300))  # 3 % against 33 %: just 30.3 points
    make_month(project, 5, done_ytd_wan=D(400))
    (row,) = lights_of(whole_reach(), Question(JUNE)).rows
    assert row.since == Month(2020, 4)


def test_a_stopped_project_is_grey_from_the_month_it_stopped(cast: Cast) -> None:
    project = lit(cast.unit_a, 5, stopped_on="2020-06")
    project.stage = "suspended"
    project.save()
    assert [row.colour for row in lights_of(whole_reach(), Question(JUNE)).rows] == [Colour.GREY]
    make_month(project, 5, done_ytd_wan=D(100))
    assert [row.colour for row in lights_of(whole_reach(), Question(Month(2020, 5))).rows] == [Colour.RED]


def test_money_that_should_be_paid_lights_red(cast: Cast) -> None:
    project = lit(cast.unit_a, 55)
    bond = make_bond()
    give(of_bond(project, bond), Step.ASSIGN, 100)
    (row,) = lights_of(whole_reach(), Question(Month(2020, 12))).rows
    part = row.light.part(Item.PAYMENT)
    assert part is not None
    assert part.colour is Colour.RED
    assert "应支付" in part.zh


def test_what_is_said_stands_beside_and_changes_no_colour(cast: Cast) -> None:
    project = lit(cast.unit_a, 5)
    note = say(project=project, month=JUNE, kind="override", colour="yellow", actor=cast.city, reason="资料在途")
    say(project=project, month=JUNE, kind="explanation", actor=cast.owner, reason="汛期停工")
    (row,) = lights_of(whole_reach(), Question(JUNE)).rows
    assert row.colour is Colour.RED
    assert row.override is not None
    assert row.explanation is not None
    assert (row.override.colour, row.override.by, row.override.profile) == ("yellow", str(cast.city), "青岛默认方案 v1")
    assert row.explanation.reason == "汛期停工"
    withdraw(note=note, actor=cast.city, reason="资料已到")
    (row,) = lights_of(whole_reach(), Question(JUNE)).rows
    assert row.override is None
    assert LightNote.objects.count() == 3
    (row,) = lights_of(whole_reach(), Question(Month(2020, 5))).rows
    assert row.explanation is None


def test_knowledge_of_a_past_day_makes_the_light_of_that_day(cast: Cast) -> None:
    project = lit(cast.unit_a, 5)
    yesterday = timezone.localdate() - timedelta(days=1)
    assert lights_of(whole_reach(), Question(JUNE, known=yesterday)).rows == ()
    for line in (*project.history.all(), *project.annual_plans.get().history.all(), *project.months.get().history.all()):
        line.history_date -= timedelta(days=2)
        line.save()
    report = project.months.get()
    report.done_ytd_wan = D(6000)
    report.save()
    assert [row.colour for row in lights_of(whole_reach(), Question(JUNE, known=yesterday)).rows] == [Colour.RED]
    assert [row.colour for row in lights_of(whole_reach(), Question(JUNE)).rows] == [Colour.GREEN]


def test_two_rules_are_compared_over_the_same_rows(cast: Cast) -> None:
    lit(cast.unit_a, 35)
    wuhan = next(profile_of(row) for row in profiles_at(None) if row.key == "wuhan")
    mine, theirs = compared(whole_reach(), Question(JUNE), profile_in_force(Question(JUNE).moment), wuhan)
    assert [row.colour for row in mine.rows] == [Colour.YELLOW]
    assert [row.colour for row in theirs.rows] == [Colour.YELLOW]
    assert theirs.rows[0].light.profile.key == "wuhan"


@pytest.mark.parametrize("count", [1, 4])
def test_the_number_of_queries_is_fixed(cast: Cast, count: int, django_assert_max_num_queries) -> None:
    bond = make_bond()
    for number in range(count):
        project = lit(cast.unit_a, 5, f"第{number}个工程项目")
        give(of_bond(project, bond), Step.ASSIGN, 10)
        say(project=project, month=JUNE, kind="explanation", actor=cast.owner, reason="汛期停工")
    with django_assert_max_num_queries(11):
        assert len(lights_of(whole_reach(), Question(JUNE)).rows) == count

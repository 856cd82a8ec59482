"""City figures: who is in the table, what is added up, and in how many queries."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from projects.measures import Sums
from projects.values import Month
from reports.queries import city_figures
from reports.selection import Question, latest_month, reach_of, versions_in_effect, whole_reach
from tests.reports import build

pytestmark = pytest.mark.django_db
JUNE = Month(2020, 6)


def whole(figures):
    return Sums.of(group.sums for group in figures.groups)


def test_figures_with_random_projects_equal_a_plain_sum_over_rows():
    chance = random.Random(2020)
    units = [build.unit(f"u{n}") for n in range(3)]
    sectors = [build.sector(f"s{n}") for n in range(2)]

    def figure():
        return chance.choice([None, 0, Decimal(chance.randrange(10**12)).scaleb(-6)])

    expected = Sums()
    for _ in range(60):
        total, plan, month, ytd = figure() or None, figure(), figure(), figure()
        of_month = {} if chance.random() < 0.2 else {"2020-06": (month, ytd), "2020-05": (5, 5), "2019-06": (7, 7)}
        build.project(chance.choice(units), total=total, plan=plan, months=of_month, in_sector=chance.choice([None, *sectors]))
        expected.add(total, plan, *((month, ytd) if of_month else (None, None)))
    assert whole(city_figures(whole_reach(), Question(JUNE))) == expected


def test_figures_when_nothing_is_reported_are_unknown_and_zero_is_zero():
    here = build.unit("a")
    build.project(here, plan=10)
    build.project(here, plan=None, months={"2020-06": (0, 0)})
    sums = whole(city_figures(whole_reach(), Question(JUNE)))
    assert (sums.ytd.wan, sums.ytd.reported, sums.ytd.missing) == (Decimal(0), 1, 1)
    assert (sums.plan.wan, sums.plan.missing) == (Decimal(10), 1)
    may = whole(city_figures(whole_reach(), Question(Month(2020, 5))))
    assert (may.ytd.wan, may.ytd.missing) == (None, 2)


def test_figures_of_amounts_that_floats_cannot_add_are_exact():
    here = build.unit("a")
    for amount in ("0.1", "0.2", "90071992547.409931"):
        build.project(here, total=amount, plan=amount, months={"2020-06": (amount, amount)})
    sums = whole(city_figures(whole_reach(), Question(JUNE)))
    assert {sums.total.wan, sums.plan.wan, sums.month.wan, sums.ytd.wan} == {Decimal("90071992547.709931")}


def test_project_on_two_lists_is_counted_once_and_said_so():
    here = build.unit("a")
    both, one = build.project(here, total=70, plan=7), build.project(here, total=30)
    build.listed("infra", [both, one])
    build.listed("sei", [both], kind="emerging")
    figures = city_figures(whole_reach(), Question(JUNE))
    assert (whole(figures).count, whole(figures).total.wan, figures.on_two_lists) == (2, Decimal(100), 1)
    by_kind = {kind: Sums.of(group.sums for group in figures.groups if kind in group.on).count for kind in ("infrastructure", "emerging")}
    assert by_kind == {"infrastructure": 2, "emerging": 1}


def test_dropped_project_is_left_out_and_counted_as_dropped():
    here = build.unit("a")
    stays, goes, comes = (build.project(here) for _ in range(3))
    build.listed("infra", [stays, goes])
    build.listed("infra", [stays, comes], number=2, as_of=date(2020, 6, 30))
    june, may = (city_figures(whole_reach(), Question(month)) for month in (JUNE, Month(2020, 5)))
    assert (whole(june).count, june.dropped, june.versions[0].number) == (2, 1, 2)
    assert (whole(may).count, may.dropped, may.versions[0].number) == (2, 1, 1)


def test_list_whose_versions_are_all_later_gives_its_first():
    here = build.unit("a")
    build.listed("infra", [build.project(here)], as_of=date(2020, 7, 1))
    build.listed("infra", [build.project(here)], number=2, as_of=date(2020, 8, 1))
    assert [version.number for version in versions_in_effect(JUNE)] == [1]


def test_project_on_no_list_counts_unless_withdrawn():
    here = build.unit("a")
    build.listed("infra", [build.project(here)])
    build.project(here, stage="build")
    build.project(here, stage="out")
    assert whole(city_figures(whole_reach(), Question(JUNE))).count == 2
    assert whole(city_figures(whole_reach(), Question(JUNE, lists="none"))).count == 1


def test_one_list_version_asked_for_gives_its_projects_alone():
    here = build.unit("a")
    first = build.listed("infra", [build.project(here, total=5)])
    build.listed("infra", [build.project(here, total=9), build.project(here, total=9)], number=2, as_of=date(2020, 6, 1))
    figures = city_figures(whole_reach(), Question(JUNE, version=first.pk))
    assert (whole(figures).count, whole(figures).total.wan, figures.dropped) == (1, Decimal(5), 0)


def test_plan_of_another_year_or_of_one_month_is_not_the_annual_plan():
    here = build.unit("a")
    made = build.project(here, plan=10)
    made.annual_plans.create(year=2019, plan_wan=Decimal(99))
    made.annual_plans.create(year=2020, month=6, plan_wan=Decimal(3))
    sums = whole(city_figures(whole_reach(), Question(JUNE)))
    assert (sums.count, sums.plan.wan) == (1, Decimal(10))


def test_january_does_not_compare_with_december():
    here = build.unit("a")
    build.project(here, plan=10, months={"2019-12": (9, 9), "2020-01": (1, 1)})
    assert city_figures(whole_reach(), Question(Month(2020, 1))).groups[0].earlier.wan is None


def test_approximate_amounts_are_counted():
    here = build.unit("a")
    made = build.project(here, total=10, is_approx=True)
    build.report(made, "2020-06", 1, None, is_approx=True)
    sums = whole(city_figures(whole_reach(), Question(JUNE)))
    assert (sums.total.approximate, sums.month.approximate, sums.ytd.approximate) == (1, 1, 0)


def test_district_officer_reaches_the_own_unit_alone():
    mine, theirs = build.unit("mine"), build.unit("theirs")
    build.project(mine, total=1, months={"2020-05": (1, 1)})
    build.project(theirs, total=1000, months={"2020-06": (1, 1)})
    reach = reach_of(build.person("officer", "district_officer", mine))
    figures = city_figures(reach, Question(JUNE))
    assert (whole(figures).total.wan, [unit.key for unit in figures.units], figures.whole_city) == (Decimal(1), ["mine"], False)
    assert latest_month(reach) == Month(2020, 5)


def test_person_without_a_role_to_view_reaches_nothing():
    build.project(build.unit("a"))
    figures = city_figures(reach_of(build.person("auditor", "auditor")), Question(JUNE))
    assert (list(figures.groups), list(figures.units)) == ([], [])


@pytest.mark.parametrize("projects", [1, 3])
def test_figures_cost_the_same_number_of_queries(projects, django_assert_num_queries):
    members = [build.project(build.unit(f"u{n}"), plan=1, months={"2020-06": (1, 1)}, in_sector=build.sector(f"s{n}")) for n in range(projects)]
    build.listed("infra", members)
    with django_assert_num_queries(8):
        city_figures(whole_reach(), Question(JUNE))

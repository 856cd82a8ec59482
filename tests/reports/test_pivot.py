"""The pivot prints what the city table and the overview print, from kept totals and from the records alike."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from projects.counting import counted, versions_in_effect
from projects.figures import figures_of, with_figures
from projects.measures import Amount, Sums, month_figures
from projects.models import AnnualPlan, Cut, MonthReport, Project, SummedMonth
from projects.moment import Moment
from projects.services.summing import rebuild
from projects.values import Month
from reports.catalogue import city
from reports.pivot import DIMENSIONS, PROGRESS_MEASURES, PivotError, pivot
from reports.queries import city_figures
from reports.selection import Question, reach_of, whole_reach
from tests.reports import build

pytestmark = pytest.mark.django_db
JUNE, MAY = Month(2020, 6), Month(2020, 5)
DATED = ("", "2019", "2019-11-30", "2020", "2020-05", "2020-06-30", "2020-07-01", "2020-Q2", "2020-Q3", "2020-H1", "2020-H2", "2021-01")


@pytest.fixture
def town():
    """Sixty random projects of three units and two sectors, on two lists of which one has two versions, some approved, some in halves."""
    chance = random.Random(11)
    units, sectors = [build.unit(f"u{n}") for n in range(3)], [build.sector(f"s{n}") for n in range(2)]

    def amount():
        return chance.choice([None, 0, Decimal(chance.randrange(10**12)).scaleb(-6)])

    made = []
    for _ in range(60):
        places = {"kind": chance.choice(["infrastructure", "emerging"]), "stage": chance.choice(["prep", "build", "out"])}
        places |= {name: chance.choice(DATED) for name in ("planned_start", "actual_start", "actual_finish")}
        one = build.project(chance.choice(units), total=amount() or None, plan=amount(), in_sector=chance.choice([None, *sectors]), **places)
        for text in chance.choice([(), ("2020-06",), ("2020-05", "2020-06"), ("2020-06A", "2020-06B"), ("2020-06B",)]):
            values = {"state": chance.choice(["draft", "approved"]), "is_approx": chance.random() < 0.3, "cum_total_wan": amount()}
            build.report(one, text, amount(), amount(), **values)
        made.append(one)
    build.listed("infra", chance.sample(made, 30))
    build.listed("infra", chance.sample(made, 25), number=2, as_of=date(2020, 6, 30))
    build.listed("sei", chance.sample(made, 20), kind="emerging")
    return units


QUESTIONS = {
    "whole": {},
    "approved": {"approved": True},
    "one list": {"lists": "infrastructure"},
    "no list": {"lists": "none"},
    "unit": {"unit": "u1"},
    "sector": {"sector": "infrastructure_sector.s1"},
    "no sector": {"sector": "none"},
    "kind": {"kind": "emerging"},
}


def seen(found):
    return [(row.keys, row.values, row.approx) for row in (*found.rows, *found.wholes)]


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_kept_totals_and_records_say_the_same(town, asked):
    question, by_all = Question(JUNE, **asked), list(DIMENSIONS)
    ways = [(), *((name,) for name in by_all), ("unit", "sector"), tuple(by_all)]
    plain = [pivot(whole_reach(), question, by) for by in ways]
    rebuild()
    kept = [pivot(whole_reach(), question, by) for by in ways]
    assert ({found.kept for found in plain}, {found.kept for found in kept}) == ({False}, {True})
    assert [seen(found) for found in kept] == [seen(found) for found in plain]


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_pivot_says_what_the_groups_of_the_city_table_add_up_to(town, asked):
    rebuild()
    question = Question(JUNE, **asked)
    groups = city_figures(whole_reach(), question).groups
    found = pivot(whole_reach(), question, ["kind", "sector", "unit"])
    by_key = {}
    for group in groups:
        sums, cum = by_key.setdefault((group.unit_id, group.kind, group.sector_id), (Sums(), Amount()))
        sums.merge(group.sums)
        cum.merge(group.cum_total)
    figures = [month_figures(sums, JUNE) for sums, _cum in by_key.values()]
    told = sorted((row.values["count"], str(row.values["ytd_wan"]), str(row.values["rate"]), str(row.values["cum_wan"])) for row in found.rows)
    wanted = zip(figures, by_key.values(), strict=True)
    assert told == sorted((row.count, str(row.ytd_wan), str(row.rate), str(cum.wan)) for row, (_sums, cum) in wanted)


@pytest.mark.parametrize(("by", "ours"), [("unit", "unit"), ("kind", "list")])
@pytest.mark.parametrize("approved", [True, False])
def test_pivot_prints_the_rows_of_the_city_table(town, by, ours, approved):
    rebuild()
    question = Question(JUNE, approved=approved)
    table = city(whole_reach(), question, by)
    found = pivot(whole_reach(), question, [ours])
    names = {"count": "count", "total": "total_wan", "plan": "plan_wan", "month": "month_wan", "ytd": "ytd_wan", "rate": "rate"}
    names |= {"schedule": "schedule", "difference": "difference"}
    told = [[row.values[key] for key in names.values()] for row in (found.wholes[0], *found.rows)]
    assert told == [[row.values[key] for key in names] for row in table.rows]


def test_whole_is_the_figure_of_the_overview(town):
    rebuild()
    figures = figures_of(with_figures(counted(Project.objects.all(), versions_in_effect(JUNE)), Moment(JUNE)), JUNE)
    whole = pivot(whole_reach(), Question(JUNE), []).wholes[0].values
    assert (whole["count"], whole["total_wan"], whole["plan_wan"], whole["ytd_wan"], whole["rate"], whole["not_reported"]) == (
        *(figures.count, figures.total_wan, figures.plan_wan, figures.ytd_wan, figures.rate, figures.not_reported),
    )


def test_a_year_has_a_row_for_each_month_with_its_own_schedule(town):
    rebuild()
    year = pivot(whole_reach(), Question(JUNE), ["month", "unit"], months=[JUNE, MAY])
    alone = [seen(pivot(whole_reach(), Question(month), ["month", "unit"])) for month in (MAY, JUNE)]
    assert sorted(map(str, seen(year))) == sorted(map(str, itertools.chain(*alone)))


def test_reader_is_told_of_the_own_unit_alone(town):
    rebuild()
    reach = reach_of(build.person("officer", "district_officer", town[1]))
    found = pivot(reach, Question(JUNE), ["unit"])
    assert [row.keys for row in found.rows] == [{"unit": "u1"}]
    assert found.wholes[0].values == found.rows[0].values
    nobody = pivot(reach_of(build.person("auditor", "auditor")), Question(JUNE), ["unit"])
    assert (list(nobody.rows), nobody.wholes[0].values["count"]) == ([], 0)


@pytest.mark.parametrize("asked", [{"known": date(2020, 12, 1)}, {"half": 1}, {"half": 2}, {"version": 0}], ids=str)
def test_what_is_not_kept_is_answered_from_the_records(town, asked):
    rebuild()
    found = pivot(whole_reach(), Question(JUNE, **asked), ["unit", "stage"])
    groups = city_figures(whole_reach(), Question(JUNE, **asked)).groups
    assert (found.kept, found.wholes[0].values["count"]) == (False, Sums.of(group.sums for group in groups).count)


def test_questions_that_cannot_be_put_are_refused():
    for by, months in ((["colour"], ()), (["unit"], (MAY, JUNE))):
        with pytest.raises(PivotError):
            pivot(whole_reach(), Question(JUNE), by, months=months)


@pytest.mark.parametrize("projects", [1, 3])
def test_kept_pivot_costs_the_same_number_of_queries(projects, django_assert_num_queries):
    for n in range(projects):
        build.project(build.unit(f"u{n}"), plan=1, months={"2020-06": (1, 1)}, in_sector=build.sector(f"s{n}"))
    rebuild()
    assert SummedMonth.objects.count() == 1
    with django_assert_num_queries(5):  # one of them asks whether last year has anything to be told against
        pivot(whole_reach(), Question(JUNE), ["unit", "sector", "list"])


def test_registry_names_each_measure_in_both_languages():
    assert all(key == one.key and one.zh and one.en and one.how_zh and one.how_en for key, one in PROGRESS_MEASURES.items())


def test_a_cut_that_names_a_past_moment_gives_the_figures_of_that_moment():
    made = build.project(build.unit("a"), plan=100, months={"2020-06": (10, 40)})
    long_ago = timezone.now() - timedelta(days=2)
    for model in (Project, AnnualPlan, MonthReport):
        model.history.update(history_date=long_ago - timedelta(days=1))
    report = made.months.get()
    report.done_ytd_wan = 60
    report.save()
    cut = Cut.objects.create(name="前天", made_at=timezone.now(), as_of=long_ago)
    then = pivot(whole_reach(), Question(JUNE, cut=cut), ())
    assert (then.wholes[0].values["count"], then.wholes[0].values["ytd_wan"]) == (1, 40)
    assert pivot(whole_reach(), Question(JUNE), ()).wholes[0].values["ytd_wan"] == 60

"""Measures told by dates and against last year: planned starts, starts, what goes on, what is finished; what is due; growth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from projects.measures import difference, growth, percent_text, points_text, rate, schedule
from projects.models import AnnualPlan, MonthReport, Project
from projects.services.summing import fold, rebuild
from projects.summary import differences
from projects.values import Month, PartialDate
from reports.figures import figures
from reports.pivot import pivot
from reports.selection import Question, whole_reach
from tests.reports import build

JUNE = Month(2020, 6)
COUNTS = ("to_start", "begun", "started", "going_on", "finished")
TEXTS = ("", "2019", "2019-12-31", "2020", "2020-01", "2020-06", "2020-06-30", "2020-07-01", "2020-Q2", "2020-Q3", "2020-H1", "2020-H2", "2021")


def reckoned(planned: str, start: str, finish: str, month: Month) -> tuple[int, ...]:
    """The counts of one project, by its dates as `PartialDate` reads them."""
    planned_at, began, ended = (PartialDate.parse(text) if text else None for text in (planned, start, finish))
    end = month.last_day
    has_begun = began is not None and began.first_day <= end
    has_ended = ended is not None and ended.first_day <= end
    to_start = planned_at is not None and planned_at.year == month.year and not (began is not None and began.year < month.year)
    this_year = began is not None and began.year == month.year
    return tuple(
        map(
            int,
            (to_start, to_start and has_begun, has_begun and this_year and not has_ended, has_begun and not this_year and not has_ended, has_ended),
        )
    )


@pytest.mark.django_db
@pytest.mark.parametrize("month", [Month(2020, 1), JUNE, Month(2020, 9), Month(2020, 12)], ids=str)
def test_counts_are_those_of_the_dates(month: Month) -> None:
    unit = build.unit("a")
    wanted = dict.fromkeys(COUNTS, 0)
    for planned in TEXTS:
        for start in TEXTS:
            for finish in ("", "2019-12", "2020-06-30", "2020-Q3"):
                build.project(unit, planned_start=planned, actual_start=start, actual_finish=finish)
                for name, more in zip(COUNTS, reckoned(planned, start, finish, month), strict=True):
                    wanted[name] += more
    (whole,) = pivot(whole_reach(), Question(month), (), COUNTS).wholes
    assert whole.values == wanted


@pytest.mark.django_db
def test_a_date_that_changes_moves_the_kept_counts() -> None:
    made = build.project(build.unit("a"), planned_start="2020-03", plan=10, months={"2020-06": (1, 2)})
    rebuild()
    asked = ("begun", "start_rate", "under_way_rate")
    assert pivot(whole_reach(), Question(JUNE), (), asked).wholes[0].values == {"begun": 0, "start_rate": 0, "under_way_rate": 0}
    made.actual_start = "2020-05"
    made.save()
    for step in (lambda: None, fold):
        step()
        found = pivot(whole_reach(), Question(JUNE), (), asked)
        assert (found.kept, found.wholes[0].values) == (True, {"begun": 1, "start_rate": 1, "under_way_rate": 1})
        assert differences([JUNE]) == []


@pytest.mark.django_db
def test_growth_is_told_against_the_same_month_of_last_year() -> None:
    here, there = build.unit("a"), build.unit("b")
    build.project(here, plan=100, months={"2019-06": (1, 40), "2020-06": (1, 50), "2020-05": (1, 5)})
    build.project(there, plan=100, months={"2020-06": (1, 10)})
    build.project(there, stage="out", months={"2019-06": (1, 7)})  # withdrawn: of neither year
    measures = ("ytd_wan", "last_ytd_wan", "growth", "due_wan")
    asked = [Month(2020, 5), JUNE]
    for _time in range(2):
        found = figures(whole_reach(), Question(JUNE), ["unit", "month"], measures, asked)
        told = {(row.keys["unit"], row.keys["month"]): tuple(row.values.values()) for row in found.rows}
        assert told["a", "2020-06"] == (50, 40, Decimal("0.25"), 50)
        assert told["a", "2020-05"][1:3] == (None, None)
        assert told["b", "2020-06"][:3] == (10, None, None)
        assert [row.values["growth"] for row in found.wholes] == [None, Decimal("0.5")]
        rebuild()


def approve(project: Project, year: int) -> None:
    report = MonthReport.objects.get(project=project, period__year=year)
    report.state = MonthReport.State.APPROVED
    report.save()


@pytest.mark.django_db
def test_approved_reports_alone_are_told_against_approved_ones() -> None:
    made = build.project(build.unit("a"), plan=100, months={"2019-06": (1, 40), "2020-06": (1, 50)})
    approve(made, 2020)
    (whole,) = figures(whole_reach(), Question(JUNE, approved=True), (), ("ytd_wan", "last_ytd_wan", "growth")).wholes
    assert tuple(whole.values.values()) == (50, None, None)
    approve(made, 2019)
    (whole,) = figures(whole_reach(), Question(JUNE, approved=True), (), ("growth",)).wholes
    assert whole.values["growth"] == Decimal("0.25")


@pytest.mark.django_db
def test_a_year_without_its_lists_is_not_told_against_one_that_has_them() -> None:
    made = build.project(build.unit("a"), plan=100, months={"2019-06": (1, 40), "2020-06": (1, 50)})
    build.project(made.unit, months={"2019-06": (1, 3)})  # on no list: all that would be found of 2019
    build.listed("infra", [made])
    assert figures(whole_reach(), Question(JUNE), (), ("growth",)).wholes[0].values["growth"] is None
    build.listed("infra-2019", [made], year=2019, as_of=date(2019, 1, 9))
    (whole,) = figures(whole_reach(), Question(JUNE), (), ("ytd_wan", "last_ytd_wan")).wholes
    assert tuple(whole.values.values()) == (50, 43)


@pytest.mark.django_db
def test_dates_of_a_past_day_are_those_known_then() -> None:
    made = build.project(build.unit("a"), planned_start="2020-03", actual_start="2020-05")
    for model in (Project, AnnualPlan):
        model.history.update(history_date="2020-07-01T00:00:00+08:00")
    made.actual_start = ""
    made.save()
    known = Question(JUNE, known=date(2020, 7, 10))
    assert pivot(whole_reach(), known, (), ("begun",)).wholes[0].values == {"begun": 1}
    assert pivot(whole_reach(), Question(JUNE), (), ("begun",)).wholes[0].values == {"begun": 0}


# Published figures (domain.md 7.3): amounts in 亿元, month, half of it; printed rate and difference.
PUBLISHED = {
    "江门1—10月": ("629.0", "647.4", 10, False, "97.16%", "+13.82"),
    "江门一季度2021": ("313.64", "1015", 3, False, "30.90%", "+5.90"),
    "云浮1至8月上半月": ("119.73", "195.82", 8, True, "61.14%", "-1.36"),
    "三明8月": ("74", "100", 8, False, "74.00%", "+7.33"),
}


@pytest.mark.parametrize(("done", "plan", "month", "half", "printed", "points"), PUBLISHED.values(), ids=PUBLISHED)
def test_published_cases(done: str, plan: str, month: int, half: bool, printed: str, points: str) -> None:
    found = rate(Decimal(done), Decimal(plan))
    assert (percent_text(found), points_text(difference(found, schedule(month, half=half)))) == (printed, points)


def test_growth_has_no_meaning_without_last_year() -> None:
    assert [growth(Decimal(5), before) for before in (None, Decimal(0))] == [None, None]
    assert growth(None, Decimal(5)) is None
    assert growth(Decimal(3), Decimal(4)) == Decimal("-0.25")

"""What a month says of a project by the two clocks: the total of the described month, and everything as it was known on a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.figures import figures_of, with_figures
from projects.models import PlanVersion, Project
from projects.moment import Moment
from projects.services.keeping import change_project
from projects.values import Month
from reports.catalogue import city, detail
from reports.neutral import table_document
from reports.selection import Question, whole_reach
from tests.conftest import Cast
from tests.factories import make_entry, make_list, make_month, make_plan, make_project, make_version

pytestmark = pytest.mark.django_db

JANUARY, MARCH, JUNE = Month(2020, 1), Month(2020, 3), Month(2020, 6)
THEN = datetime(2020, 7, 10, 9, tzinfo=timezone.get_default_timezone())


def total_at(month: Month, known: date | None = None) -> Decimal | None:
    figures = figures_of(with_figures(Project.objects.all(), Moment(month, known)), month)
    return figures.total_wan


def baseline(project: Project) -> PlanVersion:
    return PlanVersion.objects.create(project=project, number=1, is_baseline=True, total_wan=project.total_wan)


def known_since(moment: datetime, *rows: Any) -> None:
    """Let the newest line of history of each row lie at a past moment."""
    for row in rows:
        line = type(row).history.filter(id=row.pk).latest("history_id")
        line.history_date = moment
        line.save()


@pytest.fixture
def relisted(cast: Cast) -> Project:
    """On the list of January with 100, on that of June with 150."""
    project = make_project(unit=cast.unit_a, total_wan=Decimal(150))
    make_entry(make_version(make_list(), 1, date(2020, 1, 13)), project, total_wan=Decimal(100))
    make_entry(make_version(make_list(), 2, date(2020, 6, 20)), project, total_wan=Decimal(150))
    return project


def test_a_newer_list_does_not_reach_back(relisted: Project) -> None:
    assert [total_at(month) for month in (JANUARY, MARCH, JUNE)] == [100, 100, 150]


def test_a_correction_without_a_date_holds_at_once(relisted: Project) -> None:
    relisted.total_wan = Decimal(160)
    change_project(relisted, ["total_wan"], reason="更正")
    assert [total_at(month) for month in (JANUARY, JUNE)] == [100, 160]


def test_an_adjustment_holds_from_its_date_on(cast: Cast) -> None:
    project = make_project(unit=cast.unit_a, total_wan=Decimal(100))
    baseline(project)
    project.total_wan = Decimal(130)
    change_project(project, ["total_wan"], reason="初步设计批复")
    adjusted = PlanVersion.objects.get(number=2)
    adjusted.decided_on = date(2020, 3, 31)
    adjusted.save()
    assert [total_at(month) for month in (JANUARY, MARCH, JUNE)] == [100, 130, 130]


def test_an_adjustment_between_two_lists_holds_until_the_next(relisted: Project) -> None:
    PlanVersion.objects.create(project=relisted, number=2, total_wan=Decimal(120), decided_on=date(2020, 3, 10), reason="调概")
    assert [total_at(month) for month in (JANUARY, MARCH, Month(2020, 5), JUNE)] == [100, 120, 120, 150]


def test_city_table_prints_the_total_of_its_month_and_of_its_version(relisted: Project) -> None:
    first, second = relisted.entries.order_by("version__number")

    def total(question: Question) -> str:
        return table_document(city(whole_reach(), question, "unit"))["rows"][0]["values"]["total"]

    assert [Decimal(total(Question(month))) for month in (MARCH, JUNE)] == [100, 150]
    assert [Decimal(total(Question(JUNE, version=entry.version_id))) for entry in (first, second)] == [100, 150]


@pytest.fixture
def rewritten(cast: Cast) -> Project:
    """As known on 10 July: unit A, plan 80, done 40, on the list; since then all of it was changed."""
    project = make_project("老名字的道路工程", cast.unit_a, total_wan=Decimal(100))
    plan, report = make_plan(project, 80), make_month(project, done_month_wan=Decimal(4), done_ytd_wan=Decimal(40), progress_text="路基")
    version = make_version(make_list())
    entry = make_entry(version, project, total_wan=None)
    known_since(THEN, project, plan, report, version.list, version, entry)
    project.unit, project.total_wan, project.name = cast.unit_b, Decimal(900), "新名字的道路工程"
    project.save()
    plan.plan_wan = Decimal(200)
    plan.save()
    report.done_ytd_wan, report.progress_text = Decimal(60), "路面"
    report.save()
    entry.delete()
    make_project("后来的道路工程", cast.unit_a)
    return project


@pytest.mark.parametrize("by", ["unit", "sector", "kind"])
def test_city_table_as_known_is_the_table_of_that_day(rewritten: Project, by: str) -> None:
    document = table_document(city(whole_reach(), Question(JUNE, known=THEN.date()), by))
    city_row = document["rows"][0]["values"]
    told = {name: Decimal(city_row[name]) for name in ("total", "plan", "month", "ytd", "rate")}
    assert told == {"total": 100, "plan": 80, "month": 4, "ytd": 40, "rate": Decimal("0.5")}
    assert city_row["count"] == 1
    assert "按2020年7月10日掌握" in document["moment"]
    if by == "unit":
        assert [row["label"] for row in document["rows"] if row["values"]["count"]] == ["全市", "市南"]


def test_detail_as_known_names_the_project_as_it_was(rewritten: Project) -> None:
    rows = detail(whole_reach(), Question(JUNE, known=THEN.date())).rows
    assert [(row.values["label"], row.values["ytd"], row.values["progress"]) for row in rows[2:]] == [("老名字的道路工程", 40, "路基")]


def test_a_day_before_all_knows_nothing(rewritten: Project) -> None:
    document = table_document(city(whole_reach(), Question(JUNE, known=THEN.date() - timedelta(days=1)), "unit"))
    assert document["rows"][0]["values"]["count"] == 0


def test_what_is_known_now_is_not_what_was_known(rewritten: Project) -> None:
    city_row = table_document(city(whole_reach(), Question(JUNE), "unit"))["rows"][0]["values"]
    assert (city_row["count"], Decimal(city_row["total"]), Decimal(city_row["ytd"])) == (2, 12900, 60)


def test_a_half_reported_month_says_how_much_of_the_plan_is_silent(cast: Cast) -> None:
    for number, done in enumerate((40, None, 20)):
        project = make_project(f"第{number}号道路工程", cast.unit_a)
        make_plan(project, 100 + number)
        if done is not None:
            make_month(project, done_month_wan=Decimal(5), done_ytd_wan=Decimal(done))
    table = city(whole_reach(), Question(JUNE), "unit")
    values = table_document(table)["rows"][0]["values"]
    assert (values["not_reported"], Decimal(values["unreported_plan"]), values["reported_rate"]) == (1, 101, str(Decimal(60) / Decimal(202)))
    assert "另有1个项目未报" in table.lead
    assert any("已报项目完成率" in note for note in table.notes)
    figures = figures_of(with_figures(Project.objects.all(), Moment(JUNE)), JUNE)
    assert (figures.not_reported, figures.unreported_plan_wan, figures.reported_rate) == (1, 101, Decimal(60) / Decimal(202))


def test_project_page_as_known_is_the_page_of_that_day(rewritten: Project, cast: Cast, signed_in: Any) -> None:
    address = reverse("admin:projects_project_page", args=[rewritten.pk])
    response = signed_in(cast.city).get(address, {"known": THEN.date().isoformat(), "month": "2020-06"})
    context, text = response.context, response.content.decode()
    assert (context["project"].name, context["project"].unit) == ("老名字的道路工程", cast.unit_a)
    assert (context["figures"].total_wan, context["figures"].plan_wan, context["figures"].ytd_wan) == (100, 80, 40)
    assert (len(context["entries"]), [row["report"].progress_text for row in context["months"]]) == (1, ["路基"])
    assert "按2020年7月10日掌握" in text
    assert "路面" not in text
    assert "900" not in text


def test_project_unknown_on_the_day_has_no_page(rewritten: Project, cast: Cast, signed_in: Any) -> None:
    later = Project.objects.get(name="后来的道路工程")
    address = reverse("admin:projects_project_page", args=[later.pk])
    assert signed_in(cast.city).get(address, {"known": THEN.date().isoformat()}).status_code == 404


def test_project_page_says_that_the_total_was_adjusted_since(relisted: Project, cast: Cast, signed_in: Any) -> None:
    address = reverse("admin:projects_project_page", args=[relisted.pk])
    client = signed_in(cast.city)
    march = client.get(address, {"month": "2020-03"})
    assert march.context["figures"].total_wan == 100
    assert "此后已调整为 150.00 万元" in march.content.decode()
    assert "此后已调整为" not in client.get(address, {"month": "2020-06"}).content.decode()

"""The money of a project on its page: the same figures as the ledger's, each with its way to the entries, none that is out of reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from funding.admin.money_tab import money_tab
from funding.course_chart import Series, Source, course_chart, sources_bar
from funding.ledger import Step
from funding.measures import exact_text
from funding.services.bonds import adjust_use
from funding.services.ledger import reverse as take_back
from projects.moment import Clocks, Moment
from projects.values import Month
from tests.config.test_structure import faults as unnamed
from tests.factories import make_month, make_project
from tests.funding.money import SOURCE, give, make_bond, make_central, of_bond, of_plan

ASKED = {"month": "2020-08"}


def tab(client: Any, project: Any, **asked: str) -> dict[str, Any]:
    response = client.get(reverse("admin:projects_project_page", args=[project.pk]), {**ASKED, **asked})
    assert response.status_code == 200
    (found,) = [panel for panel in response.context["panels"] if panel["panel"].key == "money"]
    return {**found, "text": response.content.decode()}


@pytest.fixture
def road(cast) -> Any:
    """500 of a bond, 200 arrived in March and 90 of it spent; 60 of a plan, 10 of which arrived the year before."""
    project = make_project("甲路", cast.unit_a)
    bond, plan = make_bond(1000, tender_on=date(2020, 1, 20)), make_central(100, given_on=date(2019, 11, 1))
    for step, amount, day in ((Step.ASSIGN, 500, date(2020, 2, 1)), (Step.ARRIVE, 200, date(2020, 3, 5)), (Step.PAY, 90, date(2020, 5, 31))):
        give(of_bond(project, bond), step, amount, day)
    give(of_plan(project, plan), Step.ASSIGN, 60, date(2019, 11, 2))
    give(of_plan(project, plan), Step.ARRIVE, 10, date(2019, 12, 31))
    make_month(project, 3, done_ytd_wan=Decimal(150))
    make_month(project, 5, done_ytd_wan=Decimal("310.5"))
    return project


@pytest.mark.django_db
def test_the_tab_shows_what_the_ledger_holds(cast, signed_in, road) -> None:
    shown = tab(signed_in(cast.city), road)
    assert [(str(row.fund)[:3], row.flow.assigned_wan, row.flow.arrived_wan, row.flow.paid_wan) for row in shown["rows"]] == [
        ("20青", 500, 200, 90),
        ("鲁发改", 60, 10, 0),
    ]
    total = shown["total"]
    assert (total.assigned_wan, total.arrived_wan, total.paid_wan, total.idle_wan) == (560, 210, 90, 120)
    told = [(row.month, row.done_wan, row.flow.arrived_wan, row.flow.paid_wan) for row in shown["months"]]
    assert told[1:6] == [
        (2, None, 0, 0),
        (3, 150, 200, 0),
        (4, None, 200, 0),
        (5, Decimal("310.5"), 200, 90),
        (6, None, 200, 90),
    ]
    assert len(told) == 12
    # What came before the year is told beside it, not counted into it.
    assert (shown["before"].arrived_wan, shown["before"].paid_wan) == (10, 0)
    assert "2020年以前另到位 10 万元" in shown["text"]
    assert unnamed(shown["text"]) == []


@pytest.mark.django_db
def test_each_figure_leads_to_the_entries_that_make_it(cast, signed_in, road) -> None:
    client = signed_in(cast.city)
    shown = tab(client, road)

    def summed(address: str) -> str:
        cells = client.get(address).context["cl"].sum_cells
        return next(cell.text for cell in cells if cell.key == "n_amount")

    for row in shown["rows"]:
        for step in ("assign", "arrive", "pay"):
            name = {"assign": "assigned", "arrive": "arrived", "pay": "paid"}[step]
            assert summed(row.links[f"{step}_url"]) == exact_text(getattr(row.flow, f"{name}_wan"))
    assert summed(shown["total_links"]["arrive_url"]) == "210"
    assert summed(shown["months"][4].links["pay_url"]) == "90"
    assert summed(shown["months"][3].links["pay_url"]) == "0"
    assert summed(shown["before_links"]["arrive_url"]) == "10"


@pytest.mark.django_db
def test_a_day_that_can_not_be_read_breaks_no_list(cast, signed_in) -> None:
    address = reverse("admin:funding_fundentry_changelist")
    assert signed_in(cast.city).get(address, {"happened_on__lte": "2020-13-45"}, follow=True).status_code == 200


@pytest.mark.django_db
def test_what_was_moved_names_no_project_out_of_reach(cast, signed_in, road) -> None:
    other, bond = make_project("乙路", cast.unit_b), road.fund_accounts.get(plan=None).bond
    made = adjust_use(
        bond_id=bond.pk,
        taken_from=road.pk,
        given_to=other.pk,
        amount_wan=Decimal(40),
        doc_no="批1",
        approved_on=date(2020, 6, 1),
        source=SOURCE,
    )
    for user, named in ((cast.city, True), (cast.owner, False)):
        shown = tab(signed_in(user), road)
        (moved,) = shown["moved"]
        assert (moved["goes_out"], moved["row"].amount_wan, moved["row"].undone) == (True, 40, False)
        assert ("乙路" in shown["text"], "其他单位的项目" in shown["text"]) == (named, not named)
    (moved,) = tab(signed_in(cast.city), other)["moved"]
    assert not moved["goes_out"]
    take_back([entry.pk for entry in made.entries.all()], source=SOURCE)
    assert tab(signed_in(cast.city), road)["moved"][0]["row"].undone


@pytest.mark.django_db
def test_a_project_without_money_says_so(cast, signed_in, road) -> None:
    shown = tab(signed_in(cast.city), make_project("空路", cast.unit_a))
    assert shown["rows"] == []
    assert "还没有专项债券和投资计划的资金" in shown["text"]


@pytest.mark.django_db
def test_a_known_day_knows_nothing_posted_later(cast, road) -> None:
    request, moment = RequestFactory().get("/"), Moment(Month(2020, 8), timezone.localdate() - timedelta(days=1))
    request.user, request._clocks = cast.city, Clocks(moment, ())  # type: ignore[attr-defined]
    assert money_tab(request, road)["rows"] == []
    request._clocks = Clocks(replace(moment, known=timezone.localdate()), ())  # type: ignore[attr-defined]
    assert len(money_tab(request, road)["rows"]) == 2


@pytest.mark.django_db
def test_the_tab_takes_the_same_queries_at_any_length(cast, signed_in, road) -> None:
    client = signed_in(cast.city)
    tab(client, road)
    with CaptureQueriesContext(connection) as first:
        tab(client, road)
    for _ in range(5):
        give(of_bond(road, make_bond(50)), Step.ASSIGN, 5)
    with CaptureQueriesContext(connection) as second:
        assert len(tab(client, road)["rows"]) == 7
    assert len(second) == len(first)


# --- The pictures --------------------------------------------------------------------------------------------------------------------


def amounts(*values: int | None) -> list[Decimal | None]:
    return [None if value is None else Decimal(value) for value in values]


def test_bars_stand_in_proportion_and_what_is_unknown_stands_not() -> None:
    chart = course_chart(["1", "2", "3"], [Series("a", "actual", amounts(200, 400)), Series("b", "spent", amounts(None, 100))])
    assert chart is not None
    first, second, third = chart.slots
    assert [block.css for block in first.blocks] == ["actual"]
    assert third.blocks == ()
    assert second.blocks[0].height == pytest.approx(2 * first.blocks[0].height, abs=0.15)
    assert second.blocks[1].height == pytest.approx(first.blocks[0].height / 2, abs=0.15)
    assert second.blocks[1].x > second.blocks[0].x + second.blocks[0].width - 0.2


def test_the_outline_goes_in_steps_and_ends_with_its_figure() -> None:
    chart = course_chart(["1", "2"], [Series("a", "actual", amounts(1))], Series("额度", "plan", amounts(10_000, 20_000)))
    assert chart is not None
    assert chart.outline is not None
    assert chart.outline.path.count("L") == 4
    assert (chart.outline.text, chart.outline.x) == ("2.0", chart.right)
    assert chart.line is None


@pytest.mark.parametrize("values", [(), (0, 0), (None,)])
def test_without_anything_nothing_is_drawn(values: tuple[int | None, ...]) -> None:
    assert course_chart(["1", "2"], [Series("a", "actual", amounts(*values))]) is None
    assert sources_bar([]) is None


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=12))
def test_sources_fill_the_bar_and_none_is_filled_beyond_itself(parts: list[tuple[int, int, int]]) -> None:
    sources = [
        Source("示例", Decimal(whole), Decimal(whole) * arrived / 100, Decimal(whole) * arrived * paid / 10_000) for whole, arrived, paid in parts
    ]
    bar = sources_bar(sources)
    assert bar is not None
    assert [part.x for part in bar.segments] == sorted(part.x for part in bar.segments)
    assert bar.segments[-1].x + bar.segments[-1].width == pytest.approx(bar.width - 1, abs=0.3)
    assert all(part.paid <= part.arrived <= part.width for part in bar.segments)

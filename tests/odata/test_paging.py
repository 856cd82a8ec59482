"""Paging by `@odata.nextLink`: every row once and in order, whatever is asked beside it; a token that is not ours is refused."""

from __future__ import annotations

from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.models import Project
from reports.odata.sets import sets
from tests.conftest import Cast
from tests.factories import make_project
from tests.odata.conftest import Ask, basic, key_of

pytestmark = pytest.mark.django_db
NUMBERS = count()
EXAMPLES = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def walk(ask: Ask, name: str, size: int, **told: Any) -> list[dict[str, Any]]:
    """Every page, one after another, as a client follows them."""
    answer = ask(name, headers={"prefer": f"odata.maxpagesize={size}"}, **told)
    found: list[dict[str, Any]] = []
    for _page in range(200):
        assert answer.status_code == 200, answer.content
        assert answer["Preference-Applied"] == f"odata.maxpagesize={size}"
        told = answer.json()
        assert len(told["value"]) <= size
        found += told["value"]
        if "@odata.nextLink" not in told:
            return found
        assert told["value"], "a page without rows that has a next one"
        answer = ask(told["@odata.nextLink"], headers={"prefer": f"odata.maxpagesize={size}"})
    raise AssertionError("no end")


@pytest.mark.parametrize("order", ["Id", "Id desc", "TotalWan", "TotalWan desc,Name", "LandMu desc,OwnerName,TotalWan", "IsApprox desc,Name"])
@given(totals=st.lists(st.one_of(st.none(), st.integers(1, 3)), min_size=1, max_size=8), size=st.integers(1, 4))
@EXAMPLES
def test_a_walk_is_the_table(order: str, totals: list[int | None], size: int, cast: Cast, ask: Ask) -> None:
    kept = [make_project(f"路{next(NUMBERS)}", cast.unit_a, total_wan=total, is_approx=bool(total)).pk for total in totals]
    asked = {"$orderby": order, "$filter": f"Id ge {kept[0]}"}
    rows = walk(ask, "Projects", size, **asked)
    assert rows == ask("Projects", **asked).json()["value"]
    assert sorted(row["Id"] for row in rows) == sorted(kept)


@given(top=st.integers(0, 9), skip=st.integers(0, 9), size=st.integers(1, 4))
@EXAMPLES
def test_top_and_skip_are_of_the_whole_walk(top: int, skip: int, size: int, cast: Cast, ask: Ask) -> None:
    kept = [make_project(f"路{next(NUMBERS)}", cast.unit_a, total_wan=1 + number % 3).pk for number in range(7)]
    asked = {"$orderby": "TotalWan desc", "$filter": f"Id ge {kept[0]}", "$select": "Id"}
    ordered = [row["Id"] for row in ask("Projects", **asked).json()["value"]]
    rows = walk(ask, "Projects", size, **asked, **{"$top": top, "$skip": skip})
    assert [row["Id"] for row in rows] == ordered[skip : skip + top]


def test_the_token_carries_everything_and_the_link_nothing_else(ask: Ask, cast: Cast) -> None:
    for number in range(5):
        make_project(f"路{number}", cast.unit_a, total_wan=number or None)
    told = {"$filter": "TotalWan ge 1", "$orderby": "Name desc", "$select": "Name", "$count": "true"}
    first = ask("Projects", headers={"prefer": "maxpagesize=2"}, **told).json()
    assert list(parse_qs(urlsplit(first["@odata.nextLink"]).query)) == ["$skiptoken"]
    second = ask(first["@odata.nextLink"], headers={"prefer": "maxpagesize=2"}).json()
    assert [row["Name"] for row in [*first["value"], *second["value"]]] == ["路4", "路3", "路2", "路1"]
    assert (first["@odata.count"], second["@odata.count"]) == (4, 4)
    assert second["@odata.context"].endswith("#Projects(Name)")


def test_a_count_is_of_the_rows_of_who_asks(ask: Ask, cast: Cast) -> None:
    for number in range(4):
        make_project(f"路{number}", cast.unit_a if number % 2 else cast.unit_b)
    first = ask("Projects", headers={"prefer": "maxpagesize=1"}, **{"$count": "true"}).json()
    district = Client(headers={"authorization": basic(key_of(cast.owner))})
    mine = district.get(first["@odata.nextLink"]).json()
    assert (first["@odata.count"], mine["@odata.count"], [row["Name"] for row in mine["value"]]) == (4, 2, ["路1", "路3"])
    narrowed = Client(headers={"authorization": basic(key_of(cast.city, unit=cast.unit_b))})
    assert narrowed.get(first["@odata.nextLink"]).json()["@odata.count"] == 2


def test_a_token_meets_other_options_only_where_they_say_the_same(ask: Ask, cast: Cast) -> None:
    for number in range(3):
        make_project(f"路{number}", cast.unit_a)
    link = ask("Projects", headers={"prefer": "maxpagesize=1"}, **{"$orderby": "Name"}).json()["@odata.nextLink"]
    assert ask(f"{link}&$orderby=Name").status_code == 200
    for other in ("$orderby=Id", "$skip=1", "$top=1", "$filter=Id gt 1", "$select=Id"):
        assert ask(f"{link}&{other}").status_code == 400, other


def test_a_token_of_another_question_is_refused_and_never_an_empty_page(ask: Ask, cast: Cast) -> None:
    for number in range(3):
        make_project(f"路{number}", cast.unit_a)
    link = ask("Projects", headers={"prefer": "maxpagesize=1"}).json()["@odata.nextLink"]
    token = parse_qs(urlsplit(link).query)["$skiptoken"][0]
    other = ask("Projects", headers={"prefer": "maxpagesize=1"}, **{"$orderby": "Name"}).json()["@odata.nextLink"]
    mixed = f"{token.partition('~')[0]}~{parse_qs(urlsplit(other).query)['$skiptoken'][0].partition('~')[2]}"
    for name, told in {"Units": token, "Projects": mixed}.items():
        assert ask(name, **{"$skiptoken": told}).status_code == 400
    for wrong in ("", "~", token[:-3], token.replace("~", ""), "x" + token):
        assert ask("Projects", **{"$skiptoken": wrong}).status_code == 400


def test_a_page_is_five_thousand_and_no_wish_makes_it_longer(ask: Ask, cast: Cast) -> None:
    wish = ask("Calendar", headers={"prefer": "odata.maxpagesize=999999"})
    assert wish["Preference-Applied"] == "odata.maxpagesize=5000"
    assert "Preference-Applied" not in ask("Calendar")
    assert "Preference-Applied" not in ask("Calendar", headers={"prefer": "odata.maxpagesize=0"})


def test_what_is_written_meanwhile_makes_no_row_come_twice(ask: Ask, cast: Cast) -> None:
    kept = [make_project(f"路{number}", cast.unit_a, total_wan=10 * number).pk for number in range(1, 5)]
    first = ask("Projects", headers={"prefer": "maxpagesize=2"}, **{"$orderby": "TotalWan"}).json()
    make_project("新路", cast.unit_a, total_wan=5)
    Project.objects.get(pk=kept[0]).delete()
    second = ask(first["@odata.nextLink"]).json()
    assert [row["Id"] for row in [*first["value"], *second["value"]]] == kept


@pytest.mark.parametrize("name", sorted(sets()))
def test_every_column_of_a_set_can_be_sorted_by_and_walked(name: str, ask: Ask, city: list[Project]) -> None:
    columns = [one.name for one in sets()[name].properties if one.name != "Id"]
    size = 100 if name in ("Calendar", "MonthlyFigures") else 1
    rows = walk(ask, name, size, **{"$orderby": ",".join(f"{one} desc" for one in columns), "$select": "Id"})
    assert sorted(row["Id"] for row in rows) == sorted(row["Id"] for row in ask(name, **{"$select": "Id"}).json()["value"])

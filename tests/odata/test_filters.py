"""`$filter` answers what Python says of the same rows: each operator on each type, null everywhere, joined at will."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.api.resources import Known
from accounts.models import User
from projects.models import Organisation, Project
from reports.odata.options import condition_of
from reports.odata.reading import rows_of
from reports.odata.sets import sets
from tests.conftest import Cast
from tests.factories import make_period, make_project
from tests.odata.conftest import Ask

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
Test = Callable[[dict[str, Any]], bool | None]
OPERATORS = ("eq", "ne", "gt", "ge", "lt", "le")


def compared(name: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return {"eq": left is right, "ne": left is not right}.get(name, False)
    return bool(getattr(operator, name)(left, right))


def numbers(name: str, values: list[str]) -> st.SearchStrategy[tuple[str, Test]]:
    def made(word: str, text: str, is_turned: bool) -> tuple[str, Test]:
        if is_turned:
            return f"{text} {word} {name}", lambda row: compared(word, Decimal(text), row[name])
        return f"{name} {word} {text}", lambda row: compared(word, row[name], Decimal(text))

    return st.builds(made, st.sampled_from(OPERATORS), st.sampled_from(values), st.booleans())


def plain(name: str, values: dict[str, Any], operators: tuple[str, ...] = OPERATORS) -> st.SearchStrategy[tuple[str, Test]]:
    def made(word: str, text: str) -> tuple[str, Test]:
        return f"{name} {word} {text}", lambda row: compared(word, row[name], values[text])

    return st.builds(made, st.sampled_from(operators), st.sampled_from(sorted(values)))


def among(name: str, texts: list[str], read: Callable[[str], Any]) -> st.SearchStrategy[tuple[str, Test]]:
    def made(chosen: list[str]) -> tuple[str, Test]:
        return f"{name} in ({', '.join(chosen)})", lambda row: row[name] in [None if one == "null" else read(one) for one in chosen]

    return st.lists(st.sampled_from(texts), min_size=1, max_size=3).map(made)


def texts(name: str) -> st.SearchStrategy[tuple[str, Test]]:
    functions: dict[str, Callable[[str, str], bool]] = {
        "contains": lambda whole, part: part in whole,
        "startswith": str.startswith,
        "endswith": str.endswith,
    }
    changes: dict[str, Callable[[str], str]] = {"": str, "tolower": str.lower, "toupper": str.upper}

    def made(function: str, change: str, part: str) -> tuple[str, Test]:
        inner = f"{change}({name})" if change else name
        said = part.replace("'", "''")
        return f"{function}({inner}, '{said}')", lambda row: None if row[name] is None else functions[function](changes[change](row[name]), part)

    return st.builds(
        made,
        st.sampled_from(sorted(functions)),
        st.sampled_from(sorted(changes)),
        st.sampled_from(["隧道", "Rail", "rail", "%", "_", "'", "", "工程"]),
    )


def parts(name: str) -> st.SearchStrategy[tuple[str, Test]]:
    """Year, month, day of a moment, in the city's time; and its whole day."""

    def made(word: str, part: str, number: int) -> tuple[str, Test]:
        if part == "date":
            day = date(2020, 6, min(number, 30))
            return f"date({name}) {word} {day}", lambda row: compared(word, row[name] and row[name].astimezone(SHANGHAI).date(), day)
        return f"{part}({name}) {word} {number}", lambda row: compared(word, row[name] and getattr(row[name].astimezone(SHANGHAI), part), number)

    return st.builds(
        made, st.sampled_from(OPERATORS), st.sampled_from(["year", "month", "day", "hour", "date"]), st.sampled_from([1, 6, 7, 30, 2020])
    )


def truth(name: str) -> st.SearchStrategy[tuple[str, Test]]:
    def made(text: str) -> tuple[str, Test]:
        return text, lambda row: row[name] is (text == name or text.endswith("true"))

    return st.sampled_from([name, f"{name} eq true", f"{name} eq false"]).map(made)


MONEY = ["0", "1.5", "1.500000", "1.5000001", "1.4999999", "-1", "1e3", "1200000.123456", "99999999999999999999999", "-99999999999999999999999"]
MOMENTS = {
    "2020-06-30T16:30:00Z": datetime(2020, 6, 30, 16, 30, tzinfo=UTC),
    "2020-07-01T00:30:00+08:00": datetime(2020, 6, 30, 16, 30, tzinfo=UTC),
    "2020-07-01T00:30:00 08:00": datetime(2020, 6, 30, 16, 30, tzinfo=UTC),
    "2020-06-01T00:00:00.0000000Z": datetime(2020, 6, 1, tzinfo=UTC),
}
LEAVES = st.one_of(
    numbers("TotalWan", MONEY),
    numbers("ExpectedOutputWan", MONEY),
    numbers("LandMu", ["12.5", "12.50001", "0", "99999999999999"]),
    numbers("OwnerId", ["1", "1.5", "99999999999999999999999"]),
    plain("Name", {"'Rail隧道'": "Rail隧道", "'it''s'": "it's", "'rail隧道'": "rail隧道"}, ("eq", "ne")),
    plain("TotalWan", {"null": None}),
    plain("OwnerName", {"null": None, "'甲公司'": "甲公司"}, ("eq", "ne")),
    plain("CreatedAt", MOMENTS),
    plain("StoppedOn", {"'2020-06-30'": "2020-06-30", "''": ""}, ("eq", "ne")),
    among("TotalWan", ["1.5", "null", "7", "1.5000001"], Decimal),
    among("Name", ["'Rail隧道'", "'100%_工程'"], lambda text: text[1:-1]),
    among("OwnerName", ["'甲公司'", "null"], lambda text: text[1:-1]),
    texts("Name"),
    texts("OwnerName"),
    parts("CreatedAt"),
    truth("IsApprox"),
    st.just(("TotalWan eq ExpectedOutputWan", lambda row: compared("eq", row["TotalWan"], row["ExpectedOutputWan"]))),
    st.just(("TotalWan lt ExpectedOutputWan", lambda row: compared("lt", row["TotalWan"], row["ExpectedOutputWan"]))),
    st.just(("TotalWan ne ExpectedOutputWan", lambda row: compared("ne", row["TotalWan"], row["ExpectedOutputWan"]))),
)


def joined(inner: st.SearchStrategy[tuple[str, Test]]) -> st.SearchStrategy[tuple[str, Test]]:
    def either(one: tuple[str, Test], other: tuple[str, Test], word: str) -> tuple[str, Test]:
        return f"({one[0]}) {word} ({other[0]})", lambda row: three_valued(word, one[1](row), other[1](row))

    def contrary(one: tuple[str, Test]) -> tuple[str, Test]:
        return f"not ({one[0]})", lambda row: None if one[1](row) is None else not one[1](row)

    return st.one_of(st.builds(either, inner, inner, st.sampled_from(["and", "or"])), inner.map(contrary))


def three_valued(word: str, one: bool | None, other: bool | None) -> bool | None:
    decisive = word == "or"
    if decisive in (one, other):
        return decisive
    return None if None in (one, other) else not decisive


@pytest.fixture
def rows(cast: Cast) -> list[dict[str, Any]]:
    """Projects of which every column is blank in one."""
    one = make_project("Rail隧道", cast.unit_a, total_wan=Decimal("1.5"), expected_output_wan=Decimal("1.5"), land_mu=Decimal("12.5"), is_approx=True)
    two = make_project("it's", cast.unit_a, total_wan=Decimal("1200000.123456"), expected_output_wan=Decimal(1000), stopped_on="2020-06-30")
    three = make_project("100%_工程", cast.unit_b, total_wan=None, expected_output_wan=Decimal(7))
    four = make_project("rail隧道", cast.unit_b, total_wan=None, expected_output_wan=None, stopped_on="2020-07")
    owner = Organisation.objects.create(name="甲公司")
    QuerySet(Project).filter(pk__in=[one.pk, three.pk]).update(owner=owner)
    for project, moment in zip(
        (one, two, three, four), ("2020-06-30T16:30Z", "2020-06-01T00:00Z", "2020-05-31T16:00Z", "2021-01-01T00:00Z"), strict=True
    ):
        QuerySet(Project).filter(pk=project.pk).update(created_at=datetime.fromisoformat(moment))
    return [seen(project) for project in Project.objects.select_related("owner")]


def seen(project: Project) -> dict[str, Any]:
    return {
        "Id": project.pk,
        "Name": project.name,
        "TotalWan": project.total_wan,
        "ExpectedOutputWan": project.expected_output_wan,
        "LandMu": project.land_mu,
        "OwnerId": project.owner_id,
        "OwnerName": project.owner.name if project.owner else None,
        "CreatedAt": project.created_at,
        "StoppedOn": project.stopped_on,
        "IsApprox": project.is_approx,
    }


@given(asked=st.recursive(LEAVES, joined, max_leaves=5))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_filter_keeps_the_rows_that_python_keeps(asked: tuple[str, Test], rows: list[dict[str, Any]], cast: Cast) -> None:
    text, test = asked
    assert kept(text, cast.city) == {row["Id"] for row in rows if test(row)}, text


def kept(text: str, user: User) -> set[int]:
    """Past the door, which the other tests pass: the filter alone."""
    entity = sets()["Projects"]
    return set(rows_of(entity, condition_of(entity, text), user, Known()).values_list("id", flat=True))


@pytest.mark.parametrize("asked", ["Allotment eq 'x'", "not (Allotment eq null)", "contains(tolower(Allotment), 'all')"])
def test_names_that_begin_like_keywords_are_names(asked: str, ask: Ask) -> None:
    assert ask("CentralPlans", **{"$filter": asked}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("TotalWan gt", "没有写完"),
        ("TotalWan gt 5 and ", "没有写完"),
        ("(TotalWan gt 5", "没有写完"),
        ("TotalWan gt )", "“)”附近"),
        ("TotalWan gt 5 TotalWan", "“TotalWan”附近"),
    ],
)
def test_a_filter_that_can_not_be_read_is_told_where(asked: str, told: str, ask: Ask) -> None:
    answer = ask("Projects", **{"$filter": asked})
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]


@pytest.mark.parametrize("asked", ["year(CreatedAt) lt 99999", "year(CreatedAt) gt -99999", "year(CreatedAt) ne 0", "year(CreatedAt) ge 2020.5"])
def test_years_that_no_calendar_has_are_compared_all_the_same(asked: str, rows: list[dict[str, Any]], cast: Cast) -> None:
    expected = {row["Id"] for row in rows if "2020.5" not in asked or row["CreatedAt"].astimezone(SHANGHAI).year >= 2021}
    assert kept(asked, cast.city) == expected


def test_what_power_bi_asks_for_a_refresh(rows: list[dict[str, Any]], ask: Ask) -> None:
    """RangeStart and RangeEnd come as `ge` and `lt`; the parts are disjoint and together everything."""
    edge = "2020-06-01T00:00:00Z"
    one = ask("Projects", **{"$filter": f"CreatedAt ge 2000-01-01T00:00:00Z and CreatedAt lt {edge}"}).json()["value"]
    two = ask("Projects", **{"$filter": f"CreatedAt ge {edge} and CreatedAt lt 2100-01-01T00:00:00Z"}).json()["value"]
    assert len(one) == 1
    assert sorted(row["Id"] for row in [*one, *two]) == sorted(row["Id"] for row in rows)


@pytest.mark.parametrize(
    ("asked", "months"),
    [
        ("DueOn eq 2020-06-30", {6}),
        ("DueOn ne 2020-06-30", {5, 7}),
        ("DueOn gt 2020-05-31", {6}),
        ("not (DueOn gt 2020-05-31)", {5, 7}),
        ("DueOn le 2020-06-30", {5, 6}),
        ("DueOn eq null", {7}),
        ("DueOn in (2020-05-31, null)", {5, 7}),
        ("not (DueOn in (2020-05-31, null))", {6}),
        ("month(DueOn) eq 6", {6}),
        ("month(DueOn) ne 6", {5, 7}),
        ("day(DueOn) ge 30 and year(DueOn) eq Year", {5, 6}),
        ("DueOn gt null", set()),
        ("1 eq 2 or DueOn eq 2020-05-31", {5}),
    ],
)
def test_days_are_compared_as_days(asked: str, months: set[int], ask: Ask, cast: Cast) -> None:
    for month, due in ((5, date(2020, 5, 31)), (6, date(2020, 6, 30)), (7, None)):
        make_period(2020, month, due_on=due)
    assert {row["Month"] for row in ask("Periods", **{"$filter": asked}).json()["value"]} == months

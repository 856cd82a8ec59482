"""What the protocol asks of a read-only service, point by point: documents, options, headers, errors, who may come in."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from projects.models import Project
from reports.odata.names import pascal
from reports.odata.sets import sets
from tests.conftest import Cast
from tests.factories import make_project
from tests.odata.conftest import ROOT, Ask, basic, key_of

pytestmark = pytest.mark.django_db
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


def model(ask: Ask) -> ElementTree.Element:
    return ElementTree.fromstring(ask("$metadata").content)


def test_the_service_document_names_what_the_model_has(ask: Ask) -> None:
    answer = ask()
    told = answer.json()
    assert told["@odata.context"] == "http://testserver/odata/v4/$metadata"
    names = [one["name"] for one in told["value"]]
    assert {"Projects", "ProgressMonthly", "FundMovements", "BondBatches", "BondAllocations", "CentralAllocations"} <= set(names)
    assert {"Lists", "Units", "Calendar", "Bonds", "CentralPlans", "Divisions"} <= set(names)
    assert names == [one.get("Name") for one in model(ask).iter(f"{EDM}EntitySet")]
    assert all(one["kind"] == "EntitySet" and one["url"] == one["name"] for one in told["value"])
    assert answer["OData-Version"] == "4.0"
    assert answer["Content-Type"] == "application/json;odata.metadata=minimal"


def test_names_are_plain_and_unique_and_keys_never_null(ask: Ask) -> None:
    for kind in model(ask).iter(f"{EDM}EntityType"):
        names = [one.get("Name") or "" for one in kind.iter(f"{EDM}Property")]
        assert all(re.fullmatch("[A-Z][A-Za-z0-9]*", name) for name in names)
        assert len({name.lower() for name in names}) == len(names)
        key = next(one for one in kind.iter(f"{EDM}Property") if one.get("Name") == "Id")
        assert key.get("Nullable") == "false"
        assert [one.get("Name") for one in kind.iter(f"{EDM}PropertyRef")] == ["Id"]


def test_the_model_is_flat(ask: Ask) -> None:
    root = model(ask)
    types = {one.get("Type") for one in root.iter(f"{EDM}Property")}
    assert types == {"Edm.String", "Edm.Int64", "Edm.Decimal", "Edm.Boolean", "Edm.Date", "Edm.DateTimeOffset"}
    assert not list(root.iter(f"{EDM}NavigationProperty")) + list(root.iter(f"{EDM}ComplexType"))
    assert len(list(root.iter(f"{EDM}Schema"))) == 1
    money = next(one for one in root.iter(f"{EDM}Property") if one.get("Name") == "TotalWan")
    assert (money.get("Type"), money.get("Precision"), money.get("Scale")) == ("Edm.Decimal", "19", "6")


def test_every_column_has_its_chinese_heading_whoever_asks(ask: Ask) -> None:
    answer = ask("$metadata", headers={"accept-language": "en"})
    assert answer.content == ask("$metadata").content
    for one in model(ask).iter(f"{EDM}Property"):
        said = [note.get("String") for note in one.iter(f"{EDM}Annotation") if note.get("Term") == "Org.OData.Core.V1.Description"]
        assert len(said) == 1
        assert said[0]


def test_the_model_is_not_sent_twice(ask: Ask) -> None:
    first = ask("$metadata")
    assert first["Content-Type"] == "application/xml"
    again = ask("$metadata", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["OData-Version"]) == (304, b"", "4.0")
    assert ask("$metadata", headers={"if-none-match": '"other"'}).status_code == 200
    assert ask("$metadata", headers={"accept": "application/json"})["Content-Type"] == "application/xml"
    assert ask("$metadata", headers={"accept": "image/png"}).status_code == 406
    assert ask("$metadata", **{"$format": "json"}).status_code == 415


def test_a_name_that_would_not_be_ascii_is_refused() -> None:
    assert pascal("total_wan") == "TotalWan"
    with pytest.raises(ValueError, match="no name"):
        pascal("总投资")


@pytest.mark.parametrize("name", sorted(sets()))
def test_every_row_has_every_property_and_says_null(name: str, ask: Ask, city: list[Project]) -> None:
    rows = ask(name).json()["value"]
    assert rows
    entity = sets()[name]
    for row in rows:
        assert list(row) == [one.name for one in entity.properties]
    for one in entity.properties:
        assert one.is_null or all(row[one.name] is not None for row in rows), one.name


def test_a_row_by_its_key(ask: Ask, city: list[Project]) -> None:
    found = ask(f"Projects({city[0].pk})").json()
    assert found.pop("@odata.context") == "http://testserver/odata/v4/$metadata#Projects/$entity"
    assert found == ask("Projects", **{"$filter": f"Id eq {city[0].pk}"}).json()["value"][0]
    chosen = ask(f"Projects(Id={city[0].pk})", **{"$select": "Name"}).json()
    assert chosen == {"@odata.context": "http://testserver/odata/v4/$metadata#Projects(Name)/$entity", "Name": city[0].name}


def test_money_is_exact_and_never_in_powers(ask: Ask, city: list[Project]) -> None:
    assert b'"TotalWan":1200000.123456,' in ask(f"Projects({city[0].pk})").content
    small = ask("ProgressMonthly", **{"$filter": "DoneMonthWan gt 0", "$select": "DoneMonthWan,MonthKey"})
    assert b'{"MonthKey":202005,"DoneMonthWan":0.000001}' in small.content.replace(
        b'{"DoneMonthWan":0.000001,"MonthKey":202005}', b'{"MonthKey":202005,"DoneMonthWan":0.000001}'
    )
    texts = ask(f"Projects({city[0].pk})", headers={"accept": "application/json;IEEE754Compatible=true"})
    assert texts.json()["TotalWan"] == "1200000.123456"
    assert texts.json()["Id"] == str(city[0].pk)
    assert texts["Content-Type"].endswith("IEEE754Compatible=true")


def test_the_calendar_is_whole_and_months_meet_it(ask: Ask, city: list[Project]) -> None:
    rows = ask("Calendar", **{"$orderby": "FirstDay"}).json()["value"]
    assert len(rows) == 61 * 12
    assert all(one["LastDay"] < two["FirstDay"] and one["Id"] < two["Id"] for one, two in pairwise(rows))
    june = ask("Calendar(202006)").json()
    assert {name: june[name] for name in ("Label", "QuarterLabel", "HalfLabel", "LastDay", "Days")} == {
        "Label": "2020年6月",
        "QuarterLabel": "2020年第二季度",
        "HalfLabel": "2020年上半年",
        "LastDay": "2020-06-30",
        "Days": 30,
    }
    assert ask("Calendar(202002)").json()["LastDay"] == "2020-02-29"
    months = {row["Id"] for row in rows}
    for name in ("ProgressMonthly", "FundMovements", "BondAllocations", "CentralAllocations", "Periods"):
        keys = {row["MonthKey"] for row in ask(name).json()["value"]}
        assert keys
        assert keys <= months


def test_select_order_top_skip_count(ask: Ask, cast: Cast) -> None:
    kept = [make_project(f"路{number}", cast.unit_a, total_wan=total).pk for number, total in enumerate([5, None, 7])]
    assert [row["Id"] for row in ask("Projects", **{"$orderby": "TotalWan"}).json()["value"]] == [kept[1], kept[0], kept[2]]
    assert [row["Id"] for row in ask("Projects", **{"$orderby": "TotalWan desc"}).json()["value"]] == [kept[2], kept[0], kept[1]]
    told = ask("Projects", **{"$count": "true", "$top": 1, "$skip": 1, "$select": "Name,Id"}).json()
    assert told == {
        "@odata.context": "http://testserver/odata/v4/$metadata#Projects(Id,Name)",
        "@odata.count": 3,
        "value": [{"Id": kept[1], "Name": "路1"}],
    }
    assert ask("Projects", **{"$top": 0, "$count": "true"}).json()["value"] == []
    answer = ask("Projects/$count", **{"$filter": "TotalWan ne null"})
    assert (answer.content, answer["Content-Type"]) == (b"2", "text/plain")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"$expand": "Unit"}, 501),
        ({"$apply": "aggregate(TotalWan with sum as T)"}, 501),
        ({"$search": "隧道"}, 501),
        ({"$compute": "1 as A"}, 501),
        ({"@p": "1"}, 501),
        ({"$orderby": "length(Name)"}, 501),
        ({"$filter": "TotalWan add 1 eq 2"}, 501),
        ({"$filter": "indexof(Name,'a') eq 1"}, 501),
        ({"$filter": "Units/any(u:u eq 1)"}, 400),
        ({"$nonsense": "1"}, 400),
        ({"filter": "Id eq 1"}, 400),
        ({"$filter": ""}, 400),
        ({"$filter": "Nope eq 1"}, 400),
        ({"$filter": "unit__key eq 'x'"}, 400),
        ({"$filter": "UnitId/name eq 'x'"}, 400),
        ({"$filter": "Name"}, 400),
        ({"$filter": "Id eq 'a'"}, 400),
        ({"$filter": "Name eq 'a"}, 400),
        ({"$filter": "UpdatedAt gt 2020-01-01T00:00:00"}, 400),
        ({"$filter": "UpdatedAt gt 9999-12-31T23:59:59-08:00"}, 400),
        ({"$filter": "Name eq 'a\x00'"}, 400),
        ({"$filter": "(" * 9000 + "Id eq 1" + ")" * 9000}, 400),
        ({"$filter": "not " * 1500 + "(Id eq 1)"}, 400),
        ({"$filter": " or ".join(f"Id eq {number}" for number in range(400))}, 400),
        ({"$select": "Nope"}, 400),
        ({"$select": ""}, 400),
        ({"$orderby": "Name sideways"}, 400),
        ({"$top": "-1"}, 400),
        ({"$top": "many"}, 400),
        ({"$skip": "1.5"}, 400),
        ({"$count": "yes"}, 400),
        ({"$skiptoken": "abc"}, 400),
        ({"$format": "atom"}, 415),
    ],
)
def test_what_can_not_be_answered_is_said_in_the_form_of_odata(told: dict[str, str], status: int, ask: Ask) -> None:
    answer = ask("Projects", **told)
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/json")
    assert answer["OData-Version"] == "4.0"
    assert set(answer.json()) == {"error"}
    assert answer.json()["error"]["code"]
    assert answer.json()["error"]["message"]


def test_an_option_that_is_given_twice_is_refused(ask: Ask) -> None:
    assert ask("Projects?$top=1&$top=2").status_code == 400


def test_a_misspelt_property_is_told_the_nearest(ask: Ask) -> None:
    assert "TotalWan" in ask("Projects", **{"$filter": "TotlWan gt 1"}).json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Nope", 404),
        ("Nope/$count", 404),
        ("Nope(1)", 404),
        ("Projects(999999999)", 404),
        ("Projects('a')", 400),
        ("Projects(--5)", 400),
        ("Projects(Nope=5)", 400),
        ("Projects(99999999999999999999)", 400),
        ("Projects(1)/Name", 501),
        ("Projects(1)/Nope", 404),
        ("Projects(1)/$ref", 501),
        ("$all", 501),
        ("$batch", 501),
        ("cut/nie/", 404),
        ("cut/nie/Projects", 404),
        ("cut/nie/$metadata", 404),
    ],
)
def test_addresses_that_lead_nowhere(path: str, status: int, ask: Ask) -> None:
    answer = ask(path)
    assert (answer.status_code, set(answer.json())) == (status, {"error"})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"accept": "application/atom+xml"}, 406),
        ({"accept": "application/json;odata.metadata=full"}, 406),
        ({"accept": "application/json;colour=red"}, 406),
        ({"accept": "application/json;odata.metadata=full, application/json;q=0.5"}, 200),
        ({"accept": "application/json;odata.metadata=minimal;q=1.0,application/atomsvc+xml;q=0.8,text/plain;q=0.7"}, 200),
        ({"accept": "application/json;q=0"}, 406),
        ({"accept": "text/html,*/*;q=0.8"}, 200),
        ({"odata-maxversion": "3.0"}, 400),
        ({"odata-maxversion": "4.0"}, 200),
        ({"odata-maxversion": "4.01"}, 200),
        ({"odata-maxversion": "viel"}, 400),
    ],
)
def test_what_the_client_takes_is_honoured_or_refused(headers: dict[str, str], status: int, ask: Ask) -> None:
    assert ask("Projects", headers=headers).status_code == status


def test_without_control_information(ask: Ask, city: list[Project]) -> None:
    told = ask("Projects", headers={"accept": "application/json;odata.metadata=none"})
    assert set(told.json()) == {"value"}
    assert told["Content-Type"] == "application/json;odata.metadata=none"
    assert ask("Projects", **{"$format": "application/json;odata.metadata=none"}).json() == told.json()


def test_nobody_comes_in_without_a_key(cast: Cast) -> None:
    answer = Client().get(ROOT)
    assert (answer.status_code, answer["WWW-Authenticate"].split(" ")[0]) == (401, "Basic")
    assert answer.json()["error"]["code"] == "not_authenticated"
    assert Client().get(f"{ROOT}Projects?key=mpp_wrong").status_code == 401


def test_each_way_of_carrying_the_key_opens_and_no_answer_repeats_it(cast: Cast, city: list[Project]) -> None:
    key = key_of(cast.city)
    ways: list[Any] = [
        Client(headers={"authorization": basic(key)}).get(f"{ROOT}Projects", headers={"prefer": "odata.maxpagesize=1"}),
        Client(headers={"authorization": f"Bearer {key}"}).get(f"{ROOT}Projects", headers={"prefer": "odata.maxpagesize=1"}),
        Client().get(f"{ROOT}Projects?key={key}", headers={"prefer": "odata.maxpagesize=1"}),
    ]
    assert [answer.status_code for answer in ways] == [200, 200, 200]
    assert all(not answer.cookies and key.encode() not in answer.content for answer in ways)


def test_a_district_sees_its_rows_in_every_set(cast: Cast, city: list[Project]) -> None:
    client = Client(headers={"authorization": basic(key_of(cast.owner))})
    for name, entity in sets().items():
        rows = client.get(f"{ROOT}{name}").json()["value"]
        if "ProjectId" in entity.fields:
            assert {row["ProjectId"] for row in rows} <= {city[0].pk}, name
    assert [row["Id"] for row in client.get(f"{ROOT}Projects").json()["value"]] == [city[0].pk]
    assert client.get(f"{ROOT}Projects({city[1].pk})").status_code == 404
    assert client.get(f"{ROOT}Projects/$count").content == b"1"


def test_it_only_reads(ask: Ask, cast: Cast) -> None:
    client = Client(headers={"authorization": basic(key_of(cast.city, can_write=True))})
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(f"{ROOT}Projects")
        assert (answer.status_code, set(answer.json())) == (405, {"error"})


def test_head_says_what_get_would_and_sends_nothing(cast: Cast) -> None:
    client = Client(headers={"authorization": basic(key_of(cast.city))})
    for path in ("", "$metadata", "Projects", "Projects/$count"):
        answer = client.head(ROOT + path)
        assert (answer.status_code, answer.content, answer["OData-Version"]) == (200, b"", "4.0")


def test_too_many_questions_are_told_to_wait_in_the_same_form(ask: Ask, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 2
    refused = [answer for answer in [ask("Calendar(202001)") for _time in range(8)] if answer.status_code == 429]
    assert refused
    assert int(refused[0]["Retry-After"]) >= 1
    assert refused[0].json()["error"]["code"] == "throttled"


def test_a_page_costs_the_same_whatever_stands_on_it(ask: Ask, city: list[Project], django_assert_num_queries: Any) -> None:
    ask("Projects")
    for name in ("Projects", "ProgressMonthly", "FundMovements"):
        # The token, the minute's count, the posts, the page; and the count where it is asked for.
        with django_assert_num_queries(4):
            ask(name)
        with django_assert_num_queries(5):
            ask(name, **{"$count": "true", "$orderby": "Id desc"})

"""Clients that nobody here wrote read every set to its end over HTTP; the model passes the schemas of OASIS; what Power Query is known to
ask is asked again, header by header."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from lxml import etree
from odata import ODataService
from odatapy.client.client import EdmEnabledODataClient
from odatapy.client.responses import ClientResponse

from projects.models import Project
from reports.odata import views
from reports.odata.metadata import metadata
from reports.odata.sets import sets
from tests.conftest import Cast
from tests.odata.conftest import basic, key_of

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "odata"


class Http:
    """Plain HTTP with the token as the password, for the client that brings none of its own; it remembers what was asked."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.asked: list[str] = []

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes) -> ClientResponse:
        self.asked.append(url)
        request = urllib.request.Request(quote(url, safe=":/?&=%$()',~*+"), method=method, headers={**headers, "Authorization": basic(self.key)})
        try:
            with urllib.request.urlopen(request) as answer:
                return ClientResponse(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            return ClientResponse(error.code, dict(error.headers), error.read())


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        yield made


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages so small that every set has several."""
    monkeypatch.setattr(views, "PAGE", 2)


@pytest.mark.django_db(transaction=True)
def test_the_typed_client_reads_every_set_to_its_end(live_server: Any, cast: Cast, city: list[Project], small_pages: None) -> None:
    http = Http(key_of(cast.city))
    client = EdmEnabledODataClient(f"{live_server.url}/odata/v4", http)
    assert client.get_edm() is not None
    for name, entity in sets().items():
        if name == "Calendar":
            continue  # read below, in one page of its own
        uri = client.entity_set_uri(name)
        rows = list(client.iter_entities(uri))
        assert len(rows) == client.get_count(uri) > 0, name
        assert len({row.get_property("Id").value for row in rows}) == len(rows)
        assert {one.name for one in rows[0].properties} == set(entity.fields), name
    assert any("$skiptoken" in url for url in http.asked)


@pytest.mark.django_db(transaction=True)
def test_the_other_client_reflects_and_reads_every_set(live_server: Any, cast: Cast, city: list[Project], session: requests.Session) -> None:
    session.auth = ("anyone", key_of(cast.city))
    service = ODataService(f"{live_server.url}/odata/v4/", reflect_entities=True, session=session, quiet_progress=True)
    assert set(service.entities) == set(sets())
    for name, made in service.entities.items():
        rows = list(service.query(made))
        assert len({row.Id for row in rows}) == len(rows) > 0, name
    projects = service.entities["Projects"]
    found = service.query(projects).filter(projects.Name == city[0].name).all()
    assert [row.Id for row in found] == [city[0].pk]
    assert [row.Id for row in service.query(projects).order_by(projects.TotalWan.desc()).limit(1)] == [city[0].pk]


POWER_QUERY = {
    "Accept": "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,application/atomsvc+xml;q=0.8,"
    "application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7",
    "OData-MaxVersion": "4.0",
    "MaxDataServiceVersion": "3.0",
    "User-Agent": "Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)",
}


@pytest.mark.django_db
def test_what_power_query_asks_is_answered(client: Any, cast: Cast, city: list[Project]) -> None:
    headers = {**POWER_QUERY, "Authorization": basic(key_of(cast.city))}

    def ask(path: str, **more: str) -> Any:
        answer = client.get(path, headers={**headers, **more})
        assert (answer.status_code, answer["OData-Version"]) == (200, "4.0"), answer.content
        return answer

    root = "/odata/v4/"
    names = [one["name"] for one in ask(root).json()["value"]]
    model = etree.fromstring(ask(f"{root}$metadata", Accept="application/xml").content)
    assert len(model.findall(".//{*}EntitySet")) == len(names)
    asked = ask(f"{root}Projects?$top=1000").json()
    assert len(asked["value"]) == 2
    assert "@odata.nextLink" not in asked
    between = "UpdatedAt ge 2000-01-01T00:00:00Z and UpdatedAt lt 2100-01-01T00:00:00Z"
    told = ask(f"{root}Projects?$filter={quote(between)}&$select=Id%2CName%2CUpdatedAt&$orderby=Id").json()["value"]
    assert [list(row) for row in told] == [["Id", "Name", "UpdatedAt"]] * 2
    assert ask(f"{root}Projects/$count").content == b"2"
    assert ask(f"{root}Projects/$count?$filter={quote(between)}").content == b"2"
    blank = quote("contains(Name,'隧道') and TotalWan eq null")
    assert [row["Id"] for row in ask(f"{root}Projects?$filter={blank}&$top=200").json()["value"]] == [city[1].pk]
    assert len(ask(f"{root}ProgressMonthly?$filter=Year%20eq%202020&$skip=0&$top=3&$count=true").json()["value"]) == 3


def test_the_model_passes_the_schemas_of_oasis() -> None:
    if not SCHEMAS.is_dir():
        print(f"NOT CHECKED against the schemas of OASIS: {SCHEMAS} is not there")
        return
    document = etree.fromstring(metadata()[0])
    parser = etree.XMLParser(no_network=True)
    etree.XMLSchema(etree.parse(SCHEMAS / "edmx.xsd", parser)).assertValid(document)
    model = etree.ElementTree(document.find(".//{*}Schema"))
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "edm.xsd", parser))
    schema.assertValid(model)
    model.find(".//{*}Property").set("Precision", "many")
    assert not schema.validate(model), "the schema would let anything pass"

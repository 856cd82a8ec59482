"""Whole tables by one request: every resource in every form, the list's own rows, words for what is not offered, an event at each end."""

from __future__ import annotations

import csv
import gzip
import io
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import openpyxl
import orjson
import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import translation
from pyarrow import parquet

from accounts.api.resources import RESOURCES
from accounts.api.tokens import make_token
from accounts.models import AuditEvent
from exchange.api import streams
from exchange.workbook.streams import Form
from projects.models import Project
from tests.api.conftest import Caller
from tests.conftest import Cast
from tests.factories import make_month, make_project

pytestmark = pytest.mark.django_db


def taken(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def lines_in(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.content
    return [orjson.loads(line) for line in taken(answer).splitlines()]


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_every_resource_streams_in_every_form(name: str, cast: Cast, calling: Caller) -> None:
    make_month(make_project("滨海路", cast.unit_a))
    client = calling(cast.city)
    listed = client.get(f"/api/v1/{name}/", {"page_size": 5000}).json()["results"]
    for form in Form:
        answer = client.get(f"/api/v1/{name}.{form.value}")
        assert answer.status_code == 200
        assert answer["X-Total-Rows"] == str(len(listed))
        data = taken(answer)
        if form is Form.NDJSON:
            assert [orjson.loads(line)["id"] for line in data.splitlines()] == [row["id"] for row in listed]


def test_the_stream_says_what_the_list_says(cast: Cast, calling: Caller) -> None:
    for number, wan in enumerate((5, 123456789, "0.000001")):
        make_project(f"路{number}", cast.unit_a, total_wan=Decimal(wan))
    asked = {"total_wan__gte": "1", "ordering": "-total_wan", "fields": "name,total_wan,land_mu,uid,unit_key", "search": "路"}
    client = calling(cast.owner)
    rows = client.get("/api/v1/projects/", asked).json()["results"]
    assert lines_in(client.get("/api/v1/projects.ndjson", asked)) == rows
    assert [row["name"] for row in rows] == ["路1", "路0"]
    table = parquet.read_table(io.BytesIO(taken(client.get("/api/v1/projects.parquet", asked)))).to_pylist()
    assert [row["total_wan"] for row in table] == [Decimal(123456789), Decimal(5)]
    plain = taken(client.get("/api/v1/projects.csv", {**asked, "dialect": "plain"})).decode()
    assert [row["total_wan"] for row in csv.DictReader(io.StringIO(plain))] == ["123456789", "5"]
    sheet = taken(client.get("/api/v1/projects.csv", asked)).decode()
    assert sheet.startswith("\ufeff项目名称")
    assert "总投资（万元）" in sheet.splitlines()[0]


def test_choices_are_words_in_files_for_people(cast: Cast, calling: Caller) -> None:
    """In the reader's language; what a program reads keeps the codes."""
    make_month(make_project("甲路", cast.unit_a, kind="infrastructure", stage="build"), done_month_wan=1)
    client = calling(cast.owner)

    def cells(name: str, form: str, columns: str, language: str = "zh-hans", **told: str) -> list[Any]:
        data = taken(client.get(f"/api/v1/{name}.{form}", {"fields": columns, **told}, headers={"accept-language": language}))
        if form == "xlsx":
            sheet = openpyxl.load_workbook(io.BytesIO(data)).active
            assert sheet is not None
            return list(next(sheet.iter_rows(min_row=2, values_only=True)))
        if form == "parquet":
            return list(parquet.read_table(io.BytesIO(data)).to_pylist()[0].values())
        if form == "ndjson":
            return list(orjson.loads(data.splitlines()[0]).values())
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))[1]

    with translation.override("en"):
        english = str(Project.Kind.INFRASTRUCTURE.label)
    for form in ("csv", "xlsx"):
        assert cells("projects", form, "kind,stage") == ["重大基础设施", "在建"]
        assert cells("months", form, "half,state,year")[:2] == ["整月", "草稿"]
        assert cells("projects", form, "kind", "en") == [english] != ["重大基础设施"]
    for form, told in (("csv", {"dialect": "plain"}), ("ndjson", {}), ("parquet", {})):
        assert cells("projects", form, "kind,stage", **told) == ["infrastructure", "build"]
    assert cells("months", "ndjson", "half,state") == [0, "draft"]


def test_a_district_streams_its_rows_and_no_other(cast: Cast, calling: Caller) -> None:
    make_project("甲路", cast.unit_a), make_project("乙路", cast.unit_b)
    assert [row["name"] for row in lines_in(calling(cast.owner).get("/api/v1/projects.ndjson"))] == ["甲路"]
    assert lines_in(calling(cast.owner).get("/api/v1/units.ndjson"))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_text_is_packed_for_who_takes_it(form: str, cast: Cast, calling: Caller) -> None:
    make_project("甲路", cast.unit_a)
    client = calling(cast.city)
    answer = client.get(f"/api/v1/projects.{form}", headers={"accept-encoding": "gzip, br"})
    assert answer.get("Content-Encoding") == ("gzip" if form == "csv" else None)
    data = taken(answer)
    assert (gzip.decompress(data) if form == "csv" else data[:2]).startswith(b"\xef\xbb\xbf" if form == "csv" else b"PK")
    assert "项目" in unquote(answer["Content-Disposition"])
    assert f".{form}" in answer["Content-Disposition"]
    plainly = client.get(f"/api/v1/projects.{form}", headers={"accept-encoding": "gzip;q=0, br"})
    assert "Content-Encoding" not in plainly
    assert taken(plainly)


@pytest.mark.parametrize(
    ("form", "asked", "pointer"),
    [
        ("csv", {"totl_wan": "1"}, "?totl_wan"),
        ("csv", {"cursor": "x"}, "?cursor"),
        ("csv", {"page_size": "5"}, "?page_size"),
        ("csv", {"dialect": "lotus"}, "?dialect"),
        ("xlsx", {"dialect": "plain"}, "?dialect"),
        ("csv", {"total_wan": "viel"}, "?total_wan"),
    ],
)
def test_a_wrong_question_is_answered_before_the_first_byte(form: str, asked: dict[str, str], pointer: str, cast: Cast, calling: Caller) -> None:
    answer = calling(cast.city).get(f"/api/v1/projects.{form}", asked)
    assert answer.status_code == 400
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert not AuditEvent.objects.filter(event="table.export").exists()


def test_what_is_not_installed_is_said(cast: Cast, calling: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.workbook.streams.parquet.find_spec", lambda _name: None)
    answer = calling(cast.city).get("/api/v1/projects.parquet")
    assert (answer.status_code, answer.json()["code"]) == (501, "parquet_not_installed")
    assert "pyarrow" in answer.json()["message"]


def test_an_unknown_form_is_no_address(cast: Cast, calling: Caller) -> None:
    assert calling(cast.city).get("/api/v1/projects.dbf").status_code == 404


def test_the_event_tells_who_took_what(cast: Cast, calling: Caller) -> None:
    for number in range(3):
        make_project(f"路{number}", cast.unit_a)
    answer = calling(cast.owner).get("/api/v1/projects.csv", {"search": "路"})
    assert not AuditEvent.objects.filter(event="table.export").exists()
    data = taken(answer)
    event = AuditEvent.objects.get(event="table.export")
    assert (event.actor, event.outcome, event.address) == (cast.owner, "ok", "127.0.0.1")
    assert event.detail["written"] == 3
    assert event.detail["size"] == len(data)
    assert (event.detail["resource"], event.detail["form"], event.detail["filter"]) == ("projects", "csv", "search=%E8%B7%AF")


def test_asking_for_the_head_sends_and_records_nothing(cast: Cast, calling: Caller) -> None:
    make_project("甲路", cast.unit_a)
    answer = calling(cast.city).head("/api/v1/projects.csv")
    assert (answer.status_code, answer["X-Total-Rows"]) == (200, "1")
    assert not AuditEvent.objects.filter(event="table.export").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", [Form.NDJSON, Form.XLSX])
def test_a_reader_who_goes_away_frees_the_connection(form: Form, cast: Cast) -> None:
    for number in range(3):
        make_project(f"路{number}", cast.unit_a, remarks="长" * 60_000)
    _token, key = make_token(user=cast.city, name="检验")
    request = RequestFactory().get(f"/api/v1/projects.{form.value}", headers={"authorization": f"Bearer {key}"})
    answer: Any = streams.stream_view("projects").as_view()(request, form=form)
    assert next(iter(answer))
    answer.close()
    assert not connection.in_atomic_block
    event = AuditEvent.objects.get(event="table.export")
    assert event.outcome == "lost"
    make_project("后来的路", cast.unit_a)  # the connection can be written on again

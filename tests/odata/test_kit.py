"""The starter kit: each file is what its tool reads, holds no key, and no name breaks out of it; what the queries ask is answered."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from accounts.api.tokens import make_token, revoke_token
from accounts.models import ApiToken
from accounts.navigation import GROUPS, rail
from projects.models import Project
from projects.services.cuts import make_cut
from reports.odata import views
from reports.odata.kit import Table, identifier, literal, odc, pbids, query, whole
from reports.odata.sets import sets
from tests.conftest import Cast
from tests.odata.conftest import basic
from tests.odata.test_clients import POWER_QUERY

ODC = "{urn:schemas-microsoft-com:office:odc}"
MASHUP = "{http://schemas.microsoft.com/DataMashup}"
_SIGNS = {"cr": "\r", "lf": "\n", "tab": "\t", "#": "#"}
# A text of M, and the rest of it.
TEXT = re.compile(r'"((?:[^"]|"")*)"')


def unescaped(inner: str) -> str:
    """What a text of M holds."""

    def sign(found: re.Match[str]) -> str:
        name = found[1]
        return _SIGNS[name] if name in _SIGNS else chr(int(name, 16))

    return re.sub(r"#\(([^)]*)\)", sign, inner).replace('""', '"')


def texts(formula: str) -> list[str]:
    return [unescaped(one[1]) for one in TEXT.finditer(formula)]


def read_query(formula: str) -> tuple[str, str, list[str], dict[str, str]]:
    """The service, the set, the columns and their headings that a query of ours names, read by its steps."""
    steps = dict(re.findall(r"    (Source|Table|Columns|Renamed) = (.*?)(?=,\n    \w+ = |\nin\n)", formula, re.DOTALL))
    assert list(steps) == ["Source", "Table", "Columns", "Renamed"]
    pairs = texts(steps["Renamed"])
    headings = dict(zip(pairs[::2], pairs[1::2], strict=True))
    return texts(steps["Source"])[0], texts(steps["Table"])[0], texts(steps["Columns"]), headings


# --- Each file by itself -----------------------------------------------------------------------------------------------------------


@given(st.text())
def test_no_text_breaks_out_of_a_query(text: str) -> None:
    for made, marks in ((literal(text), 0), (identifier(text), 1)):
        found = TEXT.fullmatch(made[marks:])
        assert found is not None
        assert unescaped(found[1]) == text
        assert made.isprintable()


@given(st.text(), st.text(st.characters(codec="utf-8")), st.text())
def test_no_name_breaks_out_of_an_odc(root: str, title: str, heading: str) -> None:
    table = Table("Projects", title, (("Id", heading),))
    made = odc(root.encode("utf-8", "replace").decode(), table)
    document = etree.fromstring(made.encode("ascii"))
    connection = document.findtext(f".//{ODC}PowerQueryConnection/{ODC}ConnectionString") or ""
    assert connection.startswith("Provider=Microsoft.Mashup.OleDb.1;Data Source=$Workbook$;Location=")
    inner = etree.fromstring((document.findtext(f".//{ODC}PowerQueryMashupData") or "").encode())
    assert len(inner.findall(f".//{MASHUP}Query")) == 1
    formula = inner.findtext(f".//{MASHUP}Formula") or ""
    service, name, columns, headings = read_query(formula)
    assert (service, name, columns, headings) == (root.encode("utf-8", "replace").decode(), "Projects", ["Id"], {"Id": heading})


@given(st.text())
def test_a_pbids_is_json_with_one_connection(root: str) -> None:
    (connection,) = json.loads(pbids(root))["connections"]
    assert connection["details"]["protocol"] == "odata"
    assert connection["details"]["address"] == {"url": root}


def test_all_queries_are_one_record() -> None:
    tables = [Table("Projects", '项目" ]', (("Id", "编号"),)), Table("Units", "单位", (("Id", "编号"),))]
    made = whole("https://a/", tables)
    assert made.startswith('[\n#"项目"" ]" =\nlet\n')
    assert made.count(query("https://a/", tables[1]).rstrip()) == 1


# --- For a token -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def token(cast: Cast) -> ApiToken:
    return make_token(user=cast.city, name='月报"\r\n<b>', expires_at=timezone.now() + timedelta(days=9))[0]


@pytest.fixture
def page(cast: Cast, signed_in: Any) -> Client:
    client: Client = signed_in(cast.city)
    return client


def files(page: Client, token: ApiToken, cut: str = "") -> dict[str, bytes]:
    answer = page.get(f"/tokens/{token.pk}/kit/kit.zip", {"cut": cut} if cut else {})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.mark.django_db
def test_the_page_offers_every_file_and_the_archive_holds_the_same(cast: Cast, page: Client, token: ApiToken) -> None:
    make_cut(name="六月 终稿", actor=cast.city)
    assert f'href="/tokens/{token.pk}/kit/"' in page.get("/tokens/").content.decode()
    for cut in ("", "六月 终稿"):
        packed = files(page, token, cut)
        shown = page.get(f"/tokens/{token.pk}/kit/", {"cut": cut} if cut else {})
        links = re.findall(rf'href="(/tokens/{token.pk}/kit/[^"]+)"', shown.content.decode())
        assert {urlsplit(link).path.split("/kit/")[1] for link in links} == {*packed, "kit.zip"}
        for link in links:
            answer = page.get(link)
            assert answer.status_code == 200
            assert "attachment" in answer["Content-Disposition"]
            name = urlsplit(link).path.split("/kit/")[1]
            if name in packed and not name.endswith(".xlsx"):
                assert answer.content == packed[name], name
    assert "&lt;b&gt;" in shown.content.decode()
    assert "月报&quot;" in shown.content.decode()


@pytest.mark.django_db
def test_no_file_holds_the_key(cast: Cast, page: Client) -> None:
    made, key = make_token(user=cast.city, name="月报")
    packed = files(page, made)
    assert all(key.encode() not in body and made.digest.encode() not in body for body in packed.values())
    assert made.prefix.encode() in packed["README.txt"]
    assert packed["README.txt"].decode("utf-8-sig").splitlines()[2].startswith("令牌：月报（")


@pytest.mark.django_db
def test_every_text_says_which_file_gives_which_language(page: Client, token: ApiToken) -> None:
    """A `.pbids` can't rename columns: wherever it is spoken of, its columns are English; and the way to the page is that of the menu."""
    shown = page.get(f"/tokens/{token.pk}/kit/").content.decode()
    officers = Path("docs/officers.zh.md").read_text()
    for text in (shown, files(page, token)["README.txt"].decode(), officers):
        assert re.search(r"双击 `?power-bi\.pbids`?，[^。]*列名是英文", text)
    assert "power-bi.pbids` | Power BI Desktop: a double click opens the navigator (column names in English)" in Path("docs/odata.md").read_text()
    assert "列名是中文，附数据字典" not in shown
    group = dict(GROUPS)["data"]
    item = next(entry.label for one in rail(token.user) for entry in one.entries if one.key == "data" and entry.url == "/tokens/")
    assert f"“{group} → {item}”" in officers


@pytest.mark.django_db
def test_a_token_of_another_or_of_the_past_has_none(cast: Cast, page: Client, token: ApiToken, signed_in: Any) -> None:
    for name in ("", "kit.zip", "power-bi.pbids"):
        assert signed_in(cast.owner).get(f"/tokens/{token.pk}/kit/{name}").status_code == 404
        assert page.get(f"/tokens/{token.pk}/kit/{name}", {"cut": "没有"}).status_code == 404
        assert Client().get(f"/tokens/{token.pk}/kit/{name}").status_code == 302
    for strange in ("pq/Nothing.pq", "../settings.py", "pq/", "kit.zip/"):
        assert page.get(f"/tokens/{token.pk}/kit/{strange}").status_code == 404
    revoke_token(token=token, actor=cast.city)
    assert page.get(f"/tokens/{token.pk}/kit/").status_code == 404
    assert f"/tokens/{token.pk}/kit/" not in page.get("/tokens/").content.decode()


@pytest.mark.django_db
def test_the_dictionary_tells_every_column_of_every_set(page: Client, token: ApiToken) -> None:
    packed = files(page, token)
    head, *rows = csv.reader(io.StringIO(packed["dictionary.csv"].decode("utf-8-sig")))
    assert head[:6] == ["集合", "集合名称", "列名", "中文列名", "类型", "单位"]
    assert [(row[0], row[2]) for row in rows] == [(name, one) for name, entity in sets().items() for one in entity.fields]
    assert all(all(row[place] for place in (1, 3, 4, 8, 9)) for row in rows)
    assert not [row for row in rows if row[7] == row[3]]
    told = {(row[0], row[2]): row for row in rows}
    assert told["Projects", "TotalWan"][5] == "万元"
    assert "build＝" in told["Projects", "Stage"][7]
    assert told["Projects", "TotalWan"][8] == "/api/v1/projects/?fields=total_wan"
    assert all(sign in told["Projects", "PlannedStart"][7] for sign in ("2020-03", "2020-Q2", "2020-H1"))
    assert told["Projects", "Remarks"][7] == ""
    sheet = openpyxl.load_workbook(io.BytesIO(packed["dictionary.xlsx"])).active
    assert sheet is not None
    assert sheet.max_row == len(rows) + 1


@pytest.mark.django_db
def test_every_address_and_column_of_the_dictionary_answers(cast: Cast, city: list[Project], page: Client, token: ApiToken, ask: Any) -> None:
    """What the dictionary names is there: each address of REST, and each column of OData."""
    rows = list(csv.DictReader(io.StringIO(files(page, token)["dictionary.csv"].decode("utf-8-sig"))))
    for row in rows:
        (address,) = re.findall(r"/api/v1/\S+", row["来源"])
        answer = ask(address)
        assert answer.status_code == 200, (row["来源"], answer.content)
        if column := re.search(r"fields=(\w+)$", address):
            (first, *_rest) = answer.json()["results"]
            assert list(first) == [column[1]]
    for name in sets():
        own = [row["列名"] for row in rows if row["集合"] == name]
        answer = ask(name, **{"$select": ",".join(own), "$top": "1"})
        assert answer.status_code == 200
        assert set(own) <= set(answer.json()["value"][0])


@pytest.mark.django_db
def test_what_is_told_of_gone_rows_names_a_column_that_is_there() -> None:
    gone = [one for one in sets().values() if one.tells_gone]
    assert gone
    assert all({"IsDeleted", "UpdatedAt"} <= set(one.fields) for one in gone)


# --- What the queries ask is answered ----------------------------------------------------------------------------------------------


def replay(formula: str, client: Client) -> tuple[str, int]:
    """Ask what Power Query asks for a query: the service document, the model, the columns of the set, every next page."""

    def ask(address: str, **more: str) -> Any:
        assert len(address) < 2048  # beyond it Power Query would send a $batch
        parts = urlsplit(address)
        answer = client.get(f"{parts.path}?{parts.query}", headers={**POWER_QUERY, **more}, SERVER_NAME=parts.hostname)
        assert answer.status_code == 200, answer.content
        return answer

    root, name, columns, headings = read_query(formula)
    assert name in [one["name"] for one in ask(root).json()["value"]]
    model = etree.fromstring(ask(f"{root}$metadata", Accept="application/xml").content)
    own = model.find(f".//{{*}}EntityType[@Name='{name}Row']")
    assert [one.get("Name") for one in own.findall("{*}Property")] == columns
    assert list(headings) == columns
    assert len(set(headings.values())) == len(columns)
    address, rows = f"{root}{name}?$select={quote(','.join(columns))}", 0
    while address:
        page = ask(address).json()
        assert all(list(row) == columns for row in page["value"])
        rows += len(page["value"])
        address = page.get("@odata.nextLink", "")
    assert rows == int(ask(f"{root}{name}/$count").content)
    return name, rows


@pytest.mark.django_db
@pytest.mark.parametrize("cut", ["", "六月 终稿"])
def test_every_query_is_answered_to_its_last_page(cut: str, cast: Cast, city: list[Project], page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE", 100)
    if cut:
        make_cut(name=cut, actor=cast.city)
        city[0].name = "改了名"
        city[0].save()
    token, key = make_token(user=cast.city, name="月报")
    client = Client(headers={"authorization": basic(key)})
    packed = files(page, token, cut)
    found = dict(replay(packed[name].decode(), client) for name in packed if name.startswith("pq/") and name != "pq/all.pq")
    assert set(found) == set(sets())
    assert all(found.values()), found
    within = re.findall(r"^let\n.*?\nin\n    Renamed", packed["pq/all.pq"].decode(), re.DOTALL | re.MULTILINE)
    assert [f"{one}\n".encode() for one in within] == [packed[f"pq/{name}.pq"] for name in sets()]
    for name in sets():
        document = etree.fromstring(packed[f"odc/{name}.odc"])
        inner = etree.fromstring((document.findtext(f".//{ODC}PowerQueryMashupData") or "").encode())
        assert (inner.findtext(f".//{MASHUP}Formula") or "").encode() == packed[f"pq/{name}.pq"]
    (connection,) = json.loads(packed["power-bi.pbids"])["connections"]
    root = connection["details"]["address"]["url"]
    assert root == (f"http://testserver/odata/v4/cut/{quote(cut)}/" if cut else "http://testserver/odata/v4/")
    names = [row["Name"] for row in client.get(f"{urlsplit(root).path}Projects").json()["value"]]
    assert ("改了名" in names) is False

"""同数同源: every registered measure read through every real door (pages parsed, workbooks opened, REST and OData by client, SQL by cursor) is
the same number, to the 分, of a city whose figures are awkward. A measure that is registered without its doors fails here."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import lxml.html
import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.api.tokens import make_token
from accounts.models import User
from projects.measures import percent_text, wan_text
from projects.services.summing import rebuild
from projects.values import Month
from reports import doors
from reports.bi.figures import LATER, MONEY, PROGRESS
from reports.doors import EXCEL, ODATA, PAGE, REST, SQL, sql_of
from reports.figures import FIGURES
from reports.flat import exact
from reports.selection import Question
from reports.shown import CITY, LIST, POSTED, SHOWN
from reports.tables import Kind
from tests.reports import build
from tests.reports.awkward import awkward_city

pytestmark = pytest.mark.django_db
JUNE = Month(2020, 6)
KEYS = list(FIGURES)
# Which column of the project list's totals row holds a figure.
LIST_COLUMNS = {"count": "name_link", "total": "n_total", "plan": "n_plan", "ytd": "n_ytd", "rate": "n_rate"}
SHEETS = {"city": 0, "quota": 0, "areas": 1, "plans": 2}


@pytest.fixture(params=[False, True], ids=["from records", "from kept sums"])
def reader(request: pytest.FixtureRequest) -> User:
    awkward_city([build.unit(key, name) for key, name in (("one", "甲区"), ("two", "乙区"), ("money", "丙区"))])
    if request.param:
        rebuild()
    return build.person("reader", "city_administrator")


@pytest.fixture
def page(reader: User) -> Client:
    client = Client()
    client.force_login(reader, backend="accounts.backends.RoleBackend")
    return client


class RealDoors:
    """The figures of June as each door gives them; every answer is fetched once."""

    def __init__(self, page: Client, api: Client) -> None:
        self.page, self.api = page, api
        self.fetched: dict[str, Any] = {}

    def get(self, client: Client, address: str) -> Any:
        if address not in self.fetched:
            self.fetched[address] = client.get(html.unescape(address), follow=True)
            assert self.fetched[address].status_code == 200, (address, self.fetched[address].content[:300])
        return self.fetched[address]

    def tree(self, address: str) -> Any:
        return lxml.html.fromstring(self.get(self.page, address).content.decode())

    def sheet(self, address: str, number: int) -> Any:
        content = self.get(self.page, address).content
        return openpyxl.load_workbook(io.BytesIO(content)).worksheets[number]

    # --- A number, or None for a dash ---

    def rest(self, key: str) -> Decimal | None:
        value = self.get(self.api, f"/api/v1/figures/{key}/?period=2020-06").json()["totals"][0]["values"][key]
        return exact(None if value is None else Decimal(repr(value)))

    def odata(self, key: str) -> Decimal | None:
        (row,) = self.get(
            self.api, f"/odata/v4/MonthlyFigures?$filter=Measure eq '{key}' and MonthKey eq 202006 and UnitId eq null&$select=Value"
        ).json()["value"]
        return exact(None if row["Value"] is None else Decimal(repr(row["Value"])))

    def sql(self) -> dict[str, Decimal | None]:
        with connection.cursor() as cursor:
            cursor.execute(sql_of(Question(JUNE)))
            return dict(cursor.fetchall())

    def excel(self, address: str, key: str) -> Decimal | None:
        place = SHOWN[key].excel
        if place is None:
            sheet = self.sheet(address, 0)
            (heading,) = [cell for cell in sheet[1] if str(cell.value).startswith(FIGURES[key].zh)]
            return _number(sheet.cell(2, heading.column).value)
        sheet = self.sheet(address, SHEETS[place.of])
        headings = _headings(sheet)
        at = headings[_column_title(place.of, place.column)]
        total = next(row for row in sheet.iter_rows() if row[0].value in ("全市", "合计"))
        return _number(total[at].value)


def _number(value: Any) -> Decimal | None:
    return None if value in (None, "—", "") else Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _headings(sheet: Any) -> dict[str, int]:
    """Column titles (below a shared heading: "group/title") → where they stand."""
    first = next(row[0].row for row in sheet.iter_rows() if row[0].value in ("单位", "额度批次", "投向领域", "文号与专项"))
    has_two = sheet.cell(first + 1, 1).value is None
    found, group = {}, ""
    for upper, lower in zip(sheet[first], sheet[first + 1], strict=True):
        group = str(upper.value) if upper.value else group
        is_below = has_two and lower.value is not None
        found[f"{group}/{lower.value}" if is_below else group] = upper.column - 1
    return found


CITY_TITLES = {
    "count": "项目（个）/项目数",
    "not_reported": "项目（个）/未报",
    "total": "总投资",
    "plan": "年度计划/合计",
    "unreported_plan": "年度计划/其中未报项目",
    "month": "完成投资/本月",
    "ytd": "完成投资/本年累计",
    "rate": "年度计划完成情况/完成率（%）",
    "reported_rate": "年度计划完成情况/已报项目完成率（%）",
    "schedule": "年度计划完成情况/时序进度（%）",
    "difference": "年度计划完成情况/差额（百分点）",
}
MONEY_TITLES = {
    "quota": {"whole": "额度", "issued": "已发行"},
    "areas": {"assigned": "分配", "arrived": "拨付", "paid": "支出"},
    "plans": {"whole": "下达", "assigned": "分解", "arrived": "到位", "paid": "支付", "completed": "完成"},
}


def _column_title(of: str, column: str) -> str:
    return CITY_TITLES[column] if of == CITY else MONEY_TITLES[of][column]


def _in_unit(key: str, value: Decimal | None, *, in_yi: bool) -> Decimal | None:
    """A figure in the unit in which a table holds it."""
    if value is None:
        return None
    kind = FIGURES[key].kind
    return value.scaleb(-4) if kind is Kind.WAN and in_yi else value.scaleb(2) if kind is Kind.PERCENT and in_yi else value


def test_every_registered_measure_has_its_doors() -> None:
    """A measure that is registered must say where people read it, and stand in the SQL view; REST and OData have it by itself."""
    assert set(SHOWN) == {*PROGRESS, *MONEY, *LATER} == set(FIGURES)
    assert all(FIGURES[key].kind in (Kind.COUNT, Kind.WAN, Kind.PERCENT, Kind.POINTS) for key in KEYS)


def test_every_measure_is_the_same_number_at_every_real_door(reader: User, page: Client) -> None:
    api = Client(headers={"authorization": f"Bearer {make_token(user=reader, name='检验')[1]}"})
    real = RealDoors(page, api)
    answer = page.get(reverse("reports:same_figures"), {"period": "2020-06"})
    rows = {row["key"]: row for row in answer.context["rows"]}
    assert list(rows) == KEYS
    told = real.sql() if connection.vendor == "postgresql" else {}  # the view is PostgreSQL's
    for key in KEYS:
        right = real.rest(key)
        assert right is not None, key
        links = {cell["said"].door: cell["said"].href for cell in rows[key]["cells"]}
        assert real.odata(key) == right, key
        if connection.vendor == "postgresql":
            assert told[key] == right, key
        in_workbook = real.excel(links[EXCEL], key)
        assert in_workbook is not None
        wanted = _in_unit(key, right, in_yi=SHOWN[key].excel is not None)
        assert wanted is not None
        if FIGURES[key].kind in (Kind.COUNT, Kind.WAN):
            assert in_workbook == wanted, key  # to the 分
        else:
            assert abs(in_workbook - wanted) < Decimal("1e-9"), key  # a spreadsheet has sixteen digits
        _check_page(real, key, links[PAGE], right)


def _check_page(real: RealDoors, key: str, address: str, right: Decimal) -> None:
    """The figure as the page's own HTML prints it."""
    place = SHOWN[key].page
    if place is None:
        assert address == ""
        return
    tree = real.tree(address)
    if place.of == LIST:
        text = tree.xpath(f"//tfoot//*[contains(concat(' ', @class, ' '), ' sum-{LIST_COLUMNS[place.column]} ')]")[0].text_content().strip()
        wanted = f"合计 {right:.0f} 个项目" if key == "count" else percent_text(right) if key == "rate" else wan_text(right, grouped=True)
        assert text == wanted, key
        return
    if place.of == POSTED:
        text = tree.xpath("//tfoot//*[contains(@class, 'sum-n_amount')]")[0].text_content()
        assert Decimal(text.replace(",", "").strip()) == right, key  # to the 分
        return
    if place.of == CITY:
        total = (
            f"//table[contains(@class, 'report')]//tr[contains(@class, 'total')]/td[contains(concat(' ', @class, ' '), ' column-{place.column} ')]"
        )
    else:
        total = f"//section[@id='{place.of}']//tfoot/tr/td[@data-label='{_column_title(place.of, place.column)}']"
    (cell,) = tree.xpath(total)
    text = re.sub(r"[,+%约\s]", "", cell.text_content())
    in_unit = _in_unit(key, right, in_yi=True)
    assert in_unit is not None
    assert text == (f"{right:.0f}" if FIGURES[key].kind is Kind.COUNT else wan_text(in_unit)), key


def test_the_page_marks_what_is_the_same_quietly(reader: User, page: Client) -> None:
    answer = page.get(reverse("reports:same_figures"), {"period": "2020-06"})
    assert (answer.status_code, answer.context["different"]) == (200, 0)
    tree = lxml.html.fromstring(answer.content.decode())
    assert len(tree.xpath("//table[contains(@class, 'doors')]//span[@class='same']")) == len(KEYS)
    assert tree.xpath("//tr[@class='differs']") == []
    assert ("bi_figures" in answer.content.decode()) is True


def test_what_differs_is_named_with_both_figures(reader: User, page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A door that would leave a project out is found, at the last 分."""
    genuine = doors.lines

    def wrong(*asked: Any) -> Iterator[Any]:
        for line in genuine(*asked):
            yield line._replace(value=line.value + Decimal("0.000001")) if line.measure == "ytd_wan" and line.value is not None else line

    monkeypatch.setattr(doors, "lines", wrong)
    answer = page.get(reverse("reports:same_figures"), {"period": "2020-06"})
    (row,) = [row for row in answer.context["rows"] if not row["is_same"]]
    assert (row["key"], [one["door"] for one in row["differing"]]) == ("ytd_wan", ["OData"])
    tree = lxml.html.fromstring(answer.content.decode())
    (loud,) = tree.xpath("//tr[@class='differs']")
    said = loud.xpath(".//td[contains(@class, 'verdict')]")[0].text_content()
    assert f"OData {row['differing'][0]['text']} ≠ REST {row['right']}" in said
    assert row["differing"][0]["text"] != row["right"]


def test_of_a_past_day_the_doors_that_know_it_agree(reader: User, page: Client) -> None:
    answer = page.get(reverse("reports:same_figures"), {"period": "2020-06", "known": "2020-07-10"})
    assert (answer.status_code, answer.context["different"]) == (200, 0)
    assert all(cell["said"].why for row in answer.context["rows"] for cell in row["cells"] if cell["said"].door in (ODATA, SQL))
    assert all(cell["said"].text for row in answer.context["rows"] for cell in row["cells"] if cell["said"].door == REST)


def test_a_row_is_in_one_unit(reader: User, page: Client) -> None:
    """Every door in the unit that stands beside the measure's name; what a page prints in 亿元 is noted beside it."""
    answer = page.get(reverse("reports:same_figures"), {"period": "2020-06"})
    for row in answer.context["rows"]:
        given = {cell["said"].text for cell in row["cells"] if not cell["said"].why}
        assert len(given) == 1, row["key"]
        assert not any("亿元" in text for text in given)
    rows = {row["key"]: row for row in answer.context["rows"]}
    (at_page,) = [cell["said"] for cell in rows["bond_quota_wan"]["cells"] if cell["said"].door == PAGE]
    assert at_page.shown.endswith("亿元")
    assert f"印作 {at_page.shown}" in lxml.html.fromstring(answer.content.decode()).xpath("//table[contains(@class, 'doors')]")[0].text_content()


def test_a_door_that_does_not_give_is_told_from_one_that_has_no_value(reader: User, page: Client) -> None:
    """「不提供」 is of the door, 「—」 of the figure; a unit's sign never stands without a figure."""
    for period, known in (("2020-06", "2020-06-30"), ("2020-06", ""), ("2019-01", "")):
        answer = page.get(reverse("reports:same_figures"), {"period": period, **({"known": known} if known else {})})
        cells = lxml.html.fromstring(answer.content.decode()).xpath("//table[contains(@class, 'doors')]/tbody/tr/td[contains(@class, 'num')]")
        said = [one["said"] for row in answer.context["rows"] for one in row["cells"]]
        assert [bool(one.why) for one in said] == [cell.text_content().startswith("不提供") for cell in cells]
        assert all(one.text for one in said if not one.why)
        assert not any(re.match(r"—.", cell.text_content().strip()) for cell in cells)
        for row in answer.context["rows"]:
            empty = {one["said"].text == "—" for one in row["cells"] if not one["said"].why}
            assert not row["is_same"] or len(empty) == 1, row["key"]


def test_a_figure_of_one_door_alone_agrees_with_nothing(reader: User, page: Client) -> None:
    """Of a past day only REST tells the city's quota: no mark of agreement stands beside it."""
    answer = page.get(reverse("reports:same_figures"), {"period": "2020-06", "known": "2020-06-30"})
    rows = {row["key"]: row for row in answer.context["rows"]}
    assert [cell["said"].door for cell in rows["bond_quota_wan"]["cells"] if not cell["said"].why] == [REST]
    tree = lxml.html.fromstring(answer.content.decode())
    verdicts = [one.text_content().strip() for one in tree.xpath("//td[contains(@class, 'verdict')]")]
    assert verdicts[list(rows).index("bond_quota_wan")] == "只有一处"
    assert verdicts[list(rows).index("count")] == "✓"
    assert answer.context["alike"] + answer.context["alone"] == len(rows)


def test_nothing_and_nought_differ(reader: User, page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = doors.lines

    def empty(*asked: Any) -> Iterator[Any]:
        for line in genuine(*asked):
            yield line._replace(value=None) if line.measure in ("bond_quota_wan", "not_reported") else line

    monkeypatch.setattr(doors, "lines", empty)
    answer = page.get(reverse("reports:same_figures"), {"period": "2020-06"})
    differing = {row["key"]: row["differing"][0]["text"] for row in answer.context["rows"] if not row["is_same"]}
    assert differing == {"bond_quota_wan": "—", "not_reported": "—"}


def test_a_district_compares_its_own(reader: User) -> None:
    client = Client()
    unit = build.unit("fourth", "丁区")
    build.project(unit, plan=3, months={"2020-06": ("0.000001", 1)})
    client.force_login(build.person("district", "district_officer", unit), backend="accounts.backends.RoleBackend")
    answer = client.get(reverse("reports:same_figures"), {"period": "2020-06"})
    rows = {row["key"]: row for row in answer.context["rows"]}
    assert (answer.context["different"], rows["month_wan"]["right"], rows["count"]["right"]) == (0, "0.000001", "1")
    assert client.get(reverse("reports:same_figures"), {"period": "2020-06A"}).status_code == 400

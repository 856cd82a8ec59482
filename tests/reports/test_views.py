"""The report pages through the door: who may open them, what they show, what they lead to."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO
from urllib.parse import parse_qs, unquote, urlsplit

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from exchange.models import Upload
from projects.models import MonthReport
from projects.models.tracking import Door, Source, changes_from
from tests.reports import build

pytestmark = pytest.mark.django_db
CITY = "/reports/city/?period=2020-06"


@pytest.fixture
def cast(client):
    """Two districts with a project each, a city officer, and the officer of the first."""
    mine, theirs = build.unit("mine"), build.unit("theirs")
    build.project(mine, name="我区项目", total=20000, plan=10000, months={"2020-06": (1000, 4000)})
    build.project(theirs, name="他区项目", total=30000, plan=10000, months={"2020-06": (1000, 6000)})
    people = {"city": build.person("city", "city_officer"), "district": build.person("district", "district_officer", mine)}

    def sign_in(name):
        client.force_login(people[name], backend="accounts.backends.RoleBackend")
        return client

    return sign_in


def rows(response):
    """Label and cells of each row, as read."""
    html = response.content.decode()
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.S)] for row in body_rows(html)]


def body_rows(html):
    return re.findall(r"<tr class=.*?</tr>", html, re.S)


def test_city_page_shows_the_table_and_says_what_it_says(cast):
    response = cast("city").get(CITY)
    assert rows(response) == [
        ["全市", "2", "0", "5.00", "2.00", "0.20", "1.00", "50.00", "50.00", "0.00", "—", "—"],
        ["mine", "1", "0", "2.00", "1.00", "0.10", "0.40", "40.00", "50.00", "-10.00", "2", "—"],
        ["theirs", "1", "0", "3.00", "1.00", "0.10", "0.60", "60.00", "50.00", "+10.00", "1", "—"],
    ]
    assert "2020年1—6月，2个项目完成投资1.00亿元，其中本月0.20亿元，完成年度计划的50.0%，与时序进度持平。" in response.content.decode()


def test_city_page_carries_no_style_or_script_of_its_own(cast):
    html = cast("city").get(CITY).content.decode()
    assert re.findall(r"\sstyle=|<style|<script(?![^>]* src=)|\son\w+=", html) == []


def test_page_without_a_month_shows_the_newest_reported(cast):
    assert "2020年6月" in cast("city").get("/reports/city/").context["page"].table.title


@pytest.mark.parametrize("by, labels", [("unit", ["mine"]), ("sector", ["重大基础设施", "未分领域"]), ("kind", ["清单外项目"])])
def test_district_officer_sees_the_own_unit_in_every_arrangement(cast, by, labels):
    assert [row[0] for row in rows(cast("district").get(f"{CITY}&by={by}"))] == ["合计", *labels]


def test_row_leads_to_the_projects_that_add_up_to_it(cast):
    client = cast("city")
    page = client.get(CITY).context["page"]
    for row in (page.total, *page.rows):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(row.href).query).items()}
        behind = client.get(row.href).context["page"]
        assert asked["period"] == "2020-06"
        count = next(cell.text for cell in row.cells if cell.key == "count")
        assert str(len(behind.rows)) == count
        assert {cell.key: cell.text for cell in behind.total.cells}["rate"] == {cell.key: cell.text for cell in row.cells}["rate"]


@pytest.mark.parametrize("address", ["/reports/city/projects/?period=2020-06&unit=theirs", "/reports/city/projects/?period=2020-06&sector=x.y"])
def test_unit_out_of_reach_or_unknown_sector_is_not_found(cast, address):
    response = cast("district").get(address)
    assert (response.status_code, "他区项目" in response.content.decode()) == (404, False)


@pytest.mark.parametrize("address", ["/reports/city/projects/?period=2020-06", "/reports/city.xlsx?period=2020-06"])
def test_nothing_of_another_unit_shows(cast, address):
    response = cast("district").get(address)
    text = response.content.decode() if "xlsx" not in address else all_texts(response)
    assert ("我区项目" in text, "他区项目" in text) == (True, False)


def all_texts(response):
    book = openpyxl.load_workbook(BytesIO(response.content))
    return "\n".join(str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None)


def test_project_row_leads_to_the_project_and_to_the_upload_it_came_from(cast):
    report = MonthReport.objects.get(project__name="我区项目")
    upload = Upload.objects.create(filename="六月.xlsx", sha256="0" * 64, size=1, unit=report.project.unit)
    with changes_from(Source(Door.UPLOAD, upload_id=upload.pk)):
        report.done_month_wan = Decimal(2000)
        report.save()
    html = cast("district").get("/reports/city/projects/?period=2020-06").content.decode()
    assert reverse("admin:projects_project_change", args=[report.project_id]) in html
    assert f'<a href="{reverse("exchange:upload", args=[upload.public_id])}">上传 #{upload.pk}</a>' in html


def test_workbook_holds_the_figures_of_the_page_and_its_taking_is_logged(cast):
    response = cast("city").get("/reports/city.xlsx?period=2020-06&by=unit")
    book = openpyxl.load_workbook(BytesIO(response.content))
    assert book.sheetnames == ["进展情况", "项目明细"]
    assert [cell.value for cell in book["进展情况"][6]] == ["全市", 2, 0, 5, 2, 0.2, 1, 50, 50, 0, "—", "—"]
    assert "2020年6月" in unquote(response.headers["Content-Disposition"])
    event = AuditEvent.objects.get(event="report.export")
    assert (event.actor_name, event.detail) == ("city", {"report": "city_progress_by_unit", "period": "2020-06"})


@pytest.mark.parametrize(
    "query, said",
    [
        ("period=2020-13", "月份应写作 2020-06，读到“2020-13”"),
        ("period=%3Cscript%3E", "月份应写作 2020-06，读到“&lt;script&gt;”"),
        ("by=colour", "“colour”不是本表的排列方式"),
        ("lists=x", "“x”不是类别"),
        ("version=x", "清单版本应为数字编号，读到“x”"),
    ],
)
def test_address_that_cannot_be_read_is_refused_with_a_sentence(cast, query, said):
    response = cast("city").get(f"/reports/city/?{query}")
    assert (response.status_code, said in response.content.decode()) == (400, True)


def test_list_version_that_does_not_exist_is_not_found(cast):
    assert cast("city").get(f"{CITY}&version=999").status_code == 404


def test_month_without_reports_says_so(cast):
    response = cast("city").get("/reports/city/?period=2020-03")
    assert "尚无一个报送完成投资" in response.content.decode()


@pytest.mark.parametrize("address", ["/reports/", "/reports/city/", "/reports/city.xlsx", "/reports/city/projects/"])
def test_reports_are_for_people_who_may_see_figures(client, address):
    assert client.get(address).status_code == 302
    client.force_login(build.person("auditor", "auditor"), backend="accounts.backends.RoleBackend")
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 405


def test_index_leads_to_every_report(cast):
    html = cast("city").get("/reports/").content.decode()
    assert [f"by={by}&amp;period=2020-06" in html for by in ("unit", "sector", "kind")] == [True, True, True]


def test_projects_come_a_hundred_a_page_under_the_sums_of_all(cast):
    here = build.unit("many")
    for _ in range(101):
        build.project(here, total=1)
    client = cast("city")
    first, second = (client.get(f"/reports/city/projects/?period=2020-06&unit=many&page={page}").context["page"] for page in (1, 2))
    assert (len(first.rows), len(second.rows)) == (100, 1)
    assert {part.total.label for part in (first, second)} == {"合计（101个项目）"}


@pytest.mark.parametrize("address", [CITY, f"{CITY}&by=sector", "/reports/city/projects/?period=2020-06", "/reports/city.xlsx?period=2020-06"])
def test_page_costs_as_many_queries_with_two_projects_as_with_five(cast, address):
    def cost():
        with CaptureQueriesContext(connection) as made:
            assert cast("city").get(address).status_code == 200
        return len(made)

    cost()  # the first page of a process fills Django's own caches
    with_two = cost()
    for number in range(3):
        build.project(build.unit(f"more{number}"), plan=1, months={"2020-06": (1, 1)}, in_sector=build.sector(f"s{number}"))
    assert cost() == with_two

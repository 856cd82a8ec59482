"""The overview of the year's money: the same figures on the page and in the workbook, as of a day, each reader's own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from funding.figures import MonthMoney
from funding.ledger import Step
from funding.measures import exact_text
from funding.models import Bond, CentralPlan, QuotaBatch
from funding.proofs import prove
from projects.models import Project, Threshold
from reports import money_pages
from reports.money import money
from reports.tables import Level
from tests.factories import make_project, make_sector
from tests.funding.money import give, make_bond, make_central, make_issue, make_quota, of_bond, of_plan

pytestmark = pytest.mark.django_db
END = date(2020, 12, 31)


@pytest.fixture
def books(cast) -> Bond:
    """387亿 of quota, 232 issued in May and the rest not; 30 to unit A with 10 spent, 7 to unit B."""
    first = make_quota(2_320_000, given_on=date(2020, 1, 3))
    make_quota(1_550_000, given_on=date(2020, 6, 28))
    bond = make_bond(2_320_000, first, tender_on=date(2020, 5, 8), use_area=make_sector("轨道交通"))
    one, two = of_bond(make_project("甲路", cast.unit_a), bond), of_bond(make_project("乙路", cast.unit_b), bond)
    for step, amount, day in ((Step.ASSIGN, 300_000, 9), (Step.ARRIVE, 200_000, 10), (Step.PAY, 100_000, 20)):
        give(one, step, amount, date(2020, 6, day))
    give(two, Step.ASSIGN, 70_000, date(2020, 7, 1))
    hospital = make_project("丙院", cast.unit_b)
    plan = make_central(98_000, is_approximate=True)
    give(of_plan(hospital, plan), Step.ASSIGN, 50_000, date(2020, 5, 1))
    give(of_plan(hospital, plan, "district"), Step.ASSIGN, 9_000, date(2020, 5, 1))
    return bond


def rows(found: Any, name: str) -> list[list[str]]:
    table = next(table for table in found.tables if table.name == name)
    return [[cell.text for cell in table.cells(row)] for row in table.rows]


def test_the_city_s_tables_add_up(cast, books) -> None:
    found = money(cast.city, 2020, END)
    assert rows(found, "quota")[0] == ["合计", "387.00", "232.00", "155.00", "59.95"]
    assert rows(found, "areas") == [
        ["合计", "232.00", "37.00", "20.00", "10.00", "27.03"],
        ["轨道交通", "232.00", "37.00", "20.00", "10.00", "27.03"],
    ]
    units = rows(found, "units")
    assert units[0] == ["合计", "37.00", "20.00", "10.00", "27.03", "5.00", "0.00", "0.00"]
    assert [row[:2] for row in units[1:]] == [["市南", "30.00"], ["市北", "7.00"]]


def test_central_money_known_roughly_is_printed_so(cast, books) -> None:
    plans = rows(money(cast.city, 2020, END), "plans")
    assert plans[0][:3] == ["合计", "约9.80", "5.00"]
    assert [row[1] for row in plans] == ["约9.80", "约9.80"]


def test_central_rates_by_plan_programme_and_in_total(cast) -> None:
    housing = [make_central(1000, programme="保障性安居工程", given_on=date(2020, 4, day)) for day in (1, 2)]
    water = make_central(500, programme="水利")
    built, waiting = make_project("甲院", cast.unit_a, stage="build"), make_project("乙院", cast.unit_b, stage="prep")
    for plan, project, amounts in (
        (housing[0], built, (800, 600, 300, 400)),
        (housing[1], waiting, (1000, 0, 0, 0)),
        (water, built, (500, 500, 50, 0)),
    ):
        for step, amount in zip((Step.ASSIGN, Step.ARRIVE, Step.PAY, Step.COMPLETE), amounts, strict=True):
            if amount:
                give(of_plan(project, plan), step, amount)
        give(of_plan(project, plan, "district"), Step.ASSIGN, 77)
    told = [[row[0].split(" ")[-1], *row[6:]] for row in rows(money(cast.city, 2020, END), "plans")]
    assert told == [
        ["合计", "92.00", "50.00", "44.00", "14.00", "16.00"],
        ["保障性安居工程小计", "90.00", "50.00", "30.00", "15.00", "20.00"],
        ["保障性安居工程", "80.00", "100.00", "60.00", "30.00", "40.00"],
        ["保障性安居工程", "100.00", "0.00", "0.00", "0.00", "0.00"],
        ["水利", "100.00", "100.00", "100.00", "10.00", "0.00"],
    ]
    own = [row[6:] for row in rows(money(cast.owner, 2020, END), "plans")]
    assert own[0] == ["—", "100.00", "84.62", "26.92", "30.77"]  # of the 1300 that came to the unit's projects
    Threshold.objects.create(code="central_payment_over", value="arrived")
    found = money(cast.city, 2020, END)
    assert rows(found, "plans")[0][9] == "31.82"
    (table,) = (table for table in found.tables if table.name == "plans")
    assert "支付率＝支付÷到位" in table.notes[1]
    page = signed_in_page(cast.city, housing[0].pk)
    assert (page["rates"].paid, page["paid_over_arrived"]) == (Decimal("0.5"), True)


def signed_in_page(user: Any, plan: int) -> Any:
    client = Client()
    client.force_login(user, backend="accounts.backends.RoleBackend")
    return client.get(reverse("admin:funding_centralplan_page", args=[plan])).context


def test_what_holds_invented_rows_says_so(cast, signed_in, books) -> None:
    assert not money(cast.city, 2020, END).is_synthetic
    CentralPlan._base_manager.update(is_synthetic=True)
    found = money(cast.city, 2020, END)
    assert all("虚构" in table.notes[-1] for table in found.tables)
    assert "含示例数据（虚构）" in signed_in(cast.city).get(reverse("reports:money")).content.decode()


def test_a_day_in_the_past_knows_no_later_money(cast, books) -> None:
    found = money(cast.city, 2020, date(2020, 6, 15))
    assert rows(found, "quota")[0] == ["合计", "232.00", "232.00", "0.00", "100.00"]
    assert rows(found, "areas")[0] == ["合计", "232.00", "30.00", "20.00", "0.00", "0.00"]
    early = money(cast.city, 2020, date(2020, 5, 7))
    assert rows(early, "quota")[0] == ["合计", "232.00", "0.00", "232.00", "0.00"]


def test_a_unit_reads_its_own_accounts_beside_the_city_s_quota(cast, books) -> None:
    found = money(cast.owner, 2020, END)
    assert not found.whole_city
    assert rows(found, "quota")[0][1] == "387.00"
    assert [row[0] for row in rows(found, "units")] == ["合计", "市南"]
    assert rows(found, "units")[0][1] == "30.00"
    assert found.course[-1].paid_wan == 100_000


def test_each_project_stands_with_its_money_and_leads_to_it(cast, signed_in, books) -> None:
    found = money(cast.city, 2020, END)
    projects = rows(found, "projects")
    assert projects[0][0] == "合计"
    assert projects[0][2:] == rows(found, "units")[0][1:]
    assert [row[:3] for row in projects[1:]] == [["甲路", "市南", "30.00"], ["丙院", "市北", "0.00"], ["乙路", "市北", "7.00"]]
    text = signed_in(cast.city).get(reverse("reports:money")).content.decode()
    road = Project.objects.get(name="甲路")
    assert f'{reverse("admin:projects_project_page", args=[road.pk])}#panel-money">甲路' in text


def test_a_unit_narrows_the_accounts_and_not_the_quota(cast, signed_in, books) -> None:
    client = signed_in(cast.city)
    shown = client.get(reverse("reports:money"), {"unit": cast.unit_b.key})
    found = shown.context["money"]
    assert rows(found, "quota")[0][1] == "387.00"
    assert rows(found, "units")[0][1] == "7.00"
    assert [row[0] for row in rows(found, "projects")] == ["合计", "丙院", "乙路"]
    assert "分配、拨付、支出为市北项目的数" in shown.content.decode()
    assert f"unit={cast.unit_b.key}" in shown.context["download"]
    for name in ("reports:money", "reports:money_xlsx"):
        assert client.get(reverse(name), {"unit": "nowhere"}).status_code == 404
        assert signed_in(cast.owner).get(reverse(name), {"unit": cast.unit_b.key}).status_code == 404


def test_a_long_list_of_projects_is_cut_on_the_page_alone(cast, signed_in, books, monkeypatch) -> None:
    monkeypatch.setattr(money_pages, "_SHOWN", 2)
    shown = signed_in(cast.city).get(reverse("reports:money"))
    assert "另有1个项目，见下载的 Excel。" in shown.content.decode()
    assert [len(page.rows) for page in shown.context["pages"]][-1] == 2
    assert len(rows(shown.context["money"], "projects")) == 4


def test_the_months_end_where_the_day_lies(cast, books) -> None:
    course = money(cast.city, 2020, date(2020, 7, 4)).course
    assert course[4:] == [
        MonthMoney(5, Decimal(2_320_000), Decimal(2_320_000), Decimal(0)),
        MonthMoney(6, Decimal(3_870_000), Decimal(2_320_000), Decimal(100_000)),
        MonthMoney(7, Decimal(3_870_000), Decimal(2_320_000), Decimal(100_000)),
    ]
    assert len(money(cast.city, 2020, date(2026, 1, 1)).course) == 12
    assert money(cast.city, 2020, date(2019, 12, 31)).course == []


def test_page_and_workbook_say_the_same(cast, signed_in, books) -> None:
    client = signed_in(cast.city)
    page = client.get(reverse("reports:money"), {"year": "2020", "until": "2020-12-31"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "约9.80" in text
    book = load_workbook(BytesIO(client.get(reverse("reports:money_xlsx"), {"year": "2020", "until": "2020-12-31"}).content))
    assert book.sheetnames == ["额度", "投向", "中央预算内", "按单位", "按项目"]
    for sheet, table in zip(book, page.context["money"].tables, strict=True):
        printed = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
        for row in table.rows:
            numbers = [float(cell.number) for cell in table.cells(row) if cell.number is not None]
            assert any(
                line[0] == row.label and [one for one in line[1:] if isinstance(one, int | float)] == pytest.approx(numbers) for line in printed
            )
        assert sum(row.level is Level.TOTAL for row in table.rows) == 1


def test_a_later_year_does_not_hide_the_one_asked_about(cast, signed_in, books) -> None:
    """The year is that of the day, or the newest before it; every year with money can be chosen."""
    QuotaBatch.objects.create(year=2021, number=1, amount_wan=5)
    client = signed_in(cast.city)
    seen = {
        until: client.get(reverse("reports:money"), {"until": until} if until else {}).context["money"].year
        for until in ("2020-12-31", "2021-03-01", "")
    }
    assert seen == {"2020-12-31": 2020, "2021-03-01": 2021, "": 2021}
    page = client.get(reverse("reports:money"), {"year": "2020"})
    assert (page.context["years"], page.context["money"].year) == ([2021, 2020], 2020)
    assert '<option value="2020" selected>' in page.content.decode()


@pytest.mark.parametrize("asked", [{"until": "2020-13-01"}, {"until": "x"}, {"year": "20200"}, {"year": "١٢٣٤"}, {"year": "abcd"}])
def test_what_can_not_be_read_is_said(cast, signed_in, asked: dict[str, str]) -> None:
    for name in ("reports:money", "reports:money_xlsx"):
        assert signed_in(cast.city).get(reverse(name), asked).status_code == 400


def test_one_unit_a_table_and_the_warnings_in_the_page_s_own(cast, signed_in, books) -> None:
    page = signed_in(cast.city).get(reverse("reports:money"), {"year": "2020", "until": "2020-12-31"}).content.decode()
    body = page[page.index("<main") :] if "<main" in page else page
    assert body.count("单位：亿元") == 6, "five tables and the months'"
    assert "（亿元）" not in body
    clocks = body[body.index("clock-lines") : body.index("</ul>", body.index("clock-lines"))]
    assert "额度387亿元还有155亿元未发行" in clocks
    assert "万元" not in clocks


def test_without_money_the_page_says_what_to_do(cast, signed_in) -> None:
    assert not QuotaBatch.objects.exists()
    text = signed_in(cast.city).get(reverse("reports:money")).content.decode()
    assert "还没有数" in text


def test_the_overview_takes_the_same_queries_at_any_size(cast, books, django_assert_max_num_queries) -> None:
    for _ in range(6):
        bond = make_bond(10, issue=make_issue())
        give(of_bond(make_project(), bond), Step.ASSIGN, 5)
    with django_assert_max_num_queries(24):
        money(cast.city, 2020, END)


def test_a_project_s_money_is_the_same_at_every_door(cast, signed_in, books) -> None:
    """The overview, the tab of the project, the list of accounts, the list of entries and the proof."""
    client, road = signed_in(cast.city), Project.objects.get(name="甲路")
    (row,) = [row for table in money(cast.city, 2020, END).tables if table.name == "projects" for row in table.rows if row.label == "甲路"]
    overview = [row.values[f"bond_{step}"] for step in ("assigned", "arrived", "paid")]
    page = client.get(reverse("admin:projects_project_page", args=[road.pk]), {"month": "2020-12"})
    (tab,) = [panel for panel in page.context["panels"] if panel["panel"].key == "money"]
    total = tab["total"]
    assert overview == [total.assigned_wan, total.arrived_wan, total.paid_wan] == [300_000, 200_000, 100_000]
    assert (tab["months"][-1].flow.arrived_wan, tab["months"][-1].flow.paid_wan) == (total.arrived_wan, total.paid_wan)
    cells = {cell.key: cell.text for cell in client.get(tab["accounts_url"]).context["cl"].sum_cells}
    assert [cells[f"n_{step}"] for step in ("assigned", "arrived", "paid")] == [exact_text(amount) for amount in overview]
    proofs = {proof.code: proof for proof in prove() if proof.kind == "project" and proof.key == road.pk}
    assert (proofs["sources"].whole_wan, proofs["transferred"].whole_wan, proofs["transferred"].parts_wan[0]) == tuple(overview)

"""Debt service as page and workbook: calendar, bonds, projects and years say the same, to the last 分."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from funding.ledger import Step
from funding.models import Bond
from projects.models import Holiday
from reports.debt import debt_service
from reports.tables import Level, Table
from tests.config.test_structure import faults as unnamed
from tests.factories import make_project
from tests.funding.money import DAY, give, make_bond, of_bond

pytestmark = pytest.mark.django_db
VALUE = date(2020, 9, 23)
MONEY = ("interest", "principal", "total")


@pytest.fixture
def books(cast) -> Bond:
    """17亿 at 3.37 %: 5 to a road of unit A, 7.000001 to one of unit B, the rest to nobody; beside it a bond of three years, and one unknown."""
    bond = make_bond(170_000, rate_percent=Decimal("3.37"), tender_on=DAY, value_on=VALUE, short_name="债十年")
    make_bond(300, rate_percent=Decimal(3), tender_on=date(2020, 3, 1), value_on=date(2020, 3, 2), years=3, per_year=1, short_name="债三年")
    make_bond(40, short_name="债不详")
    give(of_bond(make_project("甲路", cast.unit_a), bond), Step.ASSIGN, 50_000)
    give(of_bond(make_project("乙路", cast.unit_b), bond), Step.ASSIGN, "70000.000001")
    return bond


def table(user: Any, name: str, year: int = 2021) -> Table:
    return next(one for one in debt_service(user, year).tables if one.name == name)


def column(one: Table, key: str, level: Level = Level.ROW) -> list[Any]:
    return [row.values.get(key) for row in one.rows if row.level is level]


def test_the_calendar_of_a_year_lists_each_payment_on_its_day(cast, books) -> None:
    found = table(cast.city, "calendar")
    told = [(row.label, row.values["bond"], row.values["total"]) for row in found.rows if row.level is Level.ROW]
    assert told == [
        ("2021-03-02", "债三年", 9),
        ("2021-03-23", "债十年", Decimal("2864.5")),
        ("2021-09-23", "债十年", Decimal("2864.5")),
    ]
    months = [(row.label, row.values["total"]) for row in found.rows if row.level is Level.PART]
    assert months == [("3月", Decimal("2873.5")), ("9月", Decimal("2864.5"))]
    assert found.total is not None
    assert found.total.values["total"] == Decimal(5738)


def test_a_holiday_moves_the_payment_and_its_day_is_told_beside_it(cast, books) -> None:
    Holiday.objects.create(date=date(2021, 3, 23), is_workday=False)
    rows = [row for row in table(cast.city, "calendar").rows if row.values.get("falls_on") == "2021-03-23"]
    assert [row.label for row in rows] == ["2021-03-24"]


def test_a_year_without_holidays_says_that_only_weekends_are_known(cast, books) -> None:
    def said() -> bool:
        return any("只按周末顺延" in str(note) for note in debt_service(cast.city, 2021).tables[0].notes)

    assert said()
    Holiday.objects.create(date=date(2021, 1, 1), name="元旦")
    assert not said()


@pytest.mark.parametrize("year", [2021, 2023, 2030])
def test_every_table_has_the_same_total_and_its_rows_add_up(cast, books, year: int) -> None:
    found = {one.name: one for one in debt_service(cast.city, year).tables}
    (of_year,) = [row for row in found["years"].rows if row.label == str(year)]
    for name in ("calendar", "bonds", "projects"):
        total = found[name].total
        assert total is not None
        for key in MONEY:
            assert sum(column(found[name], key)) == total.values[key] == of_year.values[key], (name, key)
    bonds = found["bonds"].total
    assert bonds is not None
    assert bonds.values["left"] == of_year.values["left"]


def test_projects_bear_in_the_ratio_of_what_they_were_given(cast, books) -> None:
    told = {row.label: row.values for row in table(cast.city, "projects", 2030).rows}
    assert told["甲路"]["principal"] == 50_000
    assert told["乙路"]["principal"] == Decimal("70000.000001")
    assert told["未分配到项目"]["principal"] == Decimal("49999.999999")
    assert told["甲路"]["interest"] == Decimal("1685")
    early = {row.label: row.values for row in table(cast.city, "projects", 2021).rows}
    assert early["甲路"]["later"] == Decimal(50_000) + Decimal("842.5") * 18


def test_a_unit_sees_its_own_projects_and_the_rest_without_a_name(cast, books) -> None:
    found = table(cast.owner, "projects", 2030)
    assert [row.label for row in found.rows] == ["合计", "甲路", "其他单位的项目", "未分配到项目"]
    assert [row.values["principal"] for row in found.rows] == [170_000, 50_000, Decimal("70000.000001"), Decimal("49999.999999")]


def test_bonds_without_a_schedule_are_named_and_not_guessed(cast, signed_in, books) -> None:
    assert [str(bond) for bond in debt_service(cast.city, 2021).unknown] == ["债不详"]
    text = signed_in(cast.city).get(reverse("reports:debt"), {"year": "2021"}).content.decode()
    assert "债不详" in text
    assert "1 只债券没有填票面利率或起息日" in text


def test_page_and_workbook_say_the_same(cast, signed_in, books) -> None:
    client = signed_in(cast.city)
    page = client.get(reverse("reports:debt"), {"year": "2021"})
    assert page.status_code == 200
    assert "2,864.5" in page.content.decode()
    assert unnamed(page.content.decode()) == []
    book = load_workbook(BytesIO(client.get(reverse("reports:debt_xlsx"), {"year": "2021"}).content))
    assert book.sheetnames == ["还本付息日历", "按债券", "按项目", "逐年", "按项目逐年"]
    found = page.context["debt"]
    for sheet, one in zip(book, (*found.tables, found.matrix), strict=True):
        printed = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
        for row in one.rows:
            numbers = [float(cell.number) for cell in one.cells(row) if cell.number is not None]
            assert any(line[0] == row.label and [x for x in line if isinstance(x, int | float)] == pytest.approx(numbers) for line in printed if line)


def test_each_project_in_each_year_adds_up_to_the_years(cast, books) -> None:
    found = debt_service(cast.city, 2021)
    years = {row.label: row.values["total"] for row in found.tables[-1].rows}
    assert found.matrix.total is not None
    for year in found.years:
        assert sum(column(found.matrix, str(year))) == found.matrix.total.values[str(year)] == years[str(year)]


def test_a_year_without_payments_says_so(cast, signed_in, books) -> None:
    assert "2019年没有到期的本息" in signed_in(cast.city).get(reverse("reports:debt"), {"year": "2019"}).content.decode()
    assert signed_in(cast.city).get(reverse("reports:debt")).status_code == 200


@pytest.mark.parametrize("year", ["20200", "abcd", "١٢٣٤", "-1"])
def test_what_can_not_be_read_is_said(cast, signed_in, year: str) -> None:
    for name in ("reports:debt", "reports:debt_xlsx"):
        assert signed_in(cast.city).get(reverse(name), {"year": year}).status_code == 400


def test_it_takes_the_same_queries_at_any_size(cast, books, django_assert_num_queries) -> None:
    debt_service(cast.city, 2021)  # the person's posts are read once
    with django_assert_num_queries(6):
        debt_service(cast.city, 2021)
    for _ in range(4):
        give(of_bond(make_project(), make_bond(9, rate_percent=Decimal(3), tender_on=DAY, value_on=VALUE)), Step.ASSIGN, 5)
    with django_assert_num_queries(6):
        debt_service(cast.city, 2021)

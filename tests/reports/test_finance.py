"""Gaps, rolling plan and reserve: the same figures on the page and in the workbook, totals that add up, nothing dropped, each reader's own."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from funding.ledger import Step
from funding.models import RollingPlan
from projects.models import Classification, Project
from reports import gap, reserve, rolling
from reports.narrow import Narrow
from reports.selection import Reach, reach_of
from reports.tables import Table
from tests.factories import make_project, make_sector
from tests.funding.finance_cases import plan_for, roll_entry
from tests.funding.money import give, make_bond, of_bond

pytestmark = pytest.mark.django_db


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in table.cells(row)] for row in table.rows]


def column(table: Table, key: str) -> dict[str, str]:
    return {row.label.strip(): next(cell.text for cell in table.cells(row) if cell.column.key == key) for row in table.rows}


def same_in_both(client: Any, page: str, file: str, asked: dict[str, str], sheets: list[str]) -> None:
    """Every number of the page's first table stands in the workbook, row by row."""
    shown = client.get(reverse(page), asked)
    assert shown.status_code == 200
    book = load_workbook(BytesIO(client.get(reverse(file), asked).content))
    assert book.sheetnames == sheets
    printed = [[cell for cell in row if cell is not None] for row in book.worksheets[0].iter_rows(values_only=True)]
    for row in shown.context["pages"][0].table.rows:
        numbers = [float(cell.number) for cell in shown.context["pages"][0].table.cells(row) if cell.number is not None]
        assert any(
            line and line[0] == row.label and [one for one in line if isinstance(one, int | float)] == pytest.approx(numbers) for line in printed
        )


# --- 资金缺口 -----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def backed(cast) -> dict[str, Project]:
    """甲 lacks money, 乙 lacks none, 丙 has only what arrived; 丁 has nothing and 戊 is of no plan either."""
    rows = {name: make_project(name, unit, total_wan=Decimal(100)) for name, unit in zip("甲乙丙丁", [cast.unit_a, cast.unit_b] * 2, strict=True)}
    plan_for(rows["甲"], own=(60, 40, 10, 60), loan=40)
    plan_for(rows["乙"], own=(100, 100, 100, 100))
    key = of_bond(rows["丙"], make_bond())
    give(key, Step.ASSIGN, 9)
    give(key, Step.ARRIVE, 9)
    Classification.objects.get_or_create(scheme="finance_source", code="bond", defaults={"name": "专项债券", "sort_order": 1})
    Project.objects.filter(pk=rows["丙"].pk)
    return rows


def found(user: Any, **asked: str) -> gap.Gaps:
    source, only = asked.pop("source", ""), asked.pop("only", "")
    return gap.gaps(reach_of(user), gap.GapQuestion(Narrow(**asked), source, only))


def test_gaps_by_project_source_and_unit_add_up(cast, backed) -> None:
    told = found(cast.city)
    assert [row.project.name for row in told.rows] == ["丙", "甲", "乙"]
    table = gap.by_project(told)
    head = [column.key for column in table.columns]
    total = dict(zip(head, texts(table)[0], strict=True))
    assert {key: total[key] for key in ("plan", "secured", "unsecured", "arrived", "waiting", "early")} == {
        "plan": "200",
        "secured": "140",
        "unsecured": "60",
        "arrived": "119",
        "waiting": "30",
        "early": "9",
    }
    assert column(gap.by_source(told), "unsecured") == {"合计": "60", "专项债券": "0", "企业自筹": "20", "商业贷款": "40"}
    assert column(gap.by_unit(told), "unsecured") == {"合计": "60", "市南": "60", "市北": "0"}
    assert any("另有1个项目" in note for note in table.notes)
    assert column(table, "check")["丙"] == "没有资金方案"


def test_choices_narrow_rows_and_totals_alike(cast, backed) -> None:
    assert [row.project.name for row in found(cast.city, only="gap").rows] == ["甲"]
    assert [row.project.name for row in found(cast.city, only="planned").rows] == ["甲", "乙"]
    assert [row.project.name for row in found(cast.city, source="bond").rows] == ["丙"]
    assert [row.project.name for row in found(cast.city, source="own", only="gap").rows] == ["甲"]
    assert [row.project.name for row in found(cast.city, unit=cast.unit_b.key).rows] == ["乙"]
    assert found(cast.city, source="loan").whole.planned_wan == 40
    assert not found(cast.city, kind="emerging").rows
    sector = backed["甲"].sector
    assert len(found(cast.city, sector=f"{sector.scheme}.{sector.code}").rows) == 3
    assert not found(cast.city, sector="none").rows


def test_a_unit_reads_its_own_gaps(cast, signed_in, backed) -> None:
    assert [row.project.name for row in found(cast.stranger).rows] == ["乙"]
    text = signed_in(cast.stranger).get(reverse("reports:gap")).content.decode()
    assert "乙" in text
    assert "甲" not in text
    assert signed_in(cast.stranger).get(reverse("reports:gap"), {"unit": cast.unit_a.key}).status_code == 404


def test_gap_page_and_workbook_say_the_same(cast, signed_in, backed) -> None:
    same_in_both(signed_in(cast.city), "reports:gap", "reports:gap_xlsx", {"only": "gap"}, ["按项目", "按来源", "按单位"])


def test_gaps_take_the_same_queries_at_any_size(cast, backed, django_assert_max_num_queries) -> None:
    for number in range(6):
        plan_for(make_project(f"路{number}", cast.unit_a), own=5, loan=6)
    reach = reach_of(cast.city)
    with django_assert_max_num_queries(8):
        gap.gaps(reach, gap.GapQuestion(Narrow()))


# --- 三年滚动计划 -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(cast) -> RollingPlan:
    made = RollingPlan.objects.create(base_year=2020)
    roll_entry(made, make_project("甲", cast.unit_a, total_wan=Decimal(100)), 10, "2030", own=(20, 10, None), bond=(5, None, None))
    roll_entry(made, make_project("乙", cast.unit_b, total_wan=None), None, "", own=(7, 8, 9))
    return made


def test_the_tables_of_a_rolling_plan_add_up(cast, plan) -> None:
    told = rolling.rolling(cast.city, plan, Narrow(), whole_city=True)
    for by, labels in (("project", {"甲", "乙"}), ("unit", {"市南", "市北"}), ("source", {"企业自筹", "专项债券"})):
        table = rolling.table(told, by)
        total = table.total
        assert total is not None
        for key, amount in (("first", 32), ("second", 18), ("third", 9), ("sum", 59)):
            assert total.values[key] == amount
            assert sum(row.values[key] or 0 for row in table.rows if row.label in labels) == amount
    by_project = rolling.table(told, "project")
    assert column(by_project, "left") == {"合计 2 个项目": "55.00", "甲": "55.00", "专项债券": "—", "企业自筹": "—", "乙": "—"}
    assert column(by_project, "content")["甲"] == "2020年：桩基；2021年：主体；2022年：装修"
    assert texts(rolling.table(told, "source"))[1][:2] == ["专项债券", "1"]


def test_what_is_wrong_is_noted(cast, plan) -> None:
    assert not any("勾稽" in note for note in rolling.table(rolling.rolling(cast.city, plan, Narrow(), whole_city=True), "unit").notes)
    roll_entry(plan, make_project("丙", cast.unit_a, total_wan=Decimal(10)), 0, "", own=(20, None, None))
    assert any("1个项目勾稽不符" in note for note in rolling.table(rolling.rolling(cast.city, plan, Narrow(), whole_city=True), "unit").notes)


@pytest.mark.parametrize("by", rolling.BY)
def test_rolling_page_is_drawn_by_each(cast, signed_in, plan, by) -> None:
    response = signed_in(cast.city).get(reverse("reports:rolling"), {"by": by, "base": "2020"})
    assert response.status_code == 200
    assert "59.00" in response.content.decode()


def test_rolling_page_and_workbook_say_the_same(cast, signed_in, plan) -> None:
    same_in_both(signed_in(cast.city), "reports:rolling", "reports:rolling_xlsx", {"by": "project"}, ["按项目", "按单位", "按来源"])


def test_a_unit_reads_its_own_part_of_the_plan(cast, signed_in, plan) -> None:
    text = signed_in(cast.owner).get(reverse("reports:rolling")).content.decode()
    assert "甲" in text
    assert "24.00" not in text
    book = load_workbook(BytesIO(signed_in(cast.owner).get(reverse("reports:rolling_xlsx")).content))
    assert not any(cell == "乙" for row in book.worksheets[0].iter_rows(values_only=True) for cell in row)


def test_without_a_plan_the_page_says_what_to_do(cast, signed_in) -> None:
    assert "新建一期" in signed_in(cast.city).get(reverse("reports:rolling")).content.decode()
    assert signed_in(cast.city).get(reverse("reports:rolling_xlsx")).status_code == 404


# --- 储备项目 -----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(cast) -> Reach:
    Classification.objects.create(scheme="plan_period", code="14", name="十四五", valid_from=2021, valid_to=2025)
    Classification.objects.create(scheme="plan_period", code="15", name="十五五", valid_from=2026, valid_to=2030)
    given: list[tuple[str, str, int | None, dict[str, Any]]] = [
        ("一", "2021-06", 10_000, {}),
        ("二", "2021-Q4", 20_000, {"is_approx": True}),
        ("三", "2025", None, {}),
        ("四", "2026-01", 40_000, {}),
        ("五", "", 80_000, {"sector": make_sector("能源")}),
    ]
    for name, start, total, more in given:
        unit = cast.unit_b if name == "五" else cast.unit_a
        make_project(name, unit, stage="reserve", planned_start=start, total_wan=None if total is None else Decimal(total), **more)
    make_project("在建", cast.unit_a, stage="build", planned_start="2021-06")
    return reach_of(cast.city)


def test_every_reserve_project_stands_in_one_column(waiting) -> None:
    fourteenth, fifteenth = reserve.periods()
    told = reserve.reserve(waiting, Narrow(), fourteenth)
    assert {project.name: place for project, place in told.rows} == {"一": "2021", "二": "2021", "三": "2025", "四": "outside", "五": "undated"}
    for by in reserve.BY:
        table = reserve.matrix(told, by)
        assert table.total is not None
        values = table.total.values
        counts = [values[f"n_{key}"] for key in ("2021", "2022", "2023", "2024", "2025", "outside", "undated")]
        assert counts == [2, 0, 0, 0, 1, 1, 1]
        assert values["n_all"] == sum(counts) == sum(row.values["n_all"] for row in table.rows[1:])
        assert values["t_all"] == 150_000 == sum(row.values["t_all"] for row in table.rows[1:])
    later = reserve.reserve(waiting, Narrow(), fifteenth)
    assert {project.name for project, place in later.rows if place == "2026"} == {"四"}


def test_what_is_rough_unknown_or_undated_is_printed_so(waiting) -> None:
    told = reserve.reserve(waiting, Narrow(), reserve.periods()[0])
    total = dict(zip([one.key for one in reserve.matrix(told, "unit").columns], texts(reserve.matrix(told, "unit"))[0], strict=True))
    assert (total["t_2021"], total["t_2025"], total["n_2025"], total["t_undated"]) == ("约3.00", "—", "1", "8.00")
    assert any("1个项目没有总投资" in note for note in reserve.matrix(told, "unit").notes)
    listed = reserve.listing(told)
    assert [row.label for row in listed.rows[1:]] == ["一", "二", "三", "四", "五"]
    assert column(listed, "year")["五"] == "未定开工年份"


def test_the_period_that_is_meant_follows_from_the_year(waiting) -> None:
    known = reserve.periods()
    assert [getattr(reserve.next_period(known, year), "code", None) for year in (2020, 2021, 2025, 2026, 2040)] == ["14", "15", "15", "15", "15"]
    assert reserve.next_period([], 2020) is None


@pytest.mark.parametrize("month,code", [("2020-06", "14"), ("2021-06", "15")])
def test_the_page_opens_on_the_period_of_the_month_that_is_looked_at(waiting, cast, client, month: str, code: str) -> None:
    client.force_login(cast.city, backend="accounts.backends.RoleBackend")
    page = client.get(reverse("reports:reserve"), {"month": month})
    assert f"plan={code}" in page.content.decode()
    (title,) = {one.title for one in reserve.periods() if one.code == code}
    assert title in page.content.decode()


def test_reserve_page_and_workbook_say_the_same(cast, signed_in, waiting) -> None:
    same_in_both(signed_in(cast.city), "reports:reserve", "reports:reserve_xlsx", {"plan": "14"}, ["按单位", "按领域", "明细"])
    text = signed_in(cast.owner).get(reverse("reports:reserve"), {"plan": "14", "by": "sector"}).content.decode()
    assert "轨道交通" in text
    assert "能源" not in text.split("<tbody>", 1)[1]


def test_without_periods_the_page_says_what_to_do(cast, signed_in) -> None:
    assert "规划期" in signed_in(cast.city).get(reverse("reports:reserve")).content.decode()
    assert signed_in(cast.city).get(reverse("reports:reserve_xlsx")).status_code == 404


@pytest.mark.parametrize(
    ("name", "asked", "status"),
    [
        ("gap", {"only": "x"}, 400),
        ("gap", {"source": "x"}, 400),
        ("gap", {"kind": "x"}, 400),
        ("gap", {"sector": "infrastructure_sector.x"}, 404),
        ("gap", {"sector": "tag.x"}, 404),
        ("gap", {"unit": "x"}, 404),
        ("rolling", {"base": "二〇二〇"}, 400),
        ("rolling", {"base": "1999"}, 404),
        ("rolling", {"by": "x"}, 400),
        ("reserve", {"plan": "x"}, 400),
        ("reserve", {"by": "x"}, 400),
    ],
)
def test_what_can_not_be_read_is_said(cast, signed_in, name: str, asked: dict[str, str], status: int) -> None:
    for file in ("", "_xlsx"):
        assert signed_in(cast.city).get(reverse(f"reports:{name}{file}"), asked).status_code == status

"""The project list: scope, filters, totals over the whole filtered set, a fixed number of queries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from projects import panels
from projects.models import Organisation, Proposal
from projects.panels import Column, Panel, add_column, add_panel
from tests.factories import make_code, make_entry, make_list, make_month, make_plan, make_project, make_sector, make_unit, make_version

pytestmark = pytest.mark.django_db
LIST = reverse("admin:projects_project_changelist")


def names(response):
    return sorted(project.name for project in response.context["cl"].result_list)


def sums(response):
    return {cell.key: str(cell.text) for cell in response.context["cl"].sum_cells if cell.text}


def test_list_shows_own_unit_only_and_counts_it_only(cast, signed_in):
    own = make_project("本区道路", cast.unit_a, total_wan=Decimal(100))
    make_project("邻区道路", cast.unit_b, total_wan=Decimal(900))
    make_month(own, done_ytd_wan=10)
    response = signed_in(cast.owner).get(LIST)
    assert names(response) == ["本区道路"]
    assert sums(response) == {"name_link": "合计 1 个项目", "n_total": "100.00", "n_plan": "—", "n_ytd": "10.00", "n_rate": "—"}
    assert "邻区道路" not in response.content.decode()
    assert "市北" not in response.content.decode()


def test_totals_stand_for_the_whole_filtered_set_not_the_page(cast, signed_in):
    for number in range(60):
        project = make_project(f"道路工程第{number}号", cast.unit_a, total_wan=Decimal(10))
        make_plan(project, 4)
        make_month(project, done_ytd_wan=Decimal("1.5"))
    make_project("港口工程", cast.unit_b, total_wan=Decimal(1000))
    response = signed_in(cast.city).get(LIST, {"unit": cast.unit_a.pk})
    assert len(response.context["cl"].result_list) == 50
    assert sums(response) == {"name_link": "合计 60 个项目", "n_total": "600.00", "n_plan": "240.00", "n_ytd": "90.00", "n_rate": "37.50%"}


def test_what_is_not_reported_is_counted_as_at_the_other_doors(cast, signed_in):
    """A project that every list has dropped, or that was withdrawn, owes no report: the list says what the overview and the city table say."""
    first, second = make_version(make_list()), make_version(make_list(), 2, date(2020, 5, 1))
    stays, dropped = make_project("还在的工程", cast.unit_a), make_project("调出的工程", cast.unit_a)
    make_project("退库的工程", cast.unit_a, stage="out")
    for version, project in ((first, stays), (first, dropped), (second, stays)):
        make_entry(version, project)
    make_plan(dropped, 50)
    make_month(stays, done_ytd_wan=1)
    client = signed_in(cast.city)
    page, overview = client.get(LIST, {"month": "2020-06"}), client.get(reverse("admin:index"), {"month": "2020-06"})
    assert (page.context["cl"].counted.not_reported, overview.context["figures"].not_reported) == (0, 0)
    assert "个未报（计划" not in page.content.decode()
    assert names(client.get(LIST, {"month": "2020-06", "report": "no"})) == []
    make_plan(make_project("没报的工程", cast.unit_a), 7)
    assert "1 个未报（计划 7.00 万元）" in client.get(LIST, {"month": "2020-06"}).content.decode()


@pytest.mark.parametrize("figure", ["n_total", "n_plan", "n_ytd"])
def test_figures_that_nobody_reported_are_a_dash_and_zero_is_zero(cast, signed_in, figure):
    project = make_project(unit=cast.unit_a, total_wan=None)
    assert sums(signed_in(cast.city).get(LIST))[figure] == "—"
    project.total_wan = Decimal("0.01")
    project.save()
    make_plan(project, 0)
    make_month(project, done_ytd_wan=0)
    assert sums(signed_in(cast.city).get(LIST))[figure] == ("0.01" if figure == "n_total" else "0.00")


def test_filters_narrow_and_count_what_the_others_leave(cast, signed_in):
    rail, road = make_sector("轨道交通"), make_sector("公路")
    first = make_project("一号线", cast.unit_a, sector=rail, stage="build")
    make_project("二号线", cast.unit_b, sector=rail, stage="prep")
    make_project("滨海路", cast.unit_a, sector=road, stage="build")
    make_project("未定项目", cast.unit_a, sector=None, stage="")
    version = make_version(make_list())
    make_entry(version, first)
    client = signed_in(cast.city)
    assert names(client.get(LIST, {"sector": rail.pk})) == ["一号线", "二号线"]
    assert names(client.get(LIST, {"sector": rail.pk, "stage": "build"})) == ["一号线"]
    assert names(client.get(LIST, {"sector": "none"})) == ["未定项目"]
    assert names(client.get(LIST, {"stage": "none"})) == ["未定项目"]
    assert names(client.get(LIST, {"version": version.pk})) == ["一号线"]
    assert names(client.get(LIST, {"version": "none", "unit": cast.unit_a.pk})) == ["未定项目", "滨海路"]
    assert names(client.get(LIST, {"unit": "no such"})) == []
    response = client.get(LIST, {"sector": rail.pk})
    chips = {
        spec.parameter_name: {str(c["display"]): c["count"] for c in spec.choices(response.context["cl"])}
        for spec in response.context["cl"].filter_specs
    }
    assert chips["unit"] == {"全部": None, "市南": 1, "市北": 1}
    assert chips["sector"] == {"全部": None, "轨道交通": 2, "公路": 1, "未填领域": 1}
    assert chips["version"] == {"全部": None, "清单infra-2020 v1": 1, "不在任何清单": 1}


@pytest.mark.parametrize(
    "text,found",
    [("滨海", 1), ("２０２０－３７０２０２", 1), ("海岸 发展", 1), ("滨海 港口", 0), ("T-", 0), ("%", 0)],
    ids=["name", "code in full width", "owner, two words", "words of two projects", "no part of the number", "no wildcard"],
)
def test_search_finds_by_name_code_and_owner(cast, signed_in, text, found):
    owner = Organisation.objects.create(name="西海岸发展集团", name_key="x")
    project = make_project("滨海路工程", cast.unit_a, owner=owner)
    make_code(project, "2020-370202-48-01-000001")
    make_code(project, "2020-370202-48-01-000002", role="child")
    make_project("港口工程", cast.unit_a)
    assert len(names(signed_in(cast.city).get(LIST, {"q": text}))) == found


NAME = "Ａ区b座〔一期〕（东段）道路 工程"


@pytest.mark.parametrize(
    "text",
    [
        "a区B座",
        "Ａ区Ｂ座",
        "〔一期〕",
        "(一期)",
        "［一期］",
        "（东段）",
        "(东段)",
        "【东段】",
        "道路工程",
        "道路 工程",
        "黄岛区 东段",
        "西海岸新区",
        "胶南市",
    ],
)
def test_search_knows_no_width_case_bracket_or_former_name(cast, signed_in, text):
    unit = make_unit("西海岸新区", short_name="西海岸", aliases=["黄岛区", "胶南市"])
    make_project(NAME, unit)
    make_project("港口工程", cast.unit_a)
    found = names(signed_in(cast.city).get(LIST, {"q": text}))
    assert len(found) == 1


@pytest.mark.parametrize(
    "text,found", [("青发改(2020)12号", 1), ("青发改〔2020〕12号", 1), ("[2020]", 1), ("（2020）", 1), ("(2021)", 0), ("滨海 2020", 1)]
)
def test_a_document_is_found_however_its_year_is_bracketed(cast, signed_in, text, found):
    project = make_project("滨海路工程", cast.unit_a)
    Proposal.objects.create(project=project, changes=[["planned_finish", "", "2022-12"]], reason="调整", doc_no="青发改〔2020〕12号")
    response = signed_in(cast.city).get(reverse("admin:projects_proposal_changelist"), {"q": text})
    assert response.context["cl"].result_count == found


def test_months_are_found_by_what_finds_their_project(cast, signed_in):
    project = make_project("滨海路（一期）工程", cast.unit_a)
    make_code(project, "2020-370202-48-01-000001")
    make_month(project, 6)
    make_month(make_project("港口工程", cast.unit_a), 6)
    client, address = signed_in(cast.city), reverse("admin:projects_monthreport_changelist")
    for text in ("(一期)", "2020-370202", "市南 滨海路"):
        assert client.get(address, {"q": text}).context["cl"].result_count == 1, text


@pytest.mark.parametrize(
    "query",
    [
        "unit__name__startswith=x",
        "unit__memberships__user__password__startswith=pbkdf2",
        "owner__uscc=1",
        "history__id=1",
        "nonsense=1",
        "name__contains=x",
    ],
)
def test_lookups_that_no_filter_names_are_refused(cast, signed_in, query):
    make_project(unit=cast.unit_a)
    assert signed_in(cast.city).get(f"{LIST}?{query}").status_code == 400


def test_month_in_the_address_chooses_the_figures(cast, signed_in):
    project = make_project(unit=cast.unit_a)
    make_month(project, 5, done_ytd_wan=5)
    make_month(project, 6, done_ytd_wan=6)
    client = signed_in(cast.city)
    assert sums(client.get(LIST))["n_ytd"] == "6.00"
    assert sums(client.get(LIST, {"month": "2020-05"}))["n_ytd"] == "5.00"
    client.post(reverse("set-moment"), {"month": "2020-05", "next": LIST})
    assert sums(client.get(LIST))["n_ytd"] == "5.00"
    client.post(reverse("set-moment"), {"month": "", "next": "https://elsewhere.example/"})
    assert sums(client.get(LIST))["n_ytd"] == "6.00"


def test_list_costs_the_same_for_one_project_and_for_three(cast, signed_in, django_assert_num_queries):
    version = make_version(make_list(), as_of=date(2020, 1, 13))
    client = signed_in(cast.city)

    def add(number):
        project = make_project(unit=cast.unit_a if number % 2 else cast.unit_b, sector=make_sector(f"领域{number}"))
        make_entry(version, project)
        make_plan(project, 10)
        make_month(project, done_ytd_wan=1)

    add(1)
    client.get(LIST)
    with django_assert_num_queries(23):
        client.get(LIST)
    add(2)
    add(3)
    with django_assert_num_queries(23):
        client.get(LIST)


def test_page_costs_the_same_for_one_month_and_for_three(cast, signed_in, django_assert_num_queries):
    project = make_project(unit=cast.unit_a)
    make_plan(project, 100)
    make_month(project, 4, done_ytd_wan=1)
    address = reverse("admin:projects_project_page", args=[project.pk])
    client = signed_in(cast.city)
    client.get(address)
    with django_assert_num_queries(52):
        client.get(address)
    make_month(project, 5, done_ytd_wan=2)
    make_month(project, 6, done_ytd_wan=3)
    with django_assert_num_queries(52):
        client.get(address)


def test_page_shows_figures_codes_months_and_history(cast, signed_in):
    project = make_project("滨海路工程", cast.unit_a, total_wan=Decimal(1000))
    make_code(project, "2020-370202-48-01-000001")
    make_plan(project, 600)
    make_month(project, 6, done_month_wan=50, done_ytd_wan=240, problems="征地未完成")
    response = signed_in(cast.owner).get(reverse("admin:projects_project_page", args=[project.pk]))
    figures = response.context["figures"]
    assert (figures.rate, figures.difference) == (Decimal("0.4"), Decimal(-10))
    text = response.content.decode()
    for words in ("2020-370202-48-01-000001", "征地未完成", "40.00%", "-10.00", "变更历史"):
        assert words in text


@pytest.mark.parametrize("name", ["page", "change", "history", "delete"])
def test_project_out_of_scope_does_not_exist(cast, signed_in, name):
    foreign = make_project(unit=cast.unit_b)
    client = signed_in(cast.owner)
    assert client.get(reverse(f"admin:projects_project_{name}", args=[foreign.pk])).status_code == 404
    assert client.get(reverse(f"admin:projects_project_{name}", args=[foreign.pk + 1000])).status_code == 404


def test_higher_apps_add_columns_and_panels_without_being_known(cast, signed_in, monkeypatch):
    monkeypatch.setattr(panels, "_columns", {})
    monkeypatch.setattr(panels, "_panels", {})
    project = make_project(unit=cast.unit_a)
    add_column(Column("light", "亮灯", lambda request, projects: {row.pk: f"灯{row.pk}" for row in projects}))
    add_panel(Panel("money", "专项债", "frame/moment_words.html", lambda request, row: {}))
    add_panel(Panel("none", "不适用", "frame/moment_words.html", lambda request, row: None))
    client = signed_in(cast.owner)
    assert f"灯{project.pk}" in client.get(LIST).content.decode()
    text = client.get(reverse("admin:projects_project_page", args=[project.pk])).content.decode()
    assert "专项债" in text
    assert "不适用" not in text


def test_empty_list_says_what_to_do(cast, signed_in):
    client = signed_in(cast.city)
    assert "还没有记录" in client.get(LIST).content.decode()
    assert "清除全部条件" in client.get(LIST, {"q": "没有的项目"}).content.decode()

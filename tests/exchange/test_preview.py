"""The stored plan in the words of the page: which rows, in which order, old → new of each column."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from accounts.models import ReportingUnit
from accounts.words import about
from exchange.models import Upload
from exchange.plan import Action, Intent
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.preview import Show, preview, totals
from exchange.services.receive import receive
from exchange.services.undo import undo
from projects.models import Classification, ListVersion, MonthReport, Organisation, Project
from tests.books import Sheet, xlsx
from tests.exchange.cast import list_version, made_upload, make_cast, new_project, planned, project_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> ReportingUnit:
    return ReportingUnit.objects.create(key="laoshan", name="崂山区", short_name="崂山", kind="district")


@pytest.fixture
def mixed(unit: ReportingUnit) -> Upload:
    """330 rows in parts of 40: every third new, every third changed, of the rest most the same and every eleventh held; some would propose."""
    rows = []
    for number in range(330):
        action = (Action.CREATE, Action.CHANGE, Action.HELD if number % 11 == 0 else Action.SAME)[number % 3]
        moved = [Intent("project", number, 1, {"planned_finish": "2023"}, {"planned_finish": "2022"})] if number % 21 == 1 else []
        rows.append(planned(f"项目{number}", number, action, unit, *moved, project_id=number if moved else None))
    return made_upload(unit, rows=rows)


def rows_of(upload: Upload, show: Show) -> list[int]:
    found, number = [], 1
    while True:
        page = preview(upload, show, number)
        found += [row.row for row in page.rows]
        if number >= page.pages:
            return found
        number += 1


@pytest.mark.parametrize("show", list(Show))
def test_pages_together_hold_every_row_asked_for_once_in_sheet_order(mixed: Upload, show: Show) -> None:
    fits = {
        Show.CHANGED: lambda n: n % 3 < 2,
        Show.CREATE: lambda n: n % 3 == 0,
        Show.CHANGE: lambda n: n % 3 == 1,
        Show.HELD: lambda n: n % 3 == 2 and n % 11 == 0,
        Show.SAME: lambda n: n % 3 == 2 and n % 11 != 0,
        Show.ALL: lambda n: True,
        Show.CONFLICT: lambda n: False,  # these rows came without a template: nothing was merged
        Show.KEPT: lambda n: False,
        Show.PROPOSED: lambda n: n % 21 == 1,
        Show.VOIDED: lambda n: False,  # no month of theirs is stored
    }[show]
    expected = [number for number in range(330) if fits(number)]
    assert rows_of(mixed, show) == expected
    assert totals(mixed)[show] == len(expected)


def test_a_page_knows_its_place(mixed: Upload) -> None:
    page = preview(mixed, Show.CHANGED, 2)
    assert (page.number, page.pages, page.total, page.first, page.last, len(page.rows)) == (2, 5, 220, 51, 100, 50)
    last = preview(mixed, Show.CHANGED, 10**9)
    assert (last.number, last.first, last.last) == (5, 201, 220)
    assert preview(mixed, Show.CHANGED, -3).number == 1


def test_nothing_to_show_is_a_page_too(unit: ReportingUnit) -> None:
    page = preview(made_upload(unit))
    assert (page.rows, page.number, page.pages, page.total, page.first, page.last) == ((), 1, 1, 0, 0, 0)


@pytest.mark.parametrize("number", [1, 5])
def test_a_page_far_on_costs_no_more(mixed: Upload, django_assert_num_queries, number: int) -> None:
    with django_assert_num_queries(2):
        preview(mixed, Show.CHANGED, number)


def one_row(unit: ReportingUnit, action: Action, *intents: Intent, **values) -> list[tuple[str, str | None, str]]:
    upload = made_upload(unit, rows=[planned("甲项目", 5, action, unit, *intents, **values)])
    (row,) = preview(upload, Show.ALL).rows
    return [(line.label, line.old, line.new) for line in row.lines]


def test_money_is_shown_in_wan_with_every_decimal(unit: ReportingUnit) -> None:
    old, new = {"total_wan": 12_000_000_000}, {"total_wan": 12_500_123_400}
    assert one_row(unit, Action.CHANGE, Intent("project", 1, 1, new, old)) == [("总投资（万元）", "12,000", "12,500.1234")]


@pytest.mark.parametrize(
    "fen, shown", [(0, "0"), (1, "0.000001"), (-1_500_000, "-1.50"), (10_000_000, "10"), (1_234_567_890_000, "1,234,567.89"), (None, "空")]
)
def test_amounts(unit: ReportingUnit, fen: int | None, shown: str) -> None:
    assert one_row(unit, Action.CHANGE, Intent("project", 1, 1, {"total_wan": fen}, {"total_wan": 5}))[0][2] == shown


def test_zero_is_not_blank(unit: ReportingUnit) -> None:
    lines = one_row(unit, Action.CHANGE, Intent("month", 1, 1, {"done_month_wan": 0}, {"done_month_wan": None}))
    assert lines == [("本月完成投资（万元）", "空", "0")]


def test_a_new_record_of_a_known_project_had_nothing_before(unit: ReportingUnit) -> None:
    assert one_row(unit, Action.CHANGE, Intent("month", None, None, {"progress_text": "封顶"})) == [("形象进度", "—", "封顶")]


def test_a_new_project_has_no_old_side_and_its_name_heads_the_row(unit: ReportingUnit) -> None:
    upload = made_upload(unit, rows=[new_project("甲项目", 5, unit)])
    (row,) = preview(upload).rows
    assert [(line.label, line.old, line.new) for line in row.lines] == [("总投资（万元）", None, "12,000")]


def test_what_is_pointed_to_is_named(unit: ReportingUnit) -> None:
    sector = Classification.objects.create(scheme="infrastructure_sector", code="rail", name="轨道交通")
    owner = Organisation.objects.create(name="青岛地铁集团", name_key="青岛地铁集团")
    new = {"sector_id": sector.pk, "owner_id": owner.pk, "stage": "build", "planned_start": "2020-06"}
    old = {"sector_id": None, "owner_id": 10**6, "stage": "", "planned_start": "2020-Q1"}
    lines = one_row(unit, Action.CHANGE, Intent("project", 1, 1, new, old))
    stage = dict(Project._meta.get_field("stage").flatchoices)["build"]
    assert lines == [("领域", "空", "轨道交通"), ("建设单位", "#1000000", "青岛地铁集团"), ("阶段", "空", stage), ("计划开工", "2020-Q1", "2020-06")]


def test_an_owner_yet_to_be_stored_is_marked(unit: ReportingUnit) -> None:
    lines = one_row(unit, Action.CREATE, Intent("project", None, None, {"owner_id": "+91370212MA3C00000X|青岛新某公司"}))
    assert lines == [("建设单位", None, "青岛新某公司（新登记单位）")]


def test_a_years_figures_and_a_lists_figures_say_whose_they_are(unit: ReportingUnit) -> None:
    intents = Intent("annual", 1, 1, {"plan_wan": 5_000_000}, {"plan_wan": 4_000_000}), Intent("entry", 1, 1, {"position": 7}, {"position": 6})
    assert one_row(unit, Action.CHANGE, *intents) == [("2020年·计划投资（万元）", "4", "5"), ("清单·序号", "6", "7")]


def test_tables_and_columns_the_page_does_not_know_are_shown_as_they_are(unit: ReportingUnit) -> None:
    intents = (
        Intent("ledger", 1, 1, {"x": "2"}, {"x": "1"}),
        Intent("project", 1, 1, {"is_approx": True, "nosuch": 3}, {"is_approx": False, "nosuch": None}),
    )
    assert one_row(unit, Action.CHANGE, *intents) == [("x", "1", "2"), ("总投资为约数", "否", "是"), ("nosuch", "空", "3")]


def test_rows_are_named_in_a_fixed_number_of_queries(unit: ReportingUnit, django_assert_num_queries) -> None:
    sectors = [Classification.objects.create(scheme="infrastructure_sector", code=str(n), name=f"领域{n}") for n in range(3)]
    upload = made_upload(
        unit,
        rows=[planned(f"项目{n}", n, Action.CHANGE, unit, Intent("project", n + 1, 1, {"sector_id": sector.pk})) for n, sector in enumerate(sectors)],
    )
    with django_assert_num_queries(3):
        assert [row.lines[0].new for row in preview(upload).rows] == ["领域0", "领域1", "领域2"]


def test_a_committed_upload_leads_to_the_projects_it_made(unit: ReportingUnit) -> None:
    upload = made_upload(
        unit, rows=[new_project("甲项目", 5, unit), planned("乙项目", 6, Action.CHANGE, unit, project_id=77)], state=Upload.State.COMMITTED
    )
    made = Project.objects.create(uid="P00000001", name="甲项目", name_key="甲项目", kind="infrastructure", unit=unit, total_wan=Decimal(1))
    Project.history.filter(id=made.pk).update(upload_id=upload.pk)
    assert [row.project_id for row in preview(upload).rows] == [made.pk, 77]


def test_english_labels_are_asked_of_the_language_in_force(unit: ReportingUnit) -> None:
    upload = made_upload(unit, rows=[new_project("甲项目", 5, unit)])
    with translation.override("en"):
        assert preview(upload).rows[0].lines[0].label == translation.gettext("总投资（万元）")


def test_an_approximate_total_is_shown_and_kept_as_one() -> None:
    cast, version = make_cast(with_reference=True), list_version()
    key, number = version.split("/")
    chosen = ListVersion.objects.get(list__key=key, number=int(number))

    def sent(total: str) -> Upload:
        upload = receive(project_list(total), "项目表.xlsx", actor=cast.officer, list_version=chosen)
        return check(upload, actor=cast.officer)

    def line(upload: Upload, label: str) -> tuple[str | None, str]:
        return next((one.old, one.new) for row in preview(upload).rows for one in row.lines if one.label == label and row.name == "株洲路拓宽改造")

    first = sent("2.3亿元左右")
    assert line(first, "总投资（万元）") == (None, "约23,000")
    commit(first, actor=cast.officer, reason="清单")
    project = Project.objects.get(name="株洲路拓宽改造")
    assert (project.total_wan, project.total_text, project.is_approx) == (23000, "2.3亿元左右", True)
    assert preview(sent("23000")).total == 0, "the same number without the word is no news"
    second = sent("约2.5亿元")
    assert line(second, "总投资（万元）") == ("约23,000", "约25,000")
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert line(second, str(Project._meta.get_field("total_wan").verbose_name))[1] == f"{about()}25,000"
    commit(second, actor=cast.officer, reason="清单")
    third = sent("26000")
    assert line(third, "总投资（万元）") == ("约25,000", "26,000")
    commit(third, actor=cast.officer, reason="清单")
    project.refresh_from_db()
    assert (project.total_wan, project.total_text, project.is_approx) == (26000, "", False)
    undo(third, actor=cast.officer)
    project.refresh_from_db()
    assert (project.total_wan, project.total_text, project.is_approx) == (25000, "约2.5亿元", True)


def test_an_approximate_figure_of_a_month_is_shown_and_kept_as_one() -> None:
    cast = make_cast(with_reference=True)
    commit(check(receive(project_list(), "表.xlsx", actor=cast.officer, unit=cast.unit), actor=None), actor=None, reason="清单")
    table = """
        崂山区重点项目2020年6月进展情况
        单位：万元
        序号|项目名称|项目代码|所属区市|总投资|2020年计划投资|6月完成投资|1-6月累计完成投资|形象进度
        1|株洲路拓宽改造|2019-370212-48-01-000001|崂山区|12000|4000|约700|2200|路基完成80%，桥涵完成两座
    """
    upload = check(receive(xlsx(Sheet("月报", table)), "月报.xlsx", actor=cast.owner, unit=cast.unit), actor=cast.owner)
    (row,) = preview(upload).rows
    assert {one.label: one.new for one in row.lines}["本月完成投资（万元）"] == "约700"
    commit(upload, actor=cast.owner, reason="估计")
    assert MonthReport.objects.get().is_approx

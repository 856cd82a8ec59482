"""Taking an upload back, cell by cell, and bringing it back: what was changed since stays and is named, all else is as before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent
from exchange.models import Reversal, Upload
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.faults import MovedError, NotAllowedError, StateError
from exchange.services.inverse import inversion_of
from exchange.services.inverse.traces import WRITTEN, columns_of
from exchange.services.receive import receive
from exchange.services.undo import mark_of, redo, undo
from projects.models import (
    AnnualPlan,
    ListVersion,
    MonthReport,
    Obstacle,
    PlanVersion,
    Project,
    ProjectCode,
    ProjectTag,
    Source,
    changes_from,
)
from projects.services.keeping import change_project
from projects.services.summing import fold, rebuild
from projects.summary import differences, kept_months, told
from projects.values import Month
from tests.books import xlsx
from tests.conftest import Cast
from tests.exchange.test_intake_services import LIST, MONTH
from tests.factories import make_list, make_period, make_sector, set_periods

pytestmark = pytest.mark.django_db

FIRST, SECOND = "滨海大道改造工程", "山东路综合管廊工程"
SHELL = None  # a load from the shell writes decided values as they stand, and on no list; of a person they would be proposed


@pytest.fixture
def people(cast: Cast) -> Cast:
    make_sector("轨道交通")
    return cast


def sent(table: str, actor: Any, unit: Any = None, **options: Any) -> Upload:
    upload = check(receive(xlsx(table), "清单.xlsx", actor=actor, unit=unit, **options), actor=actor)
    assert upload.counts["error"] == 0, upload.findings
    return commit(upload, actor=actor, reason="测试")


def state_of() -> dict[str, list[tuple[Any, ...]]]:
    """All domain rows that an upload may write, but for the counters that every write moves."""
    return {model.__name__: sorted(model._default_manager.values_list("id", *columns_of(model)), key=lambda row: row[0]) for model in WRITTEN}


def edit(project: Project, actor: Any, **values: Any) -> None:
    """A person changes a project through the admin's own verb."""
    for name, value in values.items():
        setattr(project, name, value)
    with changes_from(Source("admin", actor.pk)):
        change_project(project, values, reason="人工修改")


def named(name: str) -> Project:
    return Project.objects.get(name=name)


def test_undo_reverts_cells_and_keeps_what_was_edited_since(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    upload = sent(LIST.replace("| 12000 |", "| 13000 |").replace("| 8000 |", "| 9000 |").replace("| 首批", "| 二批"), SHELL, people.unit_a)
    edit(named(FIRST), people.city, remarks="市里改过")
    undo(upload, actor=people.owner, reason="报错了")
    first, second = named(FIRST), named(SECOND)
    assert (first.total_wan, first.remarks, second.total_wan) == (12000, "市里改过", 8000)
    assert (upload.state, upload.undone_by) == ("partly", people.owner)
    record = upload.reversals.get()
    assert (record.kind, record.counts["places"], record.counts["reverted"], record.counts["kept"]) == ("undo", 3, 2, 1)
    day = timezone.localdate()
    assert upload.outcome == f"已撤回：3处中2处恢复原值；1处此后被李敏于{day.year}年{day.month}月{day.day}日修改，保留。"
    (kept,) = record.kept
    assert (kept["project"], kept["field"], kept["now"], kept["target"], kept["sheet"], kept["row"]) == (
        FIRST,
        "备注",
        "市里改过",
        "首批",
        "Sheet1",
        4,
    )
    assert (kept["why"], kept["by"], kept["door"]) == ("changed", "李敏", "admin")


def test_undo_is_history_of_its_own(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    upload = sent(LIST.replace("| 12000 |", "| 13000 |"), SHELL, people.unit_a)
    undo(upload, actor=people.city, reason="市里核实")
    last = named(FIRST).history.first()
    assert (last.door, last.upload_id, last.history_user, last.history_change_reason) == (
        "upload",
        upload.pk,
        people.city,
        f"撤回上传 #{upload.pk}：市里核实",
    )
    assert AuditEvent.objects.filter(event="upload.undo", object_id=str(upload.pk)).count() == 1


def test_a_new_project_goes_with_all_it_was_given_and_comes_back_the_same(people: Cast) -> None:
    before = state_of()
    upload = sent(LIST, people.owner, people.unit_a)
    after = state_of()
    undo(upload, actor=people.owner)
    assert state_of() == before
    assert (upload.state, upload.reversals.get().counts["removed_projects"]) == ("undone", 2)
    redo(upload, actor=people.owner, reason="并没有报错")
    assert state_of() == after
    assert (upload.state, upload.undone_at) == ("committed", None)
    assert [row.history_type for row in named(FIRST).history.order_by("history_id")] == ["+", "-", "+"]
    undo(upload, actor=people.owner)
    assert state_of() == before
    assert [record.kind for record in upload.reversals.all()] == ["undo", "redo", "undo"]


def test_a_new_project_that_was_edited_since_is_kept_whole_and_named(people: Cast) -> None:
    upload = sent(LIST, people.owner, people.unit_a)
    edit(named(SECOND), people.city, remarks="后来改的")
    before = state_of()
    undo(upload, actor=people.owner)
    assert [project.name for project in Project.objects.all()] == [SECOND]
    assert set(state_of()["AnnualPlan"]) < set(before["AnnualPlan"])
    assert ProjectCode.objects.get().project.name == SECOND
    (kept,) = upload.reversals.get().kept
    assert (kept["project"], kept["field"], kept["why"], kept["cause"], kept["by"]) == (SECOND, "项目", "changed", "备注", "李敏")


def test_a_new_project_on_which_something_hangs_is_kept(people: Cast) -> None:
    upload = sent(LIST, people.owner, people.unit_a)
    with changes_from(Source("admin", people.city.pk)):
        Obstacle.objects.create(project=named(FIRST), text="征地未完成", raised_on="2020-06-01")
    undo(upload, actor=people.owner)
    assert [project.name for project in Project.objects.all()] == [FIRST]
    (kept,) = upload.reversals.get().kept
    assert (kept["why"], kept["cause"], kept["by"], kept["door"]) == ("hangs", "存在问题“征地未完成”", "李敏", "admin")


def test_tags_hang_on_a_project_too(people: Cast) -> None:
    upload = sent(LIST, people.owner, people.unit_a)
    with changes_from(Source("admin", people.city.pk)):
        ProjectTag.objects.create(project=named(FIRST), tag=make_sector("轨道交通"))
    undo(upload, actor=people.owner)
    assert [project.name for project in Project.objects.all()] == [FIRST]


def test_a_month_upload_on_a_new_project_keeps_it_until_that_is_taken_back(people: Cast) -> None:
    before = state_of()
    listed = sent(LIST, people.owner, people.unit_a)
    monthly = sent(MONTH, people.owner, people.unit_a)
    with pytest.raises(MovedError, match="没有一处可以恢复"):
        undo(listed, actor=people.owner)
    undo(monthly, actor=people.owner)
    assert MonthReport.objects.count() == 0
    undo(listed, actor=people.owner)
    assert state_of() == before


def test_a_new_month_changed_since_is_emptied_but_for_that_cell(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    upload = sent(MONTH, people.owner, people.unit_a)
    report = MonthReport.objects.get(project__name=FIRST)
    report.done_month_wan = Decimal(600)
    with changes_from(Source("admin", people.city.pk)):
        report.save()
    undo(upload, actor=people.owner)
    report = MonthReport.objects.get()
    assert (report.done_month_wan, report.done_ytd_wan, report.progress_text) == (600, None, "")
    (kept,) = upload.reversals.get().kept
    assert (kept["field"], kept["now"], kept["target"]) == ("2020年6月·本月完成投资（万元）", "600", "空")
    redo(upload, actor=people.owner)
    report.refresh_from_db()
    assert (report.done_month_wan, report.done_ytd_wan, MonthReport.objects.count()) == (600, 2100, 2)


def test_a_newer_upload_on_top_keeps_its_cells_and_order_does_not_matter(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    before = state_of()
    older = sent(LIST.replace("| 12000 |", "| 13000 |").replace("| 首批", "| 二批"), SHELL, people.unit_a)
    newer = sent(LIST.replace("| 12000 |", "| 14000 |").replace("| 首批", "| 二批"), SHELL, people.unit_a)
    undo(older, actor=people.owner)
    assert (named(FIRST).total_wan, named(FIRST).remarks, older.state) == (14000, "首批", "partly")
    assert older.reversals.get().kept[0]["upload"] == newer.pk
    undo(newer, actor=people.owner)
    assert named(FIRST).total_wan == 12000, "what a withdrawn upload wrote is not brought back"
    assert [row[2:] for row in state_of()["Project"]] == [row[2:] for row in before["Project"]]


def test_months_of_two_uploads_taken_back_in_any_order_leave_nothing(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    before = state_of()
    older = sent(MONTH, people.owner, people.unit_a)
    newer = sent(MONTH.replace("| 500 | 2100", "| 600 | 2200"), people.owner, people.unit_a)
    undo(older, actor=people.owner)
    assert MonthReport.objects.get(project__name=FIRST).done_month_wan == 600
    undo(newer, actor=people.owner)
    assert state_of() == before


def test_the_rest_can_be_taken_back_later(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    before = state_of()
    older = sent(LIST.replace("| 12000 |", "| 13000 |").replace("| 首批", "| 二批"), SHELL, people.unit_a)
    newer = sent(LIST.replace("| 12000 |", "| 14000 |").replace("| 首批", "| 二批"), SHELL, people.unit_a)
    undo(older, actor=people.owner)
    with pytest.raises(MovedError):
        undo(older, actor=people.owner)
    undo(newer, actor=people.owner)
    undo(older, actor=people.owner)
    assert older.state == "undone"
    assert [row[2:] for row in state_of()["Project"]] == [row[2:] for row in before["Project"]]


def test_a_replaced_code_comes_back_and_goes_again(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    before = state_of()
    upload = sent(LIST.replace("'2019-370202-48-01-000001", "'2019-370202-48-01-000009"), SHELL, people.unit_a)
    after = state_of()
    undo(upload, actor=people.owner)
    assert state_of() == before
    redo(upload, actor=people.owner)
    assert state_of() == after
    assert named(FIRST).codes.get(role="primary").code == "2019-370202-48-01-000009"


def test_a_code_superseded_since_stays_with_the_one_it_replaced(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    older = sent(LIST.replace("'2019-370202-48-01-000001", "'2019-370202-48-01-000009"), SHELL, people.unit_a)
    sent(LIST.replace("'2019-370202-48-01-000001", "'2019-370202-48-01-000008"), SHELL, people.unit_a)
    with pytest.raises(MovedError):
        undo(older, actor=people.owner)
    assert named(FIRST).codes.get(role="primary").code == "2019-370202-48-01-000008"


def test_a_name_taken_since_stays(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    upload = sent(LIST.replace(FIRST, "滨海大道提升工程").replace("| 首批", "| 二批"), people.owner, people.unit_a)
    edit(named(SECOND), people.city, name=FIRST)
    undo(upload, actor=people.owner)
    assert (named("滨海大道提升工程").remarks, upload.state) == ("首批", "partly")
    assert [(kept["field"], kept["why"]) for kept in upload.reversals.get().kept] == [("项目名称", "taken")]


def test_bringing_back_a_project_whose_name_is_taken_names_it(people: Cast) -> None:
    upload = sent(LIST, people.owner, people.unit_a)
    undo(upload, actor=people.owner)
    again = sent("\n".join(line for line in LIST.splitlines() if not line.startswith("2 |")), people.owner, people.unit_a)
    redo(upload, actor=people.owner)
    assert sorted(Project.objects.values_list("name", flat=True)) == sorted([FIRST, SECOND])
    assert named(FIRST).history.order_by("history_id").last().upload_id == again.pk
    assert [(kept["project"], kept["why"]) for kept in upload.reversals.last().kept] == [(FIRST, "taken")]


def test_a_changed_total_under_a_later_plan_version_gets_a_version_of_its_own(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    upload = sent(LIST.replace("| 12000 |", "| 13000 |"), SHELL, people.unit_a)
    edit(named(FIRST), people.city, planned_start="2018")
    undo(upload, actor=people.owner)
    versions = PlanVersion.objects.filter(project=named(FIRST)).order_by("number").values_list("number", "total_wan", "planned_start")
    assert list(versions) == [(1, 12000, "2019"), (2, 13000, "2019"), (3, 13000, "2018"), (4, 12000, "2018")]


def test_a_locked_month_stays_and_is_named(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    upload = sent(MONTH.replace("| 4000 |", "| 4500 |"), people.owner, people.unit_a)
    set_periods(locked_at=timezone.now())
    undo(upload, actor=people.owner)
    assert MonthReport.objects.filter(done_month_wan=500).count() == 1
    assert AnnualPlan.objects.get(project__name=FIRST).plan_wan == 4000
    record = upload.reversals.get()
    assert {kept["why"] for kept in record.kept} == {"locked"}
    assert record.counts["reverted"] == 1
    set_periods(locked_at=None)
    undo(upload, actor=people.owner)
    assert (MonthReport.objects.count(), upload.state) == (0, "undone")


def test_a_report_approved_since_stays(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    upload = sent(MONTH, people.owner, people.unit_a)
    report = MonthReport.objects.get(project__name=FIRST)
    report.state = "approved"
    with changes_from(Source("admin", people.reviewer.pk)):
        report.save()
    undo(upload, actor=people.owner)
    report.refresh_from_db()
    assert (report.state, report.done_month_wan) == ("approved", 500)
    assert {(kept["why"], kept["by"]) for kept in upload.reversals.get().kept} == {("approved", "赵核")}


def test_entries_of_a_list_version_go_and_come_back(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    version = ListVersion.objects.create(list=make_list(), number=1, as_of="2020-01-13")
    version.refresh_from_db()
    before = state_of()
    upload = sent(LIST, people.city, list_version=version)
    after = state_of()
    undo(upload, actor=people.city)
    assert state_of() == before
    redo(upload, actor=people.city)
    assert state_of() == after


def test_a_plan_seen_that_is_no_longer_so_is_refused(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    upload = sent(LIST.replace("| 12000 |", "| 13000 |"), SHELL, people.unit_a)
    seen = mark_of(inversion_of(upload))
    edit(named(FIRST), people.city, total_wan=Decimal(15000))
    with pytest.raises(MovedError, match="重新查看"):
        undo(upload, actor=people.owner, seen=seen)
    assert (named(FIRST).total_wan, Reversal.objects.count()) == (15000, 0)


def test_only_what_is_committed_goes_back_and_only_what_went_comes_back(people: Cast) -> None:
    upload = check(receive(xlsx(LIST), "清单.xlsx", actor=people.owner, unit=people.unit_a), actor=people.owner)
    for verb in (undo, redo):
        with pytest.raises(StateError):
            verb(upload, actor=people.owner)
    commit(upload, actor=people.owner, reason="x")
    with pytest.raises(StateError):
        redo(upload, actor=people.owner)
    undo(upload, actor=people.owner)
    with pytest.raises(StateError):
        undo(upload, actor=people.owner)


def test_another_unit_may_neither_undo_nor_redo(people: Cast) -> None:
    upload = sent(LIST, people.owner, people.unit_a)
    before = state_of()
    with pytest.raises(NotAllowedError):
        undo(upload, actor=people.stranger)
    assert state_of() == before
    undo(upload, actor=people.owner)
    with pytest.raises(NotAllowedError):
        redo(upload, actor=people.stranger)
    assert Project.objects.count() == 0


def test_a_project_moved_to_another_unit_is_no_longer_the_senders_to_undo(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    upload = sent(LIST.replace("| 12000 |", "| 13000 |"), SHELL, people.unit_a)
    edit(named(FIRST), people.city, unit=people.unit_b)
    project = named(FIRST)
    project.unit = people.unit_b
    with changes_from(Source("admin", people.city.pk)):
        project.save()
    with pytest.raises(NotAllowedError):
        undo(upload, actor=people.owner)
    undo(upload, actor=people.city)
    assert named(FIRST).total_wan == 12000


def test_an_upload_that_changed_nothing_is_undone_as_such(people: Cast) -> None:
    sent(LIST, people.owner, people.unit_a)
    before = state_of()
    upload = sent(LIST, people.owner, people.unit_a)
    undo(upload, actor=people.owner)
    assert (upload.state, state_of()) == ("undone", before)


def test_undo_costs_no_more_queries_for_more_rows(people: Cast, django_assert_max_num_queries: Any) -> None:
    words = "市南区 | 轨道交通 | 青岛甲公司 | 道路改造 | 在建 | 2019-2022"
    rows = "\n".join(f"{n} | {n}号线路工程 | '2019-370202-48-01-{n:06d} | {words} | {9000 + n} | 3000 | 4000 |" for n in range(1, 61))
    upload = sent("\n".join(LIST.splitlines()[:4]) + "\n" + rows, people.owner, people.unit_a)
    assert Project.objects.count() == 60
    with django_assert_max_num_queries(220):
        undo(upload, actor=people.owner)
    with django_assert_max_num_queries(220):
        redo(upload, actor=people.owner)


# --- properties ----------------------------------------------------------------------------------------------------------------------

CELLS = {
    "total": st.integers(10_000, 20_000),
    "plan": st.integers(0, 4000),
    "remarks": st.sampled_from(["", "首批", "二批", "三批"]),
    "code": st.integers(1, 3),
    "stage": st.sampled_from(["在建", "竣工"]),
    "name": st.sampled_from(["", "一期"]),
}
ROW = st.fixed_dictionaries(CELLS)
FILE = st.fixed_dictionaries({"rows": st.lists(ROW, min_size=1, max_size=3), "month": st.booleans(), "done": st.integers(0, 900)})
EDITS = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["remarks", "total_wan", "planned_start", "done_month_wan", "plan_wan", "contact"]), st.integers(1, 9)
    ),
    max_size=4,
)
PROPERTY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def table_of(file: dict[str, Any]) -> str:
    """A list, or a month's sheet, as a table of text."""
    lines = ["市南区2020年6月份重点项目月报" if file["month"] else "2020年重大基础设施项目清单", "单位：万元"]
    head = "序号 | 项目名称 | 项目代码 | 所属区市 | 建设单位 | 建设内容 | 项目阶段 | 建设起止年限 | 总投资 | 2020年计划投资 | 备注"
    lines.append(head + (" | 本月完成投资 | 1-6月累计完成投资 | 形象进度" if file["month"] else ""))
    for at, row in enumerate(file["rows"]):
        cells = [
            *(
                at + 1,
                f"{'甲乙丙'[at]}号线路改造工程{row['name']}",
                f"'2019-370202-48-01-{at:05d}{row['code']}",
                "市南区",
                "青岛甲公司",
                "改造道路三公里",
            ),
            *(row["stage"], "2019-2022", row["total"], row["plan"], row["remarks"]),
        ]
        if file["month"]:
            cells += [file["done"], file["done"] + 1000, "路基完成，正在摊铺沥青面层"]
        lines.append(" | ".join(str(cell) for cell in cells))
    return "\n".join(lines)


def try_send(file: dict[str, Any], people: Cast) -> Upload | None:
    """Commit the file if nothing blocks it; what a random file is refused for is not the matter here."""
    upload = check(receive(xlsx(table_of(file)), "文件.xlsx", actor=SHELL, unit=people.unit_a), actor=SHELL)
    return None if upload.counts["error"] else commit(upload, actor=SHELL, reason="x")


def base(people: Cast) -> None:
    row = {"total": 12000, "plan": 3000, "remarks": "首批", "code": 0, "stage": "在建", "name": ""}
    sent(table_of({"rows": [row, row], "month": False, "done": 0}), people.owner, people.unit_a)


@PROPERTY
@given(file=FILE, again=st.booleans())
def test_undo_of_commit_is_as_before_and_redo_as_after(people: Cast, file: dict[str, Any], again: bool) -> None:
    with transaction.atomic():
        base(people)
        before = state_of()
        upload = try_send(file, people)
        after = state_of()
        if upload is not None:
            undo(upload, actor=people.owner)
            assert state_of() == before
            redo(upload, actor=people.owner)
            assert state_of() == after
            if again:
                undo(upload, actor=people.owner)
                assert state_of() == before
        connection.check_constraints()
        transaction.set_rollback(True)


def apply_edits(edits: list[tuple[int, str, int]], people: Cast) -> set[tuple[str, int, str]]:
    """Random later edits; the places that really moved, as (table, id, column)."""
    moved = set()
    projects = list(Project.objects.order_by("id"))
    for which, name, number in edits:
        project = projects[which % len(projects)]
        row: Any = {
            "done_month_wan": MonthReport.objects.filter(project=project).first(),
            "plan_wan": AnnualPlan.objects.filter(project=project).first(),
        }.get(name, project)
        value: Any = Decimal(number * 1111) if name.endswith("_wan") else "2018" if name == "planned_start" else f"改{number}"
        if row is None or getattr(row, name) == value:
            continue
        setattr(row, name, value)
        with changes_from(Source("admin", people.city.pk)):
            change_project(project, [name], reason="改") if row is project else row.save()
        moved.add((type(row).__name__, row.pk, name))
    return moved


@PROPERTY
@given(file=FILE, edits=EDITS, second=FILE)
def test_undo_never_touches_a_cell_edited_since(
    people: Cast, file: dict[str, Any], edits: list[tuple[int, str, int]], second: dict[str, Any]
) -> None:
    with transaction.atomic():
        base(people)
        before = {(model, row[0]): row for model, rows in state_of().items() for row in rows}
        upload = try_send(file, people)
        if upload is not None:
            committed = {(model, row[0]): row for model, rows in state_of().items() for row in rows}
            apply_edits(edits, people)
            try_send(second, people)
            edited = {(model, row[0]): row for model, rows in state_of().items() for row in rows}
            try:
                undo(upload, actor=people.owner)
            except MovedError:
                assert edited == {(model, row[0]): row for model, rows in state_of().items() for row in rows}
            _compare(before, committed, edited, {(model, row[0]): row for model, rows in state_of().items() for row in rows})
        connection.check_constraints()
        transaction.set_rollback(True)


Rows = dict[tuple[str, int], tuple[Any, ...]]


def _compare(before: Rows, committed: Rows, edited: Rows, after: Rows) -> None:
    """Each cell that moved between commit and undo is as it was moved; each other is that, or as before the commit."""
    for key, row in edited.items():
        if key not in committed:
            assert after.get(key) == row, "a row that came after the commit"
            continue
        if key not in after:
            assert key not in before, "only what the upload made is deleted"
            assert row == committed[key], "and only where nobody touched it"
            continue
        former = before.get(key)
        for at, value in enumerate(row):
            if value != committed[key][at]:
                assert after[key][at] == value, (key, at)
            else:
                assert after[key][at] in (value, former[at] if former is not None else None, "" if former is None else former[at]), (key, at)


def test_both_engines_keep_references_whole(people: Cast) -> None:
    upload = sent(LIST, people.owner, people.unit_a)
    sent(MONTH, people.owner, people.unit_a, period=Month(2020, 6))
    with pytest.raises(MovedError):
        undo(upload, actor=people.owner)
    connection.check_constraints()


def test_kept_month_totals_follow_an_upload_its_undo_and_its_redo(people: Cast) -> None:
    period = make_period()
    sent(LIST, people.owner, people.unit_a)
    month = sent(MONTH, people.owner, people.unit_a, period=period)
    rebuild()
    assert (kept_months(), _kept()) == ([Month(2020, 6)], (2, 3_000_000_000))
    for verb, expected in ((undo, (2, 0)), (redo, (2, 3_000_000_000))):
        verb(month, actor=people.owner, reason="报错了")
        assert (_kept(), differences(kept_months())) == (expected, [])
        fold()
        assert (_kept(), differences(kept_months())) == (expected, [])


def _kept() -> tuple[Any, ...]:
    return told([Month(2020, 6)], [], ["n", "ytd"])[0]

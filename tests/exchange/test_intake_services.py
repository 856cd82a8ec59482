"""The road of an upload: received, checked, committed, sent again, taken back. On whichever database the suite runs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from exchange.models import Upload
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.faults import MovedError, NotAllowedError, StateError
from exchange.services.parts import planned_rows
from exchange.services.receive import receive
from exchange.services.undo import undo
from projects.attachments import shown_name
from projects.models import AnnualPlan, Entry, ListVersion, MonthReport, PlanVersion, Project, ProjectCode
from projects.values import Month
from tests.books import xlsx
from tests.conftest import Cast
from tests.factories import make_list, make_project, make_sector

pytestmark = pytest.mark.django_db

LIST = """
2020年重大基础设施项目清单
单位：万元
序号 | 项目名称 | 项目代码 | 所属区市 | 行业领域 | 建设单位 | 建设内容 | 项目阶段 | 建设起止年限 | 总投资 | 截至2019年底完成 | 2020年计划投资 | 备注
1 | 滨海大道改造工程 | '2019-370202-48-01-000001 | 市南区 | 轨道交通 | 青岛甲公司 | 改造道路三公里 | 在建 | 2019-2022 | 12000 | 3000 | 4000 | 首批
2 | 山东路综合管廊工程 | '2019-370202-48-01-000002 | 市南区 | 轨道交通 | 青岛乙公司 | 新建管廊两公里 | 在建 | 2019-2021 | 8000 | 1000 | 2000 |
"""
MONTH = """
市南区2020年6月份重点项目月报
单位：万元
序号 | 项目名称 | 项目代码 | 所属区市 | 总投资 | 2020年计划投资 | 本月完成投资 | 1-6月累计完成投资 | 形象进度 | 存在问题
1 | 滨海大道改造工程 | '2019-370202-48-01-000001 | 市南区 | 12000 | 4000 | 500 | 2100 | 路基完成，正在摊铺沥青面层 |
2 | 山东路综合管廊工程 | '2019-370202-48-01-000002 | 市南区 | 8000 | 2000 | 0 | 900 | 管廊主体结构已经全部封顶 | 征地
"""


SHELL = None  # a load from the shell writes decided values as they stand; of a person they would be proposed


def send(table: str, actor: Any, name: str = "清单.xlsx", **given: Any) -> Upload:
    return check(receive(xlsx(table), name, actor=actor, **given), actor=actor)


def sent(table: str, actor: Any, name: str = "清单.xlsx", **given: Any) -> Upload:
    return commit(send(table, actor, name, **given), actor=actor, reason="测试")


@pytest.fixture
def people(cast: Cast) -> Cast:
    make_sector("轨道交通")
    return cast


def codes(upload: Upload, severity: str = "error") -> list[tuple[str, str | None, int | None]]:
    return [(f["code"], f["col"], f["row"]) for f in upload.findings if f["severity"] == severity]


def test_a_list_becomes_projects_with_history(people: Cast) -> None:
    upload = send(LIST, people.owner, unit=people.unit_a)
    assert (upload.state, upload.kind, upload.counts["create"], codes(upload)) == ("checked", "infrastructure_list", 2, [])
    assert Project.objects.count() == 0
    commit(upload, actor=people.owner, reason="首次入库")
    first = Project.objects.get(name="滨海大道改造工程")
    assert (first.total_wan, first.stage, first.unit, first.planned_start, first.planned_finish) == (12000, "build", people.unit_a, "2019", "2022")
    assert first.owner is not None
    assert first.owner.name == "青岛甲公司"
    assert first.codes.get().code == "2019-370202-48-01-000001"
    assert AnnualPlan.objects.get(project=first).cum_prior_wan == 3000
    kept = first.history.get()
    assert (kept.door, kept.upload_id, kept.history_user, kept.history_change_reason) == ("upload", upload.pk, people.owner, "首次入库")


def test_the_same_file_again_changes_nothing_and_says_so(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    again = sent(LIST, people.owner, unit=people.unit_a)
    assert (again.counts["same"], again.counts["create"], again.counts["change"]) == (2, 0, 0)
    assert "没有需要变更的内容" in again.outcome
    assert Project.history.count() == 2


def test_months_are_stored_compared_and_zero_is_not_blank(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    upload = sent(MONTH, people.owner, unit=people.unit_a, period=Month(2020, 6))
    first, second = MonthReport.objects.order_by("project__name")
    assert {first.done_month_wan, second.done_month_wan} == {Decimal(500), Decimal(0)}
    assert (upload.period, first.period) == (first.period, upload.period)
    changed = send(MONTH.replace("| 500 | 2100", "| 600 | 2200"), people.owner, unit=people.unit_a)
    row = next(row for rows in planned_rows(changed) for row in rows if row.name == "滨海大道改造工程")
    month = next(intent for intent in row.intents if intent.table == "month")
    assert month.changes == {"done_month_wan": (500_000_000, 600_000_000), "done_ytd_wan": (2_100_000_000, 2_200_000_000)}


def test_absent_column_stays_and_blank_cell_empties(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    without_remarks = "\n".join(line.rpartition("|")[0] if "|" in line else line for line in LIST.splitlines())
    sent(without_remarks, people.owner, unit=people.unit_a)
    assert Project.objects.get(name="滨海大道改造工程").remarks == "首批"
    sent(LIST.replace("| 首批", "|"), people.owner, unit=people.unit_a)
    assert Project.objects.get(name="滨海大道改造工程").remarks == ""


def test_every_fault_at_once_with_its_cell_and_nothing_is_stored(people: Cast) -> None:
    bad = LIST.replace("| 12000 |", "| 一万二 |").replace("2019-2021", "2021-2019").replace("'2019-370202-48-01-000002", "'2019-37020-48")
    upload = send(bad, people.owner, unit=people.unit_a)
    assert codes(upload) == [("amount_not_number", "J", 4), ("code_format", "C", 5), ("finish_before_start", "I", 5)]
    assert all(f["zh"] and f["en"] and f["excerpt"]["rows"] for f in upload.findings if f["severity"] == "error")
    with pytest.raises(StateError) as refused:
        commit(upload, actor=people.owner, reason="x")
    assert refused.value.code == "blocked"
    assert Project.objects.count() == 0


def test_a_warning_needs_a_reason(people: Cast) -> None:
    upload = send(LIST.replace("'2019-370202-48-01-000002", ""), people.owner, unit=people.unit_a)
    assert "code_blank" in [code for code, _, _ in codes(upload, "warning")]
    with pytest.raises(StateError) as refused:
        commit(upload, actor=people.owner)
    assert refused.value.code == "reason"
    assert Project.objects.count() == 0


def test_rows_that_moved_since_the_check_are_refused_by_name(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    upload = send(LIST.replace("| 12000 |", "| 13000 |"), SHELL, unit=people.unit_a)
    project = Project.objects.get(name="滨海大道改造工程")
    project.remarks = "市里改过"
    project.save()
    with pytest.raises(MovedError, match="滨海大道改造工程"):
        commit(upload, actor=SHELL, reason="概算调整")
    project.refresh_from_db()
    assert (project.total_wan, project.remarks) == (12000, "市里改过")
    commit(check(upload, actor=SHELL), actor=SHELL, reason="概算调整")
    project.refresh_from_db()
    assert project.total_wan == 13000


def test_the_same_month_reported_twice_meanwhile_is_refused(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    early, late = (send(MONTH, people.owner, unit=people.unit_a) for _ in range(2))
    commit(early, actor=people.owner, reason="x")
    with pytest.raises(MovedError):
        commit(late, actor=people.owner, reason="x")
    assert MonthReport.objects.count() == 2


def test_commit_twice_is_one_effect(people: Cast) -> None:
    upload = sent(LIST, people.owner, unit=people.unit_a)
    with pytest.raises(StateError):
        commit(upload, actor=people.owner, reason="x")
    assert Project.objects.count() == 2


def test_a_changed_total_keeps_the_baseline(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    commit(send(LIST.replace("| 12000 |", "| 13000 |"), SHELL, unit=people.unit_a), actor=SHELL, reason="概算批复调整")
    versions = PlanVersion.objects.filter(project__name="滨海大道改造工程").order_by("number")
    assert [(v.number, v.is_baseline, v.total_wan, v.reason) for v in versions] == [(1, True, 12000, ""), (2, False, 13000, "概算批复调整")]


def test_undo_brings_back_what_was(people: Cast) -> None:
    first = sent(LIST, people.owner, unit=people.unit_a)
    second = commit(send(LIST.replace("| 12000 |", "| 13000 |"), SHELL, unit=people.unit_a), actor=SHELL, reason="调整")
    undo(second, actor=people.owner)
    project = Project.objects.get(name="滨海大道改造工程")
    assert (project.total_wan, project.plan_versions.count(), second.state) == (12000, 1, "undone")
    undo(first, actor=people.owner)
    assert (Project.objects.count(), ProjectCode.objects.count(), AnnualPlan.objects.count()) == (0, 0, 0)
    assert [row.history_type for row in Project.history.filter(name="滨海大道改造工程").order_by("history_id")] == ["+", "~", "~", "-"]


def test_undo_keeps_a_new_project_that_was_changed_since(people: Cast) -> None:
    upload = sent(LIST, people.owner, unit=people.unit_a)
    project = Project.objects.get(name="山东路综合管廊工程")
    project.remarks = "后来改的"
    project.save()
    undo(upload, actor=people.owner)
    assert (Project.objects.get().name, upload.state) == ("山东路综合管廊工程", "partly")


def test_a_district_cannot_touch_another_units_project(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    foreign = send(LIST.replace("| 12000 |", "| 99000 |"), people.stranger, unit=people.unit_b)
    assert {code for code, _, _ in codes(foreign)} == {"out_of_scope"}
    assert "12000" not in str(foreign.findings)
    with pytest.raises(NotAllowedError):
        receive(xlsx(LIST), "a.xlsx", actor=people.stranger, unit=people.unit_a)
    with pytest.raises(NotAllowedError):
        receive(xlsx(LIST), "a.xlsx", actor=people.stranger)
    with pytest.raises(NotAllowedError):
        receive(xlsx(LIST), "a.xlsx", actor=people.reviewer)
    assert Project.objects.get(name="滨海大道改造工程").total_wan == 12000


def test_scope_is_asked_again_at_the_commit(people: Cast) -> None:
    upload = send(LIST, people.owner, unit=people.unit_a)
    with pytest.raises(NotAllowedError):
        commit(upload, actor=people.stranger, reason="x")
    assert Project.objects.count() == 0


def test_a_list_version_takes_its_entries_and_names_who_left(people: Cast) -> None:
    listed = make_list()
    first = ListVersion.objects.create(list=listed, number=1, as_of="2020-01-13")
    second = ListVersion.objects.create(list=listed, number=2, as_of="2020-06-30")
    for version in (first, second):
        version.refresh_from_db()
    sent(LIST, people.city, list_version=first)
    assert [(entry.position, entry.total_wan) for entry in Entry.objects.order_by("position")] == [(1, 12000), (2, 8000)]
    shorter = "\n".join(line for line in LIST.splitlines() if not line.startswith("2 |"))
    upload = send(shorter, people.city, list_version=second)
    assert [f["zh"] for f in upload.findings if f["code"] == "list_left"] == ["上一版清单中的“山东路综合管廊工程”不在本文件中，将视为调出"]
    assert upload.counts["missing"] == 1


def test_unknown_project_in_a_month_sheet_is_named(people: Cast) -> None:
    make_project("滨海大道改造工程", people.unit_a, stage="build")
    upload = send(MONTH, people.owner, unit=people.unit_a)
    assert [(f["code"], f["row"]) for f in upload.findings if f["severity"] == "error"] == [("project_unknown", 5)]


def test_a_refused_file_is_kept_with_its_reason(people: Cast) -> None:
    upload = check(receive(b"MZ\x90\x00" + b"\x00" * 200, "a.xlsx", actor=people.owner, unit=people.unit_a), actor=people.owner)
    assert upload.state == "refused"
    assert upload.outcome
    assert upload.outcome_en
    assert bytes(upload.file.content)[:2] == b"MZ"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.xlsx", "passwd.xlsx"),
        ("C:\\Users\\x\\报表.xlsx", "报表.xlsx"),
        ("a\r\nSet-Cookie: x.xlsx", "aSet-Cookie: x.xlsx"),
        ("\u202excod.xlsx", "xcod.xlsx"),
        ("", "unnamed"),
    ],
)
def test_names_of_files_lose_what_could_harm(given: str, shown: str) -> None:
    assert shown_name(given) == shown


def test_a_long_name_keeps_its_ending() -> None:
    assert len(shown_name("长" * 300 + ".xlsx")) <= 200
    assert shown_name("长" * 300 + ".xlsx").endswith(".xlsx")


def test_a_month_sheet_without_month_is_asked_for_it(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    nameless = MONTH.replace("市南区2020年6月份重点项目月报", "重点项目月报").replace("1-6月累计", "本年累计")
    upload = send(nameless, people.owner, "月报.xlsx", unit=people.unit_a)
    assert "period_missing" in [code for code, _, _ in codes(upload)]
    assert codes(send(nameless, people.owner, "月报.xlsx", unit=people.unit_a, period=Month(2020, 6))) == []


def test_a_chosen_month_that_the_file_denies_is_refused(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    upload = send(MONTH, people.owner, unit=people.unit_a, period=Month(2020, 5))
    assert ("period_differs", None, None) in codes(upload)


def test_a_list_keeps_its_own_year_whatever_month_was_chosen(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a, period=Month(2026, 10))
    assert set(AnnualPlan.objects.values_list("year", flat=True)) == {2020}


def test_the_same_fault_is_said_once(people: Cast) -> None:
    upload = send(LIST.replace("| 4000 | 首批", "| 14000 | 首批"), people.owner, unit=people.unit_a)
    assert [(f["code"], f["row"]) for f in upload.findings if f["code"] == "plan_over_total"] == [("plan_over_total", 4)]


WIDE = """
市南区2020年4-6月重点项目投资完成情况
单位：万元
序号 | 项目名称 | 项目代码 | 所属区市 | 总投资 | 4月 | | 5月 | | 6月 |
 | | | | | 当月完成投资 | 形象进度 | 当月完成投资 | 形象进度 | 当月完成投资 | 形象进度
1 | 滨海大道改造工程 | '2019-370202-48-01-000001 | 市南区 | 12000 | 100 | 征地拆迁全部完成交地 | 200 | 路基施工完成一半多 | 300 | 路基完成并转入路面
"""


def test_every_month_of_a_wide_layout_is_stored(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    upload = check(receive(xlsx(WIDE, merges=["F3:G3", "H3:I3", "J3:K3"]), "进度.xlsx", actor=people.owner, unit=people.unit_a), actor=people.owner)
    assert codes(upload) == []
    commit(upload, actor=people.owner, reason="x")
    reports = MonthReport.objects.order_by("period__month").values_list("period__month", "done_month_wan")
    assert list(reports) == [(4, 100), (5, 200), (6, 300)]


def test_a_list_is_held_against_what_its_document_declares(people: Cast) -> None:
    version = ListVersion.objects.create(list=make_list(), number=1, as_of=date(2020, 1, 13), declared_count=3, declared_total_wan=Decimal(20000))
    upload = send(LIST, people.city, list_version=version)
    said = [f["zh"] for f in upload.findings if f["code"] == "list_differs"]
    assert len(said) == 1
    assert "3" in said[0]
    assert "2" in said[0]


def test_a_fault_of_our_own_is_told_and_the_file_kept(people: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    upload = receive(xlsx(LIST), "清单.xlsx", actor=people.owner, unit=people.unit_a)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("exchange.services.check.read_workbook", broken)
    failed = check(upload, actor=people.owner)
    assert (failed.state, failed.parts.count()) == ("failed", 0)
    assert f"#{upload.pk}" in failed.outcome
    assert "planted" in caplog.text
    monkeypatch.undo()
    assert check(failed, actor=people.owner).state == "checked"


def test_the_senders_unit_says_where_when_the_file_does_not(people: Cast) -> None:
    placeless = LIST.replace(" | 所属区市", "").replace(" | 市南区", "")
    assert codes(send(placeless, people.owner, "项目.xlsx", unit=people.unit_a)) == []
    assert "district_missing" in [code for code, _, _ in codes(send(placeless, people.city, "项目.xlsx"))]


def test_a_committed_month_names_its_period(people: Cast) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    upload = sent(MONTH, people.owner, unit=people.unit_a)
    assert str(upload.period) == "2020年6月"

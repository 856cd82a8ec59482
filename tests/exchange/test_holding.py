"""Accepting the good rows and holding the bad ones: held rows touch nothing, come back as a workbook, and go in once corrected."""

from __future__ import annotations

from typing import Any

import pytest

from exchange.models import HeldRows, Upload
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.faults import StateError
from exchange.services.held_book import HEADING, held_book
from exchange.services.holding import holding_of
from exchange.services.parts import planned_rows
from exchange.services.receive import receive
from exchange.services.undo import undo
from exchange.workbook import read_book
from projects.models import AnnualPlan, Entry, ListVersion, MonthReport, Organisation, Project, ProjectCode, ReportingPeriod
from tests.books import Sheet, xlsx
from tests.conftest import Cast
from tests.exchange.test_intake_services import LIST, MONTH, WIDE
from tests.factories import make_list, make_sector

pytestmark = pytest.mark.django_db

FIRST, SECOND = "滨海大道改造工程", "山东路综合管廊工程"
BAD = LIST.replace("| 8000 |", "| 八千 |")


@pytest.fixture
def people(cast: Cast) -> Cast:
    make_sector("轨道交通")
    return cast


def send(table: Any, actor: Any, unit: Any = None, name: str = "清单.xlsx", **options: Any) -> Upload:
    content = table if isinstance(table, bytes) else xlsx(table)
    return check(receive(content, name, actor=actor, unit=unit, **options), actor=actor)


def cells_of(content: bytes) -> list[list[Any]]:
    (sheet,) = read_book(content, "扣留.xlsx").sheets
    return [list(row) for row in sheet]


def test_nothing_is_held_unless_asked(people: Cast) -> None:
    upload = send(BAD, people.owner, people.unit_a)
    with pytest.raises(StateError) as refused:
        commit(upload, actor=people.owner, reason="x")
    assert (refused.value.code, Project.objects.count()) == ("blocked", 0)


def test_the_good_rows_go_in_and_the_held_touch_nothing(people: Cast) -> None:
    upload = send(BAD, people.owner, people.unit_a)
    commit(upload, actor=people.owner, reason="x", hold_bad_rows=True)
    assert [project.name for project in Project.objects.all()] == [FIRST]
    assert [unit.name for unit in Organisation.objects.all()] == ["青岛甲公司"], "the owner of a held row is not stored"
    assert (ProjectCode.objects.count(), AnnualPlan.objects.count()) == (1, 1)
    assert (upload.state, upload.counts["accepted_rows"], upload.counts["held_rows"], upload.counts["create"]) == ("committed", 1, 1, 1)
    assert "提交1行，扣留1行" in upload.outcome
    assert "1 rows committed, 1 held" in upload.outcome_en


def test_held_rows_come_back_in_the_columns_sent_and_go_in_once_corrected(people: Cast) -> None:
    upload = commit(send(BAD, people.owner, people.unit_a), actor=people.owner, reason="x", hold_bad_rows=True)
    content = held_book(upload)
    rows = cells_of(content)
    assert [cell for cell in rows[0] if cell is not None] == ["2020年重大基础设施项目清单"]
    assert rows[2][:3] == ["序号", "项目名称", "项目代码"]
    assert rows[2][-1] == HEADING
    assert len(rows) == 4
    assert (rows[3][1], rows[3][2], rows[3][9]) == (SECOND, "2019-370202-48-01-000002", "八千")
    assert rows[3][-1].startswith("J 总投资：")
    again = send(content, people.owner, people.unit_a, "扣留.xlsx")
    assert [(f["code"], f["row"]) for f in again.findings if f["severity"] == "error"] == [("amount_not_number", 4)]
    rows[3][9] = 8000
    corrected = send(xlsx(Sheet("Sheet1", rows)), people.owner, people.unit_a, "改正.xlsx")
    assert corrected.counts["error"] == 0, corrected.findings
    assert not [f for f in corrected.findings if f["code"] == "column_unknown"]
    commit(corrected, actor=people.owner, reason="改正")
    assert Project.objects.get(name=SECOND).total_wan == 8000
    assert MonthReport.objects.count() == 0, "the column of problems is not read as 存在问题"


def test_a_blocker_of_the_whole_file_still_blocks(people: Cast) -> None:
    upload = send(BAD.replace("单位：万元\n", ""), people.owner, people.unit_a)
    assert not holding_of(upload).is_possible
    with pytest.raises(StateError) as refused:
        commit(upload, actor=people.owner, reason="x", hold_bad_rows=True)
    assert (refused.value.code, Project.objects.count()) == ("blocked", 0)


def test_a_month_that_is_not_known_still_blocks(people: Cast) -> None:
    commit(send(LIST, people.owner, people.unit_a), actor=people.owner, reason="x")
    nameless = MONTH.replace("市南区2020年6月份重点项目月报", "重点项目月报").replace("1-6月累计", "本年累计").replace("| 500 |", "| 五百 |")
    with pytest.raises(StateError):
        commit(send(nameless, people.owner, people.unit_a, "月报.xlsx"), actor=people.owner, reason="x", hold_bad_rows=True)
    assert (MonthReport.objects.count(), ReportingPeriod.objects.count()) == (0, 0)


def test_of_two_rows_with_one_code_both_are_held(people: Cast) -> None:
    third = "3 | 云南路管网改造工程 | '2019-370202-48-01-000003 | 市南区 | 轨道交通 | 青岛丙公司 | 管网 | 在建 | 2019-2021 | 7000 | 1000 | 2000 |"
    twice = LIST.replace("'2019-370202-48-01-000002", "'2019-370202-48-01-000001").rstrip() + "\n" + third
    upload = send(twice, people.owner, people.unit_a)
    assert {row for _sheet, row in holding_of(upload).rows} == {4, 5}
    commit(upload, actor=people.owner, reason="x", hold_bad_rows=True)
    assert [project.name for project in Project.objects.all()] == ["云南路管网改造工程"]
    assert [row.action.value for rows in planned_rows(upload) for row in rows] == ["held", "held", "create"]


def test_a_row_of_several_months_is_held_whole(people: Cast) -> None:
    commit(send(LIST, people.owner, people.unit_a), actor=people.owner, reason="x")
    wide = xlsx(WIDE.replace("| 300 |", "| 三百 |"), merges=["F3:G3", "H3:I3", "J3:K3"])
    upload = send(wide, people.owner, people.unit_a, "进度.xlsx")
    assert upload.counts["error"] == 1
    commit(upload, actor=people.owner, reason="x", hold_bad_rows=True)
    assert (MonthReport.objects.count(), ReportingPeriod.objects.count()) == (0, 0)
    assert upload.counts["months"] == []


TOTALLED = BAD.rstrip() + "\n | 合计 | | | | | | | | {total} | 4000 | 6000 |\n"


def test_a_total_that_a_held_figure_explains_does_not_block_the_rest(people: Cast) -> None:
    wrong = TOTALLED.format(total=20000).replace("| 八千 |", "| -8000 |")
    upload = send(wrong, people.owner, people.unit_a)
    assert "total_mismatch" in {f["code"] for f in upload.findings if f["severity"] == "error"}
    assert holding_of(upload).is_possible
    commit(upload, actor=people.owner, reason="x", hold_bad_rows=True)
    assert Project.objects.count() == 1


def test_a_total_that_no_held_row_explains_blocks(people: Cast) -> None:
    wrong = TOTALLED.format(total=20000).replace("| 4000 | 6000 |", "| 4000 | 9000 |")
    upload = send(wrong, people.owner, people.unit_a)
    with pytest.raises(StateError) as refused:
        commit(upload, actor=people.owner, reason="x", hold_bad_rows=True)
    assert refused.value.code == "blocked"


def test_a_list_version_says_that_it_is_not_whole(people: Cast) -> None:
    version = ListVersion.objects.create(list=make_list(), number=1, as_of="2020-01-13", declared_count=2)
    version.refresh_from_db()
    upload = send(BAD, people.city, list_version=version)
    commit(upload, actor=people.city, reason="x", hold_bad_rows=True)
    assert Entry.objects.count() == 1
    assert "清单公布2个项目" in upload.outcome
    assert "缺扣留的1行" in upload.outcome


def test_an_undo_of_what_was_accepted_leaves_nothing(people: Cast) -> None:
    upload = commit(send(BAD, people.owner, people.unit_a), actor=people.owner, reason="x", hold_bad_rows=True)
    undo(upload, actor=people.owner)
    assert (Project.objects.count(), upload.state) == (0, "undone")


def test_another_check_notes_anew(people: Cast) -> None:
    upload = send(BAD, people.owner, people.unit_a)
    check(upload, actor=people.owner)
    assert HeldRows.objects.get(upload=upload).rows == 1
    clean = send(LIST, people.owner, people.unit_a)
    assert not HeldRows.objects.filter(upload=clean).exists()
    commit(clean, actor=people.owner, reason="x", hold_bad_rows=True)
    assert (Project.objects.count(), clean.counts.get("held_rows")) == (2, None)


def test_sections_and_merged_cells_stand_by_their_held_rows(people: Cast) -> None:
    table = """
        2020年重大基础设施项目清单
        单位：万元
        序号 | 项目名称 | 项目代码 | 所属区市 | 建设单位 | 总投资 | 2020年计划投资
        一、在建项目（2个）
        1 | 滨海大道改造工程 | '2019-370202-48-01-000001 | 市南区 | 青岛甲公司 | 12000 | 4000
        2 | 山东路综合管廊工程 | '2019-370202-48-01-000002 | | 青岛乙公司 | 八千 | 2000
    """
    upload = send(xlsx(Sheet("清单", table, merges=["D5:D6"])), people.owner, people.unit_a)
    assert {row for _sheet, row in holding_of(upload).rows} == {6}
    rows = cells_of(held_book(upload))
    assert [row[0] for row in rows[3:]] == ["一、在建项目", 2]
    assert rows[4][3] == "市南区"

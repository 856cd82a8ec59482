"""A monthly workbook proposes what it says differently of decided values, and writes the rest; a list is itself the document."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exchange.plan import Action, Intent, PlannedRow
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.preview import preview
from exchange.services.proposing import count_proposals, set_aside
from exchange.services.receive import receive
from exchange.services.undo import redo, undo
from projects.models import MonthReport, Project, Proposal
from projects.proposals import Change
from projects.services.proposals import approve
from projects.values import Month
from tests.books import xlsx
from tests.exchange.test_intake_services import LIST
from tests.factories import make_sector

MONTH = """
    2020年6月重大基础设施项目进展情况表
    单位：万元
    序号|项目名称|项目代码|总投资|计划竣工时间|本月完成投资|本年累计完成投资|形象进度|存在问题
    1|{name}|{code}|{total}|2021年12月|100|600|路基施工|
"""


def row(*intents: Intent, kind: str = "monthly_progress", project_id: int | None = 7) -> PlannedRow:
    return PlannedRow("月报", 9, Action.CHANGE, "甲工程", 1, project_id, list(intents), "2020-06", kind)


def total(old: object, new: object) -> Intent:
    return Intent("project", 7, 3, {"total_wan": new, "remarks": "改"}, {"total_wan": old, "remarks": ""})  # type: ignore[dict-item]


# --- Without a database ------------------------------------------------------------------------------------------------------------


def test_a_decided_value_is_set_aside_and_the_rest_stays():
    planned = row(total(12_000_000_000, 13_500_000_000))
    assert count_proposals([planned]) == 1
    (asked,) = set_aside([planned])
    assert (asked.project_id, asked.changes, asked.place) == (7, (Change("total_wan", "12000", "13500"),), "月报!9")
    assert [intent.values for intent in planned.intents] == [{"remarks": "改"}]


@pytest.mark.parametrize(
    "planned",
    [
        row(total(None, 13_500_000_000)),
        row(total(12_000_000_000, 13_500_000_000), kind="infrastructure_list"),
        row(Intent("project", None, None, {"total_wan": 1}), project_id=None),
        row(Intent("month", 5, 1, {"done_ytd_wan": 2}, {"done_ytd_wan": 1})),
        row(Intent("code", None, None, {"code": "2020-370202-48-01-000001"})),
    ],
    ids=["filled in", "a list", "a new project", "a month's figure", "a first code"],
)
def test_everything_else_is_written(planned):
    before = [dict(intent.values) for intent in planned.intents]
    assert (count_proposals([planned]), set_aside([planned]), [intent.values for intent in planned.intents]) == (0, [], before)


def test_a_row_of_nothing_else_writes_nothing():
    planned = row(Intent("code", 4, 1, {"code": "乙"}, {"code": "甲"}), Intent("entry", None, None, {}))
    (asked,) = set_aside([planned])
    assert (asked.changes, [intent.table for intent in planned.intents]) == ((Change("code", "甲", "乙"),), ["entry"])


def test_rows_of_one_project_ask_once():
    rows = [row(total(12_000_000_000, 13_500_000_000)) for _ in range(2)]
    assert [len(asked.changes) for asked in set_aside(rows)] == [1]


# --- From the file to the plan -----------------------------------------------------------------------------------------------------


@pytest.fixture
def people(cast):
    make_sector("轨道交通")
    commit(check(receive(xlsx(LIST), "清单.xlsx", actor=cast.owner, unit=cast.unit_a), actor=cast.owner), actor=cast.owner, reason="测试")
    return cast


def monthly(people, total):
    project = Project.objects.order_by("pk").first()
    code = project.codes.first()
    table = MONTH.format(name=project.name, code=code.code if code else "", total=total)
    upload = receive(xlsx(table), "月报.xlsx", actor=people.owner, unit=people.unit_a, period=Month(2020, 6))
    upload = check(upload, actor=people.owner)
    assert upload.counts["error"] == 0, upload.findings
    return project, upload


def test_the_preview_says_so_and_the_commit_does_so(people):
    project, upload = monthly(people, 13500)
    before = project.total_wan
    assert upload.counts["proposals"] == 1
    labels = [line.label for line in preview(upload).rows[0].lines]
    assert "变更申请·总投资（万元）" in labels
    assert "本年累计完成投资（万元）" in labels
    commit(upload, actor=people.owner, reason="概算调整")
    project.refresh_from_db()
    made = Proposal.objects.get()
    assert (project.total_wan, MonthReport.objects.get().done_ytd_wan) == (before, Decimal(600))
    assert [change for change in made.changes if change[0] == "total_wan"] == [["total_wan", "12000", "13500"]]
    assert (made.by, made.upload_id, made.reason, made.door) == (people.owner, upload.pk, "概算调整", "upload")
    assert made.place.endswith("!4")
    assert "另生成1条变更申请" in upload.outcome
    approve(proposal_id=made.pk, actor=people.reviewer, doc_no="青发改〔2020〕12号")
    project.refresh_from_db()
    assert project.total_wan == Decimal(13500)


def test_the_same_file_again_does_not_ask_again(people):
    commit(monthly(people, 13500)[1], actor=people.owner, reason="概算调整")
    _project, again = monthly(people, 13500)
    commit(again, actor=people.owner, reason="概算调整")
    assert Proposal.objects.count() == 1
    assert "变更申请" not in again.outcome


def test_undo_takes_the_question_back_and_redo_puts_it_again(people):
    _project, upload = monthly(people, 13500)
    commit(upload, actor=people.owner, reason="概算调整")
    undo(upload, actor=people.owner, reason="报错")
    assert (Proposal.objects.get().state, MonthReport.objects.count()) == ("withdrawn", 0)
    redo(upload, actor=people.owner)
    assert (Proposal.objects.get().state, Proposal.objects.get().settled_by) == ("open", None)


def test_a_list_is_the_document_and_applies_directly(people):
    project = Project.objects.order_by("pk").first()
    table = LIST.replace("| 12000 |", "| 13000 |")
    assert table != LIST
    upload = check(receive(xlsx(table), "清单.xlsx", actor=people.owner, unit=people.unit_a), actor=people.owner)
    commit(upload, actor=people.owner, reason="年中调整")
    project.refresh_from_db()
    assert (project.total_wan, Proposal.objects.count()) == (Decimal(13000), 0)

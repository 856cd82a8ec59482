"""Decided values are proposed and the rest written, by a month's workbook and by a list alike; the city's list for a version is the document."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from exchange.models import Upload
from exchange.plan import Action, Intent, PlannedRow, decode, encode
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.faults import MovedError, NotAllowedError, StateError
from exchange.services.preview import Show, preview
from exchange.services.proposing import count_proposals, set_aside
from exchange.services.receive import receive
from exchange.services.undo import redo, undo
from projects.models import Entry, MonthReport, Project, Proposal
from projects.proposals import Change
from projects.services.proposals import approve, refuse
from projects.values import Month
from tests.books import xlsx
from tests.exchange.test_intake_services import LIST
from tests.exchange.test_views_undo import run
from tests.factories import make_list, make_sector, make_version

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
    assert count_proposals([planned], direct=True) == {"proposals": 1, "only_proposals": 0}
    (asked,) = set_aside([planned], direct=True)
    assert (asked.project_id, asked.changes, asked.place) == (7, (Change("total_wan", "12000", "13500"),), "月报!9")
    assert [intent.values for intent in planned.intents] == [{"remarks": "改"}]


@pytest.mark.parametrize(
    "planned",
    [
        row(total(None, 13_500_000_000)),
        row(total(12_000_000_000, 13_500_000_000), kind="infrastructure_list"),
        row(total(12_000_000_000, 13_500_000_000), kind="emerging_list"),
        row(Intent("project", None, None, {"total_wan": 1}), project_id=None),
        row(Intent("month", 5, 1, {"done_ytd_wan": 2}, {"done_ytd_wan": 1})),
        row(Intent("code", None, None, {"code": "2020-370202-48-01-000001"})),
    ],
    ids=["filled in", "a list", "a list of the other kind", "a new project", "a month's figure", "a first code"],
)
def test_everything_else_is_written(planned):
    before = [dict(intent.values) for intent in planned.intents]
    assert (count_proposals([planned], direct=True)["proposals"], set_aside([planned], direct=True)) == (0, [])
    assert [intent.values for intent in planned.intents] == before


@pytest.mark.parametrize("kind", ["infrastructure_list", "emerging_list", "monthly_progress"])
def test_of_who_does_not_decide_every_kind_of_sheet_proposes(kind):
    planned = row(total(12_000_000_000, 13_500_000_000), kind=kind)
    assert count_proposals([planned], direct=False)["proposals"] == 1
    assert [asked.changes for asked in set_aside([planned], direct=False)] == [(Change("total_wan", "12000", "13500"),)]


def test_a_direct_list_is_known_by_what_it_decides():
    rows = [row(total(12_000_000_000, 13_500_000_000), kind="emerging_list"), row(total(None, 1), kind="emerging_list")]
    assert count_proposals(rows, direct=True) == {"decided": 1}


def test_a_row_that_only_proposes_is_counted_as_such():
    bare = row(Intent("project", 7, 3, {"planned_finish": "2023"}, {"planned_finish": "2022"}))
    listed = row(Intent("project", 7, 3, {"planned_finish": "2023"}, {"planned_finish": "2022"}), Intent("entry", None, None, {}))
    assert count_proposals([bare, listed], direct=False) == {"proposals": 2, "only_proposals": 1}


def test_what_waits_is_neither_asked_nor_written():
    planned = row(Intent("project", 7, 3, {"planned_finish": "2023", "total_wan": 5}, {"planned_finish": "2022", "total_wan": 4}))
    planned.waits = ["planned_finish"]
    assert decode(encode(planned)).waits == ["planned_finish"]
    (asked,) = set_aside([planned], direct=False)
    assert ([change.field for change in asked.changes], planned.intents) == (["total_wan"], [])


@pytest.mark.parametrize("merge, waits", [(None, []), ([[], []], []), (None, ["code"]), ([[], []], ["code"])])
def test_the_stored_plan_keeps_what_waits(merge, waits):
    planned = row()
    planned.merge, planned.waits = merge, waits
    assert decode(encode(planned)) == planned


def test_a_row_of_nothing_else_writes_nothing():
    planned = row(Intent("code", 4, 1, {"code": "乙"}, {"code": "甲"}), Intent("entry", None, None, {}))
    (asked,) = set_aside([planned], direct=True)
    assert (asked.changes, [intent.table for intent in planned.intents]) == ((Change("code", "甲", "乙"),), ["entry"])


def test_rows_of_one_project_ask_once():
    rows = [row(total(12_000_000_000, 13_500_000_000)) for _ in range(2)]
    assert [len(asked.changes) for asked in set_aside(rows, direct=True)] == [1]


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
    assert "另生成" not in again.outcome
    assert "1行与库中不同的已定值此前已提出变更申请" in again.outcome


def test_undo_takes_the_question_back_and_redo_puts_it_again(people):
    _project, upload = monthly(people, 13500)
    commit(upload, actor=people.owner, reason="概算调整")
    assert "1条待审的变更申请一并撤回" in run(str(upload.pk), "--dry-run")[0]
    undo(upload, actor=people.owner, reason="报错")
    assert (Proposal.objects.get().state, MonthReport.objects.count()) == ("withdrawn", 0)
    assert "1条变更申请重新待审" in run(str(upload.pk), "--redo", "--dry-run")[0]
    redo(upload, actor=people.owner)
    assert (Proposal.objects.get().state, Proposal.objects.get().settled_by) == ("open", None)


def test_a_question_taken_back_does_not_hold_an_older_upload(people):
    """Nobody judged it: it goes with the project that it was about, and comes back with it, under its own number."""
    older = Upload.objects.get()
    _project, upload = monthly(people, 13500)
    commit(upload, actor=people.owner, reason="概算调整")
    asked = Proposal.objects.values().get()
    undo(upload, actor=people.owner, reason="报错")
    undo(older, actor=people.owner, reason="报错")
    assert (older.state, Project.objects.count(), Proposal.objects.count()) == ("undone", 0, 0)
    record = older.reversals.get()
    assert (record.counts["kept"], record.counts["set_aside"]) == (0, 1)
    redo(older, actor=people.owner)
    assert Proposal.objects.get().state == "withdrawn"
    redo(upload, actor=people.owner)
    assert Proposal.objects.values().get() == asked


def test_a_question_that_was_judged_holds_the_project(people):
    older = Upload.objects.get()
    project, upload = monthly(people, 13500)
    commit(upload, actor=people.owner, reason="概算调整")
    refuse(proposal_id=Proposal.objects.get().pk, actor=people.reviewer, note="依据不足")
    undo(upload, actor=people.owner, reason="报错")
    undo(older, actor=people.owner, reason="报错")
    assert Project.objects.filter(pk=project.pk).exists()
    assert {kept["why"] for kept in older.reversals.get().kept} == {"hangs"}


# --- Lists -------------------------------------------------------------------------------------------------------------------------

TOTAL, FINISH = LIST.replace("| 12000 |", "| 13000 |"), LIST.replace("2019-2022", "2019-2023")


def listed(table, people, sender, reason="年中调整", **given):
    """A list workbook as the person sends it: of the own unit for a district, of the whole city else."""
    unit = people.unit_a if sender == people.owner else None
    return check(receive(xlsx(table), "清单.xlsx", actor=sender, unit=unit, **given), actor=sender)


def first_project():
    return Project.objects.order_by("pk").first()


def hold(**values):
    project = first_project()
    for name, value in values.items():
        setattr(project, name, value)
    project.save()


def version():
    return make_version(make_list())


@pytest.mark.parametrize("who", ["owner", "city"])
@pytest.mark.parametrize("table, field, before, after", [(TOTAL, "total_wan", "12000", "13000"), (FINISH, "planned_finish", "2022", "2023")])
def test_a_list_sent_for_no_version_proposes(people, who, table, field, before, after):
    sender = getattr(people, who)
    was = first_project()
    upload = listed(table, people, sender)
    assert (upload.counts["change"], upload.counts["proposals"], upload.counts["only_proposals"], upload.counts["same"]) == (1, 1, 1, 1)
    assert "变更申请·" in preview(upload).rows[0].lines[0].label
    assert [row.is_proposal for row in preview(upload, Show.ALL).rows] == [True, False]
    commit(upload, actor=sender, reason="年中调整")
    made = Proposal.objects.get()
    assert (made.changes, made.by, made.upload_id, made.state) == ([[field, before, after]], sender, upload.pk, "open")
    assert made.place.endswith("!4")
    assert Project.objects.get(pk=was.pk).revision == was.revision
    assert "另生成1条变更申请" in upload.outcome
    assert "其中1行除变更申请外没有写入内容" in upload.outcome


def test_another_code_is_proposed(people):
    code = "2019-370202-48-01-000009"
    upload = listed(LIST.replace("2019-370202-48-01-000001", code), people, people.owner)
    commit(upload, actor=people.owner, reason="代码更正")
    assert Proposal.objects.get().changes == [["code", "2019-370202-48-01-000001", code]]
    assert first_project().codes.get().code == "2019-370202-48-01-000001"


def test_the_citys_list_for_a_version_is_the_document(people):
    upload = listed(TOTAL, people, people.city, list_version=version())
    assert (upload.counts["direct"], upload.counts["proposals"]) == (True, 0)
    commit(upload, actor=people.city, reason="年中调整")
    assert (first_project().total_wan, Proposal.objects.count(), Entry.objects.count()) == (Decimal(13000), 0, 2)


def test_a_load_from_the_shell_is_direct(people):
    upload = check(receive(xlsx(TOTAL), "清单.xlsx", actor=None), actor=None)
    commit(upload, actor=None, reason="年中调整")
    assert (first_project().total_wan, Proposal.objects.count()) == (Decimal(13000), 0)


def test_a_value_never_decided_and_what_is_not_decided_are_written(people):
    hold(total_wan=None)
    upload = listed(TOTAL.replace("改造道路三公里", "改造道路五公里"), people, people.owner)
    commit(upload, actor=people.owner, reason="补填")
    assert (first_project().total_wan, first_project().content, Proposal.objects.count()) == (Decimal(13000), "改造道路五公里", 0)


def test_a_row_is_written_but_for_what_is_proposed(people):
    upload = listed(TOTAL.replace("改造道路三公里", "改造道路五公里"), people, people.owner)
    assert (upload.counts["proposals"], upload.counts["only_proposals"]) == (1, 0)
    commit(upload, actor=people.owner, reason="调整")
    assert (first_project().total_wan, first_project().content, Proposal.objects.count()) == (Decimal(12000), "改造道路五公里", 1)
    assert "除变更申请外" not in upload.outcome


def test_the_same_list_again_changes_nothing_and_says_what_waits(people):
    commit(listed(TOTAL, people, people.owner), actor=people.owner, reason="调整")
    again = listed(TOTAL, people, people.owner)
    assert (again.counts["same"], again.counts["change"], again.counts["waiting"], again.counts["proposals"]) == (2, 0, 1, 0)
    (row_,) = preview(again, Show.PROPOSED).rows
    assert (row_.is_waiting, [line.label for line in row_.lines]) == (True, ["已申请待审核·总投资（万元）"])
    assert [row.is_waiting for row in preview(again, Show.SAME).rows] == [True, False]
    commit(again, actor=people.owner, reason="再报")
    assert Proposal.objects.count() == 1
    assert "没有写入新的内容" in again.outcome
    assert "一致" not in again.outcome
    assert "1行与库中不同的已定值此前已提出变更申请" in again.outcome


def test_of_a_file_that_says_more_only_the_rest_is_proposed(people):
    commit(listed(TOTAL, people, people.owner), actor=people.owner, reason="调整")
    more = listed(TOTAL.replace("2019-2022", "2019-2023"), people, people.owner)
    assert {line.label for line in preview(more).rows[0].lines} == {"变更申请·计划竣工", "已申请待审核·总投资（万元）"}
    commit(more, actor=people.owner, reason="调整")
    assert [one.changes for one in Proposal.objects.order_by("pk")] == [
        [["total_wan", "12000", "13000"]],
        [["planned_finish", "2022", "2023"]],
    ]


def test_what_was_turned_down_can_be_proposed_again(people):
    commit(listed(TOTAL, people, people.owner), actor=people.owner, reason="调整")
    refuse(proposal_id=Proposal.objects.get().pk, actor=people.reviewer, note="缺批复")
    again = listed(TOTAL, people, people.owner)
    assert (again.counts["proposals"], again.counts["waiting"]) == (1, 0)


def test_two_files_checked_side_by_side_ask_once(people):
    early, late = (listed(TOTAL, people, people.owner) for _ in range(2))
    commit(early, actor=people.owner, reason="调整")
    commit(late, actor=people.owner, reason="调整")
    assert Proposal.objects.count() == 1
    assert "另生成" not in late.outcome


def test_a_value_that_moved_since_the_check_is_not_proposed_from(people):
    upload = listed(TOTAL, people, people.owner)
    hold(total_wan=Decimal(12500))
    with pytest.raises(MovedError, match="滨海大道改造工程"):
        commit(upload, actor=people.owner, reason="调整")
    assert Proposal.objects.count() == 0


def test_undo_of_a_list_takes_its_question_back_and_redo_puts_it_again(people):
    upload = listed(TOTAL, people, people.owner)
    commit(upload, actor=people.owner, reason="调整")
    undo(upload, actor=people.owner, reason="报错")
    assert (Proposal.objects.get().state, upload.state) == ("withdrawn", "undone")
    assert upload.outcome == "已撤回：该上传没有改变任何数据；1条待审的变更申请一并撤回。"
    redo(upload, actor=people.owner)
    assert (Proposal.objects.get().state, upload.state) == ("open", "committed")
    assert upload.outcome == "已恢复；1条变更申请重新待审。"


def test_what_waits_elsewhere_by_now_is_not_put_up_again(people):
    upload = listed(TOTAL, people, people.owner)
    commit(upload, actor=people.owner, reason="调整")
    undo(upload, actor=people.owner)
    commit(listed(TOTAL, people, people.owner), actor=people.owner, reason="调整")
    redo(upload, actor=people.owner)
    assert [one.state for one in Proposal.objects.order_by("pk")] == ["withdrawn", "open"]
    assert upload.outcome == "已恢复。"


def test_what_was_approved_stays_and_the_page_says_so(people, signed_in):
    upload = listed(TOTAL.replace("2019-2021", "2019-2022"), people, people.owner)
    commit(upload, actor=people.owner, reason="调整")
    total_, finish = Proposal.objects.order_by("pk")
    approve(proposal_id=total_.pk, actor=people.reviewer, doc_no="青发改〔2020〕12号")
    page = signed_in(people.owner).get(reverse("exchange:undo-preview", args=[upload.public_id])).content.decode()
    assert "1 条待审的变更申请一并撤回" in page
    assert "1 条变更申请已经批准，写入的值不随本次撤回" in page
    undo(upload, actor=people.owner)
    assert (first_project().total_wan, Proposal.objects.get(pk=finish.pk).state) == (Decimal(13000), "withdrawn")
    page = signed_in(people.owner).get(reverse("exchange:redo-preview", args=[upload.public_id])).content.decode()
    assert "1 条变更申请重新待审" in page


def test_a_district_does_not_take_back_what_stands_on_a_list(people):
    upload = check(receive(xlsx(TOTAL), "清单.xlsx", actor=people.city, unit=people.unit_a, list_version=version()), actor=people.city)
    commit(upload, actor=people.city, reason="年中调整")
    with pytest.raises(NotAllowedError) as refused:
        undo(upload, actor=people.owner)
    assert (refused.value.code, first_project().total_wan, Entry.objects.count()) == ("list", Decimal(13000), 2)
    undo(upload, actor=people.city)
    assert (first_project().total_wan, Entry.objects.count()) == (Decimal(12000), 0)


# --- Whose word it is --------------------------------------------------------------------------------------------------------------


def test_a_district_puts_nothing_on_a_list(people):
    with pytest.raises(NotAllowedError) as refused:
        receive(xlsx(TOTAL), "清单.xlsx", actor=people.owner, unit=people.unit_a, list_version=version())
    assert (refused.value.code, Upload.objects.filter(filename="清单.xlsx").count()) == ("list", 1)


def test_a_district_does_not_commit_what_the_city_sent_for_a_list(people):
    upload = check(receive(xlsx(TOTAL), "清单.xlsx", actor=people.city, unit=people.unit_a, list_version=version()), actor=people.city)
    for each in (upload, check(upload, actor=people.owner)):
        with pytest.raises(NotAllowedError) as refused:
            commit(each, actor=people.owner, reason="调整")
        assert refused.value.code == "list"
    assert (first_project().total_wan, Entry.objects.count(), Proposal.objects.count()) == (Decimal(12000), 0, 0)


def test_what_the_shell_sent_is_checked_again_before_a_person_commits_it(people):
    harmless, upload = (check(receive(xlsx(table), "清单.xlsx", actor=None, unit=people.unit_a), actor=None) for table in (LIST, TOTAL))
    commit(harmless, actor=people.owner, reason="无变化")
    with pytest.raises(StateError) as refused:
        commit(upload, actor=people.owner, reason="调整")
    assert (refused.value.code, first_project().total_wan) == ("recheck", Decimal(12000))
    commit(check(upload, actor=people.owner), actor=people.owner, reason="调整")
    assert (first_project().total_wan, Proposal.objects.count()) == (Decimal(12000), 1)


# --- Where they are seen -----------------------------------------------------------------------------------------------------------


def test_the_reviewers_list_and_the_project_page_name_the_row_of_the_upload(people, signed_in):
    upload = listed(TOTAL, people, people.owner)
    commit(upload, actor=people.owner, reason="调整")
    made = Proposal.objects.get()
    for address in (
        reverse("admin:projects_proposal_changelist") + f"?upload_id={upload.pk}",
        reverse("admin:projects_proposal_change", args=[made.pk]),
        reverse("admin:projects_project_page", args=[first_project().pk]),
    ):
        page = signed_in(people.reviewer).get(address).content.decode()
        assert made.place in page, address
        assert reverse("upload-by-number", args=[upload.pk]) in page, address
        assert f"申请 #{made.pk}" in page or "12,000 → 13,000" in page, address
    other = reverse("admin:projects_proposal_changelist") + f"?upload_id={upload.pk + 1}"
    assert made.place not in signed_in(people.reviewer).get(other).content.decode()
    committed = signed_in(people.owner).get(reverse("exchange:upload", args=[upload.public_id])).content.decode()
    assert f"{reverse('admin:projects_proposal_changelist')}?upload_id={upload.pk}" in committed

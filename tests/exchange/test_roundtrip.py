"""A template goes out, is filled and comes back, while others edit: cell by cell what happens to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent
from accounts.roles import Role
from exchange.merge import Take, conflicts_of, kept_of
from exchange.models import Upload
from exchange.plan import Action
from exchange.services.commit import commit
from exchange.services.conflicts import choose_for
from exchange.services.faults import NotAllowedError, StateError
from exchange.services.preview import Show, preview
from exchange.services.template import make_template
from exchange.sheets import Kind
from exchange.sheets.stamp import STAMP_SHEET
from projects.models import MonthReport, Project, Proposal, ReportingPeriod
from projects.services.periods import lock_period
from tests.books import Sheet, xlsx
from tests.exchange.cast import Cast, client_of, make_cast
from tests.exchange.excel import Excel
from tests.exchange.roundtrip import JUNE, MAY, NAMES, begin, changed_cells, choose, committed, edit, fill_june, rows_of, sent, state, template
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_cast(with_reference=True)
    begin(made)
    return made


@pytest.fixture
def june(cast: Cast) -> Cast:
    """June reported as well."""
    committed(sent(fill_june(Excel(template(cast))).saved(), cast), cast)
    return cast


def codes(upload: Upload) -> set[str]:
    return {finding["code"] for finding in upload.findings}


def test_a_filled_template_goes_in_as_it_was_filled(june: Cast) -> None:
    report = MonthReport.objects.get(project__name=NAMES[2], period__month=6)
    assert (report.done_month_wan, report.done_ytd_wan, report.progress_text) == (360, 1860, "6月进展3")
    assert report.history.first().upload_id == Upload.objects.latest("pk").pk


@pytest.mark.parametrize("kind", [Kind.MONTHLY, Kind.INFRASTRUCTURE])
def test_unchanged_it_plans_nothing_and_says_nothing(june: Cast, kind: Kind) -> None:
    before = state()
    upload = sent(make_template(june.unit, JUNE, actor=june.owner, kind=kind).content, june)
    assert (upload.counts["base"], upload.counts["same"], changed_cells(upload), upload.findings) == ("template", 5, {}, [])
    commit(upload, actor=june.owner)
    assert state() == before


def test_unfilled_rows_are_not_reported_and_block_nothing(cast: Cast) -> None:
    upload = sent(Excel(template(cast)).put(NAMES[0], 本月完成投资=100, 本年累计完成投资=600, 自开工累计完成投资=900, 形象进度="路面").saved(), cast)
    assert (upload.counts["error"], upload.counts["unfilled"], list(changed_cells(upload))) == (0, 4, [NAMES[0]])
    committed(upload, cast)
    assert MonthReport.objects.filter(period__month=6).count() == 1


def test_only_theirs_is_applied_only_ours_stays(june: Cast) -> None:
    excel = Excel(template(june)).put(NAMES[0], 备注="本区备注")
    edit(NAMES[0], contact="周工", total_wan=13000)
    edit(NAMES[0], month=JUNE, problems="管线迁改未完成")
    upload = sent(excel.saved(), june)
    assert changed_cells(upload) == {NAMES[0]: {"remarks": "本区备注"}}
    assert {(name, cell.ours) for row in rows_of(upload) for name, cell in kept_of(row)} == {
        *(("contact", "周工"), ("total_wan", 13_000_000_000), ("problems", "管线迁改未完成")),
    }
    assert upload.counts["kept"] == 3
    committed(upload, june)
    project = Project.objects.get(name=NAMES[0])
    assert (project.contact, project.total_wan, project.remarks) == ("周工", 13000, "本区备注")
    page = client_of(june.owner).get(f"/uploads/{upload.public_id}/?show=kept").content.decode()
    assert "保留 周工" in page


def test_the_same_change_on_both_sides_is_nothing(june: Cast) -> None:
    excel = Excel(template(june)).put(NAMES[0], 联系人="周工")
    edit(NAMES[0], contact="周工")
    upload = sent(excel.saved(), june)
    assert (changed_cells(upload), upload.counts["conflict"], upload.counts["kept"]) == ({}, 0, 0)


def test_a_conflict_shows_three_values_and_holds_the_commit_until_it_is_chosen(june: Cast) -> None:
    excel = Excel(template(june)).put(NAMES[0], 联系人="他们", 形象进度="他们的进展").put(NAMES[1], 备注="照样")
    edit(NAMES[0], contact="我们")
    edit(NAMES[0], month=JUNE, progress_text="我们的进展")
    upload = sent(excel.saved(), june)
    assert (upload.counts["conflict"], upload.counts["change"]) == (1, 1)
    lines = {line.label: (line.base, line.ours, line.theirs) for row in preview(upload, Show.CONFLICT).rows for line in row.conflicts}
    assert lines == {"联系人": ("张工", "我们", "他们"), "形象进度": ("6月进展1", "我们的进展", "他们的进展")}
    with pytest.raises(StateError) as refused:
        commit(upload, actor=june.owner, reason="核实")
    assert refused.value.code == "conflict"
    keys = {line.label: line.key for row in preview(upload, Show.CONFLICT).rows for line in row.conflicts}
    upload = choose(upload, {keys["联系人"]: Take.THEIRS}, actor=june.owner)
    assert upload.counts["conflict"] == 1, "one cell is still open"
    upload = choose(upload, {keys["形象进度"]: Take.OURS}, actor=june.owner)
    assert (upload.counts["conflict"], upload.counts["change"]) == (0, 2)
    kept = upload.choices[keys["联系人"]]
    assert (kept["take"], kept["by"], kept["who"]) == ("theirs", june.owner.pk, "owner某")
    commit(upload, actor=june.owner, reason="核实")
    assert Project.objects.get(name=NAMES[0]).contact == "他们"
    assert MonthReport.objects.get(project__name=NAMES[0], period__month=6).progress_text == "我们的进展"
    assert Project.objects.get(name=NAMES[1]).remarks == "照样"
    assert AuditEvent.objects.filter(event="upload.choose").count() == 2


def test_the_rules_judge_what_was_chosen_from_both_sides(june: Cast) -> None:
    excel = Excel(template(june)).put(NAMES[0], 本月完成投资=700, 本年累计完成投资=1200, 自开工累计完成投资=1500)
    edit(NAMES[0], month=JUNE, done_month_wan=150, done_ytd_wan=650, cum_total_wan=950)
    upload = sent(excel.saved(), june)
    assert (upload.counts["conflict"], upload.counts["error"]) == (1, 0)
    keys = {line.label: line.key for row in preview(upload, Show.CONFLICT).rows for line in row.conflicts}
    (month_key,) = [key for label, key in keys.items() if "本月" in label]
    choose(upload, {month_key: Take.THEIRS}, others=Take.OURS, actor=june.owner)
    wrong = [(each["code"], each["row"]) for each in upload.findings if each["severity"] == "error"]
    assert wrong == [("ytd_below_month", 6)], "700 in June beside 650 since January"
    assert upload.counts["conflict"] == 0
    with pytest.raises(StateError) as refused:
        commit(upload, actor=june.owner, reason="核实")
    assert refused.value.code == "blocked"
    assert {line.taken for row in preview(upload, Show.CONFLICT).rows for line in row.conflicts} == {"ours", "theirs"}, "may be chosen again"
    choose(upload, dict.fromkeys(keys.values(), Take.THEIRS), actor=june.owner)
    assert upload.counts["error"] == 0
    assert "return_late" in codes(upload), "what a choice hands in may be late"
    commit(upload, actor=june.owner, reason="核实")
    report = MonthReport.objects.get(project__name=NAMES[0], period__month=6)
    assert (report.done_month_wan, report.done_ytd_wan, report.cum_total_wan) == (700, 1200, 1500)


def test_what_no_rule_has_judged_is_not_committed(june: Cast) -> None:
    excel = Excel(template(june)).put(NAMES[0], 联系人="他们")
    edit(NAMES[0], contact="我们")
    upload = choose_for(sent(excel.saved(), june), {}, others=Take.THEIRS, actor=june.owner)
    with pytest.raises(StateError) as refused:
        commit(upload, actor=june.owner, reason="核实")
    assert refused.value.code == "unjudged"


def test_a_choice_outlives_another_check_unless_a_value_moved(june: Cast) -> None:
    excel = Excel(template(june)).put(NAMES[0], 联系人="他们")
    edit(NAMES[0], contact="我们")
    upload = choose(sent(excel.saved(), june), {}, others=Take.THEIRS, actor=june.owner)
    client = client_of(june.owner)
    client.post(f"/uploads/{upload.public_id}/check/")
    upload.refresh_from_db()
    assert (upload.counts["conflict"], changed_cells(upload)) == (0, {NAMES[0]: {"contact": "他们"}})
    edit(NAMES[0], contact="我们又改")
    client.post(f"/uploads/{upload.public_id}/check/")
    upload.refresh_from_db()
    assert upload.counts["conflict"] == 1, "another value: it is asked again"


def test_a_base_that_history_has_lost_is_shown_as_unknown(june: Cast) -> None:
    excel = Excel(template(june)).put(NAMES[0], 联系人="他们")
    Project.history.filter(name=NAMES[0]).delete()
    edit(NAMES[0], contact="我们")
    lines = [line for row in preview(sent(excel.saved(), june), Show.CONFLICT).rows for line in row.conflicts]
    assert [(line.base, line.ours, line.theirs) for line in lines] == [("—", "我们", "他们")]


def test_order_names_and_missing_rows_do_not_matter(june: Cast) -> None:
    plain = Excel(template(june)).put(NAMES[3], 备注="改了").put(NAMES[1], 联系人="换人")
    expected = changed_cells(sent(plain.saved(), june))
    turned = Excel(template(june)).put(NAMES[3], 备注="改了").put(NAMES[1], 联系人="换人")
    rows = [[cell.value for cell in row] for row in turned.sheet.iter_rows(min_row=4, max_row=8)]
    for number, row in enumerate(reversed(rows), start=4):
        for column, value in enumerate(row, start=1):
            turned.sheet.cell(number, column).value = value
    turned.sheet.title = "崂山6月"
    turned.sheet.delete_rows(turned.rows[NAMES[4]])
    turned.sheet.insert_rows(5)
    upload = sent(turned.saved(), june)
    assert changed_cells(upload) == expected == {NAMES[3]: {"remarks": "改了"}, NAMES[1]: {"contact": "换人"}}


def test_a_row_of_another_unit_is_held_and_named(june: Cast) -> None:
    foreign = "序号|项目名称|项目代码|所属区市|总投资（万元）|行业领域|建设性质\n1|城阳路网工程|2019-370214-48-01-000009|城阳区|9000|城建|新建"
    committed_foreign = sent(xlsx(Sheet("项目表", foreign)), june, user=june.stranger, unit=june.other, name="城阳区.xlsx")
    assert committed_foreign.counts["create"] == 1, committed_foreign.findings
    commit(committed_foreign, actor=june.stranger, reason="核实")
    excel = Excel(template(june))
    row = excel.sheet.max_row + 1
    excel.sheet.cell(row, 1).value = 6
    for heading, value in (("项目名称", "城阳路网工程"), ("项目代码", "2019-370214-48-01-000009"), ("所属区市", "城阳区"), ("总投资（万元）", 9000)):
        excel.sheet.cell(row, excel.columns[heading]).value = value
    upload = sent(excel.saved(), june, user=june.officer, unit=None)
    assert upload.unit == june.unit, "the template says whose it is"
    blocking = [finding for finding in upload.findings if finding["severity"] == "error" and finding["row"] == row]
    assert any("城阳路网工程" in finding["zh"] for finding in blocking)


def test_another_units_and_another_months_template_are_refused_with_both_names(june: Cast) -> None:
    content = template(june)
    other = sent(content, june, user=june.officer, unit=june.other)
    assert any("崂山区" in each["zh"] and "城阳区" in each["zh"] for each in other.findings if each["code"] == "template_other_unit")
    assert other.counts["error"]
    wrong = sent(content, june, period=MAY)
    assert any("2020-06" in each["zh"] and "2020-05" in each["zh"] for each in wrong.findings if each["code"] == "template_other_period")
    retitled = Excel(content)
    retitled.sheet["A1"].value = "2020年5月重大项目进展填报表"
    retitled.sheet["C2"].value = "报告期：2020年5月"
    assert "template_other_period" in codes(sent(retitled.saved(), june))


@pytest.mark.parametrize("how", ["edited", "removed", "copied"])
def test_without_its_stamp_it_is_a_workbook_made_by_hand_and_says_so(june: Cast, how: str) -> None:
    excel = Excel(template(june)).put(NAMES[0], 备注="改了")
    edit(NAMES[0], contact="周工")
    if how == "edited":
        stamp = excel.book[STAMP_SHEET]
        stamp["C5"].value, stamp["C6"].value = stamp["C6"].value, stamp["C5"].value
    else:
        del excel.book[STAMP_SHEET]
        if how == "copied":
            del excel.book["_lists"], excel.book["填表说明"]
    upload = sent(excel.saved(), june)
    assert upload.counts["base"] == ("tampered" if how == "edited" else "none")
    assert ("template_tampered" in codes(upload)) == (how == "edited")
    assert changed_cells(upload)[NAMES[0]] == {"remarks": "改了", "contact": "张工"}, "compared with what is stored now"
    page = client_of(june.owner).get(f"/uploads/{upload.public_id}/").content.decode()
    assert "无导出基准，按当前数据对比" in page


def test_own_sheets_and_grey_columns_are_not_read(june: Cast) -> None:
    excel = Excel(template(june))
    for name in NAMES:
        excel.cell(name, "参考·上次本年累计完成投资").value = 1
    upload = sent(excel.saved(), june)
    assert (changed_cells(upload), upload.findings) == ({}, [])
    assert [sheet["name"] for sheet in upload.sheets] == ["月度进展"]


def test_locked_cells_changed_all_the_same_are_changes_to_be_seen(june: Cast) -> None:
    upload = sent(Excel(template(june)).put(NAMES[0], 总投资=15000).saved(), june)
    assert changed_cells(upload)[NAMES[0]]["total_wan"] == 15_000_000_000


@pytest.mark.parametrize("kind", [Kind.MONTHLY, Kind.INFRASTRUCTURE])
def test_a_decided_value_chosen_from_the_file_is_proposed_and_counted(june: Cast, kind: Kind) -> None:
    content = Excel(make_template(june.unit, JUNE, actor=june.owner, kind=kind).content).put(NAMES[0], 总投资=15000).saved()
    edit(NAMES[0], total_wan=13000)

    def standing(upload: Upload) -> tuple[int, ...]:
        return tuple(upload.counts[name] for name in ("conflict", "change", "same", "proposals", "only_proposals", "waiting"))

    upload = sent(content, june)
    assert standing(upload) == (1, 0, 4, 0, 0, 0)
    assert standing(choose(upload, {}, others=Take.OURS, actor=june.owner)) == (0, 0, 5, 0, 0, 0)
    key = preview(upload, Show.CONFLICT).rows[0].conflicts[0].key
    assert standing(choose(upload, {key: Take.THEIRS}, actor=june.owner)) == (0, 1, 4, 1, 1, 0)
    later = sent(content, june)
    commit(upload, actor=june.owner, reason="核实")
    assert Project.objects.get(name=NAMES[0]).total_wan == 13000
    assert Proposal.objects.get().changes == [["total_wan", "13000", "15000"]]
    assert standing(choose(later, {key: Take.THEIRS}, actor=june.owner)) == (0, 0, 5, 0, 0, 1)


def test_a_conflict_in_a_locked_month_is_said_as_locked(june: Cast) -> None:
    content = Excel(template(june)).put(NAMES[0], 形象进度="他们的进展").saved()
    edit(NAMES[0], month=JUNE, progress_text="我们的进展")
    lock_period(period_id=ReportingPeriod.objects.get(month=6).pk, actor=make_user("keeper", Role.CITY_ADMINISTRATOR), reason="到期")
    upload = sent(content, june)
    (found,) = [each for each in upload.findings if each["code"] == "period_closed"]
    assert (found["severity"], found["col"] is not None, upload.counts["error"]) == ("error", True, 1)
    assert "：我们的进展 → 他们的进展" in found["zh"]
    assert tuple(upload.counts[name] for name in ("held", "conflict", "change", "same")) == (1, 0, 0, 4)
    page = client_of(june.owner).get(f"/uploads/{upload.public_id}/").content.decode()
    assert "没有可以写入的内容：1 行会改变已锁定或未开放的月份，受阻。其余各行与库中一致。" in page
    assert "有1处会改变已锁定或未开放的月份，不能入库" in page
    assert "没有需要变更的内容" not in page
    assert "也可以先提交无误的" not in page, "the other rows would change nothing"


def test_a_conflict_outside_a_locked_month_stays_a_conflict(june: Cast) -> None:
    content = Excel(template(june)).put(NAMES[0], 联系人="他们").put(NAMES[1], 形象进度="他们的进展").put(NAMES[2], 备注="照样").saved()
    edit(NAMES[0], contact="我们")
    lock_period(period_id=ReportingPeriod.objects.get(month=6).pk, actor=make_user("keeper", Role.CITY_ADMINISTRATOR), reason="到期")
    upload = sent(content, june)
    assert tuple(upload.counts[name] for name in ("held", "conflict", "change", "same")) == (1, 1, 1, 2)
    assert "也可以先提交无误的 4 行" in client_of(june.owner).get(f"/uploads/{upload.public_id}/").content.decode()


# --- choosing at the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_conflict(june: Cast) -> Upload:
    excel = Excel(template(june)).put(NAMES[0], 联系人="他们")
    edit(NAMES[0], contact="我们")
    return sent(excel.saved(), june)


def test_page_offers_the_three_values_and_takes_the_choice(june: Cast, open_conflict: Upload) -> None:
    client, address = client_of(june.owner), f"/uploads/{open_conflict.public_id}/"
    page = client.get(address).content.decode()
    assert all(words in page for words in ("张工", "我们", "他们", 'value="ours"', 'value="theirs"', "逐项选择"))
    (conflict,) = client.get(address + "conflicts.json").json()["conflicts"]
    assert "待选1，共1" in client.get(address).content.decode()
    answer = client.post(address + "choose/", {f"take.{conflict['key']}": "theirs"})
    assert "待选0，共1" in client.get(address).content.decode(), "the tab counts what is left"
    assert (answer.status_code, answer["Location"]) == (303, address + "?show=changed#preview")
    assert changed_cells(open_conflict) == {NAMES[0]: {"contact": "他们"}}


@pytest.mark.parametrize("given_form, status", [({"take.x": "mine"}, 400), ({}, 409), ({"take.no-such-key": "ours"}, 409), ({"others": "ours"}, 303)])
def test_choice_that_is_none_changes_nothing(june: Cast, open_conflict: Upload, given_form: dict[str, str], status: int) -> None:
    assert client_of(june.owner).post(f"/uploads/{open_conflict.public_id}/choose/", given_form).status_code == status
    assert [row.action for row in rows_of(open_conflict) if row.name == NAMES[0]] == [Action.SAME if status == 303 else Action.CONFLICT]


def test_only_who_may_upload_may_choose(june: Cast, open_conflict: Upload) -> None:
    form = {"others": "theirs"}
    assert client_of(june.reviewer).post(f"/uploads/{open_conflict.public_id}/choose/", form).status_code == 403
    assert client_of(june.stranger).post(f"/uploads/{open_conflict.public_id}/choose/", form).status_code == 404
    assert client_of(june.owner, enforce_csrf_checks=True).post(f"/uploads/{open_conflict.public_id}/choose/", form).status_code == 403
    with pytest.raises(NotAllowedError):
        choose(open_conflict, {}, others=Take.OURS, actor=june.stranger)
    choose(open_conflict, {}, others=Take.OURS, actor=june.owner)
    open_conflict.refresh_from_db()
    commit(open_conflict, actor=june.owner, reason="核实")
    with pytest.raises(StateError):
        choose(open_conflict, {}, others=Take.THEIRS, actor=june.owner)


# --- as laws ----------------------------------------------------------------------------------------------------------------------

WORDS = {"联系人": "contact", "联系电话": "phone", "备注": "remarks", "形象进度": "progress_text", "存在问题": "problems"}
EDITS = st.dictionaries(st.tuples(st.sampled_from(NAMES), st.sampled_from(list(WORDS))), st.sampled_from(["", "甲", "乙", "丙"]), max_size=8)


@given(theirs=EDITS, ours=EDITS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_planned_kept_and_asked_is_exactly_what_moved(june: Cast, theirs: dict[Any, str], ours: dict[Any, str]) -> None:
    """Each example starts from the state the last one left: the law holds from any."""
    content = template(june)
    start = state()

    def stored(name: str, heading: str) -> str:
        key = f"{name} 2020-6" if heading in ("形象进度", "存在问题") else name
        return start[key][WORDS[heading]]

    excel = Excel(content)
    for (name, heading), value in theirs.items():
        excel.put(name, **{heading: value or None})
    for (name, heading), value in ours.items():
        edit(name, **{WORDS[heading]: value}, **({"month": JUNE} if heading in ("形象进度", "存在问题") else {}))
    upload = sent(excel.saved(), june)
    assert upload.counts["error"] == 0, upload.findings
    moved = {key: value for key, value in theirs.items() if value != stored(*key)}
    moved_here = {key: value for key, value in ours.items() if value != stored(*key)}
    asked = {(row.name, conflict.field) for row in rows_of(upload) for conflict in conflicts_of(row)}
    assert asked == {(name, WORDS[heading]) for (name, heading), value in moved.items() if moved_here.get((name, heading), value) != value}
    planned = {(name, column): value for name, cells in changed_cells(upload).items() for column, value in cells.items()}
    assert planned == {(name, WORDS[heading]): value for (name, heading), value in moved.items() if (name, heading) not in moved_here}
    if asked:
        upload = choose(upload, {}, others=Take.OURS, actor=june.owner)
    before = state()
    commit(upload, actor=june.owner, reason="核实")
    after = state()
    expected = {key: dict(row) for key, row in before.items()}
    for (name, column), value in planned.items():
        expected[f"{name} 2020-6" if column in ("progress_text", "problems") else name][column] = value
    assert after == expected


def test_a_month_sheet_renames_nothing_and_says_so(june: Cast) -> None:
    upload = sent(Excel(template(june)).put(NAMES[0], 形象进度="路面铺装过半", 项目名称="另一个名称").saved(), june)
    (said,) = [finding for finding in upload.findings if finding["code"] == "name_kept"]
    assert (said["severity"], said["field"]) == ("warning", "name")
    assert f"系统中为“{NAMES[0]}”，本文件为“另一个名称”" in said["zh"]
    committed(upload, june)
    assert "月报仍是草稿，须由本单位审核人提交" in upload.outcome
    assert not Project.objects.filter(name="另一个名称").exists()
    assert MonthReport.objects.get(project__name=NAMES[0], period__month=6).progress_text == "路面铺装过半"

"""Uploads and the monthly cycle: a closed month is a fault of the cell and refuses the commit; what a file changes loses its approval."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from exchange.models import Upload
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.faults import MovedError, StateError
from exchange.services.preview import Show, preview
from exchange.services.receive import receive
from exchange.services.undo import redo, undo
from exchange.views.page import commit_barrier
from projects.models import MonthReport, ReportingPeriod, ReviewEvent, Source, changes_from
from projects.services.periods import grant_exception, lock_period
from projects.services.reviews import move_many
from projects.workflow import Verb
from tests.books import Sheet, xlsx
from tests.exchange.cast import Cast, client_of, make_cast, project_list
from tests.factories import make_user

pytestmark = pytest.mark.django_db
MONTH = """
    崂山区重点项目2020年6月进展情况
    单位：万元
    序号|项目名称|项目代码|所属区市|总投资|2020年计划投资|6月完成投资|1-6月累计完成投资|形象进度
    1|株洲路拓宽改造|2019-370212-48-01-000001|崂山区|12000|4000|{done}|{ytd}|路基完成80%，桥涵完成两座
    2|张村河综合整治|2019-370212-76-01-000002|崂山区|30000|9000|1500|6000|河道清淤完成，护岸砌筑过半
"""


def month_file(done: int = 700, ytd: int = 2200) -> bytes:
    return xlsx(Sheet("月报", MONTH.format(done=done, ytd=ytd)))


@pytest.fixture
def cast(db: Any) -> Cast:
    """A district whose June is stored."""
    made = make_cast(with_reference=True)
    for content in (project_list(), month_file()):
        commit(checked(made, content), actor=made.owner, reason="测试")
    assert MonthReport.objects.count() == 2
    return made


@pytest.fixture
def keeper(cast: Cast) -> Any:
    return make_user("keeper", Role.CITY_ADMINISTRATOR, display_name="李敏")


def checked(cast: Cast, content: bytes) -> Upload:
    return check(receive(content, "月报.xlsx", actor=cast.owner, unit=cast.unit), actor=cast.owner)


def lock(keeper: Any) -> ReportingPeriod:
    return lock_period(period_id=ReportingPeriod.objects.get().pk, actor=keeper, reason="到期")


def said(upload: Upload) -> list[tuple[str, int | None, str | None]]:
    return [(found["zh"], found["row"], found["col"]) for found in upload.findings if found["code"] == "period_closed"]


def test_a_locked_month_named_only_in_the_file_is_a_fault_of_its_cell(cast: Cast, keeper: Any) -> None:
    lock(keeper)
    upload = checked(cast, month_file(done=800, ytd=2300))
    ((words, row, column),) = said(upload)
    assert "2020年6月已由李敏于" in words
    assert (row, column) == (4, "G")
    assert upload.counts["held"] == 1
    with pytest.raises(StateError) as refused:
        commit(upload, actor=cast.owner, reason="说明")
    assert refused.value.code == "blocked"


def test_a_locked_month_that_says_what_is_stored_harms_nothing(cast: Cast, keeper: Any) -> None:
    lock(keeper)
    upload = checked(cast, month_file())
    assert (said(upload), upload.counts["error"], upload.counts["change"]) == ([], 0, 0)


def test_an_exception_lets_the_unit_in(cast: Cast, keeper: Any) -> None:
    period = lock(keeper)
    until = timezone.now() + timedelta(days=1)
    grant_exception(period_id=period.pk, unit_id=cast.unit.pk, until=until, actor=keeper, reason="补报")
    commit(checked(cast, month_file(done=800, ytd=2300)), actor=cast.owner, reason="补报")
    assert MonthReport.objects.filter(done_month_wan=800, done_ytd_wan=2300).count() == 1


def test_a_month_locked_after_the_check_refuses_the_commit(cast: Cast, keeper: Any) -> None:
    upload = checked(cast, month_file(done=800, ytd=2300))
    before = list(MonthReport.objects.order_by("pk").values())
    assert commit_barrier(upload, cast.owner) == ""
    lock(keeper)
    assert "锁定" in commit_barrier(upload, cast.owner)
    assert "该文件是在这之前检查的，不能提交" in commit_barrier(upload, cast.owner)
    with pytest.raises(StateError) as refused:
        commit(upload, actor=cast.owner, reason="说明")
    assert refused.value.code == "locked"
    assert "未写入任何内容" in refused.value.zh
    assert list(MonthReport.objects.order_by("pk").values()) == before


def test_a_file_takes_the_approval_of_what_it_changes_and_of_nothing_else(cast: Cast) -> None:
    ids = list(MonthReport.objects.order_by("pk").values_list("pk", flat=True))
    move_many(verb=Verb.SUBMIT, report_ids=ids, actor=cast.officer)
    assert len(move_many(verb=Verb.APPROVE, report_ids=ids, actor=cast.reviewer, even_open=True).done) == 2
    upload = checked(cast, month_file(done=800, ytd=2300))
    commit(upload, actor=cast.owner, reason="统计核增")
    assert list(MonthReport.objects.order_by("pk").values_list("state", flat=True)) == ["draft", "approved"]
    event = ReviewEvent.objects.get(verb="void")
    assert (event.report_id, event.from_state, event.by, event.reason, event.upload_id) == (ids[0], "approved", cast.owner, "统计核增", upload.pk)
    history = MonthReport.history.filter(id=ids[0]).order_by("-history_id").first()
    assert (history.state, history.upload_id) == ("draft", upload.pk)


def test_the_commit_says_where_the_written_reports_stand(cast: Cast, keeper: Any) -> None:
    ids = list(MonthReport.objects.order_by("pk").values_list("pk", flat=True))
    move_many(verb=Verb.SUBMIT, report_ids=ids, actor=cast.officer)
    move_many(verb=Verb.RETURN, report_ids=ids[1:], actor=cast.reviewer, reason="请核实")
    both = xlsx(Sheet("月报", MONTH.format(done=800, ytd=2300).replace("河道清淤完成", "河道清淤全部完成")))
    done = commit(checked(cast, both), actor=cast.owner, reason="核实")
    assert "写入的月报现为草稿1条、已退回1条。草稿和已退回的须由本单位审核人提交" in done.outcome
    assert "1 draft, 1 returned" in done.outcome_en
    again = commit(
        checked(cast, xlsx(Sheet("月报", MONTH.format(done=900, ytd=2400).replace("河道清淤完成", "河道清淤全部完成")))),
        actor=cast.owner,
        reason="核实",
    )
    assert "月报仍是草稿" in again.outcome


def test_a_report_judged_after_the_check_is_not_overwritten(cast: Cast) -> None:
    ids = list(MonthReport.objects.values_list("pk", flat=True))
    upload = checked(cast, month_file(done=800, ytd=2300))
    move_many(verb=Verb.SUBMIT, report_ids=ids, actor=cast.officer)
    with pytest.raises(Exception, match="被他人修改"):
        commit(upload, actor=cast.owner, reason="说明")
    assert set(MonthReport.objects.values_list("state", flat=True)) == {"submitted"}


def test_the_cells_that_would_change_are_named_and_no_others(cast: Cast, keeper: Any) -> None:
    lock(keeper)
    text = MONTH.format(done=700, ytd=2200)
    upload = checked(cast, xlsx(Sheet("月报", text.replace("路基完成80%，桥涵完成两座", "路基全部完成，桥涵完成三座"))))
    ((words, row, column),) = said(upload)
    assert (row, column) == (4, "I")
    assert "I4“形象进度”：路基完成80%，桥涵完成两座 → 路基全部完成，桥涵完成三座" in words
    assert "G4" not in words
    ((words, _, column),) = said(checked(cast, month_file(done=800, ytd=2300)))
    assert column == "G"
    assert "：700 → 800；H4“" in words
    assert "：2200 → 2300" in words


# --- Said beforehand, and given back with the figures ------------------------------------------------------------------------------


def approved(cast: Cast) -> list[int]:
    ids = list(MonthReport.objects.order_by("pk").values_list("pk", flat=True))
    move_many(verb=Verb.SUBMIT, report_ids=ids, actor=cast.officer)
    assert len(move_many(verb=Verb.APPROVE, report_ids=ids, actor=cast.reviewer, even_open=True).done) == 2
    return ids


def states() -> list[str]:
    return list(MonthReport.objects.order_by("pk").values_list("state", flat=True))


def told(report_id: int) -> list[tuple[str, str, str]]:
    return list(ReviewEvent.objects.filter(report=report_id).order_by("id").values_list("verb", "from_state", "to_state"))


def test_a_preview_says_whose_approval_a_file_takes_away(cast: Cast) -> None:
    first, second = approved(cast)
    move_many(verb=Verb.RETURN, report_ids=[second], actor=cast.reviewer, reason="请核实")
    move_many(verb=Verb.SUBMIT, report_ids=[second], actor=cast.officer)
    upload = checked(cast, xlsx(Sheet("月报", MONTH.format(done=800, ytd=2300).replace("河道清淤完成", "河道清淤全部完成"))))
    assert (upload.counts["voids"], upload.counts["voids_submitted"]) == (1, 1)
    shown = preview(upload, Show.VOIDED)
    assert [(row.name, row.review) for row in shown.rows] == [("株洲路拓宽改造", "已审核"), ("张村河综合整治", "已提交")]
    client = client_of(cast.owner)
    words = client.get(f"/uploads/{upload.public_id}/?show=voided").content.decode()
    assert "提交后，1 条已审核的月报将退回草稿，需重新提交和审核。另有 1 条已提交、尚未审核的月报也退回草稿" in words
    assert "已审核 → 草稿" in words
    commit(upload, actor=cast.owner, reason="统计核增")
    assert (states(), MonthReport.objects.get(pk=first).state) == (["draft", "draft"], "draft")


def test_a_file_that_takes_no_approval_says_nothing_of_it(cast: Cast) -> None:
    approved(cast)
    upload = checked(cast, month_file())
    assert (upload.counts["voids"], preview(upload, Show.VOIDED).total) == (0, 0)
    assert "将退回草稿" not in client_of(cast.owner).get(f"/uploads/{upload.public_id}/").content.decode()


def test_an_undo_that_gives_the_approved_figures_back_gives_the_approval_back(cast: Cast) -> None:
    first, _second = approved(cast)
    upload = commit(checked(cast, month_file(done=800, ytd=2300)), actor=cast.owner, reason="统计核增")
    assert states() == ["draft", "approved"]
    words = client_of(cast.officer).get(f"/uploads/{upload.public_id}/undo/preview/").content.decode()
    assert "1条月报的数与原先提交或审核时完全相同，随之恢复原来的审核状态" in words
    undo(upload, actor=cast.officer, reason="报错了")
    assert states() == ["approved", "approved"]
    event = ReviewEvent.objects.get(verb="restore")
    assert (event.get_verb_display(), event.report_id, event.from_state, event.to_state) == ("随撤销恢复", first, "draft", "approved")
    assert (event.by, event.reason, event.upload_id) == (cast.officer, f"撤回上传 #{upload.pk}：报错了", upload.pk)
    history = MonthReport.history.filter(id=first).order_by("-history_id").first()
    assert (history.state, history.done_month_wan, history.upload_id) == ("approved", 700, upload.pk)
    assert "随之恢复原来的审核状态" in upload.outcome
    redo(upload, actor=cast.officer)
    assert states() == ["draft", "approved"]
    undo(upload, actor=cast.officer)
    assert states() == ["approved", "approved"]
    moves = [("void", "approved", "draft"), ("restore", "draft", "approved")]
    assert told(first)[-4:] == [*moves, *moves]


def test_an_approval_does_not_come_back_to_figures_that_nobody_approved(cast: Cast) -> None:
    first, _second = approved(cast)
    upload = commit(checked(cast, month_file(done=800, ytd=2300)), actor=cast.owner, reason="统计核增")
    with changes_from(Source("admin", cast.owner.pk)):
        report = MonthReport.objects.get(pk=first)
        report.problems = "管线迁改滞后"
        report.save()
    words = client_of(cast.officer).get(f"/uploads/{upload.public_id}/undo/preview/").content.decode()
    assert "1条月报不能恢复原来的审核状态，须重新提交和审核" in words
    undo(upload, actor=cast.officer)
    report.refresh_from_db()
    assert (report.done_month_wan, report.state) == (700, "draft")
    assert not ReviewEvent.objects.filter(verb="restore").exists()
    assert "须重新提交和审核" in upload.outcome


def test_a_report_handed_in_anew_since_must_be_reviewed_after_the_undo(cast: Cast) -> None:
    first, _second = approved(cast)
    upload = commit(checked(cast, month_file(done=800, ytd=2300)), actor=cast.owner, reason="统计核增")
    move_many(verb=Verb.SUBMIT, report_ids=[first], actor=cast.officer)
    undo(upload, actor=cast.officer)
    assert states() == ["draft", "approved"]
    assert told(first)[-1] == ("void", "submitted", "draft")
    assert (upload.reversals.get().counts["reviews_restored"], upload.reversals.get().counts["reviews_lost"]) == (0, 1)


def test_two_files_taken_back_one_after_the_other_bring_the_approval_back_with_the_last(cast: Cast) -> None:
    approved(cast)
    one = commit(checked(cast, month_file(done=800, ytd=2300)), actor=cast.owner, reason="核增")
    two = commit(checked(cast, month_file(done=900, ytd=2400)), actor=cast.owner, reason="再核增")
    undo(two, actor=cast.officer)
    assert states() == ["draft", "approved"]
    undo(one, actor=cast.officer)
    assert states() == ["approved", "approved"]


def test_nothing_comes_back_into_a_locked_month_and_the_page_and_the_refusal_say_why(cast: Cast, keeper: Any) -> None:
    upload = undo(commit(checked(cast, month_file(done=800, ytd=2300)), actor=cast.owner, reason="补报"), actor=cast.officer, reason="错报")
    lock(keeper)
    shown = client_of(cast.officer).get(reverse("exchange:redo-preview", args=[upload.public_id])).content.decode()
    for words in ("所在月份已锁定", "没有一处可以恢复，原因见上。"):
        assert words in shown
    assert "此后都已改变" not in shown
    with pytest.raises(MovedError, match="没有一处可以恢复原值，未写入任何内容：2处所在月份已锁定，保留。"):
        redo(upload, actor=cast.officer, reason="再来")

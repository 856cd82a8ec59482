"""Uploads and the monthly cycle: a closed month is a fault of the cell and refuses the commit; what a file changes loses its approval."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.roles import Role
from exchange.models import Upload
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.faults import StateError
from exchange.services.receive import receive
from projects.models import MonthReport, ReportingPeriod, ReviewEvent
from projects.services.periods import grant_exception, lock_period
from projects.services.reviews import move_many
from projects.workflow import Verb
from tests.books import Sheet, xlsx
from tests.exchange.cast import Cast, make_cast, project_list
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
    lock(keeper)
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

"""The whole month in a real browser, with four people: a district's officer fills, its reviewer hands in, the city approves and locks.

    template out → filled in → sent with two faults → marked file back → mended there and sent again → committed → handed in
    → one cell returned → mended in a fresh template → approved → locked → refused → exception → a later upload → taken back → correction
openpyxl plays Excel. Each person has a browser of their own, as they would.
"""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from exchange.models import Upload
from projects.models import Correction, MonthReport, ReportingPeriod, ReviewEvent
from tests.e2e.walking import PASSWORD, Walk
from tests.exchange.cast import make_cast, person
from tests.exchange.excel import Excel
from tests.factories import make_month, make_plan, make_project

pytestmark = pytest.mark.django_db(transaction=True)
ROAD, RIVER = "株洲路拓宽改造", "张村河综合整治"
PROGRESS = {ROAD: "路基完成百分之八十，排水管线完成", RIVER: "河道清淤完成三公里，护岸砌筑过半"}


class Month:
    """Four people, each at a browser, and the two projects they speak of."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        cast = make_cast(with_reference=True)
        self.unit = cast.unit
        people = {
            "fills": cast.owner,
            "hands_in": person("submitter", "district_reviewer", cast.unit),
            "approves": cast.reviewer,
            "locks": person("keeper", "city_administrator"),
        }
        self.may, self.june = (ReportingPeriod.objects.create(year=2020, month=month) for month in (5, 6))
        for name, total in ((ROAD, 12000), (RIVER, 30000)):
            project = make_project(name, cast.unit, total_wan=total, stage="build", planned_start="2019-05", actual_start="2019-05")
            make_plan(project, 4000)
            make_month(project, 5, done_month_wan=300, done_ytd_wan=1500, progress_text="五月：基础施工，完成管线迁改")
        self.walks: dict[str, Walk] = {}
        for part, user in people.items():
            user.set_password(PASSWORD)
            user.save()
            page = browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768}).new_page()
            self.walks[part] = Walk(page, address, folder / part)
            (folder / part).mkdir()
            self.walks[part].sign_in(user.username)
        self.address = address

    def page(self, part: str) -> Page:
        return self.walks[part].page

    def template(self) -> Excel:
        """The unit's workbook for June, as the district's officer downloads it."""
        page = self.page("fills")
        page.goto(f"{self.address}/uploads/template/?unit={self.unit.key}&period=2020-06&kind=monthly_progress")
        with page.expect_download() as coming:
            page.get_by_role("button", name="下载填报表").click()
        return Excel(coming.value.path().read_bytes())

    def send(self, content: bytes, name: str = "崂山6月.xlsx") -> Page:
        self.walks["fills"].send(name, content)
        return self.page("fills")

    def commit(self, content: bytes, reason: str = "") -> None:
        page = self.send(content)
        if reason:
            for summary in page.locator("details.optional summary").all():
                summary.click()
            page.fill("#commit-reason", reason)
        page.get_by_role("button", name="提交入库").click()
        expect(page.locator("#finish .note").first).to_contain_text("已入库")

    def open_unit(self, part: str) -> Page:
        page = self.page(part)
        page.goto(f"{self.address}/admin/projects/monthreport/unit/{self.unit.pk}/{self.june.pk}/")
        return page

    def report(self, name: str) -> MonthReport:
        return MonthReport.objects.get(project__name=name, period=self.june)

    def states(self) -> list[str]:
        return [self.report(name).state for name in (ROAD, RIVER)]


def filled(book: Excel, road: object = 2200, river: object = 2400, month: object = 900) -> bytes:
    book.put(ROAD, 本月完成投资=700, 本年累计完成投资=road, 形象进度=PROGRESS[ROAD])
    book.put(RIVER, 本月完成投资=month, 本年累计完成投资=river, 形象进度=PROGRESS[RIVER])
    return book.saved()


def test_a_month_from_the_template_to_the_correction(browser: Browser, live_server, tmp_path: Path) -> None:
    month = Month(browser, live_server.url, tmp_path)

    # Two faults; the marked file comes back with both at their cells.
    page = month.send(filled(month.template(), road="二千二百多", river=20))
    month.walks["fills"].shoot("two_faults")
    expect(page.get_by_role("button", name="提交入库")).to_be_disabled()
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载问题标注表").first.click()
    marked = coming.value.path().read_bytes()
    book = load_workbook(BytesIO(marked))
    assert book.sheetnames[0] == "问题清单"
    assert MonthReport.objects.filter(period=month.june).count() == 0

    # Mended in that very file, and sent again.
    month.commit(filled(Excel(marked, book.sheetnames[1])), "形象进度已电话核实")
    assert [month.report(name).done_ytd_wan for name in (ROAD, RIVER)] == [2200, 2400]

    # Handed in by another person of the district; one cell is returned by the city.
    page = month.open_unit("hands_in")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="提交所选").click()
    expect(page.locator("main")).to_contain_text("提交 2 条，留下 0 条")
    assert month.states() == ["submitted", "submitted"]
    page = month.open_unit("approves")
    page.locator("tr", has_text=RIVER).get_by_role("link", name="退回").click()
    page.fill("input[name=cell-done_month_wan]", "与投资统计不一致，请核对")
    page.fill("textarea[name=reason], input[name=reason]", "本月数有误")
    month.walks["approves"].shoot("return")
    page.get_by_role("button", name="退回").click()
    page.wait_for_url("**/unit/**")
    assert month.states() == ["submitted", "returned"]

    # The remark stands in the next template, at the cell; mended there, handed in again, and approved.
    book = month.template()
    assert "与投资统计不一致" in book.cell(RIVER, "本月完成投资").comment.text
    month.commit(book.put(RIVER, 本月完成投资=850, 本年累计完成投资=2350).saved(), "按统计部门核定数")
    page = month.open_unit("hands_in")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="提交所选").click()
    page = month.open_unit("approves")
    for name in (ROAD, RIVER):
        page.locator("tr", has_text=name).get_by_role("link", name="审核通过").click()
        page.get_by_role("button", name="审核通过").click()
        page.wait_for_url("**/unit/**")
    month.walks["approves"].shoot("approved")
    assert month.states() == ["approved", "approved"]

    # Locked: the district is told by whom, and to ask for what.
    page = month.page("locks")
    page.goto(f"{month.address}/admin/projects/reportingperiod/{month.june.pk}/")
    page.locator("input[name=reason]").first.fill("到期锁定")
    page.get_by_role("button", name="锁定这个月").click()
    expect(page.locator("main")).to_contain_text("已锁定")
    month.walks["locks"].shoot("locked")
    later = month.template().put(ROAD, 本月完成投资=720, 本年累计完成投资=2220).saved()
    page = month.page("fills")
    page.goto(f"{month.address}/uploads/")
    page.set_input_files("input[type=file]", {"name": "迟到.xlsx", "mimeType": "application/octet-stream", "buffer": later})
    page.get_by_role("button", name="上传并检查").click()
    expect(page.locator("main")).to_contain_text("锁定")
    month.walks["fills"].shoot("refused_by_the_lock")
    assert month.report(ROAD).done_month_wan == 700

    # An exception for this unit; the later upload goes in, voids the approval, and is taken back.
    page = month.page("locks")
    page.select_option("select[name=unit]", month.unit.key)
    page.fill("input[name=until]", str(date.today() + timedelta(days=2)))  # noqa: DTZ011 -- the browser's own day
    page.locator("form", has=page.locator("select[name=unit]")).locator("input[name=reason]").fill("统计口径调整")
    page.get_by_role("button", name="临时解锁").click()
    expect(page.locator("main")).to_contain_text("有效")
    month.commit(later, "统计口径调整")
    assert (month.report(ROAD).done_month_wan, month.states()) == (720, ["draft", "approved"])
    page = month.page("fills")
    page.get_by_role("link", name="撤回这次提交…").click()
    page.fill("#reversal-reason", "口径调整作废")
    page.get_by_role("button", name="撤回").first.click()
    expect(page.locator("#finish .note").first).to_contain_text("已撤回")
    month.walks["fills"].shoot("taken_back")
    assert month.report(ROAD).done_month_wan == 700
    assert Upload.objects.latest("id").state == "undone"

    # The exception is withdrawn; what is still wrong is corrected beside the published figure, by two people.
    page = month.page("locks")
    page.get_by_role("button", name="收回").click()
    expect(page.locator("main")).to_contain_text("已收回")
    page = month.page("fills")
    page.goto(f"{month.address}/admin/projects/monthreport/{month.report(ROAD).pk}/corrections/")
    page.fill("input[name=done_ytd_wan]", "2230")
    page.locator("input[name=reason]").fill("漏计监理费")
    page.get_by_role("button", name="提交更正").click()
    expect(page.get_by_role("alert")).to_contain_text("与累计数推算的730万元")
    page.fill("input[name=done_month_wan]", "730")
    page.get_by_role("button", name="提交更正").click()
    page = month.page("approves")
    page.goto(f"{month.address}/admin/projects/monthreport/{month.report(ROAD).pk}/corrections/")
    page.get_by_role("button", name="2 条一并通过", exact=True).click()
    expect(page.locator("main button[value=approve]")).to_have_count(0)
    month.walks["approves"].shoot("corrected")
    said = list(Correction.objects.order_by("field").values_list("field", "published", "value", "state"))
    assert said == [("done_month_wan", "700", "730", "approved"), ("done_ytd_wan", "2200", "2230", "approved")]

    said = list(ReviewEvent.objects.filter(report=month.report(RIVER)).order_by("id").values_list("verb", flat=True))
    assert said == ["submit", "return", "submit", "approve"]
    # The browser remarks on the one answer that refused (409); nothing else is complained of.
    (refused,) = [complaint for walk in month.walks.values() for complaint in walk.complaints]
    assert "409" in refused

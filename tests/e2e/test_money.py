"""Money in a real browser, by the city's officer: allocate → transfer → spend → what-if → adjust → reverse → prove, and the money tab of both."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from funding.models import FundAccount, FundEntry, UseAdjustment
from funding.proofs import faults
from tests.e2e.walking import PASSWORD, Walk
from tests.exchange.cast import make_cast, person
from tests.factories import make_month, make_plan, make_project
from tests.funding.money import make_bond

pytestmark = pytest.mark.django_db(transaction=True)
ROAD, RIVER = "株洲路拓宽改造", "张村河综合整治"


class Books:
    """The officer at a browser, a bond of 17亿, and two projects."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        cast = make_cast(with_reference=True)
        self.road, self.river = (make_project(name, cast.unit, total_wan=300_000, stage="build") for name in (ROAD, RIVER))
        make_plan(self.road, 40_000)
        make_month(self.road, 6, done_ytd_wan=Decimal(21_000))
        self.bond = make_bond(170_000, rate_percent=Decimal("3.37"), value_on=date(2020, 5, 11), short_name="20青岛债07")
        officer = person("bookkeeper", "city_officer")
        officer.set_password(PASSWORD)
        officer.save()
        page = browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768}).new_page()
        self.walk, self.address = Walk(page, address, folder), address
        self.walk.sign_in(officer.username)

    @property
    def page(self) -> Page:
        return self.walk.page

    def open_bond(self) -> None:
        self.page.goto(f"{self.address}/admin/funding/bond/{self.bond.pk}/")

    def choose(self, field: str, name: str) -> None:
        """Find a project by typing, as the type-ahead asks."""
        self.page.locator(f"#id_{field} + .select2").click()
        self.page.locator(".select2-search__field").last.fill(name)
        self.page.locator(".select2-results__option", has_text=name).first.click()

    def fill_entry(self, step: str, amount: str, on: str) -> None:
        self.open_bond()
        form = self.page.locator("#post_form")
        form.locator("select[name=step]").select_option(step)
        self.choose("post_project", ROAD)
        form.locator("input[name=amount_wan]").fill(amount)
        form.locator("input[name=happened_on]").fill(on)
        form.locator("input[name=reason]").fill("一案两书后补")  # the rules ask why a project without papers gets money
        form.get_by_role("button", name="记账").click()

    def fill_trial(self, amount: str) -> None:
        self.open_bond()
        self.page.locator("#adjust summary").click()
        self.page.locator("#adjust_form select[name=taken_from]").select_option(label=ROAD)
        self.choose("adjust_given_to", RIVER)
        self.page.locator("#adjust_form input[name=amount_wan]").fill(amount)
        self.page.get_by_role("button", name="试算").click()

    def tab(self, project: object) -> str:
        self.page.goto(f"{self.address}/admin/projects/project/{project.pk}/?month=2020-06")  # type: ignore[attr-defined]
        return self.page.locator("#panel-money").inner_text()


def test_money_from_allocation_to_the_proof(browser: Browser, live_server, tmp_path: Path) -> None:
    books = Books(browser, live_server.url, tmp_path)
    page = books.page

    # 6亿 to the road; 2.5亿 of it transferred, 1亿 spent. More than was transferred can't be spent.
    for step, amount, day in (("assign", "60000", "2020-05-20"), ("arrive", "25000", "2020-06-02"), ("pay", "10000", "2020-06-20")):
        books.fill_entry(step, amount, day)
        expect(page.locator(".notes")).to_contain_text("已记账")
    books.fill_entry("pay", "15000.01", "2020-06-21")
    expect(page.locator("#post_form").get_by_role("alert")).to_contain_text("超过已拨付的25,000万元")
    books.walk.shoot("refused")

    # What if 4亿 went to the river? The ledger would refuse: only 3.5亿 has not been transferred.
    books.fill_trial("40000")
    expect(page.locator("#trial")).to_contain_text("账本会拒绝")
    expect(page.locator("#trial")).to_contain_text("只有35,000万元尚未拨付")
    # What if 2亿? Both sides before and after, the proof, and nothing stored yet.
    books.fill_trial("20000")
    trial = page.locator("#trial")
    expect(trial).to_contain_text("可以调整")
    expect(trial).to_contain_text("须在调整原因中说明")
    expect(trial.locator("tr", has_text="本债券分配").first).to_contain_text("60,000")
    expect(trial.locator("tr", has_text="本债券分配").first).to_contain_text("40,000")
    expect(trial.locator("tr", has_text="分摊本金").last).to_contain_text("20,000")
    expect(trial).to_contain_text("全部平衡")
    books.walk.shoot("trial")
    assert not UseAdjustment.objects.exists()

    # For real: with its document.
    form = page.locator("#adjust_form")
    form.locator("input[name=doc_no]").fill("青财债〔2020〕7号")
    form.locator("input[name=approved_on]").fill("2020-06-22")
    form.locator("input[name=reason]").fill("项目暂缓，资金调整到急需项目")
    form.get_by_role("button", name="调整", exact=True).click()
    expect(page.locator(".notes")).to_contain_text("调整20,000万元")
    assert UseAdjustment.objects.get().amount_wan == 20_000

    # The spending was written down wrongly: reversed, both rows stay.
    paid = FundEntry.objects.get(step="pay")
    books.open_bond()
    page.locator("tr", has_text="支出").get_by_role("link", name="冲销", exact=True).click()
    page.locator("#reverse_form input[name=reason]").fill("凭证重复")
    page.locator("#reverse_form").get_by_role("button", name="冲销").click()
    expect(page.locator(".notes")).to_contain_text("已冲销 1 笔流水")
    assert FundEntry.objects.get(reverses=paid).amount_wan == -10_000
    held = dict(FundAccount.objects.values_list("project__name", "assigned_wan"))
    assert held == {ROAD: 40_000, RIVER: 20_000}

    # The money tab of both projects, and from a figure to its entries.
    text = books.tab(books.road)
    for words in ("40,000", "25,000", "青财债〔2020〕7号", RIVER, "调出"):
        assert words in text
    page.locator("#panel-money summary", has_text="各月末的数").click()
    row = page.locator("#panel-money tr", has=page.get_by_role("rowheader", name="6月", exact=True))
    assert [cell.inner_text() for cell in row.locator("td").all()] == ["21,000", "25,000", "0"]
    books.walk.shoot("money_tab")
    row.get_by_role("link", name="25,000").click()
    expect(page.locator("tfoot").first).to_contain_text("25,000")
    assert "调入" in books.tab(books.river)

    # Proven, sum by sum.
    page.goto(f"{books.address}/admin/funding/fundentry/proof/")
    expect(page.get_by_role("status")).to_contain_text("全部账目平衡")
    expect(page.locator("main")).to_contain_text("分配 40,000 = 已拨付 25,000 + 未拨付 15,000")
    books.walk.shoot("proof")
    assert faults() == []

    # The browser remarks on the one answer that refused (409); nothing else is complained of.
    (refused,) = books.walk.complaints
    assert "409" in refused

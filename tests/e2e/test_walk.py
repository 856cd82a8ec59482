"""A clerk's walk in a real browser: sign in, send a faulty workbook, read what is wrong, send a clean one, commit, see the figures.

Screenshots of each stop are left in pytest's temporary folder. Console messages of the browser are collected: a page that breaks
the content security policy, or a script that fails, fails the walk.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from exchange.models import Upload
from projects.models import MonthReport, Project
from tests.books import Sheet, xlsx
from tests.e2e.walking import PASSWORD, Walk
from tests.exchange.cast import Cast, make_cast, project_list

pytestmark = pytest.mark.django_db(transaction=True)
MONTH = """
    崂山区重点项目2020年6月进展情况
    单位：万元
    序号|项目名称|项目代码|所属区市|总投资|2020年计划投资|6月完成投资|1-6月累计完成投资|形象进度
    1|株洲路拓宽改造|2019-370212-48-01-000001|崂山区|12000|4000|700|2200|路基完成80%
    2|张村河综合整治|2019-370212-76-01-000002|崂山区|30000|9000|1500|6000|河道清淤完成
"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = make_cast(with_reference=True)
    for user in (made.owner, made.officer):
        user.set_password(PASSWORD)
        user.save()
    return made


def test_walk_from_a_faulty_workbook_to_the_city_table(browser: Browser, live_server, cast: Cast, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    walk = Walk(page, live_server.url, tmp_path)
    walk.sign_in("owner")
    walk.shoot("empty_list")

    walk.send("有错.xlsx", project_list("一亿二千万"))
    walk.shoot("findings")
    fault = page.locator(".finding[data-severity=error]")
    expect(fault).to_have_count(1)
    expect(fault.locator(".place")).to_have_text("项目表!J4")
    expect(fault).to_contain_text("一亿二千万")
    expect(page.locator(".excerpt td.hit")).to_have_text("一亿二千万")
    expect(page.get_by_role("button", name="提交入库")).to_be_disabled()
    page.fill("input[name=text]", "没有这样的词")
    expect(fault).to_be_hidden()
    expect(page.locator("[data-nothing]")).to_be_visible()
    page.fill("input[name=text]", "j4")
    expect(fault).to_be_visible()
    assert Project.objects.count() == 0

    walk.send("项目清单.xlsx", project_list())
    walk.shoot("preview")
    expect(page.locator("#preview tbody tr")).to_have_count(2)
    page.get_by_role("button", name="提交入库").dblclick()
    expect(page.locator("#finish .note")).to_contain_text("已入库：新增2个项目")
    walk.shoot("committed")
    assert Project.objects.count() == 2

    page.locator("#preview").get_by_role("link", name="株洲路拓宽改造").click()
    expect(page.locator("main")).to_contain_text("2019-370212-48-01-000001")
    walk.shoot("project")

    walk.send("6月月报.xlsx", xlsx(Sheet("月报", MONTH)))
    walk.shoot("month_preview")
    expect(page.locator("#preview")).to_contain_text("6,000")
    page.fill("#commit-reason", "形象进度已电话核实")
    page.get_by_role("button", name="提交入库").click()
    expect(page.locator("#finish .note")).to_contain_text("已入库")
    expect(page.locator("#finish")).to_contain_text("形象进度已电话核实")
    assert sorted(MonthReport.objects.values_list("done_ytd_wan", flat=True)) == [2200, 6000]

    page.goto(f"{live_server.url}/reports/city/?month=2020-06")
    row = page.locator("tr", has=page.locator("th", has_text="崂山")).first
    expect(row).to_contain_text("0.82")  # 8,200万元
    expect(row).to_contain_text("63.08")  # of a plan of 13,000万元
    walk.shoot("city_table")

    assert walk.complaints == []
    assert [shot for shot in walk.shots if shot.stat().st_size < 5_000] == []


def test_an_oversized_file_is_told_before_it_is_sent(browser: Browser, live_server, cast: Cast, settings, tmp_path: Path) -> None:
    settings.UPLOAD_MEGABYTES = 1
    page = browser.new_page(locale="zh-CN")
    walk = Walk(page, live_server.url, tmp_path)
    walk.sign_in("owner")
    page.set_input_files("input[type=file]", {"name": "大.xlsx", "mimeType": "application/octet-stream", "buffer": b"x" * 1_500_000})
    expect(page.locator("[data-file-error]")).to_have_text("文件有 1.5 MB，超过 1 MB 的上限。请拆分后分别上传。")
    page.get_by_role("button", name="上传并检查").click()
    expect(page.locator("[data-file-error]")).to_be_visible()
    assert (Upload.objects.count(), walk.complaints) == (0, [])


def test_everything_works_without_javascript(browser: Browser, live_server, cast: Cast, tmp_path: Path) -> None:
    page = browser.new_context(java_script_enabled=False, locale="zh-CN").new_page()
    walk = Walk(page, live_server.url, tmp_path)
    walk.sign_in("owner")
    walk.send("有错.xlsx", project_list("一亿二千万"))
    page.fill("input[name=text]", "没有这样的词")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator(".finding")).to_have_count(0)
    walk.send("项目清单.xlsx", project_list())
    page.get_by_role("button", name="提交入库").click()
    expect(page.locator("#finish .note")).to_contain_text("已入库：新增2个项目")
    page.get_by_role("link", name="撤回这次提交…").click()
    page.get_by_role("button", name="撤回 2 处").click()
    expect(page.locator("#finish .note")).to_contain_text("已撤回")
    assert Project.objects.count() == 0

"""The dashboards in a real browser: drawn at three widths, light and dark, without a complaint of the browser's, usable without a mouse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.e2e.walking import PASSWORD, Walk
from tests.reports import build

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/reports/dashboard/?period=2020-06"


@pytest.fixture
def town():
    """Two districts with two sectors, six months reported of a year, one project far behind."""
    units = [build.unit("lao", "崂山区"), build.unit("huang", "黄岛区")]
    sectors = [build.sector("roads", "公路"), build.sector("water", "水利")]
    for at, unit in enumerate(units):
        for number in range(3):
            months = {f"2020-{month:02}": (100, 100 * month * (number + 1)) for month in range(1, 7)}
            build.project(unit, name=f"工程{at}{number}", total=9000, plan=2400, in_sector=sectors[number % 2], months=months)
    build.project(units[0], name="没有动工的工程", total=9000, plan=5000, months={"2020-06": (0, 0)})
    build.person("city", "city_officer")
    build.person("district", "district_officer", units[0])


class Reader:
    """A person at a dashboard."""

    def __init__(self, browser: Browser, address: str, folder: Path, name: str) -> None:
        self.address = address
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        self.walk = Walk(context.new_page(), address, folder)
        self.page = self.walk.page
        self.page.goto(address)
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url("**/reports/dashboard/")

    def open(self, path: str = PAGE, *, width: int = 1440, theme: str = "light") -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")

    @property
    def pictures(self) -> int:
        return self.page.locator("[data-drawn] svg").count()


@pytest.mark.parametrize("who, path, drawn", [("city", PAGE, 3), ("district", PAGE, 2), ("city", f"{PAGE}&unit=lao", 2)])
def test_dashboards_at_every_width_in_light_and_dark(town, browser: Browser, live_server, tmp_path: Path, who: str, path: str, drawn: int) -> None:
    reader = Reader(browser, live_server.url, tmp_path, who)
    for width in (1440, 1024, 390):
        for theme in ("light", "dark"):
            reader.open(path, width=width, theme=theme)
            assert reader.pictures == drawn
            assert reader.page.evaluate("document.documentElement.scrollWidth") <= width, "nothing hangs over the edge"
            reader.walk.shoot(f"{who}_{width}_{theme}")
            assert faults(reader) == []
    assert reader.walk.complaints == [], "no error, and nothing that the policy forbids"


def faults(reader: Reader) -> list[str]:
    """What axe finds serious or critical."""
    found = Axe().run(reader.page).response["violations"]
    return [
        json.dumps([one["id"], [node["html"][:200] for node in one["nodes"]]], ensure_ascii=False)
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_pictures_follow_the_theme_and_the_width(town, browser: Browser, live_server, tmp_path: Path) -> None:
    reader = Reader(browser, live_server.url, tmp_path, "city")
    reader.open()
    solid = reader.page.locator("[data-drawn=spec-course] path[fill='var(--accent)']").first
    light = solid.evaluate("node => getComputedStyle(node).fill")
    reader.page.locator("[data-act=theme]").click()
    assert solid.evaluate("node => getComputedStyle(node).fill") != light
    reader.page.set_viewport_size({"width": 390, "height": 800})
    expect(reader.page.locator("[data-drawn=spec-course] svg")).to_have_attribute(
        "width", str(reader.page.locator("[data-drawn=spec-course]").evaluate("node => node.clientWidth"))
    )
    assert reader.walk.complaints == []


def test_every_picture_has_a_name_a_table_and_a_way_to_the_rows(town, browser: Browser, live_server, tmp_path: Path) -> None:
    reader = Reader(browser, live_server.url, tmp_path, "city")
    reader.open()
    for figure in reader.page.locator("figure.drawn:has([data-drawn])").all():
        assert figure.locator("[data-drawn]").get_attribute("aria-label")
        figure.locator("summary").focus()
        reader.page.keyboard.press("Enter")
        expect(figure.locator("table")).to_be_visible()
    reader.page.locator("figure[data-chart=units] tbody a").first.focus()
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/reports/city/projects/**")
    reader.open()
    reader.page.locator(".tile a").first.click()
    reader.page.wait_for_url("**unit=**")
    expect(reader.page.locator("h1")).to_contain_text("重大项目总览")
    expect(reader.page.locator("[data-waiting-body] ul.todo")).to_be_attached()
    assert reader.walk.complaints == []


def test_a_click_on_a_bar_opens_the_rows_behind_it(town, browser: Browser, live_server, tmp_path: Path) -> None:
    reader = Reader(browser, live_server.url, tmp_path, "city")
    reader.open()
    reader.page.locator("[data-drawn=spec-units] path[fill='var(--accent)']").first.click()
    reader.page.wait_for_url("**/reports/city/projects/**")
    assert reader.walk.complaints == []

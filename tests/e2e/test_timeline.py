"""The fullest project's course on paper: one sheet of A4, whatever there is to tell; on a phone a list without the drawing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from projects.models import Obstacle, Permit
from reports.timeline_pages import ON_PAPER
from tests.e2e.walking import PASSWORD, Walk
from tests.exchange.cast import make_cast
from tests.factories import make_month, make_plan, make_project

pytestmark = pytest.mark.django_db(transaction=True)
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


def crowded(events: int) -> str:
    """A project with so many dated things, each with long words, and months that are all reported."""
    cast = make_cast()
    cast.officer.set_password(PASSWORD)
    cast.officer.save()
    unit = cast.unit
    project = make_project(
        "滨海大道综合整治及地下综合管廊一体化建设工程（二期）", unit, planned_start="2018", planned_finish="2023", total_wan=900_000
    )
    make_plan(project, 12_000)
    for month in range(1, 7):
        make_month(project, month, done_month_wan=month * 100, done_ytd_wan=month * 400, progress_text="主体结构施工过半，管廊推进")
    for at in range(events):
        day = date(2018, 2, 1) + timedelta(days=11 * at)
        if at % 2:
            Permit.objects.create(project=project, kind="other", state="held", doc_no=f"青发改〔2018〕{at + 1}号", issued_on=day)
        else:
            text = f"第{at + 1}项：征迁滞后，沿线三十二户未签约，管线权属单位迁改方案未定，影响主体施工进度"
            Obstacle.objects.create(project=project, text=text, raised_on=day, resolved_on=day + timedelta(days=5), resolution="已协调")
    return str(project.uid)


@pytest.mark.parametrize("events", [20, ON_PAPER + 20])
def test_it_prints_on_one_sheet(events: int, browser: Browser, live_server, tmp_path: Path) -> None:
    uid = crowded(events)
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    walk = Walk(context.new_page(), live_server.url, tmp_path)
    walk.sign_in("officer")
    walk.page.goto(f"{live_server.url}/reports/project/{uid}/?period=2020-06")
    expect(walk.page.locator(".life-chart")).to_be_visible()
    pdf = walk.page.pdf(prefer_css_page_size=True)
    (tmp_path / "course.pdf").write_bytes(pdf)
    assert len(_PAGE.findall(pdf)) == 1
    walk.page.set_viewport_size({"width": 390, "height": 800})
    expect(walk.page.locator(".life-chart")).to_be_hidden()
    expect(walk.page.locator(".life-list tbody tr").first).to_be_visible()
    assert walk.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert walk.complaints == []

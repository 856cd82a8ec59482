"""The pressed button counts: of a form that is sent only once, the browser still sends the name and value of its button."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.walking import PASSWORD, Walk
from tests.exchange.cast import Cast, make_cast
from tests.exchange.excel import Excel
from tests.exchange.roundtrip import NAMES, begin, changed_cells, edit, sent, template

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = make_cast(with_reference=True)
    begin(made)
    made.owner.set_password(PASSWORD)
    made.owner.save()
    return made


@pytest.mark.parametrize(("button", "planned"), [("其余全部采用本文件", {NAMES[0]: {"contact": "他们"}}), ("其余全部保留库中值", {})])
def test_the_rest_of_the_conflicts_is_settled_by_one_button(
    browser: Browser, live_server, cast: Cast, tmp_path: Path, button: str, planned: dict[str, dict[str, str]]
) -> None:
    content = Excel(template(cast)).put(NAMES[0], 联系人="他们").saved()
    edit(NAMES[0], contact="我们")
    upload = sent(content, cast)
    page = browser.new_page(locale="zh-CN")
    walk = Walk(page, live_server.url, tmp_path)
    walk.sign_in("owner")
    page.goto(f"{live_server.url}/uploads/{upload.public_id}/")
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/?show=changed#preview")
    expect(page.locator("#preview nav.show")).to_contain_text("待选0，共1")
    upload.refresh_from_db()
    assert (upload.counts["conflict"], changed_cells(upload), walk.complaints) == (0, planned, [])

"""Who asks for English meets no Chinese word of the frame: a text that has a translation is never printed untranslated."""

from __future__ import annotations

import gettext
import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from exchange.sheets import COLUMNS
from projects.models import Correction, Obstacle, Permit
from projects.services.proposals import propose
from tests.books import xlsx
from tests.conftest import Cast
from tests.exchange.test_intake_services import LIST
from tests.factories import make_code, make_entry, make_list, make_month, make_plan, make_project, make_user, make_version
from tests.projects.admin_pages import links_of

pytestmark = pytest.mark.django_db
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SPOKEN = re.compile(r'(?:title|aria-label|placeholder|alt|value|data-[a-z-]+)="([^"]*)"')
# 中文 is how the language calls itself; 万元 and 亿元 are units and stay; what stands in a workbook is told as it stands there.
_IN_WORKBOOKS = {*(column.header for column in COLUMNS.values()), *(cell.strip() for cell in re.split(r"[|\n]", LIST))}
_STAYS = {"中文", "切换为中文", "简体中文", "万元", "亿元"} | _IN_WORKBOOKS


def translated() -> set[str]:
    """The texts of the catalogue that read otherwise in English."""
    with Path(settings.BASE_DIR / "locale/en/LC_MESSAGES/django.mo").open("rb") as file:
        catalogue: dict[Any, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    found = {(key[0] if isinstance(key, tuple) else key).rpartition("\x04")[2] for key, english in catalogue.items() if key and english}
    return {text.strip() for text in found if _CHINESE.search(text)} - _STAYS


def texts(page: str) -> set[str]:
    """Every whole text that a page shows or says."""
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>|<textarea.*?</textarea>", "", page)
    return {html.unescape(text).strip() for text in (*_SPOKEN.findall(body), *re.split(r"<[^>]*>", body))}


def leftovers(page: str, known: set[str]) -> set[str]:
    return {text for text in texts(page) if text in known}


@pytest.fixture
def furnished(cast: Cast) -> Cast:
    """A row of every kind, so that every page has something to print. The names are no words of the frame."""
    project = make_project("Ring road", cast.unit_a, stage="build", planned_start="2019-05", actual_start="2019-05")
    make_code(project, "2020-370202-48-01-000001")
    make_plan(project, 100)
    report = make_month(project, done_month_wan=1, done_ytd_wan=10, problems="x", progress_text="y")
    make_entry(make_version(make_list(), 1, declared_count=2), project)
    Permit.objects.create(project=project, kind="eia", doc_no="1")
    Obstacle.objects.create(project=project, text="z", raised_on="2020-05-01", due_on="2020-06-01")
    Correction.objects.create(report=report, field="done_ytd_wan", published="10", value="12", reason="w")
    propose(project_id=project.pk, after={"total_wan": "15000"}, reason="r", actor=cast.owner, doc_no="1")
    return cast


def crawl(client: Client, most: int) -> dict[str, str]:
    """Pages that links lead to, two of each kind."""
    waiting, kinds, read = [reverse("admin:index")], dict[str, int](), dict[str, str]()
    while waiting and len(read) < most:
        address = waiting.pop(0)
        kind = re.sub(r"\d+|[0-9a-f]{32}", "N", address.partition("?")[0])
        if address in read or kinds.get(kind, 0) >= 2 or "logout" in address or address.startswith("/static/"):
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        response = client.get(address)
        if response.get("Content-Type", "").startswith("text/html"):
            read[address] = response.content.decode()
            waiting += sorted(links_of(read[address]))
    return read


@pytest.mark.parametrize("name", ["owner", "city", "security"])
def test_no_page_leaves_a_word_of_the_frame_in_chinese(furnished: Cast, name: str) -> None:
    user = make_user("security", Role.SECURITY_ADMINISTRATOR) if name == "security" else getattr(furnished, name)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="accounts.backends.RoleBackend")
    if name == "owner":
        client.post(reverse("exchange:list"), {"file": SimpleUploadedFile("list.xlsx", xlsx(LIST.replace("| 12000 |", "| many |")))})
    known, pages = translated(), crawl(client, 150)
    assert len(known) > 500
    assert len(pages) > (5 if name == "security" else 40)
    assert {address: sorted(found) for address, page in pages.items() if (found := leftovers(page, known))} == {}


def test_the_doors_speak_english(settings: Any) -> None:
    client, known = Client(headers={"accept-language": "en"}), translated()
    door = reverse("admin:login")
    pages = [client.get(door), client.get("/nowhere/"), client.get(reverse("home"), follow=True)]
    pages += [client.post(door, {"username": "nobody", "password": "x", "next": "/admin/"}) for _try in range(settings.AXES_FAILURE_LIMIT)]
    assert [page.status_code for page in pages[-2:]] == [200, 429]
    assert "sign-in is paused" in pages[-1].content.decode()
    assert [sorted(leftovers(page.content.decode(), known)) for page in pages] == [[]] * len(pages)


def test_a_leftover_is_found() -> None:
    assert leftovers('<p>总览</p><a title="提交更正">x</a><b>Ring road 总览</b>', {"总览", "提交更正"}) == {"总览", "提交更正"}

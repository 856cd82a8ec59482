"""What a screen reader and a keyboard need of every page: a language, one heading, a way past the rail, a name for whatever can be used."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.config.test_frame import addresses
from tests.conftest import Cast
from tests.factories import make_code, make_entry, make_list, make_month, make_plan, make_project, make_user, make_version

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_SILENT = {"hidden", "submit", "button", "reset", "image"}


@dataclass
class Element:
    tag: str
    given: dict[str, str]
    parents: tuple[str, ...] = ()
    text: str = ""
    labelled: bool = False  # stands inside a <label>


@dataclass
class Page(HTMLParser):
    """The elements of a page, each with the words inside it."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        inside = tuple(element.tag for element in self.open)
        element = Element(tag, given, inside, labelled="label" in inside)
        self.elements.append(element)
        if tag == "img":
            self._say(given.get("alt", ""))
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._say(data.strip())

    def _say(self, words: str) -> None:
        for element in self.open:
            element.text += words


def faults(html: str) -> list[str]:
    """What is missing, as short sentences."""
    page = Page()
    page.feed(html)
    told = [
        f"{word}: {count}" for word, count in Counter(element.tag for element in page.elements if element.tag in ("h1", "main")).items() if count != 1
    ]
    told += [] if any(element.tag == "h1" and element.text for element in page.elements) else ["no words in the h1"]
    told += [] if any(element.tag == "html" and element.given.get("lang") for element in page.elements) else ["no lang"]
    return told + _names(page) + _ids(page) + _skip(page)


def _names(page: Page) -> list[str]:
    """Fields, buttons and links that have no name; pictures without a word for those who can't see them."""
    labels = {element.given.get("for") for element in page.elements if element.tag == "label" and element.text}
    told = []
    for element in page.elements:
        if element.given.get("aria-hidden") == "true":
            continue
        named = any(element.given.get(name) for name in ("aria-label", "aria-labelledby", "title"))
        if element.tag in ("input", "select", "textarea") and element.given.get("type") not in _SILENT:
            if not (named or element.labelled or element.given.get("id") in labels):
                told.append(f"field without label: {element.given.get('name')}")
        elif element.tag in ("button", "summary") and not (named or element.text):
            told.append(f"{element.tag} without words: {element.given}")
        elif element.tag == "a" and "href" in element.given and not (named or element.text):
            told.append(f"link without words: {element.given['href']}")
        elif element.tag == "img" and "alt" not in element.given:
            told.append(f"picture without words: {element.given.get('src')}")
    return told


def _ids(page: Page) -> list[str]:
    counts = Counter(element.given["id"] for element in page.elements if element.given.get("id"))
    return [f"id twice: {name}" for name, count in counts.items() if count > 1]


def _skip(page: Page) -> list[str]:
    """The first thing that the keyboard reaches leads past the rail, wherever there is one."""
    if not any(element.tag == "nav" for element in page.elements):
        return []
    first = next(element for element in page.elements if element.tag in ("a", "button", "input") and "body" in element.parents)
    target = first.given.get("href", "").removeprefix("#")
    return [] if target and any(element.given.get("id") == target for element in page.elements) else ["no way past the rail"]


@pytest.fixture
def furnished(cast: Cast) -> Cast:
    project = make_project(unit=cast.unit_a)
    make_code(project, "2020-370202-48-01-000001")
    make_plan(project, 10)
    make_month(project, done_ytd_wan=2)
    make_entry(make_version(make_list(), declared_count=3), project)
    return cast


def own_pages() -> list[str]:
    return [reverse(name) for name in ("reports:index", "reports:city", "reports:projects", "exchange:list")]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_can_be_read_and_used_without_eyes_or_mouse(furnished: Cast, signed_in: Any, language: str) -> None:
    client = signed_in(make_user("root", is_superuser=True))
    client.cookies["django_language"] = language
    told: dict[str, list[str]] = {}
    read = 0
    for address in [*addresses(), *own_pages(), "/nowhere/", "/admin/projects/project/?name__contains=x"]:
        response = client.get(address)
        if not response["Content-Type"].startswith("text/html"):
            continue
        read += 1
        assert f'<html lang="{language}"' in response.content.decode(), address
        if found := faults(response.content.decode()):
            told[address] = found
    assert told == {}
    assert read > 40


@pytest.mark.django_db
def test_sign_in_page_too() -> None:
    assert faults(Client().get(reverse("admin:login")).content.decode()) == []


@pytest.mark.parametrize(
    "html, fault",
    [
        ('<html lang="zh"><main><h1>页</h1><input name="q"></main></html>', "field without label: q"),
        ('<html lang="zh"><main><h1>页</h1><h1>页</h1></main></html>', "h1: 2"),
        ("<html><main><h1>页</h1></main></html>", "no lang"),
        ('<html lang="zh"><main><h1></h1></main></html>', "no words in the h1"),
        ('<html lang="zh"><main><h1>页</h1><a href="/x"><img src="y"></a></main></html>', "link without words: /x"),
        ('<html lang="zh"><main><h1>页</h1><p id="a"></p><p id="a"></p></main></html>', "id twice: a"),
        ('<html lang="zh"><body><nav><a href="/x">X</a></nav><main><h1>页</h1></main></body></html>', "no way past the rail"),
    ],
)
def test_faults_are_found(html: str, fault: str) -> None:
    assert fault in faults(html)


def test_a_labelled_field_is_no_fault() -> None:
    page = '<html lang="zh"><main><h1>页</h1><label for="a">甲</label><input id="a"><label>乙<input name="b"></label></main></html>'
    assert faults(page) == []

"""Reading an admin page as a browser does: what its form would send, and which links it holds."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class _Form(HTMLParser):
    """The fields of the page's big form with the values they stand on."""

    def __init__(self):
        super().__init__()
        self.data = {}
        self.inside = False
        self.select = None
        self.area = None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.inside = (given.get("id") or "").endswith("_form")
        name = given.get("name") or ""
        if not self.inside or "__prefix__" in name:
            return
        if tag == "option" and self.select and "selected" in given:
            self.data[self.select] = given.get("value", "")
        if name:
            self._take(tag, name, given)

    def _take(self, tag, name, given):
        kind = given.get("type", "text")
        if tag == "input" and kind in ("checkbox", "radio"):
            self.data |= {name: given.get("value", "on")} if "checked" in given else {}
        elif tag == "input" and kind not in ("submit", "button"):
            self.data[name] = given.get("value", "")
        elif tag == "select":
            self.select = name
            self.data |= {} if "multiple" in given else {name: ""}
        elif tag == "textarea":
            self.area = name
            self.data[name] = ""

    def handle_data(self, data):
        if self.area:
            self.data[self.area] += data.removeprefix("\r\n").removeprefix("\n")

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        if tag == "textarea":
            self.area = None
        if tag == "form":
            self.inside = False


def form_of(response, **changes):
    """What the page's form would send, with `changes` made in it."""
    reader = _Form()
    reader.feed(response.content.decode())
    return {**reader.data, **changes, "_save": "1"}


def links_of(text):
    return {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)', text)}


def errors_of(response):
    """Field → its messages, of the form that was sent back; row errors under the formset's prefix."""
    assert response.status_code == 200, response.status_code
    told = {name: list(errors) for name, errors in response.context["adminform"].form.errors.items()}
    for formset in response.context["inline_admin_formsets"]:
        rows = [error for row in formset.formset.errors for errors in row.values() for error in errors] + list(formset.formset.non_form_errors())
        if rows:
            told[formset.formset.prefix] = rows
    return told

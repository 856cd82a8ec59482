"""A district officer who follows every link of the admin never reads a word of another unit's projects."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from projects.models import Obstacle, Organisation, Permit, PlanVersion
from tests.factories import make_code, make_entry, make_list, make_month, make_plan, make_project, make_version
from tests.projects.admin_pages import links_of

pytestmark = pytest.mark.django_db
CANARY = "CANARY-B"


def furnish(unit, word):
    """A project of `unit` with every kind of row hanging on it, each carrying `word`."""
    project = make_project(f"{word}道路工程", unit, contact=f"{word}联系人", address=f"{word}地址")
    make_plan(project, 10, goal=f"{word}目标")
    make_month(project, done_ytd_wan=1, problems=f"{word}问题", progress_text=f"{word}进度")
    Permit.objects.create(project=project, kind="eia", doc_no=f"{word}文号")
    Obstacle.objects.create(project=project, text=f"{word}卡点", raised_on=date(2020, 5, 1))
    PlanVersion.objects.create(project=project, number=1, is_baseline=True, doc_no=f"{word}批复")
    return project


@pytest.fixture
def furnished(cast):
    own, foreign = furnish(cast.unit_a, "本区"), furnish(cast.unit_b, CANARY)
    make_code(own, "2020-370202-48-01-000001")
    make_code(foreign, "2020-370203-48-01-777777")
    version = make_version(make_list(), 1, declared_count=2)
    make_entry(version, own)
    make_entry(version, foreign)
    return own, foreign


def crawl(client, start, limit=400):
    """Every page that links lead to, within the site, no deeper than five steps."""
    seen, edge = {start: None}, [start]
    for _step in range(5):
        found = set()
        for address in edge:
            response = client.get(address)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            seen[address] = (response.status_code, body.decode("utf-8", "replace"))
            found |= links_of(seen[address][1]) if response.get("Content-Type", "").startswith("text/html") else set()
        edge = sorted(link for link in found if link not in seen and "logout" not in link and not link.startswith("/static/"))[: limit - len(seen)]
        seen |= dict.fromkeys(edge)
    return {address: answer for address, answer in seen.items() if answer is not None}


def test_no_page_that_a_link_leads_to_shows_a_foreign_word(cast, signed_in, furnished):
    pages = crawl(signed_in(cast.owner), reverse("admin:index"))
    assert len(pages) > 40
    assert [address for address, (status, text) in pages.items() if CANARY in text or "777777" in text] == []
    assert [(address, status) for address, (status, text) in pages.items() if status >= 500] == []


@pytest.mark.parametrize(
    "model", ["project", "projectcode", "monthreport", "annualplan", "planversion", "permit", "obstacle", "entry", "locationshare"]
)
@pytest.mark.parametrize("field", ["project", "superseded_by", "owner", "version"])
def test_type_ahead_of_no_field_shows_a_foreign_word(cast, signed_in, furnished, model, field):
    Organisation.objects.create(name="城投集团", name_key="城投集团")
    asked = {"term": "道路", "app_label": "projects", "model_name": model, "field_name": field}
    response = signed_in(cast.owner).get(reverse("admin:autocomplete"), asked)
    assert CANARY not in response.content.decode()


@pytest.mark.parametrize("page", ["change", "history", "delete"])
@pytest.mark.parametrize("model", ["project", "monthreport", "annualplan", "planversion", "permit", "obstacle", "entry"])
def test_foreign_row_answers_like_one_that_does_not_exist(cast, signed_in, furnished, model, page):
    foreign = furnished[1]
    related = {
        "monthreport": "months",
        "annualplan": "annual_plans",
        "planversion": "plan_versions",
        "permit": "permits",
        "obstacle": "obstacles",
        "entry": "entries",
    }
    row = foreign if model == "project" else getattr(foreign, related[model]).first()
    client = signed_in(cast.owner)
    hidden = client.get(reverse(f"admin:projects_{model}_{page}", args=[row.pk]))
    absent = client.get(reverse(f"admin:projects_{model}_{page}", args=[999999]))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert CANARY not in hidden.content.decode()

"""The public address of the open data: off until it is turned on, then everybody's; kept for a while, but never past a change of what is public."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.http import parse_http_date

from accounts.models import AuditEvent
from projects.models import DisclosureRule, OpenCode, ProjectDisclosure
from tests.factories import make_project
from tests.reports.oc4ids.build import load_profile

pytestmark = pytest.mark.django_db
ADDRESS = "/open/oc4ids.json"


@pytest.fixture
def turned_on(db: Any, settings: Any, tmp_path: Path, tmp_path_factory: Any) -> Path:
    load_profile(tmp_path_factory.mktemp("reference"))
    settings.OC4IDS_PUBLIC, settings.DATA_DIR = True, tmp_path
    return tmp_path / "oc4ids"


def drained(answer: Any) -> bytes:
    """All of it: the test client closes an answer that was read to its end."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def body(answer: Any) -> Any:
    return json.loads(drained(answer))


def status(method: str = "get", **headers: str) -> int:
    answer = getattr(Client(), method)(ADDRESS, headers=headers)
    drained(answer)
    code: int = answer.status_code
    return code


def titles(answer: Any) -> set[str]:
    return {row["title"] for row in body(answer)["projects"]}


def test_it_is_off_by_default(db: Any) -> None:
    make_project()
    assert status() == 404


def test_everybody_reads_it_without_a_session(turned_on: Path) -> None:
    project = make_project(contact="欧阳某某", phone="0532-85916789")
    client = Client()
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert titles(answer) == {project.name}
    assert dict(answer.cookies) == {}
    assert dict(client.cookies) == {}
    assert "欧阳某某" not in next(turned_on.glob("*.json")).read_text(encoding="utf-8")
    assert AuditEvent.objects.get(event="report.export").detail["door"] == "public"


def test_who_has_it_is_told_so(turned_on: Path) -> None:
    make_project()
    first = Client().get(ADDRESS)
    assert "no-cache" in first["Cache-Control"]
    kept = parse_http_date(first["Last-Modified"])
    assert kept == int(next(turned_on.glob("*.json")).stat().st_mtime)
    for headers in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        again = Client().get(ADDRESS, headers=headers)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert status(if_none_match='"another"') == 200
    head = Client().head(ADDRESS)
    assert head["ETag"] == first["ETag"]
    drained(head)
    drained(first)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_is_written_here(turned_on: Path, method: str) -> None:
    assert status(method) == 405


def test_it_is_kept_for_a_while(turned_on: Path, settings: Any) -> None:
    first = make_project("滨海甲大道改造工程")
    assert titles(Client().get(ADDRESS)) == {first.name}
    second = make_project("滨海乙大道改造工程")
    assert titles(Client().get(ADDRESS)) == {first.name}
    (kept,) = turned_on.glob("*.json")
    old = kept.stat().st_mtime - 60 * settings.OC4IDS_MINUTES - 1
    os.utime(kept, (old, old))
    assert titles(Client().get(ADDRESS)) == {first.name, second.name}


def test_what_is_closed_is_gone_with_the_next_request(turned_on: Path) -> None:
    one, other = make_project("滨海甲大道改造工程"), make_project("滨海乙大道改造工程")
    before = Client().get(ADDRESS)
    assert titles(before) == {one.name, other.name}
    ProjectDisclosure.objects.create(project=one, level="closed", basis="第十四条", reason="密级")
    after = Client().get(ADDRESS, headers={"If-None-Match": before["ETag"], "If-Modified-Since": before["Last-Modified"]})
    assert titles(after) == {other.name}
    rule = DisclosureRule.objects.get(item="name")
    rule.level = "closed"
    rule.save()
    assert [row for row in body(Client().get(ADDRESS))["projects"] if "title" in row] == []
    # Nothing of an earlier state is left lying about.
    assert len(list(turned_on.glob("*.json"))) == 1


def test_what_does_not_pass_the_gate_is_not_served(turned_on: Path) -> None:
    make_project(nature="新建")
    code = OpenCode.objects.get(classification__scheme="nature", classification__code="new")
    code.code = "neubau"
    code.save()
    answer = Client().get(ADDRESS)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "neubau" not in answer.content.decode()
    assert list(turned_on.glob("*.json")) == []
    code.code = "construction"
    code.save()
    assert status() == 200
    assert list(turned_on.glob("*.failed")) == []


def test_it_is_not_tried_again_at_once(turned_on: Path) -> None:
    """Whoever asks again and again does not have it made again and again."""
    assert status() == 503  # no project is public
    make_project()
    assert status() == 503
    (failed,) = turned_on.glob("*.failed")
    failed.unlink()
    assert status() == 200

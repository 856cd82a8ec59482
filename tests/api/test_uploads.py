"""A file through the API: checked, committed, taken back after a look, brought back; the same services, and refusals that change nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent
from exchange.models import Job, Upload
from projects.models import Project
from tests.api.conftest import Caller
from tests.api.sending import send
from tests.exchange.cast import Cast, make_cast, project_list, sent

pytestmark = pytest.mark.django_db
UPLOADS = "/api/v1/uploads/"


@pytest.fixture
def people() -> Cast:
    return make_cast(with_reference=True)


@pytest.fixture
def sender(people: Cast, calling: Caller) -> Client:
    return calling(people.owner, can_write=True)


def post_file(client: Client, content: bytes, name: str = "崂山区项目表.xlsx", key: str = "", **data: Any) -> Any:
    headers = {"idempotency-key": key} if key else {}
    answer = client.post(UPLOADS, {"file": sent(content, name), **data}, headers=headers)
    print(answer.status_code, answer.content.decode()[:2000])
    return answer


def test_a_file_is_checked_committed_and_taken_back(sender: Client) -> None:
    made = post_file(sender, project_list())
    assert made.status_code == 201
    told = made.json()
    url = f"{UPLOADS}{told['id']}"
    assert (told["state"], told["work"], Project.objects.count()) == ("checked", None, 0)
    found = sender.get(told["findings_url"]).json()
    stored = Upload.objects.get(pk=told["id"]).findings
    assert (found["state"], [one["zh"] for one in found["findings"]]) == ("checked", [one["zh"] for one in stored])
    assert [one["message"] for one in found["findings"]] == [one["zh"] for one in stored]
    english = sender.get(told["findings_url"], headers={"accept-language": "en"}).json()
    assert [(one["message"], one["fix"]) for one in english["findings"]] == [(one["en"], one["en_fix"]) for one in stored]
    done = send(sender, "POST", f"{url}/commit/", {"reason": "年初"})
    assert (done.status_code, done.json()["state"], Project.objects.count()) == (200, "committed", 2)
    again = send(sender, "POST", f"{url}/commit/", {"reason": "年初"})
    assert again.status_code == 409
    unseen = send(sender, "POST", f"{url}/undo/", {"reason": "报错了"})
    assert (unseen.status_code, unseen.json()["code"]) == (409, "unseen")
    shown = sender.get(f"{url}/undo/").json()
    assert unseen.json()["preview"] == shown
    assert (len(shown["lines"]), shown["lines_left"], shown["kept"], shown["kept_left"]) == (shown["reverted"], 0, [], 0)
    assert {"sheet", "row", "project", "field", "now", "target"} <= set(shown["lines"][0])
    assert send(sender, "POST", f"{url}/undo/", {"reason": "报错了", "seen": "0" * 16}).status_code == 409
    assert Project.objects.count() == 2
    taken = send(sender, "POST", f"{url}/undo/", {"seen": shown["seen"]})
    assert (taken.json()["state"], Project.objects.count()) == ("undone", 0)
    shown = sender.get(f"{url}/redo/").json()
    assert send(sender, "POST", f"{url}/redo/", {"seen": shown["seen"]}).json()["state"] == "committed"
    assert AuditEvent.objects.filter(event__startswith="upload.", event__endswith=".refused").count() == 3


def test_a_file_sent_twice_under_one_key_is_one_upload(sender: Client) -> None:
    content = project_list()  # another workbook of the same words has other bytes
    first, second = (post_file(sender, content, key="f1") for _turn in range(2))
    assert (second.json(), second["Idempotency-Replayed"]) == (first.json(), "true")
    assert Upload.objects.count() == 1
    assert post_file(sender, project_list(13000), key="f1").status_code == 422
    number = first.json()["id"]
    done = [send(sender, "POST", f"{UPLOADS}{number}/commit/", {"reason": "年初"}, idempotency_key="c1") for _turn in range(2)]
    assert [one.status_code for one in done] == [200, 200]
    assert (done[1]["Idempotency-Replayed"], Project.objects.count()) == ("true", 2)


def test_a_commit_that_is_refused_under_a_key_leaves_only_its_line_in_the_log(sender: Client) -> None:
    number = post_file(sender, project_list("很多")).json()["id"]
    refused = send(sender, "POST", f"{UPLOADS}{number}/commit/", {"reason": "年初"}, idempotency_key="c1")
    assert refused.status_code == 409
    assert (Project.objects.count(), Job.objects.filter(state__in=Job.ACTIVE).count()) == (0, 0)
    assert AuditEvent.objects.filter(event="upload.commit.refused").count() == 1


def test_what_can_not_be_read_is_kept_and_said(sender: Client) -> None:
    answer = post_file(sender, b"PK\x03\x04 no workbook", "表.xlsx")
    assert (answer.status_code, answer.json()["state"]) == (422, "refused")
    assert answer.json()["outcome"]


def test_what_is_wrong_beside_the_file(sender: Client, people: Cast, settings: Any) -> None:
    def faults(**data: Any) -> Any:
        answer = post_file(sender, project_list(), **data)
        return answer.status_code, [one["pointer"] for one in answer.json()["errors"]]

    assert faults(unit=people.other.key) == (400, ["/unit"])
    assert faults(period="2020-13") == (400, ["/period"])
    assert faults(perod="2020-06") == (400, ["/perod"])
    assert faults(list_version="x/1") == (400, ["/list_version"])
    assert sender.post(UPLOADS, {}).status_code == 400
    assert send(sender, "POST", UPLOADS, {}).status_code == 415
    settings.UPLOAD_MEGABYTES = 0.001
    assert faults()[0] == 413
    settings.UPLOADS_PER_DAY = 0
    assert post_file(sender, b"x").status_code == 429
    assert Upload.objects.count() == 0


def test_who_may_not(people: Cast, sender: Client, calling: Caller) -> None:
    number = post_file(sender, project_list()).json()["id"]
    url = f"{UPLOADS}{number}/commit/"
    assert send(calling(people.stranger, can_write=True), "POST", url, {}).status_code == 404
    assert send(calling(people.reviewer, can_write=True), "POST", url, {}).status_code == 403
    assert send(calling(people.owner), "POST", url, {}).status_code == 403
    assert post_file(calling(people.owner), project_list()).status_code == 403
    assert (Project.objects.count(), Upload.objects.count()) == (0, 1)


def test_a_large_one_is_left_to_a_worker(sender: Client, settings: Any) -> None:
    settings.BACKGROUND_ROWS = 1
    answer = post_file(sender, project_list())
    assert (answer.status_code, answer.json()["work"]["verb"]) == (202, "check")
    assert answer["Location"] == answer.json()["work_url"]
    assert sender.get(answer["Location"]).json()["work"]["is_active"] is True
    number = answer.json()["id"]
    cancelled = send(sender, "POST", f"{UPLOADS}{number}/cancel/", {})
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")


def test_signs_that_no_table_holds_do_not_come_in_by_a_file(sender: Client) -> None:
    """Excel writes them as `_x0001_`."""
    made = post_file(sender, project_list(name="株洲_x0001_路_x000B_拓宽改造")).json()
    assert send(sender, "POST", f"{UPLOADS}{made['id']}/commit/", {"reason": "年初"}).status_code == 200
    assert "株洲路拓宽改造" in set(Project.objects.values_list("name", flat=True))


def test_a_reason_that_is_missing_is_asked_at_its_place(sender: Client) -> None:
    made = post_file(sender, project_list()).json()
    Upload.objects.filter(pk=made["id"]).update(counts={**made["counts"], "warning": 2})
    bare = send(sender, "POST", f"{UPLOADS}{made['id']}/commit/", {})
    assert (bare.status_code, bare.json()["code"], bare.json()["errors"][0]["pointer"]) == (400, "reason_required", "/reason")
    assert send(sender, "POST", f"{UPLOADS}{made['id']}/commit/", {"reason": "年初"}).status_code == 200

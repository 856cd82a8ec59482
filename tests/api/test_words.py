"""What the API says when it refuses: what was read, what would be right, at the place in the body that would have to change."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from projects.models import Obstacle, Project, Proposal
from tests.api.conftest import Caller
from tests.api.sending import MONTHS, PROJECTS, a_month, a_project, building, pointers, send
from tests.conftest import Cast
from tests.factories import make_month, make_period, make_project, make_user

pytestmark = pytest.mark.django_db
OBSTACLES, API = "/api/v1/obstacles/", "/api/v1"


def first(answer: Any) -> str:
    return str(answer.json()["errors"][0]["message"])


# --- Texts -------------------------------------------------------------------------------------------------------------------------


def test_a_text_that_no_cell_takes_is_not_stored(cast: Cast, officer: Client) -> None:
    project = make_project("甲路延长工程", cast.unit_a)
    long = send(officer, "POST", OBSTACLES, {"project_id": project.pk, "text": "长" * 40_000})
    assert (long.status_code, pointers(long)) == (400, ["/text"])
    assert first(long) == "读到 40,000 个字符，应不超过 32,767 个；请删减，或分几处填写"
    ill = send(officer, "POST", OBSTACLES, {"project_id": project.pk, "text": "征迁\u0001滞后\u000b"})
    assert (ill.status_code, pointers(ill)) == (400, ["/text"])
    assert "第 3 个字符是控制字符（U+0001）" in first(ill)
    assert Obstacle.objects.count() == 0
    fine = send(officer, "POST", OBSTACLES, {"project_id": project.pk, "text": "征迁\t滞后\n三户"})
    assert (fine.status_code, Obstacle.objects.get().text) == (201, "征迁\t滞后\n三户")


def test_a_change_holds_the_same(cast: Cast, officer: Client) -> None:
    report = make_month(building(cast), done_month_wan=1, done_ytd_wan=1, progress_text="路基施工过半")
    told = {"progress_text": "长" * 40_000, "reason": "补"}
    assert pointers(send(officer, "PATCH", f"{MONTHS}{report.pk}/", told, if_match='"1"')) == ["/progress_text"]
    assert pointers(send(officer, "PATCH", f"{MONTHS}{report.pk}/", {"problems": "x", "reason": "长" * 301}, if_match='"1"')) == ["/reason"]
    assert pointers(send(officer, "PATCH", f"{MONTHS}{report.pk}/", {"problems": "x", "reason": "\u0007"}, if_match='"1"')) == ["/reason"]
    report.refresh_from_db()
    assert (report.progress_text, report.revision) == ("路基施工过半", 1)


def test_texts_of_verbs_hold_the_same(cast: Cast, officer: Client, calling: Caller) -> None:
    report = make_month(building(cast), done_month_wan=1, done_ytd_wan=1, progress_text="路基施工过半")
    url = f"{MONTHS}{report.pk}/return/"
    told = {"reason": "核对\u0001", "cells": {"problems": "\u0002"}}
    back = send(calling(cast.reviewer, can_write=True), "POST", url, told)
    assert (back.status_code, pointers(back)) == (400, ["/cells/problems", "/reason"])
    made = send(officer, "POST", f"{API}/proposals/", {"project_id": report.project_id, "changes": {"total_wan": "1\u0001"}, "reason": "长" * 301})
    assert pointers(made) == ["/changes/total_wan", "/reason"]
    assert "读到 301 个字符，应不超过 300 个" in str(made.json())


# --- JSON --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"name": "a",\n  total: 1}', "第 2 行第 3 列，读到“total: 1}”；此处应为双引号里的名称"),
        (b'{"name": ', "第 1 行第 10 列已到末尾；此处应为一个值"),
        (b'{"name" 1}', "名称之后应为冒号"),
        (b'{"a": 1 "b": 2}', "此处应为逗号"),
        (b"{} {}", "内容到此应已结束"),
        (b'{"name": "a', "没有结束的双引号"),
        (b'{"name": "a\nb"}', "须写成 \\n"),
        (b'{"name": "\\x"}', "反斜杠之后的写法有误"),
        (b"[" * 100_000, "套得太深"),
        (b'{"a": "\xff"}', "第 8 个字节（0xFF）不是 UTF-8 编码"),
        (b'{"a": NaN}', "NaN 不是 JSON 的数"),
        (b'{"a": ' + b"9" * 5000 + b"}", "位数太多"),
        (b'{"a": "\\ud800"}', "半个字符"),
    ],
)
def test_what_is_no_json_is_told_by_its_place(officer: Client, raw: bytes, told: str) -> None:
    answer = send(officer, "POST", PROJECTS, raw)
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert told in answer.json()["message"]


def test_a_mark_at_the_start_is_passed_over(cast: Cast, officer: Client) -> None:
    project = make_project("甲路延长工程", cast.unit_a)
    body = '{"remarks": "一", "revision": 1}'.encode("utf-8-sig")
    assert send(officer, "PATCH", f"{PROJECTS}{project.pk}/", body).status_code == 200


def test_a_body_that_is_too_big_names_the_limit(officer: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 200_000
    answer = send(officer, "POST", PROJECTS, {"name": "长" * 300_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "超过 0.2 MB 的上限" in answer.json()["message"]
    chunked = officer.generic("POST", PROJECTS, b"x" * 300_000, "application/json", CONTENT_LENGTH=None)
    assert chunked.status_code in (400, 413)


# --- Who asks, and how -------------------------------------------------------------------------------------------------------------


def test_who_may_not_is_told_why(cast: Cast, calling: Caller) -> None:
    project = make_project("甲路延长工程", cast.unit_a)
    url = f"{PROJECTS}{project.pk}/"
    stranger = Client().get(url)
    assert stranger.status_code == 401
    assert "Authorization: Bearer" in stranger.json()["message"]
    for method, address in (("PATCH", url), ("POST", f"{API}/uploads/1/commit/"), ("POST", f"{API}/months/submit/")):
        reading = send(calling(cast.owner), method, address, {})
        assert (reading.status_code, reading.json()["code"]) == (403, "read_only")
        assert "只能读取" in reading.json()["message"]
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.owner)
    forged = send(browser, "POST", PROJECTS, a_project(cast))
    assert (forged.status_code, forged.json()["code"]) == (403, "csrf")
    assert "X-CSRFToken" in forged.json()["message"]
    assert Project.objects.count() == 1


def test_a_method_and_a_form_that_are_not_served(officer: Client) -> None:
    gone = officer.delete(PROJECTS)
    assert (gone.status_code, gone.json()["message"]) == (405, "这个网址不能用 DELETE，可以用：GET, POST, HEAD, OPTIONS")
    text = officer.generic("POST", PROJECTS, b"x", "text/plain")
    assert text.status_code == 415
    assert text.json()["message"] == "内容的格式（Content-Type）是 text/plain，应为 application/json, multipart/form-data"
    broken = officer.generic("POST", PROJECTS, b"x", "multipart/form-data")
    assert broken.status_code == 400
    assert "boundary" in broken.json()["message"]


# --- Bodies of verbs ---------------------------------------------------------------------------------------------------------------


def test_a_body_is_told_what_was_read_and_what_would_be_right(cast: Cast, officer: Client, calling: Caller) -> None:
    told = {"project_id": "x", "changes": "y", "decided_on": "明天"}
    answer = send(officer, "POST", f"{API}/proposals/", told)
    said = {one["pointer"]: one["message"] for one in answer.json()["errors"]}
    assert said["/changes"] == "读到 “y”；应为一个 JSON 对象（名称与值）"
    assert said["/project_id"] == "读到 “x”；应为不小于 1 的整数"
    assert said["/decided_on"] == "读到 “明天”；应为日期，如 2020-07-10"
    bare = send(officer, "POST", f"{API}/proposals/", {})
    assert {one["pointer"]: one["message"] for one in bare.json()["errors"]}["/project_id"] == "不能为空：应为不小于 1 的整数"
    listed = send(officer, "POST", f"{API}/proposals/", [1])
    assert (listed.status_code, listed.json()["message"]) == (400, "应为一个 JSON 对象：列名与值")
    hander = calling(make_user("hander", Role.DISTRICT_REVIEWER, cast.unit_a), can_write=True)
    many = send(hander, "POST", f"{API}/months/submit/", {"ids": [1, "x"]})
    assert (pointers(many), first(many)) == (["/ids/1"], "读到 “x”；应为不小于 1 的整数")


def test_a_missing_reason_is_asked_at_its_place(cast: Cast, officer: Client, calling: Caller) -> None:
    project = make_project("甲路延长工程", cast.unit_a)
    made = send(officer, "POST", f"{API}/proposals/", {"project_id": project.pk, "changes": {"total_wan": "13000"}, "reason": "批复"}).json()
    refused = send(calling(cast.city, can_write=True), "POST", f"{API}/proposals/{made['id']}/refuse/", {})
    assert (refused.status_code, pointers(refused)) == (400, ["/note"])
    assert Proposal.objects.get().state == Proposal.State.OPEN
    problem = send(officer, "POST", OBSTACLES, {"project_id": project.pk, "raised_on": "2020-06-05", "text": "征迁滞后"}).json()
    solved = send(officer, "POST", f"{OBSTACLES}{problem['id']}/resolve/", {"resolution": "已签约", "resolved_on": "2020-06-20"})
    assert solved.status_code == 200
    again = send(officer, "POST", f"{OBSTACLES}{problem['id']}/reopen/", {})
    assert (again.status_code, pointers(again)) == (400, ["/reason"])
    about = first(again).partition("请在 reason 中说明：")[2]
    assert about.strip()
    assert "填写后可以保存" not in str(again.json())


def test_a_negative_month_says_what_to_send(cast: Cast, officer: Client) -> None:
    project = building(cast)
    make_period()
    answer = send(officer, "POST", MONTHS, a_month(project, done_month_wan=-5, done_ytd_wan=5))
    assert answer.status_code == 400
    assert "接口写 reason" in str(answer.json())


# --- Which state was seen ----------------------------------------------------------------------------------------------------------


def test_the_revision_may_stand_in_the_body(cast: Cast, officer: Client) -> None:
    project = make_project("甲路延长工程", cast.unit_a)
    url = f"{PROJECTS}{project.pk}/"
    none = send(officer, "PATCH", url, {"remarks": "一"})
    assert (none.status_code, pointers(none)) == (428, ["/revision"])
    two = send(officer, "PATCH", url, {"remarks": "一", "revision": 1}, if_match='"2"')
    assert (two.status_code, pointers(two)) == (400, ["/revision"])
    assert send(officer, "PATCH", url, {"remarks": "一", "revision": 1}, if_match='"1"').status_code == 200
    assert send(officer, "PATCH", url, {"remarks": "二", "revision": 1}).status_code == 412
    assert send(officer, "PATCH", url, {"remarks": "二", "revision": 2}).json()["revision"] == 3
    for odd in (True, "x", [1], -1, 1.5):
        assert pointers(send(officer, "PATCH", url, {"remarks": "三", "revision": odd})) == ["/revision"]
    assert send(officer, "POST", PROJECTS, a_project(cast, revision=1)).status_code == 400


def test_a_month_by_its_project_takes_the_revision_too(cast: Cast, officer: Client) -> None:
    report = make_month(building(cast), done_month_wan=100, done_ytd_wan=600, progress_text="路基施工过半")
    url = f"{PROJECTS}{report.project_id}/months/{report.period.as_period}/"
    assert send(officer, "PUT", url, {"problems": "征迁", "reason": "补"}).status_code == 428
    assert send(officer, "PUT", url, {"problems": "征迁", "reason": "补", "revision": 1}).json()["problems"] == "征迁"


# --- The page that a browser shows --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "title"),
    [("", "全部数据表"), ("figures/", "指标与维度"), ("changes/", "变更序列"), ("debt-service/", "还本付息"), ("months/submit/", "月度进展：提交")],
)
def test_doors_are_called_by_their_words(cast: Cast, client: Client, address: str, title: str) -> None:
    client.force_login(cast.owner)
    page = client.get(f"{API}/{address}", headers={"accept": "text/html"}).content.decode()
    assert f"<h1>{title}</h1>" in page
    for english in ("What there is", "Figure List", "What came after", "What may be asked for", "Do a verb"):
        assert english not in page

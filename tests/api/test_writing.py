"""Rows written through the API: the admin's own rules, the state that was seen, faults at their places, and nothing half done."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditEvent
from projects.models import Door, MonthReport, NilReturn, Project, ProjectCode, Proposal, ReviewEvent
from projects.services.periods import lock_period
from tests.api.conftest import Caller
from tests.api.sending import MONTHS, PROJECTS, a_month, a_project, building, pointers, send
from tests.conftest import Cast
from tests.factories import make_month, make_period, make_project

pytestmark = pytest.mark.django_db


def test_a_project_is_entered_as_by_its_page(cast: Cast, officer: Client) -> None:
    answer = send(officer, "POST", PROJECTS, a_project(cast))
    assert answer.status_code == 201, answer.content.decode()
    told = answer.json()
    stored = Project.objects.get(pk=told["id"])
    assert (told["uid"], told["total_wan"], told["unit_key"]) == (f"P-{stored.pk:06d}", 12000.5, cast.unit_a.key)
    assert answer["ETag"] == f'"{stored.revision}"'
    assert answer["Location"].endswith(f"{PROJECTS}{stored.pk}/")
    line = stored.history.latest()
    assert (line.door, line.history_user_id, line.history_change_reason) == (Door.API, cast.owner.pk, "年初列入")
    assert stored.plan_versions.get().is_baseline
    assert AuditEvent.objects.filter(event="project.add", object_id=str(stored.pk)).count() == 1


def test_every_fault_has_its_place_and_nothing_is_stored(cast: Cast, officer: Client) -> None:
    make_project("同名路", cast.unit_a)
    asked = a_project(cast, name="同名路", total_wan="很多", sector_id=999_999, planned_start="明年")
    answer = send(officer, "POST", PROJECTS, asked)
    assert answer.status_code == 400
    assert pointers(answer) == ["/name", "/planned_start", "/sector_id", "/total_wan"]
    assert Project.objects.count() == 1
    assert pointers(send(officer, "POST", PROJECTS, a_project(cast, totl=1, stage={"a": 1}))) == ["/stage", "/totl"]
    assert send(officer, "POST", PROJECTS, ["x"]).status_code == 400
    assert pointers(send(officer, "POST", PROJECTS, a_project(cast, land_mu=10**50, lead=["x"], total_wan=True))) == [
        "/land_mu",
        "/lead",
        "/total_wan",
    ]
    for raw in (b"{", b'{"name": NaN}', b'{"name": "\\u0000"}', b'{"name": "\\ud800"}', b"[" * 100_000, b"\xff", b'{"total_wan": 1e999999}'):
        assert send(officer, "POST", PROJECTS, raw).status_code == 400


def test_the_rules_speak_with_their_code(cast: Cast, officer: Client) -> None:
    answer = send(officer, "POST", PROJECTS, a_project(cast, stage="build", actual_start="2020-05", actual_finish="2020-04"))
    assert answer.status_code == 400
    told = {one["pointer"]: one for one in answer.json()["errors"]}
    assert told["/actual_finish"]["severity"] == "error"
    assert told["/actual_finish"]["code"] not in ("", "invalid")


def test_other_units_rows_are_out_of_reach(cast: Cast, officer: Client) -> None:
    foreign = make_project("乙路延长工程", cast.unit_b)
    answer = send(officer, "POST", PROJECTS, a_project(cast, unit_key=cast.unit_b.key))
    assert (answer.status_code, pointers(answer)) == (400, ["/unit_key"])
    assert send(officer, "PATCH", f"{PROJECTS}{foreign.pk}/", {"remarks": "x"}, if_match='"1"').status_code == 404
    own = make_project("甲路延长工程", cast.unit_a)
    moved = send(officer, "PATCH", f"{PROJECTS}{own.pk}/", {"unit_id": cast.unit_b.pk}, if_match='"1"')
    assert (moved.status_code, pointers(moved)) == (400, ["/unit_id"])
    own.refresh_from_db()
    assert (own.unit_id, own.revision, Project.objects.count()) == (cast.unit_a.pk, 1, 2)


def test_a_reading_token_and_a_reviewer_write_nothing(cast: Cast, calling: Caller) -> None:
    own = make_project("甲路延长工程", cast.unit_a)
    for client in (calling(cast.owner), calling(cast.reviewer, can_write=True)):
        assert send(client, "POST", PROJECTS, a_project(cast)).status_code == 403
        assert send(client, "PATCH", f"{PROJECTS}{own.pk}/", {"remarks": "x"}, if_match='"1"').status_code == 403
    assert list(Project.objects.values_list("remarks", flat=True)) == [""]


def test_a_change_names_the_state_it_saw(cast: Cast, officer: Client) -> None:
    own = make_project("甲路延长工程", cast.unit_a)
    url = f"{PROJECTS}{own.pk}/"
    assert send(officer, "PATCH", url, {"remarks": "一"}).status_code == 428
    assert send(officer, "PATCH", url, {"remarks": "一"}, if_match="*").status_code == 400
    seen = officer.get(url)["ETag"]
    first = send(officer, "PATCH", url, {"remarks": "一"}, if_match=seen)
    assert (first.status_code, first.json()["remarks"], first["ETag"]) == (200, "一", '"2"')
    late = send(officer, "PATCH", url, {"remarks": "二"}, if_match=seen)
    assert (late.status_code, late.json()["code"], late["ETag"]) == (412, "stale", '"2"')
    assert late.json()["current"]["remarks"] == "一"
    own.refresh_from_db()
    assert (own.remarks, own.revision, own.history.first().door) == ("一", 2, Door.API)
    same = send(officer, "PATCH", url, {"remarks": "一"}, if_match='"2"')
    assert (same.status_code, same["ETag"]) == (200, '"2"')


def test_what_was_decided_is_proposed(cast: Cast, officer: Client) -> None:
    own = make_project("甲路延长工程", cast.unit_a)
    url = f"{PROJECTS}{own.pk}/"
    asked = {"total_wan": 13000, "remarks": "概算调整"}
    bare = send(officer, "PATCH", url, asked, if_match='"1"')
    assert (bare.status_code, bare.json()["code"]) == (400, "reason_required")
    assert "/reason" in pointers(bare)
    assert (Project.objects.get().remarks, Proposal.objects.count()) == ("", 0)
    answer = send(officer, "PATCH", url, {**asked, "reason": "概算批复", "doc_no": "青发改〔2020〕12号"}, if_match='"1"')
    assert answer.status_code == 202, answer.content.decode()
    made = Proposal.objects.get()
    assert (made.by, made.door, made.doc_no, made.reason) == (cast.owner, Door.API, "青发改〔2020〕12号", "概算批复")
    assert answer.json()["proposal"]["changes"] == [{"field": "total_wan", "before": "12000", "after": "13000"}]
    own.refresh_from_db()
    assert (own.total_wan, own.remarks) == (12000, "概算调整")
    again = send(officer, "PATCH", url, {"total_wan": 13000, "reason": "再一次"}, if_match='"2"')
    assert (again.status_code, again.json()["code"]) == (409, "twin")
    assert send(officer, "PATCH", url, {"total_wan": 12000}, if_match='"2"').status_code == 200


def test_a_first_code_is_written_and_another_is_proposed(cast: Cast, officer: Client) -> None:
    own = make_project("甲路延长工程", cast.unit_a)
    url = f"{PROJECTS}{own.pk}/"
    wrong = send(officer, "PATCH", url, {"code": "12-34"}, if_match='"1"')
    assert (wrong.status_code, pointers(wrong)) == (400, ["/code"])
    assert send(officer, "PATCH", url, {"code": "2019-370212-48-03-000001", "reason": "赋码"}, if_match='"1"').status_code == 200
    assert ProjectCode.objects.get().history.get().door == Door.API
    other = send(officer, "PATCH", url, {"code": "2019-370212-48-03-000002", "reason": "换码"}, if_match='"1"')
    assert other.status_code == 202, other.content.decode()
    assert ProjectCode.objects.count() == 1


def test_a_month_is_reported_and_changed(cast: Cast, officer: Client) -> None:
    project = building(cast)
    period = make_period()
    NilReturn.objects.create(unit=cast.unit_a, period=period, note="无变化", by=cast.owner)
    made = send(officer, "POST", MONTHS, a_month(project, reason="按统计口径"))
    assert made.status_code == 201, made.content.decode()
    assert (made.json()["done_ytd_wan"], made.json()["state"], made.json()["ended_nil"]) == (600, "draft", True)
    assert MonthReport.objects.get().history.latest().door == Door.API
    twice = send(officer, "POST", MONTHS, a_month(project, reason="再"))
    assert twice.status_code == 400
    assert MonthReport.objects.count() == 1


def test_put_makes_or_changes_the_report_of_a_period(cast: Cast, officer: Client) -> None:
    project = building(cast)
    make_period()
    url = f"{PROJECTS}{project.pk}/months/2020-06/"
    asked = {"done_month_wan": 100, "done_ytd_wan": 600, "progress_text": "路基施工过半", "reason": "统计口径"}
    assert officer.get(url).status_code == 404
    made = send(officer, "PUT", url, asked)
    assert (made.status_code, made["ETag"]) == (201, '"1"'), made.content.decode()
    assert send(officer, "PUT", url, asked).status_code == 428
    changed = send(officer, "PUT", url, {**asked, "done_month_wan": 120, "done_ytd_wan": 620}, if_match='"1"')
    assert (changed.status_code, changed.json()["done_month_wan"]) == (200, 120), changed.content.decode()
    assert send(officer, "PUT", url, asked, if_match='"1"').status_code == 412
    assert send(officer, "PUT", f"{PROJECTS}{project.pk}/months/june/", asked).status_code == 400
    assert MonthReport.objects.get().done_month_wan == 120


def test_an_edit_takes_an_approval_away_and_says_so(cast: Cast, officer: Client) -> None:
    report = make_month(building(cast), done_month_wan=100, done_ytd_wan=600, progress_text="路基施工过半", state=MonthReport.State.APPROVED)
    answer = send(officer, "PATCH", f"{MONTHS}{report.pk}/", {"problems": "征迁滞后", "reason": "补报"}, if_match='"1"')
    assert (answer.status_code, answer.json()["voided"], answer.json()["state"]) == (200, True, "draft"), answer.content.decode()
    assert ReviewEvent.objects.get().by == cast.owner


def test_a_locked_month_is_left_alone(cast: Cast, officer: Client) -> None:
    report = make_month(building(cast), done_month_wan=100, done_ytd_wan=600)
    lock_period(period_id=report.period_id, actor=cast.city, reason="月结")
    answer = send(officer, "PATCH", f"{MONTHS}{report.pk}/", {"problems": "征迁", "reason": "补"}, if_match='"1"')
    assert answer.status_code == 400
    assert "锁定" in answer.content.decode()
    assert MonthReport.objects.get().problems == ""


def test_a_warning_asks_for_a_reason(cast: Cast, officer: Client) -> None:
    project = building(cast)
    make_period()
    asked = a_month(project, done_ytd_wan=9000)
    bare = send(officer, "POST", MONTHS, asked)
    assert (bare.status_code, bare.json()["code"]) == (400, "reason_required"), bare.content.decode()
    assert MonthReport.objects.count() == 0
    answered = send(officer, "POST", MONTHS, {**asked, "reason": "提前完成，见说明"})
    assert answered.status_code == 201
    assert {one["severity"] for one in answered.json()["findings"]} >= {"warning"}


def test_a_number_that_does_not_fit_is_told_what_would(cast: Cast, officer: Client) -> None:
    answer = send(officer, "POST", PROJECTS, a_project(cast, total_wan=int("9" * 30)))
    assert answer.status_code == 400
    (told,) = answer.json()["errors"]
    assert (told["pointer"], told["code"]) == ("/total_wan", "number")
    assert "应填不超过 1,000,000,000 的数，最多 6 位小数" in told["message"]
    assert Project.objects.count() == 0

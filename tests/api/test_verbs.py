"""The verbs of the cycle, of proposals, corrections and problems, through the API: by the same services, and refused in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.roles import Role
from projects.models import Correction, Cut, Door, LockException, MonthReport, NilReturn, Obstacle, Project, Proposal, ReportingPeriod, ReviewEvent
from tests.api.conftest import Caller
from tests.api.sending import MONTHS, a_month, building, send
from tests.conftest import Cast
from tests.factories import make_month, make_period, make_project, make_user

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def city(cast: Cast, calling: Caller) -> Client:
    return calling(cast.city, can_write=True)


@pytest.fixture
def reviewer(cast: Cast, calling: Caller) -> Client:
    return calling(cast.reviewer, can_write=True)


@pytest.fixture
def hander(cast: Cast, calling: Caller) -> Client:
    """Who hands in for unit A."""
    return calling(make_user("hander", Role.DISTRICT_REVIEWER, cast.unit_a), can_write=True)


def a_report(cast: Cast, name: str = "甲路延长工程", **more: object) -> MonthReport:
    return make_month(building(cast, name), done_month_wan=100, done_ytd_wan=600, progress_text="路基施工过半", **more)


def test_a_report_goes_its_way(cast: Cast, hander: Client, officer: Client, reviewer: Client, calling: Caller) -> None:
    report = a_report(cast)
    url = f"{MONTHS}{report.pk}"
    assert send(officer, "POST", f"{url}/approve/", {}).status_code == 403
    assert send(calling(cast.stranger, can_write=True), "POST", f"{url}/submit/", {}).status_code == 404
    assert send(calling(cast.owner), "POST", f"{url}/submit/", {}).status_code == 403
    assert send(officer, "POST", f"{url}/submit/", {}).status_code == 403
    assert send(hander, "POST", f"{url}/submit/", {}, if_match='"7"').status_code == 412
    done = send(hander, "POST", f"{url}/submit/", {}, if_match='"1"')
    assert (done.status_code, done.json()["state"], done["ETag"]) == (200, "submitted", '"2"')
    twice = send(hander, "POST", f"{url}/submit/", {})
    assert (twice.status_code, twice.json()["code"]) == (409, "state")
    bare = send(reviewer, "POST", f"{url}/return/", {"cells": {"done_ytd_wan": "与上月不符"}})
    assert (bare.status_code, bare.json()["errors"][0]["pointer"]) == (400, "/reason")
    assert send(reviewer, "POST", f"{url}/return/", {"reason": "核对", "cells": {"nope": "x"}}).status_code == 400
    back = send(reviewer, "POST", f"{url}/return/", {"reason": "核对", "cells": {"done_ytd_wan": "与上月不符"}})
    assert (back.status_code, back.json()["state"]) == (200, "returned")
    assert ReviewEvent.objects.order_by("id").last().cells == {"done_ytd_wan": "与上月不符"}  # type: ignore[union-attr]
    assert set(MonthReport.history.filter(state__in=["submitted", "returned"]).values_list("door", flat=True)) == {Door.API}
    assert send(hander, "POST", f"{url}/submit/", {"cels": {}}).status_code == 400


def test_many_at_once_are_done_or_left_with_words(cast: Cast, hander: Client) -> None:
    reports = [a_report(cast, f"分段道路工程{n}") for n in range(2)]
    foreign = make_month(make_project("乙路延长工程", cast.unit_b))
    handed = a_report(cast, "已交道路工程", state=MonthReport.State.SUBMITTED)
    asked = {"ids": [*(report.pk for report in reports), foreign.pk, handed.pk, 999_999]}
    answer = send(hander, "POST", f"{MONTHS}submit/", asked).json()
    assert [one["id"] for one in answer["done"]] == [report.pk for report in reports]
    assert {(one["id"], one["code"]) for one in answer["left"]} == {(foreign.pk, "gone"), (handed.pk, "state"), (999_999, "gone")}
    assert all(one["message"] for one in answer["left"])
    foreign.refresh_from_db()
    assert foreign.state == "draft"
    assert send(hander, "POST", f"{MONTHS}approve/", asked).status_code == 403
    assert send(hander, "POST", f"{MONTHS}submit/", {"ids": []}).status_code == 400
    assert send(hander, "POST", f"{MONTHS}submit/", {"ids": ["x"]}).status_code == 400


def test_nothing_changed(cast: Cast, hander: Client) -> None:
    make_period()
    url, asked = f"{API}/nil-returns/", {"unit_key": cast.unit_a.key, "period": "2020-06", "note": "停工"}
    assert send(hander, "POST", url, {**asked, "unit_key": cast.unit_b.key}).status_code == 403
    assert send(hander, "POST", url, {**asked, "period": "2031-01"}).status_code == 400
    made = send(hander, "POST", url, asked)
    assert (made.status_code, made.json()["unit_key"]) == (201, cast.unit_a.key), made.content.decode()
    assert send(hander, "POST", url, asked).status_code == 409
    assert send(hander, "POST", f"{url}{made.json()['id']}/withdraw/", {}).status_code == 200
    assert NilReturn.objects.get().withdrawn_at is not None


def test_months_are_locked_opened_and_corrected(cast: Cast, hander: Client, officer: Client, city: Client, reviewer: Client) -> None:
    report = a_report(cast)
    lock = f"{API}/periods/{report.period_id}"
    assert send(officer, "POST", f"{lock}/lock/", {"reason": "月结"}).status_code == 403
    bare = send(city, "POST", f"{lock}/lock/", {})
    assert (bare.status_code, bare.json()["code"]) == (400, "reason")
    assert send(city, "POST", f"{lock}/lock/", {"reason": "月结"}).status_code == 200
    closed = send(hander, "POST", f"{MONTHS}{report.pk}/submit/", {})
    assert (closed.status_code, closed.json()["code"]) == (409, "locked")
    asked = {"report_id": report.pk, "values": {"done_month_wan": "110", "done_ytd_wan": "610"}, "reason": "漏计一笔"}
    assert send(officer, "POST", f"{API}/corrections/", {**asked, "values": {"done_month_wan": "多"}}).status_code == 400
    made = send(officer, "POST", f"{API}/corrections/", asked)
    assert made.status_code == 201, made.content.decode()
    number = made.json()["results"][0]["id"]
    assert send(officer, "POST", f"{API}/corrections/{number}/approve/", {}).status_code == 403
    assert send(reviewer, "POST", f"{API}/corrections/{number}/refuse/", {"note": "证据不足"}).json()["state"] == "refused"
    first, second = (row["together"] for row in made.json()["results"])
    assert (first, second) == (number, number)
    assert set(Correction.objects.values_list("state", flat=True)) == {"refused"}, "what was proposed together is settled together"
    until = (timezone.now() + timedelta(days=2)).isoformat()
    echoed = {**asked, "values": {"done_month_wan": 110.0, "done_ytd_wan": 610}}
    assert send(officer, "POST", f"{API}/corrections/", echoed).status_code == 201, "a number as it was read"
    let_in = send(city, "POST", f"{API}/lock-exceptions/", {"unit_key": cast.unit_a.key, "period": "2020-06", "until": until, "reason": "补报"})
    assert let_in.status_code == 201, let_in.content.decode()
    assert send(city, "POST", f"{API}/lock-exceptions/{let_in.json()['id']}/revoke/", {}).status_code == 200
    assert LockException.objects.get().revoked_at is not None
    last = timezone.localdate() + timedelta(days=3)
    named = {"unit_key": cast.unit_a.key, "period": "2020-06", "until": f"{last}", "reason": "补报"}
    assert send(city, "POST", f"{API}/lock-exceptions/", named).status_code == 201
    assert timezone.localdate(LockException.objects.latest("id").until) == last, "a day is meant to its end"
    assert set(ReportingPeriod.history.filter(locked_at__isnull=False).values_list("door", flat=True)) == {"api"}
    assert set(Cut.objects.values_list("door", flat=True)) == {"api"}
    assert send(city, "POST", f"{lock}/unlock/", {"reason": "更正"}).json()["locked_at"] is None


def test_proposals_are_made_and_settled(cast: Cast, officer: Client, reviewer: Client) -> None:
    project = make_project("甲路延长工程", cast.unit_a)
    url, asked = f"{API}/proposals/", {"project_id": project.pk, "changes": {"total_wan": "13000"}, "reason": "概算"}
    assert send(officer, "POST", url, {**asked, "changes": {"remarks": "x"}}).status_code == 400
    assert send(officer, "POST", url, {**asked, "changes": {"total_wan": "多"}}).json()["errors"][0]["pointer"] == "/changes/total_wan"
    assert send(officer, "POST", url, {**asked, "changes": {"list:9": "on"}}).status_code == 400
    for wrong in ("2020-13", "2020年13月", "abc"):
        refused = send(officer, "POST", url, {**asked, "changes": {"planned_finish": wrong}})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/changes/planned_finish")
        row = officer.get(f"{API}/projects/{project.pk}/")
        patched = send(officer, "PATCH", f"{API}/projects/{project.pk}/", {"planned_finish": wrong}, if_match=row["ETag"])
        assert (patched.status_code, patched.json()["errors"][0]["pointer"]) == (400, "/planned_finish")
    assert send(officer, "POST", url, {**asked, "changes": {"total_wan": {"a": 1}}}).status_code == 400
    made = send(officer, "POST", url, asked)
    assert made.status_code == 201, made.content.decode()
    one = f"{url}{made.json()['id']}"
    assert send(officer, "POST", f"{one}/approve/", {}).status_code == 403
    undocumented = send(reviewer, "POST", f"{one}/approve/", {})
    assert (undocumented.status_code, undocumented.json()["code"]) == (409, "document")
    assert send(reviewer, "POST", f"{one}/approve/", {"doc_no": "青发改〔2020〕12号"}).json()["state"] == "approved"
    assert Project.objects.get().total_wan == 13000
    assert Project.history.latest("history_id").door == "api"
    second = send(officer, "POST", url, {**asked, "changes": {"total_wan": 14000.5}}).json()["id"]
    assert send(officer, "POST", f"{url}{second}/withdraw/", {}).json()["state"] == "withdrawn"
    assert Proposal.objects.filter(state="open").count() == 0


def test_problems_are_raised_resolved_and_opened_again(cast: Cast, officer: Client) -> None:
    project = make_project("甲路延长工程", cast.unit_a)
    url = f"{API}/obstacles/"
    made = send(officer, "POST", url, {"project_id": project.pk, "text": "征迁滞后"})
    assert made.status_code == 201, made.content.decode()
    assert made.json()["raised_on"] == timezone.localdate().isoformat()
    one = f"{url}{made.json()['id']}"
    assert send(officer, "POST", f"{one}/resolve/", {}).status_code == 400
    assert send(officer, "POST", f"{one}/resolve/", {"resolution": "已签约"}).json()["resolved_on"]
    bare = send(officer, "POST", f"{one}/reopen/", {})
    assert (bare.status_code, bare.json()["code"]) == (400, "reason_required"), bare.content.decode()
    again = send(officer, "POST", f"{one}/reopen/", {"reason": "又反悔"})
    assert again.json()["resolved_on"] is None
    assert set(Obstacle.history.values_list("door", flat=True)) == {Door.API}


def test_a_month_of_another_unit_is_not_taken(cast: Cast, officer: Client) -> None:
    make_period()
    foreign = make_project("乙路延长工程", cast.unit_b)
    assert send(officer, "POST", MONTHS, a_month(foreign)).status_code == 400
    assert send(officer, "PUT", f"{API}/projects/{foreign.pk}/months/2020-06/", {}).status_code == 404
    assert MonthReport.objects.count() == 0

"""The pages of lights: what they show to whom, the workbook, the simulator, the panel, and the doors that write."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from projects.models import LightNote, LightProfile, Project
from projects.services.reference import load_reference
from projects.values import Month
from tests.conftest import Cast
from tests.reports.test_light_rows import PROFILES, lit

pytestmark = pytest.mark.django_db
JUNE = {"period": "2020-06"}


@pytest.fixture(autouse=True)
def rules(tmp_path: Path) -> None:
    shutil.copy(PROFILES, tmp_path)
    load_reference(tmp_path)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.RoleBackend")
    return client


@pytest.fixture
def works(cast: Cast) -> dict[str, Project]:
    return {
        "red": lit(cast.unit_a, 5, "很慢的工程项目"),
        "yellow": lit(cast.unit_a, 38, "慢的工程项目"),
        "other": lit(cast.unit_b, 5, "别区的工程项目"),
    }


def test_the_page_lists_lights_in_words_with_their_reasons(cast: Cast, works: dict[str, Project]) -> None:
    page = client_of(cast.city).get("/reports/lights/", JUNE).content.decode()
    assert "■ 红" in page
    assert "▲ 黄" in page
    assert "完成率5.00%，时序50.00%，落后时序45.00个百分点。" in page
    assert "别区的工程项目" in page
    own = client_of(cast.owner).get("/reports/lights/", JUNE).content.decode()
    assert "很慢的工程项目" in own
    assert "别区的工程项目" not in own


def test_chips_narrow_and_counts_lead_to_rows(cast: Cast, works: dict[str, Project]) -> None:
    client = client_of(cast.city)
    page = client.get("/reports/lights/", {**JUNE, "colour": "yellow"}).content.decode()
    assert "慢的工程项目" in page
    assert "别区的工程项目" not in page
    by_unit = client.get("/reports/lights/", {**JUNE, "by": "unit"}).content.decode()
    assert f"unit={cast.unit_b.key}" in by_unit
    red = client.get("/reports/lights/", {**JUNE, "by": "red"}).content.decode()
    assert "红灯自" in red
    assert "2020年6月" in red
    assert client.get("/reports/lights/", {**JUNE, "colour": "blue"}).status_code == 400
    assert client.get("/reports/lights/", {**JUNE, "profile": "paris"}).status_code == 400
    assert client_of(cast.owner).get("/reports/lights/", {**JUNE, "unit": cast.unit_b.key}).status_code == 404


def test_another_citys_rule_is_for_comparison(cast: Cast, works: dict[str, Project]) -> None:
    page = client_of(cast.city).get("/reports/lights/", {**JUNE, "profile": "wuhan"}).content.decode()
    assert "武汉 v1" in page
    assert "为时序的10.00%" in page


def test_the_workbook_prints_the_red_list_with_the_same_words(cast: Cast, works: dict[str, Project]) -> None:
    answer = client_of(cast.owner).get("/reports/lights.xlsx", JUNE)
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["红灯清单", "按单位", "按领域", "全部项目"]
    told = [[cell.value for cell in row] for row in book["红灯清单"].iter_rows()]
    flat = [value for row in told for value in row]
    assert "很慢的工程项目" in flat
    assert "别区的工程项目" not in flat
    assert "完成率5.00%，时序50.00%，落后时序45.00个百分点。" in flat


def test_the_simulator_says_which_lights_turn_and_writes_nothing(cast: Cast, works: dict[str, Project]) -> None:
    rule = {"progress_by": "points", "progress_yellow": "8", "progress_yellow_at": "on", "progress_red": "10", "slack": "green", "unit_by": ""}
    page = client_of(cast.city).get("/reports/lights/simulator/", {**JUNE, **rule, "unit_red_months": "2"}).content.decode()
    assert "3 个项目中有 1 个变灯，其中 1 个变得更重" in page
    assert "慢的工程项目" in page
    assert "/admin/projects/lightprofile/adopt/?" in page
    assert LightProfile.objects.filter(is_own=True).count() == 1
    reader = client_of(cast.owner).get("/reports/lights/simulator/", {**JUNE, **rule, "unit_red_months": "2"})
    assert "/admin/projects/lightprofile/adopt/" not in reader.content.decode()
    wrong = client_of(cast.city).get("/reports/lights/simulator/", {**JUNE, **rule, "progress_red": "1", "unit_red_months": "2"})
    assert wrong.status_code == 400
    assert "进度红灯的界线不能低于黄灯的" in wrong.content.decode()


def test_the_project_page_and_list_show_the_light(cast: Cast, works: dict[str, Project]) -> None:
    client = client_of(cast.city)
    page = client.get(f"/admin/projects/project/{works['red'].pk}/?month=2020-06").content.decode()
    assert 'id="panel-lights"' in page
    assert "落后时序45.00个百分点" in page
    assert "自2020年6月起为红灯" in page
    assert "■ 红" in client.get("/admin/projects/project/?month=2020-06").content.decode()


def test_officers_say_and_withdraw_on_pages(cast: Cast, works: dict[str, Project]) -> None:
    address = f"/admin/projects/lightnote/for/{works['red'].pk}/"
    given = {"kind": "explanation", "month": "2020-06", "colour": "", "entered_on": "", "reason": "汛期停工"}
    assert client_of(cast.stranger).post(address, given).status_code == 404
    assert client_of(cast.owner).post(address, {**given, "kind": "override", "colour": "green"}).status_code == 400
    assert client_of(cast.owner).post(address, {**given, "month": "六月"}).status_code == 400
    assert LightNote.objects.count() == 0
    assert client_of(cast.owner).post(address, given).status_code == 302
    note = LightNote.objects.get()
    page = client_of(cast.owner).get("/reports/lights/", JUNE).content.decode()
    assert "汛期停工（陈晓" in page
    assert client_of(cast.owner).post(f"/admin/projects/lightnote/{note.pk}/withdraw/", {"reason": "误写"}).status_code == 302
    assert client_of(cast.owner).post(f"/admin/projects/lightnote/{note.pk}/withdraw/", {"reason": "误写"}).status_code == 400
    shown = client_of(cast.owner).get(f"/admin/projects/project/{works['red'].pk}/?month=2020-06").content.decode()
    assert "已撤回" in shown
    assert "误写（陈晓" in shown


def test_a_version_is_adopted_on_its_page(cast: Cast) -> None:
    month = Month.of(timezone.localdate()).next
    given = {"progress_by": "points", "progress_yellow": "8", "progress_red": "30", "slack": "green", "unit_by": "", "unit_red_months": "2"}
    client = client_of(cast.city)
    assert client.get("/admin/projects/lightprofile/adopt/").status_code == 200
    assert client.post("/admin/projects/lightprofile/adopt/", {**given, "valid_from": "2020-06", "reason": "专题会"}).status_code == 400
    assert client.post("/admin/projects/lightprofile/adopt/", {**given, "valid_from": str(month), "reason": "专题会"}).status_code == 302
    assert client_of(cast.reviewer).get("/admin/projects/lightprofile/adopt/").status_code == 403
    made = LightProfile.objects.get(is_own=True, version=2)
    assert (made.by, made.reason, made.progress_yellow) == (cast.city, "专题会", 8)
    page = client.get("/admin/projects/lightprofile/").content.decode()
    assert "青岛默认方案 v2" in page
    assert "专题会" in page


def test_machines_say_withdraw_and_adopt(cast: Cast, works: dict[str, Project]) -> None:
    client = client_of(cast.city)
    told = {"project_id": works["red"].pk, "month": "2020-06", "kind": "override", "colour": "yellow", "reason": "资料在途"}
    made = client.post("/api/v1/light-notes/", told, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["colour"] == "yellow"
    wrong = client.post("/api/v1/light-notes/", {**told, "colour": ""}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/colour")
    key = made.json()["id"]
    assert client.post(f"/api/v1/light-notes/{key}/withdraw/", {"reason": "已到"}, content_type="application/json").status_code == 201
    assert client.post(f"/api/v1/light-notes/{key}/withdraw/", {"reason": "已到"}, content_type="application/json").status_code == 409
    rule = {"valid_from": "2033-01", "reason": "专题会", "progress_by": "share", "progress_yellow": 20, "progress_red": 40}
    adopted = client.post("/api/v1/light-profiles/", rule, content_type="application/json")
    assert adopted.status_code == 201, adopted.content
    assert (adopted.json()["version"], adopted.json()["start_red"]) == (2, None)
    early = client.post("/api/v1/light-profiles/", {**rule, "valid_from": "2020-01"}, content_type="application/json")
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (400, "/valid_from")

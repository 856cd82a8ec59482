"""Lists, versions, campaigns, owners, places, tags and further codes by the API, and registrations struck out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent
from funding.ledger import Step
from funding.models import Bond, CentralPlan, QuotaBatch
from funding.proofs import faults
from projects.models import Campaign, CampaignProject, Classification, Door, LocationShare, Organisation, PlanVersion, ProjectTag
from tests.api.conftest import Caller
from tests.api.sending import PROJECTS, a_project, pointers, send
from tests.conftest import Cast
from tests.factories import make_code, make_division, make_entry, make_list, make_project, make_version
from tests.funding.money import SOURCE, give, make_bond, make_central, make_issue, make_quota, of_bond

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def city(cast: Cast, calling: Caller) -> Client:
    return calling(cast.city, can_write=True)


# --- Lists, campaigns, owners ------------------------------------------------------------------------------------------------------


def test_a_list_and_its_versions_are_kept_by_the_city(city: Client, officer: Client) -> None:
    asked = {"key": "infra-2021", "name": "2021年重大基础设施项目", "year": 2021, "kind": "infrastructure"}
    assert send(officer, "POST", f"{API}/lists/", asked).status_code == 403
    assert pointers(send(city, "POST", f"{API}/lists/", {**asked, "key": "有 空格", "kind": "x"})) == ["/key", "/kind"]
    assert send(city, "POST", f"{API}/lists/", asked).status_code == 201
    version = {"list_key": "infra-2021", "number": 1, "as_of": "2021-01-13", "doc_no": "青发改〔2021〕1号", "declared_count": 138}
    made = send(city, "POST", f"{API}/list-versions/", {**version, "declared_total_wan": 5_000_000.5, "reason": "按文件"})
    assert (made.status_code, made.json()["declared_total_wan"], made.json()["list_key"]) == (201, 5_000_000.5, "infra-2021")
    assert send(city, "POST", f"{API}/list-versions/", version).status_code == 400
    assert pointers(send(city, "POST", f"{API}/list-versions/", {**version, "list_key": "none"})) == ["/list_key"]
    place = f"{API}/list-versions/{made.json()['id']}/"
    assert send(city, "PATCH", place, {"note": "勘误"}).status_code == 428
    assert send(city, "PATCH", place, {"note": "勘误"}, if_match=made["ETag"]).json()["note"] == "勘误"
    assert send(city, "PATCH", place, {"note": "再勘误"}, if_match=made["ETag"]).status_code == 412
    assert send(officer, "PATCH", place, {"note": "区里改"}, if_match='"2"').status_code == 403
    bulk = [{**version, "number": number} for number in (2, 3)]
    assert send(city, "POST", f"{API}/list-versions/bulk/", bulk).json()["done"] == 2


def test_a_campaign_takes_its_list_in(city: Client, officer: Client, cast: Cast) -> None:
    own, listed = make_project("甲路", cast.unit_a), make_project("乙路", cast.unit_b)
    version = make_version(make_list())
    make_entry(version, own), make_entry(version, listed)
    member = {"project_uid": own.uid, "target_wan": 5000, "joined_on": "2020-04-02"}
    asked = {"name": "百日攻坚", "begins_on": "2020-04-01", "ends_on": "2020-07-09", "list_version_id": version.pk}
    assert send(officer, "POST", f"{API}/campaigns/", asked).status_code == 403
    wrong = {**asked, "ends_on": "2020-03-01", "campaign-projects": [{**member, "target_wan": -1}, {"project_uid": "P-9"}]}
    assert pointers(send(city, "POST", f"{API}/campaigns/", wrong)) == ["/campaign-projects/1/project_uid"]
    wrong["campaign-projects"].pop()
    assert pointers(send(city, "POST", f"{API}/campaigns/", wrong)) == ["", "/campaign-projects/0"]
    assert not Campaign.objects.exists()
    made = send(city, "POST", f"{API}/campaigns/", {**asked, "campaign-projects": [member], "reason": "动员会"})
    assert (made.status_code, made.json()["joined"]) == (201, 1)
    assert [(one["project_id"], one["target_wan"]) for one in made.json()["campaign-projects"]] == [(own.pk, 5000), (listed.pk, None)]
    place = f"{API}/campaigns/{made.json()['id']}/"
    left = {"id": made.json()["campaign-projects"][1]["id"], "revision": 1, "left_on": "2020-05-01"}
    assert send(city, "PATCH", place, {"campaign-projects": [left]}, if_match=made["ETag"]).status_code == 200
    assert pointers(send(city, "PATCH", place, {"campaign-projects": [{**left, "revision": 2, "delete": True}]}, if_match=made["ETag"])) == [
        "/campaign-projects/0/delete"
    ]
    assert {one.door for one in CampaignProject.history.all()} == {Door.API}
    assert str(CampaignProject.objects.get(project=listed).left_on) == "2020-05-01"


def test_an_owner_is_entered_before_its_project(officer: Client, cast: Cast, calling: Caller) -> None:
    wrong = send(officer, "POST", f"{API}/organisations/", {"name": "城投集团", "uscc": "91370200MA3C00000X"})
    assert pointers(wrong) == ["/uscc"]
    made = send(officer, "POST", f"{API}/organisations/", {"name": "城投 集团"})
    assert made.status_code == 201
    assert Organisation.objects.get().name_key == "城投集团"
    assert send(officer, "POST", PROJECTS, a_project(cast, owner_id=made.json()["id"])).json()["owner_name"] == "城投 集团"
    assert send(calling(cast.reviewer, can_write=True), "POST", f"{API}/organisations/", {"name": "乙"}).status_code == 403
    assert send(officer, "PATCH", f"{API}/organisations/{made.json()['id']}/", {"name": "乙"}, if_match='"1"').status_code == 405
    assert AuditEvent.objects.filter(event="organisation.add", actor=cast.owner).count() == 1


# --- What hangs on a project -------------------------------------------------------------------------------------------------------


def test_a_project_is_entered_with_its_places_and_tags(officer: Client, cast: Cast) -> None:
    make_division("370212", "崂山区"), make_division("370214", "城阳区")
    tag = Classification.objects.create(scheme="tag", code="lxyz", name="两新一重")
    Classification.objects.create(scheme="sei_field", code="new", name="不是标签")
    places = [{"division_code": "370212", "share_percent": 60}, {"division_code": "370214", "share_percent": 40}]
    asked = a_project(cast, locations=places, **{"project-tags": [{"tag_code": "lxyz"}]})
    wrong = {**asked, "locations": [{**places[0], "share_percent": 101}], "project-tags": [{"tag_code": "new"}]}
    assert pointers(send(officer, "POST", PROJECTS, wrong)) == ["/project-tags/0/tag_code"]
    wrong["project-tags"] = []
    assert pointers(send(officer, "POST", PROJECTS, wrong)) == ["/locations/0"]
    made = send(officer, "POST", PROJECTS, asked)
    told = made.json()
    assert (made.status_code, [one["share_percent"] for one in told["locations"]]) == (201, [60, 40])
    assert [one["tag_id"] for one in told["project-tags"]] == [tag.pk]
    off = {"project-tags": [{"id": told["project-tags"][0]["id"], "revision": 1, "delete": True}], "remarks": "改"}
    after = send(officer, "PATCH", f"{PROJECTS}{told['id']}/", off, if_match=made["ETag"])
    assert (after.status_code, after.json()["project-tags"], after.json()["remarks"]) == (200, [], "改")
    assert "locations" not in after.json()
    assert not ProjectTag.objects.exists()
    assert {one.door for one in (*ProjectTag.history.all(), *LocationShare.history.all())} == {Door.API}


def test_a_further_code_is_added_and_none_is_changed(officer: Client, cast: Cast) -> None:
    project = make_project("甲路", cast.unit_a)
    code = make_code(project, "2020-370212-48-01-000012")
    place = f"{PROJECTS}{project.pk}/"
    changed = {"project-codes": [{"id": code.pk, "revision": 1, "code": "2020-370212-48-01-000099"}]}
    assert pointers(send(officer, "PATCH", place, changed, if_match='"1"')) == ["/project-codes"]
    wrong = send(officer, "PATCH", place, {"project-codes": [{"code": "X", "role": "child"}], "reason": "子项目"}, if_match='"1"')
    assert (wrong.status_code, project.codes.count()) == (400, 1)
    assert {one.split("/")[1] for one in pointers(wrong)} == {"project-codes"}
    added = {"project-codes": [{"code": "2020-370212-48-01-000013", "role": "child"}], "reason": "子项目"}
    assert send(officer, "PATCH", place, added, if_match='"1"').status_code == 200
    assert sorted(project.codes.values_list("code", "role")) == [("2020-370212-48-01-000012", "primary"), ("2020-370212-48-01-000013", "child")]


def test_the_document_of_a_plan_version_is_told_later(officer: Client, cast: Cast) -> None:
    version = PlanVersion.objects.create(project=make_project("甲路", cast.unit_a), number=1, is_baseline=True, total_wan=Decimal(9))
    place = f"{API}/plan-versions/{version.pk}/"
    told = {"doc_no": "青发改〔2020〕12号", "decided_on": "2020-03-01", "plan_reason": "批复可研", "reason": "补登"}
    after = send(officer, "PATCH", place, told, if_match='"1"')
    assert (after.status_code, after.json()["doc_no"], after.json()["reason"]) == (200, "青发改〔2020〕12号", "批复可研")
    assert pointers(send(officer, "PATCH", place, {"total_wan": 10}, if_match=after["ETag"])) == ["/total_wan"]
    assert send(officer, "POST", f"{API}/plan-versions/", {}).status_code == 405
    assert version.history.latest().history_change_reason == "补登"


def test_a_project_is_closed_to_the_public(city: Client, officer: Client, cast: Cast) -> None:
    url = f"{API}/project-disclosures/"
    asked = {"project_uid": make_project("甲路", cast.unit_a).uid, "item": "project", "level": "closed", "basis": "第十四条"}
    assert send(officer, "POST", url, {**asked, "disclosure_reason": "批示"}).status_code == 403
    assert pointers(send(city, "POST", url, {**asked, "reason": "为什么写入"})) == ["/disclosure_reason"]
    made = send(city, "POST", url, {**asked, "disclosure_reason": "批示"})
    assert (made.status_code, made.json()["reason"], officer.get(made["Location"]).status_code) == (201, "批示", 200)
    place = f"{url}{made.json()['id']}/"
    assert pointers(send(city, "PATCH", place, {"level": "request"}, if_match=made["ETag"])) == ["/disclosure_reason"]
    after = send(city, "PATCH", place, {"level": "request", "disclosure_reason": "复核"}, if_match=made["ETag"])
    assert (after.status_code, after.json()["level"]) == (200, "request")
    assert send(officer, "PATCH", place, {"level": "public", "disclosure_reason": "区里"}, if_match=after["ETag"]).status_code == 403


# --- Struck out --------------------------------------------------------------------------------------------------------------------


def struck_rows() -> dict[str, Any]:
    return {"quota-batches": make_quota(), "bond-issues": make_issue(), "bonds": make_bond(), "central-plans": make_central()}


@pytest.mark.parametrize("name", ["quota-batches", "bond-issues", "bonds", "central-plans"])
def test_a_registration_is_struck_out(name: str, city: Client, officer: Client) -> None:
    row = struck_rows()[name]
    place = f"{API}/{name}/{row.pk}/"
    assert send(officer, "POST", f"{place}strike/", {"reason": "重复"}).status_code == 403
    assert pointers(send(city, "POST", f"{place}strike/", {})) == ["/reason"]
    assert send(city, "POST", f"{place}strike/", {"reason": "重复"}, if_match='"9"').status_code == 412
    done = send(city, "POST", f"{place}strike/", {"reason": "重复登记"})
    assert (done.status_code, done.json()["id"]) == (200, row.pk)
    assert city.get(place).status_code == 404
    assert send(city, "POST", f"{place}strike/", {"reason": "再撤"}).status_code == 404
    line = row.history.latest()
    assert (line.door, line.history_change_reason) == (Door.API, "重复登记")
    assert faults() == []


def test_what_holds_money_is_not_struck_out(city: Client, cast: Cast) -> None:
    bond, project = make_bond(), make_project("甲路", cast.unit_a)
    entry = give(of_bond(project, bond), Step.ASSIGN, 30)
    batch = QuotaBatch.objects.get()
    for name, pk in (("bonds", bond.pk), ("quota-batches", batch.pk), ("bond-issues", bond.issue_id)):
        held = send(city, "POST", f"{API}/{name}/{pk}/strike/", {"reason": "重复"})
        assert (held.status_code, held.json()["code"]) == (409, "held")
    assert send(city, "POST", f"{API}/fund-entries/{entry.pk}/reverse/", {"reason": "记错"}).status_code == 201
    assert send(city, "POST", f"{API}/bonds/{bond.pk}/strike/", {"reason": "重复"}).status_code == 200
    assert (Bond.objects.count(), QuotaBatch.objects.get().issued_wan, CentralPlan.objects.count()) == (0, 0, 0)
    assert faults() == []
    assert SOURCE.door == Door.ADMIN

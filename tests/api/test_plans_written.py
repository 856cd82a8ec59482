"""Finance plans, rolling plans and dossiers by the API: with the rows below them, by the rules over all of them, and nothing half done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEvent
from funding.models import Dossier, DossierPaper, FinanceLine, FinancePlan, IncomeSource, RollingEntry, RollingLine, RollingPlan
from projects.models import Door, Project
from tests.api.conftest import Caller
from tests.api.sending import pointers, send
from tests.conftest import Cast
from tests.factories import make_project
from tests.funding.finance_cases import money, plan_for, roll_entry

pytestmark = pytest.mark.django_db
API = "/api/v1"
FINANCE, ROLLING, DOSSIERS = f"{API}/finance-plans/", f"{API}/rolling-entries/", f"{API}/dossiers/"


@pytest.fixture
def project(cast: Cast) -> Project:
    for code in ("own", "loan", "central", "bond"):
        money(code)
    return make_project("甲路", cast.unit_a, total_wan=Decimal(1000))


def lines(*rows: tuple[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{"source_code": code, "planned_wan": amount, **more} for code, amount in rows]


def whole(project: Project, **more: Any) -> dict[str, Any]:
    told = [*lines(("own", 700), capital_wan=700), *lines(("loan", 300.25))]
    return {"project_uid": project.uid, "doc_no": "青发改〔2020〕3号", "finance-lines": told, **more}


# --- Finance plans -----------------------------------------------------------------------------------------------------------------


def test_a_plan_is_entered_with_its_sources(officer: Client, project: Project, cast: Cast) -> None:
    answer = send(officer, "POST", FINANCE, whole(project, reason="按批复编制", plan_reason="初次编制"))
    told = answer.json()
    assert answer.status_code == 201
    assert (told["number"], told["state"], told["total_wan"], told["reason"]) == (1, "current", 1000, "初次编制")
    assert [(one["source_code"], one["planned_wan"], one["revision"]) for one in told["finance-lines"]] == [("own", 700, 1), ("loan", 300.25, 1)]
    assert officer.get(answer["Location"], {"include": "finance-lines"}).json()["finance-lines"] == told["finance-lines"]
    plan = FinancePlan.objects.get()
    history = [*plan.history.all(), *FinanceLine.history.all()]
    assert {(one.door, one.history_user_id, one.history_change_reason) for one in history} == {(Door.API, cast.owner.pk, "按批复编制")}
    assert AuditEvent.objects.filter(event="financeplan.add", object_id=str(plan.pk)).count() == 1
    assert pointers(send(officer, "POST", FINANCE, whole(project))) == ["/project_uid"]


def test_a_source_is_changed_put_on_and_taken_off(officer: Client, project: Project) -> None:
    made = send(officer, "POST", FINANCE, whole(project)).json()
    place, own, loan = f"{FINANCE}{made['id']}/", *made["finance-lines"]
    seen = {"if_match": f'"{made["revision"]}"'}
    asked = [
        {"id": own["id"], "revision": 1, "planned_wan": 600, "capital_wan": 600},
        {"id": loan["id"], "revision": 1, "delete": True},
        *lines(("central", 400)),
    ]
    answer = send(officer, "PATCH", place, {"finance-lines": asked, "reason": "争取到中央资金"}, **seen)
    assert answer.status_code == 200
    assert [(one["source_code"], one["planned_wan"], one["revision"]) for one in answer.json()["finance-lines"]] == [
        ("own", 600, 2),
        ("central", 400, 1),
    ]
    assert (answer.json()["revision"], answer.json()["doc_no"]) == (made["revision"], "青发改〔2020〕3号")
    assert FinanceLine.history.filter(id=loan["id"], history_type="-", door=Door.API).count() == 1
    event = AuditEvent.objects.get(event="financeplan.change")
    assert {"lines.planned_wan", "lines.DELETE"} <= set(event.detail["changed"])
    again = send(officer, "PATCH", place, {"finance-lines": []}, **seen)
    assert (again.status_code, len(again.json()["finance-lines"]), FinanceLine.history.count()) == (200, 2, 5)


def test_rule_15_speaks_of_all_sources_together(officer: Client, project: Project) -> None:
    far = whole(project, **{"finance-lines": lines(("own", 500), capital_wan=500)})
    blocked = send(officer, "POST", FINANCE, {**far, "reason": "概算待批"})
    assert (blocked.status_code, blocked.json()["code"], pointers(blocked)) == (400, "invalid", ["/finance-lines"])
    assert [one["severity"] for one in blocked.json()["errors"]] == ["error"]
    near = whole(project, **{"finance-lines": lines(("own", 960), capital_wan=960)})
    asked = send(officer, "POST", FINANCE, near)
    assert (asked.json()["code"], pointers(asked)) == ("reason_required", ["/finance-lines", "/reason"])
    assert not FinancePlan.objects.exists()
    answered = send(officer, "POST", FINANCE, {**near, "reason": "概算待批"})
    assert answered.status_code == 201
    assert [(one["pointer"], one["severity"]) for one in answered.json()["findings"]] == [("/finance-lines", "warning")]


def test_every_fault_of_a_source_has_its_place(officer: Client, project: Project) -> None:
    bad = [
        {"source_code": "own", "planned_wan": 500, "capital_wan": 501},
        {"source_code": "gold", "planned_wan": 500},
        {"planned_wan": "多", "sort": 1},
    ]
    read = send(officer, "POST", FINANCE, whole(project, **{"finance-lines": bad}))
    assert pointers(read) == ["/finance-lines/1/source_code", "/finance-lines/2/sort"]
    bad = [bad[0], {"source_code": "loan", "planned_wan": 500, "secured_wan": 5}, {"planned_wan": "多"}, {}]
    told = pointers(send(officer, "POST", FINANCE, whole(project, **{"finance-lines": bad}, doc_no="长" * 61)))
    assert told == [
        *("/doc_no", "/finance-lines/0", "/finance-lines/1", "/finance-lines/2/planned_wan", "/finance-lines/2/source_id"),
        *("/finance-lines/3/planned_wan", "/finance-lines/3/source_id"),
    ]
    twice = send(officer, "POST", FINANCE, whole(project, **{"finance-lines": lines(("own", 500), ("own", 500), capital_wan=500)}))
    assert twice.status_code == 400
    for wrong, place in (
        ({"x": 1}, ""),
        ([1], "/0"),
        ([{"id": "1"}], "/0/id"),
        ([{"id": 1}], "/0/revision"),
        ([{"id": 999_999_999, "revision": 1}], "/0/id"),
        ([{"delete": True}], "/0/delete"),
    ):
        assert f"/finance-lines{place}" in pointers(send(officer, "POST", FINANCE, whole(project, **{"finance-lines": wrong})))
    assert not FinancePlan.objects.exists()


def test_a_change_names_each_state_that_it_saw(officer: Client, project: Project) -> None:
    made = send(officer, "POST", FINANCE, whole(project)).json()
    place, line = f"{FINANCE}{made['id']}/", made["finance-lines"][0]
    assert send(officer, "PATCH", place, {"doc_no": "新"}).status_code == 428
    assert send(officer, "PATCH", place, {"doc_no": "新"}, if_match='"1"').status_code == 200
    late = send(officer, "PATCH", place, {"doc_no": "旧"}, if_match='"1"')
    assert (late.status_code, late.json()["current"]["doc_no"]) == (412, "新")
    changed = FinanceLine.objects.get(pk=line["id"])
    changed.secured_doc = "他人写的"
    changed.save()
    asked = {"finance-lines": [{"id": line["id"], "revision": 1, "planned_wan": 690, "capital_wan": 690}], "doc_no": "更新"}
    late = send(officer, "PATCH", place, asked, if_match='"2"')
    assert (late.status_code, pointers(late), late.json()["current"]["secured_doc"]) == (412, ["/finance-lines/0/revision"], "他人写的")
    assert FinancePlan.objects.get().doc_no == "新"
    assert FinanceLine.objects.get(pk=line["id"]).planned_wan == 700


def test_a_new_version_is_begun_and_the_old_one_stays(officer: Client, project: Project) -> None:
    old = plan_for(project, own=(1000, 0, 0, 1000))
    place = f"{FINANCE}{old.pk}/"
    assert pointers(send(officer, "POST", f"{place}revise/", {})) == ["/reason"]
    assert send(officer, "POST", f"{place}revise/", {"reason": "调概"}, if_match='"9"').status_code == 412
    asked = {"reason": "调概", "doc_no": "青发改〔2020〕30号", "decided_on": "2020-06-20"}
    made = [send(officer, "POST", f"{place}revise/", asked, if_match='"1"', idempotency_key="v2") for _ in range(2)]
    told = made[0].json()
    assert [one.status_code for one in made] == [201, 201]
    assert (told["number"], told["reason"], told["decided_on"], told["finance-lines"][0]["planned_wan"]) == (2, "调概", "2020-06-20", 1000)
    assert FinancePlan.objects.count() == 2
    late = send(officer, "POST", f"{place}revise/", {"reason": "再调"})
    assert (late.status_code, late.json()["code"]) == (409, "superseded")
    assert send(officer, "PATCH", place, {"doc_no": "改"}, if_match='"2"').json()["code"] == "superseded"
    assert send(officer, "PATCH", f"{FINANCE}{told['id']}/", {"doc_no": "改"}, if_match=made[0]["ETag"]).status_code == 200


@pytest.mark.parametrize("url", [FINANCE, ROLLING, DOSSIERS])
def test_units_write_their_own_alone(url: str, project: Project, cast: Cast, calling: Caller) -> None:
    plan = RollingPlan.objects.create(base_year=2021)
    rows = {FINANCE: plan_for(project, own=1000), ROLLING: roll_entry(plan, project), DOSSIERS: Dossier.objects.create(project=project)}
    changed = {FINANCE: {"doc_no": "改"}, ROLLING: {"first_content": "改"}, DOSSIERS: {"remarks": "改"}}[url]
    place = f"{url}{rows[url].pk}/"
    new = {"project_id": make_project("乙路", cast.unit_a, total_wan=None).pk, **({"plan_id": plan.pk} if url == ROLLING else {})}
    for who, change, add in ((cast.stranger, 404, 400), (cast.reviewer, 403, 403), (cast.owner, 200, 201)):
        client = calling(who, can_write=True)
        assert send(client, "PATCH", place, changed, if_match='"1"').status_code == change
        assert send(client, "POST", url, new).status_code == add
    if url == FINANCE:
        assert send(calling(cast.stranger, can_write=True), "POST", f"{place}revise/", {"reason": "x"}).status_code == 404
        assert send(calling(cast.reviewer, can_write=True), "POST", f"{place}revise/", {"reason": "x"}).status_code == 403


def test_many_plans_at_once(officer: Client, project: Project, cast: Cast) -> None:
    other = make_project("乙路", cast.unit_a, total_wan=Decimal(1000))
    rows = [whole(project), whole(other, **{"finance-lines": lines(("own", 1000), capital_wan=1001)})]
    answer = send(officer, "POST", f"{FINANCE}bulk/", rows)
    assert (answer.status_code, pointers(answer), FinancePlan.objects.count()) == (400, ["/1/finance-lines/0"], 0)
    answer = send(officer, "POST", f"{FINANCE}bulk/?atomic=0", rows)
    assert (answer.status_code, [one["status"] for one in answer.json()["results"]]) == (207, [201, 400])
    assert [one["source_code"] for one in answer.json()["results"][0]["finance-lines"]] == ["own", "loan"]
    assert (FinancePlan.objects.count(), FinanceLine.objects.count()) == (1, 2)


# --- Rolling plans -----------------------------------------------------------------------------------------------------------------


def test_a_project_comes_into_a_rolling_plan(officer: Client, project: Project, cast: Cast, calling: Caller) -> None:
    city = calling(cast.city, can_write=True)
    plans = f"{API}/rolling-plans/"
    assert send(officer, "POST", plans, {"base_year": 2021}).status_code == 403
    plan = send(city, "POST", plans, {"base_year": 2021, "note": "首次", "reason": "启动编制"})
    assert plan.status_code == 201
    asked = {"project_id": project.pk, "base_year": 2021, "rolling-lines": [{"source_code": "own", "first_wan": 400, "second_wan": 600}]}
    over = send(officer, "POST", ROLLING, {**asked, "cum_prior_wan": 100})
    assert (over.status_code, "/rolling-lines" in pointers(over)) == (400, True)
    assert not RollingEntry.objects.exists()
    made = send(officer, "POST", ROLLING, asked)
    told = made.json()
    assert (made.status_code, told["total_wan"], told["base_year"], told["rolling-lines"][0]["second_wan"]) == (201, 1000, 2021, 600)
    place = f"{ROLLING}{told['id']}/"
    line = {"id": told["rolling-lines"][0]["id"], "revision": 1, "second_wan": None, "third_wan": 600}
    after = send(officer, "PATCH", place, {"third_content": "装修", "rolling-lines": [line]}, if_match=made["ETag"])
    assert (after.status_code, after.json()["rolling-lines"][0]["third_wan"], after.json()["third_content"]) == (200, 600, "装修")
    assert pointers(send(officer, "PATCH", place, {"project_id": 1}, if_match=after["ETag"])) == ["/project_id"]
    assert pointers(send(officer, "POST", ROLLING, {**asked, "base_year": "那年"})) == ["/base_year"]
    assert {one.door for one in (*RollingEntry.history.all(), *RollingLine.history.all())} == {Door.API}


def test_a_rolling_plan_is_rolled_forward(officer: Client, project: Project, cast: Cast, calling: Caller) -> None:
    city, plan = calling(cast.city, can_write=True), RollingPlan.objects.create(base_year=2021)
    roll_entry(plan, project, 0, "2024", own=(200, 300, 500))
    url = f"{API}/rolling-plans/{plan.pk}/roll/"
    assert send(officer, "POST", url, {}).status_code == 403
    made = send(city, "POST", url, {"reason": "年度滚动"})
    assert (made.status_code, made.json()["base_year"]) == (201, 2022)
    line = RollingLine.objects.get(entry__plan=made.json()["id"])
    assert (line.first_wan, line.second_wan, line.third_wan) == (300, 500, None)
    assert line.history.get().door == Door.API
    assert send(city, "POST", url, {}).json()["code"] == "there"
    assert RollingPlan.objects.count() == 2


# --- Dossiers ----------------------------------------------------------------------------------------------------------------------


def papers(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"kind": kind, "firm": firm, "issued_on": "2020-03-20"} for kind, firm in rows]


def test_a_dossier_is_entered_with_papers_and_income(officer: Client, project: Project) -> None:
    asked = {
        "project_uid": project.uid,
        "income_wan": 8000,
        "cost_wan": 3000,
        "coverage": 1.35,
        "coverage_method": "all",
        "coverage_on": "2020-03-20",
        "built_from": 2020,
        "built_to": 2022,
        "operated_from": 2023,
        "operated_to": 2040,
        "dossier-papers": papers(("plan", "甲咨询"), ("legal", "乙律所")),
        "income-sources": [{"name": "停车收费", "amount_wan": 5000}, {"name": "广告", "amount_wan": 3000}],
    }
    made = send(officer, "POST", DOSSIERS, {**asked, "reason": "申报债券"})
    told = made.json()
    assert made.status_code == 201
    assert [(one["kind"], one["firm"], one["filename"]) for one in told["dossier-papers"]] == [("plan", "甲咨询", ""), ("legal", "乙律所", "")]
    assert [(one["name"], one["amount_wan"]) for one in told["income-sources"]] == [("停车收费", 5000), ("广告", 3000)]
    assert (told["coverage"], told["operated_to"]) == (1.35, 2040)
    place = f"{DOSSIERS}{told['id']}/"
    paper = {"id": told["dossier-papers"][1]["id"], "revision": 1, "opinion": "合法合规"}
    asked = {"dossier-papers": [paper, *papers(("finance", "丙会计师"))], "income_wan": 5000, "income-sources": []}
    income = {"id": told["income-sources"][1]["id"], "revision": 1, "delete": True}
    after = send(officer, "PATCH", place, {**asked, "income-sources": [income]}, if_match=made["ETag"])
    assert (after.status_code, [one["kind"] for one in after.json()["dossier-papers"]]) == (200, ["plan", "legal", "finance"])
    assert (DossierPaper.objects.get(kind="legal").opinion, IncomeSource.objects.get().name) == ("合法合规", "停车收费")
    assert {one.door for one in (*Dossier.history.all(), *DossierPaper.history.all(), *IncomeSource.history.all())} == {Door.API}
    assert pointers(send(officer, "POST", DOSSIERS, {"project_uid": project.uid})) == ["/project_uid"]


def test_what_a_dossier_can_not_say_is_refused_at_its_place(officer: Client, project: Project) -> None:
    asked = {"project_uid": project.uid, "income_wan": 8000}
    apart = send(officer, "POST", DOSSIERS, {**asked, "income-sources": [{"name": "停车收费", "amount_wan": 5000}]})
    assert (apart.json()["code"], pointers(apart)) == ("reason_required", ["/income-sources", "/reason"])
    assert pointers(send(officer, "POST", DOSSIERS, {**asked, "coverage": 1.2})) == ["/coverage_method", "/coverage_on"]
    low = {**asked, "coverage": 0.9, "coverage_method": "all", "coverage_on": "2020-03-20"}
    assert "/reason" in pointers(send(officer, "POST", DOSSIERS, low))
    other = send(officer, "POST", DOSSIERS, {**asked, "dossier-papers": [{"kind": "other"}, {"kind": "plan", "file": "x"}]})
    assert pointers(other) == ["/dossier-papers/1/file"]
    assert pointers(send(officer, "POST", DOSSIERS, {**asked, "dossier-papers": [{"kind": "other"}]})) == ["/dossier-papers/0"]
    assert not Dossier.objects.exists()
    made = send(officer, "POST", DOSSIERS, {**asked, "dossier-papers": papers(("plan", ""))})
    paper = {"id": made.json()["dossier-papers"][0]["id"], "revision": 1, "delete": True}
    kept = send(officer, "PATCH", f"{DOSSIERS}{made.json()['id']}/", {"dossier-papers": [paper]}, if_match=made["ETag"])
    assert (pointers(kept), DossierPaper.objects.count()) == (["/dossier-papers/0/delete"], 1)


def test_the_file_of_a_paper_is_kept_beside_the_older_ones(officer: Client, project: Project, cast: Cast, calling: Caller, settings: Any) -> None:
    paper = DossierPaper.objects.create(dossier=Dossier.objects.create(project=project), kind="plan")
    url = f"{API}/dossier-papers/{paper.pk}/file/"

    def put(client: Client, name: str, content: bytes, **more: Any) -> Any:
        answer = client.post(url, {"file": SimpleUploadedFile(name, content), **more})
        print(answer.status_code, answer.content.decode())
        return answer

    made = put(officer, "实施方案.pdf", b"%PDF-1", reason="评审稿")
    assert (made.status_code, made.json()["filename"]) == (201, "实施方案.pdf")
    assert put(officer, "实施方案.pdf", b"%PDF-1").status_code == 200
    assert put(officer, "实施方案（定稿）.pdf", b"%PDF-2").json()["filename"] == "实施方案（定稿）.pdf"
    assert [bytes(one.content) for one in paper.files.order_by("id")] == [b"%PDF-1", b"%PDF-2"]
    assert {(one.door, one.by_id) for one in paper.files.all()} == {(Door.API, cast.owner.pk)}
    assert paper.history.filter(door=Door.API, history_change_reason="评审稿").count() == 1
    assert pointers(put(officer, "病毒.exe", b"MZ")) == ["/file"]
    assert pointers(put(officer, "空.pdf", b"")) == ["/file"]
    assert pointers(put(officer, "多.pdf", b"%PDF-3", more="x")) == ["/more"]
    assert pointers(officer.post(url, {"reason": "没有文件"})) == ["/file"]
    settings.PAPER_MEGABYTES = 0.001
    assert (put(officer, "大.pdf", b"x" * 2000).status_code, put(officer, "很大.pdf", b"x" * 200_000).status_code) == (413, 413)
    assert put(calling(cast.stranger, can_write=True), "甲.pdf", b"x").status_code == 404
    assert put(calling(cast.reviewer, can_write=True), "甲.pdf", b"x").status_code == 403
    assert paper.files.count() == 2

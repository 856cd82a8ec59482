"""The file of the open data: who and what is in it, as of when, and that it is written whole or not at all."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import AuditEvent
from funding.ledger import Step
from funding.services.ledger import reverse
from projects.disclosure import Item
from projects.models import (
    DisclosureRule,
    LocationShare,
    Obstacle,
    OpenCode,
    Organisation,
    Permit,
    PlanVersion,
    Project,
    ProjectDisclosure,
    Source,
    changes_from,
)
from reports.oc4ids import queries
from tests.conftest import Cast
from tests.factories import make_code, make_division, make_entry, make_list, make_month, make_plan, make_project, make_sector, make_version
from tests.funding.money import give, make_bond, make_central, of_bond, of_plan
from tests.reports.oc4ids.build import load_profile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def profile(db: Any, tmp_path_factory: Any) -> None:
    load_profile(tmp_path_factory.mktemp("reference"))


def full_project(cast: Cast, name: str = "滨海大道改造工程") -> Project:
    """One row of every kind that is told."""
    owner = Organisation.objects.get_or_create(name="城投集团有限公司", name_key="城投集团有限公司", uscc="91370200264582645T")[0]
    given = {"owner": owner, "contact": "欧阳某某", "phone": "0532-85916789", "address": "某街道", "nature": "新建", "stage": "build"}
    project = make_project(name, cast.unit_a, actual_start="2020-03-02", **given)
    PlanVersion.objects.create(project=project, number=1, is_baseline=True, planned_start="2020-03", planned_finish="2021-12")
    PlanVersion.objects.create(project=project, number=2, planned_finish="2022-12", reason="调整")
    LocationShare.objects.create(project=project, division=make_division_once("370202"))
    make_plan(project, 5000, cum_prior_wan=Decimal(100))
    make_month(project, 5, cum_total_wan=Decimal(1200), progress_percent=Decimal("10.5"), state="approved")
    make_month(project, 6, cum_total_wan=Decimal(2400), state="submitted")
    make_entry(make_version(make_list(), 1 + Project.objects.count()), project, position=7)
    Permit.objects.create(project=project, kind="feasibility", state="held", doc_no="青发改审〔2018〕9号", issued_on=date(2018, 9, 9))
    Obstacle.objects.create(project=project, text="征地卡住", raised_on=date(2020, 6, 1))
    account = of_bond(project, make_bond(9_000))
    give(account, Step.ASSIGN, 800)
    give(account, Step.ARRIVE, 300)
    give(of_plan(project, make_central(9_000)), Step.ASSIGN, 700)
    return project


def make_division_once(code: str) -> Any:
    return LocationShare._meta.get_field("division").related_model.objects.filter(code=code).first() or make_division(code, "市南区")


def export(path: Path, **options: Any) -> dict[str, Any]:
    call_command("export_oc4ids", output=str(path), stdout=StringIO(), stderr=StringIO(), **options)
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def ids(told: dict[str, Any]) -> set[str]:
    return {row["id"].removeprefix("oc4ids-000000-") for row in told["projects"]}


def open_up(item: Item, level: str = "public") -> None:
    rule = DisclosureRule.objects.get(item=item.value)
    rule.level = level
    rule.save()


def test_a_project_is_told_as_it_stands(cast: Cast, tmp_path: Path) -> None:
    project = full_project(cast)
    code = make_code(project, "2019-370202-48-01-000077")
    for item in (Item.FINANCE_PLAN, Item.PAYMENTS):
        open_up(item)
    (told,) = export(tmp_path / "x.json")["projects"]
    assert told["id"] == f"oc4ids-000000-{project.uid}"
    assert told["title"] == project.name
    assert {"id": code.code, "scheme": "CN-TZXM"} in told["identifiers"]
    assert (told["status"], told["type"], told["sector"]) == ("implementation", "construction", ["transport", "transport.rail"])
    # The baseline, whatever was revised since.
    assert told["period"] == {"startDate": "2020-03-01T00:00:00+08:00", "endDate": "2021-12-31T00:00:00+08:00"}
    assert told["budget"]["amount"] == {"amount": 120_000_000, "currency": "CNY"}
    assert told["budget"]["approvalDate"] == "2018-09-09T00:00:00+08:00"
    assert [row["id"] for row in told["budget"]["budgetBreakdowns"]] == ["year", "source"]
    (bond,) = told["budget"]["finance"]
    assert (bond["type"], bond["assetClass"], bond["value"]["amount"]) == ("bond", ["debt"], 8_000_000)
    assert [(row["value"]["amount"], row["payer"]["id"]) for row in told["transactions"]] == [(3_000_000, "funder-bond")]
    # May was approved, June not yet.
    assert [row["id"] for row in told["metrics"][0]["observations"]] == ["2020-05"]
    assert told["metrics"][0]["observations"][0]["measure"] == 10
    authority = next(row for row in told["parties"] if "publicAuthority" in row["roles"])
    assert authority["identifier"]["id"] == "91370200264582645T"
    assert "contactPoint" not in json.dumps(told)


def test_contacts_and_obstacles_are_not_told_by_default(cast: Cast, tmp_path: Path) -> None:
    full_project(cast)
    text = json.dumps(export(tmp_path / "x.json"), ensure_ascii=False)
    assert [word for word in ("欧阳某某", "85916789", "征地卡住") if word in text] == []


def test_a_closed_project_is_not_there_at_all(cast: Cast, tmp_path: Path) -> None:
    public, closed, asked = (full_project(cast, f"滨海{n}大道改造工程") for n in "甲乙丙")
    row = ProjectDisclosure.objects.create(project=closed, level="closed", basis="第十四条", reason="密级")
    ProjectDisclosure.objects.create(project=asked, level="request", basis="第二十七条", reason="待定")
    told = export(tmp_path / "x.json")
    assert ids(told) == {public.uid}
    assert [project.uid for project in (closed, asked) if project.uid in json.dumps(told)] == []
    row.level = "public"
    row.save()
    assert ids(export(tmp_path / "x.json")) == {public.uid, closed.uid}


def test_an_item_of_one_project_is_closed_for_it_alone(cast: Cast, tmp_path: Path) -> None:
    one, other = full_project(cast, "滨海甲大道改造工程"), full_project(cast, "滨海乙大道改造工程")
    ProjectDisclosure.objects.create(project=one, item="total", level="closed", basis="第十五条", reason="商业秘密")
    told = {row["id"][-len(one.uid) :]: row for row in export(tmp_path / "x.json")["projects"]}
    assert "amount" not in told[one.uid]["budget"]
    assert "amount" in told[other.uid]["budget"]


def test_without_a_profile_nothing_goes_out(cast: Cast, tmp_path: Path) -> None:
    full_project(cast)
    for rule in DisclosureRule.objects.all():
        rule.delete()
    with pytest.raises(CommandError, match="no project is public"):
        export(tmp_path / "x.json")
    assert list(tmp_path.iterdir()) == []


def test_a_person_takes_out_what_they_may(cast: Cast, tmp_path: Path) -> None:
    mine, theirs = make_project(unit=cast.unit_a), make_project(unit=cast.unit_b)
    assert ids(export(tmp_path / "x.json")) == {mine.uid, theirs.uid}
    assert ids(export(tmp_path / "x.json", user="owner")) == {mine.uid}
    with pytest.raises(CommandError, match="nobody-here"):
        export(tmp_path / "x.json", user="nobody-here")


def test_a_past_day_tells_what_was_known_but_not_what_was_closed_since(cast: Cast, tmp_path: Path) -> None:
    one, other = full_project(cast, "滨海甲大道改造工程"), full_project(cast, "滨海乙大道改造工程")
    yesterday = timezone.now() - timedelta(days=1)
    for model in (Project, PlanVersion, LocationShare, Permit):
        model.history.update(history_date=yesterday - timedelta(hours=1))
    with changes_from(Source("admin", cast.city.pk)):
        one.total_wan = Decimal(99_999)
        one.save()
    told = {row["id"][-len(one.uid) :]: row for row in export(tmp_path / "x.json", as_of=f"{timezone.localdate(yesterday)}")["projects"]}
    assert told[one.uid]["budget"]["amount"]["amount"] == 120_000_000
    assert "finance" not in told[one.uid]["budget"]  # posted today
    assert "metrics" not in told[one.uid]
    now = {row["id"][-len(one.uid) :]: row for row in export(tmp_path / "y.json")["projects"]}
    assert now[one.uid]["budget"]["amount"]["amount"] == 999_990_000
    ProjectDisclosure.objects.create(project=other, level="closed", basis="第十四条", reason="密级")
    assert ids(export(tmp_path / "x.json", as_of=f"{timezone.localdate(yesterday)}")) == {one.uid}


@pytest.mark.parametrize("text", ["2020-13-01", "gestern", "2999-01-01"])
def test_a_day_that_is_none_is_refused(cast: Cast, tmp_path: Path, text: str) -> None:
    with pytest.raises(CommandError, match=text):
        export(tmp_path / "x.json", as_of=text)


def test_nothing_is_written_when_the_gate_shuts(cast: Cast, tmp_path: Path) -> None:
    project = full_project(cast)
    path = tmp_path / "x.json"
    path.write_text("what was there")
    code = OpenCode.objects.get(classification__scheme="nature", code="construction", classification__code="new")
    code.code = "neubau"
    code.save()
    before = AuditEvent.objects.count()
    with pytest.raises(CommandError) as refused:
        export(path)
    assert f"oc4ids-000000-{project.uid} type: 'neubau' is not one of" in str(refused.value)
    assert refused.value.returncode == 1
    assert path.read_text() == "what was there"
    assert [item.name for item in tmp_path.iterdir()] == ["x.json"]
    assert AuditEvent.objects.count() == before


def test_a_wrong_prefix_shuts_the_gate(cast: Cast, tmp_path: Path, settings: Any) -> None:
    full_project(cast)
    settings.OC4IDS_PREFIX = "oc4ids-QINGDAO"
    with pytest.raises(CommandError, match="QINGDAO"):
        export(tmp_path / "x.json")


def test_a_folder_that_is_not_there_is_named(cast: Cast, tmp_path: Path) -> None:
    full_project(cast)
    with pytest.raises(CommandError, match="No such file") as refused:
        export(tmp_path / "no" / "x.json")
    assert refused.value.returncode == 2


def test_an_export_is_noted_and_a_check_is_not(cast: Cast, tmp_path: Path) -> None:
    full_project(cast)
    export(tmp_path / "x.json", user="city")
    event = AuditEvent.objects.get(event="report.export")
    assert (event.actor, event.detail["report"], event.detail["projects"]) == (cast.city, "oc4ids", 1)
    said = StringIO()
    call_command("export_oc4ids", check=True, stdout=said, stderr=StringIO())
    assert said.getvalue() == "1 projects, 0 not public\n"
    assert AuditEvent.objects.filter(event="report.export").count() == 1


def test_a_placeholder_is_said_to_be_one(cast: Cast, tmp_path: Path, settings: Any) -> None:
    make_project()
    said = StringIO()
    call_command("export_oc4ids", check=True, stdout=StringIO(), stderr=said)
    assert "do not call this published" in said.getvalue()
    settings.OC4IDS_PREFIX = "oc4ids-abc123"
    said = StringIO()
    call_command("export_oc4ids", check=True, stdout=StringIO(), stderr=said)
    assert said.getvalue() == ""


def test_the_texts_are_chinese_whoever_asks(cast: Cast, tmp_path: Path) -> None:
    full_project(cast)
    with translation.override("en"):
        told = export(tmp_path / "x.json")
    assert "可研批复" in json.dumps(told, ensure_ascii=False)


def test_so_many_queries_for_any_number(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            export(tmp_path / "x.json")
        return len(queries_made)

    full_project(cast, "滨海甲大道改造工程")
    one = asked()
    for name in "乙丙丁":
        full_project(cast, f"滨海{name}大道改造工程")
    assert asked() == one
    # In blocks of two: one block more, each with as many queries, and the same document.
    whole = json.loads((tmp_path / "x.json").read_text())["projects"]
    monkeypatch.setattr(queries, "BLOCK", 2)
    asked()
    assert json.loads((tmp_path / "x.json").read_text())["projects"] == whole


def test_sectors_are_of_their_years(cast: Cast, tmp_path: Path) -> None:
    make_project(sector=make_sector("港口"))
    port = OpenCode.objects.get(classification__code="port")
    year = timezone.localdate().year
    OpenCode.objects.create(classification=port.classification, code="transport.air", valid_from=year)
    OpenCode.objects.create(classification=port.classification, code="energy", valid_from=year + 1)
    (told,) = export(tmp_path / "x.json")["projects"]
    assert told["sector"] == ["transport", "transport.air"]


def test_a_reversed_entry_never_happened(cast: Cast, tmp_path: Path) -> None:
    project = make_project(unit=cast.unit_a)
    account = of_bond(project, make_bond(9_000))
    entry = give(account, Step.ASSIGN, 800)
    give(account, Step.ASSIGN, 100)
    open_up(Item.PAYMENTS)
    assert export(tmp_path / "x.json")["projects"][0]["budget"]["finance"][0]["value"]["amount"] == 9_000_000
    reverse([entry.pk], source=Source("admin", reason="记错"))
    assert export(tmp_path / "x.json")["projects"][0]["budget"]["finance"][0]["value"]["amount"] == 1_000_000

"""The demo year's money: the sentences of the year come out of the database, every sum holds, what is invented says so, once."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from openpyxl import load_workbook

from accounts.models import ReportingUnit
from config.demo import load_people
from config.funds_demo import FILE, load_funds
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.receive import receive
from funding.figures import flow_of, quota_by_batch, quota_of_year
from funding.measures import Drawn
from funding.models import Bond, BondIssue, CentralPlan, FundEntry, QuotaBatch, UseAdjustment
from funding.proofs import faults
from projects.measures import yi_text
from projects.services.reference import load_reference
from tests.factories import make_project

pytestmark = pytest.mark.django_db
SEED_DAY = date(2020, 6, 30)
TOLD = json.loads(FILE.read_text(encoding="utf-8"))
NAMES = sorted({give["project"] for bond in TOLD["bonds"] for give in bond["gives"]} | {give[0] for plan in TOLD["plans"] for give in plan["gives"]})


@pytest.fixture
def year(db: Any, settings_folder: None) -> None:
    load_reference(settings.BASE_DIR / "fixtures" / "reference")
    load_people()
    unit = ReportingUnit.objects.get(key="laoshan")
    for name in NAMES:
        make_project(name, unit, total_wan=Decimal(1_000_000))
    assert load_funds()


@pytest.fixture
def settings_folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path


def test_four_batches_387_issued_232_left_155_on_the_last_day_of_june(year: None) -> None:
    batches = quota_by_batch(2020, SEED_DAY)
    assert [row.batch.number for row in batches] == [1, 2, 3, 4]
    total = quota_of_year(2020, SEED_DAY)
    assert [yi_text(amount) for amount in (total.whole_wan, total.taken_wan, total.left_wan)] == ["387.00", "232.00", "155.00"]
    # The first three batches are issued to the last 万元, the fourth not at all.
    assert yi_text(Drawn.of(row.drawn for row in batches[:3]).whole_wan) == "232.00"
    assert [row.drawn.left_wan for row in batches] == [0, 0, 0, Decimal(1550000)]


def test_all_of_it_is_issued_after_the_fifth_issue(year: None) -> None:
    assert quota_of_year(2020, date(2020, 9, 21)).left_wan == Decimal(415000)
    assert quota_of_year(2020, date(2020, 9, 22)).left_wan == quota_of_year(2020).left_wan == 0


def test_the_fifth_issue_is_the_published_one(year: None) -> None:
    issue = BondIssue.objects.get(year=2020, number=5)
    assert (issue.tender_on, issue.venue, issue.is_synthetic) == (date(2020, 9, 22), "上海证券交易所", False)
    bonds = issue.bonds.order_by("years")
    assert [(bond.years, yi_text(bond.amount_wan), f"{bond.rate_percent:.2f}") for bond in bonds] == [
        (10, "17.00", "3.37"),
        (15, "8.00", "3.82"),
        (20, "16.50", "3.94"),
    ]
    assert all("大众日报" in bond.source and not bond.is_synthetic for bond in bonds)


def test_every_sum_holds(year: None) -> None:
    assert faults() == []
    flow = flow_of(FundEntry.objects.all())
    assert flow.assigned_wan > flow.arrived_wan > flow.paid_wan > 0


def test_what_is_invented_says_so(year: None) -> None:
    assert set(Bond.objects.exclude(issue__number=5).values_list("is_synthetic", flat=True)) == {True}
    assert set(QuotaBatch.objects.values_list("is_synthetic", flat=True)) == {True}
    posted = FundEntry.objects.values_list("reason", flat=True)
    assert all("演示" in reason for reason in posted)
    assert UseAdjustment.objects.get().disclosed_on is not None


def test_central_money_is_near_ten_and_never_poses_as_exact(year: None) -> None:
    plans = CentralPlan.objects.all()
    assert Decimal(95_000) < sum(plan.amount_wan for plan in plans) < Decimal(100_000)
    assert all(plan.is_approximate and plan.is_synthetic for plan in plans)


def test_money_is_loaded_once(year: None) -> None:
    before = FundEntry.objects.count()
    assert not load_funds()
    assert FundEntry.objects.count() == before


def test_the_bond_sheet_of_a_district_is_ready_to_go_in(year: None) -> None:
    manifest = json.loads((FILE.parent / "manifest.json").read_text(encoding="utf-8"))["funds"]
    content = (FILE.parent / manifest["path"]).read_bytes()
    upload = check(receive(content, manifest["path"], actor=None, unit=ReportingUnit.objects.get(key=manifest["unit"])), actor=None)
    said = {each["code"] for each in upload.findings if each["severity"] != "info"}
    assert (upload.kind, upload.counts["fund_changes"], upload.counts["error"]) == (manifest["kind"], manifest["rows"], 0)
    assert said == {"papers_incomplete", "income_missing", "transfer_with_spend"}
    before = FundEntry.objects.count()
    commit(upload, actor=None, reason="第五批安排")
    assert FundEntry.objects.count() - before == 10, "four given, three of them transferred and spent"
    assert faults() == []


def test_every_project_that_gets_money_is_on_the_demo_lists() -> None:
    (path,) = FILE.parent.glob("02_*.xlsx")
    with closing(load_workbook(path, read_only=True)) as book:
        listed = {cell for row in book.active.iter_rows(values_only=True) for cell in row}
    assert [name for name in NAMES if name not in listed] == []

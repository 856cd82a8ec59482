"""The demo's finance plans, rolling plan and reserve: loaded once, consistent with the ledger, marked as invented."""

from __future__ import annotations

import json
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from openpyxl import load_workbook

from accounts.models import ReportingUnit
from config.demo import load_people
from config.finance_demo import FILE, load_finance, names
from config.funds_demo import FILE as FUNDS
from config.funds_demo import load_funds
from funding.double import Verdict, worst
from funding.finance import Backing
from funding.finance_figures import backing, doubled, rolling_entries, rolling_record, sources
from funding.models import FinanceLine, FinancePlan, FundEntry, RollingEntry, RollingPlan
from funding.rolling import judged
from projects.models import Project
from projects.services.reference import load_reference
from tests.factories import make_plan, make_project

pytestmark = pytest.mark.django_db
TOLD = json.loads(FILE.read_text(encoding="utf-8"))
MONEY = json.loads(FUNDS.read_text(encoding="utf-8"))


def listed() -> dict[str, tuple[Decimal, Decimal, str]]:
    """Project → total, done in earlier years, and finish, as the demo's list prints them."""
    found: dict[str, tuple[Decimal, Decimal, str]] = {}
    for number, scale in (("01", 10_000), ("02", 1)):
        (path,) = FILE.parent.glob(f"{number}_*.xlsx")
        with closing(load_workbook(path, read_only=True)) as book:
            for row in book.active.iter_rows(values_only=True):
                if isinstance(row[0], int) and row[1]:
                    finish = str(row[9]).split("-")[-1].replace(".", "-")
                    found[row[1]] = (Decimal(str(row[11] or 0)) * scale, Decimal(str(row[12] or 0)) * scale, finish)
    return found


@pytest.fixture
def year(db: Any, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    load_reference(settings.BASE_DIR / "fixtures" / "reference")
    load_people()
    unit, told = ReportingUnit.objects.get(key="laoshan"), listed()
    funded = {give["project"] for bond in MONEY["bonds"] for give in bond["gives"]} | {give[0] for plan in MONEY["plans"] for give in plan["gives"]}
    for name in sorted(funded | set(names(TOLD))):
        total, prior, finish = told[name]
        project = make_project(name, unit, total_wan=total, planned_finish=finish)
        make_plan(project, 100, 2020, cum_prior_wan=prior)
    load_funds()
    assert load_finance()


def test_sources_add_up_to_the_total_within_what_rule_15_lets_pass(year: None) -> None:
    known = sources()
    stands = backing(Project.objects.filter(finance_plans__isnull=False).distinct(), known)
    assert len(stands) == len(TOLD["plans"])
    for project in Project.objects.filter(pk__in=stands):
        whole = Backing.total(stands[project.pk].values())
        assert abs(whole.planned_wan - project.total_wan) * 100 <= project.total_wan, project.name
        # What the ledger says arrived is in the plan, and secured.
        assert whole.early_wan == 0, project.name
        assert whole.has_gap


def test_a_plan_has_two_versions_and_says_why(year: None) -> None:
    changed = FinancePlan.objects.get(number=2)
    assert changed.reason
    assert FinancePlan.objects.get(project=changed.project, number=1).state == "superseded"


def test_the_rolling_plan_is_without_fault(year: None) -> None:
    rows = rolling_entries(RollingEntry.objects.all())
    assert {entry.project.name: judged(rolling_record(entry, lines)) for entry, lines in rows if judged(rolling_record(entry, lines))} == {}
    assert len(rows) == len(TOLD["rolling"]["entries"])


def test_every_verdict_on_double_support_is_shown(year: None) -> None:
    assert {worst(row.pairs) for row in doubled(FundEntry.objects.all())} == set(Verdict)


def test_what_left_the_lists_waits_in_the_reserve_with_and_without_a_year(year: None) -> None:
    waiting = Project.objects.filter(stage="reserve").order_by("planned_start").values_list("planned_start", flat=True)
    assert list(waiting) == ["", "2021-06", "2022"]


def test_what_is_invented_says_so_and_is_loaded_once(year: None) -> None:
    assert set(FinancePlan.objects.values_list("is_synthetic", flat=True)) == {True}
    assert RollingPlan.objects.get().is_synthetic
    before = FinanceLine.objects.count()
    assert not load_finance()
    assert FinanceLine.objects.count() == before


def test_every_project_is_on_the_demo_s_lists() -> None:
    assert [name for name in names(TOLD) if name not in listed()] == []
    assert settings.BASE_DIR in FILE.parents

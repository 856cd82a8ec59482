"""Fund sheets drawn at random, in every layout that the reader knows: each row is led to its project, its bond or plan and its amounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import ReportingUnit
from exchange.funds import FUNDS, Target
from exchange.parse import ReadRow, read_workbook
from exchange.plan import Action, PlannedRow
from exchange.services.fund_book import FundBook
from exchange.services.fund_rows import examine_funds
from exchange.services.lookups import Lookups
from exchange.services.posting import post_rows
from exchange.services.setting import Seen, Setting
from exchange.validate import validated_rows
from funding.models import Bond, CentralPlan, FundAccount
from funding.proofs import faults
from projects.findings import Severity
from projects.models import Source
from projects.naming import name_key
from tests.exchange.cast import make_cast
from tests.exchange.funds import issue
from tests.exchange.messy import Maker
from tests.exchange.tables import reference
from tests.factories import make_project
from tests.funding.money import make_central

pytestmark = pytest.mark.django_db
SEEDS = [seed for seed in range(80) if Maker(seed).kind in FUNDS]
UNTIL = date(2020, 12, 31)
# What is said beside the ledger; of planted faults the reader speaks.
_OF_FUNDS = ("bond_", "plan_", "fund_chain", "fund_full", "fund_twice", "fund_stuck", "project_unknown", "unit_")


def register(rows: list[dict[str, Any]]) -> None:
    """The projects, bonds and plans that the rows speak of."""
    make_cast(with_reference=True)
    units = {unit.division.name: unit for unit in ReportingUnit.objects.exclude(division=None).select_related("division").order_by("-sort_order")}
    for row in rows:
        unit = units[row["district"] or "崂山区"]  # a blank district is a fault of its own
        make_project(row["name"], unit, total_wan=Decimal(str(row["total_investment"] or 1000)))
    terms = {int(row["term_years"]) for row in rows if row.get("term_years")}
    if terms:
        issue(3, dict.fromkeys(terms, (9000000, "3.10")))
    for doc_no in {row["doc_no"] for row in rows if row.get("doc_no")}:
        make_central(9_000_000, doc_no=doc_no, programme="社会事业补短板")


def examined(made: Any) -> list[tuple[ReadRow, PlannedRow]]:
    reading = read_workbook(made.book, reference())
    rows = list(validated_rows(reading))
    planned = examine_funds(rows, 2020, Setting(Lookups.load(None)), FundBook.load(UNTIL, UNTIL), Seen())
    return list(zip(rows, planned, strict=True))


def wan(fields: dict[str, Any], name: str) -> Decimal:
    return Decimal(str(fields.get(name) or 0))


@pytest.mark.parametrize("seed", SEEDS)
def test_each_row_of_a_messy_fund_sheet_reaches_its_account(seed: int) -> None:
    made = Maker(seed).make()
    truth = {row["row"]: row["fields"] for row in made.rows}
    register(list(truth.values()))
    pairs = examined(made)
    faulty = {one["row"] for one in made.faults}
    for row, planned in pairs:
        codes = {placed.finding.code for placed in row.findings if placed.severity is Severity.BLOCKS}
        if row.row not in faulty:
            assert {code for code in codes if code.startswith(_OF_FUNDS)} == set(), (row.row, row.values)
            assert planned.fund is not None
    good = [(row, planned) for row, planned in pairs if planned.action is Action.CHANGE]
    assert len(good) >= len(pairs) - len(faulty) - sum(row.blocked for row, _ in pairs)
    post_rows([planned for _, planned in good], source=Source("command", reason="试"))
    assert faults() == []
    accounts = {name_key(account.project.name): account for account in FundAccount.objects.select_related("project", "bond", "plan")}
    for row, planned in good:
        fields, account = truth[row.row], accounts[name_key(planned.name)]
        target = Target.unpack(planned.fund or [])
        if row.kind == "bond_allocation":
            told = (account.assigned_wan, account.paid_wan)
            assert told == (wan(fields, "bond_this"), wan(fields, "bond_spent")), row.row
            bond = Bond.objects.get(pk=target.id)
            assert (account.bond, bond.issue.number, bond.years) == (bond, 3, int(fields["term_years"]))
        else:
            told = (account.assigned_wan, account.arrived_wan, account.completed_wan)
            assert told == (wan(fields, "central_this"), wan(fields, "central_paid"), wan(fields, "central_done")), row.row
            assert account.plan == CentralPlan.objects.get(doc_no=fields["doc_no"])
